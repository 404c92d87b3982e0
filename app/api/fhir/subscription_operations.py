"""Operations of Subscription: `$status`, `$events`, `$get-ws-binding-token`.

http://hl7.org/fhir/uv/subscriptions-backport/artifacts.html#behavior-operation-definitions
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, reply, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.media_type import only_r4
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir.definitions.operations import inputs
from app.interop.fhir.encode import to_json
from app.interop.fhir.subscriptions.notification import QUERY_EVENT, QUERY_STATUS, status, statuses
from app.interop.fhir.subscriptions.subscription import CONTENTS, ID_ONLY, STATUSES, WEBSOCKET
from app.services.subscriptions import binding, keeping
from app.services.subscriptions.telling import bundle, state_of, told
from app.services.subscriptions.wish import wish
from app.storage import subscriptions
from app.storage.counter import utc_text
from app.storage.subscriptions import Stored

# Events in one answer; the next are asked for from the last number on.
MOST_EVENTS = 1000
SOCKET = "/websocket"
LOOKS = ("_format", "_pretty")
Given = dict[str, list[str]]


async def get_status(request: Request) -> Response:
    """The status of a subscription, or of all those that are asked for."""
    only_r4(request)
    given = await _given(request, "Subscription-status")
    if not set(given.get("status", ())) <= set(STATUSES):
        raise bad_parameter("status", ", ".join(STATUSES))
    found = await run_in_threadpool(_asked, request, given)
    wanted = given.get("status") if "id" not in request.path_params else None
    shown = [status(state_of(one), QUERY_STATUS, (), ID_ONLY) for one in found if not wanted or one.status in wanted]
    return reply(request, statuses(shown, str(request.url)))


async def get_events(request: Request) -> Response:
    """Events of a subscription once more, by their numbers."""
    only_r4(request)
    given = await _given(request, "Subscription-events")
    return reply(request, await run_in_threadpool(_events, request, given))


def _events(request: Request, given: Given) -> bytes:
    services = tools(request)
    with services.database.read.connect() as connection:
        stored = keeping.find(connection, request.path_params["id"])
        first, last = _number(given, "eventsSinceNumber", 1), _number(given, "eventsUntilNumber", stored.events)
        content = next(iter(given.get("content", ())), wish(stored).content)
        if content not in CONTENTS:
            raise bad_parameter("content", ", ".join(CONTENTS))
        events = told(connection, stored, first, min(last, first + MOST_EVENTS - 1), content)
    return bundle(stored, QUERY_EVENT, services.new_id(), services.clock(), events, content)


def _number(given: Given, name: str, default: int) -> int:
    text = next(iter(given.get(name, ())), None)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise bad_parameter(name, "the number of an event, from 1")
    return max(int(text), 1 if default == 1 else 0)


async def get_token(request: Request) -> Response:
    """A token that binds a websocket to a subscription, or to all of that channel that are asked for."""
    only_r4(request)
    given = await _given(request, "Subscription-get-ws-binding-token")
    found = await run_in_threadpool(_asked, request, given)
    if any(one.channel != WEBSOCKET for one in found) and ("id" in given or "id" in request.path_params):
        raise Fault(Category.UNPROCESSABLE, "the subscription has another channel", (_WRONG_CHANNEL,))
    names = [one.id for one in found if one.channel == WEBSOCKET]
    token, ends = await run_in_threadpool(binding.write_token, tools(request), names)
    parameters: list[dict[str, Any]] = [
        {"name": "token", "valueString": token},
        {"name": "expiration", "valueDateTime": utc_text(ends)},
        *({"name": "subscription", "valueString": name} for name in names),
        {"name": "websocket-url", "valueUrl": "ws" + base(request).removeprefix("http") + SOCKET},
    ]
    return reply(request, to_json({"resourceType": "Parameters", "parameter": parameters}))


_WRONG_CHANNEL = Issue("id", "value", "the subscription has another channel", WEBSOCKET)


def _asked(request: Request, given: Given) -> list[Stored]:
    """The subscription of the address, those of the ids, or all."""
    single = request.path_params.get("id")
    names = [single] if single is not None else given.get("id")
    with tools(request).database.read.connect() as connection:
        if names is None:
            return subscriptions.every(connection)
        return [keeping.find(connection, name) for name in dict.fromkeys(names)]


async def _given(request: Request, operation: str) -> Given:
    """The parameters of the query and of a Parameters resource in the body, by name. Fault for unknown ones."""
    known = inputs(operation)
    pairs = [(name, text) for name, text in request.query_params.multi_items() if name not in LOOKS]
    if request.method == "POST":
        pairs += _of_body(await parsed(request))
    if not {name for name, _ in pairs} <= set(known):
        issue = Issue("", "not-supported", "unknown parameter", ", ".join((*known, *LOOKS)))
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    found: Given = {}
    for name, text in pairs:
        found.setdefault(name, []).extend(text.split(","))
    return found


def _of_body(body: Any) -> list[tuple[str, str]]:
    if body is None:
        return []
    items = body.get("parameter", []) if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        issue = Issue("", "structure", "not a list of parameters", "a Parameters resource")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return [
        (str(item.get("name")), str(value))
        for item in items
        for name, value in item.items()
        if name.startswith("value")
    ]


ROUTES = [
    Route("/Subscription/$status", get_status, methods=["GET", "POST"]),
    Route("/Subscription/$get-ws-binding-token", get_token, methods=["GET", "POST"]),
    Route("/Subscription/{id}/$status", get_status, methods=["GET", "POST"]),
    Route("/Subscription/{id}/$events", get_events, methods=["GET", "POST"]),
    Route("/Subscription/{id}/$get-ws-binding-token", get_token, methods=["GET", "POST"]),
]

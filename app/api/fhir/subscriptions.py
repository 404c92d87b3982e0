"""Subscription: create, read, update, delete and search.

http://hl7.org/fhir/uv/subscriptions-backport
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, http_date, only, reply, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.media_type import only_r4
from app.api.fhir.searching import posted
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir import bundle
from app.interop.fhir.encode import to_json
from app.interop.fhir.subscriptions.subscription import CHANNELS, CONTENTS, STATUSES, Wanted
from app.services.search.query import Pairs
from app.services.subscriptions import keeping
from app.services.subscriptions.keeping import Sent
from app.services.subscriptions.wish import wish
from app.storage import subscriptions
from app.storage.subscriptions import Stored

_TAG = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
# What a subscription is found by, and the legal codes where they are few.
SEARCHED: dict[str, tuple[Callable[[Stored, Wanted], str], tuple[str, ...]]] = {
    "_id": (lambda stored, _: stored.id, ()),
    "status": (lambda stored, _: stored.status, STATUSES),
    "criteria": (lambda _, wanted: wanted.topic.url, ()),
    "topic": (lambda _, wanted: wanted.topic.url, ()),
    "type": (lambda stored, _: stored.channel, CHANNELS),
    "url": (lambda _, wanted: wanted.endpoint, ()),
    "payload": (lambda _, wanted: wanted.media_type, ()),
    "payload-type": (lambda _, wanted: wanted.content, CONTENTS),
}


async def create(request: Request) -> Response:
    """A new subscription. Its answer, and no other, shows the secret that signs what it is told."""
    only_r4(request)
    only(request)
    sent = await _sent(request)
    stored, shown = await run_in_threadpool(keeping.create, tools(request), sent)
    headers = {**_headers(stored), "Location": f"{sent.base}/Subscription/{stored.id}"}
    return reply(request, to_json(shown), headers, 201)


async def read(request: Request) -> Response:
    """A subscription as it stands."""
    only_r4(request)
    only(request)
    return _answer(request, await run_in_threadpool(_find, request))


async def update(request: Request) -> Response:
    """A subscription as the client wants it now."""
    only_r4(request)
    only(request)
    sent, identifier = await _sent(request), request.path_params["id"]
    if sent.resource.get("id", identifier) != identifier:
        raise Fault(
            Category.MALFORMED, "not the id of the address", (Issue("id", "value", "not the id of the address"),)
        )
    stored = await run_in_threadpool(keeping.update, tools(request), identifier, sent, _if_match(request))
    return _answer(request, stored)


async def delete(request: Request) -> Response:
    """No more of a subscription."""
    only_r4(request)
    only(request)
    await run_in_threadpool(keeping.delete, tools(request), request.path_params["id"], _if_match(request))
    return Response(status_code=204)


async def search(request: Request) -> Response:
    """Subscriptions by what they are, all on one page."""
    only_r4(request)
    return await _search(request, request.query_params.multi_items())


async def search_by_post(request: Request) -> Response:
    """The same by the parameters of the body and the address."""
    only_r4(request)
    return await _search(request, await posted(request))


async def _search(request: Request, pairs: Pairs) -> Response:
    known = (*SEARCHED, "_format", "_pretty")
    if not {name for name, _ in pairs} <= set(known):
        issue = Issue("", "not-supported", "unknown parameter", ", ".join(sorted(known)))
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    wanted = [(name, _values(name, text)) for name, text in pairs if name in SEARCHED]
    found = await run_in_threadpool(_every, request)
    hits = [one for one in found if all(SEARCHED[name][0](one, wish(one)) in values for name, values in wanted)]
    address = base(request).encode()
    entries = [bundle.entry(address, f"Subscription/{one.id}".encode(), to_json(keeping.resource(one))) for one in hits]
    head = bundle.head(len(entries), [("self", str(request.url))])
    return reply(
        request, head + (bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL if entries else bundle.EMPTY_TAIL)
    )


def _values(name: str, text: str) -> set[str]:
    values, legal = set(text.split(",")), SEARCHED[name][1]
    if legal and not values <= set(legal):
        raise bad_parameter(name, ", ".join(legal))
    return values


def _find(request: Request) -> Stored:
    with tools(request).database.read.connect() as connection:
        return keeping.find(connection, request.path_params["id"])


def _every(request: Request) -> list[Stored]:
    with tools(request).database.read.connect() as connection:
        return subscriptions.every(connection)


async def _sent(request: Request) -> Sent:
    body: Any = await parsed(request)
    if not isinstance(body, dict):
        raise Fault(Category.MALFORMED, "the body is no resource")
    return Sent(body, caller(request), base(request))


def _if_match(request: Request) -> int | None:
    tag = request.headers.get("if-match")
    if tag is None or tag.strip() == "*":
        return None
    found = _TAG.fullmatch(tag.strip())
    return int(found[1]) if found else 0  # what is no tag of ours matches nothing


def _headers(stored: Stored) -> dict[str, str]:
    return {"ETag": f'W/"{stored.version}"', "Last-Modified": http_date(stored.updated)}


def _answer(request: Request, stored: Stored) -> Response:
    return reply(request, to_json(keeping.resource(stored)), _headers(stored))


# Before the routes of all types: there a Subscription is unknown.
ROUTES = [
    Route("/Subscription", create, methods=["POST"]),
    Route("/Subscription", with_head(search), methods=["GET"]),
    Route("/Subscription/_search", search_by_post, methods=["POST"]),
    Route("/Subscription/{id}", with_head(read), methods=["GET"]),
    Route("/Subscription/{id}", update, methods=["PUT"]),
    Route("/Subscription/{id}", delete, methods=["DELETE"]),
]

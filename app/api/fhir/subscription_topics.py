"""What can be subscribed to: the topics as Basic, for R4, and as SubscriptionTopic, as R5 has them.

http://hl7.org/fhir/uv/subscriptions-backport/components.html#subscription-topics
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, only, reply
from app.api.fhir.head import with_head
from app.api.fhir.media_type import R4, R5, release_of
from app.domain.errors import Category, Fault
from app.interop.fhir import bundle
from app.interop.fhir.encode import to_json
from app.interop.fhir.subscriptions.topics import Topic, basic, subscription_topic, topics
from app.version import RELEASED, VERSION

_TYPES: dict[str, tuple[int, Callable[[Topic, str, str], dict[str, Any]]]] = {
    "Basic": (R4, basic),
    "SubscriptionTopic": (R5, subscription_topic),
}
_SEARCHED = {"Basic": ("_id", "code"), "SubscriptionTopic": ("_id", "url")}
_CODES = ("SubscriptionTopic", "http://hl7.org/fhir/fhir-types|SubscriptionTopic")


def _type(request: Request) -> str:
    """The first part of the address below our own, in the release that has such a type."""
    name: str = request.url.path.removeprefix(request.scope["root_path"]).split("/")[1]
    release_of(request, _TYPES[name][0])
    return name


def _written(type_: str, topic: Topic) -> bytes:
    return to_json(_TYPES[type_][1](topic, VERSION, RELEASED))


async def read(request: Request) -> Response:
    """One topic."""
    type_ = _type(request)
    only(request)
    found = [topic for topic in topics().values() if topic.id == request.path_params["id"]]
    if not found:
        raise Fault(Category.NOT_FOUND, "no such resource")
    return reply(request, _written(type_, found[0]))


async def search(request: Request) -> Response:
    """Every topic, or those of an id or a canonical address."""
    type_ = _type(request)
    only(request, *_SEARCHED[type_])
    found = [topic for topic in topics().values() if _meets(topic, request)]
    address = base(request).encode()
    entries = [bundle.entry(address, f"{type_}/{one.id}".encode(), _written(type_, one)) for one in found]
    tail = bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL if entries else bundle.EMPTY_TAIL
    return reply(request, bundle.head(len(entries), [("self", str(request.url))]) + tail)


def _meets(topic: Topic, request: Request) -> bool:
    values = {"_id": (topic.id,), "url": (topic.url,), "code": _CODES}
    asked = [(name, text) for name, text in request.query_params.multi_items() if name in values]
    return all(set(values[name]) & set(text.split(",")) for name, text in asked)


ROUTES = [
    Route(path, with_head(endpoint), methods=["GET"])
    for type_ in _TYPES
    for path, endpoint in ((f"/{type_}/{{id}}", read), (f"/{type_}", search))
]

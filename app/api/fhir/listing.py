"""A search among a few resources that are made on reading: each is looked at.

https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import PARTS, base, form, reply
from app.api.fhir.media_type import release
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir import bundle
from app.interop.fhir.definitions.search import found, searches
from app.interop.fhir.elements import Json
from app.interop.fhir.encode import to_json
from app.services.search.query import LOOKS, MOST_COUNT, USUAL_COUNT, Pairs

_CONTROLS = ("_count", "_offset", *PARTS, *LOOKS)


def searchset(request: Request, type_: str, pairs: Pairs, definitions: Iterable[Json]) -> Response:
    """Those of the definitions of a type that meet the parameters, in the release that is asked for."""
    known = (*searches(type_), *_CONTROLS)
    if not {name for name, _ in pairs} <= set(known):
        issue = Issue("", "not-supported", "unknown parameter", ", ".join(sorted(known)))
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    asked = [(name, text) for name, text in pairs if name in searches(type_)]
    matches = found(definitions, type_, asked)
    controls = dict(pairs)
    if controls.get("_summary") == "count":
        return reply(request, bundle.head(len(matches), _links(request, type_, pairs)) + bundle.EMPTY_TAIL)
    start = _number("_offset", controls.get("_offset", "0"))
    stop = start + min(_number("_count", controls.get("_count", str(USUAL_COUNT))), MOST_COUNT)
    links = _links(request, type_, pairs, stop if stop < len(matches) else None)
    entries = [_entry(request, one) for one in matches[start:stop]]
    body = bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL if entries else bundle.EMPTY_TAIL
    return reply(request, bundle.head(len(matches), links) + body)


def _entry(request: Request, definition: Json) -> bytes:
    type_, written = definition["resourceType"], release(request)
    body = form(request, type_).of(type_, written, to_json(definition))
    return bundle.entry(base(request).encode(), f"{type_}/{definition['id']}".encode(), body)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise bad_parameter(name, "a whole number")
    return int(text)


def _links(request: Request, type_: str, pairs: Pairs, following: int | None = None) -> list[tuple[str, str]]:
    address = f"{base(request)}/{type_}"
    asked = [(name, text) for name, text in pairs if name not in LOOKS]
    links = [("self", f"{address}?{urlencode(asked)}" if asked else address)]
    if following is not None:
        rest = [(name, text) for name, text in asked if name != "_offset"]
        links.append(("next", f"{address}?{urlencode([*rest, ('_offset', str(following))])}"))
    return links

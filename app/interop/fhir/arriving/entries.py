"""What stands in a payload, one by one: the entries of Bundles of any type, also of Bundles in Bundles.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.jsontext import NotJson, dump, parse

_TYPED = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{1,63})/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?", re.ASCII)
_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)
_JSON = "JSON text (RFC 8259) in UTF-8"


@dataclass(frozen=True, slots=True)
class Sent:
    """One resource, or the deletion of one, as it was sent.

    place: in FHIRPath, seen from the payload; method: what its entry asks for, "" where it asks for nothing;
    url: of the request; told: of the response that a history repeats; moment: when its Bundle was put together;
    issue: why it cannot be read at all.
    """

    place: str
    resource: Any
    full_url: str | None = None
    method: str = ""
    url: str = ""
    told: Any = None
    moment: str | None = None
    issue: Issue | None = None

    @property
    def text(self) -> bytes:
        """The resource as JSON."""
        return dump(self.resource)

    @property
    def named(self) -> tuple[str, str] | None:
        """(type, id) that the request is about, where it names one."""
        return typed(self.url.partition("?")[0])


def typed(url: str) -> tuple[str, str] | None:
    """(type, id) at the end of an address."""
    found = _TYPED.fullmatch(url)
    return (found[1], found[2]) if found else None


def sent_json(payload: bytes, most: int) -> list[Sent]:
    """The entries of a Bundle, or one resource. Fault MALFORMED for what is no JSON, TOO_LARGE for too many."""
    try:
        value = parse(payload)
    except NotJson as error:
        raise Fault(Category.MALFORMED, error.message, (_not_json(error, ""),)) from None
    if not isinstance(value, dict):
        issue = Issue("", "structure", "not a resource", "a FHIR resource, or a Bundle of them")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return _within(_flat(value, _root(value), None), most)


def sent_ndjson(payload: bytes, most: int) -> list[Sent]:
    """One resource, or Bundle, a line; a line that cannot be read is refused alone."""
    return _within(_lines(payload), most)


def _lines(payload: bytes) -> Iterator[Sent]:
    for number, line in enumerate(io.BytesIO(payload), start=1):
        if not line.strip():
            continue
        try:
            value = parse(line)
        except NotJson as error:
            yield Sent(f"line {number}", None, issue=_not_json(error, f"line {number}"))
        else:
            yield from _flat(value, f"line {number}: {_root(value)}", None)


def _within(found: Iterator[Sent], most: int) -> list[Sent]:
    items: list[Sent] = []
    for item in found:
        items.append(item)
        if len(items) > most:
            issue = Issue("", "too-long", "too many resources in one payload", f"at most {most}")
            raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    if not items:
        issue = Issue("Bundle.entry", "required", "no resources", "at least one entry with a resource")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return items


def _root(value: Any) -> str:
    type_ = value.get("resourceType") if isinstance(value, dict) else None
    return type_ if isinstance(type_, str) and _NAME.fullmatch(type_) else "resource"


def _flat(value: Any, place: str, moment: str | None) -> Iterator[Sent]:
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        yield Sent(place, value, moment=moment)
        return
    entries, moment = value.get("entry", []), _text(value.get("timestamp")) or moment
    if not isinstance(entries, list):
        yield Sent(place, value, issue=Issue(f"{place}.entry", "structure", "must be an array"))
        return
    for index, entry in enumerate(entries):
        yield from _entry(entry, f"{place}.entry[{index}]", moment)


def _entry(entry: Any, place: str, moment: str | None) -> Iterator[Sent]:
    if not isinstance(entry, dict):
        yield Sent(place, entry, issue=Issue(place, "structure", "must be an object", "an entry with a resource"))
        return
    request = entry.get("request")
    asked = request if isinstance(request, dict) else {}
    method, url = _text(asked.get("method")) or "", _text(asked.get("url")) or ""
    resource, full_url = entry.get("resource"), _text(entry.get("fullUrl"))
    if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
        yield from _flat(resource, f"{place}.resource", moment)
    elif resource is None and method != "DELETE":
        yield Sent(place, None, full_url, method or "GET", url, moment=moment)
    else:
        at = place if resource is None else f"{place}.resource"
        yield Sent(at, resource, full_url, method, url, entry.get("response"), moment)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _not_json(error: NotJson, place: str) -> Issue:
    return Issue(error.under(place), "structure", error.message, _JSON, place or None)

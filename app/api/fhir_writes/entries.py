"""Entries of a batch or transaction, as they were sent.

https://hl7.org/fhir/R4/bundle.html#bundle-unique
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.structure import MODELS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_WRITES_BODY = ("POST", "PUT", "PATCH")
_URL = re.compile(r"(?P<type>[A-Za-z]{1,64})(?:/(?P<id>[A-Za-z0-9.-]{1,64}))?(?:\?(?P<query>.*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. url: below our address, without a leading slash; place: in the Bundle; headers: of HTTP."""

    place: str
    method: str
    url: str
    full_url: str | None
    resource: dict[str, Any] | None
    headers: Mapping[str, str]

    def target(self) -> tuple[str, str | None, str | None]:
        """(type, id, search) that a write is about. Fault where the url does not say so."""
        found = _URL.fullmatch(self.url)
        if found is None or found["type"] not in MODELS:
            raise _fault(f"{self.place}.request.url", "value", "not the url of such an interaction", "Type/id")
        return found["type"], found["id"], found["query"]


# Element of Bundle.entry.request -> header of HTTP.
_CONDITIONS = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
    "ifModifiedSince": "if-modified-since",
}


def read_entries(body: Any, base: str, most: int) -> tuple[str, list[Entry]]:
    """(batch or transaction, its entries). Fault for what is no such Bundle, naming the place."""
    if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        raise _fault("resourceType", "invalid", "not a Bundle", "Bundle")
    kind, entries = body.get("type"), body.get("entry", [])
    if kind not in ("batch", "transaction"):
        raise _fault("Bundle.type", "value", "a Bundle of this type is not done here", "batch, transaction")
    if not isinstance(entries, list):
        raise _fault("Bundle.entry", "structure", "must be an array")
    if len(entries) > most:
        issue = Issue("Bundle.entry", "too-long", "too many entries", f"at most {most}")
        raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    found = [_entry(entry, f"Bundle.entry[{index}]", base) for index, entry in enumerate(entries)]
    if kind == "transaction":
        _check_names(found)
    return kind, found


def _check_names(entries: list[Entry]) -> None:
    """A fullUrl stands for one entry (bdl-7): what refers to it must mean one resource."""
    named = Counter(entry.full_url for entry in entries if entry.resource is not None and entry.full_url)
    for entry in entries:
        if entry.full_url and named[entry.full_url] > 1:
            raise _fault(f"{entry.place}.fullUrl", "invariant", "two entries have this fullUrl (bdl-7)")


def _entry(entry: Any, place: str, base: str) -> Entry:
    asked = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(asked, dict):
        raise _fault(f"{place}.request", "required", "an entry says what is asked for", "method and url")
    method, url = asked.get("method"), asked.get("url")
    if method not in METHODS:
        raise _fault(f"{place}.request.method", "value", "no such method", ", ".join(METHODS))
    if not isinstance(url, str):
        raise _fault(f"{place}.request.url", "required", "an entry says what is asked for", "a url")
    resource, full_url = entry.get("resource"), entry.get("fullUrl")
    if not isinstance(resource, dict | None) or (resource is None) == (method in _WRITES_BODY):
        wanted = "a resource" if method in _WRITES_BODY else "no resource"
        raise _fault(f"{place}.resource", "structure", "the method does not go with that", wanted)
    if not isinstance(full_url, str | None):
        raise _fault(f"{place}.fullUrl", "structure", "must be a text")
    headers = {}
    for name, header in _CONDITIONS.items():
        if name in asked:
            if not isinstance(asked[name], str):
                raise _fault(f"{place}.request.{name}", "structure", "must be a text")
            headers[header] = asked[name]
    return Entry(place, method, url.removeprefix(f"{base}/").lstrip("/"), full_url, resource, headers)


def _fault(place: str, code: str, message: str, expected: str | None = None) -> Fault:
    return Fault(Category.MALFORMED, message, (Issue(place, code, message, expected),))

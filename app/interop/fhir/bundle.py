"""Bundles made by joining bytes, so that stored resources are streamed and never read again.

https://hl7.org/fhir/R4/bundle.html

A Bundle is ``head`` + FIRST + entry + NEXT + entry … + TAIL, or ``head`` + EMPTY_TAIL: FHIR has no empty arrays.
"""

from __future__ import annotations

from app.interop.fhir.encode import to_json

FIRST = b',"entry":['
NEXT = b","
TAIL = b"]}"
EMPTY_TAIL = b"}"
_STATUS = {"POST": b"201", "PUT": b"200", "DELETE": b"204"}


def head(total: int | None, links: list[tuple[str, str]], kind: str = "searchset") -> bytes:
    """Everything before the entries. total: matches in all, or None where unknown; links: (relation, url)."""
    body = {"resourceType": "Bundle", "type": kind}
    counted = body if total is None else {**body, "total": total}
    linked = {**counted, "link": [{"relation": relation, "url": url} for relation, url in links]} if links else counted
    return to_json(linked)[:-1]


def entry(base: bytes, type_and_id: bytes, body: bytes, mode: str = "match") -> bytes:
    """A searchset entry. base: the service's address without a trailing slash; mode: match, include or outcome."""
    return b'{"fullUrl":"%b/%b","resource":%b,"search":{"mode":"%b"}}' % (base, type_and_id, body, mode.encode())


def said(outcome: bytes, empty: bool, release: int) -> bytes:
    """The end of a searchset that says something of itself. outcome: an OperationOutcome; empty: without entries.

    R4 has it as the last entry, R5 (https://hl7.org/fhir/R5/bundle-definitions.html#Bundle.issues) beside them.
    """
    if release == 4:
        return (FIRST if empty else NEXT) + b'{"resource":%b,"search":{"mode":"outcome"}}' % outcome + TAIL
    return (b"" if empty else b"]") + b',"issues":%b}' % outcome


def history_entry(
    base: bytes, type_and_id: bytes, version: bytes, last_modified: bytes, method: str, body: bytes | None
) -> bytes:
    """A history entry. method: POST, PUT or DELETE; body: that version's JSON, None for a deletion."""
    resource = b"" if body is None else b',"resource":%b' % body
    url = type_and_id.partition(b"/")[0] if method == "POST" else type_and_id
    return (
        b'{"fullUrl":"%b/%b"%b,"request":{"method":"%b","url":"%b"},'
        b'"response":{"status":"%b","etag":"W/\\"%b\\"","lastModified":"%b"}}'
    ) % (base, type_and_id, resource, method.encode(), url, _STATUS[method], version, last_modified)

"""Entries of the answer to a batch or transaction.

https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from app.interop.fhir.encode import to_json

# Header of HTTP -> element of Bundle.entry.response.
_TOLD = {"location": "location", "etag": "etag"}


def response_entry(status: int, headers: Mapping[str, str], resource: bytes | None, modified: str | None) -> bytes:
    """One entry. headers: of HTTP, names in lower case; resource: JSON, an OperationOutcome where the status is a
    refusal; modified: an instant.
    """
    told = {element: headers[name] for name, element in _TOLD.items() if name in headers}
    response = {"status": f"{status} {HTTPStatus(status).phrase}", **told}
    if modified is not None:
        response["lastModified"] = modified
    head = to_json(response)
    if resource is None:
        return b'{"response":%b}' % head
    if status >= 400:
        return b'{"response":%b,"outcome":%b}}' % (head[:-1], resource)
    return b'{"resource":%b,"response":%b}' % (resource, head)

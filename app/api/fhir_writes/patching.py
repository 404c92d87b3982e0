"""JSON Patch of a resource.

https://www.rfc-editor.org/rfc/rfc6902
"""

from __future__ import annotations

import base64
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from app.api.fhir_writes.incoming import checked
from app.domain.errors import Category, Fault, Issue
from app.interop import jsontext
from app.interop.fhir.encode import to_json
from app.interop.fhir.own import decode
from app.storage.documents import Document

JSON_PATCH = "application/json-patch+json"
MOST_OPERATIONS = 1000
MOST_BYTES = 4_000_000


def patched(found: Document, operations: Any, place: str = "") -> dict[str, Any]:
    """The resource with the operations done, checked like any other. Fault for what is no patch, or does not fit.

    operations: the JSON of the patch. 400 where it is none, 422 where a place or a test does not hold.
    """
    if not isinstance(operations, list) or len(operations) > MOST_OPERATIONS:
        expected = f"an array of at most {MOST_OPERATIONS} operations"
        raise Fault(Category.MALFORMED, "not a JSON Patch", (Issue(place, "structure", "not a JSON Patch", expected),))
    try:
        changed = _applied(decode(found.body), operations)
    except jsonpatch.InvalidJsonPatch:
        raise Fault(Category.MALFORMED, "not a JSON Patch", (Issue(place, "structure", _FORM),)) from None
    except (RecursionError, jsontext.NotJson):
        issue = Issue(place, "structure", "the patched resource is no JSON that could be sent: nested too deeply, say")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,)) from None
    except (jsonpatch.JsonPatchException, JsonPointerException):
        issue = Issue(place, "processing", "an operation does not fit the resource: its place or its test")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,)) from None
    resource = checked(changed, found.type, found.release, place)
    if resource.get("id") != found.id:
        raise Fault(Category.UNPROCESSABLE, "a patch may not change the id", (Issue("id", "value", "changed"),))
    return resource


def _applied(body: Any, operations: list[Any]) -> Any:
    """Done one by one: each copy may double the resource, so a few lines could else fill the memory.

    What comes of it is read again as if it had been sent, within the same bounds.
    """
    for operation in operations:
        body = jsonpatch.JsonPatch([operation]).apply(body, in_place=True)
        if operation["op"] == "copy" and len(to_json(body)) > MOST_BYTES:
            issue = Issue("", "too-costly", "the patch makes the resource too large", f"at most {MOST_BYTES} bytes")
            raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    return jsontext.parse(to_json(body))


def patch_of(resource: dict[str, Any] | None, place: str) -> Any:
    """The operations that an entry of a Bundle holds: in a Binary, as the standard says.

    https://hl7.org/fhir/R4/http.html#patch
    """
    data = resource.get("data") if resource is not None and resource.get("resourceType") == "Binary" else None
    try:
        return jsontext.parse(base64.b64decode(data or "", validate=True))
    except (ValueError, TypeError):
        issue = Issue(f"{place}.resource", "structure", "not a Binary with a JSON Patch", f"{JSON_PATCH}, in base64")
        raise Fault(Category.MALFORMED, issue.message, (issue,)) from None


_FORM = "an operation is an object with op and path, and value or from where it needs one"

"""Documents that are kept as YAML and given as YAML or JSON: study definitions, mapping profiles.

https://www.rfc-editor.org/rfc/rfc9512 (application/yaml)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from fastapi import Request, Response

from app.api.dependencies import json_answer
from app.api.negotiation import negotiate
from app.domain.errors import Category, Fault, Issue
from app.endpoints.document import MAX_BYTES, write_document
from app.interop.jsontext import NotJson, parse

YAML, JSON = "application/yaml", "application/json"


class Read(Protocol):
    """What was read from a document, with its plain values."""

    @property
    def value(self) -> dict[str, Any]:
        """The plain values."""


Loaded = TypeVar("Loaded", bound=Read)


def document_body(schema: str) -> dict[str, Any]:
    """The body of a request, for the OpenAPI document. schema: where its JSON Schema is to be had."""
    content = {
        JSON: {"schema": {"type": "object", "description": f"see GET {schema}"}},
        YAML: {"schema": {"type": "string", "description": "the same as YAML"}},
    }
    return {"requestBody": {"required": True, "content": content}}


def read_document(
    request: Request, payload: bytes, load: Callable[[bytes], Loaded], load_value: Callable[[Any], Loaded]
) -> tuple[Loaded, str]:
    """What a body says, and the YAML text under which it is kept. What `load` raises where it is wrong, or a Fault."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type not in (YAML, JSON):
        issue = Issue("content-type", "not-supported", "unsupported media type", f"{YAML}, {JSON}")
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    if len(payload) > MAX_BYTES:
        issue = Issue("", "too-long", "the document is too large", f"at most {MAX_BYTES} bytes")
        raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    if media_type == YAML:
        return load(payload), payload.decode("utf-8-sig")
    try:
        value = parse(payload)
    except NotJson as error:
        issue = Issue(error.under(""), "structure", error.message, "a JSON object")
        raise Fault(Category.MALFORMED, error.message, (issue,)) from None
    loaded = load_value(value)
    return loaded, write_document(loaded.value)


def document_answer(request: Request, body: str, digest: str, value: dict[str, Any]) -> Response:
    """The document in the form that is accepted; JSON where both are."""
    headers = {"vary": "accept", "etag": f'"{digest}"'}
    if negotiate(request, {"json": JSON, "yaml": YAML}, None) == "yaml":
        return Response(body, headers=headers, media_type=YAML)
    answer = json_answer(value)
    answer.headers.update(headers)
    return answer

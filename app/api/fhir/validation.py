"""`$validate` of a resource that is sent, and of one that is stored.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import negotiate, only, place, reply, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.caller import caller
from app.api.fhir.media_type import release, written_in
from app.domain.errors import Category, Fault, Issue
from app.interop import jsontext
from app.interop.fhir.form import Form
from app.interop.fhir.outcome import validated
from app.interop.fhir.structure import MODELS
from app.interop.fhir.validate.asked import IN_QUERY, Asked, asked
from app.interop.fhir.validate.finding import Finding, finding
from app.interop.fhir.validate.validate import validate
from app.storage.documents import Document


async def of_type(request: Request) -> Response:
    """Whether a resource could be created, or is valid."""
    question = await _question(request)
    type_ = request.path_params["type"]
    if type_ not in MODELS:
        raise Fault(Category.NOT_FOUND, "no such resource type")
    if question.resource is None:
        issue = Issue("resource", "required", "there is nothing to validate", type_)
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return await _answer(request, question, question.resource, written_in(request))


async def of_instance(request: Request) -> Response:
    """Whether a stored resource is valid, or what is sent could be its next version."""
    question = await _question(request)
    stored = await run_in_threadpool(tools(request).reader.current, *place(request), caller(request))
    if stored is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    if question.resource is not None:
        return await _answer(request, question, question.resource, written_in(request))
    if stored.deleted:
        raise Fault(Category.GONE, "the resource was deleted; its history is kept")
    return await _answer(request, question, _parsed(stored, release(request)), release(request))


async def _question(request: Request) -> Asked:
    negotiate(request)
    only(request, *IN_QUERY)
    query = [(name, text) for name, text in request.query_params.multi_items() if name in IN_QUERY]
    return asked(await parsed(request) if request.method == "POST" else None, query)


def _parsed(stored: Document, wanted: int) -> Any:
    return jsontext.parse(Form(wanted).of(stored.type, stored.release, stored.body))


async def _answer(request: Request, question: Asked, resource: Any, written: int) -> Response:
    """Findings are the answer, not an error: it is 200 whatever they are. A deletion asks nothing of the content."""
    found = [] if question.mode == "delete" else await run_in_threadpool(_found, request, question, resource, written)
    return reply(request, validated((item.severity, item.issue) for item in found))


def _found(request: Request, question: Asked, resource: Any, written: int) -> list[Finding]:
    type_ = request.path_params["type"]
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        return [finding("error", "resourceType", "invalid", "not a resource of this type", type_)]
    return [*_identity(request, question, resource), *validate(resource, written, question.profiles)]


def _identity(request: Request, question: Asked, resource: dict[str, Any]) -> list[Finding]:
    """What the id must be in the interaction that the mode names."""
    identifier = request.path_params.get("id")
    if identifier is not None and resource.get("id", identifier) != identifier:
        return [finding("error", "id", "invalid", "not the id of the address")]
    if question.mode == "update" and "id" not in resource:
        return [finding("error", "id", "required", "an update names the resource that it changes")]
    if question.mode == "create" and "id" in resource:
        return [finding("information", "id", "informational", "the service gives a resource that it creates an id")]
    return []


ROUTES = [
    Route("/{type}/$validate", of_type, methods=["POST"]),
    Route("/{type}/{id}/$validate", of_instance, methods=["GET", "POST"]),
]

"""The FHIR application: routes, and refusals as OperationOutcome.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.faults import DATABASE_ERRORS, from_error, from_http
from app.api.fhir import interactions, operations, searching, views
from app.api.fhir.media_type import media_type
from app.domain.errors import Fault
from app.interop.fhir.outcome import from_fault
from app.services.context import Services


def fhir_app(tools: Services) -> Starlette:
    """The application to mount at /fhir."""
    routes = [
        *views.ROUTES,
        Route("/metadata", _answered(operations.metadata), methods=["GET"]),
        Route("/_history", _answered(searching.system_history), methods=["GET"]),
        Route("/{type}/_history", _answered(searching.type_history), methods=["GET"]),
        Route("/{type}/_search", searching.search_by_post, methods=["POST"]),
        Route("/{type}/_search", _answered(searching.search), methods=["GET"]),
        Route("/{type}/{id}/$everything", _answered(operations.everything), methods=["GET"]),
        Route("/{type}/{id}/_history/{version}", _answered(interactions.vread), methods=["GET"]),
        Route("/{type}/{id}/_history", _answered(searching.instance_history), methods=["GET"]),
        Route("/{type}/{id}", _answered(interactions.read), methods=["GET"]),
        Route("/{type}", _answered(searching.search), methods=["GET"]),
    ]
    handlers: dict[Any, Any] = {
        Fault: _on_fault,
        HTTPException: _on_http,
        Exception: _on_error,
        **dict.fromkeys(DATABASE_ERRORS, _on_error),
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.state.services = tools
    return app


Endpoint = Callable[[Request], Awaitable[Response]]


def _answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint, which answers HEAD with the headers of GET alone."""

    async def answer(request: Request) -> Response:
        response = await endpoint(request)
        if request.method != "HEAD":
            return response
        bare = Response(status_code=response.status_code)
        bare.raw_headers = response.raw_headers
        return bare

    return answer


def outcome(request: Request, fault: Fault, headers: dict[str, str] | None = None) -> Response:
    """The answer to a fault; an OperationOutcome is the same in every release."""
    return Response(from_fault(fault), fault.category.status, headers, media_type(request))


def _on_fault(request: Request, error: Fault) -> Response:
    return outcome(request, error)


def _on_http(request: Request, error: HTTPException) -> Response:
    return outcome(request, from_http(error), dict(error.headers or {}))


def _on_error(request: Request, error: Exception) -> Response:
    return outcome(request, from_error(error))

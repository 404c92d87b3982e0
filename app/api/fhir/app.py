"""The FHIR application: routes, and refusals as OperationOutcome.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.faults import DATABASE_ERRORS, from_error, from_http, waiting
from app.api.fhir import (
    conformance,
    derive,
    everything,
    export,
    export_jobs,
    groups,
    interactions,
    lastn,
    measures,
    metadata,
    provenance,
    searching,
    subscription_operations,
    subscription_topics,
    subscriptions,
    trial_status,
    validation,
    views,
    websocket,
)
from app.api.fhir.head import with_head
from app.api.fhir.media_type import media_type
from app.domain.errors import Fault
from app.interop.fhir.outcome import from_fault
from app.services.context import Services


def fhir_app(tools: Services, further: Iterable[Route] = ()) -> Starlette:
    """The application to mount at /fhir. further: routes of rooms that this one may not know, tried last."""
    routes = [
        *views.ROUTES,
        *validation.ROUTES,
        *subscription_operations.ROUTES,
        *subscription_topics.ROUTES,
        *subscriptions.ROUTES,
        *websocket.ROUTES,
        *conformance.ROUTES,
        *export.ROUTES,
        *export_jobs.ROUTES,
        *groups.ROUTES,
        *measures.ROUTES,
        *provenance.ROUTES,
        *derive.ROUTES,
        *lastn.ROUTES,
        *metadata.ROUTES,
        Route("/_history", with_head(searching.system_history), methods=["GET"]),
        Route("/{type}/_history", with_head(searching.type_history), methods=["GET"]),
        Route("/{type}/_search", searching.search_by_post, methods=["POST"]),
        Route("/{type}/_search", with_head(searching.search), methods=["GET"]),
        *everything.ROUTES,
        *trial_status.ROUTES,
        Route("/{type}/{id}/_history/{version}", with_head(interactions.vread), methods=["GET"]),
        Route("/{type}/{id}/_history", with_head(searching.instance_history), methods=["GET"]),
        Route("/{type}/{id}", with_head(interactions.read), methods=["GET"]),
        Route("/{type}", with_head(searching.search), methods=["GET"]),
        *further,
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


def outcome(request: Request, fault: Fault, headers: dict[str, str] | None = None) -> Response:
    """The answer to a fault; an OperationOutcome is the same in every release."""
    sent = {**(headers or {}), **waiting(fault)}
    return Response(from_fault(fault), fault.category.status, sent, media_type(request))


def _on_fault(request: Request, error: Fault) -> Response:
    return outcome(request, error)


def _on_http(request: Request, error: HTTPException) -> Response:
    return outcome(request, from_http(error), dict(error.headers or {}))


def _on_error(request: Request, error: Exception) -> Response:
    return outcome(request, from_error(error))

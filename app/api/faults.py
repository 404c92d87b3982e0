"""Every refusal outside /fhir as a problem document.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from app.domain.errors import Category, Fault, Issue
from app.storage.writer import WriterStopped

# A read by id goes to the embedded database's driver itself.
DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error)
PROBLEM = "application/problem+json"
# After an answer of the database that did not come.
RETRY_SECONDS = 5
LOG = logging.getLogger("engraft")
_BY_STATUS = {category.status: category for category in Category}


def problem(fault: Fault, headers: dict[str, str] | None = None) -> Response:
    """The answer to a fault."""
    category = fault.category
    body = {
        "type": "about:blank",
        "title": category.title,
        "status": category.status,
        "detail": fault.detail,
        "issues": [issue.as_json() for issue in fault.issues],
    }
    return Response(json.dumps(body), category.status, {**(headers or {}), **waiting(fault)}, PROBLEM)


def waiting(fault: Fault) -> dict[str, str]:
    """The header that says when to ask again, where that is known."""
    return {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}


def from_http(error: HTTPException) -> Fault:
    """The fault behind a refusal of the framework's own (unknown route, wrong method)."""
    category = _BY_STATUS.get(error.status_code, Category.INVALID)
    return Fault(category, category.title)


def from_validation(error: RequestValidationError) -> Fault:
    """The fault behind parameters that FastAPI refused. The submitted values are left out."""
    issues = tuple(_parameter_issue(item) for item in error.errors())
    return Fault(Category.MALFORMED, "the request cannot be read", issues)


def _parameter_issue(item: Any) -> Issue:
    place = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
    context = item.get("ctx", {})
    limits = [words.format(context[name]) for name, words in _LIMITS.items() if name in context]
    expected = context.get("expected") or context.get("pattern") or context.get("error") or ", ".join(limits)
    code = "required" if item["type"] == "missing" else "value"
    message, words = _TYPES.get(item["type"], (item["type"].replace("_", " "), None))
    expected, message = expected or words, "out of range" if limits else message
    return Issue(place, code, message, str(expected) if expected else None)


_TYPES = {
    "missing": ("this parameter is required", None),
    "string_pattern_mismatch": ("not of the form of such a name", None),
    "bool_parsing": ("not true or false", "true or false"),
    "int_parsing": ("not a whole number", "a whole number"),
}
_LIMITS = {
    "gt": "more than {}",
    "ge": "at least {}",
    "lt": "less than {}",
    "le": "at most {}",
    "min_length": "at least {} characters",
    "max_length": "at most {} characters",
}


def from_error(error: Exception) -> Fault:
    """The fault behind an error of ours. Its text stays in the log: it may hold a patient's data."""
    if isinstance(error, WriterStopped):
        return Fault(Category.BUSY, "the service is stopping")
    if isinstance(error, DATABASE_ERRORS):
        LOG.error("database error: %s", type(error).__name__)
        return Fault(Category.BUSY, "the database did not answer; nothing of the request was stored", (), RETRY_SECONDS)
    LOG.error("internal error: %s at %s", type(error).__name__, _places(error))
    return Fault(Category.INTERNAL, "internal error; nothing of the request was stored")


def _places(error: Exception) -> str:
    """Where it happened, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))


def install(app: FastAPI) -> None:
    """Let every refusal leave as a problem document. What is not foreseen here is LastResort's."""

    def on_fault(_: Request, error: Exception) -> Response:
        assert isinstance(error, Fault)
        return problem(error)

    def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(from_http(error), dict(error.headers or {}))

    def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(from_validation(error))

    def on_error(_: Request, error: Exception) -> Response:
        return problem(from_error(error))

    app.add_exception_handler(Fault, on_fault)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(WriterStopped, on_error)
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, on_error)

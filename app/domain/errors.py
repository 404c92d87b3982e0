"""Faults and issues: what can go wrong, in one vocabulary.

https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")


class Category(Enum):
    """Every fault the service can answer with: (name, HTTP status, FHIR issue type). The one table of its kind."""

    MALFORMED = ("malformed", 400, "structure")
    INVALID = ("invalid", 400, "invalid")
    NOT_ALLOWED = ("not allowed", 405, "not-supported")
    NOT_FOUND = ("not found", 404, "not-found")
    NOT_ACCEPTABLE = ("not acceptable", 406, "not-supported")
    CONFLICT = ("conflict", 409, "conflict")
    GONE = ("gone", 410, "deleted")
    PRECONDITION = ("precondition failed", 412, "conflict")
    TOO_LARGE = ("too large", 413, "too-long")
    UNSUPPORTED_MEDIA = ("unsupported media type", 415, "not-supported")
    UNPROCESSABLE = ("cannot be processed", 422, "processing")
    TOO_MANY = ("too many requests", 429, "throttled")
    INTERNAL = ("internal error", 500, "exception")
    BUSY = ("busy", 503, "throttled")
    NO_ROOM = ("insufficient storage", 507, "no-store")

    def __init__(self, title: str, status: int, issue_type: str) -> None:
        self.title = title
        self.status = status
        self.issue_type = issue_type


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding in an input. Never holds the offending value: it could identify a patient.

    path: place in the record, e.g. ``records[3].grade``; code: a FHIR issue type; expected: the legal values;
    place: where it stands in what was sent, e.g. ``line 15, column AEGRADE`` or ``OBX[3]-5``; suggestion: the nearest
    known code, unit or word.
    """

    path: str
    code: str
    message: str
    expected: str | None = None
    place: str | None = None
    suggestion: str | None = None

    def as_json(self) -> dict[str, str]:
        """The issue as it stands in receipts and problem documents."""
        body = {"path": self.path, "code": self.code, "message": self.message}
        further = {"expected": self.expected, "place": self.place, "suggestion": self.suggestion}
        return body | {name: value for name, value in further.items() if value is not None}

    def under(self, prefix: str) -> Issue:
        """The same issue, seen from the container that holds the record."""
        if not prefix:
            return self
        joined = prefix if not self.path else f"{prefix}.{self.path}" if self.path[0] != "[" else prefix + self.path
        return replace(self, path=joined)


def shown_name(name: str) -> str:
    """A submitted field name as it may stand in a place: what does not look like a name could identify a patient."""
    return name if _NAME.fullmatch(name) else "(unknown name)"


def place(location: Iterable[str | int]) -> str:
    """Names and positions as one path: ``sites[0].id``."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{shown_name(part)}" if path else shown_name(part)
    return path


class Fault(Exception):
    """A refusal: its category, a plain sentence and the issues behind it; retry_after: seconds to wait, where known."""

    def __init__(
        self, category: Category, detail: str, issues: tuple[Issue, ...] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.category = category
        self.detail = detail
        self.issues = issues


def bad_parameter(name: str, expected: str) -> Fault:
    """The fault for a query parameter that cannot be used."""
    issue = Issue(name, "value", f"parameter '{name}' cannot be used", expected)
    return Fault(Category.MALFORMED, issue.message, (issue,))

"""What a validation finds, and how serious it is.

https://hl7.org/fhir/R4/valueset-issue-severity.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.errors import Issue

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An issue with its severity; its place is seen from the resource."""

    severity: Severity
    issue: Issue


def finding(severity: Severity, path: str, code: str, message: str, expected: str | None = None) -> Finding:
    """A finding. code: a FHIR issue type."""
    return Finding(severity, Issue(path, code, message, expected))

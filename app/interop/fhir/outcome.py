"""OperationOutcome: what went wrong, for FHIR clients.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.domain.errors import Fault, Issue
from app.interop.fhir.encode import to_json


def operation_outcome(severity: str, code: str, diagnostics: str, expression: list[str] | None = None) -> bytes:
    """An OperationOutcome of one issue. severity, code: IssueSeverity and IssueType; expression: FHIRPath places."""
    return _outcome([_issue(severity, code, diagnostics, expression)])


def from_fault(fault: Fault) -> bytes:
    """A fault and the issues behind it; the plain sentence stands alone where there are none."""
    if not fault.issues:
        return operation_outcome("error", fault.category.issue_type, fault.detail)
    return _outcome([_from_issue(issue) for issue in fault.issues])


def warnings(issues: Iterable[Issue]) -> bytes:
    """What a client should know of an answer that it got all the same."""
    return _outcome([{**_from_issue(issue), "severity": "warning"} for issue in issues])


def validated(found: Iterable[tuple[str, Issue]]) -> bytes:
    """What a validation found: (severity, issue); that all is well where it found nothing."""
    issues = [{**_from_issue(issue), "severity": severity} for severity, issue in found]
    return _outcome(issues or [_issue("information", "informational", "All OK", None)])


def _from_issue(issue: Issue) -> dict[str, Any]:
    expected = f"; expected: {issue.expected}" if issue.expected else ""
    return _issue("error", issue.code, issue.message + expected, [issue.path] if issue.path else None)


def _issue(severity: str, code: str, diagnostics: str, expression: list[str] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": diagnostics}
    return {**body, "expression": expression} if expression else body


def _outcome(issues: list[dict[str, Any]]) -> bytes:
    return to_json({"resourceType": "OperationOutcome", "issue": issues})

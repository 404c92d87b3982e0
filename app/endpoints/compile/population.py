"""Who belongs to an endpoint, and why every other subject does not.

docs/conventions.md: one row for each member, one exclusion with its reason for everybody else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, case, null, or_

from app.endpoints.compile.anchors import evidence
from app.endpoints.definition import AnchorStart, Baseline, Definition, ResponseStart


def exclusion(
    definition: Definition, baseline: Baseline | None, start: ResponseStart | AnchorStart | None, row: CTE
) -> ColumnElement[Any]:
    """Why a subject is in no result row: the first requirement that it does not meet, or null.

    row: (day_zero; baseline_status, baseline_met, baseline_unmet where there is a baseline; start_day, end_day where
    there is a start).
    """
    reasons: list[tuple[Any, Any]] = [(row.c.day_zero.is_(None), definition.exclusions.not_started)]
    if baseline is not None:
        reasons += [
            (row.c.baseline_status.is_(None), definition.exclusions.no_status),
            (row.c.baseline_met == 0, baseline.otherwise),
            (row.c.baseline_unmet == 1, definition.exclusions.contradictory),
        ]
    if start is not None:
        beyond = or_(row.c.start_day.is_(None), row.c.start_day > row.c.end_day)
        reasons.append((beyond, start.otherwise))
    return case(*reasons, else_=null())


def prefixed(table: CTE, prefix: str) -> list[ColumnElement[Any]]:
    """Every column but the subject, labelled so that several such tables can be stacked."""
    return [column.label(f"{prefix}_{column.name}") for column in table.c if column.name != "subject"]


def day_zero_columns(zero: CTE) -> list[ColumnElement[Any]]:
    """Day 0 with its evidence: (day_zero, zero_record, zero_version, zero_resource)."""
    return [zero.c.day.label("day_zero"), *[column.label(f"zero_{column.name}") for column in evidence(zero)]]

"""Response rate: for every member of the population the first response, or the last assessment without one.

docs/conventions.md; ELN 2022, https://doi.org/10.1182/blood.2022016867
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Select, and_, case, func, literal, or_, select

from app.endpoints.compile.anchors import (
    baseline,
    day_zero,
    enrolled_subjects,
    evidence,
    first_row,
    observation_end,
    place,
)
from app.endpoints.compile.population import day_zero_columns, exclusion, prefixed
from app.endpoints.compile.stack import Part, stack
from app.endpoints.compile.start import response
from app.endpoints.compile.visible import Scope
from app.endpoints.definition import Definition, ResponseRate
from app.endpoints.event import EVENT


def response_rate(definition: Definition, endpoint: ResponseRate, one_subject: bool = False) -> Select[Any]:
    """The statement: one row for every subject enrolled at `as_of`, ordered by subject."""
    scope = Scope(definition.sources, one_subject)
    zero = day_zero(scope, definition.day_zero)
    end = observation_end(scope, endpoint.observation_end, zero)
    status = baseline(scope, definition.status, zero, endpoint.baseline)
    found = response(scope, endpoint.response, zero)
    last = _last_status(scope, endpoint.assessed or definition.status, zero, end)
    tables: list[Part] = [
        (enrolled_subjects(scope, definition.enrolled), [literal(1).label("enrolled")]),
        (zero, day_zero_columns(zero)),
        (end, [end.c.day.label("end_day"), end.c.position.label("end_position")]),
        (status, prefixed(status, "baseline")),
        (found, prefixed(found, "response")),
        (last, prefixed(last, "assessed")),
    ]
    row = stack(tables, "stacked")
    responded = case((row.c.response_day <= row.c.end_day, 1), else_=0).label("responded")
    excluded = exclusion(definition, endpoint.baseline, None, row).label("excluded")
    return select(row, responded, excluded).where(row.c.enrolled == 1).order_by(row.c.subject)


def _last_status(scope: Scope, source: str, zero: CTE, end: CTE) -> CTE:
    """Last disease status after day 0 inside the observation: (subject, day, status, record ...)."""
    event = EVENT.alias()
    timed_after = and_(event.c.second > zero.c.second, event.c.first_day == zero.c.day)
    strictly_after = or_(event.c.first_day > zero.c.day, timed_after)
    order = (event.c.first_day.desc(), func.coalesce(event.c.second, 0).desc(), event.c.record)
    ranked = (
        select(
            event.c.subject,
            event.c.first_day.label("day"),
            event.c.status,
            *evidence(event),
            place(event.c.subject, *order),
        )
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .join(end, end.c.subject == event.c.subject)
        .where(scope.holds(event, source), strictly_after, event.c.first_day <= end.c.day)
    )
    return first_row(ranked, "last_status")

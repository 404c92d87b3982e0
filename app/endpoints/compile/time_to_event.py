"""Time to event: one row for every subject of the study, a result or the reason for an exclusion.

docs/adr/0004-endpoints-as-data.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, cast, literal, null, or_, select, union_all
from sqlalchemy.sql.selectable import FromClause

from app.endpoints.compile.anchors import (
    after,
    baseline,
    day_zero,
    death,
    earliest_day,
    enrolled_subjects,
    evidence,
    first_row,
    held_at,
    imputed,
    not_over,
    observation_end,
    place,
    reached_before,
)
from app.endpoints.compile.population import day_zero_columns, exclusion, prefixed
from app.endpoints.compile.run import first_run
from app.endpoints.compile.stack import Part, stack
from app.endpoints.compile.start import start_of
from app.endpoints.compile.visible import Scope, earlier, matches, named
from app.endpoints.definition import CensorSource, Definition, EventSource, TimeToEvent
from app.endpoints.event import EVENT

_NO_TEXT = cast(null(), String)
_SURE = _NO_TEXT.label("doubt")


@dataclass(frozen=True)
class Plan:
    """The named parts of one statement, built once and used by the rows and by the candidates."""

    scope: Scope
    endpoint: TimeToEvent
    zero: CTE
    baseline: CTE | None
    start: CTE
    end: CTE
    death: CTE | None


def plan(definition: Definition, endpoint: TimeToEvent, one_subject: bool = False) -> Plan:
    """Lay out the anchors of an endpoint (with its analysis already applied)."""
    scope = Scope(definition.sources, one_subject)
    zero = day_zero(scope, definition.day_zero)
    status = baseline(scope, definition.status, zero, endpoint.baseline) if endpoint.baseline else None
    start = start_of(scope, endpoint.start, zero)
    end = observation_end(scope, endpoint.observation_end, zero)
    deaths = [item.source for item in endpoint.events if definition.sources[item.source].kind == "death"]
    died = death(scope, deaths, definition.alive) if deaths else None
    return Plan(scope, endpoint, zero, status, start, end, died)


def candidates(parts: Plan) -> CTE:
    """Every record that could be the event: (subject, position, component, day, second, dtf, doubt, record ...).

    doubt: why it cannot be said whether this is the event, or null.
    """
    branches = [_branch(parts, item, position) for position, item in enumerate(parts.endpoint.events)]
    return named(union_all(*branches), "candidate")


def _branch(parts: Plan, item: EventSource, position: int) -> Select[Any]:
    labels: list[ColumnElement[Any]] = [literal(position).label("position"), literal(item.component).label("component")]
    where, start = parts.scope.sources[item.source], parts.start
    if item.run is not None:
        found = first_run(parts.scope, item.source, item.run, start, parts.end)
        second = cast(null(), EVENT.c.second.type).label("second")
        return select(
            found.c.subject, *labels, found.c.day, second, _NO_TEXT.label("dtf"), found.c.doubt, *evidence(found)
        )
    if parts.death is not None and where.kind == "death":
        died = parts.death
        return (
            select(died.c.subject, *labels, died.c.day, died.c.second, died.c.dtf, _SURE, *evidence(died))
            .join_from(died, start, died.c.subject == start.c.subject)
            .where(matches(died, where))
        )
    event = EVENT.alias()
    day = earliest_day(event, start).label("day")
    conditions = [parts.scope.holds(event, item.source), or_(event.c.last_day < start.c.day, not_over(event, start))]
    if where.grade_min is not None:
        conditions.append(~_prevalent(parts, item.source, event))
    doubt = _SURE if item.undetermined is None else literal(item.undetermined, String).label("doubt")
    return (
        select(event.c.subject, *labels, day, event.c.second, imputed(event).label("dtf"), doubt, *evidence(event))
        .join_from(event, start, event.c.subject == start.c.subject)
        .where(*conditions)
    )


def _prevalent(parts: Plan, source: str, event: FromClause) -> ColumnElement[bool]:
    """Whether the same record had reached the grade before day 0 and held it then."""
    earlier_event, zero = EVENT.alias(), parts.zero.alias()
    return (
        select(earlier_event.c.id)
        .join_from(earlier_event, zero, earlier_event.c.subject == zero.c.subject)
        .where(
            parts.scope.holds(earlier_event, source),
            earlier_event.c.record == event.c.record,
            earlier_event.c.id != event.c.id,
            reached_before(earlier_event, zero),
            held_at(earlier_event, zero),
        )
        .exists()
    )


def _order(found: CTE) -> tuple[ColumnElement[Any], ...]:
    """By day (those that cannot be dated last), by place in the list, the better known date first, then by record."""
    undated = case((found.c.day.is_(None), 1), else_=0)
    guess = case((found.c.dtf == "D", 1), (found.c.dtf == "M", 2), (found.c.dtf == "Y", 3), else_=0)
    return undated, found.c.day, found.c.position, guess, found.c.record


def _event(parts: Plan, found: CTE) -> CTE:
    start, end = parts.start, parts.end
    ranked = (
        select(*found.c, place(found.c.subject, *_order(found)))
        .join_from(found, start, found.c.subject == start.c.subject)
        .join(end, end.c.subject == found.c.subject)
        .where(after(found.c.day, found.c.second, start), found.c.day <= end.c.day)
    )
    return first_row(ranked, "event")


def _censor(parts: Plan) -> CTE:
    """Latest evidence that the event had not happened: (subject, day, position, clipped, record ...)."""
    branches = [_censor_branch(parts, item, place_) for place_, item in enumerate(parts.endpoint.censor)]
    union = union_all(*branches).subquery()
    order = (union.c.day.desc(), union.c.clipped, union.c.position, union.c.record)
    return first_row(select(*union.c, place(union.c.subject, *order)), "censor")


def _censor_branch(parts: Plan, item: CensorSource, position: int) -> Select[Any]:
    event, start, end = EVENT.alias(), parts.start, parts.end
    day = earlier(event.c.first_day, end.c.day) if item.clip else event.c.first_day
    conditions = [parts.scope.holds(event, item.source), day >= start.c.day]
    return (
        select(
            event.c.subject,
            day.label("day"),
            literal(position).label("position"),
            (_clipped(parts, event) if item.clip else literal(0)).label("clipped"),
            *evidence(event),
        )
        .join_from(event, start, event.c.subject == start.c.subject)
        .join(end, end.c.subject == event.c.subject)
        .where(*conditions if item.clip else (*conditions, event.c.first_day <= end.c.day))
    )


def _clipped(parts: Plan, event: FromClause) -> ColumnElement[int]:
    """1 where observation ended at the evidence: it lies beyond the end, or on the day of what ended observation.

    A withdrawal or a therapy proves life on its own day, and is the reason for the censoring all the same.
    """
    end = parts.end
    ended = and_(event.c.first_day == end.c.day, end.c.position < len(parts.endpoint.observation_end))
    return case((or_(event.c.first_day > end.c.day, ended), 1), else_=0)


def rows(definition: Definition, endpoint: TimeToEvent, one_subject: bool = False) -> Select[Any]:
    """The statement: one row for every subject enrolled at `as_of`, ordered by subject."""
    parts = plan(definition, endpoint, one_subject)
    found, censored = _event(parts, candidates(parts)), _censor(parts)
    tables: list[Part] = [
        (enrolled_subjects(parts.scope, definition.enrolled), [literal(1).label("enrolled")]),
        (parts.zero, day_zero_columns(parts.zero)),
        (parts.end, [parts.end.c.day.label("end_day"), parts.end.c.position.label("end_position")]),
        (parts.start, prefixed(parts.start, "start")),
        (found, prefixed(found, "event")),
        (censored, prefixed(censored, "censor")),
    ]
    if parts.baseline is not None:
        tables.append((parts.baseline, prefixed(parts.baseline, "baseline")))
    row = stack(tables, "stacked")
    excluded = exclusion(definition, endpoint.baseline, endpoint.start, row).label("excluded")
    return select(row, excluded).where(row.c.enrolled == 1).order_by(row.c.subject)


def all_candidates(definition: Definition, endpoint: TimeToEvent, one_subject: bool = False) -> Select[Any]:
    """Every candidate with its start and end of observation, so that rejected ones can be explained."""
    parts = plan(definition, endpoint, one_subject)
    found = candidates(parts)
    is_after = case((after(found.c.day, found.c.second, parts.start), 1), else_=0)
    return (
        select(
            *found.c,
            is_after.label("after_start"),
            parts.end.c.day.label("end_day"),
            parts.end.c.position.label("end_position"),
        )
        .join_from(found, parts.start, found.c.subject == parts.start.c.subject)
        .join(parts.end, parts.end.c.subject == found.c.subject)
        .order_by(found.c.subject, *_order(found))
    )

"""Events inside the window after day 0: the shared parts of SAE and DLT.

docs/conventions.md: days 0..28 inclusive; an event that began before counts from the day it became worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.sql.selectable import FromClause

from app.endpoints.compile.anchors import (
    after,
    day_zero,
    death,
    earliest_day,
    enrolled_subjects,
    evidence,
    held_at,
    imputed,
    not_over,
    observation_end,
    reached_before,
)
from app.endpoints.compile.population import day_zero_columns, exclusion
from app.endpoints.compile.stack import Part, stack, wide
from app.endpoints.compile.visible import Scope, earlier, named
from app.endpoints.definition import Definition, Toxicity, WindowIncidence
from app.endpoints.event import EVENT


@dataclass(frozen=True)
class Window:
    """The named parts that both window endpoints stand on."""

    scope: Scope
    definition: Definition
    zero: CTE
    end: CTE
    enrolled: CTE
    seen: CTE
    death: CTE

    @property
    def last(self) -> ColumnElement[int]:
        """Last day of the window."""
        return self.zero.c.day + self.definition.window_days


def window(definition: Definition, endpoint: WindowIncidence | Toxicity, one_subject: bool) -> Window:
    """Lay out the anchors of a window endpoint."""
    scope = Scope(definition.sources, one_subject)
    zero = day_zero(scope, definition.day_zero)
    end = observation_end(scope, endpoint.observation_end, zero)
    return Window(
        scope,
        definition,
        zero,
        end,
        enrolled_subjects(scope, definition.enrolled),
        _seen(scope, definition.alive, end),
        death(scope, [endpoint.death], definition.alive),
    )


def _seen(scope: Scope, alive: str, end: CTE) -> CTE:
    """Last day on which each subject was under observation, not beyond its end: (subject, day)."""
    event = EVENT.alias()
    return named(
        select(event.c.subject, func.max(earlier(event.c.first_day, end.c.day)).label("day"))
        .join_from(event, end, event.c.subject == end.c.subject)
        .where(scope.holds(event, alive))
        .group_by(event.c.subject),
        "seen",
    )


def members(parts: Window, found: CTE) -> Select[Any]:
    """One row of its own for every subject, then a row for each of its findings."""
    frame = _frame(parts)
    findings = select(found).where(found.c.subject.in_(select(parts.enrolled.c.subject))).subquery()
    names = [column for column in findings.c if column.name != "subject"]
    own = [column for column in frame.c if column.name != "subject"]
    union = union_all(*wide([(frame, own), (findings, names)])).subquery()
    worst_first = func.coalesce(union.c.grade, -1).desc()
    order = (union.c.record.is_not(None), union.c.day, union.c.record, worst_first, union.c.event_id)
    return select(union).order_by(union.c.subject, *order)


_FRAME = (
    "subject",
    "day_zero",
    "zero_record",
    "zero_version",
    "zero_resource",
    "observed_until",
    "end_position",
    "seen_day",
)


def _frame(parts: Window) -> CTE:
    """The subject's own row: `_FRAME`, death_day where it lies in the window, and why the subject is excluded."""
    tables: list[Part] = [
        (parts.enrolled, [literal(1).label("enrolled")]),
        (parts.zero, day_zero_columns(parts.zero)),
        (parts.end, [parts.end.c.day.label("observed_until"), parts.end.c.position.label("end_position")]),
        (parts.seen, [parts.seen.c.day.label("seen_day")]),
        (parts.death, [parts.death.c.day.label("died")]),
    ]
    row = stack(tables, "stacked")
    last = row.c.day_zero + parts.definition.window_days
    in_window = and_(row.c.died >= row.c.day_zero, row.c.died <= last, row.c.died <= row.c.observed_until)
    kept = [row.c[name] for name in _FRAME]
    death_day = case((in_window, row.c.died), else_=null()).label("death_day")
    excluded = exclusion(parts.definition, None, None, row).label("excluded")
    return named(select(*kept, death_day, excluded).where(row.c.enrolled == 1), "frame")


def grades(parts: Window, sources: list[str]) -> CTE:
    """Grades reached inside the window and above the grade at day 0, or not graded: one row each.

    (subject, day, dtf, kind, status, category, grade, baseline, related, flag, second, end_*, until_*, held_day,
    record ...). An end after the end of observation is not known yet; held_day is the last day on which the grade is
    known to have been held, where that is known.
    """
    event, before, zero, end = EVENT.alias(), _grade_at_start(parts, sources), parts.zero, parts.end
    day = earliest_day(event, zero)
    held = case((event.c.until_day.is_not(None), earlier(event.c.until_day, end.c.day)), else_=null())
    above = or_(event.c.grade.is_(None), event.c.grade > func.coalesce(before.c.grade, 0))
    return named(
        select(
            event.c.subject,
            day.label("day"),
            event.c.id.label("event_id"),
            _doubtful(parts, event).label("dtf"),
            *[event.c[name] for name in _KEPT],
            *[_by(end, event, name) for name in ("end", "until")],
            *[_by(end, event, name, "second") for name in ("end", "until")],
            held.label("held_day"),
            before.c.grade.label("baseline"),
            *evidence(event),
        )
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .join(end, end.c.subject == event.c.subject)
        .join(before, before.c.record == event.c.record, isouter=True)
        .where(parts.scope.holds_any(event, sources), above, in_window(parts, event, day)),
        "reached",
    )


_KEPT = ("kind", "status", "category", "grade", "value", "related", "flag", "second")


def _doubtful(parts: Window, event: FromClause) -> ColumnElement[str]:
    """What was imputed, where not every possible day lies inside the window."""
    spread = or_(event.c.first_day < parts.zero.c.day, event.c.last_day > parts.last)
    return case((spread, imputed(event)), else_=null())


def _by(end: CTE, event: FromClause, name: str, unit: str = "day") -> ColumnElement[Any]:
    """`end` or `until` of an event where it lies inside the observation, else null."""
    happened = event.c[f"{name}_day"] <= end.c.day
    return case((happened, event.c[f"{name}_{unit}"]), else_=null()).label(f"{name}_{unit}")


def in_window(parts: Window, event: FromClause, day: ColumnElement[int]) -> ColumnElement[bool]:
    """Not before day 0, not over before it, inside the window and before the end of observation."""
    zero = parts.zero
    return and_(after(day, event.c.second, zero), not_over(event, zero), day <= parts.last, day <= parts.end.c.day)


def _grade_at_start(parts: Window, sources: list[str]) -> CTE:
    """The grade that each record had at day 0: (record, grade)."""
    event, zero = EVENT.alias(), parts.zero
    return named(
        select(event.c.record, func.max(event.c.grade).label("grade"))
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .where(parts.scope.holds_any(event, sources), reached_before(event, zero), held_at(event, zero))
        .group_by(event.c.record),
        "grade_at_start",
    )


def incidence(definition: Definition, endpoint: WindowIncidence, one_subject: bool = False) -> Select[Any]:
    """The statement of a window incidence (SAE): one row a subject and finding.

    verdict: `yes`, or `unknown` (nothing recorded; or it began before day 0, worsened inside the window, and the day
    on which it became serious is not recorded).
    """
    parts = window(definition, endpoint, one_subject)
    event, worse = EVENT.alias(), grades(parts, [endpoint.worsening])
    zero = parts.zero
    day = earliest_day(event, zero)
    dated = in_window(parts, event, day)
    worsened = select(worse.c.record).where(worse.c.grade.is_not(None), worse.c.record == event.c.record).exists()
    undated = and_(~after(day, event.c.second, zero), event.c.flag == 0, worsened)
    verdict = case((and_(dated, event.c.status == "serious"), "yes"), else_="unknown")
    found = named(
        select(
            event.c.subject,
            day.label("day"),
            event.c.id.label("event_id"),
            _doubtful(parts, event).label("dtf"),
            verdict.label("verdict"),
            event.c.category,
            event.c.grade,
            event.c.related,
            *evidence(event),
        )
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .join(parts.end, parts.end.c.subject == event.c.subject)
        .where(parts.scope.holds(event, endpoint.source), or_(dated, undated)),
        "finding",
    )
    return members(parts, found)


HOURS_A_DAY, SECONDS_AN_HOUR = 24, 3600


def lasted_at_most(reached: Any, end: str, hours: int) -> ColumnElement[bool]:
    """Whether the end is known and no later than so many hours: by clock where both are timed, else by days."""
    end_second, end_day = reached.c[f"{end}_second"], reached.c[f"{end}_day"]
    timed = and_(end_second.is_not(None), reached.c.second.is_not(None))
    # An end before the beginning is a contradiction, and no evidence of a short event.
    by_clock = (end_second - reached.c.second).between(0, hours * SECONDS_AN_HOUR)
    by_days = (end_day - reached.c.day).between(0, hours // HOURS_A_DAY)
    return case((timed, by_clock), (end_day.is_(None), False), else_=by_days) == True  # noqa: E712 - SQL

"""One row a subject: day 0, status at baseline, end of observation, date of death.

https://www.cdisc.org/standards/foundational/adam (ADSL: TRTSDT, DTHDT)
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal, not_, null, or_, select, true, union_all
from sqlalchemy.sql.selectable import FromClause

from app.endpoints.compile.visible import CONDITIONS, CUTOFF, Scope, earlier, later, matches, named
from app.endpoints.definition import Baseline, ObservationEnd
from app.endpoints.event import EVENT

EVIDENCE = ("record", "version", "resource")


def evidence(event: FromClause) -> list[ColumnElement[Any]]:
    """The columns that say which record version a row rests on."""
    return [event.c[name] for name in EVIDENCE]


def first_row(ranked: Select[Any], name: str) -> CTE:
    """The rows of `ranked` whose column `place` is 1, as a CTE."""
    rows = ranked.subquery()
    columns = [column for column in rows.c if column.name != "place"]
    return named(select(*columns).where(rows.c.place == 1), name)


def place(subject: ColumnElement[Any], *order: ColumnElement[Any]) -> ColumnElement[int]:
    """Row number inside the subject; `order` must be total so that every engine agrees."""
    return func.row_number().over(partition_by=subject, order_by=order).label("place")


def after(day: ColumnElement[int], second: ColumnElement[Any], start: FromClause) -> ColumnElement[bool]:
    """Whether an event is not before the start: on the same day only clock times on both can put it before."""
    timed_before = and_(second.is_not(None), start.c.second.is_not(None), second < start.c.second)
    return or_(day > start.c.day, and_(day == start.c.day, or_(~timed_before, timed_before.is_(None))))


def reached_before(event: FromClause, start: FromClause) -> ColumnElement[bool]:
    """Whether every possible day of an event is before the start, on the same day by clock times on both."""
    timed = and_(event.c.first_day == start.c.day, event.c.second < start.c.second)
    return or_(event.c.last_day < start.c.day, timed)


def held_at(event: FromClause, start: FromClause) -> ColumnElement[bool]:
    """Whether a grade that was reached before the start had not fallen by then."""
    return or_(event.c.until_day.is_(None), after(event.c.until_day, event.c.until_second, start))


def not_over(event: FromClause, start: FromClause) -> ColumnElement[bool]:
    """Whether an event had not ended before the start; an end that was not recorded ends nothing."""
    return or_(event.c.end_day.is_(None), after(event.c.end_day, event.c.end_second, start))


def earliest_day(event: FromClause, start: FromClause) -> ColumnElement[int]:
    """First possible day of an event, but not before the start if its days reach it."""
    reaches = and_(event.c.first_day < start.c.day, event.c.last_day >= start.c.day)
    return case((reaches, start.c.day), else_=event.c.first_day)


def enrolled_subjects(scope: Scope, source: str) -> CTE:
    """Every subject of the study, once: (subject)."""
    event = EVENT.alias()
    return named(select(event.c.subject).where(scope.holds(event, source)).distinct(), "enrolled")


def day_zero(scope: Scope, source: str) -> CTE:
    """First infusion of each subject up to the cut-off: (subject, day, second, record, version, resource)."""
    event = EVENT.alias()
    untimed = case((event.c.second.is_(None), 1), else_=0)
    order = (event.c.first_day, untimed, event.c.second, event.c.record)
    ranked = select(
        event.c.subject,
        event.c.first_day.label("day"),
        event.c.second,
        *evidence(event),
        place(event.c.subject, *order),
    ).where(scope.holds(event, source), event.c.first_day <= CUTOFF)
    return first_row(ranked, "day_zero")


def baseline(scope: Scope, source: str, start: CTE, rule: Baseline | None = None) -> CTE:
    """Last disease status on or before day 0: (subject, status, day, record ...). Same day untimed is baseline.

    With a rule also met and unmet: 1 where any of the statuses of that same moment meets it, and where any does not.
    """
    event = EVENT.alias()
    timed_after = and_(event.c.second.is_not(None), start.c.second.is_not(None), event.c.second > start.c.second)
    on_day = and_(event.c.last_day == start.c.day, or_(~timed_after, timed_after.is_(None)))
    untimed = case((event.c.second.is_(None), 1), else_=0)
    order = (event.c.last_day.desc(), untimed, event.c.second.desc(), event.c.record.desc())
    ranked = (
        select(
            event.c.subject,
            event.c.status,
            event.c.last_day.label("day"),
            *evidence(event),
            *([] if rule is None else _agreement(event, rule)),
            place(event.c.subject, *order),
        )
        .join_from(event, start, event.c.subject == start.c.subject)
        .where(scope.holds(event, source), or_(event.c.last_day < start.c.day, on_day))
    )
    return first_row(ranked, "baseline")


def _agreement(event: FromClause, rule: Baseline) -> list[ColumnElement[Any]]:
    """Whether the statuses of one moment meet the requirement: (met, unmet), each 1 where any of them does."""
    wanted = [] if rule.status_in is None else [event.c.status.in_(rule.status_in)]
    wanted += [] if rule.status_not_in is None else [event.c.status.not_in(rule.status_not_in)]
    moment = (event.c.subject, event.c.last_day, event.c.second)
    return [
        func.max(case((condition, 1), else_=0)).over(partition_by=moment).label(name)
        for name, condition in (("met", and_(true(), *wanted)), ("unmet", not_(and_(true(), *wanted))))
    ]


def observation_end(scope: Scope, ends: list[ObservationEnd], start: CTE) -> CTE:
    """Last day that counts: (subject, day, reason, cnsr); the cut-off where nothing ended observation earlier."""
    branches = [_end_branch(scope, end, position, start) for position, end in enumerate(ends)]
    cut = select(start.c.subject, CUTOFF.label("day"), literal(len(ends)).label("position"))
    union = union_all(*branches, cut).subquery()
    ranked = select(
        union.c.subject, union.c.day, union.c.position, place(union.c.subject, union.c.day, union.c.position)
    )
    return first_row(ranked, "observation_end")


def _end_branch(scope: Scope, end: ObservationEnd, position: int, start: CTE) -> Select[Any]:
    event = EVENT.alias()
    conditions = [scope.holds(event, end.source), event.c.first_day <= CUTOFF]
    if end.when == "on-or-after-start":
        conditions.append(after(event.c.first_day, event.c.second, start))
    if end.when == "after-start":
        conditions.append(event.c.first_day > start.c.day)
    return (
        select(event.c.subject, event.c.first_day.label("day"), literal(position).label("position"))
        .join_from(event, start, event.c.subject == start.c.subject)
        .where(*conditions)
    )


def death(scope: Scope, sources: list[str], alive: str) -> CTE:
    """The death of each subject with its date imputed: (subject, day, second, dtf, kind, status ..., record ...).

    Known in part: the first possible day, not before the last date known alive. Unknown: the day after that date.
    An exact date is preferred to a month, that to a year, and that to none; one that cannot be dated at all comes
    last. Of several on one day the source that is listed first is taken.
    """
    event, last = EVENT.alias(), _last_alive_before(scope, sources, alive)
    exact = event.c.first_day == event.c.last_day
    unknown = event.c.precision == "none"
    listed = case(*[(matches(event, scope.sources[source]), number) for number, source in enumerate(sources)])
    day = case(
        (exact, event.c.first_day),
        (and_(unknown, last.c.day.is_(None)), null()),
        (unknown, earlier(last.c.day + 1, event.c.last_day)),
        (last.c.day.is_(None), event.c.first_day),
        else_=later(event.c.first_day, last.c.day),
    )
    # Engines disagree on where NULL sorts, so that "cannot be dated" has a rank of its own.
    rank = case((exact, 0), (day.is_(None), 4), (unknown, 3), (event.c.precision == "year", 2), else_=1)
    ranked = (
        select(
            event.c.subject,
            day.label("day"),
            event.c.second,
            imputed(event).label("dtf"),
            *[event.c[name] for name in CONDITIONS],
            *evidence(event),
            place(event.c.subject, rank, day, listed, event.c.record),
        )
        .join_from(event, last, event.c.id == last.c.id, isouter=True)
        .where(scope.holds_any(event, sources))
    )
    return first_row(ranked, "death")


def _last_alive_before(scope: Scope, sources: list[str], alive: str) -> CTE:
    event, evidence_of = EVENT.alias(), EVENT.alias()
    other = or_(evidence_of.c.category.is_(None), evidence_of.c.category != "death")
    return named(
        select(event.c.id, func.max(evidence_of.c.first_day).label("day"))
        .join_from(event, evidence_of, event.c.subject == evidence_of.c.subject)
        .where(
            scope.holds_any(event, sources),
            scope.holds(evidence_of, alive),
            event.c.first_day != event.c.last_day,
            evidence_of.c.first_day <= event.c.last_day,
            other,
        )
        .group_by(event.c.id),
        "last_alive",
    )


def imputed(event: FromClause) -> ColumnElement[str]:
    """The highest part that had to be imputed (ADaM *DTF): D, M, Y, or null."""
    precision = event.c.precision
    return case((precision == "month", "D"), (precision == "year", "M"), (precision == "none", "Y"), else_=null())

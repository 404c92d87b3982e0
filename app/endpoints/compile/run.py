"""Runs of values: the first of so many consecutive ones that reach a threshold after a fall below it.

https://doi.org/10.1016/j.jtct.2024.02.008 (PMC11161398: neutrophil and platelet engraftment)
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, null, or_, select
from sqlalchemy.sql.selectable import FromClause, Subquery

from app.endpoints.compile.anchors import EVIDENCE, after, evidence, first_row, place
from app.endpoints.compile.visible import Scope
from app.endpoints.definition import Run
from app.endpoints.event import EVENT

TRANSFUSION_UNKNOWN = "whether platelets were transfused is not recorded"
VALUE_UNKNOWN = "a count is known only as a bound"
NEVER_BELOW = "no count below the threshold is recorded before it"


def first_run(scope: Scope, source: str, run: Run, start: CTE, end: CTE) -> CTE:
    """First run of each subject inside the observation: (subject, day, doubt, record, version, resource).

    doubt: why it cannot be said that this is the run, or null. A run counts when its last day is known.
    """
    rows = _runs(_daily(_counts(scope, source, run, start, end), run), run)
    not_fallen = and_(rows.c.fallen == 0, rows.c.falls == 0)
    possible = and_(
        rows.c.days == run.values,
        rows.c.below == 0,
        or_(rows.c.fallen == 1, not_fallen),
        ~_transfused(rows.c.given_day, rows, run),
    )
    doubt = case(
        (not_fallen, NEVER_BELOW),
        (rows.c.reached == 0, VALUE_UNKNOWN),
        (_transfused(rows.c.untold_day, rows, run), TRANSFUSION_UNKNOWN),
        else_=null(),
    )
    kept = [rows.c[name] for name in EVIDENCE]
    found = select(rows.c.subject, rows.c.day, doubt.label("doubt"), *kept, place(rows.c.subject, rows.c.day))
    return first_row(found.where(possible), f"run_of_{source}")


def _counts(scope: Scope, source: str, run: Run, start: CTE, end: CTE) -> Subquery:
    """Every value inside the observation with what its whole day says: all reach the threshold, any is below it."""
    event = EVENT.alias()
    day: dict[str, Any] = {"partition_by": (event.c.subject, event.c.first_day)}
    columns: list[ColumnElement[Any]] = [
        func.min(_reaches(event, run)).over(**day).label("reached"),
        func.max(_is_below(event, run)).over(**day).label("below"),
        func.max(_is(event.c.flag == 1)).over(**day).label("given"),
        func.max(_is(event.c.flag.is_(None))).over(**day).label("untold"),
        func.row_number().over(order_by=(event.c.value, event.c.record), **day).label("of_day"),
    ]
    return (
        select(event.c.subject, event.c.first_day.label("day"), *evidence(event), *columns)
        .join_from(event, start, event.c.subject == start.c.subject)
        .join(end, end.c.subject == event.c.subject)
        .where(scope.holds(event, source), event.c.first_day == event.c.last_day)
        .where(after(event.c.first_day, event.c.second, start), event.c.first_day <= end.c.day)
        .subquery()
    )


def _daily(counts: Subquery, run: Run) -> Subquery:
    """One row a day, and what went before it: a fall, the last transfusion, the last day that is silent about one."""
    column = counts.c
    falls = or_(column.below == 1, column.given == 1) if run.transfusion_free_days else column.below == 1
    until: dict[str, Any] = {"partition_by": column.subject, "order_by": column.day}
    silent = and_(column.given == 0, column.untold == 1)
    return (
        select(
            *[column[name] for name in ("subject", "day", "reached", "below", *EVIDENCE)],
            func.coalesce(func.max(_is(falls)).over(rows=(None, -1), **until), 0).label("fallen"),
            func.max(_is(falls)).over(partition_by=column.subject).label("falls"),
            func.max(case((column.given == 1, column.day))).over(rows=(None, 0), **until).label("given_day"),
            func.max(case((silent, column.day))).over(rows=(None, 0), **until).label("untold_day"),
        )
        .where(column.of_day == 1)
        .subquery()
    )


def _runs(daily: Subquery, run: Run) -> Subquery:
    """Each day with what it and the following days of a run say together."""
    column = daily.c
    ahead: dict[str, Any] = {"partition_by": column.subject, "order_by": column.day, "rows": (0, run.values - 1)}
    return select(
        *[column[name] for name in ("subject", "day", "fallen", "falls", *EVIDENCE)],
        func.count().over(**ahead).label("days"),
        func.min(column.reached).over(**ahead).label("reached"),
        func.max(column.below).over(**ahead).label("below"),
        func.max(column.given_day).over(**ahead).label("given_day"),
        func.max(column.untold_day).over(**ahead).label("untold_day"),
    ).subquery()


def _transfused(day: ColumnElement[Any], rows: FromClause, run: Run) -> ColumnElement[bool]:
    """Whether `day`, that of a transfusion, lies too near to the run or in it."""
    if run.transfusion_free_days is None:
        return literal(1) == 0
    return and_(day.is_not(None), day > rows.c.day - run.transfusion_free_days)


def _reaches(event: FromClause, run: Run) -> ColumnElement[int]:
    """1 where the value surely reaches the threshold."""
    at_most = func.coalesce(event.c.status, "").in_(("<", "<="))
    return case((at_most, 0), (event.c.value >= run.at_least, 1), else_=0)


def _is_below(event: FromClause, run: Run) -> ColumnElement[int]:
    """1 where the value surely lies below the threshold."""
    sign = func.coalesce(event.c.status, "")
    at_threshold = and_(sign == "<", event.c.value == run.at_least)
    return case((sign.in_((">", ">=")), 0), (or_(event.c.value < run.at_least, at_threshold), 1), else_=0)


def _is(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)

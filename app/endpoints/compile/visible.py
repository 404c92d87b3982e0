"""Which events a question may see: study, `as_of` and, where asked, one subject.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    or_,
)
from sqlalchemy.sql.selectable import FromClause

from app.endpoints.definition import Where

STUDY = bindparam("study", None, String)
AS_OF = bindparam("as_of", None, BigInteger)
CUTOFF = bindparam("cutoff", None, Integer)
SUBJECT = bindparam("subject", None, BigInteger)
CONDITIONS = ("kind", "status", "category", "grade", "value", "flag")  # the columns that a `where` speaks of


@dataclass(frozen=True)
class Scope:
    """What every part of one statement shares. one_subject: restrict to the subject bound as `subject`."""

    sources: dict[str, Where]
    one_subject: bool = False

    def holds(self, event: FromClause, source: str) -> ColumnElement[bool]:
        """The condition that a row of `event` belongs to the source and counts at `as_of`."""
        return and_(self.known(event), matches(event, self.sources[source]))

    def holds_any(self, event: FromClause, sources: list[str]) -> ColumnElement[bool]:
        """The same for any of several sources."""
        return and_(self.known(event), or_(false(), *[matches(event, self.sources[source]) for source in sources]))

    def known(self, event: FromClause) -> ColumnElement[bool]:
        """The condition that a row of `event` is of the study and counts at `as_of`."""
        column = event.c
        conditions = [column.study == STUDY, column.seq_from <= AS_OF, column.seq_to > AS_OF]
        return and_(*conditions, column.subject == SUBJECT) if self.one_subject else and_(*conditions)


def matches(event: FromClause, where: Where) -> ColumnElement[bool]:
    """The conditions of a `where`; in `*_not_in` and `flag_not` an unknown value passes."""
    column = event.c
    conditions: list[ColumnElement[bool]] = [column.kind == where.kind]
    for name in ("status", "category"):
        wanted, unwanted = getattr(where, f"{name}_in"), getattr(where, f"{name}_not_in")
        if wanted is not None:
            conditions.append(column[name].in_(wanted))
        if unwanted is not None:
            conditions.append(or_(column[name].is_(None), column[name].not_in(unwanted)))
    return and_(*conditions, *_numbers(event, where))


def _numbers(event: FromClause, where: Where) -> list[ColumnElement[bool]]:
    column = event.c
    conditions: list[ColumnElement[bool]] = []
    if where.grade_min is not None:
        conditions.append(column.grade >= where.grade_min)
    if where.grade_max is not None:
        conditions.append(column.grade <= where.grade_max)
    if where.grade_missing is not None:
        conditions.append(column.grade.is_(None) if where.grade_missing else column.grade.is_not(None))
    if where.value_min is not None:
        conditions.append(column.value >= where.value_min)
    if where.value_below is not None:
        conditions.append(column.value < where.value_below)
    if where.flag is not None:
        conditions.append(column.flag == int(where.flag))
    if where.flag_not is not None:
        conditions.append(or_(column.flag.is_(None), column.flag != int(where.flag_not)))
    return conditions


def earlier(left: ColumnElement[int], right: ColumnElement[int]) -> ColumnElement[int]:
    """The smaller of two days (neither null); LEAST differs between engines."""
    return case((left <= right, left), else_=right)


def later(left: ColumnElement[int], right: ColumnElement[int]) -> ColumnElement[int]:
    """The larger of two days (neither null)."""
    return case((left >= right, left), else_=right)


def named(statement: Select[Any] | CompoundSelect[Any], name: str) -> CTE:
    """A named part of a statement, worked out once: PostgreSQL would work it out again for each row that meets it."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")

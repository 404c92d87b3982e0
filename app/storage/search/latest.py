"""What a search finds, with the subject, the codes and the time of each: for the newest of every code.

https://hl7.org/fhir/R4/observation-operation-lastn.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select

from app.storage.search.pages import Question, every, narrowed
from app.storage.tables import SEARCH_INDEX

_MINUTE = 60_000.0


@dataclass(frozen=True, slots=True)
class Coded:
    """One code of one resource. row: its row id; code: (system, code), or (None, words) where it has words alone.

    when: the first millisecond of its time in UTC, None where it has no time.
    """

    row: int
    subject: str | None
    code: tuple[str | None, str | None]
    when: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers under which the index holds code, time and subject."""

    code: tuple[int, ...]
    date: tuple[int, ...]
    subject: tuple[int, ...]


def coded(connection: Connection, question: Question, numbers: Numbers, most: int) -> list[Coded]:
    """Each code of each resource that a search finds, in the order of writing; at most `most` of them."""
    inside = every(narrowed(connection, question))
    resource = inside.c[0]
    code, date, subject = (_values(resource, wanted) for wanted in (numbers.code, numbers.date, numbers.subject))
    when = func.min(date[0].c.low - date[0].c.shift * _MINUTE)
    told = func.coalesce(code[0].c.text, code[0].c.display)
    columns = (resource, func.min(subject[0].c.text), code[0].c.system, told, when)
    joined: Any = inside
    for values, condition in (code, date, subject):
        joined = joined.outerjoin(values, condition)
    statement = select(*columns).select_from(joined).group_by(resource, code[0].c.system, told).order_by(resource)
    return [Coded(row[0], row[1], (row[2], row[3]), row[4]) for row in connection.execute(statement.limit(most))]


def _values(resource: Any, numbers: Iterable[int]) -> tuple[Any, Any]:
    """Rows of the index of some parameters, and the condition that they are of the resource."""
    values = SEARCH_INDEX.alias()
    return values, and_(values.c.resource == resource, values.c.parameter.in_(numbers))

"""Resources of one type, as they stood at a moment: what a view runs over.

docs/sql-on-fhir.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, select

from app.storage.tables import RESOURCE, SUBJECT
from app.storage.visibility import Caller, visible

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of a type that a caller may see at a snapshot `seq`; of them those changed after the sequence
    number `since`, and those of the patients with these ids (() is everybody).
    """

    type: str
    seq: int
    caller: Caller
    since: int | None = None
    patients: tuple[str, ...] = ()

    def condition(self) -> ColumnElement[bool]:
        """The rows of `resource` that belong to it."""
        conditions = [
            RESOURCE.c.type == self.type,
            RESOURCE.c.seq_from <= self.seq,
            RESOURCE.c.seq_to > self.seq,
            RESOURCE.c.deleted == 0,
            visible(RESOURCE, self.caller),
        ]
        if self.since is not None:
            conditions.append(RESOURCE.c.seq_from > self.since)
        if self.patients:
            subjects = select(SUBJECT.c.id).where(SUBJECT.c.patient.in_(self.patients))
            conditions.append(RESOURCE.c.subject.in_(subjects))
        return and_(*conditions)


def stream(engine: Engine, asked: Resources) -> Iterator[bytes]:
    """Their JSON, some hundreds in each read; no connection is held in between."""
    after = 0
    while True:
        page = _page(engine, asked, after)
        for row in page:
            yield bytes(row.body)
        if len(page) < PAGE:
            return
        after = page[-1].id


def _page(engine: Engine, asked: Resources, after: int) -> list[Any]:
    statement = (
        select(RESOURCE.c.id, RESOURCE.c.body)
        .where(asked.condition(), RESOURCE.c.id > after)
        .order_by(RESOURCE.c.id)
        .limit(PAGE)
    )
    with engine.connect() as connection:
        return list(connection.execute(statement))

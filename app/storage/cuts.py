"""Data cuts: a cut-off, a moment and a definition's version under one name, written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from app.storage.counter import Moment
from app.storage.tables import DATA_CUT


@dataclass(frozen=True, slots=True)
class StoredCut:
    """A data cut. cutoff: days since 1970-01-01, inclusive; at: when it was made; seq: the change that made it."""

    study: str
    name: str
    cutoff: int
    as_of: Moment
    definition: str
    definition_version: int
    at: str
    seq: int


def find(connection: Connection, study: str, name: str) -> StoredCut | None:
    """The cut of that name."""
    row = connection.execute(select(DATA_CUT).where(DATA_CUT.c.study == study, DATA_CUT.c.name == name)).first()
    return None if row is None else _stored(row)


def every(connection: Connection, study: str) -> list[StoredCut]:
    """The study's cuts in the order in which they were made."""
    rows = connection.execute(select(DATA_CUT).where(DATA_CUT.c.study == study).order_by(DATA_CUT.c.seq))
    return [_stored(row) for row in rows]


def _stored(row: Any) -> StoredCut:
    as_of = Moment(row.as_of_seq, row.as_of_time)
    return StoredCut(row.study, row.name, row.cutoff, as_of, row.definition, row.definition_version, row.at, row.seq)


def add(connection: Connection, cut: StoredCut) -> None:
    """Write a new cut."""
    connection.execute(
        insert(DATA_CUT).values(
            study=cut.study,
            name=cut.name,
            cutoff=cut.cutoff,
            as_of_seq=cut.as_of.seq,
            as_of_time=cut.as_of.time,
            definition=cut.definition,
            definition_version=cut.definition_version,
            at=cut.at,
            seq=cut.seq,
        )
    )

"""Clinical events in the store: closed with their record version, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from app.endpoints.event import EVENT, FOREVER
from app.storage.records import chunks


def close(connection: Connection, study: str, records: dict[str, int]) -> None:
    """Close the events of records: natural key -> the `seq` from which they no longer count."""
    for key, seq in records.items():
        connection.execute(
            update(EVENT)
            .where(EVENT.c.record == key, EVENT.c.study == study, EVENT.c.seq_to == FOREVER)
            .values(seq_to=seq)
        )


def of_subjects(connection: Connection, study: str, as_of: int, subject: int | None = None) -> dict[int, list[Any]]:
    """Events that count at `as_of`, by subject."""
    conditions = [EVENT.c.study == study, EVENT.c.seq_from <= as_of, EVENT.c.seq_to > as_of]
    if subject is not None:
        conditions.append(EVENT.c.subject == subject)
    found: dict[int, list[Any]] = {}
    for row in connection.execute(select(EVENT).where(*conditions).order_by(EVENT.c.record, EVENT.c.first_day)):
        found.setdefault(row.subject, []).append(row)
    return found


def enrolled(connection: Connection, study: str, as_of: int) -> set[int]:
    """Subjects with a subject record that counts at `as_of`; one entered in error leaves the study."""
    statement = (
        select(EVENT.c.subject)
        .where(EVENT.c.study == study, EVENT.c.kind == "subject")
        .where(EVENT.c.seq_from <= as_of, EVENT.c.seq_to > as_of)
    )
    return set(connection.execute(statement).scalars())


def reported_dead(connection: Connection, subjects: Iterable[int], seq: int | None = None) -> set[int]:
    """Those of the subjects of whom any record that counts (at `seq`) tells the death."""
    counts = (EVENT.c.seq_to == FOREVER,) if seq is None else (EVENT.c.seq_from <= seq, EVENT.c.seq_to > seq)
    found: set[int] = set()
    for part in chunks(subjects):
        statement = select(EVENT.c.subject).where(EVENT.c.subject.in_(part), EVENT.c.kind == "death", *counts)
        found |= set(connection.execute(statement.distinct()).scalars())
    return found


def strata_names(connection: Connection, study: str, as_of: int) -> list[str]:
    """Names of the strata that any subject has."""
    statement = (
        select(EVENT.c.category)
        .where(EVENT.c.study == study, EVENT.c.kind == "stratum")
        .where(EVENT.c.seq_from <= as_of, EVENT.c.seq_to > as_of)
        .distinct()
        .order_by(EVENT.c.category)
    )
    return list(connection.execute(statement).scalars())

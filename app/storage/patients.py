"""What is stored of hospitals' numbers of patients. Identified data: sponsors never read here (law 6).

docs/identity.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from app.domain.record import RANKS, Order
from app.endpoints.event import FOREVER
from app.storage.identity import IDENTITY
from app.storage.patient_tables import HELD_RECORD, PATIENT_FACT, RECORD_PATIENT
from app.storage.records import KnownRecord, KnownVersion, chunks
from app.storage.tables import QUARANTINE, RECORD, RECORD_VERSION

_FACT = PATIENT_FACT.c
RETRACTED = "entered-in-error"
_WAITS = and_(QUARANTINE.c.cleared.is_(None), QUARANTINE.c.dismissed.is_(None), QUARANTINE.c.state == "held")


def load_facts(connection: Connection, study: str, keys: Iterable[str]) -> dict[str, KnownRecord]:
    """What is stored under these natural keys."""
    found: dict[str, KnownRecord] = {}
    for part in chunks(keys):
        where = (_FACT.study == study, _FACT.key.in_(part))
        for row in connection.execute(select(PATIENT_FACT).where(*where).order_by(_FACT.id)):
            known = found.setdefault(row.key, KnownRecord(row.id, row.key, row.type, "", None))
            known.revisions += 1
            order = Order(row.version, row.recorded, RANKS[row.status])
            version = KnownVersion(row.id, known.revisions, order, row.hash, row.status)
            known.versions[row.hash] = version
            if row.seq_to == FOREVER:
                known.current = version
    return found


def add_fact(connection: Connection, row: dict[str, Any]) -> None:
    """Store a version of a fact."""
    connection.execute(insert(PATIENT_FACT), [row])


def close_fact(connection: Connection, identifier: int, seq: int) -> Any:
    """From `seq` on this version counts no more; the row of it."""
    connection.execute(update(PATIENT_FACT).where(_FACT.id == identifier).values(seq_to=seq))
    return connection.execute(select(PATIENT_FACT).where(_FACT.id == identifier)).one()


def load_rows(connection: Connection, identifiers: Iterable[int]) -> list[Any]:
    """Versions of facts."""
    return list(connection.execute(select(PATIENT_FACT).where(_FACT.id.in_(list(identifiers)))))


def facts_about(connection: Connection, study: str, site: str, numbers: Iterable[str]) -> list[Any]:
    """Links and merges that count now and bear one of these numbers."""
    found: list[Any] = []
    for part in chunks(numbers):
        named = or_(_FACT.number.in_(part), _FACT.into_number.in_(part))
        counts = and_(_FACT.seq_to == FOREVER, _FACT.status != RETRACTED)
        found += connection.execute(select(PATIENT_FACT).where(_FACT.study == study, _FACT.site == site, named, counts))
    return found


def subjects_with(connection: Connection, study: str, site: str, numbers: Iterable[str]) -> list[Any]:
    """(mrn, subject) of subject records that count now and bear one of these numbers."""
    found: list[Any] = []
    for part in chunks(numbers):
        where = (*_subject_records(study), RECORD.c.site == site, IDENTITY.c.mrn.in_(part))
        columns = (IDENTITY.c.mrn, RECORD.c.subject_number.label("subject"))
        found += connection.execute(_joined(columns).where(*where))
    return found


def links_to(connection: Connection, study: str, subjects: Iterable[str]) -> list[Any]:
    """Links to these subjects that count now."""
    found: list[Any] = []
    for part in chunks(subjects):
        counts = (_FACT.study == study, _FACT.subject.in_(part), _FACT.seq_to == FOREVER, _FACT.status != RETRACTED)
        found += connection.execute(select(PATIENT_FACT).where(*counts))
    return found


def facts(connection: Connection, study: str) -> list[Any]:
    """Links and merges that count now."""
    counts = and_(_FACT.study == study, _FACT.seq_to == FOREVER, _FACT.status != RETRACTED)
    return list(connection.execute(select(PATIENT_FACT).where(counts).order_by(_FACT.id)))


def numbered_subjects(connection: Connection, study: str) -> list[Any]:
    """(site, mrn, subject, key) of subject records that count now and bear a number."""
    columns = (RECORD.c.site, IDENTITY.c.mrn, RECORD.c.subject_number.label("subject"), RECORD.c.key)
    where = (*_subject_records(study), IDENTITY.c.mrn.is_not(None))
    return list(connection.execute(_joined(columns).where(*where).order_by(RECORD.c.id)))


def waiting(connection: Connection, study: str) -> list[Any]:
    """Numbers that records wait for, with how many and since when."""
    number = HELD_RECORD.c["site", "number", "authority", "kind"]
    counted = (func.count().label("records"), func.min(QUARANTINE.c.received).label("since"))
    statement = select(*number, *counted).join_from(HELD_RECORD, QUARANTINE).where(HELD_RECORD.c.study == study, _WAITS)
    return list(connection.execute(statement.group_by(*number).order_by(*number)))


def numbers_of_records(connection: Connection, study: str, keys: Iterable[str]) -> list[Any]:
    """(site, mrn) that any version of these subject records bears."""
    found: list[Any] = []
    for part in chunks(keys):
        where = (RECORD.c.study == study, RECORD.c.key.in_(part), IDENTITY.c.mrn.is_not(None))
        found += connection.execute(_joined((RECORD.c.site, IDENTITY.c.mrn)).where(*where).distinct())
    return found


def _joined(columns: Iterable[Any]) -> Any:
    joined = RECORD_VERSION.join(RECORD, RECORD.c.id == RECORD_VERSION.c.record).join(
        IDENTITY, IDENTITY.c.record_version == RECORD_VERSION.c.id
    )
    return select(*columns).select_from(joined)


def _subject_records(study: str) -> tuple[ColumnElement[bool], ...]:
    counts = and_(RECORD_VERSION.c.seq_to == FOREVER, RECORD_VERSION.c.status != RETRACTED)
    return RECORD.c.study == study, RECORD.c.type == "subject", counts


def came_under(connection: Connection, study: str, rows: dict[int, dict[str, Any] | None]) -> None:
    """Remember under which number these records came; None: they name their subject now."""
    for part in chunks(rows):
        connection.execute(delete(RECORD_PATIENT).where(RECORD_PATIENT.c.record.in_(part)))
    named = [{"record": record, "study": study, **row} for record, row in rows.items() if row is not None]
    if named:
        connection.execute(insert(RECORD_PATIENT), named)


def records_under(connection: Connection, study: str, site: str, numbers: Iterable[str]) -> list[Any]:
    """Records that came under one of these numbers: number, key, subject_number and the version that counts."""
    mine, version = RECORD_PATIENT.c, RECORD_VERSION.c
    columns = (*mine["record", "site", "number", "authority", "kind"], RECORD.c.key, RECORD.c.subject_number)
    columns += (version.id.label("version"), *version["content", "status", "inbox", "position"])
    joined = RECORD_PATIENT.join(RECORD, RECORD.c.id == mine.record).join(
        RECORD_VERSION, and_(version.record == RECORD.c.id, version.seq_to == FOREVER)
    )
    found: list[Any] = []
    for part in chunks(numbers):
        where = (mine.study == study, mine.site == site, mine.number.in_(part))
        found += connection.execute(select(*columns).select_from(joined).where(*where).order_by(mine.record))
    return found


def any_came_under_one(connection: Connection, study: str) -> bool:
    """Whether anything of the study ever came under a number of a patient."""
    came = select(RECORD_PATIENT.c.record).where(RECORD_PATIENT.c.study == study).exists()
    waits = select(HELD_RECORD.c.item).where(HELD_RECORD.c.study == study).exists()
    return bool(connection.execute(select(or_(came, waits))).scalar())


def numbers_in_use(connection: Connection, study: str, sites: Iterable[str]) -> list[Any]:
    """(site, number) under which records of these sites came or wait."""
    found: list[Any] = []
    for table in (RECORD_PATIENT, HELD_RECORD):
        where = (table.c.study == study, table.c.site.in_(list(sites)))
        found += connection.execute(select(table.c.site, table.c.number).where(*where).distinct())
    return found


def hold(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Keep what was read of records that wait in quarantine."""
    if rows:
        connection.execute(insert(HELD_RECORD), rows)


def held_under(connection: Connection, study: str, site: str, numbers: Iterable[str]) -> list[Any]:
    """What waits for one of these numbers, in the order of arrival."""
    mine = HELD_RECORD.c
    columns = (*mine, *QUARANTINE.c["inbox", "position", "place", "payload"])
    found: list[Any] = []
    for part in chunks(numbers):
        where = (mine.study == study, mine.site == site, mine.number.in_(part), _WAITS)
        found += connection.execute(select(*columns).join_from(HELD_RECORD, QUARANTINE).where(*where))
    return sorted(found, key=lambda row: str(row.item))

"""Records and their versions.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, and_, insert, select, update

from app.domain.record import RANKS, Order
from app.endpoints.event import FOREVER
from app.storage.tables import RECORD, RECORD_VERSION, SUBJECT

CHUNK = 400


@dataclass(slots=True)
class KnownVersion:
    """A stored version: its place among the versions and its content's hash."""

    id: int
    revision: int
    order: Order
    hash: str
    status: str

    @property
    def label(self) -> int:
        """The version as told to the outside: the source's number, else ours."""
        return self.revision if self.order.version is None else self.order.version


@dataclass(slots=True)
class KnownRecord:
    """A record and what is stored of it. current is None only before its first version; versions go by their hash."""

    id: int
    key: str
    type: str
    subject_number: str
    subject: int | None
    current: KnownVersion | None = None
    versions: dict[str, KnownVersion] = field(default_factory=dict)
    revisions: int = 0


@dataclass(frozen=True, slots=True)
class KnownSubject:
    """A subject with the ids under which others know it."""

    id: int
    number: str
    site: str
    patient: str
    research_subject: str


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Lists short enough for one IN (...) on every engine."""
    items = list(values)
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def load_records(connection: Connection, study: str, keys: Iterable[str]) -> dict[str, KnownRecord]:
    """What is stored under these natural keys."""
    found: dict[str, KnownRecord] = {}
    for part in chunks(keys):
        statement = (
            select(RECORD, *RECORD_VERSION.c["id", "revision", "version", "recorded", "hash", "status", "seq_to"])
            .join_from(RECORD, RECORD_VERSION)
            .where(RECORD.c.study == study, RECORD.c.key.in_(part))
        )
        for row in connection.execute(statement.set_label_style(_LABELS)).mappings():
            _add_version(found, row)
    return found


def _add_version(found: dict[str, KnownRecord], row: Any) -> None:
    key = row["record_key"]
    record = found.get(key)
    if record is None:
        columns = ("id", "key", "type", "subject_number", "subject")
        record = found[key] = KnownRecord(*(row[f"record_{name}"] for name in columns))
    version = KnownVersion(
        row["record_version_id"],
        row["record_version_revision"],
        Order(row["record_version_version"], row["record_version_recorded"], RANKS[row["record_version_status"]]),
        row["record_version_hash"],
        row["record_version_status"],
    )
    record.versions[version.hash] = version
    record.revisions = max(record.revisions, version.revision)
    if row["record_version_seq_to"] == FOREVER:
        record.current = version


_LABELS = LABEL_STYLE_TABLENAME_PLUS_COL


def load_subjects(connection: Connection, study: str, numbers: Iterable[str]) -> dict[str, KnownSubject]:
    """Subjects known under these numbers."""
    found: dict[str, KnownSubject] = {}
    for part in chunks(numbers):
        statement = select(*SUBJECT.c["id", "number", "site", "patient", "research_subject"]).where(
            SUBJECT.c.study == study, SUBJECT.c.number.in_(part)
        )
        found |= {row.number: KnownSubject(*row) for row in connection.execute(statement)}
    return found


def waiting(connection: Connection, study: str, site: str, number: str) -> list[tuple[KnownRecord, str]]:
    """Records that wait for this subject, each with its current content."""
    statement = (
        select(RECORD.c.key, RECORD_VERSION.c.content)
        .join_from(RECORD, RECORD_VERSION, and_(RECORD.c.id == RECORD_VERSION.c.record, _CURRENT))
        .where(RECORD.c.study == study, RECORD.c.subject_number == number)
        .where(RECORD.c.site == site, RECORD.c.subject.is_(None))
        .order_by(RECORD.c.id)
    )
    contents = {row.key: row.content for row in connection.execute(statement)}
    known = load_records(connection, study, contents)
    return [(known[key], content) for key, content in contents.items()]


_CURRENT = RECORD_VERSION.c.seq_to == FOREVER


def contents(connection: Connection, records: Iterable[int]) -> dict[int, Any]:
    """(id, study, key, version, content) of records as they count now, by record id; version: id of the version."""
    found: dict[int, Any] = {}
    columns = (*RECORD.c["id", "study", "key"], RECORD_VERSION.c.id.label("version"), RECORD_VERSION.c.content)
    for part in chunks(records):
        statement = select(*columns).join_from(RECORD, RECORD_VERSION).where(RECORD.c.id.in_(part), _CURRENT)
        found |= {row.id: row for row in connection.execute(statement)}
    return found


def current_contents(
    connection: Connection, subjects: Iterable[int], types: Iterable[str], seq: int | None = None
) -> dict[int, list[Any]]:
    """(subject, key, id, content, record) of records that count (at `seq`), by subject, in order of their keys."""
    counts = _CURRENT if seq is None else and_(RECORD_VERSION.c.seq_from <= seq, RECORD_VERSION.c.seq_to > seq)
    own = RECORD_VERSION.c["subject", "id", "content", "record"]
    columns = (RECORD.c.key, *own)
    wanted = list(types)
    found: dict[int, list[Any]] = {}
    for part in chunks(subjects):
        statement = (
            select(*columns)
            .join_from(RECORD, RECORD_VERSION)
            .where(RECORD_VERSION.c.subject.in_(part), RECORD_VERSION.c.type.in_(wanted), counts)
            .order_by(RECORD.c.key)
        )
        for row in connection.execute(statement):
            found.setdefault(row.subject, []).append(row)
    return found


def add(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, if any."""
    if rows:
        connection.execute(insert(table), rows)


def close_versions(connection: Connection, closed: dict[int, int]) -> None:
    """Close versions: id -> the `seq` from which they no longer count."""
    for identifier, seq in closed.items():
        connection.execute(update(RECORD_VERSION).where(RECORD_VERSION.c.id == identifier).values(seq_to=seq))


def assign(connection: Connection, record: KnownRecord) -> None:
    """Store to which subject a record, and its version that counts, belongs now."""
    assert record.current is not None  # only a version that counts can move a record
    values = {"subject": record.subject, "subject_number": record.subject_number}
    connection.execute(update(RECORD).where(RECORD.c.id == record.id).values(**values))
    version = RECORD_VERSION.c.id == record.current.id
    connection.execute(update(RECORD_VERSION).where(version).values(subject=record.subject))

"""Every table of the service. Versions are closed by `seq_to`, never overwritten.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.endpoints.event import BIG, EVENT, METADATA

__all__ = ["EVENT", "METADATA"]


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both dialects."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


COUNTER = Table(
    "counter",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
)

STUDY = Table(
    "study",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("resource", String(64), nullable=False),
    Column("definition", String(64), nullable=False),
    Column("definition_version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

DEFINITION = Table(
    "definition",
    METADATA,
    # A version never changes once it is stored: results name it.
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

PROFILE = Table(
    "profile",
    METADATA,
    # The study's name, "" for those that come with the service. A version never changes: payloads name it.
    Column("study", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

DATA_CUT = Table(
    "data_cut",
    METADATA,
    Column("study", ForeignKey("study.name"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("cutoff", Integer, nullable=False),
    Column("as_of_seq", BigInteger, nullable=False),
    Column("as_of_time", String(32), nullable=False),
    Column("definition", String(64), nullable=False),
    Column("definition_version", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    ForeignKeyConstraint(["definition", "definition_version"], ["definition.id", "definition.version"]),
)

SUBJECT = Table(
    "subject",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("number", String(128), nullable=False),
    Column("site", String(64), nullable=False),
    Column("patient", String(64), nullable=False),
    Column("research_subject", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    UniqueConstraint("study", "number"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("media_type", String(128), nullable=False),
    # How it was read: site, source, profile with version; JSON, "" where nothing was said.
    Column("context", Text, nullable=False, server_default=""),
    Column("received", String(32), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("receipt", Text, nullable=False),
    # Of the context too: the same bytes read in another way are another payload.
    UniqueConstraint("study", "digest"),
)

RECORD = Table(
    "record",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("key", String(400), nullable=False),
    Column("type", String(32), nullable=False),
    Column("site", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("source_id", String(128), nullable=False),
    Column("subject_number", String(128), nullable=False),
    Column("subject", ForeignKey("subject.id")),
    # key is type/site/source/source_id: the natural key, kept for ever (law 2).
    UniqueConstraint("study", "key"),
    Index("ix_record_subject_number", "study", "subject_number"),
)

RECORD_VERSION = Table(
    "record_version",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("record", ForeignKey("record.id"), nullable=False),
    Column("type", String(32), nullable=False),
    # Whose this version is: a correction may move a record to another subject, and the past must not move with it.
    Column("subject", ForeignKey("subject.id")),
    Column("revision", Integer, nullable=False),
    Column("version", BigInteger),
    Column("recorded", BigInteger),
    Column("status", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("seq_from", BigInteger, nullable=False),
    Column("seq_to", BigInteger, nullable=False),
    Column("inbox", ForeignKey("inbox.id"), nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("record", "revision"),
    Index("ix_record_version_current", "record", "seq_to"),
    Index("ix_record_version_subject", "subject", "type"),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("inbox", ForeignKey("inbox.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("received", String(32), nullable=False),
    Column("key", String(400)),
    Column("type", String(32)),
    Column("site", String(64)),
    # refused, or held until the number of its patient is linked to a subject
    Column("state", String(8), nullable=False, server_default="refused"),
    Column("place", String(200), nullable=False, server_default=""),
    Column("profile", String(64)),
    # The hospital's number of the patient, where it is held for its link.
    Column("patient", String(200)),
    # Codes of the issues, each between blanks, so that one can be found.
    Column("codes", String(200), nullable=False, server_default=""),
    Column("issues", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    # The change that a good record of the same key came with; the one by which a person laid it aside.
    Column("cleared", BigInteger),
    Column("dismissed", BigInteger),
    Index("ix_quarantine_study", "study", "cleared"),
    Index("ix_quarantine_key", "study", "key"),
    Index("ix_quarantine_inbox", "inbox"),
    Index("ix_quarantine_patient", "study", "patient", **_where("state = 'held'")),
)

DISMISSAL = Table(
    "dismissal",
    METADATA,
    # Its number is that of its change. Without a reason: the item was taken up again.
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("item", ForeignKey("quarantine.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("reason", Text),
    Index("ix_dismissal_item", "item"),
)

RESOURCE = Table(
    "resource",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("type", String(40), nullable=False),
    Column("resource_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    # What a client wrote may belong to no study yet.
    Column("study", ForeignKey("study.name")),
    Column("subject", ForeignKey("subject.id")),
    Column("record", ForeignKey("record.id")),
    Column("role", String(200), nullable=False),
    # Whose view the body is (app/storage/visibility.py), and the release of FHIR that it is written in.
    Column("audience", SmallInteger, nullable=False, server_default="0"),
    Column("release", SmallInteger, nullable=False, server_default="4"),
    Column("updated", String(32), nullable=False),
    Column("deleted", SmallInteger, nullable=False),
    Column("seq_from", BigInteger, nullable=False),
    Column("seq_to", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("type", "resource_id", "version", "audience"),
    Index("ix_resource_record", "record"),
    Index("ix_resource_study", "study", "id"),
    Index("ix_resource_subject", "subject", "id"),
    # What one change wrote.
    Index("ix_resource_seq", "seq_from"),
    # Search and history by type; what was written since.
    Index("ix_resource_type", "type", "id"),
    Index("ix_resource_updated", "updated", "id"),
)

SEARCH_INDEX = Table(
    "search_index",
    METADATA,
    # One row for each value of each search parameter of a resource version (app/interop/fhir/search). It counts as long
    # as the version does, so it is written once and never changed. Clustered by version, to look its values up.
    Column("resource", ForeignKey("resource.id"), primary_key=True),
    Column("parameter", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", String(400)),
    Column("system", String(400)),
    Column("low", Double),
    Column("high", Double),
    Column("shift", SmallInteger),
    Column("display", String(400)),
    # Of which component it is, counted from 1; 0: of the resource itself.
    Column("part", SmallInteger, nullable=False, server_default="0"),
    # By code point on PostgreSQL too, so that what begins alike lies side by side.
    Index(
        "ix_search_text",
        *("parameter", "text", "resource", "system"),
        postgresql_ops={"text": "varchar_pattern_ops"},
        **_where("text IS NOT NULL"),
    ),
    Index("ix_search_low", "parameter", "low", "resource", **_where("low IS NOT NULL")),
    Index("ix_search_high", "parameter", "high", "resource", **_where("high IS NOT NULL")),
    sqlite_with_rowid=False,
)

SERVICE_KEY = Table(
    "service_key",
    METADATA,
    # Signs what clients carry and bring back. Made with the store, so a token of another store is refused.
    Column("name", String(32), primary_key=True),
    Column("value", String(64), nullable=False),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("study", String(64), nullable=False),
    Column("entity", String(400), nullable=False),
    Column("old_hash", String(64)),
    Column("new_hash", String(64)),
    Index("ix_audit_at", "at"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("study", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("subject", BigInteger),
    Column("entity", String(400), nullable=False),
)

"""Hospitals' numbers of patients: identified data. What serves sponsors cannot import this module (law 6).

docs/identity.md
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, String, Table, Text

from app.endpoints.event import BIG, METADATA


def _number(prefix: str = "", *, nullable: bool = False) -> list[Column[str]]:
    return [
        Column(f"{prefix}number", String(200), nullable=nullable),
        Column(f"{prefix}authority", String(200)),
        Column(f"{prefix}kind", String(200)),
    ]


PATIENT_FACT = Table(
    "patient_fact",
    METADATA,
    # One version of what a source says: a link has a subject, a merge another number.
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("key", String(400), nullable=False),
    Column("type", String(16), nullable=False),
    Column("site", String(64), nullable=False),
    *_number(),
    *_number("into_", nullable=True),
    Column("subject", String(128)),
    Column("version", BigInteger),
    Column("recorded", BigInteger),
    Column("status", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seq_from", BigInteger, nullable=False),
    Column("seq_to", BigInteger, nullable=False),
    Column("inbox", ForeignKey("inbox.id"), nullable=False),
    Index("ix_patient_fact_key", "study", "key"),
    Index("ix_patient_fact_number", "study", "site", "number"),
    Index("ix_patient_fact_into", "study", "site", "into_number"),
)

RECORD_PATIENT = Table(
    "record_patient",
    METADATA,
    # Under which number a record came: it goes where the number goes.
    Column("record", ForeignKey("record.id"), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("site", String(64), nullable=False),
    *_number(),
    Index("ix_record_patient_number", "study", "site", "number"),
)

HELD_RECORD = Table(
    "held_record",
    METADATA,
    # What waits in quarantine for its number to be somebody's, as it was read.
    Column("item", ForeignKey("quarantine.id"), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("site", String(64), nullable=False),
    *_number(),
    Column("record", Text, nullable=False),
    # Whether it was a subject's before, so that it takes the place of its retraction.
    Column("again", SmallInteger, nullable=False),
    Index("ix_held_record_number", "study", "site", "number"),
)

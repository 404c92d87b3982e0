"""Exports: what was asked for, how far it is, and the files that are written.

docs/bulk-export.md
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from app.endpoints.event import METADATA

EXPORT_JOB = Table(
    "export_job",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("client", String(128), nullable=False),
    Column("request", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("time", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created", String(32), nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Who works on it, and until when nobody else may: a token of each attempt, so that a late one is recognised.
    Column("lease", String(64)),
    Column("lease_until", String(32)),
    Column("polled", String(32)),
    Column("expires", String(32)),
    Index("ix_export_job_state", "state", "created"),
)

EXPORT_FILE = Table(
    "export_file",
    METADATA,
    # A file is listed once it is whole; `last` is where the next one of its kind and type goes on.
    Column("job", ForeignKey("export_job.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", String(128), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("type", String(40), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

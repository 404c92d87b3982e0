"""Loads: large files on their way through intake, and what each of their pieces got as an answer.

docs/loading.md
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.endpoints.event import METADATA

LOAD = Table(
    "load",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    # SHA-256 of the file, and of the file with all that decides how it is read: the same again is the same load.
    Column("digest", String(64), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("context", Text, nullable=False),
    Column("dry_run", SmallInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    # How far it is, written with the records themselves. position: bytes; lines: those before it; number: pieces.
    Column("position", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("tally", Text, nullable=False),
    Column("worked", Double, nullable=False),
    Column("problem", Text, nullable=False),
    # Attempts since the last piece that was taken.
    Column("attempts", Integer, nullable=False),
    # Who works on it, and until when nobody else may: a token of each attempt, so that a late one is recognised.
    Column("lease", String(64)),
    Column("lease_until", String(32)),
    Column("ended", String(32)),
    UniqueConstraint("study", "identity"),
    Index("ix_load_state", "state", "created"),
    Index("ix_load_study", "study", "created"),
)

LOAD_PIECE = Table(
    "load_piece",
    METADATA,
    Column("load", ForeignKey("load.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # The receipt that it got, "" in a dry run; and its lines that were refused or held, as JSON.
    Column("receipt", String(64), nullable=False),
    Column("refused", Text, nullable=False),
)

"""Code tables that an operator has loaded: their versions, entries, and the terms under which entries are found.

docs/terminology.md
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from app.endpoints.event import METADATA

CODE_TABLE = Table(
    "code_table",
    METADATA,
    # Counts up with each load, so that the newest version is the one that was loaded last.
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("system", String(200), nullable=False),
    # SHA-256 of the file and of how it was read.
    Column("digest", String(64), nullable=False),
    # loading, until the last row is in; ready
    Column("state", String(16), nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("loaded", String(32), nullable=False),
    UniqueConstraint("name", "version"),
)

CODE_ENTRY = Table(
    "code_entry",
    METADATA,
    Column("code_table", ForeignKey("code_table.id"), primary_key=True),
    Column("code", String(200), primary_key=True),
    Column("display", Text, nullable=False),
    # What the code means in another system, "" where the table says nothing of it.
    Column("target_system", String(200), nullable=False),
    Column("target", String(200), nullable=False),
)

CODE_TERM = Table(
    "code_term",
    METADATA,
    Column("code_table", ForeignKey("code_table.id"), primary_key=True),
    # In the folded form of app.terminology.wording.
    Column("term", String(400), primary_key=True),
    Column("code", String(200), primary_key=True),
    Index("ix_code_term_code", "code_table", "code"),
)

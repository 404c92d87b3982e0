"""Records read back from the store."""

from __future__ import annotations

from app.domain.record import Record
from app.domain.records import read_record
from app.interop.jsontext import parse


def stored_record(content: str) -> Record:
    """A record read back from the store, where only valid ones are."""
    record = read_record(parse(content.encode()))
    if isinstance(record, tuple):
        raise TypeError(f"a stored record cannot be read: {record[0].path}")
    return record

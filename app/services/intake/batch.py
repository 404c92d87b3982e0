"""What one unit of work knows of its study, and the rows that it is about to write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from app.services.intake.rows import Rows
from app.storage import events
from app.storage.records import KnownRecord, KnownSubject, close_versions
from app.storage.studies import StoredStudy


@dataclass(slots=True, kw_only=True)
class Batch(Rows):
    """A unit of work on one study, with the records and subjects that it is about."""

    study: StoredStudy
    records: dict[str, KnownRecord]
    subjects: dict[str, KnownSubject]
    zones: dict[str, tzinfo | None] = field(init=False)
    touched: set[str] = field(init=False, default_factory=set)
    closed_versions: dict[int, int] = field(init=False, default_factory=dict)
    closed_events: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Look the sites' time zones up once."""
        self.zones = self.study.zones

    def note(self, seq: int, action: str, entity: str, subject: int | None, hashes: tuple[Any, Any]) -> None:
        """One audit row and one outbox row for a change in the study."""
        self.note_in(self.study.name, seq, action, entity, subject, hashes)

    def write(self) -> None:
        """Write everything gathered; afterwards the batch is empty and the store is current."""
        close_versions(self.connection, self.closed_versions)
        events.close(self.connection, self.study.name, self.closed_events)
        Rows.write(self)  # a class with slots is made anew, so that super() would not find it
        self.closed_versions.clear()
        self.closed_events.clear()
        self.touched.clear()

"""Rows of one unit of work, gathered in memory and written set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.search.extract import Value
from app.storage import counter, documents, events
from app.storage.counter import Moment
from app.storage.identity import IDENTITY
from app.storage.records import KnownRecord, KnownSubject, add, close_versions
from app.storage.search.index import index_rows
from app.storage.studies import StoredStudy
from app.storage.tables import AUDIT, EVENT, OUTBOX, RECORD, RECORD_VERSION, RESOURCE, SEARCH_INDEX, SUBJECT

# Parents before children, as the foreign keys demand.
_ORDER = (SUBJECT, RECORD, RECORD_VERSION, IDENTITY, EVENT, RESOURCE, SEARCH_INDEX, AUDIT, OUTBOX)


@dataclass(slots=True)
class Batch:
    """What one unit of work knows and is about to write."""

    connection: Connection
    study: StoredStudy
    actor: str
    new_id: Callable[[], str]
    moment: Moment
    records: dict[str, KnownRecord]
    subjects: dict[str, KnownSubject]
    zones: dict[str, tzinfo | None] = field(init=False)
    touched: set[str] = field(default_factory=set)
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    # What search finds each row of RESOURCE by, in the order of those rows.
    found_by: list[list[Value]] = field(default_factory=list)
    closed_versions: dict[int, int] = field(default_factory=dict)
    closed_events: dict[str, int] = field(default_factory=dict)
    closed_resources: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look the sites' time zones up once."""
        self.zones = self.study.zones

    def next_seq(self) -> int:
        """The number of the next change."""
        self.moment = Moment(self.moment.seq + 1, self.moment.time)
        return self.moment.seq

    def note(self, seq: int, action: str, entity: str, subject: int | None, hashes: tuple[Any, Any]) -> None:
        """One audit row and one outbox row for a change."""
        name = self.study.name
        row = {"seq": seq, "at": self.moment.time, "actor": self.actor, "action": action, "study": name}
        self.rows[AUDIT].append({**row, "entity": entity, "old_hash": hashes[0], "new_hash": hashes[1]})
        self.rows[OUTBOX].append({"seq": seq, "study": name, "topic": action, "subject": subject, "entity": entity})

    def write(self) -> None:
        """Write everything gathered; afterwards the batch is empty and the store is current."""
        close_versions(self.connection, self.closed_versions)
        events.close(self.connection, self.study.name, self.closed_events)
        documents.close(self.connection, self.closed_resources)
        self._index()
        for table in _ORDER:
            add(self.connection, table, self.rows.pop(table, []))
        counter.advance(self.connection, self.moment)
        for pending in (self.closed_versions, self.closed_events, self.closed_resources, self.touched):
            pending.clear()

    def _index(self) -> None:
        """Give the resources their row ids, and with them their values to the search index."""
        resources = self.rows.get(RESOURCE, [])
        if not resources:
            return
        for identifier, row, values in zip(
            documents.reserve(self.connection, len(resources)), resources, self.found_by, strict=True
        ):
            row["id"] = identifier
            self.rows[SEARCH_INDEX] += index_rows(identifier, values)
        self.found_by.clear()

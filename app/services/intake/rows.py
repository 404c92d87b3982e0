"""Rows of one unit of work, gathered in memory and written set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.search.extract import Value
from app.storage import counter, held
from app.storage.counter import Moment
from app.storage.identity import IDENTITY
from app.storage.records import add
from app.storage.search.index import index_rows
from app.storage.tables import AUDIT, EVENT, OUTBOX, RECORD, RECORD_VERSION, RESOURCE, SEARCH_INDEX, SUBJECT

# Parents before children, as the foreign keys demand.
_ORDER = (SUBJECT, RECORD, RECORD_VERSION, IDENTITY, EVENT, RESOURCE, SEARCH_INDEX, AUDIT, OUTBOX)


@dataclass(slots=True)
class Rows:
    """What one unit of work is about to write."""

    connection: Connection
    actor: str
    new_id: Callable[[], str]
    moment: Moment
    rows: dict[Any, list[dict[str, Any]]] = field(init=False, default_factory=lambda: defaultdict(list))
    # What search finds each row of RESOURCE by, in the order of those rows.
    found_by: list[list[Value]] = field(init=False, default_factory=list)
    closed_resources: dict[int, int] = field(init=False, default_factory=dict)
    adopted_resources: dict[int, dict[str, Any]] = field(init=False, default_factory=dict)

    def next_seq(self) -> int:
        """The number of the next change."""
        self.moment = Moment(self.moment.seq + 1, self.moment.time)
        return self.moment.seq

    def note_in(
        self, study: str, seq: int, action: str, entity: str, subject: int | None, hashes: tuple[Any, Any]
    ) -> None:
        """One audit row and one outbox row for a change. study: "" where it belongs to none."""
        row = {"seq": seq, "at": self.moment.time, "actor": self.actor, "action": action, "study": study}
        self.rows[AUDIT].append({**row, "entity": entity, "old_hash": hashes[0], "new_hash": hashes[1]})
        self.rows[OUTBOX].append({"seq": seq, "study": study, "topic": action, "subject": subject, "entity": entity})

    def write(self) -> None:
        """Write everything gathered; afterwards nothing is left and the store is current."""
        held.close(self.connection, self.closed_resources)
        self._index()
        for table in _ORDER:
            add(self.connection, table, self.rows.pop(table, []))
        held.adopt(self.connection, self.adopted_resources)
        counter.advance(self.connection, self.moment)
        self.closed_resources.clear()
        self.adopted_resources.clear()

    def _index(self) -> None:
        """Give the resources their row ids, and with them their values to the search index."""
        resources = self.rows.get(RESOURCE, [])
        if not resources:
            return
        for identifier, row, values in zip(
            held.reserve(self.connection, len(resources)), resources, self.found_by, strict=True
        ):
            row["id"] = identifier
            self.rows[SEARCH_INDEX] += index_rows(identifier, values)
        self.found_by.clear()

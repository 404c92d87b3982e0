"""What becomes of a record that is read again: a pure decision, so that nothing changes where nothing was mended.

docs/intake.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.record import Order
from app.services.intake.decide import Decision, decide
from app.services.intake.prepare import Prepared
from app.storage.records import KnownRecord
from app.storage.redrive import Version


@dataclass(slots=True)
class Again:
    """One payload on its way through intake for another time.

    versions: all versions of its records; places: of payloads in the order of arrival; refused: key and text of
    what was refused or held when it came; often: keys that it says more than once; changed: keys that this run has
    changed;
    gone: keys that are said no more.
    """

    inbox: str
    versions: Mapping[str, Sequence[Version]]
    places: Mapping[str, int]
    refused: frozenset[tuple[str | None, bytes]] = frozenset()
    often: frozenset[str] = frozenset()
    changed: set[str] = field(default_factory=set)
    gone: frozenset[str] = frozenset()
    _here: set[str] = field(init=False, default_factory=set)

    def decide(self, known: KnownRecord | None, item: Prepared) -> Decision:
        """unchanged: it says what it said; else what is read now takes the place of what was read then."""
        decision = self._decide(known, item)
        if decision in ("accepted", "amended", "late"):
            self.changed.add(item.key)
            self._here.add(item.key)
        return decision

    def _decide(self, known: KnownRecord | None, item: Prepared) -> Decision:
        if known is None or known.current is None:
            return "accepted"
        if item.key in self.gone:
            return "amended"
        if item.hash == known.current.hash or self._said(item):
            return "unchanged"
        counting = next((one for one in self.versions.get(item.key, ()) if one.counts), None)
        if counting is None or item.key in self._here:
            return "amended" if _newer(item.record.order, known.current.order, later=True) else "late"
        if (item.key, item.text) in self.refused and item.index not in self._mine(item.key):
            return self._first(known, item, counting)
        if counting.inbox == self.inbox and (item.key not in self.often or counting.position == item.index):
            return "amended"
        later = self._place(self.inbox, item.index) >= self._place(counting.inbox, counting.position)
        return "amended" if _newer(item.record.order, counting.order, later=later) else "late"

    def _mine(self, key: str) -> dict[int, str]:
        """By position, what this payload said last."""
        return {one.position: one.hash for one in self.versions.get(key, ()) if one.inbox == self.inbox}

    def _said(self, item: Prepared) -> bool:
        """Whether the payload said the same; one that only sent again what others had said still does so."""
        mine = self._mine(item.key)
        if item.index not in mine:
            return item.hash in {one.hash for one in self.versions.get(item.key, ())}
        return item.key not in self.changed and item.hash in mine.values()

    def _first(self, known: KnownRecord, item: Prepared, counting: Version) -> Decision:
        """What was refused when it came is decided as on that day: what has come since may count before it."""
        decision = decide(known, item.record, item.hash)
        earlier = self._place(self.inbox, item.index) < self._place(counting.inbox, counting.position)
        if decision == "amended" and earlier and not _newer(item.record.order, counting.order, later=False):
            return "late"
        return decision

    def _place(self, inbox: str, position: int) -> tuple[int, int]:
        return self.places.get(inbox, 0), position


def _newer(order: Order, other: Order, *, later: bool) -> bool:
    """Whether a version counts before another: by number, time of recording, status, and at last by arrival."""
    if order.version is not None and other.version is not None and order.version != other.version:
        return order.version > other.version
    if order.recorded is not None and other.recorded is not None and order.recorded != other.recorded:
        return order.recorded > other.recorded
    if order.same_moment(other) and order.rank != other.rank and (order.version, order.recorded) != (None, None):
        return order.rank > other.rank
    return later

"""What became of the records of a load, counted: by type, site and outcome, and the refused ones by reason.

docs/loading.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

# A file whose every line is wrong in a way of its own must not grow the load's row without end.
MOST_REASONS = 100
MOST_PLACES = 5
_INDEX = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class Reason:
    """One way to be refused. path: that of an issue without positions; places: the first ones."""

    type: str | None
    path: str
    code: str
    message: str
    expected: str | None = None
    count: int = 0
    places: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str | None, str, str, str]:
        """What makes two refusals the same."""
        return self.type, self.path, self.code, self.message


@dataclass(slots=True)
class Tally:
    """counts: type, site, outcome; reasons: the first MOST_REASONS, others are counted together."""

    records: int = 0
    unused: int = 0
    warnings: int = 0
    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)

    def add(self, receipt: Mapping[str, Any], known: Mapping[int, tuple[str | None, str | None]]) -> None:
        """Count a receipt. known: type and site of a record by its index, where they could be read."""
        self.unused += len(receipt.get("unused", ()))
        for line in receipt["records"]:
            type_, site = known.get(line["index"], (None, None))
            self.records += 1
            self.warnings += bool(line.get("warnings"))
            self._count(type_ or "", site or "", line["outcome"])
            if line.get("waiting"):
                self._count(type_ or "", site or "", "waiting")
            if line["outcome"] == "rejected":
                self._explain(type_, line)

    def _count(self, type_: str, site: str, outcome: str) -> None:
        counted = self.counts.setdefault(type_, {}).setdefault(site, {})
        counted[outcome] = counted.get(outcome, 0) + 1

    def _explain(self, type_: str | None, line: Mapping[str, Any]) -> None:
        for issue in line["issues"]:
            path = _INDEX.sub("[]", issue["path"].partition(".")[2] or issue["path"])
            found = Reason(type_, path, issue["code"], issue["message"], issue.get("expected"))
            reason = next((known for known in self.reasons if known.key == found.key), None)
            if reason is None:
                reason = self._new(found)
            reason.count += 1
            if len(reason.places) < MOST_PLACES:
                reason.places.append(issue.get("place") or line.get("place") or issue["path"])

    def _new(self, reason: Reason) -> Reason:
        if len(self.reasons) >= MOST_REASONS:
            return self.reasons[-1]
        if len(self.reasons) == MOST_REASONS - 1:
            reason = Reason(None, "", "informational", "other reasons")
        self.reasons.append(reason)
        return reason

    def totals(self) -> dict[str, int]:
        """Records by outcome."""
        found = dict.fromkeys(("accepted", "amended", "unchanged", "held", "waiting", "rejected"), 0)
        for _, counted in self.rows():
            for outcome, count in counted.items():
                found[outcome] += count
        return found

    def rows(self) -> Iterable[tuple[tuple[str, str], dict[str, int]]]:
        """Records by outcome for each type and site, in their order."""
        for type_, sites in sorted(self.counts.items()):
            for site, counted in sorted(sites.items()):
                yield (type_, site), counted

    def text(self) -> str:
        """As it is stored."""
        return msgspec.json.encode(self).decode()


def stored(text: str) -> Tally:
    """A tally read back from the store."""
    return msgspec.json.decode(text, type=Tally)

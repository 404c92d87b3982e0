"""What became of the records of some files, whether by receipts or by background loads.

The contract at the doors, section Records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("accepted", "amended", "unchanged", "held", "rejected")
# As a person at a desk calls them.
WORDS = {"accepted": "new", "amended": "amended", "unchanged": "unchanged", "held": "held", "rejected": "refused"}
MOST_PLACES = 5


@dataclass(slots=True)
class Reason:
    """One way to be refused, how often, and the first places."""

    type: str | None
    path: str
    message: str
    expected: str | None
    count: int = 0
    places: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """counts: by type and site; waiting: taken, but without a subject yet; faults: of files as a whole.

    failed: files that were not taken, and why.
    """

    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    reasons: dict[tuple[str | None, str, str], Reason] = field(default_factory=dict)
    waiting: int = 0
    unused: int = 0
    faults: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """Records by outcome."""
        summed = sum(self.counts.values(), Counter[str]())
        return {name: summed[name] for name in OUTCOMES}

    def count(self, type_: str | None, site: str | None, counted: dict[str, int]) -> None:
        """Add records of one type and site."""
        known = self.counts.setdefault((type_ or "", site or ""), Counter())
        known.update({name: counted[name] for name in OUTCOMES if counted.get(name)})

    def explain(self, reason: Reason) -> None:
        """Add a way to be refused."""
        key = (reason.type, reason.path, reason.message)
        known = self.reasons.setdefault(key, Reason(*key, reason.expected))
        known.count += reason.count
        known.places = (known.places + reason.places)[:MOST_PLACES]

    def most_frequent(self, most: int) -> list[Reason]:
        """The ways to be refused, the most frequent first."""
        return sorted(self.reasons.values(), key=lambda reason: -reason.count)[:most]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            **self.totals,
            "waiting": self.waiting,
            "unused": self.unused,
            "counts": [
                {"type": kind, "site": site, **counted} for (kind, site), counted in sorted(self.counts.items())
            ],
            "reasons": [_as_json(reason) for reason in self.most_frequent(len(self.reasons))],
            "failed": self.failed,
        }


def _as_json(reason: Reason) -> dict[str, Any]:
    return {name: getattr(reason, name) for name in ("type", "path", "message", "expected", "count", "places")}


def add_receipt(outcome: Outcome, receipt: dict[str, Any], file: str = "") -> None:
    """Count a receipt. file: what stands before its places."""
    outcome.waiting += receipt["waiting"]
    outcome.unused += len(receipt.get("unused", ()))
    for line in receipt["records"]:
        outcome.count(line.get("type"), line.get("site"), {line["outcome"]: 1})
        for issue in line["issues"] if line["outcome"] == "rejected" else ():
            outcome.explain(_reason(line, issue, file))


def _reason(line: dict[str, Any], issue: dict[str, Any], file: str) -> Reason:
    place = _in(file, issue.get("place") or line.get("place") or issue["path"].partition(".")[0])
    return Reason(line.get("type"), of_record(issue["path"]), issue["message"], issue.get("expected"), 1, [place])


def _in(file: str, place: str) -> str:
    return f"{file}: {place}" if file else place


def of_record(path: str) -> str:
    """A path as seen from the record."""
    return path.partition(".")[2] if path.startswith("records[") else path


def add_load(outcome: Outcome, load: dict[str, Any], file: str) -> None:
    """Count a background load. file: what stands before its places."""
    outcome.waiting += load["waiting"]
    outcome.unused += load["unused"]
    for row in load["counts"]:
        outcome.count(row["type"], row["site"], row)
    for reason in load["reasons"]:
        known = {name: reason[name] for name in Reason.__slots__}
        outcome.explain(Reason(**known | {"places": [_in(file, place) for place in reason["places"]]}))
    outcome.faults += len(load["issues"])
    for issue in load["issues"]:
        outcome.explain(_reason({}, issue, file))


def refused_lines(receipt: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The lines of a receipt that were refused or are held."""
    return (line for line in receipt["records"] if line["outcome"] in ("rejected", "held"))

"""The receipt: what became of each record.

The contract at the doors, section Records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Issue
from app.interop.reading import Unused

OUTCOMES = ("accepted", "amended", "unchanged", "held", "rejected")


@dataclass(slots=True)
class Line:
    """One record's line. resources are filled in when its FHIR form is written.

    type, site: of the record, where they are known; place: where it stands in what was sent; notes: what the sender
    should know though the record is taken.
    """

    index: int
    outcome: str
    id: str | None = None
    version: int | None = None
    resources: list[str] = field(default_factory=list)
    waiting: bool = False
    superseded: bool = False
    issues: tuple[Issue, ...] = ()
    type: str | None = None
    site: str | None = None
    place: str = ""
    notes: tuple[Issue, ...] = ()

    def told(self) -> dict[str, str]:
        """Type and site, where they are known."""
        return {name: value for name in ("type", "site") if (value := getattr(self, name))}

    def as_json(self) -> dict[str, Any]:
        """The line as the contract has it; flags stand only where they are true."""
        flags: dict[str, Any] = {name: True for name in ("waiting", "superseded") if getattr(self, name)}
        if self.place:
            flags |= {"place": self.place, **self.told()}
        if self.notes:
            flags["warnings"] = [note.as_json() for note in self.notes]
        line: dict[str, Any] = {"index": self.index, "outcome": self.outcome}
        if self.outcome in ("rejected", "held"):
            return {**line, "issues": [issue.as_json() for issue in self.issues], **flags}
        return {**line, "id": self.id, "version": self.version, "resources": self.resources, **flags}


def receipt(
    identifier: str, lines: list[Line], unused: Sequence[Unused] = (), *, dry_run: bool = False
) -> dict[str, Any]:
    """The whole receipt. `waiting` counts records that are kept but wait for their subject.

    held, unused and dry_run stand only where there is something to say.
    """
    counts = Counter(line.outcome for line in lines)
    found: dict[str, Any] = {
        "receipt": identifier,
        **{outcome: counts[outcome] for outcome in ("accepted", "amended", "unchanged")},
        "waiting": sum(line.waiting for line in lines),
        "rejected": counts["rejected"],
        "records": [line.as_json() for line in sorted(lines, key=lambda line: line.index)],
    }
    if counts["held"]:
        found["held"] = counts["held"]
    if unused:
        found["unused"] = [{"place": item.place, "reason": item.reason} for item in unused]
    if dry_run:
        found["dry_run"] = True
        for line, told in zip(found["records"], sorted(lines, key=lambda line: line.index), strict=True):
            line |= told.told()
    return found

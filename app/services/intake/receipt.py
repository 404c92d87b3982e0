"""The receipt: what became of each record.

The contract at the doors, section Records.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Issue

OUTCOMES = ("accepted", "amended", "unchanged", "rejected")


@dataclass(slots=True)
class Line:
    """One record's line. resources are filled in when its FHIR form is written."""

    index: int
    outcome: str
    id: str | None = None
    version: int | None = None
    resources: list[str] = field(default_factory=list)
    waiting: bool = False
    superseded: bool = False
    issues: tuple[Issue, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The line as the contract has it; flags stand only where they are true."""
        if self.outcome == "rejected":
            return {
                "index": self.index,
                "outcome": self.outcome,
                "issues": [issue.as_json() for issue in self.issues],
            }
        flags = {name: True for name in ("waiting", "superseded") if getattr(self, name)}
        known = {"id": self.id, "version": self.version, "resources": self.resources}
        return {"index": self.index, "outcome": self.outcome, **known, **flags}


def receipt(identifier: str, lines: list[Line]) -> dict[str, Any]:
    """The whole receipt. `waiting` counts records that are kept but wait for their subject."""
    counts = Counter(line.outcome for line in lines)
    return {
        "receipt": identifier,
        **{outcome: counts[outcome] for outcome in OUTCOMES[:3]},
        "waiting": sum(line.waiting for line in lines),
        "rejected": counts["rejected"],
        "records": [line.as_json() for line in sorted(lines, key=lambda line: line.index)],
    }

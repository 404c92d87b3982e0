"""One difference that reading again makes, as it is told: names of fields, never what stands in them.

docs/intake.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.domain.subject import IDENTIFYING_FIELDS
from app.interop.jsontext import parse
from app.services.intake.prepare import Checked
from app.services.intake.receipt import Line
from app.storage.identity import identities

_STAYS = {"unchanged": "same", "held": "held", "rejected": "refused"}


@dataclass(frozen=True, slots=True)
class Difference:
    """kind: new, changed, gone, same, held, refused; superseded: a newer version counts."""

    kind: str
    receipt: str
    index: int
    place: str
    record: str | None
    fields: tuple[str, ...] = ()
    superseded: bool = False
    issues: tuple[Issue, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The difference as it is answered."""
        found: dict[str, Any] = {"difference": self.kind, "receipt": self.receipt, "index": self.index}
        found |= {"place": self.place or None, "record": self.record}
        if self.fields:
            found["fields"] = list(self.fields)
        if self.superseded:
            found["superseded"] = True
        return found | ({"issues": [issue.as_json() for issue in self.issues]} if self.issues else {})


def difference(receipt: str, line: Line, item: Checked, known: bool) -> Difference:
    """What became of a record that was read again. known: whether there was one of its key."""
    kind = _STAYS.get(line.outcome) or ("changed" if known else "new")
    return Difference(kind, receipt, line.index, line.place, item.key, (), line.superseded, line.issues)


def fields_of(connection: Connection, before: Any, after: Any) -> tuple[str, ...]:
    """Names of the fields in which two versions differ; none where the version that counts stayed."""
    old, new = (parse(row.content.encode()) for row in (before, after))
    found = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if before.version != after.version:
        who = identities(connection, [before.version, after.version])
        told = [who.get(row.version) for row in (before, after)]
        found |= {name for name in IDENTIFYING_FIELDS if len({getattr(row, name, None) for row in told}) > 1}
    return tuple(sorted(found))

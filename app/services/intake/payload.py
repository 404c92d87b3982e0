"""A payload that was read, on its way into the store.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Fault
from app.interop.fhir.arriving.arrived import Arrival
from app.interop.reading import Unused
from app.services.intake.prepare import Checked
from app.services.intake.receipt import Line
from app.services.intake.submission import NO_CONTEXT, Context


@dataclass(frozen=True, slots=True)
class Payload:
    """What arrived, checked as far as that needs no store; when, and where ids come from.

    fault: why it could not be read as a whole; items then is one refusal of all of it. key: what it is in its source;
    arrival: resources of FHIR, which become items when it is known whose they are.
    """

    study: str
    body: bytes
    media_type: str
    items: Sequence[Checked]
    atomic: bool
    actor: str
    time: datetime
    new_id: Callable[[], str]
    context: Context = NO_CONTEXT
    unused: tuple[Unused, ...] = ()
    dry_run: bool = False
    fault: Fault | None = None
    key: str | None = None
    arrival: Arrival | None = None

    @property
    def alone(self) -> bool:
        """Whether it may have to be undone, so that nothing is taken together with it."""
        return self.atomic or self.dry_run or self.arrival is not None

    @property
    def digest(self) -> str:
        """SHA-256 of what arrived and of what decides how it is read."""
        context = self.context.as_text()
        before = context.encode() + b"\n" if context else b""
        return hashlib.sha256(before + self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A payload with the id under which it is kept, and what became of its records."""

    payload: Payload
    inbox: str
    lines: list[Line]

    def pairs(self) -> list[tuple[Line, Checked]]:
        """Each line with the record that it is about."""
        items = {item.index: item for item in self.payload.items}
        return [(line, items[line.index]) for line in self.lines]

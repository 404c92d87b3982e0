"""The orders of a message of results: each OBR with its patient and its results, and what belongs to none.

https://www.hl7.eu/HL7v2x/v251/std251/ch07.html (section 7.3.1, ORU)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.interop.hl7v2.message import Message, Segment


@dataclass(slots=True)
class Order:
    """An OBR with the PID, PV1 and ORC that hold for it, and its OBX."""

    request: Segment
    around: tuple[Segment, ...]
    results: list[Segment] = field(default_factory=list)

    @property
    def segments(self) -> Iterator[Segment]:
        """Those that hold for every result of the order."""
        yield from self.around
        yield self.request


@dataclass(slots=True)
class Loose:
    """A segment that belongs to no order, with the reason why it is left alone."""

    segment: Segment
    reason: str


def orders(message: Message) -> tuple[list[Order], list[Loose]]:
    """The orders in their sequence, and the results that belong to none."""
    found: list[Order] = []
    loose: list[Loose] = []
    around: dict[str, Segment] = {}
    reason = _BEFORE
    for segment in message.segments:
        if segment.name == "PID":
            around = {"PID": segment}
        elif segment.name in ("PV1", "ORC"):
            around[segment.name] = segment
        if segment.name in _ENDS:
            reason = _ENDS[segment.name]
        elif segment.name == "OBR":
            found.append(Order(segment, (message.header, *around.values())))
            around.pop("ORC", None)
            reason = ""
        elif segment.name == "OBX" and reason:
            loose.append(Loose(segment, reason))
        elif segment.name == "OBX":
            found[-1].results.append(segment)
    return found, loose


_BEFORE = "an observation outside any order"
_ENDS = {"PID": _BEFORE, "ORC": _BEFORE, "SPM": "an observation of the specimen, not of the patient"}

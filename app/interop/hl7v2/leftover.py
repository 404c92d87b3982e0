"""What a message holds that nobody reads, each kind once, with the reason.

docs/hl7v2.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.interop.hl7v2.message import Message, Segment
from app.interop.hl7v2.orders import Order
from app.interop.hl7v2.status import OPEN
from app.interop.hl7v2.values import TEXTS
from app.interop.reading import Unused

# Of the message and the order; what is in them and not read says nothing of the patient's course.
_READ = frozenset(
    {"MSH", "SFT", "EVN", "PID", "PD1", "PV1", "PV2", "ORC", "OBR", "OBX", "TQ1", "TQ2", "SPM", "MRG", "NTE"}
)
_NOTE = "notes are not read"
_LOCAL = "a segment of the hospital's own"
_OTHER = "this segment is not read"
_TEXT = "a text or a document, not a measured value"


def other_segments(message: Message) -> Iterator[Unused]:
    """The first segment of each kind that is not read, in order."""
    seen: set[str] = set()
    for segment in message.segments:
        if segment.name in seen or (segment.name in _READ and segment.name != "NTE"):
            continue
        seen.add(segment.name)
        reason = _LOCAL if segment.name[0] == "Z" else _NOTE if segment.name == "NTE" else _OTHER
        yield Unused(str(segment.place(message=message.number)), reason)


def open_results(order: Order, message: int | None, texts: bool) -> Iterator[Unused]:
    """Results that are outstanding, and where `texts` those that are none; neighbours of one reason together."""
    run: list[Segment] = []
    reason = ""
    for result in order.results:
        found = OPEN.get(result.value(11), _TEXT if texts and result.value(2) in TEXTS else "")
        if run and found != reason:
            yield _run(run, reason, message)
            run = []
        if found:
            run.append(result)
        reason = found
    if run:
        yield _run(run, reason, message)


def _run(run: Iterable[Segment], reason: str, message: int | None) -> Unused:
    places = [str(segment.place(message=message)) for segment in run]
    return Unused(places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}", reason)

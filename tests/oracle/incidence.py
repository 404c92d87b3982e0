"""The SAE row of one subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.endpoints.definition import Definition, WindowIncidence
from tests.oracle.anchors import earliest_day, is_before
from tests.oracle.event import Event, select
from tests.oracle.window import Window, falls_inside, imputed_flag, new_grades, window

YES, UNKNOWN = "yes", "unknown"


@dataclass(frozen=True)
class SaeResult:
    """certain, open: (record, day) of what counts, and of what nobody can say; flags: what was imputed."""

    zero: int
    certain: frozenset[tuple[str, int]]
    open: frozenset[tuple[str, int]]
    flags: frozenset[str]
    death: int | None

    @property
    def sae(self) -> bool | None:
        return True if self.certain else None if self.open else False


def derive(events: Sequence[Event], definition: Definition, endpoint: WindowIncidence, cutoff: int) -> SaeResult | str:
    """The subject's row, or the reason for its exclusion."""
    frame = window(events, definition, endpoint, cutoff)
    if frame is None:
        return "not infused"
    worsened = {
        event.record for event in new_grades(events, definition, [endpoint.worsening], frame) if event.grade is not None
    }
    found: dict[str, set[tuple[str, int]]] = {YES: set(), UNKNOWN: set()}
    flags = set()
    for event in select(events, definition, endpoint.source):
        verdict = _verdict(event, frame, event.record in worsened)
        if verdict is not None:
            found[verdict].add((event.record, earliest_day(event, frame.zero)))
            flags |= {imputed_flag(event, frame)} - {None}
    return SaeResult(
        frame.zero.day, frozenset(found[YES]), frozenset(found[UNKNOWN]), frozenset(flags), frame.death_inside
    )


def _verdict(event: Event, frame: Window, worsened: bool) -> str | None:
    """Serious in the window; or not known to be; or serious from an unrecorded day, and worse in the window."""
    if falls_inside(event, frame):
        return YES if event.status == "serious" else UNKNOWN
    began_before = is_before(earliest_day(event, frame.zero), event.second, frame.zero)
    return UNKNOWN if began_before and event.flag == 0 and worsened else None

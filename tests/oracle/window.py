"""What the two window endpoints share: the window of one subject, and the grades reached in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.endpoints.definition import Definition, Toxicity, WindowIncidence
from tests.oracle.anchors import (
    End,
    Start,
    day_zero,
    death,
    earliest_day,
    is_before,
    observation_end,
    over_before,
    wholly_before,
)
from tests.oracle.event import Event, select
from tests.oracle.time_to_event import still_held


@dataclass(frozen=True)
class Window:
    """Day 0 to day 28 of one subject, cut short by the end of observation."""

    zero: Start
    last: int
    end: End
    seen: int | None
    died: int | None

    @property
    def death_inside(self) -> int | None:
        inside = self.died is not None and self.zero.day <= self.died <= min(self.last, self.end.day)
        return self.died if inside else None


def window(
    events: Sequence[Event], definition: Definition, endpoint: WindowIncidence | Toxicity, cutoff: int
) -> Window | None:
    """The window, or None without an infusion."""
    zero = day_zero(events, definition, cutoff)
    if zero is None:
        return None
    end = observation_end(events, definition, endpoint.observation_end, zero, cutoff)
    contacts = [min(event.first_day, end.day) for event in select(events, definition, definition.alive)]
    died = death(events, definition, [endpoint.death])
    return Window(
        zero, zero.day + definition.window_days, end, max(contacts, default=None), None if died is None else died.day
    )


def falls_inside(event: Event, frame: Window) -> bool:
    """Not before day 0, not over before it, by day 28, and observed."""
    day = earliest_day(event, frame.zero)
    before = is_before(day, event.second, frame.zero) or over_before(event, frame.zero)
    return not before and day <= min(frame.last, frame.end.day)


def imputed_flag(event: Event, frame: Window) -> str | None:
    """The flag, where not every possible day gives the same answer."""
    same = frame.zero.day <= event.first_day and event.last_day <= frame.last
    return None if same else event.imputed


def new_grades(
    events: Sequence[Event], definition: Definition, sources: Sequence[str], frame: Window
) -> Iterator[Event]:
    """Grades reached in the window and worse than the one at day 0; and events in it whose grade is not recorded."""
    graded = select(events, definition, *sources)
    for event in graded:
        if falls_inside(event, frame) and (event.grade is None or event.grade > _grade_at_start(event, graded, frame)):
            yield event


def _grade_at_start(event: Event, graded: Sequence[Event], frame: Window) -> int:
    held = [
        item.grade or 0
        for item in graded
        if item.record == event.record and wholly_before(item, frame.zero) and still_held(item, frame.zero)
    ]
    return max(held, default=0)

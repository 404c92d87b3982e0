"""The course of a grade: when each one was reached, and when it fell.

https://ctep.cancer.gov/protocoldevelopment/electronic_applications/ctc.htm
"""

from __future__ import annotations

from app.domain.dates import DayRange
from app.interop.events.days import between

Point = tuple[DayRange, int | None]


def course(
    changes: list[tuple[DayRange, int]],
    reported: int | None,
    onset: DayRange,
    end: DayRange | None,
    fatal: int | None = None,
) -> list[Point]:
    """(days, grade) in order of time, then a worst grade that was reported without its day.

    changes: the dated grades; reported: the grade of the whole event, None where not recorded; fatal: the grade that
    means death. Where the changes do not go back to the onset, the reported grade is that of the onset; else it was
    reached on some day of the event. A death is not at the onset, and nothing follows it.
    """
    history = sorted(changes, key=lambda point: (point[0].first, point[0].second or 0, point[1]))
    if reported is None or (history and reported <= max(grade for _, grade in history)):
        return [*history] or [(onset, None)]
    if reported == fatal:
        return [*history, (between(history[-1][0].first if history else onset.first, end), reported)]
    if not history or onset.last < history[0][0].first:
        return [(onset, reported), *history]
    return [*history, (between(min(onset.first, history[0][0].first), end), reported)]


def fallen(points: list[Point], index: int, grade: int) -> DayRange | None:
    """When the grade first fell below `grade` after the point at `index`; None where no dated change says so."""
    if points[index][0].precision == "none":
        return None
    return next((days for days, later in points[index + 1 :] if later is not None and later < grade), None)

"""Neutrophil and platelet engraftment after the transplant, from runs of counts.

https://www.manula.com/manuals/cibmtr/fim/1/en/topic/f2100-q13-18 ; PMC11161398
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple

ANC, PLATELETS = Decimal("0.5"), Decimal(20)
RUN, FREE_DAYS = 3, 7
# Primary graft failure: no recovery by this day (42 after cord blood).
DEADLINE = 30
TRANSFUSION_UNKNOWN, DAYS_WITHOUT_RECORD = "transfusion-status-unknown", "days-without-record"
State = Literal["engrafted", "unconfirmed", "pending", "never", "never-below"]


class Count(NamedTuple):
    """One count. day: since the transplant; value: 10*9/L; transfused: platelets were given that day."""

    day: int
    value: Decimal
    transfused: bool | None = None


@dataclass(frozen=True, slots=True)
class Engraftment:
    """state and, where there is one, the day of engraftment: the first of the three days.

    unconfirmed: the counts are reached, but whether platelets were transfused is not recorded. pending: not reached
    yet. never: not reached by the deadline. never-below: no fall below the threshold was recorded.
    """

    state: State
    day: int | None
    reason: str | None
    flags: tuple[str, ...] = ()


Counts = Iterable[tuple[int, Decimal, bool | None]]


def neutrophil_engraftment(counts: Counts, deadline: int = DEADLINE) -> Engraftment:
    """First of 3 consecutive counts on different days with ANC at or above 0.5 10*9/L, after the fall below it.

    Counts before day 0 are left out; of several on a day the lowest counts. deadline: 42 after cord blood.
    """
    days = _daily(counts)
    fall = next((index for index, count in enumerate(days) if count.value < ANC), None)
    if fall is None:
        return _not_fallen(days, ANC)
    for run in _runs(days, fall, ANC):
        return Engraftment("engrafted", run[0].day, None)
    return _not_reached(days, deadline, ANC)


def platelet_engraftment(counts: Counts, deadline: int | None = None) -> Engraftment:
    """First of 3 consecutive counts on different days at or above 20 10*9/L, without a transfusion for 7 days.

    The first of the three lies at least 7 days after the last transfusion. Unknown is not "no": where a count in
    that time does not say whether platelets were given, the day is `unconfirmed`; days without any count are flagged.
    """
    days = _daily(counts)
    fall = next((i for i, count in enumerate(days) if count.value < PLATELETS or count.transfused), None)
    if fall is None:
        return _not_fallen(days, PLATELETS)
    for run in _runs(days, fall, PLATELETS):
        window = [count for count in days if run[0].day - FREE_DAYS < count.day <= run[-1].day]
        if not any(count.transfused for count in window):
            return _transfusion_free(run[0].day, window)
    return _not_reached(days, deadline, PLATELETS)


def _transfusion_free(day: int, window: Sequence[Count]) -> Engraftment:
    unknown = [count.day for count in window if count.transfused is None]
    recorded = {count.day for count in window}
    gaps = any(earlier not in recorded for earlier in range(max(day - FREE_DAYS + 1, 0), day))
    flags = (DAYS_WITHOUT_RECORD,) if gaps else ()
    if unknown:
        reason = f"whether platelets were transfused is not recorded on day {', '.join(map(str, unknown))}"
        return Engraftment("unconfirmed", day, reason, (TRANSFUSION_UNKNOWN, *flags))
    return Engraftment("engrafted", day, None, flags)


def _daily(counts: Counts) -> list[Count]:
    """One count a day from day 0 on: the lowest; transfused if any says so, unknown if none does and one is silent."""
    ordered = sorted((Count(*count) for count in counts if count[0] >= 0), key=lambda count: count.day)
    return [_of_day(list(group)) for _, group in groupby(ordered, key=lambda count: count.day)]


def _of_day(counts: Sequence[Count]) -> Count:
    told = {count.transfused for count in counts}
    transfused = True if True in told else None if None in told else False
    return Count(counts[0].day, min(count.value for count in counts), transfused)


def _runs(days: Sequence[Count], fall: int, threshold: Decimal) -> Iterable[Sequence[Count]]:
    """Every three consecutive counts after the fall that all reach the threshold."""
    triples = (days[start : start + RUN] for start in range(fall + 1, len(days) - RUN + 1))
    return (run for run in triples if all(count.value >= threshold for count in run))


def _not_fallen(days: Sequence[Count], threshold: Decimal) -> Engraftment:
    if not days:
        return Engraftment("pending", None, "no counts after the transplant")
    return Engraftment("never-below", None, f"no count below {threshold} is recorded after the transplant")


def _not_reached(days: Sequence[Count], deadline: int | None, threshold: Decimal) -> Engraftment:
    last = days[-1]
    if last.value >= threshold:
        return Engraftment("pending", None, f"fewer than {RUN} counts that qualify by day {last.day}, the last one")
    if deadline is not None and last.day >= deadline:
        return Engraftment("never", None, f"not reached by day {deadline}")
    return Engraftment("pending", None, f"not reached by day {last.day}, the last count")

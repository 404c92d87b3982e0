"""Laboratory results as they were measured: which test, on which days, in which unit.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from app.domain.dates import DayRange
from app.domain.observation import Lab
from app.grading.ctcae_lab import Baseline, Result
from app.terminology.laboratory import LaboratoryTest, named_test
from app.terminology.units import convert, ucum


@dataclass(frozen=True, slots=True)
class Measured:
    """A result with the test that it names, the days on which it can have been taken, and its unit as UCUM code."""

    lab: Lab
    test: LaboratoryTest | None
    days: DayRange
    unit: str | None

    def result(self, as_sent: bool) -> Result:
        """The numbers as sent, else in the unit in which the test is kept. An unknown unit stays what it is."""
        comparator, value = self.lab.number or (None, None)
        if as_sent or self.unit is None or self.test is None:
            return Result(value, comparator, self.unit or self.lab.unit, self.lab.low, self.lab.high)
        kept = [self.kept(number) for number in (value, self.lab.low, self.lab.high)]
        return Result(kept[0], comparator, self.test.unit, kept[1], kept[2])

    def kept(self, number: Decimal | None) -> Decimal | None:
        """A number in the unit in which the test is kept; None where the test or the unit is unknown."""
        if number is None or self.test is None or self.unit is None:
            return None
        quantity = convert(self.test.id, number, self.unit)
        return None if quantity is None else quantity.value

    def baseline(self, as_sent: bool) -> Baseline | None:
        """The result as the measure of later ones; None without a value."""
        found = self.result(as_sent)
        if found.value is None:
            return None
        return Baseline(found.value, found.unit, found.low, found.high, found.comparator)


def measured(lab: Lab, zone: tzinfo | None) -> Measured:
    """The record as a measurement at its site."""
    test = named_test(lab.test)
    unit = None if test is None else ucum(test.id, lab.unit or "")
    return Measured(lab, test, lab.collected.at_site(zone), unit)


def on_or_before(days: DayRange, start: DayRange | None) -> bool:
    """Whether a result surely precedes the infusion; one of the same day does, unless timed after it."""
    if start is None:
        return False
    timed_after = days.second is not None and start.second is not None and days.second > start.second
    return days.last < start.first or (days.last == start.first and not timed_after)


def baselines(results: Iterable[Measured], start: DayRange | None) -> dict[str, Measured]:
    """The last result with a value of each test, on or before the infusion."""
    before = [result for result in results if on_or_before(result.days, start)]
    ordered = sorted(before, key=lambda result: (result.days.last, result.days.second or 0, result.lab.key))
    return {result.test.id: result for result in ordered if result.test is not None and result.lab.number is not None}

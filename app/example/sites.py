"""The three invented hospitals: where they are and how each writes its data.

https://www.iana.org/time-zones
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

END = date(2026, 6, 15)
"""The last day on which anything happens in the extract."""


@dataclass(frozen=True)
class Site:
    """A hospital. clock: how it writes a moment; units: unit of each test; unnumbered: sources without versions."""

    id: str
    time_zone: str
    clock: Literal["day", "utc", "local"]
    loinc: bool
    units: Mapping[str, str]
    dose_unit: str
    records_source: str
    unnumbered: frozenset[str] = frozenset()

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A moment on the hospital's own clock."""
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.time_zone))

    def written(self, moment: datetime) -> str:
        """A moment as this hospital's systems write it: the day alone, in UTC, or with its own offset."""
        if self.clock == "day":
            return moment.date().isoformat()
        if self.clock == "utc":
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return moment.isoformat(timespec="seconds")


_SI = {"ANC": "10*9/L", "PLT": "10*9/L", "HGB": "g/L", "ALT": "U/L", "AST": "U/L", "BILI": "umol/L", "CREA": "umol/L"}
_US = {"ANC": "10*3/uL", "PLT": "10*3/uL", "HGB": "g/dL", "ALT": "U/L", "AST": "U/L", "BILI": "mg/dL", "CREA": "mg/dL"}
_MIXED = {**_US, "ANC": "10*9/L", "PLT": "10*9/L"}
SITES = {
    "A": Site("A", "Europe/Berlin", "day", True, _SI, "10*6/kg", "ehr"),
    "B": Site("B", "America/New_York", "utc", False, _US, "cells/kg", "ehr", frozenset({"phone-log"})),
    "C": Site("C", "Asia/Tokyo", "local", True, _MIXED, "10*6/kg", "edc", frozenset({"edc"})),
}
ENROLMENT = "ABCABACBACABABC"
"""The order in which the sites enrol, over and over: 24, 20 and 16 of 60."""
HGB_CHANGED_UNIT = ("A", date(2025, 1, 1), "g/dL")
"""Site A reported haemoglobin in g/dL before this day."""

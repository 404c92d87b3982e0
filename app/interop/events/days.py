"""Days on which something may have happened where its own date was not recorded.

https://pharmaverse.github.io/admiral/articles/imputation.html
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.dates import DayRange, PartialDate
from app.endpoints.event import LAST_DAY, UNKNOWN


def possible_days(date: PartialDate | None, zone: tzinfo | None) -> DayRange:
    """The days that a date can mean; without a date, any day."""
    return UNKNOWN if date is None else date.at_site(zone)


def known_days(date: PartialDate | None, zone: tzinfo | None) -> DayRange | None:
    """The days that a date can mean; without a date, None."""
    return None if date is None else date.at_site(zone)


def between(first: int, end: DayRange | None) -> DayRange:
    """Any day from this one to the end, or for ever where no end is known; first: days since 1970-01-01."""
    return DayRange(first, LAST_DAY if end is None else max(first, end.last), "none")

"""A span of time as a query string says it.

https://www.rfc-editor.org/rfc/rfc3339
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import Query

from app.domain.dates import from_day_number, parse_date
from app.domain.errors import bad_parameter
from app.storage.counter import utc_text

_EXPECTED = "YYYY-MM-DD, or a date-time with offset"
Since = Annotated[str | None, Query(max_length=40, description="received from then on: date of UTC, or date-time")]
Until = Annotated[str | None, Query(max_length=40, description="received until then: date, inclusive, or date-time")]


def moments(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """The first moment, and the one before which the span ends. Fault MALFORMED."""
    return (_moment("since", since, 0) if since else None), (_moment("until", until, 1) if until else None)


def _moment(name: str, text: str, days: int) -> str:
    """A date is the beginning of its day, `days` later."""
    try:
        date = parse_date(text)
    except ValueError:
        raise bad_parameter(name, _EXPECTED) from None
    if date.instant is not None:
        return utc_text(date.instant)
    if date.first != date.last:
        raise bad_parameter(name, _EXPECTED)
    return utc_text(datetime.combine(from_day_number(date.first), time(), UTC) + timedelta(days=days))


def day(name: str, text: str | None) -> str | None:
    """A calendar date. Fault MALFORMED."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise bad_parameter(name, "YYYY-MM-DD") from None

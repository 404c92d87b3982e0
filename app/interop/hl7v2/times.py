"""Times of messages as dates of the records: `20260302101500+0100` is `2026-03-02T10:15:00+01:00`.

https://www.hl7.eu/HL7v2x/v251/std251/ch02a.html (section 2.A.77, time stamp)
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

_FORM = re.compile(
    r"(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?([+-]\d{4})?", re.ASCII
)


def iso(text: str, zone: tzinfo | None) -> str | None:
    """The time as the records have it, as exact as it came; None where it is none.

    zone: of a time without an offset; None keeps the day as it is written.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if hour is None:
        return "-".join(part for part in (year, month, day) if part)
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute or 0), int(second or 0))
        known = _offset(offset) if offset else zone
        return local.date().isoformat() if known is None else _written(local.replace(tzinfo=known), fraction)
    except (ValueError, OverflowError):
        return None


def _written(moment: datetime, fraction: str | None) -> str:
    text = moment.isoformat(timespec="seconds")
    return text if fraction is None else f"{text[:19]}.{fraction}{text[19:]}"


def _offset(text: str) -> tzinfo:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def zone_of(sent: str, site: tzinfo | None) -> tzinfo | None:
    """The zone of times without an offset in a message that was sent at `sent` (MSH-7).

    An offset there holds for the whole message; where it is the site's own at that moment the site's zone is meant,
    with its summer time.
    """
    match = _FORM.fullmatch(sent.strip())
    if match is None or not match[8]:
        return site
    told = iso(sent, None)
    if site is None or told is None or len(told) <= len("YYYY-MM-DD"):
        return site
    moment = datetime.fromisoformat(told)
    return site if moment.astimezone(site).utcoffset() == moment.utcoffset() else moment.tzinfo

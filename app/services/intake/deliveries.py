"""The delivery report: what came from each site on each of its days, and what became of it, to the record.

docs/intake.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from app.services import studies
from app.services.intake.payload import Delivered
from app.storage import deliveries
from app.storage.deliveries import COUNTS, DELIVERY, Wanted
from app.storage.records import add

Zones = Mapping[str, tzinfo | None]


def count(connection: Connection, delivered: Iterable[Delivered], time: str, zones: Zones) -> None:
    """Count deliveries, in their own transaction."""
    add(connection, DELIVERY, [row for one in delivered for row in _rows(one, time, zones)])


def _rows(one: Delivered, time: str, zones: Zones) -> list[dict[str, Any]]:
    """A row for each site that a delivery has records of; one without a record has one too.

    What was received is counted by what was read, and the outcomes by what was answered.
    """
    payload = one.payload
    counts: dict[str | None, Counter[str]] = {}
    for item in payload.items:
        counts.setdefault(declared(item.site, zones), Counter())["received"] += 1
    for line, item in one.pairs():
        counts[declared(item.site, zones)][line.outcome] += 1
    own = declared(payload.context.site, zones)
    if own is None and len(counts) == 1:
        [own] = counts
    if payload.unused or not counts:
        counts.setdefault(own, Counter())["unused"] += len(payload.unused)
    common: dict[str, Any] = {"study": payload.study, "inbox": one.inbox, "received_at": time}
    common |= {"media_type": payload.media_type, "profile": payload.context.profile}
    return [{**common, **_place(site, time, zones), **_numbers(found)} for site, found in counts.items()]


def declared(site: str | None, zones: Zones) -> str | None:
    """The site, unless the study declares others: a misspelt name is nobody's."""
    return site if not zones or site in zones else None


def _place(site: str | None, time: str, zones: Zones) -> dict[str, str | None]:
    zone = (zones.get(site) if site else None) or UTC
    return {"site": site, "day": datetime.fromisoformat(time).astimezone(zone).date().isoformat()}


def _numbers(found: Counter[str]) -> dict[str, int]:
    return {name: found[name] for name in COUNTS}


def report(connection: Connection, wanted: Wanted) -> dict[str, Any]:
    """Counts by site and day, and their sums. Fault NOT_FOUND for an unknown study."""
    studies.find(connection, wanted.study)
    rows = [dict(row._mapping) for row in deliveries.by_day(connection, wanted)]
    totals = {name: sum(row[name] for row in rows) for name in COUNTS}
    return {**_head(wanted), "totals": totals, "rows": rows}


def listing(connection: Connection, wanted: Wanted, after: int, size: int) -> dict[str, Any]:
    """A page of single deliveries; `next`: the number behind which there are more. Fault NOT_FOUND for the study."""
    studies.find(connection, wanted.study)
    rows = deliveries.each(connection, wanted, after, size + 1)
    page = {**_head(wanted), "rows": [_delivery(row) for row in rows[:size]]}
    return {**page, "next": rows[size - 1].id} if len(rows) > size else page


def _head(wanted: Wanted) -> dict[str, Any]:
    return {"study": wanted.study, "site": wanted.site, "from": wanted.first, "to": wanted.last}


def _delivery(row: Any) -> dict[str, Any]:
    counts = {name: getattr(row, name) for name in COUNTS}
    said = {"receipt": row.inbox, "received_at": row.received_at, "media_type": row.media_type, "profile": row.profile}
    return {"site": row.site, "day": row.day, **said, **counts}


COLUMNS = ("site", "day", "deliveries", *COUNTS)
EACH_COLUMNS = ("site", "day", "receipt", "received_at", "media_type", "profile", *COUNTS)

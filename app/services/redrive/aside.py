"""Quarantine after a payload was read again: what is good now is cleared, what is refused otherwise stands anew.

docs/intake.md
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.services.intake.payload import Delivered
from app.services.intake.prepare import Checked
from app.services.intake.receipt import Line
from app.services.intake.set_aside import STATES, set_aside
from app.storage import counter, quarantine


def renew(
    connection: Connection,
    study: str,
    time: datetime,
    delivered: Delivered,
    standing: Sequence[Any],
    only: Collection[int] | None,
) -> None:
    """Bring the items of a payload in line with what was read now. standing: all of its items so far.

    only: the positions that were read, None where all were.
    """
    moment = counter.lock(connection, time)
    last = {row.position: row for row in standing}
    refused = [(line, item) for line, item in delivered.pairs() if line.outcome in STATES]
    kept = {line.index for line, item in refused if line.index in last and _same(last[line.index], line, item)}
    asked = [row for row in last.values() if only is None or row.position in only]
    over = [row.id for row in asked if row.position not in kept and row.cleared is None]
    quarantine.clear_items(connection, over, moment.seq)
    places = {(delivered.inbox, position) for position in kept}
    set_aside(connection, study, moment, [delivered], places, f".{len(standing)}")


def _same(row: Any, line: Line, item: Checked) -> bool:
    """Whether an item tells what was found now, or tells of the same line that it needs no correction."""
    if bytes(row.payload) != item.text:
        return False
    issues = [issue.as_json() for issue in line.issues]
    told = (row.state, json.loads(row.issues)) == (STATES[line.outcome], issues)
    return told or row.dismissed is not None or row.cleared is not None

"""What was refused or is held goes to quarantine, in the transaction of what was taken.

docs/intake.md
"""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import Connection

from app.services.intake.payload import Delivered
from app.services.intake.prepare import Checked, Unassigned
from app.services.intake.receipt import Line
from app.services.intake.settle import held_row
from app.storage import patients, quarantine
from app.storage.counter import Moment
from app.storage.quarantine import codes_text
from app.storage.records import add
from app.storage.tables import QUARANTINE

STATES = {"rejected": "refused", "held": "held"}


def set_aside(
    connection: Connection,
    study: str,
    moment: Moment,
    delivered: list[Delivered],
    kept: set[tuple[str, int]] | None = None,
    mark: str = "",
) -> None:
    """Keep what was not taken, once; where a good record of the same key came after it, as cleared.

    A payload that could be read clears the refusal of one that could not, where its source gives both one key.
    kept: (inbox id, position) of what is in quarantine already; mark: tells items of a further reading from the first.
    """
    good: dict[str, tuple[int, int]] = {}
    rows: dict[tuple[str, int], tuple[tuple[int, int], dict[str, Any]]] = {}
    for number, one in enumerate(delivered):
        if one.payload.key is not None and not (one.lines and all(line.outcome == "rejected" for line in one.lines)):
            good[one.payload.key] = (number, -1)
        for line, item in one.pairs():
            if line.outcome in STATES:
                row = _row(study, one, moment, line, item)
                row["id"] += mark
                rows[one.inbox, line.index] = (number, line.index), row
            elif item.key is not None:
                good[item.key] = (number, line.index)
    for place, row in rows.values():
        if good.get(row["key"] or "", (-1, -1)) > place:
            row["cleared"] = moment.seq
    if kept is None:
        kept = quarantine.present(connection, {inbox for inbox, _ in rows})
    _refuse_held(connection, {at: rows[at][1] for at in kept if at in rows and rows[at][1]["state"] == "refused"})
    quarantine.clear(connection, study, good, moment.seq)
    # What was refused again after a good one of its key is as open as it was.
    quarantine.keep_open(connection, (at for at in kept if at in rows and rows[at][1]["cleared"] is None), moment.seq)
    new = {place: row for place, (_, row) in rows.items() if place not in kept}
    add(connection, QUARANTINE, list(new.values()))
    waiting = ((one.inbox, item) for one in delivered for line, item in one.pairs() if line.outcome == "held")
    held = {(inbox, item.index): item for inbox, item in waiting if isinstance(item, Unassigned)}
    patients.hold(connection, [held_row(new[at]["id"], study, item) for at, item in held.items() if at in new])


def _refuse_held(connection: Connection, refused: dict[tuple[str, int], dict[str, Any]]) -> None:
    """What was held and is refused now that its subject is known stays where it is, with what is said of it now."""
    for (inbox, position), item in quarantine.held_of(connection, {inbox for inbox, _ in refused}).items():
        row = refused.get((inbox, position))
        if row is not None:
            quarantine.refuse(connection, item, row["issues"], row["codes"])


def _row(study: str, one: Delivered, moment: Moment, line: Line, item: Checked) -> dict[str, Any]:
    return {
        # Sorts by arrival, which the sequence does not tell: what is refused gets no number.
        "id": f"{re.sub('[-:]', '', moment.time)}-{one.inbox}-{line.index:05d}",
        "study": study,
        "inbox": one.inbox,
        "position": line.index,
        "received": moment.time,
        "key": item.key,
        "type": item.type,
        "site": item.site,
        "profile": one.payload.context.profile,
        "patient": item.patient.number if isinstance(item, Unassigned) else None,
        "state": STATES[line.outcome],
        "place": item.place[:200],
        "codes": codes_text(issue.code for issue in line.issues),
        "issues": json.dumps([issue.as_json() for issue in line.issues]),
        "payload": item.text,
        "cleared": None,
    }

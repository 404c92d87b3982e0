"""Quarantine as a data manager sees it: listed with plain reasons, laid aside with a reason, taken up again.

docs/intake.md
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.services import studies
from app.services.intake.rows import Rows
from app.services.intake.sentences import Quarantined, reasons, sentence
from app.storage import counter, quarantine
from app.storage.quarantine import Dismissal, Wanted

COLUMNS = (
    *("id", "receipt", "received", "state", "site", "type", "profile", "place", "reason", "sentence"),
    *("suggestion", "cleared", "dismissed", "line"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a page, and the id behind which the next one begins."""

    rows: list[Any]
    open: int
    following: str | None


def page(connection: Connection, wanted: Wanted, after: str, size: int) -> Page:
    """One page. Fault NOT_FOUND for an unknown study."""
    studies.find(connection, wanted.study)
    rows = quarantine.page(connection, wanted, after, size + 1)
    following = rows[size - 1].id if len(rows) > size else None
    return Page(rows[:size], quarantine.count(connection, wanted), following)


def as_json(row: Any) -> dict[str, Any]:
    """An item as it is answered, without what was sent."""
    issues = _issues(row)
    return {
        "id": row.id,
        "receipt": row.inbox,
        "index": row.position,
        "received": row.received,
        "state": row.state,
        "type": row.type,
        "site": row.site,
        "profile": row.profile,
        "place": row.place or None,
        "issues": [issue.as_json() for issue in issues],
        "sentence": sentence(Quarantined(row.position, row.place, row.type, issues, row.state == "held")),
        "cleared": row.cleared is not None,
        "dismissed": row.dismissed is not None,
    }


def as_cells(row: Any) -> dict[str, Any]:
    """The same as a row of a table, with what was sent."""
    issues = _issues(row)
    suggestions = [issue.suggestion for issue in issues if issue.suggestion]
    return {**as_json(row), "reason": reasons(issues), "suggestion": "; ".join(suggestions), "line": sent(row)}


def sent(row: Any) -> str:
    """The record as it came; what is no UTF-8 in it is marked."""
    return bytes(row.payload).decode("utf-8", "replace")


def _issues(row: Any) -> tuple[Issue, ...]:
    return tuple(Issue(**issue) for issue in json.loads(row.issues))


def get(connection: Connection, study: str, identifier: str) -> Any:
    """One item. Fault NOT_FOUND."""
    found = quarantine.item(connection, study, identifier)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such refused record")
    return found


def whole(connection: Connection, study: str, identifier: str) -> dict[str, Any]:
    """One item with what was sent and who laid it aside or took it up again. Fault NOT_FOUND."""
    row = get(connection, study, identifier)
    history = [
        {"at": found.at, "by": found.actor, "action": "dismissed" if found.reason else "reopened"}
        | ({"reason": found.reason} if found.reason else {})
        for found in quarantine.dismissals(connection, identifier)
    ]
    return {**as_json(row), "history": history, "record": sent(row)}


@dataclass(frozen=True, slots=True)
class Decision:
    """That somebody lays an item aside, or takes it up again where reason is None."""

    study: str
    item: str
    reason: str | None
    actor: str
    time: datetime
    new_id: Callable[[], str]


def decide(connection: Connection, wanted: Decision) -> dict[str, Any]:
    """Do so, audited; nothing happens where it is so already. Runs under the write lock.

    Fault NOT_FOUND; CONFLICT for an item that a good record has cleared.
    """
    moment = counter.lock(connection, wanted.time)
    row = get(connection, wanted.study, wanted.item)
    if row.cleared is not None:
        raise Fault(Category.CONFLICT, "a good record of the same key has cleared this item already")
    if (row.dismissed is None) != (wanted.reason is None):
        rows = Rows(connection, wanted.actor, wanted.new_id, moment)
        seq = rows.next_seq()
        quarantine.dismiss(connection, Dismissal(seq, row.id, moment.time, wanted.actor, wanted.reason))
        rows.note_in(wanted.study, seq, "dismissed" if wanted.reason else "reopened", row.id, None, (None, None))
        rows.write()
    return whole(connection, wanted.study, wanted.item)

"""The queries that clinical events alone raise: cheap enough to stand beside every row of an endpoint.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

from app.services.queries.history import History
from app.services.queries.query import Query
from app.services.queries.rules import adverse_event, death, discrepancy, disease, participation
from app.storage import events

EventRule = Callable[[History], Iterator[Query]]
EVENT_RULES: tuple[EventRule, ...] = (
    *death.EVENT_RULES,
    *adverse_event.EVENT_RULES,
    *disease.EVENT_RULES,
    *participation.EVENT_RULES,
    *discrepancy.EVENT_RULES,
)


def queries_of(rows: Iterable[Any]) -> list[Query]:
    """Every query that one subject's events raise; one a rule and set of records."""
    history = History(rows)
    return list(dict.fromkeys(query for rule in EVENT_RULES for query in rule(history)))


def queries_of_study(
    connection: Connection, study: str, as_of: int, subject: int | None = None
) -> dict[int, list[Query]]:
    """Queries that events raise, by subject; subjects without one are absent."""
    found = {key: queries_of(rows) for key, rows in events.of_subjects(connection, study, as_of, subject).items()}
    return {key: queries for key, queries in found.items() if queries}

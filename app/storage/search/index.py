"""Rows of the search index: written with a resource version, kept as long as it.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.storage.records import chunks
from app.storage.tables import SEARCH_INDEX

_COLUMNS = ("parameter", "text", "system", "low", "high", "shift", "display", "part")


def index_rows(resource: int, values: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The rows of one version. resource: its row id; values: each in the order of the columns above."""
    return [
        {"resource": resource, "position": position, **dict(zip(_COLUMNS, value, strict=True))}
        for position, value in enumerate(values)
    ]


def indexed(connection: Connection, resources: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    """The values that stand in the index, by row id of the version."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    columns = [SEARCH_INDEX.c[name] for name in _COLUMNS]
    for part in chunks(resources):
        statement = select(SEARCH_INDEX.c.resource, *columns).where(SEARCH_INDEX.c.resource.in_(part))
        for row in connection.execute(statement.order_by(SEARCH_INDEX.c.resource, SEARCH_INDEX.c.position)):
            found.setdefault(row[0], []).append(tuple(row[1:]))
    return found


def replace(connection: Connection, resource: int, values: Iterable[tuple[Any, ...]]) -> None:
    """Put other values in the place of those of one version."""
    connection.execute(delete(SEARCH_INDEX).where(SEARCH_INDEX.c.resource == resource))
    rows = index_rows(resource, values)
    if rows:
        connection.execute(insert(SEARCH_INDEX), rows)

"""From resources to batches of rows, no more of them at a time than memory can hold.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.interop.viewdefinition.table import Row, Table

BATCH = 1000


def batches(table: Table, resources: Iterable[Mapping[str, Any]], limit: int | None = None) -> Iterator[list[Row]]:
    """The rows of all resources, about BATCH at a time, never an empty batch. limit: the most rows in all."""
    left = limit
    found: list[Row] = []
    for resource in resources if left != 0 else ():
        found += table.rows(resource)
        if left is not None and len(found) >= left:
            yield found[:left]
            return
        if len(found) >= BATCH:
            yield found
            left = None if left is None else left - len(found)
            found = []
    if found:
        yield found

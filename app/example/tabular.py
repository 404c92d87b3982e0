"""The example extract as CSV, in the columns of the profile `engraft-template`: a line a record.

docs/profiles.md
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from app.example.chart import Record
from app.example.extract import Extract

SEPARATOR = "|"


def tables(extract: Extract) -> Iterator[str]:
    """The table of each POST, with the columns that its records need."""
    return (table(batch) for batch in extract.batches)


def table(records: Iterable[Record]) -> str:
    """Records as CSV, their envelope first."""
    rows = [dict(cells(record)) for record in records]
    names = dict.fromkeys(name for row in rows for name in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, [*names], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def cells(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(column, text) of everything that a record says.

    ValueError for a list whose values hold the mark that stands between them.
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from cells(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        for number, one in enumerate(value, start=1):
            yield from cells(one, f"{path}.{number}")
    elif isinstance(value, list):
        if any(SEPARATOR in one for one in value):
            raise ValueError("a value holds the mark between values")
        yield path, SEPARATOR.join(value)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)

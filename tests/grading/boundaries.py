"""Tables of values and the grades that they must have, beside this file: one row a term and unit."""

import csv
from pathlib import Path
from typing import Any

import pytest


def boundaries(table: str) -> list[Any]:
    """(test, unit, term, low, high, value, grade) of each `value:grade` in the table, as texts."""
    with (Path(__file__).parent / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        pytest.param(
            *(row[name] for name in ("test", "unit", "term", "low", "high")),
            *pair.split(":"),
            id=f"{row['term']} {pair.partition(':')[0]} {row['unit']}",
        )
        for row in rows
        for pair in row["grades"].split()
    ]

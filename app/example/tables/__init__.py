"""The example's tables: CSV files beside this module, each read once."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of `name`.csv, in order; every cell is a text, empty where nothing is said."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def span(cell: str) -> tuple[int, int] | None:
    """`40-330` as (40, 330), `-22--18` as (-22, -18); None for an empty cell."""
    if not cell:
        return None
    cut = cell.index("-", 1)
    return int(cell[:cut]), int(cell[cut + 1 :])


def pairs(cell: str, sign: str) -> list[tuple[str, str]]:
    """`1:2 3:4` as [("1", "2"), ("3", "4")] for the sign `:`."""
    return [(left, right) for left, _, right in (part.partition(sign) for part in cell.split())]

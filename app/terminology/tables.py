"""Reading the code tables that lie beside this module.

https://docs.python.org/3/library/importlib.resources.html
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of `<table>.csv` as column name to text, in file order. FileNotFoundError when there is no such table."""
    with files(__package__).joinpath(f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))

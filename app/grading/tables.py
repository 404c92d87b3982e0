"""Reading the criteria tables that lie beside this module.

https://docs.python.org/3/library/importlib.resources.html
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of `<table>.csv` as column name to text, in file order. FileNotFoundError when there is no such table."""
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))

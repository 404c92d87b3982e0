"""python -m benchmarks: every figure, one table."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measures import all_measures


def main() -> None:
    root = Path(__file__).resolve().parents[1]
    shared = Path(os.environ.get("ENGRAFT_SHARED", root.parent / "shared"))
    table = Table(title="ratios of one run")
    for name in ("what", "ours", "limit", "ratio", "aim"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for item in all_measures(shared):
        table.add_row(item.name, item.ours, item.limit, f"{item.ratio:.2f}", item.aim)
    Console(width=140).print(table)


main()

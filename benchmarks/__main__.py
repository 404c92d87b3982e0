"""python -m benchmarks: every figure, one table; with a part (see PARTS) only that one.

What follows `fhir` are its own options (benchmarks/fhir.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import fhir
from benchmarks.estimators import estimator_measures
from benchmarks.export import export_measures
from benchmarks.hl7v2 import hl7v2_measures
from benchmarks.load import load_measures
from benchmarks.measures import Measure, all_measures


def _service() -> Iterator[Measure]:
    root = Path(__file__).resolve().parents[1]
    return all_measures(Path(os.environ.get("ENGRAFT_SHARED", root.parent / "shared")))


PARTS: dict[str, Callable[[], Iterator[Measure]]] = {
    "service": _service,
    "estimators": estimator_measures,
    "export": export_measures,
    "load": load_measures,
    "hl7v2": hl7v2_measures,
    "fhir": lambda: fhir.part([]),
}


def main(names: list[str]) -> None:
    parts = [fhir.part(names[1:])] if names[:1] == ["fhir"] else [PARTS[name]() for name in names or PARTS]
    table = Table(title="ratios of one run")
    for name in ("what", "ours", "limit", "ratio", "aim"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for part in parts:
        for item in part:
            table.add_row(item.name, item.ours, item.limit, f"{item.ratio:.2f}" if item.limit else "", item.aim)
    Console(width=140).print(table)


main(sys.argv[1:])

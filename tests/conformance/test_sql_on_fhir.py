"""The public conformance tests of SQL on FHIR v2, each of them.

https://github.com/FHIR/sql-on-fhir-v2/tree/master/tests
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import Table, compile_view

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[3] / "shared"))
TESTS = SHARED / "data" / "sql-on-fhir-v2" / "tests"
DECODER = msgspec.json.Decoder(float_hook=Decimal)
ENCODER = msgspec.json.Encoder(decimal_format="number")
# Cases that do not apply to this service, each with its reason; docs/sql-on-fhir.md shows the same table.
NOT_APPLICABLE = {
    (row["file"], row["title"]): row["reason"]
    for row in csv.DictReader(Path(__file__).with_suffix(".csv").read_text(encoding="utf-8").splitlines())
}
CASES = 134


def cases() -> list[Any]:
    """Every case of every file; each has a name of its own, so that none hides another."""
    found = [
        pytest.param(path.stem, document["resources"], case, id=f"{path.stem}-{number}-{case['title']}")
        for path in sorted(TESTS.glob("*.json"))
        for document in [DECODER.decode(path.read_bytes())]
        for number, case in enumerate(document["tests"])
    ]
    missing = pytest.mark.skip(reason="the SQL on FHIR tests (data/sql-on-fhir-v2 in ENGRAFT_SHARED) are not here")
    return found or [pytest.param("", [], {}, id="absent", marks=missing)]


def run(view: Any, resources: list[Any]) -> tuple[Table, list[dict[str, Any]]]:
    table = compile_view(read(view))
    names = [column.name for column in table.columns]
    return table, [dict(zip(names, row, strict=True)) for resource in resources for row in table.rows(resource)]


def as_counted(rows: list[dict[str, Any]]) -> Counter[str]:
    """Rows without their order, numbers by their value: the standard compares them so."""
    return Counter(str(sorted((name, _plain(value)) for name, value in row.items())) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"number {Decimal(value).normalize():f}"
    return value


@pytest.mark.parametrize(("file", "resources", "case"), cases())
def test_case(file: str, resources: list[Any], case: dict[str, Any]) -> None:
    if (file, case["title"]) in NOT_APPLICABLE:
        pytest.skip(NOT_APPLICABLE[file, case["title"]])
    if case.get("expectError"):
        with pytest.raises(ViewError):
            run(case["view"], resources)
        return
    table, rows = run(case["view"], resources)
    assert as_counted(rows) == as_counted(case["expect"])
    if "expectColumns" in case:
        assert [column.name for column in table.columns] == case["expectColumns"]


@pytest.mark.skipif(
    not TESTS.is_dir(), reason="the SQL on FHIR tests (data/sql-on-fhir-v2 in ENGRAFT_SHARED) are not here"
)
def test_every_case_is_run_and_every_exception_names_a_case() -> None:
    named = {(case.values[0], case.values[2]["title"]) for case in cases()}
    assert len(cases()) == CASES
    assert set(NOT_APPLICABLE) <= named

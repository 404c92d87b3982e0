"""Tables on the wire: exact numbers, no formulas, whole files from pieces.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

import csv
import io
import json
import sys
from decimal import Decimal
from typing import Any

import pyarrow as arrow
import pyarrow.parquet
import pytest

from app.api.csv import cell
from app.interop.viewdefinition import formats, parquet
from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import Table, compile_view

COLUMNS = [
    {"name": "id", "path": "id", "type": "id"},
    {"name": "number", "path": "value", "type": "decimal"},
    {"name": "count", "path": "value", "type": "integer"},
    {"name": "flag", "path": "active", "type": "boolean"},
    {"name": "codes", "path": "code", "type": "code", "collection": True},
    {"name": "whole", "path": "code", "type": "Coding"},
]
FIRST = ("a", Decimal("1.50"), 2, True, ["x", "y"], {"code": "x", "version": Decimal("1.10")})
SECOND = ("=1+2", None, None, None, [], None)


def table() -> Table:
    return compile_view(read({"resource": "Basic", "select": [{"column": COLUMNS}]}))


def encoded(format_: str, *batches: list[Any], header: bool = True) -> bytes:
    return b"".join(formats.encode(format_, table(), batches, cell, header))


@pytest.mark.parametrize("batches", [[[FIRST, SECOND]], [[FIRST], [SECOND]]])
def test_json_is_one_array_whatever_the_batches(batches: list[list[Any]]) -> None:
    found = encoded("json", *batches)
    assert b'"number":1.50' in found and b'"version":1.10' in found
    assert [row["id"] for row in json.loads(found)] == ["a", "=1+2"]
    assert json.loads(found)[1] == {
        "id": "=1+2",
        "number": None,
        "count": None,
        "flag": None,
        "codes": [],
        "whole": None,
    }


def test_no_rows_are_an_empty_array_an_empty_file_and_a_header() -> None:
    assert encoded("json") == b"[]"
    assert encoded("ndjson") == b""
    assert encoded("csv") == b"id,number,count,flag,codes,whole\r\n"
    assert encoded("csv", header=False) == b""


def test_ndjson_has_a_row_on_each_line() -> None:
    found = encoded("ndjson", [FIRST], [SECOND]).split(b"\n")
    assert [json.loads(line)["id"] for line in found[:2]] == ["a", "=1+2"]
    assert found[2:] == [b""]


def test_csv_has_one_header_exact_numbers_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(encoded("csv", [FIRST], [SECOND]).decode(), newline="")))
    assert rows == [
        ["id", "number", "count", "flag", "codes", "whole"],
        ["a", "1.50", "2", "true", "x; y", '{"code":"x","version":1.10}'],
        ["'=1+2", "", "", "", "", ""],
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_no_text_of_a_resource_becomes_a_formula(text: str) -> None:
    row = (text, None, None, None, [text], None)
    cells = next(csv.reader(io.StringIO(encoded("csv", [row], header=False).decode(), newline="")))
    assert cells == [f"'{text}", "", "", "", f"'{text}", ""]


def test_parquet_has_the_types_of_the_columns_and_a_row_group_for_each_batch() -> None:
    file = pyarrow.parquet.ParquetFile(arrow.BufferReader(encoded("parquet", [FIRST], [SECOND])))
    assert file.num_row_groups == 2
    assert [str(kind) for kind in file.schema_arrow.types] == [
        *("string", "decimal128(38, 18)", "int64", "bool", "list<element: string>", "string")
    ]
    assert file.read().to_pylist() == [
        {**dict(zip(file.schema_arrow.names, FIRST, strict=True)), "whole": '{"code":"x","version":1.10}'},
        dict(zip(file.schema_arrow.names, SECOND, strict=True)),
    ]


@pytest.mark.parametrize(
    "row",
    [
        ("a", Decimal("0.1234567890123456789"), None, None, [], None),
        ("a", None, Decimal("1.5"), None, [], None),
        ("a", None, 2**63, None, [], None),
        ("a", "text", None, None, [], None),
        ("a", None, None, "true", [], None),
    ],
)
def test_what_does_not_fit_a_parquet_column_is_never_rounded(row: Any) -> None:
    with pytest.raises(ViewError):
        encoded("parquet", [row])


def test_parquet_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(parquet.Unavailable, match="pyarrow"):
        formats.encode("parquet", table(), [], cell)

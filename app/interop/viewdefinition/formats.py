"""Rows of a view as JSON, NDJSON, CSV or Parquet, in pieces.

https://sql-on-fhir.org/ig/operations-run.html ; https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from app.interop.viewdefinition import parquet
from app.interop.viewdefinition.table import Row, Table

MEDIA_TYPES = {
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": parquet.MEDIA_TYPE,
}
Batches = Iterable[Sequence[Row]]
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(
    format_: str, table: Table, batches: Batches, cell: Callable[[Any], str], header: bool = True
) -> Iterator[bytes]:
    """The rows in one of the MEDIA_TYPES, each piece as soon as its batch is there.

    cell: how a value is written in CSV; header: whether CSV begins with the names of the columns.
    ViewError where a row cannot be made; parquet.Unavailable without what Parquet needs.
    """
    names = [column.name for column in table.columns]
    if format_ == "parquet":
        return parquet.encode(table.columns, batches)
    if format_ == "csv":
        return _csv(names, batches, cell, header)
    return _ndjson(names, batches) if format_ == "ndjson" else _json(names, batches)


def _dicts(names: list[str], rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def _ndjson(names: list[str], batches: Batches) -> Iterator[bytes]:
    for rows in batches:
        yield _ENCODER.encode_lines(_dicts(names, rows))


def _json(names: list[str], batches: Batches) -> Iterator[bytes]:
    joint = b"["
    for rows in batches:
        yield joint + _ENCODER.encode(_dicts(names, rows))[1:-1]
        joint = b","
    yield b"[]" if joint == b"[" else b"]"


def _csv(names: list[str], batches: Batches, cell: Callable[[Any], str], header: bool) -> Iterator[bytes]:
    head = [names] if header else []
    for rows in batches:
        yield _lines([*head, *([cell(_flat(value)) for value in row] for row in rows)])
        head = []
    yield _lines(head)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _flat(value: Any) -> Any:
    """What has no place in a cell, as JSON."""
    if isinstance(value, dict):
        return _ENCODER.encode(value).decode()
    if isinstance(value, list):
        return [item if isinstance(item, str) else _ENCODER.encode(item).decode() for item in value]
    return value

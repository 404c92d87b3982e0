"""Files of an export: NDJSON, a resource a line, or Parquet, a resource a row.

https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters ; https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.interop.fhir.form import Form
from app.interop.viewdefinition import parquet
from app.interop.viewdefinition.model import Column

NDJSON, PARQUET = "ndjson", "parquet"
# The standard's three spellings of the first.
SPELLINGS = {
    "application/fhir+ndjson": NDJSON,
    "application/ndjson": NDJSON,
    "ndjson": NDJSON,
    parquet.MEDIA_TYPE: PARQUET,
    "parquet": PARQUET,
}
MEDIA_TYPES = {NDJSON: "application/fhir+ndjson", PARQUET: parquet.MEDIA_TYPE}
# (row id, id, version, time of writing, release of FHIR, JSON)
Row = Sequence[Any]
_COLUMNS = (
    Column("type", "", "string", False),
    Column("id", "", "string", False),
    Column("version", "", "integer", False),
    Column("lastUpdated", "", "string", False),
    Column("resource", "", "string", False),
)


def encode(format_: str, type_: str, pages: Iterable[Sequence[Row]], form: Form) -> Iterator[bytes]:
    """One file of resources of a type, a piece for each page. form: in which each resource leaves."""
    if format_ == PARQUET:
        return parquet.encode(_COLUMNS, ([_cells(type_, row, form) for row in rows] for rows in pages))
    return (b"\n".join(_bodies(type_, rows, form)) + b"\n" for rows in pages)


def _bodies(type_: str, rows: Sequence[Row], form: Form) -> list[bytes]:
    """What is wanted as it is stored costs no call a row."""
    if form.subset.whole:
        return [row[5] if row[4] == form.release else form.of(type_, row[4], row[5]) for row in rows]
    return [form.of(type_, row[4], row[5]) for row in rows]


def _cells(type_: str, row: Row, form: Form) -> tuple[Any, ...]:
    return (type_, row[1], row[2], row[3], form.of(type_, row[4], row[5]).decode())


def check_parquet() -> None:
    """parquet.Unavailable where the package that writes it is not installed."""
    parquet.encode(_COLUMNS, ())

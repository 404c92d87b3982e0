"""Files of an export: NDJSON, a resource a line, or Parquet, a resource a row.

https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters ; https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

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


def encode(format_: str, type_: str, pages: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """One file of resources of a type, a piece for each page, of which none is empty."""
    if format_ == PARQUET:
        return parquet.encode(_COLUMNS, ([_cells(type_, row) for row in rows] for rows in pages))
    return (b"\n".join([row[5] for row in rows]) + b"\n" for rows in pages)


def _cells(type_: str, row: Row) -> tuple[Any, ...]:
    return (type_, row[1], row[2], row[3], row[5].decode())


def check_parquet() -> None:
    """parquet.Unavailable where the package that writes it is not installed."""
    parquet.encode(_COLUMNS, ())

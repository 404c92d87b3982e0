"""Parquet files of coded data: written in row groups, so that memory stays flat whatever the number of rows.

https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Double, Integer, SmallInteger, String

from app.engines.extra import package

ROW_GROUP = 65_536
_TYPES = {SmallInteger: "int16", BigInteger: "int64", Integer: "int32", Double: "float64", String: "string"}


def pyarrow(module: str = "pyarrow") -> Any:
    """The package, or a module of it. EngineUnavailable where it is not installed."""
    return package(module, "duckdb", "spark")


def schema(columns: Iterable[Column[Any]]) -> Any:
    """The Arrow schema of columns of a table: the same names, types and nullability."""
    arrow = pyarrow()
    return arrow.schema(
        [arrow.field(column.name, getattr(arrow, _type(column))(), column.nullable) for column in columns]
    )


def _type(column: Column[Any]) -> str:
    """TypeError for a column that no coded data have."""
    for kind, name in _TYPES.items():
        if isinstance(column.type, kind):
            return name
    raise TypeError(f"no Parquet type for {column}")


def write(path: Path, schema: Any, chunks: Iterable[Sequence[Sequence[Any]]]) -> int:
    """Write chunks of rows, each a row group; the number of rows."""
    arrow, written = pyarrow(), 0
    with pyarrow("pyarrow.parquet").ParquetWriter(path, schema) as writer:
        for rows in chunks:
            columns = zip(*rows, strict=True)
            arrays = [arrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            written += len(rows)
    return written


def read(path: Path, filters: list[tuple[str, str, Any]] | None = None) -> list[dict[str, Any]]:
    """The rows that pass the filters (column, operator, value), all of them in memory."""
    found: list[dict[str, Any]] = pyarrow("pyarrow.parquet").read_table(path, filters=filters).to_pylist()
    return found

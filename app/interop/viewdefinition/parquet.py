"""Rows of a view as a Parquet file, a row group for each batch, so that memory stays flat.

https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any

import msgspec

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.model import Column
from app.interop.viewdefinition.table import Row

MEDIA_TYPE = "application/vnd.apache.parquet"
# Columns hold one scale for all rows; FHIR asks for 18 digits of precision (https://hl7.org/fhir/R4/datatypes.html#decimal).
DIGITS, SCALE = 38, 18
_WHOLE = frozenset({"integer", "integer64", "positiveInt", "unsignedInt"})
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Unavailable(RuntimeError):
    """The package that writes Parquet is not installed."""


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise Unavailable("Parquet needs the package pyarrow: pip install 'engraft[duckdb]'") from error


class _Sink(io.RawIOBase):
    """What the writer wrote since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def encode(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """The file in pieces. Unavailable at once, ViewError where a value does not fit its column."""
    return _encode(_package("pyarrow"), _package("pyarrow.parquet"), columns, batches)


def _encode(arrow: Any, files: Any, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    schema = arrow.schema([arrow.field(column.name, _type(arrow, column)) for column in columns])
    sink = _Sink()
    with files.ParquetWriter(sink, schema) as writer:
        for rows in batches:
            arrays = [
                _array(arrow, field.type, column, values)
                for field, column, values in zip(schema, columns, zip(*rows, strict=True), strict=True)
            ]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


def _type(arrow: Any, column: Column) -> Any:
    if column.type in _WHOLE:
        found = arrow.int64()
    elif column.type == "decimal":
        found = arrow.decimal128(DIGITS, SCALE)
    else:
        found = arrow.bool_() if column.type == "boolean" else arrow.string()
    return arrow.list_(found) if column.collection else found


def _array(arrow: Any, type_: Any, column: Column, values: Sequence[Any]) -> Any:
    convert = _converter(column)
    try:
        return arrow.array([_each(convert, value) for value in values], type_)
    except (arrow.ArrowException, TypeError, ValueError, OverflowError):
        raise ViewError(f"a value of column {column.name} does not fit its type in Parquet") from None


def _each(convert: Callable[[Any], Any], value: Any) -> Any:
    if value is None:
        return None
    return [convert(item) for item in value] if isinstance(value, list) else convert(value)


def _converter(column: Column) -> Callable[[Any], Any]:
    if column.type in _WHOLE:
        return _whole
    return {"decimal": _number, "boolean": _truth}.get(column.type or "", _text)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError("not a number")
    return value


def _whole(value: Any) -> int:
    """Arrow would cut off the fraction."""
    found = int(_number(value))
    if found != value:
        raise ValueError("not a whole number")
    return found


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a boolean")
    return value


def _text(value: Any) -> str:
    """What is no text, as JSON: a column without a type of its own holds texts."""
    return value if isinstance(value, str) else _ENCODER.encode(value).decode()

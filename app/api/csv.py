"""Tables as CSV for who prefers it by Accept, written so that no cell can become a formula.
https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request, Response

from app.api.dependencies import json_answer
from app.api.negotiation import negotiate

JSON, CSV = "application/json", "text/csv"
MEDIA_TYPE = f"{CSV}; charset=utf-8; header=present"
VARY = {"vary": "Accept"}
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}}},
    406: {"description": "Neither JSON nor CSV is accepted"},
}


def wants_csv(request: Request) -> bool:
    """Whether the client prefers CSV; JSON is the default. Fault NOT_ACCEPTABLE when it takes neither."""
    return negotiate(request, {"json": JSON, "csv": CSV}, None) == "csv"


def answer(body: Any, as_csv: bool, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """The body as JSON, or its rows as CSV."""
    found = csv_answer(columns, rows) if as_csv else json_answer(body)
    found.headers.update(VARY)
    return found


def csv_answer(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """A table with a header row; what a row does not have is empty."""
    return Response(table(columns, rows), media_type=MEDIA_TYPE)


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The table in UTF-8 with CRLF at the end of each line.

    Null is empty, truth is `true` or `false`, numbers have full precision, lists are joined by `; `.
    """
    return lines(columns, [dict(zip(columns, columns, strict=True))]) + lines(columns, rows)


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The same without its header row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue().encode()


def cell(value: Any) -> str:
    """One value as text; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return cell("; ".join(map(str, value)))
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if value.startswith(_FORMULA) else value

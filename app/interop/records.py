"""The JSON door: one record, an array of records, or NDJSON.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

import io
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.jsontext import NotJson, dump, parse
from app.interop.reading import Item

# The largest record of a hospital has some kilobytes; what is refused field by field must have an end.
MAX_RECORD_BYTES = 256 * 1024


def read_json(payload: bytes, most: int) -> list[Item]:
    """A JSON object or array of objects.

    Fault MALFORMED when the whole payload cannot be read, TOO_LARGE for more than `most` records.
    """
    try:
        value = parse(payload)
    except NotJson as error:
        prefix = "" if not error.path else "records" if error.path[0] == "[" else "records[0]"
        raise Fault(Category.MALFORMED, error.message, (_issue(error, prefix),)) from None
    records = value if isinstance(value, list) else [value]
    if not records:
        raise Fault(Category.MALFORMED, "no records", (Issue("", "required", "no records", "at least one record"),))
    if len(records) > most:
        raise _too_many(most)
    return [_item(index, raw, dump(raw)) for index, raw in enumerate(records)]


def read_ndjson(payload: bytes, most: int, before: int = 0) -> list[Item]:
    """One record a line; a line that cannot be read is refused alone. Fault TOO_LARGE for more than `most` records.

    before: lines of a larger file that stand before these.
    """
    lines: list[tuple[int, bytes]] = []
    for number, line in enumerate(io.BytesIO(payload), before + 1):
        if line.strip():
            lines.append((number, line.rstrip(b"\r\n")))
        if len(lines) > most:
            raise _too_many(most)
    if not lines:
        raise Fault(Category.MALFORMED, "no records", (Issue("", "required", "no records", "one record a line"),))
    return [_line(index, line, f"line {number}") for index, (number, line) in enumerate(lines)]


def _line(index: int, line: bytes, place: str) -> Item:
    try:
        return _item(index, parse(line), line, place)
    except NotJson as error:
        return Item(index, None, line, (_issue(error, f"records[{index}]"),), place)


def _item(index: int, raw: Any, text: bytes, place: str = "") -> Item:
    if len(text) <= MAX_RECORD_BYTES:
        return Item(index, raw, text, (), place)
    issue = Issue(f"records[{index}]", "too-long", "the record is too large", f"at most {MAX_RECORD_BYTES} bytes")
    return Item(index, None, text, (issue,), place)


def _too_many(most: int) -> Fault:
    issue = Issue("", "too-long", "too many records in one payload", f"at most {most}")
    return Fault(Category.TOO_LARGE, issue.message, (issue,))


def _issue(error: NotJson, path: str) -> Issue:
    return Issue(error.under(path), "structure", error.message, "JSON text (RFC 8259) in UTF-8")

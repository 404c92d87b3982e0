"""The JSON door: one record, an array of records, or NDJSON.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.jsontext import NotJson, dump, parse


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it stood in the payload: parsed, or with the issue that kept it from being parsed."""

    index: int
    raw: Any
    text: bytes
    issues: tuple[Issue, ...] = ()


def read_json(payload: bytes) -> list[Item]:
    """A JSON object or array of objects. Fault MALFORMED when the whole payload cannot be read."""
    try:
        value = parse(payload)
    except NotJson as error:
        raise Fault(Category.MALFORMED, error.message, (_issue(error, ""),)) from None
    records = value if isinstance(value, list) else [value]
    if not records:
        raise Fault(Category.MALFORMED, "no records", (Issue("", "required", "no records", "at least one record"),))
    return [Item(index, raw, dump(raw)) for index, raw in enumerate(records)]


def read_ndjson(payload: bytes) -> list[Item]:
    """One record a line; a line that cannot be read is refused alone."""
    lines = [line for line in payload.split(b"\n") if line.strip()]
    if not lines:
        raise Fault(Category.MALFORMED, "no records", (Issue("", "required", "no records", "one record a line"),))
    return [_line(index, line) for index, line in enumerate(lines)]


def _line(index: int, line: bytes) -> Item:
    try:
        return Item(index, parse(line), line)
    except NotJson as error:
        return Item(index, None, line, (_issue(error, f"records[{index}]"),))


def _issue(error: NotJson, path: str) -> Issue:
    return Issue(f"{path} {error.place}".strip(), "structure", error.message, "JSON text (RFC 8259) in UTF-8")

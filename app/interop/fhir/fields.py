"""Each record field's way into R4 and R5, out of the table ``fields.csv``.

https://hl7.org/fhir/R4/resourcelist.html

The table is documentation that a test holds to the writers. Its paths: elements with dots between them,
``Type{role}`` for one resource among several of a record, ``extension(name)`` for the extension whose address ends so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_INTRODUCTION = """# Where each field of a record goes in FHIR

Made from `app/interop/fhir/fields.csv`. `{role}` tells apart the Observations of one record; `extension(name)` is the
extension whose address ends in that name: the research guide's for adverse events, and otherwise our own, which the
service publishes as StructureDefinitions. Where the columns are equal R5 left the element as it was.
"""
ENVELOPE = "*"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field. record: record type, or ENVELOPE; r4, r5: paths, none where it is not written; note: why, or what."""

    record: str
    field: str
    r4: tuple[str, ...]
    r5: tuple[str, ...]
    note: str


@cache
def field_rows() -> tuple[FieldRow, ...]:
    """The table, in its order."""
    text = files("app.interop.fhir").joinpath("fields.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        FieldRow(row["record"], row["field"], tuple(row["r4"].split()), tuple(row["r5"].split()), row["note"])
        for row in rows
    )


def field_page() -> str:
    """The table as a page of Markdown, ``docs/fhir-fields.md``."""
    records = dict.fromkeys(row.record for row in field_rows())
    return "\n".join([_INTRODUCTION, *(_section(record) for record in records)])


def _section(record: str) -> str:
    title = "Every record" if record == ENVELOPE else f"`{record}`"
    lines = [f"## {title}", "", "| field | R4 | R5 | note |", "|---|---|---|---|"]
    return "\n".join([*lines, *(_line(row) for row in field_rows() if row.record == record), ""])


def _line(row: FieldRow) -> str:
    note = row.note if row.r4 else f"not written: {row.note}"
    return f"| `{row.field}` | {_paths(row.r4)} | {_paths(row.r5)} | {note} |"


def _paths(paths: tuple[str, ...]) -> str:
    return "<br>".join(f"`{path}`" for path in paths) or "–"

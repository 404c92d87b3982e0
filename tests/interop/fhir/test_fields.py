"""The table of fields against the records and against what is really written.

docs/fhir-fields.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from app.domain.record import Record
from app.domain.records import RECORD_TYPES
from app.domain.terms import CodeRef, Quantity
from app.interop.fhir.draft import Draft
from app.interop.fhir.fields import ENVELOPE, FieldRow, field_page, field_rows
from app.interop.fhir.r5.convert import draft_as_r5

from .full import FULL, drafts, every_draft, subject_drafts
from .samples import encoded

PAGE = Path(__file__).parents[3] / "docs" / "fhir-fields.md"
_STEP = re.compile(r"(?P<element>\w+)(?:\((?P<name>[\w-]+)\))?")
_PATH = re.compile(r"(?P<type>\w+)(?:\{(?P<role>[\w-]*)\})?\.(?P<steps>.+)")
WRITTEN = [row for row in field_rows() if row.r4]


def inner(annotation: Any) -> type[BaseModel] | None:
    """The record inside a field's type that has fields of its own; quantities and codes are one value."""
    if isinstance(annotation, type):
        nested = issubclass(annotation, BaseModel) and annotation not in (CodeRef, Quantity)
        return annotation if nested else None
    return next((found for part in get_args(annotation) if (found := inner(part))), None)


def leaves(model: type[BaseModel], head: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        nested = inner(field.annotation)
        yield from leaves(nested, f"{head}{name}.") if nested else [head + name]


# What another field says more strongly is seen only where that one is silent.
OUTWEIGHED_BY = {"ongoing": ("end", "outcome"), "serious": ("seriousness_criteria",)}


def test_every_field_of_every_record_has_one_row() -> None:
    envelope = set(Record.model_fields)
    expected = [(ENVELOPE, name) for name in Record.model_fields]
    for kind, model in RECORD_TYPES.items():
        expected += [(kind, name) for name in leaves(model) if name not in envelope]
    assert sorted((row.record, row.field) for row in field_rows()) == sorted(expected)


def test_what_is_not_written_says_why() -> None:
    assert [row for row in field_rows() if not row.r4 and not row.note] == []
    assert [row for row in field_rows() if bool(row.r4) != bool(row.r5)] == []


def inside(node: Any, step: str) -> list[Any]:
    match = _STEP.fullmatch(step)
    assert match is not None, step
    found = node.get(match["element"], []) if isinstance(node, dict) else []
    items = found if isinstance(found, list) else [found]
    name = match["name"]
    return [item for item in items if name is None or str(item["url"]).rpartition("/")[2] == name]


def resolved(path: str, written: list[Draft]) -> list[Any]:
    """What stands at a path of the table in these resources."""
    match = _PATH.fullmatch(path)
    assert match is not None, path
    role = match["role"]
    nodes: list[Any] = [
        draft.body
        for draft in written
        if draft.type == match["type"] and (role is None or draft.role.partition(":")[0] == role)
    ]
    # A dot may stand inside a name only in brackets, and none does.
    for step in match["steps"].split("."):
        nodes = [item for node in nodes for item in inside(node, step)]
    return nodes


def of_record(record: str) -> list[Draft]:
    own = [draft for fields in FULL.get(record, []) for draft in drafts(record, fields)]
    return every_draft() if record == ENVELOPE else [*own, *subject_drafts()]


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: f"{row.record}.{row.field}")
def test_every_path_is_really_written(row: FieldRow) -> None:
    written = of_record(row.record)
    assert [path for path in row.r4 if not resolved(path, written)] == []
    assert [path for path in row.r5 if not resolved(path, [draft_as_r5(draft) for draft in written])] == []


def without(fields: dict[str, Any], path: str) -> dict[str, Any]:
    """The record's fields without one of them; of a list inside, without it in every item."""
    head, _, rest = path.partition(".")
    value = fields.get(head)
    if not rest:
        return {name: item for name, item in fields.items() if name != head}
    if isinstance(value, list):
        return {**fields, head: [without(item, rest) for item in value]}
    return {**fields, head: without(value, rest)} if isinstance(value, dict) else fields


def optional(row: FieldRow) -> bool:
    """Fields that a record may lack, of the records that are resources by themselves."""
    required = {"term", "kind", "start", "date", "test", "collected", "grade_history", "lineage", "donor_pct"}
    allowed = (row.record, row.field) in (("therapy", "kind"), ("follow_up", "kind"))
    needed = row.field in required or row.field.rpartition(".")[0] in ("grade_history", "chimerism")
    return row.record in FULL and (allowed or not needed)


def written_as(row: FieldRow, fields: dict[str, Any]) -> tuple[list[bytes], list[bytes]]:
    found = drafts(row.record, fields)
    return [encoded(draft) for draft in found], [encoded(draft_as_r5(draft)) for draft in found]


@pytest.mark.parametrize(
    "row", [row for row in field_rows() if optional(row)], ids=lambda row: f"{row.record}.{row.field}"
)
def test_a_field_changes_what_is_written_where_the_table_says_so(row: FieldRow) -> None:
    changed = set()
    for full in FULL[row.record]:
        fields = {name: value for name, value in full.items() if name not in OUTWEIGHED_BY.get(row.field, ())}
        with_it, without_it = written_as(row, fields), written_as(row, without(fields, row.field))
        changed.add((with_it[0] != without_it[0], with_it[1] != without_it[1]))
    told = bool(row.r4)
    assert (told, told) in changed
    assert told or changed == {(False, False)}


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == field_page(), "write app.interop.fhir.fields.field_page() to the page"

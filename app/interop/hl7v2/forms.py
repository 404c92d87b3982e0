"""A form of the trial sent as an order: OBR-4 names the record type, OBX-3 the fields, OBX-4 the rows of a list.

docs/hl7v2.md
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Issue, shown_name
from app.domain.records import RECORD_TYPES
from app.interop.hl7v2.message import Segment
from app.interop.hl7v2.orders import Order
from app.interop.hl7v2.status import RECORDED, RETRACTED
from app.interop.hl7v2.values import TEXT, Habits, value
from app.interop.mapping.target import NoSuchField, Target, target

OURS = frozenset({"", "99ENGRAFT"})
# What a form may say of its envelope: the trial's number of the subject, where it is known, and the version.
_ENVELOPE = {("subject",): Target("text"), ("version",): Target("whole")}


@dataclass(slots=True)
class Form:
    """The fields of a record, field path -> place of what it was read from, and what cannot be in it."""

    fields: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def form_of(order: Order) -> str | None:
    """The record type that an order names; None for an order of the hospital's own."""
    code, system = order.request.value(4), order.request.value(4, 3)
    return code if code in RECORD_TYPES and system in OURS else None


def read_form(order: Order, record_type: str, habits: Habits, message: int | None) -> Form:
    """The form as its settled results say it; one that was taken back says nothing, unless all were."""
    reader = _Reader(record_type, habits, message)
    settled = [one for one in order.results if one.value(11) in RECORDED]
    kept = [one for one in settled if RECORDED[one.value(11)] != RETRACTED]
    for result in kept or settled:
        reader.add(result)
    return reader.form


class _Reader:
    """Puts values where their names say."""

    def __init__(self, record_type: str, habits: Habits, message: int | None) -> None:
        self.form = Form()
        self._type = record_type
        self._habits = habits
        self._message = message
        self._rows: dict[tuple[str, str], int] = {}

    def add(self, result: Segment) -> None:
        """One result. A name that is no field is kept under that name; the record's own check refuses it."""
        whole = result.value(3)
        name, _, rest = whole.partition(".")
        in_row, in_part = self._target(name, None, rest), self._target(name, rest)
        if rest and in_row is not None:
            row, number = self._row(name, result.value(4))
            self._put(row, rest, f"{name}[{number}].{rest}", result, in_row)
        elif rest and in_part is not None:
            self._put(self.form.fields.setdefault(name, {}), rest, f"{name}.{rest}", result, in_part)
        elif self._target(whole, "unit") is not None:
            self._put_quantity(whole, result)
        else:
            self._put(self.form.fields, whole, whole, result, self._target(whole) or TEXT)

    def _target(self, *path: str | None) -> Target | None:
        if path in _ENVELOPE:
            return _ENVELOPE[path]
        try:
            return target(self._type, path)
        except NoSuchField:
            return None

    def _put_quantity(self, name: str, result: Segment) -> None:
        """A dose: the value with its unit in OBX-6."""
        into = self.form.fields.setdefault(name, {})
        self._put(into, "value", f"{name}.value", result, Target("number"))
        if isinstance(into, dict) and result.value(6):
            into["unit"] = result.value(6)
            self.form.places.setdefault(f"{name}.unit", str(result.place(6, message=self._message)))

    def _row(self, name: str, sub: str) -> tuple[Any, int]:
        """The row of a list that OBX-4 names, and its number."""
        rows = self.form.fields.setdefault(name, [])
        if not isinstance(rows, list):
            return None, 0
        number = self._rows.setdefault((name, sub), len(rows))
        if number == len(rows):
            rows.append({})
        return rows[number], number

    def _put(self, into: Any, name: str, path: str, result: Segment, target: Target) -> None:
        """A field that comes again goes on where it is a list, and is told twice where it is none."""
        found = value(result, target, self._habits)
        place = str(result.place(5, message=self._message))
        self.form.places.setdefault(path, place)
        if found is None:
            return
        before = into.get(name) if isinstance(into, dict) else into
        if not isinstance(into, dict) or not (before is None or isinstance(before, list) and isinstance(found, list)):
            told = Issue(shown_name(path), "duplicate", "the form says this field twice", "one OBX", place=place)
            self.form.issues.append(told)
        else:
            into[name] = found if before is None else before + found

"""One row as a record: envelope, key, fields, and where each of them stands.

docs/profiles.md
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Issue
from app.interop.mapping.leaf import Leaf
from app.interop.mapping.plan import FormPlan, Plan
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Scope, Where
from app.interop.mapping.tree import Filling, Found, Node, fill
from app.interop.reading import Item, PatientNumber

_ESCAPES = str.maketrans({"%": "%25", "/": "%2F"})


class Places(Mapping[str, str]):
    """Places of the fields of a record, written out when somebody asks."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def __getitem__(self, path: str) -> str:
        row, column = self._found[path]
        return row.at(column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@dataclass(slots=True)
class Draft:
    """A record in the making. told: whether any column of its fields had a value; last: place of its last row."""

    filling: Filling
    text: bytes
    patient: PatientNumber | None
    told: bool
    last: str = ""
    parts: list[bytes] = field(default_factory=list)

    def item(self, index: int) -> Item:
        """The record as an item of a reading."""
        filling = self.filling
        place = filling.row.place if self.last in ("", filling.row.place) else f"{filling.row.place} to {self.last}"
        return Item(
            index,
            filling.raw,
            b"\n".join([self.text, *self.parts]),
            tuple(filling.issues),
            place,
            Places(filling.found),
            tuple(filling.notes),
            self.patient,
        )


def drafts(plan: Plan, form: FormPlan, row: Row, where: Where) -> Iterator[Draft]:
    """The records that a form makes of a row: one, or as many as it is spread to."""
    if not form.variants:
        yield _draft(plan, form, row, where, None)
    for variant in form.variants:
        draft = _draft(plan, form, row, where, variant)
        if draft.told:
            yield draft


def _draft(plan: Plan, form: FormPlan, row: Row, where: Where, variant: tuple[str, Node] | None) -> Draft:
    filling = Filling(row, Scope(where))
    raw = filling.raw
    raw["type"] = form.form.record
    for name, said, given in (("site", plan.site, where.site), ("source", plan.source, where.source)):
        _set(filling, name, _named(filling, name, said, given))
    filling.scope.zone = plan.zone(raw.get("site"), where)
    _set(filling, "id", _key(filling, form, variant))
    for name, leaf in form.envelope.items():
        _set(filling, name, filling.value(leaf, name)[0])
    patient = _patient(filling, form) if "subject" not in raw else None
    told = fill(form.fields, filling, raw)
    if variant is not None:
        told = fill(variant[1], filling, raw)
    return Draft(filling, row.text, patient, told)


def _set(filling: Filling, name: str, value: Any) -> None:
    if value is not None:
        filling.raw[name] = value


def _named(filling: Filling, name: str, said: Leaf | str | None, given: str | None) -> Any:
    """Site or source: what the row says, else the sender, else the profile."""
    if isinstance(said, Leaf):
        value = filling.value(said, name)[0]
        return given if value is None else value
    return given or said


def _key(filling: Filling, form: FormPlan, variant: tuple[str, Node] | None) -> str | None:
    parts = []
    for leaf in form.key:
        value = filling.value(leaf, "id")[0]
        if value is None:
            place = filling.place(leaf)
            filling.issues.append(Issue("id", "required", "a part of the record's key is empty", place=place))
            return None
        parts.append(str(value))
    if form.digest:
        text = json.dumps(parts, ensure_ascii=False)
        parts = [hashlib.sha256(text.encode()).hexdigest()[:32]]
    if variant is not None:
        parts.append(variant[0])
    return parts[0] if len(parts) == 1 else "/".join(part.translate(_ESCAPES) for part in parts)


def _patient(filling: Filling, form: FormPlan) -> PatientNumber | None:
    found = {name: filling.value(leaf, "subject")[0] for name, leaf in form.patient.items()}
    number = found.get("number")
    if number is None:
        return None
    return PatientNumber(str(number), found.get("authority"), found.get("kind"))

"""A record as a client's resources say it now, on top of what they cannot say.

docs/fhir-writing.md
"""

from __future__ import annotations

from functools import cache
from typing import Any

from app.domain.records import RECORD_TYPES
from app.interop.fhir.fields import field_rows

Json = dict[str, Any]
# What a record is told by, and not what it tells.
ENVELOPE = frozenset({"site", "source", "id", "version", "recorded", "status", "subject"})


def merged(base: Json, before: Json, said: Json) -> Json:
    """The fields of a record. base: as the record stands; before: what its resources said until now; said: what they
    say now.

    What they say as before stays as the record has it, which may be more exact (a birth date of which FHIR has the
    year); what FHIR does not carry stays; and so does a required field that the resources leave out.
    """
    type_ = said["type"]
    kept = {name: value for name, value in base.items() if _stays(type_, name, before, said)}
    new = {name: value for name, value in said.items() if name not in kept or name in ENVELOPE}
    return {**kept, **{name: _with_rest(type_, name, base.get(name), value) for name, value in new.items()}}


def _stays(type_: str, name: str, before: Json, said: Json) -> bool:
    if name not in _carried(type_):
        return name not in said
    if name not in said and name in _required(type_):
        return True
    return said.get(name) == before.get(name)


def _with_rest(type_: str, name: str, old: Any, new: Any) -> Any:
    """Parts of a field that FHIR does not carry stay where the field does."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    rest = {part for field, part in _silent(type_) if field == name}
    return {**{part: old[part] for part in rest if part in old}, **new}


@cache
def _carried(type_: str) -> frozenset[str]:
    """The fields of a record type that resources say, wholly or in part."""
    return frozenset(row.field.partition(".")[0] for row in field_rows() if row.record == type_ and row.r4)


@cache
def _silent(type_: str) -> frozenset[tuple[str, str]]:
    """(field, part) of what resources do not say."""
    parts = (row.field.partition(".") for row in field_rows() if row.record == type_ and not row.r4)
    return frozenset((name, part) for name, dot, part in parts if dot)


@cache
def _required(type_: str) -> frozenset[str]:
    fields = RECORD_TYPES[type_].model_fields
    return frozenset(name for name, field in fields.items() if field.is_required() and name not in ENVELOPE)

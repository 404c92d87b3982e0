"""The columns of the template: those of its profile, with meaning, words and an example.

docs/profiles/engraft-template.md
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.domain.records import RECORD_TYPES
from app.interop.mapping.expansion import single
from app.interop.mapping.profile import Form, Source
from app.interop.mapping.profiles import documents
from app.interop.mapping.target import ENVELOPE, Step, Target, target
from app.terminology.doses import known_count_units, known_dose_units
from app.terminology.laboratory import known_tests
from app.terminology.value_sets import words

PROFILE = "engraft-template-xlsx"
_FIRST = ("site", "source", "subject", "id", "version", "recorded", "status")
_STATUS = ("final", "amended", "entered-in-error")
_FORMATS = {
    "flag": "true or false",
    "whole": "a whole number",
    "number": "a number",
    "date": "YYYY-MM-DD, or YYYY-MM-DD HH:mm",
}
_PARTS = "YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"
_FULL = frozenset({("transplant", "date"), ("infusion", "start"), ("infusion", "end"), ("end_of_study", "date")})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet. words: what may stand in it; closed: nothing else may; several: values between `|`."""

    name: str
    meaning: str
    form: str
    words: tuple[str, ...]
    closed: bool
    several: bool
    required: bool
    number: bool
    example: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a type of record."""

    name: str
    title: str
    columns: tuple[Column, ...]


def sheets(sites: Sequence[str]) -> Iterator[Sheet]:
    """Every sheet of the template, for a study of these sites."""
    versions = [loaded.profile for (name, _), (_, loaded) in documents().items() if name == PROFILE]
    for form in versions[-1].forms:
        columns = (*_envelope(form, tuple(sites)), *_fields(form))
        yield Sheet(form.sheet or form.record, form.form, columns)


def _envelope(form: Form, sites: tuple[str, ...]) -> Iterator[Column]:
    kinds = {"version": Target("whole"), "recorded": Target("date"), "status": Target("word", words=_STATUS)}
    for name in _FIRST:
        found = kinds.get(name, Target("word", words=sites) if name == "site" and sites else Target("text"))
        yield _column("*", name, found, name in ("subject", "id"))


def _fields(form: Form) -> Iterator[Column]:
    for path, source in single(form.fields):
        name = source.column if isinstance(source, Source) else source
        yield _column(form.record, name or "", target(form.record, path), _required(form.record, path))


def _required(record: str, path: tuple[Step, ...]) -> bool:
    field = RECORD_TYPES[record].model_fields[str(path[0])]
    return len(path) == 1 and path[0] not in ENVELOPE and field.is_required()


def _column(record: str, name: str, kind: Target, required: bool) -> Column:
    counted = re.search(r"\.(\d+)\.", name)
    number = counted[1] if counted else ""
    said = _said()[record, re.sub(r"\.\d+\.", ".{n}.", name)]
    known = kind.words or _words(said["words"])
    meaning = said["meaning"].replace("{n}", number) + (f" [{said['unit']}]" if said["unit"] else "")
    example = said["example"] if number in ("", "1") else ""
    closed = bool(kind.words) or said["words"] in ("=tests", "=units", "=dose", "=count")
    form = _form(record, name, kind)
    if kind.kind == "flag":
        known, closed = ("true", "false"), True
    numeric = kind.kind in ("whole", "number")
    return Column(name, meaning, form, known, closed and not kind.listed, kind.listed, required, numeric, example)


def _form(record: str, name: str, kind: Target) -> str:
    if kind.listed:
        return "several: with | between them"
    if kind.kind == "date" and (record, name) not in _FULL and name != "recorded":
        return _PARTS
    return _FORMATS.get(kind.kind, "")


def _words(name: str) -> tuple[str, ...]:
    """The words of a value set, or the codes of a table."""
    if name == "=tests":
        return tuple(test.id for test in known_tests())
    if name == "=units":
        return tuple(dict.fromkeys(unit for test in known_tests() for unit in (test.unit, *test.units)))
    if name in ("=dose", "=count"):
        return known_dose_units() if name == "=dose" else known_count_units()
    return words(name) if name else ()


@cache
def _said() -> dict[tuple[str, str], dict[str, str]]:
    """What is said of each column, by record and name; `*` stands for every record."""
    text = files(__package__).joinpath("columns.csv").read_text(encoding="utf-8")
    return {(row["record"], row["column"]): row for row in csv.DictReader(text.splitlines())}

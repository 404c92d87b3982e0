"""One field of a proposed form, as lines of YAML: column, map, unit, and what is unsure about them.

docs/profiles/infer.md
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.interop.infer.formats import Dates
from app.interop.infer.names import named_test, panel_test, split_unit
from app.interop.infer.text import flow, scalar, sequence, shown
from app.interop.infer.words import MOST, is_missing, meanings, value_set
from app.interop.mapping.target import NoSuchField, Target, steps, target
from app.terminology.doses import dose_ucum
from app.terminology.laboratory import find_test
from app.terminology.suggesting import nearest_test
from app.terminology.units import ucum

ORDER = "day or month first could not be told: say it here, as in dates: [DD/MM/YYYY] or dates: [MM/DD/YYYY]"
_LOINC = re.compile(r"\d{1,5}-\d")
_SYSTEM = '{const: "http://loinc.org"}'


def field_lines(record: str, name: str, column: str, values: Sequence[str], dates: Dates, sure: bool) -> list[str]:
    """The lines of one field, comments before it."""
    notes = [] if sure else ["by a part of its name alone"]
    if name == "test":
        return _commented(notes, _test(column, values))
    kind = _kind(record, name)
    if kind is None:
        return _dose(name, column, notes)
    if kind.kind == "date":
        notes += [ORDER] if dates.is_open(values) else []
    if kind.kind == "flag" or kind.words or value_set(record, name):
        return _mapped(record, name, column, kind, values, notes)
    return _commented(notes, [f"{name}: {scalar(column)}"])


def panel_lines(column: str) -> list[str]:
    """One laboratory test of a panel."""
    test = panel_test(column)
    assert test is not None  # such columns were chosen for it
    written = split_unit(column)[1]
    unit = ucum(test.id, written) if written else None
    said = f"{test.id}: {{test: {{const: {test.id}}}, value: {scalar(column)}"
    if unit is not None:
        return [f"{said}, unit: {{const: {scalar(unit)}}}}}"]
    why = "its unit could not be told: add unit: {const: …}, or a column of units"
    return [f"# {why}", f"{said}}}"]


def _kind(record: str, name: str) -> Target | None:
    try:
        return target(record, steps(name))
    except NoSuchField:
        return None


def _commented(notes: Sequence[str], lines: list[str]) -> list[str]:
    return [*(f"# {note}" for note in notes), *lines]


def _dose(name: str, column: str, notes: list[str]) -> list[str]:
    """A number with a unit; without one it is left out, for a dose of no unit says nothing."""
    unit = split_unit(column)[1]
    if unit is None or dose_ucum(unit) is None:
        return [f"# {name}: the unit could not be told: {name}: {{value: {shown(column)}, unit: {{const: 10*6/kg}}}}"]
    return _commented(notes, [f"{name}: {{value: {scalar(column)}, unit: {{const: {scalar(unit)}}}}}"])


def _mapped(record: str, name: str, column: str, kind: Target, values: Sequence[str], notes: list[str]) -> list[str]:
    found = meanings(record, name, kind, values)
    if found.hidden:
        notes = [*notes, f"words that are not known, or more than {MOST}: add them to the map"]
    notes = [*notes, *(_unknown(word, near) for word, near in found.unknown.items())]
    needed = found.known
    if all(word == meant for word, meant in needed.items()):
        return _commented(notes, [f"{name}: {scalar(column)}"])
    if kind.kind == "flag" or kind.words:
        return _commented(notes, [f"{name}: {{column: {scalar(column)}, map: {flow(needed)}}}"])
    return _commented(notes, [f"{name}: {{column: {scalar(column)}, map: {{words: {flow(needed)}, else: keep}}}}"])


def _unknown(word: str, near: str | None) -> str:
    return f"not known, so that its rows are refused: {scalar(word)}" + (f"; nearest: {near}" if near else "")


def _test(column: str, values: Sequence[str]) -> list[str]:
    """The tests of a column: LOINC codes, names of ours, or local names that a map must explain."""
    distinct = list(dict.fromkeys(values))
    if distinct and all(_LOINC.fullmatch(word) for word in distinct):
        return [f"test: {{system: {_SYSTEM}, code: {scalar(column)}}}"]
    local = {word: found.id for word in distinct if (found := named_test(word)) and find_test(None, None, word) is None}
    unknown = [word for word in distinct if named_test(word) is None and not is_missing(word)]
    notes = ["some tests are not known: explain them by a map, or load a code table and name it as map: {table: …}"]
    if len(distinct) <= MOST and 2 * len(unknown) <= len(distinct):
        notes = [_unknown(word, nearest_test(word)) for word in unknown if not re.search(r"\d{3}", word)]
    # What means "not recorded" elsewhere may be a test here, such as NA for sodium.
    source = f"column: {scalar(column)}, missing: {sequence([])}"
    source += f", map: {{words: {flow(local)}, else: keep}}" if local else ""
    return _commented(notes if unknown else [], [f"test: {{{source}}}"])

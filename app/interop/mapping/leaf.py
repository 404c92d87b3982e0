"""One value of a record: the columns that it comes from, and what reads it.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.interop.mapping.condition import Test, all_of
from app.interop.mapping.date_format import date_format
from app.interop.mapping.dates import HL7_TIME, ISO_DATE, DateReader
from app.interop.mapping.lookup import KEEP, Lookup, plain, words_of
from app.interop.mapping.numbers import NumberReader
from app.interop.mapping.profile import Condition, Map, Precision, Profile, Source, Words
from app.interop.mapping.row import Typed
from app.interop.mapping.scope import Scope, Table
from app.interop.mapping.target import Target
from app.interop.mapping.unreadable import Unreadable

Cells = Mapping[str, str]
Read = Callable[[Cells, Scope], Any]
Convert = Callable[[str, Scope], Any]
# Of a date as the contract writes it, YYYY-MM-DD.
_LENGTHS = {"day": 10, "month": 7, "year": 4}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Leaf:
    """columns: that it reads, the first being its place; own: whether its value says that there is something: no
    constant does, nor does a unit alone; needed: whether a file must have the columns.
    """

    read: Read
    columns: tuple[str, ...]
    own: bool
    needed: bool


class Leaves:
    """Makes the leaves of one profile."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.missing = frozenset(["", *profile.missing])

    def leaf(self, spec: str | Source, target: Target, ordering: bool = False) -> Leaf:
        """The leaf for a value. ordering: whether it is a time that orders versions."""
        source = Source(column=spec) if isinstance(spec, str) else spec
        read, columns = self._read(source, target, ordering)
        if source.default is not None:
            read = _with_default(read, plain(source.default))
        if source.precision is not None:
            read = _cut(read, source.precision)
        if source.when:
            read = _only(read, all_of(source.when, self.missing))
        asked = [condition.column for condition in source.when or ()]
        asked += [source.precision.column] if source.precision else []
        return Leaf(read, (*columns, *asked), bool(columns), not source.optional)

    def condition(self, conditions: list[Condition] | None) -> Test | None:
        """Conditions as one test."""
        return all_of(conditions or (), self.missing)

    def _read(self, source: Source, target: Target, ordering: bool) -> tuple[Read, tuple[str, ...]]:
        if source.checkboxes is not None:
            return _boxes(source.checkboxes, frozenset(source.checked)), tuple(source.checkboxes)
        if source.column is None and source.columns is None:
            value = plain(source.const)
            value = [value] if target.listed and value is not None else value
            return (lambda cells, scope: value), ()
        convert = self._convert(source, target, ordering)
        columns = tuple(source.columns or [source.column or ""])
        cells = [self._cell(column, source) for column in columns]
        if source.join is not None:
            return _one(_joined(cells, source.join), convert, target.listed), columns
        if target.listed:
            return _list(cells, convert, source.split), columns
        return _one(cells[0], convert, False), columns

    def _cell(self, column: str, source: Source) -> Callable[[Cells], str | None]:
        missing = self.missing if source.missing is None else frozenset(["", *source.missing])

        def read(cells: Cells) -> str | None:
            text = cells.get(column)
            if text is None or type(text) is Typed:
                return None if text in missing else text
            text = text.strip()
            return None if text in missing else text

        return read

    def _convert(self, source: Source, target: Target, ordering: bool) -> Convert:
        convert = self._by_kind(source, target, ordering)
        if source.map is None:
            return convert
        found = self._profile.maps[source.map] if isinstance(source.map, str) else source.map
        return _mapped(found, convert)

    def _by_kind(self, source: Source, target: Target, ordering: bool) -> Convert:
        profile = self._profile
        if target.kind == "date":
            return _date(self._dates(source, ordering))
        if target.kind == "flag":
            return _flag
        if target.kind == "code":
            return lambda text, scope: {"text": str(text)}
        if target.kind in ("text", "word", "test"):
            return lambda text, scope: str(text)
        numbers = NumberReader(source.decimal or profile.decimal, source.thousands or profile.thousands)
        read = {"whole": numbers.whole, "number": numbers.number, "measured": numbers.measured}[target.kind]
        return lambda text, scope: read(text)

    def _dates(self, source: Source, ordering: bool) -> DateReader:
        profile = self._profile
        pivot = profile.pivot if source.pivot is None else source.pivot
        texts = profile.dates if source.dates is None else source.dates
        formats = [date_format(text, profile.unknown_parts, pivot is not None) for text in texts]
        usual = HL7_TIME if profile.format == "hl7v2" else ISO_DATE
        return DateReader(formats, profile.unknown_parts, pivot, ordering, usual)


def with_number(source: str | Source, number: str) -> str | Source:
    """A source of a repeated group, `{n}` filled in."""
    if isinstance(source, str):
        return source.replace("{n}", number)
    names = ("column", "columns", "const", "checkboxes", "precision", "when")
    return source.model_copy(update={name: _filled(getattr(source, name), number) for name in names})


def _filled(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", number)
    if isinstance(value, list):
        return [_filled(one, number) for one in value]
    if isinstance(value, dict):
        return {_filled(name, number): _filled(one, number) for name, one in value.items()}
    if isinstance(value, Condition | Precision):
        return value.model_copy(update={"column": _filled(value.column, number)})
    return value


def _with_default(read: Read, default: Any) -> Read:
    def reading(cells: Cells, scope: Scope) -> Any:
        value = read(cells, scope)
        return default if value is None else value

    return reading


def _cut(read: Read, precision: Precision) -> Read:
    """The part of a date that is known."""
    lengths = {word: _LENGTHS[part] for word, part in precision.words.items()}

    def reading(cells: Cells, scope: Scope) -> Any:
        value = read(cells, scope)
        length = lengths.get(cells.get(precision.column, "").strip())
        return value if value is None or length is None else value[:length]

    return reading


def _only(read: Read, test: Test | None) -> Read:
    return lambda cells, scope: read(cells, scope) if test is None or test(cells) else None


def _one(cell: Callable[[Cells], str | None], convert: Convert, listed: bool) -> Read:
    def reading(cells: Cells, scope: Scope) -> Any:
        text = cell(cells)
        value = None if text is None else convert(text, scope)
        return [value] if listed and value is not None else value

    return reading


def _joined(cells: list[Callable[[Cells], str | None]], mark: str) -> Callable[[Cells], str | None]:
    def read(row: Cells) -> str | None:
        parts = [text for text in (cell(row) for cell in cells) if text is not None]
        return mark.join(parts) or None

    return read


def _list(cells: list[Callable[[Cells], str | None]], convert: Convert, split: str | None) -> Read:
    def reading(row: Cells, scope: Scope) -> Any:
        texts = [text for text in (cell(row) for cell in cells) if text is not None]
        if split is not None:
            texts = [part.strip() for text in texts for part in text.split(split) if part.strip()]
        values = [convert(text, scope) for text in texts]
        return [value for value in values if value is not None] or None

    return reading


def _boxes(boxes: dict[str, str], checked: frozenset[str]) -> Read:
    def reading(cells: Cells, scope: Scope) -> Any:
        return [word for column, word in boxes.items() if cells.get(column, "").strip() in checked] or None

    return reading


def _mapped(found: Map | Words, convert: Convert) -> Convert:
    words, table, otherwise = words_of(found)
    written = Lookup(words, otherwise)
    from_table: list[tuple[Table, Lookup]] = []

    def lookup(scope: Scope) -> Lookup:
        if table is None:
            return written
        rows = scope.where.tables[table]
        if not from_table or from_table[0][0] is not rows:
            from_table[:] = [(rows, Lookup({**rows, **words}, otherwise))]
        return from_table[0][1]

    def mapping(text: str, scope: Scope) -> Any:
        value = lookup(scope).find(text)
        return convert(text, scope) if value is KEEP else value

    return mapping


def _date(reader: DateReader) -> Convert:
    def reading(text: str, scope: Scope) -> str:
        found = reader.read(text, scope.zone)
        if found.note is not None:
            scope.notes.append(found.note)
        return found.text

    return reading


def _flag(text: str, scope: Scope) -> bool:
    value = _FLAGS.get(text.casefold())
    if value is None:
        raise Unreadable(
            "not yes or no in words that are known", "true, yes or 1; false, no or 0; or words that a map explains"
        )
    return value

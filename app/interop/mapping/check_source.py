"""What must hold for the source of one value.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.endpoints.document import Document, Path
from app.interop.mapping.date_format import TOKENS, WrongFormat, date_format
from app.interop.mapping.lookup import words_of
from app.interop.mapping.profile import Profile, Source
from app.interop.mapping.target import Target

_TYPES = {"flag": (bool,), "whole": (int,), "number": (int, float), "text": (str,), "word": (str,), "date": (str,)}
_EXPECTED = {"flag": "true or false", "whole": "a whole number", "number": "a number"}
_WAYS = ("column", "columns", "const", "checkboxes")


def check_source(document: Document, profile: Profile, path: Path, source: Source, target: Target) -> None:
    """Add what is wrong to the document's findings."""
    _ways(document, path, source, target)
    if source.dates is not None:
        pivot = profile.pivot if source.pivot is None else source.pivot
        check_formats(document, (*path, "dates"), source.dates, profile.unknown_parts, pivot)
    if source.precision is not None and target.kind != "date":
        document.note((*path, "precision"), "structure", "this field is no date", "a field that is one")
    decimal, thousands = source.decimal or profile.decimal, source.thousands or profile.thousands
    if decimal == thousands:
        document.note(path, "conflict", "one mark for decimals and thousands", "two different marks")
    if isinstance(source.map, str) and source.map not in profile.maps:
        document.refuse_word((*path, "map"), source.map, profile.maps, "no map of this profile")
    for where, value in _values(profile, path, source):
        _value(document, where, value, target)


def _ways(document: Document, path: Path, source: Source, target: Target) -> None:
    used = [name for name in _WAYS if getattr(source, name) is not None]
    if len(used) != 1:
        document.note(path, "structure", "a value comes from one place", "one of " + ", ".join(_WAYS))
    if source.join is not None and source.columns is None:
        document.note((*path, "join"), "structure", "only several columns can be joined", "columns")
    if not target.listed:
        if source.columns is not None and source.join is None:
            document.note((*path, "columns"), "structure", "this field has one value", "join, or one column")
        if source.checkboxes is not None or source.split is not None:
            document.note(path, "structure", "this field is no list", "column")


def _values(profile: Profile, path: Path, source: Source) -> Iterator[tuple[Path, Any]]:
    """What the profile itself says as a value, each with its place."""
    for name in ("const", "default"):
        if getattr(source, name) is not None:
            yield (*path, name), getattr(source, name)
    for column, word in (source.checkboxes or {}).items():
        yield (*path, "checkboxes", column), word
    if isinstance(source.map, str):
        for value in words_of(profile.maps.get(source.map, {}))[0].values():
            yield (*path, "map"), value
    elif source.map is not None:
        inner = ("words",) if not isinstance(source.map, dict) else ()
        for word, value in words_of(source.map)[0].items():
            yield (*path, "map", *inner, word), value


def _value(document: Document, path: Path, value: Any, target: Target) -> None:
    types = _TYPES.get(target.kind)
    if value is None or types is None:
        return
    if not isinstance(value, types) or (isinstance(value, bool) and target.kind != "flag"):
        document.note(path, "value", "not what this field takes", _EXPECTED.get(target.kind, "a text"))
    elif target.words and value not in target.words:
        document.refuse_word(path, value, target.words, "no word of this field")


def check_formats(
    document: Document, path: Path, texts: Sequence[str], unknown: Sequence[str], pivot: int | None
) -> None:
    """Formats of dates that can be used, no two of which read one text as two different days."""
    shapes: dict[str, str] = {}
    for position, text in enumerate(texts):
        try:
            found = date_format(text, unknown, pivot is not None)
        except WrongFormat as error:
            document.note((*path, position), "value", f"not a format of dates: {error}", TOKENS)
            continue
        if shapes.setdefault(found.shape, found.text) != found.text:
            message = "two formats read one text as two different days"
            document.note((*path, position), "conflict", message, "one order of day and month")

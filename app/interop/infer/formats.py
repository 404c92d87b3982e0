"""How a file writes dates and numbers, as far as its values tell; what they do not tell is said, never guessed.

docs/profiles/infer.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.interop.mapping.date_format import date_format
from app.interop.mapping.dates import DateReader
from app.interop.mapping.unreadable import Unreadable

_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
_ISO = DateReader(())
_WITH_NAMES = ("D-MMM-YYYY", "D MMM YYYY", "D. MMM YYYY", "DDMMMYYYY")
_SIGN = re.compile(r"^[<>=≤≥\s]*[+-]?")
_ONE_MARK = {
    ".": re.compile(r"\d+\.(\d{1,2}|\d{4,})|0\.\d+|[\d,]*,\d{3}\.\d+"),
    ",": re.compile(r"\d+,(\d{1,2}|\d{4,})|0,\d+|[\d.]*\.\d{3},\d+"),
}
_OPEN = re.compile(r"\d{1,3}([.,])\d{3}")
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")


@dataclass(frozen=True, slots=True)
class Dates:
    """formats: those that all values of their shape agree with; open_shapes: shapes whose order could not be told."""

    formats: tuple[str, ...]
    open_shapes: frozenset[str]

    def is_open(self, values: Iterable[str]) -> bool:
        """Whether a column has values of which day and month could not be told."""
        return any(_shape(value) in self.open_shapes for value in values)


@dataclass(frozen=True, slots=True)
class Numbers:
    """decimal, thousands: the marks; open_: whether values such as 1,234 leave it open."""

    decimal: str = "."
    thousands: str | None = None
    open_: bool = False


def dates_of(values: Iterable[str]) -> Dates:
    """The formats of all dates of a file: values of one shape are written in one way."""
    shapes: dict[str, set[str]] = {}
    for value in values:
        if not _reads(_ISO, value):
            shapes.setdefault(_shape(value), set()).add(value)
    found = {shape: [*_fitting(texts)] for shape, texts in shapes.items()}
    formats = tuple(dict.fromkeys(fitting[0] for fitting in found.values() if len(fitting) == 1))
    return Dates(formats, frozenset(shape for shape, fitting in found.items() if len(fitting) > 1))


def numbers_of(values: Iterable[str]) -> Numbers:
    """The marks of all numbers of a file."""
    texts = [_SIGN.sub("", value) for value in values]
    proofs = {mark for mark, form in _ONE_MARK.items() if any(form.fullmatch(text) for text in texts)}
    open_ = any(_OPEN.fullmatch(text) for text in texts)
    if proofs == {","}:
        return Numbers(",", "." if any(_THOUSANDS.fullmatch(text) for text in texts) else None)
    return Numbers(".", None, (open_ and not proofs) or len(proofs) > 1)


def is_number(value: str) -> bool:
    """Whether a text is a number in some way of writing it."""
    return bool(re.fullmatch(r"\d[\d.,' ]*", _SIGN.sub("", value)))


def _shape(value: str) -> str:
    return _DIGITS.sub("9", _LETTERS.sub("A", value))


def _fitting(values: set[str]) -> Iterator[str]:
    """The formats that read every one of the values: at most one for each order of day and month."""
    example = next(iter(values))
    if _LETTERS.search(example) or example.isdigit():
        texts: list[tuple[str, ...]] = [(text,) for text in (*_WITH_NAMES, "YYYYMMDD")]
    else:
        mark = re.sub(r"\d", "", example)[:1]
        time = " HH:mm:ss" if example.count(":") == 2 else " H:mm" if ":" in example else ""
        orders = (("DD", "MM"), ("MM", "DD"))
        texts = [_widths(first, second, mark, time) for first, second in orders] if mark in (".", "/", "-") else []
    for alternatives in texts:
        found = next((text for text in alternatives if all(_reads(_reader(text), value) for value in values)), None)
        if found is not None:
            yield found


def _widths(first: str, second: str, mark: str, time: str) -> tuple[str, ...]:
    return tuple(f"{one}{mark}{two}{mark}YYYY{time}" for one, two in ((first, second), (first[0], second[0])))


def _reader(text: str) -> DateReader:
    return DateReader([date_format(text, (), False)])


def _reads(reader: DateReader, value: str) -> bool:
    try:
        reader.read(value, None)
    except Unreadable:
        return False
    return True

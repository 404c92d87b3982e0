"""Escape sequences: text as it is meant, out of text as it is sent.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.7, use of escape sequences in text fields)
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.interop.hl7v2.marks import Marks

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FORMAT = re.compile(r"\.(br|sp|fi|nf|in|ti|sk|ce)([+-]?\d{0,2})", re.ASCII)
_HIGHLIGHT = frozenset({"H", "N"})
_LINES = frozenset({"br", "sp", "ce"})


def unescape(text: str, marks: Marks, charset: str) -> str:
    """The text without its escape sequences; one that is unknown, or has no end, stays as it is.

    Highlighting says nothing and goes; formatting becomes line breaks and blanks. charset: codec of the bytes that are
    given in hexadecimal.
    """
    if marks.escape not in text:
        return text
    return _sequences(marks.escape).sub(lambda found: _meant(found, marks, charset), text)


@lru_cache(maxsize=16)
def _sequences(escape: str) -> re.Pattern[str]:
    """Neighbours in hexadecimal together, since they may be bytes of one character."""
    mark = re.escape(escape)
    return re.compile(f"(?:{mark}X(?:[0-9A-Fa-f]{{2}})+{mark})+|{mark}([^{mark}]+){mark}")


def _meant(found: re.Match[str], marks: Marks, charset: str) -> str:
    sequence, whole = found[1], found[0]
    if sequence is None:
        return _bytes(whole, marks.escape, charset)
    signs = {"F": marks.field, "S": marks.component, "R": marks.repetition, "T": marks.subcomponent, "E": marks.escape}
    if sequence in signs:
        return signs[sequence]
    if sequence == "P" and marks.truncation:
        return marks.truncation
    if sequence in _HIGHLIGHT:
        return ""
    formatted = _FORMAT.fullmatch(sequence)
    return whole if formatted is None else _format(formatted[1], formatted[2])


def _bytes(whole: str, escape: str, charset: str) -> str:
    """The characters of hexadecimal bytes; the sequence itself where they are none, or would control something."""
    digits = whole.replace(f"{escape}X", "").replace(escape, "")
    try:
        text = bytes.fromhex(digits).decode(charset)
    except UnicodeDecodeError:
        return whole
    return whole if _CONTROL.search(text.replace("\r", "\n")) else text


def _format(command: str, count: str) -> str:
    times = abs(int(count)) if count.strip("+-") else 1
    if command in _LINES:
        return "\n" * (times if command == "sp" else 1)
    return " " * times if command == "sk" else ""


def escape(text: str, marks: Marks) -> str:
    """The text as it may stand in a field: separators escaped, line breaks as `.br`."""
    signs = {
        marks.escape: "E",
        marks.field: "F",
        marks.component: "S",
        marks.repetition: "R",
        marks.subcomponent: "T",
        "\n": ".br",
        "\r": ".br",
    }
    sent = [f"{marks.escape}{signs[sign]}{marks.escape}" if sign in signs else sign for sign in text]
    return "".join(sent)

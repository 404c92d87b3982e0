"""JSON in and out without loss: exact decimals in, exact decimals out, nothing ambiguous accepted.

https://www.rfc-editor.org/rfc/rfc8259 ; https://www.rfc-editor.org/rfc/rfc7493 (I-JSON)
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import msgspec

from app.domain.errors import shown_name

MAX_DEPTH = 64
MAX_NUMBER = 64
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff\x00]")


class NotJson(ValueError):
    """The text is not acceptable JSON.

    place: line and column, or byte; path: the place inside the value, where it has one. Never the value itself.
    """

    def __init__(self, message: str, place: str = "", path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.path = path

    def under(self, prefix: str) -> str:
        """The place as seen from what holds the text."""
        if not self.path:
            return f"{prefix} {self.place}".strip()
        return prefix + self.path if self.path[0] == "[" else f"{prefix}.{self.path}".lstrip(".")


def parse(payload: bytes) -> Any:
    """JSON to dicts, lists, str, int, Decimal, bool, None. Raises NotJson naming the place."""
    text = _decode(payload)
    try:
        value = _read(_DECODER, text)
    except _Refusal as refusal:
        raise NotJson(refusal.message, path=_find(text)) from None
    _check_depth(payload, value)
    if _SUSPECT.search(payload):
        _refuse_surrogates(value)
    return value


def dump(value: Any) -> bytes:
    """Canonical bytes: keys sorted, decimals as their digits."""
    return _ENCODER.encode(value)


def _decode(payload: bytes) -> str:
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson("not UTF-8", f"byte {error.start}") from None


def _read(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson("not valid JSON", f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels") from None


class _Refusal(Exception):
    """What the decoder's hooks refuse; they do not know where they are."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.name = name


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Refusal("a name stands twice in one object", shown_name(counts.most_common(1)[0][0]))
    return found


def _constant(name: str) -> NoReturn:
    raise _Refusal(f"{name.lstrip('-')} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER:
        raise _Refusal(f"a number has more than {MAX_NUMBER} digits")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER:
        raise _Refusal(f"a number has more than {MAX_NUMBER} digits")
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise _Refusal("a number has an exponent out of range") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
)


def _marking(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The hook, with what it refuses left in its place."""

    def mark(value: Any) -> Any:
        try:
            return hook(value)
        except _Refusal as refusal:
            return refusal

    return mark


_MARKER = json.JSONDecoder(
    object_pairs_hook=_marking(_unique),
    parse_constant=_marking(_constant),
    parse_int=_marking(_integer),
    parse_float=_marking(_decimal),
)


def _find(text: str) -> str:
    """The path of the first refusal: the text is read again, which only a refused one costs."""
    for path, leaf in _leaves(_read(_MARKER, text), "", 0):
        if isinstance(leaf, _Refusal):
            return f"{path}.{leaf.name}".strip(".") if leaf.name else path
    return ""


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Names and values with their paths, down to the deepest level that is accepted."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for name, child in value.items():
            yield f"{path}.(name)".lstrip("."), name
            yield from _leaves(child, f"{path}.{shown_name(name)}".lstrip("."), depth + 1)
    elif isinstance(value, list) and depth < MAX_DEPTH:
        for index, child in enumerate(value):
            yield from _leaves(child, f"{path}[{index}]", depth + 1)
    else:
        yield path, value


def _check_depth(payload: bytes, value: Any) -> None:
    """Count only where the text could be too deep at all: most payloads have few brackets open at once."""
    if payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        places = value.items() if isinstance(value, dict) else enumerate(value)
        deep = next(place for place, child in places if _depth(child) >= MAX_DEPTH)
        path = f"[{deep}]" if isinstance(deep, int) else shown_name(deep)
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels", path=path)


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [child for item in level for child in _children(item) if isinstance(child, (dict, list))]
    return depth


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _refuse_surrogates(value: Any) -> None:
    """A lone surrogate or NUL cannot be stored as text; one stored would make every later read fail."""
    for path, leaf in _leaves(value, "", 0):
        if isinstance(leaf, str) and _SURROGATE.search(leaf):
            raise NotJson("a text holds a character that is not a Unicode scalar value", path=path)

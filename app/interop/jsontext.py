"""JSON in and out without loss: exact decimals in, exact decimals out, nothing ambiguous accepted.

https://www.rfc-editor.org/rfc/rfc8259 ; https://www.rfc-editor.org/rfc/rfc7493 (I-JSON)
"""

from __future__ import annotations

import json
import re
from collections import Counter
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
    """The text is not acceptable JSON. place: line and column or a path; never the value itself."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def parse(payload: bytes) -> Any:
    """JSON to dicts, lists, str, int, Decimal, bool, None. Raises NotJson naming the place."""
    text = _decode(payload)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson("not valid JSON", f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels") from None
    _check_depth(payload, value)
    if _SUSPECT.search(payload):
        _refuse_surrogates(value, "")
    return value


def dump(value: Any) -> bytes:
    """Canonical bytes: keys sorted, decimals as their digits."""
    return _ENCODER.encode(value)


def _decode(payload: bytes) -> str:
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson("not UTF-8", f"byte {error.start}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise NotJson("a name stands twice in one object", shown_name(counts.most_common(1)[0][0]))
    return found


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name.lstrip('-')} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER:
        raise NotJson(f"a number has more than {MAX_NUMBER} digits")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER:
        raise NotJson(f"a number has more than {MAX_NUMBER} digits")
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise NotJson("a number has an exponent out of range") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
)


def _check_depth(payload: bytes, value: Any) -> None:
    """Count only where the text could be too deep at all: most payloads have few brackets open at once."""
    if payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [child for item in level for child in _children(item) if isinstance(child, (dict, list))]
    return depth


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _refuse_surrogates(value: Any, path: str) -> None:
    """A lone surrogate or NUL cannot be stored as text; one stored would make every later read fail."""
    if isinstance(value, str) and _SURROGATE.search(value):
        raise NotJson("a text holds a character that is not a Unicode scalar value", path)
    if isinstance(value, dict):
        for name, child in value.items():
            _refuse_surrogates(name, f"{path}.(name)".lstrip("."))
            _refuse_surrogates(child, f"{path}.{shown_name(name)}".lstrip("."))
    if isinstance(value, list):
        for index, child in enumerate(value):
            _refuse_surrogates(child, f"{path}[{index}]")

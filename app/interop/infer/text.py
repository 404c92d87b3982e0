"""Profiles as text: YAML with comments for whoever goes on with it.

https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from app.domain.errors import shown_name

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./*-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(value: str | bool | None) -> str:
    """A value, quoted where it would not be a text without quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    plain = _PLAIN.fullmatch(value) and value.casefold() not in _WORDS
    return value if plain else "".join(map(_printable, json.dumps(value, ensure_ascii=False)))


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def flow(values: Mapping[str, str | bool | None]) -> str:
    """A mapping on one line."""
    return "{" + ", ".join(f"{scalar(name)}: {scalar(value)}" for name, value in values.items()) + "}"


def sequence(values: Iterable[str]) -> str:
    """A list on one line."""
    return "[" + ", ".join(map(scalar, values)) + "]"


def shown(column: str) -> str:
    """A column's name in a comment: what does not look like a name could be data."""
    return shown_name(column)

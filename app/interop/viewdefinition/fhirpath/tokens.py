"""Tokens of a FHIRPath expression.

https://hl7.org/fhirpath/N1/#tokens
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.interop.viewdefinition.errors import ViewError

# Nested calls grow with the number of tokens: a longer expression could exhaust the stack.
MAX_TOKENS = 256
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<moment>@(?:T\d{2}(?::\d{2}){0,2}(?:\.\d+)?
            |\d{4}(?:-\d{2}){0,2}(?:T(?:\d{2}(?::\d{2}){0,2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?))
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<constant>%(?:[A-Za-z_][A-Za-z0-9_]*|`[^`\\]+`))
      | (?P<this>\$this\b)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*|`[^`\\]+`)
      | (?P<symbol><=|>=|!=|[-=<>+*/&().,\[\]])
      | (?P<end>\Z)
    )""",
    re.ASCII | re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/"}


class Token(NamedTuple):
    """One token. kind: string, moment, number, constant, this, name, symbol or end; text: without its marks."""

    kind: str
    text: str


def tokens(expression: str) -> list[Token]:
    """The tokens of an expression, the last of kind ``end``. ViewError where there is none."""
    found: list[Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(expression, position)
        if match is None or match.lastgroup is None:
            raise ViewError(f"not FHIRPath at character {position + 1}")
        found.append(_token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
        if len(found) > MAX_TOKENS:
            raise ViewError(f"an expression has more than {MAX_TOKENS} tokens")
    return found


def _token(kind: str, text: str) -> Token:
    if kind == "string":
        return Token(kind, _ESCAPE.sub(_unescape, text[1:-1]))
    if kind == "moment":
        return Token(kind, text[1:].removeprefix("T").removesuffix("T"))
    if kind == "constant":
        return Token(kind, text[1:].strip("`"))
    return Token(kind, text.strip("`"))


def _unescape(match: re.Match[str]) -> str:
    mark = match[1]
    if len(mark) == 5:
        return chr(int(mark[1:], 16))
    if mark not in _ESCAPED:
        raise ViewError("unknown escape in a string")
    return _ESCAPED[mark]

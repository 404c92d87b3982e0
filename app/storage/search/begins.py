"""Text that begins with another one, in the words that let each engine find it by an index.

https://www.postgresql.org/docs/current/indexes-opclass.html
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# No text begins with it: it is not a character.
_LAST = "\U0010ffff"


class _Begins(FunctionElement[bool]):
    """Of no type: what is boolean SQLAlchemy compares with 1 for SQLite, and then no index serves."""

    inherit_cache = True


def begins(stored: Any, words: str) -> ColumnElement[bool]:
    """The condition that a stored text begins with `words`."""
    return _Begins(stored.startswith(words, autoescape=True), and_(stored >= words, stored < words + _LAST))


@compiles(_Begins, "postgresql")
def _by_pattern(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    pattern, _ = element.clauses
    return compiler.process(pattern, **options)


@compiles(_Begins)
def _by_span(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite orders text by code point, and its LIKE knows no case, which no index helps."""
    _, span = element.clauses
    return compiler.process(span, **options)

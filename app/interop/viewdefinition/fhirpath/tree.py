"""The tree of a FHIRPath expression.

https://hl7.org/fhirpath/N1/#expressions
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; dates and times are their texts."""

    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Constant:
    """``%name``: a constant of the view, or one that the runner sets."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """``$this``: the item itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """An element of what `source` gives; of the item itself where that is None."""

    source: Node | None
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of what `source` gives; of the item itself where that is None."""

    source: Node | None
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``source[position]``."""

    source: Node
    position: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: str
    left: Node
    right: Node


Node = Literal | Constant | This | Member | Call | Index | Negative | Binary

"""A ViewDefinition in its checked form.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column. type: a FHIR type or None where none is declared; collection: whether it holds lists."""

    name: str
    path: str
    type: str | None
    collection: bool


@dataclass(frozen=True, slots=True)
class Select:
    """Columns, selects and unions, once for each item of an iteration.

    each: the path iterated over, None for the item itself; or_null: whether no item gives one row of nulls;
    repeat: paths followed down from item to item. place: where it stands in the ViewDefinition.
    """

    place: str
    columns: tuple[Column, ...]
    selects: tuple[Select, ...]
    union: tuple[Select, ...]
    each: str | None
    or_null: bool
    repeat: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is selected from the resources of one type, and which of them count."""

    resource: str
    name: str
    constants: Mapping[str, Any]
    where: tuple[str, ...]
    selects: tuple[Select, ...]

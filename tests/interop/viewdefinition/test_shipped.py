"""The shipped views keep to what every runner must know, so that a sponsor can take them along.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html#supported-fhirpath-functionality
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.shipped import find, views
from app.interop.viewdefinition.table import compile_view

# The functions of the standard's list that every runner has.
SHAREABLE = {"where", "exists", "empty", "extension", "ofType", "first", "getResourceKey", "getReferenceKey"}
TABLES = {"subjects", "infusions", "adverse-events", "disease-assessments", "labs", "gvhd", "deaths"}


def paths(part: Any) -> list[str]:
    """Every path in a ViewDefinition."""
    if isinstance(part, list):
        return [path for item in part for path in paths(item)]
    if not isinstance(part, dict):
        return []
    own = [part[name] for name in ("path", "forEach", "forEachOrNull") if name in part]
    return own + [path for value in part.values() for path in paths(value)]


def test_the_tables_that_are_asked_for_first_are_there() -> None:
    assert set(views()) >= TABLES


@pytest.mark.parametrize("name", sorted(views()))
def test_a_shipped_view_can_be_taken_along(name: str) -> None:
    view = views()[name]
    texts = [re.sub(r"'[^']*'", "''", path) for path in paths(view)]
    assert {call for text in texts for call in re.findall(r"(\w+)\(", text)} <= SHAREABLE
    # A name that a database takes for a table, as the standard asks.
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", view["name"])
    assert view["url"].endswith(f"/ViewDefinition/{name}")
    assert all(column.type for column in compile_view(read(view)).columns)


def test_a_view_is_found_by_its_reference_and_by_its_address() -> None:
    view = views()["labs"]
    assert find("ViewDefinition/labs") is view
    assert find(view["url"]) is view
    for unknown in ("labs", "ViewDefinition/none", "https://elsewhere.example/ViewDefinition/labs", "Patient/labs"):
        assert find(unknown) is None

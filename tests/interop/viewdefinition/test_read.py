"""What is wrong with a ViewDefinition is named with its place, before anything runs.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations

from typing import Any

import pytest

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import compile_view

ID = {"name": "id", "path": "id"}


def view(*selects: Any, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "ViewDefinition", "resource": "Patient", "select": list(selects), **elements}


def nested(depth: int) -> dict[str, Any]:
    return {"column": [ID]} if depth == 1 else {"select": [nested(depth - 1)]}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "ViewDefinition"),
        (view({"column": [ID]}, resourceType="Patient"), "resourceType"),
        (view({"column": [ID]}, resource="patient"), "resource"),
        (view({"column": [ID]}, Resource="Patient"), "ViewDefinition"),
        (view(), "select"),
        (view({}), "select"),
        (view({"forEach": "name"}), "select"),
        (view({"column": {}}), "select[0].column"),
        (view({"column": [{"name": "id"}]}), "select[0].column[0].path"),
        (view({"column": [{"path": "id"}]}), "select[0].column[0].name"),
        (view({"column": [{"name": "1st", "path": "id"}]}), "select[0].column[0].name"),
        (view({"column": [{"name": "id", "path": " "}]}), "select[0].column[0].path"),
        (view({"column": [{"name": "id", "path": "id.."}]}), "select[0].column[0].path"),
        (view({"column": [{**ID, "collection": "true"}]}), "select[0].column[0].collection"),
        (view({"column": [{**ID, "type": 1}]}), "select[0].column[0].type"),
        (view({"column": [ID, ID]}), "select"),
        (view({"column": [ID]}, {"select": [{"column": [ID]}]}), "select"),
        # A misspelt forEach would give another table without a word.
        (view({"foreach": "name", "column": [ID]}), "select[0]"),
        (view({"forEach": "name", "forEachOrNull": "name", "column": [ID]}), "select[0]"),
        (view({"forEach": "name", "repeat": ["name"], "column": [ID]}), "select[0]"),
        (view({"repeat": "name", "column": [ID]}), "select[0].repeat"),
        (view({"repeat": [], "column": [ID]}), "select[0].repeat"),
        (view({"forEachOrNull": "@@", "column": [ID]}), "select[0].forEachOrNull"),
        (view({"unionAll": [{"column": [ID]}, {"column": [{**ID, "type": "id"}]}]}), "select[0].unionAll"),
        (view({"column": [ID]}, where=[{"path": "%no"}]), "where[0].path"),
        (view({"column": [ID]}, where={"path": "active"}), "where"),
        (view({"column": [ID]}, constant=[{"name": "a", "valueString": "x", "valueCode": "y"}]), "constant[0]"),
        (view({"column": [ID]}, constant=[{"name": "a", "valueCoding": {}}]), "constant[0]"),
        (view({"column": [ID]}, constant=[{"name": "a", "valueString": "x"}] * 2), "constant[1]"),
        (view({"column": [ID]}, name=3), "name"),
    ],
)
def test_a_fault_has_its_place(body: Any, place: str) -> None:
    with pytest.raises(ViewError) as refusal:
        compile_view(read(body))
    assert refusal.value.place == place


def test_selects_are_read_down_to_the_sixteenth_level() -> None:
    assert compile_view(read(view(nested(16)))).rows({"resourceType": "Patient", "id": "a"}) == [("a",)]
    with pytest.raises(ViewError):
        read(view(nested(17)))


def test_what_describes_a_view_is_passed_over() -> None:
    described = view(
        {"column": [{**ID, "description": "the id", "tag": [{"name": "ansi/type", "value": "CHARACTER"}]}]},
        url="urn:view",
        status="draft",
        contact=[{"name": "someone"}],
        _name={"extension": []},
    )
    assert [column.name for column in compile_view(read(described)).columns] == ["id"]

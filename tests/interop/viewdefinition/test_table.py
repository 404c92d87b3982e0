"""Laws of selects, unions, conditions and limits over random resources; each law is arithmetic on lists.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html#processing-algorithm
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.viewdefinition.batches import batches
from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import MAX_ROWS, compile_view

Json = dict[str, Any]
NAMES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"use": st.sampled_from(["usual", "official"]), "given": st.lists(st.sampled_from("abc"))}
    ),
    max_size=3,
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Patient", "Group"]), "id": st.sampled_from("pqr")},
    optional={"active": st.booleans(), "name": NAMES, "contact": st.lists(st.fixed_dictionaries({"name": NAMES}))},
)
RESOURCES = st.lists(PATIENTS, max_size=6)
ID = {"column": [{"name": "id", "path": "id"}]}
USE = {"column": [{"name": "use", "path": "use"}]}
EACH_NAME = {"forEach": "name", **USE}
EACH_OR_NULL = {"forEachOrNull": "name", **USE}
CONTACTS = {"forEach": "contact", "column": [{"name": "at", "path": "%rowIndex"}]}


def rows(resources: list[Json], *selects: Json, limit: int | None = None, **elements: Any) -> list[tuple[Any, ...]]:
    table = compile_view(read({"resource": "Patient", "select": list(selects), **elements}))
    return [row for batch in batches(table, resources, limit) for row in batch]


def patients(resources: list[Json]) -> list[Json]:
    return [resource for resource in resources if resource["resourceType"] == "Patient"]


@given(RESOURCES)
def test_one_row_for_each_resource_of_the_type(resources: list[Json]) -> None:
    assert rows(resources, ID) == [(patient["id"],) for patient in patients(resources)]


@given(RESOURCES)
def test_for_each_gives_as_many_rows_as_there_are_items(resources: list[Json]) -> None:
    counts = [len(patient.get("name", [])) for patient in patients(resources)]
    assert len(rows(resources, EACH_NAME)) == sum(counts)
    assert len(rows(resources, EACH_OR_NULL)) == sum(max(1, count) for count in counts)


@given(RESOURCES)
def test_a_union_is_the_rows_of_its_branches(resources: list[Json]) -> None:
    union = rows(resources, ID, {"unionAll": [EACH_NAME, EACH_OR_NULL]})
    assert sorted(union, key=str) == sorted(
        [*rows(resources, ID, EACH_NAME), *rows(resources, ID, EACH_OR_NULL)], key=str
    )


@given(RESOURCES)
def test_a_union_of_one_branch_is_that_branch(resources: list[Json]) -> None:
    assert rows(resources, {"unionAll": [EACH_NAME]}) == rows(resources, EACH_NAME)


@given(RESOURCES)
def test_selects_side_by_side_multiply(resources: list[Json]) -> None:
    counts = [len(patient.get("name", [])) * len(patient.get("contact", [])) for patient in patients(resources)]
    assert len(rows(resources, EACH_NAME, CONTACTS)) == sum(counts)


@given(RESOURCES)
def test_conditions_narrow_and_their_order_does_not_matter(resources: list[Json]) -> None:
    active, named = {"path": "active = true"}, {"path": "name.exists()"}
    both = rows(resources, ID, where=[active, named])
    assert both == rows(resources, ID, where=[named, active])
    assert both == [
        (patient["id"],) for patient in patients(resources) if patient.get("active") is True and patient.get("name")
    ]


@given(RESOURCES)
def test_a_condition_and_its_negation_leave_out_only_what_is_unknown(resources: list[Json]) -> None:
    true = rows(resources, ID, where=[{"path": "active"}])
    false = rows(resources, ID, where=[{"path": "active.not()"}])
    assert len(true) + len(false) == sum("active" in patient for patient in patients(resources))


@given(RESOURCES, st.integers(0, 9))
def test_a_limit_keeps_the_first_rows(resources: list[Json], limit: int) -> None:
    assert rows(resources, ID, EACH_OR_NULL, limit=limit) == rows(resources, ID, EACH_OR_NULL)[:limit]


@given(RESOURCES)
def test_repeat_of_a_path_that_goes_down_once_is_for_each(resources: list[Json]) -> None:
    # A name has no name, so there is nothing further down.
    assert rows(resources, {"repeat": ["name"], **USE}) == rows(resources, EACH_NAME)


def test_repeat_that_never_ends_is_stopped() -> None:
    with pytest.raises(ViewError):
        rows([{"resourceType": "Patient", "id": "p"}], {"repeat": ["$this"], **ID})


def test_no_resource_gives_more_rows_than_the_most() -> None:
    """Six selects of ten items each would be a million rows of one resource."""
    patient = {"resourceType": "Patient", "name": [{"use": "usual"}] * 10}
    each = [{"forEach": "name", "column": [{"name": f"u{index}", "path": "use"}]} for index in range(6)]
    assert len(rows([patient], *each[:5])) == 10**5 <= MAX_ROWS
    with pytest.raises(ViewError):
        rows([patient], *each)


def test_batches_are_never_empty_and_never_the_whole_at_once() -> None:
    table = compile_view(read({"resource": "Patient", "select": [ID]}))
    found = list(batches(table, ({"resourceType": "Patient", "id": str(index)} for index in range(2500))))
    assert [len(batch) for batch in found] == [1000, 1000, 500]
    assert list(batches(table, [])) == []
    many = [{"resourceType": "Patient", "id": str(index)} for index in range(2500)]
    assert [len(batch) for batch in batches(table, many, 1500)] == [1000, 500]

"""Our definitions behind the FHIR door.

https://hl7.org/fhir/R4/conformance-module.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources import get_fhir_model_class as model_r5
from fhir.resources.bundle import Bundle
from fhir.resources.R4B import get_fhir_model_class as model_r4
from fhir.resources.R4B.bundle import Bundle as BundleR4

from tests.journeys.door import Door, open_door

R5 = "application/fhir+json; fhirVersion=5.0"
OURS = "https://engraft.example.org/fhir"
TYPES = ("CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("store")
    with open_door(folder) as found:
        yield found


def get(door: Door, path: str, **headers: str) -> httpx.Response:
    return door.request("GET", f"/fhir/{path}", headers=headers)


def entries(door: Door, question: str, **headers: str) -> list[dict[str, Any]]:
    answer = get(door, question, **headers)
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", [])]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(("accept", "bundle", "model"), [("", BundleR4, model_r4), (R5, Bundle, model_r5)])
def test_each_is_found_and_read_and_legal(door: Door, type_: str, accept: str, bundle: Any, model: Any) -> None:
    answer = get(door, f"{type_}?_count=1000", accept=accept)
    bundle.model_validate(answer.json())
    listed = [entry["resource"] for entry in answer.json()["entry"]]
    assert len(listed) == answer.json()["total"] > 0
    for one in listed:
        model(type_).model_validate(one)
        alone = get(door, f"{type_}/{one['id']}", accept=accept)
        assert alone.json() == one
        assert alone.headers["etag"] == 'W/"1"'
        assert get(door, f"{type_}/{one['id']}/_history/1", accept=accept).content == alone.content


def test_the_history_of_a_definition_is_its_one_version(door: Door) -> None:
    answer = get(door, "CodeSystem/engraft/_history").json()
    BundleR4.model_validate(answer)
    assert (answer["type"], answer["total"]) == ("history", 1)
    assert answer["entry"][0]["resource"] == get(door, "CodeSystem/engraft").json()


@pytest.mark.parametrize(
    "path", ["StructureDefinition/nothing", "ValueSet/site/_history", "CodeSystem/engraft/_history/2"]
)
def test_what_there_is_not(door: Door, path: str) -> None:
    answer = get(door, path)
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def ids(door: Door, question: str, **headers: str) -> set[str]:
    return {one["id"] for one in entries(door, question, **headers)}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (f"StructureDefinition?url={OURS}/StructureDefinition/transplant", {"transplant"}),
        ("StructureDefinition?_id=transplant,recipient", {"transplant", "recipient"}),
        ("StructureDefinition?name=gdt", {"gdt-infusion", "gdt-administration", "gdt-product"}),
        ("StructureDefinition?type=MedicationAdministration", {"gdt-administration"}),
        ("StructureDefinition?type=Procedure&name=Trans", {"transplant"}),
        ("StructureDefinition?type=Procedure&status=draft", set()),
        ("StructureDefinition?ext-context=MedicationAdministration", {"planned-dose"}),
        ("StructureDefinition?derivation=specialization", set()),
        (f"StructureDefinition?valueset={OURS}/ValueSet/hla-match", {"hla-match"}),
        ("CodeSystem?system=https://engraft.example.org/fhir/CodeSystem/engraft", {"engraft"}),
        ("CodeSystem?code=donor-gdT", {"engraft"}),
        ("CodeSystem?version=0.0.0", set()),
        ("ValueSet?code=http://terminology.hl7.org/CodeSystem/adverse-event-seriousness|serious", {"seriousness"}),
        ("SearchParameter?base=AdverseEvent&code=event", {"AdverseEvent-event"}),
        ("SearchParameter?derived-from=http://hl7.org/fhir/SearchParameter/individual-email", {"Patient-email"}),
        ("SearchParameter?type=composite&base=Patient", set()),
        ("OperationDefinition?code=everything", {"ResearchStudy-everything", "ResearchSubject-everything"}),
    ],
)
def test_search(door: Door, question: str, found: set[str]) -> None:
    assert ids(door, question) == found
    path, _, form = question.partition("?")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    posted = door.request("POST", f"/fhir/{path}/_search", content=form.encode(), headers=headers).json()
    assert {entry["resource"]["id"] for entry in posted.get("entry", [])} == found
    assert get(door, f"{question}&_summary=count").json()["total"] == len(found)


def test_pages_together_are_the_whole(door: Door) -> None:
    whole = [one["id"] for one in entries(door, "StructureDefinition?_count=1000")]
    pages, question = [], "StructureDefinition?_count=7"
    while question:
        bundle = get(door, question).json()
        pages += [entry["resource"]["id"] for entry in bundle["entry"]]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        question = following[0].partition("/fhir/")[2] if following else ""
    assert pages == whole
    assert len(whole) > 7


@pytest.mark.parametrize("question", ["ValueSet?nonsense=1", "ValueSet?_count=x", "ValueSet?name:below=x"])
def test_what_cannot_be_asked(door: Door, question: str) -> None:
    assert get(door, question).status_code == 400


def test_a_summary_has_no_differential(door: Door) -> None:
    for path in ("StructureDefinition/transplant", "StructureDefinition?_id=transplant"):
        (one,) = (
            [get(door, f"{path}?_summary=true").json()] if "?" not in path else entries(door, f"{path}&_summary=true")
        )
        assert {"url", "status", "type"} <= one.keys()
        assert "differential" not in one


def test_a_profile_in_r5_has_the_names_of_r5(door: Door) -> None:
    found = get(door, "StructureDefinition/gdt-administration", accept=R5).json()
    elements = {element["path"]: element for element in found["differential"]["element"]}
    assert found["fhirVersion"] == "5.0.0"
    assert list(elements) == [
        "MedicationAdministration",
        "MedicationAdministration.partOf",
        "MedicationAdministration.medication.concept",
    ]


@pytest.mark.parametrize("accept", ["", R5])
def test_the_statement_is_a_resource_too(door: Door, accept: str) -> None:
    whole = get(door, "metadata", accept=accept).json()
    assert get(door, "CapabilityStatement/engraft", accept=accept).json() == whole
    assert get(door, "CapabilityStatement/other").status_code == 404
    assert entries(door, f"CapabilityStatement?url={whole['url']}&status=active", accept=accept) == [whole]
    assert entries(door, "CapabilityStatement?name=other", accept=accept) == []
    assert get(door, "CapabilityStatement?nonsense=1").status_code == 400


def test_the_statement_names_them(door: Door) -> None:
    listed = {one["type"]: one for one in get(door, "metadata").json()["rest"][0]["resource"]}
    profiles = {one["url"]: one["type"] for one in entries(door, "StructureDefinition?kind=resource&_count=1000")}
    supported = {url: name for name, one in listed.items() for url in one.get("supportedProfile", [])}
    assert supported.items() >= profiles.items()
    for name in TYPES:
        interactions = {one["code"] for one in listed[name]["interaction"]}
        assert interactions == {"read", "vread", "history-instance", "search-type"}
        for parameter in listed[name]["searchParam"]:
            assert get(door, f"{name}?{parameter['name']}=x").status_code == 200

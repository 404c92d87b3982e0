"""The whole example trial as FHIR, sent to another store as one transaction: the same resources, the same endpoints.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, open_door

from . import emitted

pytestmark = pytest.mark.conformance

ENDPOINTS = (
    *("DLT", "SAE", "OS", "DFS", "DOR", "CIR_NRM", "GRFS", "AGVHD2", "AGVHD3", "CGVHD"),
    *("ANC_ENGRAFTMENT", "PLT_ENGRAFTMENT", "CR"),
)
# A study and its subjects first, as a sender has them: what else refers to them may stand anywhere.
FIRST = ("ResearchStudy", "Patient", "ResearchSubject")


@pytest.fixture(scope="module")
def resources(example: Door) -> list[dict[str, Any]]:
    """Everything of the study."""
    return example.everything(example.study_reference(), _count=1000)


@pytest.fixture(scope="module")
def other(resources: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A store that knows the study and has all else from FHIR."""
    study = (emitted.EXAMPLES / "study.json").read_bytes()
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": name(one)}}
        for one in sorted(resources, key=lambda one: one["resourceType"] not in FIRST)
    ]
    with open_door(tmp_path_factory.mktemp("other")) as door:
        door.request("PUT", f"/studies/{STUDY}", content=study)
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        answer = door.request("POST", "/fhir/", json=bundle, headers={"content-type": "application/fhir+json"})
        assert answer.status_code == 200, answer.text[:500]
        yield door


def name(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    meta = {key: value for key, value in resource["meta"].items() if key not in ("versionId", "lastUpdated")}
    return {**resource, "meta": meta}


@pytest.mark.parametrize("view", [None, "coded"])
def test_each_resource_is_there_again(view: str | None, resources: list[dict[str, Any]], other: Door) -> None:
    """For the hospital as it was sent; for a sponsor as our writers make it of the record that was read from it."""
    found, url = {}, f"/fhir/{other.study_reference()}/$everything?_count=1000"
    while url:
        answer = other.request("GET", url, headers={"prefer": f"view={view}"} if view else {})
        bundle = answer.json()
        found |= {name(one): without_ours(one) for one in (entry["resource"] for entry in bundle["entry"])}
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert len(found) > 7000
    assert found == {name(one): without_ours(one) for one in resources}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_is_the_same(endpoint: str, example: Door, other: Door) -> None:
    there, here = example.endpoint(endpoint, curve="true"), other.endpoint(endpoint, curve="true")
    assert there.pop("as_of") and here.pop("as_of")
    assert here == there


def test_the_other_store_can_be_rebuilt(other: Door) -> None:
    assert other.rebuilt().different == 0

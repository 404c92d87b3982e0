"""A trial that is read from one service by FHIR and written to another one by FHIR has the same endpoints there.

https://hl7.org/fhir/R4/http.html#transaction
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.fhir_writes.client import FHIR, Client, Json
from tests.journeys.door import STUDY, Door, open_door

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ENDPOINTS = ("DLT", "SAE", "OS", "DFS", "DOR", "CIR_NRM", "GRFS", "AGVHD2", "AGVHD3", "CGVHD", "ANC_ENGRAFTMENT", "CR")
# Of a row, what the other service cannot share: names of records and resources of its own.
NAMES = frozenset({"evidence", "rejected", "record", "version", "resource"})
SUBJECTS = 16


def fill(door: Door) -> None:
    """The example trial."""
    door.request("PUT", f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes())
    for file in sorted(EXAMPLES.glob("*.ndjson")):
        door.post(file.read_bytes(), "application/x-ndjson")


def everything(door: Door, subject: str, kind: str) -> list[Json]:
    found: list[Json] = []
    url = f"/fhir/{subject}/$everything?_count=1000"
    while url:
        bundle = door.request("GET", url, headers={"accept": kind}).json()
        found += [entry["resource"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return found


def transaction(resources: list[Json]) -> Json:
    entries = [
        {"resource": item, "request": {"method": "PUT", "url": f"{item['resourceType']}/{item['id']}"}}
        for item in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def said(node: Any) -> Any:
    """Without names; findings of one day come in the order of their records' names."""
    if isinstance(node, list):
        return sorted((said(item) for item in node), key=repr)
    if isinstance(node, dict):
        return {name: said(value) for name, value in node.items() if name not in NAMES}
    return node


def rows(door: Door, endpoint: str, numbers: set[str]) -> dict[str, Any]:
    found = door.rows(endpoint, cutoff="2026-06-30")
    members = {row["subject"]: said(row) for row in found["rows"]}
    excluded = {item["subject"]: item["reason"] for item in found["excluded"]}
    return {number: members.get(number, excluded.get(number)) for number in numbers}


@pytest.mark.slow
@pytest.mark.parametrize("version", ["4.0", "5.0"])
def test_the_example_trial_goes_from_one_service_to_another(tmp_path: Path, version: str) -> None:
    kind = f"{FHIR}; fhirVersion={version}"
    with open_door(tmp_path / "one") as one, open_door(tmp_path / "two") as two:
        fill(one)
        two.request("PUT", f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes())
        client = Client(two)
        listed = one.get(f"/studies/{STUDY}/subjects").json()["subjects"][:SUBJECTS]
        for item in listed:
            text = json.dumps(transaction(everything(one, item["research_subject"], kind)))
            text = text.replace(one.study_reference(), client.study)
            answer = client.ask("POST", "/", text, kind)
            assert answer.status_code == 200, answer.text[:500]
        numbers = {item["subject"] for item in listed}
        for endpoint in ENDPOINTS:
            assert rows(two, endpoint, numbers) == rows(one, endpoint, numbers), endpoint
        assert two.quarantine() == []
        assert two.rebuilt().different == 0

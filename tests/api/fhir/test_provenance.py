"""Provenance of every change, made on reading.

https://hl7.org/fhir/R4/provenance.html
"""

from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.provenance import Provenance as ProvenanceR5
from fhir.resources.R4B.provenance import Provenance
from sqlalchemy import update

from app.storage.tables import RESOURCE
from app.storage.visibility import AS_WRITTEN
from tests.api.fhir.conftest import RECORDS, Searches, lab
from tests.journeys.door import START, STUDY

Raw = dict[str, Any]
SITE = "https://engraft.example.org/fhir/site"
R5 = {"Accept": "application/fhir+json; fhirVersion=5.0"}


def targets(found: list[Raw]) -> list[str]:
    return [one["reference"] for resource in found for one in resource["target"]]


def corrected(searches: Searches) -> str:
    """A laboratory result of A-001, corrected once and then taken back; its reference."""
    [sent] = searches.door.receipt(lab("L7", "A-001", "plt", "30", "10*9/L", "2024-03-05"))["records"]
    for version, fields in ((2, {"value": "31"}), (3, {"status": "entered-in-error"})):
        searches.door.clock.move(hours=1)
        record = lab("L7", "A-001", "plt", "30", "10*9/L", "2024-03-05")
        searches.door.receipt({**record, "version": version, "status": "amended", **fields})
    reference: str = sent["resources"][0]
    return reference


def test_every_version_has_the_change_that_wrote_it(searches: Searches) -> None:
    history = searches.bundle("_history?_count=1000")["entry"]
    written = {
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}/_history/{entry['resource']['meta']['versionId']}"
        for entry in history
    }
    found = searches.entries("Provenance")
    assert sorted(targets(found)) == sorted(written)
    for one in found:
        Provenance.model_validate(one)
        assert searches.door.get(f"/fhir/Provenance/{one['id']}").json() == one
    assert [int(one["id"]) for one in found] == sorted({int(one["id"]) for one in found})


def test_a_change_says_who_what_when_and_why(searches: Searches) -> None:
    reference = corrected(searches)
    made, changed, taken = searches.entries(f"Provenance?target={reference}")
    assert [one["activity"]["coding"][0]["code"] for one in (made, changed, taken)] == ["CREATE", "UPDATE", "NULLIFY"]
    assert [one.get("reason") for one in (made, changed, taken)] == [
        None,
        [{"text": "correction"}],
        [{"text": "entered in error"}],
    ]
    assert changed["target"] == [{"reference": f"{reference}/_history/2"}]
    assert changed["entity"] == [{"role": "revision", "what": {"reference": f"{reference}/_history/1"}}]
    later = START + timedelta(hours=1)
    assert changed["recorded"][:13] == later.isoformat()[:13]
    who = {"type": "Organization", "identifier": {"system": SITE, "value": f"{STUDY}/A"}}
    assert [one["agent"][0]["who"] for one in (made, changed, taken)] == [who, who, who]
    assert changed["meta"] == {"versionId": "1", "lastUpdated": changed["recorded"]}


def test_what_a_change_takes_away_is_a_deletion(searches: Searches) -> None:
    """A record that turns out to be of somebody who is not known yet is nobody's until then."""
    [sent] = searches.door.receipt(lab("L8", "A-001", "plt", "30", "10*9/L", "2024-03-05"))["records"]
    searches.door.receipt({**lab("L8", "A-999", "plt", "30", "10*9/L", "2024-03-05"), "version": 2})
    _, gone = searches.entries(f"Provenance?target={sent['resources'][0]}")
    assert gone["activity"]["coding"][0]["code"] == "DELETE"
    assert gone["target"] == [{"reference": f"{sent['resources'][0]}/_history/2"}]


def test_nothing_of_the_hospitals_own_names_is_in_it(searches: Searches) -> None:
    text = searches.door.get("/fhir/Provenance").text
    names = [sent["id"] for sent in RECORDS] + [sent["subject"] for sent in RECORDS]
    assert [name for name in names if f'"{name}"' in text or f"/{name}" in text] == []


def test_it_is_found_by_what_it_tells(searches: Searches) -> None:
    reference = corrected(searches)
    everything = searches.entries("Provenance")
    patient, other = searches.patient("A-001"), searches.patient("A-002")
    of_patient = searches.entries(f"Provenance?patient={patient}")
    mine = {f"{one['resourceType']}/{one['id']}" for one in searches.door.everything(patient)}
    assert {name.split("/_history/")[0] for name in targets(of_patient)} == mine | {reference}
    for question, expected in {
        f"target={reference}/_history/2": [f"{reference}/_history/2"],
        f"target={reference.partition('/')[2]}&_sort=-recorded": [f"{reference}/_history/{n}" for n in (3, 2, 1)],
        f"target=http://engraft.test/fhir/{reference}&recorded=ge2026-06-30T13:30:00Z": [f"{reference}/_history/3"],
        f"target={reference}&_lastUpdated=lt2026-06-30T12:30:00Z": [f"{reference}/_history/1"],
        f"target={reference}&patient={other}": [],
        f"target={reference}&agent:identifier={SITE}|{STUDY}/B": [],
        "target=Observation/nothing": [],
        "_id=none,999999": [],
    }.items():
        assert targets(searches.entries(f"Provenance?{question}")) == expected, question
    assert len(searches.entries(f"Provenance?agent:identifier={STUDY}/A")) < len(everything)
    one, two = everything[1]["id"], everything[2]["id"]
    assert [found["id"] for found in searches.entries(f"Provenance?_id={one},{two}")] == [one, two]
    counted = searches.bundle("Provenance?_summary=count")
    assert (counted["total"], "entry" in counted) == (len(everything), False)
    assert searches.bundle("Provenance?_count=2&_total=accurate")["total"] == len(everything)
    posted = searches.door.request("POST", "/fhir/Provenance/_search", data={"patient": patient, "_count": "1000"})
    assert [entry["resource"] for entry in posted.json()["entry"]] == of_patient


@pytest.mark.parametrize("order", ["", "&_sort=-recorded"])
def test_its_pages_hold_everything_once_whatever_is_written_meanwhile(searches: Searches, order: str) -> None:
    whole = [one["id"] for one in searches.entries(f"Provenance?{order}")]
    found, bundle = [], searches.bundle(f"Provenance?_count=3{order}")
    while True:
        found += [entry["resource"]["id"] for entry in bundle["entry"]]
        searches.door.receipt(lab(f"late-{len(found)}", "A-001", "anc", "3", "10*9/L", "2024-01-01"))
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following:
            break
        bundle = searches.door.request("GET", following[0]).json()
    assert found == whole
    token = searches.bundle(f"Provenance?_count=3{order}")["link"][1]["url"].partition("_page=")[2]
    assert len(token) < 80
    assert searches.door.request("GET", f"/fhir/Provenance?_count=4{order}&_page={token}").status_code == 400


def test_it_comes_with_what_it_is_of(searches: Searches) -> None:
    reference = corrected(searches)
    bundle = searches.bundle("AdverseEvent?_revinclude=Provenance:target")
    found = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "include"]
    events = {
        f"AdverseEvent/{entry['resource']['id']}" for entry in bundle["entry"] if entry["search"]["mode"] == "match"
    }
    assert events == {name.split("/_history/")[0] for name in targets(found) if name.startswith("AdverseEvent/")}
    assert bundle["total"] == len(events) == 2
    own = searches.entries(f"Observation?_id={reference.partition('/')[2]}&_revinclude=Provenance:target", "include")
    assert targets(own) == [f"{reference}/_history/{version}" for version in (1, 2, 3)]
    patient = searches.patient("A-001")
    included = searches.entries(f"Patient?_id={patient.partition('/')[2]}&_revinclude=Provenance:target", "include")
    assert included == searches.entries(f"Provenance?target={patient}")


def test_what_is_not_for_the_callers_eyes_is_no_target(searches: Searches) -> None:
    coded = {"headers": {"Prefer": "view=coded"}}
    event = searches.entries("AdverseEvent")[0]["id"]
    [before] = searches.entries(f"Provenance?target=AdverseEvent/{event}")
    mine = RESOURCE.c.resource_id == event
    searches.door.services.writer.run(
        lambda connection: connection.execute(update(RESOURCE).where(mine).values(audience=AS_WRITTEN))
    )
    assert searches.entries(f"Provenance?target=AdverseEvent/{event}") == [before]
    assert searches.bundle(f"Provenance?target=AdverseEvent/{event}", **coded)["total"] == 0
    whole = searches.bundle("Provenance?_summary=count")["total"]
    assert searches.bundle("Provenance?_summary=count", **coded)["total"] == whole - 1
    assert f"AdverseEvent/{event}" not in searches.door.request("GET", "/fhir/Provenance", **coded).text
    assert searches.door.request("GET", f"/fhir/Provenance/{before['id']}", **coded).status_code == 404


def test_it_is_read_whole_in_part_and_in_r5(searches: Searches) -> None:
    door, reference = searches.door, corrected(searches)
    [name] = [one["id"] for one in searches.entries(f"Provenance?target={reference}/_history/2")]
    whole, head = door.get(f"/fhir/Provenance/{name}"), door.request("HEAD", f"/fhir/Provenance/{name}")
    assert (whole.headers["etag"], head.content) == ('W/"1"', b"")
    assert door.request("GET", f"/fhir/Provenance/{name}", headers={"If-None-Match": 'W/"1"'}).status_code == 304
    part = door.get(f"/fhir/Provenance/{name}?_elements=activity").json()
    assert set(part) == {"resourceType", "id", "meta", "target", "recorded", "agent", "activity"}
    newer = door.request("GET", f"/fhir/Provenance/{name}", headers=R5).json()
    ProvenanceR5.model_validate(newer)
    assert newer["authorization"] == [{"concept": {"text": "correction"}}]
    assert {**newer, "reason": [{"text": "correction"}]} == {**whole.json(), "authorization": newer["authorization"]}


def test_what_is_refused(searches: Searches) -> None:
    door = searches.door
    for question in (
        "agent=A",
        "agent:identifier=A",
        "agent:identifier=http://elsewhere.example|s/A",
        "target=",
        "target=a/b/c",
        "recorded=x",
        "_sort=target",
        "_count=x",
        "_total=all",
        "_page=1-2",
        "colour=red",
    ):
        answer = door.request("GET", f"/fhir/Provenance?{question}")
        assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome"), question
    lenient = searches.bundle("Provenance?colour=red&_count=1", headers={"Prefer": "handling=lenient"})
    assert lenient["entry"][-1]["search"]["mode"] == "outcome"
    for name in ("0", "nobody", "999999", "01", "9" * 30):
        assert door.get(f"/fhir/Provenance/{name}").status_code == 404, name
    for method, path in (("POST", "Provenance"), ("PUT", "Provenance/1"), ("DELETE", "Provenance/1")):
        answer = door.request(method, f"/fhir/{path}", json={"resourceType": "Provenance"})
        assert answer.status_code == 405
        assert "made by the service" in answer.json()["issue"][0]["diagnostics"]

"""Search by every kind of parameter, as the standard's own tables say.

https://hl7.org/fhir/R4/search.html
"""

import json

import pytest

from app.interop.fhir.search.parameters import types
from tests.api.fhir.conftest import Searches
from tests.journeys.door import STUDY

LOINC = "http://loinc.org"
HERE = f"subject:Patient._has:ResearchSubject:individual:study.identifier={STUDY}"
FIRST, SECOND, MARCH, APRIL = "2024-03-01", "2024-03-02T00:30:00+01:00", "2024-03", "2024-04-01"
ANC = f"Observation?code={LOINC}|751-8"


def test_all_kinds_of_questions_in_turn(searches: Searches) -> None:
    """One store for all of them, since it takes longer to fill than to ask."""
    for question, expected in {
        "date=2024-03-01": [FIRST],
        # The calendar day is that of the place: in UTC this one was on the first.
        "date=2024-03-02": [SECOND],
        "date=eq2024-03": [FIRST, SECOND, MARCH],
        "date=ne2024-03": [APRIL],
        "date=gt2024-03-15": [MARCH, APRIL],
        "date=sa2024-03-15": [APRIL],
        "date=le2024-03-01": [FIRST],
        "date=eb2024-03-02": [FIRST],
        "date=2024-03-01T23:30Z": [SECOND],
        "value-quantity=0.5": [FIRST],
        "value-quantity=1.5|http://unitsofmeasure.org|10*9/L": [SECOND],
        "value-quantity=1500||/uL": [SECOND],
        "value-quantity=lt0.5||10*9/L": [MARCH],
        "value-quantity=ge0.5||10*9/L": [FIRST, SECOND, APRIL],
        "value-quantity=ap21||10*9/L": [APRIL],
        "value-quantity=lt0.5||mg/dL": [],
        "code=777-3": [APRIL],
        "code=777-3,751-8": [FIRST, SECOND, MARCH, APRIL],
        "code=wrong|777-3": [],
        "combo-code=777-3": [APRIL],
        "code:not=751-8": [APRIL],
        "code:text=plate": [APRIL],
        "code:in=https://engraft.example.org/fhir/ValueSet/observation": [],
        "status:not-in=ValueSet/grade": [FIRST, SECOND, MARCH, APRIL],
        "code-value-quantity=777-3$20": [APRIL],
        "value-quantity:missing=true": [],
        "focus:missing=false": [],
        "status=http://hl7.org/fhir/observation-status|final": [FIRST, SECOND, MARCH, APRIL],
        "subject.gender=female": [FIRST, SECOND],
        "subject:Patient.death-date=2024": [MARCH, APRIL],
        "patient._has:AdverseEvent:subject:seriousness=serious": [FIRST, SECOND],
        "_sort=-date": [APRIL, SECOND, FIRST, MARCH],
        "_sort=-value-quantity": [SECOND, APRIL, FIRST, MARCH],
    }.items():
        found = searches.days(f"Observation?category=laboratory&{HERE}&{question}")
        order = found if "_sort" in question else sorted(found, key=[FIRST, SECOND, MARCH, APRIL].index)
        assert order == expected, question
    assert len(searches.entries("Patient?gender:missing=true")) == 2
    assert len(searches.entries("AdverseEvent?seriousness:in=ValueSet/seriousness")) == 2
    assert len(searches.entries("AdverseEvent?seriousness:not-in=ValueSet/seriousness")) == 0
    assert [one["deceasedDateTime"] for one in searches.entries("Patient?deceased=true")] == ["2024-05-01"]
    assert len(searches.entries("ResearchSubject?date=ge2024-03-01")) == 6
    assert len(searches.entries(f"AdverseEvent?study.identifier={STUDY}")) == 2
    assert len(searches.entries("Patient?_has:Observation:subject:code=777-3&_has:Observation:subject:code=751-8")) == 1
    assert len(searches.entries("Procedure?_lastUpdated=ge2026&status=completed")) == 1
    assert searches.entries("Procedure?_lastUpdated=lt2026") == []


def test_references_are_understood_however_they_are_written(searches: Searches) -> None:
    patient = searches.patient("A-002")
    identity = patient.partition("/")[2]
    address = f"http://engraft.test/fhir/{patient}"
    for question in (f"subject={patient}", f"subject={identity}", f"subject:Patient={identity}", f"subject={address}"):
        assert len(searches.entries(f"AdverseEvent?{question}")) == 1, question
    assert searches.entries(f"AdverseEvent?subject=http://elsewhere.example/{patient}") == []
    assert len(searches.entries(f"Patient?_id={identity},nobody")) == 1
    assert len(searches.entries(f"Patient?_id:not={identity}")) == 5


def test_what_belongs_to_a_page_comes_with_it_once(searches: Searches) -> None:
    bundle = searches.bundle(
        "AdverseEvent?_include=AdverseEvent:subject&_revinclude:iterate=ResearchSubject:individual"
    )
    found = [(one["search"]["mode"], one["resource"]["resourceType"]) for one in bundle["entry"]]
    assert sorted(found) == [
        ("include", "Patient"),
        ("include", "Patient"),
        ("include", "ResearchSubject"),
        ("include", "ResearchSubject"),
        ("match", "AdverseEvent"),
        ("match", "AdverseEvent"),
    ]
    assert bundle["total"] == 2
    assert len({one["fullUrl"] for one in bundle["entry"]}) == 6


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pages_hold_everything_once_whatever_is_written_meanwhile(searches: Searches, method: str) -> None:
    whole = {one["id"] for one in searches.entries("Observation")}
    door, found = searches.door, []
    sent = {"data": {"_count": "2", "_sort": "-date"}} if method == "POST" else {"params": {"_count": 2}}
    bundle = door.request(method, "/fhir/Observation" + ("/_search" if method == "POST" else ""), **sent).json()
    while True:
        found += [one["resource"]["id"] for one in bundle["entry"]]
        door.send({**json.loads(json.dumps(LATER)), "id": f"late-{len(found)}"})
        door.send({**CORRECTED, "version": len(found) + 1, "value": f"{len(found)}"})
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following:
            break
        assert "_page=" in following[0] and len(following[0].partition("_page=")[2]) < 80
        bundle = door.request("GET", following[0]).json()
    assert (set(found), len(found)) == (whole, len(whole))


LATER = {"type": "lab", "site": "A", "source": "ehr", "subject": "A-001", "test": "anc", "value": "3", "unit": "10*9/L"}
LATER |= {"collected": "2024-01-01"}
CORRECTED = {**LATER, "id": "L1"}


def test_a_token_is_good_for_its_own_search_alone(searches: Searches) -> None:
    bundle = searches.bundle("Patient?_count=1")
    token = next(link["url"] for link in bundle["link"] if link["relation"] == "next").partition("_page=")[2]
    for question in (f"Observation?_count=1&_page={token}", f"Patient?_count=1&gender=male&_page={token}"):
        assert searches.door.get(f"/fhir/{question}").status_code == 400
    for bad in ("", "x", "1-2-3", token[:-1], "9" + token, f"{token}0"):
        assert searches.door.request("GET", f"/fhir/Patient?_count=1&_page={bad}").status_code == 400, bad


def test_an_unknown_parameter_is_refused_or_left_out_and_said_so(searches: Searches) -> None:
    refused = searches.door.get("/fhir/Patient?nmae=x")
    assert refused.status_code == 400
    assert "gender" in refused.json()["issue"][0]["diagnostics"]
    bundle = searches.bundle("Patient?nmae=x&gender=male", headers={"Prefer": "handling=lenient"})
    assert bundle["link"][0]["url"].endswith("/Patient?gender=male")
    assert (bundle["total"], bundle["entry"][-1]["search"]["mode"]) == (2, "outcome")
    assert bundle["entry"][-1]["resource"]["issue"][0]["severity"] == "warning"


def test_numbers_of_matches_are_counted_when_asked_for(searches: Searches) -> None:
    assert "total" not in searches.bundle("Patient?_count=1")
    assert searches.bundle("Patient?_count=1&_total=accurate")["total"] == 6
    for question in ("Patient?_summary=count", "Patient?_count=0"):
        bundle = searches.bundle(question)
        assert (bundle["total"], "entry" in bundle) == (6, False)


def test_what_cannot_be_answered_is_refused(searches: Searches) -> None:
    for question in REFUSED:
        answer = searches.door.request("GET", f"/fhir/{question}")
        assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome"), (question, answer.text)


def test_parts_of_a_resource_are_marked_and_keep_their_digits(searches: Searches) -> None:
    [found] = searches.entries("Observation?code=777-3&_elements=value")
    assert set(found) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
    [summary] = searches.entries("Observation?code=777-3&_summary=true")
    assert "category" not in summary and "effectiveDateTime" in summary
    door, text = searches.door, f"/fhir/{searches.patient('A-001')}"
    pretty = door.get(f"{text}?_pretty=true")
    assert pretty.text.startswith('{\n  "resourceType"') and pretty.json() == door.get(text).json()
    assert set(door.get(f"{text}?_elements=gender").json()) == {"resourceType", "id", "meta", "gender"}


def test_head_and_conditional_reads(searches: Searches) -> None:
    door, address = searches.door, f"/fhir/{searches.patient('A-001')}"
    whole, head = door.get(address), door.request("HEAD", address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == str(len(whole.content))
    etag = whole.headers["etag"]
    for known, status in ((etag, 304), (etag[2:], 304), (f'"x", {etag}', 304), ("*", 304), ('W/"99"', 200)):
        assert door.request("GET", address, headers={"If-None-Match": known}).status_code == status, known
    since = {"If-Modified-Since": whole.headers["last-modified"]}
    assert door.request("GET", address, headers=since).status_code == 304


def test_histories_of_a_type_and_of_everything_are_paged_newest_first(searches: Searches) -> None:
    door = searches.door
    searches.door.send({**CORRECTED, "version": 2})
    for path in ("_history", "Observation/_history"):
        rows, url = [], f"/fhir/{path}?_count=3"
        while url:
            bundle = door.request("GET", url).json()
            rows += [(one["fullUrl"], one["response"]["etag"]) for one in bundle["entry"]]
            url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
            door.send({**LATER, "id": f"h{len(rows)}"})
        whole = door.get(f"/fhir/{path}?_count=1000").json()["entry"]
        assert len(rows) == len(set(rows))
        assert set(rows) < {(one["fullUrl"], one["response"]["etag"]) for one in whole}
    assert "entry" not in door.get("/fhir/_history?_since=2030-01-01").json()


def test_a_history_at_a_time_holds_what_counted_then(searches: Searches) -> None:
    door = searches.door
    [found] = searches.entries("Observation?code=777-3")
    path = f"Observation/{found['id']}/_history"
    door.clock.move(days=1)
    door.send({**CORRECTED, "id": "L4", "subject": "A-002", "test": "plt", "version": 2})
    door.clock.move(days=1)
    door.send({**CORRECTED, "id": "L4", "subject": "A-002", "test": "plt", "version": 3, "status": "entered-in-error"})
    for at, expected in {
        "2026-06-29": [],
        "2026-06-30": ["1"],
        "2026-07-01": ["2", "1"],
        "2026-07-01T12:30:00Z": ["2"],
        "2026-07-02": ["3", "2"],
        "2026-07": ["3", "2", "1"],
        "2027": ["3"],
    }.items():
        entries = searches.bundle(f"{path}?_at={at}").get("entry", [])
        assert [one["response"]["etag"].strip('W/"') for one in entries] == expected, at
    pages = searches.bundle(f"{path}?_at=2026-07-01&_count=1")
    [following] = [link["url"] for link in pages["link"] if link["relation"] == "next"]
    assert [one["response"]["etag"] for one in door.request("GET", following).json()["entry"]] == ['W/"1"']
    assert door.get("/fhir/_history?_at=perhaps").status_code == 400


def test_the_statement_of_capabilities_names_what_search_takes(searches: Searches) -> None:
    statement = searches.bundle("metadata")
    for item in statement["rest"][0]["resource"]:
        if item["type"] not in types():  # what is not stored has a search and tests of its own
            continue
        for parameter in item["searchParam"]:
            name = f"{item['type']}?{parameter['name']}:missing=true"
            composite = parameter["type"] == "composite" or parameter["name"] in ("_id", "_lastUpdated")
            assert searches.door.get(f"/fhir/{name}").status_code == (400 if composite else 200), name
        for include in item.get("searchRevInclude", []):
            searches.bundle(f"{item['type']}?_revinclude={include}")


REFUSED = [
        "Patient?gender:exact=male", "Patient?gender:in=ValueSet/nothing", "Patient?gender:above=male",
        "Observation?date=yesterday", "Observation?value-quantity=x", "Patient?_count=-1",
        "Patient?_sort=phonetic", "Patient?_include=Patient:name", "Patient?_revinclude=*", "Patient?_summary=some",
        "Patient?_include:all=Observation:subject", "Observation?subject.phonetic=x", "Observation?code.x=1",
        "Patient?_id=%",
        "Patient?_has:Observation:code:code=1", "Patient?_has:Foo:x:y=1", "Observation?code-value-quantity=1",
        "Patient?gender:missing=perhaps", "Patient?" + "&".join(["gender=male"] * 51), "Patient?gender=" + "a," * 201,
        "Patient?gender=" + "a" * 9000, "Observation?value-quantity=" + ",".join(["1||/uL"] * 100),
        "Patient?_has:Observation:subject:has-member.has-member.has-member.has-member.code=1",
        "Patient?phonetic=x", "Patient?_text=x", "Patient?_content=x", "Patient?_filter=x", "Patient?_list=x",
        "Observation?encounter.status=finished",
        "Patient?_sort=gender,gender,gender,gender", "_history?_since=x", "_history?_count=0",
    ]  # fmt: skip

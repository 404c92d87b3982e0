"""What clients write by FHIR becomes trial data, and stays what they wrote.

https://hl7.org/fhir/R4/http.html ; docs/fhir-writing.md
"""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.api.fhir_writes.client import FHIR, Client, Json, anc
from tests.journeys.door import STUDY, Door, open_door, record, subject

NAME = "Grünewald-Canary"
BORN = "1971-05-17"
INFUSION = {"coding": [{"system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "code": "C124644"}]}


def person(**elements: Any) -> Json:
    name = [{"family": NAME, "given": ["Anna"]}]
    mrn = [{"system": "urn:oid:1.2.3", "value": "MRN-CANARY"}]
    return {
        "resourceType": "Patient",
        "name": name,
        "identifier": mrn,
        "birthDate": BORN,
        "gender": "female",
        **elements,
    }


def infused(patient: str, day: str = "2024-03-01", **elements: Any) -> Json:
    whose = {"subject": {"reference": f"Patient/{patient}"}, "performedDateTime": day}
    return {"resourceType": "Procedure", "status": "completed", "code": INFUSION, **whose, **elements}


def graded(door: Door, number: str = "F-001") -> list[tuple[str, str]]:
    """(collected, value) of the laboratory results that count."""
    found = door.get(f"/studies/{STUDY}/subjects/{number}/grades").json()["grades"]
    return [(item["collected"], str(item["value"])) for item in found]


def client_of(door: Door) -> Client:
    return Client(door)


def test_a_result_counts_is_corrected_and_retracted(door: Door) -> None:
    client = client_of(door)
    patient = client.subject()
    client.made(infused(patient))
    count = client.made(anc(patient, 0.3))
    assert graded(door) == [("2024-03-05", "0.3")]
    client.put({**anc(patient, 0.4), "id": count})
    assert graded(door) == [("2024-03-05", "0.4")]
    assert client.ask("DELETE", f"/Observation/{count}").status_code == 204
    assert graded(door) == []
    assert graded_as_of(door, client, count) == [("2024-03-05", "0.4")]
    assert door.rebuilt().different == 0


def graded_as_of(door: Door, client: Client, count: str) -> list[tuple[str, str]]:
    """As it was known just before the deletion, which is the last change."""
    as_of = door.seq() - 1
    found = door.get(f"/studies/{STUDY}/subjects/F-001/grades", as_of=as_of).json()["grades"]
    return [(item["collected"], str(item["value"])) for item in found]


def test_what_comes_before_its_subject_waits_for_it(door: Door) -> None:
    client = client_of(door)
    count = client.put({**anc("p-1", 0.3), "id": "c-1"})
    assert count.status_code == 201
    client.put({**person(), "id": "p-1"})
    client.put({**infused("p-1"), "id": "i-1"})
    assert door.get(f"/studies/{STUDY}/subjects").json()["subjects"] == []
    client.put({**client.research_subject("p-1"), "id": "s-1"})
    assert graded(door) == [("2024-03-05", "0.3")]
    assert door.status("F-001")["infusion"]["date"] == "2024-03-01"
    # Nobody wrote it again, so it is the version that it was.
    assert client.get("/Observation/c-1").headers["etag"] == 'W/"1"'
    assert door.rebuilt().different == 0


def test_the_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    seen = set()
    for number, order in enumerate(permutations(range(5))):
        if number % 6:
            continue
        with open_door(tmp_path / str(number)) as door:
            client = client_of(door)
            writes = [
                {**person(), "id": "p-1"},
                {**client.research_subject("p-1"), "id": "s-1"},
                {**infused("p-1"), "id": "i-1"},
                {**anc("p-1", 0.3), "id": "c-1"},
                {**anc("p-1", 2, "2024-03-09"), "id": "c-2"},
            ]
            for place in order:
                assert client.put(writes[place]).status_code == 201
            status = door.status("F-001")
            seen.add(repr((graded(door), status["infusion"], status["endpoints"]["OS"]["days"], status["state"])))
            assert door.rebuilt().different == 0
    assert len(seen) == 1


def test_a_sponsor_sees_the_coded_form_alone(door: Door) -> None:
    client = client_of(door)
    patient = client.subject(**{name: value for name, value in person().items() if name != "resourceType"})
    count = client.made(anc(patient, 0.30, note=[{"text": f"drawn from {NAME}"}], performer=[{"display": NAME}]))
    own = client.get(f"/Patient/{patient}").json()
    assert own["name"][0]["family"] == NAME and own["birthDate"] == BORN
    study = client.study.partition("/")[2]
    paths = [
        f"/Patient/{patient}",
        f"/Patient/{patient}/_history",
        f"/Observation/{count}",
        f"/Observation/{count}/_history/1",
        "/Patient",
        "/Observation?_include=*",
        "/Patient?_revinclude=Observation:subject",
        "/_history",
        f"/ResearchStudy/{study}/$everything",
        f"/Patient/{patient}/$everything",
    ]
    for path in paths:
        assert NAME in client.get(path).text or "Observation/" in path or path == "/Observation?_include=*", path
        coded = client.get(path, prefer="view=coded")
        assert coded.status_code == 200, path
        for secret in (NAME, "MRN-CANARY", BORN, "drawn from"):
            assert secret not in coded.text, path
    assert client.get(f"/Patient?family={NAME}", prefer="view=coded").json().get("entry") is None
    assert client.get(f"/Patient?birthdate={BORN}", prefer="view=coded").json().get("entry") is None
    assert client.total(f"Patient?family={NAME}") == 1
    coded = client.get(f"/Patient/{patient}", prefer="view=coded").json()
    assert (coded["birthDate"], coded["gender"]) == ("1971", "female")
    # The value that decides is there for both, under one version.
    seen = client.get(f"/Observation/{count}/_history/1", prefer="view=coded")
    assert seen.json()["valueQuantity"]["value"] == 0.3


def test_what_the_trial_cannot_use_is_kept_and_served(door: Door) -> None:
    client = client_of(door)
    patient = client.subject()
    odd = anc(patient)
    odd["valueQuantity"] = {"value": 3, "unit": "furlong", "system": "http://unitsofmeasure.org", "code": "[fur_us]"}
    identifier = client.made(odd)
    assert client.get(f"/Observation/{identifier}").json()["valueQuantity"] == odd["valueQuantity"]
    assert client.total(f"Observation?patient={patient}") == 1
    assert client.get("/Observation?_summary=count", prefer="view=coded").json()["total"] == 0
    assert graded(door) == []
    client.put({**anc(patient, 0.7), "id": identifier})
    assert graded(door) == [("2024-03-05", "0.7")]
    client.put({**odd, "id": identifier})  # what is no longer said is no longer counted
    assert graded(door) == []
    assert client.get("/Observation?_summary=count", prefer="view=coded").json()["total"] == 0
    assert door.rebuilt().different == 0


def test_a_record_of_the_other_door_is_amended_and_amends_back(door: Door) -> None:
    client = client_of(door)
    lab: Json = record("lab", "L1", test="anc", collected="2024-03-05", unit="10*9/L", transfused=False, version=1)
    door.send(subject(birth_date=BORN, mrn="M-1"), {**lab, "value": 1.25})
    found = client.get("/Observation").json()["entry"][0]["resource"]
    changed = {**found, "valueQuantity": {**found["valueQuantity"], "value": 0.5}, "note": [{"text": "repeated"}]}
    answer = client.put(changed, if_match='W/"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert answer.json()["note"] == [{"text": "repeated"}]
    assert graded(door, "A-001") == [("2024-03-05", "0.5")]
    coded = client.get(f"/Observation/{found['id']}", prefer="view=coded").json()
    assert coded["valueQuantity"]["value"] == 0.5 and "note" not in coded
    receipt = door.receipt({**lab, "value": 0.75, "version": 2})
    assert receipt["records"][0]["outcome"] == "amended"
    assert graded(door, "A-001") == [("2024-03-05", "0.75")]
    newest = client.get(f"/Observation/{found['id']}")
    assert newest.headers["etag"] == 'W/"3"' and "note" not in newest.json()
    assert door.rebuilt().different == 0


def test_a_birth_date_is_not_given_up_for_its_year(service: Door) -> None:
    client = client_of(service)
    service.send(subject(birth_date=BORN, mrn="M-1", family_name=NAME))
    seen = client.get("/Patient").json()["entry"][0]["resource"]
    assert seen["birthDate"] == "1971"
    assert client.put({**seen, "gender": "male"}).status_code == 200
    with service.services.database.read.connect() as connection:
        rows = connection.exec_driver_sql("SELECT mrn, family_name, birth_date FROM identity ORDER BY record_version")
        assert [tuple(row) for row in rows] == [("M-1", NAME, BORN)] * 2


def test_what_fhir_cannot_say_is_not_lost_when_a_client_sends_back_what_it_read(service: Door) -> None:
    client = client_of(service)
    words = {"text": "as the pathologist wrote it"}
    event = record("adverse_event", "AE1", term="Something unheard of", grade=2, onset="2024-03-09", version=1)
    service.send(subject(), record("disease", "D1", diagnosis=words, subtype="B-cell", version=1), event)
    for type_ in ("Condition", "AdverseEvent"):
        seen = client.get(f"/{type_}").json()["entry"][0]["resource"]
        assert client.put({**seen, "recordedDate": "2024-05-01"}).status_code == 200
    with service.services.database.read.connect() as connection:
        rows = connection.exec_driver_sql("SELECT content FROM record_version WHERE seq_to > 1000000000000")
        contents = {item["type"]: item for item in (json.loads(row[0]) for row in rows)}
    assert contents["disease"]["diagnosis"] == words and contents["disease"]["subtype"] == "B-cell"
    assert contents["adverse_event"]["term"] == "Something unheard of"
    assert contents["adverse_event"]["recorded"] == "2024-05-01"


def test_a_patient_with_data_is_not_deleted(door: Door) -> None:
    client = client_of(door)
    patient = client.subject()
    count = client.made(anc(patient))
    subject_id = client.get("/ResearchSubject").json()["entry"][0]["resource"]["id"]
    for path in (f"/Patient/{patient}", f"/ResearchSubject/{subject_id}", f"/{client.study}"):
        assert client.ask("DELETE", path).status_code == 409, path
    for path in (f"/Observation/{count}", f"/ResearchSubject/{subject_id}", f"/Patient/{patient}"):
        assert client.ask("DELETE", path).status_code == 204, path
        assert client.get(path).status_code == 410
    assert client.total("Patient") == 0
    assert door.rebuilt().different == 0


def test_a_death_that_a_patient_tells_ends_survival(door: Door) -> None:
    client = client_of(door)
    patient = client.subject()
    client.made(infused(patient))
    assert door.rows("OS")["rows"][0]["status"] == "censored"
    client.put({"resourceType": "Patient", "id": patient, "deceasedDateTime": "2024-03-31"})
    row = door.rows("OS")["rows"][0]
    assert (row["status"], row["date"], row["days"]) == ("event", "2024-03-31", 30)
    client.put({"resourceType": "Patient", "id": patient})  # it was a mistake
    assert door.rows("OS")["rows"][0]["status"] == "censored"
    assert door.rebuilt().different == 0


def test_a_client_makes_a_study_of_its_own(door: Door) -> None:
    client = client_of(door)
    study = {
        "resourceType": "ResearchStudy",
        "status": "active",
        "title": "Second",
        "identifier": [{"value": "second"}],
    }
    identifier = client.made(study)
    assert door.get("/studies/second").json()["resource"] == f"ResearchStudy/{identifier}"
    patient = client.made({"resourceType": "Patient"})
    client.made({**client.research_subject(patient), "study": {"reference": f"ResearchStudy/{identifier}"}})
    assert [item["subject"] for item in door.get("/studies/second/subjects").json()["subjects"]] == ["F-001"]
    renamed = client.put({**study, "id": identifier, "title": "Renamed"})
    assert (renamed.status_code, renamed.headers["etag"]) == (200, 'W/"2"')
    assert door.get("/studies/second").json()["title"] == "Renamed"
    assert door.rebuilt().different == 0


@pytest.mark.parametrize("known", ["number", "patient"])
def test_a_research_subject_at_odds_with_what_is_known_is_kept_unused(service: Door, known: str) -> None:
    client = client_of(service)
    first = client.subject("F-001")
    patient = client.made({"resourceType": "Patient"}) if known == "number" else first
    number = "F-001" if known == "number" else "F-002"
    answer = client.create(client.research_subject(patient, number))
    assert answer.status_code == 201
    assert client.get(f"/ResearchSubject/{answer.json()['id']}").status_code == 200
    listed = service.get(f"/studies/{STUDY}/subjects").json()["subjects"]
    assert [(item["subject"], item["patient"]) for item in listed] == [("F-001", f"Patient/{first}")]


def test_a_research_subject_of_a_site_that_the_study_does_not_declare_is_kept_unused(service: Door) -> None:
    service.put_study(STUDY, "A", "B")
    client = client_of(service)
    patient = client.made({"resourceType": "Patient"})
    site = {"url": "https://engraft.example.org/fhir/StructureDefinition/site", "valueString": "Z"}
    answer = client.create(client.research_subject(patient, extension=[site]))
    assert (answer.status_code, answer.json()["extension"]) == (201, [site])
    assert service.get(f"/studies/{STUDY}/subjects").json()["subjects"] == []
    again = client.put({**answer.json(), "extension": [{**site, "valueString": "B"}]})
    assert again.status_code == 200
    assert [item["site"] for item in service.get(f"/studies/{STUDY}/subjects").json()["subjects"]] == ["B"]


def test_a_transaction_of_a_whole_subject_is_one_change_for_all(service: Door) -> None:
    client = client_of(service)
    urn = "urn:uuid:00000001-0000-4000-8000-000000000000"
    whole = [
        person(),
        {**client.research_subject("x"), "individual": {"reference": urn}},
        {**infused("x"), "subject": {"reference": urn}},
        *(
            {**anc("x", value, day), "subject": {"reference": urn}}
            for value, day in ((0.3, "2024-03-05"), (1, "2024-03-12"))
        ),
    ]
    entries = [
        {
            "fullUrl": urn
            if item["resourceType"] == "Patient"
            else f"urn:uuid:{place:08d}-1111-4000-8000-000000000000",
            "resource": item,
            "request": {"method": "POST", "url": item["resourceType"]},
        }
        for place, item in enumerate(whole)
    ]
    answer = client.ask("POST", "/", {"resourceType": "Bundle", "type": "transaction", "entry": entries}, FHIR)
    assert answer.status_code == 200, answer.text
    assert graded(service) == [("2024-03-05", "0.3"), ("2024-03-12", "1")]
    assert service.status("F-001")["consent"] is not None or service.status("F-001")["infusions"] == 1
    assert service.rebuilt().different == 0

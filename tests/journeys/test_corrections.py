"""Corrections: what counts at the end does not depend on the order in which the versions came."""

from itertools import permutations

import pytest

from tests.journeys.door import Door, Raw, record, subject

RETRACTED = "entered-in-error"


def by_version(number: int, **fields: object) -> Raw:
    return record("infusion", "I1", version=number, **{"start": f"2024-03-0{number}", **fields})


def by_time(number: int, **fields: object) -> Raw:
    """The same order told by the time of recording; the second and the third within one second."""
    times = {1: "2024-03-01T23:30:00-05:00", 2: "2024-03-02T10:00:00.250+01:00", 3: "2024-03-02T09:00:00.750Z"}
    return record("infusion", "I1", recorded=times[number], **{"start": f"2024-03-0{number}", **fields})


ALWAYS = [
    subject(),
    record("death", "X1", date="2024-04-20"),
    record("disease_assessment", "DA0", date="2024-02-28", response="CR"),
]


def outcome(door: Door, study: str) -> tuple[object, ...]:
    """What everybody sees at the end, without ids, numbers of arrival and times."""
    rows = [door.rows(name, study) for name in ("OS", "DFS", "DLT", "SAE")]
    shown = [
        (
            [{**row, "evidence": [item["record"] for item in row["evidence"]]} for row in found["rows"]],
            found["excluded"],
        )
        for found in rows
    ]
    status = {**door.status("A-001", study), "research_subject": None, "as_of": None, "study": None}
    resources = door.everything(door.study_reference(study))
    procedures = [
        (item["status"], item.get("performedDateTime"), item.get("performedPeriod"))
        for item in resources
        if item["resourceType"] == "Procedure"
    ]
    return shown, drop_evidence(status), procedures


def drop_evidence(status: Raw) -> Raw:
    endpoints = {
        name: {key: value for key, value in state.items() if key != "evidence"}
        for name, state in status["endpoints"].items()
    }
    return {**status, "endpoints": endpoints}


@pytest.mark.parametrize("version", [by_version, by_time])
@pytest.mark.parametrize("last", [{}, {"status": RETRACTED}], ids=["corrected", "retracted"])
def test_every_order_of_arrival_ends_in_the_same_state(service: Door, version: object, last: Raw) -> None:
    versions = [version(1), version(2), version(3, **last)]  # type: ignore[operator]
    found = []
    for number, order in enumerate(permutations(versions)):
        study = f"order-{number}"
        service.put_study(study, "A")
        for item in [*ALWAYS[:1], *order, *ALWAYS[1:]]:
            assert service.send(item, study=study).status_code == 201
        found.append(outcome(service, study))
    assert all(each == found[0] for each in found)
    shown, status, _ = found[0]
    os_rows, os_excluded = shown[0]  # type: ignore[index]
    if last:
        assert (os_rows, os_excluded[0]["reason"]) == ([], "not infused")
    else:
        assert (os_rows[0]["start_date"], os_rows[0]["days"]) == ("2024-03-03", 48)
    assert service.rebuilt().different == 0


def test_every_order_in_one_payload_ends_in_the_same_state(service: Door) -> None:
    found = set()
    for number, order in enumerate(permutations([by_version(1), by_version(2), by_version(3), subject()])):
        study = f"payload-{number}"
        service.put_study(study, "A")
        assert service.send(*order, study=study).status_code == 201
        found.add(service.status("A-001", study, cutoff="2024-03-10")["infusion"]["day"])
    assert found == {7}  # 3 to 10 March
    assert service.rebuilt().different == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_one_version_number_the_retraction_counts(door: Door, order: tuple[int, int]) -> None:
    """Decision 0001: a retraction never conflicts; and the version that it retracts does not come back after it."""
    versions = [by_version(1), by_version(1, status=RETRACTED)]
    door.send(*ALWAYS)
    for place in order:
        assert door.send(versions[place]).status_code == 201
    assert door.rows("OS")["excluded"] == [{"subject": "A-001", "reason": "not infused"}]


def test_an_older_version_that_comes_late_is_kept_and_changes_nothing(door: Door) -> None:
    door.send(*ALWAYS, by_version(2))
    before = door.rows("OS")
    answer = door.receipt(by_version(1))
    line = answer["records"][0]
    assert (line["outcome"], line["superseded"], line["resources"]) == ("accepted", True, [])
    after = door.rows("OS")
    assert after["rows"] == before["rows"]
    assert after["as_of"]["seq"] == before["as_of"]["seq"] + 1  # it was received, and is numbered


def test_without_version_and_time_the_last_arrival_counts(door: Door) -> None:
    door.send(*ALWAYS, record("infusion", "I1", start="2024-03-01"))
    answer = door.receipt(record("infusion", "I1", start="2024-03-05"))
    assert (answer["amended"], answer["records"][0]["version"]) == (1, 2)
    assert door.rows("OS")["rows"][0]["start_date"] == "2024-03-05"


def test_what_a_correction_no_longer_says_is_gone_and_its_history_is_kept(door: Door) -> None:
    """https://hl7.org/fhir/R4/http.html#read: 410 for a deleted resource; vread and history still answer."""
    mrd = {"result": "negative", "method": "flow cytometry"}
    first = record("disease_assessment", "DA1", version=1, date="2024-03-20", response="CR", mrd=mrd)
    receipt = door.receipt(subject(), first)
    names = receipt["records"][1]["resources"]
    corrected = {name: value for name, value in first.items() if name != "mrd"} | {"version": 2}
    kept = door.receipt(corrected)["records"][0]["resources"]
    (lost,) = set(names) - set(kept)
    gone = door.get(f"/fhir/{lost}")
    assert (gone.status_code, gone.json()["issue"][0]["code"]) == (410, "deleted")
    assert door.get(f"/fhir/{lost}/_history/1").json()["valueCodeableConcept"]
    assert door.get(f"/fhir/{lost}/_history/2").status_code == 410
    methods = [entry["request"]["method"] for entry in door.get(f"/fhir/{lost}/_history").json()["entry"]]
    assert methods == ["DELETE", "POST"]
    assert lost.split("/")[1] not in {resource["id"] for resource in door.everything(door.study_reference())}
    assert door.status("A-001")["remission"]["mrd"] is None

    door.send({**first, "version": 3})
    back = door.get(f"/fhir/{lost}")
    assert (back.status_code, back.headers["etag"]) == (200, 'W/"3"')
    assert door.rebuilt().different == 0


def test_a_correction_moves_a_record_to_another_subject(door: Door) -> None:
    door.send(subject("A-001"), subject("A-002"), by_version(1))
    name = door.receipt(by_version(2, subject="A-002"))["records"][0]["resources"][0]
    assert (door.status("A-001")["infusions"], door.status("A-002")["infusions"]) == (0, 1)
    assert [row["subject"] for row in door.rows("OS")["rows"]] == ["A-002"]
    owners = {number: door.status(number)["research_subject"] for number in ("A-001", "A-002")}
    held = {
        number: {f"{item['resourceType']}/{item['id']}" for item in door.everything(owners[number])}
        for number in owners
    }
    assert name in held["A-002"] and name not in held["A-001"]
    assert door.rebuilt().different == 0


def test_a_correction_moves_a_record_to_a_subject_that_is_not_known_yet(door: Door) -> None:
    door.send(subject("A-001"), by_version(1))
    receipt = door.receipt(by_version(2, subject="A-002"))
    assert (receipt["amended"], receipt["waiting"], receipt["records"][0]["waiting"]) == (1, 1, True)
    assert door.status("A-001")["infusions"] == 0
    door.send(subject("A-002"))
    assert door.status("A-002")["infusion"]["date"] == "2024-03-02"
    assert door.rebuilt().different == 0


@pytest.mark.parametrize("owner", ["A-001", "A-003"], ids=["known", "not known yet"])
def test_a_record_that_moves_as_its_subject_arrives_is_not_that_subjects(door: Door, owner: str) -> None:
    """It waited for A-002; one payload brings the correction to another subject, and then A-002."""
    door.send(subject("A-001"), by_version(1, subject="A-002"))
    answer = door.send(
        by_version(2, subject=owner), subject("A-002"), record("death", "X1", "A-002", date="2024-04-20")
    )
    assert answer.status_code == 201
    door.send(subject(owner))
    numbers = ["A-001", "A-002", "A-003"]
    infused = [number for number in numbers if door.status(number).get("infusions")]
    assert infused == [owner]
    assert [row["subject"] for row in door.rows("OS")["rows"]] == [owner]
    assert door.rebuilt().different == 0


def test_a_subject_entered_in_error_leaves_the_study_and_comes_back(door: Door) -> None:
    door.send(subject(version=1), subject("A-002"), by_version(1), record("death", "X1", date="2024-04-20"))
    assert len(door.rows("OS")["rows"]) == 1
    assert door.send(subject(version=2, status=RETRACTED)).status_code == 201
    found = door.rows("OS")
    assert "A-001" not in {row["subject"] for row in [*found["rows"], *found["excluded"]]}
    assert [each["subject"] for each in door.get("/studies/gdt-relapse/subjects").json()["subjects"]] == ["A-002"]
    assert door.status("A-001")["state"] == "not-registered"
    door.send(subject(version=3))
    assert [row["subject"] for row in door.rows("OS")["rows"]] == ["A-001"]
    assert door.rebuilt().different == 0


def test_two_sources_of_one_subject_tell_the_same_whatever_the_order(service: Door) -> None:
    records = [subject(sex="female", state="eligible"), {**subject(sex="male", state="screening"), "source": "paper"}]
    found = []
    for number, order in enumerate([records, records[::-1]]):
        study = f"sources-{number}"
        service.put_study(study, "A")
        for item in order:
            service.send(item, study=study)
        patient = service.get(f"/studies/{study}/subjects").json()["subjects"][0]["patient"]
        found.append((service.get(f"/fhir/{patient}").json()["gender"], service.status("A-001", study)["state"]))
    assert found == [("female", "eligible")] * 2  # of the keys subject/A/ehr and subject/A/paper the first

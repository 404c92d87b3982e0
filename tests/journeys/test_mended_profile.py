"""A night's CSV read by a profile that was wrong: mended, read again, and in the end as if it had been right.

docs/intake.md
"""

from typing import Any

from tests.journeys.door import STUDY, Door, Raw, subject

PROFILES = f"/studies/{STUDY}/profiles/ward"
PROFILE = """
profile: ward
version: {version}
title: Adverse events of the ward
format: csv
site: A
source: ward
csv: {{delimiter: ";"}}
dates: ["DD.MM.YYYY"]
maps:
  grades: {grades}
forms:
  - form: adverse events
    record: adverse_event
    id: nr
    subject: patient
    fields:
      term: event
      onset: start
      grade: {{column: grade, map: grades}}
"""
ROWS = """nr;patient;event;start;grade
1;A-001;Fever;01.03.2026;mild
2;A-001;Nausea;02.03.2026;severe
3;A-001;Cough;03.03.2026;bad
"""
WRONG = "{mild: 1, severe: 2}"
MENDED = "{mild: 1, severe: 3, bad: 3}"


def put(door: Door, version: int, grades: str) -> None:
    body = PROFILE.format(version=version, grades=grades)
    answer = door.request("PUT", PROFILES, content=body.encode(), headers={"content-type": "application/yaml"})
    assert answer.status_code == 201, answer.text


def redrive(door: Door, **params: Any) -> Raw:
    found: Raw = door.request("POST", f"/studies/{STUDY}/redrive", params={"profile": "ward", **params}).json()
    return found


def grades(door: Door) -> dict[str, int]:
    bundle = door.get("/fhir/AdverseEvent", _count=100).json()
    found = {}
    for entry in bundle.get("entry", []):
        event = entry["resource"]
        [grade] = [
            extension["valueCodeableConcept"]["coding"][0]["code"]
            for extension in event["extension"]
            if extension["url"].endswith("/ae-grade")
        ]
        found[event["event"]["text"]] = grade
    return found


def test_a_profile_mended_after_the_night(door: Door) -> None:
    door.send(subject())
    put(door, 1, WRONG)
    receipt = door.post(ROWS.encode(), "text/csv", profile="ward").json()
    assert (receipt["accepted"], receipt["rejected"]) == (2, 1)
    (item,) = door.quarantine(profile="ward")
    assert item["place"] == "line 4"
    assert item["sentence"].startswith("Line 4: the grade of this adverse event")
    assert door.get(f"/studies/{STUDY}/quarantine/{item['id']}").json()["record"].startswith("3;A-001;Cough")

    put(door, 2, MENDED)
    told = redrive(door)
    assert [(found["difference"], found["place"], found.get("fields")) for found in told["differences"]] == [
        ("changed", "line 3", ["grade"]),
        ("new", "line 4", None),
    ]
    # NCIt: grade 1 C41338, 2 C41339, 3 C41340
    assert grades(door) == {"Fever": "C41338", "Nausea": "C41339"}

    assert redrive(door, apply="true")["differences"] == told["differences"]
    assert grades(door) == {"Fever": "C41338", "Nausea": "C41340", "Cough": "C41340"}
    assert door.quarantine() == []
    assert door.post(ROWS.encode(), "text/csv", profile="ward").json()["unchanged"] == 3
    assert door.rebuilt().different == 0

"""`$trial-status` says all that the status of the contract says, with resource versions in the place of records."""

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.parameters import Parameters

from tests.api.fhir.trial import Raw, Trial, fill, research_subject
from tests.journeys.door import open_door, record


def told(items: list[Raw]) -> Raw:
    """Parameters as names and lists of values; what has no value is the reason for it."""
    found: Raw = {}
    for item in items:
        found.setdefault(item["name"], []).append(value(item))
    return found


def value(item: Raw) -> Any:
    if "part" in item:
        return told(item["part"])
    [(name, inside)] = [(key, one) for key, one in item.items() if key != "name"]
    if name.startswith("_"):
        return [one["valueCode"] for one in inside["extension"]]
    return inside["reference"] if name == "valueReference" else inside


def expected(body: Any, subject: str, known: dict[str, str]) -> Any:
    """The status in the same form: the version of a resource in the place of a record, the subject for its own."""
    found: Raw = {}
    for name, inside in body.items():
        if name in ("record", "records"):
            keys = inside if isinstance(inside, list) else [inside]
            found["evidence"] = [known.get(key, subject) for key in keys]
        elif name == "evidence":
            found[name] = [known.get(one["record"], subject) for one in inside]
        elif isinstance(inside, dict):
            found[name] = [expected(inside, subject, known)]
        elif isinstance(inside, list):
            found[name] = [expected(one, subject, known) if isinstance(one, dict) else one for one in inside]
        elif inside is None:
            found[name] = [["not-applicable" if name in ("cut", "cutoff") else "unknown"]]
        else:
            found[name] = [inside]
    return {name: inside for name, inside in found.items() if inside not in ([], [{}])}


@pytest.mark.parametrize("number", [f"A-00{n}" for n in range(1, 7)])
@pytest.mark.parametrize("asked", [{}, {"cutoff": "2024-04-25"}, {"as_of": "20"}], ids=["now", "cutoff", "as_of"])
def test_it_says_all_that_the_status_says(trial: Trial, number: str, asked: dict[str, str]) -> None:
    name = research_subject(trial.door, number)
    body = trial.get(f"{name}/$trial-status", **asked)
    Parameters.model_validate(body)
    assert told(body["parameter"]) == expected(trial.door.status(number, **asked), name, trial.known)


def test_dates_keep_their_precision_and_numbers_their_digits(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        fill(door)
        dose = record(
            "infusion", "I6", "A-006", start="2024-03-06", outcome="completed", dose={"value": 77, "unit": "10*6/kg"}
        )
        door.post(json.dumps(dose).replace("77", "1.50").encode())
        answer = door.get(f"/fhir/{research_subject(door, 'A-002')}/$trial-status")
        assert {"name": "onset", "valueDate": "2024-06"} in part(answer.json(), "gvhd", "chronic")
        [time] = [one for one in part(answer.json(), "as_of") if one["name"] == "time"]
        assert time["valueInstant"] == door.status("A-002")["as_of"]["time"]
        assert b'"valueDecimal":1.50' in door.get(f"/fhir/{research_subject(door, 'A-006')}/$trial-status").content


def part(body: Raw, *names: str) -> list[Raw]:
    inside: list[Raw] = body["parameter"]
    for name in names:
        [inside] = [one["part"] for one in inside if one["name"] == name]
    return inside


def test_unknown_is_never_no(trial: Trial) -> None:
    """The sepsis of A-002 has no grade and no seriousness: neither DLT nor SAE can be said."""
    body = trial.get(f"{research_subject(trial.door, 'A-002')}/$trial-status")
    [dlt] = [one for one in part(body, "dlt") if one["name"] == "dlt"]
    assert "valueBoolean" not in dlt and dlt["_valueString"]["extension"][0]["valueCode"] == "unknown"
    assert {"name": "status", "valueString": "undetermined"} in part(body, "endpoints", "SAE")


def test_evidence_is_the_version_that_decided(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        fill(door)
        door.send(record("disease_assessment", "R1", "A-001", date="2024-04-22", response="relapse"))
        name = f"/fhir/{research_subject(door)}/$trial-status"
        seq = door.seq()
        for as_of, version in ((seq, 2), (seq - 1, 1)):
            endpoint = part(door.get(name, as_of=as_of).json(), "endpoints", "DFS")
            [evidence] = [one["valueReference"]["reference"] for one in endpoint if one["name"] == "evidence"]
            assert evidence.endswith(f"/_history/{version}")
            found = door.get(f"/fhir/{evidence}").json()
            assert found["effectiveDateTime"] == ("2024-04-22" if version == 2 else "2024-04-20")


def test_what_is_refused(trial: Trial) -> None:
    name = research_subject(trial.door)
    for question, status, words in (
        (f"{name}/$trial-status?cut_off=2024-01-01", 400, "cutoff, as_of, cut, definition_version"),
        (f"{name}/$trial-status?cutoff=2024", 400, "YYYY-MM-DD"),
        (f"{name}/$trial-status?cutoff=2024-01-01&cutoff=2024-01-02", 400, "at most 1"),
        (f"{name}/$trial-status?definition_version=x", 400, "a whole number"),
        (f"{name}/$trial-status?as_of=999999", 400, "a sequence number"),
        (f"{name}/$trial-status?as_of=1", 404, "no such subject"),
        ("ResearchSubject/nobody/$trial-status", 404, "no such ResearchSubject"),
        ("Patient/nobody/$trial-status", 404, ""),
    ):
        found, text = trial.refused(question)
        assert (found, words in text) == (status, True), question
    assert trial.door.request("HEAD", f"/fhir/{name}/$trial-status").content == b""

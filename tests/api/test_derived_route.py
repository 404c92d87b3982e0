"""GET /studies/{study}/subjects/{subject}/derived. Grades by hand: Harris 2016 (MAGIC), Lee 2019 (ASTCT), ELN 2022."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

ROUTE = f"/studies/{STUDY}/subjects/A-001/derived"
STAGES = {"skin": 1, "liver": 2, "upper_gi": 0, "lower_gi": 0}
CRS = {"temperature_c": 39.1, "hypotension": True, "vasopressors": 1, "oxygen": "none"}


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        door.send(
            subject("A-001", consent_date="2024-02-01"),
            record("infusion", "I1", start="2024-03-01", outcome="completed"),
            record("disease_assessment", "D0", date="2024-02-20", response="CR"),
        )
        yield door


def entries(door: Door, *records: Raw, **params: Any) -> list[Raw]:
    if records:
        assert door.receipt(*records)["rejected"] == 0
    answer = door.get(ROUTE, **params)
    assert answer.status_code == 200
    found: list[Raw] = answer.json()["derived"]
    return found


def test_one_entry_with_components_and_both_values(hospital: Door) -> None:
    gvhd = record("gvhd", "G1", kind="acute", onset="2024-03-10", grade="I", stages=STAGES, version=3)
    (found,) = [one for one in entries(hospital, gvhd) if one["kind"] == "acute-gvhd"]
    assert found.pop("resource").startswith("Condition/")
    assert found == {
        "record": "gvhd/A/ehr/G1",
        "record_version": 3,
        "kind": "acute-gvhd",
        "date": "2024-03-10",
        "scale": "MAGIC",
        "reference": "Harris 2016 doi:10.1016/j.bbmt.2015.09.001",
        "components": STAGES,
        "derived": "III",
        "reason": None,
        "possible": ["III"],
        "reported": "I",
        "reported_scale": "MAGIC",
        "agrees": False,
    }


def test_every_record_of_a_scale_is_listed_with_components_or_without(hospital: Door) -> None:
    found = entries(
        hospital,
        record("gvhd", "G1", kind="acute", onset="2024-03-10", grade="II"),
        record("gvhd", "G2", kind="chronic", onset="2024-08-10", severity="mild", organ_scores={"lungs": 2}),
        record("adverse_event", "E1", term="Cytokine release syndrome", onset="2024-03-03", grade=2, crs=CRS),
        record("adverse_event", "E2", term="ICANS", onset="2024-03-04", grade=1),
        record("adverse_event", "E3", term="Sepsis", onset="2024-03-04", grade=3),
    )
    listed = {(one["record"].split("/")[-1], one["kind"]): (one["derived"], one["agrees"]) for one in found}
    assert listed == {
        ("G1", "acute-gvhd"): (None, None),
        ("G2", "chronic-gvhd"): ("severe", False),
        ("E1", "crs"): (3, False),
        ("E2", "icans"): (None, None),
        ("D0", "response"): (None, None),
    }
    without = next(one for one in found if one["record"].endswith("G1"))
    assert without["possible"] == ["0", "I", "II", "III", "IV"]
    assert without["reason"] == "0 or I or II or III or IV possible: skin, liver, upper_gi, lower_gi not recorded"


CLEAR = {"marrow_blasts_pct": 2, "blood_blasts_pct": 0, "extramedullary": False}


def count(test: str, value: float | str, collected: str = "2024-04-10") -> Raw:
    return record("lab", f"{test}{collected}", test=test, collected=collected, value=value, unit="10*9/L")


@pytest.mark.parametrize(
    ("counts", "reported", "value", "agrees"),
    [
        ([count("ANC", 1.2), count("PLT", 120)], "CR", "CR", True),
        ([count("ANC", 1.2, "2024-04-13"), count("PLT", 120, "2024-04-07")], "CR", "CR", True),
        ([count("ANC", 1.2, "2024-04-14"), count("PLT", 120)], "CR", None, None),  # four days away
        ([count("ANC", 1.2), count("PLT", "<20")], "CR", None, None),
        ([count("ANC", 0.2), count("PLT", 30)], "CR", "MLFS", False),
        ([count("ANC", 0.2), count("PLT", 30)], "CRi", "MLFS", None),  # definitions differ
        ([count("ANC", 1.2), count("PLT", 120)], "CRi", "CR", None),  # transfused, perhaps
        ([count("ANC", 0.2, "2024-04-08"), count("ANC", 1.2, "2024-04-11"), count("PLT", 120)], "CR", "CR", True),
        ([], "CR", None, None),
    ],
)
def test_response_with_the_counts_of_the_days_around(
    hospital: Door, counts: list[Raw], reported: str, value: str | None, agrees: bool | None
) -> None:
    assessment = record("disease_assessment", "D1", date="2024-04-10", response=reported, **CLEAR)
    found = entries(hospital, assessment, *counts)[-1]
    assert (found["record"], found["derived"], found["agrees"]) == ("disease_assessment/A/ehr/D1", value, agrees)


def test_a_remission_before_makes_it_a_relapse(hospital: Door) -> None:
    found = entries(
        hospital, record("disease_assessment", "D1", date="2024-04-10", response="PD", marrow_blasts_pct=30)
    )
    assert (found[-1]["derived"], found[-1]["agrees"]) == ("relapse", None)  # some call it progression


def test_cut_off_and_as_of(hospital: Door) -> None:
    before = hospital.seq()
    gvhd = record("gvhd", "G1", kind="acute", onset="2024-03-10", grade="I", stages=STAGES)
    assert len(entries(hospital, gvhd)) == 2
    assert len(entries(hospital, cutoff="2024-03-09")) == 1
    assert len(entries(hospital, as_of=before)) == 1


def test_a_contradiction_is_kept_as_an_event_that_a_rebuild_gives_again(hospital: Door) -> None:
    hospital.send(record("gvhd", "G1", kind="acute", onset="2024-03-10", grade="I", stages=STAGES))
    (row,) = hospital.rows("OS")["rows"]
    assert row["queries"] == ["gvhd-grade-differs"]
    assert hospital.rebuilt().different == 0
    hospital.send(record("gvhd", "G1", kind="acute", onset="2024-03-10", grade="III", stages=STAGES))
    assert hospital.rows("OS")["rows"][0]["queries"] == []


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/studies/none/subjects/A-001/derived", {}, 404),
        (f"/studies/{STUDY}/subjects/A-999/derived", {}, 404),
        (ROUTE, {"cutoff": "March"}, 400),
        (ROUTE, {"cutof": "2024-03-10"}, 400),
    ],
)
def test_faults(hospital: Door, path: str, params: dict[str, str], status: int) -> None:
    answer = hospital.get(path, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"

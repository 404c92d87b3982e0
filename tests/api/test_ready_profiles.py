"""Exports of REDCap and of a registry at the records' door, by the profiles that come with the service.

docs/profiles/
"""

from __future__ import annotations

from pathlib import Path

from tests.journeys.door import STUDY, Door

DATA = Path(__file__).parents[1] / "data" / "csv"
CSV = "text/csv"


def test_an_export_of_redcap_ends_as_a_patient_of_the_trial(door: Door) -> None:
    door.put_study(STUDY, "A")
    body = (DATA / "redcap-raw" / "input.csv").read_bytes()
    receipt = door.post(body, CSV, site="A", profile="redcap-transplant").json()
    assert (receipt["accepted"], receipt["waiting"], receipt["rejected"]) == (22, 1, 0)
    status = door.status("A-001")
    assert (status["transplant"]["date"], status["infusion"]["date"]) == ("2023-06-01", "2024-02-01")
    assert status["gvhd"]["acute"]["worst"] == "II"
    again = door.post(body, CSV, site="A", profile="redcap-transplant").json()
    assert (again["accepted"], again["amended"], again["unchanged"]) == (0, 0, 22)


def test_forms_of_a_registry_end_as_a_patient_of_the_trial(door: Door) -> None:
    door.put_study(STUDY, "A")
    body = (DATA / "cibmtr-forms" / "input.csv").read_bytes()
    receipt = door.post(body, CSV, profile="cibmtr").json()
    assert receipt["rejected"] == 1
    [line] = door.quarantine()
    assert line["issues"][0]["place"] == "line 10, column start_dt"
    status = door.status("A-001")
    assert (status["infusion"]["date"], status["dose"]["unit"]) == ("2024-02-01", "{cells}/kg")
    assert status["gvhd"]["acute"]["worst"] == "II"

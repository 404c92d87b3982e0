"""Another trial runs without a change of code; versions run side by side; `engraft study` on the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import app as cli
from app.commands.study import send
from app.endpoints.definitions import shipped
from app.migrate import downgrade
from tests.journeys.door import STUDY, Door, open_door, record, subject

FILE = Path(__file__).parents[1] / "endpoints" / "definitions" / "hsct-42.yaml"
TEXT = FILE.read_text(encoding="utf-8")
HSCT = "2025-01-10"  # day 0; 2025-02-09 is day 30, 02-20 day 41, 02-21 day 42, 02-22 day 43, 03-01 day 50
RECORDS = [
    *(subject(f"T-{number}") for number in range(1, 7)),
    *(record("transplant", f"H{number}", f"T-{number}", date=HSCT) for number in (1, 2, 3, 5, 6)),
    # T-1: blasts before day 0 are no relapse, nor are 24.9 %; 25 % are.
    record("disease_assessment", "D1", "T-1", date="2025-01-05", response="PD", marrow_blasts_pct=60),
    record("disease_assessment", "D2", "T-1", date="2025-02-09", response="SD", marrow_blasts_pct=24.9),
    record("disease_assessment", "D3", "T-1", date="2025-03-01", response="SD", marrow_blasts_pct=25),
    record("adverse_event", "A1", "T-1", term="Sepsis", onset="2025-02-22", grade=4, serious=True),
    # T-2: new therapy before the relapse.
    record("therapy", "R2", "T-2", date="2025-02-20", kind="targeted", intent="relapse"),
    record("disease_assessment", "D4", "T-2", date="2025-03-01", response="relapse", marrow_blasts_pct=80),
    # T-3: maintenance is no new therapy; the serious event is of the last day of the window.
    record("therapy", "R3", "T-3", date="2025-02-01", kind="maintenance", intent="prophylaxis"),
    record("disease_assessment", "D5", "T-3", date="2025-02-21", response="CR", marrow_blasts_pct=3),
    record("adverse_event", "A3", "T-3", term="Sepsis", onset="2025-02-21", grade=4, serious=True),
    # T-4: infused, but never transplanted.
    record("infusion", "I4", "T-4", start=HSCT),
    record("death", "X5", "T-5", date="2025-01-20"),
    # T-6: relapse by response, blasts not recorded: neither reached nor below.
    record("disease_assessment", "D6", "T-6", date="2025-02-09", response="relapse"),
]
# subject -> (status, component or reason, date, days), counted on the calendar by hand
EXPECTED = {
    "T-1": ("event", "relapse", "2025-03-01", 50),
    "T-2": ("event", "new therapy", "2025-02-20", 41),
    "T-3": ("censored", "last marrow with fewer blasts", "2025-02-21", 42),
    "T-5": ("event", "death", "2025-01-20", 10),
    "T-6": ("censored", "no evidence after the start", HSCT, 0),
}


def put(door: Door, text: str) -> int:
    headers = {"content-type": "application/yaml"}
    return door.request("PUT", "/definitions/hsct-42", content=text, headers=headers).status_code


def rows(door: Door, **params: object) -> dict[str, tuple[object, ...]]:
    found = door.rows("EFS", "other", **params)["rows"]
    return {
        row["subject"]: (row["status"], row["component"] or row["reason"], row["date"], row["days"]) for row in found
    }


@pytest.fixture
def other(door: Door) -> Door:
    assert put(door, TEXT) == 201
    body = {"definition": "hsct-42", "sites": [{"id": "A", "time_zone": "Europe/Berlin"}]}
    made = door.request("PUT", "/studies/other", json=body)
    assert (made.status_code, made.json()["definition_version"]) == (201, 1)
    receipt = door.receipt(*RECORDS, study="other")
    assert (receipt["accepted"], receipt["rejected"]) == (len(RECORDS), 0)
    return door


def test_another_trial_is_another_document(other: Door) -> None:
    answer = other.rows("EFS", "other")
    assert (answer["definition"], answer["definition_version"]) == ("hsct-42", 1)
    assert rows(other) == EXPECTED
    assert answer["excluded"] == [{"subject": "T-4", "reason": "not transplanted"}]
    without_therapy = {**EXPECTED, "T-2": ("event", "relapse", "2025-03-01", 50)}
    assert rows(other, analysis="therapy-ignored") == without_therapy


def test_its_estimates_follow_its_settings(other: Door) -> None:
    """Of 5, one is censored on day 0 and one dies on day 10, one is treated on day 41: 1 - 1/4 - 1/4 on day 42."""
    found = other.endpoint("EFS", "other")
    assert (found["conf_type"], found["level"], found["overall"]["n"]) == ("plain", 0.9, 5)
    landmarks = {entry["day"]: entry["estimate"] for entry in found["overall"]["landmarks"]}
    assert landmarks[42] == pytest.approx(0.5)
    sae = other.endpoint("SAE", "other")
    assert (sae["infused"], sae["patients_with_sae"]) == (5, 1)
    marked = {row["subject"]: row["sae"] for row in other.rows("SAE", "other")["rows"]}
    assert marked == {"T-1": False, "T-2": False, "T-3": True, "T-5": False, "T-6": False}


def test_versions_run_side_by_side(other: Door) -> None:
    """Version 2 lowers the threshold to 20 %: the 24.9 % of day 30 are a relapse."""
    later = TEXT.replace("version: 1", "version: 2").replace("value_min: 25", "value_min: 20")
    moment = other.seq()
    before = other.get("/studies/other/endpoints/EFS/subjects", as_of=moment).content
    assert put(other, later) == 201
    assert other.get("/studies/other/endpoints/EFS/subjects", as_of=moment).content == before
    newer = {**EXPECTED, "T-1": ("event", "relapse", "2025-02-09", 30)}
    assert rows(other, definition_version=2) == newer
    asked = other.rows("EFS", "other", definition_version=2)
    assert asked["definition_version"] == 2
    change = {"definition": "hsct-42", "definition_version": 2, "sites": [{"id": "A", "time_zone": "Europe/Berlin"}]}
    assert other.request("PUT", "/studies/other", json=change).json()["definition_version"] == 2
    assert rows(other) == newer
    assert rows(other, definition_version=1) == EXPECTED
    asked_again = other.get("/studies/other/endpoints/EFS/subjects", as_of=moment, definition_version=1)
    assert asked_again.content == before


def test_a_study_keeps_its_version(other: Door) -> None:
    put(other, TEXT.replace("version: 1", "version: 2"))
    sites = [{"id": "A", "time_zone": "Europe/Berlin"}]
    renamed = other.request("PUT", "/studies/other", json={"title": "T", "definition": "hsct-42", "sites": sites})
    assert (renamed.status_code, renamed.json()["definition_version"]) == (200, 1)
    seq = other.seq()
    same = {"title": "T", "definition": "hsct-42", "definition_version": 1, "sites": sites}
    assert other.request("PUT", "/studies/other", json=same).status_code == 200
    assert other.seq() == seq
    new = other.request("PUT", "/studies/third", json={"definition": "hsct-42"})
    assert new.json()["definition_version"] == 2
    moved = other.request("PUT", "/studies/third", json={"definition": STUDY})
    assert moved.json()["definition_version"] == max(version for _, version in shipped())


def test_an_unknown_version_is_refused_with_those_that_are_known(other: Door) -> None:
    put(other, TEXT.replace("version: 1", "version: 4"))
    answer = other.get("/studies/other/endpoints/EFS", definition_version=3)
    assert (answer.status_code, answer.json()["issues"][0]["expected"]) == (400, "1, 4")
    assert answer.json()["issues"][0]["path"] == "definition_version"
    body = {"definition": "hsct-42", "definition_version": 3}
    refused = other.request("PUT", "/studies/fourth", json=body)
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (422, "definition_version")
    assert refused.json()["issues"][0]["expected"] == "1, 4"


def test_a_stored_definition_outlives_the_service(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        put(door, TEXT)
        door.request("PUT", "/studies/other", json={"definition": "hsct-42"})
        door.send(*RECORDS, study="other")
        before, seq = door.get("/studies/other/endpoints/EFS/subjects").content, door.seq()
    with open_door(tmp_path) as door:
        assert door.seq() == seq
        assert door.get("/studies/other/endpoints/EFS/subjects").content == before


def test_a_study_of_an_older_store_keeps_its_version(tmp_path: Path) -> None:
    """Before revision 0003 a store held no definitions; its studies named version 1."""
    with open_door(tmp_path) as door:
        door.send(subject(), record("infusion", "I1", start="2024-03-01"))
        url = door.services.settings.url
    downgrade(url, "0002")
    with closing(sqlite3.connect(tmp_path / "engraft.sqlite")) as store:
        store.execute("UPDATE study SET definition_version = 1, body = json_remove(body, '$.definition_version')")
        store.commit()
    with open_door(tmp_path) as door:
        assert door.get(f"/studies/{STUDY}").json()["definition_version"] == 1
        assert door.rows("OS")["definition_version"] == 1
        assert door.rows("OS", definition_version=2)["definition_version"] == 2


def test_the_command_line_explains_a_definition() -> None:
    found = CliRunner().invoke(cli, ["study", "check", str(FILE)])
    assert found.exit_code == 0
    assert "1. relapse – disease assessment with marrow blasts in % 25 or more." in found.output.splitlines()


def test_the_command_line_names_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(TEXT.replace("window_days", "window_dasy"), encoding="utf-8")
    found = CliRunner().invoke(cli, ["study", "check", str(wrong)])
    assert found.exit_code == 1
    line = next(line for line in found.output.splitlines() if "window_dasy" in line)
    assert line.startswith(f"{wrong}:10:1: window_dasy: unknown word 'window_dasy'; did you mean 'window_days'?")
    assert CliRunner().invoke(cli, ["study", "load", str(wrong)]).exit_code == 1


def test_a_file_is_loaded_into_a_running_service(service: Door) -> None:
    class Http:
        """What the command's client does, at the test's door."""

        def put(self, path: str, **options: Any) -> httpx.Response:
            return service.request("PUT", path, **options)

    assert send(Http(), "hsct-42", FILE.read_bytes()).status_code == 201  # type: ignore[arg-type]
    assert service.get("/definitions/hsct-42").json()["window_days"] == 42

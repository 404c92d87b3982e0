"""`engraft load` in front of a running service: what it says, what it stores, how it ends.

docs/loading.md
"""

import csv
import hashlib
import json
from pathlib import Path

import httpx
import pytest

from app.commands.load import sources
from app.commands.load.exits import Exit
from app.commands.load.sources import Source
from tests.commands.load.conftest import Engraft
from tests.journeys.door import STUDY, record, subject
from tests.services.loads.test_messages import batch, message
from tests.services.loads.workers import lines, subjects


@pytest.fixture
def study(address: str) -> str:
    """A study that nobody has written to."""
    name = f"study-{len(httpx.get(f'{address}/fhir/ResearchStudy').json().get('entry', []))}"
    body = {"definition": "gdt-relapse", "sites": [{"id": "A", "time_zone": "Europe/Berlin"}]}
    httpx.put(f"{address}/studies/{name}", json=body).raise_for_status()
    return name


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file goes in the background."""
    monkeypatch.setattr(sources, "LARGE_BYTES", 10)


def totals(output: str) -> dict[str, int]:
    found = json.loads(output)
    return {name: found[name] for name in ("accepted", "amended", "unchanged", "held", "rejected")}


BAD = [record("adverse_event", f"AE-{number}", "A-0", term="Sepsis", grade=7) for number in range(3)]


def test_a_small_file(engraft: Engraft, study: str) -> None:
    Path("a.ndjson").write_bytes(subjects(2))
    first = engraft("a.ndjson", "--study", study)
    assert first.exit_code == Exit.TAKEN
    assert first.stdout.splitlines()[-1] == "4 records: 4 new, 0 amended, 0 unchanged, 0 refused."
    again = engraft("a.ndjson", "--study", study)
    assert again.exit_code == Exit.TAKEN
    assert again.stdout.splitlines()[-1] == "4 records: 0 new, 0 amended, 4 unchanged, 0 refused."


@pytest.mark.usefixtures("large")
def test_a_large_file_is_not_sent_again(
    engraft: Engraft, address: str, study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.ndjson").write_bytes(subjects(2))
    assert totals(engraft("a.ndjson", "--study", study, "--json").stdout)["accepted"] == 4
    with monkeypatch.context() as patch:
        patch.setattr(Source, "blocks", lambda source: pytest.fail("sent"))
        patch.setattr(Source, "digest", lambda source: hashlib.sha256(source.path.read_bytes()).hexdigest())
        assert totals(engraft("a.ndjson", "--study", study, "--json").stdout)["accepted"] == 4
    assert len(httpx.get(f"{address}/studies/{study}/loads").json()["loads"]) == 1
    assert totals(engraft("a.ndjson", "--study", study, "--json", "--again").stdout)["unchanged"] == 4


@pytest.mark.parametrize("size", [10, 10_000_000])
def test_what_is_refused_is_shown_and_reported(
    engraft: Engraft, study: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGE_BYTES", size)
    Path("a.ndjson").write_bytes(lines(subject("A-0"), *BAD))
    done = engraft("a.ndjson", "--study", study, "--report", "refused.csv")
    assert done.exit_code == Exit.REFUSED
    assert "3 refused: " in done.stdout
    assert "grade: not a legal value (expected: 1 to 5); a.ndjson: " in done.stdout
    with open("refused.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["field"], row["reason"], row["expected"]) for row in rows] == [
        ("a.ndjson", "grade", "not a legal value", "1 to 5")
    ] * 3
    assert "Sepsis" not in done.stdout + Path("refused.csv").read_text()


def test_a_report_without_refusals_is_written_too(engraft: Engraft, study: str) -> None:
    Path("a.ndjson").write_bytes(subjects(1))
    engraft("a.ndjson", "--study", study, "--report", "refused.csv")
    assert Path("refused.csv").read_text(encoding="utf-8-sig").startswith("file,place,")


def test_several_files_and_patterns(engraft: Engraft, study: str) -> None:
    Path("a.ndjson").write_bytes(lines(subject("A-1")))
    Path("b.json").write_text(json.dumps([subject("A-2"), subject("A-3")]))
    Path("c.ndjson").write_bytes(lines(subject("A-4")))
    done = engraft("*.ndjson", "b.json", "--study", study, "--json")
    assert (done.exit_code, totals(done.stdout)["accepted"]) == (Exit.TAKEN, 4)


def test_standard_input(engraft: Engraft, study: str) -> None:
    done = engraft("-", "--study", study, "--json", input=subjects(2))
    assert (done.exit_code, totals(done.stdout)["accepted"]) == (Exit.TAKEN, 4)


@pytest.mark.parametrize(
    "arguments",
    [["missing.ndjson"], ["nothing-*.csv"], ["a.ndjson", "--format", "doc"], ["a.ndjson", "--report", "no/such/x.csv"]],
)
def test_a_wrong_command_sends_nothing(engraft: Engraft, address: str, study: str, arguments: list[str]) -> None:
    Path("a.ndjson").write_bytes(subjects(1))
    assert engraft(*arguments, "--study", study).exit_code == Exit.USAGE
    assert httpx.get(f"{address}/studies/{study}/subjects").json()["subjects"] == []


@pytest.mark.parametrize("content", [b"", b"  \n", b"hello"])
def test_a_file_of_which_the_kind_is_not_to_be_seen(engraft: Engraft, study: str, content: bytes) -> None:
    Path("a.dat").write_bytes(content)
    assert engraft("a.dat", "--study", study).exit_code == Exit.USAGE


def test_an_unknown_study_is_not_taken_and_the_next_file_is_tried(engraft: Engraft, study: str) -> None:
    Path("a.ndjson").write_bytes(subjects(1))
    done = engraft("a.ndjson", "--study", "none")
    assert done.exit_code == Exit.NOT_TAKEN
    assert "404 no such study" in done.stdout
    Path("b.json").write_text("{")
    done = engraft("b.json", "a.ndjson", "--study", study, "--json")
    assert (done.exit_code, totals(done.stdout)["accepted"]) == (Exit.NOT_TAKEN, 2)
    assert list(json.loads(done.stdout)["failed"]) == ["b.json"]


@pytest.mark.parametrize("size", [10, 10_000_000])
def test_no_service(engraft: Engraft, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGE_BYTES", size)
    Path("a.ndjson").write_bytes(subjects(1))
    done = engraft("a.ndjson", "--study", STUDY, "--to", "http://127.0.0.1:9")
    assert done.exit_code == Exit.UNREACHABLE
    assert "run the command again" in done.stdout


def test_messages(engraft: Engraft, study: str) -> None:
    """A result that cannot be one, in the second of two messages: both are held or refused, none is lost."""
    Path("night.hl7").write_bytes(batch(2, message(1), message(2, "Q")))
    done = engraft("night.hl7", "--study", study, "--site", "A", "--source", "lab", "--report", "refused.csv")
    assert done.exit_code == Exit.REFUSED
    assert "night.hl7: message[2]/OBX[1]-11" in done.stdout
    assert "message[2]/OBX[1]-11" in Path("refused.csv").read_text()

"""What a reader of any format may tell, as it comes out of the records' door; the format itself is invented here."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Category, Fault, Issue
from app.interop.reading import Item, PatientNumber, Reading, Unused
from app.services.context import Services
from app.services.intake import readers
from app.services.intake.prepare import Refused, prepare
from app.services.intake.submission import Submission, context_of
from app.storage.tables import INBOX, RECORD
from tests.journeys.door import Door, open_door

LINES = "text/lines"
PATH = "/studies/gdt-relapse/records"


def read_lines(services: Services, submission: Submission) -> Reading:
    """`subject grade` a line, `#` a comment, `@number` a patient's number, `!` a file that cannot be read."""
    reading = Reading()
    for number, line in enumerate(submission.body.decode().splitlines(), 1):
        if line.startswith("!"):
            raise Fault(Category.MALFORMED, "no file", (Issue("", "structure", "no file", place="line 1"),))
        if line.startswith("#"):
            reading.unused.append(Unused(f"line {number}", "a comment"))
            continue
        who, grade = line.split()
        raw: dict[str, Any] = {"type": "adverse_event", "site": submission.context.site, "source": "lines"}
        raw |= {"id": f"AE{number}", "term": "Sepsis", "grade": int(grade)}
        patient = PatientNumber(who[1:]) if who.startswith("@") else None
        raw |= {} if patient else {"subject": who}
        note = Issue("term", "informational", "kept as a text")
        places = {"grade": f"line {number}, column 2"}
        item = Item(len(reading.items), raw, line.encode(), (), f"line {number}", places, (note,), patient)
        reading.items.append(item)
    return reading


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setitem(readers.READERS, LINES, readers.Reader(read_lines, ("site",)))
    with open_door(tmp_path) as door:
        yield door


def post(door: Door, body: str, **params: Any) -> Any:
    return door.request("POST", PATH, content=body, params=params, headers={"content-type": LINES})


def test_places_notes_and_what_is_left_alone(lines: Door) -> None:
    receipt = post(lines, "A-001 3\n# nothing\nA-002 7", site="A").json()
    good, bad = receipt["records"]
    assert (good["place"], good["warnings"][0]["message"]) == ("line 1", "kept as a text")
    assert [(issue["path"], issue["place"]) for issue in bad["issues"]] == [("records[1].grade", "line 3, column 2")]
    assert receipt["unused"] == [{"place": "line 2", "reason": "a comment"}]
    assert lines.quarantine()[0]["issues"] == bad["issues"]


def test_a_number_that_is_nobodys_is_held(lines: Door) -> None:
    answer = post(lines, "@4711 3", site="A")
    line = answer.json()["records"][0]
    assert (answer.status_code, answer.json()["held"], answer.json()["rejected"]) == (200, 1, 0)
    assert (line["outcome"], line["place"], line["issues"][0]["code"]) == ("held", "line 1", "not-found")
    assert "4711" not in answer.text


def test_a_held_record_is_checked_like_any_other(lines: Door) -> None:
    assert post(lines, "@4711 7", site="A").json()["records"][0]["outcome"] == "rejected"
    lines.put_study("gdt-relapse", "A")
    line = post(lines, "@4711 3", site="B").json()["records"][0]
    assert (line["outcome"], line["issues"][0]["path"]) == ("rejected", "records[0].site")


def test_the_same_bytes_read_in_another_way_are_another_payload(lines: Door) -> None:
    receipts = {post(lines, "A-001 3", site=site).json()["receipt"] for site in ("A", "B", "A")}
    with lines.services.database.read.connect() as connection:
        contexts = [context_of(text).site for text in connection.execute(select(INBOX.c.context)).scalars()]
    assert (len(receipts), sorted(map(str, contexts))) == (2, ["A", "B"])


def test_what_the_format_has_no_use_for_is_refused(lines: Door) -> None:
    answer = post(lines, "A-001 3", site="A", profile="mine")
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "profile")
    answer = lines.post(b"{}", site="A")
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "site")


def test_a_payload_that_cannot_be_read_is_kept(lines: Door) -> None:
    answer = post(lines, "! 4711", site="A")
    assert (answer.status_code, answer.json()["issues"][0]["place"]) == (400, "line 1")
    item = lines.quarantine()[0]
    assert item["site"] == "A"
    assert lines.get(f"/studies/gdt-relapse/quarantine/{item['id']}").json()["record"] == "! 4711"


@pytest.mark.parametrize("body", ["A-001 3\nA-002 7", "! no file"])
def test_a_dry_run_tells_all_and_stores_nothing(lines: Door, body: str) -> None:
    seq = lines.seq()
    tried = post(lines, body, site="A", dry_run=True)
    with lines.services.database.read.connect() as connection:
        for table in (INBOX, RECORD):
            assert connection.execute(select(table)).first() is None
    assert (lines.seq(), lines.quarantine()) == (seq, [])
    done = post(lines, body, site="A")
    if "records" in done.json():
        assert tried.json()["dry_run"] is True
        outcomes = [[line["outcome"] for line in answer.json()["records"]] for answer in (tried, done)]
        assert outcomes[0] == outcomes[1] == ["accepted", "rejected"]
    else:
        assert (tried.status_code, tried.json()) == (done.status_code, done.json())


def test_a_record_that_its_reader_could_not_read_whole_tells_all_its_mistakes() -> None:
    raw = {"type": "adverse_event", "site": "A", "source": "lines", "id": "AE1", "subject": "A-001", "grade": 7}
    issue = Issue("onset", "value", "not a date", place="line 1, column 4")
    item = Item(0, raw, b"", (issue,), "line 1", {"grade": "line 1, column 2"})
    found = prepare(item)
    assert isinstance(found, Refused)
    assert [(one.path, one.place) for one in found.issues] == [
        ("records[0].onset", "line 1, column 4"),
        ("records[0].term", "line 1"),
        ("records[0].grade", "line 1, column 2"),
    ]
    named = prepare(replace(item, raw={**raw, "onset": "never", "term": "Sepsis", "grade": 3}))
    assert isinstance(named, Refused)
    assert [one.path for one in named.issues] == ["records[0].onset"]

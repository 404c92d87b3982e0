"""HL7 v2 by the records' door: corrections, demographics, and a hospital's whole year beside the JSON door.

docs/hl7v2.md
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.endpoints.event import FOREVER
from app.example import Extract, generate
from app.example.census import as_line
from app.example.hl7v2 import messages
from app.storage.tables import EVENT, SUBJECT
from tests.journeys.door import STUDY, Door, open_door, subject

MESSAGES, LINES = "x-application/hl7-v2+er7", "application/x-ndjson"
ENDPOINTS = (
    "OS",
    "DFS",
    "DOR",
    "CIR_NRM",
    "GRFS",
    "AGVHD2",
    "AGVHD3",
    "CGVHD",
    "ANC_ENGRAFTMENT",
    "PLT_ENGRAFTMENT",
    "CR",
)
PID = "PID|1||4711^^^UKX^MR||Muster^Erika||19700401|F"


def message(kind: str, number: int, *segments: str, sent: str = "20260302101500") -> bytes:
    header = f"MSH|^~\\&|LAB|UKX|ENGRAFT|TRIAL|{sent}||{kind}|M{number}|P|2.5.1"
    return "\r".join((header, *segments, "")).encode()


def result(number: int, status: str, value: str, recorded: str) -> bytes:
    order = f"OBR|1||L-1^LAB|CBC|||20260301073000|||||||||||||||{recorded}|||{status}"
    return message("ORU^R01", number, PID, order, f"OBX|1|NM|777-3^Platelets^LN||{value}|10*9/L|||||{status}")


def post(service: Door, body: bytes, **params: Any) -> None:
    assert service.post(body, MESSAGES, site="A", **params).status_code in (200, 201)


def platelets(service: Door) -> list[Any]:
    return [line["value"] for line in service.get(f"/studies/{STUDY}/subjects/A-001/grades").json()["grades"]]


def test_corrections_count_by_their_times_and_a_withdrawn_result_is_gone(service: Door) -> None:
    service.send(subject(mrn="4711"))
    first, second = result(1, "F", "50", "20260302100000"), result(2, "C", "5", "20260303100000")
    post(service, second)
    post(service, first)
    assert platelets(service) == [5]
    post(service, result(3, "W", "5", "20260304100000"))
    assert platelets(service) == []


def test_a_result_of_nobody_waits_for_its_patient(service: Door) -> None:
    post(service, result(1, "F", "50", "20260302100000"))
    service.send(subject(mrn="4711"))
    assert platelets(service) == [50]


def test_demographics_fill_what_the_trial_does_not_say_and_take_it_back(service: Door) -> None:
    service.send(subject(mrn="4711", consent_date="2026-01-05"))
    post(service, message("ADT^A08", 1, "EVN|A08|20260301", PID))
    assert patient(service) == ("female", "1970")
    post(service, message("ADT^A08", 2, "EVN|A08|20260302", 'PID|1||4711^^^UKX^MR||||""'))
    assert patient(service) == ("female", None)
    assert service.status("A-001")["consent"]["date"] == "2026-01-05"


def patient(service: Door) -> tuple[str | None, str | None]:
    found = service.get("/fhir/Patient").json()["entry"][0]["resource"]
    return found.get("gender"), found.get("birthDate")


def test_a_training_message_is_read_in_a_dry_run_alone(service: Door) -> None:
    body = result(1, "F", "50", "20260302100000").replace(b"|P|2.5.1", b"|T|2.5.1")
    service.send(subject(mrn="4711"))
    service.post(body, MESSAGES, site="A")
    assert platelets(service) == []
    assert "training" not in service.post(body, MESSAGES, site="A", dry_run=True).text


def test_a_charset_in_which_nothing_can_be_read_is_refused(service: Door) -> None:
    answer = service.post(result(1, "F", "50", "20260302"), f"{MESSAGES}; charset=utf-16", site="A")
    assert answer.status_code == 400


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Door]]:
    """The example extract, by JSON and by HL7 v2."""
    extract = generate(2026, 60)
    folder: Path = tmp_path_factory.mktemp("year")
    with open_door(folder / "json") as by_json, open_door(folder / "hl7v2") as by_messages:
        for door in (by_json, by_messages):
            assert door.request("PUT", f"/studies/{STUDY}", json=extract.study).status_code in (200, 201)
        send(by_json, by_messages, extract)
        yield by_json, by_messages


def send(by_json: Door, by_messages: Door, extract: Extract) -> None:
    for batch, texts in zip(extract.batches, messages(extract), strict=True):
        by_json.post("".join(f"{as_line(record)}\n" for record in batch).encode(), LINES)
        by_messages.post("".join(texts).encode(), MESSAGES)


@pytest.mark.slow
def test_a_year_of_messages_ends_in_the_same_endpoints(doors: tuple[Door, Door]) -> None:
    for name in ENDPOINTS:
        found = [door.endpoint(name, cutoff="2026-06-15", group_by="dose_level") for door in doors]
        assert plain(found[0]) == plain(found[1]), name
        rows = [door.rows(name, cutoff="2026-06-15") for door in doors]
        assert plain(rows[0]) == plain(rows[1]), name


@pytest.mark.slow
def test_a_year_of_messages_ends_in_the_same_subjects_and_toxicities(doors: tuple[Door, Door]) -> None:
    first, second = (door.get(f"/studies/{STUDY}/subjects").json() for door in doors)
    assert plain(first) == plain(second)
    for name in ("DLT", "SAE"):
        rows = [door.rows(name, cutoff="2026-06-15") for door in doors]
        assert plain(rows[0]) == plain(rows[1]), name


@pytest.mark.slow
def test_a_year_of_messages_ends_in_the_same_events(doors: tuple[Door, Door]) -> None:
    first, second = (events(door) for door in doors)
    assert first.total() > 9000
    assert first == second


def events(door: Door) -> Counter[tuple[Any, ...]]:
    """The events that count, by subject, with all that they say but the record behind them."""
    said = [column for column in EVENT.c if column.name not in OF_THE_STORE]
    joined = select(SUBJECT.c.number, *said).join(EVENT, EVENT.c.subject == SUBJECT.c.id)
    with door.services.database.read.connect() as connection:
        return Counter(tuple(row) for row in connection.execute(joined.where(EVENT.c.seq_to == FOREVER)))


OF_THE_STORE = {"id", "subject", "record", "version", "seq_from", "seq_to", "reference", "resource", "record_key"}
# What names records, resources and moments of this service, which differ by the door.
NAMES = {"evidence", "rejected", "as_of", "research_subject", "resource", "record", "id", "patient"}


def plain(found: Any) -> Any:
    """What is said, without the names of records and the moments of storing."""
    if isinstance(found, dict):
        return {name: plain(value) for name, value in found.items() if name not in NAMES}
    return [plain(one) for one in found] if isinstance(found, list) else found

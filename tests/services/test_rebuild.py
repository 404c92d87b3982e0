"""Every byte and every event again from the records, and whatever was tampered with is found and mended."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.rebuild import Rebuilt, rebuild
from tests.journeys.door import STUDY, Door, open_door, record, subject

RETRACTED = "entered-in-error"
MESS = [
    [record("infusion", "I1", version=1, start="2024-03-01"), record("death", "X1", "A-002", date="2024-05")],
    [record("infusion", "I1", version=2, start="2024-03-02", dose={"value": 1.50, "unit": "10*6/kg"})],
    [subject("A-001", version=1, birth_date="1980-02-03"), record("follow_up", "F1", date="2024-04-01", ecog=1)],
    [record("adverse_event", "AE1", "A-002", version=1, term="Sepsis", grade=3, onset="2024-03-09", serious=True)],
    [
        subject("A-002", version=1),
        subject("A-002", version=2, sex="female"),
        record("lab", "L1", "A-003", test="anc", collected="2024", value="<0.1"),
    ],
    [record("adverse_event", "AE1", "A-001", version=2, term="Sepsis", grade=4, onset="2024-03-09")],
    [record("adverse_event", "AE1", "A-009", version=3, term="Sepsis", grade=4, onset="2024-03-09")],
    [record("adverse_event", "AE1", "A-009", version=4, term="Sepsis", grade=5, onset="2024-03-09")],
    [record("adverse_event", "AE1", "A-001", version=5, term="Sepsis", grade=2, onset="2024-03-09")],
    [record("disease_assessment", "DA1", version=1, date="2024-03-20", response="CR", mrd={"result": "negative"})],
    [record("disease_assessment", "DA1", version=2, date="2024-03-20", response="CR")],
    [record("disease_assessment", "DA1", version=3, date="2024-03-20", response="CR", mrd={"result": "positive"})],
    [subject("A-002", version=3, status=RETRACTED), record("infusion", "I1", version=1, start="2024-03-01")],
    [
        record("gvhd", "G1", version=2, kind="acute", onset="2024-04", grade="II"),
        record("gvhd", "G1", version=1, kind="acute"),
    ],
    [record("follow_up", "F1", date="2024-04-01", ecog=5), record("therapy", "Y1", date="2024-05-01", kind="dli")],
    [
        subject("A-004"),
        record("death", "X4", "A-004", version=1, date=None),
        record("death", "X4", "A-004", version=2, status=RETRACTED),
    ],
]


@pytest.fixture
def messy(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        for payload in MESS:
            assert door.send(*payload).status_code == 201
        yield door


def tamper(door: Door, statement: str) -> None:
    with door.services.database.write.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1


def mend(door: Door) -> Rebuilt:
    with door.services.database.write.begin() as connection:
        return rebuild(connection, write_back=True)


def test_a_messy_history_is_rebuilt_byte_for_byte(messy: Door) -> None:
    found = messy.rebuilt()
    assert found.different == 0
    assert found.resources > 25
    assert found.events > 25


def test_foreign_keys_hold(messy: Door) -> None:
    with messy.services.database.read.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        orphans = "SELECT count(*) FROM clinical_event WHERE subject NOT IN (SELECT id FROM subject)"
        assert connection.execute(text(orphans)).scalar() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE resource SET body = CAST(replace(body, '2024-03-02', '2024-03-03') AS BLOB)"
        " WHERE id = (SELECT min(id) FROM resource WHERE type = 'Procedure')",
        "UPDATE resource SET body = CAST(body || ' ' AS BLOB) WHERE type = 'Patient' AND version = 1 AND seq_from ="
        " (SELECT min(seq_from) FROM resource WHERE type = 'Patient')",
        "UPDATE resource SET body = x'7b7d' WHERE type = 'ResearchStudy' AND version = 2",
        "UPDATE clinical_event SET first_day = first_day + 1 WHERE kind = 'infusion'",
        "UPDATE clinical_event SET version = 7 WHERE kind = 'gvhd_grade' AND grade = 2",
        "DELETE FROM clinical_event WHERE kind = 'therapy'",
        "UPDATE clinical_event SET seq_to = seq_to - 1 WHERE kind = 'therapy'",
        "UPDATE clinical_event SET resource = NULL WHERE kind = 'infusion'",
        "INSERT INTO clinical_event"
        " (study, subject, kind, first_day, last_day, precision, record, version, seq_from, seq_to)"
        " SELECT study, subject, 'death', 1, 1, 'day', record, version, seq_from, seq_to FROM clinical_event"
        " WHERE kind = 'infusion'",
    ],
)
def test_what_was_tampered_with_is_found_and_mended(messy: Door, statement: str) -> None:
    before = [messy.rows(name)["rows"] for name in ("OS", "DFS", "DLT")]
    tamper(messy, statement)
    assert messy.rebuilt().different >= 1
    assert mend(messy).different == 1
    assert messy.rebuilt().different == 0
    assert [messy.rows(name)["rows"] for name in ("OS", "DFS", "DLT")] == before


def test_a_record_of_which_every_event_was_lost_is_mended(messy: Door) -> None:
    before = messy.rows("DFS")
    with messy.services.database.write.begin() as connection:
        connection.execute(text("DELETE FROM clinical_event WHERE record = 'infusion/A/ehr/I1'"))
    assert messy.rebuilt().different == 1
    mend(messy)
    assert messy.rebuilt().different == 0
    assert messy.rows("DFS") == before

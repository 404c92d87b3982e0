"""The index of values: made again from the bytes as stored, wherever it differs from them."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.rebuild import rebuild
from tests.journeys.door import STUDY, open_door, record, subject


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM search_index WHERE text = 'female'",
        "UPDATE search_index SET low = low + 1 WHERE low IS NOT NULL AND resource = (SELECT max(id) FROM resource"
        " WHERE type = 'Procedure')",
        "INSERT INTO search_index (resource, parameter, position, text)"
        " SELECT id, 1, 99, 'nothing' FROM resource WHERE type = 'ResearchStudy' AND version = 1",
    ],
)
def test_what_was_tampered_with_is_found_and_mended(tmp_path: Path, statement: str) -> None:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        door.send(subject("A-001", sex="female"), record("infusion", "I1", start="2024-03-01"))
        with door.services.database.write.begin() as connection:
            assert connection.execute(text(statement)).rowcount == 1
        assert door.rebuilt().different == 1
        with door.services.database.write.begin() as connection:
            rebuild(connection, write_back=True)
        assert door.rebuilt().different == 0


def test_a_store_without_an_index_is_indexed_anew(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        door.send(subject("A-001", sex="female"))
        with door.services.database.write.begin() as connection:
            connection.execute(text("DELETE FROM search_index"))
        assert "entry" not in door.get("/fhir/Patient?gender=female").json()
        with door.services.database.write.begin() as connection:
            rebuild(connection, write_back=True)
        assert door.get("/fhir/Patient?gender=female").json()["total"] == 1

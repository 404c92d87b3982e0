"""The export: coded data only, the same for the same moment, whatever came in since."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

from app.commands.export import run
from app.config import Settings
from app.endpoints.event import EVENT
from app.engines import parquet
from tests.commands.exported import command, export
from tests.journeys.door import STUDY, Door, open_door

PERSON = {"type": "subject", "site": "A", "source": "ehr", "status": "final", "subject": "001", "id": "S"}
IDENTITY = {"mrn": "MRN-4711", "family_name": "Rosenbaum", "given_name": "Ilse", "birth_date": "1961-07-04"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path / "data") as found:
        assert found.put_study(STUDY, "A").status_code in (200, 201)
        yield found


def infusion(day: str, **more: str) -> dict[str, str]:
    return {**PERSON, "type": "infusion", "id": "I", "start": day, "outcome": "completed", **more}


def test_every_version_is_there_with_its_seq_range(door: Door, tmp_path: Path) -> None:
    door.send(PERSON)
    door.send(infusion("2026-03-10"))
    door.send(infusion("2026-03-12"))
    export(tmp_path / "data", tmp_path / "out")
    table = pyarrow.parquet.read_table(tmp_path / "out" / "clinical_event.parquet")
    assert table.column_names == [column.name for column in EVENT.c]
    infusions = [row for row in table.to_pylist() if row["kind"] == "infusion"]
    assert [row["first_day"] for row in infusions] == [20522, 20524]  # days since 1970-01-01
    assert infusions[0]["seq_to"] == infusions[1]["seq_from"]


def test_the_same_moment_gives_the_same_bytes_whatever_came_in_since(door: Door, tmp_path: Path) -> None:
    door.send(PERSON)
    door.send(infusion("2026-03-10"))
    export(tmp_path / "data", tmp_path / "before")
    seq = json.loads((tmp_path / "before" / "study.json").read_text())["as_of_seq"]
    door.clock.move(days=1)
    door.send(infusion("2026-03-12"), {**PERSON, "id": "T", "subject": "002"})
    export(tmp_path / "data", tmp_path / "after", "--as-of", str(seq))
    for path in (tmp_path / "before").iterdir():
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes(), path.name


def test_no_identifier_leaves(door: Door, tmp_path: Path) -> None:
    said = f"seen with {IDENTITY['family_name']}, {IDENTITY['mrn']}"
    event = {**PERSON, "type": "adverse_event", "id": "E", "term": said, "onset": "2026-03-11", "serious": True}
    assert door.send({**PERSON, **IDENTITY}, event).json()["accepted"] == 2
    export(tmp_path / "data", tmp_path / "out")
    subjects = parquet.read(tmp_path / "out" / "subject.parquet")
    assert [(row["number"], row["site"], sorted(row)) for row in subjects] == [
        ("001", "A", ["id", "number", "seq", "site"])
    ]
    assert len(list((tmp_path / "out").iterdir())) == 4
    rows = [row for path in (tmp_path / "out").glob("*.parquet") for row in parquet.read(path)]
    text = json.dumps(rows) + (tmp_path / "out" / "study.json").read_text(encoding="utf-8")
    for word in IDENTITY.values():
        assert word not in text


def test_rows_are_written_in_groups(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.export.ROW_GROUP", 2)
    door.send(PERSON)
    door.send(infusion("2026-03-10"))
    found = run(Settings(data=tmp_path / "data"), STUDY, None, tmp_path / "out")
    file = pyarrow.parquet.ParquetFile(tmp_path / "out" / "clinical_event.parquet")
    assert file.metadata.num_rows == found.events > 2
    assert file.metadata.num_row_groups == -(-found.events // 2)


def test_a_study_that_does_not_exist_is_refused(door: Door, tmp_path: Path) -> None:
    result = command("export", tmp_path / "out", "--study", "other", "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()

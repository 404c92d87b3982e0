"""The records of docs/records.md go through the door as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator

from app.domain.records import RECORD_TYPES
from tests.journeys.door import STUDY, Door, open_door

PAGE = Path(__file__).parents[2] / "docs" / "records.md"


def examples() -> list[dict[str, object]]:
    [block] = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [json.loads(record) for record in re.split(r"\n(?=\{)", block.strip())]


def check_schema(door: Door, record: dict[str, object]) -> None:
    answer = door.get(f"/schemas/records/{record['type']}")
    assert answer.headers["content-type"] == "application/schema+json"
    Draft202012Validator(answer.json()).validate(record)


def test_every_type_has_an_example_that_is_taken(tmp_path: Path) -> None:
    found = examples()
    assert {record["type"] for record in found} == set(RECORD_TYPES)
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        receipt = door.receipt(*found)
        assert (receipt["accepted"], receipt["rejected"], receipt["waiting"]) == (len(found), 0, 0)
        for record in found:
            check_schema(door, record)
        listed = door.get("/schemas/records").json()["records"]
        assert [one["type"] for one in listed] == list(RECORD_TYPES)
        unknown = door.get("/schemas/records/adverse_events")
        assert (unknown.status_code, unknown.json()["issues"][0]["suggestion"]) == (404, "adverse_event")
        assert door.get("/studies/gdt-relapse/queries", rule="infusion-dose-differs").json()["queries"] == []

"""The published schemas of the records: what they take and refuse, beside what the service takes and refuses.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.commands.openapi import FOLDER, documents
from app.domain.records import RECORD_TYPES, read_record
from app.interop import record_schema as module
from app.interop.record_schema import record_schema
from tests.interop.fhir.full import FULL

ROOT = Path(__file__).parents[2]
VALIDATORS = {name: Draft202012Validator(record_schema(name)) for name in RECORD_TYPES}
ENVELOPE = {"site": "A", "source": "ehr", "id": "X-1", "subject": "A-001"}
# One value a fault that a schema can name; none depends on the length of a month, the number of digits, or on what a
# JSON Schema calls an integer (1.0).
VALUES: list[Any] = [
    *(None, True, False, -1, 0, 1, 6, 101, 501, Decimal("0.5"), Decimal("-0.5"), 10**9),
    *("", " ", "x", " x", "x ", "x" * 201, "x" * 4001, "CR", "acute", "I", "related", "<0.1", "< 5 ", "<<5", "≥5"),
    *("2024", "2024-02", "2024-13", "2024-02-10", "2024-2-1", "1849", "2200-01-01", "2024-02-10T10:00:00+01:00"),
    *("2024-02-10T25:00Z", "2024-02-10T10:00", "2024-02-10T10:00:00.123456789Z", "2024-02-10T10:00+15:00"),
    *([], ["x"], [1], ["marrow"], {}, {"x": "y"}, {"x": 9}, {"value": 1, "unit": "10*6"}, {"value": -1, "unit": "x"}),
    *({"date": "2024"}, [{"date": "2024-01", "grade": 3}], [{"date": "2024-01", "grade": 9}], {"skin": 5}),
]


# What `FULL` leaves to the views of subjects.
SUBJECTS: dict[str, list[dict[str, Any]]] = {
    "subject": [
        {
            "mrn": "4711",
            "birth_date": "1961-07",
            "sex": "female",
            "consent_date": "2024-01-02",
            "withdrawal": {"date": "2024-05-01", "scope": "follow-up", "vital_status_allowed": True},
            "state": "withdrawn",
            "state_date": "2024-05-01",
            "strata": {"age_class": "adult"},
        }
    ],
    "end_of_study": [{"date": "2024-06-01", "reason": "completed"}],
}


def plain(value: Any) -> Any:
    """Numbers as a validator reads them."""
    return json.loads(json.dumps(value, default=float))


def records() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, {**ENVELOPE, "type": name, **fields}) for name, found in {**FULL, **SUBJECTS}.items() for fields in found
    ]


def taken(record: Any) -> bool:
    return not isinstance(read_record(record), tuple)


@pytest.mark.parametrize("name", RECORD_TYPES)
def test_a_schema_is_one_and_is_current(name: str) -> None:
    committed = json.loads((ROOT / FOLDER / "records" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(committed)
    assert committed == plain(record_schema(name))
    assert documents()[f"records/{name}.schema.json"]


def test_every_field_says_what_it_means() -> None:
    for name in RECORD_TYPES:
        schema = record_schema(name)
        for part in (schema, *schema.get("$defs", {}).values()):
            assert part["title"]
            assert all(node["description"] for node in part["properties"].values())


def test_the_table_of_meanings_has_four_cells_a_row() -> None:
    with (Path(module.__file__).parent / "record_words.csv").open(encoding="utf-8") as file:
        assert all(len(row) == 4 for row in csv.reader(file))


def test_full_records_of_every_type_are_valid() -> None:
    assert {name for name, _ in records()} == set(RECORD_TYPES)
    for name, record in records():
        assert [error.message for error in VALIDATORS[name].iter_errors(plain(record))] == []


def test_every_record_of_the_example_trial_is_judged_alike() -> None:
    differently, seen = [], 0
    for file in sorted((ROOT / "examples").glob("*.ndjson")):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line, parse_float=Decimal)
            if record.get("type") in RECORD_TYPES:
                seen += 1
                if VALIDATORS[record["type"]].is_valid(json.loads(line)) != taken(record):
                    differently.append(record)
    assert seen > 3000
    assert {record["collected"] for record in differently} == {"2025-02-30"}  # how long a month is no schema can say


@settings(max_examples=2000)
@given(st.sampled_from(records()), st.data())
def test_one_fault_is_judged_alike(found: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    """A field takes another value, is left out, or has a name that nobody knows."""
    name, record = found
    field = data.draw(st.sampled_from([*RECORD_TYPES[name].model_fields, "colour"]).filter(lambda one: one != "type"))
    changed = {key: value for key, value in record.items() if key != field}
    if data.draw(st.integers(0, 5)):
        changed[field] = data.draw(st.sampled_from(VALUES))
    assert VALIDATORS[name].is_valid(plain(changed)) == taken(changed), changed

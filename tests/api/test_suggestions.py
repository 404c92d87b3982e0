"""What is refused for one slip of the hand names the word that was meant, and never what was sent.

docs/records.md
"""

from __future__ import annotations

from typing import Any

from tests.journeys.door import STUDY, Door

RECORD: dict[str, Any] = {"site": "A", "source": "ehr", "id": "X-1", "subject": "A-001"}
LAB = {**RECORD, "type": "lab", "test": "CREA", "collected": "2026-03-01", "value": 80, "unit": "umol/L"}
EVENT = {**RECORD, "type": "adverse_event", "term": "Sepsis"}
INFUSION = {**RECORD, "type": "infusion", "start": "2026-03-01"}
STATED = {**RECORD, "type": "disease_assessment", "date": "2026-03-01"}
GVHD = {**RECORD, "type": "gvhd", "kind": "acute"}


CASES: list[tuple[dict[str, Any], str, str | None]] = [
    ({**LAB, "test": "Creatinin"}, "test", "CREA"),
    ({**LAB, "unit": "micromol/L"}, "unit", None),
    ({**LAB, "unit": "umol"}, "unit", "umol/L"),
    ({**LAB, "unit": "g/dL"}, "unit", None),
    ({**EVENT, "type": "adverse_events"}, "type", "adverse_event"),
    ({**EVENT, "relatedness": "possibly"}, "relatedness", "possible"),
    ({**EVENT, "seriousnes": True}, "seriousnes", None),
    ({**EVENT, "gradee": 3}, "gradee", "grade"),
    ({**EVENT, "crs": {"oxygen": "low flow"}}, "crs.oxygen", "low-flow"),
    ({**EVENT, "crs": {"hypotention": True}}, "crs.hypotention", "hypotension"),
    ({**EVENT, "grade_history": [{"date": "2026-03-01", "grad": 1}]}, "grade_history[0].grad", "grade"),
    ({**INFUSION, "dose": {"value": 2, "unit": "x10E6 per kg"}}, "dose.unit", "10*6/kg"),
    ({**INFUSION, "total_viable_cells": {"value": 2, "unit": "10*6/kg"}}, "total_viable_cells.unit", None),
    ({**STATED, "response": "relpase"}, "response", "relapse"),
    ({**STATED, "response": "CP"}, "response", None),
    ({**STATED, "mrd": {"result": "posititve"}}, "mrd.result", "positive"),
    ({**GVHD, "stages": {"livre": 1}}, "stages.livre", "liver"),
    ({**EVENT, "site": "a"}, "site", "A"),
    ({**EVENT, "site": "Z"}, "site", None),
]


def test_the_nearest_known_word(service: Door) -> None:
    service.put_study(STUDY, "A")
    lines = service.receipt(*(record for record, _, _ in CASES))["records"]
    for line, (_, path, suggestion) in zip(lines, CASES, strict=True):
        issues = {issue["path"]: issue for issue in line["issues"]}
        assert issues[f"records[{line['index']}].{path}"].get("suggestion") == suggestion, path


def test_an_unknown_field_is_told_the_fields_of_its_own_object(service: Door) -> None:
    record = {**GVHD, "stages": {"gut": 1}}
    [line] = service.receipt(record)["records"]
    assert line["issues"][0]["expected"] == "skin, liver, upper_gi, lower_gi"


def test_a_number_of_an_object_is_told_its_range(service: Door) -> None:
    record = {**GVHD, "stages": {"upper_gi": 4}}
    [line] = service.receipt(record)["records"]
    assert line["issues"][0]["expected"] == "0 to 1"

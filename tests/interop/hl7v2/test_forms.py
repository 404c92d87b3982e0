"""Forms of the trial: docs/hl7v2.md; yes and no: table 0136."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.interop.hl7v2.forms import Form, form_of, read_form
from app.interop.hl7v2.orders import orders
from app.interop.hl7v2.values import Habits
from tests.interop.hl7v2.messages import message

NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
SEPSIS = {"system": NCIT, "code": "C3364", "text": "Sepsis"}
HABITS = Habits(ZoneInfo("Europe/Berlin"), ",")


def form(record_type: str, *results: str) -> Form:
    segments = [f"OBX|{number}|{text}" for number, text in enumerate(results, start=1)]
    order = orders(message(f"OBR|1||1|{record_type}^^99ENGRAFT", *segments))[0][0]
    return read_form(order, record_type, HABITS, None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("death^^99ENGRAFT", "death"),
        ("death", "death"),
        ("death^Death certificate^L", None),
        ("LAB", None),
        ("deaths^^99ENGRAFT", None),
        ("", None),
    ],
)
def test_an_order_is_a_form_by_name_and_system(code: str, expected: str | None) -> None:
    assert form_of(orders(message(f"OBR|1||1|{code}"))[0][0]) == expected


@pytest.mark.parametrize(
    ("record_type", "result", "expected"),
    [
        ("adverse_event", "NM|grade||4||||||F", {"grade": 4}),
        ("adverse_event", "ID|serious||Y||||||F", {"serious": True}),
        ("adverse_event", "ST|serious||no||||||F", {"serious": False}),
        ("adverse_event", "ST|serious||perhaps||||||F", {"serious": "perhaps"}),
        ("adverse_event", "DTM|onset||202603020930||||||F", {"onset": "2026-03-02T09:30:00+01:00"}),
        ("adverse_event", "DT|onset||202603||||||F", {"onset": "2026-03"}),
        ("adverse_event", "CWE|code||C3364^Sepsis^NCIT||||||F", {"code": SEPSIS}),
        ("adverse_event", "ST|code||Sepsis||||||F", {"code": {"text": "Sepsis"}}),
        ("adverse_event", "CWE|outcome||recovered^x^L||||||F", {"outcome": "recovered"}),
        ("adverse_event", "ST|seriousness_criteria||a~b||||||F", {"seriousness_criteria": ["a", "b"]}),
        ("adverse_event", "NM|crs.temperature_c||39,1||||||F", {"crs": {"temperature_c": Decimal("39.1")}}),
        ("infusion", "NM|dose||1,03|10*6/kg|||||F", {"dose": {"value": Decimal("1.03"), "unit": "10*6/kg"}}),
        ("infusion", "NM|viability_pct||90.5||||||F", {"viability_pct": "90.5"}),
        ("subject", "ST|strata.dose_level||DL1||||||F", {"strata": {"dose_level": "DL1"}}),
        ("subject", "ST|subject||A-001||||||F", {"subject": "A-001"}),
        ("subject", "NM|version||2||||||F", {"version": 2}),
        ("gvhd", "NM|organ_scores.eyes||2||||||F", {"organ_scores": {"eyes": 2}}),
        ("disease_assessment", "NM|mrd.level||0,02||||||F", {"mrd": {"level": Decimal("0.02")}}),
        ("disease_assessment", "ST|mrd.level||<0.01||||||F", {"mrd": {"level": "<0.01"}}),
        ("lab", "ST|test||ANC||||||F", {"test": "ANC"}),
        ("death", 'DT|date||""||||||F', {}),
        ("death", "DT|date||||||||F", {}),
        ("death", "ST|nonsense.part||x||||||F", {"nonsense.part": "x"}),
    ],
)  # fmt: skip
def test_a_value_is_what_its_field_holds(record_type: str, result: str, expected: dict[str, Any]) -> None:
    found = form(record_type, result)
    assert (found.fields, found.issues) == (expected, [])


def test_rows_of_a_list_go_by_their_sub_id() -> None:
    found = form(
        "gvhd",
        *("DT|grade_history.date|2|20260301||||||F", "ST|grade_history.grade|2|II||||||F"),
        *("DT|grade_history.date|1|20260201||||||F", "ST|grade_history.grade|1|I||||||F"),
    )
    rows = [{"date": "2026-03-01", "grade": "II"}, {"date": "2026-02-01", "grade": "I"}]
    assert found.fields == {"grade_history": rows}
    assert found.places["grade_history[1].grade"] == "OBX[4]-5"


def test_a_list_may_come_in_several_results() -> None:
    assert form("adverse_event", "ST|seriousness_criteria||a||||||F", "ST|seriousness_criteria||b||||||F").fields == {
        "seriousness_criteria": ["a", "b"]
    }


@pytest.mark.parametrize(
    "results",
    [
        ("NM|grade||4||||||F", "NM|grade||3||||||F"),
        ("ST|crs||x||||||F", "NM|crs.vasopressors||1||||||F"),
        ("ST|grade_history||x||||||F", "ST|grade_history.grade|1|2||||||F"),
    ],
)
def test_a_field_that_is_said_twice_is_told(results: tuple[str, ...]) -> None:
    assert [(issue.code, issue.place) for issue in form("adverse_event", *results).issues] == [
        ("duplicate", "OBX[2]-5")
    ]


def test_what_was_taken_back_says_nothing_unless_all_was() -> None:
    assert form("death", "DT|date||20260301||||||F", "ST|cause||relapse||||||D").fields == {"date": "2026-03-01"}
    assert form("death", "DT|date||20260301||||||W").fields == {"date": "2026-03-01"}
    assert form("death", "DT|date||20260301||||||P").fields == {}

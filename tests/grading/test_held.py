"""Derived beside reported. MAGIC grades from Harris 2016, NIH 2014 severities, ASTCT grades from Lee 2019, by hand."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.record import Record
from app.domain.records import read_record
from app.grading.held import Held, of_record


def held(kind: str, /, **fields: Any) -> list[Held]:
    """What the record lets derive; floats are decimals."""
    raw = {"type": kind, "site": "A", "source": "ehr", "id": "1", "subject": "001", **_decimals(fields)}
    record = read_record(raw)
    assert isinstance(record, Record), record
    return of_record(record)


def _decimals(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _decimals(child) for name, child in value.items()}
    return Decimal(str(value)) if isinstance(value, float) else value


def stages(skin: int | None, liver: int | None, upper_gi: int | None, lower_gi: int | None) -> dict[str, int]:
    given = {"skin": skin, "liver": liver, "upper_gi": upper_gi, "lower_gi": lower_gi}
    return {organ: stage for organ, stage in given.items() if stage is not None}


@pytest.mark.parametrize(
    ("found", "reported", "derived", "agrees"),
    [
        (stages(2, 0, 0, 0), "I", "I", True),
        (stages(3, 0, 0, 0), "I", "II", False),
        (stages(0, 2, 0, 0), "II", "III", False),
        (stages(1, 1, 1, 1), "II", "II", True),
        (stages(4, 0, 0, 0), "III", "IV", False),
        (stages(0, 0, 0, 0), "0", "0", True),
        (stages(1, None, None, None), "III", None, None),  # the other organs may ask for III
        (stages(None, 4, None, None), "III", "IV", False),  # IV whatever the others are
        (stages(3, None, None, None), "I", None, False),  # II at least
        (stages(2, 0, 0, 0), None, "I", None),
    ],
)
def test_acute_gvhd(found: dict[str, int], reported: str | None, derived: str | None, agrees: bool | None) -> None:
    (one,) = held("gvhd", kind="acute", grade=reported, stages=found)
    assert (one.scale.name, one.outcome.value, one.reported, one.agrees) == ("MAGIC", derived, reported, agrees)


NONE_ELSE = dict.fromkeys(("mouth", "eyes", "gi", "liver", "joints_fascia", "genital"), 0)


@pytest.mark.parametrize(
    ("scores", "reported", "derived", "agrees"),
    [
        ({**NONE_ELSE, "skin": 1, "lungs": 0}, "mild", "mild", True),
        ({**NONE_ELSE, "skin": 1, "lungs": 1}, "mild", "moderate", False),
        ({**NONE_ELSE, "skin": 1, "Lung": 2}, "moderate", "severe", False),
        ({**NONE_ELSE, "skin": 1, "mouth": 1, "eyes": 1, "lungs": 0}, "moderate", "moderate", True),
        ({"skin": 3}, "moderate", "severe", False),
        ({"skin": 1}, "mild", None, None),
        ({"skin": 2}, "mild", None, False),  # moderate at least
        ({"toes": 3}, "mild", None, None),  # none of the eight organs, or one of them by another name
        ({**NONE_ELSE, "skin": 1, "lungs": 0, "toes": 3}, "moderate", None, None),
    ],
)
def test_chronic_gvhd(scores: dict[str, int], reported: str, derived: str | None, agrees: bool | None) -> None:
    (one,) = held("gvhd", kind="chronic", severity=reported, organ_scores=scores)
    assert (one.scale.name, one.outcome.value, one.agrees) == ("NIH 2014", derived, agrees)


def test_the_worst_dated_grade_stands_for_a_missing_one() -> None:
    history = [{"date": "2026-03-12", "grade": "III"}, {"date": "2026-03-20", "grade": "I"}]
    (one,) = held("gvhd", kind="acute", grade_history=history, stages=stages(2, 0, 0, 0))
    assert (one.reported, one.agrees) == ("III", False)


FEVER = {"temperature_c": 39.0, "antipyretics_given": False}


@pytest.mark.parametrize(
    ("crs", "possible"),
    [
        ({**FEVER, "hypotension": False, "oxygen": "none"}, (1,)),
        ({**FEVER, "hypotension": True, "vasopressors": 0, "vasopressin": False, "oxygen": "none"}, (2,)),
        ({**FEVER, "hypotension": False, "oxygen": "low-flow"}, (2,)),
        ({**FEVER, "hypotension": True, "vasopressors": 1, "oxygen": "none"}, (3,)),
        ({**FEVER, "hypotension": True, "vasopressors": 1, "vasopressin": True, "oxygen": "none"}, (3,)),
        ({**FEVER, "hypotension": True, "vasopressors": 0, "vasopressin": True, "oxygen": "none"}, (3,)),
        ({**FEVER, "hypotension": False, "oxygen": "high-flow"}, (3,)),
        ({**FEVER, "hypotension": True, "vasopressors": 2, "vasopressin": False, "oxygen": "none"}, (4,)),
        ({**FEVER, "hypotension": False, "oxygen": "positive-pressure"}, (4,)),
        ({**FEVER, "hypotension": True, "oxygen": "none"}, (2, 3, 4)),
        ({**FEVER, "hypotension": True, "vasopressors": 0, "oxygen": "none"}, (2, 3)),  # vasopressin?
        ({**FEVER, "vasopressin": True, "oxygen": "none"}, (3, 4)),
        ({**FEVER, "vasopressors": 0, "vasopressin": False, "oxygen": "none"}, (1, 2)),
        ({**FEVER, "oxygen": "none"}, (1, 2, 3, 4)),
        ({"temperature_c": 37.9, "antipyretics_given": False, "hypotension": False, "oxygen": "low-flow"}, (0,)),
        ({"temperature_c": 37.9, "antipyretics_given": True, "hypotension": False, "oxygen": "low-flow"}, (2,)),
        ({"temperature_c": 38.0, "hypotension": False, "oxygen": "none"}, (1,)),
    ],
)
def test_cytokine_release_syndrome(crs: dict[str, Any], possible: tuple[int, ...]) -> None:
    (one,) = held("adverse_event", term="Cytokine release syndrome", crs=crs)
    assert (one.scale.name, one.outcome.possible) == ("ASTCT 2019", possible)
    assert one.outcome.value == (possible[0] if len(possible) == 1 else None)


WELL: dict[str, Any] = {
    "ice_score": 10,
    "consciousness": "alert",
    "seizure": "none",
    "motor_weakness": False,
    "oedema": "none",
}


@pytest.mark.parametrize(
    ("changed", "derived"),
    [
        ({}, 0),
        ({"ice_score": 7}, 1),
        ({"ice_score": 3}, 2),
        ({"ice_score": 0}, 3),
        ({"consciousness": "unarousable", "ice_score": 0}, 4),
        ({"seizure": "brief"}, 3),
        ({"seizure": "prolonged"}, 4),
        ({"motor_weakness": True}, 4),
        ({"oedema": "focal"}, 3),
        ({"oedema": "diffuse"}, 4),
        ({"motor_weakness": None}, None),
        ({"motor_weakness": None, "oedema": "diffuse"}, 4),
    ],
)
def test_neurotoxicity(changed: dict[str, Any], derived: int | None) -> None:
    (one,) = held("adverse_event", term="ICANS", icans={**WELL, **changed})
    assert (one.scale.kind, one.outcome.value) == ("icans", derived)


@pytest.mark.parametrize(
    ("reported", "version", "agrees", "scale"),
    [
        (3, None, True, None),
        (2, None, False, None),
        (2, "5.0", False, "CTCAE 5.0"),
        (2, "CTCAE v5.0", False, "CTCAE 5.0"),
        (2, "as seen with Mr Smith", False, None),  # free text of the hospital goes nowhere
        (5, "5.0", None, "CTCAE 5.0"),  # death is reported, not derived
        (None, None, None, None),
    ],
)
def test_the_scale_of_the_reported_grade(
    reported: int | None, version: str | None, agrees: bool | None, scale: str | None
) -> None:
    crs = {**FEVER, "hypotension": True, "vasopressors": 1, "oxygen": "none"}
    (one,) = held("adverse_event", term="CRS", grade=reported, ctcae_version=version, crs=crs)
    assert (one.agrees, one.reported_scale) == (agrees, scale)
    assert ("CTCAE 5.0" in one.text) == (scale is not None)


@pytest.mark.parametrize(
    ("fields", "agrees"),
    [
        ({"response": "CR", "marrow_blasts_pct": 12.0}, False),
        ({"response": "CR", "blood_blasts_pct": 2.0}, False),
        ({"response": "CR", "extramedullary": True}, False),
        ({"response": "CR", "marrow_blasts_pct": 4.0}, None),  # CR or CRi is a matter of counts
        ({"response": "CR", "marrow_blasts_pct": 2.0, "blood_blasts_pct": 0.0, "extramedullary": False}, None),
        ({"response": "CRi", "marrow_blasts_pct": 6.0}, False),
        ({"response": "PR", "marrow_blasts_pct": 2.0, "blood_blasts_pct": 0.0, "extramedullary": False}, False),
        ({"response": "relapse", "relapse_sites": ["marrow"], "marrow_blasts_pct": 40.0}, None),
        (
            {"response": "relapse", "marrow_blasts_pct": 2.0, "blood_blasts_pct": 0.0, "extramedullary": False},
            False,
        ),
    ],
)
def test_response(fields: dict[str, Any], agrees: bool | None) -> None:
    (one,) = held("disease_assessment", date="2026-03-10", **fields)
    assert one.agrees is agrees


@pytest.mark.parametrize(
    "fields",
    [
        {"response": "CR"},  # nothing to hold it against
        {"response": "NE", "marrow_blasts_pct": 12.0},
        {"marrow_blasts_pct": 12.0},
        {"response": "relapse", "relapse_sites": ["mrd"], "marrow_blasts_pct": 1.0},  # by MRD alone
    ],
)
def test_nothing_to_compare(fields: dict[str, Any]) -> None:
    assert held("disease_assessment", date="2026-03-10", **fields) == []


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("crs", {"temperature_c": 390}),
        ("crs", {"vasopressors": -1}),
        ("crs", {"oxygen": "mask"}),
        ("crs", {"o2": "none"}),
        ("icans", {"ice_score": 11}),
        ("icans", {"seizure": True}),
    ],
)
def test_findings_are_checked(block: str, fields: dict[str, Any]) -> None:
    envelope = {"type": "adverse_event", "site": "A", "source": "ehr", "id": "1", "subject": "001", "term": "CRS"}
    found = read_record({**envelope, block: fields})
    assert isinstance(found, tuple)
    assert found[0].path == f"{block}.{next(iter(fields))}"

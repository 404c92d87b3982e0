"""The example's tables against the standards they quote."""

import csv
import os
from pathlib import Path

import pytest

from app.example.tables import pairs, rows, span

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.mark.parametrize(
    ("cell", "limits"), [("40-330", (40, 330)), ("-22--18", (-22, -18)), ("0-0", (0, 0)), ("", None)]
)
def test_span(cell: str, limits: tuple[int, int] | None) -> None:
    assert span(cell) == limits


def test_pairs() -> None:
    assert pairs("-12:1 5:3", ":") == [("-12", "1"), ("5", "3")]
    assert pairs("", ":") == []


@pytest.mark.parametrize("table", ["adverse_events", "adverse_event_cases"])
def test_ncit_codes_name_their_ctcae_terms(table: str) -> None:
    file = SHARED / "codes.csv"
    if not file.exists():
        pytest.skip("needs codes.csv of the shared reference data (ENGRAFT_SHARED)")
    with file.open(encoding="utf-8", newline="") as lines:
        codes = {row["code"]: row["display"] for row in csv.DictReader(lines) if row["concept"] == "CTCAE v5 term"}
    coded = {(row["ncit"], row["term"]) for row in rows(table) if row["ncit"]}
    assert coded
    assert [pair for pair in coded if codes.get(pair[0]) != pair[1]] == []


@pytest.mark.parametrize(
    ("test", "unit", "factor"),
    [
        ("HGB", "g/L", 10),
        ("BILI", "umol/L", 17.1),
        ("CREA", "umol/L", 88.4),
        ("ANC", "10*9/L", 1),
        ("PLT", "10*3/uL", 1),
    ],
)
def test_factors_from_the_conventional_unit(test: str, unit: str, factor: float) -> None:
    """From g/dL, mg/dL and 10*3/uL: the usual conversion factors of the laboratory tests."""
    assert [float(row["factor"]) for row in rows("labs") if (row["test"], row["unit"]) == (test, unit)] == [factor]


def test_ranges_of_two_units_agree() -> None:
    """Each SI range is the conventional one times the factor, give or take the rounding of a printed range."""
    conventional = {row["test"]: row for row in rows("labs") if row["factor"] == "1"}
    for row in rows("labs"):
        for limit in ("low", "high"):
            expected = float(conventional[row["test"]][limit]) * float(row["factor"])
            assert float(row[limit]) == pytest.approx(expected, rel=0.01), (row["test"], row["unit"], limit)


def _magic(stages: dict[str, int]) -> str:
    """Overall MAGIC grade by its published rule, worst organ first (Harris 2016)."""
    if 4 in (stages["skin"], stages["liver"], stages["lower_gi"]):
        return "IV"
    if stages["liver"] >= 2 or stages["lower_gi"] >= 2:
        return "III"
    return "II" if stages["skin"] == 3 or stages["liver"] or stages["upper_gi"] or stages["lower_gi"] else "I"


def test_acute_gvhd_stages_give_the_last_grade_of_the_course() -> None:
    for row in rows("gvhd"):
        if row["kind"] == "acute":
            stages = {organ: int(stage) for organ, stage in pairs(row["findings"], "=")}
            assert pairs(row["course"], ":")[-1][1] == _magic(stages), row["case"]


def _nih(scores: dict[str, int]) -> str:
    """Global severity of chronic GVHD by the NIH 2014 consensus."""
    if 3 in scores.values() or scores.get("lung", 0) >= 2:
        return "severe"
    return "moderate" if 2 in scores.values() or len(scores) >= 3 or scores.get("lung") else "mild"


def test_chronic_gvhd_scores_give_the_last_severity_of_the_course() -> None:
    for row in rows("gvhd"):
        if row["kind"] == "chronic":
            scores = {organ: int(score) for organ, score in pairs(row["findings"], "=")}
            assert pairs(row["course"], ":")[-1][1] == _nih(scores), row["case"]

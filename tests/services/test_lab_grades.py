"""A subject's laboratory results with their grades. Day 0 is 2024-03-01; expected grades are CTCAE v5.0's by hand."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.observation import Lab
from app.domain.records import read_record
from app.services.grades.graded import graded_results
from app.services.status.chart import Chart
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject
from tests.services.lab_records import INFUSION, alt, asked, entries, lab

ALT = "Alanine aminotransferase increased"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Door]:
    """A service with one site in Berlin and one subject there."""
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        door.send(subject("A-001", consent_date="2024-02-01"))
        yield door


def test_one_entry_for_each_result_and_term(site: Door) -> None:
    answer = asked(site, INFUSION, lab("L1", "potassium", "2024-03-08", 6.4, "mEq/L", low=3.5, high=5.1))
    assert answer["day_0"] == "2024-03-01"
    assert answer["ctcae_version"] == "5.0"
    hyper, hypo = entries(answer)
    shown = ("record", "test", "collected", "day", "value", "unit", "low", "high", "baseline")
    assert {name: str(hyper[name]) for name in shown} == {
        "record": "lab/A/ehr/L1",
        "test": "K",
        "collected": "2024-03-08",
        "day": "7",
        "value": "6.4",
        "unit": "mEq/L",
        "low": "3.5",
        "high": "5.1",
        "baseline": "None",
    }
    graded = ("term", "direction", "grade", "reason", "rule", "assumed", "flags", "version")
    assert [hyper[name] for name in graded] == [
        "Hyperkalemia", "H", 3, None, "ABS >6.0 mmol/L", None, (), "5.0"
    ]  # fmt: skip
    assert [hypo[name] for name in graded] == ["Hypokalemia", "L", 0, None, "not LLN <1", None, (), "5.0"]


def test_a_result_that_ctcae_does_not_grade_is_listed_with_the_reason(site: Door) -> None:
    (entry,) = entries(asked(site, lab("L1", "CRP", "2024-03-08", 210, "mg/L")))
    assert (entry["term"], entry["grade"]) == (None, None)
    assert entry["reason"] == "CTCAE 5.0 has no criteria for this test"


def test_the_unit_as_sent_is_graded_where_the_criteria_state_it(site: Door) -> None:
    """CTCAE: 55 mg/dL and 3.0 mmol/L are one limit, though 55 mg/dL converts to 3.05 mmol/L."""
    answer = asked(
        site,
        lab("L1", "glucose", "2024-03-08", 54, "mg/dL", low=70, high=100),
        lab("L2", "glucose", "2024-03-09", 3.0, "mmol/L", low=3.9, high=5.6),
    )
    assert [(entry["grade"], entry["rule"]) for entry in entries(answer, "Hypoglycemia")] == [
        (2, "ABS <55 mg/dL"),
        (1, "LLN <1"),
    ]


def test_any_other_unit_is_converted(site: Door) -> None:
    """400 cells/uL are 0.4 x 10*9/L: grade 4; ionised calcium 3.2 mEq/L is 1.6 mmol/L: grade 2, with its range."""
    answer = asked(
        site,
        lab("L1", "ANC", "2024-03-08", 400, "cells/uL", low=1800, high=7500),
        lab("L2", "ionised calcium", "2024-03-08", 3.2, "meq/L", low=2.3, high=2.64),
        lab("L3", "ionised calcium", "2024-03-09", 2.5, "meq/L", low=2.3, high=2.64),
    )
    assert [entry["grade"] for entry in entries(answer, "Neutrophil count decreased")] == [4]
    assert [entry["grade"] for entry in entries(answer, "Hypercalcemia")] == [2, 0]
    assert [entry["grade"] for entry in entries(answer, "Hypocalcemia")] == [0, 0]


def test_haemoglobin_in_mmol_is_graded_as_sent_for_anaemia_and_converted_for_its_increase(site: Door) -> None:
    """6.2 mmol/L is CTCAE's own limit; converted, it would be 99.9 g/L and already grade 2."""
    answer = asked(site, lab("L1", "HGB", "2024-03-08", 6.2, "mmol/L", low=7.4, high=9.9))
    assert [(entry["term"], entry["grade"]) for entry in entries(answer)] == [
        ("Anemia", 1),
        ("Hemoglobin increased", 0),
    ]


def test_a_missing_unit(site: Door) -> None:
    answer = asked(
        site,
        lab("L1", "ANC", "2024-03-08", 0.4, None, low=1.8),
        lab("L2", "INR", "2024-03-08", 1.6, None),
        alt("L3", "2024-03-08", 121) | {"unit": None},
    )
    assert {entry["record"][-2:]: (entry["grade"], entry["reason"]) for entry in entries(answer)} == {
        "L1": (None, "no unit is given"),
        "L2": (2, None),  # a ratio has none
        "L3": (2, None),  # a multiple of the laboratory's own limit
    }


def test_the_baseline_is_the_last_value_on_or_before_day_0(site: Door) -> None:
    answer = asked(
        site,
        INFUSION,
        alt("B1", "2024-02-20", 30),
        alt("B2", "2024-02-28", 100),
        alt("B3", "2024-02-29", None),
        alt("P1", "2024-03-05", 300),
    )
    found = {entry["record"][-2:]: entry for entry in entries(answer, ALT)}
    assert str(found["P1"]["baseline"]["value"]) == "100"
    assert found["P1"]["baseline"]["record"] == "lab/A/ehr/B2"
    assert (found["P1"]["grade"], found["P1"]["rule"]) == (1, "BASE >=1.5")
    assert (found["B3"]["grade"], found["B3"]["reason"]) == (None, "no value")


def test_the_baseline_itself_and_what_precedes_it_are_graded_by_the_range(site: Door) -> None:
    answer = asked(site, INFUSION, alt("B1", "2024-02-20", 130), alt("B2", "2024-02-28", 100))
    assert [(entry["grade"], entry["rule"], entry["baseline"]) for entry in entries(answer, ALT)] == [
        (2, "ULN >3.0", None),
        (1, "ULN >1", None),
    ]


@pytest.mark.parametrize(
    ("collected", "is_baseline"),
    [
        ("2024-03-01", True),  # same day without a clock time
        ("2024-03-01T09:59:00+01:00", True),
        ("2024-03-01T10:00:00+01:00", True),  # not after it
        ("2024-03-01T10:01:00+01:00", False),
        ("2024-02-29T23:30:00Z", True),  # 1 March, 00:30 in Berlin
        ("2024-03-02", False),
        ("2024-02", True),
        ("2024-03", False),  # not surely before
    ],
)
def test_the_day_of_the_infusion(site: Door, collected: str, is_baseline: bool) -> None:
    answer = asked(site, INFUSION, alt("B1", collected, 100), alt("P1", "2024-04-05", 300))
    (after,) = [entry for entry in entries(answer, ALT) if entry["record"].endswith("P1")]
    assert (after["baseline"] is not None) is is_baseline


def test_of_two_results_on_one_day_the_later_is_the_baseline(site: Door) -> None:
    morning, evening = "2024-02-28T07:00:00+01:00", "2024-02-28T18:00:00+01:00"
    answer = asked(site, INFUSION, alt("B2", morning, 30), alt("B1", evening, 100), alt("P1", "2024-03-05", 300))
    assert entries(answer, ALT)[-1]["baseline"]["record"] == "lab/A/ehr/B1"


def test_baseline_and_result_in_different_units_are_compared_in_the_kept_one(site: Door) -> None:
    """1.0 mg/dL of creatinine is 88.4 umol/L, 1.5 times that is 132.6: 133 is grade 2 by the baseline."""
    answer = asked(
        site,
        INFUSION,
        lab("B1", "creatinine", "2024-02-28", 1.0, "mg/dL", low=0.6, high=1.6),
        lab("P1", "creatinine", "2024-03-05", 133, "umol/L", low=60, high=140),
        lab("P2", "creatinine", "2024-03-06", 132.6, "umol/L", low=60, high=140),
    )
    found = {entry["record"][-2:]: (entry["grade"], entry["rule"]) for entry in entries(answer)}
    assert (found["P1"], found["P2"]) == ((2, "BASE >1.5"), (0, "not ULN >1"))


def test_without_an_infusion_there_is_no_baseline(site: Door) -> None:
    not_given = record("infusion", "I1", start="2024-03-01", outcome="not-done")
    answer = asked(site, not_given, alt("P1", "2024-03-05", 121))
    (entry,) = entries(answer)
    assert (answer["day_0"], entry["day"], entry["grade"], entry["flags"]) == (None, None, 2, ("no-baseline",))


def test_results_stand_in_order_of_time(site: Door) -> None:
    answer = asked(site, alt("L1", "2024-03-09", 41), alt("L2", "2024-03-03", 41), alt("L3", "2024-03-05", 41))
    assert [entry["collected"] for entry in entries(answer)] == ["2024-03-03", "2024-03-05", "2024-03-09"]


def test_the_cut_off_is_inclusive_and_holds_for_the_infusion_too(site: Door) -> None:
    answer = asked(site, INFUSION, alt("L1", "2024-02-20", 41), alt("L2", "2024-02-29", 41), cutoff="2024-02-29")
    assert (answer["day_0"], answer["cutoff"], len(answer["grades"])) == (None, "2024-02-29", 2)
    assert len(asked(site, cutoff="2024-02-28")["grades"]) == 1


def test_corrections_and_errors(site: Door) -> None:
    asked(site, alt("L1", "2024-03-05", 30, version=1), alt("L2", "2024-03-06", 900))
    before = str(site.seq())
    answer = asked(
        site, alt("L1", "2024-03-05", 300, version=2), alt("L2", "2024-03-06", 900, status="entered-in-error")
    )
    assert [(entry["record_version"], entry["grade"]) for entry in entries(answer)] == [(2, 3)]
    assert [(entry["record_version"], entry["grade"]) for entry in entries(asked(site, as_of=before))] == [
        (1, 0),
        (1, 4),
    ]


def test_a_value_below_what_can_be_measured(site: Door) -> None:
    (entry,) = entries(asked(site, lab("L1", "ANC", "2024-03-08", "<0.1", "10*9/L")))
    assert (entry["value"], entry["grade"], entry["flags"]) == ("<0.1", 4, ())


def test_the_record_is_named_with_the_version_and_resource_that_count(site: Door) -> None:
    asked(site, alt("L1", "2024-03-05", 30, version=7))
    (first,) = entries(asked(site))
    (second,) = entries(asked(site, alt("L1", "2024-03-05", 31, version=9)))
    assert [entry["record_version"] for entry in (first, second)] == [7, 9]
    assert first["resource"].endswith("/_history/1")
    assert second["resource"] == first["resource"].replace("/_history/1", "/_history/2")


def calcium(identifier: str, value: float, collected: str = "2024-03-08", unit: str = "mmol/L") -> Raw:
    low, high = (2.15, 2.55) if unit == "mmol/L" else (8.6, 10.2)
    return lab(identifier, "calcium", collected, value, unit, low=low, high=high)


def albumin(identifier: str, value: float | str, collected: str = "2024-03-08", unit: str = "g/L") -> Raw:
    return lab(identifier, "albumin", collected, value, unit, low=35, high=50)


@pytest.mark.parametrize(
    ("albumins", "value", "expected", "assumed"),
    [
        # 1.96 + 0.02 x (40 - 30) = 2.16: within its range. Uncorrected it would be grade 2.
        ([albumin("L2", 30)], 1.96, 0, "corrected to 2.16 mmol/L for an albumin of 30 g/L"),
        ([albumin("L2", 3, unit="g/dL")], 1.96, 0, "corrected to 2.16 mmol/L for an albumin of 30 g/L"),
        ([albumin("L2", 45)], 2.2, 1, "corrected to 2.1 mmol/L for an albumin of 45 g/L"),
        ([albumin("L2", 40)], 1.99, 2, "corrected to 1.99 mmol/L for an albumin of 40 g/L"),
        ([], 1.96, None, None),
        ([albumin("L2", 30, "2024-03-07")], 1.96, None, None),  # of another day
        ([albumin("L2", "<30")], 1.96, None, None),
        ([albumin("L2", 30, "2024-03")], 1.96, None, None),
    ],
)
def test_total_calcium_is_corrected_for_the_albumin_of_its_day(
    site: Door, albumins: list[Raw], value: float, expected: int | None, assumed: str | None
) -> None:
    found = entries(asked(site, calcium("L1", value), *albumins), "Hypocalcemia")
    assert [(entry["test"], entry["grade"], entry["assumed"]) for entry in found] == [("CA", expected, assumed)]
    assert (found[0]["reason"] is None) is (expected is not None)


def test_the_version_of_the_study_decides() -> None:
    """ANC 0.3 is grade 4 in v5.0 and grade 3 in v6.0."""
    found = read_record({**lab("L1", "ANC", "2024-03-08", "0.3", "10*9/L"), "value": Decimal("0.3")})
    assert isinstance(found, Lab)
    chart = Chart([found], None, None)
    grades_by_version = {
        version: [item.grade.grade for item in graded_results(chart, version) if item.grade]
        for version in ("5.0", "6.0")
    }
    assert grades_by_version == {"5.0": [4], "6.0": [3]}

"""DLT and SAE counted: findings, the conservative view, the investigators' word, escalation, terms and grades."""

from typing import Any

import pytest

from tests.endpoints.spec.harness import Raw, adverse_event, contact, death, infusion, row, subject, withdrawal
from tests.services.test_estimates import estimated, of

SEEN = contact(40)


def patient(number: int, *records: Raw, level: str | None = "1") -> list[Raw]:
    """A subject of a dose level who is infused on day 0."""
    strata = {"dose_level": level} if level else None
    return of(number, subject(strata=strata), infusion(), *records)


def toxic(day: int = 5, **fields: Any) -> Raw:
    """An event that is a DLT by rule DLT-2."""
    return adverse_event("Pneumonitis", day, 3, **{"relatedness": "possible", **fields})


def ungraded(day: int = 5) -> Raw:
    return adverse_event("Pneumonitis", day, None, relatedness="possible")


class TestFindings:
    def test_one_for_each_grade_above_baseline(self) -> None:
        history = [(-5, 1), (3, 2), (6, 3)]
        event = adverse_event("Pneumonitis", -5, None, grade_history=history, relatedness="unlikely", id="AE1")
        findings = row("DLT", subject(), infusion(), event, SEEN)["findings"]
        shown = [(item["date"], item["grade"], item["baseline"], item["dlt"]) for item in findings]
        assert shown == [("2026-03-13", 2, 1, False), ("2026-03-16", 3, 1, False)]
        assert {item["relatedness"] for item in findings} == {"unlikely"}
        assert {item["record"] for item in findings} == {"adverse_event/A/ehr/AE1"}

    def test_rule_exclusion_and_doubt(self) -> None:
        records = [
            toxic(id="AE1"),
            adverse_event("Fever", 2, 3, end=3, relatedness="related", id="AE2"),
            {**ungraded(8), "id": "AE3"},
        ]
        found = {item["record"][-3:]: item for item in row("DLT", subject(), infusion(), *records, SEEN)["findings"]}
        verdicts = {name: (item["dlt"], item["rule"], item["excluded_by"]) for name, item in found.items()}
        assert verdicts["AE1"] == (True, "DLT-2", None)
        assert verdicts["AE2"] == (False, None, "X-constitutional")
        assert verdicts["AE3"] == (None, None, None)
        assert found["AE3"]["unresolved"] == "grade not recorded"

    def test_of_serious_events(self) -> None:
        events = [
            adverse_event("Sepsis", 5, 4, serious=True, relatedness="related", id="AE1"),
            adverse_event("Fever", 6, 2, id="AE2"),
        ]
        found = row("SAE", subject(), infusion(), *events)["findings"]
        assert [(item["record"][-3:], item["serious"], item["grade"]) for item in found] == [
            ("AE1", True, 4),
            ("AE2", None, 2),
        ]
        assert (found[0]["unresolved"], found[1]["unresolved"] is None) == (None, False)


class TestDltCounts:
    RECORDS = [
        *patient(1, toxic(investigator_dlt=True), SEEN),
        *patient(2, SEEN),
        *patient(3, ungraded(), SEEN),
        *patient(4, contact(10)),
        *patient(5, death(10)),
        *patient(6, toxic(investigator_dlt=False), SEEN),
        *patient(7, adverse_event("Fever", 2, 1, investigator_dlt=False), SEEN),
    ]

    @pytest.fixture
    def found(self) -> dict[str, Any]:
        return estimated("DLT", self.RECORDS)

    def test_evaluable_or_the_reason(self, found: dict[str, Any]) -> None:
        assert (found["infused"], found["evaluable"], found["not_evaluable"], found["pending"]) == (7, 5, 2, 0)
        assert found["not_evaluable_reasons"] == {
            "died inside the window without a DLT": 1,
            "not observed through the last day of the window": 1,
        }

    def test_conservative_view(self, found: dict[str, Any]) -> None:
        assert (found["patients_with_dlt"], found["unresolved"], found["patients_with_dlt_or_unresolved"]) == (2, 1, 3)
        assert found["proportion"]["estimate"] == pytest.approx(2 / 5)
        assert found["proportion_conservative"]["estimate"] == pytest.approx(3 / 5)
        assert found["final"] is False
        assert found["final_reason"] == "1 patient(s) with an event that cannot be judged yet"

    def test_unresolved_and_not_observed_counts_in_the_conservative_denominator(self) -> None:
        found = estimated("DLT", [*patient(1, ungraded(), contact(10)), *patient(2, SEEN)])
        assert (found["evaluable"], found["patients_with_dlt_or_unresolved"]) == (1, 1)
        assert found["proportion_conservative"]["estimate"] == pytest.approx(1 / 2)

    def test_investigators_word(self, found: dict[str, Any]) -> None:
        assert found["investigator"] == {"yes": 1, "no": 2, "not_recorded": 4, "agrees": 2, "differs": 1}

    def test_worst_grades(self, found: dict[str, Any]) -> None:
        counts = {item["grade"]: item["patients"] for item in found["worst_grades"]}
        assert counts == {"none": 3, "1": 1, "3": 2, "not recorded": 1}

    def test_rules(self, found: dict[str, Any]) -> None:
        assert found["rules"] == {"DLT-2": 2}

    def test_withdrawn(self) -> None:
        found = estimated("DLT", of(1, withdrawal(10), infusion(), contact(9)))
        assert found["not_evaluable_reasons"] == {"consent withdrawn": 1}
        assert found["proportion"]["reason"] == "no evaluable patient"


class TestEscalation:
    def test_states_by_level(self) -> None:
        records = [
            *[line for number in (1, 2, 3) for line in patient(number, SEEN, level="1")],
            *patient(4, toxic(), SEEN, level="2"),
            *patient(5, SEEN, level="2"),
            *patient(6, contact(3), level="10"),
            *patient(7, SEEN, level=None),
        ]
        levels = estimated("DLT", records)["by_dose_level"]
        assert list(levels) == ["1", "2", "10", "not recorded"]
        words = {name: part["escalation"]["three_plus_three"] for name, part in levels.items()}
        assert words["1"]["text"] == "0 of 3 evaluable with a DLT: next level"
        assert (words["2"]["decision"], words["2"]["text"]) == ("enrol", "enrolling: 2 of 3 evaluable")
        assert words["not recorded"] is None
        assert levels["not recorded"]["escalation"]["reason"] == "the dose level is not recorded"
        assert levels["1"]["escalation"]["boin"]["decision"] == "escalate"
        assert levels["2"]["escalation"]["boin"]["decision"] == "de-escalate"

    def test_what_is_unresolved_keeps_it_open(self) -> None:
        records = [*patient(1, SEEN), *patient(2, SEEN), *patient(3, ungraded(), SEEN)]
        state = estimated("DLT", records)["by_dose_level"]["1"]["escalation"]["three_plus_three"]
        assert (state["decision"], state["final"], state["possible"]) == ("escalate", False, ["escalate", "expand"])

    def test_who_left_with_an_event_in_doubt_may_become_evaluable(self) -> None:
        records = [*patient(1, SEEN), *patient(2, SEEN), *patient(3, ungraded(), contact(10))]
        state = estimated("DLT", records)["by_dose_level"]["1"]["escalation"]["three_plus_three"]
        assert (state["decision"], state["final"], state["possible"]) == ("enrol", False, ["enrol", "expand"])

    def test_the_design_is_named(self) -> None:
        design = estimated("DLT", patient(1, SEEN))["escalation"]
        assert (design["target"], round(design["lambda_e"], 3), round(design["lambda_d"], 3)) == (0.3, 0.236, 0.359)
        # R package BOIN, get.boundary(target = 0.3, ...): 6 patients, 1, 3 and 4.
        assert list(design["boundaries"][5].values()) == [6, 1, 3, 4]


class TestSaeCounts:
    RECORDS = [
        *patient(
            1,
            adverse_event("Sepsis", 3, 4, serious=True, relatedness="related"),
            adverse_event("Sepsis", 9, 3, serious=True, relatedness="unlikely"),
            adverse_event("Fever", 9, None, serious=True),
        ),
        *patient(2, adverse_event("Sepsis", 3, 3, serious=True, relatedness="related")),
        *patient(3, adverse_event("Fever", 3, None, serious=True)),
        *patient(4, adverse_event("Fever", 3, 1)),
        *patient(5),
    ]

    @pytest.fixture
    def found(self) -> dict[str, Any]:
        return estimated("SAE", self.RECORDS)

    def test_patients_and_events(self, found: dict[str, Any]) -> None:
        assert (found["infused"], found["patients_with_sae"], found["events"], found["unresolved"]) == (5, 3, 5, 1)
        assert (found["patients_with_sae_or_unresolved"], found["final"]) == (4, False)
        assert found["proportion_conservative"]["estimate"] == pytest.approx(4 / 5)

    def test_by_term(self, found: dict[str, Any]) -> None:
        assert lines(found["by_term"], "term") == [("Fever", 2, 2), ("Sepsis", 2, 3)]
        # Clopper-Pearson of 2 in 5, as R's binom.test(2, 5) prints it.
        share = found["by_term"][0]["proportion"]
        assert (round(share["lower"], 8), round(share["upper"], 7)) == (0.05274495, 0.8533672)

    def test_by_relatedness_a_patient_counts_wherever_an_event_is(self, found: dict[str, Any]) -> None:
        expected = [("related", 2, 2), ("unlikely", 1, 1), ("not recorded", 2, 2)]
        assert lines(found["by_relatedness"], "relatedness") == expected

    def test_by_grade_a_patient_counts_once_at_the_worst(self, found: dict[str, Any]) -> None:
        assert lines(found["by_grade"], "grade") == [("3", 1, 2), ("4", 1, 1), ("not recorded", 1, 2)]


def lines(entries: list[dict[str, Any]], name: str) -> list[tuple[str, int, int]]:
    return [(entry[name], entry["patients"], entry["events"]) for entry in entries]

"""Estimates of endpoints from records on: published trials, groups, strata, and a reason for every null."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from app.domain.errors import Fault
from app.services.derivation.derivation import Wanted, summary
from app.services.derivation.estimate import Settings, survival
from app.services.derivation.time_to_event import Row
from tests.endpoints.estimate.six_mp import PAIRS
from tests.endpoints.spec.harness import (
    Asked,
    Raw,
    assessment,
    contact,
    death,
    event_rows,
    fill,
    infusion,
    memory,
    record,
    relapse,
    subject,
    with_subjects,
)


def estimated(endpoint: str, records: list[Raw], asked: Asked | None = None, **wanted: Any) -> dict[str, Any]:
    """The answer to a question about the records alone."""
    with memory() as connection:
        fill(connection, event_rows(with_subjects(numbered(records))))
        return summary(connection, (asked or Asked()).question(endpoint), Wanted(**wanted))


def numbered(records: list[Raw]) -> list[Raw]:
    return [{"id": f"R{place:04}", **raw} for place, raw in enumerate(records)]


def of(number: int, *records: Raw) -> list[Raw]:
    """The records as those of a subject."""
    return [{**raw, "subject": f"{number:03}"} for raw in records]


def course(number: int, days: int, died: bool, **strata: str) -> list[Raw]:
    """A subject who is infused, and dies or is last seen on a day."""
    end = death(days) if died else contact(days)
    return of(number, subject(strata=strata or None), infusion(), end)


def six_mp() -> Iterator[Raw]:
    """The trial of 6-mercaptopurine, weeks as days, with the end of remission as a death."""
    for pair, (placebo, treated, ended) in enumerate(PAIRS):
        yield from course(2 * pair + 1, placebo, True, arm="placebo", pair=str(pair))
        yield from course(2 * pair + 2, treated, ended, arm="6-MP", pair=str(pair))


@cache
def by_arm() -> dict[str, Any]:
    return estimated("OS", list(six_mp()), group_by="arm", at=(6, 22, 23), tau=23)


def no_reason_without_null(value: Any) -> None:
    """Where something is missing there is a reason, and nowhere else. Counts of BOIN that do not exist are no nulls."""
    if isinstance(value, list):
        for item in value:
            no_reason_without_null(item)
    if isinstance(value, dict):
        if "reason" in value:
            missing = any(item is None for name, item in value.items() if name not in ("reason", "stratified_by"))
            assert missing == (value["reason"] is not None), value
        for item in value.values():
            no_reason_without_null(item)


class TestThe6MpTrial:
    """Freireich et al. 1963; Klein and Moeschberger, Survival Analysis (2003), tables 1.1 and 4.1B, section 7.5."""

    @pytest.fixture
    def found(self) -> dict[str, Any]:
        return by_arm()

    def test_groups(self, found: dict[str, Any]) -> None:
        treated, placebo = found["groups"]["6-MP"], found["groups"]["placebo"]
        assert (treated["n"], treated["events"], treated["censored"]) == (21, 9, 12)
        assert (placebo["n"], placebo["events"]) == (21, 21)
        assert (treated["median"]["estimate"], placebo["median"]["estimate"]) == (23, 8)
        landmarks = [(row["day"], round(row["estimate"], 4), round(row["std_err"], 4)) for row in treated["landmarks"]]
        assert landmarks == [(6, 0.8571, 0.0764), (22, 0.5378, 0.1282), (23, 0.4482, 0.1346)]
        assert [row["n_risk"] for row in treated["landmarks"]] == [21, 7, 6]
        assert [row["cumulative_events"] for row in treated["landmarks"]] == [3, 8, 9]

    def test_methods_are_named(self, found: dict[str, Any]) -> None:
        overall = found["overall"]
        assert (overall["method"], overall["variance"]) == ("Kaplan-Meier", "Greenwood")
        assert overall["follow_up"]["method"] == "reverse Kaplan-Meier"
        assert (found["conf_type"], found["level"]) == ("log-log", 0.95)
        assert found["log_rank"]["method"] == "log-rank"

    def test_log_rank(self, found: dict[str, Any]) -> None:
        test = found["log_rank"]
        assert (round(test["statistic"], 3), test["df"], test["reason"]) == (16.793, 1, None)
        tallies = [(item["group"], item["n"], item["observed"], round(item["expected"], 2)) for item in test["groups"]]
        assert tallies == [("6-MP", 21, 9, 19.25), ("placebo", 21, 21, 10.75)]

    def test_stratified_by_pair(self) -> None:
        # Placebo ended first in 18 pairs, 6-MP in 3: (18 - 3)^2 / (18 + 3).
        test = estimated("OS", list(six_mp()), group_by="arm", stratify_by="pair")["log_rank"]
        assert (test["statistic"], test["stratified_by"]) == (pytest.approx(225 / 21), "pair")

    def test_restricted_mean_of_placebo_by_hand(self, found: dict[str, Any]) -> None:
        # Nobody is censored, and all ended by week 23: the mean of the weeks, 182 / 21.
        mean = found["groups"]["placebo"]["rmean"]
        assert (mean["tau"], mean["estimate"], mean["reason"]) == (23, pytest.approx(182 / 21), None)
        assert mean["lower"] < mean["estimate"] < mean["upper"]

    def test_every_null_has_its_reason(self, found: dict[str, Any]) -> None:
        no_reason_without_null(found)


class TestReasons:
    def test_median_not_reached(self) -> None:
        found = estimated("OS", [*course(1, 10, True), *course(2, 40, False), *course(3, 50, False)])["overall"]
        assert found["median"]["estimate"] is None
        assert found["median"]["reason"] == "not reached: the curve stays above 0.5 through day 50"
        assert found["quantiles"][2]["reason"] == "not reached: the curve stays above 0.25 through day 50"
        assert found["landmarks"][1]["reason"] == "beyond follow-up: the last observed day is 50"
        no_reason_without_null(found)

    def test_upper_limit_not_reached(self) -> None:
        # S: 3/4, 1/2, 1/4, 0; the interval ends on day 3, where its upper limit is still above one half.
        found = estimated("OS", [line for day in range(1, 5) for line in course(day, day, True)])["overall"]
        assert (found["median"]["estimate"], found["median"]["lower"], found["median"]["upper"]) == (2.5, 1, None)
        text = "upper limit not reached: the upper limit of the curve stays above 0.5 through day 3"
        assert found["median"]["reason"] == text
        text = "variance and interval are not estimable at an estimate of 0"
        assert found["landmarks"][0]["reason"] == text
        no_reason_without_null(found)

    def test_all_on_one_day(self) -> None:
        found = estimated("OS", [*course(1, 7, True), *course(2, 7, True)])["overall"]
        assert found["median"]["estimate"] == 7
        assert found["median"]["reason"].startswith("no log-log interval is estimable on any day")

    def test_nobody(self) -> None:
        found = estimated("OS", of(1, subject()))["overall"]
        assert (found["n"], found["median"]["reason"], found["rmean"]["reason"]) == (0, "no subjects", "no subjects")
        no_reason_without_null(found)

    def test_nobody_was_followed(self) -> None:
        found = estimated("OS", course(1, 0, False))["overall"]
        assert (found["rmean"]["tau"], found["rmean"]["reason"]) == (None, "nobody was followed beyond day 0")

    def test_an_estimate_of_1_has_no_log_log_interval(self) -> None:
        records = [*course(1, 10, False), *course(2, 40, False)]
        landmark = estimated("OS", records, at=(28,))["overall"]["landmarks"][0]
        assert landmark["reason"] == "a log-log interval is not estimable at an estimate of 1"
        plain = estimated("OS", records, at=(28,), conf_type="plain")["overall"]["landmarks"][0]
        assert (plain["lower"], plain["upper"], plain["reason"]) == (1, 1, None)

    @pytest.mark.parametrize(
        ("records", "reason"),
        [
            (course(1, 5, True, arm="A"), "a test needs two groups; there is one"),
            ([*course(1, 5, False, arm="A"), *course(2, 9, False, arm="B")], "no event in any group"),
        ],
    )
    def test_nothing_to_compare(self, records: list[Raw], reason: str) -> None:
        test = estimated("OS", records, group_by="arm")["log_rank"]
        assert (test["statistic"], test["p"], test["reason"]) == (None, None, reason)


class TestGroups:
    def test_who_has_no_group_takes_no_part_in_the_test(self) -> None:
        known = [line for pair in enumerate(PAIRS[:6]) for line in two_arms(*pair)]
        found = estimated("OS", [*known, *course(90, 1, True), *course(91, 2, True)], group_by="arm")
        assert list(found["groups"]) == ["A", "B", "not recorded"]
        assert found["log_rank"]["excluded"] == [{"n": 2, "reason": "group not recorded"}]
        alone = estimated("OS", known, group_by="arm")["log_rank"]
        assert found["log_rank"]["statistic"] == alone["statistic"]

    def test_who_has_no_stratum_takes_no_part_in_the_stratified_test(self) -> None:
        known = [line for pair in enumerate(PAIRS[:6]) for line in two_arms(*pair)]
        test = estimated("OS", [*known, *course(90, 1, True, arm="A")], group_by="arm", stratify_by="pair")["log_rank"]
        assert test["excluded"] == [{"n": 1, "reason": "pair not recorded"}]

    def test_numbers_in_names_are_sorted_as_numbers(self) -> None:
        records = [line for number in (10, 9, 1) for line in course(number, number, True, arm=f"level {number}")]
        found = estimated("OS", [*records, *course(2, 2, True)], group_by="arm")["groups"]
        assert list(found) == ["level 1", "level 9", "level 10", "not recorded"]

    def test_who_has_no_group_comes_last(self) -> None:
        found = estimated("OS", [*course(1, 5, True, arm="z"), *course(2, 5, True)], group_by="arm")["groups"]
        assert list(found) == ["z", "not recorded"]

    def test_remission_at_the_infusion_and_at_the_transplant(self) -> None:
        records = [
            *of(1, assessment(-3, "CR"), infusion(), contact(9), record("disease", status_at_transplant="CR2")),
            *of(2, assessment(-3, "CR"), assessment(-1, "PR"), infusion(), contact(9)),
            *of(3, infusion(), contact(9)),
        ]
        found = estimated("OS", records, group_by="baseline_status")["groups"]
        assert {name: part["n"] for name, part in found.items()} == {"CR": 1, "PR": 1, "not recorded": 1}
        found = estimated("OS", records, group_by="status_at_transplant")["groups"]
        assert {name: part["n"] for name, part in found.items()} == {"CR2": 1, "not recorded": 2}

    def test_one_horizon_for_all_groups(self) -> None:
        records = [*course(1, 200, True, arm="A"), *course(2, 400, False, arm="A"), *course(3, 50, False, arm="B")]
        found = estimated("OS", records, group_by="arm")
        assert (found["overall"]["rmean"]["tau"], found["groups"]["A"]["rmean"]["tau"]) == (365, 365)
        short = found["groups"]["B"]["rmean"]
        assert (short["tau"], short["estimate"]) == (365, None)
        assert short["reason"] == "beyond follow-up: the last observed day is 50"

    def test_an_unknown_stratum(self) -> None:
        with pytest.raises(Fault) as fault:
            estimated("OS", course(1, 5, True, arm="A"), group_by="colour")
        assert (fault.value.issues[0].path, fault.value.issues[0].expected) == (
            "group_by",
            "site, baseline_status, arm",
        )


def two_arms(pair: int, times: tuple[int, int, bool]) -> list[Raw]:
    first, second, ended = times
    one = course(2 * pair + 1, first, True, arm="A", pair=str(pair))
    return [*one, *course(2 * pair + 2, second, ended, arm="B", pair=str(pair))]


class TestCompetingRisks:
    RECORDS = [
        *of(1, assessment(-1, "CR"), infusion(), relapse(10)),
        *of(2, assessment(-1, "CR"), infusion(), assessment(15, "CR"), death(20, "infection")),
        *of(3, assessment(-1, "CR"), infusion(), assessment(30, "CR"), contact(30)),
        *of(4, assessment(-1, "CR"), infusion(), assessment(30, "CR"), contact(30)),
    ]

    def test_causes_and_the_rest_make_1(self) -> None:
        found = estimated("CIR_NRM", self.RECORDS, at=(20,))["overall"]
        causes = {name: cause["landmarks"][0]["estimate"] for name, cause in found["causes"].items()}
        assert causes == {"relapse": pytest.approx(0.25), "nrm": pytest.approx(0.25)}
        assert found["event_free"]["landmarks"][0]["estimate"] == pytest.approx(0.5)
        assert (found["method"], found["variance"]) == ("Aalen-Johansen", "aalen")
        no_reason_without_null(found)

    def test_gray_says_why_not(self) -> None:
        records = [{**raw, "strata": {"arm": "A"}} if raw["type"] == "subject" else raw for raw in self.RECORDS]
        known = [subject(strata={"arm": "A"}, subject=f"{number:03}") for number in (1, 2, 3, 4)]
        test = estimated("CIR_NRM", [*known, *records], group_by="arm")["gray"]["relapse"]
        assert (test["statistic"], test["reason"]) == (None, "a test needs two groups; there is one")


class TestUndetermined:
    def test_they_are_counted_and_in_no_estimate(self) -> None:
        known = Row(1, 0, 5, 0, "death", None, None, None)
        open_row = replace(known, subject=2, cnsr=None, component=None, reason="it cannot be said")
        found = survival([known, open_row], Settings("log-log", 0.95, (5,)))
        assert (found["n"], found["events"], found["censored"], found["undetermined"]) == (2, 1, 0, 1)
        assert found["undetermined_reasons"] == {"it cannot be said": 1}
        assert (found["final"], found["final_reason"]) == (False, "1 of 2 subjects are in no estimate")
        assert found["landmarks"][0]["n_risk"] == 1


class TestParameters:
    RECORDS = course(1, 5, True, arm="A")

    @pytest.mark.parametrize(
        ("endpoint", "wanted", "name"),
        [
            ("OS", {"proportion_method": "wilson"}, "proportion_method"),
            ("CIR_NRM", {"tau": 100}, "tau"),
            ("DLT", {"at": (28,)}, "at"),
            ("SAE", {"rho": 1}, "rho"),
            ("CR", {"stratify_by": "arm"}, "stratify_by"),
            ("OS", {"stratify_by": "arm"}, "stratify_by"),
            ("OS", {"stratify_by": "arm", "group_by": "arm"}, "stratify_by"),
        ],
    )
    def test_what_an_endpoint_has_no_use_for_is_refused(self, endpoint: str, wanted: Raw, name: str) -> None:
        with pytest.raises(Fault) as fault:
            estimated(endpoint, self.RECORDS, **wanted)
        assert fault.value.issues[0].path == name

    def test_landmarks_are_sorted_and_single(self) -> None:
        found = estimated("OS", self.RECORDS, at=(9, 3, 9))["overall"]["landmarks"]
        assert [row["day"] for row in found] == [3, 9]

    def test_level(self) -> None:
        # Clopper-Pearson of 0 in 1: the upper limit is 1 - (1 - level) / 2.
        share = estimated("SAE", course(1, 40, False), level=0.8)["proportion"]
        assert share["upper"] == pytest.approx(0.9)

    def test_wilson(self) -> None:
        # Of 0 in 1: z^2 / (1 + z^2) with z = 1.959964.
        share = estimated("SAE", course(1, 40, False), proportion_method="wilson")
        assert share["proportion"]["upper"] == pytest.approx(0.793450, abs=1e-6)
        assert (share["proportion"]["method"], share["proportion_method"]) == ("wilson", "wilson")


class TestResponseRate:
    def test_who_was_not_assessed_is_no_responder(self) -> None:
        records = [
            *of(1, assessment(-1, "PR"), infusion(), assessment(20, "CR")),
            *of(2, assessment(-1, "PR"), infusion(), assessment(20, "SD")),
            *of(3, assessment(-1, "PD"), infusion(), contact(20)),
            *of(4, assessment(-1, "CR"), infusion(), contact(20)),
        ]
        found = estimated("CR", records)
        assert (found["n"], found["responders"], found["not_assessed"]) == (3, 1, 1)
        assert found["responses"] == {"CR": 1}
        assert found["proportion"]["estimate"] == pytest.approx(1 / 3)

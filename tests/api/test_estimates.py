"""GET /studies/{study}/endpoints/{id}: parameters, groups, and what is refused."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

HOME = f"/studies/{STUDY}/endpoints"


def course(number: str, end: Raw, **strata: str) -> list[Raw]:
    """A subject who is infused on 1 March 2024."""
    given = record("infusion", f"I-{number}", number, start="2024-03-01", outcome="completed")
    return [subject(number, strata=strata), given, end]


def died(number: str, date: str) -> Raw:
    return record("death", f"D-{number}", number, date=date, cause="infection")


def seen(number: str, date: str) -> Raw:
    return record("follow_up", f"F-{number}", number, date=date, alive=True)


RECORDS = [
    *course("001", died("001", "2024-03-11"), dose_level="1", sex_at_birth="f"),
    *course("002", seen("002", "2024-05-10"), dose_level="1", sex_at_birth="m"),
    *course("003", died("003", "2024-03-31"), dose_level="2", sex_at_birth="f"),
    *course("004", seen("004", "2025-03-01"), dose_level="2", sex_at_birth="m"),
    *course("005", seen("005", "2024-04-10"), dose_level="2"),
    *course("006", died("006", "2024-03-06")),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("estimates")
    with open_door(folder) as found:
        found.put_study(STUDY, "A")
        assert found.send(*RECORDS).status_code == 201
        yield found


def no_number_but_finite_ones(value: Any) -> None:
    """Neither NaN nor an infinity, which JSON does not have."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        no_number_but_finite_ones(item)
    assert not isinstance(value, float) or math.isfinite(value)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain", "logit", "arcsin"])
@pytest.mark.parametrize("endpoint", ["OS", "DFS", "CIR_NRM", "AGVHD2"])
def test_every_interval_of_every_curve_is_json(door: Door, endpoint: str, conf_type: str) -> None:
    answer = door.get(f"{HOME}/{endpoint}", conf_type=conf_type, group_by="dose_level", curve=True)
    assert answer.status_code == 200
    body = json.loads(answer.content, parse_constant=refuse)
    no_number_but_finite_ones(body)
    assert body["conf_type"] == conf_type


def test_parameters_reach_the_estimate(door: Door) -> None:
    params = {"at": "28,9,28", "tau": 20, "level": 0.9, "rho": 1, "group_by": "dose_level", "stratify_by": "site"}
    body = door.endpoint("OS", **params)
    # Deaths on days 5, 10 and 30 of six subjects: by day 28, 4 of 6 are left.
    assert [row["day"] for row in body["overall"]["landmarks"]] == [9, 28]
    assert body["overall"]["landmarks"][1]["estimate"] == pytest.approx(4 / 6)
    # Area under 1, 5/6 and 4/6 to days 5, 10 and 20.
    assert body["overall"]["rmean"]["estimate"] == pytest.approx(5 + 5 * 5 / 6 + 10 * 4 / 6)
    assert body["level"] == 0.9
    assert (body["log_rank"]["rho"], body["log_rank"]["stratified_by"]) == (1, "site")


def test_the_default_horizon_is_the_largest_landmark_within_follow_up(door: Door) -> None:
    # Seen last on day 365.
    assert door.endpoint("OS")["overall"]["rmean"]["tau"] == 365
    assert door.endpoint("OS", at="7")["overall"]["rmean"]["tau"] == 365
    assert door.endpoint("OS", cutoff="2024-06-01")["overall"]["rmean"]["tau"] == 28


def test_who_has_no_group_is_shown_but_not_tested(door: Door) -> None:
    body = door.endpoint("OS", group_by="sex_at_birth")
    assert {name: part["n"] for name, part in body["groups"].items()} == {"f": 2, "m": 2, "not recorded": 2}
    assert body["log_rank"]["excluded"] == [{"n": 2, "reason": "group not recorded"}]
    assert [tally["group"] for tally in body["log_rank"]["groups"]] == ["f", "m"]


def test_gray_and_its_stratum(door: Door) -> None:
    body = door.endpoint("AGVHD2", group_by="dose_level", stratify_by="sex_at_birth")
    test = body["gray"]["death"]
    assert (test["method"], test["stratified_by"]) == ("Gray", "sex_at_birth")
    assert test["excluded"] == [
        {"n": 1, "reason": "group not recorded"},
        {"n": 1, "reason": "sex_at_birth not recorded"},
    ]


def test_deaths_of_the_window_are_named_in_every_group(door: Door) -> None:
    body = door.endpoint("SAE", group_by="dose_level")
    assert body["deaths"] == [
        {"subject": "001", "date": "2024-03-11"},
        {"subject": "006", "date": "2024-03-06"},
    ]
    assert body["groups"]["1"]["deaths"] == [{"subject": "001", "date": "2024-03-11"}]


def test_both_intervals_of_a_share(door: Door) -> None:
    # Clopper-Pearson of 0 in 6: 1 - 0.025^(1/6); Wilson: z^2 / (6 + z^2).
    assert door.endpoint("SAE")["proportion"]["upper"] == pytest.approx(1 - 0.025 ** (1 / 6))
    wilson = door.endpoint("SAE", proportion_method="wilson")["proportion"]
    assert wilson["upper"] == pytest.approx(1.9599639845400545**2 / (6 + 1.9599639845400545**2))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("level=0", "level"),
        ("level=1", "level"),
        ("level=nan", "level"),
        ("level=95", "level"),
        ("at=", "at"),
        ("at=-1", "at"),
        ("at=1,", "at"),
        ("at=1.5", "at"),
        ("at=" + ",".join(["1"] * 51), "at"),
        ("at=100000", "at"),
        ("tau=0", "tau"),
        ("tau=36526", "tau"),
        ("rho=2", "rho"),
        ("rho=0.5", "rho"),
        ("conf_type=loglog", "conf_type"),
        ("proportion_method=exact", "proportion_method"),
        ("proportion_method=wilson", "proportion_method"),
        ("stratify_by=site", "stratify_by"),
        ("group_by=site&stratify_by=site", "stratify_by"),
        ("group_by=site&stratify_by=colour", "stratify_by"),
        ("group_by=colour", "group_by"),
    ],
)
def test_refused(door: Door, query: str, name: str) -> None:
    answer = door.get(f"{HOME}/OS?{query}")
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, name)


def test_level_close_to_1(door: Door) -> None:
    body = door.endpoint("OS", level=1 - 2**-53)
    no_number_but_finite_ones(body)
    landmark = body["overall"]["landmarks"][0]
    assert 0 <= landmark["lower"] < landmark["estimate"] < landmark["upper"] <= 1

"""OS, DFS, relapse and NRM of the ebmt4 cohort from its records on, against R; skipped where the data are absent."""

import csv
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from app.commands.cohort import records
from app.services.derivation.derivation import Wanted, summary
from tests.endpoints.spec.harness import Asked, Raw, event_rows, fill, memory

FOLDER = Path(os.environ.get("ENGRAFT_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "ebmt4"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the shared data set ebmt4 is absent; name its folder in ENGRAFT_SHARED"
)
GROUPS = [None, "<=20", "20-40", ">40"]
ENDPOINTS = ["OS", "DFS"]


@cache
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))["results"]
    return found


@pytest.fixture(scope="module")
def cohort() -> Iterator[Connection]:
    """The event table with all patients; the order of the file is their number."""
    with (FOLDER / "patients.csv").open(encoding="utf-8", newline="") as file:
        patients = list(csv.DictReader(file))
    raws: list[Raw] = [
        {**raw, "subject": str(number)} for number, row in enumerate(patients, start=1) for raw in records(row)
    ]
    with memory() as connection:
        fill(connection, event_rows(raws))
        yield connection


def asked(cohort: Connection, endpoint: str, **wanted: Any) -> dict[str, Any]:
    return summary(cohort, Asked().question(endpoint), Wanted(group_by="age_class", **wanted))


def part(found: dict[str, Any], expected: dict[str, Any], group: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    if group is None:
        return found["overall"], expected["overall"]
    return found["groups"][group], expected["by_group"][group]


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain", "logit", "arcsin"])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_curves(cohort: Connection, endpoint: str, conf_type: str) -> None:
    answer = asked(cohort, endpoint, conf_type=conf_type)
    for group in GROUPS:
        found, expected = part(answer, reference()[endpoint], group)
        theirs = expected["conf"][conf_type]
        assert (found["n"], found["events"]) == (expected["n"], expected["events"])
        by_day = {row["day"]: row for row in found["landmarks"]}
        for row in (row for row in theirs["at"] if row["time"] in by_day):
            ours = by_day[row["time"]]
            assert (ours["n_risk"], ours["cumulative_events"]) == (row["n_risk"], row["cum_events"])
            for name, r_name in (("estimate", "surv"), ("std_err", "std_err"), ("lower", "lower"), ("upper", "upper")):
                assert ours[name] == near(row[r_name]), (group, row["time"], name)
        for column, r_name in (("estimate", "25_50_75"), ("lower", "lower"), ("upper", "upper")):
            flat = [row[column] for row in found["quantiles"]]
            assert flat == [value[0] for value in theirs[f"quantile_{r_name}"]], (group, column)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_restricted_mean_and_follow_up(cohort: Connection, endpoint: str) -> None:
    answer = asked(cohort, endpoint, tau=365)
    for group in GROUPS:
        found, expected = part(answer, reference()[endpoint], group)
        year, follow_up = expected["rmst_365"], expected["reverse_km_follow_up"]
        assert (found["rmean"]["estimate"], found["rmean"]["std_err"]) == (near(year["rmean"]), near(year["se"]))
        median = found["follow_up"]["median"]
        assert median["estimate"] == follow_up["median"]
        assert (median["lower"], median["upper"]) == (follow_up["lower_loglog"], follow_up["upper_loglog"])


@pytest.mark.parametrize(("rho", "name"), [(0, "logrank"), (1, "peto_peto")])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_groups(cohort: Connection, endpoint: str, rho: int, name: str) -> None:
    found, expected = asked(cohort, endpoint, rho=rho)["log_rank"], reference()[endpoint][name]
    assert (found["statistic"], found["df"], found["p"]) == (
        near(expected["chisq"]),
        expected["df"],
        near(expected["p"]),
    )


def test_relapse_and_nrm(cohort: Connection) -> None:
    answer = asked(cohort, "CIR_NRM")
    causes = list(answer["overall"]["causes"])
    for group in GROUPS:
        found, expected = part(answer, reference()["relapse_NRM"], group)
        for cause, name in zip(causes, reference()["relapse_NRM"]["status_codes"][1:], strict=True):
            by_day = {row["day"]: row for row in found["causes"][cause]["landmarks"]}
            assert found["causes"][cause]["events"] == expected[name]["events"]
            for row in (row for row in expected[name]["at"] if row["time"] in by_day):
                ours = by_day[row["time"]]
                assert ours["estimate"] == near(row["cif"])
                assert ours["std_err"] ** 2 == near(row["var_cmprsk"])
    for cause, theirs in zip(causes, reference()["relapse_NRM"]["gray_test"], strict=True):
        test = answer["gray"][cause]
        assert (test["statistic"], test["df"]) == (near(theirs["stat"]), theirs["df"])

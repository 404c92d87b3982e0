"""Every estimator against R itself, on random and on awkward data; skipped where R or its packages are absent.

https://cran.r-project.org/package=survival, https://cran.r-project.org/package=cmprsk
"""

import csv
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from app.endpoints.estimate import aalen_johansen, gray_test, kaplan_meier, log_rank, reverse

SCRIPT = Path(__file__).with_name("reference.R")
CONF_TYPES = ["log-log", "log", "plain", "logit", "arcsin"]
QUARTILES = (0.25, 0.5, 0.75)

# days, causes (0: censored), groups, strata; one letter or digit a subject.
AWKWARD = {
    "one subject with an event": ([5], "1", "A", "x"),
    "one subject censored": ([5], "0", "A", "x"),
    "all events on one day": ([7, 7, 7, 7], "1111", "ABAB", "xxyy"),
    "an event and a censoring on one day": ([3, 3, 3, 5, 5], "10210", "AABBB", "xyxyx"),
    "level at one half": ([10, 20, 30, 40, 50, 60], "111111", "AAABBB", "xyxyxy"),
    "level at one half to the end": ([1, 2, 3, 4], "1100", "ABAB", "xxyy"),
    "ends at 0": ([1, 2, 2, 4, 6], "12111", "ABABA", "xxyyx"),
    "events on day 0": ([0, 0, 0, 3, 5, 9, 9], "1201010", "ABABABA", "xyxyxyx"),
    "a group without events": ([2, 4, 6, 8, 3, 5, 7], "1211000", "AAAABBB", "xyxyxyx"),
    "a group that leaves before any event": ([4, 6, 8, 9, 0, 1], "110200", "AABBCC", "xyxyxy"),
    "all censored": ([1, 2, 3], "000", "ABA", "xyx"),
}


def random_set(seed, size, last):
    rng = np.random.default_rng(seed)
    days = rng.integers(0, last, size)
    causes, groups, strata = (rng.choice(list(letters), size) for letters in ("0122", "ABC", "xyz"))
    return days.tolist(), "".join(causes), "".join(groups), "".join(strata)


SETS = {
    **AWKWARD,
    **{f"{size} at random, seed {seed}": random_set(seed, size, 30) for seed in range(8) for size in (12, 60)},
    "2,000 at random": random_set(99, 2000, 900),
}


class Subjects:
    """The subjects of one set in the estimators' terms."""

    def __init__(self, name):
        days, causes, groups, strata = SETS[name]
        self.days, self.causes = np.array(days), np.array([int(code) for code in causes])
        self.events, self.groups, self.strata = self.causes > 0, list(groups), list(strata)
        # R takes no horizon before the first observed day.
        self.tau = max(1, int(self.days.min()), int(self.days.max()) * 2 // 3)

    def lines(self, name):
        columns = (self.days, self.causes, self.groups, self.strata)
        yield from ([name, *values, self.tau] for values in zip(*columns, strict=True))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """What R makes of the sets: (set, name) -> values."""
    folder = tmp_path_factory.mktemp("r")
    given, found = folder / "subjects.csv", folder / "values.csv"
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is absent (Debian: r-base-core, r-cran-survival, r-cran-cmprsk)")
    needed = "quit(status = !(requireNamespace('survival') && requireNamespace('cmprsk')))"
    if subprocess.run([program, "-e", needed], capture_output=True).returncode:
        pytest.skip("R lacks the package survival or cmprsk")
    with given.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["set", "days", "cause", "group", "stratum", "tau"])
        for number, name in enumerate(SETS):
            table.writerows(Subjects(name).lines(number))
    subprocess.run([program, str(SCRIPT), str(given), str(found)], check=True, capture_output=True, text=True)
    return read(found)


def read(path):
    values = defaultdict(list)
    names = list(SETS)
    with path.open(newline="") as file:
        for number, name, _, value in csv.reader(file):
            values[names[int(number)], name].append(None if value == "NA" else float(value))
    return values


def near(value):
    """R's value to 1e-9; None where R has none."""
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


def listed(column):
    return [None if np.isnan(value) else value for value in column.tolist()]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", SETS)
def test_kaplan_meier(reference, name, conf_type):
    subjects = Subjects(name)
    km = kaplan_meier(subjects.days, subjects.events, conf_type)
    assert km.day.tolist() == reference[name, "day"]
    assert km.n_risk.tolist() == reference[name, "n_risk"]
    for column in ("estimate", "std_err", "lower", "upper"):
        expected = [near(value) for value in reference[name, f"{conf_type}:{column}"]]
        assert listed(getattr(km, column)) == expected, column


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", SETS)
def test_quantiles(reference, name, conf_type):
    subjects = Subjects(name)
    quartiles = [kaplan_meier(subjects.days, subjects.events, conf_type).quantile(p) for p in QUARTILES]
    for column in ("estimate", "lower", "upper"):
        found = [getattr(quantile, column) for quantile in quartiles]
        assert found == reference[name, f"{conf_type}:q_{column}"], column


@pytest.mark.parametrize("name", SETS)
def test_restricted_mean(reference, name):
    subjects = Subjects(name)
    found = kaplan_meier(subjects.days, subjects.events).rmean(subjects.tau)
    assert list(found) == [near(value) for value in reference[name, "rmean"]]


@pytest.mark.parametrize("name", SETS)
def test_follow_up(reference, name):
    subjects = Subjects(name)
    quartiles = [reverse(subjects.days, subjects.events).quantile(p) for p in QUARTILES]
    found = [getattr(quantile, column) for column in ("estimate", "lower", "upper") for quantile in quartiles]
    assert found == reference[name, "follow_up"]


@pytest.mark.parametrize("rho", [0, 1])
@pytest.mark.parametrize("name", SETS)
def test_log_rank(reference, name, rho):
    """R divides by a variance of 0 where nothing can be compared; there we say nothing."""
    subjects = Subjects(name)
    for key, strata in ((f"log_rank:{rho}", None), (f"stratified:{rho}", subjects.strata)):
        test = log_rank(subjects.days, subjects.events, subjects.groups, strata, rho)
        (expected,) = reference.get((name, key), [None])
        if test.statistic is None:
            assert expected is None or expected == pytest.approx(0, abs=1e-12)
        else:
            assert test.statistic == near(expected), key


@pytest.mark.parametrize("name", SETS)
def test_aalen_johansen(reference, name):
    subjects = Subjects(name)
    fit = aalen_johansen(subjects.days, subjects.causes, 2)
    for cause in sorted(set(subjects.causes.tolist()) - {0}):
        curve = fit.cause(cause)
        assert listed(curve.estimate) == [near(value) for value in reference[name, f"incidence:{cause}"]]
        assert listed(curve.std_err**2) == [near(value) for value in reference[name, f"variance:{cause}"]]


@pytest.mark.parametrize("rho", [0, 1])
@pytest.mark.parametrize("name", SETS)
def test_gray(reference, name, rho):
    """cmprsk says -1 where the variance has too low a rank, and takes one below zero for a variance."""
    subjects = Subjects(name)
    causes = sorted(set(subjects.causes.tolist()) - {0})
    for key, strata in ((f"gray:{rho}", None), (f"stratified_gray:{rho}", subjects.strata)):
        for place, expected in enumerate(reference.get((name, key), [])):
            test = gray_test(subjects.days, subjects.causes, subjects.groups, causes[place], strata, rho)
            if test.statistic is None:
                assert expected is None or expected <= 0, (key, place)
            else:
                assert test.statistic == near(expected), (key, place)

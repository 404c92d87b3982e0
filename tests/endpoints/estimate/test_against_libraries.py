"""The estimators against lifelines and scikit-survival where those are right; skipped where they are not installed.

Left out on purpose: lifelines' Aalen-Johansen (it moves tied times at random), its medians where the curve is level at
one half and the finite upper limits of a curve that ends at 0; scikit-survival's variance by Dinse (n^3 of memory).
"""

import numpy as np
import pytest

from app.endpoints.estimate import aalen_johansen, kaplan_meier, log_rank

pytestmark = pytest.mark.filterwarnings("ignore")
NEAR = {"rel": 1e-9, "abs": 1e-12}


@pytest.fixture(params=range(4))
def subjects(request):
    """Days with ties, causes (0 to 2) and groups of 300 subjects."""
    rng = np.random.default_rng(request.param)
    return rng.integers(1, 200, 300), rng.integers(0, 3, 300), rng.choice(["A", "B", "C"], 300)


def test_kaplan_meier_of_lifelines(subjects):
    lifelines = pytest.importorskip("lifelines")
    days, causes, _ = subjects
    km = kaplan_meier(days, causes > 0)
    fit = lifelines.KaplanMeierFitter().fit(days, causes > 0)
    assert km.estimate == pytest.approx(fit.survival_function_.loc[km.day].to_numpy()[:, 0], **NEAR)
    theirs = fit.confidence_interval_.loc[km.day].to_numpy()
    known = km.estimate > 0
    assert km.lower[known] == pytest.approx(theirs[known, 0], **NEAR)
    assert km.upper[known] == pytest.approx(theirs[known, 1], **NEAR)


def test_log_rank_of_lifelines(subjects):
    statistics = pytest.importorskip("lifelines.statistics")
    days, causes, groups = subjects
    theirs = statistics.multivariate_logrank_test(days, groups, causes > 0)
    ours = log_rank(days, causes > 0, groups)
    assert (ours.statistic, ours.p) == (
        pytest.approx(theirs.test_statistic, **NEAR),
        pytest.approx(theirs.p_value, **NEAR),
    )


def test_kaplan_meier_of_scikit_survival(subjects):
    nonparametric = pytest.importorskip("sksurv.nonparametric")
    days, causes, _ = subjects
    km = kaplan_meier(days, causes > 0)
    at, estimate, limits = nonparametric.kaplan_meier_estimator(causes > 0, days, conf_type="log-log")
    assert km.day.tolist() == at.tolist()
    known = km.estimate > 0
    assert km.estimate == pytest.approx(estimate, **NEAR)
    assert km.lower[known] == pytest.approx(limits[0][known], **NEAR)
    assert km.upper[known] == pytest.approx(limits[1][known], **NEAR)


def test_cumulative_incidence_of_scikit_survival(subjects):
    nonparametric = pytest.importorskip("sksurv.nonparametric")
    days, causes, _ = subjects
    curves = aalen_johansen(days, causes)
    at, incidence = nonparametric.cumulative_incidence_competing_risks(causes, days)
    places = np.searchsorted(at, curves.cause(1).day)
    for cause in (1, 2):
        assert curves.cause(cause).estimate == pytest.approx(incidence[cause][places], **NEAR)

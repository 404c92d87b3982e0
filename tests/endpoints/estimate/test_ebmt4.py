"""Every number of the ebmt4 reference (R 4.2, survival 3.5-3, cmprsk 2.2-11), overall and by age class, to 1e-9."""

import numpy as np
import pytest

from app.endpoints.estimate import aalen_johansen, gray_test, kaplan_meier, log_rank, reverse

CURVES = ["OS", "DFS", "pseudo_GRFS"]
COMPETING = [
    "relapse_NRM",
    "aGVHD_competing_death",
    "aGVHD_competing_death_or_relapse",
    "platelet_recovery_competing_death",
]
GROUPS = ["overall", "<=20", "20-40", ">40"]
CONF_TYPES = ["log-log", "log", "plain", "logit", "arcsin"]


def members(ebmt4, endpoint, group):
    """Days and causes of a group, and its part of the reference."""
    days, causes = ebmt4.outcome(endpoint)
    result = ebmt4.reference[endpoint]
    if group == "overall":
        return days, causes, result["overall"]
    chosen = ebmt4.group == group
    return days[chosen], causes[chosen], result["by_group"][group]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", CURVES)
def test_counts(ebmt4, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    km = kaplan_meier(days, causes > 0)
    assert km.n_risk[0] == expected["n"]
    assert km.n_event.sum() == expected["events"]
    assert km.n_censor.sum() == expected["censored"]
    assert km.day[-1] == expected["max_time"]
    assert km.day[km.n_event > 0][-1] == expected["max_event_time"]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", CURVES)
def test_kaplan_meier_landmarks(ebmt4, near, endpoint, group, conf_type):
    days, causes, expected = members(ebmt4, endpoint, group)
    km = kaplan_meier(days, causes > 0, conf_type)
    for row in expected["conf"][conf_type]["at"]:
        landmark = km.at(row["time"])
        assert (landmark.n_risk, landmark.n_event) == (row["n_risk"], row["cum_events"])
        assert landmark.estimate == near(row["surv"])
        assert landmark.std_err == near(row["std_err"])
        assert (landmark.lower, landmark.upper) == (near(row["lower"]), near(row["upper"]))
        assert landmark.beyond_follow_up is row["beyond_follow_up"]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", CURVES)
def test_kaplan_meier_quartiles_and_median(ebmt4, endpoint, group, conf_type):
    days, causes, expected = members(ebmt4, endpoint, group)
    km, reference = kaplan_meier(days, causes > 0, conf_type), expected["conf"][conf_type]
    quartiles = [km.quantile(p) for p in (0.25, 0.5, 0.75)]
    assert [[q.estimate] for q in quartiles] == reference["quantile_25_50_75"]
    assert [[q.lower] for q in quartiles] == reference["quantile_lower"]
    assert [[q.upper] for q in quartiles] == reference["quantile_upper"]
    median = km.median()
    assert median.estimate == reference["median"]
    assert (median.lower, median.upper) == (reference["median_lower"], reference["median_upper"])


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", CURVES)
def test_restricted_mean(ebmt4, near, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    km = kaplan_meier(days, causes > 0)
    year, whole = expected["rmst_365"], expected["rmean_to_max"]
    assert km.rmean(365) == (near(year["rmean"]), near(year["se"]))
    assert km.rmean(expected["max_time"]) == (near(whole["rmean"]), near(whole["se"]))


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", CURVES)
def test_follow_up_by_reverse_kaplan_meier(ebmt4, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    expected = expected["reverse_km_follow_up"]
    follow_up, by_log = reverse(days, causes > 0), reverse(days, causes > 0, "log").median()
    median = follow_up.median()
    assert median.estimate == expected["median"]
    assert (median.lower, median.upper) == (expected["lower_loglog"], expected["upper_loglog"])
    assert (by_log.lower, by_log.upper) == (expected["lower_log"], expected["upper_log"])
    assert follow_up.quantile(0.25).estimate == expected["q25"]
    assert follow_up.quantile(0.75).estimate == expected["q75"]


@pytest.mark.parametrize("endpoint", CURVES)
def test_log_rank_and_peto_peto(ebmt4, near, endpoint):
    days, causes = ebmt4.outcome(endpoint)
    expected, peto = ebmt4.reference[endpoint]["logrank"], ebmt4.reference[endpoint]["peto_peto"]
    test = log_rank(days, causes > 0, ebmt4.group)
    assert (test.statistic, test.df, test.p) == (near(expected["chisq"]), expected["df"], near(expected["p"]))
    tallies = {tally.group: tally for tally in test.groups}
    for index, group in enumerate(expected["groups"]):
        assert tallies[group].n == expected["n"][index]
        assert tallies[group].observed == expected["observed"][index]
        assert tallies[group].expected == near(expected["expected"][index])
    weighted = log_rank(days, causes > 0, ebmt4.group, rho=1)
    assert (weighted.statistic, weighted.df, weighted.p) == (near(peto["chisq"]), peto["df"], near(peto["p"]))


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", COMPETING)
def test_cumulative_incidence_with_aalen_variance(ebmt4, near, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    curves = aalen_johansen(days, causes)
    for cause, name in enumerate(ebmt4.reference[endpoint]["status_codes"][1:], start=1):
        curve = curves.cause(cause)
        assert curve.n_event.sum() == expected[name]["events"]
        for row in expected[name]["at"]:
            landmark = curve.at(row["time"])
            assert landmark.estimate == near(row["cif"])
            assert landmark.std_err**2 == near(row["var_cmprsk"])
            assert landmark.lower == near(row.get("lower_loglog"))
            assert landmark.upper == near(row.get("upper_loglog"))
            assert landmark.beyond_follow_up is row["beyond_follow_up"]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", COMPETING)
def test_cumulative_incidence_with_greenwood_variance(ebmt4, near, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    curves = aalen_johansen(days, causes, conf_type="log", variance="greenwood")
    for cause, name in enumerate(ebmt4.reference[endpoint]["status_codes"][1:], start=1):
        for row in expected[name]["at"]:
            landmark = curves.cause(cause).at(row["time"])
            assert landmark.estimate == near(row["aj_survfit"]) == near(row["aj_etm"])
            assert landmark.std_err == near(row["se_survfit_IJ"])
            assert landmark.std_err**2 == near(row["var_etm_greenwood"])
            assert landmark.lower == near(row["lower_survfit_log"])
            assert landmark.upper == near(row["upper_survfit_log"])


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("endpoint", COMPETING)
def test_plain_limits_of_a_cumulative_incidence_are_kept_at_0_or_more(ebmt4, near, endpoint, group):
    days, causes, expected = members(ebmt4, endpoint, group)
    curves = aalen_johansen(days, causes, conf_type="plain")
    for cause, name in enumerate(ebmt4.reference[endpoint]["status_codes"][1:], start=1):
        for row in (row for row in expected[name]["at"] if "lower_plain" in row):
            landmark = curves.cause(cause).at(row["time"])
            assert landmark.lower == near(max(row["lower_plain"], 0.0))
            assert landmark.upper == near(row["upper_plain"])


@pytest.mark.parametrize("endpoint", COMPETING)
def test_gray(ebmt4, near, endpoint):
    days, causes = ebmt4.outcome(endpoint)
    for cause, expected in enumerate(ebmt4.reference[endpoint]["gray_test"], start=1):
        test = gray_test(days, causes, ebmt4.group, cause)
        assert (test.statistic, test.df) == (near(expected["stat"]), expected["df"])
        # cmprsk takes p from 1 less the distribution function, so its absolute error is that of 1.
        assert test.p == pytest.approx(expected["p"], rel=1e-9, abs=1e-13)


def test_relapse_and_nrm_and_dfs_make_1(ebmt4):
    days, causes = ebmt4.outcome("relapse_NRM")
    curves, dfs = aalen_johansen(days, causes), kaplan_meier(*_events(ebmt4.outcome("DFS")))
    total = curves.cause(1).estimate + curves.cause(2).estimate + dfs.estimate
    assert np.abs(total - 1).max() < 1e-12


def test_one_minus_kaplan_meier_overstates_the_incidence_of_relapse(ebmt4):
    days, causes = ebmt4.outcome("relapse_NRM")
    naive = 1 - kaplan_meier(days, causes == 1).at(730).estimate
    assert naive > ebmt4.reference["relapse_NRM"]["overall"]["relapse"]["at"][4]["cif"] + 0.02


def _events(outcome):
    days, causes = outcome
    return days, causes > 0

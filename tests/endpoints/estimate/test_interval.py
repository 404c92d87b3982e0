"""The five transformations against arithmetic by hand for S = 0.5 with standard error 0.1."""

import math

import numpy as np
import pytest

from app.endpoints.estimate.interval import confidence_limits, critical_value, finite

Z = 1.959963984540054  # 0.975 quantile of the standard normal distribution, from tables


@pytest.mark.parametrize(
    ("conf_type", "lower", "upper"),
    [
        ("plain", 0.5 - 0.1 * Z, 0.5 + 0.1 * Z),
        ("log", 0.5 / math.exp(0.2 * Z), 0.5 * math.exp(0.2 * Z)),
        ("log-log", 0.5 ** math.exp(0.2 * Z / math.log(2)), 0.5 ** math.exp(-0.2 * Z / math.log(2))),
        ("logit", 1 / (1 + math.exp(0.4 * Z)), 1 / (1 + math.exp(-0.4 * Z))),
        ("arcsin", math.sin(math.pi / 4 - 0.1 * Z) ** 2, math.sin(math.pi / 4 + 0.1 * Z) ** 2),
    ],
)
def test_by_hand(conf_type, lower, upper):
    limits = confidence_limits(np.array([0.5]), np.array([0.1]), conf_type, 0.95)
    assert [limit.item() for limit in limits] == [pytest.approx(lower), pytest.approx(upper)]


@pytest.mark.parametrize("conf_type", ["plain", "arcsin"])
def test_lower_limit_stops_at_0(conf_type):
    lower, _ = confidence_limits(np.array([0.1]), np.array([0.2]), conf_type, 0.95)
    assert lower[0] == 0


@pytest.mark.parametrize("conf_type", ["plain", "log", "arcsin"])
def test_upper_limit_stops_at_1(conf_type):
    _, upper = confidence_limits(np.array([0.9]), np.array([0.2]), conf_type, 0.95)
    assert upper[0] == 1


@pytest.mark.parametrize("conf_type", ["plain", "log", "log-log", "logit", "arcsin"])
def test_no_limits_at_0(conf_type):
    limits = confidence_limits(np.array([0.0]), np.array([0.0]), conf_type, 0.95)
    assert np.isnan(limits).all()


@pytest.mark.parametrize("conf_type", ["log-log", "logit", "arcsin"])
def test_no_limits_at_1(conf_type):
    limits = confidence_limits(np.array([1.0, 1.0]), np.array([0.0, 0.1]), conf_type, 0.95)
    assert np.isnan(limits).all()


@pytest.mark.parametrize("conf_type", ["plain", "log"])
def test_limits_at_1_without_error(conf_type):
    limits = confidence_limits(np.array([1.0]), np.array([0.0]), conf_type, 0.95)
    assert [limit.item() for limit in limits] == [1.0, 1.0]


@pytest.mark.parametrize(("level", "z"), [(0.90, 1.6448536269514722), (0.95, Z), (0.99, 2.5758293035489004)])
def test_critical_value(level, z):
    assert critical_value(level) == pytest.approx(z, rel=1e-14)


@pytest.mark.parametrize(("value", "expected"), [(1.5, 1.5), (math.nan, None), (math.inf, None), (-math.inf, None)])
def test_finite(value, expected):
    assert finite(value) == expected

"""Estimates of a time-to-event endpoint from its rows: every number with its method, every null with its reason.

docs/endpoints.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.endpoints.definition import TimeToEvent
from app.endpoints.estimate import (
    ConfType,
    KaplanMeier,
    ProportionMethod,
    aalen_johansen,
    clopper_pearson,
    kaplan_meier,
    reverse,
    wilson,
)
from app.endpoints.estimate.interval import critical_value
from app.endpoints.estimate.step_function import StepFunction
from app.services.derivation import reasons
from app.services.derivation.time_to_event import Row

QUARTILES = (0.25, 0.5, 0.75)
QUANTILE_METHOD = "inversion of the curve and of its pointwise interval; the middle where the curve is level"
_LIMITS = ("estimate", "lower", "upper")
_LANDMARK = ("day", "n_risk", "estimate", "std_err", "lower", "upper", "beyond_follow_up")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to estimate: interval type, level, days, weight of tests, whether the curve itself is wanted.

    landmarks: days to read the curve on; tau: horizon of the restricted mean in days, by default the largest of
    `horizons` within follow-up, else the last observed day.
    """

    conf_type: ConfType
    level: float
    landmarks: tuple[int, ...]
    curve: bool = False
    tau: int | None = None
    horizons: tuple[int, ...] = ()
    rho: int = 0
    proportion_method: ProportionMethod = "clopper-pearson"


def survival(rows: Sequence[Row], settings: Settings) -> dict[str, Any]:
    """Kaplan-Meier of one set of rows."""
    days, events = arrays(determined(rows))
    fit = kaplan_meier(days, events, settings.conf_type, settings.level)
    body = {
        **_counts(rows),
        "method": "Kaplan-Meier",
        "variance": "Greenwood",
        **_quantiles(fit),
        "quantile_method": QUANTILE_METHOD,
        "rmean": _restricted_mean(fit, settings),
        "landmarks": _landmarks(fit, settings),
        "follow_up": _follow_up(days, events, settings),
        "components": dict(sorted(Counter(row.component for row in rows if row.component).items())),
    }
    return {**body, "curve": [list(step) for step in fit.steps()]} if settings.curve else body


def competing(rows: Sequence[Row], rule: TimeToEvent, settings: Settings) -> dict[str, Any]:
    """Cumulative incidence of each cause (Aalen-Johansen), and the probability of no event of any."""
    fitted = determined(rows)
    (days, events), (codes, causes) = arrays(fitted), cause_codes(fitted, rule)
    fit = aalen_johansen(days, codes, len(causes), settings.conf_type, settings.level)
    free = kaplan_meier(days, events, settings.conf_type, settings.level)
    return {
        **_counts(rows),
        "method": "Aalen-Johansen",
        "variance": "aalen",
        "causes": {
            cause: _cause(fit.cause(place), int((codes == place).sum()), settings)
            for place, cause in enumerate(causes, start=1)
        },
        "event_free": {
            "method": "Kaplan-Meier",
            "variance": "Greenwood",
            "landmarks": _landmarks(free, settings),
        },
        "follow_up": _follow_up(days, events, settings),
    }


def _cause(curve: StepFunction, events: int, settings: Settings) -> dict[str, Any]:
    entry = {"events": events, "landmarks": _landmarks(curve, settings)}
    return {**entry, "curve": [list(step) for step in curve.steps()]} if settings.curve else entry


def determined(rows: Sequence[Row]) -> list[Row]:
    """The rows that are an event or a censoring; the others are in no estimate."""
    return [row for row in rows if row.cnsr is not None]


def arrays(rows: Sequence[Row]) -> tuple[Any, Any]:
    """(days, whether there was an event) of determined rows."""
    days = np.fromiter((row.days for row in rows), dtype=np.int64, count=len(rows))
    return days, np.fromiter((row.cnsr == 0 for row in rows), dtype=bool, count=len(rows))


def cause_codes(rows: Sequence[Row], rule: TimeToEvent) -> tuple[Any, list[str]]:
    """(0 or the place of the cause from 1 of each determined row, the causes in order of the definition)."""
    causes = list(dict.fromkeys(item.component for item in rule.events))
    places = {cause: place for place, cause in enumerate(causes, start=1)}
    found = (places[row.component] if row.component else 0 for row in rows)
    return np.fromiter(found, dtype=np.int64, count=len(rows)), causes


def _counts(rows: Sequence[Row]) -> dict[str, Any]:
    """Subjects by outcome; the result is final when nobody's is undetermined."""
    events = sum(row.cnsr == 0 for row in rows)
    open_rows = [row for row in rows if row.cnsr is None]
    why = Counter(row.reason or "undetermined" for row in open_rows)
    return {
        "n": len(rows),
        "events": events,
        "censored": len(rows) - events - len(open_rows),
        "undetermined": len(open_rows),
        "undetermined_reasons": dict(sorted(why.items())),
        "final": not open_rows,
        "final_reason": f"{len(open_rows)} of {len(rows)} subjects are in no estimate" if open_rows else None,
    }


def default_tau(rows: Sequence[Row], settings: Settings) -> int | None:
    """The horizon of the restricted mean where none was asked for."""
    return horizon(kaplan_meier(*arrays(determined(rows))), settings)


def horizon(fit: KaplanMeier, settings: Settings) -> int | None:
    """Days to which the restricted mean is taken; None where nobody was followed beyond day 0."""
    if settings.tau is not None or fit.day.size == 0:
        return settings.tau
    inside = [day for day in settings.horizons if fit.at(day).estimate is not None]
    return max(inside, default=int(fit.day[-1])) or None


def _quantiles(fit: KaplanMeier) -> dict[str, Any]:
    found = {p: _quantile(fit, p) for p in QUARTILES}
    return {"median": found[0.5], "quantiles": [{"p": p, **entry} for p, entry in found.items()]}


def _quantile(fit: KaplanMeier, p: float) -> dict[str, Any]:
    found = fit.quantile(p)
    return {**named(found, _LIMITS), "reason": reasons.of_quantile(fit, p, found)}


def _follow_up(days: Any, events: Any, settings: Settings) -> dict[str, Any]:
    fit = reverse(days, events, settings.conf_type, settings.level)
    return {"method": "reverse Kaplan-Meier", **_quantiles(fit)}


def _restricted_mean(fit: KaplanMeier, settings: Settings) -> dict[str, Any]:
    tau = horizon(fit, settings)
    names = {"method": "area under the Kaplan-Meier curve", "interval": "plain, within 0 and tau"}
    body: dict[str, Any] = {"tau": tau, "estimate": None, "std_err": None, "lower": None, "upper": None}
    if tau is None:
        return {**body, **names, "reason": reasons.NO_SUBJECTS if fit.day.size == 0 else reasons.NO_FOLLOW_UP}
    found = fit.rmean(tau)
    if found.estimate is not None and found.std_err is not None:
        margin = critical_value(settings.level) * found.std_err
        low, high = max(found.estimate - margin, 0.0), min(found.estimate + margin, float(tau))
        body |= {"estimate": found.estimate, "std_err": found.std_err, "lower": low, "upper": high}
    return {**body, **names, "reason": reasons.of_mean(fit, found)}


def _landmarks(fit: StepFunction, settings: Settings) -> list[dict[str, Any]]:
    found = [fit.at(day) for day in settings.landmarks]
    return [
        {**named(item, _LANDMARK), "cumulative_events": item.n_event, "reason": reasons.of_landmark(fit, item)}
        for item in found
    ]


def proportion(k: int, n: int, settings: Settings, nobody: str = reasons.NO_SUBJECTS) -> dict[str, Any]:
    """A share with its interval, or the reason where there is nobody to share."""
    method = wilson if settings.proportion_method == "wilson" else clopper_pearson
    found = method(k, n, settings.level)
    return {**named(found, (*_LIMITS, "method")), "reason": None if n else nobody}


def named(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Some attributes by name."""
    return {name: getattr(value, name) for name in names}

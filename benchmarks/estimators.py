"""Kaplan-Meier beside lifelines and scikit-survival, and how it grows; both are skipped where not installed."""

from __future__ import annotations

import importlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from app.endpoints.estimate import kaplan_meier
from benchmarks.measures import Measure

SUBJECTS, FEW, LAST_DAY = 1_000_000, 10_000, 3650


def estimator_measures() -> Iterator[Measure]:
    """The estimate with its log-log interval: against each library, and from 10,000 to 1,000,000 subjects."""
    days, events = _cohort(SUBJECTS)
    ours = _best(lambda: kaplan_meier(days, events))
    for name, theirs in (("lifelines", _lifelines), ("sksurv", _scikit_survival)):
        if _installed(name):
            limit = _best(lambda run=theirs: run(days, events), times=3)
            yield Measure(f"Kaplan-Meier of a million against {name}", _shown(ours), _shown(limit), ours / limit, "< 1")
    few = _cohort(FEW)
    small = _best(lambda: kaplan_meier(*few), times=20)
    growth = ours / small / (SUBJECTS / FEW)
    yield Measure("Kaplan-Meier, 1,000,000 against 100 times 10,000", _shown(ours), _shown(small * 100), growth, "≤ 1")


def _cohort(size: int) -> tuple[Any, Any]:
    """Days of ten years, and events of half of the subjects."""
    rng = np.random.default_rng(2026)
    return rng.integers(0, LAST_DAY, size), rng.random(size) < 0.5


def _installed(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: not compared")
        return False
    return True


def _lifelines(days: Any, events: Any) -> None:
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        KaplanMeierFitter().fit(days, events)


def _scikit_survival(days: Any, events: Any) -> None:
    from sksurv.nonparametric import kaplan_meier_estimator

    kaplan_meier_estimator(events, days, conf_type="log-log")


def _best(work: Callable[[], Any], times: int = 5) -> float:
    """Seconds of the fastest of so many runs after one to warm up."""
    work()
    return min(_timed(work) for _ in range(times))


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _shown(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"

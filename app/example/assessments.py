"""Disease assessments: remission, relapse, measurable residual disease and chimerism.

https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7272718/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.example.chart import Chart, Record
from app.example.course import Course
from app.example.draws import Draws

_VISITS = (28, 56, 90, 180, 270, 365, 545, 730)
_BLASTS = {"PR": (6, 20), "SD": (22, 60), "PD": (40, 90), "relapse": (12, 85), "MLFS": (1, 4)}


def write_assessments(chart: Chart) -> None:
    """Adds the assessments before and after day 0 to the chart."""
    draws, course = chart.draws("assessments"), chart.course
    if course.role["baseline"] and course.role["exposure"] != "none":
        _write_baseline(chart, draws)
    for day in _days(course, draws):
        _write_later(chart, draws, day)


def _write_baseline(chart: Chart, draws: Draws) -> None:
    """The one that decides DFS or DOR; where it is an early relapse or progression, an older one shows remission."""
    response = draws.pick(chart.course.role["baseline"].split("|"))
    day = chart.course.day(-draws.whole(0, 13))
    if draws.chance(0.5):
        _write(chart, draws, day - timedelta(days=21), "CR" if response.startswith("CR") else "NE")
    _write(chart, draws, day, response)


def _days(course: Course, draws: Draws) -> Iterator[date]:
    """Planned visits give or take a few days, and the days on which something was found."""
    found = [day for day in (course.response, course.mrd, course.relapse) if day]
    planned = [course.day(visit + draws.whole(-3, 6)) for visit in _VISITS]
    if course.role["role"] == "second-remission" and course.relapse:
        found.append(course.relapse + timedelta(days=75))
    free = [day for day in planned if all(abs((day - other).days) > 9 for other in found)]
    last = course.last if course.relapse is None or not course.death else course.relapse
    return (day for day in sorted(free + found) if day <= last and day != course.death or day == course.relapse)


def _write_later(chart: Chart, draws: Draws, day: date) -> None:
    course = chart.course
    response = _response(course, draws, day)
    if day == course.mrd:
        _write(chart, draws, day, "relapse", "mrd")
    elif day == course.relapse and not course.progressed:
        _write(chart, draws, day, "relapse", draws.pick(course.role["sites"].split("|")))
    elif response:
        _write(chart, draws, day, response)


def _response(course: Course, draws: Draws, day: date) -> str | None:
    """The response on a day of no relapse; None when nobody looked (half of the visits after a relapse)."""
    if course.relapse and day >= course.relapse:
        return _after_relapse(course, draws, day)
    if not course.in_remission and course.role["baseline"] and (course.response is None or day < course.response):
        return draws.pick(("PR", "SD", "NE") if course.response else ("SD", "SD", "PR"))
    if day == course.response:
        return "CRi" if course.role["role"] == "cri-then-cr" else draws.weighted(("CR", "CRi"), (3, 1))
    return draws.weighted(("CR", "CRi", "NE"), (20, 1, 1))


def _after_relapse(course: Course, draws: Draws, day: date) -> str | None:
    if day == course.relapse:
        return "PD"
    if course.role["role"] == "second-remission" and course.relapse and day >= course.relapse + timedelta(days=75):
        return "CR"
    return draws.pick(("PD", "SD", None, None))


def _write(chart: Chart, draws: Draws, day: date, response: str, sites: str = "") -> None:
    isolated = sites in ("mrd", "extramedullary")
    fields: Record = {
        "date": day.isoformat(),
        "response": response,
        "relapse_sites": sites.split() or None,
        "methods": _methods(response, sites, draws),
        "extramedullary": True if sites == "extramedullary" else (False if draws.chance(0.5) else None),
    }
    if response != "NE":
        fields |= _blasts(draws, "CR" if isolated else response, sites)
        fields |= {"mrd": _mrd(draws, response, sites), "chimerism": _chimerism(draws, response, isolated)}
    plain = response in ("CR", "CRi") and day != chart.course.response and day > chart.course.day(100)
    chart.add("disease_assessment", day, fields, plain=plain)


def _methods(response: str, sites: str, draws: Draws) -> list[str]:
    if sites == "extramedullary":
        return ["imaging", "CSF"]
    return ["morphology"] if response == "NE" else ["morphology", draws.weighted(("MFC", "PCR", "NGS"), (5, 3, 1))]


def _blasts(draws: Draws, response: str, sites: str) -> Record:
    low, high = _BLASTS.get(response, (0, 3))
    blood = draws.real(1, 40, 0) if "blood" in sites else 0
    return {"marrow_blasts_pct": draws.real(low, high, 1 if high < 10 else 0), "blood_blasts_pct": blood}


def _mrd(draws: Draws, response: str, sites: str) -> Record | None:
    """Negative in nearly every remission, positive in every other state; the sensitivity is that of the method."""
    if sites == "extramedullary" or draws.chance(0.1) and sites != "mrd":
        return None
    method, sensitivity = draws.pick((("MFC", 0.0001), ("PCR", 0.00001), ("NGS", 0.000001)))
    if response in ("CR", "CRi") and not draws.chance(0.05):
        return {"result": "negative", "method": method, "sensitivity": sensitivity}
    level = draws.real(0.0002, 0.004, 4) if response in ("CR", "CRi") or sites == "mrd" else draws.real(0.02, 0.8, 2)
    return {"result": "positive", "level": level, "method": method, "sensitivity": sensitivity}


def _chimerism(draws: Draws, response: str, isolated: bool) -> list[Record] | None:
    if draws.chance(0.35):
        return None
    low = 94 if response in ("CR", "CRi", "CRh", "MLFS") or isolated else 40
    lineages = ("whole", "CD3") if draws.chance(0.5) else ("whole",)
    return [{"lineage": name, "donor_pct": draws.real(low, 100, 1), "method": "STR"} for name in lineages]

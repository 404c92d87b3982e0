"""Laboratory results: counts around engraftment, panels around day 0.

https://loinc.org/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from app.example.chart import Chart, Record
from app.example.draws import Draws
from app.example.sites import HGB_CHANGED_UNIT
from app.example.tables import Row, rows

_PANELS = (0, 7, 14, 28, 60, 180, 365)
_TESTS = ("ANC", "PLT", "HGB", "ALT", "AST", "BILI", "CREA")
_RAISED = {"dlt-liver": ("ALT", 12, 25, 1100.0), "no-dlt-laboratory": ("AST", 11, 15, 290.0)}


def write_labs(chart: Chart) -> None:
    """Adds the results to the chart: daily counts after the transplant, then whole panels."""
    draws = chart.draws("labs")
    _write_recovery(chart, draws)
    usual = {test: _usual(draws, test) for test in _TESTS}
    for number in _PANELS:
        day = chart.course.day(number + (draws.whole(-2, 0) if number < 7 else draws.whole(0, 2)))
        if day <= chart.course.last and day != chart.course.death:
            _write_panel(chart, draws, day, usual)


def _write_recovery(chart: Chart, draws: Draws) -> None:
    """Neutrophils and platelets until both have recovered; one who dies before never does."""
    never = chart.course.role["exposure"] == "none"
    anc_day = 99 if never else draws.whole(13, 20)
    plt_day = 99 if never else anc_day + draws.whole(0, 6)
    for number in _recovery_days(anc_day, plt_day, never):
        day = chart.place.transplant + timedelta(days=number)
        anc = draws.real(0.02, 0.4, 2) if number < anc_day else draws.real(0.55, 0.9 + 0.4 * (number - anc_day), 2)
        transfused = number < plt_day - 6
        platelets = draws.real(4, 18, 0) if number < plt_day else draws.real(22, 40 + 6 * (number - plt_day), 0)
        moment = _moment(chart, draws, day)
        _write(chart, draws, "ANC", moment, anc, None)
        _write(chart, draws, "PLT", moment, platelets, transfused)


def _recovery_days(anc_day: int, plt_day: int, never: bool) -> Iterator[int]:
    if never:
        return iter(range(6, 24, 2))
    return iter((7, 10, *range(anc_day - 2, max(anc_day, plt_day) + 3)))


def _usual(draws: Draws, test: str) -> float:
    middle, reach = {
        "ANC": (2.9, 1.6),
        "PLT": (135, 85),
        "HGB": (11.2, 2.4),
        "ALT": (34, 26),
        "AST": (30, 20),
        "BILI": (0.6, 0.4),
        "CREA": (0.85, 0.3),
    }[test]
    return draws.bell(middle, reach)


def _write_panel(chart: Chart, draws: Draws, day: date, usual: dict[str, float]) -> None:
    moment = _moment(chart, draws, day)
    case = next((event["case"] for event in chart.course.events if event["case"] in _RAISED), "")
    for test in _TESTS:
        value = max(usual[test] * draws.bell(1.0, 0.35), 0.05)
        if case and _RAISED[case][0] == test and _RAISED[case][1] <= chart.course.days(day) <= _RAISED[case][2]:
            value = _RAISED[case][3]
        if not draws.chance(0.04):
            _write(chart, draws, test, moment, value, False if test == "PLT" else None)


def _moment(chart: Chart, draws: Draws, day: date) -> datetime:
    """Most blood is drawn early in the morning; in New York now and then late in the evening."""
    if chart.site.id == "B" and draws.chance(0.12):
        return chart.site.at(day, draws.whole(21, 23), draws.whole(0, 59))
    return chart.site.at(day, draws.whole(6, 8), draws.whole(0, 59))


def _write(chart: Chart, draws: Draws, test: str, moment: datetime, value: float, transfused: bool | None) -> None:
    row = _row(chart, test, moment.date())
    ranged = not draws.chance(0.03)
    fields: Record = {
        "test": {"system": "http://loinc.org", "code": row["loinc"]} if chart.site.loinc else test,
        "collected": chart.site.written(moment),
        "value": _reported(value, row),
        "unit": row["unit"],
        "low": _number(row["low"]) if ranged else None,
        "high": _number(row["high"]) if ranged else None,
        "transfused": transfused,
    }
    chart.add("lab", moment.date(), fields, source="lis", plain=True, lag=1)


def _row(chart: Chart, test: str, day: date) -> Row:
    site, changed, before = HGB_CHANGED_UNIT
    unit = before if test == "HGB" and chart.site.id == site and day < changed else chart.site.units[test]
    return next(row for row in rows("labs") if row["test"] == test and row["unit"] == unit)


def _reported(value: float, row: Row) -> Any:
    """The value in the site's unit; below the least that the method can tell it is a text such as `<0.1`."""
    digits = int(row["digits"])
    number = round(value * float(row["factor"]), digits)
    if row["least"] and number < float(row["least"]):
        return f"<{row['least']}"
    return number if digits else int(number)


def _number(cell: str) -> float | int:
    return float(cell) if "." in cell else int(cell)

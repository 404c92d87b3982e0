"""The donor gamma-delta T-cell infusion, given or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.example.chart import Chart, Record
from app.example.people import donor_type, dose_level

_LYMPHODEPLETION = ["fludarabine", "cyclophosphamide"]


def start_of(chart: Chart) -> datetime:
    """When the infusion began, on the hospital's clock. New York now and then infuses late in the evening."""
    draws = chart.draws("hour")
    if chart.site.id == "B" and chart.place.number % 4 == 1:
        return chart.site.at(chart.place.day0, 21, draws.whole(0, 50))
    if chart.site.id == "C":
        return chart.site.at(chart.place.day0, 8, draws.whole(0, 59))
    return chart.site.at(chart.place.day0, draws.whole(11, 14), draws.whole(0, 25))


def write_infusions(chart: Chart) -> None:
    """Adds what the subject's exposure says: an infusion, two, one stopped, one not done or one entered in error."""
    exposure, start = chart.course.role["exposure"], start_of(chart)
    if exposure == "none":
        return
    if exposure == "not-done":
        chart.add("infusion", chart.place.day0, _envelope(chart, start, 1) | {"outcome": "not-done"})
        return
    share = 0.55 if exposure == "stopped" else chart.draws("dose").real(0.92, 1.04, 2)
    sent = chart.add("infusion", chart.place.day0, _given(chart, start, 1, share))
    if exposure == "second":
        later = start + timedelta(days=84)
        chart.add("infusion", later.date(), _given(chart, later, 2, 1.0))
    if exposure == "entered-in-error":
        chart.amend(sent, chart.course.day(6), {}, "entered-in-error")


def _given(chart: Chart, start: datetime, number: int, share: float) -> Record:
    draws = chart.draws(f"product-{number}")
    stopped = chart.course.role["exposure"] == "stopped"
    end = start + timedelta(minutes=draws.whole(15, 45))
    given = _envelope(chart, start, number) | {
        "end": _moment(chart, end),
        "outcome": "stopped" if stopped else "completed",
        "dose": _dose(chart, chart.place.dose * share),
        "viability_pct": draws.real(82, 98, 1),
        "purity_pct": draws.real(78, 96, 1),
        "dosing_weight_kg": draws.real(48, 96, 1),
        "lymphodepletion": _LYMPHODEPLETION if draws.chance(0.3) else None,
    }
    cells = round(chart.place.dose * share * given["dosing_weight_kg"], 1)
    return given | {"total_viable_cells": {"value": cells, "unit": "10*6"}}


def _envelope(chart: Chart, start: datetime, number: int) -> Record:
    return {
        "start": _moment(chart, start),
        "number": number,
        "product_id": f"GDT-{chart.site.id}{chart.place.number:03d}-{number}",
        "route": "intravenous",
        "donor_type": donor_type(chart)[0],
        "planned_dose": _dose(chart, chart.place.dose),
        "dose_level": dose_level(chart.place),
    }


def _moment(chart: Chart, moment: datetime) -> str:
    """Infusions carry their clock time everywhere; a site that writes days alone for the rest adds its offset here."""
    return moment.isoformat(timespec="seconds") if chart.site.clock == "day" else chart.site.written(moment)


def _dose(chart: Chart, millions: float) -> Record:
    if chart.site.dose_unit == "cells/kg":
        return {"value": round(millions * 1_000_000), "unit": "cells/kg"}
    return {"value": round(float(millions), 2), "unit": chart.site.dose_unit}

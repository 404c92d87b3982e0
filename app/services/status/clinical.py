"""The clinical parts of a status: treatment, disease, GVHD, adverse events.

The contract at the doors; docs/status.md
"""

from __future__ import annotations

from typing import Any

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import PartialDate, iso_day
from app.domain.follow_up import Death, Therapy
from app.domain.gvhd import Gvhd
from app.domain.infusion import Infusion
from app.domain.observation import DiseaseAssessment
from app.domain.terms import Quantity
from app.domain.transplant import Transplant
from app.interop.events.adverse_event import term_name
from app.services.status.chart import Chart
from app.terminology.doses import cells_per_kg

RESOLVED = frozenset({"recovered", "recovered-with-sequelae", "resolved", "fatal"})


def infusions(chart: Chart) -> list[Infusion]:
    """Infusions in which cells were given, first to last."""
    return [record for record in chart.of(Infusion, lambda item: item.start) if record.exposed]


def treatment(chart: Chart, today: int) -> dict[str, Any]:
    """Transplant, infusions and dose, with the days since."""
    given = infusions(chart)
    transplants = chart.of(Transplant, lambda item: item.date)
    # The trial counts from the transplant before the infusion; one after it is a second transplant.
    before = [
        item for item in transplants if not given or (chart.day(item.date) or 0) <= (chart.day(given[0].start) or 0)
    ]
    first = given[0] if given else None
    return {
        "transplant": _dated(chart, before[-1].date if before else None, today),
        "infusion": _dated(chart, first.start if first else None, today),
        "infusions": len(given),
        "dose": _dose(first),
        "dose_level": first.dose_level if first else None,
        "therapies": [
            {"date": item.date.text, "kind": item.kind, "intent": item.intent}
            for item in chart.of(Therapy, lambda item: item.date)
        ],
    }


def _dated(chart: Chart, date: PartialDate | None, today: int) -> dict[str, Any] | None:
    day = chart.day(date)
    return None if day is None else {"date": iso_day(day), "day": today - day}


def _dose(infusion: Infusion | None) -> dict[str, Any] | None:
    if infusion is None or infusion.dose is None:
        return None
    dose: Quantity = infusion.dose
    return {
        "value": dose.value,
        "unit": dose.unit,
        "cells_per_kg": cells_per_kg(dose.value, dose.unit, infusion.dosing_weight_kg),
    }


def disease(chart: Chart, baseline: Any) -> dict[str, Any]:
    """Remission now and at baseline, latest MRD, latest chimerism of each lineage."""
    assessments = chart.of(DiseaseAssessment, lambda item: item.date)
    known = [item for item in assessments if item.relapse or item.response not in (None, "NE")]
    return {
        "baseline": baseline,
        "now": _assessment(known[-1]) if known else None,
        "mrd": next((_mrd(item) for item in reversed(assessments) if item.mrd is not None), None),
        "chimerism": _chimerism(assessments),
    }


def _assessment(record: DiseaseAssessment) -> dict[str, Any]:
    return {"date": record.date.text, "response": record.response, "relapse": record.relapse, "record": record.key}


def baseline(chart: Chart, record: str | None) -> dict[str, Any] | None:
    """The assessment that the definition takes as baseline; record: its key."""
    assessments = chart.of(DiseaseAssessment, lambda item: item.date)
    return next((_assessment(item) for item in assessments if item.key == record), None)


def _mrd(record: DiseaseAssessment) -> dict[str, Any]:
    assert record.mrd is not None  # the caller chose records that have it
    return {"date": record.date.text, **record.mrd.model_dump(exclude_none=True), "record": record.key}


def _chimerism(assessments: list[DiseaseAssessment]) -> list[dict[str, Any]]:
    latest = {
        item.lineage: {"date": record.date.text, "lineage": item.lineage, "donor_pct": item.donor_pct}
        for record in assessments
        for item in record.chimerism or ()
    }
    return [latest[lineage] for lineage in sorted(latest)]


def gvhd(chart: Chart) -> dict[str, Any]:
    """Worst and current grade (or severity) of acute and chronic GVHD; None where there was none."""
    found = chart.of(Gvhd, lambda item: item.onset)
    return {kind: _gvhd(chart, [item for item in found if item.kind == kind]) for kind in ("acute", "chronic")}


_ACUTE, _CHRONIC = ("0", "I", "II", "III", "IV"), ("none", "mild", "moderate", "severe")


def _gvhd(chart: Chart, episodes: list[Gvhd]) -> dict[str, Any] | None:
    if not episodes:
        return None
    words = _ACUTE if episodes[0].kind == "acute" else _CHRONIC
    worst = max((grade for episode in episodes for grade in _grades(chart, episode)), default=None)
    last = episodes[-1]
    ended = last.end is not None and chart.happened(last.end)
    current = 0 if ended else next(reversed(_grades(chart, last)), None)
    return {
        "worst": None if worst is None else words[min(worst, len(words) - 1)],
        "current": None if current is None else words[min(current, len(words) - 1)],
        "onset": last.onset.text if last.onset else None,
        "record": last.key,
    }


def _grades(chart: Chart, episode: Gvhd) -> list[int]:
    """Grades in order of time up to the cut-off; the overall grade where no history was kept."""
    history = sorted(
        (chart.day(change.date) or 0, change.number)
        for change in episode.grade_history or ()
        if chart.happened(change.date)
    )
    grades = [number for _, number in history]
    return grades or ([] if episode.number is None else [episode.number])


def adverse_events(chart: Chart) -> dict[str, Any]:
    """Events that are still open, and the serious ones among them."""
    events = chart.of(AdverseEvent, lambda item: item.onset)
    open_ = [item for item in events if _open(chart, item)]
    listed = [_event(item) for item in open_]
    return {
        "recorded": len(events),
        "open": listed,
        "open_serious": [item for item in listed if item["serious"]],
    }


def _open(chart: Chart, event: AdverseEvent) -> bool:
    if event.end is not None:
        return not chart.happened(event.end)
    return event.ongoing is not False and event.outcome not in RESOLVED


def _event(event: AdverseEvent) -> dict[str, Any]:
    return {
        "term": term_name(event),
        "grade": event.grade,
        "serious": event.seriousness,
        "onset": event.onset.text if event.onset else None,
        "record": event.key,
    }


def death(chart: Chart) -> dict[str, Any] | None:
    """The death, with its date as it is known."""
    deaths = chart.of(Death, lambda item: item.date)
    if not deaths:
        return None
    return {"date": deaths[0].date.text if deaths[0].date else None, "cause": deaths[0].cause}

"""Values derived from their components, each beside the reported one: GVHD, CRS, ICANS, response.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import PartialDate
from app.domain.gvhd import Gvhd
from app.domain.observation import REMISSION, DiseaseAssessment, Lab
from app.domain.record import Record
from app.grading.held import Held
from app.grading.held.astct import crs, icans
from app.grading.held.gvhd import gvhd
from app.grading.held.response import assessment
from app.grading.response import Findings
from app.interop.events.adverse_event import category
from app.services.asking import Axes, frame, subject_of
from app.services.grades.evidence import Versions, evidence, told
from app.services.grades.measured import Measured, measured
from app.services.status.chart import Chart

TYPES = ("infusion", "adverse_event", "gvhd", "disease_assessment", "lab")
# Counts of a response are those of the nearest day, at most so many days from the assessment.
COUNTS_WITHIN_DAYS = 3


def derived(connection: Connection, study: str, number: str, axes: Axes) -> dict[str, Any]:
    """Every record of the subject that a scale applies to, with its components, derived and reported value."""
    asked = frame(connection, study, axes)
    subject = subject_of(connection, study, number, asked.as_of)
    chart, versions = told(connection, asked, subject, TYPES)
    entries = [_entry(record, date, held, versions) for record, date, held in held_records(chart)]
    return {"study": study, "subject": number, **asked.header(), "derived": entries}


def held_records(chart: Chart) -> Iterator[tuple[Record, PartialDate | None, Held]]:
    """(record, its date, derived beside reported) of every record to which a scale applies."""
    for episode in chart.of(Gvhd, lambda item: item.onset):
        yield episode, episode.onset, gvhd(episode)
    for event in chart.of(AdverseEvent, lambda item: item.onset):
        of_interest = category(event)
        if event.crs is not None or of_interest == "crs":
            yield event, event.onset, crs(event)
        if event.icans is not None or of_interest == "icans":
            yield event, event.onset, icans(event)
    assessments = chart.of(DiseaseAssessment, lambda item: item.date)
    counts = [measured(lab, chart.zone) for lab in chart.of(Lab, lambda item: item.collected)]
    for position, item in enumerate(assessments):
        yield item, item.date, assessment(item, _known(chart, item, assessments[:position], counts))


def _known(
    chart: Chart, record: DiseaseAssessment, before: list[DiseaseAssessment], counts: Iterable[Measured]
) -> Findings:
    """What other records tell: counts near the day, a remission reached before, the findings at the infusion."""
    day = record.date.at_site(chart.zone).first
    near = [item for item in counts if abs(item.days.first - day) <= COUNTS_WITHIN_DAYS and item.days.exact]
    start = _baseline(chart, record, before)
    return Findings(
        anc=_count(near, "ANC", day),
        platelets=_count(near, "PLT", day),
        in_remission=True if any(item.response in REMISSION for item in before) else None,
        earlier_marrow_blasts_pct=start.marrow_blasts_pct if start else None,
        earlier_extramedullary=start.extramedullary if start else None,
    )


def _count(near: Iterable[Measured], test: str, day: int) -> Any:
    """The count of the nearest day in 10*9/L; one given as a bound only is none."""
    found = [item for item in near if item.test is not None and item.test.id == test]
    numbers = [(abs(item.days.first - day), item.lab.key, item) for item in found if _exact(item)]
    nearest = min(numbers, key=lambda place: place[:2], default=None)
    return None if nearest is None else nearest[2].result(as_sent=False).value


def _exact(item: Measured) -> bool:
    return item.lab.number is not None and item.lab.number[0] is None and item.unit is not None


def _baseline(chart: Chart, record: DiseaseAssessment, before: list[DiseaseAssessment]) -> DiseaseAssessment | None:
    """The last assessment up to day 0; for one that is itself up to day 0 there is none."""
    if chart.start is None or (chart.day(record.date) or 0) <= chart.start.first:
        return None
    earlier = [item for item in before if (chart.day(item.date) or 0) <= chart.start.first]
    return earlier[-1] if earlier else None


def _entry(record: Record, date: PartialDate | None, held: Held, versions: Versions) -> dict[str, Any]:
    return {
        **evidence(record.key, versions),
        "kind": held.scale.kind,
        "date": None if date is None else date.text,
        "scale": held.scale.name,
        "reference": held.scale.reference,
        "components": held.components,
        "derived": held.outcome.value,
        "reason": held.outcome.reason,
        "possible": list(held.outcome.possible),
        "reported": held.reported,
        "reported_scale": held.reported_scale,
        "agrees": held.agrees,
    }

"""GVHD: scale, dates and dated grades.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.gvhd import Gvhd
from app.domain.transplant import Transplant
from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask
from app.services.queries.rules.adverse_event import outside


def scale(dossier: Dossier) -> Iterator[Query]:
    """A grade where a severity is due, or the other way round."""
    for record in dossier.of(Gvhd):
        right, wrong = (record.grade, record.severity) if record.kind == "acute" else (record.severity, record.grade)
        if wrong is not None and right is None:
            yield ask("gvhd-scale-mismatch", record.key)


def dates(dossier: Dossier) -> Iterator[Query]:
    """No onset, or something that lies before it."""
    for record in dossier.of(Gvhd):
        onset, end = dossier.days(record.onset), dossier.days(record.end)
        systemic = dossier.days(record.systemic_therapy_start)
        if onset is None:
            yield ask("onset-missing", record.key)
            continue
        if systemic is not None and systemic.last < onset.first:
            yield ask("gvhd-systemic-before-onset", record.key)
        if end is not None and end.last < onset.first:
            yield ask("gvhd-end-before-onset", record.key)


def before_transplant(dossier: Dossier) -> Iterator[Query]:
    """GVHD before any graft."""
    grafts = {item.key: dossier.first(item)[0] for item in dossier.of(Transplant)}
    for record in dossier.of(Gvhd):
        onset = dossier.days(record.onset)
        if onset is not None and grafts and onset.last < min(grafts.values()):
            yield ask("gvhd-before-transplant", record.key, *sorted(grafts))


def course(dossier: Dossier) -> Iterator[Query]:
    """Dated grades that contradict the rest."""
    for record in dossier.of(Gvhd):
        history, reported = record.grade_history or [], record.number
        if reported is not None and any(change.number > reported for change in history):
            yield ask("grade-below-history", record.key)
        changes = [change.date.at_site(dossier.zone) for change in history]
        if outside(changes, dossier.days(record.onset), dossier.days(record.end)):
            yield ask("history-outside-event", record.key)


RECORD_RULES = (scale, dates, before_transplant, course)

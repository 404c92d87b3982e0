"""Values that contradict their components, as the clinical events of each record tell, or several records together.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.observation import DiseaseAssessment
from app.services.derived import held_records
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, ask


def within_a_record(history: History) -> Iterator[Query]:
    """What one record alone contradicts."""
    for row in history.kind("discrepancy"):
        yield ask(row.status, row.record, found=row.category)


def across_records(dossier: Dossier) -> Iterator[Query]:
    """What a record contradicts when counts and earlier findings are known."""
    known = {(row.status, row.record) for row in dossier.history.kind("discrepancy")}
    for record, _, held in held_records(dossier.chart):
        if held.agrees is False and (held.scale.rule, record.key) not in known:
            yield ask(held.scale.rule, record.key, found=held.text)
        if isinstance(record, DiseaseAssessment) and record.response is None and held.outcome.value is not None:
            yield ask("response-missing", record.key, found=str(held.outcome.value))


EVENT_RULES = (within_a_record,)
RECORD_RULES = (across_records,)

"""What one record alone lets derive.

docs/conventions.md
"""

from __future__ import annotations

from app.domain.adverse_event import AdverseEvent
from app.domain.gvhd import Gvhd
from app.domain.observation import DiseaseAssessment
from app.domain.record import Record
from app.grading.held.astct import crs, icans
from app.grading.held.gvhd import gvhd
from app.grading.held.held import Held
from app.grading.held.response import assessment, comparable


def of_record(record: Record) -> list[Held]:
    """The values derived from the components that the record has; none where it has no components."""
    if isinstance(record, Gvhd):
        return [gvhd(record)] if record.stages or record.organ_scores else []
    if isinstance(record, DiseaseAssessment):
        return [assessment(record)] if comparable(record) else []
    if isinstance(record, AdverseEvent):
        return [*([crs(record)] if record.crs else []), *([icans(record)] if record.icans else [])]
    return []

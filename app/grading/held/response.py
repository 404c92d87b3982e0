"""Response: computed from the findings of an assessment, beside the reported one.

https://doi.org/10.1182/blood.2022016867 ; PMC7272718
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache

from app.domain.observation import DiseaseAssessment
from app.grading.determined import Determined
from app.grading.held.held import Held, Value, hold
from app.grading.response import Findings, response

# Counts do not show whether they were reached without transfusions and growth factors, other definitions of CRi take in
# CRh or ask for no recovery of either count, and some call a relapse a progression: no certain contradiction.
_ACCEPTED: dict[Value | None, tuple[Value, ...]] = {
    "CRh": ("CR",),
    "CRi": ("CR", "CRh", "MLFS"),
    "MLFS": ("CR", "CRh", "CRi"),
    "PD": ("relapse",),
}


def assessment(record: DiseaseAssessment, known: Findings | None = None) -> Held:
    """The response by what the assessment found; known: counts and earlier findings from elsewhere."""
    found = replace(
        known or Findings(),
        marrow_blasts_pct=record.marrow_blasts_pct,
        blood_blasts_pct=record.blood_blasts_pct,
        extramedullary=record.extramedullary,
    )
    components = {name: value for name, value in asdict(found).items() if value is not None}
    reported, outcome = _reported(record), _computed(found)
    # Without a finding of its own an assessment contradicts nothing, whatever went before.
    accepted = _ACCEPTED.get(reported, ()) if comparable(record) else outcome.possible
    return hold("response", components, outcome, reported, accepted=accepted)


def _reported(record: DiseaseAssessment) -> Value | None:
    """The reported response; a relapse by MRD alone is none by morphology, and NE is none at all."""
    if record.relapse is not None:
        return None if record.relapse == "mrd" else "relapse"
    return None if record.response == "NE" else record.response


@lru_cache(maxsize=4096)
def _computed(found: Findings) -> Determined[Value]:
    outcome = response(found)
    return Determined(outcome.value, outcome.reason, tuple(outcome.possible))


def comparable(record: DiseaseAssessment) -> bool:
    """Whether the assessment has a finding that could contradict its response."""
    found = (record.marrow_blasts_pct, record.blood_blasts_pct, record.extramedullary)
    return _reported(record) is not None and any(finding is not None for finding in found)

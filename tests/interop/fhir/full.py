"""Records of every type with every field filled, and what the service writes of them in R4 and in R5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.domain.dates import parse_date
from app.domain.subject import Withdrawal
from app.interop.fhir.draft import Draft
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_subject import SubjectView, write_research_subject
from app.interop.fhir.write import write

from .samples import CONTEXT, accepted

Raw = dict[str, Any]
_ENVELOPE: Raw = {"site": "A", "source": "ehr", "id": "R-1", "version": 1, "recorded": "2026-03-02", "subject": "A-001"}
_GRADES = [{"date": "2024-04-10", "grade": "I"}, {"date": "2024-04-14", "grade": "III"}]
_GVHD: Raw = {
    "onset": "2024-04-10",
    "grade_history": _GRADES,
    "stages": {"skin": 3, "liver": 0, "upper_gi": 1, "lower_gi": 2},
    "organ_scores": {"eyes": 2},
    "systemic_therapy_start": "2024-04-14",
    "steroid_refractory": False,
    "end": "2024-05",
}
FULL: dict[str, list[Raw]] = {
    "disease": [
        {
            "diagnosis_date": "2022-05",
            "diagnosis": {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C91.02", "text": "dictated"},
            "subtype": "KMT2A-r",
            "status_at_transplant": "CR2",
            "cns_status": "CNS1",
        }
    ],
    "transplant": [
        {
            "date": "2023-11-20",
            "number": 1,
            "donor_type": "matched-unrelated",
            "hla_match": "10/10",
            "graft_source": "BM",
            "conditioning": "MAC",
            "gvhd_prophylaxis": ["PT-Cy"],
            "cd34_dose": {"value": Decimal("5.10"), "unit": "10^6/kg"},
            "cd3_dose": {"value": Decimal("2.5"), "unit": "10^8/kg"},
        }
    ],
    "infusion": [
        {
            "start": "2024-03-01T10:00:00+01:00",
            "end": "2024-03-01T11:30:00+01:00",
            "number": 1,
            "outcome": "completed",
            "product_id": "LOT-4711",
            "route": "intravenous",
            "donor_type": "haploidentical",
            "dose": {"value": Decimal("1.90"), "unit": "10^6/kg"},
            "planned_dose": {"value": Decimal(2), "unit": "10^6/kg"},
            "dose_level": "DL2",
            "viability_pct": Decimal("91.50"),
            "purity_pct": Decimal(97),
            "total_viable_cells": {"value": Decimal("133.0"), "unit": "10^6"},
            "dosing_weight_kg": Decimal("70.0"),
            "lymphodepletion": ["fludarabine"],
        }
    ],
    "adverse_event": [
        {
            "term": "Neutrophil count decreased",
            "code": {"system": "https://www.meddra.org", "code": "10029366", "text": "as dictated"},
            "ctcae_version": "5.0",
            "onset": "2026-02-20",
            "end": "2026-03-01",
            "ongoing": False,
            "grade": 3,
            "grade_history": [{"date": "2026-02-20", "grade": 2}],
            "serious": True,
            "serious_since": "2026-02-21",
            "seriousness_criteria": ["hospitalisation"],
            "relatedness": "possible",
            "relatedness_other": "conditioning",
            "expected": False,
            "outcome": "recovered",
            "action_taken": "interrupted",
            "investigator_dlt": True,
            "interest": "CRS",
            "crs": {
                "temperature_c": Decimal("39.2"),
                "antipyretics_given": True,
                "hypotension": True,
                "vasopressors": 1,
                "vasopressin": False,
                "oxygen": "low-flow",
            },
            "icans": {
                "ice_score": 8,
                "consciousness": "alert",
                "seizure": "none",
                "motor_weakness": False,
                "oedema": "none",
            },
        }
    ],
    "gvhd": [{"kind": "acute", "grade": "III", **_GVHD}, {"kind": "chronic", "severity": "mild", **_GVHD}],
    "disease_assessment": [
        {
            "date": "2024-06-03",
            "response": "relapse",
            "relapse_sites": ["marrow"],
            "methods": ["morphology"],
            "marrow_blasts_pct": Decimal("13.20"),
            "blood_blasts_pct": Decimal(0),
            "extramedullary": False,
            "mrd": {"result": "positive", "level": "<0.010 %", "method": "MFC", "sensitivity": "10^-4"},
            "chimerism": [{"lineage": "CD3", "donor_pct": Decimal("99.10"), "method": "STR"}],
        }
    ],
    "lab": [
        {
            "test": {"system": "http://loinc.org", "code": "751-8", "text": "of the ward"},
            "collected": "2024-03-15T07:30+01:00",
            "value": "<0.10",
            "unit": "10^9/L",
            "low": Decimal("1.80"),
            "high": Decimal("7.0"),
            "transfused": False,
        }
    ],
    "follow_up": [
        {"date": "2024-05-01", "kind": "phone", "alive": True, "ecog": 1, "karnofsky": 90, "lost": False},
        {"date": "2024-06-01", "kind": "phone", "lost": True},
        {"date": "2024-06-02", "kind": "phone", "alive": False},
    ],
    "death": [{"date": "2024-08-01", "cause": "relapse"}],
    "therapy": [{"date": "2024-07-01", "kind": "dli", "intent": "relapse", "text": "in words"}],
}
VIEW = SubjectView(
    number="A-001",
    site="A",
    sex="female",
    birth_year=1980,
    consent=parse_date("2023-10-01"),
    withdrawal=Withdrawal(date=parse_date("2025-01-01"), scope="follow-up", vital_status_allowed=True),
    state="follow-up",
    state_date=parse_date("2024-04-01"),
    infused=parse_date("2024-03-01"),
    off_study=parse_date("2025-02-01"),
    off_study_reason=None,
    dead=True,
    death=parse_date("2025-03"),
    strata={"dose_level": "DL2", "age_class": "adult"},
)


def raw(kind: str, fields: Raw) -> Raw:
    """The record in full, with its envelope."""
    return {"type": kind, **_ENVELOPE, **fields}


def drafts(kind: str, fields: Raw) -> list[Draft]:
    """What is written of one record in R4."""
    return write(accepted(raw(kind, fields)), CONTEXT)


def subject_drafts(view: SubjectView = VIEW) -> list[Draft]:
    """Patient and ResearchSubject of the subject in R4."""
    return [write_patient(view), write_research_subject(view, "study-1", "patient-1")]


def every_draft() -> list[Draft]:
    """All of it in R4."""
    records = [draft for kind, several in FULL.items() for fields in several for draft in drafts(kind, fields)]
    return [*records, *subject_drafts()]

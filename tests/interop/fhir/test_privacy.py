"""What a sponsor may read holds nothing that names a patient.

Every text a hospital can fill freely holds a canary here; none may be seen in any byte.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.domain.dates import parse_date
from app.domain.records import RECORD_TYPES
from app.domain.subject import Subject
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_subject import SubjectView, write_research_subject
from app.interop.fhir.write import write

from .samples import CONTEXT, accepted, encoded

CANARY = "CANARY Erika Mustermann 0047110815"
CODE = {"system": CANARY, "code": CANARY, "text": CANARY}
LOCAL_CODE = {"system": "https://www.meddra.org", "code": CANARY, "text": CANARY}
DOSE = {"value": Decimal("1.5"), "unit": CANARY}
ENVELOPE = {"site": "A", "source": CANARY, "id": CANARY, "subject": CANARY, "recorded": "2024-03-02"}

RECORDS: list[dict[str, Any]] = [
    {
        "type": "subject",
        "mrn": CANARY,
        "family_name": CANARY,
        "given_name": CANARY,
        "birth_date": "1980-05-04",
        "strata": {CANARY: CANARY, "dose_level": CANARY},
    },
    {"type": "disease", "diagnosis": CODE, "subtype": CANARY, "status_at_transplant": CANARY, "cns_status": CANARY},
    {"type": "disease", "diagnosis": {"code": CANARY, "text": CANARY}},
    {
        "type": "transplant",
        "date": "2023-11-20",
        "donor_type": CANARY,
        "hla_match": CANARY,
        "graft_source": CANARY,
        "conditioning": CANARY,
        "gvhd_prophylaxis": [CANARY],
        "cd34_dose": DOSE,
        "cd3_dose": DOSE,
    },
    {
        "type": "infusion",
        "start": "2024-03-01",
        "product_id": CANARY,
        "route": CANARY,
        "donor_type": CANARY,
        "dose": DOSE,
        "planned_dose": DOSE,
        "dose_level": CANARY,
        "viability_pct": Decimal(90),
        "total_viable_cells": DOSE,
        "lymphodepletion": [CANARY],
    },
    {
        "type": "adverse_event",
        "term": CANARY,
        "code": CODE,
        "ctcae_version": CANARY,
        "seriousness_criteria": [CANARY],
        "relatedness_other": CANARY,
        "outcome": CANARY,
        "action_taken": CANARY,
        "interest": CANARY,
    },
    {"type": "adverse_event", "term": CANARY, "code": LOCAL_CODE},
    {"type": "adverse_event", "term": CANARY, "code": {"system": CANARY, "code": "10016558", "text": CANARY}},
    {"type": "adverse_event", "term": CANARY, "code": {**CODE, "system": "https://www.meddra.org", "code": "10016558"}},
    {"type": "gvhd", "kind": "chronic", "severity": "mild", "organ_scores": {CANARY: 1}},
    {
        "type": "disease_assessment",
        "date": "2024-03-01",
        "methods": [CANARY],
        "mrd": {"level": CANARY, "method": CANARY, "sensitivity": CANARY},
        "chimerism": [
            {"lineage": CANARY, "donor_pct": Decimal(1), "method": CANARY},
            {"lineage": "CD3", "donor_pct": Decimal(1), "method": CANARY},
        ],
    },
    {"type": "lab", "test": CODE, "collected": "2024-03-01", "value": Decimal(1), "unit": CANARY, "low": Decimal(1)},
    {"type": "lab", "test": CANARY, "collected": "2024-03-01", "value": Decimal(1)},
    {
        "type": "lab",
        "test": {"system": CANARY, "code": CANARY, "text": "ANC"},
        "collected": "2024-03-01",
        "unit": CANARY,
    },
    {"type": "lab", "test": {**CODE, "system": "LN", "code": "751-8"}, "collected": "2024-03-01", "value": "<1"},
    {"type": "follow_up", "date": "2024-03-01", "kind": CANARY, "ecog": 1},
    {"type": "death", "date": "2024-03"},
    {"type": "therapy", "date": "2024-03-01", "kind": "other", "text": CANARY},
    {"type": "end_of_study", "date": "2024-03-01", "reason": CANARY},
]


@pytest.mark.parametrize("fields", RECORDS, ids=lambda fields: str(fields["type"]))
@pytest.mark.parametrize("status", ["final", "entered-in-error"])
def test_no_free_text_and_no_identifier_in_any_byte(fields: dict[str, Any], status: str) -> None:
    written = b"".join(encoded(draft) for draft in write(accepted({**ENVELOPE, **fields, "status": status}), CONTEXT))
    for part in CANARY.split():
        assert part.encode() not in written


def test_every_record_type_carries_a_canary() -> None:
    assert {fields["type"] for fields in RECORDS} == set(RECORD_TYPES)


def test_every_text_field_of_every_record_carries_a_canary() -> None:
    """A field added to the records must be added here; numbers, dates and closed vocabularies hold no text."""
    for name, model in RECORD_TYPES.items():
        tried = {field for fields in RECORDS if fields["type"] == name for field in fields}
        free = {field for field, info in model.model_fields.items() if is_text(info.annotation)}
        assert free <= tried | set(ENVELOPE) | {"type"}


def is_text(annotation: Any) -> bool:
    """Whether a text, a code or a collection of them fits the field; dates are read before they are kept."""
    name = str(annotation)
    texts = ("'str'", "str,", "str]", "str |", "CodeRef", "Quantity", "Mrd", "Chimerism")
    return "PartialDate" not in name and any(text in name for text in texts)


def test_a_subject_is_known_by_number_and_year_of_birth_alone() -> None:
    view = SubjectView(
        number="A-001",
        site="A",
        sex="female",
        birth_year=1980,
        consent=parse_date("2023-10-01"),
        withdrawal=None,
        state="on-study",
        state_date=parse_date("2023-10-02"),
        infused=parse_date("2024-03-01"),
        off_study=parse_date("2025-03-01"),
        off_study_reason=CANARY,
        dead=False,
        death=None,
        strata={CANARY: CANARY, "dose_level": CANARY, "age_class": CANARY},
    )
    drafts = [write_patient(view), write_research_subject(view, "study-1", "patient-1")]
    written = b"".join(encoded(draft) for draft in drafts)
    assert b"CANARY" not in written
    assert drafts[0].body == {"gender": "female", "birthDate": "1980"}
    assert isinstance(accepted({**ENVELOPE, "type": "subject"}), Subject)

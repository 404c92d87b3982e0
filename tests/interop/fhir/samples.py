"""Records for these tests, and JSON read with every digit of its numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.record import Record
from app.domain.records import read_record
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.encode import encode

GOLDEN = Path(__file__).parent / "golden"
ENVELOPE = {"site": "A", "source": "ehr", "id": "R-1", "subject": "A-001"}
NOW = "2026-03-02T10:00:00Z"


def identify(resource_type: str, role: str) -> str:
    """Ids that tell what they are of."""
    return f"{resource_type.lower()}-{role.replace(':', '-') or 'main'}"


CONTEXT = Context("study-1", "patient-1", "research-subject-1", identify)


def record(**fields: Any) -> Record:
    """A record with the usual envelope."""
    return accepted({**ENVELOPE, **fields})


def accepted(raw: dict[str, Any]) -> Record:
    """The record, which the domain must accept."""
    found = read_record(raw)
    assert not isinstance(found, tuple), found
    return found


def golden_names() -> list[str]:
    """Every golden file, by its name."""
    return sorted(path.stem for path in GOLDEN.glob("*.json"))


def golden(name: str) -> dict[str, Any]:
    """One golden file; numbers as Decimal, as they arrive from a hospital."""
    text = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return parsed


def digits(text: bytes | str) -> Any:
    """JSON with each number as the text that stood there, so that 1.50 and 1.5 differ."""
    return json.loads(text, parse_float=lambda number: ("number", number), parse_int=lambda number: ("number", number))


def encoded(draft: Draft) -> bytes:
    """The bytes of a draft."""
    return encode(draft, identify(draft.type, draft.role), 1, NOW)


def resource(draft: Draft) -> dict[str, Any]:
    """A draft as the resource that is checked."""
    return {"resourceType": draft.type, "id": identify(draft.type, draft.role), **draft.body}

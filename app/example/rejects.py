"""Records that a service must refuse, each for one fault."""

from __future__ import annotations

from datetime import timedelta

from app.example.chart import Record, Sent
from app.example.draws import Draws

FAULTS = (
    ("BAD-1", "lab", "collected", "impossible date", {"collected": "2025-02-30"}),
    ("BAD-2", "lab", "unit", "unknown unit", {"unit": "drops/spoon"}),
    ("BAD-3", "adverse_event", "grade", "grade outside 1 to 5", {"grade": 7}),
    ("BAD-4", "follow_up", "date", "required field missing", {"date": None}),
    ("BAD-5", "disease_assessment", "response", "unknown code word", {"response": "excellent"}),
    ("BAD-6", "lab", "site", "unknown site", {"site": "Q"}),
)
"""(id, type, field at fault, fault, what is changed in an otherwise good record)."""


def spoiled(draws: Draws, sent: list[Sent]) -> list[Sent]:
    """One spoiled record for each fault: like a good one sent a day before, under an id of its own."""
    found = []
    for number, kind, _, _, changes in FAULTS:
        model = draws.pick([one for one in sent if one.plain and _fits(one.record, kind)])
        found.append(_spoil(model, {"id": number} | changes))
    return found


def _fits(record: Record, kind: str) -> bool:
    """A record of the type that says everything a fault needs, sent once and in order."""
    needed = {"lab": "unit", "adverse_event": "grade"}.get(kind, "date")
    return record["type"] == kind and needed in record and record["source"] != "phone-log"


def _spoil(model: Sent, changes: Record) -> Sent:
    told = {name: value for name, value in (model.record | changes).items() if value is not None}
    return Sent(told, model.at + timedelta(days=1), plain=False, sender=model.job)

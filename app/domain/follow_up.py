"""Contacts, deaths and later therapies.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from typing import Literal

from app.domain.dates import PartialDateField
from app.domain.observation import Ecog, Karnofsky
from app.domain.record import Record
from app.domain.terms import Code, DeathCause, Text, TherapyIntent, TherapyKind


class FollowUp(Record):
    """One contact. `lost` says that nobody could reach the patient, so the date proves nothing."""

    type: Literal["follow_up"]
    date: PartialDateField
    kind: Code | None = None
    alive: bool | None = None
    ecog: Ecog | None = None
    karnofsky: Karnofsky | None = None
    lost: bool | None = None

    @property
    def proves_alive(self) -> bool:
        """A contact with the patient is evidence of life unless it says otherwise."""
        return self.alive is True or (self.alive is None and self.lost is not True and not self.reports_death)

    @property
    def reports_death(self) -> bool:
        """Whether the patient is known dead by this date (ECOG 5 and Karnofsky 0 mean dead)."""
        return self.alive is False or self.ecog == 5 or self.karnofsky == 0


class Death(Record):
    """The death; its date may be known in part or not at all."""

    type: Literal["death"]
    date: PartialDateField | None = None
    cause: DeathCause | None = None


class Therapy(Record):
    """A later anti-leukaemic therapy."""

    type: Literal["therapy"]
    date: PartialDateField
    kind: TherapyKind | None = None
    intent: TherapyIntent | None = None
    text: Text | None = None

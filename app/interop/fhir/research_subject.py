"""ResearchSubject: the subject's place in the study.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.dates import PartialDate
from app.domain.subject import Withdrawal
from app.domain.terms import Sex, SubjectState
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.draft import Draft, reference
from app.interop.fhir.elements import Json, complex_extension, extension, optional_date, period, present
from app.interop.fhir.urls import SUBJECT_NUMBER, profile, project

ARM = "dose_level"
_Step = tuple[SubjectState, PartialDate | None, str | None]
_BEFORE_ALL = -(10**9)
_ARM_NAME = re.compile(r"[A-Za-z0-9+.*^/ -]{1,20}", re.ASCII)


@dataclass(frozen=True)
class SubjectView:
    """A subject as several records tell it. number: the study's subject number; infused: start of the first
    infusion given; off_study_reason is kept from every resource; dead with death None: the date is unknown.
    """

    number: str
    site: str
    sex: Sex | None
    birth_year: int | None
    consent: PartialDate | None
    withdrawal: Withdrawal | None
    state: SubjectState | None
    state_date: PartialDate | None
    infused: PartialDate | None
    off_study: PartialDate | None
    off_study_reason: str | None
    dead: bool
    death: PartialDate | None
    strata: Mapping[str, str]


def write_research_subject(view: SubjectView, study_id: str, patient_id: str) -> Draft:
    """The subject under the number that the sponsor knows; of the strata only the dose level is written."""
    arm = _arm(view)
    body = present(
        extension=[
            *extension(project("site"), "valueString", view.site),
            *_withdrawal(view.withdrawal),
            *_progress(view),
        ],
        identifier=[{"system": SUBJECT_NUMBER, "value": view.number}],
        status=status(view),
        period=period(view.consent, _end(view)),
        study=reference("ResearchStudy", study_id),
        individual=reference("Patient", patient_id),
        assignedArm=arm,
        actualArm=arm if view.infused else None,
    )
    return Draft("ResearchSubject", "", body, profile("trial-subject"))


def status(view: SubjectView) -> SubjectState:
    """The state that counts now; R4 has room for one. Leaving the study outweighs what was recorded before it."""
    if _left(view.withdrawal):
        return "withdrawn"
    if view.off_study or view.dead:
        return "off-study"
    if view.state:
        return view.state
    if view.infused:
        return "on-study-intervention"
    return "on-study" if view.consent else "candidate"


def _progress(view: SubjectView) -> list[Json]:
    """Every step that is known, by day, the present state last; R5 has elements for them.

    Consent is a milestone, which says nothing of the state; a death ends the study where nothing ended it before.
    A step that another record tells of, and not the state that was recorded, has that as its reason.
    """
    now = status(view)
    withdrawn = view.withdrawal if _left(view.withdrawal) else None
    steps: list[_Step | None] = [
        (view.state, view.state_date, None) if view.state else None,
        ("on-study-intervention", view.infused, "infusion") if view.infused else None,
        ("withdrawn", withdrawn.date, "withdrawal") if withdrawn else None,
        ("off-study", view.off_study, "end-of-study") if view.off_study else None,
        ("off-study", view.death, "death") if view.dead and not view.off_study else None,
    ]
    known = sorted((step for step in steps if step), key=lambda step: (step[0] == now, _day(step[1])))
    consent = [_step(None, view.consent, None, fixed("subject-milestone", "consented"))] if view.consent else []
    return [item for step in (*consent, *(_step(*step) for step in known)) for item in step]


def _day(date: PartialDate | None) -> int:
    """The first possible day; what has no day stands before what has one."""
    return _BEFORE_ALL if date is None else date.first


def _step(
    state: SubjectState | None, start: PartialDate | None, reason: str | None, milestone: Json | None = None
) -> list[Json]:
    return complex_extension(
        project("subject-progress"),
        extension("state", "valueCode", state),
        extension("milestone", "valueCodeableConcept", milestone),
        extension("start", "valueDateTime", optional_date(start)),
        extension("reason", "valueCodeableConcept", coded("progress-reason", reason)),
    )


def _withdrawal(withdrawal: Withdrawal | None) -> list[Json]:
    """What was withdrawn; the status tells no more than that somebody left."""
    if withdrawal is None:
        return []
    return complex_extension(
        project("withdrawal"),
        extension("date", "valueDateTime", optional_date(withdrawal.date)),
        extension("scope", "valueCodeableConcept", coded("withdrawal-scope", withdrawal.scope)),
        extension("vital-status-allowed", "valueBoolean", withdrawal.vital_status_allowed),
    )


def _left(withdrawal: Withdrawal | None) -> bool:
    """Who stops the treatment alone is still followed."""
    return withdrawal is not None and withdrawal.scope != "treatment"


def _end(view: SubjectView) -> PartialDate | None:
    """The first day on which the subject left; a period may not end before it starts, so neither may this."""
    withdrawn = view.withdrawal.date if view.withdrawal and _left(view.withdrawal) else None
    ends = [end for end in (withdrawn, view.off_study, view.death) if end is not None]
    end = min(ends, key=lambda end: end.first, default=None)
    return None if end and view.consent and end.last < view.consent.first else end


def _arm(view: SubjectView) -> str | None:
    """The dose level, when it has the form of a name in a protocol."""
    name = view.strata.get(ARM, "")
    return name if _ARM_NAME.fullmatch(name) else None

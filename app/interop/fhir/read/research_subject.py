"""ResearchSubject with its Patient: the subject, and the end of its time in the study.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import coded_word, word
from app.interop.fhir.read.elements import own, own_parts, patient_of, said
from app.interop.fhir.read.patient import person
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.research_subject import ARM
from app.interop.fhir.urls import SUBJECT_NUMBER, profile

_PROFILE = profile("trial-subject")
_LEFT, _WITHDREW = "off-study", "withdrawn"


def read_subjects(pool: Pool) -> Iterator[Reading]:
    """Every subject, with what its Patient says where that is among the resources."""

    def read(resource: Json) -> Iterator[Reading]:
        patient = pool.get(patient_of(resource))
        members = [(resource, ""), *([(patient, "")] if patient else [])]
        number, site = subject_number(resource), own(resource, "site")
        for reading in pool.make(_subject(resource, patient or {}), *members):
            yield replace(reading, number=number, site=site)
        off_study = _off_study(resource, patient or {})
        if off_study is not None:
            yield from pool.make({"type": "end_of_study", "status": "final", "date": off_study}, (resource, ""))

    return each(pool, "ResearchSubject", read)


def subject_number(resource: Json) -> str:
    """The identifier that our writers give it, else its first one. NoRecordError where it has none."""
    found = [one for one in resource.get("identifier") or [] if one.get("value")]
    ours = [one for one in found if one.get("system") == SUBJECT_NUMBER]
    if not found:
        raise NoRecordError("it has no identifier, which would be the subject number")
    number: str = next(iter([*ours, *found]))["value"]
    return number


def _subject(resource: Json, patient: Json) -> Json:
    steps = own_parts(resource, "subject-progress")
    consent = _consent(resource, steps)
    state, since = _state(resource, steps, consent)
    arm = resource.get("actualArm") or resource.get("assignedArm")
    return said(
        type="subject",
        status="final",
        **person(patient),
        consent_date=consent,
        withdrawal=_withdrawal(resource),
        state=state,
        state_date=since,
        strata={ARM: arm.strip()} if arm else None,
    )


def _period(resource: Json) -> Json:
    found: Json = resource.get("period") or {}
    return found


def _consent(resource: Json, steps: list[Json]) -> str | None:
    """The day of the milestone, else the start of the time in the study."""
    told = [step.get("start") for step in steps if word(step.get("milestone"), "subject-milestone") == "consented"]
    return next(filter(None, told), None) or _period(resource).get("start")


def _state(resource: Json, steps: list[Json], consent: str | None) -> tuple[str | None, str | None]:
    """The state that was recorded, and since when.

    A step that our writers add for what other records tell says why, and is not what was recorded; nor is the status
    that they put where it outweighs what was recorded, or where nothing was.
    """
    status = resource.get("status")
    recorded = [step for step in steps if step.get("state") and "reason" not in step]
    told = [step for step in recorded if step["state"] == status]
    if not told and not (_is_ours(resource) and status in _derived(steps, recorded, consent)):
        return status, None
    last: Json = next(reversed(told or recorded), {})
    return last.get("state"), last.get("start")


def _derived(steps: list[Json], recorded: list[Json], consent: str | None) -> set[str]:
    """The status that our writers put without, or in spite of, a state that was recorded."""
    told = {step["state"] for step in steps if step.get("state") and "reason" in step}
    if recorded:
        return told & {_LEFT, _WITHDREW}
    return told or {"on-study" if consent else "candidate"}


def _is_ours(resource: Json) -> bool:
    return _PROFILE in (resource.get("meta") or {}).get("profile", [])


def _withdrawal(resource: Json) -> Json | None:
    """What was withdrawn and when; of a subject that has no more than the status, from its period."""
    told: Json = next(iter(own_parts(resource, "withdrawal")), {})
    if told:
        scope = word(told.get("scope"), "withdrawal-scope")
        return said(date=told.get("date"), scope=scope, vital_status_allowed=told.get("vital-status-allowed"))
    ended = _period(resource).get("end") if resource.get("status") == _WITHDREW else None
    return None if ended is None else {"date": ended}


def _off_study(resource: Json, patient: Json) -> str | None:
    """The last day in the study: of the step that an end of the study adds, else the end of the period.

    Where the death ended it, or nobody tells a day, there is no record of its own.
    """
    left = [step for step in own_parts(resource, "subject-progress") if step.get("state") == _LEFT]
    ended = [step.get("start") for step in left if _reason(step.get("reason")) == "end-of-study"]
    if ended or left or _is_ours(resource):
        return next(iter(ended), None)
    end: str | None = _period(resource).get("end")
    died = patient.get("deceasedDateTime", end if patient.get("deceasedBoolean") else None)
    return None if resource.get("status") != _LEFT or died == end else end


def _reason(concept: Any) -> str | None:
    return coded_word(concept, "progress-reason")

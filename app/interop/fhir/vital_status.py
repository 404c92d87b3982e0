"""Contacts and deaths: vital status and performance status as Observations.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from app.domain.follow_up import Death, FollowUp
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.observation import component, observation

_PROFILE = "vital-status"


def write_follow_up(record: FollowUp, context: Context) -> list[Draft]:
    """Vital status at the contact; it holds ECOG and Karnofsky where they were recorded."""
    scores = {"ecog": record.ecog, "karnofsky": record.karnofsky}
    drafts = [_score(record, context, name, score) for name, score in scores.items() if score is not None]
    vital_status = observation(
        record,
        context,
        "",
        fixed("observation", "vital-status"),
        record.date,
        claimed=_PROFILE,
        valueCodeableConcept=coded("vital-status", _vital_status(record)),
        method=coded("contact-kind", record.kind),
        hasMember=[context.own("Observation", draft.role) for draft in drafts],
    )
    return [vital_status, *drafts]


def write_death(record: Death, context: Context) -> list[Draft]:
    """The death with its cause; without a date the day is unknown, the death is not."""
    return [
        observation(
            record,
            context,
            "",
            fixed("observation", "vital-status"),
            record.date,
            claimed=_PROFILE,
            valueCodeableConcept=coded("vital-status", "dead"),
            component=component(
                fixed("observation", "cause-of-death"), "valueCodeableConcept", coded("death-cause", record.cause)
            ),
        )
    ]


def _vital_status(record: FollowUp) -> str:
    """Who is found dead died on an unknown day until then, which is not the event of the death."""
    if record.alive is True:
        return "alive"
    if record.reports_death:
        return "dead-by-then"
    return "alive" if record.proves_alive else "lost"


def _score(record: FollowUp, context: Context, name: str, score: int) -> Draft:
    return observation(
        record, context, name, fixed("observation", name), record.date, category="survey", valueInteger=score
    )

"""ResearchSubject of R5: every step that is known, not only the present state.

https://hl7.org/fhir/R5/researchsubject.html
"""

from __future__ import annotations

from app.interop.fhir.codes import fixed
from app.interop.fhir.elements import Json, present
from app.interop.fhir.r5.extensions import Taken, parts
from app.interop.fhir.r5.research_study import link
from app.interop.fhir.urls import project

_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"
_ARMS = {"assignedArm": "assignedComparisonGroup", "actualArm": "actualComparisonGroup"}


def research_subject(body: Json) -> Json:
    """The steps as progress, the present state last where no step tells it; arms as links into the study."""
    now = body.pop("status", None)
    steps = [_step(parts(item)) for item in Taken(body).take(project("subject-progress"))]
    if now and not any(_code(step) == now for step in steps):
        steps.append(_step({"state": now}))
    arms = {new: link(body.pop(old)) for old, new in _ARMS.items() if old in body}
    return {**body, "status": "active", "progress": steps, **arms}


def _step(known: Json) -> Json:
    state, milestone = known.get("state"), known.get("milestone")
    kind = "Milestone" if milestone else "Enrollment"
    return present(
        type={"coding": [{"system": _TYPE, "code": kind, "display": f"{kind} status"}]},
        subjectState=fixed("subject-state", state) if state else None,
        milestone=milestone,
        startDate=known.get("start"),
    )


def _code(step: Json) -> str | None:
    codings = step.get("subjectState", {}).get("coding", [])
    return codings[0]["code"] if codings else None

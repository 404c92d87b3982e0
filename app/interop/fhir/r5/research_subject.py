"""ResearchSubject of R5: every step that is known, not only the present state.

https://hl7.org/fhir/R5/researchsubject.html
"""

from __future__ import annotations

from app.interop.fhir.codes import fixed
from app.interop.fhir.elements import Json, data_absent_extension, present
from app.interop.fhir.r5.extensions import Taken, parts
from app.interop.fhir.r5.research_study import link
from app.interop.fhir.urls import project
from app.terminology.value_sets import words

_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"
ARMS = {"assignedArm": "assignedComparisonGroup", "actualArm": "actualComparisonGroup"}


def research_subject(body: Json) -> Json:
    """The steps as progress, the present state last where no step tells it; arms as links into the study, and in words
    where a link cannot hold them.
    """
    now = body.pop("status", None)
    steps = [_told(parts(item)) for item in Taken(body).take(project("subject-progress"))]
    if now and not any(_code(step) == now for step in steps):
        steps.append(_step({"state": now}))
    named = {old: body.pop(old) for old in ARMS if old in body}
    Taken(body).add([_in_words(old, name) for old, name in named.items() if link(name) != name])
    return {**body, "status": "active", "progress": steps, **{ARMS[old]: link(name) for old, name in named.items()}}


def _in_words(element: str, name: str) -> Json:
    return {"url": arm_extension(element), "valueString": name}


def arm_extension(element: str) -> str:
    """The standard's own extension for an element of R4 that R5 has not (https://hl7.org/fhir/R5/versions.html)."""
    return f"http://hl7.org/fhir/4.0/StructureDefinition/extension-ResearchSubject.{element}"


def _told(known: Json) -> Json:
    """A step that was recorded, which sets it apart from the bare state: where it has no day, that is said."""
    return {**_step(known), **({} if "start" in known else {"_startDate": data_absent_extension("unknown")})}


def _step(known: Json) -> Json:
    state, milestone = known.get("state"), known.get("milestone")
    kind = "Milestone" if milestone else "Enrollment"
    return present(
        type={"coding": [{"system": _TYPE, "code": kind, "display": f"{kind} status"}]},
        subjectState=fixed("subject-state", state) if state in words("subject-state") else None,
        milestone=milestone,
        reason=known.get("reason"),
        startDate=known.get("start"),
    )


def _code(step: Json) -> str | None:
    codings = step.get("subjectState", {}).get("coding", [])
    return codings[0]["code"] if codings else None

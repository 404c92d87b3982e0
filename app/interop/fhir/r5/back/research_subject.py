"""ResearchSubject of R4: the present state, and by our extension every step.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.elements import Json, complex_extension, data_absent_extension, extension, present
from app.interop.fhir.r5.extensions import Taken
from app.interop.fhir.r5.research_subject import ARMS, arm_extension
from app.interop.fhir.rules import codings
from app.interop.fhir.urls import project

_BARE = {"type", "subjectState"}


def research_subject(body: Json, left: Json) -> None:
    """The status is the state that was not left again, the last one of several; a step may say no more than that."""
    steps = body.pop("progress", [])
    states = [step for step in steps if "endDate" not in step and _state(step)]
    last: Json = states[-1] if states else {}
    now = _state(last)
    body.pop("status", None)
    body.update(present(status=now, _status=None if now else data_absent_extension("unknown"), **_arms(body)))
    Taken(body).add([outer for step in steps if step is not last or step.keys() - _BARE for outer in _step(step)])


def _state(step: Json) -> Any:
    return next((coding.get("code") for coding in codings(step.get("subjectState"))), None)


def _step(step: Json) -> list[Json]:
    return complex_extension(
        project("subject-progress"),
        extension("state", "valueCode", _state(step)),
        extension("milestone", "valueCodeableConcept", step.get("milestone")),
        extension("start", "valueDateTime", step.get("startDate")),
        extension("reason", "valueCodeableConcept", step.get("reason")),
    )


def _arms(body: Json) -> Json:
    """Arms by name; where a link could not hold the name, an extension does."""
    taken = Taken(body)
    links = {r4: body.pop(r5, None) for r4, r5 in ARMS.items()}
    return {r4: taken.value(arm_extension(r4)) or link for r4, link in links.items()}

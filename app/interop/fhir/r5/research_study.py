"""ResearchStudy of R5: how the study stands is no longer the status of the resource.

https://hl7.org/fhir/R5/researchstudy.html
"""

from __future__ import annotations

import re

from app.interop.fhir.elements import Json, present

_STATUS = "http://hl7.org/fhir/research-study-status"
_OVER = frozenset({"administratively-completed", "completed", "disapproved", "withdrawn"})
_NOT_A_LINK = re.compile(r"[^A-Za-z0-9.-]", re.ASCII)


def research_study(body: Json) -> Json:
    """The status of R4 becomes the present progress; the resource itself is published, so it is active."""
    status = body.get("status")
    arms = [_group(arm) for arm in body.pop("arm", [])]
    cohorts = body.pop("enrollment", [])  # the criteria that R4 keeps in a Group; R5 has room for one
    state = {"coding": [{"system": _STATUS, "code": status}]}
    more = present(
        status="retired" if status in _OVER else "active",
        progressStatus=[{"state": state, "actual": True}] if status else None,
        comparisonGroup=arms,
        recruitment={"eligibility": cohorts[0]} if cohorts else None,
    )
    return {**body, **more}


def _group(arm: Json) -> Json:
    return {"linkId": link(arm["name"]), **arm}


def link(name: str) -> str:
    """The id that stands for the name of an arm: 1 to 64 letters, digits, hyphens and dots."""
    return _NOT_A_LINK.sub("-", name)[:64]

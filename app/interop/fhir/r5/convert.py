"""A resource of R4 as one of R5.

https://hl7.org/fhir/R5/diff.html

Nothing is asked but the resource itself: whoever holds the stored bytes of R4 has R5 too, of the same version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.interop.fhir.draft import Draft
from app.interop.fhir.elements import Json
from app.interop.fhir.r5.adverse_event import adverse_event
from app.interop.fhir.r5.condition import condition
from app.interop.fhir.r5.group import group
from app.interop.fhir.r5.medication_administration import medication_administration
from app.interop.fhir.r5.moves import moved
from app.interop.fhir.r5.procedure import procedure
from app.interop.fhir.r5.product import product
from app.interop.fhir.r5.research_study import research_study
from app.interop.fhir.r5.research_subject import research_subject
from app.interop.fhir.urls import AE_PROFILE, AE_PROFILE_R5, PROJECT

PROFILES = {AE_PROFILE: AE_PROFILE_R5}
NOUNS: dict[str, Callable[[Json], Json]] = {
    "AdverseEvent": adverse_event,
    "BiologicallyDerivedProduct": product,
    "Condition": condition,
    "Group": group,
    "MedicationAdministration": medication_administration,
    "Procedure": procedure,
    "ResearchStudy": research_study,
    "ResearchSubject": research_subject,
}


def as_r5(resource: Json) -> Json:
    """A whole resource, its id and meta kept; of its profiles those that have a counterpart in R5.

    resource: one that passes the check of R4, with its resourceType; it is not changed. Numbers are passed on.
    """
    body = {name: value for name, value in resource.items() if name not in ("resourceType", "id", "meta")}
    head = {name: value for name, value in with_profiles(resource, PROFILES).items() if name not in body}
    return {**head, **body_as_r5(resource["resourceType"], body)}


def draft_as_r5(draft: Draft) -> Draft:
    """A draft of the same type and role, so that it gets the same id."""
    own = draft.profile if draft.profile and draft.profile.startswith(f"{PROJECT}/") else None
    profile = own or (PROFILES.get(draft.profile) if draft.profile else None)
    return Draft(draft.type, draft.role, body_as_r5(draft.type, draft.body), profile)


def body_as_r5(resource_type: str, body: Json) -> Json:
    """The body in R5; a type that R5 left as it was passes unchanged."""
    found = moved(resource_type, body)
    if "contained" in found:
        found["contained"] = [as_r5(item) for item in found["contained"]]
    noun = NOUNS.get(resource_type)
    return found if noun is None else noun(found)


def with_profiles(resource: Json, counterparts: Mapping[str, str]) -> Json:
    """The resource with the profiles of another release: counterparts, and those of ours, which exist in both."""
    meta = resource.get("meta", {})
    if "profile" not in meta:
        return resource
    own = {url: url for url in meta["profile"] if str(url).startswith(f"{PROJECT}/")}
    known = {**own, **counterparts}
    profiles = [known[url] for url in meta["profile"] if url in known]
    rest = {name: value for name, value in meta.items() if name != "profile"}
    kept = {**rest, "profile": profiles} if profiles else rest
    return {name: kept if name == "meta" else value for name, value in resource.items() if name != "meta" or kept}

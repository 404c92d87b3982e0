"""AdverseEvent of R5, as the research guide wants it.

http://hl7.org/fhir/uv/ae-research-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, extension, present
from app.interop.fhir.r5.extensions import Taken, parts, value
from app.interop.fhir.urls import AE_GUIDE, AE_GUIDE_R5

SAME_MEANING = ("ae-grade", "seriousness-criteria", "caused-subject-to-discontinue-study")
ITEMS = {
    "contributing-factor": "contributingFactor",
    "mitigating-action": "mitigatingAction",
    "supporting-info": "supportingInfo",
}


def adverse_event(body: Json) -> Json:
    """What the R4 backport of the guide says by extension, as elements; the status is required, so unknown if unsaid.

    The event is that of a patient in a study, which says what the reference to the ResearchSubject said.
    """
    taken = Taken(body)
    for name in SAME_MEANING:
        taken.rename(f"{AE_GUIDE}/{name}", f"{AE_GUIDE_R5}/{name}")
    taken.add(extension(f"{AE_GUIDE_R5}/ae-severity", "valueCodeableConcept", body.pop("severity", None)))
    taken.take(f"{AE_GUIDE}/research-subject-ref")
    body["status"] = Taken(body, "modifierExtension").value(f"{AE_GUIDE}/status") or "unknown"
    more = present(
        occurrencePeriod=_occurrence(body, taken),
        expectedInResearchStudy=taken.value(f"{AE_GUIDE}/expected-in-research-study"),
        **_lists(body, taken),
    )
    return {**body, **more}


def _occurrence(body: Json, taken: Taken) -> Json | None:
    """A Period, as the guide asks: its end open where the event has none. R4 dates the start and the end apart."""
    start, end = body.pop("occurrenceDateTime", None), taken.value(f"{AE_GUIDE}/resolve-date")
    return present(start=start, end=end) or None


def _lists(body: Json, taken: Taken) -> Json:
    """Arrays out of extensions; those that R4 has elements for are continued."""
    effects = [value(item) for item in taken.take(f"{AE_GUIDE}/resultingEffect")]
    participants = [parts(item) for item in taken.take(f"{AE_GUIDE}/participant")]
    found = {
        "suspectEntity": [*map(_suspect, body.get("suspectEntity", [])), *_suspects(taken)],
        "resultingEffect": [*body.get("resultingEffect", []), *effects],
        "participant": [*body.get("participant", []), *participants],
        "note": [value(item) for item in taken.take(f"{AE_GUIDE}/note")],
        **{element: [*body.get(element, []), *_items(taken, name)] for name, element in ITEMS.items()},
    }
    return found


def _suspects(taken: Taken) -> list[Json]:
    found = (parts(item) for item in taken.take(f"{AE_GUIDE}/suspect-entity"))
    return [present(instanceReference=item.get("instance"), causality=item.get("causality")) for item in found]


def _suspect(entity: Json) -> Json:
    """R4 knows several judgements on one suspect and R5 one: the first."""
    judged: Json = next(iter(entity.get("causality", [])), {})
    text = judged.get("productRelatedness")
    causality = present(
        assessmentMethod=judged.get("method"),
        entityRelatedness=judged.get("assessment") or ({"text": text} if text else None),
        author=judged.get("author"),
    )
    return present(instanceReference=entity.get("instance"), causality=causality or None)


def _items(taken: Taken, name: str) -> list[Json]:
    """The items of one kind: each a concept or a reference, whichever value the extension holds."""
    items = []
    for outer in taken.take(f"{AE_GUIDE}/{name}"):
        for part in outer.get("extension", [outer]):
            kind = "itemReference" if "valueReference" in part else "itemCodeableConcept"
            items.append({kind: value(part)})
    return items

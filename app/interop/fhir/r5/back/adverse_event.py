"""AdverseEvent of R4, as the research guide's backport wants it.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, complex_extension, extension, present
from app.interop.fhir.r5.adverse_event import ITEMS, SAME_MEANING
from app.interop.fhir.r5.extensions import Taken
from app.interop.fhir.rules import codings, may_lead_to
from app.interop.fhir.urls import AE_GUIDE, AE_GUIDE_R5

_SUSPECT = "AdverseEvent.suspectEntity.instance"


def adverse_event(body: Json, left: Json) -> None:
    """Elements that R4 does not have, by extension."""
    taken = Taken(body)
    for name in SAME_MEANING:
        taken.rename(f"{AE_GUIDE_R5}/{name}", f"{AE_GUIDE}/{name}")
    severity = taken.value(f"{AE_GUIDE_R5}/ae-severity")
    Taken(body, "modifierExtension").add(extension(_guide("status"), "valueCode", body.pop("status", None)))
    taken.add([*_end(body), *_suspects(body), *_expected(body), *_lists(body, left)])
    body.update(present(severity=severity))


def _guide(name: str) -> str:
    return f"{AE_GUIDE}/{name}"


def _end(body: Json) -> list[Json]:
    """R4 dates the start of an event alone."""
    occurrence = body.pop("occurrencePeriod", {})
    body.update(present(date=occurrence.get("start", body.get("date"))))
    return extension(_guide("resolve-date"), "valueDateTime", occurrence.get("end"))


def _expected(body: Json) -> list[Json]:
    return extension(_guide("expected-in-research-study"), "valueBoolean", body.pop("expectedInResearchStudy", None))


def _suspects(body: Json) -> list[Json]:
    """Of the suspects those that R4 cannot refer to; the others stay, in the form of R4."""
    every = [item for item in body.pop("suspectEntity", []) if "instanceReference" in item]
    kept = [item for item in every if may_lead_to(_SUSPECT, item["instanceReference"])]
    body.update(present(suspectEntity=[_suspect(item) for item in kept]))
    return [outer for item in every if item not in kept for outer in _suspect_extension(item)]


def _suspect(item: Json) -> Json:
    judged = item.get("causality", {})
    related = judged.get("entityRelatedness", {})
    causality = present(
        assessment=related if codings(related) else None,
        productRelatedness=None if codings(related) else related.get("text"),
        author=judged.get("author"),
        method=judged.get("assessmentMethod"),
    )
    return present(instance=item["instanceReference"], causality=[causality] if causality else None)


def _suspect_extension(item: Json) -> list[Json]:
    judged = item.get("causality", {})
    causality = complex_extension(
        "causality",
        extension("assessmentMethod", "valueCodeableConcept", judged.get("assessmentMethod")),
        extension("entityRelatedness", "valueCodeableConcept", judged.get("entityRelatedness")),
        extension("author", "valueReference", judged.get("author")),
    )
    return complex_extension(
        _guide("suspect-entity"), extension("instance", "valueReference", item["instanceReference"]), causality
    )


def _lists(body: Json, left: Json) -> list[Json]:
    """What R5 lists and R4 does not, one extension an entry."""
    lists = {element: left.pop(element, []) or body.pop(element, []) for element in ITEMS.values()}
    return [
        *(item for effect in left.pop("resultingEffect", []) for item in _reference("resultingEffect", effect)),
        *(item for person in left.pop("participant", []) for item in _participant(person)),
        *(item for note in body.pop("note", []) for item in extension(_guide("note"), "valueAnnotation", note)),
        *(outer for name, element in ITEMS.items() for item in lists[element] for outer in _item(name, item)),
    ]


def _reference(name: str, reference: Json) -> list[Json]:
    return extension(_guide(name), "valueReference", reference)


def _participant(person: Json) -> list[Json]:
    return complex_extension(
        _guide("participant"),
        extension("function", "valueCodeableConcept", person.get("function")),
        extension("actor", "valueReference", person.get("actor")),
    )


def _item(name: str, item: Json) -> list[Json]:
    return complex_extension(
        _guide(name),
        extension("item", "valueReference", item.get("itemReference")),
        extension("item", "valueCodeableConcept", item.get("itemCodeableConcept")),
    )

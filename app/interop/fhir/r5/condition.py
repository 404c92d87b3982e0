"""Condition of R5: its clinical status is required.

https://hl7.org/fhir/R5/condition.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def condition(body: Json) -> Json:
    """A status that nobody gave is unknown; each evidence is a CodeableReference of its own."""
    unknown: Json = {"coding": [{"system": _CLINICAL, "code": "unknown"}]}
    evidence = [item for old in body.pop("evidence", []) for item in _evidence(old)]
    return {"clinicalStatus": unknown, **body, **({"evidence": evidence} if evidence else {})}


def _evidence(old: Json) -> list[Json]:
    """One concept and one reference belong together; of several nobody knows which do."""
    concepts, references = old.get("code", []), old.get("detail", [])
    if len(concepts) == len(references) == 1:
        return [{"concept": concepts[0], "reference": references[0]}]
    return [*({"concept": item} for item in concepts), *({"reference": item} for item in references)]

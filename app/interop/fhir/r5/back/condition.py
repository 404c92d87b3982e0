"""Condition of R4, whose clinical status may be unsaid.

https://hl7.org/fhir/R4/condition.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, present
from app.interop.fhir.rules import codings


def condition(body: Json, left: Json) -> None:
    """A status that is unknown is not said; evidence with its concept and its references apart."""
    if any(coding.get("code") == "unknown" for coding in codings(body.get("clinicalStatus"))):
        del body["clinicalStatus"]
    evidence = [_evidence(item) for item in body.pop("evidence", [])]
    body.update(present(evidence=[item for item in evidence if item]))


def _evidence(item: Json) -> Json:
    concept, reference = item.get("concept"), item.get("reference")
    return present(code=[concept] if concept else None, detail=[reference] if reference else None)

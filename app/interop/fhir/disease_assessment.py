"""Disease assessment: remission status, residual disease, chimerism and blasts as Observations.

https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-cancer-disease-status.html
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from app.domain.observation import Chimerism, DiseaseAssessment, Mrd
from app.interop.fhir.codes import coded, fixed, own
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, coded_extensions, percent, quantity
from app.interop.fhir.observation import component, observation
from app.terminology.value_sets import normalise

_LEVEL = re.compile(
    r"\s*(?P<sign>[<>]=?|≤|≥)?\s*(?:(?P<value>\d{1,9}(?:\.\d{1,12})?(?:[eE][-+]?\d{1,2})?)|10\s?\^\s?(?P<power>[-−]?\d{1,2}))"
    r"\s*(?P<percent>%)?\s*",
    re.ASCII,
)
_SIGNS = {"≤": "<=", "≥": ">="}


def write_disease_assessment(record: DiseaseAssessment, context: Context) -> list[Draft]:
    """The remission status first, then one Observation for each finding that was recorded."""
    marrow, blood = fixed("observation", "marrow-blasts"), fixed("observation", "blood-blasts")
    findings = [
        *_mrd(record, context),
        *_chimerism(record, context),
        *_finding(record, context, "marrow-blasts", marrow, valueQuantity=percent(record.marrow_blasts_pct)),
        *_finding(record, context, "blood-blasts", blood, valueQuantity=percent(record.blood_blasts_pct)),
    ]
    members = [context.own("Observation", draft.role) for draft in findings]
    return [_status(record, context, members), *findings]


def _status(record: DiseaseAssessment, context: Context, members: list[dict[str, str]]) -> Draft:
    sites = (coded("relapse-site", site) for site in record.relapse_sites or ())
    extramedullary = fixed("observation", "extramedullary-disease")
    methods = [coded("assessment-method", word) for word in record.methods or ()]
    return observation(
        record,
        context,
        "",
        fixed("observation", "disease-status"),
        record.date,
        claimed="disease-status",
        extension=coded_extensions("assessment-method", methods),
        valueCodeableConcept=coded("response", record.response),
        hasMember=members,
        component=[
            *(part for site in sites for part in component(own("relapse-site"), "valueCodeableConcept", site)),
            *component(extramedullary, "valueBoolean", record.extramedullary),
        ],
    )


def _finding(
    record: DiseaseAssessment, context: Context, role: str, code: Json, claimed: str | None = None, **elements: Any
) -> list[Draft]:
    if all(value is None or value == [] for value in elements.values()):
        return []
    return [observation(record, context, role, code, record.date, claimed, category="laboratory", **elements)]


def _mrd(record: DiseaseAssessment, context: Context) -> list[Draft]:
    found: Mrd | None = record.mrd
    if found is None:
        return []
    return _finding(
        record,
        context,
        "mrd",
        fixed("observation", "mrd"),
        claimed="residual-disease",
        valueCodeableConcept=coded("mrd-result", found.result),
        method=coded("mrd-method", found.method),
        component=[
            *component(own("mrd-level"), "valueQuantity", level(found.level)),
            *component(own("mrd-sensitivity"), "valueQuantity", level(found.sensitivity)),
        ],
    )


def level(value: Decimal | str | None) -> Json | None:
    """A level of residual disease as a Quantity: 0.01, ``<0.01 %``, ``1e-4``, ``10^-4``; None for any other text."""
    if not isinstance(value, str):
        return None if value is None else quantity(value, None)
    match = _LEVEL.fullmatch(value)
    if match is None:
        return None
    power = match["power"]
    number = Decimal(match["value"]) if power is None else Decimal(1).scaleb(int(power.replace("−", "-")))
    sign = match["sign"]
    return quantity(number, "%" if match["percent"] else None, comparator=_SIGNS.get(sign, sign))


def _chimerism(record: DiseaseAssessment, context: Context) -> list[Draft]:
    """One Observation a lineage; a share of unnamed cells would tell nothing, so an unknown lineage is left out."""
    seen: Counter[str] = Counter()
    drafts: list[Draft] = []
    for item in record.chimerism or ():
        lineage = normalise("chimerism-lineage", item.lineage)
        if lineage is not None:
            seen[lineage] += 1
            again = f":{seen[lineage]}" if seen[lineage] > 1 else ""
            drafts += _lineage(record, context, item, lineage, f"chimerism:{lineage}{again}")
    return drafts


def _lineage(record: DiseaseAssessment, context: Context, item: Chimerism, lineage: str, role: str) -> list[Draft]:
    names = {"code": coded("chimerism-lineage", lineage), "method": coded("chimerism-method", item.method)}
    general = fixed("observation", "chimerism")["coding"]
    code = {"coding": [*(names["code"] or {})["coding"], *general]}
    elements = {"valueQuantity": percent(item.donor_pct), "method": names["method"]}
    return _finding(record, context, role, code, claimed="donor-chimerism", **elements)

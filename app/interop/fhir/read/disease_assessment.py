"""Disease assessments: the remission status with its findings, and findings that stand alone.

https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-cancer-disease-status.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.interop.fhir.codes import fixed, own
from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.read.concepts import coded_word, component, components, word, words
from app.interop.fhir.read.elements import extensions, percent, said, targets, units
from app.interop.fhir.read.lab import own_test
from app.interop.fhir.read.observations import effective, head, kinds
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import counts, joined
from app.interop.fhir.urls import project

_STATUS = "disease-status"
_BLASTS = {"marrow-blasts": "marrow_blasts_pct", "blood-blasts": "blood_blasts_pct"}
_SITE, _EXTRAMEDULLARY = own("relapse-site"), fixed("observation", "extramedullary-disease")
Finding = tuple[str, Json]  # role, fields of the record


def read_assessments(pool: Pool) -> Iterator[Reading]:
    """Every remission status with the findings that it holds together; then the findings that stand alone.

    Blasts under our own name of a laboratory test are the result of that test.
    """

    def read(resource: Json) -> Iterator[Reading]:
        return _assessment(resource, pool) if _STATUS in kinds(resource) else iter(())

    def read_finding(resource: Json) -> Iterator[Reading]:
        found = None if own_test(resource.get("code")) else _finding(resource)
        if found is None:
            return iter(())
        record = {**head(resource, "disease_assessment"), "date": effective(resource), **found[1]}
        return pool.make(record, (resource, found[0]))

    yield from each(pool, "Observation", read)
    yield from each(pool, "Observation", read_finding)


def _assessment(resource: Json, pool: Pool) -> Iterator[Reading]:
    held = [one for one in map(pool.get, targets(resource.get("hasMember"))) if one and counts(one, resource)]
    findings = [(one, found) for one in held if (found := _finding(one)) is not None]
    response = word(resource.get("valueCodeableConcept"), "response")
    told = said(
        response=response,
        relapse_sites=words(components(resource, _SITE), "relapse-site"),
        methods=_methods(resource),
        extramedullary=component(resource, _EXTRAMEDULLARY),
    )
    if response is None and not told and not findings and "valueCodeableConcept" in resource:
        raise NoRecordError("its disease status is none that the trial knows")
    record = {**head(resource, "disease_assessment"), "date": effective(resource), **told}
    record["status"] = joined(record["status"], [one for one, _ in findings])
    for _, (_, fields) in findings:
        record = _joined(record, fields)
    return pool.make(record, (resource, ""), *_once([(one, found[0]) for one, found in findings]))


def _once(members: list[tuple[Json, str]]) -> Iterator[tuple[Json, str]]:
    """A role is told once: the second of a kind is numbered, as our writers do."""
    seen: Counter[str] = Counter()
    for resource, role in members:
        seen[role] += 1
        yield resource, role if seen[role] == 1 else f"{role}:{seen[role]}"


def _joined(record: Json, fields: Json) -> Json:
    """Chimerism of several lineages is one list; of everything else there is one."""
    several = record.get("chimerism", []) + fields.get("chimerism", [])
    return {**record, **fields, **said(chimerism=several)}


def _methods(resource: Json) -> list[str]:
    told = [value(item) for item in extensions(resource, project("assessment-method"))]
    return words([*told, resource.get("method")], "assessment-method")


def _finding(resource: Json) -> Finding | None:
    """What a finding tells; None for what is no finding of a disease assessment, or tells nothing."""
    found = kinds(resource)
    blasts = next((name for name in _BLASTS if name in found), None)
    if "mrd" in found:
        return _known("mrd", mrd=_mrd(resource))
    if "chimerism" in found:
        return _chimerism(resource)
    return None if blasts is None else _known(blasts, **{_BLASTS[blasts]: percent(resource.get("valueQuantity"))})


def _known(role: str, **fields: Any) -> Finding | None:
    told = said(**fields)
    return (role, told) if told else None


def _mrd(resource: Json) -> Json:
    """The result is the value, or the interpretation of a level."""
    results = [resource.get("valueCodeableConcept"), *(resource.get("interpretation") or [])]
    return said(
        result=next(iter(words(results, "mrd-result")), None),
        level=_level(component(resource, own("mrd-level")) or resource.get("valueQuantity")),
        method=word(resource.get("method"), "mrd-method"),
        sensitivity=_level(component(resource, own("mrd-sensitivity"))),
    )


def _level(quantity: Any) -> Decimal | int | str | None:
    """A number, or a text that is one with a comparator or in per cent."""
    if not isinstance(quantity, dict) or quantity.get("value") is None:
        return None
    number: Decimal | int = quantity["value"]
    comparator, written = quantity.get("comparator", ""), units(quantity)
    if not comparator and not written:
        return number
    if written and "%" not in written and written[0] != "1":
        return None
    return f"{comparator}{Decimal(number):f}{' %' if '%' in written else ''}"


def _chimerism(resource: Json) -> Finding | None:
    """The share of donor cells in one lineage; without the lineage the share would tell nothing."""
    lineage = coded_word(resource.get("code"), "chimerism-lineage") or word(resource.get("code"), "chimerism-lineage")
    share = percent(resource.get("valueQuantity"))
    if lineage is None or share is None:
        return None
    method = word(resource.get("method"), "chimerism-method")
    return _known(f"chimerism:{lineage}", chimerism=[said(lineage=lineage, donor_pct=share, method=method)])

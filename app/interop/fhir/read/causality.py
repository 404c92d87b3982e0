"""How an adverse event is related to the study treatment, and to nothing else that is suspected.

https://hl7.org/fhir/R4/adverseevent-definitions.html#AdverseEvent.suspectEntity
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import parts
from app.interop.fhir.read.concepts import word
from app.interop.fhir.read.elements import extensions, target
from app.interop.fhir.read.pool import Pool
from app.interop.fhir.read.products import is_infusion, is_treatment
from app.interop.fhir.urls import AE_GUIDE
from app.terminology.value_sets import normalise, words

_STUDY = frozenset({"BiologicallyDerivedProduct", "ResearchStudy"})


def relatedness(resource: Json, pool: Pool) -> str | None:
    """The strongest relation to the study treatment; None where none is told, which leaves it unresolved.

    A suspect is the treatment when it is a cell product, the study, or an infusion of the cells among the resources.
    The assessment of another suspect says nothing of the cells.
    """
    told = [judged for instance, judged in _suspects(resource) if judged and _is_treatment(instance, pool)]
    return min(told, key=words("relatedness").index, default=None)


def _suspects(resource: Json) -> Iterator[tuple[Any, str | None]]:
    for item in extensions(resource, f"{AE_GUIDE}/suspect-entity"):
        told = parts(item)
        yield told.get("instance"), word((told.get("causality") or {}).get("entityRelatedness"), "relatedness")
    for suspect in resource.get("suspectEntity") or []:
        for causality in suspect.get("causality") or [{}]:
            product = causality.get("productRelatedness")
            said = normalise("relatedness", product) if product else None
            yield suspect.get("instance"), said or word(causality.get("assessment"), "relatedness")


def _is_treatment(instance: Any, pool: Pool) -> bool:
    name = target(instance)
    if name is not None and name[0] in _STUDY:
        return True
    resource = pool.get(name)
    named = instance.get("display") if isinstance(instance, dict) else None
    return is_treatment({"text": named}) if resource is None else is_infusion(resource)

"""Our code system, and the vocabularies of the records as value sets.

https://hl7.org/fhir/R4/codesystem.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.codes import own_codes
from app.interop.fhir.definitions.metadata import header
from app.terminology.coding import Coding
from app.terminology.laboratory import known_tests
from app.terminology.systems import ENGRAFT
from app.terminology.value_sets import coding, project_concepts, value_sets, words

_CODE_SYSTEM = "Codes of this project, where no code of a public system is confirmed."


def code_system() -> dict[str, Any]:
    """Every code of ours that a resource may carry."""
    concepts = {known.code: known.display for known in project_concepts()}
    concepts |= {known.code: known.display for known in own_codes()}
    concepts |= {test.id: test.name for test in known_tests()}
    return {
        **header("CodeSystem", ENGRAFT.rpartition("/")[2], "Engraft", _CODE_SYSTEM),
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": [{"code": code, "display": display} for code, display in concepts.items()],
    }


def value_set_definitions() -> list[dict[str, Any]]:
    """Each vocabulary of the records with the codes that stand for its words."""
    return [_value_set(name) for name in value_sets()]


def _value_set(name: str) -> dict[str, Any]:
    systems: dict[str, list[Coding]] = {}
    for known in (coding(name, word) for word in words(name)):
        systems.setdefault(known.system, []).append(known)
    description = f"The codes that stand for the words of {name} in the records."
    return {
        **header("ValueSet", name, name.replace("-", " ").capitalize(), description),
        "compose": {"include": [_include(system, codes) for system, codes in systems.items()]},
    }


def _include(system: str, codes: list[Coding]) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": known.code, "display": known.display} for known in codes]}

"""Invariants of R4 and R5 that no table of elements can hold.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from app.domain.errors import Issue
from app.interop.fhir.rules import codings

Release = Literal["R4", "R5"]


def invariant_issues(resource: dict[str, Any], release: Release = "R4") -> list[Issue]:
    """The invariants that `resource` breaks, each named by its key in the standard."""
    rules = _INVARIANTS[release].get(resource["resourceType"], ())
    return [
        Issue(path, "invariant", f"{sentence} ({key})") for key, path, sentence, holds in rules if not holds(resource)
    ]


def _has(node: dict[str, Any], choice: str) -> bool:
    return any(name.startswith(choice) for name in node)


def _codes(concept: Any) -> set[tuple[Any, Any]]:
    return {(str(coding.get("system")), str(coding.get("code"))) for coding in codings(concept)}


def _obs_3(resource: dict[str, Any]) -> bool:
    ranges = resource.get("referenceRange")
    return not isinstance(ranges, list) or all(
        not isinstance(item, dict) or bool(item.keys() & {"low", "high", "text"}) for item in ranges
    )


def _obs_6(resource: dict[str, Any]) -> bool:
    return "dataAbsentReason" not in resource or not _has(resource, "value")


def _obs_7(resource: dict[str, Any]) -> bool:
    components = resource.get("component")
    if not _has(resource, "value") or not isinstance(components, list):
        return True
    own = _codes(resource.get("code"))
    return not any(own & _codes(item.get("code")) for item in components if isinstance(item, dict))


def _status(resource: dict[str, Any], element: str) -> set[str]:
    return {code for _, code in _codes(resource.get(element))}


def _con_4(resource: dict[str, Any]) -> bool:
    return not _has(resource, "abatement") or bool(
        _status(resource, "clinicalStatus") & {"resolved", "remission", "inactive"}
    )


def _con_5(resource: dict[str, Any]) -> bool:
    in_error = "entered-in-error" in _status(resource, "verificationStatus")
    return not (in_error and "clinicalStatus" in resource)


def _mad_1(resource: dict[str, Any]) -> bool:
    dosage = resource.get("dosage")
    return not isinstance(dosage, dict) or "dose" in dosage or _has(dosage, "rate")


def _mad_1_r5(resource: dict[str, Any]) -> bool:
    dosage = resource.get("dosage")
    return _mad_1(resource) or (isinstance(dosage, dict) and "text" in dosage)


def _obs_8(resource: dict[str, Any]) -> bool:
    return not {"bodySite", "bodyStructure"} <= resource.keys()


_Rule = tuple[str, str, str, Callable[[dict[str, Any]], bool]]
_OBSERVATION: tuple[_Rule, ...] = (
    ("obs-3", "referenceRange", "a reference range needs low, high or text", _obs_3),
    ("obs-6", "dataAbsentReason", "only where there is no value", _obs_6),
    ("obs-7", "component", "no component may repeat the code of a value", _obs_7),
)
_ABATED = "what has abated is resolved, in remission or inactive"
_INVARIANTS: dict[Release, dict[str, tuple[_Rule, ...]]] = {
    "R4": {
        "Observation": _OBSERVATION,
        "Condition": (
            ("con-4", "clinicalStatus", _ABATED, _con_4),
            ("con-5", "clinicalStatus", "absent where the record was entered in error", _con_5),
        ),
        "MedicationAdministration": (("mad-1", "dosage", "a dosage needs a dose or a rate", _mad_1),),
    },
    "R5": {
        "Observation": (*_OBSERVATION, ("obs-8", "bodyStructure", "only where there is no bodySite", _obs_8)),
        "Condition": (("con-3", "clinicalStatus", _ABATED, _con_4),),
        "MedicationAdministration": (("mad-1", "dosage", "a dosage needs a text, a dose or a rate", _mad_1_r5),),
    },
}

"""Measure: one endpoint of a study, as its definition says it.

https://hl7.org/fhir/R4/measure.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from app.interop.fhir.definitions.metadata import computer_name
from app.interop.fhir.elements import Json
from app.interop.fhir.measure_population import Population, populations
from app.interop.fhir.urls import ENDPOINT, PROJECT

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_CONTINUOUS = frozenset({"time_to_event", "competing_risks"})
# The language of the study definitions; no media type is registered for it.
LANGUAGE = "application/x.engraft-definition"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a Measure tells of an endpoint. version: of the study's definition; words: what it says, line by line."""

    study: str
    endpoint: str
    kind: str
    version: int
    label: str
    text: str
    words: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its canonical address, the same for every version."""
        return f"{PROJECT}/Measure/{self.study}.{self.endpoint}"

    @property
    def id(self) -> str:
        """Its id, made of the address: names of studies and endpoints may be longer than an id."""
        return uuid5(NAMESPACE_URL, self.url).hex

    @property
    def canonical(self) -> str:
        """The address with the version that is meant."""
        return f"{self.url}|{self.version}"


def write_measure(measured: Measured, updated: str) -> Json:
    """The whole resource. updated: a FHIR instant, of the definition's version."""
    scoring = "continuous-variable" if measured.kind in _CONTINUOUS else "proportion"
    return {
        "resourceType": "Measure",
        "id": measured.id,
        "meta": {"versionId": str(measured.version), "lastUpdated": updated},
        "url": measured.url,
        "identifier": [{"system": ENDPOINT, "value": measured.endpoint}],
        "version": str(measured.version),
        "name": computer_name(f"endpoint-{measured.endpoint}-{measured.study}"),
        "title": measured.label,
        "status": "active",
        "experimental": False,
        "publisher": "Engraft",
        "description": measured.text,
        "guidance": "\n\n".join(measured.words),
        "scoring": _coded("measure-scoring", scoring),
        "type": [_coded("measure-type", "outcome")],
        "group": [{"population": list(_populations(populations(measured.kind)))}],
    }


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _populations(found: Iterable[Population]) -> Iterable[Json]:
    for item in found:
        criteria = {"language": LANGUAGE, "expression": item.name, "description": item.words}
        yield {"code": item.code, "description": item.words, "criteria": criteria}

"""Measure: one endpoint of a study, as its definition says it.

https://hl7.org/fhir/R4/measure.html
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from app.interop.fhir.definitions.metadata import computer_name
from app.interop.fhir.elements import Json
from app.interop.fhir.measure_population import Population, populations
from app.interop.fhir.urls import ENDPOINT, PROJECT

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_CONTINUOUS = frozenset({"time_to_event", "competing_risks"})
# What finds the members of a population; it is the contained List of that name.
_QUERY = (
    "Measure/{id}/$evaluate-measure?reportType=subject-list"
    "&periodStart={{{{%periodStart}}}}&periodEnd={{{{%periodEnd}}}}"
)


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
        "group": [{"population": [_population(measured.id, item) for item in populations(measured.kind)]}],
    }


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _population(measure: str, item: Population) -> Json:
    criteria = {"name": item.name, "language": "application/x-fhir-query", "expression": _QUERY.format(id=measure)}
    return {"code": item.code, "description": item.words, "criteria": criteria}

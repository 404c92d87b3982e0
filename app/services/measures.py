"""Measures: one for each endpoint of each study that the caller may see.

https://hl7.org/fhir/R4/measure.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.endpoints.words import words
from app.interop.fhir.encode import to_json
from app.interop.fhir.measure import Measured, write_measure
from app.services import definitions
from app.services.asking import Axes, Frame, frame
from app.storage import documents, studies
from app.storage.documents import Document
from app.storage.visibility import Caller


@dataclass(frozen=True, slots=True)
class Known:
    """A Measure of ours. updated: when the version of the definition was stored."""

    measured: Measured
    updated: str

    @property
    def document(self) -> Document:
        """As it is read; its version is that of the study's definition."""
        body = to_json(write_measure(self.measured, self.updated))
        return Document("Measure", self.measured.id, self.measured.version, self.updated, False, body)


def every(connection: Connection, caller: Caller) -> list[Known]:
    """By study and in the order of its definition."""
    return [known for study in studies.every(connection) for known in of_study(connection, study.name, caller)]


def find(connection: Connection, caller: Caller, identifier: str) -> Known:
    """The Measure of that id. Fault NOT_FOUND."""
    found = next((known for known in every(connection, caller) if known.measured.id == identifier), None)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such Measure")
    return found


def of_study(connection: Connection, study: str, caller: Caller) -> Iterator[Known]:
    """The Measures of a study; none where the caller may not see it."""
    asked = frame(connection, study, Axes())
    shown = documents.current(connection, "ResearchStudy", asked.study.resource, caller)
    if shown is None or shown.deleted:
        return
    stored = definitions.stored_version(connection, asked.definition.id, asked.definition.version)
    yield from (Known(measured(asked, endpoint), stored.at) for endpoint in asked.definition.endpoints)


def measured(asked: Frame, endpoint: str) -> Measured:
    """What a Measure tells of an endpoint under the definition that is asked for."""
    definition = asked.definition
    rule = definition.endpoints[endpoint]
    said = tuple(words(definition, endpoint))
    return Measured(asked.study.name, endpoint, rule.kind, definition.version, rule.label, rule.text, said)

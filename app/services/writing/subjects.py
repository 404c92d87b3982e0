"""Whose a reading is: subjects that are known, and those that a ResearchSubject makes now.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.read.reading import Reading
from app.services.intake.own import own_of
from app.services.writing.pool import Pool
from app.services.writing.references import local_references
from app.storage import studies
from app.storage.held import VIEWS
from app.storage.records import load_subjects
from app.storage.related import subjects_of

# The site of subjects of a study that declares none.
NO_SITE = "fhir"


@dataclass(frozen=True, slots=True)
class Person:
    """A subject, known (id) or about to be (None)."""

    study: str
    number: str
    site: str
    patient: str
    research_subject: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes. source: of records that are new; site: of subjects that are new, None where they say it themselves;
    aliases: ids of Patients that are kept beside the subject's own -> the id of that.
    """

    source: str
    site: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


CLIENT = Sender("fhir")


class People:
    """The subjects that a pool speaks of, by the id of their Patient."""

    def __init__(
        self, connection: Connection, pool: Pool, readings: Iterable[Reading], sender: Sender = CLIENT
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._sender = sender
        patients = {self._patient(name) for name in pool.own}
        self._known = {
            patient: Person(study, who.number, who.site, who.patient, who.research_subject, who.id)
            for patient, (study, who) in subjects_of(connection, filter(None, patients)).items()
        }
        for reading in readings:
            if reading.record["type"] == "subject":
                self._join(reading)

    def of(self, reading: Reading) -> Person | None:
        """The subject of a reading; None while its Patient is no subject, or where the reading is at odds with it."""
        lead = reading.members[0]
        person = self._known.get(self._patient((lead.type, lead.id)) or "")
        if person is None or reading.record["type"] != "subject":
            return person
        return person if (person.research_subject, person.number) == (lead.id, reading.number) else None

    def of_resource(self, name: tuple[str, str]) -> Person | None:
        """The subject that a resource refers to."""
        return self._known.get(self._patient(name) or "")

    def owner(self, name: tuple[str, str]) -> Person | None:
        """The subject that a resource is kept with: a second Patient or ResearchSubject of one is kept beside it."""
        person = self.of_resource(name)
        second = person is not None and name[0] in VIEWS and name[1] not in (person.patient, person.research_subject)
        return None if second else person

    def _patient(self, name: tuple[str, str]) -> str | None:
        """The id of the Patient that a resource is about, or is."""
        if name[0] == PATIENT:
            return self._sender.aliases.get(name[1], name[1])
        own, held = self._pool.own.get(name), self._pool.held.get(name)
        if own is None and held is not None and not held.deleted:
            own = own_of(held)  # what is deleted now was somebody's
        if own is None:
            return None
        return next((patient(own.r4[element]) for element in _OF_WHOM if element in own.r4), None)

    def _join(self, reading: Reading) -> None:
        """A ResearchSubject makes a subject of its Patient, unless either of them is another's already."""
        lead = reading.members[0]
        patient_id = self._patient((lead.type, lead.id))
        study = None if reading.study is None else studies.find_by_resource(self._connection, reading.study)
        if study is None or patient_id is None or reading.number is None or patient_id in self._known:
            return
        if load_subjects(self._connection, study.name, [reading.number]):
            return
        if studies.subject_by_resource(self._connection, lead.type, lead.id) is not None:
            return
        sites = [site.id for site in study.study.sites]
        site = self._sender.site or reading.site or (sites[0] if len(sites) == 1 else None if sites else NO_SITE)
        if site is not None and (site in sites or not sites):
            self._known[patient_id] = Person(study.name, reading.number, site, patient_id, lead.id)


PATIENT = "Patient"
_OF_WHOM = ("subject", "individual")


def patient(node: Any) -> str | None:
    """The id of the Patient that a Reference leads to."""
    return next((id_ for type_, id_ in local_references(node) if type_ == PATIENT), None)

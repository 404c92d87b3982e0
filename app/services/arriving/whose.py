"""Whose the resources of a payload are: the subjects of the trial among the Patients of a hospital's system.

docs/fhir-intake.md
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.interop.fhir.arriving.arrived import Arrival, Arrived
from app.interop.fhir.arriving.names import MEDICAL_RECORD, Names, by_identifier, identifier_of
from app.interop.fhir.read.reading import NoRecordError
from app.interop.fhir.read.research_subject import subject_number
from app.interop.reading import PatientNumber
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import OWN, Facts, whose
from app.storage.arrivals import Known, Name
from app.storage.records import KnownSubject, load_subjects
from app.storage.related import subjects_of
from app.storage.studies import StoredStudy

PATIENT, STUDY, RESEARCH_SUBJECT = "Patient", "ResearchStudy", "ResearchSubject"


class Whose:
    """The Patients of an arrival. known: what came before under the names that it speaks of."""

    def __init__(self, connection: Connection, study: StoredStudy, arrival: Arrival, known: dict[Name, Known]) -> None:
        self._connection = connection
        self._study = study
        self._arrival = arrival
        self._known = known
        self._numbers = Numbers(connection, study)
        self._people: dict[str, KnownSubject] = {}
        self._targets: dict[str, str] = {}
        self._find_known(spoken_of(arrival, PATIENT))
        self._find_numbered()
        self._find_joining()

    def target(self, patient: str) -> str | None:
        """The id of the trial's Patient that a Patient of the hospital is; None for one who is nobody's."""
        return self._targets.get(patient)

    @property
    def targets(self) -> dict[str, str]:
        """Every one that is known."""
        return self._targets

    def studies(self) -> set[str]:
        """Those of the ResearchStudies spoken of that are the study of the address."""
        return {name for name in spoken_of(self._arrival, STUDY) if self._is_study(name)}

    def awaited(self, item: Arrived) -> list[str]:
        """What has to become known for a held resource to be taken."""
        patient = item.patient or ""
        told = self._arrival.numbers.get((PATIENT, patient), ())
        waits = [f"{PATIENT}/{patient}", *(number_key(self._arrival.names, one.number) for one in told)]
        return waits + ([f"{STUDY}/{item.study}"] if item.name[0] == RESEARCH_SUBJECT and item.study else [])

    def conflict(self, item: Arrived) -> Issue | None:
        """Why a ResearchSubject cannot be this Patient's: its number is another's, or the Patient has another one."""
        number = _number(item)
        if number is None or item.patient is None:
            return None
        person = self._people.get(self._targets.get(item.patient, ""))
        other = load_subjects(self._connection, self._study.name, [number]).get(number)
        if (person is None or person.number == number) and (other is None or other.site == self._arrival.names.site):
            return None
        message = "this number, or this Patient, is another subject's already"
        return Issue(f"records[{item.position}].subject", "conflict", message, place=f"{item.place}.identifier")

    def _find_known(self, patients: Iterable[str]) -> None:
        names = {
            name: self._known[PATIENT, name].target if (PATIENT, name) in self._known else name for name in patients
        }
        here = subjects_of(self._connection, set(names.values()))
        for name, target in names.items():
            study, subject = here.get(target, ("", None))
            if subject is not None and study == self._study.name and subject.site == self._arrival.names.site:
                self._join(name, subject)

    def _join(self, patient: str, subject: KnownSubject) -> None:
        self._targets[patient] = subject.patient
        self._people[subject.patient] = subject

    def _find_numbered(self) -> None:
        """By the hospital's numbers; where they could be of several subjects the Patient is nobody's."""
        told = {name[1]: found for name, found in self._arrival.numbers.items() if name[0] == PATIENT}
        open_ = {name: found for name, found in told.items() if name not in self._targets}
        facts = self._numbers.facts(self._site, {one.number for found in open_.values() for one in found})
        subjects = {name: self._subjects(facts, found) for name, found in open_.items()}
        people = load_subjects(
            self._connection, self._study.name, {one for found in subjects.values() for one in found}
        )
        for name, found in subjects.items():
            person = people.get(next(iter(found))) if len(found) == 1 else None
            if person is not None and person.site == self._site:
                self._join(name, person)

    def _subjects(self, facts: Facts, told: Iterable[PatientNumber]) -> set[str]:
        """Those whose these numbers are. One of another kind is never of the site's own numbering."""
        found = set[str]()
        for one in told:
            number = self._numbers.normal(self._site, one)
            if number.authority != OWN or one.kind in (None, MEDICAL_RECORD):
                its = whose(facts, number)
                found |= {its.subject} if its.subject is not None else set(its.rivals)
        return found

    @property
    def _site(self) -> str:
        return self._arrival.names.site

    def _find_joining(self) -> None:
        """By a ResearchSubject of this study: its number is a subject's already, or it makes its Patient one."""
        mine = self.studies()
        joining = {
            item.patient: number
            for item in self._arrival.resources
            if item.patient and item.patient not in self._targets and item.study in mine
            for number in [_number(item)]
            if number is not None
        }
        people = load_subjects(self._connection, self._study.name, joining.values())
        for patient, number in joining.items():
            person = people.get(number)
            if person is None:
                self._targets[patient] = patient
            elif person.site == self._arrival.names.site:
                self._join(patient, person)
        self._find_identified()

    def _find_identified(self) -> None:
        """References by identifier alone to one of the Patients that this payload brings."""
        for (type_, name), told in self._arrival.numbers.items():
            if type_ == PATIENT and name in self._targets:
                for number in told:
                    alias = self._arrival.names.of(PATIENT, by_identifier(identifier_of(number)))
                    self._targets.setdefault(alias, self._targets[name])

    def _is_study(self, name: str) -> bool:
        if (STUDY, name) in self._known:
            return True
        names, study = self._arrival.names, self._study
        if any(one.number == study.name for one in self._arrival.numbers.get((STUDY, name), ())):
            return True
        return name in (names.of(STUDY, study.resource), names.of(STUDY, study.name))


def _number(item: Arrived) -> str | None:
    """The subject number of a ResearchSubject that has one."""
    if item.own is None or item.name[0] != RESEARCH_SUBJECT:
        return None
    try:
        return subject_number(item.own.r4)
    except NoRecordError:
        return None


def number_key(names: Names, value: str) -> str:
    """What a payload that waits for a patient's number is found by."""
    return f"number/{names.number(value)}"


def spoken_of(arrival: Arrival, type_: str) -> set[str]:
    """The Patients, or the studies, that an arrival brings or refers to."""
    said = {item.patient if type_ == PATIENT else item.study for item in arrival.resources}
    brought = {item.name[1] for item in arrival.resources if item.name[0] == type_}
    told = {name[1] for name in arrival.numbers if name[0] == type_}
    return {name for name in said | brought | told if name}

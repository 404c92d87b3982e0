"""Groups: the cohort of each study, computed on reading.

https://hl7.org/fhir/R4/group.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from app.endpoints.event import FOREVER
from app.storage import counter, studies
from app.storage.studies import StoredStudy
from app.storage.tables import RESOURCE, STUDY, SUBJECT
from app.storage.visibility import Caller, visible


@dataclass(frozen=True, slots=True)
class Cohort:
    """A study's subjects as a group. id: that of the ResearchStudy; seq: of its last change."""

    id: str
    study: str
    title: str | None
    seq: int
    updated: str
    patients: tuple[str, ...]


def find(connection: Connection, caller: Caller, identifier: str) -> Cohort | None:
    """The group of that id, if the caller may see it."""
    study = studies.find_by_resource(connection, identifier)
    if study is None or (caller.studies is not None and study.name not in caller.studies):
        return None
    return _cohort(connection, caller, study)


def every(connection: Connection, caller: Caller) -> list[Cohort]:
    """The groups that the caller may see, by the name of their study."""
    stored = [study for study in studies.every(connection) if caller.studies is None or study.name in caller.studies]
    return [_cohort(connection, caller, study) for study in stored]


def _cohort(connection: Connection, caller: Caller, study: StoredStudy) -> Cohort:
    patients = tuple(connection.execute(_patients(caller, study.name).order_by(SUBJECT.c.id)).scalars())
    seq = _changed(connection, study)
    moment = counter.at_seq(connection, seq)
    assert moment is not None  # what is stored does not lie in the future
    return Cohort(study.resource, study.name, study.study.title, seq, moment.time, patients)


def _patients(caller: Caller, study: str) -> Select[Any]:
    """Ids of the subjects' Patients, of those that are there to be read."""
    there = (RESOURCE.c.type == "Patient", RESOURCE.c.resource_id == SUBJECT.c.patient)
    counts = (RESOURCE.c.seq_to == FOREVER, RESOURCE.c.deleted == 0, visible(RESOURCE, caller))
    return select(SUBJECT.c.patient).join(RESOURCE, and_(*there, *counts)).where(SUBJECT.c.study == study)


def _changed(connection: Connection, study: StoredStudy) -> int:
    """When the study changed, or who belongs to it."""
    gone = (RESOURCE.c.type == "Patient", RESOURCE.c.study == study.name, RESOURCE.c.deleted == 1)
    changes = (
        select(STUDY.c.seq).where(STUDY.c.name == study.name),
        select(func.max(SUBJECT.c.seq)).where(SUBJECT.c.study == study.name),
        select(func.max(RESOURCE.c.seq_from)).where(*gone),
    )
    return max(connection.execute(change).scalar() or 0 for change in changes)

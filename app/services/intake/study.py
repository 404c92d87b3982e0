"""A study made or changed: one transaction, like every other change.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.domain.study import Study
from app.endpoints.definitions import shipped
from app.interop.fhir.research_study import write_research_study
from app.services.intake.batch import Batch
from app.services.intake.publish import Owner, write_resources
from app.storage import counter, documents, studies
from app.storage.studies import StoredStudy

DEFAULT_STUDY = "gdt-relapse"


def put(
    connection: Connection, name: str, study: Study, time: datetime, new_id: Callable[[], str], actor: str
) -> tuple[StoredStudy, bool]:
    """Make or change a study; (study, whether it is new). Runs under the write lock."""
    definition = shipped().get(study.definition)
    if definition is None:
        issue = Issue("definition", "code-invalid", "unknown definition", ", ".join(sorted(shipped())))
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,))
    moment = counter.lock(connection, time)
    old = studies.find(connection, name)
    if old is not None and old.study == study:
        return old, False
    if old is not None:
        _check_sites(old.study, study, studies.sites_with_records(connection, name))
    resource = old.resource if old else new_id()
    stored = StoredStudy(name, resource, definition.id, definition.version, study)
    batch = Batch(connection, stored, actor, new_id, moment, {}, {})
    seq = batch.next_seq()
    studies.put(connection, stored, seq, new=old is None)
    _write_resource(batch, stored, seq)
    batch.note(seq, "study", name, None, (None, None))
    batch.write()
    return stored, old is None


def _check_sites(old: Study, new: Study, used: set[str]) -> None:
    """A site that has sent records keeps its time zone: their calendar dates were made with it."""
    before, after = ({site.id: site.time_zone for site in study.sites} for study in (old, new))
    undeclared = {site for site in used if site not in before and after}
    changed = {site for site in used if before.get(site) != after.get(site)} if before else undeclared
    if changed:
        issue = Issue("sites", "conflict", "a site that has sent records keeps its entry", "its old entry")
        raise Fault(Category.CONFLICT, issue.message, (issue,))


def _write_resource(batch: Batch, stored: StoredStudy, seq: int) -> None:
    held = documents.held_by_study(batch.connection, stored.name)
    draft = write_research_study(stored.name, stored.study)
    write_resources(batch, Owner(None, None, seq), [draft], held, lambda type_, role: stored.resource)


def seed(connection: Connection, time: datetime, new_id: Callable[[], str]) -> None:
    """A database in which nothing was written yet gets its counter and the shipped study."""
    counter.create(connection, time)
    if studies.find(connection, DEFAULT_STUDY) is None:
        put(connection, DEFAULT_STUDY, default_study(), time, new_id, "system")


def default_study() -> Study:
    """The shipped study before any hospital has joined."""
    return Study(title=shipped()[DEFAULT_STUDY].title, definition=DEFAULT_STUDY)

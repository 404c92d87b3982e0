"""A study made or changed: one transaction, like every other change.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.domain.study import Study
from app.endpoints.definitions import newest
from app.interop.fhir.own import Own
from app.interop.fhir.research_study import write_research_study
from app.services.definitions import seed as seed_definitions
from app.services.identity.resolve import OWN, Number
from app.services.intake.batch import Batch
from app.services.intake.own import own_of
from app.services.intake.places import Owner, write_resources
from app.services.intake.settle import settle
from app.services.profiles import seed as seed_profiles
from app.storage import counter, definitions, patients, studies
from app.storage.held import held_by_study
from app.storage.studies import StoredStudy
from app.storage.visibility import AS_WRITTEN

DEFAULT_STUDY = "gdt-relapse"


def put(
    connection: Connection,
    name: str,
    study: Study,
    time: datetime,
    new_id: Callable[[], str],
    actor: str,
    own: Own | None = None,
) -> tuple[StoredStudy, bool]:
    """Make or change a study; (study, whether it is new). Runs under the write lock.

    own: the ResearchStudy, where a client wrote one.
    """
    moment = counter.lock(connection, time)
    old = studies.find(connection, name)
    wanted = study.model_copy(update={"definition_version": _version(connection, study, old)})
    if old is not None and own is None and _as_stored(old) == wanted:
        return old, False
    if old is not None:
        _check_sites(old.study, study, studies.sites_with_records(connection, name))
    resource = old.resource if old else own.id if own else new_id()
    stored = StoredStudy(name, resource, wanted.definition, wanted.definition_version or 0, wanted)
    batch = Batch(connection, actor, new_id, moment, study=stored, records={}, subjects={})
    seq = batch.next_seq()
    studies.put(connection, stored, seq, new=old is None)
    _write_resource(batch, stored, seq, own)
    batch.note(seq, "study", name, None, (None, None))
    batch.write()
    if old is not None:
        _settle_numbers(batch, old.study, stored)
    return stored, old is None


def _settle_numbers(batch: Batch, old: Study, stored: StoredStudy) -> None:
    """Where a site's own numbering has other names now, numbers may mean other subjects."""
    before = {site.id: set(site.authorities) for site in old.sites}
    changed = {site.id for site in stored.study.sites if set(site.authorities) != before.get(site.id, set())}
    rows = patients.numbers_in_use(batch.connection, stored.name, changed)
    touched = {Number(row.site, OWN, row.number) for row in rows}

    def another() -> Batch:
        moment = counter.lock(batch.connection, datetime.fromisoformat(batch.moment.time))
        return Batch(batch.connection, batch.actor, batch.new_id, moment, study=stored, records={}, subjects={})

    settle(batch.connection, stored, touched, another)


def _version(connection: Connection, study: Study, old: StoredStudy | None) -> int:
    """The version of its definition that a study runs on. Fault UNPROCESSABLE where there is none."""
    known = definitions.versions(connection, study.definition)
    if not known:
        expected = ", ".join(definitions.names(connection))
        raise _unprocessable(Issue("definition", "code-invalid", "unknown definition", expected))
    version = study.definition_version
    if version is None and old is not None and old.definition == study.definition:
        return old.definition_version
    if version is not None and version not in known:
        expected = ", ".join(map(str, known))
        raise _unprocessable(Issue("definition_version", "code-invalid", "unknown version", expected))
    return version or known[-1]


def _unprocessable(issue: Issue) -> Fault:
    return Fault(Category.UNPROCESSABLE, issue.message, (issue,))


def _as_stored(old: StoredStudy) -> Study:
    """A study that was stored before versions could be named, with the version that it runs on."""
    return old.study.model_copy(update={"definition_version": old.definition_version})


def _check_sites(old: Study, new: Study, used: set[str]) -> None:
    """A site that has sent records keeps its time zone: their calendar dates were made with it.

    One that sent them before any site was declared has none, and is declared as such.
    """
    before, after = ({site.id: site.time_zone for site in study.sites} for study in (old, new))
    undeclared = {site for site in used if site not in after} if after else set()
    changed = {site for site in used if before.get(site) != after.get(site)}
    if undeclared or changed:
        expected = "the time zone that it had; null where its dates count as they are written"
        issue = Issue("sites", "conflict", "a site that has sent records keeps its entry", expected)
        raise Fault(Category.CONFLICT, issue.message, (issue,))


def _write_resource(batch: Batch, stored: StoredStudy, seq: int, own: Own | None) -> None:
    held = held_by_study(batch.connection, stored.name)
    draft = write_research_study(stored.name, stored.study)
    written = [own_of(item) for item in held if item.audience == AS_WRITTEN and not item.deleted]
    owner = Owner(stored.name, None, None, seq)
    write_resources(batch, owner, [draft], held, lambda type_, role: stored.resource, [own] if own else written)


def seed(connection: Connection, time: datetime, new_id: Callable[[], str]) -> None:
    """A store gets what it lacks of counter, shipped definitions, profiles and study."""
    counter.create(connection, time)
    seed_definitions(connection, time)
    seed_profiles(connection, time)
    if studies.find(connection, DEFAULT_STUDY) is None:
        put(connection, DEFAULT_STUDY, default_study(), time, new_id, "system")


def default_study() -> Study:
    """The shipped study before any hospital has joined."""
    return Study(title=newest(DEFAULT_STUDY).title, definition=DEFAULT_STUDY)

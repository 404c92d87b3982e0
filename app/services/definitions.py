"""Study definitions by version: stored once, found for every question, read once.

docs/definitions.md
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.endpoints.definition import Definition
from app.endpoints.definitions import documents
from app.endpoints.document import WrongDefinition
from app.endpoints.loading import Loaded, load
from app.storage import counter, definitions
from app.storage.counter import Moment
from app.storage.definitions import StoredDefinition
from app.storage.records import add
from app.storage.tables import AUDIT, OUTBOX

ACTION = "definition"
# A definition belongs to no study.
NO_STUDY = ""


class DefinitionChanged(RuntimeError):
    """A shipped definition says something else than the store's version of the same number."""


@lru_cache(maxsize=128)
def read(body: str) -> Loaded:
    """A stored text, read once."""
    return load(body.encode())


def get(connection: Connection, name: str, version: int) -> Definition:
    """A version that the store refers to. LookupError where it is not there."""
    stored = definitions.find(connection, name, version)
    if stored is None:
        raise LookupError(f"the store refers to version {version} of definition {name}, which it does not hold")
    return read(stored.body).definition


def asked(connection: Connection, name: str, version: int) -> Definition:
    """The version that a question names. Fault where there is none, naming those that there are."""
    stored = definitions.find(connection, name, version)
    if stored is None:
        raise bad_parameter("definition_version", ", ".join(map(str, definitions.versions(connection, name))))
    return read(stored.body).definition


def newest(connection: Connection, name: str) -> StoredDefinition:
    """The newest version. Fault NOT_FOUND."""
    known = definitions.versions(connection, name)
    return stored_version(connection, name, known[-1] if known else 0)


def stored_version(connection: Connection, name: str, version: int) -> StoredDefinition:
    """One version as it is stored. Fault NOT_FOUND."""
    stored = definitions.find(connection, name, version)
    if stored is None:
        raise Fault(Category.NOT_FOUND, "no such definition")
    return stored


def put(
    connection: Connection, name: str, loaded: Loaded, body: str, time: datetime, actor: str
) -> tuple[StoredDefinition, bool]:
    """Store a version; (as stored, whether it is new). Fault CONFLICT where it is there with another content.

    Runs under the write lock.
    """
    definition = loaded.definition
    if definition.id != name:
        issue = Issue("id", "value", "the id is not that of the address", "the id in the address")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,))
    moment = counter.lock(connection, time)
    old = definitions.find(connection, name, definition.version)
    if old is None:
        return _add(connection, loaded, body, Moment(moment.seq + 1, moment.time), actor), True
    if old.digest != loaded.digest:
        known = definitions.versions(connection, name)
        issue = Issue("version", "conflict", "a stored version never changes", f"{known[-1] + 1} or later")
        raise Fault(Category.CONFLICT, issue.message, (issue,))
    return old, False


def _add(connection: Connection, loaded: Loaded, body: str, moment: Moment, actor: str) -> StoredDefinition:
    """Version, audit row and outbox row, in the transaction of the caller."""
    found = loaded.definition
    stored = StoredDefinition(found.id, found.version, loaded.digest, body, moment.time, moment.seq)
    definitions.add(connection, stored)
    change = {"seq": moment.seq, "study": NO_STUDY, "entity": f"{found.id}/{found.version}"}
    hashes = {"old_hash": None, "new_hash": loaded.digest}
    add(connection, AUDIT, [{**change, **hashes, "at": moment.time, "actor": actor, "action": ACTION}])
    add(connection, OUTBOX, [{**change, "topic": ACTION, "subject": None}])
    counter.advance(connection, moment)
    return stored


def seed(connection: Connection, time: datetime) -> None:
    """Store the shipped definitions that are missing. DefinitionChanged where one is there with another content."""
    for (name, version), (body, loaded) in documents().items():
        try:
            put(connection, name, loaded, body, time, "system")
        except Fault:
            raise DefinitionChanged(
                f"version {version} of the definition '{name}' is stored with another content than the one that comes "
                "with this service: results already name it. Give the changed document a new version."
            ) from None


def refusal(error: WrongDefinition) -> Fault:
    """The fault behind a text that is no definition."""
    return Fault(Category.UNPROCESSABLE, str(error), tuple(found.as_issue() for found in error.findings))

"""Mapping profiles by study and version: stored once, found for every payload, read once.

docs/profiles.md
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.mapping.loading import LoadedProfile, WrongProfile, load
from app.interop.mapping.profile import Profile
from app.interop.mapping.profiles import documents
from app.services import studies
from app.services.definitions import DefinitionChanged
from app.services.intake.submission import Context
from app.storage import counter, profiles
from app.storage.counter import Moment
from app.storage.profiles import SHIPPED, StoredProfile
from app.storage.records import add
from app.storage.tables import AUDIT, OUTBOX

ACTION = "profile"


class ProfileChanged(DefinitionChanged):
    """A shipped profile says something else than the store's version of the same number."""


@lru_cache(maxsize=128)
def read(body: str) -> Profile:
    """A stored text, read once."""
    return load(body.encode()).profile


def settled(connection: Connection, study: str, context: Context, formats: str, default: str | None) -> Context:
    """What a sender says, with the profile and the version that are meant: the one that is named, else the default;
    that version of it, else the newest.

    Fault MALFORMED where there is none, or it reads another format.
    """
    name = context.profile or default
    known = [] if name is None else profiles.versions(connection, study, name)
    version = context.version or (known[-1] if known else 0)
    stored = None if name is None else profiles.find(connection, study, name, version)
    if stored is None or read(stored.body).format != formats:
        raise bad_parameter("profile", ", ".join(_of_format(connection, study, formats)))
    return replace(context, profile=stored.id, version=stored.version)


def _of_format(connection: Connection, study: str, formats: str) -> list[str]:
    found = [stored.id for stored in profiles.every(connection, study) if read(stored.body).format == formats]
    return list(dict.fromkeys(found))


def named(connection: Connection, study: str, context: Context) -> Profile:
    """The profile of a settled context. LookupError where the store does not have it."""
    stored = profiles.find(connection, study, context.profile or "", context.version or 0)
    if stored is None:
        raise LookupError("a payload names a profile that the store does not have")
    return read(stored.body)


def newest(connection: Connection, study: str, name: str) -> StoredProfile:
    """The newest version. Fault NOT_FOUND."""
    known = profiles.versions(connection, studies.find(connection, study).name, name)
    return stored_version(connection, study, name, known[-1] if known else 0)


def stored_version(connection: Connection, study: str, name: str, version: int) -> StoredProfile:
    """One version as it is stored. Fault NOT_FOUND."""
    stored = profiles.find(connection, studies.find(connection, study).name, name, version)
    if stored is None:
        raise Fault(Category.NOT_FOUND, "no such profile")
    return stored


def every(connection: Connection, study: str) -> list[StoredProfile]:
    """All versions that a study can use. Fault NOT_FOUND for an unknown study."""
    return profiles.every(connection, studies.find(connection, study).name)


def put(
    connection: Connection, study: str, name: str, loaded: LoadedProfile, body: str, time: datetime, actor: str
) -> tuple[StoredProfile, bool]:
    """Store a version; (as stored, whether it is new). A profile without a number gets the next one if it is new.

    Fault CONFLICT where the version is there with another content. Runs under the write lock.
    """
    if study != SHIPPED:
        studies.find(connection, study)
    if loaded.profile.profile != name:
        issue = Issue("profile", "value", "the id is not that of the address", "the id in the address")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,))
    moment = counter.lock(connection, time)
    known = profiles.versions(connection, study, name)
    version = loaded.profile.version if "version" in loaded.value else (known[-1] if known else 1)
    old = profiles.find(connection, study, name, version)
    if old is not None and old.digest == loaded.digest:
        return old, False
    if old is not None and "version" in loaded.value:
        issue = Issue("version", "conflict", "a stored version never changes", f"{known[-1] + 1} or later")
        raise Fault(Category.CONFLICT, issue.message, (issue,))
    number = version if old is None else version + 1
    stored = StoredProfile(study, name, number, loaded.digest, body, moment.time, moment.seq + 1)
    return _add(connection, stored, Moment(moment.seq + 1, moment.time), actor), True


def _add(connection: Connection, stored: StoredProfile, moment: Moment, actor: str) -> StoredProfile:
    """Version, audit row and outbox row, in the transaction of the caller."""
    profiles.add(connection, stored)
    change = {"seq": moment.seq, "study": stored.study, "entity": f"{stored.id}/{stored.version}"}
    hashes = {"old_hash": None, "new_hash": stored.digest}
    add(connection, AUDIT, [{**change, **hashes, "at": moment.time, "actor": actor, "action": ACTION}])
    add(connection, OUTBOX, [{**change, "topic": ACTION, "subject": None}])
    counter.advance(connection, moment)
    return stored


def seed(connection: Connection, time: datetime) -> None:
    """Store the shipped profiles that are missing. ProfileChanged where one is there with another content."""
    for (name, version), (body, loaded) in documents().items():
        try:
            put(connection, SHIPPED, name, loaded, body, time, "system")
        except Fault:
            raise ProfileChanged(
                f"version {version} of the profile '{name}' is stored with another content than the one that comes "
                "with this service: payloads already name it. Give the changed document a new version."
            ) from None


def refusal(error: WrongProfile) -> Fault:
    """The fault behind a text that is no profile."""
    return Fault(Category.UNPROCESSABLE, str(error), tuple(found.as_issue() for found in error.findings))

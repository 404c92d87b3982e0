"""Mapping profiles by study and version: written once, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from app.storage.tables import PROFILE

# Profiles that come with the service are every study's.
SHIPPED = ""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A version as stored. body: its YAML text; digest: SHA-256 of what it says; at: when it came; seq: its change."""

    study: str
    id: str
    version: int
    digest: str
    body: str
    at: str
    seq: int


def find(connection: Connection, study: str, name: str, version: int) -> StoredProfile | None:
    """One version of a profile of the study, or of one that comes with the service."""
    statement = (
        select(PROFILE)
        .where(PROFILE.c.study.in_((study, SHIPPED)), PROFILE.c.id == name, PROFILE.c.version == version)
        .order_by(PROFILE.c.study.desc())
    )
    row = connection.execute(statement).first()
    return None if row is None else StoredProfile(*row)


def versions(connection: Connection, study: str, name: str) -> list[int]:
    """Versions of a profile in their order; empty where there is none of that id."""
    statement = select(PROFILE.c.version).where(PROFILE.c.study.in_((study, SHIPPED)), PROFILE.c.id == name)
    return list(connection.execute(statement.distinct().order_by(PROFILE.c.version)).scalars())


def every(connection: Connection, study: str) -> list[StoredProfile]:
    """All versions of all profiles that the study can use, by id and version."""
    statement = select(PROFILE).where(PROFILE.c.study.in_((study, SHIPPED)))
    return [StoredProfile(*row) for row in connection.execute(statement.order_by(PROFILE.c.id, PROFILE.c.version))]


def add(connection: Connection, stored: StoredProfile) -> None:
    """Write a new version."""
    connection.execute(insert(PROFILE).values(**asdict(stored)))

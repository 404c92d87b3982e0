"""Rebuilding on a database that no service is using."""

from __future__ import annotations

from app.config import Settings
from app.services.rebuild import Rebuilt, rebuild
from app.storage.database import open_database


def run(settings: Settings, check: bool) -> Rebuilt:
    """Compare (and, unless `check`, mend) everything that is derived from the records."""
    database = open_database(settings.url)
    try:
        if check:
            with database.read.connect() as connection:
                return rebuild(connection, write_back=False)
        with database.write.begin() as connection:
            return rebuild(connection, write_back=True)
    finally:
        database.dispose()

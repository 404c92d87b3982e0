"""Runs migrations on the address that the service gives.

https://alembic.sqlalchemy.org/en/latest/batch.html
"""

from __future__ import annotations

import sqlite3
import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from app.config import Settings
from app.storage.tables import METADATA

# Any two starters agree on this number; the second waits until the first has migrated.
ADVISORY_LOCK = 0x656E6772616674
BUSY_SECONDS = 60


def run() -> None:
    url = context.config.attributes.get("url") or Settings().url
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            run_sqlite(connection)
        else:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
            migrate(connection)


def run_sqlite(connection: Connection) -> None:
    """DDL in one transaction under the write lock; rebuilt tables must not cascade, so foreign keys are off."""
    driver = connection.connection.driver_connection
    driver.isolation_level = None
    driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    use_wal(driver)
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute("BEGIN IMMEDIATE")
    migrate(connection)
    if driver.in_transaction:
        driver.execute("COMMIT")


def use_wal(driver: sqlite3.Connection) -> None:
    """The change of mode does not wait for another starter by itself: SQLite calls no busy handler for it."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def migrate(connection: Connection) -> None:
    batch = connection.dialect.name == "sqlite"
    # All revisions in one transaction, on SQLite too: a second starter must not begin between two of them.
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=batch, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run()

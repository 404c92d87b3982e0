"""Migrations: up to head, and models against migrations.

https://alembic.sqlalchemy.org/en/latest/api/commands.html
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, pool

from app.storage.arrivals import ARRIVAL
from app.storage.code_table_tables import CODE_TABLE
from app.storage.control_ids import CONTROL_ID
from app.storage.deliveries import DELIVERY
from app.storage.exports.tables import EXPORT_JOB
from app.storage.identity import IDENTITY
from app.storage.load_tables import LOAD
from app.storage.patient_tables import PATIENT_FACT
from app.storage.subscription_tables import SUBSCRIPTION
from app.storage.tables import METADATA

# Named so that their tables are known, which stand apart from the others.
TABLES = (METADATA, ARRIVAL, CODE_TABLE, CONTROL_ID, DELIVERY, EXPORT_JOB, IDENTITY, LOAD, PATIENT_FACT, SUBSCRIPTION)
ROOT = Path(__file__).resolve().parent.parent


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    found = Config(str(ROOT / "alembic.ini"))
    found.set_main_option("script_location", str(ROOT / "alembic"))
    found.attributes["url"] = url
    return found


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take a database back to a revision."""
    command.downgrade(config(url), revision)


def differences(url: str) -> list[object]:
    """What the models have and a migrated database has not, or the other way round."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), METADATA)
    return found

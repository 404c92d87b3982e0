"""record keys of events in the order of their code points, on PostgreSQL

Revision 0004, follows 0003.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _collate('"C"')


def downgrade() -> None:
    _collate('"default"')


def _collate(name: str) -> None:
    # SQLite compares by code point already.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE clinical_event ALTER COLUMN record TYPE VARCHAR(400) COLLATE {name}")

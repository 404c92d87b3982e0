"""search: which component a value is of, and and what begins alike side by side on PostgreSQL too

Revision 0009, follows 0006. The index of a store in use is brought up to it by `engraft rebuild --write`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None


_INDEX = "ix_search_text"
_COLUMNS = ["parameter", "text", "resource", "system"]


def upgrade() -> None:
    op.add_column("search_index", sa.Column("part", sa.SmallInteger(), nullable=False, server_default="0"))
    _index(postgresql_ops={"text": "varchar_pattern_ops"})


def _index(**options: object) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_INDEX, "search_index")
        op.create_index(_INDEX, "search_index", _COLUMNS, postgresql_where=sa.text("text IS NOT NULL"), **options)


def downgrade() -> None:
    _index()
    op.drop_column("search_index", "part")

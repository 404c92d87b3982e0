"""search: which component a value is of, the order of ends, and what begins alike side by side on PostgreSQL too

Revision 0009, follows 0006. The index of a store in use is brought up to it by `engraft rebuild --write`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = ["parameter", "text", "resource", "system"]
_HIGH = ["parameter", "high", "resource"]


def upgrade() -> None:
    op.add_column("search_index", sa.Column("part", sa.SmallInteger(), nullable=False, server_default="0"))
    where = sa.text("high IS NOT NULL")
    op.create_index("ix_search_high", "search_index", _HIGH, sqlite_where=where, postgresql_where=where)
    _index_text(postgresql_ops={"text": "varchar_pattern_ops"})


def _index_text(**options: object) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_search_text", "search_index")
        where = sa.text("text IS NOT NULL")
        op.create_index("ix_search_text", "search_index", _TEXT, postgresql_where=where, **options)


def downgrade() -> None:
    _index_text()
    op.drop_index("ix_search_high", "search_index")
    op.drop_column("search_index", "part")

"""search: index of values, order of resources by type and time, the key that signs page tokens

Revision 0005, follows 0004. A store in use is indexed by `engraft rebuild --write`.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_index",
        sa.Column("resource", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parameter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=400)),
        sa.Column("system", sa.String(length=400)),
        sa.Column("low", sa.Double()),
        sa.Column("high", sa.Double()),
        sa.Column("shift", sa.SmallInteger()),
        sa.Column("display", sa.String(length=400)),
        sa.ForeignKeyConstraint(["resource"], ["resource.id"], name=op.f("fk_search_index_resource_resource")),
        sa.PrimaryKeyConstraint("resource", "parameter", "position", name=op.f("pk_search_index")),
        sqlite_with_rowid=False,
    )
    _create_index("ix_search_text", ["parameter", "text", "resource", "system"], "text IS NOT NULL")
    _create_index("ix_search_low", ["parameter", "low", "resource"], "low IS NOT NULL")
    op.create_index("ix_resource_type", "resource", ["type", "id"])
    op.create_index("ix_resource_updated", "resource", ["updated", "id"])
    keys = op.create_table(
        "service_key",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_key")),
    )
    op.bulk_insert(keys, [{"name": "page", "value": secrets.token_hex(32)}])


def _create_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "search_index", columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    op.drop_table("service_key")
    op.drop_index("ix_resource_updated", "resource")
    op.drop_index("ix_resource_type", "resource")
    op.drop_table("search_index")

"""code tables: terminologies and local code maps that an operator has loaded

Revision 0016, follows 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("loaded", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_table")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_code_table_name")),
    )
    op.create_table(
        "code_entry",
        sa.Column("code_table", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("target_system", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["code_table"], ["code_table.id"], name=op.f("fk_code_entry_code_table_code_table")),
        sa.PrimaryKeyConstraint("code_table", "code", name=op.f("pk_code_entry")),
    )
    op.create_table(
        "code_term",
        sa.Column("code_table", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=400), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["code_table"], ["code_table.id"], name=op.f("fk_code_term_code_table_code_table")),
        sa.PrimaryKeyConstraint("code_table", "term", "code", name=op.f("pk_code_term")),
    )
    op.create_index("ix_code_term_code", "code_term", ["code_table", "code"])


def downgrade() -> None:
    op.drop_table("code_term")
    op.drop_table("code_entry")
    op.drop_table("code_table")

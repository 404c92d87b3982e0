"""study definitions by version, data cuts

Revision 0003, follows 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_definition")),
    )
    op.create_table(
        "data_cut",
        sa.Column("study", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("cutoff", sa.Integer(), nullable=False),
        sa.Column("as_of_seq", sa.BigInteger(), nullable=False),
        sa.Column("as_of_time", sa.String(length=32), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_data_cut_study_study")),
        sa.ForeignKeyConstraint(
            ["definition", "definition_version"],
            ["definition.id", "definition.version"],
            name=op.f("fk_data_cut_definition_definition"),
        ),
        sa.PrimaryKeyConstraint("study", "name", name=op.f("pk_data_cut")),
    )


def downgrade() -> None:
    op.drop_table("data_cut")
    op.drop_table("definition")

"""loads: large files on their way through intake

Revision 0013, follows 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "load",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("study", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.Column("worked", sa.Double(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=64)),
        sa.Column("lease_until", sa.String(length=32)),
        sa.Column("ended", sa.String(length=32)),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_load_study_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load")),
        sa.UniqueConstraint("study", "identity", name=op.f("uq_load_study")),
    )
    op.create_index("ix_load_state", "load", ["state", "created"])
    op.create_index("ix_load_study", "load", ["study", "created"])
    op.create_table(
        "load_piece",
        sa.Column("load", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["load"], ["load.id"], name=op.f("fk_load_piece_load_load"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("load", "number", name=op.f("pk_load_piece")),
    )


def downgrade() -> None:
    op.drop_table("load_piece")
    op.drop_table("load")

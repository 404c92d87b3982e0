"""control ids: messages that were acknowledged

Revision 0020, follows 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_id",
        sa.Column("study", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("inbox", sa.String(length=64), nullable=False),
        sa.Column("acknowledgment", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_control_id_inbox_inbox")),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_control_id_study_study")),
        sa.PrimaryKeyConstraint("study", "key", name=op.f("pk_control_id")),
    )


def downgrade() -> None:
    op.drop_table("control_id")

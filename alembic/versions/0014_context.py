"""context: how a payload was read, and what is held until its patient is known

Revision 0014, follows 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox") as batch:
        batch.alter_column("media_type", existing_type=sa.String(64), type_=sa.String(128), existing_nullable=False)
        batch.add_column(sa.Column("context", sa.Text(), nullable=False, server_default=""))
    op.add_column("quarantine", sa.Column("state", sa.String(8), nullable=False, server_default="refused"))
    op.add_column("quarantine", sa.Column("place", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("quarantine", "place")
    op.drop_column("quarantine", "state")
    with op.batch_alter_table("inbox") as batch:
        batch.drop_column("context")
        batch.alter_column("media_type", existing_type=sa.String(128), type_=sa.String(64), existing_nullable=False)

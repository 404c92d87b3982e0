"""value of an event: marrow blasts of an assessment, counts

Revision 0002, follows 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinical_event", sa.Column("value", sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("clinical_event", schema=None) as batch_op:
        batch_op.drop_column("value")

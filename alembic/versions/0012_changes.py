"""changes: the resource versions of one change

Revision 0012, follows 0011.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_resource_seq", "resource", ["seq_from"])


def downgrade() -> None:
    op.drop_index("ix_resource_seq", "resource")

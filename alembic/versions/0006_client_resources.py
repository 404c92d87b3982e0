"""resources as clients wrote them: whose view a body is, its release of FHIR, and those that belong to no study

Revision 0006, follows 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PLACE = ["type", "resource_id", "version"]
_UNIQUE = "uq_resource_type"


def upgrade() -> None:
    with op.batch_alter_table("resource") as batch:
        batch.add_column(sa.Column("audience", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("release", sa.SmallInteger(), nullable=False, server_default="4"))
        batch.alter_column("study", existing_type=sa.String(64), nullable=True)
        batch.drop_constraint(op.f(_UNIQUE), type_="unique")
        batch.create_unique_constraint(op.f(_UNIQUE), [*_PLACE, "audience"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM search_index WHERE resource IN (SELECT id FROM resource WHERE audience = 1 OR study IS NULL)"
    )
    op.execute("DELETE FROM resource WHERE audience = 1 OR study IS NULL")
    with op.batch_alter_table("resource") as batch:
        batch.drop_constraint(op.f(_UNIQUE), type_="unique")
        batch.create_unique_constraint(op.f(_UNIQUE), _PLACE)
        batch.alter_column("study", existing_type=sa.String(64), nullable=False)
        batch.drop_column("release")
        batch.drop_column("audience")

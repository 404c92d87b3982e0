"""deliveries: what arrived, counted; refused records found by code and profile, and laid aside with a reason

Revision 0015, follows 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COUNTS = ("received", "accepted", "amended", "unchanged", "held", "rejected", "unused")
ADDED = ("dismissed", "codes", "patient", "profile")
HELD = sa.text("state = 'held'")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("study", sa.String(64), sa.ForeignKey("study.name", name="fk_delivery_study_study"), nullable=False),
        sa.Column("inbox", sa.String(64), sa.ForeignKey("inbox.id", name="fk_delivery_inbox_inbox"), nullable=False),
        sa.Column("site", sa.String(64)),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("profile", sa.String(64)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
    )
    op.create_index("ix_delivery_study", "delivery", ["study", "day", "site"])
    op.create_index("ix_delivery_inbox", "delivery", ["inbox"])
    op.add_column("quarantine", sa.Column("profile", sa.String(64)))
    op.add_column("quarantine", sa.Column("patient", sa.String(200)))
    op.add_column("quarantine", sa.Column("codes", sa.String(200), nullable=False, server_default=""))
    op.add_column("quarantine", sa.Column("dismissed", sa.BigInteger()))
    op.create_index(
        "ix_quarantine_patient", "quarantine", ["study", "patient"], sqlite_where=HELD, postgresql_where=HELD
    )
    op.create_table(
        "dismissal",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column(
            "item", sa.String(64), sa.ForeignKey("quarantine.id", name="fk_dismissal_item_quarantine"), nullable=False
        ),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_dismissal_item", "dismissal", ["item"])


def downgrade() -> None:
    op.drop_table("dismissal")
    op.drop_index("ix_quarantine_patient", "quarantine")
    for name in ADDED:
        op.drop_column("quarantine", name)
    op.drop_table("delivery")

"""subscriptions: what clients want to hear of, numbered events, how far the outbox was read

Revision 0011, follows 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("coded", sa.SmallInteger(), nullable=False),
        sa.Column("studies", sa.Text()),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("failing_since", sa.String(length=32)),
        sa.Column("sent", sa.String(length=32)),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_table(
        "subscription_event",
        sa.Column("subscription", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=200)),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("research_subject", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name=op.f("fk_subscription_event_subscription_subscription")
        ),
        sa.PrimaryKeyConstraint("subscription", "number", name=op.f("pk_subscription_event")),
    )
    readers = op.create_table(
        "outbox_reader",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=64)),
        sa.Column("lease_until", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outbox_reader")),
    )
    op.bulk_insert(readers, [{"name": "subscriptions", "position": 0, "owner": None, "lease_until": ""}])


def downgrade() -> None:
    op.drop_table("outbox_reader")
    op.drop_table("subscription_event")
    op.drop_table("subscription")

"""arrivals: what hospitals' own systems sent by FHIR, and what is held until its patient is known

Revision 0017, follows 0016.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEYS = sa.table("service_key", sa.column("name"), sa.column("value"))


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("study", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("updated", sa.BigInteger()),
        sa.Column("version", sa.BigInteger()),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_arrival_study_study")),
        sa.PrimaryKeyConstraint("type", "name", name=op.f("pk_arrival")),
    )
    op.create_table(
        "awaited",
        sa.Column("inbox", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("study", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_awaited_inbox_inbox")),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_awaited_study_study")),
        sa.PrimaryKeyConstraint("inbox", "key", name=op.f("pk_awaited")),
    )
    op.create_index("ix_awaited_key", "awaited", ["study", "key"])
    op.bulk_insert(_KEYS, [{"name": "arrival", "value": secrets.token_hex(32)}])


def downgrade() -> None:
    op.execute(_KEYS.delete().where(_KEYS.c.name == "arrival"))
    op.drop_table("awaited")
    op.drop_table("arrival")

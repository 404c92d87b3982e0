"""patients: hospitals' numbers of patients, and what came under them

Revision 0019, follows 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patient_fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("authority", sa.String(200)),
        sa.Column("kind", sa.String(200)),
        sa.Column("into_number", sa.String(200)),
        sa.Column("into_authority", sa.String(200)),
        sa.Column("into_kind", sa.String(200)),
        sa.Column("subject", sa.String(128)),
        sa.Column("version", sa.BigInteger()),
        sa.Column("recorded", sa.BigInteger()),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seq_from", sa.BigInteger(), nullable=False),
        sa.Column("seq_to", sa.BigInteger(), nullable=False),
        sa.Column("inbox", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_patient_fact_study_study")),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_patient_fact_inbox_inbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_fact")),
    )
    op.create_index("ix_patient_fact_key", "patient_fact", ["study", "key"])
    op.create_index("ix_patient_fact_number", "patient_fact", ["study", "site", "number"])
    op.create_index("ix_patient_fact_into", "patient_fact", ["study", "site", "into_number"])
    op.create_table(
        "record_patient",
        sa.Column("record", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("authority", sa.String(200)),
        sa.Column("kind", sa.String(200)),
        sa.ForeignKeyConstraint(["record"], ["record.id"], name=op.f("fk_record_patient_record_record")),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_record_patient_study_study")),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_record_patient")),
    )
    op.create_index("ix_record_patient_number", "record_patient", ["study", "site", "number"])
    op.create_table(
        "held_record",
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("authority", sa.String(200)),
        sa.Column("kind", sa.String(200)),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("again", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["quarantine.id"], name=op.f("fk_held_record_item_quarantine")),
        sa.ForeignKeyConstraint(["study"], ["study.name"], name=op.f("fk_held_record_study_study")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_held_record")),
    )
    op.create_index("ix_held_record_number", "held_record", ["study", "site", "number"])


def downgrade() -> None:
    op.drop_table("held_record")
    op.drop_table("record_patient")
    op.drop_table("patient_fact")

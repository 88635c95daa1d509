"""Bulletins that a person sends by hand, and what that person says of it."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assisted",
                "channel",
                name="handoverkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_handover_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_handover")),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("lists", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("answered_round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_declaration_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("bulletin_id", "number", name=op.f("uq_declaration_bulletin_id_number")),
        sa.UniqueConstraint("run_id", "answered_round", name=op.f("uq_declaration_run_id_answered_round")),
    )
    op.create_index(op.f("ix_declaration_bulletin_id"), "declaration", ["bulletin_id"], unique=False)

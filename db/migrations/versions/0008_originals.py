"""What a correction or an all-clear puts right, fixed templates, and approvals that were taken back."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulletin", sa.Column("template", sa.String(), nullable=True))
    op.add_column("approval", sa.Column("voided_at", UtcDateTime(), nullable=True))
    op.create_table(
        "bulletinoriginal",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletinoriginal_bulletin_id_bulletin")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["bulletin.id"], name=op.f("fk_bulletinoriginal_original_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "original_id", name=op.f("pk_bulletinoriginal")),
    )
    op.create_index(
        op.f("ix_bulletinoriginal_original_id"), "bulletinoriginal", ["original_id"], unique=False
    )

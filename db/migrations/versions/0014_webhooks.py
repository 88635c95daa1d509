"""What webhooks tell: kinds of updates, failures, prices, changed numbers, our account's standing."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what is stored by now is read again as if each were somebody's word: nothing is overlooked
    op.add_column("inboundevent", sa.Column("kind", sa.String(), nullable=False, server_default="message"))
    op.add_column("inboundevent", sa.Column("unread", sa.String(), nullable=True))
    op.create_index(
        "ix_inboundevent_waiting",
        "inboundevent",
        ["kind", "id"],
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.add_column("attempt", sa.Column("failed_at", UtcDateTime(), nullable=True))
    op.add_column("recipient", sa.Column("resumed_at", UtcDateTime(), nullable=True))
    op.add_column("template", sa.Column("quality", sa.String(), nullable=True))
    for name in ("category_at", "status_at", "quality_at"):
        op.add_column("template", sa.Column(name, UtcDateTime(), nullable=True))
    op.create_table(
        "accountword",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_accountword")),
    )
    op.create_table(
        "numberchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["old_id"],
            ["recipient.id"],
            name=op.f("fk_numberchange_old_id_recipient"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["new_id"],
            ["recipient.id"],
            name=op.f("fk_numberchange_new_id_recipient"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numberchange")),
    )
    op.create_index(op.f("ix_numberchange_old_id"), "numberchange", ["old_id"], unique=False)
    op.create_index(op.f("ix_numberchange_new_id"), "numberchange", ["new_id"], unique=False)

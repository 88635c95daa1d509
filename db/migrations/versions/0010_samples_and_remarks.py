"""Samples of a draft, what came of an answer, whose words a line has, and the profile that was sealed."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OUTCOME = sa.Enum(
    "in_flight",
    "accepted",
    "refused",
    "not_sent",
    "uncertain",
    name="outcome",
    native_enum=False,
    create_constraint=True,
    length=24,
)


def upgrade() -> None:
    op.add_column("bulletinversion", sa.Column("remarks", sa.Text(), nullable=False, server_default=""))
    for name in ("is_typed", "is_placed"):
        column: sa.Column[bool] = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("bulletinitem", column)
    # what waits in an editor's hands while this version comes: any of it may be a person's
    op.execute(
        "UPDATE bulletinitem SET is_typed = true WHERE version_id IN "
        "(SELECT id FROM bulletinversion WHERE answered_run_id IS NOT NULL)"
    )
    op.add_column("approval", sa.Column("profile_sha256", sa.String(), nullable=True))
    op.create_table(
        "sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", OUTCOME, nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_sample_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
    )
    op.create_index(op.f("ix_sample_bulletin_id"), "sample", ["bulletin_id"], unique=False)

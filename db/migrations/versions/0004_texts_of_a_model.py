"""A text that a model wrote says so: which one, what it cost, or why the page's own words stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # columns are only added: neither database makes the table anew for that
    op.add_column("summary", sa.Column("model", sa.String(), nullable=True))
    op.add_column("summary", sa.Column("tokens_in", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("summary", sa.Column("tokens_out", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("summary", sa.Column("cost_millionths", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("summary", sa.Column("currency", sa.String(), nullable=False, server_default=""))
    op.add_column("summary", sa.Column("reason", sa.Text(), nullable=False, server_default=""))

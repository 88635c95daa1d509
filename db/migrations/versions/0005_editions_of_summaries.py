"""A stored text says what it was made by: changed code or settings make it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # of the texts until now nothing is known: they are made again when they are needed
    op.add_column("summary", sa.Column("edition", sa.String(), nullable=False, server_default=""))

"""What the last good reading of a source of alerts found doubtful."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("warnings", sa.Text(), nullable=True))

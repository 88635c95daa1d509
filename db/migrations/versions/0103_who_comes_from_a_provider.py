"""Who signs in with the Comune's own provider of identities: as whom it knows them, and what it proved."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

PROOFS = "proof IN ('code', 'recovery', 'link', 'oidc', 'oidc_mfa')"


def upgrade() -> None:
    for name in ("issuer", "subject_hash"):
        op.add_column("account", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for table in ("signin", "dooract"):  # neither has a trigger, which a rebuilt table would lose
        name = op.f(f"ck_{table}_signinproof")
        with op.batch_alter_table(table) as batch:
            if op.get_bind().dialect.name == "postgresql":  # of SQLite a rebuilt table keeps no check
                batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, PROOFS)


def downgrade() -> None:
    raise NotImplementedError("who had signed in with the provider would be lost: restore a backup instead")

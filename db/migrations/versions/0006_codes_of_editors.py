"""Who decided is proved: a code is used once, wrong ones are counted, and two may have to approve."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What proves a decision is not changed afterwards: without its row a code could be used again.
KEPT = ("usedcode", "signoff")
KEPT_AS_THEY_ARE = {
    "sqlite": [
        f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'what proves a decision is append-only'); END"""
        for table in KEPT
        for verb in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION proof_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'what proves a decision is append-only'; END $$""",
        *(
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()"""
            for table in KEPT
        ),
    ],
}


def upgrade() -> None:
    op.create_table(
        "usedcode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_usedcode_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usedcode")),
        sa.UniqueConstraint("editor", "step", name=op.f("uq_usedcode_editor_step")),
    )
    op.create_index("ix_usedcode_bulletin_id", "usedcode", ["bulletin_id"], unique=False)

    op.create_table(
        "wrongcode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrongcode")),
    )
    op.create_index("ix_wrongcode_editor_at", "wrongcode", ["editor", "at"], unique=False)

    op.create_table(
        "signoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "said",
            sa.Enum(
                "approve",
                "send_back",
                "reopen",
                name="said",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("overridden", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_signoff_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signoff")),
        sa.UniqueConstraint(
            "bulletin_id", "version_number", name=op.f("uq_signoff_bulletin_id_version_number")
        ),
    )
    op.create_index("ix_signoff_bulletin_id", "signoff", ["bulletin_id"], unique=False)

    for statement in KEPT_AS_THEY_ARE[op.get_bind().dialect.name]:
        op.execute(statement)

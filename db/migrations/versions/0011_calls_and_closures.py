"""Calls of editors for what cannot wait; closures that a person enters; what an all-clear takes back."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


CHANNEL = _enum("callchannel", "whatsapp", "sms", "email")
STATUS = _enum("callstatus", "queued", "in_flight", "accepted", "refused", "uncertain", "late")
RECEIPT = _enum("receipt", "sent", "delivered", "read")


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("status", STATUS, nullable=False),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("receipt", RECEIPT, nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_call_bulletin_id_bulletin")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_call_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint(
            "bulletin_id", "turn", "editor", "channel", name=op.f("uq_call_bulletin_id_turn_editor_channel")
        ),
    )
    for column in ("bulletin_id", "letter_id", "status"):
        op.create_index(op.f(f"ix_call_{column}"), "call", [column])
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_table(
        "clearedalert",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["weatheralert.id"], name=op.f("fk_clearedalert_alert_id_weatheralert")
        ),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_clearedalert_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "alert_id", "onset", name=op.f("pk_clearedalert")),
    )
    # all-clears of before: the whole of what they named
    op.execute(
        "INSERT INTO clearedalert (bulletin_id, alert_id, onset, expires) "
        "SELECT DISTINCT b.id, a.id, a.onset, a.expires FROM bulletin b "
        "JOIN bulletinversion v ON v.bulletin_id = b.id JOIN bulletinitem i ON i.version_id = v.id "
        "JOIN toldtogether t ON t.lead_id = i.weather_alert_id JOIN weatheralert a ON a.id = t.alert_id "
        "WHERE b.kind = 'all_clear'"
    )

"""The first tables."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The ledger of consent is proof: nobody may change what stands in it, our own code included.
LEDGER_IS_APPEND_ONLY = {
    "sqlite": [
        f"""CREATE TRIGGER consentevent_no_{verb} BEFORE {verb} ON consentevent
            BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END"""
        for verb in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION consentevent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'the consent ledger is append-only'; END $$""",
        """CREATE TRIGGER consentevent_append_only
           BEFORE UPDATE OR DELETE OR TRUNCATE ON consentevent
           FOR EACH STATEMENT EXECUTE FUNCTION consentevent_is_append_only()""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "urgent",
                "correction",
                "all_clear",
                name="bulletinkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("slot_at", UtcDateTime(), nullable=True),
        sa.Column("deadline_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_review",
                "approved",
                "sending",
                "stopped",
                "sent",
                "rejected",
                "merged",
                "superseded",
                "expired",
                "missed",
                name="bulletinstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("status_by", sa.String(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("review_attempt", sa.Integer(), nullable=False),
        sa.Column("review_run_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("code", name=op.f("uq_bulletin_code")),
    )
    op.create_index(op.f("ix_bulletin_status"), "bulletin", ["status"], unique=False)
    op.create_index(
        "uq_bulletin_live_slot",
        "bulletin",
        ["kind", "slot_at"],
        unique=True,
        sqlite_where=sa.text("status IN ('draft', 'in_review', 'approved', 'sending', 'stopped', 'sent')"),
        postgresql_where=sa.text(
            "status IN ('draft', 'in_review', 'approved', 'sending', 'stopped', 'sent')"
        ),
    )

    op.create_table(
        "consentevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "opt_in",
                "opt_out",
                "alerts_only",
                "erase",
                name="consent",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("notice_version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consentevent")),
        sa.UniqueConstraint("message_hash", name=op.f("uq_consentevent_message_hash")),
    )
    op.create_index(op.f("ix_consentevent_subject_hash"), "consentevent", ["subject_hash"], unique=False)

    op.create_table(
        "inboundevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.String(), nullable=False),
        sa.Column("sender_hash", sa.String(), nullable=True),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inboundevent")),
        sa.UniqueConstraint("event_hash", name=op.f("uq_inboundevent_event_hash")),
    )
    op.create_index(op.f("ix_inboundevent_sender_hash"), "inboundevent", ["sender_hash"], unique=False)

    op.create_table(
        "recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("bsuid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("bsuid_hash", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "opted_out",
                "suspended",
                "erased",
                name="recipientstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "everything", "alerts", name="scope", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("opted_in_at", UtcDateTime(), nullable=True),
        sa.Column("last_inbound_at", UtcDateTime(), nullable=True),
        sa.Column("courtesy_at", UtcDateTime(), nullable=True),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phone_hash IS NOT NULL OR bsuid_hash IS NOT NULL", name=op.f("ck_recipient_has_an_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("bsuid_hash", name=op.f("uq_recipient_bsuid_hash")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_recipient_phone_hash")),
    )
    op.create_index(op.f("ix_recipient_status"), "recipient", ["status"], unique=False)

    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("feed", "dpc", name="sourcekind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("address", name=op.f("uq_source_address")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("name", "language", name=op.f("uq_template_name_language")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approve",
                "save",
                "postpone",
                "discard",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("seal", sa.String(), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("cost_estimate", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_approval_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "bulletin_id", "version_number", name=op.f("uq_approval_bulletin_id_version_number")
        ),
    )
    op.create_index(op.f("ix_approval_bulletin_id"), "approval", ["bulletin_id"], unique=False)

    op.create_table(
        "bulletinversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("answered_run_id", sa.String(), nullable=True),
        sa.Column("answered_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletinversion_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletinversion")),
        sa.UniqueConstraint("bulletin_id", "number", name=op.f("uq_bulletinversion_bulletin_id_number")),
    )
    op.create_index(op.f("ix_bulletinversion_bulletin_id"), "bulletinversion", ["bulletin_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "claimed",
                "accepted",
                "failed",
                "skipped",
                "uncertain",
                "declared",
                name="deliverystatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "receipt",
            sa.Enum(
                "sent",
                "delivered",
                "read",
                name="receipt",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("receipt_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_delivery_bulletin_id_bulletin")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_delivery_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("bulletin_id", "recipient_id", name=op.f("uq_delivery_bulletin_id_recipient_id")),
    )
    op.create_index(op.f("ix_delivery_bulletin_id"), "delivery", ["bulletin_id"], unique=False)
    op.create_index(op.f("ix_delivery_recipient_id"), "delivery", ["recipient_id"], unique=False)
    op.create_index(op.f("ix_delivery_status"), "delivery", ["status"], unique=False)

    op.create_table(
        "newsitem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "collected", "backfilled", name="origin", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("entry_sha256", sa.String(), nullable=False),
        sa.Column("page_failure", sa.Text(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("discarded_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_newsitem_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsitem")),
        sa.UniqueConstraint("source_id", "guid", name=op.f("uq_newsitem_source_id_guid")),
    )
    op.create_index(op.f("ix_newsitem_source_id"), "newsitem", ["source_id"], unique=False)

    op.create_table(
        "weatheralert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column(
            "hazard",
            sa.Enum(
                "idraulico",
                "idrogeologico",
                "temporali",
                name="hazard",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "verde",
                "gialla",
                "arancione",
                "rossa",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_weatheralert_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weatheralert")),
        sa.UniqueConstraint(
            "issuer",
            "sent_at",
            "zone",
            "day",
            "hazard",
            name=op.f("uq_weatheralert_issuer_sent_at_zone_day_hazard"),
        ),
    )
    op.create_index(op.f("ix_weatheralert_source_id"), "weatheralert", ["source_id"], unique=False)
    op.create_index(op.f("ix_weatheralert_zone"), "weatheralert", ["zone"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "in_flight",
                "accepted",
                "refused",
                "not_sent",
                "uncertain",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("wamid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wamid_hash", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("wamid_hash", name=op.f("uq_attempt_wamid_hash")),
    )
    op.create_index(op.f("ix_attempt_delivery_id"), "attempt", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_attempt_outcome"), "attempt", ["outcome"], unique=False)

    op.create_table(
        "bulletinitem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("news_item_id", sa.Integer(), nullable=True),
        sa.Column("weather_alert_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["news_item_id"], ["newsitem.id"], name=op.f("fk_bulletinitem_news_item_id_newsitem")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["bulletinversion.id"], name=op.f("fk_bulletinitem_version_id_bulletinversion")
        ),
        sa.ForeignKeyConstraint(
            ["weather_alert_id"],
            ["weatheralert.id"],
            name=op.f("fk_bulletinitem_weather_alert_id_weatheralert"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletinitem")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_bulletinitem_version_id_position")),
    )
    op.create_index(op.f("ix_bulletinitem_news_item_id"), "bulletinitem", ["news_item_id"], unique=False)
    op.create_index(op.f("ix_bulletinitem_version_id"), "bulletinitem", ["version_id"], unique=False)
    op.create_index(
        op.f("ix_bulletinitem_weather_alert_id"), "bulletinitem", ["weather_alert_id"], unique=False
    )

    op.create_table(
        "summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("news_item_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["news_item_id"], ["newsitem.id"], name=op.f("fk_summary_news_item_id_newsitem")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary")),
        sa.UniqueConstraint(
            "news_item_id",
            "content_sha256",
            "budget",
            name=op.f("uq_summary_news_item_id_content_sha256_budget"),
        ),
    )
    op.create_index(op.f("ix_summary_news_item_id"), "summary", ["news_item_id"], unique=False)
    for statement in LEDGER_IS_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first tables: restore a backup instead")

"""The tables of version 0.1.0, the first that is released."""

import sqlalchemy as sa
from alembic import op

from db.models.columns import UtcDateTime

revision = "0100"
down_revision = None
branch_labels = None
depends_on = None

# The ledger of consent and what proves a decision: nobody may change what stands there, our own code
# included. Without its row a code could be used again.
PROOFS = ("usedcode", "signoff", "act")
LEDGER, PROOF = "the consent ledger is append-only", "what proves a decision is append-only"
APPEND_ONLY = {
    "sqlite": [
        f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{told}'); END"""
        for table, told in (("consentevent", LEDGER), *((table, PROOF) for table in PROOFS))
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE FUNCTION consentevent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION '{LEDGER}'; END $$""",
        """CREATE TRIGGER consentevent_append_only
           BEFORE UPDATE OR DELETE OR TRUNCATE ON consentevent
           FOR EACH STATEMENT EXECUTE FUNCTION consentevent_is_append_only()""",
        f"""CREATE FUNCTION proof_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION '{PROOF}'; END $$""",
        *(
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()"""
            for table in PROOFS
        ),
    ],
}


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    # as in the databases of development, which this revision takes over as they are
    on_sqlite = "" if dialect == "sqlite" else None

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_editor"), "absence", ["editor"])

    op.create_table(
        "accessevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accessevent")),
    )
    op.create_index(op.f("ix_accessevent_at"), "accessevent", ["at"])

    op.create_table(
        "accountword",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_accountword")),
    )

    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "kind", _enum("bulletinkind", "ordinary", "urgent", "correction", "all_clear"), nullable=False
        ),
        sa.Column("slot_at", UtcDateTime(), nullable=True),
        sa.Column("deadline_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column(
            "status",
            _enum(
                "bulletinstatus",
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
            ),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("status_by", sa.String(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("review_attempt", sa.Integer(), nullable=False),
        sa.Column("review_run_id", sa.String(), nullable=True),
        sa.Column("template", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("code", name=op.f("uq_bulletin_code")),
    )
    op.create_index(op.f("ix_bulletin_status"), "bulletin", ["status"])
    op.create_index(
        op.f("uq_bulletin_live_slot"),
        "bulletin",
        ["kind", "slot_at"],
        unique=True,
        sqlite_where=sa.text("status IN ('draft', 'in_review', 'approved', 'sending', 'stopped', 'sent')"),
        postgresql_where=sa.text(
            "status IN ('draft', 'in_review', 'approved', 'sending', 'stopped', 'sent')"
        ),
    )

    op.create_table(
        "canary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("constant_hash", sa.String(), nullable=False),
        sa.Column("constant_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_canary_the_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
    )

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
        "consentevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(), nullable=False),
        sa.Column("event", _enum("consent", "opt_in", "opt_out", "alerts_only", "erase"), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("notice_version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_hash", sa.String(), nullable=True),
        sa.Column("notice_sha256", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consentevent")),
        sa.UniqueConstraint("message_hash", name=op.f("uq_consentevent_message_hash")),
    )
    op.create_index(op.f("ix_consentevent_subject_hash"), "consentevent", ["subject_hash"])

    op.create_table(
        "inboundevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.String(), nullable=False),
        sa.Column("sender_hash", sa.String(), nullable=True),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False, server_default="message"),
        sa.Column("unread", sa.String(), nullable=True),
        sa.Column("bsuid_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inboundevent")),
        sa.UniqueConstraint("event_hash", name=op.f("uq_inboundevent_event_hash")),
    )
    op.create_index(op.f("ix_inboundevent_bsuid_hash"), "inboundevent", ["bsuid_hash"])
    op.create_index(op.f("ix_inboundevent_sender_hash"), "inboundevent", ["sender_hash"])
    op.create_index(
        op.f("ix_inboundevent_waiting"),
        "inboundevent",
        ["kind", "id"],
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )

    op.create_table(
        "recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("bsuid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("bsuid_hash", sa.String(), nullable=True),
        sa.Column(
            "status", _enum("recipientstatus", "active", "opted_out", "suspended", "erased"), nullable=False
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("scope", _enum("scope", "everything", "alerts"), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("opted_in_at", UtcDateTime(), nullable=True),
        sa.Column("last_inbound_at", UtcDateTime(), nullable=True),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("resumed_at", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("erasure_asked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "phone_hash IS NOT NULL OR bsuid_hash IS NOT NULL", name=op.f("ck_recipient_has_an_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("bsuid_hash", name=op.f("uq_recipient_bsuid_hash")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_recipient_phone_hash")),
    )
    op.create_index(op.f("ix_recipient_status"), "recipient", ["status"])

    op.create_table(
        "sender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
    )
    op.create_index(op.f("ix_sender_bulletin_id"), "sender", ["bulletin_id"])

    op.create_table(
        "sendrate",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("per_second", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("lanes", sa.LargeBinary(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("paused_until", sa.Float(), nullable=False),
        sa.Column("urgent_until", sa.Float(), nullable=False),
        sa.Column("answers_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sendrate")),
    )

    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _enum("sourcekind", "feed", "listing", "dpc", "allertalom", "cap", "meteoalarm"),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("whole_at", UtcDateTime(), nullable=True),
        sa.Column("gap_at", UtcDateTime(), nullable=True),
        sa.Column("retry_at", UtcDateTime(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=True),
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
        sa.Column("quality", sa.String(), nullable=True),
        sa.Column("category_at", UtcDateTime(), nullable=True),
        sa.Column("status_at", UtcDateTime(), nullable=True),
        sa.Column("quality_at", UtcDateTime(), nullable=True),
        sa.Column("text_at", UtcDateTime(), nullable=True),
        sa.Column("unlike", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("name", "language", name=op.f("uq_template_name_language")),
    )

    op.create_table(
        "wrongcode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrongcode")),
    )
    op.create_index(op.f("ix_wrongcode_editor_at"), "wrongcode", ["editor", "at"])

    op.create_table(
        "act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("by_operator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_act_bulletin_id_bulletin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
    )
    op.create_index(op.f("ix_act_bulletin_id"), "act", ["bulletin_id"])

    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("decision", _enum("decision", "approve", "save", "postpone", "discard"), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("seal", sa.String(), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("cost_estimate", sa.String(), nullable=True),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.Column("profile_sha256", sa.String(), nullable=True),
        sa.Column("mac", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_approval_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "bulletin_id", "version_number", name=op.f("uq_approval_bulletin_id_version_number")
        ),
    )
    op.create_index(op.f("ix_approval_bulletin_id"), "approval", ["bulletin_id"])

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
    op.create_index(op.f("ix_bulletinoriginal_original_id"), "bulletinoriginal", ["original_id"])

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
        sa.Column("remarks", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletinversion_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletinversion")),
        sa.UniqueConstraint("bulletin_id", "number", name=op.f("uq_bulletinversion_bulletin_id_number")),
    )
    op.create_index(op.f("ix_bulletinversion_bulletin_id"), "bulletinversion", ["bulletin_id"])

    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("lists", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("answered_round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_declaration_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("bulletin_id", "number", name=op.f("uq_declaration_bulletin_id_number")),
        sa.UniqueConstraint("run_id", "answered_round", name=op.f("uq_declaration_run_id_answered_round")),
    )
    op.create_index(op.f("ix_declaration_bulletin_id"), "declaration", ["bulletin_id"])

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column(
            "status",
            _enum(
                "deliverystatus",
                "queued",
                "claimed",
                "accepted",
                "failed",
                "skipped",
                "uncertain",
                "declared",
            ),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("receipt", _enum("receipt", "sent", "delivered", "read"), nullable=True),
        sa.Column("receipt_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_delivery_bulletin_id_bulletin")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_delivery_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("bulletin_id", "recipient_id", name=op.f("uq_delivery_bulletin_id_recipient_id")),
    )
    op.create_index(op.f("ix_delivery_bulletin_id"), "delivery", ["bulletin_id"])
    op.create_index(
        op.f("ix_delivery_queued"),
        "delivery",
        ["bulletin_id", "id"],
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(op.f("ix_delivery_recipient_id"), "delivery", ["recipient_id"])
    op.create_index(op.f("ix_delivery_status"), "delivery", ["status"])

    op.create_table(
        "dispatchstart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("despite", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_dispatchstart_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatchstart")),
        sa.UniqueConstraint("number", name=op.f("uq_dispatchstart_number")),
    )
    op.create_index(op.f("ix_dispatchstart_bulletin_id"), "dispatchstart", ["bulletin_id"])

    op.create_table(
        "handover",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("handoverkind", "assisted", "channel"), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_handover_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_handover")),
    )

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("status", _enum("letterstatus", "queued", "sent", "undeliverable", "late"), nullable=False),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", UtcDateTime(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("sheet", sa.Text(), nullable=False, server_default=on_sqlite),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_letter_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("kind", "about", "editor", name=op.f("uq_letter_kind_about_editor")),
    )
    op.create_index(op.f("ix_letter_bulletin_id"), "letter", ["bulletin_id"])
    op.create_index(op.f("ix_letter_status"), "letter", ["status"])

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
        sa.Column("origin", _enum("origin", "collected", "initial", "backfilled"), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("entry_sha256", sa.String(), nullable=False),
        sa.Column("page_failure", sa.Text(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("discarded_at", UtcDateTime(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False, server_default=""),
        sa.Column("topics", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("attachments", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column(
            "holds", _enum("holds", "text", "files", "pictures"), nullable=False, server_default="text"
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("address_key", sa.String(), nullable=False, server_default=""),
        sa.Column("feed_text", sa.Text(), nullable=False, server_default=""),
        sa.Column("page_lags", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("page_failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("page_checked_at", UtcDateTime(), nullable=True),
        sa.Column("page_read_at", UtcDateTime(), nullable=True),
        sa.Column("facts_changed_at", UtcDateTime(), nullable=True),
        sa.Column("offered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_newsitem_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsitem")),
        sa.UniqueConstraint("source_id", "guid", name=op.f("uq_newsitem_source_id_guid")),
    )
    op.create_index(op.f("ix_newsitem_address_key"), "newsitem", ["address_key"])
    op.create_index(op.f("ix_newsitem_guid"), "newsitem", ["guid"])
    op.create_index(op.f("ix_newsitem_source_id"), "newsitem", ["source_id"])
    op.create_index(op.f("ix_newsitem_title"), "newsitem", ["title"])

    op.create_table(
        "numberchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["new_id"], ["recipient.id"], name=op.f("fk_numberchange_new_id_recipient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["old_id"], ["recipient.id"], name=op.f("fk_numberchange_old_id_recipient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numberchange")),
    )
    op.create_index(op.f("ix_numberchange_new_id"), "numberchange", ["new_id"])
    op.create_index(op.f("ix_numberchange_old_id"), "numberchange", ["old_id"])

    op.create_table(
        "redaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_redaction_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index(op.f("ix_redaction_bulletin_id"), "redaction", ["bulletin_id"])

    op.create_table(
        "sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column(
            "outcome",
            _enum("outcome", "in_flight", "accepted", "refused", "not_sent", "uncertain"),
            nullable=True,
        ),
        sa.Column("code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_sample_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
    )
    op.create_index(op.f("ix_sample_bulletin_id"), "sample", ["bulletin_id"])

    op.create_table(
        "signoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("said", _enum("said", "approve", "send_back", "reopen"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("overridden", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("mac", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_signoff_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signoff")),
        sa.UniqueConstraint(
            "bulletin_id", "version_number", name=op.f("uq_signoff_bulletin_id_version_number")
        ),
    )
    op.create_index(op.f("ix_signoff_bulletin_id"), "signoff", ["bulletin_id"])

    op.create_table(
        "tally",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("exits", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_tally_bulletin_id_bulletin")),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_tally")),
    )

    op.create_table(
        "usedcode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_usedcode_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usedcode")),
        sa.UniqueConstraint("editor", "step", name=op.f("uq_usedcode_editor_step")),
    )
    op.create_index(op.f("ix_usedcode_bulletin_id"), "usedcode", ["bulletin_id"])

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
            _enum("hazard", "idraulico", "idrogeologico", "temporali", "vento", "neve"),
            nullable=False,
        ),
        sa.Column("level", _enum("level", "verde", "gialla", "arancione", "rossa"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("issuer_zone", sa.String(), nullable=False, server_default=""),
        sa.Column("hourly", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_weatheralert_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weatheralert")),
        sa.UniqueConstraint(
            "issuer",
            "sent_at",
            "zone",
            "day",
            "hazard",
            "onset",
            "level",
            name=op.f("uq_weatheralert_issuer_sent_at_zone_day_hazard_onset_level"),
        ),
    )
    op.create_index(op.f("ix_weatheralert_source_id"), "weatheralert", ["source_id"])
    op.create_index(op.f("ix_weatheralert_zone"), "weatheralert", ["zone"])

    op.create_table(
        "weathernotice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("kind", _enum("noticekind", "vento", "neve", "caldo", "freddo"), nullable=False),
        sa.Column("colour", _enum("noticecolour", "giallo", "arancione", "rosso"), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_weathernotice_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weathernotice")),
        sa.UniqueConstraint(
            "source_id",
            "identifier",
            "kind",
            "onset",
            name=op.f("uq_weathernotice_source_id_identifier_kind_onset"),
        ),
    )
    op.create_index(op.f("ix_weathernotice_source_id"), "weathernotice", ["source_id"])

    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column(
            "outcome",
            _enum("outcome", "in_flight", "accepted", "refused", "not_sent", "uncertain"),
            nullable=False,
        ),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("wamid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wamid_hash", sa.String(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("pricing_category", sa.String(), nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("wamid_hash", name=op.f("uq_attempt_wamid_hash")),
    )
    op.create_index(op.f("ix_attempt_delivery_id"), "attempt", ["delivery_id"])
    op.create_index(op.f("ix_attempt_outcome"), "attempt", ["outcome"])

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
        sa.Column("is_typed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_placed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("told_at", UtcDateTime(), nullable=True),
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
    op.create_index(op.f("ix_bulletinitem_news_item_id"), "bulletinitem", ["news_item_id"])
    op.create_index(op.f("ix_bulletinitem_version_id"), "bulletinitem", ["version_id"])
    op.create_index(op.f("ix_bulletinitem_weather_alert_id"), "bulletinitem", ["weather_alert_id"])

    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("channel", _enum("callchannel", "whatsapp", "sms", "email"), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column(
            "status",
            _enum("callstatus", "queued", "in_flight", "accepted", "refused", "uncertain", "late"),
            nullable=False,
        ),
        sa.Column("status_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("receipt", _enum("receipt", "sent", "delivered", "read"), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_call_bulletin_id_bulletin")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_call_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint(
            "bulletin_id", "turn", "editor", "channel", name=op.f("uq_call_bulletin_id_turn_editor_channel")
        ),
    )
    op.create_index(op.f("ix_call_bulletin_id"), "call", ["bulletin_id"])
    op.create_index(op.f("ix_call_letter_id"), "call", ["letter_id"])
    op.create_index(op.f("ix_call_status"), "call", ["status"])

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

    op.create_table(
        "newsrevision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("news_item_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.Column("edit", _enum("edit", "cosmetic", "reworded", "updated"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("gained", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["news_item_id"], ["newsitem.id"], name=op.f("fk_newsrevision_news_item_id_newsitem")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsrevision")),
    )
    op.create_index(op.f("ix_newsrevision_news_item_id"), "newsrevision", ["news_item_id"])

    op.create_table(
        "summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("news_item_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("tokens_in", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tokens_out", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cost_millionths", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("currency", sa.String(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("edition", sa.String(), nullable=False, server_default=""),
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
    op.create_index(op.f("ix_summary_news_item_id"), "summary", ["news_item_id"])

    op.create_table(
        "toldtogether",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["weatheralert.id"], name=op.f("fk_toldtogether_alert_id_weatheralert")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["weatheralert.id"], name=op.f("fk_toldtogether_lead_id_weatheralert")
        ),
        sa.PrimaryKeyConstraint("lead_id", "told_at", "alert_id", name=op.f("pk_toldtogether")),
    )

    for statement in APPEND_ONLY[dialect]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first tables: restore a backup instead")

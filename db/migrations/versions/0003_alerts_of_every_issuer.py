"""Alerts by the hour and of any issuer, what takes them back, and notices apart from them."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


HAZARDS = ("idraulico", "idrogeologico", "temporali")
LEVELS = ("verde", "gialla", "arancione", "rossa")
STATEMENT = ("issuer", "sent_at", "zone", "day", "hazard")

# The table as 0001 left it: SQLite cannot tell which CHECKs a table has, and a rebuild would lose them.
WEATHERALERT = sa.Table(
    "weatheralert",
    sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"}),
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("source_id", sa.Integer(), nullable=False),
    sa.Column("identifier", sa.String(), nullable=False),
    sa.Column("issuer", sa.String(), nullable=False),
    sa.Column("url", sa.String(), nullable=False),
    sa.Column("zone", sa.String(), nullable=False),
    sa.Column("hazard", _enum("hazard", *HAZARDS), nullable=False),
    sa.Column("level", _enum("level", *LEVELS), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("onset", UtcDateTime(), nullable=False),
    sa.Column("expires", UtcDateTime(), nullable=False),
    sa.Column("sent_at", UtcDateTime(), nullable=False),
    sa.Column("seen_at", UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_weatheralert_source_id_source"),
    sa.PrimaryKeyConstraint("id", name="pk_weatheralert"),
    sa.UniqueConstraint(*STATEMENT, name="uq_weatheralert_issuer_sent_at_zone_day_hazard"),
    sa.Index("ix_weatheralert_source_id", "source_id"),
    sa.Index("ix_weatheralert_zone", "zone"),
)


def upgrade() -> None:
    with op.batch_alter_table("weatheralert", copy_from=WEATHERALERT) as batch:
        batch.alter_column(
            "hazard",
            existing_type=_enum("hazard", *HAZARDS),
            type_=_enum("hazard", *HAZARDS, "vento", "neve"),
            existing_nullable=False,
        )
        batch.add_column(sa.Column("issuer_zone", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("hourly", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("replaced_at", UtcDateTime(), nullable=True))
        batch.drop_constraint("uq_weatheralert_issuer_sent_at_zone_day_hazard", type_="unique")
        batch.create_unique_constraint(
            "uq_weatheralert_issuer_sent_at_zone_day_hazard_onset_level", [*STATEMENT, "onset", "level"]
        )

    op.create_table(
        "toldtogether",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["weatheralert.id"], name=op.f("fk_toldtogether_lead_id_weatheralert")
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["weatheralert.id"], name=op.f("fk_toldtogether_alert_id_weatheralert")
        ),
        sa.PrimaryKeyConstraint("lead_id", "alert_id", name=op.f("pk_toldtogether")),
    )
    # an item that names an alert told everything of the same statement, zone and day
    op.execute(
        "INSERT INTO toldtogether (lead_id, alert_id) SELECT DISTINCT named.id, other.id "
        "FROM bulletinitem AS item JOIN weatheralert AS named ON named.id = item.weather_alert_id "
        "JOIN weatheralert AS other ON other.issuer = named.issuer AND other.sent_at = named.sent_at "
        "AND other.zone = named.zone AND other.day = named.day"
    )

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
    op.create_index("ix_weathernotice_source_id", "weathernotice", ["source_id"], unique=False)

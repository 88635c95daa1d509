"""Edits are kept, pages are read apart, and a site may have a list instead of a feed."""

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


KINDS = ("feed", "dpc")
ORIGINS = ("collected", "backfilled")

# The tables as 0001 left them: SQLite cannot tell which CHECKs a table has, and a rebuild would lose them.
SOURCE = sa.Table(
    "source",
    sa.MetaData(),
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("kind", _enum("sourcekind", *KINDS), nullable=False),
    sa.Column("address", sa.String(), nullable=False),
    sa.Column("etag", sa.String(), nullable=True),
    sa.Column("last_modified", sa.String(), nullable=True),
    sa.Column("checked_at", UtcDateTime(), nullable=True),
    sa.Column("succeeded_at", UtcDateTime(), nullable=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("failure", sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint("id", name="pk_source"),
    sa.UniqueConstraint("address", name="uq_source_address"),
)
NEWSITEM = sa.Table(
    "newsitem",
    sa.MetaData(),
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
    sa.Column("origin", _enum("origin", *ORIGINS), nullable=False),
    sa.Column("content_sha256", sa.String(), nullable=False),
    sa.Column("entry_sha256", sa.String(), nullable=False),
    sa.Column("page_failure", sa.Text(), nullable=True),
    sa.Column("first_seen_at", UtcDateTime(), nullable=False),
    sa.Column("last_seen_at", UtcDateTime(), nullable=False),
    sa.Column("changed_at", UtcDateTime(), nullable=True),
    sa.Column("discarded_at", UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_newsitem_source_id_source"),
    sa.PrimaryKeyConstraint("id", name="pk_newsitem"),
    sa.UniqueConstraint("source_id", "guid", name="uq_newsitem_source_id_guid"),
    sa.Index("ix_newsitem_source_id", "source_id"),
)


def _key(url: str) -> str:
    """The plain form of an address as scrapers.identity makes it, as of this revision."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    port = parts.port
    if port is not None and port != {"http": 80, "https": 443}.get(parts.scheme):
        host += f":{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=-._~").rstrip("/")
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return f"{host}{path}?{urlencode(query)}" if query else host + path


def upgrade() -> None:
    with op.batch_alter_table("source", copy_from=SOURCE) as batch:
        batch.alter_column(
            "kind",
            existing_type=_enum("sourcekind", *KINDS),
            type_=_enum("sourcekind", "feed", "listing", "dpc", "allertalom", "cap", "meteoalarm"),
            existing_nullable=False,
        )
        batch.add_column(sa.Column("content_sha256", sa.String(), nullable=True))
        for name in ("whole_at", "gap_at", "retry_at"):
            batch.add_column(sa.Column(name, UtcDateTime(), nullable=True))

    with op.batch_alter_table("newsitem", copy_from=NEWSITEM) as batch:
        batch.alter_column(
            "origin",
            existing_type=_enum("origin", *ORIGINS),
            type_=_enum("origin", "collected", "initial", "backfilled"),
            existing_nullable=False,
        )
        for column in (
            sa.Column("kind", sa.String(), nullable=False, server_default=""),
            sa.Column("topics", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("attachments", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("holds", _enum("holds", "text", "files", "pictures"), nullable=False,
                      server_default="text"),
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
        ):  # fmt: skip
            batch.add_column(column)
        for name in ("address_key", "guid", "title"):
            batch.create_index(f"ix_newsitem_{name}", [name], unique=False)

    # Their pages are read anew: what this version reads of a page is no edit of what the first one did.
    op.execute(sa.update(NEWSITEM).values(entry_sha256=""))
    for number, url in op.get_bind().execute(sa.select(NEWSITEM.c.id, NEWSITEM.c.url)).all():
        op.execute(
            sa.text("UPDATE newsitem SET address_key = :key WHERE id = :id").bindparams(
                key=_key(url), id=number
            )
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
    op.create_index("ix_newsrevision_news_item_id", "newsrevision", ["news_item_id"], unique=False)

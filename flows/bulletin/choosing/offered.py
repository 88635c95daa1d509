"""Stored items of the site as candidates of a bulletin, and those that a bulletin tells as earlier ones."""

from collections.abc import Mapping
from datetime import datetime

from db.models import NewsItem
from flows.bulletin.choosing.candidates import Candidate, Earlier
from flows.bulletin.choosing.categories import categorise


def candidate_of(item: NewsItem, table: Mapping[str, str]) -> Candidate:
    """`table` is the profile's own, from a word of the site to a category."""
    found = categorise(
        item.title,
        item.abstract or item.body,
        kind=item.kind,
        words=[*([item.category] if item.category else []), *item.topics],
        is_event=item.starts_on is not None,
        table=table,
    )
    return Candidate(
        news_item_id=item.id,
        weather_alert_ids=(),
        title=item.title,
        category=found.category.value,
        url=item.url,
        abstract=item.abstract,
        body=item.body,
        published=item.published_at,
        first_seen=item.first_seen_at,
        is_proposed=found.is_proposed,
        holds=item.holds,
        attachments=tuple(one["url"] for one in item.attachments),
        is_page_unread=item.page_read_at is None and item.page_failure is not None,
        is_page_behind=item.page_lags,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        expires_on=item.expires_on,
    )


def earlier_of(item: NewsItem, bulletin_at: datetime) -> Earlier:
    return Earlier(
        news_item_id=item.id,
        title=item.title,
        text="\n".join(filter(None, (item.abstract, item.body))),
        dated=item.published_at or item.first_seen_at,
        bulletin_at=bulletin_at,
    )

"""Rows with sane values: a test names only what it is about. Each builder flushes, so that ids are there."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlmodel import Session

from db import bulletins, recipients, sources
from db.bulletins import ItemData
from db.models import (
    Approval,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Decision,
    Hazard,
    Level,
    NewsItem,
    Origin,
    Recipient,
    RecipientStatus,
    Scope,
    Source,
    SourceKind,
    WeatherAlert,
)
from db.news_items import NewsData
from db.vault import Vault

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_numbers = count(1)

WAY = {
    BulletinStatus.draft: (),
    BulletinStatus.in_review: (BulletinStatus.in_review,),
    BulletinStatus.approved: (BulletinStatus.in_review, BulletinStatus.approved),
    BulletinStatus.sending: (BulletinStatus.in_review, BulletinStatus.approved, BulletinStatus.sending),
    BulletinStatus.stopped: (
        BulletinStatus.in_review,
        BulletinStatus.approved,
        BulletinStatus.sending,
        BulletinStatus.stopped,
    ),
    BulletinStatus.sent: (
        BulletinStatus.in_review,
        BulletinStatus.approved,
        BulletinStatus.sending,
        BulletinStatus.sent,
    ),
    BulletinStatus.rejected: (BulletinStatus.in_review, BulletinStatus.rejected),
    BulletinStatus.merged: (BulletinStatus.in_review, BulletinStatus.merged),
    BulletinStatus.superseded: (BulletinStatus.superseded,),
    BulletinStatus.expired: (BulletinStatus.in_review, BulletinStatus.expired),
    BulletinStatus.missed: (BulletinStatus.in_review, BulletinStatus.approved, BulletinStatus.missed),
}
"""The moves from a new draft to each status."""


def new_phone() -> str:
    """A number nobody else in the session has; the range is not in use."""
    return f"+39 3330{next(_numbers):06}".replace(" ", "")


def make_source(
    session: Session,
    *,
    kind: SourceKind = SourceKind.feed,
    address: str = "https://www.comune.esempio.mi.it/feed/",
) -> Source:
    return sources.ensure(session, kind, address)


def news_data(
    *,
    guid: str | None = None,
    url: str | None = None,
    title: str = "Chiusura di via Roma",
    abstract: str = "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18.",
    body: str = "Via Roma **chiude** al traffico lunedì 30 novembre dalle 8 alle 18.",
    category: str | None = "Viabilità",
    published_at: datetime | None = NOW - timedelta(days=1),
    updated_at: datetime | None = None,
    page_failure: str | None = None,
) -> NewsData:
    number = next(_numbers)
    return NewsData(
        guid=guid or f"https://www.comune.esempio.mi.it/?p={number}",
        url=url or f"https://www.comune.esempio.mi.it/novita/notizia-{number}/",
        title=title,
        abstract=abstract,
        body=body,
        category=category,
        published_at=published_at,
        updated_at=updated_at,
        page_failure=page_failure,
    )


def make_news_item(
    session: Session,
    data: NewsData | None = None,
    *,
    source: Source | None = None,
    origin: Origin = Origin.collected,
    now: datetime = NOW,
) -> NewsItem:
    data = data or news_data()
    item = NewsItem(
        source_id=(source or make_source(session)).id,
        **data.columns(),
        origin=origin,
        first_seen_at=now,
        last_seen_at=now,
    )
    session.add(item)
    session.flush()
    return item


def make_weather_alert(
    session: Session,
    *,
    hazard: Hazard = Hazard.temporali,
    level: Level = Level.arancione,
    day: date = date(2026, 11, 25),
    now: datetime = NOW,
) -> WeatherAlert:
    onset = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    alert = WeatherAlert(
        source_id=make_source(session, kind=SourceKind.dpc, address="https://dpc.example/latest.zip").id,
        identifier=f"{now:%Y%m%d_%H%M}",
        issuer="dpc",
        url="https://mappe.protezionecivile.gov.it/it/",
        zone="Lomb-09",
        hazard=hazard,
        level=level,
        day=day,
        onset=onset,
        expires=onset + timedelta(days=1),
        sent_at=now,
        seen_at=now,
    )
    session.add(alert)
    session.flush()
    return alert


def item_of(news: NewsItem, *, text: str = "Via Roma chiude lunedì 30 novembre dalle 8 alle 18.") -> ItemData:
    return ItemData(
        title=news.title, category=news.category or "", url=news.url, text=text, news_item_id=news.id
    )


def make_bulletin(
    session: Session,
    items: Sequence[ItemData] | None = None,
    *,
    kind: BulletinKind = BulletinKind.ordinary,
    status: BulletinStatus = BulletinStatus.draft,
    slot_at: datetime | None = None,
    deadline_at: datetime | None = None,
    now: datetime = NOW,
) -> Bulletin:
    """With one version; `items` None means one item about a new NewsItem."""
    bulletin = bulletins.create(
        session, kind=kind, slot_at=slot_at, deadline_at=deadline_at, by="test", now=now
    )
    if items is None:
        items = [item_of(make_news_item(session))]
    version = bulletins.add_version(session, bulletin, items, author="test", now=now)
    for step in WAY[status]:
        bulletins.move(session, bulletin, step, by="test", now=now)
        if step == BulletinStatus.approved:
            make_approval(session, bulletin, version.number, now=now)
    if BulletinStatus.sending in WAY[status]:
        bulletin.sent_at = now
    session.add(bulletin)
    session.flush()
    return bulletin


def make_approval(
    session: Session,
    bulletin: Bulletin,
    version_number: int,
    *,
    decision: Decision = Decision.approve,
    now: datetime = NOW,
) -> Approval:
    approval = Approval(
        bulletin_id=bulletin.id,
        version_number=version_number,
        decision=decision,
        approver="Anna Redazione",
        decided_at=now,
    )
    session.add(approval)
    session.flush()
    return approval


def make_recipient(
    session: Session,
    vault: Vault,
    *,
    phone: str | None = None,
    bsuid: str | None = None,
    status: RecipientStatus = RecipientStatus.active,
    scope: Scope = Scope.everything,
    last_inbound_at: datetime | None = NOW,
    now: datetime = NOW,
) -> Recipient:
    """Reached at `phone`, a new one when neither is given."""
    if phone is None and bsuid is None:
        phone = new_phone()
    recipient, _ = recipients.opt_in(session, vault, recipients.Address(phone, bsuid), now=now)
    recipient.status, recipient.scope, recipient.last_inbound_at = status, scope, last_inbound_at
    session.add(recipient)
    session.flush()
    return recipient

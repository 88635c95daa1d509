"""What the public page of a bulletin shows, read from the database; nothing of a draft ever comes out."""

from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup
from sqlmodel import Session, col, select

from db import bulletins, originals
from db.models import (
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    NewsItem,
    WeatherAlert,
)
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.dates import giorno, intervallo, ora
from flows.settings import Settings
from flows.web import texts
from flows.web.markdown import html

PUBLIC = (BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)
TITLES = {
    BulletinKind.ordinary: "Bollettino",
    BulletinKind.urgent: "Avviso urgente",
    BulletinKind.correction: "Correzione",
    BulletinKind.all_clear: "Fine allerta",
}


@dataclass(frozen=True)
class Article:
    """One item: the text as it was sent, and what stands behind it."""

    anchor: str
    title: str
    category: str
    text: str
    url: str
    published: str | None
    body: Markup | None
    alert: str | None  # zone, hazard, level and hours
    alert_is_over: str | None
    lines: tuple[tuple[str, str], ...] = ()  # of a fixed template instead of `text`: label and words


@dataclass(frozen=True)
class Banner:
    """What was put right since, and where to read it; no address before it began to leave."""

    text: str
    address: str | None


@dataclass(frozen=True)
class Page:
    title: str
    address: str
    articles: list[Article]
    has_alerts: bool
    banners: tuple[Banner, ...] = ()


def title(bulletin: Bulletin) -> str:
    """`Bollettino di martedì 24 novembre 2026`: the day of the first message."""
    day = bulletin.sent_at or bulletin.status_at
    weekday = giorno(day).partition(" ")[0]
    return f"{TITLES[bulletin.kind]} di {weekday} {texts.day_and_year(day)}"


def recent(session: Session, *, limit: int = 10) -> list[tuple[str, str]]:
    """Code and title of the bulletins that a citizen may read, the newest first."""
    rows = session.exec(
        select(Bulletin)
        .where(col(Bulletin.status).in_(PUBLIC))
        .order_by(col(Bulletin.sent_at).desc().nulls_last(), col(Bulletin.id).desc())
        .limit(limit)
    )
    return [(row.code, title(row)) for row in rows]


def page(session: Session, settings: Settings, code: str, *, now: datetime) -> Page | None:
    """The approved version of a bulletin whose messages have begun to leave; None for every other."""
    bulletin = bulletins.by_code(session, code)
    if bulletin is None or bulletin.status not in PUBLIC:
        return None
    sealed = bulletins.approved(session, bulletin.id)
    if sealed is None:
        return None
    items = bulletins.items(session, sealed[1])
    articles = [_article(session, settings, item, now) for item in items]
    if bulletin.template:
        lines = tuple((item.category, item.text) for item in items)
        labels = (LABELS[bulletin.template][0], *(label for label, _ in lines[1:]))
        told = tuple(zip(labels, (text for _, text in lines), strict=True))
        articles = [replace(articles[0], text="", lines=told)]
    return Page(
        title(bulletin),
        f"/b/{bulletin.code}",
        articles,
        any(article.alert for article in articles),
        _banners(session, settings, bulletin),
    )


def _banners(session: Session, settings: Settings, bulletin: Bulletin) -> tuple[Banner, ...]:
    """Its corrections and all-clears, from their approval on."""
    found = []
    for one in originals.follow_ups(session, bulletin.id, BulletinStatus.approved, *PUBLIC):
        sealed = bulletins.approved(session, one.id)
        if sealed is None:
            continue
        first = bulletins.items(session, sealed[1])[0]
        name = "avviso_fine_allerta" if one.kind == BulletinKind.all_clear else "avviso_correzione"
        address = f"/b/{one.code}" if one.status in PUBLIC else None
        found.append(Banner(texts.page_text(settings, name, testo=first.text), address))
    return tuple(found)


def _article(session: Session, settings: Settings, item: BulletinItem, now: datetime) -> Article:
    news = session.get_one(NewsItem, item.news_item_id) if item.news_item_id else None
    alert = session.get_one(WeatherAlert, item.weather_alert_id) if item.weather_alert_id else None
    published = news.published_at if news else None
    return Article(
        anchor=f"notizia-{item.position}",
        title=item.title,
        category=item.category,
        text=item.text,
        url=item.url,
        published=texts.day_and_year(published) if published else None,
        body=html(news.body, top=3) if news and news.body.strip() else None,
        alert=_alert(alert) if alert else None,
        alert_is_over=_over(settings, alert) if alert and alert.expires <= now else None,
    )


def _alert(alert: WeatherAlert) -> str:
    hours = intervallo(alert.onset, alert.expires)
    return f"Livello {alert.level}, rischio {alert.hazard}, zona {alert.zone}, {hours}."


def _over(settings: Settings, alert: WeatherAlert) -> str:
    end = alert.expires
    return texts.page_text(settings, "avviso_allerta_scaduta", ora=ora(end), giorno=giorno(end))

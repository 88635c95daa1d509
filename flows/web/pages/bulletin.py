"""What the public page of a bulletin shows, read from the database; nothing of a draft ever comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from markupsafe import Markup
from sqlmodel import Session

from db import bulletins, privacy, told_news, weather_alerts
from db.models import (
    PUBLIC,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    NewsItem,
    Source,
    SourceKind,
    WeatherAlert,
)
from db.told_news import SentItem
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.language.dates import giorno, intervallo, ora
from flows.bulletin.language.shorten import cut
from flows.bulletin.status import HEADINGS
from flows.settings import Settings
from flows.web.ground import texts
from flows.web.pages.documents import html

CARD = 200  # characters of the description on the card that WhatsApp makes of a link
DPC = "Dipartimento della Protezione Civile"
REMOVED = "Testo rimosso"  # the title of what is hidden
UPDATE, UPDATED = "aggiornamento", "cambiata"  # a correction of what was right when it was sent
NOTHING = (None, None)
BANNERS = {
    BulletinKind.correction: "correzione",
    BulletinKind.all_clear: "fine_allerta",
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
    markdown: str  # of the whole news
    alert: str | None  # zone, hazard, level and hours
    alert_is_over: str | None
    lines: tuple[tuple[str, str], ...] = ()  # of a fixed template instead of `text`: label and words
    changed: str | None = None  # the site tells something else since the message left
    corrected: str | None = None  # what was put right of it
    issuers: tuple[str, ...] = ()  # of its alerts, to be named
    noticed: tuple[datetime, ...] = ()  # when each of `notices` became so
    is_removed: bool = False  # then `text` says so, and nothing else of it is shown

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(notice for notice in (self.changed, self.alert_is_over) if notice)

    @cached_property
    def body(self) -> Markup | None:
        """The whole news, for a page; a feed does not want it."""
        return html(self.markdown, top=3) if self.markdown.strip() else None

    @property
    def paragraph(self) -> str:
        """What the message said of it, in one paragraph."""
        return self.text or ". ".join(f"{label}: {text.rstrip('.')}" for label, text in self.lines) + "."


@dataclass(frozen=True)
class Banner:
    """What was put right since, and where to read it; no address before it began to leave."""

    text: str
    short: str  # for an SMS
    address: str | None
    about: tuple[int | None, int | None] = NOTHING  # the ids of the news and of the alert that it puts right


@dataclass(frozen=True)
class BulletinPage:
    title: str
    address: str
    articles: list[Article]
    banners: tuple[Banner, ...] = ()

    @property
    def issuers(self) -> list[str]:
        """Whose alerts it shows; the first is Protezione Civile's, whose licence asks to be named."""
        names = {name for article in self.articles for name in article.issuers}
        return sorted(names, key=lambda name: (name != DPC, name))

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be read before the text, wherever it stands: corrected, changed or over since."""
        several = len(self.articles) > 1
        notices = [banner.text for banner in self.banners]
        for position, article in enumerate(self.articles, 1):
            notices += [f"Notizia {position}. {notice}" if several else notice for notice in article.notices]
        return tuple(notices)

    @property
    def short_notice(self) -> str:
        """The first of them, in few words: where only one item is told. "" when there is nothing."""
        notices = [*(banner.short for banner in self.banners), *self.articles[0].notices]
        return next(iter(notices), "")

    @property
    def description(self) -> str:
        """Its first words, for the card of a link; of one that was put right since, what is right."""
        words = " ".join((self.banners[0].text if self.banners else self.articles[0].paragraph).split())
        return words if len(words) <= CARD else cut(words, CARD) or f"{words[: CARD - 1]}…"


def title(bulletin: Bulletin) -> str:
    """`Bollettino di martedì 24 novembre 2026`: the day of the first message."""
    day = bulletin.sent_at or bulletin.status_at
    weekday = giorno(day).partition(" ")[0]
    kind = "Aggiornamento" if bulletin.template == UPDATE else HEADINGS[bulletin.kind]
    return f"{kind} di {weekday} {texts.day_and_year(day)}"


def public(session: Session, code: str) -> Bulletin | None:
    """The bulletin of that code once its messages have begun to leave; None before, and for no bulletin."""
    bulletin = bulletins.by_code(session, code)
    return bulletin if bulletin and bulletin.status in PUBLIC else None


def page(settings: Settings, session: Session, code: str, *, now: datetime) -> BulletinPage | None:
    """The approved version of a bulletin whose messages have begun to leave; None for every other."""
    bulletin = public(session, code)
    approved = bulletins.approved(session, bulletin.id) if bulletin else None
    if bulletin is None or approved is None:
        return None
    items = bulletins.items(session, approved[1])
    banners = _banners(settings, session, bulletin)
    # of several the newest counts
    corrections = {banner.about: banner.text for banner in reversed(banners) if banner.about != NOTHING}
    articles = [
        article if article.is_removed else replace(article, corrected=corrections.get(_about(item)))
        for article, item in zip(_articles(settings, session, bulletin, items, now), items, strict=False)
    ]
    return BulletinPage(title(bulletin), f"/b/{bulletin.code}", articles, banners)


def _about(item: BulletinItem) -> tuple[int | None, int | None]:
    return item.news_item_id, item.weather_alert_id


def _articles(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime
) -> list[Article]:
    hidden = privacy.of(session, bulletin.id)
    if hidden.whole:
        return [_removed(items[0], removed_whole(settings, hidden.whole))]
    if bulletin.template:
        lines = tuple((item.category, item.text) for item in items)
        labels = (LABELS[bulletin.template][0], *(label for label, _ in lines[1:]))
        labelled = tuple(zip(labels, (text for _, text in lines), strict=True))
        return [replace(_article(settings, session, bulletin, items[0], now), text="", lines=labelled)]
    return [
        _removed(item, removed_item(settings, since))
        if (since := hidden.since(item.position))
        else _article(settings, session, bulletin, item, now)
        for item in items
    ]


def removed_item(settings: Settings, since: datetime) -> str:
    """What stands instead of an item."""
    return texts.page_text(settings, "avviso_oscurata", data=texts.day_and_year(since))


def removed_whole(settings: Settings, since: datetime) -> str:
    """What stands instead of a bulletin."""
    return texts.page_text(settings, "avviso_oscurato", data=texts.day_and_year(since))


def _removed(item: BulletinItem, text: str) -> Article:
    return Article(f"notizia-{item.position}", REMOVED, "", text, "", None, "", None, None, is_removed=True)


def _banners(settings: Settings, session: Session, bulletin: Bulletin) -> tuple[Banner, ...]:
    """Its corrections and all-clears, from their approval on; none that another puts right by now."""
    banners = []
    follow_ups = told_news.follow_ups(session, bulletin.id, BulletinStatus.approved, *PUBLIC)
    wrong = {number for later in follow_ups for number in told_news.of(session, later.id)}
    for later in follow_ups:
        approved = bulletins.approved(session, later.id)
        if approved is None or later.id in wrong:
            continue
        first = bulletins.items(session, approved[1])[0]
        if since := privacy.of(session, later.id).since(first.position):
            instead = removed_whole(settings, since)
            banners.append(Banner(instead, instead, f"/b/{later.code}"))
            continue
        name = UPDATED if later.template == UPDATE else BANNERS[later.kind]
        text, short = (
            texts.page_text(settings, f"{form}_{name}", testo=first.text) for form in ("avviso", "breve")
        )
        address = f"/b/{later.code}" if later.status in PUBLIC else None
        banners.append(Banner(text, short, address, _about(first)))
    return tuple(banners)


def _article(
    settings: Settings, session: Session, bulletin: Bulletin, item: BulletinItem, now: datetime
) -> Article:
    news = session.get_one(NewsItem, item.news_item_id) if item.news_item_id else None
    alert = session.get_one(WeatherAlert, item.weather_alert_id) if item.weather_alert_id else None
    published = news.published_at if news else None
    changed = SentItem(bulletin, item, news).changed_at
    over = alert.expires if alert and alert.expires <= now else None
    return Article(
        anchor=f"notizia-{item.position}",
        title=item.title,
        category=item.category,
        text=item.text,
        url=item.url,
        published=texts.day_and_year(published) if published else None,
        markdown=news.body if news else "",
        alert=_alert(alert) if alert else None,
        alert_is_over=_over(settings, over) if over else None,
        changed=_changed(settings, changed) if changed else None,
        noticed=tuple(moment for moment in (changed, over) if moment),
        issuers=_issuers(session, item) if alert else (),
    )


def _issuers(session: Session, item: BulletinItem) -> tuple[str, ...]:
    """Of all that the item tells, which names only the first of them."""
    rows = weather_alerts.told_by(session, item)
    kinds = {row.source_id: session.get_one(Source, row.source_id).kind for row in rows}
    return tuple({DPC if kinds[row.source_id] == SourceKind.dpc else row.issuer for row in rows})


def _changed(settings: Settings, at: datetime) -> str:
    return texts.page_text(settings, "avviso_aggiornamento", data=texts.day_and_year(at), ora=ora(at))


def _alert(alert: WeatherAlert) -> str:
    hours = intervallo(alert.onset, alert.expires)
    return f"Allerta {alert.level}, rischio {alert.hazard}, zona {alert.zone}, {hours}."


def _over(settings: Settings, end: datetime) -> str:
    return texts.page_text(settings, "avviso_allerta_scaduta", ora=ora(end), giorno=giorno(end))

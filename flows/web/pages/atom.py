"""The bulletins as an Atom feed (RFC 4287): for readers of news, and for whoever republishes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as xml

from sqlmodel import Session

from db import privacy, told_news
from db.models import PUBLIC, Bulletin, BulletinStatus
from flows.settings import Settings
from flows.web.ground import texts
from flows.web.pages.archive import recent_rows
from flows.web.pages.bulletin import DPC, BulletinPage, page

PATH = "/feed.atom"
ENTRIES = 20
ATOM = "http://www.w3.org/2005/Atom"
xml.register_namespace("", ATOM)  # else every element is written as ns0:entry

# what XML 1.0 cannot hold, not even escaped
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedEntry:
    page: BulletinPage
    published: datetime
    updated: datetime


def feed(settings: Settings, session: Session, *, now: datetime) -> str:
    """The document. An entry says what the message said, item by item, and is updated with its page."""
    public = settings.profile.servers.public
    root = xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "it"})
    entries = list(_entries(settings, session, now))
    _add(root, "title", f"{settings.profile.prova}Bollettini {settings.profile.names.del_comune}")
    _add(root, "subtitle", texts.page_text(settings, "descrizione"))
    _add(root, "id", f"{public}{PATH}")
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{public}{PATH}")
    _add(root, "link", rel="alternate", type="text/html", href=f"{public}/")
    # without an entry the feed has no change of its own: the same answer as long as nothing is sent
    updated = max((entry.updated for entry in entries), default=datetime(2026, 1, 1, tzinfo=UTC))
    _add(root, "updated", _moment(updated))
    _add(xml.SubElement(root, f"{{{ATOM}}}author"), "name", settings.profile.names.comune)
    for entry in entries:
        _entry(root, settings, public, entry)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, encoding="unicode")


def _entries(settings: Settings, session: Session, now: datetime) -> Iterator[FeedEntry]:
    for row in recent_rows(session, ENTRIES):
        if bulletin := page(settings, session, row.code, now=now):
            began = row.sent_at or row.status_at
            noticed = [moment for article in bulletin.articles for moment in article.noticed]
            yield FeedEntry(bulletin, began, max([began, *noticed, *_changes(session, row)]))


def _changes(session: Session, bulletin: Bulletin) -> list[datetime]:
    """When something was put on the page, or taken off it, since."""
    rows = told_news.follow_ups(session, bulletin.id, BulletinStatus.approved, *PUBLIC)
    moments = [row.sent_at or row.status_at for row in rows]
    redactions = privacy.redactions(session, bulletin.id)
    return [*moments, *(redaction.cancelled_at or redaction.at for redaction in redactions)]


def _entry(root: xml.Element, settings: Settings, public: str, entry: FeedEntry) -> None:
    element = xml.SubElement(root, f"{{{ATOM}}}entry")
    address = f"{public}{entry.page.address}"
    _add(element, "title", f"{settings.profile.prova}{entry.page.title}")
    _add(element, "id", address)
    _add(element, "link", rel="alternate", type="text/html", href=address)
    _add(element, "published", _moment(entry.published))
    _add(element, "updated", _moment(entry.updated))
    if issuers := entry.page.issuers:
        _add(
            element,
            "rights",
            texts.page_text(settings, "attribuzione", fonti="; ".join(map(_licensed, issuers))),
        )
    paragraphs = list(entry.page.notices)
    paragraphs += [_with_title(article.title, article.paragraph) for article in entry.page.articles]
    _add(element, "content", "\n\n".join(paragraphs), type="text")


def _licensed(issuer: str) -> str:
    return f"{issuer} (CC BY 4.0)" if issuer == DPC else issuer


def _with_title(title: str, text: str) -> str:
    return text if text.startswith(title) else f"{title}. {text}"


def _add(parent: xml.Element, name: str, text: str = "", **attributes: str) -> None:
    child = xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        child.text = clean(text)


def clean(text: str) -> str:
    """Without the control characters that would make the whole feed unreadable."""
    return _NO_XML.sub(" ", text)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

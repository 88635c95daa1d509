"""The card of one article on a list page: its title, day and teaser, whatever the theme."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from bs4 import Tag

from scrapers.dates import ROME, italian_date
from scrapers.feeds.feeds import Entry
from scrapers.fetching.identity import address_key
from scrapers.lists.addresses import is_article
from scrapers.pages.article import absolute
from scrapers.text import line

SEVERAL = "several"  # no key of an address
NOON = time(12)  # of a day without an hour

CARDS = (
    ".card, article, .it-card, .card-wrapper > div, .list-item, .views-row, .cmp-list-card-img, li, tr, "
    ".news-item, .item"
)
HEADINGS = "h2, h3, h4, h5, h6, .card-title, .title, .titolo"
DATES = "time, .data, .date, .card-date, .category-top, [class*=data-], [class*=date-], [class*=-date]"
TEASERS = ".card-text, .card-body > p, p.lead, .abstract, .descrizione, p"
_EMPTY = re.compile(
    r"^(?:leggi(?: di più| tutto| l['’]articolo)?|continua(?: a leggere)?|approfondisci|dettagli|dettaglio"
    r"|vai (?:alla (?:pagina|notizia)|al dettaglio)|scopri(?: di più)?|visualizza|apri|read more|altro"
    r"|(?:vedi |mostra )?(?:tutt[ei]|altr[ei])(?: le| gli)?(?: novità| notizie| news| avvisi| comunicati)?"
    r"|(?:ulteriori|maggiori) informazioni|)\W*$",
    re.IGNORECASE,
)
_READ_MORE = re.compile(
    r"^(?:leggi (?:di più|tutto)|continua a leggere)\W+(?:(?:su|di|riguardo a)\W+)?", re.IGNORECASE
)
_LABEL = re.compile(
    r"^(?:\W*\b(?:data|del|pubblicat[oa](?: il)?|lun(?:edì)?|mar(?:tedì)?|mer(?:coledì)?|gio(?:vedì)?"
    r"|ven(?:erdì)?|sab(?:ato)?|dom(?:enica)?)\b\W*)*",
    re.IGNORECASE,
)


class Parts:
    """Which parts of a page tell of one article only, and have one heading at most.

    Found once for the whole page: a list may hold thousands of links.
    """

    def __init__(self, soup: Tag, page: str, articles: Iterable[tuple[Tag, str]]) -> None:
        """`wanted` are the links that are articles whatever their address looks like."""
        self._article: dict[int, str] = {}  # its key, or SEVERAL
        self._headings: dict[int, int] = {}
        urls = {id(link): url for link, url in articles}
        for link in soup.find_all("a", href=True):
            url = urls.get(id(link)) or absolute(page, str(link["href"]))
            if id(link) in urls or is_article(url):
                self._count_article(link, address_key(url))
        for heading in soup.find_all(("h1", "h2", "h3", "h4", "h5", "h6")):
            self._count_heading(heading)

    def is_of(self, part: Tag, url: str) -> bool:
        article = self._article.get(id(part))
        return article in (None, address_key(url)) and self._headings.get(id(part), 0) <= 1

    def _count_article(self, link: Tag, key: str) -> None:
        for part in [link, *link.parents]:
            before = self._article.setdefault(id(part), key)
            if before == SEVERAL:
                break
            if before != key:
                self._article[id(part)] = SEVERAL

    def _count_heading(self, heading: Tag) -> None:
        for part in heading.parents:
            if self._headings.get(id(part), 0) > 1:
                break
            self._headings[id(part)] = self._headings.get(id(part), 0) + 1


def entry_of(link: Tag, url: str, parts: Parts) -> Entry:
    """The article behind a link, as far as the page tells of it; its title may be empty."""
    card = _card(link, url, parts)
    title = _title(link, card)
    return Entry(
        guid=url,
        url=url,
        title=title,
        summary=_teaser(card, title) if card else "",
        published=_published(card, title) if card else None,
        updated=None,
    )


def _card(link: Tag, url: str, parts: Parts) -> Tag | None:
    """The largest part around the link that tells of this article only."""
    card: Tag | None = None
    for part in [link, *link.parents]:
        if part.name in ("body", "main", "html", "[document]") or not parts.is_of(part, url):
            break
        if part.css.match(CARDS) or part.name in ("a", "div"):
            card = part
    return card


def _title(link: Tag, card: Tag | None) -> str:
    inside = link.select_one(HEADINGS)
    own = line(inside.get_text(" ")) if inside else line(link.get_text(" "))
    heading = card.select_one(HEADINGS) if card else None
    heading_text = line(heading.get_text(" ")) if heading else ""
    attributes = [_READ_MORE.sub("", line(str(link.get(name) or ""))) for name in ("title", "aria-label")]
    for title in (own if inside else "", heading_text, own, *attributes):
        if title and not _EMPTY.match(title):
            return title
    return ""


def _published(card: Tag, title: str) -> datetime | None:
    """The day of publication on the card; a day within a title or a teaser may be that of an event."""
    for part in card.select(DATES):
        day = italian_date(str(part.get("datetime") or "")) or italian_date(part.get_text(" "))
        if day and title not in line(part.get_text(" ")):
            return datetime.combine(day, NOON, ROME).astimezone(UTC)
    for text in card.stripped_strings:
        if day := _day_alone(text):
            return datetime.combine(day, NOON, ROME).astimezone(UTC)
    return None


def _day_alone(text: str) -> date | None:
    """The day in a text that says nothing else, as "Pubblicato il 12/11/2026" or "Gio 12 novembre 2026"."""
    bare = _LABEL.sub("", text).strip()
    return italian_date(bare) if len(bare) <= len("30 settembre 2026") else None


def _teaser(card: Tag, title: str) -> str:
    for part in card.select(TEASERS):
        text = line(part.get_text(" "))
        if text in ("", title) or _EMPTY.match(text) or _day_alone(text) or part.select_one(HEADINGS):
            continue
        return text
    return ""

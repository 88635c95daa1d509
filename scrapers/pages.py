"""An article page becomes its title, abstract, date, body in Markdown, and attachments.

Knows the markup of *design-comuni*, the WordPress theme and the static model; their selectors are those of
single-notizia.php, single-evento.php and novita-dettaglio.hbs. Any other page is read by density of text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers import article
from scrapers.dates import italian_date
from scrapers.errors import ParseError
from scrapers.text import decode, line

# the text first, then what a citizen needs about an event; ids of the theme
BODY = ("descrizione", "cos-e", "text-body")
FACTS = ("destinatari", "luogo", "date-e-orari", "costi")
ATTACHMENTS = ("allegati", "documenti")
MAX_DEPTH = 200  # real pages reach about 40; markdownify recurses
_FILE = re.compile(r"\.(pdf|docx?|odt|rtf|xlsx?|ods|csv|zip|p7m|pptx?|odp|jpe?g|png)$", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:pubblicat[oa](?: il)?|data(?: (?:di )?pubblicazione)? ?:|data (?:di )?pubblicazione):? (?=\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Attachment:
    title: str
    url: str  # absolute


@dataclass(frozen=True)
class Page:
    """An article. `abstract` may be empty; `body` too, when the office wrote an abstract and nothing else."""

    url: str
    title: str
    abstract: str  # the office's own short description, one line
    published: date | None  # the day that the page shows
    body: str = field(repr=False)  # Markdown
    attachments: tuple[Attachment, ...] = ()
    theme: str = "unknown"  # or "design-comuni"


def parse_page(html: bytes | str, url: str, content_type: str = "") -> Page:
    """Read an article page; `url` makes its links absolute.

    Raises ParseError when no text can be found: a login page, a page that needs scripts, an empty article.
    """
    text = decode(html, content_type) if isinstance(html, bytes) else html
    if not text.strip():
        raise ParseError(url, "the page is empty")
    soup = BeautifulSoup(text.replace("\0", ""), "lxml")
    if article.depth(soup) > MAX_DEPTH:
        raise ParseError(url, f"the markup is nested more than {MAX_DEPTH} deep; no article is")
    stated = _stated_date(soup)
    title = _title(soup)
    article.drop_boilerplate(soup)
    sections = [section for name in BODY if (section := _section(soup, name))]
    if sections:
        page = _design_comuni(soup, sections[0], url, title, stated)
    else:
        page = _unknown(soup, url, title, stated)
    if not page.body and not page.abstract:
        raise ParseError(url, "no text of an article on the page (empty, or only scripts, pictures, files)")
    return page


def _design_comuni(soup: BeautifulSoup, section: Tag, url: str, title: str, stated: date | None) -> Page:
    attachments = [part for name in ATTACHMENTS if (part := _section(soup, name))]
    files = _files(attachments, url, every=True) + _files([section], url, every=False)
    shown = soup.select_one("main p.font-monospace")
    parts = [article.markdown(section, url)]
    parts += [article.markdown(part, url) for name in FACTS if (part := _section(soup, name))]
    return Page(
        url=url,
        title=title,
        abstract=_abstract(soup),
        published=italian_date(shown.get_text(" ")) if shown else stated,
        body="\n\n".join(filter(None, parts)),
        attachments=_unique(files),
        theme="design-comuni",
    )


def _unknown(soup: BeautifulSoup, url: str, title: str, stated: date | None) -> Page:
    if soup.select_one("input[type=password]"):
        raise ParseError(url, "a login page, not an article; the address must be readable by anyone")
    body = article.densest(soup)
    return Page(
        url=url,
        title=title,
        abstract="",
        published=stated or _labelled_date(soup),
        body=article.markdown(body, url) if body else "",
        attachments=_unique(_files([article.scope(soup)], url, every=False)),
    )


def _section(soup: BeautifulSoup, name: str) -> Tag | None:
    """The section called `name`: in the static model the id is the section's, in WordPress its heading's."""
    found = soup.find(["article", "section", "div", "h1", "h2", "h3", "h4", "h5", "h6"], id=name)
    if found is None or not found.name.startswith("h"):
        return found
    return found.find_parent(class_="it-page-section") or found.find_parent("article") or found.parent


def _title(soup: BeautifulSoup) -> str:
    for heading in soup.select("main h1") + soup.select("article h1") + soup.select("h1"):
        if title := line(heading.get_text(" ")):
            return title
    meta = soup.select_one("meta[property='og:title'][content]")
    return line(str(meta["content"])) if meta else line(soup.title.get_text() if soup.title else "")


def _abstract(soup: BeautifulSoup) -> str:
    heading = soup.select_one("main h1") or soup.select_one("h1")
    for paragraph in heading.find_next_siblings("p") if heading else ():
        if "font-monospace" not in (paragraph.get("class") or ()) and (text := line(paragraph.get_text(" "))):
            return text
    return ""


def _stated_date(soup: BeautifulSoup) -> date | None:
    """The day of publication that the page states to machines."""
    meta = soup.select_one("meta[property='article:published_time'][content]")
    moment = soup.select_one("main time[datetime], article time[datetime]")
    return italian_date(str(meta["content"]) if meta else "") or italian_date(
        str(moment["datetime"]) if moment else ""
    )


def _labelled_date(soup: BeautifulSoup) -> date | None:
    """A date right after "Data:" or "Pubblicato il"; a date elsewhere may be that of an event."""
    text = " ".join(article.scope(soup).get_text(" ").split())
    for label in _LABEL.finditer(text):
        if day := italian_date(text[label.end() : label.end() + 20]):
            return day
    return None


def _files(parts: Iterable[Tag], url: str, *, every: bool) -> list[Attachment]:
    """The files linked in `parts`; `every` link of a list of attachments is one, whatever its name."""
    found = []
    for link in (link for part in parts for link in part.select("a[href]")):
        target = article.absolute(url, str(link["href"]))
        if not target or not (every or _FILE.search(urlsplit(target).path)):
            continue
        name = unquote(urlsplit(target).path.rsplit("/", 1)[-1])
        found.append(
            Attachment(line(link.get_text(" ")) or line(str(link.get("title") or "")) or name, target)
        )
    return found


def _unique(files: list[Attachment]) -> tuple[Attachment, ...]:
    return tuple({file.url: file for file in reversed(files)}.values())[::-1]

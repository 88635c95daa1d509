"""The files that a page hangs below its text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scrapers.pages.article import absolute
from scrapers.pages.markup import Element, every, folded, one_line
from scrapers.text import line

_FILE = re.compile(
    r"\.(pdf|docx?|odt|rtf|xlsx?|ods|csv|zip|7z|rar|p7m|pptx?|odp|jpe?g|png|webp|epub)$", re.IGNORECASE
)
_DATA = re.compile(r"\s*\[\s*\.\w{2,5}\b[^\]]*\]\s*$")  # ComWeb: "Istanza [.pdf 176,38 Kb - 30/09/2024 ]"
_NO_NAMES = (
    "|scarica|pdf scarica|scarica pdf|download|apri|vai alla pagina|vedi|qui|pdf|allegati|allegato|documenti"
)
_NAMELESS = frozenset(_NO_NAMES.split("|"))
_NAMES = "h2, h3, h4, h5, h6, .card-title"


@dataclass(frozen=True)
class Attachment:
    title: str
    url: str  # absolute when the page's own address is one


def files(parts: Iterable[Element], url: str, *, any_link: bool) -> list[Attachment]:
    """The files linked in `parts`; in a list of attachments `any_link` is one, whatever its name."""
    attachments = []
    for link in (link for part in parts for link in every(part, "a[href]")):
        target = absolute(url, link.get("href")) or _as_written(url, link.get("href"))
        if target and (any_link or _FILE.search(urlsplit(target).path)):
            attachments.append(Attachment(_title(link, target), target))
    return attachments


def unique(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, at its first place, by its first name."""
    return tuple({attachment.url: attachment for attachment in reversed(list(attachments))}.values())[::-1]


def _as_written(url: str, href: str) -> str:
    """The address on a page that was read from a file, without a place on the web."""
    try:
        has_place = urlsplit(url).scheme in ("http", "https") or urlsplit(href.strip()).scheme
    except ValueError:
        return ""
    return "" if has_place or href.strip().startswith("#") else href.strip()


def _title(link: Element, target: str) -> str:
    name = _DATA.sub("", one_line(link))
    if folded(name) not in _NAMELESS:
        return name
    card = link.getparent()
    for _ in range(4):
        if card is None or card.tag in ("article", "section", "main", "body"):
            break
        titles = [title for title in every(card, _NAMES) if folded(one_line(title)) not in _NAMELESS]
        if len(titles) == 1:
            return one_line(titles[0])
        card = card.getparent()
    return line(link.get("title") or "") or unquote(urlsplit(target).path.rsplit("/", 1)[-1]) or target

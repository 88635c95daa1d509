"""Which addresses are articles' in the families of sites that Comuni use, and which are sections'."""

import re
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlsplit

Linked = TypeVar("Linked")

# Addresses of articles. Where one of the numbered ones stands on a page, the others there are sections.
NUMBERED = (
    r"/novita/.+-\d+-\d+-[0-9a-f]{16,}$",  # ComWeb
    r"/dettaglio-?(?:news|notizi[ae])\b.*[?&]id\w*=\d+",  # PeopleWeb
    r"/novita_\d+\.html$",  # eGov
)
WITH_TITLES = (
    r"/(?:novita|notizi[ae]|news|avvis[oi]|comunicat[oi](?:[-_]stampa)?|primo[-_]piano)/(?:[^/?]+/)*[^/?]+/?$",
    r"/[a-z]{2}/(?:news|events)/[^/?]+/?$",  # Municipium
)
ARTICLE = re.compile("|".join((*NUMBERED, *WITH_TITLES)), re.IGNORECASE)
# Lists, archives and sections that stand below the same paths; a Comune's categories are plural.
SECTION = re.compile(
    r"/(?:argoment[oi]|tipi?[-_]notizi[ae]|categor(?:y|ia|ie)|tag|topic|author|page|pagina|feed|archivio|ricerca"
    r"|amministrazione|wp-json|wp-content|rss)(?:/|$|\?)"
    r"|/(?:novita|notizie|news|avvisi|comunicati(?:[-_]stampa)?|eventi|events|bandi)/?$"
    r"|/(?:novita|notizie|news|avvisi|comunicati)/(?:\d{4}/)?(?:pagina|page)?[-_]?\d*/?$"
    r"|\.(?:pdf|docx?|xlsx?|zip|p7m|jpe?g|png|xml|ics)$",
    re.IGNORECASE,
)


def is_article(url: str) -> bool:
    """Whether the address looks like one article's, in any family."""
    parts = urlsplit(url)
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    return bool(ARTICLE.search(place)) and not SECTION.search(place)


def of_one_family(links: Sequence[tuple[Linked, str]]) -> list[tuple[Linked, str]]:
    """The links to articles, where some of the addresses are numbered as a family numbers only articles."""
    for pattern in NUMBERED:
        if numbered := [(link, url) for link, url in links if re.search(pattern, url, re.IGNORECASE)]:
            return numbered
    return list(links)

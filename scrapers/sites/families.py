"""The site systems that Comuni buy: how a home page gives one away, and where it keeps feeds and lists.

Of 7,896 Comuni on 12 August 2026 (github.com/stanzinofree/TreasureIQ docs/connettori.md): PeopleWeb 1,120;
Municipium 1,010; WordPress 1,440, half of them design-comuni; ComWeb 503; OpenPA 363; Magnolia 171;
Drupal 154. The signs of HGATE (956) and AgendaSmart (377) are not known here: such a site is "unknown" and
found by what it links to.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One system. `feeds` and `lists` are addresses below the site's own, tried in order.

    An address in `feeds` may be a feed or a page that lists feeds; `links` is the CSS selector of the links
    to articles on a list page, for when the page cannot be read without.
    """

    name: str
    signs: str  # regular expression, looked for in the home page's source
    feeds: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    links: str | None = None
    note: str = ""  # what an operator should know


FAMILIES = (
    Family(
        "Municipium",
        r"municipiumapp\.it|container-municipium-agid",
        ("it/feeds",),
        ("it/news", "it/news?type=1"),
        "main a[href*='/it/news/']",
    ),
    Family(
        "ComWeb",
        r"content=[\"']ComWeb\b|www\.epublic\.it",
        ("it-it/feed-rss",),
        ("it-it/novita/avvisi", "it-it/novita"),
        "main a[href*='/novita/avvisi/2']",
    ),
    Family(
        "PeopleWeb",
        r"id=[\"']ctl00_[^\"']*Siscom|SiscomNews|assets\\bootstrap-italia",
        ("Rss",),
        ("Notizie?idCat=1", "Notizie"),
        "a[href*='Dettaglionews?IDNews=']",
    ),
    Family(
        "WordPress design-comuni",
        r"design-comuni-wordpress-theme|wp-content/themes/design-comuni|feed/\?post_type=notizia",
        ("feed/?post_type=notizia", "feed/"),
        ("novita/", "novita/notizie/", "novita/avvisi/"),
        "main a[href*='/novita/']",
        "the plain /feed/ of this theme carries posts only and may be empty or old while the site has news",
    ),
    Family(
        "WordPress",
        r"/wp-content/|/wp-json/|https://api\.w\.org/|content=[\"']WordPress\b",
        ("feed/?post_type=notizia", "feed/"),
        ("novita/", "notizie/", "news/", "category/news/", "category/avvisi/"),
        "main a[href*='/novita/'], article h2 a, article h3 a",
        "a plain /feed/ may be empty or old while the site has news",
    ),
    Family(
        "OpenPA",
        r"/extension/(?:openpa|ocbootstrap|opencity)|opencity\.opencontent\.it|content=[\"']eZ Publish",
        (),
        ("Novita/Avvisi", "Novita/Notizie", "Novita"),
        "#page-content a[href*='/Novita/']",
        "this system offers no feed on its home page",
    ),
    Family(
        "Plone / io-Comune",
        r"content=[\"'](?:Plone|Volto)\b|\+\+(?:resource|plone|api|theme)\+\+|design-comuni-plone|/@@images/",
        ("novita/RSS", "novita/rss.xml", "novita/notizie/rss.xml", "RSS", "rss.xml"),
        ("novita", "novita/notizie", "novita/avvisi"),
        "main a[href*='/novita/']",
    ),
    Family(
        "Magnolia",
        r"/\.imaging/|/\.resources/",
        (),
        ("notizie", "notizie.html", "home/notizie.html"),
        "main a[href*='/notizie/']",
        "this system offers no feed",
    ),
    Family(
        "Drupal",
        r"content=[\"']Drupal\b|drupal-settings-json|/sites/default/files/|/core/misc/drupal",
        ("rss.xml",),
        ("novita", "notizie", "it/novita"),
        "main a[href*='/novita/'], main a[href*='/notizie/']",
    ),
    Family(
        "eGov",
        r"/novita/\w+/novita_\d+\.html|/EG0/EGSCH",
        (),
        ("novita/notizie", "novita/avvisi", "novita"),
        "a[href*='/novita_']",
        "this system offers no feed on its home page",
    ),
)
UNKNOWN = Family(
    "unknown",
    "",
    ("feed/", "rss.xml", "rss", "it/feeds", "it-it/feed-rss"),
    ("novita", "notizie", "news", "avvisi"),
)


def family_of(source: str) -> Family:
    """The first family whose signs are in a page's source; UNKNOWN when none are."""
    return next((family for family in FAMILIES if re.search(family.signs, source, re.IGNORECASE)), UNKNOWN)

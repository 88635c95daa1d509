"""The feeds of the municipal site, as WordPress and the design-comuni theme make them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape, unescape

from deployments.sandbox.articles import Article

PER_PAGE = 10  # WordPress' default
_EXCERPT = 55  # words
# guids keep the address that a site had when the item was written, whatever it is now
GUID = "https://www.comune.esempio.mi.it/?post_type=notizia&p={id}"


def write_feed(articles: Sequence[Article], site: str, changed: datetime) -> bytes:
    """RSS 2.0 of those articles; `site` is the address of the home page, with its final slash."""
    items = "".join(_item(article, site) for article in articles)
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
>
<channel>
\t<title>Notizie Archivi - Comune di Esempio (PROVA)</title>
\t<atom:link href="{escape(site)}feed/?post_type=notizia" rel="self" type="application/rss+xml" />
\t<link>{escape(site)}</link>
\t<description>Sito di prova di un Comune che non esiste</description>
\t<lastBuildDate>{_rfc_2822(changed)}</lastBuildDate>
\t<language>it-IT</language>
\t<sy:updatePeriod>hourly</sy:updatePeriod>
\t<sy:updateFrequency>1</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.8</generator>
{items}</channel>
</rss>
""".encode()


def post_content(article: Article) -> str:
    """What the theme's filter stores: descrizione breve, a break, the full text.

    A save that lacks these fields (Quick Edit, import, REST) leaves only the break, though the page is full.
    """
    return "<br>" if article.quick_edited else f"{escape(article.abstract, quote=False)}<br>{article.body}"


def excerpt(content: str) -> str:
    """WordPress' own: the first 55 words without tags."""
    words = unescape(re.sub(r"<[^>]+>", " ", content)).split()
    text = escape(" ".join(words[:_EXCERPT]), quote=False)
    return f"{text} [&#8230;]" if len(words) > _EXCERPT else text


def _item(article: Article, site: str) -> str:
    content = post_content(article)
    return f"""\t<item>
\t\t<title>{escape(article.title, quote=False)}</title>
\t\t<link>{escape(site)}novita/{article.slug}/</link>
\t\t<dc:creator><![CDATA[redazione]]></dc:creator>
\t\t<pubDate>{_rfc_2822(article.published)}</pubDate>
\t\t<guid isPermaLink="false">{escape(GUID.format(id=article.id))}</guid>
\t\t<description><![CDATA[{_cdata(excerpt(content))}]]></description>
\t\t<content:encoded><![CDATA[{_cdata(content)}]]></content:encoded>
\t</item>
"""


def _cdata(text: str) -> str:
    return text.replace("]]>", "]]]]><![CDATA[>")


def _rfc_2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0))  # "+0000", as WordPress writes it

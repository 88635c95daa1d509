"""Pages that lead to articles and are none: a home page, a list of news."""

from urllib.parse import urldefrag

from scrapers.article import absolute, prune, scope
from scrapers.article_addresses import is_article
from scrapers.attachments import files
from scrapers.identity import address_key
from scrapers.markup import text, too_deep, tree
from scrapers.text import decode

ARTICLES = 6  # below an article stand three or four others
LINKS, SHARE = 10, 0.2  # of 32 pages of either kind articles had 7 links and a fifth of the letters at most


def leads_elsewhere(html: bytes, url: str, content_type: str = "") -> str:
    """Why the page looks like a list and not like an article; '' for an article."""
    root = tree(decode(html, content_type))
    if root is None or too_deep(root):
        return ""
    place = scope(root)
    prune(place)
    own = address_key(url)
    links = [(text(link), urldefrag(absolute(url, link.get("href") or ""))[0]) for link in place.iter("a")]
    attached = {address_key(one.url) for one in files([place], url, any_link=False)}
    others = {key for said, to in links if said and (key := address_key(to)) not in ("", own, *attached)}
    articles = sum(is_article(f"https://{key}") for key in others)
    if articles >= ARTICLES:
        return f"it links to {articles} articles"
    share = sum(len(said) for said, to in links if address_key(to) in others) / max(len(text(place)), 1)
    if len(others) >= LINKS and share >= SHARE:
        return f"it links to {len(others)} pages, and {share:.0%} of its text are links"
    return ""

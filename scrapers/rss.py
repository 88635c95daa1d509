"""The common feed, read quickly: RSS 2.0, well formed, UTF-8, and nothing in it that needs a guess.

Whatever is otherwise is left to feedparser, which is eight times as slow and knows every dialect. Both give
the same items; tests/test_rss.py holds them together.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_ONCE = ("title", "link", "guid", "pubDate", "description", _CONTENT)
_REPEATED = ("category", "enclosure")
_IGNORED = (  # in an item
    "author",
    "comments",
    "{http://purl.org/dc/elements/1.1/}creator",
    "{http://purl.org/rss/1.0/modules/slash/}comments",
    "{http://wellformedweb.org/CommentAPI/}commentRss",
)
_ALLOWED = frozenset((*_ONCE, *_REPEATED, *_IGNORED, _ATOM_LINK))
_CHANNEL = (
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate category "
    "generator docs cloud ttl image rating textInput skipHours skipDays item"
)
_IN_CHANNEL = frozenset(_CHANNEL.split())
_ATTRIBUTES = frozenset(("isPermaLink", "domain", "url", "length", "type"))
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_WORDPRESS = "{com-wordpress:feed-additions:1}"
_ODD_LINK = re.compile(r"&([A-Za-z0-9_]+);")  # "?a=1&b;=2", which some systems make of "?a=1&b=2"
_C1 = re.compile("[\x80-\x9f]")
_CP1252 = {n: bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(0x80, 0xA0)}


@dataclass(slots=True)
class Item:
    """What a feed says of one item, stripped but otherwise as it came."""

    guid: str = ""
    link: str = ""
    title: str = ""
    bodies: list[str] = field(default_factory=list)  # contents first, the summary last; "" when there is none
    published: str = ""
    updated: str = ""
    terms: list[str] = field(default_factory=list)
    enclosures: list[tuple[str, str]] = field(default_factory=list)  # title (often ""), address


@dataclass(slots=True)
class Channel:
    """A feed; `link` may be relative or empty."""

    title: str
    link: str
    items: list[Item]


class TooDeep(ValueError):
    """Elements within elements, more than 256: no feed, but an attack or a broken generator."""


def read_rss(content: bytes) -> Channel | None:
    """The channel, or None when the bytes want feedparser. They must be UTF-8. Raises TooDeep."""
    if b"<rss" not in content[:2000] or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        _refuse_depth(content)
        return None
    root = _parsed(content)
    if (
        root is None
        or root.tag != "rss"
        or not root.get("version", "").startswith("2")
        or len(root.attrib) > 1
    ):
        return None
    if len(root) != 1 or root[0].tag != "channel":
        return None
    items: list[Item] = []
    found = {"title": "", "link": ""}
    for child in root[0]:
        if child.tag == "item":
            item = _item(child)
            if item is None:
                return None
            items.append(item)
        elif child.tag in found:
            if found[child.tag] or len(child) or child.attrib:
                return None
            found[child.tag] = _said(child)
        elif not _known_in_channel(child):
            return None
    return Channel(found["title"], _repaired(found["link"]), items)


def _parsed(content: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        _refuse_depth(content)
        return None


def _refuse_depth(content: bytes) -> None:
    """Look for depth only, in broken XML too: feedparser would take minutes over it."""
    if content.count(b"<") < 5000:
        return
    parser = _parser(recover=True)
    with suppress(etree.XMLSyntaxError):  # the log says it all
        etree.fromstring(content, parser)
    if any("depth" in str(error.message) for error in parser.error_log):
        raise TooDeep("more than 256 elements within each other")


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )


def _known_in_channel(child: etree._Element) -> bool:
    tag = str(child.tag)
    if tag == _ATOM_LINK:
        return child.get("rel") in ("self", "hub")
    return not child.attrib and (tag in _IN_CHANNEL or tag.startswith((_SYNDICATION, _WORDPRESS)))


def _item(element: etree._Element) -> Item | None:
    said: dict[str, str] = {}
    item = Item()
    permalink = False
    if element.attrib:
        return None
    for child in element:
        tag = str(child.tag)
        if tag not in _ALLOWED or len(child) or tag in said:
            return None
        if tag == _ATOM_LINK:
            if child.get("rel") != "self":
                return None
            continue
        if child.attrib and not _ATTRIBUTES.issuperset(child.attrib):
            return None
        if tag == "category":
            item.terms.append(_said(child))
        elif tag == "enclosure":
            item.enclosures.append(("", child.get("url", "")))
        elif tag not in _IGNORED:
            said[tag] = _said(child)
            permalink = permalink or (tag == "guid" and child.get("isPermaLink", "true") == "true")
    item.guid = said.get("guid", "")
    item.title = said.get("title", "")
    item.published = said.get("pubDate", "")
    item.link = _repaired(said["link"]) if "link" in said else (item.guid if permalink else "")
    whole = said.get(_CONTENT)
    item.bodies = [said.get("description", "")] if whole is None else [whole, said.get("description", whole)]
    return item


def _said(element: etree._Element) -> str:
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):  # a whole text that was UTF-8, was read as ISO-8859-1 and written again
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_CP1252) if _C1.search(text) else text


def _repaired(link: str) -> str:
    return _ODD_LINK.sub(r"&\1", link.replace("&amp;", "&")) if "&" in link else link

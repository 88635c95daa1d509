"""Bytes and markup become text that a citizen could read: charsets, entities, tags, white space.

Systems that count in UTF-16 write an emoji as two references, `&#55357;&#56832;`; XML allows neither, and
feedparser gives up the whole feed for one of them.
"""

import codecs
import re
from html import unescape

from lxml import etree, html  # type: ignore[import-untyped]

from scrapers.bounds import too_many_attributes

_BLOCKS = (
    "address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol option p pre section table tbody td tfoot th thead title tr ul"
)
_INLINE = (
    "a abbr acronym audio b big body button center cite code del em embed font head html i iframe img input "
    "ins kbd label link mark meta noscript object q s samp script select small source span strike strong "
    "style sub sup svg textarea time tt u var video"
)
BLOCKS = frozenset(_BLOCKS.split())
NAMES = frozenset((_BLOCKS + " " + _INLINE).split())
_TAG = re.compile(rf"<(?:/?(?:{'|'.join(sorted(NAMES))})\b|!--|!\[CDATA\[)", re.IGNORECASE)
_OPENING = re.compile(r"<(!--|/?\w*)")
_ENDLESS = re.compile(r"&#\d{20,};?")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they show a name or a number backwards
_INVISIBLE = re.compile(f"[{_DIRECTIONS}\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_TURNS = re.compile(f"[{_DIRECTIONS}]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# UTF-8 that was once read as windows-1252: "Ã¨", "â€™". Only leads that no Italian text has.
_TAIL = "[\x80-\xbf" + "".join(bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)) + "]"
_MOJIBAKE = re.compile(f"[ÂÃ]{_TAIL}|â{_TAIL}{_TAIL}")
# "cittÃ ": the second byte, a no-break space, became an ordinary one
_LOST_NBSP = re.compile(r"(?<=[a-z])Ã(?=\s|$)")
_PARSER = html.HTMLParser(remove_comments=True, remove_pis=True)
# what a text must hold for the work below to change anything but white space
_SUSPECT = re.compile(f"[{_DIRECTIONS}<&ÂÃâ\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]|data:")
# a picture that is written out in the text
_DATA = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,60}(?:;[\w=-]{1,40})*;base64,"
    r"(?:[A-Za-z0-9+/=%]+|\s+(?=[A-Za-z0-9+/]{20,}|[A-Za-z0-9+/]+=))*"  # in lines, the last one ends in "="
)


def storable(text: str) -> str:
    """The same without what PostgreSQL or UTF-8 refuse: NUL, and a surrogate without its other half."""
    return _UNSTORABLE.sub("", text)


def unescaped(text: str) -> str:
    """The same with its entities as characters; a number that Python would refuse to read is no character."""
    return unescape(_ENDLESS.sub("\ufffd", text) if "&#" in text else text)


def in_one_direction(text: str) -> str:
    """The same without the signs that turn the direction of writing: no Italian text needs one."""
    return text if text.isascii() else _TURNS.sub("", text)


def without_data(markup: str) -> str:
    """The same without the bytes of embedded pictures (`data:` addresses)."""
    return _DATA.sub("", markup) if "data:" in markup else markup


def plain(markup: str) -> str:
    """Text without markup, one line a block; entities and tags that were escaped twice are undone too."""
    if not _SUSPECT.search(markup):
        return _lines(markup)
    text = without_data(_visible(markup))
    for _ in range(3):
        if _TAG.search(text):
            text = _strip(text)
        elif _ENTITY.search(text):
            text = _visible(unescaped(text))
        else:
            break
    return _lines(_visible(_repaired(text)))


def line(markup: str) -> str:
    """The same on one line, for titles."""
    return " ".join(plain(markup).split())


def decode(content: bytes, content_type: str = "") -> str:
    """HTML bytes as text: BOM, then UTF-8 when the bytes are, then header, meta, windows-1252.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8 whatever a header says; a lying header is
    commoner than such an accident.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    text = as_utf8(content)
    if text is not None:
        return text
    meta = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", content[:4096], re.IGNORECASE)
    charsets = [charset(content_type), meta[1].decode("ascii", "replace").lower() if meta else ""]
    for name in charsets:
        codec = _codec(name)
        if codec:
            return content.decode(codec, "replace")
    return content.decode("cp1252", "replace")


def as_utf8(content: bytes) -> str | None:
    """The text when the bytes are UTF-8, or UTF-8 with a few broken ones; else None."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text
    sound = sum(1 for character in text if character > "\x7f") - broken
    return text if sound > broken else None


def charset(content_type: str) -> str:
    """The charset parameter of a Content-Type, in lower case, or ''."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return match[1].lower() if match else ""


def _codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    # UTF-8 was tried before; browsers read ISO-8859-1 and ASCII as windows-1252 (WHATWG Encoding, 4.2)
    if codec == "utf-8":
        return None
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


def _lines(text: str) -> str:
    return "\n".join(filter(None, (" ".join(part.split()) for part in text.splitlines())))


def _strip(text: str) -> str:
    if "]]>" in text or "<![" in text:
        text = _CDATA.sub("", text)
    if not all(map(_is_tag, set(_OPENING.findall(text)))):  # "5<10", "<ufficio@comune.example>"
        text = _OPENING.sub(lambda match: match[0] if _is_tag(match[1]) else f"&lt;{match[1]}", text)
    try:
        if too_many_attributes(text):
            raise ValueError("more attributes than lxml reads in good time")
        root = html.document_fromstring(f"<div>{text}</div>", parser=_PARSER)
    except (etree.ParserError, ValueError):  # nothing but comments, control characters, a bomb
        return re.sub(r"<[^<>]*>", " ", text)
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in BLOCKS:
            pieces.append("\n")
        if event == "end":
            pieces.append(element.tail or "")
        elif element.tag not in ("script", "style"):
            pieces.append(element.text or "")
    return "".join(pieces)


def _is_tag(opening: str) -> bool:
    return opening == "!--" or opening.removeprefix("/").lower() in NAMES


def _visible(text: str) -> str:
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def _repaired(text: str) -> str:
    if "Ã" in text or "Â" in text or "â" in text:
        return _LOST_NBSP.sub("à", _MOJIBAKE.sub(_repair, text))
    return text


def _repair(match: re.Match[str]) -> str:
    raw = b"".join(c.encode("latin-1" if c <= "\xff" else "cp1252") for c in match[0])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


_HALF = rb"&#(?:0*5[5-7]\d{3}|[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2});"
_HALVES = re.compile(_HALF + rb"(?:" + _HALF + rb")*")  # begins with "&#": ten times as fast as in a group
_REFERENCE = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")


def whole_characters(content: bytes) -> bytes:
    """The same with each such pair as one reference; a half that stands alone is left out."""
    return _HALVES.sub(_joined, content) if b"&#" in content else content


def _joined(match: re.Match[bytes]) -> bytes:
    codes = [int(ten) if ten else int(sixteen, 16) for ten, sixteen in _REFERENCE.findall(match[0])]
    text = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return "".join(f"&#{ord(character)};" for character in text).encode()

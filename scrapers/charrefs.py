"""Character references of XML that name half a character.

Systems that count in UTF-16 write an emoji as two references, `&#55357;&#56832;`; XML allows neither, and
feedparser gives up the whole feed for one of them.
"""

import re

_HALF = rb"&#(?:0*5[5-7]\d{3}|[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2});"
_HALVES = re.compile(rb"(?:" + _HALF + rb")+")
_REFERENCE = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")


def whole_characters(content: bytes) -> bytes:
    """The same with each such pair as one reference; a half that stands alone is left out."""
    return _HALVES.sub(_joined, content) if b"&#" in content else content


def _joined(found: re.Match[bytes]) -> bytes:
    codes = [int(ten) if ten else int(sixteen, 16) for ten, sixteen in _REFERENCE.findall(found[0])]
    text = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return "".join(f"&#{ord(character)};" for character in text).encode()

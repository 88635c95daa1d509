"""XML from outside, read without following anything it points to."""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from scrapers.bounds import require_attributes
from scrapers.errors import ParseError


def read_xml(content: bytes, source: str) -> Any:
    """The root element. Raises ParseError, also for a DOCTYPE (entity bombs, outside entities)."""
    require_attributes(content, source)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        reason = " ".join(str(getattr(exc, "msg", None) or exc).split())
        raise ParseError(source, f"not well-formed XML ({reason}); the alerts are unavailable") from exc
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ParseError(source, "the XML holds a DOCTYPE, which no alert needs; the alerts are unavailable")
    return root


def name_of(root: Any) -> str:
    """The root's name without its namespace; "" for a comment or an instruction."""
    return etree.QName(root).localname if isinstance(root.tag, str) else ""

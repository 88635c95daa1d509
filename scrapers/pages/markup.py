"""A page as a tree of elements, and places in it named by CSS.

Only the selectors that a theme's record needs are known: tag, #id, .class, [attribute], [attribute='value']
with = *= ^= $=, descendant, child `>`, following sibling `~`, and lists with commas.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias, cast

from lxml import etree, html  # type: ignore[import-untyped]

from scrapers.text import BLOCKS, line

Element: TypeAlias = Any  # lxml ships no types

MAX_DEPTH = 200  # real pages reach about 40; the Markdown converter recurses
_PARSER = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_TOKEN = re.compile(
    r"\s*(?P<step>[>~])\s*|(?P<space>\s+)|(?P<tag>[a-z][a-z0-9]*|\*)|#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)"
    r"|\[(?P<name>[\w:-]+)(?:(?P<op>[*^$]?=)'(?P<value>[^']*)')?\]"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_LITERAL = re.compile(r"[#.]([\w-]+)|'([^']+)'")
_NO_WORD = re.compile(r"[\W_]+")
_AXES = {">": "child::", "~": "following-sibling::"}


def tree(text: str) -> Element | None:
    """The root of a page; None when nothing in `text` is markup or text."""
    content = text.replace("\0", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(content, parser=_PARSER) if content.strip() else None
    except etree.ParserError:  # nothing but comments
        return None


def too_deep(root: Element) -> bool:
    return bool(_TOO_DEEP(root))


def every(place: Element, css: str) -> list[Element]:
    """All elements inside `place` that `css` names, in the order of the page."""
    return cast("list[Element]", _compiled(css)(place))


def present(place: Element, css: str, source: str) -> bool:
    """Whether `css` names anything; what does not occur in `source`, the page's text, needs no walk."""
    return any(
        all(name in source for pair in _LITERAL.findall(part) for name in pair) and every(place, part.strip())
        for part in css.split(",")
    )


def first(place: Element, *selectors: str) -> Element | None:
    """The first element that has any text; selectors are tried one after the other."""
    for css in selectors:
        for element in every(place, css):
            if text(element):
                return element
    return None


def text(element: Element) -> str:
    """Its text on one line, without repair."""
    return " ".join("".join(element.itertext()).split())


def one_line(element: Element | None) -> str:
    """Its text on one line as a citizen reads it; '' for None."""
    return "" if element is None else line(" ".join(element.itertext()))


def lines(element: Element) -> Iterator[str]:
    """Its text, one line a block."""
    pieces: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if part.tag in BLOCKS:
            pieces.append("\n")
        if event == "end":
            pieces.append("" if part is element else part.tail or "")
        else:
            pieces.append(part.text or "")
    for row in "".join(pieces).splitlines():
        if row := " ".join(row.split()):
            yield row


def folded(text: str) -> str:
    """For comparison: letters without accents, figures and single blanks: "Cos'è:" is `cos e`."""
    plain = text.lower()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return " ".join(_NO_WORD.sub(" ", plain).split())


@cache
def _compiled(css: str) -> Any:
    return etree.XPath("|".join(_xpath(part.strip()) for part in css.split(",")))


def _xpath(selector: str) -> str:
    path, tests, tag, axis, at = "", "", "", "descendant::", 0
    while at < len(selector):
        token = _TOKEN.match(selector, at)
        if token is None:
            raise ValueError(f"{selector!r} is no selector known here, from character {at}")
        at = token.end()
        if token["step"] or token["space"]:
            path += f"{axis}{tag or '*'}{tests}/"
            tests, tag, axis = "", "", _AXES.get(token["step"], "descendant::")
        elif token["tag"]:
            tag = token["tag"]
        elif token["id"]:
            tests += f"[@id='{token['id']}']"
        elif token["cls"]:
            tests += f"[contains(@class,'{token['cls']}')]"  # cheap, and false for most
            tests += f"[contains(concat(' ',normalize-space(@class),' '),' {token['cls']} ')]"
        else:
            tests += _attribute(f"@{token['name']}", token["op"], token["value"])
    return f"{path}{axis}{tag or '*'}{tests}"


def _attribute(name: str, operator: str | None, value: str) -> str:
    match operator:
        case "=":
            return f"[{name}='{value}']"
        case "*=":
            return f"[contains({name},'{value}')]"
        case "^=":
            return f"[starts-with({name},'{value}')]"
        case "$=":
            return f"[substring({name},string-length({name})-{len(value) - 1})='{value}']"
        case _:
            return f"[{name}]"

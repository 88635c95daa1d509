"""A page's HTML as the text of a WhatsApp message: bold, italic, struck out, lists, quotations, addresses.

WhatsApp has no headings, tables, rules or links with a text of their own: a heading becomes a bold line, a
row one line, a link `text: address`.
"""

import re
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from flows.bulletin.message.marks import (
    BOLD,
    CELL,
    CLOSE,
    ITALIC,
    OPEN,
    PREFIX,
    PREFIX_END,
    QUOTE,
    ROW,
    STRUCK,
    clean,
    finished,
)

_UNSEEN = ("script", "style", "template", "noscript", "head", "svg", "iframe", "object")
_DOES_NOTHING = re.compile(r"^(?:#|javascript:|data:|about:|$)", re.I)
_EMPTY_CELL = "–"


def whatsapp(html: str, *, base_url: str = "") -> str:
    """The text of an HTML fragment or page in WhatsApp's own markup; every visible word stays.

    `base_url` makes relative addresses absolute; without it such a link keeps only its text.
    """
    soup = BeautifulSoup(html.replace("\x00", " "), "html.parser")
    for unseen in soup.find_all(_UNSEEN):
        unseen.decompose()
    try:
        text = WhatsApp(base_url).convert_soup(soup)
    except RecursionError:  # thousands of nested elements: the words without their form
        text = clean(soup.get_text("\n"))
    return finished(text)


def _styled(style: str) -> Any:
    def convert(_self: "WhatsApp", _el: Tag, text: str, **_: object) -> str:
        return f"{OPEN[style]}{text}{CLOSE[style]}" if text.strip() else text

    return convert


class WhatsApp(MarkdownConverter):
    """Turns elements into text with private-use characters for styles; `marks.finished` sets the marks."""

    class Options:
        autolinks = False
        escape_asterisks = False
        escape_underscores = False
        wrap = True  # a line break of the source is a space
        wrap_width = None

    def __init__(self, base_url: str = "") -> None:
        super().__init__()
        self._base_url = base_url

    def process_text(self, el: Any, parent_tags: set[str] | None = None) -> str:
        return clean(super().process_text(el, parent_tags=parent_tags))  # type: ignore[misc] # not in its stub

    convert_b = convert_strong = _styled(BOLD)
    convert_i = convert_em = convert_cite = convert_dfn = _styled(ITALIC)
    convert_del = convert_s = convert_strike = _styled(STRUCK)

    def convert_a(self, el: Tag, text: str, **_: object) -> str:
        shown = text.strip()
        address = self._address(str(el.get("href") or ""))
        if not shown or not address:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if _bare(shown) == _bare(address) or _bare(address) in _bare(shown):
            kept = address if "://" in address and _bare(shown) == _bare(address) else shown
            return f"{before}{kept}{after}"
        return f"{before}{shown.rstrip(' .:;,')}: {address}{after}"

    def _address(self, href: str) -> str:
        """Where a link leads: absolute address, bare e-mail or telephone; "" where to nothing."""
        href = "".join(href.split())
        scheme = href.partition(":")[0].lower()
        if scheme in ("mailto", "tel"):
            return clean(unquote(href.partition(":")[2].partition("?")[0]))
        if _DOES_NOTHING.match(href):
            return ""
        try:
            address = urljoin(self._base_url, href)
            is_whole = urlsplit(address).scheme in ("http", "https") and bool(urlsplit(address).hostname)
        except ValueError:  # `http://[`: an address that nobody can open
            return ""
        return address if is_whole else ""

    def convert_hN(self, _n: int, _el: Tag, text: str, _parent_tags: set[str]) -> str:
        told = " ".join(text.split())
        return f"\n\n{OPEN[BOLD]}{told}{CLOSE[BOLD]}\n\n" if told else ""

    def convert_br(self, _el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{text} " if "_inline" in parent_tags else f"\n{text}"

    def convert_hr(self, _el: Tag, text: str, **_: object) -> str:
        return f"\n\n{text}"

    def convert_img(self, _el: Tag, text: str, **_: object) -> str:
        return text

    def convert_video(self, _el: Tag, text: str, **_: object) -> str:
        return text

    def convert_code(self, _el: Tag, text: str, **_: object) -> str:
        return text

    convert_kbd = convert_samp = convert_code

    def convert_pre(self, _el: Tag, text: str, **_: object) -> str:
        return f"\n\n{text}\n\n"

    def convert_blockquote(self, _el: Tag, text: str, **_: object) -> str:
        lines = [f"{QUOTE}{line}" for line in text.split("\n") if line.strip()]
        return "\n\n" + "\n".join(lines) + "\n\n"

    def convert_li(self, el: Tag, text: str, **_: object) -> str:
        told = text.strip()
        if not told:
            return ""
        sign = "-"
        if el.parent is not None and el.parent.name == "ol":
            start = str(el.parent.get("start") or 1)
            first = int(start) if start.isascii() and start.isdigit() else 1
            sign = f"{first + len(el.find_previous_siblings('li'))}."
        return f"\n{PREFIX}{sign} {PREFIX_END}{told}\n"

    def convert_dt(self, _el: Tag, text: str, **_: object) -> str:
        return f"\n\n{text.strip()}\n"

    def convert_dd(self, _el: Tag, text: str, **_: object) -> str:
        return f"\n{text.strip()}\n"

    def convert_td(self, _el: Tag, text: str, **_: object) -> str:
        return f"{text.strip()}{CELL}"

    convert_th = convert_td

    def convert_tr(self, _el: Tag, text: str, **_: object) -> str:
        return f"{ROW}{text}{ROW}"

    def convert_caption(self, _el: Tag, text: str, **_: object) -> str:
        return f"{OPEN[BOLD]}{text.strip()}{CLOSE[BOLD]}{ROW}" if text.strip() else ""

    def convert_table(self, el: Tag, text: str, **_: object) -> str:
        has_head = el.find("th") is not None and _is_head(el)
        head: list[str] = []
        lines: list[str] = []
        for chunk in filter(str.strip, text.split(ROW)):
            if CELL not in chunk:
                lines.append(chunk)
                continue
            cells = [cell.strip() for cell in chunk.rstrip().removesuffix(CELL).split(CELL)]
            if has_head and not head and len(cells) > 1:
                head = cells
            elif any(cells):
                lines.append(_row(head, cells))
        if head and not any(PREFIX in line for line in lines):
            lines.insert(0, _row([], head))
        return "\n\n" + "\n".join(lines) + "\n\n"


def _is_head(table: Tag) -> bool:
    """Whether the first row of a table names its columns."""
    first = table.find("tr")
    cells = first.find_all(["td", "th"]) if isinstance(first, Tag) else []
    return bool(cells) and all(cell.name == "th" for cell in cells)


def _row(head: list[str], cells: list[str]) -> str:
    """`- Giorno: lunedì; Orario: 9-12` under a head, else `Zona A: 7:00`."""
    one_line = [" ".join(cell.split("\n")) for cell in cells]
    if not head or len(cells) == 1:
        rest = ", ".join(filter(None, one_line[1:]))
        return f"{one_line[0]}: {rest}" if one_line[0] and rest else one_line[0] or rest
    width = max(len(head), len(cells))
    names, values = [*head, *[""] * (width - len(head))], [*one_line, *[""] * (width - len(cells))]
    told = [
        f"{name}: {value or _EMPTY_CELL}" if name else value
        for name, value in zip(names, values, strict=True)
    ]
    return f"{PREFIX}- {PREFIX_END}{'; '.join(filter(None, told))}"


def _bare(text: str) -> str:
    """An address without what its text may leave out."""
    plain = "".join(char for char in text if not "\ue000" <= char <= "\ue00f")
    return re.sub(r"^https?://(?:www\.)?|^www\.|^\+39(?=\d)|\s|/$", "", plain.strip().lower())

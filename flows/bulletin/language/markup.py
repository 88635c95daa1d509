"""Out of Markdown and into a template's parameter: one line that WhatsApp shows as it stands.

Both sides are strict. A parameter may hold no newline, tab or run of spaces (Meta's 132012), and a pair
of `*`, `_` or `~` that the Comune's page happens to hold would be drawn as bold, italic or struck out:
a struck-out hour is a wrong hour, and WhatsApp has no escape character.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

_ENDLESS = re.compile(r"&#\d{20,};?")
_UNSEEN = re.compile(
    r"<(script|style|template|noscript)\b[^>]{0,500}>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S
)
_BREAK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|tr|td|th|table|h[1-6]|section|article|header|footer|blockquote)|[bh]r)\b[^<>]{0,500}>",
    re.I,
)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,500})?/?>", re.I)
_LOOK_ALIKES = {"*": "∗", "_": "‗", "~": "∼"}
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|~<>&])")
_PRIVATE = 0xE000  # a private-use character holds the place of an escaped one while marks are removed
_HELD = re.compile("[\ue000-\ue07f]")
_ICON = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")  # private use: icon fonts

_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,}).*$", re.M)
_SETEXT = re.compile(r"^(?P<text>[^\n]+)\n[ ]{0,3}(?:=+|-{2,})[ ]*$", re.M)
_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ ]+(?P<text>.*)$")
_RULE = re.compile(r"^[ ]{0,3}([-*_])(?:[ ]*\1){2,}[ ]*$")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])[ ]+(?P<text>.*)$")
_QUOTE = re.compile(r"^[ ]{0,3}(?:>[ ]?)+")
_DAY_ROW = re.compile(r"(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d{1,2}\b")
_RUNS = re.compile(r"\n[ \t]*\n")

_URL = r"\((?:[^()\s]|\([^()]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)"
_PICTURE = re.compile(rf"!\[[^\[\]]*\]{_URL}")
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]{_URL}")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:|tel:)?[^<>\s]{1,200}[.@][^<>\s]{1,200})>")
_INSIDE = r"((?:[^\n]|\n(?![ ]*\n)){1,1000}?)"  # within a paragraph, and bounded: pages hold any soup
_EMPHASIS = (
    re.compile(rf"(\*\*\*|\*\*|(?<!\d)\*)(?=\S){_INSIDE}(?<=\S)\1"),
    re.compile(rf"(?<![^\W_])(___|__|_)(?=\S){_INSIDE}(?<=\S)\1(?![^\W_])"),
    re.compile(rf"(~~)(?=\S){_INSIDE}(?<=\S)\1"),
    re.compile(rf"(`+){_INSIDE}\1"),
)
_BEFORE_MARK = re.compile(r"[ ]+(?=[,;.:!?](?:\s|$))")  # `dalle 16 alle 18 .` is common on real pages

PAIR_LIMIT = 1024  # characters between two marks: no message is longer
_PAIRS = {
    mark: re.compile(
        rf"(?<![^\W_]){re.escape(mark)}(?=\S)(.{{0,{PAIR_LIMIT}}}?\S|){re.escape(mark)}(?![^\W_])"
    )
    for mark in _LOOK_ALIKES
}
HEADING_LIMIT = 60  # characters: a longer "heading" is a paragraph that the office made large
_WIDEST = 130  # characters of a line that somebody wrapped by hand: a longer one is a paragraph
_FULL = 0.85  # of the widest line of a paragraph


def plain(markdown: str) -> str:
    """Markdown as plain lines, one a paragraph or list item, each ended so that sentences do not glue.

    Links keep their text; pictures, rules, fences and marks go, and short headings where there is
    anything else.
    """
    text = _ICON.sub("", markdown)
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    text = _ESCAPED.sub(lambda match: chr(_PRIVATE + ord(match[1])), text)
    text = _SETEXT.sub(_as_heading, _FENCE.sub("", text))
    blocks = _blocks(_inline(text))
    body = [block for block in blocks if not block.is_heading] or blocks
    following = [*body[1:], None]
    lines = [_ended(block, after) for block, after in zip(body, following, strict=True)] if body else []
    return _HELD.sub(lambda match: chr(ord(match[0]) - _PRIVATE), "\n".join(lines))


def parameter(text: str) -> str:
    """`text` as a template's variable: NFC, one line, single spaces, no control or invisible characters,
    no pair of marks that WhatsApp would draw. Applied twice it changes nothing more."""
    spaced = re.sub(r"\s+", " ", text.replace("\x85", " "))
    visible = spaced
    if not spaced.isprintable():
        visible = "".join(char for char in spaced if char == " " or unicodedata.category(char)[0] != "C")
    composed = unicodedata.normalize("NFC", re.sub(r"\s+", " ", visible).strip())
    composed = composed.replace("`", "'")  # a pair would be drawn as typewriter letters
    for mark, look_alike in _LOOK_ALIKES.items():
        composed = _without_pairs(composed, mark, look_alike)
    return composed


def _without_pairs(text: str, mark: str, look_alike: str) -> str:
    if text.count(mark) < 2:
        return text
    pair = _PAIRS[mark]
    while (changed := pair.sub(lambda match: f"{look_alike}{match[1]}{look_alike}", text)) != text:
        text = changed
    return text


def _as_heading(underlined: re.Match[str]) -> str:
    text = underlined["text"].strip()
    return f"# {text}" if text else underlined[0]


def _inline(text: str) -> str:
    text = _PICTURE.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _AUTOLINK.sub(lambda match: match[1].removeprefix("mailto:").removeprefix("tel:"), text)
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return text


@dataclass(frozen=True)
class _Block:
    kind: Literal["heading", "paragraph", "item", "row"]
    text: str

    @property
    def is_heading(self) -> bool:
        return self.kind == "heading" and len(self.text) < HEADING_LIMIT

    @property
    def is_listed(self) -> bool:
        return self.kind in ("item", "row")


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    for run in _RUNS.split(text):
        is_open = False  # whether the next line may go on with the last block
        lines = run.split("\n")
        width = max(map(len, lines))
        for above, raw in pairwise(["", *lines]):
            block = _block(_QUOTE.sub("", raw))
            if block is None:
                is_open = False
                continue
            if is_open and block.kind == "paragraph":
                before = blocks[-1].text
                next_word = block.text.partition(" ")[0]
                is_full = _FULL * width < len(above) + 1 + len(next_word) and width <= _WIDEST
                if _goes_on(before, block.text, is_full=is_full):
                    block = _Block(blocks.pop().kind, f"{before} {block.text}")
            blocks.append(block)
            is_open = block.kind in ("paragraph", "item") and not raw.endswith(("  ", "\\"))
    return [_Block(block.kind, _BEFORE_MARK.sub("", block.text)) for block in blocks]


def _block(line: str) -> _Block | None:
    """What one line holds; None where it only separates."""
    stripped = re.sub(r"\s+", " ", line.rstrip("\\")).strip()
    if not stripped or _RULE.match(line) or _TABLE_RULE.match(line):
        return None
    if heading := _HEADING.match(line):
        text = heading["text"].rstrip(" #").strip()
        return _Block("heading", text) if text else None
    if len(stripped) > 1 and stripped.startswith("|") and stripped.endswith("|"):
        cells = [cell.strip() for cell in stripped.split("|") if cell.strip()]
        return _Block("row", _row(cells)) if cells else None
    if item := _ITEM.match(stripped):
        return _Block("item", item["text"].strip()) if item["text"].strip() else None
    return _Block("paragraph", stripped)


def _row(cells: list[str]) -> str:
    return f"{cells[0]}: {', '.join(cells[1:])}" if len(cells) > 1 else cells[0]


_HANGS = re.compile(  # `C'è tempo fino alle` and `13 di venerdì` below it
    r"\b(?:(?:d?[ae]|ne|su)l(?:l[aeo])?|de[il]|ai|il|lo|la|gli|le|di|da|per|entro le|ore|una?)$"
)
_TAIL = 5  # letters
_STOPPED = re.compile(r"[^\W\d_]{4}[.!?]$")  # no abbreviation


def _goes_on(before: str, line: str, *, is_full: bool) -> bool:
    """Whether a single line break is mere wrapping: in plain text a short line was meant as a line.

    `is_full`: the next word had no room in it, beside lines that somebody wrapped.
    """
    if _DAY_ROW.match(line) and (before.endswith(":") or _DAY_ROW.match(before)):
        return False  # a list of days
    if line[0].islower() and _STOPPED.search(before[-_TAIL:]):
        return False  # `regia Ada Neri` below a sentence
    if line[0].islower() or before.endswith(",") or _HANGS.search(before):
        return True
    return is_full and len(before) >= HEADING_LIMIT


def _ended(block: _Block, after: _Block | None) -> str:
    text = block.text.rstrip()
    if text.rstrip("\"”»’')] ")[-1:] in tuple(".!?…:"):
        return text
    within = block.is_listed and after is not None and after.kind == block.kind
    return text.rstrip(";, ") + (";" if within else ".")


def without_tags(text: str) -> str:
    """`text` without HTML tags, each block on a line of its own; text without any tag comes back as it is.

    An address between angle brackets (`<info@comune.esempio.it>`) is no tag.
    """
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    if not _TAG.search(text):
        return text
    text = _BREAK.sub("\n", _UNSEEN.sub(" ", text))
    return unescaped(_TAG.sub("", text))


def unescaped(text: str) -> str:
    """`text` with its entities as characters; a number that Python would refuse to read is no character."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))

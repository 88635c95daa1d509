"""Enumerations of a page: the words that announce them and all their items, with their places.

Items are told apart by list marks at the start of lines, by lines that end in semicolons, by semicolons or
bars after a colon, and, in text that lost its lines, by infinitives or documents with a capital after a
colon (`è necessario: Essere residenti Avere 18 anni`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Listing
from flows.bulletin.page.sections import Section

_MARK = re.compile(r"^(?P<indent>[ \t]*)(?:[-*+•·▪●►➢✓✔–—>]|\d{1,2}[.)]|[a-z][.)])[ \t]+(?=\S)")
_INLINE_MARK = re.compile(r"^\s*(?:[-–•·▪●►➢✓✔*]|[a-z]\)|\d{1,2}[.)])\s*")
_ITEM_START = re.compile(
    r"(?<=[\w)”»\"%€])\s+(?=(?:[A-ZÀ-Ý][a-zà-ù]+(?:are|ere|ire|arsi|ersi|irsi)|Copia|Fotocopia|Documento|Documenti"
    r"|Certificato|Dichiarazione|Autocertificazione|Modulo|Ricevuta|Attestazione|Delega|Permesso|Carta|Tessera"
    r"|Planimetria|Relazione)\s+[a-zà-ù(A-Z])"
)
_FIRST_ITEM = re.compile(
    r"(?:[A-ZÀ-Ý][a-zà-ù]+(?:are|ere|ire|arsi|ersi|irsi)|Copia|Fotocopia|Documento|Documenti|Certificato"
    r"|Dichiarazione|Autocertificazione|Modulo|Ricevuta|Attestazione|Delega|Permesso|Carta|Tessera"
    r"|Planimetria|Relazione)\s+[a-zà-ù(A-Z]"
)
_BAR = re.compile(r"\s\|\s")
_OPEN_END = re.compile(r"(?:\.\.\.|…|\b(?:ecc|etc)\.?)\W*$", re.I)
_CLOSED = re.compile(r"[@\w./-]+@[\w.-]+$|https?://\S+$|[.:;!?]$")
_SEEN = ("prose", "how", "terms", "gets", "more", "audience", "cost", "when")
_LONGEST_ITEM = 700
_LONGEST_LEAD = 300


@dataclass(frozen=True)
class Item:
    """One item in the words of the page."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Enumeration:
    """An enumeration with the places of its items."""

    lead: str
    items: tuple[Item, ...]
    is_whole: bool

    @property
    def listing(self) -> Listing:
        """The same as a notice holds it."""
        texts = tuple(item.text for item in self.items)
        return Listing(self.lead, texts, self.is_whole, self.items[0].start, self.items[-1].end)


def enumerations(source: str, page: Sequence[Section]) -> list[Enumeration]:
    """Every enumeration of a page that was parted into sections, in order."""
    found: list[Enumeration] = []
    for section in page:
        if section.kind in _SEEN:
            found += _of_lines(source, section)
    return found


def _of_lines(source: str, section: Section) -> Iterator[Enumeration]:
    lines = list(_lines(source, section.start, section.end))
    place = 0
    while place < len(lines):
        marked = _marked(lines, place)
        if len(marked) > 1:
            lead = _lead(lines, place, section)
            last = marked[-1]
            yield Enumeration(lead, tuple(marked), not _OPEN_END.search(last.text))
            place = next((at for at in range(place, len(lines)) if lines[at].start >= last.end), len(lines))
            continue
        ended = _semicolons(lines, place)
        if len(ended) > 1:
            yield Enumeration(_lead(lines, place, section), tuple(ended), True)
            place += len(ended)
            continue
        yield from _in_line(source, lines[place])
        place += 1


def _lines(source: str, start: int, end: int) -> Iterator[Item]:
    at = start
    for line in source[start:end].splitlines(keepends=True):
        if line.strip() and not line.lstrip().startswith("|"):
            yield Item(line.rstrip("\r\n"), at, at + len(line.rstrip()))
        at += len(line)


def _marked(lines: Sequence[Item], place: int) -> list[Item]:
    """The items of a list whose lines begin with marks; deeper ones and wrapped lines go with theirs."""
    items: list[Item] = []
    first = _MARK.match(lines[place].text)
    if first is None:
        return []
    indent = len(first["indent"])
    for line in lines[place:]:
        mark = _MARK.match(line.text)
        if mark and len(mark["indent"]) <= indent + 1:
            items.append(_item(line.text[mark.end() :], line.start + mark.end()))
        elif items and (mark or line.text.startswith(("  ", "\t"))):
            whole = f"{items[-1].text} {line.text[mark.end() if mark else 0 :].strip()}"
            items[-1] = Item(whole, items[-1].start, line.end)
        else:
            break
    return items


def _semicolons(lines: Sequence[Item], place: int) -> list[Item]:
    """Lines that end in semicolons, and the line that closes them, after a line that ends in a colon."""
    if place == 0 or not lines[place - 1].text.rstrip().endswith(":"):
        return []
    items = []
    for line in lines[place:]:
        items.append(_item(line.text, line.start))
        if not line.text.rstrip().endswith((";", ",")):
            break
    return items if len(items) > 1 and lines[place].text.rstrip().endswith(";") else []


def _lead(lines: Sequence[Item], place: int, section: Section) -> str:
    before = lines[place - 1].text.strip(" #*") if place else ""
    if before.endswith(":"):
        return split(before)[-1].rstrip(" :")
    return section.label if not before else ""


def _in_line(source: str, line: Item) -> Iterator[Enumeration]:
    if len(_BAR.findall(line.text)) > 1:
        yield from _bars(line)
        return
    at = line.start
    sentences = split(line.text)
    for number, sentence in enumerate(sentences):
        start = source.index(sentence, at)
        at = start + len(sentence)
        if ":" in sentence and (found := _after_colon(sentence, start, sentences[number + 1 :])):
            yield found


def _bars(line: Item) -> Iterator[Enumeration]:
    pieces, at = list[Item](), 0
    for bar in [*_BAR.finditer(line.text), None]:
        end = bar.start() if bar else len(line.text)
        pieces.append(Item(line.text[at:end].strip(), line.start + at, line.start + end))
        at = bar.end() if bar else end
    lead, items = pieces[0].text, list[Item]()
    if not _CLOSED.search(lead):
        return
    lead = split(lead)[-1]
    seen: set[str] = set()
    for piece in pieces[1:]:
        if piece.text.endswith(":"):
            if len(items) > 1:
                yield Enumeration(_tidy_lead(lead), tuple(items), True)
            lead, items = split(piece.text)[-1], []
            continue
        item = _item(split(piece.text)[0] if piece.text else "", piece.start)
        if item.text and folded(item.text) not in seen:
            seen.add(folded(item.text))
            items.append(item)
    if len(items) > 1:
        yield Enumeration(_tidy_lead(lead), tuple(items), len(split(pieces[-1].text)) == 1)


def _after_colon(sentence: str, start: int, following: Sequence[str]) -> Enumeration | None:
    """The items after the colon of a sentence; one that goes on like all the others is taken with them."""
    for colon in re.finditer(r":\s+(?=\S)", sentence):
        rest, at = sentence[colon.end() :], start + colon.end()
        lead = sentence[: colon.start()]
        if len(lead) > _LONGEST_LEAD:
            lead = lead[-_LONGEST_LEAD:].split(" ", 1)[-1]
        if ";" in rest:
            items = list(_cut(rest, at, re.compile(r"\s*;\s*")))
            first = {item.text.split(" ", 1)[0].lower() for item in items}
            if following and len(first) == 1 and following[0].split(" ", 1)[0].lower() in first:
                return Enumeration(_tidy_lead(lead), (*items, _item(following[0], at + len(rest) + 1)), False)
        elif re.match(r"[-–•·]\s", rest):
            items = list(_cut(rest, at, re.compile(r"\s+[-–•·]\s+")))
        elif _FIRST_ITEM.match(rest):
            items = list(_cut(rest, at, _ITEM_START))
            if len(items) > 1:
                pieces = unglued(items[-1].text)
                items[-1] = _item(pieces[0], items[-1].start)
                return Enumeration(_tidy_lead(lead), tuple(items), len(pieces) == 1 and rest[-1:] == ".")
        else:
            continue
        if len(items) > 1:
            return Enumeration(_tidy_lead(lead), tuple(items), sentence.endswith((".", "!")))
    return None


def _cut(text: str, start: int, separator: re.Pattern[str]) -> Iterator[Item]:
    at = 0
    for match in [*separator.finditer(text), None]:
        end = match.start() if match else len(text)
        item = _item(text[at:end], start + at)
        if item.text and len(item.text) < _LONGEST_ITEM:
            yield item
        at = match.end() if match else end


def _item(text: str, start: int) -> Item:
    mark = _INLINE_MARK.match(text)
    skipped = mark.end() if mark else len(text) - len(text.lstrip())
    bare = re.sub(r"[;,]?\s+(?:oppure|ovvero|e|ed|o)$", "", text[skipped:].strip()).rstrip(" ;,.|*")
    return Item(bare.strip("* "), start + skipped, start + skipped + len(bare))


def _tidy_lead(lead: str) -> str:
    return lead.strip(" :;-–*#")

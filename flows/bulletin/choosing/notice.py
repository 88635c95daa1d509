"""What a notice says, without the furniture of its page: labels, stamps, the title again, "Leggi di più"."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from flows.bulletin.facts.dates import FULL_MONTH
from flows.bulletin.facts.fact import plain
from flows.bulletin.language.markup import unescaped


@dataclass(frozen=True)
class NoticeText:
    """A notice as a feed or a page gives it: its title, and its text (the abstract and the body)."""

    title: str
    text: str


_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|</?[a-zA-Z][^<>]*>")
_LABELS = r"""(?:novità|notizi[ae]|news|avvis[oi]|comunicat[oi](?:\s+stampa)?|event[oi]|in\s+evidenza)"""
_WEEKDAY = r"(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica),"
_DAY = rf"""(?:{_WEEKDAY}\s+)?\d{{1,2}}\s+(?:{FULL_MONTH}|gen|feb|mar|apr|mag|giu|lug
    |ago|set|ott|nov|dic)\s+20\d\d"""
_X = re.IGNORECASE | re.VERBOSE
_LABEL = re.compile(rf"\s*{_LABELS}\s*(?=\n|(?-i:[A-ZÀ-Ý0-9“\"«])|$)", re.IGNORECASE | re.VERBOSE)
_STAMP = re.compile(rf"\s*{_DAY}\s*", _X)
_FURNITURE = re.compile(
    r"""tempo\s+di\s+lettura:?\s*\d+\s*min(?:ut[oi])?\.?
    |data(?:\s+di\s+pubblicazione)?:\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}""",
    _X,
)
_MORE = re.compile(
    r"""\b(?:leggi\s+(?:di\s+più|tutto)(?:\s+su\s+.*)?|read\s+more|continua\s+a\s+leggere|ulteriori\s+(?:informazioni|dettagli)
    |vai\s+alla\s+(?:pagina|notizia)|per\s+saperne\s+di\s+più|scopri\s+di\s+più)\b[\s.:»>→…]*$""",
    _X | re.DOTALL,
)
_LONGEST_MORE = 1_000  # characters, of "Leggi tutto su" and a title
_TIMES = 20  # that furniture is taken off either end; real pages have two or three of it
_WORD = re.compile(r"\w+")
_CUT = re.compile(r"(?:\.\.\.|…|\[(?:\.\.\.|…)\]|\(\.\.\.\))\s*$")


@dataclass(frozen=True)
class Bare:
    """A notice without furniture; `words` are its text's, folded; `cut` says that the text breaks off."""

    title: str
    text: str
    cut: bool

    @property
    def whole(self) -> str:
        """Title and text, the title once."""
        heading = plain(self.title)
        return self.text if heading and plain(self.text).startswith(heading) else f"{self.title}\n{self.text}"

    @property
    def words(self) -> str:
        return plain(self.whole)


def bare(notice: NoticeText) -> Bare:
    """What a citizen reads of a notice."""
    title = " ".join(_readable(notice.title).split())
    text = _without_head(_FURNITURE.sub(" ", _readable(notice.text)).strip(), title)
    for _ in range(_TIMES):
        more = _MORE.search(text, max(0, len(text) - _LONGEST_MORE))
        if more is None:
            break
        text = text[: more.start()].rstrip()
    return Bare(title, text, cut=_CUT.search(text) is not None)


def _readable(text: str) -> str:
    plainly = unicodedata.normalize("NFKC", _MARKUP.sub(" ", unescaped(_MARKUP.sub(" ", text))))
    return re.sub(r"[^\S\n]+", " ", plainly)


def _without_head(text: str, title: str) -> str:
    """Without labels, the day of publication and the title at its head.

    A day goes only where the title follows: by itself it may be the news.
    """
    heading = plain(title)
    for _ in range(_TIMES):
        end = _end_of_head(text, heading)
        if end is None:
            break
        text = text[end:].lstrip(" \n\t.:-–")
    label = _LABEL.match(text)
    return text[label.end() :] if label else text


def _end_of_head(text: str, heading: str) -> int | None:
    """Where the title ends in a text that begins with it, labels and days before it or not."""
    at = 0
    for _ in range(_TIMES):
        end = _end_of_title(text, at, heading)
        furniture = None if end else _LABEL.match(text, at) or _STAMP.match(text, at)
        if furniture is None:
            return end
        at = furniture.end()
    return None


def _end_of_title(text: str, at: int, heading: str) -> int | None:
    """Where the title `told` (folded) ends, if it begins at `at`."""
    if not heading:
        return None
    words = list(islice(_WORD.finditer(text, at), len(heading.split())))
    return words[-1].end() if words and plain(text[at : words[-1].end()]) == heading else None

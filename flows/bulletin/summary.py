"""A text for one slot: the office's own short description, else whole sentences from the start.

No model and no rewording: every word stands in the source. On municipal pages the short description is
the best summary there is (research: no extractor of PyPI beats even the first sentences).
"""

import re
from dataclasses import dataclass
from typing import Literal

from flows.bulletin.markup import parameter, plain
from flows.bulletin.render import utf16
from flows.bulletin.sentences import split
from flows.bulletin.shorten import cut, mended
from flows.bulletin.titles import casing, is_told, same, softened

Method = Literal["abstract", "sentences", "title"]

_TRUNCATED = re.compile(
    r"(?:\.\.\.|…|\[(?:…|\.\.\.)\]|\b(?:leggi tutto|leggi di più|continua a leggere|continua))[\W_]*$", re.I
)
_LABEL = re.compile(r"^(?:Cos['’]è|Descrizione|Descrizione breve|Di cosa si tratta)[:.]?\s+(?=[^\Wa-z])")
_READ = 20_000  # characters of a page: its summary comes from the start, and some pages hold 200 kB
_SHORTEST_ABSTRACT = 20  # characters: below it stands a label, not a description


@dataclass(frozen=True)
class Summarised:
    """One line of text for a slot, and where it was taken from."""

    text: str
    method: Method


def summarise(*, title: str, abstract: str, body: str, limit: int) -> Summarised:
    """A text of at most `limit` UTF-16 units on one line; "" only where nothing at all can be kept.

    Args:
        title: plain text; goes before where the text does not tell it and the room allows.
        abstract: the office's short description, plain or Markdown; "" when there is none.
        body: Markdown.
        limit: UTF-16 units.
    """
    abstract, body = abstract[:_READ], body[:_READ]
    forms = casing(split(plain(f"{abstract}\n\n{body}")))
    heading = mended(parameter(softened(parameter(title[:_READ]), forms))).rstrip(" ,;:")
    described = _sentences(abstract, heading, forms)
    method: Method = "abstract"
    if not _is_description(abstract, described):
        method, read = "sentences", _sentences(body, heading, forms)
        whole = described[:-1] if _TRUNCATED.search(abstract[-60:]) else described
        described = read or whole
    text = _with_title(heading, described, limit) if described else ""
    if not text:
        method, text = "title", cut(heading, limit)
    return Summarised(parameter(text), method)


def _sentences(markdown: str, heading: str, forms: dict[str, str]) -> list[str]:
    tidy = (
        mended(_LABEL.sub("", parameter(softened(sentence, forms)))) for sentence in split(plain(markdown))
    )
    kept = [sentence for sentence in tidy if any(char.isalnum() for char in sentence)]
    return kept[1:] if kept and same(kept[0], heading) else kept  # pages repeat their title


def _is_description(abstract: str, sentences: list[str]) -> bool:
    text = " ".join(sentences)
    is_whole = not _TRUNCATED.search(abstract[-60:]) and not text.endswith(":")
    return is_whole and len(text) >= _SHORTEST_ABSTRACT


def _with_title(heading: str, sentences: list[str], limit: int) -> str:
    text = _filled(sentences, limit)
    is_fragment = text[:1].islower()  # it leans on its title: `di Anna Verdi, con letture`
    if not heading or not text or (is_told(heading, text) and not is_fragment):
        return text
    joint = " " if heading[-1] in ".!?…" else ". " if text[0].isupper() else ": "
    room = limit - utf16(heading + joint)
    whole = utf16(" ".join(sentences))
    fits = whole <= room or (whole > limit and utf16(sentences[0]) <= room)
    if fits or (is_fragment and room * 2 >= limit):
        return heading + joint + _filled(sentences, room)
    return text


def _filled(sentences: list[str], limit: int) -> str:
    """As many whole sentences as fit; the first one cut where it does not, or where it only announces."""
    kept: list[str] = []
    for sentence in sentences:
        if utf16(" ".join([*kept, sentence])) > limit:
            break
        kept.append(sentence)
    while kept and kept[-1].endswith(":"):
        kept.pop()
    if not kept:
        return _open_ended(cut(" ".join(sentences), limit))
    return _open_ended(" ".join(kept))


def _open_ended(text: str) -> str:
    """A list or an announcement that goes on in the page says so."""
    return f"{text[:-1]}…" if text.endswith((";", ":")) else text

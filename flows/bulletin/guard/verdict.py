"""The fact guard: what a text tells must be in the source it was made from.

It judges our own summaries, a model's and what an editor types. It does not understand: it compares typed
facts and the words around them, and has `relations` compare what they are said to be.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.bulletin.facts.fact import plain
from flows.bulletin.facts.find import Fact, Kind, facts
from flows.bulletin.guard.counts import counts_what_it_lists, is_small_word
from flows.bulletin.guard.elliptic import settled, with_bare_hours, with_elliptic_days, with_elliptic_sums
from flows.bulletin.guard.relations import judge
from flows.bulletin.guard.stamps import published_on
from flows.bulletin.guard.stems import stems
from flows.bulletin.guard.support import Source, capped, weekday_of
from flows.bulletin.guard.weekly import is_every_week
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.sentences import split

_QUARTER = re.compile(r"\b(?P<many>un|tre)\squart[oi]\sd.ora\b", re.I)
_MINUTES = {"un": 15, "tre": 45}
_WITNESSES = 12  # facts of the source that are one of the text
_LONGEST = 300  # characters; a page without full stops is one endless sentence


class Passages:
    """A source cut into sentences."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sentences: list[tuple[int, str]] = []
        at = 0
        for sentence in split(source):
            at = source.index(sentence, at)
            self._sentences.append((at, sentence))
            at += len(sentence)

    def at(self, place: int) -> str:
        """The sentence at `place`; of an endless one, what stands around it."""
        for start, sentence in reversed(self._sentences):
            if start <= place:
                return sentence if len(sentence) <= _LONGEST else self._around(place, start, len(sentence))
        return ""

    def likest(self, text: str, fact: Fact, supporting: Sequence[Fact]) -> str:
        """The sentence of the fact of the source, of those that bear `fact` out, that says most of its words."""  # noqa: E501
        if len(supporting) == 1:
            return self.at(supporting[0].start)
        ours = stems(next((one for one in split(text) if fact.shown in one), text))
        found = (self.at(witness.start) for witness in supporting[:_WITNESSES])
        return max(found, key=lambda sentence: len(ours & stems(sentence)))

    def with_words(self, words: str) -> str:
        """The first sentence that holds `words` (folded), all together or at least one by one."""
        for start, sentence in self._sentences:
            if f" {words} " in f" {plain(sentence)} ":
                return sentence if len(sentence) <= _LONGEST else self._around(start, start, len(sentence))
        every = set(words.split())
        sharing = (sentence for _, sentence in self._sentences if every & set(plain(sentence).split()))
        return next(sharing, "")[:_LONGEST]

    def _around(self, place: int, start: int, length: int) -> str:
        first = max(start, place - _LONGEST // 2)
        last = min(start + length, first + _LONGEST)
        piece = self._source[first:last]
        if first > start:
            piece = "…" + piece.partition(" ")[2]
        return piece.rpartition(" ")[0] + "…" if last < start + length else piece


_WARNED = frozenset({Kind.place, Kind.name, Kind.word})
_NAMES = {
    Kind.date: "La data",
    Kind.act_date: "La data",
    Kind.weekday: "Il giorno",
    Kind.time: "L'ora",
    Kind.amount: "La cifra",
    Kind.percentage: "La percentuale",
    Kind.phone: "Il numero di telefono",
    Kind.email: "L'indirizzo",
    Kind.link: "L'indirizzo",
    Kind.number: "Il numero",
    Kind.ordinal: "Il numero",
    Kind.reference: "Il numero",
    Kind.level: "Il livello",
    Kind.place: "Il luogo",
    Kind.name: "Il nome",
    Kind.word: "La parola",
}


@dataclass(frozen=True)
class Verdict:
    """What the guard found; `blocked` and `warnings` are sentences for an editor.

    `supported` pairs each fact that the source bears out with the sentence of the source that does.
    """

    blocked: tuple[str, ...]
    warnings: tuple[str, ...]
    supported: tuple[tuple[Fact, str], ...]

    @property
    def passes(self) -> bool:
        """Whether the text may go out: warnings are for the editor to weigh."""
        return not self.blocked


def check(text: str, source: str, *, published: date | None = None) -> Verdict:
    """Judge `text` against the `source` it tells of; `published` is the source's day of publication.

    Blocked: a number, date, time, amount, phone, address or level that the source has not; a weekday that
    is not its date's; a year that neither the source nor `published` gives; `oggi` and its like, which tell
    another day to whom reads later; what `relations` is sure that the source relates otherwise. Warned of:
    names, places and decisive words (`annullato`, `gratuito`, `chiuso`) that the source has not, or has of
    something else; what `relations` only thinks likely.
    """
    source_facts = with_elliptic_days(source, facts(source, published=published))
    text_facts = settled(with_elliptic_days(text, facts(text), source_facts), source_facts)
    text_facts = with_bare_hours(text, with_elliptic_sums(text_facts, source_facts), source_facts)
    published = published or published_on(source, source_facts)
    origin, passages = Source(source, capped(source_facts), published), Passages(source)
    blocked: list[str] = []
    warnings: list[str] = []
    supported: list[tuple[Fact, str]] = []
    for fact in text_facts:
        supporting = origin.supporting(fact)
        if (trouble := _trouble(fact, supporting, origin)) and not _is_explained(
            text, fact, text_facts, source
        ):
            is_likely = fact.kind in _WARNED or is_small_word(text, fact, source)
            (warnings if is_likely else blocked).append(trouble)
        elif supporting:
            supported.append((fact, passages.likest(text, fact, supporting)))
        else:
            supported.append((fact, passages.with_words(fact.value)))
    for finding in judge(text, text_facts, source, source_facts):
        (blocked if finding.is_certain else warnings).append(finding.message)
    return Verdict(tuple(dict.fromkeys(blocked)), tuple(dict.fromkeys(warnings)), tuple(supported))


def _is_explained(text: str, fact: Fact, text_facts: Sequence[Fact], source: str) -> bool:
    """Whether the text itself bears a fact out: a count of what it lists, a day of a weekly list."""
    if fact.kind is Kind.relative:
        return is_every_week(text, fact, source)
    return _is_quarter(text, fact, source) or counts_what_it_lists(text, fact, text_facts, source)


def _is_quarter(text: str, fact: Fact, source: str) -> bool:
    """Whether it is a word of `tre quarti d'ora` where the source has 45 minutes."""
    return any(
        re.search(rf"\b{_MINUTES[found['many'].lower()]} minuti\b", source, re.I)
        for found in _QUARTER.finditer(text)
        if found.start() <= fact.start < found.end()
    )


def _trouble(fact: Fact, supporting: list[Fact], origin: Source) -> str:
    """What an editor must know of a fact that the source does not bear out; "" of one that it does."""
    match fact.kind:
        case Kind.relative:
            return f"«{fact.shown}» dipende dal giorno in cui si legge: scrivi la data."
        case Kind.date | Kind.act_date:
            return _date_trouble(fact, supporting, origin)
        case Kind.place | Kind.name:
            is_there = bool(supporting) or origin.has_words(fact)
        case Kind.number:
            is_there = bool(supporting) or origin.is_its_year(fact.value)
        case _:
            is_there = bool(supporting)
    if is_there:
        return ""
    if fact.kind is Kind.number and len(fact.value) == 4 and fact.value[:2] in ("19", "20"):
        return f"L'anno «{fact.shown}» non è nella pagina del sito."
    return f"{_NAMES[fact.kind]} «{fact.shown}» non è nella pagina del sito."


def _date_trouble(fact: Fact, supporting: list[Fact], origin: Source) -> str:
    day = _with_month(fact)
    if not supporting:
        if origin.has_day(fact):
            return f"L'anno di «{day}» non è nella pagina del sito."
        if origin.is_of_an_act(fact):
            return f"«{day}» nella pagina del sito è la data di un atto."
        return f"La data «{day}» non è nella pagina del sito."
    if not fact.weekday:
        return ""
    right = weekday_of(fact.value, origin.year_of(f"--{fact.value[-5:]}")) or origin.weekday_of(fact.value)
    if not right:
        return f"«{day}»: dalla pagina del sito non si sa se è {fact.weekday}."
    return "" if right == fact.weekday else f"«{day}»: è {right}, non {fact.weekday}."


def _with_month(fact: Fact) -> str:
    """`7 ottobre` of the 7 in `7 e 8 ottobre`."""
    if fact.shown[-1].isdigit() and len(fact.shown.split()[-1]) <= 2:
        return f"{fact.shown} {MONTHS[int(fact.value[-5:-3]) - 1]}"
    return fact.shown

"""What an edit of a notice changed, whether it is the same notice at all, and whether two tell the same.

Also what an editor is told of a text that the site contradicts since it was written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from rapidfuzz.distance import Levenshtein

from db.models import Edit
from flows.bulletin.choosing.notice import Bare, NoticeText, bare
from flows.bulletin.choosing.reused import likeness, same_item
from flows.bulletin.facts.fact import Kind, plain
from flows.bulletin.facts.find import Fact, facts
from flows.bulletin.facts.words import STATUS, contrary
from flows.bulletin.language.dates import MONTHS, giorno, giorno_ora

__all__ = ["Change", "NoticeText", "compare", "near_duplicate", "same_item"]

# One of these gained or lost marks the notice as updated; names, links and numbers of acts do not.
TELLING = frozenset(
    {Kind.date, Kind.relative, Kind.weekday, Kind.time, Kind.amount, Kind.percentage, Kind.phone, Kind.email}
    | {Kind.level, Kind.place}
)
_DAYS = frozenset({Kind.date, Kind.act_date})
_DUPLICATE = 80  # token_set_ratio; the highest of two different notices was 65, the lowest of one edited 96


@dataclass(frozen=True)
class Change:
    """`edit` is None where nothing changed; the facts that only one side tells, of every kind."""

    edit: Edit | None
    lost: tuple[Fact, ...] = ()
    gained: tuple[Fact, ...] = ()


def compare(before: NoticeText, after: NoticeText, *, published: date | None = None) -> Change:
    """What became of a notice.

    None: the same but for white space. Cosmetic: the same words, but for the furniture of the page.
    Updated: a day, time, place, amount, number, contact, level, or whether it takes place. A text that one
    side only breaks off ("...") loses nothing by that.
    """
    if (before.title.split(), before.text.split()) == (after.title.split(), after.text.split()):
        return Change(None)
    old, new = bare(before), bare(after)
    lost, gained = _difference(old, new, published)
    amounts = [fact for fact in (*lost, *gained) if fact.kind is Kind.amount]
    if old.words == new.words and not amounts:
        return Change(Edit.cosmetic)
    is_update = _is_update(
        () if _breaks_off(new, old) else lost, () if _breaks_off(old, new) else gained, old, new
    )
    return Change(Edit.updated if is_update else Edit.reworded, lost, gained)


def near_duplicate(a: NoticeText, b: NoticeText) -> bool:
    """Whether two notices tell the same matter, perhaps with other facts: then it is an update."""
    first, second = bare(a).words, bare(b).words
    fewest = min(len(set(first.split())), len(set(second.split())))
    if fewest < 4:
        return first == second  # `Avviso`: every notice holds its words
    return likeness(first, second) >= _DUPLICATE


def _difference(old: Bare, new: Bare, published: date | None) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    before, after = facts(old.whole, published=published), facts(new.whole, published=published)
    return _missing(before, after, new.words), _missing(after, before, old.words)


def _missing(own: tuple[Fact, ...], others: tuple[Fact, ...], words: str) -> tuple[Fact, ...]:
    """The facts of `own` that `others` (read from `words`) do not tell; each once."""
    keys = {(fact.kind, fact.value) for fact in others}
    days = {fact.value[-5:] for fact in others if fact.kind in _DAYS}
    yearless = {fact.value[-5:] for fact in others if fact.kind in _DAYS and fact.value.startswith("--")}
    weekdays = {fact.weekday for fact in others}
    called: dict[str, set[str]] = {}  # the weekdays of each day there
    for fact in others:
        called.setdefault(fact.value, set()).add(fact.weekday)
    single = set(words.split())
    missing: dict[tuple[Kind, str], Fact] = {}
    for fact in own:
        key = (fact.kind, fact.value)
        if key in missing or (key in keys and not _has_another_weekday(fact, called)):
            continue
        if fact.kind in _DAYS and len(fact.value) >= 7 and key not in keys:
            same_days = days if fact.value.startswith("--") else yearless
            if fact.value[-5:] in same_days or any((kind, fact.value) in keys for kind in _DAYS):
                continue
        if fact.kind is Kind.weekday and fact.value in weekdays:
            continue
        if fact.kind in (Kind.place, Kind.name) and f" {fact.value} " in f" {words} ":
            continue
        if fact.kind in (Kind.number, Kind.ordinal, Kind.reference) and fact.value in single:
            continue
        if fact.kind is Kind.word and _is_misspelt(fact, others, single):
            continue
        missing[key] = fact
    return tuple(missing.values())


def _is_misspelt(fact: Fact, others: Collection[Fact], words: Collection[str]) -> bool:
    """Whether the word is missing there only because of a typo: `aperura`."""
    if any(other.kind is Kind.word and contrary(other.value, fact.value) for other in others):
        return False
    return any(Levenshtein.distance(plain(fact.shown), word) <= 1 for word in words)


def _has_another_weekday(fact: Fact, called: Mapping[str, Collection[str]]) -> bool:
    """Whether the same day is called `martedì` here and only `lunedì` there."""
    if not fact.weekday:
        return False
    theirs = called.get(fact.value, ())
    return "" not in theirs and fact.weekday not in theirs


def _is_update(lost: Collection[Fact], gained: Collection[Fact], old: Bare, new: Bare) -> bool:
    both = (*lost, *gained)
    if any(fact.kind in TELLING for fact in both):
        return True
    if all(any(fact.kind is Kind.act_date for fact in side) for side in (lost, gained)):
        return True
    words = {fact.value for fact in both if fact.kind is Kind.word}
    if words & STATUS or {word.removeprefix("non ") for word in words} & STATUS:
        return True
    if any(contrary(*pair) for pair in product(words, repeat=2)):
        return True
    numbers = [
        {place for fact in side if fact.kind is Kind.number for place in _place(fact, text.whole)}
        for side, text in ((lost, old), (gained, new))
    ]
    return bool(numbers[0] & numbers[1])  # `6 posti` became `10 posti`


def _place(fact: Fact, text: str) -> set[str]:
    """The words on either side of a number."""
    before, after = plain(text[: fact.start][-30:]).split(), plain(text[fact.end :][:30]).split()
    return {*(f"{word} _" for word in before[-1:]), *(f"_ {word}" for word in after[:1])}


def _breaks_off(short: Bare, long: Bare) -> bool:
    """Whether `short` is the beginning of `long`, cut at its end."""
    if not short.cut or len(short.text) >= len(long.text):
        return False
    words, others = short.words.split(), long.words.split()
    words = words[: max(1, len(words) - 1)]  # the last one may be half a word
    return others[: len(words)] == words


_NAMED = TELLING - {Kind.relative} | {Kind.number, Kind.word}
_MOST = 6  # facts of a side that are named


def outdated(
    title: str,
    *,
    told_at: datetime,
    is_sent: bool,
    changed_at: datetime,
    lost: Sequence[Sequence[str]],
    gained: Sequence[Sequence[str]],
) -> str:
    """One sentence, e.g. `«Mercatino», inviata venerdì 27 novembre, è cambiata ...: prima X; ora Y.`

    Args:
        lost, gained: facts as (kind, value), the oldest edit's first.
    """
    where = f"{'inviata' if is_sent else 'nel bollettino di'} {giorno(told_at)}"
    sides = [("prima", _words(lost, gained)), ("ora", _words(gained, lost))]
    changes = "; ".join(f"{name} {', '.join(words)}" for name, words in sides if words)
    what_now = (
        "Valuta una correzione." if is_sent else "Il testo del bollettino è quello di prima: correggilo."
    )
    changed = f"è cambiata sul sito {giorno_ora(changed_at)}"
    return f"«{title}», {where}, {changed}{': ' if changes else ''}{changes}. {what_now}"


def _words(own: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> list[str]:
    """What of one side the other does not hold: an edit may take back an earlier one."""
    back = {tuple(fact) for fact in others}
    facts = [(Kind(kind), value) for kind, value in own if (kind, value) not in back]
    return list(dict.fromkeys(in_words(kind, value) for kind, value in facts if kind in _NAMED))[:_MOST]


def in_words(kind: Kind, value: str) -> str:
    """The canonical value of a fact as an Italian reads it."""
    if kind is Kind.date and len(value) == 10:
        return giorno(date.fromisoformat(value))
    if kind is Kind.date:  # without a day or a year
        year, _, rest = ("", "", value[2:]) if value.startswith("--") else value.partition("-")
        month, _, day = rest.partition("-")
        return " ".join(filter(None, (day.lstrip("0"), MONTHS[int(month) - 1], year)))
    if kind is Kind.time:
        return f"ore {value}"
    if kind is Kind.amount:
        return f"{value.replace('.', ',')} euro"
    if kind is Kind.percentage:
        return f"{value.replace('.', ',')}%"
    return f"tel. {value}" if kind is Kind.phone else value

"""The same notice at another address or of another source: told once, or as an update of the earlier one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from db.models import Edit
from flows.bulletin.candidates import Candidate, Earlier, LeftOut
from flows.bulletin.choosing.changes import TELLING, Change, compare, near_duplicate, same_item
from flows.bulletin.choosing.notice import NoticeText, bare
from flows.bulletin.choosing.reused import likeness
from flows.bulletin.choosing.timing import nearest
from flows.bulletin.facts.find import Fact, Kind, facts
from flows.bulletin.facts.words import STATUS
from flows.bulletin.language.dates import MONTHS, giorno, in_rome

UPDATE = "AGGIORNAMENTO"
MEMORY = timedelta(days=30)  # between the days of two notices that may be the same
_READ = 5000  # characters of a text that are compared
_SHARED = 0.5  # of the fewer telling words of two notices: below it no pair is near
_MOSTLY = 0.75  # of all their words
_TITLES = 60  # token_set_ratio: two events of one square share their text, not their title
_COMMON = 5  # notices with the same word, or a tenth of all: it tells nothing of one
_FEW = 6  # words that tell: with fewer all are compared
_EDITED = 1.3  # times the words: a longer text is a fuller telling, not an edit
_TELLING = TELLING | {Kind.number}
_MOVED = re.compile(
    r"\b(?:rinvi\w+|posticip\w+|prorog\w+|anticip\w+|spostat\w+|slitta\w*|differi\w+|annullat\w+|nuov[ao] "
    r"(?:data|scadenza|termine|orario|sede)|rettific\w+|errata corrige|cambi\w+|modific\w+|aggiorna\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Notice:
    """A notice, and the set of its words as bits: two sets are compared in a microsecond."""

    notice: NoticeText
    dated: datetime
    words: int
    telling: int  # those words that few of the notices have
    few: int  # how many those are

    def may_be(self, other: "_Notice") -> bool:
        """Whether it is worth the time to compare the two in full."""
        few = min(self.few, other.few)
        if few >= _FEW:
            return (self.telling & other.telling).bit_count() >= _SHARED * few
        least = min(self.words.bit_count(), other.words.bit_count())
        return (self.words & other.words).bit_count() >= _MOSTLY * least


@dataclass(frozen=True)
class Relation:
    """Of an older and a newer notice that tell the same matter.

    `update`: what the newer one changes, for a citizen ("" where it changes nothing); `adds`: it tells facts
    that the older one does not; `is_fuller`: the older one tells all that the newer does, and more.
    """

    update: str = ""
    adds: bool = False
    is_fuller: bool = False


@dataclass(frozen=True)
class Merged:
    """`candidates` in the order given, updates marked as such."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def merge(news: Sequence[Candidate], earlier: Sequence[Earlier] = ()) -> Merged:
    """One of each notice: the newer, or the fuller; what bulletins tell already only as an update.

    Args:
        news: newest first.
        earlier: what living bulletins tell.
    """
    notices = _notices([*earlier, *news])
    pairs = list(zip(earlier, notices[: len(earlier)], strict=True))
    left_out: list[LeftOut] = []
    offers: dict[int, tuple[Candidate, _Notice]] = {}
    for place, (candidate, notice) in enumerate(zip(news, notices[len(earlier) :], strict=True)):
        offered, reason = _beside_told(candidate, notice, pairs)
        if reason is None:
            offered, reason = _beside_newer(offered, notice, offers, left_out)
        if reason is None:
            offers[place] = (offered, notice)
        else:
            left_out.append(LeftOut(candidate.title, reason, candidate.url))
    return Merged(tuple(candidate for candidate, _ in offers.values()), tuple(left_out))


def _beside_told(
    candidate: Candidate, notice: _Notice, pairs: Iterable[tuple[Earlier, _Notice]]
) -> tuple[Candidate, str | None]:
    update = ""
    for earlier, its in sorted(pairs, key=lambda pair: pair[0].bulletin_at, reverse=True):
        is_newer = its.dated <= notice.dated
        relation = _relation(its, notice) if is_newer else _relation(notice, its)
        if relation is None:
            continue
        if not is_newer or not relation.adds:
            when = giorno(earlier.bulletin_at)
            return candidate, f"stessa notizia di «{earlier.title}», già nel bollettino di {when}"
        update = update or relation.update
    return (replace(candidate, update=update) if update else candidate), None


def _beside_newer(
    candidate: Candidate,
    notice: _Notice,
    offers: dict[int, tuple[Candidate, _Notice]],
    left_out: list[LeftOut],
) -> tuple[Candidate, str | None]:
    for place, (newer, its) in list(offers.items()):
        relation = _relation(notice, its)
        if relation is None:
            continue
        if relation.is_fuller:
            del offers[place]
            reason = f"stessa notizia di «{candidate.title}», che dice di più"
            left_out.append(LeftOut(newer.title, reason, newer.url))
            return replace(candidate, update=newer.update), None
        if relation.update:
            offers[place] = (replace(newer, update=newer.update or relation.update), its)
            return candidate, f"superata dal suo aggiornamento: «{newer.title}»"
        return candidate, f"stessa notizia di «{newer.title}», più recente"
    return candidate, None


def _notices(items: Sequence[Earlier | Candidate]) -> list[_Notice]:
    texts = [NoticeText(item.title, item.text[:_READ]) for item in items]
    vocabularies = [set(bare(text).words.split()) for text in texts]
    counts = Counter(word for vocabulary in vocabularies for word in vocabulary)
    place = {word: position for position, word in enumerate(counts)}
    most = max(_COMMON, len(vocabularies) // 10)
    common = sum(1 << place[word] for word, count in counts.items() if count > most)
    bits = [sum(1 << place[word] for word in vocabulary) for vocabulary in vocabularies]
    return [
        _Notice(text, item.dated, its, its & ~common, (its & ~common).bit_count())
        for text, its, item in zip(texts, bits, items, strict=True)
    ]


def _relation(older: _Notice, newer: _Notice) -> Relation | None:
    if abs(newer.dated - older.dated) > MEMORY or not older.may_be(newer):
        return None
    if not near_duplicate(older.notice, newer.notice):
        return None
    return relation(older.notice, newer.notice, older.dated, newer.dated)


def relation(older: NoticeText, newer: NoticeText, older_at: datetime, newer_at: datetime) -> Relation | None:
    """How two notices that are near each other are related; None: they tell of two occasions."""
    before, day = in_rome(older_at).date(), in_rome(newer_at).date()
    if before != day and any(fact.kind is Kind.relative for fact in facts(f"{newer.title}\n{newer.text}")):
        return None  # `oggi` of another day
    change = compare(older, newer, published=before)
    lost, gained = _telling(change.lost), _telling(change.gained)
    if change.edit is not Edit.updated or not gained:
        return Relation(is_fuller=bool(lost))
    if not lost:
        longer = len(bare(newer).words.split()) > _EDITED * len(bare(older).words.split())
        is_edit = not longer and (bool(older.text.strip()) or len(newer.title) > len(older.title))
        has_status = any(fact.kind is Kind.word for fact in gained)
        return Relation(update=UPDATE if is_edit or has_status else "", adds=True)
    if (
        likeness(older.title, newer.title) < _TITLES
        or _titles_apart(older, newer)
        or not same_item(older, newer)
    ):
        return None
    dates = [its for fact in lost if fact.kind is Kind.date and (its := nearest(fact.value, before))]
    if dates and max(dates) < day:
        return None  # what the older one announced was over: this is the next time
    is_moved = _MOVED.search(f"{newer.title} {newer.text}") is not None
    if _days_differ(lost, gained) and not is_moved and before == day:
        return None  # two of a series, published together
    return Relation(update=said_before(Change(change.edit, lost, gained)), adds=True)


def said_before(change: Change) -> str:
    """`AGGIORNAMENTO, prima era: sabato 28 novembre, ore 20:30`: what gave way to something of its kind.

    Where more than two facts of a kind changed, which became which is not known, and nothing is said of it.
    """
    parts = []
    for kind in (Kind.date, Kind.time, Kind.place, Kind.amount, Kind.phone, Kind.level):
        before = [_shown(fact) for fact in change.lost if fact.kind is kind]
        after = [fact for fact in change.gained if fact.kind is kind]
        if 1 <= len(before) <= 2 and len(before) == len(after):
            parts.append(" e ".join(before))
    return f"{UPDATE}, prima era: {', '.join(parts)}" if 1 <= len(parts) <= 3 else UPDATE


def _shown(fact: Fact) -> str:
    """As the older notice wrote it; a whole date with its right weekday."""
    wording = " ".join(fact.shown.split())
    if fact.kind is Kind.date and len(fact.value) == 10:
        return giorno(date.fromisoformat(fact.value))
    if fact.kind is Kind.date and len(fact.value) == 7 and fact.value.startswith("--"):
        month = MONTHS[int(fact.value[2:4]) - 1]
        return f"{fact.weekday} {int(fact.value[5:])} {month}".strip()
    if fact.kind is Kind.time and wording[:1].isdigit():
        return f"ore {wording}"
    return f"telefono {wording}" if fact.kind is Kind.phone and wording[:1].isdigit() else wording


def _telling(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.kind in _TELLING or fact.value.removeprefix("non ") in STATUS)


def _days_differ(lost: Iterable[Fact], gained: Iterable[Fact]) -> bool:
    return all(any(fact.kind in (Kind.date, Kind.weekday) for fact in side) for side in (lost, gained))


def _titles_apart(older: NoticeText, newer: NoticeText) -> bool:
    """Whether the titles name other places: `Asfaltatura in via Verdi`, `... in via Rossi`."""
    places = [
        {fact.value for fact in facts(side.title) if fact.kind in (Kind.place, Kind.name)}
        for side in (older, newer)
    ]
    return bool(places[0] - places[1] and places[1] - places[0])

"""Lists: a text that gives some items of an enumeration as if they were all."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stem, stems
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.sentences import has_verb

# With one of these a text says itself that there is more.
HEDGE = re.compile(
    r"\b(?:tra\s+(?:cui|gli\s+altri|i\s+quali)|fra\s+(?:cui|gli\s+altri)|altr[ieo]\b|eccetera|ecc\b|ad\s+esempio|per\s+esempio|come\b"
    r"|(?:elenco|programma|calendario|date|orari|dettagli|titoli|documenti|resto|vie|requisiti|regole|importi|tutti|tutte)[^.]{0,40}"
    r"\bnella\s+pagina|nella\s+pagina|anche\b|almeno|soprattutto|in\s+particolare|prim[oaie]\b|prossim[oaie]|\d+\s+(?:date|incontri|serate|film))",
    re.I,
)
_LISTED = re.compile(
    r"\s*(?:[,;/]|\s[-–]\s|-|\b(?:e|ed|o|oppure)\b)*\s*(?:\b(?:e|ed|o|il|del|giorno|anche|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)\b\s*)*"
    r"(?:dal\s|al\s|dall['’]|all['’]|l['’])?\s*(?:\|\s*)?",
    re.I,
)
_SPAN = re.compile(
    r"\s*(?:[-–]|,?\s?(?:e\s+)?(?:fino\s+)?al?(?:l['’])?)\s*(?:(?:giorno|il)\s+)?(?:\w+ì\s+|sabato\s+|domenica\s+)?",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_ITEM_CUT = re.compile(r",?\s(?P<last>e|ed|o|oppure|nonché)\s|[,;](?=\s)|\s(?P<row>[–•|/])\s")
_BROKEN = re.compile(r"[:«»“”\n]|\.\s")
_WORDS_OF_AN_ITEM = 7
_WORDS_OF_A_WORD = 2
_NEAR_JOINT = re.compile(
    r"\s*(?:\([^)]{0,40}\))?\s*(?:,|/|;|\be\b|\bed\b|\bo\b)+\s*(?:(?:in|a|ad|al|alla|nel|nella|di|il|la|le|i|un|tratti|tratto|parte|anche)\s+)*",
    re.I,
)
_FAR_JOINT = re.compile(
    r"\s*(?:\([^)]{0,60}\))?\s*(?:,|/|;|\be\b|\bed\b|\bo\b|\s[–-]\s)+\s*(?:(?!mentre|ma|poi)[\w'’]+\s+){0,5}(?:\w+['’])?",
    re.I,
)
_STRETCH = re.compile(
    r"\b(?:tra|fra|tratto|da|dal|incrocio|angolo|intersezione|direzione|altezza|laterale)\b[^.;,\n]*$", re.I
)
_FAR = 60  # characters
_AT_START = re.compile(r"(?:^|[\n|;•]|\s-)\s*$")
_BEFORE_DAY = re.compile(r"[a-zà-ù]+(?:['’]|\s+)$", re.I)
_BULLET = re.compile(r"\s*(?:[-•–*·●]|\d{1,2}[.)]|[a-z]\))\s")
_STREETS = frozenset(
    {"via", "viale", "piazza", "piazzale", "piazzetta", "corso", "largo", "vicolo", "contrada", "località"}
)
_STREET_STEMS = frozenset(map(stem, _STREETS))
_SURE_STARTS = ("street", "name")
_LEADS = dict.fromkeys(("il", "lo", "la", "i", "gli", "le", "l", "un", "una", "uno"), "article")
_LEADS |= dict.fromkeys(("di", "del", "della", "dei", "delle", "degli", "dell", "d"), "of")
_LEADS |= dict.fromkeys(
    ("a", "al", "alla", "ai", "alle", "agli", "all", "in", "nel", "nella", "per", "con"), "to"
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Days and named items that stand in one enumeration of the page, of which the text leaves some out."""
    yield from _days(text, source)
    yield from _between(text, source)
    yield from _names(text, source)
    yield from _items(text, source)


def _runs(wording: Wording, kind: Kind) -> list[list[Fact]]:
    runs: list[list[Fact]] = []
    for fact in wording.of_kind(kind):
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last.end <= fact.start
            and fact.start - last.end < 30
            and _LISTED.fullmatch(wording.text, last.end, fact.start)
        ):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    return runs


def _days(text: Wording, source: Wording) -> Iterator[Finding]:
    told = {fact.value[-5:] for fact in text.of_kind(Kind.date)}
    runs = _runs(source, Kind.date)
    lists = [run for run in (*runs, *_series(source)) if len({fact.value for fact in run}) > 2]
    whole = {frozenset(fact.value[-5:] for fact in run) for run in runs if not _is_range(source, run)}
    for run in _runs(text, Kind.date):
        days = {fact.value[-5:] for fact in run}
        sentence = text.sentence_at(run[0].start)
        if len(days) < 2 or days in whole or _is_range(text, run) or HEDGE.search(sentence.text):
            continue
        for listed in lists:
            theirs = {fact.value[-5:] for fact in listed}
            left_out = [fact for fact in listed if fact.value[-5:] not in told]
            if days < theirs and left_out and len(left_out) < len(theirs):
                quote = source.quote(listed[0].start, listed[-1].end)
                yield Finding(
                    f"Manca «{left_out[0].shown}» tra i giorni della pagina del sito: {quote}.",
                    is_certain=True,
                )
                break


def _between(text: Wording, source: Wording) -> Iterator[Finding]:
    """A day of the page between two that the text lists one by one, and that it tells nowhere."""
    told = {fact.value[-5:] for fact in text.of_kind(Kind.date)}
    for run in _runs(text, Kind.date):
        days = [fact.value for fact in run]
        is_listed = len(days) > 2 and days == sorted(days) and len({len(day) for day in days}) == 1
        if not is_listed or HEDGE.search(text.sentence_at(run[0].start).text):
            continue
        theirs = source.of_kind(Kind.date)
        known = [one for one in theirs if one.value[-5:] in {day[-5:] for day in days}]
        for fact in theirs:
            is_within = len(fact.value) == len(days[0]) and days[0] < fact.value < days[-1]
            if is_within and fact.value[-5:] not in told and _is_alike(source, fact, known):
                quote = source.quote(fact.start, fact.end)
                yield Finding(f"Manca «{fact.shown}» tra i giorni della pagina del sito: {quote}.")
                return


def _is_alike(source: Wording, fact: Fact, known: Sequence[Fact]) -> bool:
    """Whether a day stands on the page as most of the days do that are told: with its weekday or at the start
    of its line or cell, or behind the same word.
    """
    own = _stands(source, fact)
    return bool(own) and 2 * sum(_stands(source, one) == own for one in known) > len(known)


def _stands(source: Wording, fact: Fact) -> str:
    before = source.text[max(0, fact.start - 30) : fact.start]
    if fact.weekday or _AT_START.search(before):
        return "|"
    found = _BEFORE_DAY.search(before)
    return found[0].strip().lower() if found else ""


def _series(source: Wording) -> list[list[Fact]]:
    """Days of lines that follow each other and say the same of each: `prima rata 30 giugno`, `seconda rata …`."""  # noqa: E501
    series: list[list[Fact]] = []
    words: frozenset[str] = frozenset()
    last = -2
    for fact in source.of_kind(Kind.date):
        place = source.index_at(fact.start)
        its = source.sentences[place].stems - {stem(word) for word in fact.shown.split()}
        if place == last + 1 and len(its) <= _WORDS_OF_AN_ITEM and its & words:
            series[-1].append(fact)
            words &= its
        elif place != last:
            series.append([fact])
            words = its
        else:
            series.append([])
            words = frozenset()
        last = place
    return series


def _is_range(text: Wording, run: Sequence[Fact]) -> bool:
    """Whether two days are the ends of a span: `dal 3 al 5`, `3-5`."""
    return len(run) == 2 and bool(_SPAN.fullmatch(text.text, run[0].end, run[1].start))


def _names(text: Wording, source: Wording) -> Iterator[Finding]:
    """Streets and names that the page lists, of which the text tells some, in a list of its own."""
    told = {token for token, _, _ in text.tokens}
    theirs = [run for run in _named(source) if len(run) > 2]
    for run in _named(text):
        if len(run) < 2 or HEDGE.search(text.sentence_at(run[0].start).text):
            continue
        for listed in theirs:
            is_some = all(any(_is_named(own, one) for one in listed) for own in run)
            left_out = [one for one in listed if not any(_is_named(own, one) for own in run)]
            left_out = [one for one in left_out if not stems(one.value) - _STREET_STEMS & told]
            if is_some and left_out:
                quote = source.quote(left_out[0].start, left_out[0].end)
                yield Finding(f"Manca «{left_out[0].shown}» dall'elenco della pagina del sito: {quote}.")
                return


def _named(wording: Wording) -> list[list[Fact]]:
    runs: list[list[Fact]] = []
    for fact in wording.of_kind(Kind.place, Kind.name):
        if _STRETCH.search(wording.text[max(0, fact.start - 40) : fact.start]):
            continue
        last = runs[-1][-1] if runs else None
        joint = _FAR_JOINT if fact.kind is Kind.place else _NEAR_JOINT
        if (
            last
            and last.kind is fact.kind
            and last.end <= fact.start
            and fact.start - last.end < _FAR
            and joint.fullmatch(wording.text, last.end, fact.start)
        ):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    return runs


def _is_named(own: Fact, other: Fact) -> bool:
    ours, theirs = stems(own.value) - _STREET_STEMS, stems(other.value) - _STREET_STEMS
    return bool(ours) and (ours <= theirs or (theirs <= ours and bool(theirs)))


@dataclass(frozen=True)
class Item:
    """One item of an enumeration, by its stems."""

    text: str
    stems: frozenset[str]
    start: int
    end: int


def _items(text: Wording, source: Wording) -> Iterator[Finding]:
    runs = [
        run
        for sentence in text.sentences
        if not HEDGE.search(sentence.text)
        for run in _enumerations(sentence)
        if not any(has_verb(item.text) for item in run) and not _has_days(text, run)
    ]
    if not runs:
        return
    told = {token for token, _, _ in text.tokens}
    for run in runs:
        words = frozenset[str]().union(*(item.stems for item in run))
        places = {source.index_at(clause.start) for _, clause in source.likest(words, least=2)}
        theirs = [items for place in sorted(places) for items in _enumerations(source.sentences[place])]
        theirs += _lines(source, places)
        if any(_is_whole(run, _told_apart(items)) for items in theirs):
            continue
        for items in theirs:
            if found := _left_out(run, _told_apart(items), told):
                quote = source.quote(found.start, found.end)
                yield Finding(f"Manca «{found.text}» dall'elenco della pagina del sito: {quote}.")
                return


def _has_days(text: Wording, run: Sequence[Item]) -> bool:
    """Whether an enumeration is one of days or hours, which are not told apart by their words."""
    found = text.facts_between(run[0].start, run[-1].end)
    return any(fact.kind in (Kind.date, Kind.weekday, Kind.time, Kind.relative) for fact in found)


def _lines(source: Wording, places: set[int]) -> Iterator[list[Item]]:
    """The lists of lines that some of `places` are of."""
    seen: set[int] = set()
    for place in sorted(places):
        if place in seen or not _is_line(source.sentences[place]):
            continue
        first = last = place
        while first > 0 and _is_line(source.sentences[first - 1]):
            first -= 1
        while last + 1 < len(source.sentences) and _is_line(source.sentences[last + 1]):
            last += 1
        seen |= set(range(first, last + 1))
        lines = source.sentences[first : last + 1]
        yield [_item(line, 0, _first_words(line.text, 0, len(line.text))) for line in lines]


def _told_apart(items: Sequence[Item]) -> list[Item]:
    """Items by the stems that no other one shares: of `identità digitale, firma digitale` not the second word."""  # noqa: E501
    counts = Counter(stem for item in items for stem in item.stems)
    return [
        replace(item, stems=frozenset(one for one in item.stems if counts[one] == 1) or item.stems)
        for item in items
    ]


def _is_line(sentence: Clause) -> bool:
    return bool(_BULLET.match(sentence.text)) or sentence.text.rstrip().endswith(";")


def _is_whole(ours: Sequence[Item], theirs: Sequence[Item]) -> bool:
    return all(any(_same(item, own) for own in ours) for item in theirs)


def _left_out(ours: Sequence[Item], theirs: Sequence[Item], told: set[str]) -> Item | None:
    """The item of theirs that ours leaves out, where ours are clearly some of theirs, and it is of their make."""  # noqa: E501
    matched = [any(_same(item, own) for own in ours) for item in theirs]
    found = [sum(_same(item, own) for item in theirs) for own in ours]
    if (
        len(theirs) < 3
        or sum(matched) < 2
        or sum(map(bool, found)) < len(ours)
        or sum(matched) * 2 < len(theirs)
    ):
        return None
    makes = [_make(item) for item in theirs]
    if makes[0] not in _SURE_STARTS:  # nobody knows where the first item of a run begins
        makes[0] = ""
    kin = {make for make, is_told in zip(makes, matched, strict=True) if is_told and make}
    kin |= {"street", "name"} if "street" in kin else set()  # `nelle vie Po, Adda e vicolo Stretto`
    return next(
        (
            item
            for item, make, is_told in zip(theirs, makes, matched, strict=True)
            if not is_told
            and item.stems
            and not item.stems & told
            and make in kin
            and not has_verb(item.text)
        ),
        None,
    )


def _make(item: Item) -> str:
    """What an item begins with: a name, a street, an article, a preposition, another word."""
    first = re.split(r"[\s'’]", item.text.lstrip(" -•–*·0123456789.)"), maxsplit=1)[0]
    if first.lower() in _STREETS:
        return "street"
    if first[:1].isupper():
        return "name"
    is_word = len(_WORD.findall(item.text)) <= _WORDS_OF_A_WORD
    return _LEADS.get(first.lower(), "word" if is_word else "")


def _same(item: Item, own: Item) -> bool:
    shared = item.stems & own.stems
    return bool(shared) and len(shared) * 2 >= min(len(item.stems), len(own.stems))


def _enumerations(place: Clause) -> list[list[Item]]:
    """The runs `a, b e c` of a sentence: short items, the first by its last words, the last by its first."""
    cuts = list(_ITEM_CUT.finditer(place.text))
    runs: list[list[Item]] = []
    run: list[re.Match[str]] = []
    for index, cut in enumerate(cuts):
        if run and _is_no_item(place.text[run[-1].end() : cut.start()]):
            _close(place, run, cut.start(), runs)
            run = []
        run.append(cut)
        if index == len(cuts) - 1:
            _close(place, run, len(place.text), runs)
    return runs


def _is_no_item(piece: str) -> bool:
    return bool(_BROKEN.search(piece)) or len(_WORD.findall(piece)) > _WORDS_OF_AN_ITEM


def _close(place: Clause, cuts: Sequence[re.Match[str]], end: int, runs: list[list[Item]]) -> None:
    if not cuts or not any(cut["last"] or cut["row"] for cut in cuts):
        return
    first = max(0, cuts[0].start() - 40)
    items = [_item(place, _last_words(place.text, first, cuts[0].start()), cuts[0].start())]
    items += [_item(place, cut.end(), after.start()) for cut, after in pairwise(cuts)]
    items.append(_item(place, cuts[-1].end(), _first_words(place.text, cuts[-1].end(), end)))
    runs.append(items)


def _item(place: Clause, first: int, last: int) -> Item:
    piece = place.text[first:last]
    found = frozenset(filter(None, (stem(word[0]) for word in _WORD.finditer(piece)))) - _STREET_STEMS
    return Item(piece.strip(" .:"), found, place.start + first, place.start + last)


def _last_words(text: str, first: int, last: int) -> int:
    words = list(_WORD.finditer(text, first, last))
    return words[-3].start() if len(words) > 3 else first


def _first_words(text: str, first: int, last: int) -> int:
    words = [match for match, _ in zip(_WORD.finditer(text, first, last), range(4), strict=False)]
    return words[-1].end() if words else last

"""Texts about road works, closures of streets, and cuts of water, power or gas."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import TIME
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.summary.frames.own_sentences.own import enough, opened
from flows.bulletin.summary.frames.places.street_list import sentence_of_streets
from flows.bulletin.summary.frames.places.streets import (
    Street,
    joined,
    streets_at,
)
from flows.bulletin.summary.frames.prose.flaws import flaw_of
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.prose.lines import is_cut, lines, told, untold
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads.announced_measures import announced_measures
from flows.bulletin.summary.frames.roads.bans import banned
from flows.bulletin.summary.frames.roads.measures import clauses, measure_at
from flows.bulletin.summary.frames.roads.plain_cuts import plain
from flows.bulletin.summary.frames.roads.reading import Phrase, read
from flows.bulletin.summary.frames.roads.reopening import until_reopened
from flows.bulletin.summary.frames.roads.statement import in_a_row, is_of_supply, statement
from flows.bulletin.summary.frames.roads.street_outlines import EVERYWHERE, by_street, on_their_days
from flows.bulletin.summary.frames.roads.supply_rows import told_in_parts
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import only_day

_PARTS = re.compile(r":\s|;\s|,\s(?=modific|nuova|chiusura|senso|divieto)|\s[-–]\s|\.\s")
_BETWEEN = re.compile(
    r"(?:nel\stratto\s)?(?:compreso\s)?tra\s(?:la\s)?(?:vi[ae]l?e?|piazza|corso|vicolo|largo)\s", re.I
)
_PARKING = re.compile(r"\b(?:disco orario|stall[oi]|parcometr\w+|sosta a pagamento)\b", re.I)
_ENACTED = re.compile(  # `Con ordinanza n. 4 la Polizia locale ha disposto`, before what it is
    r"^.{0,240}?\b(?:(?:ha|hanno)\s(?:disposto|ordinato|istituito|stabilito|previsto)|dispone|ordina"
    r"|(?:è|sono|sarà|saranno|viene|vengono|verrà|verranno)\s(?:stat[oaie]\s)?(?:dispost|istituit|ordinat|previst|adottat)[oaie])"
    r"\s(?:(?:il|lo|la|i|le|un|una)\s|l['’])?",
    re.I,
)
_SEVERAL = 2  # other lines, each with a measure and streets of its own
_MAY = re.compile(r"\bpotr(?:ebbe|ebbero|à|anno) (?:mancare|verificarsi)\b", re.I)
_WHY = re.compile(  # `Si comunica che, per consentire i lavori di scavo, dal 3 giugno …`
    r"^(?:Si (?:comunica|informa|avvisa)[^,.;]{0,40} che,? )?"
    r"per (?:consentire|permettere|effettuare|eseguire)\s"
    r"[^,.;:]{5,110},\s(?P<then>[a-zà-ù])",
    re.I,
)
_ROOM = 52  # UTF-16 units of what is left to the page
_MINDED = 1.0  # flaw of what no reader needs
_MISLEADS = re.compile(r"\b(?:annullat|rinviat|posticipat|prorogat|revocat|riapert)\w+", re.I)
_LIMITS = "Le eccezioni sono nella pagina."
_LIMITS_AND_MORE = "Le eccezioni e gli altri dettagli sono nella pagina."
_VAGUE = re.compile(r"\bcambia la viabilità\b", re.I)  # what does change?
STREETS = "Le vie interessate sono nella pagina."
_OTHERS = "Le altre modifiche sono nella pagina."


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` units, the best first; none without street, day and what happens."""
    yield from (text for text in told_in_parts(notice) if utf16(text) <= limit)
    dated = [text for text in on_their_days(notice) if utf16(text) <= limit]
    if (short := plain(notice)) != notice:
        yield from enough(short, limit, needs=_tells)
        yield from _of_one_sentence(short, limit)
    for own in enough(notice, limit, needs=_tells, made=list(_restrictions(notice))):
        if dated and len(_all_streets(own)) < len(_all_streets(dated[0])):
            continue  # of some of the streets, on the days of these
        if any(_EXCEPTS.search(line) for line in untold(own, notice)) and not _EXCEPTS.search(own):
            yield f"{own} {_LIMITS}"
        else:
            yield own
    yield from _of_one_sentence(notice, limit)
    precise = [text for text in limited(notice, limit) if utf16(text) <= limit]
    yield from dated
    for text in chain(_framed(notice), banned(notice), announced_measures(notice), until_reopened(notice)):
        if _VAGUE.search(text):
            yield from (*precise, *(each for each, _ in by_street(notice) if utf16(each) <= limit))
        if utf16(text) <= limit:
            yield text


def _of_one_sentence(notice: Notice, limit: int) -> Iterator[str]:
    """The office's first sentence on a cut, where it tells the day, the hours and more than one street."""
    first = worded(notice.prose[0]) if notice.kind is Kind.supply_cut and notice.prose else ""
    is_told = bool(first) and _tells(first) and len(_all_streets(first)) > 1 and TIME.search(first)
    if is_told and utf16(first) <= limit:
        yield first


def limited(notice: Notice, limit: int) -> Iterator[str]:
    """The office's own sentences with word of the exceptions, where no other text of a street is sure."""
    if notice.kind is not Kind.road:
        return
    bare = replace(notice, prose=tuple(_WHY.sub(_opened, line) for line in notice.prose))
    for each in (notice, bare) if bare != notice else (notice,):
        for own in enough(each, limit - _ROOM, needs=_tells, binds=_MISLEADS):
            left = untold(own, each)
            if all(_EXCEPTS.search(line) for line in left):
                yield f"{own} {_LIMITS}"
            else:
                yield f"{own} {_LIMITS_AND_MORE if any(map(_EXCEPTS.search, left)) else OTHERS}"


def _opened(why: re.Match[str]) -> str:
    return why["then"].upper()


def _restrictions(notice: Notice) -> Iterator[str]:
    """`È vietata la sosta, con rimozione forzata, dalle 7.` of `Divieto di sosta con rimozione dalle 7.`"""
    for line in lines(notice)[1:]:
        phrase = read(line)
        if phrase.measures and phrase.is_sure and not (phrase.streets or phrase.when or phrase.stretch):
            yield opened(
                in_a_row([clauses(phrase.measures), *phrase.hours, *phrase.every, *phrase.limits], "")
            )


def _tells(text: str) -> bool:
    """Whether an office's own sentence names a street or a supply, what happens there, and when."""
    phrase = read(text)
    has_what = bool(phrase.measures or phrase.works) or _HAPPENS.search(text) is not None
    has_where = bool(phrase.streets) or _SUPPLIED.search(text) is not None
    return has_what and has_where and bool(phrase.when)


_HAPPENS = re.compile(
    r"\b(?:chius[oaie]|chiud\w+|vietat[oaie]|divieto|senso unico|deviat\w+|interrott[oaie]|sospes[oaie]"
    r"|manca(?:nza)?|mancherà|lavori|riapr\w+|riapert\w+|asfaltat\w*|istituit\w+|interruzion\w+|sospension\w+)\b",
    re.I,
)
_SUPPLIED = re.compile(r"\b(?:acqua|idric\w+|acquedotto|corrente|elettric\w+|gas)\b", re.I)


def _framed(notice: Notice) -> Iterator[str]:
    """Sentences built from phrases that were understood to the last word."""
    used, works = _works(notice)
    is_supply = bool(works) and is_of_supply(works[0])
    is_everywhere = is_supply and not works[0].streets and EVERYWHERE.search(notice.source)
    if not works or is_everywhere or (is_supply and _MAY.search(notice.source)):
        return  # where, the outline tells; or it may be cut, or not
    text = " ".join(filter(None, (opened(statement(work)) for work in works)))
    if not text:
        return
    further = [_OTHERS] if any(is_cut(line) for line in used) else []
    if notice.kind is Kind.supply_cut and not works[0].streets and Slot.place in notice.slots:
        further = [sentence_of_streets(notice) or STREETS]
    left = [
        line for line in untold(text, notice, beside=tuple(used)) if told(line) or flaw_of(line) <= _MINDED
    ]
    if sum(bool(_all_streets(line)) and bool(read(line).measures) for line in left) >= _SEVERAL:
        return  # one row of many: which, the outline says
    if left:
        own = [line for line in notice.prose if line in left or any(line == other for other in left)]
        if len(own) == len(left):
            yield " ".join([text, *own])
        cut = re.compile(r"\bsospes\w+", re.I) if notice.kind is Kind.supply_cut else None
        if any(_CHANGED.search(cut.sub("", line) if cut else line) and not _IF.search(line) for line in left):
            return  # a change that is not told would mislead
        is_limited = any(_EXCEPTS.search(line) for line in left)
        has_days = any(told(line) - told(text) for line in left)
        if has_days and not works[0].when:
            return  # hours and no day
        names = _left_names(left, text)
        if is_limited and not has_days:
            more = [_LIMITS]
        else:
            more = [f"{opened(joined(['eccezioni', *names] if is_limited else names))} sono nella pagina."]
        if notice.kind is Kind.supply_cut and not (has_days or is_limited):
            more = further  # what else the page asks for is no other day
        further = more if further in ([], [_OTHERS]) else further
    yield " ".join([text, *further])


def _left_names(left: Sequence[str], text: str) -> list[str]:
    """What lines tell that `text` does not: `altri giorni`, `orari`, `altre vie`."""
    more = frozenset[str]().union(*(told(line) - told(text) for line in left))
    own = {street.words.lower() for street in _all_streets(text)}
    streets = {street.words.lower() for line in left for street in _all_streets(line)} - own
    has_hours = any(fact.startswith("time") for fact in told(text))
    names = ["altre vie"] if streets and own else []
    if not more or any(fact.startswith("day") for fact in more):
        return [*names, "altri giorni", "orari"] if more else names or ["gli altri dettagli"]
    return [*names, "gli altri orari" if has_hours else "gli orari"]


def _all_streets(line: str) -> list[Street]:
    found: list[Street] = []
    at = 0
    for place in re.finditer(r"(?<!\w)(?=\w)", line):
        if place.start() >= at and (streets := streets_at(line, place.start())):
            found += streets.all
            at = streets.end
    return found


_EXCEPTS = re.compile(
    r"\b(?:eccett\w+|esclus(?!iv)\w+|eccezion\w+|tranne|salvo|garantit\w+|residenti|frontisti)\b", re.I
)
_CHANGED = re.compile(
    r"\b(?:annullat\w+|rinviat\w+|prorogat\w+|sospes\w+|revocat\w+|riapert\w+)\b",
    re.I,
)
_IF = re.compile(r"\b(?:potr\w+|può|possono|eventual\w+|in caso)\b", re.I)


def _works(notice: Notice) -> tuple[list[str], list[Phrase]]:
    """The lines that were understood, and what they tell together."""
    used: list[str] = []
    merged: Phrase | None = None
    for line in lines(notice):
        phrase = read(_trimmed(_enacted(line)))
        if not phrase.is_sure:
            parted = None if is_cut(line) else _from_parts(line)
            if parted is None:
                continue
            phrase = parted
        if merged is None:
            merged = phrase
            used.append(line)
            continue
        both = _merged(merged, phrase)
        if both is not None:
            merged = both
            used.append(line)
    if merged is not None:
        _fill(merged, notice)
    has_place = merged is not None and (merged.streets or is_of_supply(merged))
    if merged is None or not has_place or not (merged.measures or merged.works):
        return used, []
    if (not merged.when and not _is_lasting(merged)) or (merged.of_a_part and not merged.stretch):
        return used, []
    return used, [merged]


def _fill(work: Phrase, notice: Notice) -> None:
    """The one day and the one hour that the page has of it, where the lines that were read tell none."""
    if not work.when:
        day = only_day(notice.slots.get(Slot.when, ()))
        work.when = [day] if day else []
    if not work.stretch and len(work.streets) == 1:
        work.stretch = _only_stretch(notice, work.streets[0])
    if not work.hours and not work.every:
        told_hours = [
            None if _PARKING.search(told.sentence) else hours_at(told.words, 0)
            for told in notice.slots.get(Slot.hours, ())
        ]
        hours = {found.words for found in told_hours if found}
        if len(hours) == 1 and all(told_hours):
            work.hours = list(hours)


def _only_stretch(notice: Notice, street: Street) -> list[str]:
    """The stretch of the one street, where the page tells one between two others and of no other street."""
    told = {
        " ".join(told.words.split()).rstrip(" .,;")
        for told in notice.slots.get(Slot.place, ())
        if _BETWEEN.match(told.words) and _all_streets(told.sentence)[:1] in ([], [street])
    }
    return [told.pop()] if len(told) == 1 else []


def _trimmed(line: str) -> str:
    """A cut line without its last words, which may be half of something."""
    if not is_cut(line):
        return line
    bare = re.sub(r"[\s.…]+$", "", line)
    return re.sub(
        r"(?:,|\s(?:e|ed|di|in|del|della|istituzione))?(?:\s(?:di|in|e|del|istituzione))*\s\S*$", "", bare
    )


def _enacted(line: str) -> str:
    """`Chiusura di via Po …` of `Si informa che il Comune ha disposto la chiusura di via Po …`."""
    found = _ENACTED.match(line)
    return line[found.end() :] if found and measure_at(line, found.end()) else line


def _from_parts(line: str) -> Phrase | None:
    """`Proseguono i lavori alla rete, modifiche alla viabilità in viale Po`: the parts that are understood.

    The others may only be words without a day, a limit or a street of their own.
    """
    merged: Phrase | None = None
    for part in _PARTS.split(line):
        phrase = read(part)
        if phrase.rest and not (
            phrase.measures or phrase.when or phrase.hours or phrase.limits or phrase.every
        ):
            continue
        if not phrase.is_sure:
            return None
        both = _merged(merged, phrase) if merged else phrase
        if both is None:
            return None
        merged = both
    return merged if merged and merged.measures and merged.streets else None


def _is_lasting(phrase: Phrase) -> bool:
    """An act that only says that the traffic of a street changes has no day, and an editor may send it."""
    return (
        bool(phrase.streets)
        and all(measure.kind == "traffic" for measure in phrase.measures)
        and bool(phrase.measures)
    )


def _merged(one: Phrase, other: Phrase) -> Phrase | None:
    """Two lines about one work together; None where they could be about two."""
    made = Phrase(causes=one.causes or other.causes, of_a_part=one.of_a_part or other.of_a_part)
    for name in ("streets", "stretch", "when", "hours", "every", "limits", "works"):
        first, second = getattr(one, name), getattr(other, name)
        if first and second and first != second:
            if name == "works":
                second = []
            else:
                return None
        setattr(made, name, first or second)
    first, second = _plain(one), _plain(other)
    if first and second and first != second:
        if {kind for kind, _ in first} == {"traffic"}:
            made.measures = other.measures  # `modifiche alla viabilità` says less than what follows it
        elif {kind for kind, _ in second} == {"traffic"}:
            made.measures = one.measures
        elif {*first, *second} == _SHUT:
            made.measures = one.measures if first == [("closed", "")] else other.measures
        else:
            return None
    else:
        made.measures = one.measures or other.measures
    return made


_SHUT = {("closed", ""), ("suspended", "")}  # one thing by two names


def _plain(phrase: Phrase) -> list[tuple[str, str]]:
    return [(measure.kind, measure.part) for measure in phrase.measures]

"""What a page says in two sentences of which neither stands alone: a rule and its other case, two periods of
asking, two appointments on days of their own, what is put off and to which day.

`Sabato il cimitero è aperto fino alle 16. Domenica invece fino alle 14.`: whoever is told one of the two goes
in vain, and `Fa eccezione il nido Alba` behind another sentence is an exception to that one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.checks.other_requests import of_another
from flows.bulletin.summary.frames.events.appointments import held
from flows.bulletin.summary.frames.outlines import outlines
from flows.bulletin.summary.frames.own_sentences.sentences import EXCEPTED
from flows.bulletin.summary.frames.places.streets import stands_in, streets_at
from flows.bulletin.summary.frames.prose.left_to_page import HOURS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.terms import counted_from

EXCEPTIONS = "Le eccezioni sono nella pagina."
MEASURES = "Le altre modifiche sono nella pagina."
_ALL_MEASURES = "Le chiusure sono nella pagina."
_CHANGES = "Le modifiche alla viabilità sono nella pagina."
_MEASURES = (
    (
        "transit",
        re.compile(
            r"\bdivieto di (?:transito|circolazione)|\bchius(?:[oaie]|ura)\b|\bvietat\w+ il transito"
            r"|\bsospes[ao] la circolazione|\binterdett[oaie] al (?:traffico|transito)",
            re.I,
        ),
    ),
    ("parking", re.compile(r"\bdivieto di (?:sosta|fermata)|\bvietat\w+ (?:il transito e )?la sosta", re.I)),
    ("one way", re.compile(r"\bsenso unico\b", re.I)),
)
_A_STREET = re.compile(
    r"\b(?:vi[ae]|vial[ei]|piazz[ae]|piazzale|cors[oi]|largo|vicolo|contrada|strad[ae])\s", re.I
)
_PLACE_IN_ROW = re.compile(  # `in via Po dal 3 al 9, via Adda e località Case`
    r"(?:\bin|\bnelle?|[,;]|\be)\s(?P<place>(?:via|viale|vicolo|piazza|corso|largo|strada|contrada|località|frazione)"
    r"\s(?:(?:d[aei]|dei|del|dell[ae]|degli)\s)?[\w'’]+)",
    re.I,
)
_CUT = re.compile(r"\b(?:manc|interr|sospe|senza)\w*", re.I)
_STREETS_LEFT = re.compile(
    r"\b(?P<what>vie|strade|zone|località|dettagli|modifiche|chiusure)\b[^.]* nella pagina", re.I
)
_OF_OTHERS = re.compile(  # of the water, of the way round
    r"\b(?:acqua|idric\w+|corrente|elettric\w+|gas|percors\w+ alternativ\w+|deviazion\w+)\b", re.I
)
_OTHERWISE = re.compile(r"\binvece\b(?!\s(?:di|che|del\w*|degli|dei)\b)", re.I)
_EXCEPTS = re.compile(r"\W*f(?:a|anno|arà|aranno)\seccezione\b", re.I)
_EXCEPTIONS = re.compile(r"\beccezioni\b[^.]* nella pagina", re.I)
_DATED = rf"(?:\d{{1,2}}[°º]?\s{MONTH}|\d{{1,2}}[/.]\d{{1,2}})"
_TWO_PERIODS = Cued(
    rf"\b(?:la prima|il primo)\b(?P<first>[^.;]{{0,60}}{_DATED}[^.;]{{0,40}}?)"
    rf"[;,.]?\s(?:e\s|mentre\s)?(?:la seconda|il secondo)\b(?P<second>[^.;]{{0,60}}{_DATED}[^.;]{{0,40}})",
    re.I,
)
_CLOSES = re.compile(
    r"\b(?:rest\w+|riman\w+|rimarr\w+|è|sono|sarà|saranno)\s(?:\w+\s)?chius[oaie]\b|\bchius[oaie] anche\b"
    r"|\bdispost[oa]\s(?:\w+\s)?la chiusura\b|^Chiusura per\b",
    re.I,
)
_CLOSED_ALSO = re.compile(r"(?:Rest|Rimarr|Riman|Sar)\w+ (?:inoltre )?chius[ei] (?:anche|inoltre)\b")
_NO_DOOR = re.compile(
    r"\b(?:iscrizion|domand|candidatur|adesion|band[oi]\b|votazion|conferenza dei)\w*", re.I
)
_OFFICE = re.compile(r"\b(?:uffici|bibliotec|muse[oi]|cimiter|piscin|scuol|sportell|ecocentr|parch)\w*", re.I)
_MOVED = re.compile(
    r"\b(?:è|sono|sarà|saranno|viene|vengono|verrà|verranno)\s(?:\w+\s)?"
    r"(?:rinviat|posticipat|anticipat|spostat|recuperat|differit)[oaie]\b(?P<to>[^.;:]{3,80})",
    re.I,
)
_MAY = re.compile(r"\b(?:in caso di|nel caso|ove\s|qualora|se\s|eventual\w*|potr\w+)", re.I)
_UNCHANGED = re.compile(
    r"\bstess[oiae]\s(?:ritrov|orari|or[ae]\b)", re.I
)  # `Stesso ritrovo (ore 8, area feste)`
_MOVES = "Le altre variazioni sono nella pagina."
_EXCLUDES = re.compile(r"\b(?:sono|restano) esclus[ie]\b", re.I)
_MAY_ASK = re.compile(
    r"\b(?:possono|può|spetta\w*|per (?:i|le|gli|chi)|riservat\w+|rivolt\w+|ISEE)\b|nella pagina",
    re.I,
)
_PUT_OFF = re.compile(r"\b(?:è|sono)\s(?:rinviat|posticipat|anticipat)[oaie]\b", re.I)  # to when?
_MOVES_LEFT = re.compile(r"\b(?P<what>variazioni|giorni|date|calendario|programma)\b[^.]* nella pagina", re.I)
_SECOND = re.compile(r"(?:^|[.;]\s)(?:Il secondo|La seconda)\b")
_FIRST_TOLD = re.compile(r"(?:^|[.;]\s)(?:Il primo|La prima)\b")
_FIRST = re.compile(r"(?:Il primo|La prima)\b", re.I)
_SHUT = re.compile(r"\bchius[oaie]\b|\bchiusur", re.I)
_CLOSURES = "Le altre chiusure sono nella pagina."
_CLOSURES_AND_MOVES = "Le altre chiusure e le variazioni sono nella pagina."
_LEAVES = re.compile(r"\b(?:chiusure|giorni|calendario|dettagli|orari)\b[^.]* nella pagina", re.I)
_DAY_LINE = re.compile(  # `mercoledì 31 agosto, dalle 10.30`
    rf"^\W*(?:\w{{4,8}}ì\s|sabato\s|domenica\s)?\d{{1,2}}[°º]?\s{MONTH}\b[^\n]{{0,12}}\b(?:ore|dalle|alle)\s[^\n]*$",
    re.I | re.M,
)
_TERMS_LEFT = re.compile(r"\bscadenz\w+\b[^.]* nella pagina", re.I)
_APPOINTMENTS = re.compile(
    r"\b(?:appuntamenti|serate|incontri|concerti|spettacoli|date|giorni|calendario|programma)\b"
    r"[^.]* nella pagina",
    re.I,
)
_BEGINS = re.compile(r"(?:^|\.\s)(?:Si (?:comincia|inizia|parte)|Il primo)\b")
_NUMBERS = ("", "un", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci")
_COUNTED = re.compile(
    rf"\b(?P<count>{'|'.join(_NUMBERS[3:])})(?:\s(?:gli|le|i))?(?:\s[a-zà-ù]+)?"
    r"\s(?:appuntamenti|serate|incontri|concerti|spettacoli|proiezioni|date)\b",
    re.I,
)
_RANGE = re.compile(
    r"\bd(?:al|all['’]|a)\s?[^.;]{1,40}\sa(?:l|ll['’])?\s?(?:\d|luned|marted|mercoled|gioved|venerd|sabato|domenica)",
    re.I,
)
_MOST_TOLD = 0.7  # of the words of weight of a sentence
_HALF, _THIRD = 0.5, 0.3


def contrasts(text: str, notice: Notice) -> Iterator[str]:
    """Why `text` tells one of two that belong together: Italian sentences, for the editor."""
    for line in _without_lead(text, notice):
        yield f"La frase «{line}» si regge su un'altra che non c'è."
    for line in _left_out(text, notice):
        yield f"Manca che cosa cambia: la pagina dice «{line}»."
    if line := _closed_too(text, notice):
        yield f"Manca un'altra chiusura: la pagina dice «{line}»."
    if moves := _moves_left_out(text, notice):
        yield f"Manca a quando è spostato: la pagina dice «{moves[0]}»."
    if _measures_left_out(text, notice):
        yield "Manca un'altra misura che la pagina dice."
    if street := _street_left_out(text, notice):
        yield f"Manca {street}: la pagina la dice insieme a una strada del testo."
    elif place := _place_left_out(text, notice):
        yield f"Manca «{place}»: la pagina dice anche lì che manca."
    yield from of_another(text, notice)
    if _EXCLUDES.search(text) and not _MAY_ASK.search(text) and any(map(_MAY_ASK.search, notice.prose)):
        yield "Il testo dice chi è escluso, e non chi può chiedere."
    if _SECOND.search(text) and not _FIRST.search(text) and any(map(_FIRST.match, notice.prose)):
        yield "Di due è detto solo il secondo."
    if line := _second(text, notice):
        yield f"Di due è detto solo il primo: la pagina dice «{line}»."
    if _tells_one_term(text, notice):
        yield "Di più scadenze è detta solo una."
    if _tells_one_period(text, notice):
        yield "Di due periodi è detto solo uno."
    if _tells_one_appointment(text, notice):
        yield "Di più appuntamenti è detto solo uno."
    if counted := _more_than_told(text, notice):
        yield f"Il testo non dice tutti: «{counted}»."


def closings(text: str, notice: Notice) -> Iterator[str]:
    """What tells the other of two, or sends to the page for it, where `text` tells one."""
    for line in _left_out(text, notice):
        if _EXCEPTS.match(line):
            yield EXCEPTIONS
        elif notice.kind is Kind.hours:
            yield "Gli altri orari sono nella pagina."
        return
    if line := _closed_too(text, notice):
        moves = _moves_left_out(text, notice)
        also = (one for one in notice.prose if one in (line, spoken(line)) and not moves)
        yield from map(worded, also)
        yield _CLOSURES_AND_MOVES if moves else _CLOSURES
        return
    if line := _second(text, notice):
        yield worded(line)
        yield f"{line[: line.index(' ', line.index(' ') + 1)]} è nella pagina."
        return
    if _measures_left_out(text, notice) and not any(outlines(notice)):  # which tell all of them
        told = frozenset[str]().union(*map(_measures, lines(notice)))
        is_shut = "transit" in told and "one way" not in told
        yield MEASURES if _measures(text) else _ALL_MEASURES if is_shut else _CHANGES
        return
    if "nella pagina" not in text and any(said in text for said in _trimmed(notice)):
        yield EXCEPTIONS
        return
    if moves := _moves_left_out(text, notice):
        if own := [worded(sentence) for sentence in notice.prose if sentence in moves]:
            yield " ".join(own)
        yield _MOVES
    elif notice.kind is Kind.event and _UNCHANGED.search(notice.source) and any(_moves_to(text)):
        yield HOURS


def _trimmed(notice: Notice) -> Iterator[str]:
    """Sentences of the page without the exceptions that they end in."""
    for sentence in notice.prose:
        said = worded(sentence)
        if limits := EXCEPTED.search(said):
            yield f"{said[: limits.start()]}."


def _street_left_out(text: str, notice: Notice) -> str:
    """The first street that a page joins to one of `text`, which has it not; `via Adda` of `in via Po e via
    Adda`. Its title may name one of them alone. What a closure's page says of the water is another matter.
    """
    if notice.kind not in (Kind.road, Kind.supply_cut) or _STREETS_LEFT.search(text):
        return ""
    said = folded(text)
    for sentence in notice.prose:
        if notice.kind is Kind.road and _OF_OTHERS.search(sentence) and not _measures(sentence):
            continue
        at = 0
        while found := _A_STREET.search(sentence, at):
            streets = streets_at(sentence, found.start())
            at = max(found.end(), streets.end if streets else 0)
            left = [one.words for one in streets.all if not stands_in(said, one.words)] if streets else []
            if streets and 0 < len(left) < len(streets.all):
                return left[0]
    return ""


def _place_left_out(text: str, notice: Notice) -> str:
    """The first place of those that a page names in a row as without water or power which `text` has not."""
    sends = _STREETS_LEFT.search(text)
    if notice.kind is not Kind.supply_cut or (sends and sends["what"] != "dettagli"):
        return ""
    told = folded(split(text)[0])
    for sentence in notice.prose:
        named = [folded(found["place"]) for found in _PLACE_IN_ROW.finditer(sentence)]
        if len(named) > 1 and _CUT.search(sentence) and any(place in told for place in named):
            return next((place for place in named if place not in told), "")
    return ""


def _measures_left_out(text: str, notice: Notice) -> bool:
    """Whether a page about a street tells another measure than those of `text`."""
    if notice.kind is not Kind.road or "nella pagina" in text.replace(HOURS, ""):
        return False
    own = _measures(text)
    if not own:  # what is built there is told, and not that nobody passes
        told = any(_measures(sentence) & {"transit", "one way"} for sentence in notice.prose)
        return told or any("one way" in _measures(line) for line in lines(notice))
    return any(_measures(sentence) - own for sentence in notice.prose)


def _measures(text: str) -> set[str]:
    """Which measures of traffic a text tells: no way through, no parking, one way."""
    return {name for name, words in _MEASURES if words.search(text)}


def _pairs(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Each line that says otherwise, behind the one that it speaks of."""
    return _pairs_of(lines(notice))


@lru_cache(maxsize=32)
def _pairs_of(page: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (before, line)
        for before, line in pairwise(page[1:])
        if _OTHERWISE.search(line) or _EXCEPTS.match(line)
    )


def _without_lead(text: str, notice: Notice) -> Iterator[str]:
    led = [second for first, second in pairwise(split(text)) if _share(notice.title, first) >= _HALF]
    yield from (
        line
        for before, line in _pairs(notice)
        if _share(line, text) >= _MOST_TOLD and not _is_told(before, text)
        if not (_OTHERWISE.search(line) and any(_share(line, one) >= _MOST_TOLD for one in led))
    )


def _left_out(text: str, notice: Notice) -> Iterator[str]:
    for before, line in _pairs(notice):
        is_of_closing = notice.kind is Kind.hours and _EXCEPTS.match(line) and _SHUT.search(text)
        if not (is_of_closing or _is_told(before, text)) or _share(line, text) >= _MOST_TOLD:
            continue
        is_announced = (_EXCEPTIONS if _EXCEPTS.match(line) else _LEAVES).search(text) is not None
        if figures(line) - figures(text) and not is_announced:
            yield line


def _closed_too(text: str, notice: Notice) -> str:
    """A line that closes something on days that a text of other closures does not tell, or ""."""
    told = calendar_days(text)
    also = next((line for line in notice.prose if _CLOSED_ALSO.match(line) and worded(line) not in text), "")
    if also and notice.kind is Kind.hours and told and not calendar_days(also) and not _LEAVES.search(text):
        return also
    if notice.kind is not Kind.hours or not told or _LEAVES.search(text) or _EXCEPTIONS.search(text):
        return ""
    return next(
        (
            line
            for line in lines(notice)[1:]
            if _CLOSES.search(line)
            and not _NO_DOOR.search(line)
            and _share(line, text) < _MOST_TOLD
            and (
                (days := calendar_days(worded(line))) - told
                or (days and _offices(line) & _offices(notice.title) - _offices(text))
            )
        ),
        "",
    )


def _second(text: str, notice: Notice) -> str:
    """The sentence about the second of two, with a day that `text` of the first does not tell; else ""."""
    if not _FIRST_TOLD.search(text) or _SECOND.search(text) or _LEAVES.search(text):
        return ""
    told = calendar_days(text)
    return next((line for line in notice.prose if _SECOND.match(line) and calendar_days(line) - told), "")


def _offices(text: str) -> set[str]:
    """What opens and closes that a text names, by the beginnings."""
    return {match[0][:5].lower() for match in _OFFICE.finditer(text)}


def _moves_to(text: str) -> Iterator[bool]:
    """Of each thing put off, whether a day is told."""
    yield from (bool(calendar_days(moved["to"])) for moved in _MOVED.finditer(text))


def _moves_left_out(text: str, notice: Notice) -> tuple[str, ...]:
    """The lines that put something off to a day of which `text` tells nothing."""
    left = _MOVES_LEFT.search(text)
    if left and not (left["what"] == "variazioni" and _PUT_OFF.search(text)):
        return ()
    told = calendar_days(text)
    return tuple(
        line
        for line in dict.fromkeys((*notice.prose, *lines(notice)[1:]))
        if (moved := _MOVED.search(line)) and not _MAY.search(line) and calendar_days(moved["to"]) - told
    )


def _is_told(line: str, text: str) -> bool:
    """Whether half of a line's words stand in `text`, or a third and one of its days (else hours)."""
    own = calendar_days(line) or figures(line)
    return _share(line, text) >= (_THIRD if own else _HALF) and (not own or bool(own & figures(text)))


def _tells_one_term(text: str, notice: Notice) -> bool:
    """Whether of terms that count from different days a text has some, and no word of the others."""
    starts = set(counted_from(notice.slots.get(Slot.deadline, ())))
    if len(starts) < 2 or _TERMS_LEFT.search(text):
        return False
    shares = [folded(start) in folded(text) for start in starts]
    return any(shares) and not all(shares)


def _tells_one_period(text: str, notice: Notice) -> bool:
    told = calendar_days(text)
    for found in _TWO_PERIODS.finditer(notice.source):
        first, second = calendar_days(found["first"]), calendar_days(found["second"])
        if first and second and bool(first & told) is not bool(second & told):
            return True
    return False


def _tells_one_appointment(text: str, notice: Notice) -> bool:
    """Whether some are told as if they were all, or by the page's name for all of them."""
    told = calendar_days(text)
    listed = [calendar_days(line[0]) for line in _DAY_LINE.finditer(notice.source)]
    if len(listed) > 1 and told and not told & listed[0] and told in listed:
        return True  # one of several, and not the first
    shared = {sentence: bool(days & told) for sentence, days in held(notice).items()}
    if not any(shared.values()) or all(shared.values()):
        return False
    is_own = any(_share(sentence, text) >= _MOST_TOLD for sentence, is_told in shared.items() if is_told)
    return not (is_own and _APPOINTMENTS.search(text))


def _more_than_told(text: str, notice: Notice) -> str:
    """`cinque serate` of a text, or of a page, whose text tells fewer days and leaves none to the page."""
    told = len(calendar_days(text))
    if not told or _APPOINTMENTS.search(text) or _RANGE.search(text):
        return ""
    if told >= len(calendar_days(notice.source)):
        return ""  # all that it has
    is_some = told > 1 or _BEGINS.search(text)
    of_page = " ".join((notice.title, *notice.prose[:3])) if is_some else ""
    for found in _COUNTED.finditer(f"{text} {of_page}"):
        if told < _NUMBERS.index(found["count"].lower()):
            return found[0]
    return ""


def _share(line: str, text: str) -> float:
    """How many of a line's words of weight stand in `text`."""
    own = stems(line)
    return len(own & stems(text)) / len(own) if own else 0.0

"""What a text says of the whole and holds for a part: a range without its last days, one place of two."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.wording import worded

_GO_THERE = re.compile(r"\bVai (?:in|a|al|alla|presso)\b[^.]*")
_BY_THEN = re.compile(r"\b(?:entro|C'è tempo fino)\b")
_RANGE = re.compile(
    r"D(?:a|al|all['’])\s?[^.]{3,40}? al?(?:l['’])? ?[^.]{3,30}?(?=,| c'è| ci sono| nel| in )"
)
_IN_RESERVE = re.compile(r"\bin caso di (?:pioggia|maltempo)\b[^.]*\b(?:rinvi|recuper|spost|slitt)", re.I)
_REPEATED = 3  # stems: `Iscriviti.` repeats no `L'iscrizione costa 15 euro`
_APART = re.compile(  # of another day than that of what there is
    r"\b(?:domand|iscri|entro|espositor|candid|edizion|prenot|ricors|pubblic|scad|riap|deliber|ordinanz|decret)\w*"
    r"|\bprot\b",
    re.I,
)
_THE_STREETS = re.compile(r"\bseguenti\s(?:vie|strade|zone|località|contrade|frazioni)\s?:", re.I)
_IS_FREE = re.compile(r"\b(?:accesso|ingresso) è libero\b", re.I)
_FREE_ONCE = re.compile(r"\bprenot\w+\b[^.;\n]*;[^.;\n]*\d[^.;\n]*\b(?:accesso|ingresso) libero\b", re.I)
_COUNCIL = re.compile(r"\bconsiglio\s(?:comunale|dell['’]unione|provinciale)\b", re.I)
_TERM_OF_SOME = re.compile(r"\bPer (?:le|i|gli) [a-zà-ù ]{4,40} (?:il termine|la scadenza) (?:è|scade)\b")
_LATE = re.compile(r"\b(?:dopo|oltre|fuori)\s(?:il |tale )?termine\b", re.I)
_TILL_NEW = re.compile(r"\bfino a (?:nuov[oa] (?:avviso|ordine|comunicazione|disposizione)|revoca)\b", re.I)
_AFTER = re.compile(rf"\bdopo (?:il |l['’])?(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}", re.I)
_CALLS = (Kind.deadline, Kind.job, Kind.service)
_ITS_DAY = re.compile(
    rf"\s[-–]\s{WEEKDAY}\s\d{{1,2}}[°º]?\s{MONTH}$", re.I
)  # `Fiume pulito - sabato 25 settembre`
_DAYS_COUNTED = re.compile(
    r"\b(?P<count>due|tre|quattro|cinque) (?:giornate|date|serate|incontri|appuntamenti)\b", re.I
)
_DAYS_IN_PAGE = re.compile(
    r"\b(?:giorni|date|giornate|calendario|programma|appuntamenti)\b[^.]* nella pagina", re.I
)
_COUNTS = ("", "una", "due", "tre", "quattro", "cinque")
_OF_DANGER = frozenset({Kind.health, Kind.service, Kind.supply_cut, Kind.alert, Kind.other})
_IS_ASKED = re.compile(r"\bsi (?:chiede|raccomanda|prega|invita)\w*\b", re.I)
_FEAST = re.compile(r"\b(?:25 aprile|1[°º]? maggio|2 giugno|4 novembre|8 marzo)\b", re.I)
_FOR_A_VOTE = re.compile(r"\b(?:referendum|elezion\w|entro|scad\w+)\b", re.I)
_ON_ITS_DAY = frozenset(
    {Kind.event, Kind.programme, Kind.service, Kind.health, Kind.campaign, Kind.hours, Kind.other}
)
_STRIKE = re.compile(r"\bscioper\w+", re.I)
_MAY_FAIL = re.compile(r"\bnon (?:essere|sono|saranno|verranno) garantit[oaie]\b", re.I)
_HEADING = re.compile(r"^#{2,4}\s(?P<words>[^\n]{4,80})$", re.M)
_LABEL = re.compile(  # of a part of each page, whatever it is about
    r"\W*(?:cos|che cosa|a chi|chi|come|dove|quando|perché|descri|di cosa|in breve|domand|iscri|scaden|term"
    r"|modalit|requisit|ulterior|informazion|programm|period|orari|dat[ae]|not[ae]|avvis|contenut|oggetto"
    r"|il progetto|l['’]iniziativa|la novità|attenzion|important|chiusur|modific|divieti|deviazion|regole)",
    re.I,
)
_PREFACE = 60  # characters
_AUTUMN = 10  # the month
_SUMMER = 7  # the month
_COMPOUND = re.compile(r"(?<!\w)[^\W\d_]{4,}(?:-[^\W\d_]{4,})+(?!\w)")  # `PRIVATA-URBANISTICA-COMMERCIO`

_EXACTLY = re.compile(r"\b(?:e|o|più)\s(?:precisamente|esattamente|precisamente:)\s[^.;,]{3,40}", re.I)


def _days_met(notice: Notice) -> frozenset[str]:
    """The days in sentences that tell an hour, too."""
    timed = {told.sentence for told in notice.slots.get(Slot.hours, ())}
    return frozenset().union(*map(calendar_days, timed))


def half_told(text: str, notice: Notice) -> Iterator[str]:
    """What is said of a whole and holds for a part: a range without its last days, one place of several."""
    sentences = split(text)
    if _IS_FREE.search(text) and _FREE_ONCE.search(notice.source):
        yield "Si entra senza prenotare un giorno solo, e il testo lo dice di tutti."
    counted = _DAYS_COUNTED.search(text) or _DAYS_COUNTED.search(notice.title)
    count = _COUNTS.index(counted["count"].lower()) if counted else 0
    is_some = 0 < len(calendar_days(text)) < count <= len(calendar_days(notice.source))
    if counted and is_some and not _DAYS_IN_PAGE.search(text):
        yield f"«{counted[0]}»: il testo non le dice tutte."
    is_on_a_day = notice.kind in _ON_ITS_DAY or (
        notice.kind is Kind.deadline and _ITS_DAY.search(notice.title)
    )
    days = calendar_days(notice.title) if is_on_a_day else frozenset[str]()
    days &= calendar_days(notice.source)  # what was counted from the page's day may be another
    if notice.kind in OCCASIONS and _FEAST.search(notice.title) and calendar_days(text) & _days_met(notice):
        days = frozenset()  # `Celebriamo il 4 novembre`, on Saturday 5
    exact = frozenset[str]().union(*(calendar_days(said[0]) for said in _EXACTLY.finditer(notice.source)))
    if exact and not exact & calendar_days(text) and calendar_days(text) & calendar_days(notice.title):
        yield "La pagina precisa il giorno del titolo, e il testo no."
    days |= exact if days else frozenset()
    if days and not (days & calendar_days(text) or _FOR_A_VOTE.search(notice.title)):
        yield "Il titolo dice il giorno, e il testo no."
    if _COUNCIL.search(notice.title) and calendar_days(notice.title) - calendar_days(text):
        yield "Il testo non dice quando si riunisce il Consiglio."
    for listing in notice.listings if notice.kind in _OF_DANGER and "nella pagina" not in text else ():
        if _IS_ASKED.search(listing.lead) and not any(
            len(stems(item) & stems(text)) > 1 for item in listing.items
        ):
            yield f"Manca che cosa fare: la pagina dice «{listing.lead.rstrip(':')}»."
    if _STRIKE.search(notice.title) and _MAY_FAIL.search(notice.source) and "garantit" not in text:
        yield "Il testo non dice quali servizi possono mancare per lo sciopero."
    if heading := _below_another(text, notice):
        yield f"Il testo parla solo di «{heading}», che è una parte della pagina."
    is_open_ended = notice.kind is Kind.supply_cut and any(map(_TILL_NEW.search, notice.prose))
    if is_open_ended and not _TILL_NEW.search(text):
        yield "La pagina dice «fino a nuovo avviso», e il testo no."
    late = next((one for one in sentences if _AFTER.search(one)), "") if notice.kind in _CALLS else ""
    before = text.partition(late)[0] if late else ""
    asked = notice.slots.get(Slot.deadline, ())
    if late and asked and not any(figures(one.words) & figures(before) for one in asked):
        yield "Il testo dice che cosa succede dopo il termine, e prima non il termine."
    terms = (*notice.slots.get(Slot.deadline, ()), *notice.slots.get(Slot.until, ()))
    if _LATE.search(text) and any(figures(one.words) - figures(text) for one in terms):
        yield "Il testo dice che cosa succede dopo il termine, e non il termine."
    of_some = _TERM_OF_SOME.search(text)
    if of_some and any(figures(one.words) - figures(text) for one in terms):
        yield f"«{of_some[0]}»: la pagina dice anche il termine degli altri."
    where = notice.slots.get(Slot.place, ())
    if any(one.words in text for one in where) and _THE_STREETS.search(notice.source):
        untold = [one.words for one in where if stems(one.words) - stems(text)]
        if untold and "nella pagina" not in text:
            yield f"Il testo non dice «{untold[0]}», che è nello stesso elenco."
    match = _GO_THERE.search(text) if len(where) > 1 else None
    if match and not all(stems(one.words) & stems(text) for one in where):
        yield f"«{match[0]}»: la pagina dice più luoghi."
    if sum(map(bool, map(_BY_THEN.search, sentences))) > 1 and "C'è tempo" in text:
        yield "Il testo dice due termini, e il secondo non dice di che cosa."
    if notice.kind in OCCASIONS and (match := _RANGE.match(text)):
        span = calendar_days(match[0])
        is_winter = any(int(day[:2]) >= _AUTUMN for day in span)
        last = max((_of_season(day, is_winter) for day in span), default="")
        days = calendar_days(" ".join(one for one in split(notice.source) if not _APART.search(one)))
        if (
            last
            and any(_of_season(day, is_winter) > last for day in days)
            and not _IN_RESERVE.search(notice.body)
        ):
            yield f"«{match[0]}»: la pagina dice anche giorni che vengono dopo."
    own = [stems(said) for said in sentences if "nella pagina" not in said]
    if any(len(one) >= _REPEATED and one <= other for one in own for other in own if one is not other):
        yield "Una frase ripete quello che dice un'altra."


def _below_another(text: str, notice: Notice) -> str:
    """The heading of a part below which all the office's sentences of `text` stand, and of which the title
    has nothing; "" where some stand elsewhere.
    """
    heads = list(_HEADING.finditer(notice.source))
    told = {worded(said): notice.source.find(said) for said in notice.prose if worded(said) in text}
    made = [one for one in split(text) if "nella pagina" not in one and one not in told]
    if not heads or not told or any(stems(notice.title) & stems(one) for one in made):
        return ""
    ends = [*(head.start() for head in heads[1:]), len(notice.source)]
    for head, end in zip(heads, ends, strict=True):
        if all(head.end() <= at < end for at in told.values()):
            is_own = stems(head["words"]) & stems(notice.title) or _LABEL.match(head["words"])
            is_first = head is heads[0] and head.start() < _PREFACE + len(notice.title)
            return "" if is_own or is_first else head["words"].strip(" *#")
    return ""


def _of_season(day: str, is_winter: bool) -> str:
    """`13-06` of `01-06`, where it comes after December: a winter's programme is one."""
    month = int(day[:2])
    return f"{month + 12 if is_winter and month < _SUMMER else month:02}-{day[-2:]}"


def shortened(text: str, notice: Notice) -> str:
    """A name of several offices, `PRIVATA-URBANISTICA-COMMERCIO`, of which a text has some and not others."""
    told = stems(text)
    for match in _COMPOUND.finditer(notice.source):
        shares = [bool(words & told) for part in re.split("[-–]", match[0]) if (words := stems(part))]
        if match[0].isupper() and any(shares) and not all(shares):
            return match[0]
    return ""

"""A text with what must not be left out of it: who is excepted from a ban or a closure, what one has to do.

Whoever reads that the street is shut, and lives there, has to know; whoever reads that the water is bad must
hear that it is to be boiled. It is told by the office's own sentence where there is room, else by word of it.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import figures, tells
from flows.bulletin.summary.additions.described import described
from flows.bulletin.summary.additions.enrolled import lessons
from flows.bulletin.summary.additions.left_behind import (
    BARRED,
    LIMITS,
    leaves_ban,
    leaves_limit,
    shortened,
    without_idle,
)
from flows.bulletin.summary.additions.of_calls import (
    OF_CALLS,
    at_most,
    limited,
    without_apposition,
    without_definition,
    without_partners,
)
from flows.bulletin.summary.additions.of_events import booked, full, meets_at, needed, on_flyer
from flows.bulletin.summary.additions.of_jobs import to_have
from flows.bulletin.summary.additions.provisional import IF_IT_RAINS, if_it_rains, trial
from flows.bulletin.summary.additions.reserved import CONDITIONS, called_off, reserved, skipped, still_bound
from flows.bulletin.summary.additions.short_pages import LEANS, rest_of_short_page, tells_most
from flows.bulletin.summary.additions.steps import from_first
from flows.bulletin.summary.additions.ways_to_pay import home_is_free, to_pay_with
from flows.bulletin.summary.additions.what_follows import FOLLOWS, FOR_WHOM, cloudy, parking, relieved
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.admission import leaves_way
from flows.bulletin.summary.checks.contrasts import EXCEPTIONS
from flows.bulletin.summary.frames.dangers.recalls import lot
from flows.bulletin.summary.frames.own_sentences.asked import asked, is_of_an_alert, tells_deed
from flows.bulletin.summary.frames.places.street_list import sentence_of_streets
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import (
    ALL_LEFT,
    DAYS_AND_HOURS,
    HOURS,
    OTHER_DAYS,
    OTHERS,
    PRECAUTIONS,
    THE_REST,
)
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads.works import STREETS

_EXCEPTED = Cued(
    r"\b(?:(?:sono|è|restano|resta|saranno|sarà) (?:tuttavia |comunque )?(?:esclus|esent|esonerat"
    r"|eccettuat)[oaie]"
    r"|ad eccezione|eccett[oi]|eccettuat|fatta eccezione|fa(?:nno)? eccezione|non si applica|non vale(?! più)"
    r"|in deroga|tranne"
    r"|(?:potr(?:à|anno)|possono|può) (?:comunque |tuttavia |continuare a )?(?:accedere|entrare|transitare"
    r"|circolare|passare|raggiungere)"
    r"|(?:sar(?:à|anno)|resta(?:no)?|è|sono) (?:sempre |comunque )?(?:consentit|garantit)[oaie]\b[^.;]{0,80}"
    r"\b(?:residenti|soccorso|frontisti|pedoni|transito|accesso)"
    r"|(?:residenti|frontisti|soccorso)\b[^.;]{0,30}\b(?:è|sono|resta(?:no)?) (?:sempre )?consentit)",
    re.I,
)
_TELLS_EXCEPTIONS = re.compile(
    r"\b(?:esclus\w+|esent\w+|ecce\w+|tranne|salv[oi]|deroga|residenti|garantit\w+|consentit\w+|solo"
    r"|soltanto)\b",
    re.I,
)
_TELLS_PAGE = re.compile(r"\beccezioni\b[^.]* nella pagina", re.I)
_APART = re.compile(r"(?:Sono|Restano|Rimangono) (?:esclus|esent|esonerat)[ie]\b")
_OF_BANS = frozenset({Kind.road, Kind.other, Kind.act, Kind.campaign, Kind.supply_cut, Kind.hours})
_OF_CALLS = frozenset({Kind.deadline, Kind.job, Kind.service, Kind.campaign})
_ASKS = re.compile(r"\b(?:domand|istanz|richie|iscri|candid|chiedere)\w*", re.I)
_IN_VAIN = Cued(  # `Non sono ammesse domande per lavori già eseguiti.`
    r"^(?:non\s(?:(?:sono|saranno|verranno|è|sarà)\s(?:ammess|accettat|accolt|ammissibil)\w+"
    r"|(?:può|possono|potranno)\s(?:fare\sdomanda|presentare\s(?:la\s)?domanda|partecipare|iscriversi)\b)"
    r"|(?:sono|restano)\sesclus[eai]\b)",
    re.I,
)
_NOT_ASKED = re.compile(
    r"Non (?:è necessario|occorre|serve|bisogna|si deve|va) (?:presenta\w+|fare|inoltrare)\s(?:\w+\s)?"
    r"(?:domanda|richiesta|istanza)\b",
    re.I,
)
_REQUEST = re.compile(r"\b(?:domand|richiest)[ae]\b", re.I)
_PRICED = re.compile(r"\b(?:tariff[ae]|prezz[oi]|cost[oi])\b", re.I)
_TICKET = re.compile(
    r"\b(?:bigliett|tariff|abbonament|ingress)\w*[^.;\n]{0,30}\d(?:,\d\d)?\s?(?:€|euro\b)", re.I
)
_PRICE = re.compile(r"\beuro\b|€", re.I)
_OF_DANGERS = frozenset(
    {Kind.health, Kind.supply_cut, Kind.alert, Kind.act, Kind.other, Kind.campaign, Kind.service}
)
_FORBIDS = re.compile(
    r"\b(?:(?:è|sono|resta|restano) (?:severamente |assolutamente )?vietat[oaie]"
    r"|ha(?:nno)? vietato|vieta(?:no)?|divieto(?! (?:mira|ha lo scopo|serve|tutela))|sconsiglia\w*"
    r"|non (?:possono|può|potranno) (?:circolare|transitare|entrare)"
    r"|non potabile|non (?:va|deve|può) (?:essere )?(?:bevuta|usata|utilizzata))\b",
    re.I,
)
_CLOSES = re.compile(r"\bla chiusura (?:di|dei|del|dell[aeo]|degli|dell['’])(?!\w)|\bchius[ie]\b", re.I)
_ZONES = re.compile(
    r"(?:^|[.;]\s)\W*(?:le\s)?(?:vie|zone|località|contrade|strade|utenze)\s(?:\w+\s)?(?:interessate|coinvolte)\b"
    r"|^vie\s?:",
    re.I | re.M,
)
_STREET_ROWS = re.compile(
    r"^\W*(?i:via|viale|vicolo|piazza|corso|strada|contrada|località|frazione)\s[A-ZÀ-Ý]", re.M
)
_PLACED = re.compile(
    r"\bS\.?[PRS]\.?\s?\d|\b(?:via|viale|piazza|corso|contrada|località|frazione|vie|zone|strada|territorio|paese|tutt[oa]\s\w+)\b",
    re.I,
)
_CHANGES = re.compile(
    r"\b(?:modific|variazion|cambia|provvediment|limitazion)\w*\s(?:[a-zà-ù]+\s){0,2}(?:viabilità|circolazione|traffico|sosta)\b",
    re.I,
)
_TOGETHER = {EXCEPTIONS: "Le eccezioni", STREETS: "Le vie interessate", PRECAUTIONS: "Le precauzioni"}
_TOGETHER |= {OTHER_DAYS: "Gli altri giorni", FOR_WHOM: "A chi si rivolge"}
_AS_ONE = {f"{PRECAUTIONS} {OTHER_DAYS}": "Precauzioni e altri giorni sono nella pagina."}
_WITH_CONDITIONS = {DAYS_AND_HOURS: "Condizioni, giorni e orari sono nella pagina."}
_LEFT = re.compile(r"(?P<what>(?:Le|I|Gli) (?:altr[ei] )?[a-z]+) sono nella pagina\.")
_OFFERED = re.compile(r"\b(?:screening|vaccin|preliev|donazion|visit[ae])\w*", re.I)
_OTHERS = "Le altre precauzioni sono nella pagina."
_FETCHED = re.compile(  # how one gets what a text speaks of
    r"\b(?:si|puoi|va|vanno) (?:ritir|richied|chied|prenot|iscriv|inviano|consegna)\w*"
    r"|\bper (?:prenotar|fissar|iscriver)\w+"
    r"|\bprenot\w+|\biscri\w+",
    re.I,
)
_FETCHED_BY = (Kind.service, Kind.hours, Kind.health, Kind.campaign)
_MUCH_MORE, _OF_AN_EVENT, _MORE = 2.0, 3.5, 260  # times, times, characters
_HEADINGS = re.compile(r"^#{1,4}\s", re.M)
_ARE_CUT = re.compile(  # `Le zone interessate sono i quartieri Po e Adda.`
    r"(?:Le|I|Gli) (?:zone|vie|strade|quartieri|aree|contrade|frazioni|località) "
    r"(?:interessat|coinvolt)[ei] (?:sono|saranno)\b"
)
_AT_HOURS = (Kind.other, Kind.act, Kind.supply_cut)
_SHORT = 130  # UTF-16 units of a sentence that is added
_OPENS_AGAIN = re.compile(r"\b(?:riapert[oaie]|riapr\w+)\b", re.I)
_STILL = re.compile(
    r"\b(?:rest|riman)\w+\b[^.]{0,80}\b(?:in vigore|chius[oaie]|chiusura|vietat[oaie]|divieto)\b", re.I
)
_STILL_IN_PAGE = "Chiusure e divieti ancora in vigore sono nella pagina."
_HAS_TERMS = re.compile(r"\b(?:termin[ei]|scadenz[ae]|entro)\b", re.I)
_MAY_REACT = (
    (re.compile(r"\b(?:conferma(?:re)?|accetta(?:re|zione)|rinunc\w+)\b", re.I), "per confermare il posto"),
    (re.compile(r"\b(?:ricors\w|reclam\w|osservazion\w)\b", re.I), "per i ricorsi"),
)


def completed(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text`, or one of at most `limit` units that tells these, too, and `passes`."""
    if gate.leaves_all(text):
        return text
    text = from_first(text, notice, limit, passes)
    told, added = text, list[str]()
    is_parted = len(_HEADINGS.findall(notice.source)) > 1
    for made in (
        _streets,
        parking,
        _exceptions,
        _excluded,
        skipped,
        reserved,
        called_off,
        still_bound,
        _unasked,
        *OF_CALLS,
        booked,
        full,
        meets_at,
        trial,
        _way,
        _ban,
        _still,
        _closures,
        _deed,
        *FOLLOWS,
        _terms,
        lessons,
        lambda text, notice: lot(text, notice) if notice.kind is Kind.recall else (),
        if_it_rains,
        _prices,
        limited,
        at_most,
        needed,
        on_flyer,
        described,
        rest_of_short_page,
        _rest,
        to_have,
        home_is_free,
        to_pay_with,
        cloudy,
    ):
        is_last = made in (if_it_rains, limited, at_most, to_have, to_pay_with, described, rest_of_short_page)
        is_last = is_last or (made is _rest and not is_parted)
        is_last = is_last or (made is reserved and notice.kind not in OCCASIONS)
        bases = [text] if is_last else list(_shorter(text))
        bases = [text, text.replace(OTHERS, THE_REST)] if made is relieved else bases
        if made is _rest and leaves_limit(text, notice):
            bases = [text] if notice.kind in OCCASIONS else [*bases, without_idle(text)]
        if made is parking:
            bases.append(" ".join(said for said in split(text) if not IF_IT_RAINS.match(said)))
        bases += [""] if made is _ban else split(text)[:1] if made is still_bound else []
        tried = [(base, [*added, said]) for said in made(told, notice) for base in bases]
        if made is _rest and leaves_ban(told, notice) and not gate.IN_PAGE.search(told):
            shorter = (text, *shortened(told, notice))
            tried += [(base, [said]) for said in (OTHERS, THE_REST) for base in shorter]
        for base, more in tried:
            also = " ".join(sorted(more, key=lambda one: bool(gate.IN_PAGE.search(one))))
            longer = _with(base, _AS_ONE.get(also, also))
            if made is _deed and more[-1] != PRECAUTIONS and _loses(told, longer, notice):
                continue
            if utf16(longer) <= limit and passes(longer):
                text, told, added = base, longer, more
                break
    return told


def _exceptions(text: str, notice: Notice) -> tuple[str, ...]:
    """Whom a ban or a closure does not bind: the office's sentence, else word of it."""
    if notice.kind not in _OF_BANS or not BARRED.search(text) or _TELLS_PAGE.search(text):
        return ()
    found = [said for line in lines(notice)[1:] if _EXCEPTED.search(said := spoken(line))]
    if _TELLS_EXCEPTIONS.search(text):
        found = [line for line in found if _APART.match(line) and not tells_most(text, line)]
    if any(worded(line) in text for line in found):
        return ()
    own = [said for line in found if line in notice.prose and utf16(said := worded(line)) <= _SHORT]
    return (*(said for said in own[:1] if not LEANS.search(said)), *([EXCEPTIONS] if found else []))


def _excluded(text: str, notice: Notice) -> tuple[str, ...]:
    """Who asks in vain, where a text tells that one may ask."""
    if notice.kind not in _OF_CALLS or not _ASKS.search(text):
        return ()
    said = [worded(sentence) for sentence in notice.prose if _IN_VAIN.match(sentence)]
    return tuple(one for one in said[:1] if is_fit(one, one) and one not in text and not LEANS.search(one))


def _way(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of how one asks, where a text says that one may and not by what means."""
    is_asking = _REQUEST.search(text) is not None
    return ("Come fare domanda è nella pagina.",) if is_asking and leaves_way(text, notice) else ()


def _unasked(text: str, notice: Notice) -> tuple[str, ...]:
    """That nobody has to ask, where a text tells what one gets."""
    if _NOT_ASKED.search(text):
        return ()
    said = [worded(sentence) for sentence in notice.prose if _NOT_ASKED.match(sentence)]
    return tuple(
        dict.fromkeys(one for told in said[:1] for one in (told, f"{told.partition(': ')[0].rstrip('.')}."))
    )


def _streets(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of the streets without water or power, where a page lists them and the text has none; of those
    where the traffic changes.
    """
    if (
        notice.kind is Kind.road
        and _CHANGES.search(text)
        and not (_PLACED.search(text) or gate.IN_PAGE.search(text))
    ):
        return (STREETS,)
    if notice.kind is not Kind.supply_cut or _PLACED.search(text):
        return ()
    is_listed = _ZONES.search(notice.body) or len(_STREET_ROWS.findall(notice.body)) > 1
    named = filter(None, [sentence_of_streets(notice)] if is_listed else [])
    told = tuple(worded(line) for line in notice.prose if _ARE_CUT.match(line))[:1]
    return (*told, *named, STREETS) if is_listed else told


def _ban(text: str, notice: Notice) -> tuple[str, ...]:
    """The office's sentence that forbids or advises against, where `text` does neither."""
    if notice.kind not in _OF_DANGERS or _FORBIDS.search(text):
        return ()
    is_boiled = "bollire" in text
    said = (worded(sentence) for sentence in notice.prose if _FORBIDS.search(sentence))
    return tuple(one for one in said if is_fit(one, one) and not (is_boiled and "boll" in one))[:1]


def _deed(text: str, notice: Notice) -> tuple[str, ...]:
    if not (notice.kind in _OF_DANGERS or is_of_an_alert(notice)) or "precauzioni" in text:
        return ()
    deeds = [one.text for one in asked(notice)]
    left = [deed for deed in deeds if not tells_deed(text, deed)]
    if 0 < len(left) < len(deeds) and deeds[0] in text:
        return (" ".join(left), _OTHERS, PRECAUTIONS)  # one of several that a frame told
    if not left or len(left) < len(deeds):
        return ()
    others = [f"{' '.join(deeds[:count])} {_OTHERS}" for count in (2, 1)] if len(deeds) > 1 else []
    is_offer = notice.kind is Kind.service or _OFFERED.search(notice.title) or "obblig" in text
    first = [] if notice.listings else deeds[:1]
    first += [ALL_LEFT] if leaves_ban(text, notice) else []
    return (" ".join(deeds), *others, *first, OTHERS if is_offer else PRECAUTIONS)


def _loses(told: str, longer: str, notice: Notice) -> bool:
    """Whether a deed of `told` is gone from the text that tells another."""
    return any(one.text in told and one.text not in longer for one in asked(notice))


def _still(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of what stays shut or forbidden, where a text tells only that a street opens again."""
    opens = notice.kind is Kind.road and _OPENS_AGAIN.search(text) and not BARRED.search(text)
    return (_STILL_IN_PAGE,) if opens and _STILL.search(notice.body) else ()


def _closures(text: str, notice: Notice) -> tuple[str, ...]:
    """What is shut for a hazard, where the text of an alert tells of nothing shut."""
    if notice.kind is not Kind.alert or _CLOSES.search(text) or "chiusure" in text:
        return ()
    said = (worded(sentence) for sentence in notice.prose if _CLOSES.search(sentence))
    return tuple(one for one in said if is_fit(one, one) and not LEANS.search(one))[:1]


def _terms(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of the terms to accept a place or to appeal, where a page has them and the text none."""
    if notice.kind is not Kind.result or gate.IN_PAGE.search(text) or not _HAS_TERMS.search(notice.body):
        return ()
    names = [name for pattern, name in _MAY_REACT if pattern.search(notice.body) and not pattern.search(text)]
    return (f"I termini {' e '.join(names)} sono nella pagina.",) if names else ()


def _prices(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of the prices that a title speaks of and a text does not tell."""
    is_priced = notice.kind is Kind.hours and _TICKET.search(notice.body) is not None
    if not (is_priced or _PRICED.search(notice.title)) or _PRICE.search(text) or gate.IN_PAGE.search(text):
        return ()
    return ("Le tariffe sono nella pagina.",) if _PRICE.search(notice.body) else ()


def _rest(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of what is left to a page that tells much more than a text does."""
    is_fetched = notice.kind in _FETCHED_BY and _FETCHED.search(notice.body) and not _FETCHED.search(text)
    if is_fetched and not gate.IN_PAGE.search(text):
        return (OTHERS,)
    if leaves_ban(text, notice) and not gate.IN_PAGE.search(text):
        return (OTHERS, THE_REST)
    hours = notice.slots.get(Slot.hours, ())
    is_timed = notice.kind in _AT_HOURS and bool(figures(text)) and not any(tells(text, one) for one in hours)
    if hours and is_timed and not gate.IN_PAGE.search(text):
        return (HOURS, OTHERS)
    is_more = len(notice.body) > _MUCH_MORE * len(text) and len(notice.body) - len(text) > _MORE
    is_limited = leaves_limit(text, notice)
    if gate.IN_PAGE.search(text) or not (is_more or is_limited):
        return ()
    is_left = any(
        slot in notice.slots and not any(tells(text, one) for one in notice.slots[slot])
        for slot in (Slot.amount, Slot.place, Slot.hours)
    )
    is_much = len(notice.body) > _OF_AN_EVENT * len(text)
    return (OTHERS, THE_REST) if notice.kind not in OCCASIONS or is_left or is_much or is_limited else ()


def _shorter(text: str) -> Iterator[str]:
    """`text`, then without its last sentences, but for the first and those that limit what it says."""
    sentences = split(text)
    yield text
    yield without_definition(text)
    yield without_apposition(text)
    yield without_partners(text)
    while len(sentences) > 1 and (IF_IT_RAINS.match(sentences[-1]) or not LIMITS.search(sentences[-1])):
        sentences.pop()
        yield " ".join(sentences)


def _with(text: str, addition: str) -> str:
    """`addition` at the end, before what is left to the page."""
    if text.endswith(f" {OTHERS}") and addition in _TOGETHER:
        return f"{text.removesuffix(OTHERS)}{_TOGETHER[addition]} e gli altri dettagli sono nella pagina."
    if not text:
        return addition
    sentences = split(text)
    if addition in CONDITIONS and (both := _WITH_CONDITIONS.get(sentences[-1])):
        return " ".join([*sentences[:-1], both])
    if addition in _TOGETHER and len(sentences) > 1 and (left := _LEFT.fullmatch(sentences[-1])):
        both = (
            f"{left['what']} e {_TOGETHER[addition][:1].lower()}{_TOGETHER[addition][1:]} sono nella pagina."
        )
        return " ".join([*sentences[:-1], both])
    if len(sentences) > 1 and gate.IN_PAGE.search(sentences[-1]) and not gate.IN_PAGE.search(addition):
        return " ".join([*sentences[:-1], addition, sentences[-1]])
    return f"{text} {addition}"

"""What keeps people out who do not know it: that one must book, the age that one needs, who pays less."""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot, Told
from flows.bulletin.page.told_slots import tells
from flows.bulletin.summary import clauses
from flows.bulletin.summary.checks.left_open import FREELY
from flows.bulletin.summary.clauses.prices import EXEMPTION, SOME_PAY_LESS
from flows.bulletin.summary.frames.events.of_a_part import is_for_a_part
from flows.bulletin.summary.frames.prose.left_to_page import CONDITIONS

_AGES = (
    r"(?<!\bdi\s)(?<!\bdei\s)(?<!\bcon\s)(?<!\bdonne\s)(?<!\buomini\s)\b"
    r"(?:(?:donne|uomini)\s(?=residenti\s))?"
    r"(?:ragazz[oaei]|bambin[oaei]|giovani|donne|uomini|cittadini|residenti|anziani|persone)\s(?:(?:e|di)\s\w+\s)?"
    r"(?:di\setà\scompresa\s)?(?:tra|fra|da|dai)\s(?:i\s)?\d{1,2}\s(?:e|ai|a)\s(?:i\s)?\d{1,2}\sanni\b"
)
_SPAN = r"(?:^|(?<=[.;(]\s)|(?<=\n))\W{0,3}età:?\s(?:da\s)?\d{1,2}\s?[-–/]\s?\d{1,2}\s?anni\b"
_OF_A_SPAN = re.compile(r"\betà:?\s(?:da\s)?(?P<from>\d{1,2})\s?[-–/]\s?(?P<to>\d{1,2})\s?anni\b", re.I)
_UP_TO_AGES = re.compile(r"^.*?(?=\b(?:tra|fra|dai?)\s)")
_OF_AGES = Cued(_AGES, re.I)
_DUTIES = (
    (
        Cued(
            r"\b(?:prenotazion|iscrizion|registrazion)\w(?:,\s[^.;:\n]{3,30})?(?:\se\s\w+)?\s+(?:(?:è|sono|online)\s+)?obbligatori\w"
            r"|\bobbligo\s+di\s+(?:prenotazione|iscrizione)|\bprevia\s+(?:prenotazione|iscrizione)"
            r"|(?<!non )(?<!non è )(?<!non sarà )\b(?:necessari[oa]|occorre|bisogna|serve)\s+"
            r"(?:la\s+|l['’])?(?:prenota|iscri(?:v|z))\w+"
            r"|\b(?:solo|soltanto|esclusivamente)\ssu\s(?:prenotazione|iscrizione)\b"
            r"|\b(?:gratuit|liber)[oaie]\s(?:ma\s)?(?:solo\s)?su\s(?:prenotazione|iscrizione|invito)\b"
            r"(?!\s(?:consigliat|facoltativ|gradit))",
            re.I,
        ),
        re.compile(r"\b(?:prenot|iscri|registr)\w+|\bappuntamento\b", re.I),
        "Manca che bisogna prenotare o iscriversi",
    ),
    (
        Cued(
            r"\betà\s+minima\b[^.;\n]{0,40}|\b(?:riservat|vietat)\w*\s+ai\s+(?:maggiorenni|minori)\b"
            r"|\bpossono\s(?:candidarsi|aderire"
            r"|presentare\s(?:la\s)?domanda)\b[^.;\n]{0,80}\b\d{2}\s(?:anni|e i)\b"
            rf"|{_AGES}|{_SPAN}",
            re.I,
        ),
        re.compile(r"\b\d+\s+anni\b|\bmaggiorenn|\bcondizioni\b|\bminori\b|\brequisiti\b|\betà\b", re.I),
        "Manca l'età che serve",
    ),
)
_BAND = re.compile(r"[\d.,]*\s?(?:€|euro)?\s?[:|–-]\s?(?:€\s?)?\d")
_PLACES_FOR = re.compile(r"\b\d+ (?:posti )?per (?:i|le|gli) ?$", re.I)
_MORE_OF_THEM = re.compile(r",?\s(?:che|i quali|le quali|purché|se|con)\s")  # `che non hanno fatto l'esame`
_SHORT = 110  # characters
_BOOKED_AT = re.compile(r"\bprenotazion[ei]\s(?:al|allo)\s(?:n\.|numero|tel|cup|\d)", re.I)
_FOR_SOME = re.compile(r"\bÈ per (?:i|gli|le|chi)\b")  # one condition told beside another
_PRICE = re.compile(r"\d\s?(?:€|euro\b)|€\s?\d", re.I)
_CALLS = (Kind.deadline, Kind.job)
_ASKED = (*_CALLS, Kind.service, Kind.campaign)
_MAY_ASK = re.compile(  # the office's sentence on who may
    r"(?:Possono|Può|Potranno)\s(?:presentare|fare|partecipare|candidarsi|aderire|accedere|chiedere|richiedere"
    r"|iscriversi|beneficiare)\b|(?:Il\s(?:bando|contributo|bonus|servizio)|La\s(?:misura|selezione))\s(?:è|si)\s"
    r"(?:rivol|destinat|riservat|apert)",
    re.I,
)
_REQUIREMENTS = re.compile(
    r"^\W*(?:requisiti|titol[oi] (?:di studio )?richiest[oi])\b[^:.\n]{0,40}(?::|$)", re.I | re.M
)
_REQUIRED = re.compile(
    r"\b(?:requisit\w+|condizion\w+|diploma|laurea|isee|resident\w+|ann[oi]|possono|può)\b", re.I
)
_MUST_HAVE = re.compile(
    r"(?:Gli interessati|I (?:candidati|partecipanti|richiedenti|concorrenti)|Per partecipare"
    r"|Le (?:imprese|ditte))\b"
    r"[^.;]{0,20}\b(?:devono|bisogna|occorre|serve)\s(?:\w+\s)?(?:avere|essere|possedere|disporre|risiedere)\b"
)
_BELOW = re.compile(
    r"\bISEE\b[^.;\n]{0,40}?\b(?:fino a|non superior\w+|inferior\w+|massim\w+|entro|sotto|al di sotto)\b"
    r"[^.;\n]{0,30}?\d",
    re.I,
)
_FEE = re.compile(r"\b(?:rett[ae]|tariff[ae]|compartecipazione)\b[^.]*\bISEE\b[^.]*\W\s*$", re.I)
_NEAR = 200  # characters
_ISEE = re.compile(r"\b(?:ISEE|requisit\w+|condizion\w+)\b", re.I)
_THEY_MAY = re.compile(
    r"(?:I|Gli|Le|Chi)\s[^.;]{5,160}?\b(?:possono|può)\s(?:chiedere|richiedere|presentare|fare|votare|iscriversi)\b"
)
_REQUESTED = re.compile(
    r"\b(?:domand|istanz|richiest)[ae]\b|\bpuoi chiedere\b|\bmanifestazion[ei] di interesse\b", re.I
)
_MEANS = (
    r"\b(?:on-?line|modul\w+|pec|mail|uffici\w*|sportell\w|portale|spid|telefon\w+|protocollo|sito|sede"
    r"|biblioteca)\b|@"
)
_BY_MEANS = re.compile(rf"{_MEANS}|\b\d{{5}}", re.I)
_HANDED_IN = re.compile(
    r"\b(?:domand|istanz|candidatur|iscrizion|adesion|richiest)[ei]?\w?\b[^.;]{0,60}?\b(?:present|consegn|invi|compil|trasm|effettu"
    rf"|perven|inoltr)\w+[^.;]{{0,90}}?(?:{_MEANS})"
    r"|\b(?:domande?|iscrizioni|candidature)\s(?:on-?line|sul|sulla|tramite|via)\b"
    rf"|^\W*(?:domand[ae]|iscrizioni|candidature|adesioni)\s?:[^.;\n]{{0,60}}?(?:{_MEANS})",
    re.I,
)
_WITHOUT_DUTIES = (Kind.alert, Kind.road, Kind.supply_cut, Kind.recall)


def booking(notice: Notice) -> str:
    """`Devi prenotare.` where the page says that one must; "" where it does not."""
    match = _DUTIES[0][0].search(notice.source) or _at_a_number(notice)
    if match is None or is_for_a_part(match.start(), notice):
        return ""
    duty = "Devi prenotare" if "prenot" in match[0].lower() else "Devi iscriverti"
    way = clauses.booking_of(told.words for told in notice.slots.get(Slot.how, ()))
    short = "Prenota " if "prenot" in match[0].lower() else "Iscriviti "
    return way if way.startswith((duty, short)) else f"{duty}."


def _at_a_number(notice: Notice) -> re.Match[str] | None:
    """Where a page on health says at which number one books: nobody is examined who did not."""
    return _BOOKED_AT.search(notice.source) if notice.kind is Kind.health else None


def _of_age(whom: str, notice: Notice) -> str:
    """`Possono partecipare i bambini da 3 a 6 anni.`, `Può partecipare chi ha tra i 12 e i 17 anni.`"""
    people = whom.removesuffix(_UP_TO_AGES.sub("", whom)).split()
    if people[0][-1] in "oa" or "e" in people:
        return f"Può partecipare chi ha {_UP_TO_AGES.sub('', whom)}."
    article = "gli" if whom[0] in "au" else "le" if whom.split()[0].endswith(("ne", "ze")) else "i"
    return f"{'Possono partecipare' if notice.kind in OCCASIONS else 'È per'} {article} {whom}."


def _who_may(notice: Notice) -> str:
    """The first sentence of a page, where it says who may ask: `Gli elettori infermi possono chiedere …`."""
    first = (*notice.abstract, *notice.prose, "")[0]
    return first if _THEY_MAY.match(first) else ""


def conditions(text: str, notice: Notice) -> Iterator[str]:
    """The office's short sentence with the age that one needs, where `text` has none, then word of it."""
    duty, told, _ = _DUTIES[1]
    match = duty.search(notice.source)
    if match is None or told.search(text) or is_for_a_part(match.start(), notice, text):
        return
    yield from (
        said for said in notice.prose if duty.search(said) and len(said) <= _SHORT and said[-1] != "?"
    )
    rows = " ".join(row.what for row in notice.rows)
    ages = {
        " ".join(found[0].lower().split())
        for found in _OF_AGES.finditer(notice.source)
        if found[0] not in rows
    }
    more = any(_MORE_OF_THEM.match(notice.source, one.end()) for one in _OF_AGES.finditer(notice.source))
    if len(ages) == 1 and not more:
        yield _of_age(ages.pop(), notice)
    if not ages and (span := _OF_A_SPAN.search(match[0])):
        yield f"È per chi ha {span['from']}-{span['to']} anni."
    yield CONDITIONS


def leaves_way(text: str, notice: Notice) -> bool:
    """Whether a page says by what means one asks, and `text` neither that nor that the page does."""
    if "nella pagina" in text or _BY_MEANS.search(text) or notice.kind not in _ASKED:
        return False
    ways = (*notice.prose, *(way.words for way in notice.slots.get(Slot.how, ())))
    return any(map(_HANDED_IN.search, ways))


def _has_limit(body: str) -> bool:
    """Whether only a low ISEE lets one ask, and not how much one pays depends on it."""
    found = _BELOW.search(body)
    if found is None or _BAND.match(body, found.end()):
        return False  # `ISEE fino a 8.000 euro: 35 euro`
    return _FEE.search(body[: found.start()][-_NEAR:]) is None


def unsaid(text: str, notice: Notice) -> Iterator[str]:
    """What keeps people out who do not know it: that one must book, an age, that it costs them less."""
    if notice.kind in _WITHOUT_DUTIES:
        return
    for duty, told, reason in _DUTIES:
        match = duty.search(notice.source)
        if match and "prenotare" in reason and FREELY.search(notice.body):
            continue  # on some days one just comes
        if match and "prenotare" in reason and notice.kind not in OCCASIONS and "fare domanda" in text:
            continue
        if match and "età" in reason and _PLACES_FOR.search(notice.source[: match.start()][-_NEAR:]):
            continue  # `60 posti per i ragazzi dai 6 ai 13 anni`, beside those of others
        if match and not (told.search(text) or is_for_a_part(match.start(), notice, text)):
            yield f"{reason}: la pagina dice «{' '.join(match[0].split())}»."
    if (match := _at_a_number(notice)) and not _DUTIES[0][1].search(text):
        yield f"Manca che si prenota: la pagina dice «{match[0]}»."
    is_asking = _REQUESTED.search(text) is not None and "nella pagina" not in text
    is_call = notice.kind in _CALLS and "nella pagina" not in text and _FOR_SOME.search(text) is not None
    if (
        (is_call or (notice.kind in _ASKED and is_asking))
        and _has_limit(notice.body)
        and not _ISEE.search(text)
    ):
        yield "Manca il limite di ISEE."
    is_bare = notice.kind in _ASKED and is_asking and not _REQUIRED.search(text)
    if is_bare and _REQUIREMENTS.search(notice.body):
        yield "Mancano i requisiti."
    if is_bare and any(_MUST_HAVE.match(said) and not tells(text, Told(said)) for said in notice.prose):
        yield "Manca che cosa serve per partecipare."
    first = _who_may(notice)
    if first and is_asking and not tells(text, Told(first)):
        yield f"Manca chi può chiedere: la pagina dice «{first}»."
    if notice.kind in _CALLS and "nella pagina" not in text:
        for whom in notice.slots.get(Slot.who, ()):
            if _MAY_ASK.match(whom.sentence) and not tells(text, whom):
                yield f"Manca chi può fare domanda: la pagina dice «{whom.words}»."
                break
    if notice.kind in _CALLS and len(split(text)) > 1 and leaves_way(text, notice):
        yield "Manca come si fa domanda."
    exemption = EXEMPTION.search(notice.source)
    if exemption and _PRICE.search(text) and not SOME_PAY_LESS.search(text):
        yield f"Manca chi non paga, o paga meno: la pagina dice «{' '.join(exemption[0].split())}»."

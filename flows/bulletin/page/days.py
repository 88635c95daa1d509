"""The days and hours of a page, by what they are: of the matter itself, a deadline, an end; never a stamp.

Days that belong together ("dal 3 al 7 giugno", "18, 25 e 26 ottobre") are one phrase in the page's own words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.bulletin.facts.fact import Fact, plain
from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.language.cues import Cued
from flows.bulletin.page.layout import Layout
from flows.bulletin.page.other_terms import is_over
from flows.bulletin.page.row_words import is_met
from flows.bulletin.page.sections import are_of_a_meeting, is_of_an_event

Role = Literal["when", "deadline", "until", "hours", "sale", "stamp"]

_JOINT = re.compile(
    r"[\s,;|/–—-]{0,4}(?:(?:e|ed|o|fino|sino|compreso|poi|giorno|giorni)[\s,]{1,2}){0,2}"
    r"(?:(?:dal|al|il|del|nel|a)\s{1,2}|(?:dall|all|l)['’]\s?)?(?:giorno\s|pomeriggio\sdi\s|mese\sdi\s)?",
    re.I,
)
_CLOCKS_JOINT = re.compile(
    r"\s?(?:[-–—/,;]|e|ed|a|al|alle|dalle|fino\s+alle|sino\s+alle)?\s?"
    r"(?:alle|dalle|all['’]|dall['’])?\s?(?:le\s)?(?:ore\s)?",
    re.I,
)
_BEFORE_DAY = re.compile(  # whole words: no `da` of `domanda`
    r"(?<!\w)(?:(?:(?:a\s+(?:partire|far\s+data|decorrere)\s+)?(?:dal|dall['’]|dalla)|(?:nei|i|per\s+i|nelle|le)\s+"
    r"(?:giorn(?:i|ate)|date)(?:\s+(?:dal|del|di))?|(?:nella|per\s+la)\s+(?:giornata|data|serata)\s+(?:di|del)"
    r"|(?:fino|sino)\s+(?:al(?:la\s+mezzanotte\s+di)?|a|all['’])|ogni|tutt[ie]\s+[ie]l?|il|l['’]|al|nel|da"
    r"|entro\s+(?:e\s+non\s+oltre\s+)?(?:(?:tutto\s+)?il\s+mese\s+di|(?:la\s+)?fine\s+(?:del\s+mese\s+)?di|(?:il|l['’])(?:\s+giorno)?)?"
    r"|non\s+oltre\s+il)\s*(?:pomeriggio\s+di\s+)?)$",
    re.I,
)
_BEFORE_CLOCK = re.compile(
    r"\b(?:(?:entro|fino|ritrovo|dalle|alle|dall['’]|all['’]|le|delle|ore|orario:?|h\.?)\s*){1,3}$", re.I
)
_AFTER = re.compile(r"\s(?:compreso|inclus[oi]|ai quali)\b", re.I)
_DEADLINE = re.compile(
    r"\b(?:entro|non\s+oltre|scad(?:e|enza|enze|ono|\.)|termine|termini|perentori\w|prorogat\w|tempo\s+fino"
    r"|ultim[oa]\s+(?:giorno|data)\s+(?:utile|possibile)"
    r"|(?:domand|istanz|iscrizion|adesion|candidatur|preiscrizion|prenotazion|opposizion|osservazion|ricors"
    r"|partecipazion)\w{1,3}\b[^.\n]{0,90}\b(?:fino|(?:dal|al)(?!\s+(?:corso|laboratorio|servizio|nido|centro|concorso|torneo))|oltre|chiud\w+)|(?:chiusura|raccolta)\s+(?:delle\s+)?iscrizion\w"
    r"|chiusura\s+(?:(?:delle|dei|del)\s+)?(?:domand|band|candidatur|adesion|termin)\w{1,2})"
    r"[^\n]{0,60}$",
    re.I,
)
_MAY = re.compile(
    r"^[^.\n]{0,60}\b(?:posson\w|possibil\w|si può)\b[^.\n]{0,40}\b(?:present|invi|oppo|osserv|iscri|prenot)",
    re.I,
)
_SALE = re.compile(
    r"\b(?:in\s+vendita|prenotabil\w+|prevendit\w|vendita\s+(?:dei\s+)?bigliett\w|prenotazion\w+\s+(?:obbligatori\w\s+)?"
    r"(?:si\s+terranno|aperte?|dal)|bigliett\w+\b[^.;\n]{0,30}\b(?:acquist|compra)\w*)[^.\n]{0,50}$",
    re.I,
)
_STAMP = re.compile(
    r"(?:\b(?:prima\s+pubb\w*\.?|pubblicat\w(?:\s+il)?|(?:data\s+(?:di\s+)?)?pubblicazione|aggiornat\w(?:\s+al?)?(?:\s+il)?"
    r"|aggiornamento|modifica|notizi[ae]|avvis[oi]|comunicat[oi](?:\s+stampa)?(?:\s+nr?\.?\s*\d+)?(?:\s+del)?|news"
    r"|(?:nota|bollettino|comunicazione|pec|verbale|seduta|atto|capigruppo|conferenza)\s+(?:n\.?\s*\S{1,12}\s+)?(?:del|di|in\s+data)|^data)\W{0,3})$",
    re.I,
)
# what is past, born, lived or spent in those days: a condition, not the day of the matter
_CONDITION = re.compile(
    r"\b(?:(?:dal|del|nel)?l[oa]\s+scors\w|nat[oaie]|nascita|residen\w{1,6}|sostenut\w|spes[ae]|avvenut\w|approvat\w|istituit\w|adottat\w"
    r"|eventi\s+del|verificat\w+|prelevat\w|campion\w+|saranno\s+interessat\w|classe|conclus\w)\b[^.\n]{0,50}$"
    r"|\bseguito\s(?:a|d)\w*['’\s]\s?(?:smottament|fran[ae]|event|incident|alluvion|maltemp|nevicat|temporal|incendi"
    r"|nubifragi|crollo|cediment)\w*\b[^.\n]{0,40}$",
    re.I,
)
# `Per informazioni: Biblioteca, tel. 0574 …, dalle 15 alle 18`: no hour of the matter
_ENQUIRIES = re.compile(
    r"(?:^|[.;!]\s)(?:per\s)?(?:(?:ulteriori|maggiori|altre)\s)?info(?:rmazioni)?(?:\se\s\w+)?\s?:?\s"
    r"[^\n]*(?:\btel|@|\d{6,}|\d{3,4}[ .]\d{3})[^\n]*$",
    re.I,
)
_RECURRING = Cued(
    r"(?:\bogni|\btutt[ie]\s+(?:i|le)|\b(?:il|la)?\s?(?:prim[oa]|second[oa]|terz[oa]|quart[oa]|ultim[oa]))\s+"
    r"(?:(?:prim|second|terz|quart|ultim)[oa]\s+)?(?:luned|marted|mercoled|gioved|venerd|sabat|domenic)\w+['’]?"
    r"(?:\s+(?:e\s+)?(?:luned|marted|mercoled|gioved|venerd|sabat|domenic)\w+['’]?)?(?:\s+del\s+mese)?"
    r"(?:\s+a\s+partire\s+dal?\s+\d{1,2}\s+\w{3,9})?"
    r"|\b(?:da|dal)\s+(?:luned|marted|mercoled|gioved)\w+['’]?\s+al?\s+(?:gioved|venerd|sabat|domenic)\w+['’]?(?!\s+\d)"
    r"|\b[Ii]l\s+(?:luned|marted|mercoled|gioved|venerd)\w+['’]?(?:\s+(?:mattina|pomeriggio))?(?=\s+dalle)",
    re.I,
)
_SEASON = re.compile(
    r"\b(?:dall['’]inizio|all['’]inizio|a\s+fine|da|a|per\s+(?:il\s+mese\s+di|tutto)|nel\s+mese\s+di|stagione\s+\w+|a\.\s?s\.|anno)\s+"
    r"(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|20\d\d(?:/\d{2,4})?)\b",
    re.I,
)
_OFFSET = re.compile(
    r"\b(?:entro|per|decorsi)\s+(?:i\s+|un\s+periodo\s+di\s+)?(?:\d{1,3}|trenta|sessanta|novanta|quindici|dieci|due|tre|sei|dodici)\s+(?:giorni|mesi)\b"
    r"[^.,;\n]{0,70}",
    re.I,
)
_ON_THE_BOARD = re.compile(
    r"\b(?:pubblicat|affiss|consultabil|visionabil)\w+\s(?:\w+\s){0,3}?all?['’]\s?albo\b", re.I
)
_TO_A_COURT = re.compile(
    r"\bric(?:ors|orr)\w+\b.*\b(?:t\.?\s?a\.?\s?r\b|tribunale amministrativo|presidente della repubblica"
    r"|capo dello stato)",
    re.I | re.S,
)
_PERIOD = re.compile(
    r"da(?:l|ll['’])\s?[^.;\n]{1,40}\sa(?:l|ll['’])\s?\d"
    r"|da\s(?:\w+ì|sabato|domenica)\s\d[^.;\n]{3,30}\sa\s(?:\w+ì|sabato|domenica)\s\d",
    re.I,
)
_HANDED_IN = re.compile(  # `Le domande vanno presentate allo sportello …, dal 4 ottobre al 3 dicembre`
    r"\b(?:domand|istanz|candidatur|richiest)\w{1,2}\s(?:\w+\s)?(?:v(?:a|anno)|dev\w+|dovr\w+|poss\w+|potr\w+|può|si)\s"
    r"(?:essere\s)?(?:presenta|invia|inoltra|consegna|trasme)(?:[^.\n]|\.(?=\d))*$",
    re.I,
)
_LASTS_LONGER = re.compile(
    r"\b(?:mostra|esposizione)\b[^.\n]{0,120}\bprorogata\s(?:fino\s)?(?:al\s|all['’])?$", re.I
)  # no request does
_LONG_AGO = re.compile(r"1\d{3}-")  # what is remembered that day
_USUAL = Cued(
    r"\b(?:normalmente|di norma|di consueto|solitamente|di solito|generalmente|in genere|annualmente"
    r"|il cui termine cade)\b",
    re.I,
)
_WITHIN_A_TIME = re.compile(r"\bentro\s(?:\d{1,3}|\w+)\s(?:ore|giorni|mesi)\s(?:dal|da\s)[^.\n]*$", re.I)
_BY_THE_OFFICE = re.compile(
    r"\b(?:sar(?:à|anno)|verr(?:à|anno))\s(?:accreditat|liquidat|erogat|pagat|bonificat)\w\b[^.\n]{0,60}$"
    r"|\bsi\sprevede\s[^.\n]{0,20}$",
    re.I,
)
_OPENS = re.compile(  # `Apertura: lunedì 2 marzo. Chiusura: venerdì 3 aprile`
    r"\b(?:apertura|inizio)(?:\s(?:de(?:l|lle)\s)?(?:domand|iscrizion|band|candidatur|adesion)\w+)?"
    r"\s?[:–-]\s?$",
    re.I,
)
_BY_MISTAKE = re.compile(  # `per errore è stata indicata la data del 10 maggio`: the right one follows
    r"\b(?:per (?:mero )?errore|erroneamente)\b(?:(?!corrett|giust|esatt)[^\n]){0,200}$", re.I
)
_RANKED = re.compile(  # `Graduatoria provvisoria entro il 30 aprile`
    r"\b(?:graduatori[ae]|elenc(?:o|hi)(?: degli ammessi)?)\b[^\n]{0,120}(?:\.\n(?=Pubb)|\b)"
    r"(?:pubblicat[ao]|definitiv[ao]|provvisori[ao])\s(?:(?:entro|il|dal)\s)?[^.\n]{0,12}$",
    re.I,
)
_FOR_LATE_ONES = re.compile(  # `Le domande pervenute dopo il termine sono accolte con decorrenza 1° novembre`
    r"\b(?:dopo|oltre|fuori)\s(?:il\s|tale\s)?termine\b[^.\n]*\b"
    r"(?:decorrenza\s(?:da\w*[\s'’])?|(?:comunque|ma|e)\sentro\s(?:il\s|l['’])?)$",
    re.I,
)
_OF_AGE = re.compile(r"\b(?:giorni|mesi) di (?:vita|età)\b", re.I)
_UNEATEN = re.compile(r"\bnon\s(?:\w+\s)?(?:raccol|raccogl|consum|mangi)\w*[^.\n]*$", re.I)
_IS_VALID = re.compile(  # `la tessera … vale fino al 31 dicembre`: of what one gets, and no end of the matter
    r"\b(?:tesser|abbonament|card|pass|carnet|patentin)\w*[^.\n]*\b(?:vale|valid[oae]"
    r"|ha validità)\s(?:[^.\n]{0,20}\s)?"
    r"(?:fino\s(?:al\s|all['’]|a\s)?)?$"
    r"|\b(?:isee|dsu|attestazion\w)\b[^.\n]{0,60}"
    r"\bvalid(?:ità|[oaie])\b\s?\(?(?:scadenza|scade il|fino al?)?\s?$",
    re.I,
)
_ON_REQUEST = re.compile(
    r"\bdisponibil\w+\ssu\s(?:richiesta|prenotazione)\b[^.\n]{0,12}$", re.I
)  # who needs it
_ENROLLING = re.compile(  # `Dal 19 aprile al 31 maggio sono aperte le iscrizioni`
    r",?\s(?:sono|saranno|restano|resteranno)\saperte\sle\s(?:pre)?(?:iscrizion|domand|candidatur|adesion|richiest)",
    re.I,
)
_INSPECTED = re.compile(r"\b(?:sopralluog\w+|visita dei luoghi)\b[^.\n]*$", re.I)  # before one can offer
_IN_A_MONTH = re.compile(r"\b(?:per\s+il|nel|durante\s+il)\s+mese\s+di\s*$", re.I)
_LESSONS_BEGIN = re.compile(  # beside lessons to try, or enrolments
    r"(?:^|[.\n]\s*)(?:I|Il)\s(?P<noun>cors[oi])\s(?:comincia|cominc|inizia|inizier|partir|parton|parte|prend)[^.\n]{0,30}$",
    re.I,
)
_STEM = 4  # letters
_FAR = 260  # characters
_SIGNED = re.compile(  # `Borgo Alto, 9 febbraio 2027`, over who signs
    r"[A-ZÀ-Ý][\w'’ ]{2,40},\s(?:l[iì]['’]?\s)?\d{1,2}(?:[°º]?\s[a-z]{4,9}\s|[./]\d{1,2}[./])20\d\d"
)
_LATE = 0.6  # of the text
_ON_A_WEEKDAY = re.compile(r"(?:luned|marted|mercoled|gioved|venerd|sabat|domenic)", re.I)
_EARLY = 4  # passages: a page shows its own day before its text
_LISTED = 2  # days on lines of their own, of which more than so many are a programme
_NO_HOURS = frozenset({"contacts", "pin", "furniture"})
_DATES = frozenset({FactKind.date, FactKind.relative})


@dataclass(frozen=True)
class Days:
    """A phrase of days or hours: where it stands, what it is, what it says."""

    role: Role
    start: int
    end: int
    values: frozenset[str] = frozenset()


def days(page: Layout, title: str = "") -> tuple[Days, ...]:
    """Every phrase of days and hours of the page that concerns its matter, in order, stamps left out."""
    found = [*_dates(page, title), *_recurring(page), *_offsets(page)]
    hours = list(_hours(page, found))
    return tuple(sorted([*found, *hours], key=lambda span: (span.start, span.end)))


def _dates(page: Layout, title: str) -> Iterator[Days]:
    heading = plain(title)
    phrases = list(_groups(page, [fact for fact in page.facts if fact.kind in _DATES], _JOINT))
    phrases = list(_without_usual(page, phrases))
    stamps = {
        value
        for start, _, facts in phrases
        if _is_stamp(page, start, facts, heading)
        for value in (fact.value for fact in facts)
    }
    for start, end, facts in phrases:
        values = frozenset(fact.value for fact in facts)
        if all(_LONG_AGO.match(value) for value in values):
            continue
        passage = page.passage(start)
        before = page.text[passage.start : start]
        if (lessons := _LESSONS_BEGIN.search(before)) and lessons["noun"][:_STEM].lower() not in heading:
            continue
        if passage.part in _NO_HOURS or _is_stamp(page, start, facts, heading):
            continue
        lead = _BEFORE_DAY.search(before)
        if values <= stamps and lead is None:
            continue
        first = passage.start + lead.start() if lead else start
        if after := _AFTER.match(page.text, end):
            end = after.end()
        yield Days(_role(page, before, first, end), first, end, values)


def _without_usual(
    page: Layout, phrases: Sequence[tuple[int, int, list[Fact]]]
) -> Iterator[tuple[int, int, list[Fact]]]:
    """Without the days on which it is usually so, where the page tells those of this time as well."""
    usual = [_USUAL.search(page.sentence(start)) is not None for start, _, _ in phrases]
    yield from (phrase for phrase, is_usual in zip(phrases, usual, strict=True) if not is_usual or all(usual))


def _role(page: Layout, before: str, start: int, end: int) -> Role:
    phrase = page.text[start:end]
    passage = page.passage(start)
    if _SALE.search(before):
        return "sale"
    if _OPENS.search(page.text[max(0, start - 60) : start]):
        return "sale"
    if _BY_MISTAKE.search(before):
        return "stamp"
    of_office = _RANKED.search(page.text[max(0, start - _FAR) : start]) or _BY_THE_OFFICE.search(before)
    if _FOR_LATE_ONES.search(before[-_FAR:]) or _ON_REQUEST.search(before) or _IS_VALID.search(before):
        return "stamp"
    if _ON_THE_BOARD.search(re.split(r"[.;]\s", before)[-1]):
        return "stamp"
    if of_office or is_over(before) or is_met(before[-_FAR:]) or _INSPECTED.search(before[-_FAR:]):
        return "stamp"
    if passage.part == "terms":
        return "deadline"
    if passage.part in ("how", "more") and re.search(r"entro|scad|termine", before + phrase, re.I):
        return "deadline"
    if _IN_A_MONTH.search(before):
        return "when"
    if _LASTS_LONGER.search(before[-160:]):
        return "until"
    after = page.text[end : passage.end]
    if (
        (_DEADLINE.search(before[-160:]) and not _WITHIN_A_TIME.search(before[-160:]))
        or (_PERIOD.match(phrase) and _HANDED_IN.search(before[-_FAR:]))
        or re.match(r"entro|non\s+oltre", phrase, re.I)
        or _MAY.match(after)
        or (_PERIOD.match(phrase) and _ENROLLING.match(after))
    ):
        return "deadline"
    if _CONDITION.search(before[-70:]):
        return "stamp"
    return "until" if re.match(r"(?:fino|sino)\s", phrase, re.I) else "when"


def _is_stamp(page: Layout, start: int, facts: Sequence[Fact], heading: str) -> bool:
    """Whether these days only say when the page was published, or of what day a letter is."""
    passage = page.passage(start)
    before = page.text[passage.start : start]
    if is_of_an_event(before, page.text[facts[-1].end :]):
        return False
    if _STAMP.search(before[-60:]) and not re.search(r"\b(?:fino|entro|dal)\s*$", before, re.I):
        return True
    if len(facts) > 1:
        return False
    line = page.text[page.text.rfind("\n", 0, start) + 1 : facts[0].end]
    if start > _LATE * len(page.text) and _SIGNED.fullmatch(line):
        return True
    around = plain(before)
    is_stamp = re.search(r"20\d\d", facts[0].shown) or not _ON_A_WEEKDAY.match(page.text, start)
    if heading and around.endswith(heading) and passage.start > 0 and is_stamp:
        return True  # a card: the title again, and its day; not `… il saggio di fine anno venerdì 5 giugno`
    is_alone = plain(page.text[passage.start : passage.end]) == plain(page.text[start : facts[-1].end])
    place = page.passages.index(passage)
    if place == len(page.passages) - 1 and _ON_A_WEEKDAY.search(before[-12:] + page.text[start : start + 12]):
        return False  # `Venerdì 1 maggio 2026`, and nothing else below the title
    if not (is_alone and place < _EARLY and passage.part == "prose" and re.search(r"20\d\d", facts[0].shown)):
        return False
    heads = [at for at, _ in _lone_days(page)]
    is_first = len(heads) > _LISTED and heads[0] == place and place + 1 not in heads
    is_second = any(at < place and day.value != facts[0].value for at, day in _lone_days(page))
    return not (_is_met(page, place) or is_first or is_second)  # a day that stands above is the page's own


def _is_met(page: Layout, place: int) -> bool:
    """Whether the line below a day tells an hour or a place: then it is the matter's."""
    below = page.passages[place + 1 : place + 3]
    return are_of_a_meeting([page.text[passage.start : passage.end] for passage in below])


def _lone_days(page: Layout) -> Iterator[tuple[int, Fact]]:
    """The places of the passages that are a day and nothing else, and which."""
    for place, passage in enumerate(page.passages):
        lone = [fact for fact in page.facts if passage.start <= fact.start < passage.end]
        words = plain(page.text[passage.start : passage.end])
        if len(lone) == 1 and lone[0].kind is FactKind.date and words == plain(lone[0].shown):
            yield place, lone[0]


def _recurring(page: Layout) -> Iterator[Days]:
    for pattern in (_RECURRING, _SEASON):
        for match in page.matches(pattern, "contacts", "pin", "furniture"):
            if not _is_for_enquiries(page, match.start()):
                yield Days("when", *match.span())


def _is_for_enquiries(page: Layout, start: int) -> bool:
    """Whether a day or an hour stands behind the phone of whom one asks."""
    line = page.text[page.text.rfind("\n", 0, start) + 1 : start]
    return _ENQUIRIES.search(line) is not None


def _offsets(page: Layout) -> Iterator[Days]:
    for match in page.matches(_OFFSET, "contacts", "pin", "furniture"):
        if _TO_A_COURT.search(page.sentence(match.start())):
            continue  # how to contest the act, as each of them ends: nothing to do by then
        before = page.text[max(0, match.start() - 80) : match.start()]
        if _OF_AGE.search(match[0]) or _UNEATEN.search(before):
            continue  # of whoever is born; of the fruit of a garden
        lasts = match[0].lower().startswith("per")
        if lasts and _ON_THE_BOARD.search(page.sentence(match.start())):
            continue  # how long the act hangs there
        yield Days("until" if lasts else "deadline", *match.span())


def _hours(page: Layout, dated: list[Days]) -> Iterator[Days]:
    ends = {span.end: span for span in dated}
    for start, end, facts in _groups(page, [f for f in page.facts if f.kind is FactKind.time], _CLOCKS_JOINT):
        passage = page.passage(start)
        if passage.part in _NO_HOURS or _is_for_enquiries(page, start):
            continue
        before = page.text[passage.start : start]
        lead = _BEFORE_CLOCK.search(before[-24:])
        first = start - len(lead[0]) if lead else start
        near = [span for at, span in ends.items() if 0 <= first - at <= 12]
        follows = [span for span in dated if 0 <= span.start - end <= 8]
        role: Role = "hours"
        if any(span.role in ("deadline", "stamp", "sale") for span in near) or re.match(
            r"entro", page.text[first:end], re.I
        ):
            role = "deadline" if not near or near[0].role == "deadline" else "stamp"
        elif any(span.role == "deadline" for span in follows):
            role = "deadline"
        elif re.search(r"\b(?:nota|comunicazione|bollettino)\b[^.\n]{0,50}$", before, re.I):
            role = "stamp"
        values = frozenset(fact.value for fact in facts)
        yield Days(role, first, end, values)


def _groups(
    page: Layout, facts: Sequence[Fact], joint: re.Pattern[str]
) -> Iterator[tuple[int, int, list[Fact]]]:
    """Neighbours that a joint holds together, as one span each."""
    group: list[Fact] = []
    for fact in facts:
        if group and fact.start < group[-1].end:
            continue
        if group and not (
            page.passage(fact.start) == page.passage(group[-1].start)
            and joint.fullmatch(page.text, group[-1].end, fact.start)
        ):
            yield group[0].start, group[-1].end, group
            group = []
        group.append(fact)
    if group:
        yield group[0].start, group[-1].end, group

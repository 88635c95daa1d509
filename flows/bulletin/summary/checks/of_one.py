"""What a page says of one of several, and a text of all: the phone of one workshop, the term of one request.

Each frame finds one phone, one price, one age, and says it of the whole; where all that bears it out stands
in one part of the page, the sentence gives way to one that is true of the whole.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.signals import EMAIL, MONTH, PHONE, WEEKDAY
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.other_terms import REQUEST, is_of_another_step
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.checks.told_in_part import LEFT, without_label
from flows.bulletin.summary.frames.calls.instalments import in_two, taxes_of
from flows.bulletin.summary.frames.events.guests import AGES
from flows.bulletin.summary.frames.events.of_a_part import stands_in_a_part
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS

_BOOKED = re.compile(
    r"(?:(?:Per [^,.;]{3,80} )?(?:[Dd]evi|[Pp]uoi) (?:prenotare|iscriverti)|Prenota|Iscriviti)\b"
    r"(?! (?:il|la|un|una)\b)"
)
_ARE_THERE = " sono nella pagina."
_AND_OTHERS = f" e gli altri dettagli{_ARE_THERE}"
_TERM_OF = Cued(  # `Iscrizioni alla gara entro giovedì 22 aprile`
    r"\b(?:iscrizion[ei]|prenotazion[ei]|termine|scadenza|adesion[ei]|iscriversi|prenotare|prenotarsi)\s"
    r"(?:per|a|al|allo|alla|alle|ai|agli|all['’])\s?(?:(?:il|lo|la|i|gli|le)\s|l['’])?(?P<what>[a-zà-ù]{4,})",
    re.I,
)
_WHOLE = re.compile(
    r"(?:cors[oi]|servizi|band[oi]|selezion|event|concors|ann[oi]|partecipa|iniziativ|attivit|incontr|appuntament|laborator"
    r"|serat|visit[ae]|manifestazion|inform|person|numer|mail|telefon|indirizz|uffici|bibliotec|event|progett|quest|tutt"
    r"|presentazion|domand|form|link|sit[oi]|bambin|ragazz|alunn|residen|esaurimento|almeno|grupp|entro|singol|mezzo|part)"
)
_PRICED = re.compile(
    r"(?:Il biglietto|L'ingresso|La partecipazione|L'iscrizione|La quota|Il costo|Il prezzo)\b"
    r".*\b(?:cost\w+|è di|euro)\b"
)
_FREE = re.compile(r"(?:L'ingresso|La partecipazione|L'iscrizione) è (?:liber|gratuit)[oa]\b")
_OF_AGE = re.compile(
    r"(?:Possono|Può) partecipare\b|Si partecipa d|Devi avere almeno"
    r"|(?:L'appuntamento è|È) per (?:i|le|gli|chi)\b"
)
_DUTY = re.compile(r"\b(?:prenota\w*|iscri(?:v|z)\w*)", re.I)
_MONEY = re.compile(r"(?P<sum>\d[\d.]*(?:,\d\d)?)\s?euro")
_GIVEN_AWAY = re.compile(r"\b(?:gratuit\w+|gratis|ingresso liber\w|partecipazione liber\w)\b", re.I)
_YEARS = re.compile(r"(?P<from>\d{1,2})(?:\D{1,4}(?P<to>\d{1,2}))? anni\b")
_DAY = re.compile(rf"\b\d{{1,2}}[°º]? {MONTH}\b", re.I)
_GIVES = re.compile(r"(?:Il (?:contributo|rimborso|bonus|voucher|premio)) (?:è di|arriva a|va da)\b")
_ASKS = re.compile(
    r"(?:(?P<what>Per [^.;]{3,120}) puoi|Puoi|Si può)"
    r" (?:(?:fare domanda|iscriverti|candidarti)\b(?! (?:per|al|alla|ai)\b)|chiedere\b)"
    r"|(?:I|Gli|Le|Chi)\s[^.;:,]{4,80}?\s(?:possono|può) (?:chiedere|fare domanda)\b"
    r"|C'è tempo (?:fino|sino) a|(?:Il bando|L'avviso)\b[^.;]{0,120}\bscade\b"
    r"|(?:L[ae] )?(?:domand|richiest|candidatur|iscrizion)\w+ [^.;]{0,60}\bentro\b"
)
OF_TERMS = re.compile(r"\W*(?:scaden|termin[ei]\b|quando (?:fare|presentare))", re.I)
_TERM_LINE = re.compile(rf"\W*(?P<label>[A-ZÀ-Ý][^:\n]{{3,60}}):\s(?P<said>[^\n]*{MONTH}[^\n]*)$", re.I)
_LABELLED = Cued(  # `Buoni libro: per gli studenti …, domanda dal 15 settembre al 20 ottobre 2027.`
    rf"^\W*(?P<label>[A-ZÀ-Ý][^:\n]{{3,60}}):\s(?P<said>[^\n]*\b(?:domand|iscri|richiest|entro|dal)\w*\b[^\n]*{MONTH}[^\n]*)$",
    re.I | re.M,
)
_WHO_MAY = re.compile(
    r"(?P<who>(?:I|Gli|Le|Chi)\s[^.;:,]{8,120}?)\s(?:possono|può|potranno|potrà|devono|deve)\b"
)
_SOME_BOOK = "Alcune attività sono su prenotazione."
_SOME_PAY = "Alcune attività sono a pagamento."
_SOME_PAY_OR_BOOK = "Alcune attività sono a pagamento o su prenotazione."
_TERMS = "Le scadenze e gli altri dettagli sono nella pagina."
_WITHOUT = re.compile(r"\bsenza (?:appuntamento|prenotazione)\b", re.I)
_WITH_OR_WITHOUT = Cued(  # `sabato 8 solo su appuntamento, sabato 22 senza appuntamento`
    r"\bsu (?:appuntamento|prenotazione)\b[^.;\n]{0,80}\bsenza (?:appuntamento|prenotazione)\b"
    r"|\bsenza (?:appuntamento|prenotazione)\b[^.;\n]{0,80}\bsu (?:appuntamento|prenotazione)\b",
    re.I,
)
_GRATIS = re.compile(r"(?:L'ingresso|La partecipazione) è gratuit[oa](?: e apert[oa] a tutti)?\.$")
_ON_CONDITION = Cued(
    r"\b(?P<what>ingresso|partecipazione)\s(?:è\s)?(?:liber|gratuit)[oa],?\s(?:ma\s)?"
    r"(?P<condition>(?:con|previ[oa]|su|dietro)\s(?:il\s|la\s)?(?:bigliett|ritiro|invit|tessera|presentazion)[^.;,:\n]{0,70})",
    re.I,
)
_EXCLUDES = re.compile(r"(?:Sono|Restano|Rimangono) esclus[ie]\b")
_WHOSE = re.compile(r"A chi (?:possiede|detiene|occupa|intende)\b")
_BY = re.compile(rf"\bentro (?:il |l['’])?(?:{WEEKDAY} )?(?P<day>\d{{1,2}} {MONTH})", re.I)
_UNTIL = re.compile(
    rf"\b(?:entro|fino al?|scade)\s(?:il |l['’])?(?:{WEEKDAY} )?(?P<day>\d{{1,2}} {MONTH})", re.I
)
_DUE = Cued(rf"\bla domanda scade il (?P<day>\d{{1,2}} {MONTH})", re.I)
_OVER = re.compile(r"\b(?:scadut|terminat|conclus)[oaie] (?:il |l['’])?\w*\s?$", re.I)
_AND_DAY = re.compile(rf"\b\d{{1,2}} e (?:il )?(?:{WEEKDAY} )?$", re.I)
_NEAR = 20  # characters
_STEM = 5
_CLAUSE = re.compile(r"(?<=[^\W\d])\.\s(?=[A-ZÀ-Ý])|;\s|,\s(?=per (?:il|la|lo|i|gli|le|l))")
_NO_NAME = re.compile(  # one meets about it: it is no appointment
    r"\bc'è «[^»]*\b[Cc]erca(?:si)?\b|\bcerca(?:no)?\s[^.]*\. L'appuntamento è\b"
    r"|\bc'è «[^»]+», [^.]{3,40}\bsi (?:tien|svolg|terr)\w+"
    r"|\bc'è (?:l['’]|(?:il|la|lo)\s)(?:oratorio|circolo|sala|palestra|municipio|biblioteca|auditorium"
    r"|palazzetto|parrocchia|chiesa|scuola|piazza)\b[^.,«]*\."
)
_DANGLES = re.compile(r"\b(?:per|di|con|a|da|e|del|della|dei|in) (?:c'è|ci sono)\b")
_PAST = re.compile(
    r"\b(?:termine|scadenza|iscrizioni|domande)\b[^.;]{0,60}\b(?:era(?:no)?|si (?:è|sono) chius[oaei])\b",
    re.I,
)
_SOMES_PAPERS = re.compile(  # beside `Portare la tessera e una foto`
    r"Per (?:i minor\w+|i figli|gli stranieri|i non residenti|chi è delegato)\b[^.]*\b(?:serv|occorr)\w+",
    re.I,
)
_PAPERS = re.compile(r"\b(?:porta(?:re)?|presentarsi con|esibire)\b|\bdocument\w+[^.]* nella pagina", re.I)
_SAME_HOURS = re.compile(rf"\b(?:gli stessi|i medesimi) orari di {WEEKDAY}", re.I)
_TAX = re.compile(r"\b(?:IMU|TARI|TASI|TOSAP)\b")
_STUMP = re.compile(r"(?:^|[.!?] )(?P<word>Sono|È|Si|Sarà|Saranno|Non|Sia|Con|Per|Dal|Dalle|Nel)\.(?= |$)")
_IN_RATES, _RATES_FALL = re.compile(r"\ba rate, "), re.compile(r"\b[Ll]e rate scadono ")
_BOTH_WAYS = re.compile(  # of a list of ways in which one applies
    r"\b(?:all['’]|allo |alla |al )\s?(?:ufficio|sportello|protocollo)\b[^.;]{0,60} e (?:via|tramite|per) "
    r"(?:pec|e-?mail|mail|posta)\b",
    re.I,
)
_WHOEVER = re.compile(r"(?:Chiunque|Chi) (?:vi |ne )?(?:abbia|ha|fosse|sia) (?:interess|titol)", re.I)
_LISTED_THERE = re.compile(
    r"\b(?:vie|strade|zone|aree|giorni|date|orari) (?:sotto ?)?(?:indicat|elencat|riportat|specificat)[ei]\b",
    re.I,
)
_IN_THE_PAGE = re.compile(r"\bnella pagina\b", re.I)
_OF_A_LIST = re.compile(r"\b[Ss][iì]:\s")  # `Sì: vetro, carta. No: …`
_DATED_ROW = re.compile(
    rf"\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)? [-–] ", re.I
)  # `2 luglio - «Il treno», commedia`
_ROW = re.compile(
    r"[^:]{3,60}:\s(?:€\s?)?\d[\d.,]*\s?(?:%|€|euro\b)[^:]*"
)  # of a table: it says nothing alone
_DAY_LIST = re.compile(
    rf"(?<!\d)(?:{WEEKDAY} )?\d{{1,2}}(?:, (?:{WEEKDAY} )?\d{{1,2}})+ e (?:{WEEKDAY} )?\d{{1,2}} {MONTH}",
    re.I,
)
_BY_APPOINTMENT = re.compile(r"\b(?:appuntament\w+|prenot\w+)\b", re.I)
_CALLS = (Kind.deadline, Kind.job, Kind.service)
_AIMLESS = frozenset({Kind.deadline, Kind.job, Kind.recall, Kind.alert, Kind.supply_cut})


_WHEN_ALONE = re.compile(  # `nei giorni da lunedì 27 a giovedì 30 sono aperti`: who?
    r"^(?:Per [^.;]{3,110}?, )?(?P<when>(?:Nei|nei|Da|da|Dal|dal|Il|il|Nelle|nelle)\s[^.;,]{0,70}?)"
    r"\s(?:sono|è|saranno|sarà)\s(?:apert|chius)[oaie]\b(?!\s(?:anche\s)?(?:(?:il|lo|la|i|gli|le|un|una|tutt[ie])\s|l['’]))"
)
_OF_DAYS = re.compile(
    rf"\b(?:nei|nelle|da|dal|al|a|il|i|e|giorn[oi]|giornat[ae]|mattin[ae]|pomerigg\w+|{WEEKDAY}|{MONTH}|20\d\d"
    r"|\d{1,2}[°º]?)(?!\w)",
    re.I,
)


def _without_subject(text: str) -> bool:
    """Whether a sentence says that something is open or shut on some days, and not what."""
    return any(not re.search(r"\w", _OF_DAYS.sub(" ", found["when"])) for found in _WHEN_ALONE.finditer(text))


def told_of_all(text: str, notice: Notice) -> Iterator[str]:
    """Why a text says of all what holds for one: Italian sentences, for the editor."""
    for sentence, _ in _of_one(text, notice):
        yield f"«{sentence}» vale solo per una parte di ciò che la pagina dice."
    if _EXCLUDES.match(text):
        yield "Il testo comincia da chi è escluso, e non dice da che cosa."
    if _WHOSE.match(text):
        yield "Il testo comincia da chi riguarda, e non dice che cosa."
    for label, said in without_label(text, notice):
        yield f"«{said}» vale per «{label}», e il testo non lo dice."
    if any(left(text, notice) for left, _ in LEFT):
        yield "Di più cose della pagina il testo ne dice una come se fosse la sola."
    if _without_subject(text):
        yield "Il testo non dice che cosa è aperto o chiuso."
    if match := _NO_NAME.search(text):
        yield f"«{match[0]}» non è un appuntamento."
    if ages := _ages_of_one(text, notice):
        yield f"L'età «{ages}» vale solo per una parte di ciò che la pagina dice."
    if match := _DANGLES.search(text):
        yield f"In «{match[0]}» due pezzi di frase sono attaccati."
    if _WHOEVER.match(text):
        yield "Il testo non dice di che cosa si tratta."
    if match := _STUMP.search(text):
        yield f"La frase «{match['word']}.» è tronca."
    if _IN_RATES.search(text) and _RATES_FALL.search(text):
        yield "Le rate sono dette due volte."
    if match := _BOTH_WAYS.search(text):
        yield f"«{match[0]}» chiede tutte e due le vie, e ne basta una."
    if (match := _LISTED_THERE.search(text)) and not _IN_THE_PAGE.search(text):
        yield f"«{match[0]}» rimanda a un elenco che il testo non ha."
    if match := _PAST.search(text):
        yield f"«{match[0]}» dice un termine passato."
    is_of_several = len(taxes_of(notice)) > 1 and not in_two(notice)
    for sentence in split(text):
        if is_of_several and not _TAX.search(sentence) and "nella pagina" not in sentence:
            yield f"«{sentence}» vale per uno solo dei tributi della pagina."
        if _SOMES_PAPERS.match(sentence) and _PAPERS.search(notice.body) and not _PAPERS.search(text):
            yield f"«{sentence}» vale per alcuni, e il testo non dice che cosa serve a tutti."
        if _SAME_HOURS.search(sentence):
            yield f"«{sentence}» rimanda a orari che il testo non dice."
        if (
            _OF_A_LIST.search(sentence)
            or _DATED_ROW.match(sentence)
            or (_ROW.fullmatch(sentence) and not has_verb(sentence))
        ):
            yield f"«{sentence}» è una riga di un elenco."
    for listed in _DAY_LIST.finditer(text):
        days = [int(one) for one in re.findall(r"\d+", listed[0])]
        if days != sorted(days):
            yield f"«{listed[0]}» mette insieme giorni di cose diverse."
    both = _WITH_OR_WITHOUT.search(notice.body)
    if both and _BY_APPOINTMENT.search(text) and not _WITHOUT.search(text):
        yield "Il testo parla di appuntamento, e la pagina dice anche quando non serve."


def mended(text: str, notice: Notice, limit: int) -> str:
    """`text` with a sentence that is true of the whole for each that is true of one part only."""
    found = dict(_of_one(text, notice))
    if not found:
        word = next((word for left, word in LEFT if left(text, notice)), "")
        return _with(text, word, limit) if word else text
    sentences = split(text)
    names = found.get(sentences[0], "Per ").startswith("Per ")
    if not names:
        return text  # nothing would name the matter: the gate refuses it
    told = list(dict.fromkeys(found.get(one, one) for one in sentences))
    if terms := next((one for one in told if one.endswith(_TERMS[1:])), ""):
        rest = [one for one in told if "nella pagina" not in one]
        told = [*rest, terms] if terms == _TERMS else [terms, *rest]  # which names the matter
    told.sort(
        key=lambda one: "nella pagina" in one and not one.startswith("Per ")
    )  # what is left to the page comes last
    if _SOME_PAY in told and _SOME_BOOK in told:
        told = [_SOME_PAY_OR_BOOK if one == _SOME_PAY else one for one in told if one != _SOME_BOOK]
    return " ".join(told)


def _with(text: str, word: str, limit: int) -> str:
    """`text` with word of what is left, and without its last sentences where there is no room."""
    sentences = split(text)
    if len(sentences) > 1 and sentences[-1] == OTHERS:
        sentences.pop()  # what is left is named
    while len(sentences) > 1 and utf16(" ".join([*sentences, word])) > limit:
        sentences.pop()
    if len(sentences) > 1 and sentences[-1].endswith(_AND_OTHERS) and word.endswith(_ARE_THERE):
        named = word.removesuffix(_ARE_THERE)  # `Come fare domanda, le altre scadenze e gli altri dettagli`
        last = sentences.pop().removesuffix(_AND_OTHERS)
        word = f"{last}, {named[:1].lower()}{named[1:]}{_AND_OTHERS}"
    said = " ".join([*sentences, word])
    return said if utf16(said) <= limit else text


def _of_one(text: str, notice: Notice) -> Iterator[tuple[str, str]]:
    for sentence in split(text):
        if "nella pagina" in sentence:
            continue
        if _is_over(sentence, notice):
            yield sentence, OTHERS
        elif _is_of_two_days(sentence, notice):
            yield sentence, "I termini per iscriversi sono nella pagina."
        elif _BOOKED.match(sentence) and _is_term_of_one(sentence, text, notice):
            yield sentence, _TERMS if notice.kind in _CALLS else _SOME_BOOK
        elif notice.kind not in _AIMLESS:
            for frame, evidence, instead in _FRAMES:
                if frame.match(sentence) and _is_in_a_part(evidence(sentence, notice), notice):
                    yield sentence, instead
                    break
        free = _ON_CONDITION.search(notice.body) if _GRATIS.match(sentence) else None
        if free and len(list(_GIVEN_AWAY.finditer(notice.body))) == 1:
            name, end = ("La", "a") if free["what"].lower() == "partecipazione" else ("L'", "o")
            what = f"{name} {free['what'].lower()}".replace("' ", "'")
            yield sentence, f"{what} è gratuit{end} {free['condition'].strip()}."
        if _GIVES.match(sentence) and _is_one_of_requests(sentence, text, notice):
            yield sentence, _TERMS
        if (asks := _ASKS.match(sentence)) and _is_one_of_requests(sentence, text, notice):
            yield sentence, f"{asks['what']} l{_TERMS[1:]}" if asks["what"] else _TERMS


def _ages_of_one(text: str, notice: Notice) -> str:
    """`dai 3 ai 6 anni`, where the same line has other ages for other days."""
    told = {one.groups() for one in AGES.finditer(text)}
    lines = ({one.groups(): one[0] for one in AGES.finditer(line)} for line in notice.body.split("\n"))
    of_some = (line for line in lines if len(line) > 1 and 0 < len(told & set(line)) < len(line))
    return next((line[ages] for line in of_some for ages in told if ages in line), "")


def _is_term_of_one(sentence: str, text: str, notice: Notice) -> bool:
    """Whether the page says of what one thing this is the term, which neither its title nor `text` names."""
    days = calendar_days(sentence)
    clauses = [one for line in notice.body.split("\n") for one in _CLAUSE.split(line)]
    own = [clause for clause in clauses if days and days <= figures(clause)]
    named = [found["what"].lower() for clause in own if (found := _TERM_OF.search(clause))]
    beside = f"{notice.title} {text}".lower()
    return (
        bool(named)
        and len(named) == len(own)
        and not any(_WHOLE.match(what) or what[:_STEM] in beside for what in named)
    )


def _is_over(sentence: str, notice: Notice) -> bool:
    """Whether a text gives as a term the day on which one ended: `il termine è scaduto il 31 marzo`."""
    by = _UNTIL.search(sentence)
    told = [found.start() for found in re.finditer(by["day"], notice.body)] if by else []
    return bool(told) and all(_OVER.search(notice.body[max(0, at - _NEAR) : at]) for at in told)


def _is_of_two_days(sentence: str, notice: Notice) -> bool:
    """Whether a text gives as a term the last of two days on which alone one enrols: `martedì 21 e mercoledì
    22 settembre`.
    """
    by = _BY.search(sentence) if _BOOKED.match(sentence) else None
    if by is None:
        return False
    told = [
        notice.body[max(0, at.start() - _NEAR) : at.start()] for at in re.finditer(by["day"], notice.body)
    ]
    return bool(told) and all(_AND_DAY.search(before) for before in told)


def _is_in_a_part(places: list[int], notice: Notice) -> bool:
    return bool(places) and all(stands_in_a_part(place, notice) for place in places)


def _bookings(sentence: str, notice: Notice) -> list[int]:
    reached = [found[0] for pattern in (PHONE, EMAIL, _DAY) for found in pattern.finditer(sentence)]
    at = [found.start() for words in reached for found in re.finditer(re.escape(words), notice.source)]
    return at or [found.start() for found in _DUTY.finditer(notice.source)]


def _prices(sentence: str, notice: Notice) -> list[int]:
    sums = [re.escape(found["sum"]) for found in _MONEY.finditer(sentence)]
    return [
        found.start()
        for one in sums
        for found in re.finditer(rf"(?<![\d.,]){one}(?:,00)?\s?(?:€|euro)|€\s?{one}\b", notice.source, re.I)
    ]


def _free(_: str, notice: Notice) -> list[int]:
    return [found.start() for found in _GIVEN_AWAY.finditer(notice.source)]


def _ages(sentence: str, notice: Notice) -> list[int]:
    found = _YEARS.search(sentence)
    if found is None:
        return []
    last = rf"\D{{1,6}}{found['to']}" if found["to"] else ""
    return [at.start() for at in re.finditer(rf"\b{found['from']}{last}\s?anni", notice.source)]


_FRAMES: tuple[tuple[re.Pattern[str], Callable[[str, Notice], list[int]], str], ...] = (
    (_BOOKED, _bookings, _SOME_BOOK),
    (_PRICED, _prices, _SOME_PAY),
    (_FREE, _free, "Alcune attività sono gratuite."),
    (_OF_AGE, _ages, "Alcune attività hanno limiti di età."),
)


def _is_one_of_requests(sentence: str, text: str, notice: Notice) -> bool:
    """Whether the day by which one may ask is that of one of several requests, or of some people that the
    text does not name.
    """
    days = calendar_days(sentence)
    lines = [one for listing in notice.listings if OF_TERMS.match(listing.lead) for one in listing.items]
    labelled = [
        (found["label"], found["said"])
        for found in (*_LABELLED.finditer(notice.body), *filter(None, map(_TERM_LINE.match, lines)))
        if not is_of_another_step(found["label"], "", notice.title, notice.kind)
    ]
    sums = [found["sum"] for found in _MONEY.finditer(sentence)]
    if sums and not days:
        of_one = [label for label, said in labelled if all(one in said for one in sums)]
        return 0 < len(of_one) < len(labelled) and not any(stems(one) <= stems(sentence) for one in of_one)
    terms = [(label, calendar_days(said)) for label, said in labelled]
    own = [label for label, told in terms if days and days <= told]
    if any(map(REQUEST.search, own)):
        own = []  # `Presentazione domande: dal 3 marzo`, beside other steps of it
    if own and any(told and not told & days for _, told in terms):
        return not any(stems(label) <= stems(sentence) for label in own)
    due = {day["day"].lower() for day in _DUE.finditer(notice.body)}
    if len(due) > 1 and sum(day in text.lower() for day in due) == 1:
        return True
    for line in notice.prose:
        who = _WHO_MAY.match(line)
        if who and days and days <= figures(line):
            named = stems(who["who"])
            return len(named) > 1 and not named & stems(text)
    return False

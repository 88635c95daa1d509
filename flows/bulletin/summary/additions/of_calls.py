"""What a text must say beside what one may ask for and until when: what one pays before, what becomes of who
asks late, what counts, what one brings to a counter or makes, where one meets, when the portal is down.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.calls.prolonged import days_down
from flows.bulletin.summary.frames.prose.wording import worded

_KINDS = frozenset({Kind.deadline, Kind.service, Kind.campaign, Kind.other})
_ENROLS = re.compile(r"\b(?:iscri[vtz]|domand|chied)\w*", re.I)
_PAID_BEFORE = Cued(
    r"\bper\s(?:(?:effettuare|fare|presentare|perfezionare|completare|inviare)\s)?"
    r"(?:l['’]iscrizione|la\sdomanda|iscriversi|iscrivere\s[^.,;:\n]{3,40}?),?\s"
    r"(?:è\s(?:necessario|obbligatorio|indispensabile)|occorre|bisogna|si\sdeve)\s(?:prima\s|già\s)?"
    r"(?:aver[e]?\s(?:già\s)?)?(?P<deed>versa|paga|salda)(?:to|re)\s"
    r"(?P<what>(?:almeno\s)?(?:la|il|l['’]|una|un|le)\s?[^.,;:()\n]{3,60}?)"
    r"(?=\sdella\stariffa\b|\stramite\b|\scon\b|\sprima\b|[.,;:()\n])",
    re.I,
)
_TELLS_PAYING = re.compile(r"\b(?:vers|pag|sald)(?:a|at|are|ament|o)\w*|\brat[ae]\b", re.I)
_LATE = Cued(
    r"\b(?:successivamente|dopo\s(?:tale|questa|quella|la)\s(?:data|scadenza)|(?:oltre|dopo)\stale\stermine"
    r"|oltre\s(?:il\stermine|la\sscadenza|tale\sdata)|fuori\stermine|in\sritardo)\b[^.;\n]{0,100}?"
    r"\b(?:in\spresenza\sdi|compatibilmente\scon|sol(?:o|tanto)\s(?:se|in\scaso\sdi|in\spresenza\sdi)"
    r"|se\s(?:ci\ssono|vi\ssono|restano|rimangono)|nei\slimiti\sdei|in\sbase\s(?:ai|alla))\s"
    r"(?:i\s|la\s)?(?:\w+\s){0,2}?post[io]\b",
    re.I,
)
_ASKED = re.compile(r"\b(?:domand|iscri|richiest|istanz|adesion|inseri|ammess|accolt|accett)\w*", re.I)
_LATE_IS_TOLD = re.compile(r"\bposti\b", re.I)
_TERM = re.compile(r"\b(?:entro|fino\sa\w*|dal(?:l['’])?\s?\d)", re.I)
_FETCHES = re.compile(r"\b(?:per\sritirare|ritira\w*|ritiro)\b", re.I)
_TO_BRING = Cued(
    r"\b(?:presenta|porta|esibi)re\s(?:la\s|il\s|un\s|una\s|l['’])?(?:propri[oa]\s|relativ[oa]\s)?"
    r"(?P<what>tessera\ssanitaria|carta\sd['’]identità|documento\s(?:d['’]identità|di\sidentità"
    r"|di\sriconoscimento)|codice\sfiscale|[a-z]{3,6}[\s-]?card|tessera\s[a-zà-ù]{4,15})\b",
    re.I,
)
_TELLS_BRINGING = re.compile(
    r"\b(?:porta(?:re)?|presenta(?:re)?|esib\w+|con)\s(?:la|il|un)\b|\btessera|\bdocument", re.I
)
_FEMININE = re.compile(r"(?:tessera|carta|\w{1,12}[\s-]?card)\b", re.I)
_HOUSEHOLDS = re.compile(r"\butenze\s(?P<not>non\s)?domestiche\b", re.I)
_HOUR = r"(?:alle\s)?(?:ore\s)?(?P<{}>\d{{1,2}}[:.][0-5]\d)(?!\d)"
_MEETING = Cued(
    rf"\britrovo\s?:?\s(?:è\s)?{_HOUR.format('hour')}"
    rf"(?:\s?[-–,e]\s(?:e\s)?partenza\s?:?\s(?:è\s)?{_HOUR.format('start')})?",
    re.I,
)
_STARTING = re.compile(
    r"(?:\ba\s(?P<town>[A-ZÀ-Ý][a-zà-ù]+)\s?[=:]\s?)?"
    r"\b(?P<street>(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Pp]iazzale|[Ll]argo)\s[^,;:=()\n]{2,60}?)\s\([Pp]artenza\)"
)
_LETS = re.compile(r"\b(?:prenot|iscri[vt]|domand)\w*", re.I)
_VOUCHERS = re.compile(  # `buoni spesa, per l'ammontare complessivo di € 500,00`: all that one gets
    r"\bbuoni\s(?P<what>spesa|acquisto)\b[^.;:\n\d]{0,60}\bcomplessiv\w+[^.;:\n\d]{0,20}"
    r"(?:(?:€|euro)\s?(?P<first>\d{1,3}(?:\.\d{3})*|\d+)(?:,00)?(?![\d.,]\d)|(?P<sum>\d{1,3}(?:\.\d{3})*|\d+)(?:,00)?\s?(?:€|euro\b))",
    re.I,
)
_GETS = re.compile(r"\b[Pp]uoi (?:chiedere|fare domanda)\b")
_TELLS_SUM = re.compile(r"\beuro\b|\bbuon[oi]\b", re.I)
_OF_MONEY = re.compile(r"\b(?:contribut|bonus|affitt|rimbors)\w*", re.I)
_A_SUM = re.compile(r"(?:€|euro)?\s?(?P<sum>\d{1,3}(?:\.\d{3})*(?:,\d\d)?)\s?(?:€|euro\b)?")
_MOST_HEAD = re.compile(r"^(?:contributo|importo)\s(?:\w+\s)?massim[oi]\b", re.I)
_MOST_SUM = re.compile(
    r"\b(?:contributo|importo|rimborso|bonus)\s(?:\w+\s)?massimo\s(?:\w+\s){0,3}?(?:è\s|di\s|pari a\s){0,2}"
    r"(?:€|euro)?\s?"
    r"(?P<sum>\d{1,3}(?:\.\d{3})+(?:,\d\d)?|\d{2,3},\d\d)(?=\s?(?:€|euro)|[.;,\s])",
    re.I,
)
_FEW = Cued(  # places, and not the money of a call
    r"\b(?:esaurimento (?:dei |delle |della )?(?:posti|capienza)|posti (?:sono )?limitati|numero chiuso"
    r"|massimo (?:di )?\d{1,3} (?:posti|partecipanti|iscritti)"
    r"|(?<!per un )massimo (?:di )?\d{2,3} persone(?!\s(?:per|al?|alla|ogni|all['’])\b)"
    r"|(?:posti disponibili:?|i posti sono)\s\d{1,3}\b)",
    re.I,
)
_TELLS_FEW = re.compile(r"\b(?:posti|esauriment|limitat|massimo)\w*", re.I)
_OF_ONE_LINE = re.compile(r"\b(?:line[ae]|percorso)\s(?!e\b|di\b|del)[a-zà-ù]{2,}", re.I)
_TELLS_MEETING = re.compile(r"\b(?:ritrovo|partenz)\w*", re.I)
_DEFINES = re.compile(  # what a thing is by its nature
    r",\s(?:un[ao]?\s|un['’])(?:forma|modo|modalità|servizio|iniziativa|progetto|sistema)\b[^.;]{0,60}?\s"
    r"che\s(?:permette|consente|offre|aiuta|porta|accompagna)\b[^.;:\d]{10,200}\.$",
    re.I,
)
_CONTEST = re.compile(r"\b(?:concors[oi]|premio)\b", re.I)
_WORK = Cued(
    r"\b(?:avente\s(?:ad|per)\soggetto|(?:consiste|consistente)\s(?:in|nella)|(?:prevede|chiede|richiede))\s(?:la\s)?"
    r"(?P<deed>redazione|scrittura|stesura|realizzazione|creazione)\sdi\s"
    r"(?P<what>un(?:o|a)?(?:\s[a-zà-ù]+){1,5}?|un['’][a-zà-ù]+(?:\s[a-zà-ù]+){0,3}?)"
    r"(?=\s(?:sul\stema|sui\stemi|dedicat[oa]|ispirat[oa])\b|[.;:,(\n]|$)",
    re.I,
)
_ITS_RULES = re.compile(  # and not what a project or an evening has in store
    r"\b(?:concors|band[oi]\b|avviso|regolament|partecipant|gara\b|premio\b|avente)\w*", re.I
)
_PRIZE = re.compile(
    r"\b(?:(?:prim|second|terz)[oi]\s(?:premi|classificat|post)\w|miglior\w*|vincit\w+|vince|giuria|non)\b",
    re.I,
)
_SECTIONS = re.compile(r"\b(?:sezion[ei]|categori[ae])\b", re.I)  # each makes something else
_POST = re.compile(r"\bconcors[oi]\s(?:pubblic[oi]|per\s(?:un|una|il|la|n\W|\d)|per\s(?:titoli|esami))", re.I)
_TELLS_WORK = re.compile(r"\b(?:scriv\w+|realizz\w+|elaborat\w+|raccont\w+|disegn\w+|foto\w*)\b", re.I)
_COUNTS = Cued(
    r"\bspese\s(?:sostenute\s)?per\s(?:la\sfrequenza|l['’]iscrizione|la\spartecipazione)\s(?:di|del|dei|a|ad|al|ai)\s"
    r"(?:un\s)?(?P<what>centr|cors|laborator)(?:o|i|io)(?:\sestiv[oi])?\sorganizzat[oi]\s"
    r"(?P<where>nei\slocali|negli\sspazi|nelle\sscuole)\s[^.;,()\n]{0,60}?\bd[ae]l\sComune\b",
    re.I,
)
_WEEKS = Cued(
    r"\bsettimane\b[^.;\n]{0,25}?\balmeno\s(?P<least>due|tre|quattro|\d)\b|\balmeno\s(?P<also>due|tre|quattro|\d)\ssettimane\b",
    re.I,
)
_ATTENDED = re.compile(r"\b(?:frequen|iscri|partecip|durat)\w*", re.I)
_IN_ADVANCE = re.compile(r"\b(?:prima|dopo|anticipo|preavviso|rinunc\w+|rimbors\w+|domanda|entro)\b", re.I)
_NOT_COUNTED = re.compile(r"\b(?:non|esclus\w+|tranne|salvo)\b", re.I)
_TELLS_COUNTS = re.compile(r"\b(?:locali|spazi|settimane|vale per)\b", re.I)
_NEVER = re.compile(  # what stands before in the sentence: who alone, or for what else
    r"\b(?:non(?!\sdomestiche)|né|sol[oi]|soltanto|se|qualora|caso|chi|nuov[oiae]|minor\w*|figli\w*|anzian\w*|delegat\w+|anche|attivar\w+"
    r"|domicilio|perso|smarri\w+|non\sresidenti|over|under)\b",
    re.I,
)
_PER_SOME = re.compile(
    r"\bper\s(?:i|gli|le|il|lo|la|chi|coloro|l['’])(?!\s?(?:utenze|iscrizion|domand|ritir|consegna))", re.I
)
_OR_ELSE = re.compile(r"[^.;\n]{0,30}\b(?:oppure|o|ovvero)\s(?:la|il|un|una|altro)\b", re.I)
_NEAR = 80  # characters between the name of who brings it and what is brought
_OF_SOME = re.compile(r"\b(?:se|qualora|in\scaso|per\schi|delegat\w+|anche)\b[^.;\n]{0,60}$", re.I)


def _is_of_some(body: str, found: re.Match[str]) -> bool:
    """Whether the sentence, up to what was found, speaks of some alone, or says no to it."""
    before = re.split(r"[.;\n]", body[: found.start()])[-1]
    return bool(_NEVER.search(before) or _PER_SOME.search(before))


def _paid_before(text: str, notice: Notice) -> tuple[str, ...]:
    """`Per iscriverti devi prima versare almeno la prima rata.`"""
    found = _PAID_BEFORE.search(notice.body) if notice.kind in _KINDS else None
    if found is None or not _ENROLS.search(text) or _TELLS_PAYING.search(text):
        return ()
    if _is_of_some(notice.body, found):
        return ()
    return (worded(f"Per iscriverti devi prima {found['deed'].lower()}re {found['what'].strip()}."),)


def _late(text: str, notice: Notice) -> tuple[str, ...]:
    """That who asks behind the term gets what is left."""
    found = _LATE.search(notice.body) if notice.kind in _KINDS else None
    is_late = found is not None and _ASKED.search(found[0]) and not _is_of_some(notice.body, found)
    if not is_late or _LATE_IS_TOLD.search(text) or not (_ENROLS.search(text) and _TERM.search(text)):
        return ()
    return ("Chi tarda entra solo se restano posti.",)


def _brought(text: str, notice: Notice) -> tuple[str, ...]:
    """`Porta la tessera sanitaria.`, with what firms bring where the page tells both."""
    if notice.kind in (Kind.event, Kind.programme) or not _FETCHES.search(text):
        return ()
    if _TELLS_BRINGING.search(text):
        return ()
    things: dict[bool, str] = {}
    for found in _TO_BRING.finditer(notice.body):
        before = notice.body[max(0, found.start() - _NEAR) : found.start()]
        if _OF_SOME.search(before) or _is_of_some(notice.body, found):
            continue
        if _OR_ELSE.match(notice.body, found.end()):
            return ()
        homes = list(_HOUSEHOLDS.finditer(before))
        is_firm = bool(homes) and homes[-1]["not"] is not None
        if things.setdefault(is_firm, _thing(found["what"])) != _thing(found["what"]):
            return ()  # each brings something else
    if False not in things:
        return ()
    firms = f", le utenze non domestiche {things[True]}" if True in things else ""
    return (f"Porta {things[False]}{firms}.",)


def _thing(what: str) -> str:
    """`la tessera sanitaria`, `un documento d'identità`, `la Ecocard`."""
    if what.lower().startswith("documento"):
        return f"un {what.lower()}"
    name = what if re.search(r"card$", what, re.I) else what.lower()
    return f"{'la' if _FEMININE.match(what) else 'il'} {name}"


def _meets(text: str, notice: Notice) -> tuple[str, ...]:
    """`Il ritrovo è alle 7:40 a Po, in via Adda, e si parte alle 7:55.`; () of several walks."""
    found = list(_MEETING.finditer(notice.body))
    if notice.kind not in _KINDS or len(found) != 1 or _TELLS_MEETING.search(text):
        return ()
    if _is_of_some(notice.body, found[0]) or _OF_ONE_LINE.search(text) or _is_on_one_line(notice.body):
        return ()
    hour, start = (_clock(found[0][name] or "") for name in ("hour", "start"))
    places = list(_STARTING.finditer(notice.body))
    where = ""
    if len(places) == 1:
        street = places[0]["street"]
        town = f" a {places[0]['town']}," if places[0]["town"] else ""
        where = f"{town} in {street[:1].lower()}{street[1:]}{',' if start else ''}"
    leaves = f" e si parte alle {start}" if start else ""
    return (f"Il ritrovo è alle {hour}{where}{leaves}.",)


def _is_on_one_line(body: str) -> bool:
    """Whether the hour stands in the row of one of several ways, of which another has none."""
    rows = re.split(r"[.;\n]\s", body)
    named = [row for row in rows if _OF_ONE_LINE.search(row)]
    return len(named) > 1 and any(_MEETING.search(row) for row in named)


def _made(text: str, notice: Notice) -> tuple[str, ...]:
    """`Devi scrivere un racconto inedito.`, what a contest asks for."""
    found = _WORK.search(notice.body) if _CONTEST.search(notice.title) else None
    if found is None or _TELLS_WORK.search(text) or notice.kind is Kind.job:
        return ()
    before = re.split(r"[.;\n]", notice.body[: found.start()])[-1]
    if (
        not _ITS_RULES.search(f"{before} {found[0]}")
        or _PRIZE.search(before)
        or _SECTIONS.search(notice.body)
        or _POST.search(notice.title)
    ):
        return ()
    verb = "scrivere" if found["deed"][0].lower() in "rs" and found["deed"].lower() != "realizzazione" else ""
    verb = verb or ("scattare" if "foto" in found["what"].lower() else "realizzare")
    return (f"Devi {verb} {found['what']}.",)


def _counts(text: str, notice: Notice) -> tuple[str, ...]:
    """`Il bonus vale per i centri nei locali del Comune, per almeno due settimane.`"""
    found = _COUNTS.search(notice.body) if notice.kind is Kind.deadline else None
    if found is None or _TELLS_COUNTS.search(text):
        return ()
    if _NOT_COUNTED.search(re.split(r"[.;\n]", notice.body[: found.start()])[-1]):
        return ()
    what = {"centr": "i centri", "cors": "i corsi", "laborator": "i laboratori"}[found["what"].lower()]
    weeks = {
        (one["least"] or one["also"]).lower()
        for line in re.split(r"[.;\n]", notice.body)
        for one in _WEEKS.finditer(line)
        if _ATTENDED.search(line) and not _IN_ADVANCE.search(line)
    }
    least = f", per almeno {weeks.pop()} settimane" if len(weeks) == 1 else ""
    money = "bonus" if "bonus" in notice.title.lower() else "contributo"
    said = f"Il {money} vale per {what} {found['where'].lower()} del Comune{least}."
    return (f"{said} Altri requisiti sono nella pagina.",)


def _in_vouchers(text: str, notice: Notice) -> tuple[str, ...]:
    """`Sono 500 euro in buoni spesa.`: whoever asks for a bonus takes it for money."""
    found = _VOUCHERS.search(notice.body) if _GETS.search(text) and not _TELLS_SUM.search(text) else None
    if found is None:
        return ()
    euros = f"Sono {found['first'] or found['sum']} euro in buoni"
    return (
        f"{euros} {found['what'].lower()}.",
        f"{euros}.",
    )  # what they do not buy is an exception of the first


def _clock(hour: str) -> str:
    """`7:40` of `07.40`, `8` of `8:00`."""
    return hour.replace(".", ":").removesuffix(":00").removeprefix("0")


def without_definition(text: str) -> str:
    """`Riparte il Piedibus il 10 settembre.` without what everybody knows that it is."""
    first, *rest = split(text) or [""]
    told = _DEFINES.sub(".", first)
    return " ".join([told, *rest]) if figures(told) == figures(first) else text


_PARTNERS = re.compile(
    r"(?<=[a-zà-ù]), (?:insieme )?(?:con|in collaborazione con|insieme a\w*) [^,.;]{3,90},"
    r"(?= (?:organizza|promuove|propone|attiva|avvia)(?:no)?\b)"
    r"|,? in collaborazione con (?:il|lo|la|i|gli|le|l['’])[^,.;]{3,120}(?=\.)"
)
_APPOSED = re.compile(
    r",\s(?:la fascia|la rassegna|il ciclo|il progetto|la manifestazione|il festival|un progetto|una rassegna"
    r"|un ciclo|un appuntamento|una manifestazione|un servizio|un['’]iniziativa|l['’]iniziativa"
    r"|un['’]occasione)"
    r"\s[^,.;:«»\d]{20,110}\.$"
)


def without_apposition(text: str) -> str:
    """`Riparte il Piedibus.` of `Riparte il Piedibus, un servizio che accompagna i bambini a scuola.`"""
    first, *rest = split(text) or [""]
    told = _APPOSED.sub(".", first)
    return " ".join([told, *rest]) if figures(told) == figures(first) and speaks(told) else text


def without_partners(text: str) -> str:
    """`L'Azienda sanitaria organizza …` of `L'Azienda sanitaria, con i medici e il Comune, organizza …`."""
    return _PARTNERS.sub("", text, count=1)


def limited(text: str, notice: Notice) -> tuple[str, ...]:
    """That not all who ask or book will find a place, where a text lets them: the first come have it."""
    if notice.kind not in (*_KINDS, *OCCASIONS) or not _LETS.search(text):
        return ()
    few = _FEW.search(notice.body) and not _TELLS_FEW.search(text)
    return ("I posti sono limitati.",) if few else ()


def at_most(text: str, notice: Notice) -> tuple[str, ...]:
    """The most that one gets, of a sentence or of a table's column: `Il contributo arriva a 2.600 euro.`"""
    if notice.kind not in _KINDS or not _GETS.search(text) or _TELLS_SUM.search(text):
        return ()
    if not _OF_MONEY.search(text):
        return ()
    sums = [found["sum"] for found in _MOST_SUM.finditer(notice.source)] or list(_most_of_table(notice.body))
    most = max(sums, key=_value, default="")
    return (f"Il contributo arriva a {most.removesuffix(',00')} euro.",) if most else ()


def _most_of_table(body: str) -> Iterator[str]:
    """The sums below `Contributo massimo`; none of a table with other columns of the kind."""
    column = -1
    for line in body.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        heads = [place for place, cell in enumerate(cells) if _MOST_HEAD.search(cell)]
        if len(cells) > 1 and heads:
            column = heads[0] if len(heads) == 1 else -1
        elif "|" not in line:
            column = -1
        elif 0 <= column < len(cells) and (found := _A_SUM.search(cells[column])):
            yield found["sum"]


def _value(figure: str) -> float:
    return float(figure.replace(".", "").replace(",", "."))


OF_CALLS: tuple[Callable[[str, Notice], tuple[str, ...]], ...] = (
    _paid_before,
    _late,
    _brought,
    days_down,
    _meets,
    _made,
    _counts,
    _in_vouchers,
)
"""Each gives what may be added to a text, the best first; () where the page does not say it."""

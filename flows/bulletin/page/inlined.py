"""Short lists told in the line that announces them, so that a sentence is whole.

`Manca l'acqua nelle seguenti vie: - via Po - via Adda` is `Manca l'acqua in via Po e via Adda.`, `Si
raccomanda di: - bere - riposare` is `Si raccomanda di bere e riposare.` Longer lists and others stay lists.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks

_MARK = re.compile(r"^\s*(?:[-*+•·–]|\d{1,2}[.)]|[a-z][.)])\s+(?=\S)")
_STREETS = re.compile(
    r"\b(?:nelle|nei|nelle\sseguenti|nei\sseguenti)\s(?:seguenti\s)?(?:vie|strade|zone|luoghi)\s?:$", re.I
)
_STREET = re.compile(
    r"(?:via|viale|vicolo|vico|corte|borgo|borgata|salita|lungo\w+|c\.so|v\.le|p\.zza|piazza|piazzale|piazzetta|corso|largo|strada|contrada|località|frazione)\s",
    re.I,
)
_TO_DO = re.compile(r"\bdi\s?:$", re.I)
_ADVICE = re.compile(
    r"(?:(?:(?:i|alcuni|ecco\si)\s)?(?:consigli|raccomandazioni)|si\s(?:consiglia|raccomanda))\b[^.:]{0,40}:$",
    re.I,
)
_INFINITIVE = Cued(r"(?:non\s)?[a-zà-ù]+(?:are|ere|ire|arsi|ersi|irsi|urre|orre)\b", re.I)
_TIMED = re.compile(  # `gli uffici osservano i seguenti orari:` before a table
    r"(?P<verb>osserva(?:no)?|osserver(?:à|anno)|segu(?:e|ono)|h(?:a|anno)|effettua(?:no)?|avr(?:à|anno)|adott(?:a|ano))\s"
    r"(?:i\sseguenti\sorari|il\sseguente\sorario)(?:\s(?:di\sapertura|al\spubblico|di\sricevimento)){0,2}\s?:$",
    re.I,
)
_KEPT = re.compile(  # `osserverà i seguenti orari per il rilascio delle tessere elettorali:`
    r"(?P<verb>osserva(?:no)?|osserver(?:à|anno)|avr(?:à|anno))\s(?:i\sseguenti\sorari|il\sseguente\sorario)"
    r"(?P<what>\sper\s(?:il|la|le|i|l['’])[^:.;]{5,120}?)\s?:$",
    re.I,
)
_POINTS = re.compile(  # `sarà a disposizione secondo questo calendario:` before the days
    r"(?P<before>\w),?\s(?:(?P<so>come\s(?:di\s)?segu(?:e|ito)(?:\s(?:indicato|riportato|specificato))?"
    r"|nel\sseguente\smodo|così)"
    r"|(?P<kept>(?:secondo|con)\s(?:questo|il\sseguente|i\sseguenti)\s(?:calendario|programma|schema)"
    r"|secondo\s(?:i|il|gli)\s(?:turni|calendario|programma)\s(?:di\sseguito\s|sotto\s)?(?:riportat|indicat|elencat)[oi])"
    r"|(?P<when>ne(?:i|lle)\sseguenti\s(?:giorni|giornate|date|orari|fasce(?:\sorarie)?))(?:\sstraordinari[ae]?)?)\s?:$",
    re.I,
)
_NUMBER, _CLOCK = re.compile(r"\d"), re.compile(rf"(?:{WEEKDAY}|\d\s{MONTH}).*\d[.:,]\d\d", re.I)
_FOUND = {
    "calendario": "secondo il calendario",
    "programma": "secondo il programma",
    "schema": "secondo lo schema",
    "turni": "secondo i turni",
    "giorni": "nei giorni",
    "giornate": "nelle giornate",
    "date": "nelle date",
}
_FOLLOWING = Cued(  # a list that lost its marks and its breaks: nobody can read where an item ends
    r"(?P<lead>\b(?:per|a|ai|alle|con)\s(?:(?:i|le|gli)\s)?)seguenti\s(?P<noun>categorie|persone|fasce|soggetti|casi)\s?:"
    r"\s?[^.;,:\n|*•-]{60,}\.",
    re.I,
)
_DOT = re.compile(r"(?<!\bn)(?<!\bnn)(?<!\bciv)\. ", re.I)
_HAVE = ("ha gli orari che trovi", "hanno gli orari che trovi")
_PAIR, _FIRST = 2, 4
_WITH_IT = 90  # characters of a list that is told with its sentence
_MOST, _LONGEST_ITEM, _LONGEST = 6, 90, 330  # items, and characters


_AGENDA = re.compile(  # `… alle 18.30, per la trattazione del seguente ordine del giorno:` and its points
    r"(?P<end>(?<=[\w)])),?\s+(?:per|onde)\s(?:la\s(?:trattazione|discussione)|discutere|trattare|deliberare)\b[^.;:\n]{0,60}"
    r"\bseguent[ei]\b[^.:\n]{0,30}[:\n\s]*(?:\**ordine\sdel\sgiorno\**)?\W*\n(?P<points>(?:\s*(?:\d{1,2}|[-*•])[.)]?\s.*(?:\n|$))*)",
    re.I,
)


def without_agenda(body: str) -> str:
    """`body` without the points of a council's agenda: their days and sums are none of the meeting's."""
    return _AGENDA.sub(".\n\n", body)


def inlined(markdown: str) -> str:
    """`markdown` with each short list of streets or of things to do in its own sentence."""
    lines = _FOLLOWING.sub(_elided, markdown).split("\n")
    made: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place].rstrip()
        items, after = _items(lines, place + 1) if _ON_DAYS.search(line) else ((), place)
        if dated := _on_days(line, items):
            made += [dated, ""]
            place = after
            continue
        if timed := _TIMED.search(line):
            line = f"{line[: timed.start()]}{_HAVE[timed['verb'][-1] == 'o']} nella pagina."
            lines[place] = line
        elif kept := _KEPT.search(line):
            has = "hanno" if kept["verb"].endswith("no") else "ha"
            line = f"{line[: kept.start()]}{has}{kept['what']} gli orari che trovi nella pagina."
            lines[place] = line
        elif (below := _BELOW.sub(r"\g<deed> nella pagina", line)) != line and line.endswith(":"):
            line = lines[place] = f"{below.rstrip(' :')}."
        elif (chosen := _CHOOSING.search(line)) and speaks(line[: chosen.start()]):
            line = lines[place] = f"{line[: chosen.start()]}."
        elif some := _some(line, lines[place + 1 :]):
            line = lines[place] = some
        elif (points := _POINTS.search(line)) and _points(points, lines[place + 1 :]):
            line = f"{line[: points.end('before')]}{_pointed(points)}."
            lines[place] = line
        items, after = _items(lines, place + 1) if line.endswith(":") else ((), place + 1)
        if not items and _STREETS.search(line):
            items, after = _streets(lines, place + 1)
        sentence = _sentence(line, items)
        made += [sentence, ""] if sentence else lines[place:after]
        place = after
    return "\n".join(made)


_WRAPPED = re.compile(  # a long line that ends amid its sentence
    r"^(?P<line>(?![-*•|#]).{60,}(?:[a-zà-ù]{2}|[a-zà-ù],))[ \t]*\n"
    rf"(?!{WEEKDAY}\b|ore\b|alle\b|dalle\b|via\b|piazza\b)(?=[a-zà-ù]{{2,}}\s(?:.{{40}}|.*[.:]$))",
    re.M,
)
_BELOW = re.compile(  # `nelle zone sotto elencate, per recuperare livello:`
    r"\b(?:qui\s)?(?:sotto\s?|di\sseguito\s)(?P<deed>(?:elencat|indicat|riportat|specificat)[oaie])\b", re.I
)
_CHOOSING = re.compile(
    r",?\s(?:scegliendo|optando)\s(?:fra|tra)(?:\s(?:le|i)\sseguenti\s[a-zà-ù]+)?\s?:$", re.I
)
_ON_DAYS = re.compile(
    r"\b(?:(?:ne(?:i|lle)|in|le|i)\s(?:seguenti|queste|questi)|secondo\s(?:le|i)\sseguenti)"
    r"\s(?:date|giorni|giornate|notti|serate)\s?:$",
    re.I,
)
_DAY_ALONE = re.compile(
    rf"(?P<weekday>{WEEKDAY},?\s)?(?P<day>\d{{1,2}})[°º]?(?:\s(?P<name>{MONTH})|/(?P<month>\d{{1,2}}))"
    r"(?:[\s/](?P<year>20\d\d))?",
    re.I,
)
_MOST_DAYS = 12


def joined(body: str) -> str:
    """`body` with the lines of a sentence that a site broke amid it as one."""
    return _WRAPPED.sub(r"\g<line> ", body)


def _on_days(line: str, items: Sequence[str]) -> str:
    """`Si passa il 14 maggio, il 2 luglio e il 16 luglio 2027.` of a lead and its bare days; or ""."""
    lead = _ON_DAYS.search(line)
    days = [day for item in items if (day := _DAY_ALONE.fullmatch(item)) and _month(day)]
    is_list = 1 < len(days) <= _MOST_DAYS and len(days) == len(items)
    if lead is None or not is_list or not speaks(line[: lead.start()]):
        return ""
    years = {day["year"] for day in days}
    told = [_day(day, with_year=len(years) > 1 or day is days[-1]) for day in days]
    return f"{line[: lead.start()].rstrip(' ,')} {', '.join(told[:-1])} e {told[-1]}."


def _month(day: re.Match[str]) -> str:
    """The name of its month; "" of `14/13/2027`."""
    if day["name"]:
        return day["name"].lower()
    return MONTHS[int(day["month"]) - 1] if 1 <= int(day["month"]) <= len(MONTHS) else ""


def _day(day: re.Match[str], *, with_year: bool) -> str:
    number = int(day["day"])
    article = (day["weekday"] or "").lower() or ("l'" if number in (8, 11) else "il ")
    year = f" {day['year']}" if day["year"] and with_year else ""
    return f"{article}{number}{'°' if number == 1 else ''} {_month(day)}{year}"


_THESE = re.compile(  # `i seguenti plessi saranno sede di seggio e le lezioni resteranno sospese:`
    r"(?<!\w)(?:i|gli|le)\sseguenti\s"
    r"(?P<noun>vie|strade|scuole|plessi|zone|aree|aperture|chiusure|uffici|servizi|attività|linee|fermate|misure"
    r"|provvedimenti|modifiche|interventi|incontri|giornate)\b",
    re.I,
)
_NAMED = re.compile(  # `uffici comunali`, of which the list is elsewhere
    r"[a-zà-ù]+(?:\s(?:comunali|pubblic\w+|scolastic\w+|demografic\w+|interessat\w|coinvolt\w|cittadin\w|urban\w"
    r"|minim\w|essenzial\w|indispensabil\w))*"
)
_PLAIN = re.compile(r"(?<!\w)(?P<article>i|gli|le)\sseguenti\s", re.I)


def _some(line: str, below: Sequence[str]) -> str:
    """`alcuni plessi saranno sede di seggio.`, of a sentence that tells which only in its list; or ""."""
    these = _THESE.search(line) if line.endswith(":") else None
    plain = _PLAIN.search(line) if these else None
    items = list(takewhile(lambda text: not speaks(text), (text for text in below if text.strip())))
    is_short = sum(map(len, items)) < _WITH_IT
    if these is None or plain is None or len(items) < _PAIR or is_short or not speaks(line):
        return ""
    end = "e" if plain["article"].lower() == "le" else "i"
    rest = _NAMED.sub(lambda noun: f"{noun[0]}, elencat{end} nella pagina,", line[plain.end() :], count=1)
    return f"{line[: plain.start()]}alcun{end} {rest.rstrip(' :,')}."


def _points(points: re.Match[str], below: Sequence[str]) -> bool:
    """Whether a sentence stands without its list, and the list is more than the one line that says it all."""
    items = [line for line in below if line.strip()][:_FIRST]
    of_hours = points["when"] is not None and "orari" in points["when"].lower()
    told = _CLOCK if of_hours else _NUMBER
    is_list = sum(told.search(item) is not None for item in items) >= _PAIR
    return speaks(points.string[: points.end("before")]) and (is_list or points["so"] is not None)


def _pointed(points: re.Match[str]) -> str:
    """Where what follows can be found: ` nei giorni che trovi nella pagina`; "" of what is assured."""
    if points["so"]:
        is_told = re.search(r"\b(?:garantit|assicurat)", points.string[: points.start()], re.I)
        return "" if is_told else " nei modi che trovi nella pagina"
    found = re.search("|".join(_FOUND), (points["kept"] or points["when"]).lower())
    return f" {_FOUND[found[0]] if found else 'negli orari'} che trovi nella pagina"


def _elided(match: re.Match[str]) -> str:
    """`per le seguenti categorie: donne in gravidanza over 60 …` as `per le categorie elencate nella
    pagina.`
    """
    noun = match["noun"].lower()
    return f"{match['lead']}{noun} elencat{'e' if noun[-1] == 'e' else 'i'} nella pagina."


def _items(lines: Sequence[str], place: int) -> tuple[tuple[str, ...], int]:
    """The items of the list that begins there, perhaps behind empty lines, and the line behind it."""
    items: list[str] = []
    after = place
    while place < len(lines):
        mark = _MARK.match(lines[place])
        if mark:
            items.append(lines[place][mark.end() :].strip(" .;,"))
            after = place + 1
        elif lines[place].strip():
            break
        place += 1
    return tuple(items), after if items else place


def _streets(lines: Sequence[str], place: int) -> tuple[tuple[str, ...], int]:
    """Streets in lines of their own without a mark, and the line behind them."""
    items: list[str] = []
    while place < len(lines) and (not lines[place].strip() or _STREET.match(lines[place].strip())):
        items += [lines[place].strip(" .;,")] if lines[place].strip() else []
        place += 1
    beside = lines[place - 1].strip() != "" and place < len(lines)
    is_whole = not (beside and len(lines[place]) <= _LONGEST_ITEM and not speaks(lines[place]))
    return (tuple(items), place) if is_whole else ((), place)  # the next line is a street that none knows


def _sentence(lead: str, items: Sequence[str]) -> str:
    """The lead with its items, or "" where they make no sentence."""
    if not 1 < len(items) <= _MOST or any(len(item) > _LONGEST_ITEM or _DOT.search(item) for item in items):
        return ""
    small = [item if item.isupper() else f"{item[:1].lower()}{item[1:]}" for item in items]
    told = f"{', '.join(small[:-1])} e {small[-1]}"
    if _STREETS.search(lead) and all(map(_STREET.match, items)):
        made = f"{_STREETS.sub('in', lead)} {told}."
    elif _TO_DO.search(lead) and all(map(_INFINITIVE.match, items)):
        made = f"{lead.rstrip(' :')} {told}."
    elif _ADVICE.fullmatch(lead.strip("*_# ")) and all(map(_INFINITIVE.match, items)):
        made = f"Si raccomanda di {told}."
    else:
        return ""
    return made if len(made) <= _LONGEST else ""


_HEADED = re.compile(
    r"^(?P<head>[#*\s]{0,4}"
    r"(?P<noun>Questionario|Sondaggio|Concorso|Corso|Laboratorio|Mostra|Spettacolo|Servizio|Sportello|Bando"
    r"|Contributo|Bonus|Passeggiata|Mercatino|Camminata)[ *:]*\n+)"
    r"(?P<verb>È|E['’]|Si (?:compila|tiene|svolge)|Dura|Inizia|Costa|Parte)(?=\s)",
    re.M,
)


def with_subject(body: str) -> str:
    """`Il questionario è anonimo` of `È anonimo` below the heading `Questionario`: a message has none."""
    return _HEADED.sub(_subject, body)


def _subject(headed: re.Match[str]) -> str:
    noun = headed["noun"].lower()
    gender = gender_of(noun)
    if gender is None:
        return headed[0]
    verb = "è" if headed["verb"][0] in "ÈE" else headed["verb"][:1].lower() + headed["verb"][1:]
    article = definite(noun, gender)
    return f"{headed['head']}{article[:1].upper()}{article[1:]}{noun} {verb}"


_BARE_SUPPLY = re.compile(
    r"\bl['’]erogazione(?=\s(?:\w+\s){0,2}?(?:è|sarà|verrà|viene|resta|resterà|potrà|potrebbe|torna|riprende)\b)",
    re.I,
)
_OF_WATER = re.compile(r"\bidric\w+|\bacqu[ae]\b", re.I)
_OF_ANOTHER_SUPPLY = re.compile(r"\b(?:elettric\w+|corrente|luce|gas|metano|fornitura|contribut\w)\b", re.I)
_BARE_CLOSURE = re.compile(
    r"^(?P<mark>[\W_]{0,4})(?:chiusura|chiuso|chiusa)"
    r"(?P<why> (?:per (?:ferie|festività|inventario)|estiva|natalizia))?"
    r"(?P<when> d(?:a|al|all['’])\s?(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica|\d))",
    re.I | re.M,
)
_SHUT_OFFICE = re.compile(
    r"(?P<office>Biblioteca|Ludoteca|Museo|Ecocentro|Piscina|Palestra|Pinacoteca|Anagrafe|Informagiovani)\b",
    re.I,
)
_WHY_SHUT = {" estiva": " per la pausa estiva", " natalizia": " per le feste di Natale"}


def with_matter(body: str, title: str) -> str:
    """`l'erogazione dell'acqua` of a page on water, `La biblioteca è chiusa dal 3` of `Chiusura dal 3`: a
    message has no heading that would say it.
    """
    if _OF_WATER.search(title) and not _OF_ANOTHER_SUPPLY.search(f"{title}\n{body}"):
        body = _BARE_SUPPLY.sub(r"\g<0> dell'acqua", body)
    office = _SHUT_OFFICE.match(title)
    gender = gender_of(office["office"].lower()) if office else None
    if office is None or gender is None:
        return body
    noun = office["office"].lower()
    is_shut = f"{definite(noun, gender)}{noun} è chius{gender.ending}"
    is_shut = f"{is_shut[:1].upper()}{is_shut[1:]}"
    return _BARE_CLOSURE.sub(lambda found: f"{found['mark']}{is_shut}{_why(found)}{found['when']}", body)


def _why(shut: re.Match[str]) -> str:
    why = (shut["why"] or "").lower()
    return _WHY_SHUT.get(why, why)

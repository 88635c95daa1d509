"""What a page tells of one thing amid an occasion: where a walk of the fair meets, who enters a contest.

Said of the whole it sends everybody to the wrong place, and keeps away who would only have come to look.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.page.day_heads import heads_of
from flows.bulletin.page.notice import Notice, Row
from flows.bulletin.page.row_words import AT_AN_HOUR

_AT_HOURS = re.compile(r"\b(?:alle|ore) (?:ore )?\d{1,2}\b")
_MANY = 4  # hours that begin a line: a day of many things
_ABOUT_ALL = re.compile(
    r"^\W*(?:informazioni|info\b|prenotazioni|iscrizioni|contatti|come partecipare)", re.I | re.M
)
_PART = re.compile(r"\b(?:gar[ae]|contest|torne[oi]|sfilat[ae])\b", re.I)  # who comes to look enters nothing
_BOOKED = Cued(
    r"\b(?:visit[ae] guidat[ae]|laborator\w+|degustazion\w+|pranz[oi]|cen[ae])\b[^.;\n]{0,60}$", re.I
)
_MEAL = re.compile(  # `Pranzo su prenotazione al 328…`
    r"\W*(?P<what>pranz[oi]|cen[ae]|pizzat[ae]|aperitiv[oi]|buffet|grigliat[ae]|laborator\w+"
    r"|visit[ae] guidat[ae])\b[^.\n]{0,50}\b(?:prenota\w+|iscri\w+)",
    re.I,
)
_LISTED = Cued(  # `Domenica ci saranno alcuni laboratori:` and below them `solo su prenotazione`
    r"\b(?P<part>laboratori|workshop|degustazioni|visite guidate|corsi)\b[^.\n:]{0,40}:\s*\n", re.I
)
_BEFORE, _NEAR, _STEM = 220, 120, 5  # characters


_A_MEAL = re.compile(r"\b(?:pranzo|cena|pizzata|grigliata)\b", re.I)
_DAY_ROW = re.compile(r"^\|\s*(?:[a-zì]{3,9}\.?\s)?\d{1,2}(?!\d)[°º/\s]", re.I | re.M)

_STARTS_AT = re.compile(r"(?<!\w)(?:alle|ore) (?:ore )?\d{1,2}(?:[.:]\d\d)?\b", re.I)
_RANGE = re.compile(r"\bdall[ae] (?:ore )?\d{1,2}(?:[.:]\d\d)? $", re.I)
_END = re.compile(
    r"(?:(?<=[^\W\d]{2})|(?<=\d)|(?<=[)»\"]))[.!?]\s(?=[A-ZÀ-Ý\"«])|\n|;\s"
    r"|\s(?=(?:Cost[io]|Contatti|Luogo|Info|Informazioni|Prenotazioni|Iscrizioni|A chi è rivolto)\b)"
)
_FOR_ONE = Cued(  # `Per la vista occorre prenotare`
    r"\W*Per\s(?:il\s|lo\s|la\s|i\s|gli\s|le\s|l['’]|(?=anziani|invalid|disabil|over|minor|person))(?P<what>\w{4,})"
    r"(?:[^.;:]|\.(?=\s\d)){0,80}"
    r"\b(?:occorre|bisogna|serve|è\s(?:necessari|obbligatori|richiest|gradit)\w+|si\s(?:prenota|paga|iscrive)|prenotazione"
    r"|iscrizion\w+|va\sprenotat\w)",
    re.I,
)
_ONLY_ONE = Cued(
    r"\b(?:prenotazion|iscrizion|prenotar|iscriver|obbligatori)\w*[^.;\n]{0,30}\b(?:solo|soltanto|limitatamente|esclusivamente)"
    r"\s(?:per|a|al|alla|ai|alle)\s(?!chi\b|tel|via|mail|numer)",
    re.I,
)
_ONE_OF_MANY = re.compile(
    r"\W*(?:(?:il|lo|la|i|gli|le)\s|l['’])?(?P<what>passeggiat|cen|pranz|laborator|navett|aperitiv|apericen|degustazion|biciclettat"
    r"|torne|gar|visit|merend|buffet|grigliat|escursion|gonfiabil|parchegg|trenin|pist|giostr|lotteri)\w*\b",
    re.I,
)
_QUOTED_LINE = re.compile(r"^\W{0,4}[\"«“][^\"»”\n]{3,60}[\"»”]\s?[:,–-]", re.M)
_ALL_OF_IT = re.compile(
    r"spettac|concert|event|serat|incontr|iniziativ|appuntament|cors[oi]|fest|git|partecipa|attivit|manifestazion"
    r"|ingress|access|prenota|inform|motiv|esigenz|ragion|iscri|giornat|grupp"
)
_DATED_LINE = re.compile(  # `sabato 17 aprile ore 10: letture per bambini da 2 a 4 anni`
    rf"^\W*(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}\b[^\n]{{0,14}}?\b(?:ore|alle|dalle|h)\s?\d[^\n]*[a-zà-ù]{{4}}",
    re.I | re.M,
)
_WEEKDAY_AT = re.compile(
    rf"\W*(?:{WEEKDAY}\b[^.;\n]{{0,30}}\b(?:alle|dalle|ore|mattina|pomeriggio|sera)\b|(?:alle|ore)\s\d)", re.I
)
_SHOWN = re.compile(r"\b(?:è|resta) (?:aperta|visitabile|allestita)\b[^.]{0,20}\bmostra\b", re.I)
_FOR_THIS = re.compile(
    r"\W*(?:(?:solo )?per (?:quest[oaie]|quell[oaie])\s"
    r"(?:serv|occorr|bisogna|si\s|è\s|sono\s|il\s|la\s|va\s|cost)"
    r"|(?:al|il|nel|per il|l['’]|all['’]|alla|la|per la)\s?(?:primo|prima|second[oa]|terz[oa]|ultim[oa])\s"
    r"(?!luogo|volta|scad|rata))",
    re.I,
)
_LABELLED = re.compile(  # `Pannolini e pannoloni: ritiro gratuito, previa iscrizione`
    r"\W*(?P<what>[A-ZÀ-Ý][a-zà-ù]{3,}(?: (?:e|di|del|della|dei"
    r"|per) [a-zà-ù]+){0,3}):\s(?=[^:]*\bprevia iscrizione)"
)
_OF_ALL = re.compile(
    r"(?:ingress|access|partecip|iscri|prenot|info|cost|quando|dove|orari|dat[ae]|luog|destinat|modalit|requisit|not[ae]"
    r"|attenzion|important|contatt|post[io]|programm|come|chi|event|attivit|serviz|quot|tariff)"
)
_MEANWHILE = re.compile(  # `Durante gli incontri è previsto un servizio di animazione per bambini`
    r"\W*(?:durante|nel corso del\w*)\b|[^.;\n]*\b(?:servizio|spazio|angolo)\s(?:\w+\s)?"
    r"(?:di\s)?(?:animazione|baby.?sitting|bimbi|gioco)\b",
    re.I,
)
_MANY_HOURS, _CLOSE, _BULLET = 3, 70, 4  # characters behind the last of them, before a line's first word


def stands_in_a_part(start: int, notice: Notice) -> bool:
    """Whether what stands there is said of one part alone: in its line of a programme, between two hours,
    behind `Per la cena`, before `solo per`.
    """
    source = notice.source
    ends = [0, *(found.end() for found in _END.finditer(source)), len(source)]
    first = max(end for end in ends if end <= start)
    last = min((end for end in ends if end > start), default=len(source))
    sentence, at = source[first:last], start - first
    line = source[source.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    if is_in_a_row(line, notice) or _ONLY_ONE.search(sentence) or _MEANWHILE.match(sentence):
        return True
    if _is_in_a_dated_row(start, source.rfind("\n", 0, start) + 1, notice):
        return True
    if _DATED_LINE.match(line) and len(_DATED_LINE.findall(source)) > 1:
        return True
    if _FOR_THIS.match(sentence):
        return True
    if _SHOWN.search(sentence[:at]) and ("mostra" not in notice.title.lower() or _JOINS.search(notice.title)):
        return True
    part = _BOOKED.search(sentence[:at])
    if part and folded(part[0].split()[0])[:_STEM] not in folded(notice.title):
        return True
    if _WEEKDAY_AT.match(sentence) and len(_days_at(source)) > 1:
        return True
    if _QUOTED_LINE.match(line) and len(_QUOTED_LINE.findall(source)) > 1:
        return True
    hours = [
        hour.start() for hour in _STARTS_AT.finditer(sentence) if not _RANGE.search(sentence[: hour.start()])
    ]
    if (
        len(hours) > 1
        and hours[0] < at
        and (at < hours[-1] or (len(hours) >= _MANY_HOURS and at - hours[-1] < _CLOSE))
    ):
        return True
    labelled = _LABELLED.match(line)
    if (
        labelled
        and not _OF_ALL.match(what := folded(labelled["what"]))
        and what[:_STEM] not in folded(notice.title)
    ):
        return True
    one = _FOR_ONE.match(sentence)
    if one is None:
        one = _ONE_OF_MANY.match(sentence)
        return one is not None and folded(one["what"])[:_STEM] not in folded(notice.title)
    what = folded(one["what"])
    is_titled = what[:_STEM] in folded(notice.title)
    return not _ALL_OF_IT.match(what) and (not is_titled or bool(_JOINS.search(notice.title)))


def _is_in_a_dated_row(start: int, line: int, notice: Notice) -> bool:
    """Whether the line that begins at `line` is a row of a day, one of several, and `start` in it."""
    dated = [row for row in notice.rows if row.when]
    return len({row.when for row in dated}) > 1 and any(
        line <= row.start <= line + _BULLET and start < row.end for row in dated
    )


def _days_at(source: str) -> set[str]:
    """The weekdays that sentences open with, each with its hour: `Venerdì alle 20 cena. Sabato alle 15 …`."""
    starts = [0, *(found.end() for found in _END.finditer(source))]
    opened = (
        source[start : start + _CLOSE].lower().split() for start in starts if _WEEKDAY_AT.match(source, start)
    )
    return {" ".join(words[:2]) for words in opened}


_JOINS = re.compile(r"\se\s|,")  # a title of several


def is_of_a_part(words: str, notice: Notice) -> bool:
    """Whether these words of the page stand amid a programme's hours, or behind a thing of which the title
    has nothing.
    """
    place = _place(words, notice)
    meal = _MEAL.match(words)
    if meal and folded(meal["what"])[:_STEM] not in folded(notice.title):
        return True
    if is_in_a_row(words, notice) or is_in_a_list(words, notice):
        return True
    if place < 0 or is_amid_hours(words, notice):
        return place >= 0
    before = notice.source[max(0, place - _BEFORE) : place + len(words)].rsplit("\n\n", 1)[-1]
    parts = [found[0] for found in _PART.finditer(before)]
    title = folded(notice.title)
    return bool(parts) and not any(folded(part)[:_STEM] in title for part in parts)


def is_aside(row: Row, source: str) -> bool:
    """Whether its day stands in brackets within it: of `- truffe (lezione del 12 novembre)` amid a list."""
    return re.search(rf"\([^()\n]*{re.escape(row.when)}[^()\n]*\)", source[row.start : row.end]) is not None


def is_in_a_row(line: str, notice: Notice) -> bool:
    """Whether a line begins with its hour, and another one, too: it tells of one part alone."""
    return AT_AN_HOUR.match(line.strip()) is not None and len(AT_AN_HOUR.findall(notice.source)) > 1


def is_in_a_list(words: str, notice: Notice) -> bool:
    """Whether they stand behind a colon, among two hours or more: `tre iniziative: alle 18 …, alle 21 …`."""
    opening = words.strip()[:60]
    line = next((line for line in notice.prose if opening in line), "")
    _, colon, listed = line.partition(": ")
    is_there = opening in listed or words.strip(" .") == line.strip(" .")
    return colon != "" and is_there and len(_AT_HOURS.findall(listed)) > 1


def is_for_a_part(start: int, notice: Notice, text: str = "") -> bool:
    """Whether the duty that stands there in the page is to book for a row of its programme, or for a guided
    visit amid the rest, which neither the title nor `text` tells.
    """
    if is_amid_hours(notice.source[start : start + _NEAR], notice) or stands_in_a_part(start, notice):
        return True
    heads = heads_of(notice.source)
    if len(heads) > 1 and heads[0].start() <= start < heads[-1].start():
        return True  # below one day, and another one follows
    block = notice.source[:start].rsplit("\n\n", 1)[-1]
    if (listed := _LISTED.search(block)) and folded(listed["part"])[:_STEM] not in folded(notice.title):
        return True
    part = _BOOKED.search(notice.source[:start][-_NEAR:])
    return part is not None and folded(part[0].split()[0])[:_STEM] not in folded(f"{notice.title} {text}")


def is_amid_hours(words: str, notice: Notice) -> bool:
    """Whether they stand between the first hour of a programme and what a page tells of all behind it."""
    place = _place(words, notice)
    hours = [found.start() for found in AT_AN_HOUR.finditer(notice.source)]
    if len(hours) < _MANY or place < hours[0]:
        return False
    return not any(found.start() < place for found in _ABOUT_ALL.finditer(notice.source, hours[-1]))


def _place(words: str, notice: Notice) -> int:
    return notice.source.find(words.strip()[:60])


def is_in_one_of_several(start: int, notice: Notice) -> bool:
    """Whether what stands at `start` of the source is below one of several days, or in one of its rows.

    What comes a paragraph behind the last day may be of them all.
    """
    source = notice.source
    heads = heads_of(source)
    is_behind = bool(heads) and "\n\n" in source[heads[-1].end() : start].strip("\n")
    is_below = bool(heads) and start >= heads[0].start() and not is_behind
    first = source.rfind("\n", 0, start) + 1
    line = source[first:].partition("\n")[0]
    meal = _A_MEAL.search(source[first:start])
    if meal and meal[0][:_STEM].lower() not in notice.title.lower():
        return True  # `Il pranzo costa 22 euro. Prenotazioni entro il 13 maggio.`
    rows = [row for row in notice.rows if row.when or row.hours]
    return (
        is_below
        or (len(rows) > 1 and any(row.start <= start < row.end for row in rows))
        or (_DAY_ROW.match(line) is not None and len(_DAY_ROW.findall(source)) > 1)
    )

"""Days that only the day of writing tells: `domani`, `il prossimo lunedì`, `fra tre giorni`, `venerdì`.

A message is read days after its page was written, so such a phrase is written out as its day, or it is held:
no citizen gets it as it stands. `prossimo` is the nearest one to come, as the Treccani dictionary has it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, giorno, mese
from flows.bulletin.language.weekdays import DATE, ITS_WEEK, WEEKDAY, Weekday, reading

_DAYS = ("lun", "mar", "mer", "gio", "ven", "sab", "dom")
_MOST = 500  # phrases of one kind that are read; no notice has a tenth of them
_NUMBERS = {"un": 1, "una": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8}
_NUMBERS |= {"nove": 9, "dieci": 10, "quindici": 15, "venti": 20, "trenta": 30}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_NUMBERS)})"
_PART = r"(?P<part>\s++(?:mattina|pomeriggio|sera))?(?![\wà-ù])"
_PARTS = {"domattina": "mattina", "stamattina": "mattina", "stamani": "mattina", "stasera": "sera"}
_PARTS |= {"questa sera": "sera", "questa mattina": "mattina", "questo pomeriggio": "pomeriggio"}
_OFFSETS = (
    {"oggi": 0, "quest'oggi": 0, "nella giornata odierna": 0, "domani": 1, "ieri": -1}
    | dict.fromkeys(("dopodomani", "dopo domani", "posdomani", "domani l'altro"), 2)
    | dict.fromkeys(_PARTS, 0)
    | {"domattina": 1}
)
# a day of the month, which says it all
_CLOCK = r"(?::\d\d|\.(?:00|1[3-9]|[2-5]\d)(?!\d)|\s*+[-–]\s*+\d{1,2}(?![\d/-]|\s++[a-z]{4,9}\b))"
_DATE = rf"(?:\s*+\(?,?\s*+(?:il\s++|l['’])?(?:\d{{1,2}}(?!\d|{_CLOCK})|primo\b))"
_NO_DATE = rf"(?!{_DATE})"
_YEAR = (  # `agosto 26`, where no number of people or things can be meant
    r"(?:\s++20\d\d\b|\s++['’]?[2-4]\d(?=\s++(?:e|fino|d?alle|ore|al|a)\b|\s*+[.,;)]|\s*+$))"
)
_BESIDE_IT = r"(?:,\s++|[^\S\n]++)"  # the day on the line below `C'è ancora domani` is the next film's
_DATED = (
    rf"(?:{_BESIDE_IT}(?P<named>{WEEKDAY}))?"
    rf"(?P<dated>{_BESIDE_IT}(?:il\s++)?\d{{1,2}}\s++[a-z]{{5,9}}\b{_YEAR}?)?"
)
_ARTICLE = r"(?:(?P<lead>il|la|dal|dalla|al|alla|del|della|nel|nella)\s++)?"
_BARE = {"dal": "da", "dalla": "da", "al": "a", "alla": "a", "del": "di", "della": "di"}

# `oggi` in `ad oggi`, `al giorno d'oggi`, `oggi come ieri` tells no day of the calendar
_WORD = Cued(
    rf"(?<![\w’'])(?<!\bad )(?<!ancora )(?<!\bal )(?<!\bil )(?<!\bun )(?<!\bnel )"
    rf"(?<!\bdel )(?<!\bsul )(?<!\bci sono )(?<!\bconta )(?<!\bospita )(?P<word>dopo\s*+domani|posdomani"
    rf"|domani(?:\s++l['’]altro\b)?|domattina|quest['’]oggi|oggi|nella\s++giornata\s++odierna"
    rf"|ieri|stamattina|stamani|stasera|stanotte|questa\s++(?:sera|mattina|notte)|questo\s++pomeriggio)"
    rf"(?![\wà-ù])(?!\s++(?:più che mai|come|giorno)){_PART}{_DATED}",
    re.I,
)
_NEXT_OR_LAST = re.compile(
    rf"\b{_ARTICLE}(?:(?P<which>prossim[oa]|scors[oa]|quest[oa](?:\s++prossim[oa])?)\s++(?P<day>{WEEKDAY})"
    rf"|(?P<day2>{WEEKDAY})\s++(?P<which2>prossim[oa]|scors[oa])\b)\b{_PART}{_NO_DATE}",
    re.I,
)
_ALONE = re.compile(rf"(?<![\w’'])(?P<day>{WEEKDAY}){_PART}{_NO_DATE}", re.I)
_NOT_FAR = 800  # characters
_RANGE = re.compile(
    rf"\b[Dd]al(?:l['’]|\s)(?P<first>\d{{1,2}})\sal(?:l['’]|\s)(?P<last>\d{{1,2}})\s(?P<month>{'|'.join(MONTHS)})\b"
)
_WITH_DATE = re.compile(
    rf"(?<![\w’'])(?P<day>{WEEKDAY})(?:\s++(?:mattina|pomeriggio|sera))?,?\s*+\(?(?:il\s++)?"
    rf"(?P<number>\d{{1,2}})(?!\d|{_CLOCK})",
    re.I,
)
_WEEK = Cued(
    r"\b(?:(?P<lead>in|la|nella|dalla|della|alla|durante la|nel corso della|entro la|fino alla|per la|per|di"
    r"|a|da|entro|durante|nel corso di)\s++)?(?:(?P<which>questa|prossima|scorsa)\s++settimana"
    r"|settimana\s++(?P<which2>prossima|scorsa))(?![\wà-ù])"
    rf"(?!,?\s++(?:che va\s++)?(?:dal(?:l['’])?|d[ai]|del(?:l['’])?)\s*+(?:{WEEKDAY}\s++)?(?:\d))",
    re.I,
)
_WEEKEND = re.compile(
    r"\b(?P<lead>questo|(?:il|nel|dal|del|al) prossimo|(?:lo|nello) scorso)\s++(?:fine settimana|week-?end)"
    r"(?![\wà-ù])(?!\s++(?:del|dell['’]|di|tra il)\s*+(?:\d|sabato\s++\d))",
    re.I,
)
_MONTH = Cued(
    r"\b(?:(?P<lead>il|nel|dal|entro il)\s++)?(?:(?P<which>prossimo|scorso)\s++mese"
    r"|mese\s++(?P<which2>prossimo|scorso))(?![\wà-ù])(?!\s++di\s++[a-z])",
    re.I,
)
_AHEAD = re.compile(
    rf"\b(?:fra|tra)\s++(?P<count>{_NUMBER})\s++(?P<unit>giorn[oi]|gg)(?![\wà-ù])(?!\s++(?:e|di|lavorativi|feriali)\b)"
    r"(?!\s++(?:dal|dag|dopo)[a-z']*)",
    re.I,
)
_UNSURE = Cued(
    rf"\b(?:(?:nei|entro i|per i)\s++prossimi\s++(?:{_NUMBER}\s++)?giorni\b"
    rf"|(?:nelle|entro le|per le)\s++prossime\s++(?:{_NUMBER}\s++)?(?:ore|settimane)\b"
    r"|(?:in giornata|in settimana|questo mese|(?:nel|per il|durante il) (?:fine settimana|week-?end))"
    r"(?![\wà-ù])(?!\s++(?:del|dell['’]|di|dal)\s*+(?:\d|sabato\s++\d))|l['’]altro ieri\b"
    r"|ieri l['’]altro\b"
    r"|(?:tutta la|l['’]intera) settimana\b(?!\s++(?:dal|d[ai])\b)"
    r"|fine settimana (?:prossimo|scorso)\b|l['’]anno (?:prossimo|venturo)\b|avantieri\b"
    r"|(?:ad|ci sono|conta|ospita) oggi\b"
    r"|in (?:tarda |prima )?(?:mattinata|serata|nottata)\b|a giorni\b(?!\s++altern)"
    r"|(?:settimana|mese|anno) (?:entrante|ventur[oa]|che viene)\b"
    r"|(?:settimana|mese) (?:corrente|in corso)\b|corrente (?:settimana|mese)\b(?! di\b)"
    r"|(?:entro la|nel corso della) (?:fine della )?settimana\b"
    r"(?!,? (?:sant|di|del|da|che|success|seguent))"
    r"|(?<!ogni )(?:entro|a|per|verso) (?:la )?fine (?:del )?mese\b(?! (?:di|success|seguent))"
    r"|entro il mese\b(?! (?:di|d['’]|success|seguent|precedent))"
    r"|prossimo anno\b(?! (?:scolastic|accademic|educativ|pastoral|sportiv|social|formativ|19|20)))",
    re.I,
)
_UNSURE_COUNT = re.compile(
    rf"\b(?:(?:fra|tra)\s++(?:{_NUMBER}|pochi|poche|qualche)\s++(?:giorn[oi]|gg|settiman[ae]|mes[ei]|or[ae])\b"
    r"(?!\s++e\b)"
    rf"|(?:{_NUMBER}|pochi|qualche)\s++(?:giorn[oi]|settiman[ae]|or[ae])\s++fa\b"
    r"|(?:fra|tra)\s++(?:un['’]|mezz['’])ora\b)",
    re.I,
)
_UNSURE_MONTH = re.compile(r"\b\d{1,2}\s++(?:p\.\s?v\.|c\.\s?m\.|corr\.|u\.\s?s\.)", re.I)
_THIS = Cued(rf"\bquest[oa]\s++(?={WEEKDAY},?\s++\d{{1,2}}\s++[a-z]{{5,9}}\b)", re.I)
_BESIDE = Cued(  # `domani (giovedì 18 maggio)`
    rf"\b(?P<word>oggi|domani|dopodomani)\s++\((?P<day>{WEEKDAY}\s++\d{{1,2}}\s++[a-z]{{5,9}})\)", re.I
)
_LED_BY = re.compile(r"(?<!\w)(?:da|a|di)\s\Z", re.I)  # `da oggi, 9 marzo` is `dal 9 marzo`
_ELIDED = "l'"
_AT_HOUR = re.compile(r"\b(?:d?alle|ore)\s(?:ore\s)?(?:\d{1,2}(?:[:.,]\d\d)?|[a-z]{3,7})\sdi\s$", re.I)
_TWO_FIGURES = re.compile(r"\s['’]?(?=\d\d$)")  # of a year
_IN_A_NAME = re.compile(rf"(?<=«){WEEKDAY}(?=[^«]*»)", re.I)  # `«Domenica in musica»`
_LATE = re.compile(r",?\s+(?:a partire\s+)?dalle\s+(?:ore\s+)?2[0-3]\b", re.I)  # then it is the next night
_HOUR = re.compile(r",?\s+(?:(?:dalle|alle|ore)\s+){1,2}(\d{1,2})")


@dataclass(frozen=True)
class Phrase:
    """`text[start:end]` depends on its day; `written_out` is the same as days, "" where nobody can tell.

    `days` are the one day, or the first and the last, as `2026-11-23`, or a month as `--12`; () where
    `written_out` is "" or the text gave the day itself.
    """

    start: int
    end: int
    written_out: str = ""
    days: tuple[str, ...] = ()


def phrases(text: str, published: date | None) -> list[Phrase]:
    """Every phrase of `text` that only its day of writing tells, in order; `published` is that day in Rome.

    A day that the text gives itself (`domani, giovedì 26 novembre`) says the word, whatever `published` is.
    """
    low = text.lower()
    overlapping: list[Phrase] = []
    for starts, pattern, read in _READERS:
        if any(start in low for start in starts):
            matches = pattern.finditer(text)
            overlapping += [phrase for match in islice(matches, _MOST) if (phrase := read(match, published))]
            overlapping += [Phrase(*match.span()) for match in matches]  # held, as what nobody can tell
    taken: list[Phrase] = []
    for phrase in sorted(overlapping, key=lambda phrase: (phrase.start, -phrase.end)):
        if not taken or phrase.start >= taken[-1].end:
            taken.append(phrase)
    return taken


def is_relative(text: str) -> bool:
    """Whether `text` names a day that only its date of publication tells: `domani`, `entro venerdì`."""
    return any(not phrase.written_out for phrase in phrases(text, None))


def troubles(text: str) -> list[str]:
    """Why `text` may not go out: an Italian sentence for each phrase that its reader would count anew."""
    bare = _IN_A_NAME.sub("", text)
    wordings = dict.fromkeys(bare[phrase.start : phrase.end] for phrase in phrases(bare, None))
    return [f"«{wording}» dipende dal giorno in cui si legge: scrivi la data." for wording in wordings]


def resolved(text: str, published: date | None) -> str:
    """`text` with `oggi`, `domani`, `il prossimo lunedì`, `questa settimana` written out as days.

    Without `published`, and for what nobody can tell (`nel fine settimana`), `is_relative` stays true.
    A day that the text gives itself (`domani, giovedì 26 novembre`) replaces the word, whatever
    `published` says; where only a weekday is given that does not agree, the word stays.
    """
    text = _BESIDE.sub(r"\g<word>, \g<day>", _THIS.sub("", text))
    parts, at = [], 0
    for phrase in phrases(text, published):
        if phrase.written_out:
            parts += [text[at : phrase.start], phrase.written_out]
            at = phrase.end
    return "".join([*parts, text[at:]])


def _word(match: re.Match[str], published: date | None) -> Phrase:
    word = " ".join(match["word"].lower().replace("’", "'").split())
    part = (match["part"] or _PARTS.get(word, "")).strip().lower()
    if word not in _OFFSETS:  # `stanotte`: the night before or after midnight, nobody can tell
        if published and not match["dated"] and _LATE.match(match.string, match.end()):
            night = _span("la notte tra", published, "e", published + timedelta(days=1))
            return _phrase(match, night, published, published + timedelta(days=1))
        return Phrase(*match.span("word"))
    day = published + timedelta(days=_OFFSETS[word]) if published else None
    if match["dated"]:
        day_and_month = re.sub(r"^,?\s+(?:il\s+)?", "", match["dated"])
        day_and_month = _TWO_FIGURES.sub(" 20", day_and_month)
        if match["named"]:
            return _phrase(match, _with_part(f"{match['named']} {day_and_month}", part, match))
        is_elided = day_and_month.split()[0] in ("8", "11")
        led_by = _LED_BY.search(match.string, max(0, match.start() - 3), match.start())
        if led_by is None:
            return _phrase(
                match, _with_part(f"{_ELIDED if is_elided else 'il '}{day_and_month}", part, match)
            )
        lead = led_by[0].strip().replace("i", "e")  # `di`: del, dell'
        written_out = f"{lead}l{_ELIDED if is_elided else ' '}{day_and_month}"
        return Phrase(led_by.start(), match.end(), _with_part(written_out, part, match))
    if day is None or (match["named"] and _which(match["named"]) != day.weekday()):
        last = next(group for group in ("named", "part", "word") if match[group])
        return Phrase(match.start(), match.end(last))
    written_out = _with_part(giorno(day), part, match)
    if word.startswith("quest") and written_out != giorno(day):
        written_out = f"{giorno(day)} {part}"  # as short as what it replaces
    return _phrase(match, written_out, day)


def _next_or_last(match: re.Match[str], published: date | None) -> Phrase:
    """`il prossimo lunedì`, `domenica prossima`, `questo sabato`."""
    if published is None:
        return Phrase(*match.span())
    which = (match["which"] or match["which2"]).lower()
    ahead = (_which(match["day"] or match["day2"]) - published.weekday()) % 7
    if which.startswith("scors"):
        ahead = ahead - 7
    elif "prossim" in which:
        ahead = ahead or 7
    day = published + timedelta(days=ahead)
    part = (match["part"] or "").strip().lower()
    written_out = _led(match, _with_part(giorno(day), part, match))
    return _phrase(match, written_out, day)


def _alone(match: re.Match[str], published: date | None) -> Phrase | None:
    """A bare `lunedì`: None where it is one of every week, or where its date stands beside."""
    text, start, end = match.string, *match.span()
    before = text[max(0, start - 1) : start]
    if before in ("«", "“", '"') and text[end : end + 3] == " di":
        return None  # `«Domenica di carta»` is a name
    if before == "(" and _which(match["day"]) in _dated(text[max(0, start - 120) : start]):
        return None  # `da lunedì 9 a venerdì 13 marzo (venerdì solo di mattina)`
    within = _in_range(text, start, _which(match["day"]), published) if published else None
    match reading(text, start, end):
        case Weekday.none | Weekday.every:
            return None
        case Weekday.unsure if (its_week := ITS_WEEK.match(text, end)) or within is None:
            return Phrase(start, its_week.end() if its_week else end)
    ahead = (_which(match["day"]) - published.weekday()) % 7 if published else 0
    if published is None or not (ahead or within):
        return Phrase(start, end)  # on a Monday `lunedì` is that day or the next one
    day = within or published + timedelta(days=ahead)
    if _dated(text).get(day.weekday(), {day.day}) != {day.day}:
        return Phrase(start, end)  # the page gives the same weekday another date: it may mean that one
    part = (match["part"] or "").strip().lower()
    return _phrase(match, _with_part(giorno(day), part, match), day)


@lru_cache(maxsize=8)
def _dated(text: str) -> dict[int, set[int]]:
    """The days of the month that stand beside each weekday, by the weekday's number."""
    days: dict[int, set[int]] = {}
    for match in islice(_WITH_DATE.finditer(text), _MOST):
        days.setdefault(_which(match["day"]), set()).add(int(match["number"]))
    return days


def _in_range(text: str, start: int, weekday: int, published: date) -> date | None:
    """The day of that name within `dal 24 al 26 settembre`, which the page says not far before."""
    for match in _RANGE.finditer(text, max(0, start - _NOT_FAR), start):
        month = MONTHS_BY_START[match["month"][:3].lower()]
        for year in (published.year, published.year + 1):
            try:
                first, last = (date(year, month, int(match[name])) for name in ("first", "last"))
            except ValueError:
                continue
            day = first + timedelta(days=(weekday - first.weekday()) % 7)
            if published <= first <= last < first + timedelta(days=7) and day <= last:
                return day
    return None


def _week(match: re.Match[str], published: date | None) -> Phrase:
    which = (match["which"] or match["which2"]).lower()
    lead = (match["lead"] or "").lower()
    if published is None:
        return Phrase(*match.span())
    monday = published + timedelta(
        days={"questa": 0, "prossima": 7, "scorsa": -7}[which] - published.weekday()
    )
    sunday = monday + timedelta(days=6)
    if lead in ("dalla", "da"):
        return _phrase(match, f"da {giorno(monday)}", monday)
    if lead in ("entro", "entro la"):
        return _phrase(match, f"entro {giorno(sunday)}", sunday)
    follows_a_word = not lead and match.string[: match.start()].rstrip(" ")[-1:].isalnum()
    if lead in ("alla", "a", "fino alla") or follows_a_word:
        return Phrase(*match.span())
    written_out = _span("da", monday, "a", sunday)
    if lead in ("della", "di", "per la"):
        written_out = f"{'della' if lead == 'di' else lead} settimana {written_out}"
    return _phrase(match, written_out, monday, sunday)


def _weekend(match: re.Match[str], published: date | None) -> Phrase:
    lead = match["lead"].lower()
    if published is None or (published.weekday() >= 5 and lead != "questo"):
        return Phrase(*match.span())
    saturday = published + timedelta(days=5 - published.weekday() - 7 * ("scorso" in lead))
    both = _span("", saturday, "e", saturday + timedelta(days=1))
    led = {"dal prossimo": f"da {giorno(saturday)}", "del prossimo": f"di {both}", "al prossimo": f"a {both}"}
    return _phrase(match, led.get(lead, both), saturday, saturday + timedelta(days=1))


def _month(match: re.Match[str], published: date | None) -> Phrase:
    lead = (match["lead"] or "").lower()
    if published is None or not lead:
        return Phrase(*match.span())
    shift = 1 if (match["which"] or match["which2"]).lower() == "prossimo" else -1
    month = (published.month - 1 + shift) % 12 + 1
    name = mese(month)
    preposition = {"dal": "da", "entro il": "entro"}.get(lead, "ad" if name[0] == "a" else "a")
    return _phrase(match, f"{preposition} {name}", f"--{month:02}")


def _ahead(match: re.Match[str], published: date | None) -> Phrase:
    if published is None:
        return Phrase(*match.span())
    count = match["count"].lower()
    day = published + timedelta(days=int(count) if count.isdigit() else _NUMBERS[count])
    return _phrase(match, giorno(day), day)


def _unsure(match: re.Match[str], _: date | None) -> Phrase | None:
    before = match.string[max(0, match.start() - 60) : match.start()]
    if match[0].lower().startswith("in ") and DATE.search(re.split(r"[.;!?\n]\s", before)[-1]):
        return None  # `sabato 28 novembre, in serata`
    return Phrase(*match.span())


_NAMES = ("lunedi", "lunedì", "martedi", "martedì", "mercoled", "gioved", "venerd", "sabato", "domenica")
_AGO = ("giorno fa", "giorni fa", "settimana fa", "settimane fa", "ora fa", "ore fa")
# what a text must contain -> the pattern -> its reading
_READERS = (
    (("ogg", "ieri", "doma", "sta", "quest"), _WORD, _word),
    (("pross", "scors", "quest"), _NEXT_OR_LAST, _next_or_last),
    (_NAMES, _ALONE, _alone),
    (("settiman",), _WEEK, _week),
    (("settiman", "week"), _WEEKEND, _weekend),
    (("mese",), _MONTH, _month),
    (("fra ", "tra "), _AHEAD, _ahead),
    (("",), _UNSURE, _unsure),
    (("fra ", "tra ", *_AGO), _UNSURE_COUNT, _unsure),
    (("p.", "c.", "corr.", "u."), _UNSURE_MONTH, _unsure),
)


def _phrase(match: re.Match[str], written_out: str, *days: date | str) -> Phrase:
    """What matched, written out; it begins with a capital where the text does."""
    capital = written_out[:1].upper() if match[0][:1].isupper() else written_out[:1]
    return Phrase(*match.span(), capital + written_out[1:], tuple(map(str, days)))


def _which(weekday: str) -> int:
    return _DAYS.index(weekday[:3].lower())


def _span(preposition: str, first: date, joint: str, last: date) -> str:
    """`da lunedì 23 a domenica 29 novembre`; the month of both where they differ."""
    start = giorno(first) if first.month != last.month else giorno(first).rsplit(" ", 1)[0]
    return f"{preposition} {start} {joint} {giorno(last)}".strip()


def _led(match: re.Match[str], day: str) -> str:
    """`da lunedì 23 novembre` of `dal prossimo lunedì`: a day with its date has no article."""
    preposition = _BARE.get((match["lead"] or "").lower(), "")
    return f"{preposition} {day}" if preposition else day


def _with_part(day: str, part: str, match: re.Match[str]) -> str:
    """`la sera di giovedì 26 novembre`; the part of the day goes where the hour that follows tells it."""
    hour = _HOUR.match(match.string, match.end())
    if _AT_HOUR.search(_before(match)):
        return day  # `alle 6 di domani mattina`
    if not part or (hour and (int(hour[1]) >= 13) == (part != "mattina")):
        return day
    lead = (match.groupdict().get("lead") or "").lower()
    if lead in _BARE or re.search(r"\b(?:di|da|a|per|entro|fino)\s$", _before(match), re.I):
        return f"{day} {part}"
    return f"{'il' if part == 'pomeriggio' else 'la'} {part} di {day}"


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 20) : match.start()]

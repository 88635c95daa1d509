"""What changes, moves or ends, of a page that has it as a noun alone and the day beside it.

`Passaggio della gestione dell'ecocentro a Etra` with `dal 1° gennaio 2026` below is `Dal 1° gennaio 2026 la
gestione dell'ecocentro passa a Etra.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import OF_ARTICLE, definite, gender_of
from flows.bulletin.language.marks import tidied
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.titles import calmed
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.clauses.days import days_clause
from flows.bulletin.summary.frames.places.offices import office_at
from flows.bulletin.summary.frames.prose.left_to_page import HOURS, OTHERS
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.titles.matter import noun_of

_CHANGE = re.compile(
    r"(?:(?P<change>modific(?:a|he)|variazion[ei]|cambio)|(?P<end>cessazione)|(?P<move>spostamento|trasferimento)"
    r"|(?P<passing>passaggio))\s(?:(?P<how>temporane[aeo]|provvisori[aeo]|definitiv[aeo])\s)?"
    r"(?:(?P<article>del|dello|della|dei|degli|delle|dell['’])\s?|di\s)?(?P<what>[a-zà-ù]{4,}\b[^:;.!?()]*)",
    re.I,
)
_ANOTHER = re.compile(  # a procedure, a race, a second subject
    r"^(?:residenza|medico|nome|proprietà|bilancio|giro)\b|\se\sde(?:l|llo|lla|i|gli|lle)\b",
    re.I,
)
_DECLARED = frozenset(["stato", "allerta", "allarme", "divieto", "emergenza"])  # over as it is told
_HOW = {"t": "temporaneamente ", "p": "provvisoriamente ", "d": "definitivamente "}
_TO = re.compile(r"\s(?=(?:a|ad|al|alla|all['’]|allo|ai|alle|agli)\b)", re.I)
_INTO = re.compile(rf"{_TO.pattern}|\s(?=(?:in|nel|nella|nell['’]|presso|negli|nei)\b)", re.I)
_DAY = rf"(?:dal\s|dall['’]\s?)\d{{1,2}}[°º]?(?:\s{MONTH}|[/.-]\d{{1,2}}[/.-])\s?(?:20\d\d)?"
_SINCE = re.compile(rf",?\s(?:a partire\s|con decorrenza\s)?(?P<day>{_DAY})(?P<until>\sal\b)?", re.I)
_HOURS = re.compile(
    r"(?:\s[-–])?\s(?:dalle |ore )?\d{1,2}(?:[:.]\d\d)?\s?(?:[-–/]|alle)\s?\d{1,2}(?:[:.]\d\d)?(?!\d)"
)
_MOVES = re.compile(r"\bsi spost(?:a|ano)$")  # and not where to
_DATE = rf"(?:(?:luned|marted|mercoled|gioved|venerd)ì |sabato |domenica )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?"
_RECOVERY = re.compile(
    rf"(?P<what>[^:]{{5,60}}?) (?P<usual>(?:di|del(?:l['’])?) ?{_DATE})\s?[:–-]\s"
    r"(?:il )?recupero (?:è )?(?:a |il )?"
    rf"(?P<instead>{_DATE})",
    re.I,
)
_FIRST = 6  # lines of a page
_MORE = 30  # characters of a line that says something of its own
_LONG = 400  # characters of a page that has more to say than this


def changeover(notice: Notice) -> Iterator[str]:
    """The sentence, of a page that says no more; none without its day, or where several are told."""
    if notice.kind in (*OCCASIONS, Kind.alert, Kind.road, Kind.result) or len(notice.source) > _LONG:
        return
    below = [
        f" {calmed(tidied(line.strip(' *#•-')), {})}"
        for line in (notice.title, *notice.source.split("\n")[:_FIRST])
    ]
    since = [match for line in below if (match := _SINCE.search(line))]
    days = {match["day"].lower() for match in since}
    if any(match["until"] for match in since) or len(days) > 1:
        return
    phrases = [_HOURS.sub("", _SINCE.sub("", line)).strip(" .") for line in below]
    said = max(map(_told, phrases), key=len)
    others = [phrase for phrase in phrases if not _CHANGE.match(phrase)]
    is_more = any(len(phrase) > _MORE for phrase in others)
    if not said or any(map(speaks, others)) or len(set().union(*map(calendar_days, below))) > len(days):
        return
    day = plain_figures(days.pop()) if days else ""
    is_over = said.startswith(("è cessat", "sono cessat"))
    if bool(day) is is_over or (_MOVES.search(said) and not is_more):
        return  # from when and where to, who reads it has to know; what ends on a day may still go on
    text = f"{day} {said}" if day else said
    rest = f" {HOURS}" if any(map(_HOURS.search, below)) else f" {OTHERS}" if is_more else ""
    yield f"{text[:1].upper()}{text[1:]}.{rest}"


def made_up_for(title: str) -> str:
    """`Il mercato del 10 novembre si recupera sabato 14 novembre 2026.` of `Mercato del 10 novembre: recupero
    sabato 14 novembre 2026`; "" of another title.
    """
    found = _RECOVERY.fullmatch(plain_figures(title).strip(" ."))
    noun = noun_of(found["what"]) if found else None
    if found is None or noun is None:
        return ""
    verb = "si recuperano" if noun.is_plural else "si recupera"
    return f"{noun.text[:1].upper()}{noun.text[1:]} {found['usual']} {verb} {days_clause(found['instead'])}."


def _told(title: str) -> str:
    """`cambia l'orario di ricevimento`; "" of another noun, and where an article is not sure."""
    found = _CHANGE.fullmatch(title)
    if found is None or speaks(found["what"]) or _ANOTHER.search(found["what"]):
        return ""
    noun, *others = re.split(r"[\s'’]", found["what"].lower(), maxsplit=2)
    if others and (noun_of(others[0]) or office_at(others[0], 0)):
        return ""  # `modifica orari ufficio`: a heading without its joints
    gender = gender_of(noun)
    own = OF_ARTICLE.get((found["article"] or "").lower().replace("’", "'"))
    if gender is None or own not in (None, definite(noun, gender)):
        return ""
    what = f"{definite(noun, gender)}{found['what'][:1].lower()}{found['what'][1:]}"
    how = _HOW[found["how"][0].lower()] if found["how"] else ""
    if found["change"]:
        return f"{'cambiano' if gender.is_plural else 'cambia'} {how}{what}"
    if found["end"]:
        if noun not in _DECLARED:
            return ""
        return f"{'sono' if gender.is_plural else 'è'} cessat{gender.ending} {what}"
    *parts, where = (_TO if found["passing"] else _INTO).split(what, maxsplit=1)
    if found["passing"]:
        verb = "passano" if gender.is_plural else "passa"
        return f"{parts[0]} {verb} {how}{where}" if parts else ""
    verb = "si spostano" if gender.is_plural else "si sposta"
    return f"{parts[0]} {verb} {how}{where}" if parts else f"{what} {verb} {how}".rstrip()

"""Texts about what is closed, or opens at other hours: which office, days, hours, what stays open."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.own import enough, opened
from flows.bulletin.summary.frames.own_sentences.sentences import repeats
from flows.bulletin.summary.frames.own_sentences.spans import since
from flows.bulletin.summary.frames.places.offices import Office, office_at
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import HOURS
from flows.bulletin.summary.frames.prose.lines import binding, is_cut, lines, told, untold
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.services.opening_days import (
    open_and_shut,
    opening_days,
    opening_week,
    opening_weekdays,
)
from flows.bulletin.summary.frames.services.seasons import seasonal
from flows.bulletin.summary.frames.services.timetables import timetable
from flows.bulletin.summary.frames.services.week import led_hours
from flows.bulletin.summary.frames.times.clock import every_at, hours_at
from flows.bulletin.summary.frames.times.days import only_day, period_at

_EXCEPTIONS_IN_PAGE = "Le eccezioni sono nella pagina."
_EXCEPTS = re.compile(
    r"\b(?:eccezion[ei]|esclusion[ei]|eccett\w+|tranne|garantit[oaie]|(?:rest\w+|riman\w+|rimarr\w+|sarà|saranno)\s(?:\w+\s)?apert[oaie])\b",
    re.I,
)
_DECREES = re.compile(
    r"\b(?:ha (?:stabilito|disposto|autorizzato|emanato|decretato)|sancisce"
    r"|autorizza\w*|(?:viene|è) disposta)\b",
    re.I,
)  # what the act says, where a frame says what it means
_COMPOUND = re.compile(r"(?<!\w)[A-ZÀ-Ý]{4,}(?:-[A-ZÀ-Ý]{4,})+(?!\w)")
_WHAT = re.compile(
    r"(?:(?P<closed>chiusur[ae])|(?P<open>apertur[ae]\s(?=straordinari))|(?P<again>riapertur[ae])"
    r"|(?P<change>orario(?=\s(?:degli\s|del\s|della\s)?(?:uffici|bibliotec|sportell|muse)\w*\s[^.;]*\bdal(?:\s|l['’])\d)"
    r"|(?:variazion[ei]|nuov[oi]|cambi(?:o|amento)?|modific(?:a|he))(?:\s(?:di|degli|dell['’]"
    r"|del|agli|all['’]))?\s?"
    r"orari[o]?(?:\stemporane[oi])?(?:(?:\sdi)?\s(?:apertura|ricevimento))?)|(?P<season>orari[o]?\s(?P<which>estiv[oi]|invernal[ei]"
    r"|natalizi[oi])(?:\sdi\sapertura)?))"
    r"(?:\s(?:straordinari[ae]|temporane[ae]|estiv[ae]|programmat[ae]|al\spubblico"
    r"|(?P<afternoon>pomeridian[ae])|(?P<morning>mattutin[ae])))*"
    r"(?:\s(?:degli|del|della|dello|delle|dei)\b|\sdell['’])?\s?",
    re.I,
)
_TO_THE_PUBLIC = re.compile(r"\b(?:chius[oaie]|chiusura(?:\s\w+)?)\sal\spubblico\b", re.I)
_HALF_A_DAY = {"il pomeriggio": " nel pomeriggio", "la mattina": " la mattina"}
_STATE = re.compile(r"(?P<state>chius|apert)[oaie](?:\sal\spubblico)?(?!\w)", re.I)
_CAUSE = re.compile(
    r"(?:in\soccasione\s(?:del|di)|per\s(?:allerta\smeteo|maltempo|ferie|inventario|lavori|sciopero|assemblea|festività|motivi"
    r"|vento|neve|mancanza|interruzione|guasto))[^,;.:()\d]*",
    re.I,
)
_IDLE = re.compile(
    r"(?:avviso|comunicazione|(?:per\s)?il\sgiorno(?:\sdi\s[A-Z]\w+)?|si\savvisa|al\spubblico|attenzione|temporaneamente|eccezionalmente"
    r"|straordinariamente|(?:sarà|saranno|rest\w+|rimarr\w+|riman\w+)(?=\s(?:chius|apert)[oaie]\b))(?!\w)",
    re.I,
)
_MONTHS = re.compile(
    rf"(?:(?:nei mesi di|nel mese di|per i mesi di|ad?|in) )?(?P<names>{MONTH}(?: e {MONTH})?(?: 20\d\d)?)",
    re.I,
)
_SINCE = re.compile(r"\b(?:con\sdecorrenza|a\s(?:partire|decorrere|far\sdata))\s(?=dal)", re.I)
_RECEIVES = re.compile(r"\b(?:apr(?:e|ono|irà|iranno)|ricev(?:e|ono|erà|eranno)|osserv\w+)\b", re.I)
_LISTS = re.compile(r"\bseguent[ei]\b", re.I)
_NOT_SO = re.compile(r"\bnon\b[^.;]{0,30}\bgarantit\w+", re.I)
_MOST_TOLD = 0.75  # of the words of a line
_SMALL, _FEW = 3, 3  # letters of a word, words: `giornate`, `resteranno` and a year
_SPACE = re.compile(r"[\s,;:.()!–—-]+")


@dataclass
class _Read:
    what: str = ""
    office: Office | None = None
    when: list[str] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    cause: str = ""
    season: str = ""
    is_sure: bool = True
    to_whom: str = ""  # ` al pubblico`: whoever works there goes on


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` units, the best first; none where office or days are not sure."""
    ways = (seasonal, open_and_shut, opening_days, opening_week, opening_weekdays, led_hours)
    yield from (text for way in ways for text in way(notice) if utf16(text) <= limit)
    own = [_with_exceptions(text, notice) for text in enough(notice, limit, needs=_tells)]
    yield from (text for text in own if not _DECREES.search(text) and utf16(text) <= limit)
    for line in lines(notice):
        found = _reading(_SINCE.sub("", line)) if not is_cut(line) else None
        if found and len(found.when) == 1:
            found.when = [_with_weekdays(_fuller(found.when[0], notice), notice)]
        if found and not found.when and (day := only_day(notice.slots.get(Slot.when, ()))):
            found.when.append(day)
        elif found and not found.when and (months := _months(notice)):
            found.when.append(months)
        if found and found.season and any(fact.startswith("time") for one in own for fact in told(one)):
            continue  # the office's own sentence tells the hours
        if found and found.office:
            found.office = _whole_name(found.office, notice)
        if found and _TO_THE_PUBLIC.search(notice.source):
            found.to_whom = " al pubblico"
        text = _sentence(found) if found else ""
        if not text:
            continue
        left = [one for one in untold(text, notice, beside=(line,)) if _is_missed(one, text)]
        if text.endswith(HOURS):
            left = [one for one in left if any(fact.startswith("day") for fact in told(one) - told(text))]
        beside = [worded(other) for other in left if other in notice.prose]
        if any(repeats(text, one) and figures(one) <= figures(text) for one in beside):
            continue  # the office says the same, and more of what it is
        if left and len(beside) == len(left) and utf16(" ".join([text, *beside])) <= limit:
            yield " ".join([text, *beside])
        elif not left and utf16(text) <= limit:
            yield text
        elif _makes_exceptions(left) and not any(
            fact.startswith("day") for other in left for fact in told(other) - told(text)
        ):
            yield f"{text} {_EXCEPTIONS_IN_PAGE}"
        elif left and {fact.split()[0] for other in left for fact in told(other) - told(text)} == {"time"}:
            yield f"{text} {HOURS}"
    yield from (text for text in own if utf16(text) <= limit)
    yield from (text for text in (*timetable(notice), *_changing(notice)) if utf16(text) <= limit)


def _changing(notice: Notice) -> Iterator[str]:
    """`Dal 15 settembre gli uffici comunali cambiano orario.` of a title without the day from which."""
    found = _reading(notice.title)
    day = since(notice)
    is_told = any(
        _RECEIVES.search(one) and figures(one) & figures(day) and not _LISTS.search(one)
        for one in notice.prose
    )
    if found and found.what == "change" and not found.when and day and not is_told:
        yield from filter(None, (_sentence(replace(found, when=[day])),))


def _months(notice: Notice) -> str:
    """`a luglio e agosto 2026`, where the page names whole months alone."""
    told = {" ".join(one.words.split()) for one in notice.slots.get(Slot.when, ())}
    found = _MONTHS.fullmatch(told.pop()) if len(told) == 1 else None
    return f"{'ad' if found['names'][:1].lower() == 'a' else 'a'} {found['names'].lower()}" if found else ""


def _whole_name(office: Office, notice: Notice) -> Office:
    """`l'ufficio Tributi, Anagrafe e Commercio`, where the page writes `TRIBUTI-ANAGRAFE-COMMERCIO`."""
    for match in _COMPOUND.finditer(notice.source):
        first, *others = match[0].split("-")
        if office.words.lower().endswith(first.lower()):
            names = [name.capitalize() for name in others]
            return replace(office, words=joined([office.words, *names]))
    return office


def _fuller(when: str, notice: Notice) -> str:
    """`dal 7 novembre 2022 al 30 aprile 2023` of `dal 7 novembre 2022`, where a line says until when."""
    since = period_at(when, 0)
    if since is None or since.form != "since":
        return when
    for line in lines(notice)[1:]:
        for place in re.finditer(r"\b(?=d[aà])", line[:160], re.I):
            found = period_at(line, place.start())
            if (
                found
                and found.form == "span"
                and (found.days[0].number, found.days[0].month)
                == (
                    since.days[0].number,
                    since.days[0].month,
                )
            ):
                return found.words
    return when


def _with_weekdays(when: str, notice: Notice) -> str:
    """`venerdì 2 e lunedì 5 gennaio 2026` of `il 2 e il 5 gennaio`, where a line says so."""
    known = period_at(when, 0)
    if known is None or known.form != "on" or any(day.weekday for day in known.days):
        return when
    own = [(day.number, day.month) for day in known.days]
    for line in lines(notice)[1:]:
        for place in re.finditer(
            r"\b(?=(?:luned|marted|mercoled|gioved|venerd|sabato|domenica))", line[:160], re.I
        ):
            found = period_at(line, place.start())
            if found and found.form == "on" and [(day.number, day.month) for day in found.days] == own:
                return found.words
    return when


def _is_missed(line: str, text: str) -> bool:
    """Whether a line tells more than why: the colour of an alert that closes a school is its own notice's."""
    more = {word for word in folded(line).split() if len(word) > _SMALL} - set(folded(text).split())
    if not _EXCEPTS.search(line) and told(line) and told(line) <= told(text) and len(more) <= _FEW:
        return False  # it closes the same on the same days
    return binding(line) or any(not fact.startswith("level") for fact in told(line) - told(text))


def _makes_exceptions(left: Iterable[str]) -> bool:
    return any(_EXCEPTS.search(_NOT_SO.sub(" ", line)) for line in left)


def _with_exceptions(text: str, notice: Notice) -> str:
    """`text` with word of what stays open, where a list or a long sentence tells it."""
    return (
        f"{text} {_EXCEPTIONS_IN_PAGE}"
        if _makes_exceptions(_unsaid(text, notice)) and not (_EXCEPTS.search(text))
        else text
    )


def _unsaid(text: str, notice: Notice) -> list[str]:
    """The lines that a text does not tell, in whatever words."""
    own = _words(text)
    return [line for line in untold(text, notice) if len(_words(line) & own) < _MOST_TOLD * len(_words(line))]


def _words(text: str) -> set[str]:
    return {word for word in folded(text).split() if len(word) > _SMALL}


def _tells(text: str) -> bool:
    has_state = re.search(
        r"\b(?:chius|apert|riapr|chiud|apr(?:e|ono|irà))\w*|\b(?:mercat\w+|uffici\w*|servizi\w*|bibliotec\w+)\b[^.;]{3,60}"
        r"\bsi (?:svolg|terr|tien|spost)\w+",
        text,
        re.I,
    )
    days = any(period_at(text, match.start()) for match in re.finditer(r"\b(?=\w)", text[:400]))
    return bool(has_state and days)


def _reading(line: str) -> _Read | None:
    """A title's words, each understood; None where one is not."""
    made, at = _Read(), 0
    while at < len(line):
        if space := _SPACE.match(line, at):
            at = space.end()
            continue
        end = _one(line, at, made)
        if end <= at:
            return None
        at = end
    return made


def _one(line: str, at: int, made: _Read) -> int:
    if match := _WHAT.match(line, at):
        made.what = str(
            match.lastgroup if match.lastgroup in ("closed", "open", "again", "change") else _kind(match)
        )
        made.season = (match["which"] or "").lower()
        if match["afternoon"] or match["morning"]:
            made.hours.append("il pomeriggio" if match["afternoon"] else "la mattina")
        return match.end()
    if match := _STATE.match(line, at):
        made.what = "closed" if match["state"].lower() == "chius" else "open"
        return match.end()
    for reader, where in ((every_at, made.hours), (hours_at, made.hours)):
        if clock := reader(line, at):
            where.append(clock.words)
            return clock.end
    if period := period_at(line, at):
        made.when.append(period.words)
        return period.end
    if (match := _CAUSE.match(line, at)) and not made.cause:
        made.cause = match[0].strip()
        return match.end()
    if made.office is None and (office := office_at(line, at)):
        made.office = office[0]
        return office[1]
    idle = _IDLE.match(line, at)
    return idle.end() if idle else at


def _kind(match: re.Match[str]) -> str:
    names = ("closed", "open", "again", "change", "season")
    return next(name for name in names if match[name])


def _sentence(found: _Read) -> str:
    """`Sabato 2 novembre la biblioteca comunale è chiusa.`"""
    if found.office is None or not found.what or len(found.when) != 1 or len(found.hours) > 1:
        return ""
    lead = ", ".join([*found.when, *found.hours])
    lead = f"{lead}," if found.hours else lead
    cause = f", {found.cause}" if found.cause and not found.cause.isupper() else ""
    office = found.office
    if found.what == "closed" and (half := _HALF_A_DAY.get("".join(found.hours))):
        state = f"{office.state('chius')}{found.to_whom}{half}"
        return opened(f"{found.when[0]} {office.words} {state}{cause}.")
    if found.what == "closed":
        return opened(f"{lead} {office.words} {office.state('chius')}{found.to_whom}{cause}.")
    if found.what == "open":
        return (
            opened(f"{lead} {office.words} {office.state('apert')} in via straordinaria{cause}.")
            if found.hours
            else ""
        )
    if found.what == "again":
        return opened(f"{lead} {office.words} {'riapre' if office.number == 1 else 'riaprono'}.")
    verb = "segue" if office.number == 1 else "seguono"
    if found.season:
        season = f"{found.season[:-1]}{'e' if found.season.startswith('invernal') else 'o'}"
        return opened(f"{lead} {office.words} {verb} l'orario {season}. {HOURS}")
    return opened(f"{lead} {office.words} {'cambia' if office.number == 1 else 'cambiano'} orario. {HOURS}")

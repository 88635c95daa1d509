"""What kind of notice a page is, by a table of Italian words with weights; no model.

A word counts three times in the title, once and a half in the opening of the text, half a time further on:
the title and the first lines of a municipal page say what it is about, the rest tells conditions.
"""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.day_heads import heads_of
from flows.bulletin.page.kind_words import TABLE
from flows.bulletin.page.no_notice import is_nothing
from flows.bulletin.page.notice import Kind, Notice, below
from flows.bulletin.page.posters import is_staged

_TITLE, _OPENING, _REST = 3.0, 1.5, 0.5
_OPENING_LENGTH = 420  # characters of the text that open it
_LONGEST = 6000  # characters that are looked at: what a page is about never stands further on

_OPENS_OR_CLOSES = Cued(
    r"\b(?:chius\w+|chiud\w+|chiusur\w+|(?<!date e )orari\w*|riapr\w+|riapert\w+"
    r"|apr(?:e|ono|irà|iranno)|apert\w+|apertur\w+|sospe\w+|ricev\w+)\b",
    re.I,
)
_MANY = re.compile(
    r"\b(?:rassegna|(?<!in\s)programma\b|cartellone|calendario\s+(?:degli\s+)?event\w|serie\s+di\s+(?:incontri|event\w)"
    r"|(?:due|tre|quattro|cinque|sei|\d{1,2})\s+(?:incontri|serate|appuntamenti|lezioni|eventi|film)"
    r"|incontri\s+(?:per|formativi|gratuiti)|tornano\s+gli\s+appuntamenti|tanti\s+eventi|giornata\s+mondiale)",
    re.I,
)
_ONE_OF_MANY = re.compile(
    r"\b(?:incontro\s+con\s+l['’]autore|presentazione\s+del|recital|regia\s+di)\b", re.I
)
_PAPER = re.compile(
    r"(?:iscrizion[ei]|domand[ae]|band[oi]|graduatori[ae]|modul[oi]|elenc[oh]\w*|contribut[oi]|voucher|bonus)\b(?!\s(?:evento|festa))",
    re.I,
)
_STILL_OPEN = re.compile(r"\b(?:iscrizion[ei]|domand[ae]|candidatur[ae]|adesion[ei])\b", re.I)
_RANKED = re.compile(
    r"\b(?:graduatori|esit[oi]\b|vincitor|ammess|elenc|risultat|accolt|accettat|valutat|aggiudic)\w*", re.I
)
_HELPERS = re.compile(r"(?:(?:cercasi|cerchiamo|nuovi|diventa)\s)?volontari?o?\b", re.I)
_CONTEST = Cued(  # what one sends something to; whoever holds a prize-giving says so
    r"^(?![^\n]*\b(?:premiazion|premiat|vincitor|mostra|cerimonia)).*\bconcorso\s(?:fotografico|letterario|artistico|grafico"
    r"|di\s(?:poesia|pittura|disegno|idee|fotografia|scrittura|racconti|narrativa|presepi|vetrine))\b",
    re.I | re.M,
)
_EVENTS_OF = re.compile(r"(?:gli\s)?(?:eventi|appuntamenti)\s(?:di|del|della|in|al?)\s", re.I)
_SEEKS = re.compile(r"\b(?:cerchiamo|cercasi|cercansi|si cerca(?:no)?|cercano)\b", re.I)
_EVENT_PAGE = re.compile(r"\bDate e orari\b|\bInizio evento\b")  # the themes' labels of an event's page alone
_FIELDED = Cued(  # `Data: sabato 3 maggio`, `Luogo: Sala Verdi`, each on a line
    r"^\W*(?:data|quando|giorno)\W*:(?!\s*dal)[^\n]*\d{1,2}(?:[°º]?\s[a-z]{4,9}|[/.]\d)[^\n]*\n"
    r"(?:\W*(?:orario?|ore|ora)\W*:[^\n]*\n)?\W*(?:luogo|dove|sede)\W*:",
    re.I | re.M,
)
_WEEKLY = re.compile(  # `Quando: lunedì e giovedì, 9-12`, and no day of the calendar: it is open so
    rf"^\W*(?:quando|giorni|orar[io]|giorni e orari)\W*:\W*(?:ogni\s|tutti i\s|dal\s)?{WEEKDAY}(?!\s\d)",
    re.I | re.M,
)
_IS_DATED = re.compile(rf"\d[°º]?\s{MONTH}|\b\d{{1,2}}([/.-])\d{{1,2}}\1(?:20)?\d\d\b|\d/\d", re.I)
_MET_IN_TITLE = re.compile(
    r": (?:(?:due|tre|quattro|cinque) )?(?:incontri|serate|lezioni|laboratori)\b", re.I
)
_HANDED_OUT = re.compile(
    r"\b(?:i|gli|le) [^.:;,]{3,60}? (?:sono|saranno|verranno) (?:consegnat|distribuit)[ie]"
    r" (?:a tutt|alle famigli|con )",
    re.I,
)
_CARD = re.compile(r"(?m)^\W*Come fare\W*$")  # the themes' label of a service's page, never of an event's
_MEETS = (Kind.health, Kind.service, Kind.campaign, Kind.other)
_ORDINAL = re.compile(r"(?<=\d)[ªa°º^]")
_MEETING = re.compile(  # `Venerdì 11 ottobre alle ore 21.00 presso la Chiesa …`
    rf"{WEEKDAY},?\s\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?,?\s(?:alle\s)?(?:ore\s)?\d{{1,2}}(?:[:.]\d\d)?,?\s"
    r"(?:presso|in|nel|nella|al|alla|c/o)\b",
    re.I,
)
_OCCASION = re.compile(
    r"(?:inaugurazion|presentazion|cerimoni|premiazion|concert|spettacol|conferenz|convegn|mostr)\w+\b", re.I
)
_KEEPS_HOURS = Cued(  # `i cimiteri osserveranno il seguente orario`
    r"\b(?:osserv|seguir)\w+\s(?:dunque\s)?(?:(?:il|i|un)\s|l['’])(?:seguent[ei]\s)?(?:nuov[oi]\s)?orari\w*",
    re.I,
)
_RECRUITS = re.compile(  # of a group that helps where there is danger, and none is near
    r"\bvolontar\w+\b[^.\n]{0,120}\bprotezione\scivile\b|\bprotezione\scivile\b[^.\n]{0,120}\bvolontar", re.I
)
_SHUT_FOR_A_CUT = re.compile(
    r"\bchius\w+\b.*\b(?:per|causa)\s(?:la\s)?(?:mancanza|interruzione|sospensione)\b", re.I
)
_DANGER = re.compile(r"\ballert[ae]\b|\bcriticità\b|\bpre-?allarme\b", re.I)
_FIRST_LINES = 240  # characters
_LIKELY, _SURE = 2.0, 5.0
_ONE_LINE = 140  # characters
_DAY = re.compile(rf"(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}\b", re.I)
_NUMBER = re.compile(
    r"(?:(?:ordinanz|determin|deliber|decret)\w+\s(?:(?:sindacale|dirigenziale|comunale)\s)?(?:n\.?|nr\.?|n[°º])?\s?)?"
    r"[\d/ .-]+(?:\sdel\s[\d/.-]+)?",
    re.I,
)
_SEVERAL_MEETINGS = 3  # days with their hours, whatever a page calls what it lists
_RUNS_OTHERWISE = re.compile(  # `Modifica linee bus per la fiera`
    r"(?:modific|variazion|deviazion|soppression)\w+\b.*\b(?:line[ae]|autobus|bus|corse|fermat[ae]|navett[ae])\b",
    re.I,
)
_BANS_BEHIND = re.compile(  # `Festa della Madonna: divieti`
    r"(?::|,|\s[-–])\s"
    r"(?:divieti|divieto di (?:sosta|transito)|(?:modifiche (?:alla|della|di) )?viabilità)\W*$",
    re.I,
)
_SHUT_STREET = re.compile(
    r"(?:via|viale|piazza|corso|largo|vicolo|strada|ponte|sottopasso|s\.?\s?p\.?)\s.*\bchius[oa]\b", re.I
)
_CAMP = re.compile(
    r"(?:il\s)?(?:centr[oi]|camp\w*)\s(?:ricreativ|estiv|invernal|pasqual|natalizi|vacanz)\w*", re.I
)
_VOTES = re.compile(r"\bsi vota\b|\bvota\b|\bal voto\b", re.I)
_VOTED = re.compile(r"\b(?:bilancio partecipativo|votazion\w|(?:più|progetti) votati|sondaggio)\b", re.I)
_TO_BE_RANKED = re.compile(  # `Avviso di selezione per la formazione di una graduatoria`
    r"\b(?:selezione|avviso|bando|concorso)\b.*\bper (?:la formazione|la costituzione"
    r"|formare)\b.*\bgraduatori",
    re.I,
)
_PROGRAMME = re.compile(  # `Giorno della Memoria: le iniziative`, `Settimana Santa: riti e concerti`
    r"\b(?:iniziative|programma|riti|eventi|appuntamenti|celebrazioni|festeggiamenti|concerti|rassegna)\b",
    re.I,
)
_SEASON = re.compile(  # what a Comune calls all that it offers in those weeks
    r"(?:aspettando (?:il )?)?(?:natale|estate|carnevale|autunno|primavera|inverno|pasqua|halloween"
    r"|settembre|agosto"
    r"|luglio|dicembre|ferragosto)\b(?!.*\b(?:iscri|domand|bando|contribut|centr[io] estiv)\w*)",
    re.I,
)
_OPENS_A_CALL = re.compile(
    r"\b(?:è|sono)\s(?:stat[oaie]\s)?(?:uscit|apert|pubblicat|indett|online)[oaie]?\s(?:il|i|lo|la|le|l['’]|un|una)\s?"
    r"(?:nuov[oi]\s)?(?:bando|bandi|avviso|selezione|concorso)\b",
    re.I,
)
_LEAST = 0.2  # an address below the title makes no road work


def kind_of(notice: Notice) -> Kind:
    """The kind of a notice, `Kind.nothing` for what is none; `Kind.other` where no word of the table
    stands.
    """
    dated = [row for row in notice.rows if row.when]
    met = {row.when for row in dated if row.hours and row.list and re.search(r"\d", row.when)}
    return _kind_of(notice.title, notice.source, len({row.when for row in dated}), len(met))


def next_kind(notice: Notice) -> Kind | None:
    """The kind of a notice that lacks what its first one must tell, where its title does not speak for that.

    `Numero verde per i lampioni spenti` says below that one tells the street: it is no road work.
    """
    is_titled = _NUMBER.fullmatch(notice.title) is None
    found = scores(notice.title, notice.source)
    first, second = sorted(found, key=lambda kind: -found[kind])[:2]
    in_title = any(kind is first and words.search(notice.title.lower()) for kind, _, words in TABLE)
    if not is_titled or in_title:
        return None
    return second if found[second] else Kind.other


def scores(title: str, source: str) -> dict[Kind, float]:
    """How much speaks for each kind: for the editor's question why, and for tests."""
    body = below(title, source)
    head = title
    if not title or _NUMBER.fullmatch(title):  # a register's number: the act's own title is the text
        head = body[:200]
    small = body[:_LONGEST].lower()
    named = head.lower()
    found = dict.fromkeys(Kind, 0.0)
    for kind, weight, words in TABLE:
        if words.search(named):
            found[kind] += weight * _TITLE
        elif match := words.search(small):
            found[kind] += weight * (_OPENING if match.start() < _OPENING_LENGTH else _REST)
    if not _OPENS_OR_CLOSES.search(f"{head}\n{body[:_LONGEST]}"):
        found[Kind.hours] = 0.0  # a library alone says nothing of its hours
    if _RUNS_OTHERWISE.match(head):
        found[Kind.event] = 0.0
        found[Kind.service] = max(found[Kind.service], found[Kind.hours] + _LEAST)  # a feast is why
    if _BANS_BEHIND.search(head):
        found[Kind.event] = found[Kind.hours] = 0.0  # the feast is why one may not park
        found[Kind.road] += _SURE
    if _SHUT_STREET.match(head):
        found[Kind.hours] = min(found[Kind.hours], found[Kind.road] - _LEAST)
    if _CAMP.match(head):
        found[Kind.hours] = 0.0  # what is closed meanwhile is the school
    if _VOTES.search(head):
        found[Kind.result] = min(found[Kind.result], found[Kind.campaign] - _LEAST)  # nothing came out yet
    if _VOTED.search(head):
        found[Kind.hours] = 0.0  # what was closed is the vote
    if _OCCASION.match(head) and not _OPENS_OR_CLOSES.search(head):
        found[Kind.hours] = min(found[Kind.hours], found[Kind.event] - 1)  # its hours are no office's
    if _RECRUITS.search(head) and not _DANGER.search(f"{head}\n{body[:_OPENING_LENGTH]}"):
        found[Kind.alert] = 0.0
    if _SHUT_FOR_A_CUT.search(head):
        found[Kind.supply_cut] = min(found[Kind.supply_cut], found[Kind.hours] - 1)
    if _WATER_BANNED.search(body) and not _CUT_OFF.search(head):
        found[Kind.supply_cut] = 0.0  # water runs; what one may do with it is the news
    if (shut := _ORDERED_SHUT.search(body)) and not _OF_ROADS.search(shut[0]):
        found[Kind.hours] = max(found.values()) + 1  # what is shut is the news, whatever it is called
    if _ID_CARD.search(head):
        found[Kind.deadline] = 0.0  # whose validity ends: nobody makes a request by a term
    if _STILL_OPEN.search(head) and not _RANKED.search(head):
        found[Kind.result] = min(found[Kind.result], found[Kind.deadline] - 1)  # a list that is yet to come
    if _TO_BE_RANKED.search(head):
        found[Kind.result] = 0.0  # who is to be ranked is sought
        found[Kind.job] = max(found[Kind.job], found[Kind.deadline]) + _LIKELY
    if _EVENTS_OF.match(head):
        found[Kind.event] = max(found[Kind.event], found[Kind.hours] + 1)
    if _CONTEST.search(f"{head}\n{body[:_FIRST_LINES]}"):
        found[Kind.deadline] = max(found.values()) + _LIKELY
    if _HELPERS.match(head):
        found[Kind.hours] = 0.0  # they are sought, for whatever is open
    if _PAPER.match(head) or _SEEKS.search(head):
        found[Kind.event] = 0.0  # `Iscrizioni al nido Primo Incontro`
        found[Kind.health] *= not _SEEKS.search(head)  # a helper's certificate is none of the matter
    elif _EVENT_PAGE.search(body) or is_staged(body) or (not any(found.values()) and _is_a_day(title, body)):
        found[Kind.event] += _SURE
    is_met = max(found, key=lambda kind: found[kind]) in (Kind.event, Kind.service)
    if is_met and _OPENS_A_CALL.search(body[:_FIRST_LINES]):
        called = max((Kind.deadline, Kind.job), key=lambda kind: found[kind])
        found[called] = max(found.values()) + _LEAST  # whatever meetings its page lists
    if _MET_IN_TITLE.search(head) and _IS_DATED.search(body):
        found[Kind.event] = max(found.values())  # it comes before the others
    if _HANDED_OUT.search(body[:_OPENING_LENGTH]):
        found[Kind.service] = max(found[Kind.service], found[Kind.event]) + _LEAST  # one goes and takes it
    if _CARD.search(body):
        found[Kind.service] = max(found[Kind.service], found[Kind.event] + 1)
    if _WEEKLY.search(body[:_LONGEST]) and not _IS_DATED.search(source):
        found[Kind.event] = min(found[Kind.event], max(found[kind] for kind in _MEETS) - _LEAST)
    elif _FIELDED.search(body[:_LONGEST]) and not _PAPER.match(head):
        found[Kind.event] = max(found[Kind.event], *(found[kind] + 1 for kind in _MEETS))
    if _KEEPS_HOURS.search(body[:_OPENING_LENGTH]):
        found[Kind.hours] += _SURE
    if _MEETING.search(body[:_FIRST_LINES]) and not _PAPER.match(head):
        found[Kind.event] += _LIKELY
    return found


_WATER_BANNED = re.compile(
    r"\bvieta\w*\s[^.;]{0,60}\bacqua\b[^.;]{0,60}\b(?:scopi|usi|irrig|innaff)\w*", re.I
)
_ID_CARD = re.compile(r"\bcart[ae] (?:d['’]\s?|di )identità\b", re.I)
_ORDERED_SHUT = re.compile(
    r"\boggetto\W{1,4}[\"“«][^\"”»]{0,300}?(?:[\"“«:,]\s?|\se\s)"
    r"(?:chiusura|sospensione delle lezioni)\b[^\"”»]*",
    re.I,
)
_OF_ROADS = re.compile(r"\b(?:traffico|transito|via|piazza|strad[ae]|ponte|circolazione)\b", re.I)
_CUT_OFF = re.compile(r"\b(?:interruzion|sospension|mancanz|chiusur|disserviz)", re.I)


def _is_a_day(title: str, body: str) -> bool:
    """Whether the text below a title is the day on which it happens, and perhaps its hour and place."""
    lines = [line.strip(" .") for line in body.splitlines() if line.strip(" .")]
    heading = plain(_ORDINAL.sub("", title))
    lines = [line for line in lines if plain(_ORDINAL.sub("", line)) != heading]
    return len(lines) == 1 and _DAY.match(lines[0]) is not None and len(lines[0]) <= _ONE_LINE


def _has_days(source: str) -> bool:
    """Whether a page is laid out by days: several are heads of what happens then."""
    return len(heads_of(source)) >= _SEVERAL_MEETINGS


@lru_cache(maxsize=64)
def _kind_of(title: str, source: str, days: int, met: int) -> Kind:
    if is_nothing(title, source):
        return Kind.nothing
    found = scores(title, source)
    best = max(found, key=lambda kind: found[kind])
    if met > _SEVERAL_MEETINGS and _SEASON.match(title) and best in (Kind.deadline, Kind.hours, *_MEETS):
        return Kind.programme
    if best in (Kind.hours, Kind.deadline, Kind.campaign) and _PROGRAMME.search(title) and _has_days(source):
        return Kind.programme
    if found[best] < _LEAST:
        return Kind.programme if met >= _SEVERAL_MEETINGS else Kind.other
    if best is Kind.event and (_MANY.search(source[:1200]) or days > 1) and not _ONE_OF_MANY.search(source):
        return Kind.programme
    return best

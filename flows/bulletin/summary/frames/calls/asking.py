"""Where one takes a request, and how much one may ask for: `all'Ufficio Protocollo`, `fino a 10 piantine`."""

import re

from flows.bulletin.language.articles import gender_of
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL, WEEKDAY
from flows.bulletin.page.notice import Notice, Slot, Told
from flows.bulletin.summary.frames.own_sentences.asked import beginnings_of
from flows.bulletin.summary.frames.own_sentences.sentences import NAMED, Sentence
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.notation import plain_figures

_OFFICE = re.compile(
    r"\b(?:iscrizion|adesion|domand|istanz|prenotazion|candidatur)\w*\b[^.;:]{0,120}?\s"
    r"(?P<where>(?:presso\s(?:l['’]\s?|lo\s|la\s|il\s)|all['’]\s?|allo\s|alla\s|al\s)"
    r"(?:ufficio|sportello|biblioteca|segreteria|protocollo|municipio)\b[^.,;:()|\n\d]{0,50})\.?$",
    re.I,
)
_PERSONALLY = re.compile(
    r"\b(?:iscrizion|adesion|domand|istanz|prenotazion|candidatur)\w*\b[^.;:]{0,60}?\s(?:di\spersona|personalmente)"
    r"\s(?P<where>(?:presso\s(?:l['’]\s?|lo\s|la\s|il\s)|all['’]\s?|allo\s|alla\s|al\s)"
    r"(?:ufficio|sportello|biblioteca|segreteria|protocollo|municipio)\b[^.,;:()|\n]{0,50}?)"
    r"(?=\s(?:che|entro|dal|nei|negli|il|recandosi|su)\b|[.,;(]|$)",
    re.I,
)
_WEEKDAYS = re.compile(
    rf"\b(?:nei\sgiorni\s(?:di\s)?|nelle\sgiornate\sdi\s|il\s)(?P<days>{WEEKDAY}(?:,\s{WEEKDAY}){{0,4}}"
    rf"(?:\se\s{WEEKDAY})?)(?!\s\d)",
    re.I,
)
_DESK_HOURS = re.compile(
    r",?\sdalle\s(?:ore\s)?\d{1,2}(?:[.:]\d\d)?\salle\s(?:ore\s)?\d{1,2}(?:[.:]\d\d)?(?![\d:]|\.\d)"
)
_NOT_THERE = re.compile(r"\bnon\s(?:si\s|è\s|va\b|vanno\b|dev\w+|occorr\w+|serv\w+|poss\w+|può\b)", re.I)
_EACH_ITS_DAY = re.compile(
    rf"[\s,(]*(?:per|a)\s(?:i|gli|le|chi)\b|[\s,(]*(?:dalla|cognom\w+)\b|[\s,]*(?:e\s)?(?:il\s)?{WEEKDAY}",
    re.I,
)
_BY_SOME = re.compile(
    r"\b(?:non|sol[oi]|soltanto|chi|se|qualora|anche|per\s(?:i|gli|le|chi)|over|under|anzian\w+|aiut\w+|assist\w+)\b",
    re.I,
)
_NEAR = 90  # characters before a town in which stands who sends what there
_NAME_OF_TOWN = r"(?P<name>[A-ZÀ-Ý][\w'’]+(?:\s(?:(?:di|del|della|sul|in|al)\s|d['’])?[A-ZÀ-Ý][\w'’]+){0,3})"
_TOWN = re.compile(
    rf"\b(?:present|consegn|invi|trasm)\w+\s(?:[^.;:]{{0,40}}?\s)?al\s[Cc]omune\sdi\s{_NAME_OF_TOWN}"
)
_COPY = re.compile(
    r"\b(?:copia|copie|ricevut\w+|rendicont\w+|document\w+|allegat\w+|comunicazion\w+|ricors\w+)\b", re.I
)
_ANY_TOWN = re.compile(rf"\bComune\sdi\s{_NAME_OF_TOWN}")
_OTHERWISE = re.compile(r"\b(?:ovvero|o|ma|entro|dal|al \d)\b", re.I)
_BESIDE = re.compile(r"\b(?:pec|e-?mail|mail|online|on[- ]line|posta|oppure)\b", re.I)
_UP_TO = re.compile(
    r"\b(?:possono|può|potranno|potrà|puoi)\s(?P<verb>prenotare|richiedere|chiedere|ritirare|ricevere|acquistare)\s"
    r"(?:fino\sa(?:d)?(?:\sun\smassimo\sdi)?|un\smassimo\sdi|al\smassimo|massimo)\s"
    r"(?P<what>(?:\d{1,3}|due|tre|quattro|cinque|dieci)\s[a-zà-ù]+(?:\s(?!per\b|a\b)[a-zà-ù]+)?"
    r"(?:\s(?:per|a)\s(?:(?:ogni|ciascun\w?)\s)?[a-zà-ù]+(?:\sfamiliare)?)?)(?=[\s,.;:])",
    re.I,
)
_WRITES = re.compile(
    r"\b(?:(?:inviando|scrivendo|mandando|tramite|via|per)\s(?:un['’]?a?\s?)?(?:e-?)?mail)\b", re.I
)
_NOT_BY_MAIL = re.compile(
    r"\b(?:oppure|o\s(?:telefon|al|all|presso|recand)\w*|ovvero|telefon\w+|online|on-line|sportell\w+|di\spersona"
    r"|ufficio|modul\w+)\b",
    re.I,
)
_FREE = re.compile(r"\bgratuit[oaie]\b", re.I)


def office_of(told: Told, body: str = "") -> str:
    """`all'ufficio servizi sociali`, `di persona allo sportello casa il lunedì`, `al Comune di Po`; "" where
    there is another way, or none is told beside the term.
    """
    if not _BESIDE.search(told.sentence) and (
        said := _in_person(told.sentence) or _at_town(told.sentence, body)
    ):
        return said
    found = _OFFICE.search(told.sentence.strip())
    if found is None or _NOT_THERE.search(told.sentence[: found.start("where")]):
        return ""
    if _OTHERWISE.search(found["where"]) or _BESIDE.search(told.sentence):
        return ""
    where = worded(found["where"]).rstrip(".")
    return where[:1].lower() + where[1:]


def _in_person(sentence: str) -> str:
    """`di persona all'Ufficio Casa, il lunedì e venerdì dalle 9 alle 12`, of the sentence with the term."""
    found = _PERSONALLY.search(sentence)
    if found is None or _BY_SOME.search(sentence[: found.start("where")]):
        return ""
    where = worded(found["where"]).rstrip(".").replace("’", "'")
    said = f"di persona {where[:1].lower()}{where[1:]}"
    days = _WEEKDAYS.search(sentence, found.end())
    if days is None:
        return said
    hours = _DESK_HOURS.match(sentence, days.end())
    if _EACH_ITS_DAY.match(sentence, (hours or days).end()):
        return said
    at = f" {plain_figures(hours[0].strip(' ,'))}" if hours else ""
    return f"{said}, il {days['days'].lower()}{at}"


def _at_town(sentence: str, body: str) -> str:
    """`al Comune di Po`, where the page speaks of another Comune, too."""
    found = _TOWN.search(sentence)
    if found is None or any(one.search(sentence[: found.end()][-_NEAR:]) for one in (_BY_SOME, _COPY)):
        return ""
    others = {town["name"] for town in _ANY_TOWN.finditer(body)} - {found["name"]}
    return f"al Comune di {found['name']}" if others else ""


def up_to(notice: Notice, clause: str, told: Told | None) -> Sentence | None:
    """`Puoi prenotare per e-mail fino a 10 piantine gratuite per famiglia entro il 30 settembre.`"""
    found = _UP_TO.search(notice.body)
    if found is None:
        return None
    verb = "chiedere" if found["verb"].lower() == "richiedere" else found["verb"].lower()
    what = _free(found["what"]) if _FREE.search(notice.title) else found["what"]
    by_when = f" {clause}" if told is not None and found[0] in told.sentence else ""
    way = _by_mail(found, notice.body)
    names = beginnings_of(found["what"]) & beginnings_of(notice.title)
    slots = {Slot.amount, Slot.how, *([Slot.what] if names else []), *([Slot.deadline] if by_when else [])}
    return Sentence(f"Puoi {verb}{way} fino a {what}{by_when}.", frozenset(slots), bool(names), NAMED, -0.5)


def _free(what: str) -> str:
    """`10 piantine gratuite per famiglia`: the things are free, and not the booking of them."""
    number, noun, *rest = what.split(" ")
    gender = gender_of(noun.lower())
    free = f"gratuit{gender.ending}" if gender and gender.is_plural else "gratis"
    at = next((place for place, word in enumerate(rest) if word in ("per", "a")), len(rest))
    return " ".join([number, noun, *rest[:at], free, *rest[at:]])


def _by_mail(found: re.Match[str], body: str) -> str:
    """` per e-mail`, where the sentence that says how much one may book or ask for has no other way."""
    if found["verb"].lower() not in ("prenotare", "richiedere", "chiedere"):
        return ""
    sentence = next((one for one in split(body) if found[0] in one), "")
    after = sentence.partition(found[0])[2]
    by_mail = _WRITES.search(after) is not None and EMAIL.search(body) is not None
    return " per e-mail" if by_mail and not _NOT_BY_MAIL.search(after) else ""

"""What a text points to and does not tell: the list behind `che prevede`, the ban behind `Il divieto è`."""

import re
from collections.abc import Iterator

from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days

_ANNOUNCES_LIST = re.compile(
    r"\bche (?:prevede|dispone|stabilisce|ordina|comprende|riguarda)\.|\bdi (?:provvedere|procedere)\."
)
_NAME_IN_NAME = re.compile(  # `«“Mille note” arriva a Po»`, `È pubblicato l'avviso - Ricerca di volontari`
    r"«[“\"][^«»”\"]+[”\"] [a-zà-ù][^«»]*»"
    r"|\bpubblicato (?:l['’]avviso|il bando)(?: pubblico)? [-–] [A-Z][a-zà-ù]+"
)
_THAT_BAN = re.compile(r"(?:^|(?<=[.] ))(?:Il|Tale|Questo) divieto (?:non|è|vale|si|resta|riguarda)\b")
_A_BAN = re.compile(r"\b(?:viet|divie)\w+", re.I)


_SHUT_FIRST = re.compile(r"[^.]{0,80}\b(?:rester|rimarr|sar)(?:à|anno) chius[oaie]\b[^.]*\.")
_SHUTS = re.compile(r"\bchiu[sd]\w+|\bannullat\w+|\brinviat\w+", re.I)
_WHO_ALONE = re.compile(  # `Residenti a Po con un ISEE che non supera …`: they do what?
    r"(?:^|(?<=[.] ))(?:Residenti|Titolari|Famiglie|Nuclei|Studenti|Genitori|Alunni|Persone)\s"
    r"(?:a|al|con|di|del|della)\s"
    r"(?![^.]*\b(?:possono|devono|hanno|sono|potranno|dovranno)\b)[^.]*"
)
_VOTES = re.compile(r"\b(?:referendum|elezion\w)\b", re.I)
_BOOKS = re.compile(r"\bpuoi (?:prenotare|iscriverti)\b", re.I)
_TO_THE_POLL = re.compile(r"\b(?:trasport|accompagn|domicil|tessera|duplicat)\w*", re.I)
_FOR_CLOSING = re.compile(r"Per la chiusura\b")
_HOUR = re.compile(r"\b(?:dalle|alle|ore) \d{1,2}(?::\d\d)?\b", re.I)
_OF_EACH_DAY = re.compile(
    rf"\b(?:ogni|tutti i giorni|tutte le|di notte|feriali|festivi|{WEEKDAY})(?!\w)"
    r"|\b(?:giorni|date|calendario)\b[^.]* (?:nella pagina|che trovi)",
    re.I,
)
_ON_A_DAY = frozenset({Kind.supply_cut, Kind.road})


def left_open(text: str, notice: Notice) -> Iterator[str]:
    """Why one who reads the text alone would ask «which?»: Italian sentences, for the editor."""
    if match := _ANNOUNCES_LIST.search(text):
        yield f"«{match[0]}»: che cosa, il testo non lo dice."
    if match := _NAME_IN_NAME.search(text):
        yield f"In «{match[0].strip('«»')}» due titoli sono attaccati."
    if (match := _THAT_BAN.search(text)) and not _A_BAN.search(text[: match.start()]):
        yield f"«{match[0]}»: quale, il testo non lo dice."
    if _VOTES.search(notice.title) and (match := _BOOKS.search(text)) and not _TO_THE_POLL.search(text):
        yield f"«{match[0]}»: per votare non serve, e il testo non dice per che cosa."
    if match := _WHO_ALONE.search(text):
        yield f"«{match[0]}» non è una frase: manca il verbo."
    if notice.kind in OCCASIONS and (match := _SHUT_FIRST.match(text)) and not _SHUTS.search(notice.title):
        yield f"«{match[0]}» non è l'appuntamento."
    if notice.kind is Kind.hours and (match := _FOR_CLOSING.match(text)):
        yield f"«{match[0]}»: che cosa è chiuso, il testo lo deve dire per primo."
    hour = _HOUR.search(text) if notice.kind in _ON_A_DAY else None
    if hour and not (calendar_days(text) or _OF_EACH_DAY.search(text)):
        yield f"«{hour[0]}»: di quale giorno, il testo non lo dice."

"""What a text says of the whole and holds for a part: a range without its last days, one place of two."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.checks.named import stems

_SUPPLY = re.compile(
    r"\b(?:acqu\w+|idric\w+|corrente|luce|elettric\w+|energia|gas|telefon\w+|internet|linea|riscaldament\w+|turni)\b",
    re.I,
)
_ORDERS = re.compile(r"Si (?:ordina|dispone)\b")
_AN_ORDER = re.compile(
    r"\bdi [a-zà-ù]+(?:are|ere|ire|rsi)\b|\bche\b|\b(?:il|la|lo|i|gli|le|un|una) "
    r"(?!utent|cittadin|proprietar|resident)[a-zà-ù]{4,}"
    r"|\bl['’](?:obblig|istituz|apertur|interruz|evacuaz|abbattim|immediat|attivaz)",
    re.I,
)
_BARE_BAN = re.compile(
    r"(?:È|Sono) vietat[oaie] (?:la sosta|il transito|la circolazione|la fermata)[^.\d]{0,30}\."
)
_GO_THERE = re.compile(r"\bVai (?:in|a|al|alla|presso)\b[^.]*")
_BY_THEN = re.compile(r"\b(?:entro|C'è tempo fino)\b")
_RANGE = re.compile(
    r"D(?:a|al|all['’])\s?[^.]{3,40}? al?(?:l['’])? ?[^.]{3,30}?(?=,| c'è| ci sono| nel| in )"
)
_IN_RESERVE = re.compile(r"\bin caso di (?:pioggia|maltempo)\b[^.]*\b(?:rinvi|recuper|spost|slitt)", re.I)
_REPEATED = 3  # stems: `Iscriviti.` repeats no `L'iscrizione costa 15 euro`
_NO_WATER = re.compile(r"(?:È vietato|Non si può) (?:usare|bere) l['’]acqua", re.I)
_SOMEWHERE = re.compile(r"\b(?:frazion\w|localit\w|contrad\w|zon[ae]|vi[ae]|piazza|borg\w)\b", re.I)
_SUMMER = 7  # the month


def half_told(text: str, notice: Notice) -> Iterator[str]:
    """What is said of a whole and holds for a part: a range without its last days, one place of several."""
    sentences = split(text)
    if notice.kind is Kind.supply_cut and not _SUPPLY.search(text):
        yield "Il testo non dice che cosa manca."
    if _NO_WATER.search(text) and _SOMEWHERE.search(notice.source) and not _SOMEWHERE.search(text):
        yield "Il testo non dice dove l'acqua non si può usare."
    if any(map(_ORDERS.match, sentences)) and not any(map(_AN_ORDER.search, sentences)):
        yield "Il testo non dice che cosa si ordina."
    if notice.kind is Kind.road and any(map(_BARE_BAN.fullmatch, sentences)):
        yield "Un divieto senza via e senza giorno non dice niente."
    places = [stems(place.words) for place in notice.slots.get(Slot.place, ())]
    if (match := _GO_THERE.search(text)) and not all(stems(match[0]) & place for place in places):
        yield f"«{match[0]}»: la pagina dice più luoghi."
    if sum(map(bool, map(_BY_THEN.search, sentences))) > 1 and "C'è tempo" in text:
        yield "Il testo dice due termini, e il secondo non dice di che cosa."
    if notice.kind in OCCASIONS and (match := _RANGE.match(text)):
        told = calendar_days(match[0])
        last = max(map(_of_season, told), default="")
        listed = map(_of_season, calendar_days(notice.source))
        if last and any(day > last for day in listed) and not _IN_RESERVE.search(notice.body):
            yield f"«{match[0]}»: la pagina dice anche giorni che vengono dopo."
    own = [stems(said) for said in sentences if "nella pagina" not in said]
    if any(len(one) >= _REPEATED and one <= other for one in own for other in own if one is not other):
        yield "Una frase ripete quello che dice un'altra."


def _of_season(day: str) -> str:
    """January after December: a winter's programme is one."""
    month = int(day[-5:-3])
    return f"{month + 12 if month < _SUMMER else month:02}-{day[-2:]}"

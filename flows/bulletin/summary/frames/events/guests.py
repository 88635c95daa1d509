"""For whom an event is, as its page says of all of it."""

import re

from flows.bulletin.language.signals import TIME
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events.happening import LIFE
from flows.bulletin.summary.frames.events.sittings import all_words

_ALL = re.compile(r"(apert[oaie] a tutt[ie]),\s.*")  # `aperto a tutti, coppie e single`
_GRATIS = re.compile(r"\be sono gratuiti\b")
_EVERYBODY = re.compile(r"(?:per|a|alla)\s(?:tutt[aei]\s)?(?:la\s)?cittadinanza\b", re.I)
_OF_A_PRICE = re.compile(
    r"\b(?:ingresso|bigliett\w+|costo|ridott\w+|quota|tessera|green pass|euro)\b|€", re.I
)
_DUTY_OF = re.compile(
    r"\b(?:obblig\w+ d\w+|casco|accompagnat\w|deleg\w+|autorizzazion\w+|assicurazion\w+)\b", re.I
)
_CONDITION = re.compile(r"\d|riservat|\bsol[oi]\b|minim|maggiorenn|resident", re.I)


_ALL_COME = re.compile(r"\bapert[oa] a tutt[iea]\b", re.I)
_OF_A_PART = re.compile(
    r"\b(?:laborator\w+|giochi|spazi?o?|area|animazion\w+|gonfiabili|giostr\w+|trenin\w+|truccabimbi|pony|intrattenimento"
    r"|merenda)\b[^.;\n]{0,40}$",
    re.I,
)


_OF_CARS = re.compile(  # `il parcheggio della scuola è riservato ai residenti`: all others may come
    r"\b(?:parchegg\w+|posteggi\w*|sosta|post[oi] (?:auto|macchina)|stall[oi]|tavol[oi])\b[^.;:]*$", re.I
)
AGES = re.compile(r"\bda(?:i)? (?P<from>\d{1,2}) a(?:i)? (?P<to>\d{1,2}) anni\b", re.I)


def people_of(notice: Notice, *, has_own: bool) -> str:
    """The words for whom it is; never what stands in the title or between quotes,
    nor the people of one row.
    """
    title = folded(notice.title)
    of_parts = len({clauses.hours_clause(words) for words in all_words(notice, Slot.hours)}) > 1
    for told in notice.slots.get(Slot.who, ()):
        words = _ALL.sub(r"\1", re.split(r"\s[“\"«]", told.words.strip(" ."), maxsplit=1)[0])
        at = notice.source.find(told.words)
        is_in_a_row = any(row.start <= at < row.end for row in notice.rows)
        if told.row is None and _ALL_COME.search(notice.source) and not re.search(r"\d", words):
            continue  # `dedicata a famiglie e amici … percorso aperto a tutti`
        if is_in_a_row and not all(told.words in notice.source[row.start : row.end] for row in notice.rows):
            continue  # of one of them
        before = notice.source[max(0, at - 60) : max(0, at)]
        if _OF_CARS.search(told.sentence.partition(told.words)[0]) and not _OF_CARS.search(title):
            continue
        if not is_in_a_row and _OF_A_PART.search(before) and not _OF_A_PART.search(title):
            continue  # `laboratori didattici per i bambini` of a feast for all
        if told.row is None and LIFE.match(told.sentence):
            continue  # `Ada Neri tiene corsi per ragazzi`
        if len({ages.groups() for ages in AGES.finditer(told.sentence)}) > 1:
            continue  # `dai 3 ai 6 anni il primo giorno, dai 7 ai 10 il secondo`
        if _DUTY_OF.search(told.sentence) and told.row is None:
            continue  # `casco obbligatorio per i minori`: all may come
        if of_parts and TIME.search(told.sentence):
            continue  # of one of them
        if words.lower().startswith("per ") and _OF_A_PRICE.search(told.sentence):
            continue  # `ingresso libero, con biglietto per gli adulti`: all may come
        if (told.row is not None and (has_own or told.row.list)) or " " not in words or '"' in words:
            continue
        if (
            " ".join(folded(words).split()[:3]) in title
            or _EVERYBODY.match(words)
            or clauses.is_matter(words)
        ):
            continue
        if has_own or clauses.audience_phrase(words) or clauses.is_everyone(words) or re.search(r"\d", words):
            return "" if has_own else words
    return ""


def is_open_to_all(notice: Notice) -> bool:
    """Whether the page says of all of it, and with no condition beside, that it is for everybody."""
    told = notice.slots.get(Slot.who, ())
    return any(
        one.row is None and clauses.is_everyone(_ALL.sub(r"\1", _GRATIS.sub("", one.words))) for one in told
    ) and not any(_CONDITION.search(one.words) for one in told)

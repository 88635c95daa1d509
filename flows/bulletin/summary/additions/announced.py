"""A text that leaves out what its kind must tell, with word by name of what is left to the page.

It stands only where no text tells it: who reads `Gli orari sono nella pagina.` knows what to look for.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.slots import required
from flows.bulletin.page.told_slots import figures, tells
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.contrasts import EXCEPTIONS
from flows.bulletin.summary.checks.measures_told import LETS_OFF
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS

_NAMES = {
    Slot.who: ("requisiti", "requisiti"),
    Slot.when: ("giorni", "giorni"),
    Slot.hours: ("orari", "orari"),
    Slot.place: ("luogo", "luoghi"),
    Slot.amount: ("importi", "importi"),
    Slot.how: ("modalità", "modalità"),
}  # of one, and of several
_OF_RESULTS = {Slot.deadline: ("termini", "termini")}  # to react: they are counted, not dated
_ARTICLES = {"luogo": "Il", "orari": "Gli", "importi": "Gli", "modalità": "Le"}
_OF_OCCASIONS = frozenset({Slot.when, Slot.hours, Slot.place})
_DATED = frozenset({*OCCASIONS, Kind.road, Kind.supply_cut, Kind.hours, Kind.alert})
"""Kinds whose day nobody looks up: a text without it is not sent."""
_NEVER = frozenset({Kind.alert, Kind.recall, Kind.nothing})
_MUCH_MORE = 2.0  # times
_MOST = 4  # names that one reads at once
_WEEKLY = re.compile(rf"\b(?:ogni|tutti i|tutte le|dal?)\s{WEEKDAY}", re.I)
_SEVERAL = 3  # days that a text may leave to the page: of one alone it is what one wants to know
_LEFT = re.compile(
    r"(?P<what>(?!Come|Dove)(?:[A-ZÀ-Ý][a-zà-ù]+)(?:,? (?!dove|come)[a-zà-ù]+){0,6}) (?:è|sono)"
    r" nella pagina\."
)
_AND = re.compile(r", | ed? (?:(?:gli|le|i|il|la|lo) )?")
_ARTICLE = re.compile(r"(?:Gli|Le|I|Il|La|Lo) ")
_EXCEPTED = re.compile(r"\b(?:esclus[oaie]|esent[ei]|eccezion[ei]|eccett\w+|tranne|deroga|salv[oi])\b", re.I)
_FORBIDS = re.compile(r"\bviet(?:a|ano|at[oaie])\b", re.I)
_LEANS = re.compile(r"\b(?:stess[aeio]|suddett\w+|predett\w+)\b", re.I)


def announced(text: str, notice: Notice, limit: int) -> Iterator[str]:
    """`text` with `Giorni, orari e importi sono nella pagina.` for the slots that it leaves out, or, of a
    ban, with word of the exceptions that the page lists.
    """
    own = " ".join(said for said in split(text) if not gate.IN_PAGE.search(said))
    if notice.kind in _NEVER or gate.leaves_all(text) or not own or _LEANS.search(own):
        return
    if notice.kind in _DATED and not figures(own):
        return
    is_ban = _FORBIDS.search(own) and LETS_OFF.search(notice.source) and not _EXCEPTED.search(own)
    if is_ban and utf16(f"{own} {EXCEPTIONS}") <= limit:
        yield f"{own} {EXCEPTIONS}"
    names = _NAMES | (_OF_RESULTS if notice.kind is Kind.result else {})
    slots = [slot for slot in names if slot in required(notice.kind) and _is_left(own, slot, notice)]
    if notice.kind is Kind.result:
        slots = [slot for slot in slots if slot is not Slot.place]  # where what has won will stand
    if notice.kind in OCCASIONS:
        slots = [slot for slot in slots if slot in _OF_OCCASIONS]
    if not 0 < len(slots) <= _MOST or (Slot.when in slots and not _has_several_days(notice)):
        return
    told = f"{own} {_sentence([names[slot][len(notice.slots[slot]) > 1] for slot in slots])}"
    if utf16(told) <= limit:
        yield told
    kept = [said for said in split(text) if gate.IN_PAGE.search(said) and said != OTHERS]
    both = told_once(" ".join([told, *kept]), notice) if kept else ""
    if both and utf16(both) <= limit:
        yield both


def told_once(text: str, notice: Notice) -> str:
    """`text` with all that it leaves to the page in one sentence, and without the exceptions where it has the
    only one: `Vie, orari e precauzioni sono nella pagina.`
    """
    sentences = split(text)
    others = [one for one in sentences if one != EXCEPTIONS]
    if len(_EXCEPTED.findall(notice.body)) == 1 and any(map(_EXCEPTED.search, others)):
        is_more = len(notice.body) > _MUCH_MORE * len(text) and len(others) < len(sentences)
        sentences = [*others, OTHERS] if is_more else others
    left = [found for one in sentences if (found := _LEFT.fullmatch(one)) and "resto" not in found["what"]]
    if len(left) < 2 or len({_named(found["what"]) for found in left}) < 2:
        return " ".join(sentences)
    names = list(dict.fromkeys(name for found in left for name in _AND.split(_named(found["what"]))))
    names.sort(key=lambda name: name.startswith("altri "))
    merged = {found[0] for found in left}
    return " ".join([*(one for one in sentences if one not in merged), _sentence(names)])


def _named(what: str) -> str:
    bare = _ARTICLE.sub("", what)
    return f"{bare[:1].lower()}{bare[1:]}"


def _is_left(own: str, slot: Slot, notice: Notice) -> bool:
    told = notice.slots.get(slot, ())
    if slot is Slot.deadline and any(figures(one.words) for one in told):
        return False  # a day of the calendar is told, or no text stands
    return bool(told) and not any(tells(own, one) for one in told)


def _has_several_days(notice: Notice) -> bool:
    told = notice.slots[Slot.when]
    days = {figure for one in told for figure in figures(one.words) if "-" in figure}
    return len(days) >= _SEVERAL or any(_WEEKLY.search(one.words) for one in told)


def _sentence(names: list[str]) -> str:
    """`Giorni e orari sono nella pagina.`, and of one `Gli orari sono nella pagina.`"""
    if len(names) == 1:
        verb = "è" if names[0] == "luogo" else "sono"
        return f"{_ARTICLES.get(names[0], 'I')} {names[0]} {verb} nella pagina."
    listed = f"{', '.join(names[:-1])} e {names[-1]}"
    return f"{listed[:1].upper()}{listed[1:]} sono nella pagina."

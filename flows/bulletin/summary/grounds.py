"""Why a text is as it is: what its page was taken for, the rows it came from, what is left to the page."""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.bulletin.page import told_slots
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.slots import required

_NAMES = {
    Slot.when: "il giorno",
    Slot.hours: "l'orario",
    Slot.place: "il luogo",
    Slot.who: "per chi è",
    Slot.amount: "quanto costa o quanto dà",
    Slot.deadline: "la scadenza",
    Slot.how: "come si fa",
    Slot.exception: "un'eccezione",
    Slot.todo: "che cosa fare",
    Slot.until: "fino a quando",
    Slot.fine: "la multa",
    Slot.level: "il livello",
    Slot.hazard: "il pericolo",
    Slot.zone: "la zona",
    Slot.product: "il prodotto",
    Slot.risk: "il rischio",
}
_SHOWN = 70  # characters of the page's words
_ROWS = 8


@dataclass(frozen=True)
class Grounds:
    """`left` are Italian phrases with the page's own words; `rows` at most eight lines of it."""

    kind: Kind
    rows: tuple[str, ...]
    left: tuple[str, ...]
    unreadable: tuple[str, ...]


def grounds(text: str, notice: Notice) -> Grounds:
    """What an editor may want to know of how `text` was made from its page."""
    return Grounds(
        notice.kind,
        notice.rows_told[:_ROWS],
        tuple(_left(text, notice)),
        tuple(_short(words) for words in notice.unreadable),
    )


def _left(text: str, notice: Notice) -> Iterator[str]:
    for slot in required(notice.kind):
        told = notice.slots.get(slot, ())
        if slot in _NAMES and told and not any(told_slots.tells(text, one) for one in told):
            yield f"{_NAMES[slot]} («{_short(told[0].words)}»)"


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rpartition(' ')[0]}…"

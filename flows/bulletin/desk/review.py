"""What an editor answered in the form, checked: pure, in Italian, and nothing typed is lost."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Decision
from flows.bulletin.dates import giorno, ora
from flows.bulletin.message.markup import parameter
from flows.bulletin.message.render import problems


@dataclass(frozen=True)
class Answer:
    """The form as it came back."""

    decision: str
    texts: tuple[str, ...]  # by the number of the item in the version shown
    order: tuple[str, ...]  # lines like "2. Titolo"; a missing one takes its item out
    note: str
    who: str
    source: str = ""  # of what the site does not tell


@dataclass(frozen=True)
class Reviewed:
    """The items to keep, as (index in the version shown, text), and why it cannot be sent like this."""

    items: tuple[tuple[int, str], ...]
    problems: tuple[str, ...]


def decisions(slot_at: datetime | None) -> dict[Decision, str]:
    """What the editor may choose, in the words of the form."""
    when = f"{giorno(slot_at)} alle {ora(slot_at)}" if slot_at else "subito"
    return {
        Decision.approve: f"Approva: parte {when}",
        Decision.save: "Salva, continuo dopo",
        Decision.postpone: "Non inviare: le notizie passano al prossimo bollettino",
        Decision.discard: "Non inviare e scarta queste notizie",
    }


def decision_of(text: str) -> Decision | None:
    """By the fixed beginning: an upgrade may reword a label while a draft waits."""
    beginnings = {
        "Approva": Decision.approve,
        "Salva": Decision.save,
        "Non inviare:": Decision.postpone,
        "Non inviare e scarta": Decision.discard,
    }
    return next((found for start, found in beginnings.items() if text.startswith(start)), None)


def order_lines(titles: Sequence[str]) -> list[str]:
    """One draggable line an item; the number in front is what counts when it comes back."""
    return [f"{number}. {title}" for number, title in enumerate(titles, start=1)]


def whole(answer: Answer, checked: Reviewed) -> Reviewed:
    """For a fixed text, whose lines all stay in their order: else it comes back with all of them."""
    if [index for index, _ in checked.items] == list(range(len(answer.texts))):
        return checked
    texts = tuple(enumerate(parameter(text) for text in answer.texts))
    return Reviewed(
        texts, ("In questo messaggio le righe sono fisse: rimettile tutte nell'ordine, senza spostarle.",)
    )


def check(shown: Sequence[str], answer: Answer, total: Callable[[int], int]) -> Reviewed:
    """Apply the order and the texts to what was shown.

    `shown`: the texts of the version, by number. `total(n)`: room for n items together, in UTF-16 units.
    """
    found: list[str] = []
    chosen: list[int] = []
    for line in answer.order:
        number = re.match(r"\s*(\d+)", line)
        index = int(number[1]) - 1 if number else -1
        if not 0 <= index < len(shown):
            found.append(
                f'Nell\'ordine non capisco la riga "{line}": deve cominciare con il numero della notizia.'
            )
        elif index in chosen:
            found.append(f"Nell'ordine la notizia {index + 1} compare due volte.")
        else:
            chosen.append(index)
    texts = [parameter(text) for text in answer.texts]
    for index, text in enumerate(texts):
        if index not in chosen and text and text != shown[index]:
            found.append(
                f"Nell'ordine manca la notizia {index + 1} ma il suo testo è stato cambiato: "
                "rimettila nell'ordine o svuota il testo."
            )
    if found:  # keep everything as it was typed, in the order shown
        return Reviewed(tuple(enumerate(texts)), tuple(found))
    kept = tuple((index, texts[index]) for index in chosen)
    room = total(len(kept)) if 1 <= len(kept) <= 5 else 0
    return Reviewed(kept or tuple(enumerate(texts)), tuple(problems([text for _, text in kept], total=room)))

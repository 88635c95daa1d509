"""What an editor answered in the form, checked: pure, in Italian, and nothing typed is lost."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.models import Bulletin, BulletinStatus
from flows.bulletin.language.dates import giorno, giorno_ora, ora, scadenza
from flows.bulletin.language.markup import parameter
from flows.bulletin.message.frame import problems
from flows.bulletin.status import STATUS, named


@dataclass(frozen=True)
class Answer:
    """The form as it came back."""

    decision: str
    texts: tuple[str, ...]  # by the number of the item in the version shown
    order: tuple[str, ...]  # lines like "2. Titolo"; a missing one takes its item out
    note: str
    who: str
    source: str = ""  # of what the site does not tell
    added: str = ""  # numbers of the queue


@dataclass(frozen=True)
class Reviewed:
    """The items to keep, as (index in the version shown, text), and why it cannot be sent like this."""

    items: tuple[tuple[int, str], ...]
    problems: tuple[str, ...]


class Choice(StrEnum):
    """What an editor may ask for, in the order of the form."""

    approve = "approve"
    sample = "sample"  # the draft on the own telephone
    save = "save"
    reread = "reread"  # the site, and what follows for the draft
    send_back = "send_back"  # to who prepared it
    postpone = "postpone"
    discard = "discard"


BEGINNINGS = {
    Choice.approve: "Approva",
    Choice.sample: "Mandami una prova",
    Choice.save: "Salva",
    Choice.reread: "Rileggi",
    Choice.send_back: "Rimanda",
    Choice.postpone: "Non inviare:",
    Choice.discard: "Non inviare e scarta",
}
"""How each label begins, for ever: an upgrade may reword the rest while a draft waits."""

LABELS = {
    Choice.sample: "Mandami una prova sul telefono",
    Choice.save: "Salva, continuo dopo",
    Choice.reread: "Rileggi il sito e aggiorna la bozza",
    Choice.send_back: "Rimanda a chi ha preparato, con la nota",
    Choice.postpone: "Non inviare: le notizie passano al prossimo bollettino",
    Choice.discard: "Non inviare e scarta queste notizie",
}


WHILE_IT_STAYS = "se resta il dato che il sito non riporta"  # two have to approve; without it one is enough
IF_TAKEN_OUT = " oppure se togli il dato che il sito non riporta"
AGAIN = "Approva: hai già approvato, serve di nuovo solo se il testo cambia"  # to who did


def choices(
    slot_at: datetime | None,
    *,
    is_fixed: bool = False,
    is_shared: bool = False,
    is_first: bool = False,
    is_by_one: bool = False,
) -> dict[Choice, str]:
    """What the editor may choose, in the words of the form.

    `is_fixed`: a template of its own, which no news enters. `is_shared`: a second person has a say;
    `is_first`: theirs is still to come; `is_by_one`: they have it only while the text tells what the site
    does not, as `rule` decides.
    """
    when = f"{giorno(slot_at)} alle {ora(slot_at)}" if slot_at else "subito"
    other = ""
    if is_first:
        other = f"; in due, {WHILE_IT_STAYS}" if is_by_one else ", se approva anche un collega"
    elif is_shared:
        other = ", se non cambi il testo" + (IF_TAKEN_OUT if is_by_one else "")
    labels = {Choice.approve: f"Approva: parte {when}{other}", **LABELS}
    if is_fixed:
        labels[Choice.discard] = "Non inviare e scarta questo messaggio"
    left_out = {Choice.reread: is_fixed, Choice.postpone: is_fixed, Choice.send_back: not is_shared}
    return {choice: labels[choice] for choice in Choice if not left_out.get(choice, False)}


def entries(offered: Mapping[Choice, str], names: Sequence[str], done: Collection[str] = ()) -> list[str]:
    """The list of the form: the approval once for each person, who by that says both things at once.

    For the rest, which is seldom, the name is a list of its own: all of it together would be too long.
    `done`: who has approved this very text.
    """
    approvals = [signed(AGAIN if name in done else offered[Choice.approve], name) for name in names]
    return [*approvals, *(label for choice, label in offered.items() if choice != Choice.approve)]


def signed(label: str, name: str) -> str:
    """An approval of this person: `Approva (solo se sei Anna Redazione): parte subito`, since a bare name
    reads as whom it goes to. The name first: a telephone cuts the end of what was chosen.
    """
    beginning = BEGINNINGS[Choice.approve]
    return f"{beginning} ({ONLY_IF}{name}){label.removeprefix(beginning)}"


ONLY_IF = "solo se sei "  # not of forms that wait since before it: they bear the bare name
SIGNED = rf"^{BEGINNINGS[Choice.approve]} \((?:{ONLY_IF})?(.+)\): "  # also for JSON Schema


def decision_of(chosen: str, who: str) -> tuple[str, str]:
    """The decision without its name, and who decides; of two names that differ both, which nobody has.

    `chosen` is what `entries` offers, or the label alone, of a form of before; `who` is the other list.
    """
    match = re.match(SIGNED, chosen)
    if match is None:
        return chosen, who
    names = dict.fromkeys(filter(None, (match[1], who)))
    return f"{BEGINNINGS[Choice.approve]}: {chosen[match.end() :]}", " o ".join(names)


def choice_of(text: str) -> Choice | None:
    """By the fixed beginning."""
    return next((found for found, start in BEGINNINGS.items() if text.startswith(start)), None)


def numbers_of(added: str) -> list[int] | None:
    """The numbers of the queue that an editor wrote, each once: `C7, 12`, or a line of it, `C7 Title`.

    None when it is neither.
    """
    title = r"\s*c ?(\d{1,9})[.)]?\s+(?!(?:e )?c? ?\d)[^\W\d_]"
    if line := re.match(title, added, re.ASCII | re.IGNORECASE):
        return [int(line[1])]
    added = re.sub(r"\bc ?(?=\d)", "", added, flags=re.IGNORECASE)
    if re.fullmatch(r"[\d\s,;.]*", added, re.ASCII):
        return list(dict.fromkeys(int(number) for number in re.findall(r"\d{1,9}", added)))
    line = re.match(r"\s*(\d{1,9})[.)]\s", added, re.ASCII)
    return [int(line[1])] if line else None


def order_lines(titles: Sequence[str]) -> list[str]:
    """One draggable line an item, which fits a telephone; the number in front is what counts when it comes
    back.
    """
    return [f"{position}. {_short(title)}" for position, title in enumerate(titles, start=1)]


_MARKS = " .)…"  # before and behind the title of a line
LINE = 24  # characters of a title: so many stand on one line of a telephone beside the handle and the menu


def _short(title: str) -> str:
    return title if len(title) <= LINE else f"{title[: LINE - 1].rstrip(' ,;:.')}…"


def whole(answer: Answer, checked: Reviewed) -> Reviewed:
    """For a fixed text, whose lines all stay in their order: else it comes back with all of them."""
    if [index for index, _ in checked.items] == list(range(len(answer.texts))):
        return checked
    texts = tuple(enumerate(parameter(text) for text in answer.texts))
    return Reviewed(
        texts, ("In questo messaggio le righe sono fisse: rimettile tutte nell'ordine, senza spostarle.",)
    )


def ordered(before: Sequence[str], titles: Sequence[str], answer: Answer, *, joins: int = 0) -> Reviewed:
    """Apply the order and the texts to what was shown.

    `before` and `titles`: of the version's items, by number. `joins`: how many come from the queue, so that
    every line may go.
    """
    faults: list[str] = []
    chosen: list[int] = []
    for line in answer.order:
        match = re.match(r"\s*(\d{1,9})", line)
        index = int(match[1]) - 1 if match else -1
        if match is None or not 0 <= index < len(before):
            faults.append(
                f'Nell\'ordine non capisco la riga "{line}": deve cominciare con il numero della notizia.'
            )
        elif index in chosen:
            faults.append(f"Nell'ordine la notizia {index + 1} compare due volte.")
        elif not titles[index].strip(_MARKS).startswith(line.strip()[len(match[1]) :].strip(_MARKS)):
            faults.append(
                f"Nell'ordine hai riscritto la riga {index + 1}: lì si sposta o si toglie soltanto. "
                f"Il testo si cambia nel campo della notizia {index + 1}."
            )
        else:
            chosen.append(index)
    texts = [parameter(text) for text in answer.texts]
    for index, text in enumerate(texts):
        if index not in chosen and text and text != before[index]:
            faults.append(
                f"Nell'ordine manca la notizia {index + 1} ma il suo testo è stato cambiato: "
                "rimettila nell'ordine o svuota il testo."
            )
    if not chosen and not joins and not faults:
        faults += problems([], total=0)
    if faults:  # keep everything as it was typed, in the order shown
        return Reviewed(tuple(enumerate(texts)), tuple(faults))
    return Reviewed(tuple((index, texts[index]) for index in chosen), ())


def came_late(bulletin: Bulletin) -> str:
    """For an answer to a bulletin that waits no longer."""
    if bulletin.status == BulletinStatus.expired and bulletin.deadline_at is not None:
        return (
            f"È tardi: il {named(bulletin)} è scaduto {scadenza(bulletin.deadline_at)}. "
            "Non è partito niente; il tuo testo resta nella pagina della bozza."
        )
    return (
        f"Qualcun altro ({bulletin.status_by}, {giorno_ora(bulletin.status_at)}) ha già deciso: "
        f"{STATUS[bulletin.status]}. La tua risposta è conservata ma non ha effetto."
    )

"""What an operator reads: above the checklist in short, on the run's page with the text to paste.

The sentences are those of `[a_mano]` in the texts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.models import Declaration, HandoverKind
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.markdown import escaped
from flows.bulletin.status import counted
from flows.by_hand.lists import TEXT, Lists

Words = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """What waits, and all that an operator needs for it."""

    lists: Lists
    folder: str  # of the files, on the server
    text: str  # to paste
    address: str  # of the citizen's page
    until: str
    declarations: Sequence[Declaration]

    @property
    def name(self) -> str:
        return "canale" if self.lists.kind == HandoverKind.channel else "liste"

    @property
    def places(self) -> dict[str, str]:
        return {"cartella": self.folder, "testo": f"{self.address}/{TEXT}", "entro": self.until}


def box(words: Words, lists: Lists, list_number: int) -> str:
    """Beside one box of the form."""
    if lists.kind == HandoverKind.channel:
        return words["casella_canale"]
    numbers = counted(lists.open[list_number], "numero", "numeri")
    return words["casella_lista"].format(n=list_number, totale=lists.total, numeri=numbers)


def title(lists: Lists, bulletin_id: int) -> str:
    """Of the run that waits, in the list of runs."""
    if lists.kind == HandoverKind.channel:
        return f"Bollettino {bulletin_id} · da pubblicare nel canale"
    left = counted(len(lists.open), "lista", "liste")
    return f"Bollettino {bulletin_id} · da inviare a mano: {left} su {lists.total}"


def brief(words: Words, page: Page) -> str:
    """Above the form, which must stay in sight (Markdown)."""
    return "\n\n".join([*_remark(page), words[f"breve_{page.name}"].strip().format(**page.places)])


def full(words: Words, page: Page) -> str:
    """On the page of the run: what to do, step by step, the text, and what was said so far (Markdown)."""
    parts = [*_remark(page), words[f"pagina_{page.name}"].strip().format(**page.places)]
    if page.lists.kind == HandoverKind.assisted:
        parts.append(_table(page.lists))
    parts += [words["da_incollare"].format(**page.places), _fence(page.text)]
    return "\n\n".join([*parts, *_declared(words, page.declarations)])


def ended(words: Words, declarations: Sequence[Declaration], outcome: str) -> str:
    """The page of a run that waits no longer (Markdown)."""
    return "\n\n".join([f"**{escaped(outcome)}**", *_declared(words, declarations)])


def _remark(page: Page) -> list[str]:
    remark = page.declarations[-1].remark if page.declarations else ""
    return [f"**{escaped(remark)}**"] if remark else []


def _table(lists: Lists) -> str:
    rows = [
        f"| {list_number} | {lists.open.get(list_number, '-')} | "
        f"{'da inviare' if list_number in lists.open else 'inviata, o senza più nessuno'} |"
        for list_number in range(1, lists.total + 1)
    ]
    return "\n".join(["| Lista | Numeri | Stato |", "| --- | --- | --- |", *rows])


def _declared(words: Words, declarations: Sequence[Declaration]) -> list[str]:
    lines = [_sentence(row) for row in declarations if row.people or row.is_last]
    return ["\n".join([words["dichiarato"], "", *(f"- {line}" for line in lines)])] if lines else []


def _sentence(row: Declaration) -> str:
    words = []
    if row.lists:
        several = " " in row.lists
        lists = row.lists.replace(" ", ", ")
        words.append(f"liste {lists}: inviate" if several else f"lista {lists}: inviata")
    if row.is_last:
        words.append("il resto non parte")
    return f"{giorno_ora(row.at)}, {escaped(row.by)}: {'; '.join(words)}"


def _fence(text: str) -> str:
    """As it is: what is copied from here is what was sealed."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}text\n{text}\n{mark}"

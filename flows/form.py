"""The editor's form and the page above it, in Italian: what approve shows, and how an answer is read.

Shaped around the defects of Prefect 3.9.1's form: no Optional, no validators, no max_length, no field named
like a JSON-schema keyword, no default for the decision; built anew for each round because
`with_initial_data` drops titles and descriptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prefect.input import RunInput
from pydantic import Field, create_model

from db.models import Bulletin, BulletinItem
from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.message import markdown_fence, template_name
from flows.bulletin.render import budget, preview, utf16
from flows.bulletin.review import Answer, decisions, order_lines
from flows.settings import Settings


@dataclass(frozen=True)
class Round:
    """What one round shows: the bulletin, its latest version, and what waits outside."""

    bulletin: Bulletin
    version: int
    items: tuple[BulletinItem, ...]
    problems: tuple[str, ...]
    queue: tuple[str, ...]

    @property
    def title(self) -> str:
        """For the run's name, what an editor reads in the list of runs; its state comes before or after."""
        slot, number = self.bulletin.slot_at, len(self.items)
        day = f"Bollettino di {giorno(slot)}" if slot else "Bollettino da inviare subito"
        return f"{day} · {number} {'notizia' if number == 1 else 'notizie'}"

    @property
    def name(self) -> str:
        return f"DA CORREGGERE · {self.title}" if self.problems else f"{self.title} · da approvare"


def room(settings: Settings, dated: datetime, number: int) -> int:
    """UTF-16 units that so many items may use together."""
    return budget(settings.frame(template_name(number)), giorno(dated))


def describe(settings: Settings, draft: Round, now: datetime) -> str:
    """What stands above the form and in the artifact: what is wrong, the preview, the queue (Markdown)."""
    dated = draft.bulletin.slot_at or now
    texts = [item.text for item in draft.items]
    shown = preview(settings.frame(template_name(len(texts))), texts, giorno(dated))
    parts = []
    if draft.problems:
        parts += ["**DA CORREGGERE: così non si può inviare.**", *(f"- {line}" for line in draft.problems)]
    if draft.bulletin.deadline_at:
        parts.append(f"Da approvare entro **{giorno_ora(draft.bulletin.deadline_at)}**.")
    parts += ["Come si vede sul telefono:", markdown_fence(shown)]
    parts += [f"{item.position}. [{item.title}]({item.url})" for item in draft.items if item.url]
    if draft.queue:
        parts += ["In coda per un'altra volta:", *(f"- {title}" for title in draft.queue[:10])]
    return "\n\n".join(parts)


def form(settings: Settings, draft: Round, now: datetime) -> type[RunInput]:
    """The form, prefilled with the latest version."""
    words = settings.texts["modulo"]
    dated = draft.bulletin.slot_at or now
    total = room(settings, dated, len(draft.items))
    left = total - sum(utf16(item.text) for item in draft.items)
    choice = list(decisions(draft.bulletin.slot_at).values())
    fields: dict[str, Any] = {
        "decisione": (str, Field(title=words["decisione"], json_schema_extra={"enum": [*choice]}))
    }
    for item in draft.items:
        fields[f"notizia_{item.position}"] = (
            str,
            Field(
                default=item.text,
                title=words["testo_n"].format(n=item.position, categoria=item.category),
                description=words["testo_n_aiuto" if left >= 0 else "testo_n_troppo"]
                .format(lunghezza=utf16(item.text), totale=total, restanti=abs(left), url=item.url)
                .removesuffix(" Fonte: "),
            ),
        )
    lines = order_lines([item.title for item in draft.items])
    fields["ordine"] = (list[str], Field(default=lines, title=words["ordine"]))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    names = [editor.name for editor in settings.profile.editors]
    fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    made: type[RunInput] = create_model("Approvazione", __base__=RunInput, **fields)
    made._description = describe(settings, draft, now)
    return made


def answer_of(values: dict[str, Any], items: Sequence[BulletinItem]) -> Answer:
    """Read the values of a confirmed form by name: what is missing is what was shown."""
    return Answer(
        decision=str(values.get("decisione", "")),
        texts=tuple(str(values.get(f"notizia_{item.position}", item.text)) for item in items),
        order=tuple(map(str, values.get("ordine", order_lines([item.title for item in items])))),
        note=str(values.get("nota", "")),
        who=str(values.get("chi", "")),
    )

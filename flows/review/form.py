"""The editor's form and the page above it, in Italian: what approve shows, and how an answer is read.

Shaped around the defects of Prefect 3.9.1's form: no Optional, no validators, no max_length, no field named
like a JSON-schema keyword, no default for the decision; built anew for each round because
`with_initial_data` drops titles and descriptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from db.models import Bulletin, BulletinItem
from flows.bulletin.language.dates import giorno, giorno_ora, in_rome
from flows.bulletin.language.markdown import escaped, link, shown_address, within
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.exact import date_of, frame_name, markdown_fence, template_name
from flows.bulletin.message.frame import preview
from flows.bulletin.pictures.phone import Look
from flows.bulletin.status import HEADINGS, waiting_tags
from flows.door.sealed import FIELD
from flows.draft.evidence import SourcedItem, judged, room, vote
from flows.draft.refresh import Waiting
from flows.review.choices import Answer, choices, order_lines
from flows.review.evidence import attention, phones, provenance
from flows.review.text import is_only_new
from flows.runs import forms
from flows.settings import Settings

QUEUE, LEFT_OUT = 15, 10  # lines on the page


@dataclass(frozen=True)
class Round:
    """What one round shows: the bulletin, its latest version, and what waits outside."""

    bulletin: Bulletin
    version: int
    items: tuple[BulletinItem, ...]
    problems: tuple[str, ...]
    queue: tuple[Waiting, ...] = ()
    sourced: tuple[SourcedItem, ...] = ()  # the items beside what they were written from
    awaited: str = ""  # what the first of two persons said
    site: tuple[str, ...] = ()  # what its pages say by now
    remarks: tuple[str, ...] = ()  # what came of the last answer
    is_sent_back: bool = False
    reach: str = ""  # whom it goes to, and what that costs

    @property
    def title(self) -> str:
        """For the run's name, what an editor reads in the list of runs; its state comes before or after."""
        slot, count = self.bulletin.slot_at, len(self.items)
        if self.bulletin.template:
            return f"{HEADINGS[self.bulletin.kind]} · {self.items[0].text[:60]}"
        day = f"Bollettino di {giorno(slot)}" if slot else "Bollettino da inviare subito"
        return f"{day} · {count} {'notizia' if count == 1 else 'notizie'}"

    @property
    def state(self) -> str:
        """What it waits for."""
        if self.problems:
            return "da rileggere" if is_only_new(self.problems) else "da correggere"
        if self.is_sent_back:
            return "rimandato"
        return "aspetta la seconda approvazione" if self.awaited else "da approvare"

    @property
    def name(self) -> str:
        return f"{self.state.upper()} · {self.title}" if self.problems else f"{self.title} · {self.state}"

    @property
    def tags(self) -> tuple[str, ...]:
        return waiting_tags(self.bulletin.kind, self.state)


def describe(settings: Settings, draft: Round, now: datetime) -> str:
    """What stands above the form and in the artifact: what is wrong, the preview, the queue (Markdown)."""
    dated = draft.bulletin.slot_at or now
    texts = [item.text for item in draft.items]
    frame = settings.frame(frame_name(draft.bulletin, draft.items))
    as_sent = preview(frame, texts, date_of(draft.bulletin, dated))
    parts = []
    if draft.problems:
        parts += [
            "**DA RILEGGERE: c'è una notizia nuova.**"
            if is_only_new(draft.problems)
            else "**DA CORREGGERE: così non si può inviare.**",
            *(f"- {escaped(line)}" for line in draft.problems),
        ]
    parts += [f"**{escaped(line)}**" for line in (*draft.remarks, draft.awaited) if line]
    if draft.site:
        parts += ["**Riletto adesso sul sito:**", *(f"- {escaped(line)}" for line in draft.site)]
    if look := attention(judged(draft.sourced), vote(settings, dated)):
        parts.append(look)
    if due := draft.bulletin.deadline_at:
        at_once = "subito, al più tardi " if draft.bulletin.template else ""
        parts.append(f"Da approvare {at_once}entro **{giorno_ora(due)}**.")
    if draft.reach:
        parts.append(draft.reach)
    # WhatsApp shows what stands between asterisks in bold, and no asterisk
    parts += ["Come si vede sul telefono:", markdown_fence(as_sent.replace("*", ""))]
    parts += [f"{item.position}. {link(item.title, item.url)}" for item in draft.items if item.url]
    waiting = [news for news in draft.queue if not news.is_left_out]
    left_out = [news for news in draft.queue if news.is_left_out]
    if draft.queue:
        parts.append("Per aggiungere una di queste scrivi il suo numero nel modulo.")
    parts += _listed("In coda per un'altra volta:", waiting, QUEUE)
    parts += _listed("Lasciate fuori:", left_out, LEFT_OUT)
    return "\n\n".join(parts)


def _listed(title: str, waiting: Sequence[Waiting], most: int) -> list[str]:
    """Those of the queue, each with the number that adds it."""
    lines = [
        f"- **{news.number}** {escaped(news.title)}" + (f" ({escaped(news.note)})" if news.note else "")
        for news in waiting[:most]
    ]
    if len(waiting) > most:
        lines.append(f"- e altre {len(waiting) - most}")
    return ["\n".join([title, "", *lines])] if lines else []


def artifact(settings: Settings, draft: Round, now: datetime) -> str:
    """The page of the run: what `describe` says, then the phone and the source of every fact (Markdown)."""
    return within(
        [
            describe(settings, draft, now),
            *evidence(settings, draft.sourced, draft.bulletin.slot_at or now, draft.bulletin.template),
        ]
    )


def evidence(
    settings: Settings, items: Sequence[SourcedItem], dated: datetime, template: str | None = None
) -> list[str]:
    """The message on a phone, and where each of its facts stands in the page it was written from."""
    texts = [item.text for item in items]
    if not texts:
        return []
    frame = settings.frame(template or template_name(len(texts)))
    look = Look(settings.profile.names.comune, f"{in_rome(dated):%H:%M}")
    return [phones(frame, texts, "" if template else giorno(dated), look), provenance(judged(items))]


def form(settings: Settings, draft: Round, now: datetime) -> type[forms.Form]:
    """The form, prefilled with the latest version."""
    words = settings.texts["modulo"]
    dated = draft.bulletin.slot_at or now
    total = room(settings, draft.bulletin, dated, len(draft.items))
    left = total - sum(utf16(item.text) for item in draft.items)
    is_fixed = draft.bulletin.template is not None
    is_shared = settings.profile.approvals == 2 or bool(draft.awaited)
    choice = choices(draft.bulletin.slot_at, is_fixed=is_fixed, is_shared=is_shared).values()
    fields: dict[str, Any] = {
        "decisione": (str, Field(title=words["decisione"], json_schema_extra={"enum": [*choice]}))
    }
    for item in draft.items:
        fields[f"notizia_{item.position}"] = (
            str,
            Field(
                default=item.text,
                title=item.category
                if is_fixed
                else words["testo_n"].format(n=item.position, categoria=item.category),
                description=words["testo_n_aiuto" if left >= 0 else "testo_n_troppo"]
                .format(
                    lunghezza=utf16(item.text), totale=total, restanti=abs(left), url=shown_address(item.url)
                )
                .removesuffix(" Fonte: "),
            ),
        )
    if not is_fixed:  # whose lines all stay where they are
        lines = order_lines([item.title for item in draft.items])
        fields["ordine"] = (list[str], Field(default=lines, title=words["ordine"]))
    if draft.queue and not is_fixed:
        example = words["aggiungi"].format(esempio=draft.queue[0].number)
        fields["aggiungi"] = (str, Field(default="", title=example))
    fields["fonte"] = (str, Field(default="", title=words["fonte"]))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    names = [editor.name for editor in settings.profile.editors]
    fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    if settings.profile.asks_codes:
        fields[FIELD] = (str, Field(default="", title=words["codice"]))
    return forms.make("Approvazione", fields, describe(settings, draft, now))


def answer_of(values: dict[str, Any], items: Sequence[BulletinItem]) -> Answer:
    """Read the values of a confirmed form by name: what is missing is what was shown.

    The form may be of another code than this: what was typed into a field that is unknown here goes into
    the note.
    """
    texts = {f"notizia_{item.position}": item.text for item in items}
    stray = [
        f"{name}: {text}"
        for name, value in values.items()
        if name not in (*texts, *NAMES) and (text := _typed(value))
    ]
    order = values.get("ordine")
    if isinstance(order, str):
        order = order.splitlines()
    elif not isinstance(order, list):
        order = order_lines([item.title for item in items])
    return Answer(
        decision=_typed(values.get("decisione")),
        texts=tuple(_typed(values.get(name, text)) for name, text in texts.items()),
        order=tuple(map(_typed, order)),
        note="\n".join([_typed(values.get("nota")), *stray]).strip(),
        who=_typed(values.get("chi")),
        source=_typed(values.get("fonte")),
        added=_typed(values.get("aggiungi")),
    )


NAMES = ("decisione", "ordine", "aggiungi", "fonte", "nota", "chi", FIELD)


def _typed(value: object) -> str:
    """As text; without NUL, which no text of PostgreSQL holds."""
    return "" if value is None else str(value).replace("\x00", "")

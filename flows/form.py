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
from sqlmodel import Session

from db.bulletins import ItemData
from db.models import Bulletin, BulletinItem, BulletinKind, NewsItem
from flows.bulletin.dates import giorno, giorno_ora, in_rome
from flows.bulletin.desk.provenance import Told, Vote, attention, escaped, judged, phones, provenance, within
from flows.bulletin.desk.review import Answer, decisions, order_lines
from flows.bulletin.message.exact import date_of, frame_name, markdown_fence, template_name
from flows.bulletin.message.phone_picture import Look
from flows.bulletin.message.render import budget, preview, utf16
from flows.editors.codes import FIELD
from flows.model.writer import remark
from flows.settings import Settings

KINDS = {
    BulletinKind.ordinary: "Bollettino",
    BulletinKind.urgent: "URGENTE",
    BulletinKind.correction: "Correzione",
    BulletinKind.all_clear: "Fine allerta",
}


@dataclass(frozen=True)
class Round:
    """What one round shows: the bulletin, its latest version, and what waits outside."""

    bulletin: Bulletin
    version: int
    items: tuple[BulletinItem, ...]
    problems: tuple[str, ...]
    queue: tuple[str, ...]
    told: tuple[Told, ...] = ()  # the items beside what they were written from
    awaited: str = ""  # what the first of two persons said
    site: tuple[str, ...] = ()  # what its pages say by now

    @property
    def title(self) -> str:
        """For the run's name, what an editor reads in the list of runs; its state comes before or after."""
        slot, number = self.bulletin.slot_at, len(self.items)
        if self.bulletin.template:
            return f"{KINDS[self.bulletin.kind]} · {self.items[0].text[:60]}"
        day = f"Bollettino di {giorno(slot)}" if slot else "Bollettino da inviare subito"
        return f"{day} · {number} {'notizia' if number == 1 else 'notizie'}"

    @property
    def name(self) -> str:
        if self.problems:
            return f"DA CORREGGERE · {self.title}"
        return f"{self.title} · {'aspetta la seconda approvazione' if self.awaited else 'da approvare'}"


def room(settings: Settings, bulletin: Bulletin, dated: datetime, number: int) -> int:
    """UTF-16 units that so many items may use together."""
    frame = settings.frame(bulletin.template or template_name(number))
    return budget(frame, date_of(bulletin, dated))


def describe(settings: Settings, draft: Round, now: datetime) -> str:
    """What stands above the form and in the artifact: what is wrong, the preview, the queue (Markdown)."""
    dated = draft.bulletin.slot_at or now
    texts = [item.text for item in draft.items]
    frame = settings.frame(frame_name(draft.bulletin, draft.items))
    shown = preview(frame, texts, date_of(draft.bulletin, dated))
    parts = []
    if draft.problems:
        parts += ["**DA CORREGGERE: così non si può inviare.**", *(f"- {line}" for line in draft.problems)]
    if draft.awaited:
        parts.append(f"**{escaped(draft.awaited)}**")
    if draft.site:
        parts += ["**Riletto adesso sul sito:**", *(f"- {escaped(line)}" for line in draft.site)]
    if look := attention(judged(draft.told), vote(settings, dated)):
        parts.append(look)
    if draft.bulletin.deadline_at:
        parts.append(f"Da approvare entro **{giorno_ora(draft.bulletin.deadline_at)}**.")
    parts += ["Come si vede sul telefono:", markdown_fence(shown)]
    parts += [f"{item.position}. [{item.title}]({item.url})" for item in draft.items if item.url]
    if draft.queue:
        parts += ["In coda per un'altra volta:", *(f"- {title}" for title in draft.queue[:10])]
    return "\n\n".join(parts)


def artifact(settings: Settings, draft: Round, now: datetime) -> str:
    """The page of the run: what `describe` says, then the phone and the source of every fact (Markdown)."""
    return within(
        [
            describe(settings, draft, now),
            *evidence(settings, draft.told, draft.bulletin.slot_at or now, draft.bulletin.template),
        ]
    )


def vote(settings: Settings, at: datetime) -> Vote:
    """Whose names are pointed out on that day."""
    period = settings.profile.election_period
    if period is None:
        return Vote()
    return Vote(period.names, period.first <= in_rome(at).date() <= period.last)


def evidence(
    settings: Settings, told: Sequence[Told], dated: datetime, template: str | None = None
) -> list[str]:
    """The message on a phone, and where each of its facts stands in the page it was written from."""
    texts = [item.text for item in told]
    if not texts:
        return []
    frame = settings.frame(template or template_name(len(texts)))
    look = Look(settings.profile.names.comune, f"{in_rome(dated):%H:%M}")
    return [phones(frame, texts, "" if template else giorno(dated), look), provenance(judged(told))]


def with_sources(session: Session, items: Sequence[BulletinItem | ItemData]) -> tuple[Told, ...]:
    """Each item beside the stored page that it was written from."""
    return tuple(_told(session, item) for item in items)


def _told(session: Session, item: BulletinItem | ItemData) -> Told:
    if item.news_item_id is None:
        return Told(item.title, item.text)
    news = session.get_one(NewsItem, item.news_item_id)
    return Told(
        title=item.title,
        text=item.text,
        source=f"{news.title}\n{news.abstract}\n{news.body}",
        published=in_rome(news.published_at).date() if news.published_at else None,
        is_act="albo" in news.kind.lower(),
        origin=remark(session, news.id, item.text),
    )


def form(settings: Settings, draft: Round, now: datetime) -> type[RunInput]:
    """The form, prefilled with the latest version."""
    words = settings.texts["modulo"]
    dated = draft.bulletin.slot_at or now
    total = room(settings, draft.bulletin, dated, len(draft.items))
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
    fields["fonte"] = (str, Field(default="", title=words["fonte"]))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    names = [editor.name for editor in settings.profile.editors]
    fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    if settings.profile.asks_codes:
        fields[FIELD] = (str, Field(default="", title=words["codice"]))
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
        source=str(values.get("fonte", "")),
    )

"""What an editor reads of a draft in the Prefect UI, above its form and on the page of its run (Markdown)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Bulletin, BulletinItem, BulletinKind
from flows.bulletin.alerts.text import ALERT
from flows.bulletin.choosing.selection import IN_TIME
from flows.bulletin.language.dates import giorno, in_rome, scadenza
from flows.bulletin.language.markdown import escaped, link, within
from flows.bulletin.language.shorten import cut
from flows.bulletin.message.exact import date_of, frame_name, markdown_fence, template_name
from flows.bulletin.message.frame import preview
from flows.bulletin.message.lines import unmarked
from flows.bulletin.pictures.phone import Look
from flows.bulletin.status import HEADINGS, is_only_new, is_only_repeated, waiting_tags
from flows.door.entry import PROVE
from flows.draft.days import at_once
from flows.draft.evidence import SourcedItem, judged, vote
from flows.draft.refresh import Waiting
from flows.review import codes
from flows.review.evidence import attention, phones, provenance
from flows.review.sign_off import ASK_SOURCE
from flows.settings import Settings

LEAVES = "(si apre al posto del modulo e, come Esc o un clic fuori, cancella ciò che hai scritto)"
MATTER = 60  # UTF-16 units of a text in a title or a subject
QUEUE, LEFT_OUT = 15, 25  # lines on the page


@dataclass(frozen=True)
class Round:
    """What one round shows: the bulletin, its latest version, and what waits outside."""

    bulletin: Bulletin
    version: int
    items: tuple[BulletinItem, ...]
    problems: tuple[str, ...]
    queue: tuple[Waiting, ...] = ()
    sourced: tuple[SourcedItem, ...] = ()  # the items beside what they were written from
    awaited: tuple[str, ...] = ()  # what the first of two persons said
    signed: tuple[str, ...] = ()  # who has approved this very text
    site: tuple[str, ...] = ()  # what its pages say by now
    remarks: tuple[str, ...] = ()  # what came of the last answer
    whole: tuple[str, ...] = ()  # what there is to look at in the message as a whole
    written_by: str = ""  # whose words these are, and since when
    is_sent_back: bool = False
    reach: str = ""  # whom it goes to, and what that costs
    alerts: tuple[str, ...] = ()  # why each that holds is in it or not
    early: str = ""  # why it is there long before its send

    @property
    def title(self) -> str:
        """For the run's name, what an editor reads in the list of runs; its state comes before or after."""
        slot, count = self.bulletin.slot_at, len(self.items)
        if self.bulletin.template:
            joint = " " if self.bulletin.kind == BulletinKind.all_clear else " · "
            return f"{HEADINGS[self.bulletin.kind]}{joint}{matter(self.bulletin, self.items)}"
        day = f"Bollettino di {giorno(slot)}" if slot else "Bollettino da inviare subito"
        return f"{day} · {count} {'notizia' if count == 1 else 'notizie'}"

    @property
    def state(self) -> str:
        """What it waits for."""
        if self.problems and not is_only_repeated(self.problems):
            return "da rileggere" if is_only_new(self.problems) else "da correggere"
        if self.is_sent_back:
            return "rimandato"
        return "aspetta la seconda approvazione" if self.awaited else "da approvare"

    @property
    def name(self) -> str:
        is_back = bool(self.problems) and not is_only_repeated(self.problems)
        return f"{self.state.upper()} · {self.title}" if is_back else f"{self.title} · {self.state}"

    @property
    def tags(self) -> tuple[str, ...]:
        return waiting_tags(self.bulletin.kind, self.state)


def matter(bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """What a message of a fixed text is about: the beginning of its first line; "" of a bulletin of news."""
    if not bulletin.template or not items:
        return ""
    text = f"allerta {items[0].text}" if bulletin.template == ALERT else items[0].text
    return cut(text, MATTER) or items[0].category


def of_what(bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """The same behind what it is called: ` «acqua sospesa in via Mazzini»`; of the end of an alert without
    the marks, between which it reads as an alert that begins.
    """
    what = matter(bulletin, items)
    is_end = bulletin.kind == BulletinKind.all_clear
    return f" {what}" if what and is_end else f" «{what}»" if what else ""


def above(settings: Settings, draft: Round, now: datetime, page: str) -> str:
    """What stands above the form: what is wrong, when and whom it reaches, and, folded, what is longer.

    `page` is the address of the artifact: a link takes the place of the form, and what is typed is lost.
    """
    dated = draft.bulletin.slot_at or now
    picture = f"{link('La figura del telefono e le fonti', page)} {LEAVES}."
    parts = [*_first(settings, draft, now), " ".join([*_facts(draft, now), picture])]
    parts += _proof_asked(settings, draft, now)
    whole = _as_sent(settings, draft, dated)
    if draft.bulletin.template:  # of whose fields none is a sentence that citizens read
        return "\n\n".join([*parts, f"{PREVIEW}:", whole, *_sources(draft)])
    waiting = sum(not news.is_left_out for news in draft.queue)
    title = f"Pagine del sito, coda ({waiting}), lasciate fuori ({len(draft.queue) - waiting})"
    more = [*_sources(draft), *_alerts(draft), *_lists(draft)]
    return "\n\n".join([*parts, _unfolding(PREVIEW, whole), *([_unfolding(title, *more)] if more else [])])


def _proof_asked(settings: Settings, draft: Round, now: datetime) -> list[str]:
    """For what cannot be taken back, where persons sign in: that they prove it once more, and where."""
    is_asked = settings.signs_in and settings.profile.asks_codes
    if not is_asked or not codes.is_final(settings, draft.bulletin, now):
        return []
    words = settings.texts["modulo"]
    address = f"{settings.prefect_origins[0]}{PROVE}"
    return [f"{words['conferma']} {link(words['conferma_dove'], address)}."]


def describe(settings: Settings, draft: Round, now: datetime) -> str:
    """The page of a draft without its pictures: what is wrong, the message, what is not in it and why."""
    dated = draft.bulletin.slot_at or now
    return "\n\n".join([*_first(settings, draft, now), *_told(settings, draft, dated)])


def _told(settings: Settings, draft: Round, dated: datetime) -> list[str]:
    parts = [*_facts(draft, dated), f"{PREVIEW}:", _as_sent(settings, draft, dated)]
    return [*parts, *_sources(draft), *_alerts(draft), *_lists(draft)]


PREVIEW = "Come si vede sul telefono"


def _first(settings: Settings, draft: Round, now: datetime) -> list[str]:
    """What has to be read before all else: what is wrong, what came of the last answer, what to look at."""
    parts, awaited = [], draft.awaited
    if is_only_repeated(draft.problems):
        awaited = awaited[1:]  # the line itself says who has to approve
        parts += [f"**Aspetta un collega: {escaped(line)}**" for line in draft.problems]
    elif draft.problems:
        parts += [
            "**DA RILEGGERE: c'è una notizia nuova.**"
            if is_only_new(draft.problems)
            else "**DA CORREGGERE: così non si può inviare.**",
            *(f"- {escaped(line)}" for line in draft.problems),
        ]
    parts += [f"**{escaped(line)}**" for line in (*draft.remarks, " ".join(awaited)) if line]
    if draft.written_by:
        parts.append(escaped(draft.written_by))
    if draft.site:
        parts += ["**Riletto adesso sul sito:**", *(f"- {escaped(line)}" for line in draft.site)]
    is_asked = bool(draft.awaited) or ASK_SOURCE in draft.problems
    look = attention(
        judged(draft.sourced),
        vote(settings, draft.bulletin.slot_at or now, now),
        draft.whole,
        way_on="" if is_asked else ASK_SOURCE,
        is_signed=bool(draft.awaited),
    )
    if look:
        parts.append(look)
    return parts


def _facts(draft: Round, now: datetime) -> list[str]:
    """Until when it has to be approved, and whom it reaches."""
    facts = []
    if due := draft.bulletin.deadline_at:
        facts.append(f"Da approvare {at_once(draft.bulletin, draft.items, now)}entro **{scadenza(due)}**.")
    return [*facts, *filter(None, (draft.early, draft.reach))]


def _as_sent(settings: Settings, draft: Round, dated: datetime) -> str:
    """The message in words. WhatsApp shows what stands between asterisks in bold, and no asterisk."""
    frame = settings.frame(frame_name(draft.bulletin, draft.items))
    texts = [item.text for item in draft.items]
    return markdown_fence(unmarked(preview(frame, texts, date_of(draft.bulletin, dated))))


def _sources(draft: Round) -> list[str]:
    items = draft.items[:1] if draft.bulletin.template else draft.items  # whose lines are of one page
    return [f"{item.position}. {link(item.title, item.url)}" for item in items if item.url]


def _alerts(draft: Round) -> list[str]:
    """Why each alert that holds is in it or not."""
    lines = [f"- {escaped(line)}" for line in draft.alerts]
    return ["\n".join(["Le allerte:", "", *lines])] if lines else []


def _unfolding(title: str, *parts: str) -> str:
    """Closed until somebody opens it, where it stands: what is typed below stays."""
    return "\n\n".join([f"<details><summary>{title}</summary>", *parts, "</details>"])


TO_ADD = (
    "Per aggiungerne una, in coda o lasciata fuori, scrivi il suo numero nel modulo, ad esempio {number}."
)


def _lists(draft: Round) -> list[str]:
    """What waits behind the draft and what was left out, with the number by which each is added, and why."""
    waiting = [news for news in draft.queue if not news.is_left_out]
    left_out = [news for news in draft.queue if news.is_left_out]
    parts = _listed("In coda per un'altra volta:", waiting, QUEUE) + _listed(
        "Lasciate fuori:", left_out, LEFT_OUT
    )
    if not draft.queue:
        return []
    if any(news.is_before for news in draft.queue):
        parts.append(IN_TIME)
    return [*parts, TO_ADD.format(number=draft.queue[0].label)]


def _listed(title: str, waiting: Sequence[Waiting], most: int) -> list[str]:
    """Those of the queue, each with the number that adds it."""
    lines = [
        f"- **{news.label}** {escaped(news.title)}" + (f" ({escaped(news.note)})" if news.note else "")
        for news in waiting[:most]
    ]
    if len(waiting) > most:
        lines.append(f"- e altre {len(waiting) - most}")
    return ["\n".join([title, "", *lines])] if lines else []


def artifact(settings: Settings, draft: Round, now: datetime) -> str:
    """The page of the run: the phone above all that is not wrong, then what `describe` says, then the source
    of every fact (Markdown).
    """
    dated = draft.bulletin.slot_at or now
    shown = evidence(settings, draft.sourced, dated, draft.bulletin.template)
    return within(
        [
            *_first(settings, draft, now),
            *shown[:1],
            *_told(settings, draft, dated),
            *shown[1:],
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

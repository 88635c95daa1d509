"""What an editor is told of one bulletin: its times, its text as the phone shows it, what to look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import bulletins, news_items, recipients
from db.models import WAITING, Bulletin, BulletinItem, BulletinKind, BulletinVersion, HandoverKind
from flows.bulletin.alerts.text import ALERT, END
from flows.bulletin.choosing.selection import BEFORE, IN_TIME
from flows.bulletin.language.dates import giorno, giorno_ora, in_rome, scadenza
from flows.bulletin.message.exact import compile_message, frame_name
from flows.bulletin.message.frame import fill
from flows.bulletin.message.lines import unmarked
from flows.bulletin.slots import Slot
from flows.bulletin.status import counted, named, people, title
from flows.draft.days import at_once
from flows.draft.evidence import in_order, judged, misquoted, of_whole, remarks, vote, with_sources
from flows.draft.missed import LATE, begin_before, come_before, late_by_then
from flows.draft.slots import closed_days, early, renewals, slot_after, slot_of
from flows.review.choices import WHILE_IT_STAYS
from flows.review.page import matter
from flows.review.sign_off import ASK_SOURCE, signed_by
from flows.runs import pages
from flows.sending import channel, costs
from flows.settings import Settings
from flows.staff import duty as desk
from flows.staff.mail_text import bullets, to_whom
from flows.staff.rota import Duty

NOTHING = (
    "Abbiamo confrontato con le pagine del sito date, ore, cifre e nomi: nessuna differenza. "
    "Il resto lo giudichi tu."
)


@dataclass(frozen=True)
class Briefing:
    """What the letters about one bulletin tell of it. Times are aware."""

    title: str
    matter: str  # of a text of its own its first line; "" of a bulletin of news
    slot_at: datetime | None  # None: it goes at approval
    deadline_at: datetime | None
    now: datetime
    next_at: datetime | None  # of the bulletin after it
    late: Sequence[str]  # what comes too late with that one
    reminder_at: datetime | None
    deputy_at: datetime | None
    deputy: str  # who is called then
    preview: str
    attention: Sequence[str]
    left_out: Sequence[str]
    count: int  # of the news
    readers: int
    cost: str  # of this send, estimated
    link: str
    picture: str  # the address of its pages, with the phone on them
    needs_two: bool = False
    is_by_one: bool = True  # where the Comune asks for one: two only for what the site does not tell
    is_held_up: bool = False  # something in it stops an approval as it stands
    last_step: str = ""  # the last step in its form
    then: str = ""  # what is done where no deputy is left
    at_once: str = ""  # how the deadline of an urgent text begins
    uncorrected: str = ""  # of a correction what goes on without it
    hints: Sequence[str] = ()  # what helps those that are left out
    meanwhile: str = ""  # when news of the site join it by themselves, and how they do later
    early: str = ""  # why it is there long before its send
    is_for_today: bool = False  # something in it or beside it comes before its send
    nothing: str = NOTHING  # what is said where nothing is to be looked at

    @property
    def values(self) -> dict[str, str]:
        """For the `{name}` places of the texts."""
        at, due = self.slot_at, self.deadline_at
        asked = "da sistemare, poi da approvare" if self.is_held_up else "da approvare"
        return {
            "bollettino": self.title,
            "n_notizie": f"«{self.matter}»" if self.matter else counted(self.count, "notizia", "notizie"),
            "entro": self._until,
            "da_approvare": f"Da guardare OGGI, {asked}" if self.is_for_today else asked.capitalize(),
            "quando_decidere": "subito"
            if self.matter
            else f"entro {scadenza(due)}"
            if due
            else "appena puoi",
            "se_approvi": self._if_approved,
            "ultimo_passo": self.last_step,
            "partenza": f"parte {giorno_ora(at)}" if at else "parte appena approvato",
            "iscritti": people(self.readers),
            "costo": self.cost,
            "anteprima": self.preview,
            "avvisi": bullets(self.attention, self.nothing),
            "gia_adesso": f"{self.early}\n\n" if self.early else "",
            "in_coda": self._outside,
            "link": self.link,
            "figura": self.picture,
            "se_non_fai_niente": self._otherwise,
        }

    @property
    def _if_approved(self) -> str:
        by_two = self.needs_two and not self.is_by_one
        while_it_stays = f"in due, {WHILE_IT_STAYS}" if self.needs_two and self.is_by_one else ""
        approve, readers = "approvate in due" if by_two else "approvi", people(self.readers)
        if self.slot_at and self.deadline_at:
            unless = f" ({while_it_stays})" if while_it_stays else ""
            due, at = scadenza(self.deadline_at), giorno_ora(self.slot_at)
            return f"Se lo {approve}{unless} entro {due}, parte {at} per {readers}."
        unless = f"; {while_it_stays}" if while_it_stays else ""
        return f"Va a {readers} e parte appena lo {approve}{unless}."

    @property
    def _until(self) -> str:
        if self.deadline_at is None:
            return "appena puoi"
        return f"{self.at_once}entro {scadenza(self.deadline_at)}"

    @property
    def _outside(self) -> str:
        """What is not in a bulletin of news; a text of its own has no queue."""
        if self.matter:
            return ""
        parts = ["IN CODA O LASCIATE FUORI", bullets(self.left_out, "Niente."), *self.hints]
        return "\n\n".join([*parts, *filter(None, [self.meanwhile]), ""])

    @property
    def _otherwise(self) -> str:
        steps, day = [], in_rome(self.now).date()
        if self.is_for_today and self.reminder_at and in_rome(self.reminder_at).date() > day:
            steps.append(NOT_TODAY)
        if self.reminder_at and self.reminder_at > self.now:
            steps.append(f"{giorno_ora(self.reminder_at)}: ti scriviamo di nuovo.")
        if self.deputy_at and self.deputy_at > self.now:
            steps.append(f"{giorno_ora(self.deputy_at)}: {self.then or f'scriviamo {to_whom(self.deputy)}'}.")
        steps += [] if self.slot_at else [f"{NOT_AGAIN}."]
        end = "Senza approvazione non parte niente"
        if self.deadline_at and not self.matter:
            following = f"di {giorno(self.next_at)}" if self.next_at else "successivo"
            end += f" e le notizie ancora valide passano al bollettino {following}"
        late = f"\n{LATE}\n{bullets(self.late, '')}" if self.late else ""
        if self.uncorrected and self.deadline_at:
            late = f" {self.uncorrected} {LAST_HOUR.format(due=scadenza(self.deadline_at))}"
        return "\n".join([*steps, f"{end}.{late}"])


CALLS = ("bozza_pronta", "sollecito", "tocca_al_vice", "serve_la_tua_firma", "urgente")  # letters that ask
TOLD_WITHIN = timedelta(hours=24)
"""What is older is not told any more: a server that slept for a week does not write of all of it."""
BY_HAND = "niente, lo invia una persona"
QUEUE = 10  # titles that wait, in a letter
NOT_TODAY = "Oggi non ti riscriviamo: ciò che viene prima dell'invio non si annuncia in tempo."
NOT_AGAIN = "Non ti riscriviamo: resta in «Aspetta te», nella pagina Redazione"
LAST_HOUR = "Si approva al più tardi entro {due}: dopo va preparata di nuovo con «correggi»."
NOBODY = "Nessun redattore risulta in servizio: scriviamo a tutti."


def briefing(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion | None,
    left_out: Sequence[str] = (),
    *,
    reader: str = "",
    now: datetime,
) -> Briefing:
    """`left_out` are lines of compose's report, stored nowhere; without them the titles that wait.

    `reader`: who alone reads it, to whom what they wrote is their own.
    """
    items = bulletins.items(session, version) if version else []
    closed = closed_days(session, now)
    slot = slot_of(settings.profile, bulletin.slot_at, closed) if bulletin.slot_at else None
    after = slot_after(settings.profile, max(slot.deadline_at, now), closed) if slot else None
    signed = signed_by(settings.vault(), session, bulletin, version) if version else ()
    duty = desk.on_duty(session, settings.profile, now, excluding=signed)
    called = [person.name for person in duty.people]
    following = desk.next_on_duty(session, settings.profile, now, called, excluding=signed)
    waiting = [item.title for item in news_items.unsent(session)]
    sooner = come_before(settings, session, bulletin, now) if bulletin.status in WAITING else {}
    begin = bulletin.status in WAITING and begin_before(bulletin, items, now)
    readers = recipients.head_count(session, bulletin)
    dated = bulletin.slot_at or now
    sourced = with_sources(session, items, is_fixed=bulletin.template is not None)
    found = remarks(judged(sourced), vote(settings, dated, now))
    look = [
        f"{remark.place}{': ' if remark.place else ''}{remark.said}{remark.cost(is_signed=bool(signed))}"
        for remark in in_order(found, of_whole(session, bulletin, items, now), "" if signed else ASK_SOURCE)
    ]
    is_held_up = any(remark.stops for remark in found) or bool(misquoted(session, bulletin, items))
    is_at_once = bulletin.kind == BulletinKind.ordinary and bulletin.slot_at is None
    return Briefing(
        title=title(None) if is_at_once else named(bulletin),
        matter=matter(bulletin, items),
        slot_at=bulletin.slot_at,
        deadline_at=bulletin.deadline_at,
        now=now,
        early=early(settings.profile, bulletin.slot_at, now, closed, inside=begin, outside=bool(sooner)),
        is_for_today=begin or bool(sooner),
        meanwhile=_meanwhile(settings, slot, now, closed) if slot else "",
        next_at=after.dispatch_at if after else None,
        late=late_by_then(
            settings, session, bulletin.id, items, after, in_time=in_rome(dated).date(), now=now
        )
        if slot and items
        else (),
        reminder_at=slot.reminder_at if slot else None,
        deputy_at=slot.deputy_at if slot else None,
        deputy=following.names,
        preview=_preview(settings, bulletin, items, now),
        attention=[NOBODY, *look] if duty.is_everybody else look,
        left_out=_outside(waiting, left_out, sooner),
        hints=[IN_TIME] if sooner else [],
        count=len(items),
        readers=readers,
        cost=BY_HAND
        if channel.by_hand(settings, session, bulletin)
        else costs.of_bulletin(settings, bulletin, items, readers),
        link=pages.form(settings, bulletin.id),
        picture=pages.drafts(settings, bulletin.id),
        needs_two=not signed and (settings.profile.approvals == 2 or any(remark.stops for remark in found)),
        is_by_one=settings.profile.approvals == 1,
        is_held_up=is_held_up,
        last_step=settings.texts["ultimo_passo"]["da_sistemare" if is_held_up else "pronta"],
        then=_then(following, called) if following.is_everybody else "",
        at_once=at_once(bulletin, items, now),
        uncorrected=settings.texts["senza_correzione"].get(bulletin.template, ""),
        nothing=NOTHING
        if any(item.news_item_id for item in items)
        else _uncompared(bulletin, version, reader),
    )


def _meanwhile(settings: Settings, slot: Slot, now: datetime, closed: Collection[date]) -> str:
    words = settings.texts["notizie_dopo"]
    moments = renewals(settings.profile, slot, now, closed)
    return str(words["da_sole" if moments else "non_piu"].format(quando="; ".join(map(giorno_ora, moments))))


def _outside(waiting: Sequence[str], left_out: Sequence[str], sooner: Mapping[str, str]) -> list[str]:
    """Titles that wait, then what is left out with its reason, each once; when, where that is `sooner`."""
    late = [f"{title}: {when}" for title, when in sooner.items() if when.startswith(BEFORE)]
    left_out = [*left_out, *(line for line in late if line not in left_out)]
    rest = [title for title in waiting if not any(line.startswith(f"{title}: ") for line in left_out)]
    first = [title for title in rest if title in sooner]
    shown = [*first, *(title for title in rest if title not in sooner)][: max(QUEUE, len(first))]
    return [*(f"{title} ({sooner[title]})" if title in sooner else title for title in shown), *left_out]


def _uncompared(bulletin: Bulletin, version: BulletinVersion | None, reader: str) -> str:
    """Of a text that no page can be laid beside."""
    if bulletin.template in (ALERT, END):
        return "Testo scritto dai dati dell'allerta: leggi livello, giorno, ore e zona."
    by = f"Testo di {version.author}" if version else "Testo scritto da una persona"
    if version and version.author == reader:
        by = "Testo tuo"
    return f"{by}: non c'è una pagina con cui confrontarlo. Controlla tu giorni, ore, luoghi e telefono."


def _then(following: Duty, called: Collection[str]) -> str:
    """What is done where those who were called do not answer and no other is there."""
    is_alone = all(person.name in called for person in following.people)
    return "ti scriviamo ancora" if is_alone else "scriviamo a tutti, anche a chi è assente"


def reach(settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """Whom it goes to now, and what that costs, in one line above the editor's form."""
    by_hand = channel.by_hand(settings, session, bulletin)
    if by_hand == HandoverKind.channel:
        return "Va nel canale WhatsApp, e lo pubblica una persona: non costa niente."
    readers = recipients.head_count(session, bulletin)
    audience = f"Va a {people(readers)}"
    if by_hand:
        return f"{audience}, e lo invia una persona: non costa niente."
    cost = costs.of_bulletin(settings, bulletin, items, readers)
    return f"{audience}. Costo {cost}." if cost == costs.UNKNOWN else f"{audience}. Costo stimato: {cost}."


def _preview(settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime) -> str:
    if not items:
        return "(nessuna notizia)"
    try:
        frame = settings.frame(frame_name(bulletin, items))
        message = compile_message(
            items,
            frame,
            dated=bulletin.slot_at or now,
            code=bulletin.code,
            language=settings.profile.whatsapp.language,
        )
    except ValueError:  # an editor's text that came back may not fit any template: shown as it is
        return "\n\n".join(item.text for item in items)
    body = unmarked(fill(frame, message.parameters))
    return f"{frame.header}\n\n{body}\n\n{frame.footer}\n\n[ {frame.button} ]"

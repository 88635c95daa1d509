"""What an editor is told of one bulletin: its times, its text as the phone shows it, what to look at."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from db import bulletins, news_items, recipients
from db.models import Bulletin, BulletinItem, BulletinVersion, HandoverKind
from flows import runs
from flows.assisted import choice
from flows.bulletin.desk.letters import Desk, attention, people
from flows.bulletin.desk.provenance import judged
from flows.bulletin.message.exact import compile_message, frame_name
from flows.bulletin.message.render import fill
from flows.desk.form import with_sources
from flows.dispatching import money
from flows.editors import desk
from flows.settings import Settings

BY_HAND = "niente, lo invia una persona"
QUEUE = 10  # titles that wait, in a letter
NOBODY = "Nessun redattore risulta in servizio: scriviamo a tutti."


def briefing(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion | None,
    left_out: Sequence[str] = (),
    *,
    now: datetime,
) -> Desk:
    """`left_out` are lines of compose's report, stored nowhere; without them the titles that wait."""
    items = bulletins.items(session, version) if version else []
    closed = desk.closed_days(session, now)
    slot = desk.slot_of(settings.profile, bulletin.slot_at, closed) if bulletin.slot_at else None
    duty = desk.on_duty(session, settings.profile, now)
    called = [person.name for person in duty.people]
    waiting = [item.title for item in news_items.unsent(session)]
    readers = recipients.head_count(session, bulletin)
    look = attention(judged(with_sources(session, items)))
    return Desk(
        slot_at=bulletin.slot_at,
        deadline_at=bulletin.deadline_at,
        reminder_at=slot.reminder_at if slot else None,
        deputy_at=slot.deputy_at if slot else None,
        deputy=desk.next_on_duty(session, settings.profile, now, called).names,
        preview=_preview(settings, bulletin, items, now),
        attention=[NOBODY, *look] if duty.is_everybody else look,
        left_out=left_out or waiting[:QUEUE],
        count=len(items),
        readers=readers,
        cost=BY_HAND
        if choice.by_hand(settings, session, bulletin)
        else money.of_bulletin(settings, bulletin, items, readers),
        link=_link(settings, bulletin),
    )


def reach(settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """Whom it goes to now, and what that costs, in one line above the editor's form."""
    by_hand = choice.by_hand(settings, session, bulletin)
    if by_hand == HandoverKind.channel:
        return "Va nel canale WhatsApp, e lo pubblica una persona: non costa niente."
    readers = recipients.head_count(session, bulletin)
    told = f"Va a {people(readers)}"
    if by_hand:
        return f"{told}, e lo invia una persona: non costa niente."
    cost = money.of_bulletin(settings, bulletin, items, readers)
    return f"{told}. Costo {cost}." if cost == money.UNKNOWN else f"{told}. Costo stimato: {cost}."


def _link(settings: Settings, bulletin: Bulletin) -> str:
    """The run that holds the form; while it has none, the list of runs."""
    run_id = bulletin.review_run_id
    return runs.link(settings, run_id) if run_id else f"{settings.prefect_ui}/runs"


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
    return f"{frame.header}\n\n{fill(frame, message.parameters)}\n\n{frame.footer}\n\n[ {frame.button} ]"

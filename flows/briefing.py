"""What an editor is told of one bulletin: its times, its text as the phone shows it, what to look at."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from db import bulletins, news_items, recipients
from db.models import Bulletin, BulletinItem, BulletinVersion
from flows import money, runs
from flows.bulletin.desk.letters import Desk, attention
from flows.bulletin.desk.provenance import judged
from flows.bulletin.message.exact import compile_message, frame_name
from flows.bulletin.message.render import fill
from flows.editors import desk
from flows.form import with_sources
from flows.settings import Settings

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
    readers = len(recipients.audience_of(session, bulletin))
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
        cost=_cost(settings, bulletin, items, readers),
        link=_link(settings, bulletin),
    )


def _cost(settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem], readers: int) -> str:
    try:
        category = money.category_of(settings, frame_name(bulletin, items))
    except ValueError:  # no template holds so many lines
        return money.UNKNOWN
    return money.estimated(settings, readers, category)


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

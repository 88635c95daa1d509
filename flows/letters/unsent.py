"""What editors are told of a bulletin that ended without a send, and what can still be done about it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from db import bulletins, mail_outbox
from db.models import Bulletin, BulletinStatus, BulletinVersion
from flows.bulletin.choosing.selection import GOES_ON
from flows.bulletin.language.dates import in_rome, ora, scadenza
from flows.bulletin.status import title
from flows.draft.missed import LATE, late_by_then
from flows.draft.slots import closed_days, slot_after
from flows.letters.briefing import CALLS, TOLD_WITHIN, Briefing
from flows.review.choices import came_late
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail import tell
from flows.staff.mail_text import bullets
from flows.staff.rota import Duty, Person

SOONER = (
    "Per mandarle prima: «componi» con la casella «Invia appena approvato» prepara adesso una bozza nuova, "
    f"scritta dal sito, da approvare; parte appena approvata. {GOES_ON} Ciò che avete scritto resta nella "
    "pagina della bozza: si copia da lì. «riapri» dopo la scadenza non serve. Il comando:"
)


def of_end(settings: Settings, session: Session, bulletin: Bulletin, about: Briefing, now: datetime) -> None:
    """To all but those who answered too late, who are told so by a receipt."""
    if now - bulletin.status_at > TOLD_WITHIN:
        return
    is_expired = bulletin.status == BulletinStatus.expired
    due = (bulletin.deadline_at if is_expired else None) or bulletin.status_at
    called = dict.fromkeys(letter.editor for letter in mail_outbox.of_bulletin(session, bulletin.id, CALLS))
    late = late_answers(session, bulletin, {editor.name for editor in settings.profile.editors})
    told = [f"{who} ha risposto alle {ora(at)}: era tardi." for who, at in late.items()]
    readers = [editor for editor in settings.profile.editors if editor.name not in late]
    coming = what_now(settings, session, bulletin, readers, now=now)
    for editor in readers:
        tell(
            settings,
            session,
            "non_approvato" if is_expired else "non_partito",
            [editor],
            {
                **about.values,
                "quando": scadenza(due),
                "avvisati": " ".join([f"{', '.join(called) or 'nessuno'}.", *told]),
                "prossimo": coming[editor.name],
            },
            about=f"bulletin {bulletin.id}",
            bulletin_id=bulletin.id,
            now=now,
        )


def is_late(bulletin: Bulletin, version: BulletinVersion) -> bool:
    """Whether an answer came after the deadline: as it was judged by its Resume, whenever it was stored."""
    return bulletin.status == BulletinStatus.expired and came_late(bulletin) in version.remarks


def late_answers(session: Session, bulletin: Bulletin, names: Collection[str]) -> dict[str, datetime]:
    """Who of these answered past the deadline, and when first."""
    answers = session.exec(
        select(BulletinVersion)
        .where(
            BulletinVersion.bulletin_id == bulletin.id,
            col(BulletinVersion.answered_run_id).is_not(None),
        )
        .order_by(col(BulletinVersion.number).desc())
    )
    return {
        version.author: version.created_at
        for version in answers
        if version.author in names and is_late(bulletin, version)
    }


def what_now(
    settings: Settings, session: Session, bulletin: Bulletin, readers: Sequence[Person], *, now: datetime
) -> dict[str, str]:
    """For each of the readers, by name, what becomes of its matter, or what a person can do for it."""
    names = [reader.name for reader in readers]
    if bulletin.template:
        words: str = settings.texts["dopo_la_scadenza"][bulletin.template]
        orders = {"avviso_urgente": "avviso-urgente", "correggi": "correggi"}
        told = words.format(**{name: settings.order_link(verb) for name, verb in orders.items()})
        return dict.fromkeys(names, told)
    following = slot_after(settings.profile, now, closed_days(session, now))
    when = f"nel {title(following.dispatch_at)}" if following else "nel primo bollettino che si prepara"
    version = bulletins.latest(session, bulletin.id)
    items = bulletins.items(session, version) if version else []
    gone = late_by_then(
        settings, session, bulletin.id, items, following, in_time=in_rome(now).date(), now=now
    )
    lines = [f"Le notizie ancora valide possono entrare {when}."]
    if gone:
        lines.append(f"{LATE}\n{bullets(gone, '')}")
    called = duty.on_duty(session, settings.profile, now)
    how = f"{SOONER} {settings.order_link('componi')}"
    return {
        name: "\n\n".join([*lines, f"{_whose(called, name, ', oggi' if gone else '')} {how}"])
        for name in names
    }


def _whose(called: Duty, reader: str, today: str) -> str:
    """Who decides whether its news go sooner, for `reader`."""
    if called.is_everybody:
        return "Oggi nessuno è di turno: decide chi legge per primo."
    if reader in {person.name for person in called.people}:
        return f"Decidi tu{today}: sei di turno."
    return f"Decide chi è di turno{today}: {called.names}."

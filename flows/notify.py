"""What editors are told: of a bulletin from draft to end, of sources that fall silent, of lost mail.

Everything is read from the database, whoever did it: watch tells every five minutes what is not told yet, and
a verb that has just done something calls `tell_bulletin` so that nobody waits for that.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, letters, news_items, recipients
from db.engine import transaction
from db.models import Approval, Bulletin, BulletinItem, BulletinStatus, BulletinVersion, Decision
from flows import runs
from flows.bulletin.dates import giorno_ora
from flows.bulletin.desk.letters import Desk, attention, bullets, left, people, title
from flows.bulletin.desk.provenance import judged
from flows.bulletin.desk.rota import Person
from flows.bulletin.desk.words import STATUS
from flows.bulletin.message.exact import compile_message, frame_name
from flows.bulletin.message.render import fill
from flows.editors import desk
from flows.editors.mail import Posted, post, tell
from flows.form import with_sources
from flows.settings import Settings

LOG = logging.getLogger(__name__)
TOLD_WITHIN = timedelta(hours=24)
"""What is older is not told any more: a server that slept for a week does not write of all of it."""
QUEUE = 10  # titles that wait, in a letter
CALLS = ("bozza_pronta", "sollecito", "tocca_al_vice")
NOBODY = "Nessun redattore risulta in servizio: scriviamo a tutti."
LEFT = (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)


def told_at_once(
    settings: Settings, engine: Engine, bulletin_id: int, *, left_out: Sequence[str] = (), now: datetime
) -> Posted:
    """Queue what is new of a bulletin, and hand it over; for a verb that has committed what it did.

    Never raises: what was done stands, and watch tries to tell it again, and fails loudly if it cannot.
    """
    try:
        with transaction(engine) as session:
            tell_bulletin(settings, session, bulletin_id, left_out=left_out, now=now)
        return post(settings, engine, now=now)
    except Exception as exc:
        LOG.exception("bulletin %s: the editors could not be told", bulletin_id)
        return Posted(trouble=f"non si è potuto scrivere ai redattori ({type(exc).__name__})")


def tell_bulletin(
    settings: Settings, session: Session, bulletin_id: int, *, left_out: Sequence[str] = (), now: datetime
) -> None:
    """Queue what its editors have not been told yet.

    `left_out` are lines of compose's report, which are stored nowhere; without them the titles that wait.
    """
    if settings.profile.mail is None:
        return
    bulletin = session.get_one(Bulletin, bulletin_id)
    version = bulletins.latest(session, bulletin_id)
    if version is None:
        return
    about = _desk(settings, session, bulletin, version, left_out, now)
    if bulletin.status == BulletinStatus.in_review:
        _waiting(settings, session, bulletin, version, about, now)
    _receipts(settings, session, bulletin, about, now)
    if bulletin.status in (BulletinStatus.expired, BulletinStatus.missed):
        _ended(settings, session, bulletin, about, now)


def changed_on_site(
    settings: Settings,
    session: Session,
    bulletin_id: int,
    *,
    news: str,
    before: str,
    after: str,
    now: datetime,
) -> None:
    """A news of this bulletin says something else on the site by now: everybody is called, once a change.

    Args:
        news: its title.
        before: the fact as the bulletin tells it.
        after: the fact as the site tells it, or that the page is gone.
    """
    bulletin = session.get_one(Bulletin, bulletin_id)
    version = bulletins.latest(session, bulletin_id)
    about = _desk(settings, session, bulletin, version, (), now)
    tell(
        settings,
        session,
        "cambiata_sul_sito",
        settings.profile.editors,
        {**about.values, "titolo": news, "prima": before, "dopo": after},
        about=f"bulletin {bulletin_id}: {news}: {after}",
        bulletin_id=bulletin_id,
        now=now,
    )


def _desk(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion | None,
    left_out: Sequence[str],
    now: datetime,
) -> Desk:
    items = bulletins.items(session, version) if version else []
    slot = desk.slot_of(settings.profile, bulletin.slot_at) if bulletin.slot_at else None
    duty = desk.on_duty(session, settings.profile, now)
    called = [person.name for person in duty.people]
    waiting = [item.title for item in news_items.unsent(session)]
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
        readers=len(recipients.audience_of(session, bulletin)),
        link=_link(settings, bulletin),
    )


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


def _waiting(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    about: Desk,
    now: datetime,
) -> None:
    """The draft, the reminder and the call of the deputy, each at its time."""
    profile = settings.profile
    due = bulletin.deadline_at
    to = partial(tell, settings, session, bulletin_id=bulletin.id, until=due, now=now)
    duty = desk.on_duty(session, profile, now)
    if due is not None and now > due:  # its run decides whether an answer was in time
        return
    if version.answered_run_id is None:  # composed: what an editor wrote is answered by a receipt
        to(
            "bozza_pronta",
            duty.people,
            about.values,
            about=f"bulletin {bulletin.id} version {version.number}",
        )
    one = f"bulletin {bulletin.id}"
    if due and about.reminder_at and now >= about.reminder_at:
        to("sollecito", duty.people, {**about.values, "tempo": left(now, due)}, about=one)
    if about.deputy_at and now >= about.deputy_at and not letters.told(session, "tocca_al_vice", one):
        called = {letter.editor for letter in letters.of_bulletin(session, bulletin.id, CALLS)}
        called |= {person.name for person in duty.people}
        deputy = desk.next_on_duty(session, profile, now, called)
        why = f"{duty.names}: ancora nessuna risposta." if not duty.is_everybody else NOBODY
        if deputy.is_everybody:
            why = f"{why} Non c'è un altro sostituto: scriviamo a tutti."
        to("tocca_al_vice", deputy.people, {**about.values, "perche_tu": why}, about=one)


def _receipts(settings: Settings, session: Session, bulletin: Bulletin, about: Desk, now: datetime) -> None:
    """For each answer of an editor what became of it."""
    answers = session.exec(
        select(BulletinVersion)
        .where(
            BulletinVersion.bulletin_id == bulletin.id,
            col(BulletinVersion.answered_run_id).is_not(None),
            col(BulletinVersion.created_at) >= now - TOLD_WITHIN,
        )
        .order_by(col(BulletinVersion.number))
    )
    editors = settings.profile.editors
    for version in answers:
        approval = session.exec(
            select(Approval).where(
                Approval.bulletin_id == bulletin.id, Approval.version_number == version.number
            )
        ).first()
        writer: Sequence[Person] = [one for one in editors if one.name == version.author] or editors
        values = {**about.values, "chi": version.author, "quando": giorno_ora(version.created_at)}
        receipt = partial(
            tell,
            settings,
            session,
            about=f"bulletin {bulletin.id} version {version.number}",
            bulletin_id=bulletin.id,
            now=now,
        )
        if version.problems:
            receipt(
                "da_correggere", writer, {**values, "problemi": bullets(version.problems.splitlines(), "")}
            )
        elif approval is None or approval.decision == Decision.save:
            receipt("registrata", writer, {**values, **_kept(bulletin, version)})
        elif approval.decision != Decision.approve:
            receipt("registrata", editors, {**values, **_closed(bulletin)})
        elif bulletin.status in LEFT and approval.voided_at is None:
            receipt("approvato", editors, {**values, **_sealed(approval)})


def _sealed(approval: Approval) -> dict[str, str]:
    return {
        "sigillo": (approval.seal or "")[:16],
        "iscritti": people(approval.head_count or 0),
        "quando": giorno_ora(approval.decided_at),
    }


def _closed(bulletin: Bulletin) -> dict[str, str]:
    state = STATUS[bulletin.status]
    return {"esito": state[:1].upper() + state[1:], "che_succede": "Non parte niente."}


def _kept(bulletin: Bulletin, version: BulletinVersion) -> dict[str, str]:
    if bulletin.status == BulletinStatus.in_review:
        return {
            "esito": "Salvato, non ancora approvato",
            "che_succede": "Il testo è salvato e aspetta ancora.",
        }
    state = STATUS[bulletin.status]
    decided = f"Il bollettino era già {state} ({bulletin.status_by}, {giorno_ora(bulletin.status_at)})"
    if bulletin.status_at < version.created_at or bulletin.status == BulletinStatus.expired:
        return {
            "esito": "Salvato, ma senza effetto",
            "che_succede": f"{decided}: la risposta è salvata nella storia ma non ha effetto.",
        }
    return {"esito": "Salvato", "che_succede": f"Il testo è stato salvato; ora il bollettino è {state}."}


def _ended(settings: Settings, session: Session, bulletin: Bulletin, about: Desk, now: datetime) -> None:
    """That nothing was sent, and what becomes of the news."""
    if now - bulletin.status_at > TOLD_WITHIN:
        return
    following = desk.slot_after(settings.profile, now)
    when = f"nel {title(following.dispatch_at)}" if following else "nel primo bollettino che si prepara"
    called = list(dict.fromkeys(one.editor for one in letters.of_bulletin(session, bulletin.id, CALLS)))
    is_expired = bulletin.status == BulletinStatus.expired
    due = (bulletin.deadline_at if is_expired else None) or bulletin.status_at
    tell(
        settings,
        session,
        "non_approvato" if is_expired else "non_partito",
        settings.profile.editors,
        {
            **about.values,
            "quando": f"{giorno_ora(due)}",
            "avvisati": ", ".join(called) or "nessuno",
            "prossimo": f"Le notizie ancora valide possono entrare {when}.",
        },
        about=f"bulletin {bulletin.id}",
        bulletin_id=bulletin.id,
        now=now,
    )

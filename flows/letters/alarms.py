"""What watch tells beside the bulletins: sources that fall silent, lost mail, sends left uncertain."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from db import deliveries, mail_outbox, replies
from db.engine import transaction
from db.models import Bulletin, BulletinStatus, BulletinVersion
from flows.bulletin.language.dates import in_rome
from flows.bulletin.status import counted, named
from flows.letters import sends, upkeep, urgent_calls
from flows.letters.briefing import NOBODY, TOLD_WITHIN
from flows.letters.drafts import tell_bulletin
from flows.sending.certificate import SETTLED_AFTER
from flows.settings import Settings
from flows.sources.silence import silent
from flows.staff import duty as desk
from flows.staff.mail import UNCONFIGURED, Posted, post, tell

REPLIES_OF = timedelta(hours=48)  # bulletins sent since then are watched for replies and exits
MANY_REPLIES, TIMES_THE_USUAL = 15, 3.0  # fewer are chance; so many times the mean of ten bulletins are not
STUCK = 4  # tries of one letter; more is no hiccup of the mail server
ALERTS_BLIND = (
    "Finché non si legge, un'allerta può sfuggirci: guarda a mano il sito della Protezione Civile. "
    "Nessuna notizia non vuol dire nessuna allerta."
)
DETAIL = "Per chi gestisce il servizio, le parole del programma: «{}».\n\n"
NEWS_BLIND = "Finché non si legge, le notizie nuove di quella pagina non entrano nel bollettino."


def tell_all(settings: Settings, engine: Engine, *, now: datetime) -> list[str]:
    """Call who has to decide at once, queue what nobody was told yet, hand over what is due.

    Returns what an operator should read, in Italian.

    Raises:
        ExceptionGroup: some of it could not be told, or nobody could be called; the rest was done.
    """
    errors: list[Exception] = []
    for bulletin_id in _recent(engine, now):
        with _gathered(errors, f"bulletin {bulletin_id}"):
            urgent_calls.call(settings, engine, bulletin_id, now=now)
    lines: list[str] = []
    with _gathered(errors):
        lines = urgent_calls.deliver(settings, engine, now=now)
    if settings.profile.mail is None:
        lines.insert(0, UNCONFIGURED)
    else:
        with _gathered(errors):
            lines.insert(0, str(_letters(settings, engine, errors, now)))
        with _gathered(errors):
            lines += _problems(settings, engine, now)
    with _gathered(errors):
        unheard = urgent_calls.unheard(settings, engine, now=now)
        errors += [urgent_calls.UnreachableError(line) for line in unheard]
    if errors:
        raise ExceptionGroup("alcune e-mail o chiamate non si sono potute fare", errors)
    return lines


@contextmanager
def _gathered(errors: list[Exception], note: str = "") -> Iterator[None]:
    """What goes wrong costs nothing else: `tell_all` tells it together."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001
        if note:
            exc.add_note(note)
        errors.append(exc)


def _letters(settings: Settings, engine: Engine, errors: list[Exception], now: datetime) -> Posted:
    """Queue each letter, one that cannot be written never costing the others, and hand over what is due."""
    for bulletin_id in _recent(engine, now):
        with _gathered(errors, f"bulletin {bulletin_id}"), transaction(engine) as session:
            tell_bulletin(settings, session, bulletin_id, now=now)
    for alarm in (
        _silent_sources,
        _uncertain,
        _lost,
        _too_many_replies,
        upkeep.unknown_webhooks,
        upkeep.unsaid_answers,
        upkeep.changed_templates,
        upkeep.unproved_answers,
        sends.of_month,
    ):
        with _gathered(errors), transaction(engine) as session:
            alarm(settings, session, now)
    return post(settings, engine, now=now)


def _problems(settings: Settings, engine: Engine, now: datetime) -> list[str]:
    with transaction(engine) as session:
        gone = mail_outbox.lost(session, since=now - TOLD_WITHIN)
        waiting = mail_outbox.stuck(session, tries=STUCK)
        is_nobody = desk.on_duty(session, settings.profile, now).is_everybody
    lines = [
        f'NON CONSEGNATA a {letter.editor}: "{letter.subject}" ({letter.failure})'
        for letter in gone
        if letter.failure
    ]
    lines += [f"E-MAIL FERME dopo {STUCK} tentativi: {waiting}"] if waiting else []
    return [*lines, NOBODY] if is_nobody else lines


def _recent(engine: Engine, now: datetime) -> list[int]:
    """Bulletins of which there may be something to tell: those that wait, and what happened of late."""
    since = now - TOLD_WITHIN
    with transaction(engine) as session:
        rows = session.exec(
            select(Bulletin.id)
            .where(
                or_(
                    col(Bulletin.status).in_((BulletinStatus.draft, BulletinStatus.in_review)),
                    col(Bulletin.status_at) >= since,
                    col(Bulletin.id).in_(
                        select(BulletinVersion.bulletin_id).where(col(BulletinVersion.created_at) >= since)
                    ),
                )
            )
            .order_by(col(Bulletin.id))
        )
        return list(rows)


def _silent_sources(settings: Settings, session: Session, now: datetime) -> None:
    day = in_rome(now).date()
    duty = desk.on_duty(session, settings.profile, now)
    for source in silent(settings, session, now):
        tell(
            settings,
            session,
            "fonte_muta" if source.is_unread else "fonte_dubbia",
            duty.people,
            {
                "fonte": source.address,
                "motivo": f"{source.why.rstrip('.')}.",
                "conseguenza": ALERTS_BLIND if source.is_alerts else NEWS_BLIND,
                "recupera": settings.order_link("recupera"),
                "dettaglio": DETAIL.format(source.failure) if source.failure else "",
            },
            about=f"{source.address} on {day}",
            until=now + TOLD_WITHIN,
            now=now,
        )


def _uncertain(settings: Settings, session: Session, now: datetime) -> None:
    for bulletin_id, count in deliveries.older(session, before=now - SETTLED_AFTER).items():
        bulletin = session.get_one(Bulletin, bulletin_id)
        tell(
            settings,
            session,
            "incerti",
            desk.on_duty(session, settings.profile, now).people,
            {
                "bollettino": named(bulletin),
                "n_incerti": counted(count, "messaggio", "messaggi"),
                "incerti": settings.order_link("incerti"),
            },
            about=f"bulletin {bulletin_id}",
            bulletin_id=bulletin_id,
            now=now,
        )


def _lost(settings: Settings, session: Session, now: datetime) -> None:
    """What one editor did not get is told to the others; never that this was not got in its turn."""
    for letter in mail_outbox.lost(session, since=now - TOLD_WITHIN):
        if letter.kind == "posta_non_arriva" or not letter.failure:
            continue
        tell(
            settings,
            session,
            "posta_non_arriva",
            [editor for editor in settings.profile.editors if editor.name != letter.editor],
            {"a_chi": letter.editor, "oggetto_perso": letter.subject, "motivo": letter.failure},
            about=f"letter {letter.id}",
            until=now + TOLD_WITHIN,
            now=now,
        )


def _too_many_replies(settings: Settings, session: Session, now: datetime) -> None:
    """More people than usual answered a bulletin or left after it: often an error, or a link that is dead."""
    unusual = replies.unusual(session, since=now - REPLIES_OF, least=MANY_REPLIES, times=TIMES_THE_USUAL)
    for bulletin_id, (tally, usual) in unusual.items():
        bulletin = session.get_one(Bulletin, bulletin_id)
        tell(
            settings,
            session,
            "troppe_risposte",
            desk.on_duty(session, settings.profile, now).people,
            {
                "bollettino": named(bulletin),
                "n": str(tally.replies + tally.exits),
                "media": f"{usual:.0f}",
                "uscite": str(tally.exits),
                "url": f"{settings.words['url_pagine']}/b/{bulletin.code}",
            },
            about=f"bulletin {bulletin_id}",
            bulletin_id=bulletin_id,
            until=now + TOLD_WITHIN,
            now=now,
        )

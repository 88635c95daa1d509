"""flow, every 5 minutes: what nobody decided in time, what missed its slot, windows that were lost.

And what the editors have to be told of it: each thing once, by the outbox.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import flow, get_run_logger
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, handovers, senders
from db.engine import opened, reading, transaction
from db.models import Bulletin, BulletinStatus
from flows.alert import Round, draft_and_call
from flows.bulletin.status import WAITS
from flows.by_hand import window
from flows.doctor import heartbeat
from flows.draft.slots import START_AFTER, closed_days
from flows.letters import alarms, upkeep
from flows.privacy.intact import load
from flows.review import standing_order
from flows.runs import choices, client, forms, last_shown, pages, planned
from flows.sending import liveness, outbox, parts
from flows.settings import Settings
from flows.staff.mail import UNCONFIGURED, Posted

BY = outbox.BY_THE_WATCH


@dataclass(frozen=True)
class Watched:
    """What one round found; ids of bulletins."""

    expired: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()  # each must have a live window
    answered: tuple[int, ...] = ()  # that too, and its run judges whether the answer came in time
    to_send: tuple[int, ...] = ()  # approved and due: a dispatch must have been started
    broken: tuple[int, ...] = ()  # sending, but nothing moves: the dispatch died
    ended: tuple[int, ...] = ()  # sending, dead, and past the grace: stopped
    by_hand: tuple[int, ...] = ()  # in an operator's hands: each must have its checklist
    next_part: tuple[int, ...] = ()  # leaves in parts, and another day has room
    part_over: tuple[int, ...] = ()  # leaves in parts, and its text is past its time: ended
    part_given_up: tuple[int, ...] = ()  # waited, and nobody's choice is that it goes on: a stopped send

    def __str__(self) -> str:
        return (
            f"non approvati in tempo: {list(self.expired)}, non inviati in tempo: {list(self.missed)}, "
            f"in attesa di un redattore: {list(self.waiting)}, appena confermati: {list(self.answered)}, "
            f"da inviare: {list(self.to_send)}, "
            f"invii interrotti da riprendere: {list(self.broken)}, fermati: {list(self.ended)}, "
            f"da inviare a mano: {list(self.by_hand)}, a scaglioni: continuano {list(self.next_part)}, "
            f"scaduti {list(self.part_over)}, non continuano {list(self.part_given_up)}"
        )


def look(
    settings: Settings,
    engine: Engine,
    *,
    answering: Collection[int] = (),
    dry_run: bool = False,
    now: datetime,
) -> Watched:
    """Move what is past its time, and tell what needs a run.

    `answering` are bulletins with an answer that is not stored yet: their run decides whether it was in time.
    """
    grace = timedelta(minutes=settings.profile.grace_minutes)
    ids: dict[str, list[int]] = {name: [] for name in Watched.__dataclass_fields__}

    def past(name: str, bulletin: Bulletin, to: BulletinStatus, reason: str) -> None:
        ids[name].append(bulletin.id)
        if not dry_run:
            bulletins.move(session, bulletin, to, by=BY, now=now, reason=reason)

    with transaction(engine) as session:
        for bulletin in _held(session, BulletinStatus.draft, BulletinStatus.in_review):
            if bulletin.id in answering:
                ids["answered"].append(bulletin.id)
            elif bulletin.deadline_at is not None and now > bulletin.deadline_at:
                past("expired", bulletin, BulletinStatus.expired, "deadline")
            else:
                ids["waiting"].append(bulletin.id)
        for bulletin in _held(session, BulletinStatus.approved):
            at = bulletins.send_at(session, bulletin)
            if now > at + grace:
                past("missed", bulletin, BulletinStatus.missed, "grace")
            elif now > at + START_AFTER:
                ids["to_send"].append(bulletin.id)
        for bulletin in _held(session, BulletinStatus.sending):
            if senders.is_sending(session, bulletin.id, now=now):
                continue
            if handovers.of(session, bulletin.id) is not None:  # people are slower than any grace
                ids["by_hand"].append(bulletin.id)
                continue
            if now <= bulletins.send_at(session, bulletin) + grace:
                ids["broken"].append(bulletin.id)
                continue
            if not dry_run:
                liveness.reap(session, bulletin.id, now=now)
            whole = deliveries.certificate(session, bulletin.id).adds_up
            to = BulletinStatus.sent if whole else BulletinStatus.stopped
            past("ended", bulletin, to, "interrotto, e tardi per riprenderlo")
        for bulletin in _held(session, BulletinStatus.stopped):
            # stopped while its sender died: nobody need resume it for its certificate to tell the truth
            if not dry_run and deliveries.on_their_way(session, bulletin.id):
                liveness.reap(session, bulletin.id, now=now)
            if parts.waits(bulletin):
                until = parts.ends_at(settings, session, bulletin)
                if until is not None and now > until:
                    ids["part_over"].append(bulletin.id)
                    if not dry_run:
                        parts.end(session, bulletin, by=BY, now=now)
                elif parts.chosen_by(session, bulletin.id) is None:
                    ids["part_given_up"].append(bulletin.id)
                    if not dry_run:
                        parts.hold_back(session, bulletin, reason=parts.PLAIN, by=BY, now=now)
                elif (
                    not ids["next_part"]  # what one takes of the room of the day the next would count on, too
                    and parts.may_leave_at(settings, session, bulletin, now=now) <= now
                    and not parts.why_not_yet(session, bulletin)
                ):
                    ids["next_part"].append(bulletin.id)
    return Watched(**{name: tuple(of_name) for name, of_name in ids.items()})


def _held(session: Session, *statuses: BulletinStatus) -> list[Bulletin]:
    """Those with these statuses, each locked: an editor or a dispatch may be moving one at this moment."""
    rows = bulletins.with_status(session, *statuses)
    held = [bulletins.locked(session, row.id) for row in rows]
    return [bulletin for bulletin in held if bulletin.status in statuses]


def answering(settings: Settings, engine: Engine, now: datetime) -> set[int]:
    """Bulletins with an answer that is not stored yet."""
    with transaction(engine) as session:
        waiting = bulletins.with_status(session, BulletinStatus.in_review)
    return {bulletin.id for bulletin in waiting if forms.is_answering(settings, engine, bulletin.id, now=now)}


def act(settings: Settings, engine: Engine, watched: Watched, *, now: datetime) -> None:
    """Start and end the runs that `look` asked for; one that fails never costs the others."""
    why = "non approvato in tempo"
    tasks: list[Callable[[], object]] = [
        *(
            partial(forms.open_review, settings, engine, bulletin_id, now=now)
            for bulletin_id in watched.answered
        ),
        *(partial(_wait_or_order, settings, engine, bulletin_id, now=now) for bulletin_id in watched.waiting),
        *(partial(_send_late, settings, engine, bulletin_id, now=now) for bulletin_id in watched.to_send),
        *(
            partial(client.start_dispatch, settings, engine, bulletin_id, dead=True, now=now)
            for bulletin_id in watched.broken
        ),
        *(partial(_go_on, settings, engine, bulletin_id, now=now) for bulletin_id in watched.next_part),
        *(
            partial(forms.close_review, settings, engine, bulletin_id, why, now=now)
            for bulletin_id in watched.expired
        ),
        *(partial(window.tend, settings, engine, bulletin_id, now=now) for bulletin_id in watched.by_hand),
        partial(window.sweep, settings, engine, now=now),
    ]
    _each(tasks, "alcune esecuzioni non si sono potute avviare o chiudere")


def _each(tasks: Iterable[Callable[[], object]], trouble: str) -> None:
    """Do them all; what went wrong is raised after that, as an ExceptionGroup that says `trouble`."""
    errors = []
    for run in tasks:
        try:
            run()
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
    if errors:
        raise ExceptionGroup(trouble, errors)


def _send_late(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> None:
    """A run for it, unless its slot's own only waits until a worker has a place for it. What goes at its
    approval has none: an alert waits for no slot's.
    """
    with reading(engine) as session:
        has_slot = session.get_one(Bulletin, bulletin_id).slot_at is not None
    if not (has_slot and planned.waits_its_turn(settings, "invia", now=now)):
        client.start_dispatch(settings, engine, bulletin_id, now=now)


def _go_on(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> None:
    """A run for its next part; another one each hour where the provider does not say how many it allows."""
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, bulletin_id)
        since = now - parts.next_at(settings, session, bulletin)
        part = 1 + len(senders.of(session, bulletin_id))
    client.start_part(settings, bulletin_id, part=part, tried=since // timedelta(hours=1))


def _wait_or_order(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> None:
    """A window for a person; or, where the Comune's standing order is due, the send that it orders."""
    if not standing_order.approve_by_order(settings, engine, bulletin_id, now=now):
        forms.open_review(settings, engine, bulletin_id, now=now)
        return
    forms.close_review(settings, engine, bulletin_id, "approvato per ordine permanente", now=now)
    client.start_dispatch(settings, engine, bulletin_id, now=now)


def rounds(
    settings: Settings, engine: Engine, *, answering: Collection[int] = (), now: datetime
) -> tuple[Watched, list[str]]:
    """Look, act, and tell the editors; what one of these cannot do never keeps the next from being done.

    The windows come first: a letter about a draft links to its own. Returns what was found, and what an
    operator should read of the mail.
    """
    watched = look(settings, engine, answering=answering, now=now)
    errors: list[Exception] = []
    lines: list[str] = []
    try:
        act(settings, engine, watched, now=now)
    except ExceptionGroup as exc:
        errors.append(exc)
    try:
        lines = upkeep.complete_journal(settings, engine, now=now)
    except Exception as exc:  # noqa: BLE001  told together below
        errors.append(exc)
    try:
        lines += alarms.tell_all(settings, engine, now=now)
    except ExceptionGroup as exc:
        errors.append(exc)
    if errors:
        raise ExceptionGroup(f"{watched}: non tutto si è potuto fare", errors)
    return watched, lines


def keep_ui_true(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """What Prefect shows, as things are by now: the lists of the start forms, the tag of what waits, the
    names of what is planned, the receipts of what was sent. None of them costs another.

    The tag is looked for among the runs of a whole server: a fleet does it once for all (`flows/poll.py`).
    """
    tasks: list[Callable[[], object]] = [
        partial(choices.store, settings, engine, now=now),
        *([] if settings.fleet else [partial(client.untag_ended, WAITS)]),
        partial(planned.name_coming, settings, engine, now=now),
        partial(pages.recount, settings, engine, now=now),
    ]
    _each(tasks, NOT_SHOWN)


def keep_what_changed(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """`keep_ui_true`, but what stands in the server as it is now is not asked for at each round."""
    lists, errors = choices.lists(settings, engine, now)
    with reading(engine) as session:
        closed = sorted(closed_days(session, now))
    profile = settings.profile
    latest = last_shown.digest(lists, closed, profile.weekly_slots, profile.prova, settings.signs_in)
    if settings.fleet and not errors and last_shown.is_known(settings, latest, now=now):
        _each([partial(pages.recount, settings, engine, now=now)], NOT_SHOWN)
        return
    keep_ui_true(settings, engine, now=now)
    if settings.fleet:
        last_shown.keep(settings, latest, now=now)


NOT_SHOWN = "le pagine di Prefect non sono tutte aggiornate"
AT_REST = frozenset(
    "; ".join([str(Round()), str(Watched()), *of_mail]) for of_mail in ([], [str(Posted())], [UNCONFIGURED])
)
"""What a round says that found nothing to look after: where there is mail it tells that none left."""


def full_round(settings: Settings, engine: Engine) -> str:
    """All that is looked after, each part whatever became of the others; says in Italian what was done.

    Raises:
        ExceptionGroup: what could not be done; the rest was.
    """
    now = datetime.now(UTC)
    errors: list[Exception] = []
    said: list[str] = []
    try:  # first, and from the database: a collect that failed half-way costs no alert
        said.append(str(draft_and_call(settings, engine, now=now)))
    except Exception as exc:  # noqa: BLE001  raised below: it must not keep deadlines and lost forms waiting
        errors.append(exc)
    try:
        watched, lines = rounds(settings, engine, answering=answering(settings, engine, now), now=now)
        said += [str(watched), *lines]
    except Exception as exc:  # noqa: BLE001  raised below, beside what the alerts met
        errors.append(exc)
    try:
        keep_what_changed(settings, engine, now=now)
    except Exception as exc:  # noqa: BLE001  raised below: who looks at lists that are old must know
        errors.append(exc)
    try:  # also after a round that met trouble: that one is red, and this says that there was one
        heartbeat.beat(settings.state, now=datetime.now(UTC))
    except OSError as exc:  # the disk is full: the others say so, and this costs nothing else
        get_run_logger().warning("%s non si scrive: %s", heartbeat.FILE, exc.strerror)
    sentence = "; ".join(said)
    get_run_logger().info("%s", sentence)
    if errors:
        raise ExceptionGroup(f"{sentence}: non tutto si è potuto fare", errors)
    return sentence


@flow(name="sorveglia", flow_run_name=client.titled("Controllo"))
def watch() -> str:
    """Prepara gli annunci urgenti, chiude ciò che è scaduto, riapre i moduli persi e scrive ai redattori."""
    settings = load()
    with opened(settings.database) as engine:
        return full_round(settings, engine)

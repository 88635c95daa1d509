"""flow: approved Bulletin -> Delivery rows -> WhatsApp -> sent, with a certificate.

Sends only what the seal of the approval covers, and never late.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from prefect import State, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, handovers, recipients, senders, told_news
from db.deliveries import Certificate
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinStatus, HandoverKind
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.status import STATUS
from flows.by_hand import lists, window
from flows.letters import drafts, orders
from flows.letters.held_sends import held_when_untrue, require_checks, require_same_site
from flows.privacy import basis, people
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError, decide
from flows.runs import choices, client, forms, pages, planned, waits
from flows.runs.flow import flow
from flows.runs.send_counter import places, testify
from flows.sending import channel, liveness, parts, preflight, provider
from flows.sending.checks import Preflight
from flows.sending.drain import BY_A_PERSON, GIVES_WAY, DispatchError, HeldError, Order, drain
from flows.sending.ending import REST, after_all, close
from flows.sending.hold import require_right, too_late
from flows.sending.outbox import TODAY_IS_FULL
from flows.sending.seal import broken, message_of
from flows.settings import Settings

LOG = logging.getLogger(__name__)
SLOTS_OWN = "Invio di ciò che è approvato per quest'ora"
NOTHING = "Niente da inviare: nessun bollettino approvato per questo momento."


def due(settings: Settings, engine: Engine, now: datetime) -> list[int]:
    """Approved bulletins whose moment is now: within the grace of their slot, or of their approval."""
    grace = timedelta(minutes=settings.profile.grace_minutes)
    with transaction(engine) as session:
        return [
            bulletin.id
            for bulletin in bulletins.with_status(session, BulletinStatus.approved)
            if timedelta() <= now - bulletins.send_at(session, bulletin) <= grace
        ]


def prepare(
    settings: Settings, session: Session, bulletin_id: int, *, late: bool = False, now: datetime
) -> Order:
    """Check status, time, truth and seal; DispatchError says what does not fit. Changes nothing.

    `late` is a person's word that a send which was stopped goes on, also after its grace: without one it
    stays stopped, whoever starts a run.
    """
    return _order(settings, session, bulletins.locked(session, bulletin_id), late=late, now=now)


def _order(settings: Settings, session: Session, bulletin: Bulletin, *, late: bool, now: datetime) -> Order:
    is_stopped = bulletin.status == BulletinStatus.stopped
    if is_stopped and not late:
        raise DispatchError(
            f"Il bollettino {bulletin.id} è fermato: lo fa ripartire una persona, con «riprendi»."
        )
    if bulletin.status not in (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped):
        raise DispatchError(f"Il bollettino {bulletin.id} non è approvato: è {STATUS[bulletin.status]}.")
    sealed = bulletins.approved(session, bulletin.id)
    if sealed is None:
        raise DispatchError(f"Il bollettino {bulletin.id} non è mai stato approvato.")
    approval, version = sealed
    if not is_stopped:
        _check_time(settings, bulletin.slot_at or approval.decided_at, now)
    items = bulletins.items(session, version)
    require_right(settings, session, bulletin, items, now=now)
    if is_stopped and (why := too_late(settings, bulletin, items, now)):
        raise DispatchError(f"Il bollettino {bulletin.id} non riparte. {why}")
    for original_id in told_news.of(session, bulletin.id):
        if bulletins.locked(session, original_id).status == BulletinStatus.sending:
            raise DispatchError(
                f"Il bollettino {bulletin.id} corregge il {original_id}, che è ancora in invio: "
                "fermalo, poi riprova."
            )
    message = message_of(settings, bulletin, items, approval.decided_at)
    if why := broken(settings, session, bulletin, approval, message):
        raise DispatchError(why)
    return Order(
        bulletin.id,
        bulletin.kind,
        message,
        provider.category(settings, session, message.template),
        by_hand=channel.by_hand(settings, session, bulletin),
        is_in_hand=lists.in_hand(session, bulletin) is not None,
        is_new=bulletin.status == BulletinStatus.approved,
    )


def _check_time(settings: Settings, at: datetime, now: datetime) -> None:
    if now < at:
        raise DispatchError(f"È presto: il bollettino parte {giorno_ora(at)}.")
    if now > at + timedelta(minutes=settings.profile.grace_minutes):
        raise DispatchError(f"È tardi: doveva partire {giorno_ora(at)}. Da solo non parte.")


def begin(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late_by: str | None = None,
    despite: Sequence[str] = (),
    is_part: bool = False,
    goes_on: bool = False,
    now: datetime,
    since: timedelta = timedelta(),
) -> Order:
    """Move to sending and queue a delivery for each recipient; a resumed one goes on with who is left.

    The start is counted in the same transaction, with the checks that it was started in spite of. `since`:
    how long ago `now` was, of which the first sign of life must know nothing.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        order = _order(settings, session, bulletin, late=late_by is not None, now=now)
        liveness.reap(session, bulletin_id, now=now)  # what a sender that died had begun is uncertain
        is_joining = senders.is_sending(session, bulletin_id, now=now)
        if is_joining and (is_part or session.get_bind().dialect.name == "sqlite"):
            alone = "a scaglioni" if is_part else "con SQLite"
            raise DispatchError(
                f"Il bollettino {bulletin_id} è già in invio: {alone} spedisce un processo alla volta."
            )
        if is_part:
            parts.require_room(session, bulletin, goes_on=goes_on, since=now)
        if order.is_new or is_part:  # of a next part: who has joined since, too
            if order.by_hand == HandoverKind.channel:
                handovers.plan_channel(session, bulletin_id, now=now)
            else:
                deliveries.plan(session, bulletin_id, recipients.query_of(session, bulletin), now=now)
        if bulletin.status != BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.sending, by=late_by or "invio", now=now)
        bulletin.sent_at = bulletin.sent_at or now
        session.add(bulletin)
        if not is_joining:
            senders.add(session, bulletin_id, by=late_by or "invio", despite=despite, now=now)
        if order.by_hand:
            handovers.begin(session, bulletin_id, order.by_hand, now=now)
            return order
        return replace(order, sender_id=liveness.begin(session, bulletin_id, now=now + since))


def check(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late: bool = False,
    has_server: bool,
    now: datetime,
) -> tuple[Order, Preflight]:
    """What would be sent, and every check of it; changes nothing. DispatchError when nothing would be."""
    with transaction(engine) as session:
        order = prepare(settings, session, bulletin_id, late=late, now=now)
    return order, preflight.look(
        settings, engine, order, site=None, places=places(settings, has_server=has_server), now=now
    )


def dispatch_bulletin(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late_by: str | None = None,
    despite_by: str | None = None,
    goes_on: bool = False,
    has_server: bool = False,
    now: datetime,
    progress: Callable[[], None] = lambda: None,
    open_window: Callable[[], object] = lambda: None,
    warn: Callable[[str], object] = LOG.warning,
    show: Callable[[Preflight], object] = lambda _: None,
    begun: Callable[[], object] = lambda: None,
    gives_way: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Certificate, str | None]:
    """The whole send of one bulletin; also resumes one that was stopped or whose sender died.

    Args:
        late_by: who decides that a stopped send goes on.
        despite_by: who decides that it goes although a check refuses it.
        goes_on: it leaves in parts, by the choice of `late_by`, and its next one is due.
        has_server: whether a Prefect server keeps a witness, too.
        show: told the checks before the first message.
        begun: called when the send can be stopped, before the first message; which waits for it.
        gives_way: asked at times whether it ends so far (GIVES_WAY); its rest is for a next run.
        clock: seconds; reading the pages again and asking the provider takes some.
    """
    began, is_asked = clock(), late_by is not None and not goes_on
    people.replay(settings, engine, now=now)  # whoever left is out, whatever becomes of this send
    with (
        parts.ended_by_trouble(engine, bulletin_id, goes_on=goes_on, now=now),
        held_when_untrue(settings, engine, bulletin_id, now=now, open_window=open_window, warn=warn),
    ):
        with transaction(engine) as session:
            order = prepare(settings, session, bulletin_id, late=late_by is not None, now=now)
        # who reads a channel is not written to by us
        if order.by_hand != HandoverKind.channel and (gap := basis.missing(settings)):
            raise DispatchError(gap)
        if order.is_in_hand:
            return _to_operator(settings, engine, bulletin_id, has_server=has_server, now=now)
        site = require_same_site(settings, engine, bulletin_id, now=now, open_window=open_window, warn=warn)
        outside = places(settings, has_server=has_server)
        checked = preflight.look(settings, engine, order, site=site, places=outside, now=now)
        checked = parts.judged(engine, bulletin_id, checked, goes_on=goes_on, is_asked=is_asked)
        show(checked)
        despite = require_checks(
            settings, engine, bulletin_id, checked, despite_by=despite_by, now=now, warn=warn
        )
        by = late_by or (despite_by if despite else None)
        # "approvato" with the text, whoever approved it: not to come after the messages
        if order.is_new and (why := drafts.tell_approval(settings, engine, bulletin_id, now=now)):
            warn(why)
        since = timedelta(seconds=clock() - began)
        # once more under the lock: the pages were read and the provider was asked meanwhile
        order = begin(
            settings,
            engine,
            bulletin_id,
            late_by=by,
            despite=despite,
            is_part=checked.room is not None,
            goes_on=goes_on,
            now=now,
            since=since,
        )
        for trouble in testify(settings, engine, bulletin_id, has_server=has_server, now=now):
            warn(trouble)
        begun()
        if order.by_hand:
            return _to_operator(settings, engine, bulletin_id, has_server=has_server, now=now)
        order = replace(order, category=checked.way or order.category, room=checked.room)
        reason = asyncio.run(drain(settings, engine, order, progress, gives_way))
        return close(engine, bulletin_id, reason, now=datetime.now(UTC)), reason


def _to_operator(
    settings: Settings, engine: Engine, bulletin_id: int, *, has_server: bool, now: datetime
) -> tuple[Certificate, None]:
    """Open the checklist; without a server at hand `sorveglia` opens it."""
    if has_server:
        window.open_window(settings, engine, bulletin_id, now=now)
    with transaction(engine) as session:
        return deliveries.certificate(session, bulletin_id), None


@dataclass(frozen=True)
class Sent:
    """What a run says of one bulletin. What a person chose is neither refused nor failed."""

    text: str
    is_refused: bool = False  # nothing left
    is_held: bool = False  # nothing left, and an editor is asked
    has_failed: bool = False  # it stopped on its way
    link: str = ""  # to what comes next


def _send(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late_by: str | None = None,
    despite_by: str | None = None,
    hour: datetime | None = None,
    now: datetime,
) -> Sent:
    """One bulletin with all that is shown of it. `hour`: of a slot, whose others may wait for a worker."""
    log = get_run_logger()
    lists = partial(choices.refresh, settings, engine, now=now)
    try:
        chooser = None if late_by else parts.goes_on(settings, engine, bulletin_id, now=now)
        with choices.beside(settings, engine, now=now) as begun:  # no message waits for the lists
            certificate, reason = dispatch_bulletin(
                settings,
                engine,
                bulletin_id,
                late_by=late_by or chooser,
                despite_by=despite_by,
                goes_on=chooser is not None,
                has_server=True,
                now=now,
                progress=pages.progress(settings, engine, bulletin_id),
                begun=begun,
                gives_way=partial(planned.others_wait, settings, engine, bulletin_id, hour=hour),
                open_window=partial(forms.open_review, settings, engine, bulletin_id, now=now),
                warn=partial(log.warning, "%s"),
                show=partial(pages.checks, settings, bulletin_id),
            )
    except HeldError as exc:  # an editor is asked
        log.warning("%s", exc)
        lists()
        drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC))
        return Sent(str(exc), is_held=True)
    except DispatchError as exc:
        log.error("%s", exc)
        lists()
        return Sent(str(exc), is_refused=True)
    if reason == GIVES_WAY:
        if client.start_rest(settings, engine, bulletin_id):
            return Sent(f"{pages.account(engine, bulletin_id, certificate)} {REST}")
        reason = after_all(engine, bulletin_id)
    lists()
    text = pages.account(engine, bulletin_id, certificate)
    if link := window.link(settings, engine, bulletin_id):
        drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC))
        log.info("%s Si invia a mano: %s", text, link)
        return Sent(f"{text} Si invia a mano.", link=link)
    if reason:
        text += f" {parts.told(settings, engine, bulletin_id, reason)}"
    pages.outcome(settings, engine, bulletin_id, text, now=datetime.now(UTC))
    log.info("%s", text)
    if trouble := drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC)).trouble:
        log.warning("%s", trouble)
    failed = reason not in (None, BY_A_PERSON, TODAY_IS_FULL)
    return Sent(text, has_failed=failed, link=pages.certificates(settings, bulletin_id))


def _name() -> str:
    """Of a run of `invia`: a slot's own begins before it knows what is approved for its moment."""
    is_slots_own = flow_run.parameters["bulletin_id"] is None
    return client.titled(SLOTS_OWN if is_slots_own else "Invio (numero {bulletin_id})")()


@flow(name="invia", flow_run_name=_name)
def dispatch(
    bulletin_id: Annotated[
        int | None, Field(title="Numero del bollettino (vuoto: quelli approvati per questo momento)")
    ] = None,
) -> str | State[str]:
    """Invia il bollettino approvato; senza approvazione, o a un'ora sbagliata, non parte niente."""
    settings = load()
    engine = make_engine(settings.database)
    now = waits.wait_for_slot(flow_run.scheduled_start_time)
    moot = planned.moot(engine, bulletin_id, now=now) if bulletin_id else ""
    hour = None if bulletin_id else flow_run.scheduled_start_time
    chosen = due(settings, engine, now) if bulletin_id is None else [] if moot else [bulletin_id]
    # one after the other: a second one is not held against the moment at which the first began
    sent = [_send(settings, engine, one, hour=hour, now=datetime.now(UTC)) for one in chosen]
    if failed := [end for end in sent if end.is_refused or end.has_failed]:
        what = orders.HALF if any(end.has_failed for end in failed) else orders.NOT_DONE
        return client.refused(settings, " ".join(end.text for end in failed), what)
    outcome = "\n".join(end.text for end in sent) or moot or NOTHING
    client.named(settings, " ".join(outcome.split("\n")))
    return outcome


DESPITE = "Parte anche se un controllo dice NON PARTE (lo dice l'e-mail; la decisione è a tuo nome)"


@flow(name="riprendi", flow_run_name=client.titled("Riprendi (bollettino {bollettino})"))
def resume(
    bollettino: Annotated[str, choices.which("Quale bollettino", choices.TO_RESUME)],
    chi: Annotated[str, choices.WHO] = "",
    nonostante: Annotated[bool, Field(title=DESPITE)] = False,
    a_parti: Annotated[bool, Field(title=parts.FIELD_TITLE)] = False,
    codice: Annotated[str, Field(title=acts.FIELD_TITLE)] = "",
) -> str | State[str]:
    """Riprende un invio fermato, o fa partire un bollettino che i controlli hanno trattenuto."""
    settings = load()
    engine = make_engine(settings.database)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    now = datetime.now(UTC)
    try:
        number, _ = acts.chosen(engine, bollettino)
        if trouble := acts.cannot_resume(settings, engine, number, who=chi):
            return orders.refused(settings, engine, NotDoneError(trouble), who=chi)
        decide(settings, engine, number, who=chi, proof=proof, despite=nonostante, in_parts=a_parti, now=now)
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    done = _send(settings, engine, number, late_by=chi, despite_by=chi if nonostante else None, now=now)
    if done.is_refused or done.is_held:
        return orders.refused(settings, engine, done.text, who=chi)
    if done.has_failed:
        return orders.refused(settings, engine, done.text, who=chi, what=orders.HALF)
    return orders.done(settings, engine, done.text, link=done.link)

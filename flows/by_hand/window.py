"""The operator's window on a bulletin that is sent by hand: its form, opened once, replaced when it is gone.

As `flows/desk/windows.py` for the editor's: what was ticked lies in Prefect as the input of a run and a key,
and is read from there raw, whatever became of the run.
"""

from datetime import datetime, timedelta
from typing import Any

from prefect.input import RunInput
from prefect.states import Cancelled
from pydantic import Field, create_model
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, handovers, weather_alerts
from db.engine import transaction
from db.models import Bulletin, BulletinKind, Declaration, HandoverKind
from flows import runs
from flows.assisted import answer, desk, files, page
from flows.assisted.desk import Lists
from flows.bulletin.dates import giorno_ora
from flows.bulletin.desk.words import STATUS, tags
from flows.bulletin.message.assisted import assisted
from flows.desk import windows
from flows.desk.signing import broken, message_of
from flows.dispatching.holding import DispatchError
from flows.runs import RunState
from flows.settings import Settings

WITHIN = timedelta(hours=24)
"""So long the lists may wait for a hand: numbers do not lie in files for ever, and news grow old."""

FLOW = "a-mano"


def key_of(bulletin: Bulletin, attempt: int) -> str:
    return f"by-hand-{bulletin.id}-{bulletin.created_at:%Y%m%dT%H%M%S}-{attempt}"


def round_of(said: list[Declaration]) -> int:
    """The number of the form that waits after these."""
    return len(said) + 1


def address_of(settings: Settings, bulletin: Bulletin) -> str:
    """Of the citizen's page."""
    return f"{settings.words['url_pagine']}/b/{bulletin.code}"


def text_of(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """What is pasted, made from what was sealed. DispatchError, in Italian, when it is not that any more."""
    sealed = bulletins.approved(session, bulletin.id)
    if sealed is None:
        raise DispatchError(f"Il bollettino {bulletin.id} non è mai stato approvato.")
    approval, version = sealed
    items = bulletins.items(session, version)
    message = message_of(settings, bulletin, items, approval.decided_at)
    if why := broken(settings, session, bulletin, approval, message):
        raise DispatchError(why)
    return assisted(message, address_of(settings, bulletin))


def over(session: Session, bulletin: Bulletin, now: datetime) -> str:
    """Why it must not be handed out any longer, in Italian; ""."""
    handover = desk.in_hand(session, bulletin)
    if handover is None:
        return ""
    sealed = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, sealed[1]) if sealed else []
    named = [one.weather_alert_id for one in items if one.weather_alert_id]
    if bulletin.kind != BulletinKind.all_clear and weather_alerts.over(session, named, at=now):
        return "l'allerta è finita"
    if now > handover.begun_at + WITHIN:
        return "nessuno ha detto in 24 ore che è stato inviato"
    return ""


def form(settings: Settings, lists: Lists, number: int, described: str) -> type[RunInput]:
    """One box a list that waits. Shaped around Prefect's form, as the editor's is (`flows/desk/form.py`)."""
    words = settings.texts["a_mano"]
    fields: dict[str, Any] = {
        f"lista_{one}": (bool, Field(default=False, title=page.box(words, lists, one)))
        for one in sorted(lists.open)
    }
    choices = [answer.RECORD, answer.LAST]
    fields[windows.DECISION] = (
        str,
        Field(title=words["decisione"], json_schema_extra={"enum": [*choices]}),
    )
    names = [editor.name for editor in settings.profile.editors]
    fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    made: type[RunInput] = create_model("InvioAMano", __base__=RunInput, **fields)
    made._description = described
    return windows.bound(made, number)


def open_window(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """See that a bulletin in somebody's hands has a window of its latest round; the run's id, else None."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = desk.in_hand(session, bulletin)
        if handover is None:
            return None
        before, attempt, kind = handover.run_id, handover.attempt, handover.kind
        number = round_of(handovers.declarations(session, bulletin_id))
    if before is not None:
        seen = runs.state(before, now=now)
        if seen == RunState.working or (seen == RunState.waiting and windows.is_usable(before, number)):
            return before
        if seen != RunState.over:
            runs.end(before, windows.gone(seen))
        attempt += 1
    what = "da pubblicare nel canale" if kind == HandoverKind.channel else "da inviare a mano"
    run_id = runs.start(
        settings,
        FLOW,
        {"bulletin_id": bulletin_id},
        key=key_of(bulletin, attempt),
        name=f"Bollettino {bulletin_id} · {what}",
        tags=tags(bulletin.kind, "da inviare a mano"),
    )
    with transaction(engine) as session:
        bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
        if handover is not None:
            handover.run_id, handover.attempt = run_id, attempt
            session.add(handover)
    return run_id


def store_answers(
    settings: Settings, engine: Engine, bulletin_id: int, *, besides: str | None = None, now: datetime
) -> None:
    """Store every form that was confirmed in this bulletin's windows, each once."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
    if handover is None:
        return
    keys = [key_of(bulletin, attempt) for attempt in range(handover.attempt + 1)]
    for given in windows.confirmed(keys, besides=besides, now=now):
        desk.record(
            settings,
            engine,
            bulletin_id,
            answer.read(given.values),
            answers=(given.run_id, given.version),
            at=given.at,
        )


def close_window(settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime) -> None:
    """Take in what was ticked, delete the files and cancel the window of a bulletin that was stopped."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
    if handover is None:
        return
    desk.stop(settings, engine, bulletin_id, why, by="sorveglianza", now=now)
    store_answers(settings, engine, bulletin_id, now=now)
    run_id = handover.run_id
    if run_id is None or runs.state(run_id, now=now) not in (RunState.waiting, RunState.lost):
        return
    runs.end(run_id, Cancelled(message=why))
    runs.rename(
        settings, run_id, f"Bollettino {bulletin_id} · fermato: {why}", tags=tags(bulletin.kind, "fermato")
    )


def close_if_stopped(
    settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime
) -> None:
    """Close the window of a bulletin that was taken out of the operator's hands; nothing for any other."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        was_by_hand = handovers.of(session, bulletin_id) is not None
        is_in_hand = desk.in_hand(session, bulletin) is not None
    if was_by_hand and not is_in_hand:
        close_window(settings, engine, bulletin_id, why, now=now)


def tend(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> None:
    """For the watch: who left since is off the lists, the window is there, and what waits too long ends."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        why = over(session, bulletin, now)
        text = ""
        if not why:
            try:
                text = text_of(settings, session, bulletin)
            except DispatchError as exc:
                why = str(exc)
    if why:
        close_window(settings, engine, bulletin_id, why, now=now)
        return
    if desk.hand_out(settings, engine, bulletin_id, text=text, now=now) is not None:
        open_window(settings, engine, bulletin_id, now=now)


def sweep(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Delete the files of bulletins that are in nobody's hands any more, whoever should have done it."""
    for bulletin_id in files.left(settings):
        with transaction(engine) as session:
            bulletin = session.get(Bulletin, bulletin_id)
            is_in_hand = bulletin is not None and desk.in_hand(session, bulletin) is not None
        if bulletin is None:  # of a database that was restored since
            files.remove(settings, bulletin_id)
        elif not is_in_hand:
            close_window(settings, engine, bulletin_id, STATUS[bulletin.status], now=now)


def link(settings: Settings, engine: Engine, bulletin_id: int) -> str:
    """Where the checklist of a bulletin in somebody's hands is; "" for any other."""
    with transaction(engine) as session:
        handover = desk.in_hand(session, bulletins.locked(session, bulletin_id))
    if handover is None:
        return ""
    return runs.link(settings, handover.run_id) if handover.run_id else "l'elenco si apre entro 5 minuti"


def until(handover_begun_at: datetime) -> str:
    return giorno_ora(handover_begun_at + WITHIN)

"""The operator's window on a bulletin that is sent by hand: its form, opened once, replaced when it is gone.

As `flows/runs/forms.py` for the editor's: what was ticked lies in Prefect as the input of a run and a key,
and is read from there raw, whatever became of the run.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, handovers
from db.engine import transaction
from db.models import Bulletin, BulletinStatus, Declaration, Handover, HandoverKind
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.message.paste import assisted
from flows.bulletin.status import STATUS, tags, waiting_tags
from flows.by_hand import files, lists, page
from flows.door.sealed_code import FIELD, Proof
from flows.review import acts, codes
from flows.review.acts import NotProvedError
from flows.runs import client, forms
from flows.runs.client import RunState
from flows.runs.forms import Confirmation
from flows.sending.drain import DispatchError, UntrueError
from flows.sending.hold import CORRECTED, UNTRUE, require_right, sealed_items
from flows.sending.seal import broken, message_of
from flows.settings import Settings

WITHIN = timedelta(hours=24)
"""So long the lists may wait for a hand: numbers do not lie in files for ever, and news grow old."""

FLOW = "a-mano"


def key_of(bulletin: Bulletin, attempt: int) -> str:
    return f"by-hand-{bulletin.id}-{bulletin.created_at:%Y%m%dT%H%M%S}-{attempt}"


def round_of(declarations: list[Declaration]) -> int:
    """The number of the form that waits after these."""
    return len(declarations) + 1


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


def over(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> str:
    """Why it must not be handed out any longer, in Italian; ""."""
    handover = lists.in_hand(session, bulletin)
    if handover is None:
        return ""
    try:
        require_right(settings, session, bulletin, sealed_items(session, bulletin.id), now=now)
    except UntrueError as exc:
        return UNTRUE if exc.seen else CORRECTED
    if now > handover.begun_at + WITHIN:
        return "nessuno ha detto in 24 ore che è stato inviato"
    return ""


def form(settings: Settings, waiting: lists.Lists, version: int, described: str) -> type[forms.Form]:
    """One box a list that waits. Shaped around Prefect's form, as the editor's is (`review/form.py`)."""
    words = settings.texts["a_mano"]
    fields: dict[str, Any] = {
        f"lista_{list_number}": (bool, Field(default=False, title=page.box(words, waiting, list_number)))
        for list_number in sorted(waiting.open)
    }
    choices = [lists.RECORD, lists.LAST]
    fields[forms.DECISION] = (
        str,
        Field(title=words["decisione"], json_schema_extra={"enum": [*choices]}),
    )
    if not settings.signs_in:  # else who answers has signed in
        names = [editor.name for editor in settings.profile.editors]
        fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    if codes.are_in_forms(settings):
        fields[FIELD] = (str, Field(default="", title=words["codice"]))
    return forms.bound(forms.make("InvioAMano", fields, described), version)


def open_window(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """See that a bulletin in somebody's hands has a window of its latest round; the run's id, else None."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = lists.in_hand(session, bulletin)
        if handover is None:
            return None
        before, attempt, kind = handover.run_id, handover.attempt, handover.kind
        version = round_of(handovers.declarations(session, bulletin_id))
    if before is not None:
        if forms.still_serves(settings, before, version, now=now):
            return before
        attempt += 1
    what = "da pubblicare nel canale" if kind == HandoverKind.channel else "da inviare a mano"
    run_id = client.start(
        settings,
        FLOW,
        {"bulletin_id": bulletin_id},
        key=key_of(bulletin, attempt),
        name=f"Bollettino {bulletin_id} · {what}",
        tags=waiting_tags(bulletin.kind, "da inviare a mano"),
    )
    with transaction(engine) as session:
        bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
        if handover is not None:
            handover.run_id, handover.attempt = run_id, attempt
            session.add(handover)
    return run_id


def store_answers(
    settings: Settings, engine: Engine, bulletin_id: int, *, also_in: str | None = None, now: datetime
) -> None:
    """Store every form that was confirmed in this bulletin's windows, each once."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
        stored = {(row.run_id, row.answered_round) for row in handovers.declarations(session, bulletin_id)}
    if handover is None:
        return
    keys = [key_of(bulletin, attempt) for attempt in range(handover.attempt + 1)]
    answers = forms.confirmed(settings, FLOW, keys, stamp_key=settings.stamp_key(), also_in=also_in, now=now)
    for confirmation in answers:
        if (confirmation.run_id, confirmation.version) not in stored:
            store(settings, engine, bulletin_id, confirmation)
        if settings.profile.asks_codes:
            forms.forget(confirmation, FIELD, stamp_key=settings.stamp_key())


def store(settings: Settings, engine: Engine, bulletin_id: int, confirmation: Confirmation) -> None:
    """One confirmed checklist; who declares or ends something proves it as an approval is proved."""
    code, values = codes.without_code(confirmation.values)
    given = Proof(code, confirmation.at, person=confirmation.person, act=confirmation.act)
    answer = lists.read(values)
    answer = replace(answer, who=acts.own_name(settings, answer.who, given))
    person, refused = None, "" if confirmation.is_stamped else forms.without_stamp(settings, confirmation)
    try:
        if not refused and answer.who in {editor.name for editor in settings.profile.editors}:
            person = acts.judge(
                settings,
                engine,
                answer.who,
                given,
                now=confirmation.at,
            )
    except NotProvedError as exc:
        refused = str(exc)

    def prove(session: Session, words: str) -> None:
        if person is not None:
            acts.note(
                settings,
                session,
                person,
                FLOW,
                words,
                bulletin_id=bulletin_id,
                letter=False,
                now=confirmation.at,
            )

    lists.record(
        settings,
        engine,
        bulletin_id,
        answer,
        answers=(confirmation.run_id, confirmation.version),
        at=confirmation.at,
        refused=refused,
        prove=prove,
    )


def _handed_out(engine: Engine, bulletin_id: int) -> tuple[Bulletin, Handover | None]:
    """A bulletin, and how it was put into a person's hands if it ever was."""
    with transaction(engine) as session:
        return bulletins.locked(session, bulletin_id), handovers.of(session, bulletin_id)


def close_window(settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime) -> None:
    """Take in what was ticked, delete the files and cancel the window of a bulletin that was stopped."""
    bulletin, handover = _handed_out(engine, bulletin_id)
    if handover is None:
        return
    lists.stop(settings, engine, bulletin_id, why, by="sorveglianza", now=now)
    store_answers(settings, engine, bulletin_id, now=now)
    run_id = handover.run_id
    if run_id is None or client.state(run_id, now=now) not in (RunState.waiting, RunState.lost):
        return
    client.cancel(run_id, why)
    client.rename(
        settings, run_id, f"Bollettino {bulletin_id} · fermato: {why}", tags=tags(bulletin.kind, "fermato")
    )


def close_if_stopped(
    settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime
) -> None:
    """Close the window of a bulletin that was taken out of the operator's hands; nothing for any other."""
    bulletin, handover = _handed_out(engine, bulletin_id)
    if handover is not None and bulletin.status != BulletinStatus.sending:
        close_window(settings, engine, bulletin_id, why, now=now)


def tend(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> None:
    """For the watch: who left since is off the lists, the window is there, and what waits too long ends."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        why = over(settings, session, bulletin, now)
        text = ""
        if not why:
            try:
                text = text_of(settings, session, bulletin)
            except DispatchError as exc:
                why = str(exc)
    if why:
        close_window(settings, engine, bulletin_id, why, now=now)
        return
    if lists.hand_out(settings, engine, bulletin_id, text=text, now=now) is not None:
        open_window(settings, engine, bulletin_id, now=now)


def sweep(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Delete the files of bulletins that are in nobody's hands any more, whoever should have done it."""
    for bulletin_id in files.left(settings):
        with transaction(engine) as session:
            bulletin = session.get(Bulletin, bulletin_id)
            is_in_hand = bulletin is not None and lists.in_hand(session, bulletin) is not None
        if bulletin is None:  # of a database that was restored since
            files.remove(settings, bulletin_id)
        elif not is_in_hand:
            close_window(settings, engine, bulletin_id, STATUS[bulletin.status], now=now)


def link(settings: Settings, engine: Engine, bulletin_id: int) -> str:
    """Where the checklist of a bulletin in somebody's hands is; "" for any other."""
    bulletin, handover = _handed_out(engine, bulletin_id)
    if handover is None or bulletin.status != BulletinStatus.sending:
        return ""
    return client.link(settings, handover.run_id) if handover.run_id else "l'elenco si apre entro 5 minuti"


def until(handover_begun_at: datetime) -> str:
    return giorno_ora(handover_begun_at + WITHIN)

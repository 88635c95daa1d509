"""flow: a bulletin in an operator's hands. Writes the lists, suspends with the checklist, counts what went.

As approve: our database is the clock and holds what was said, the run is a window on it. On resume it runs
again from the top, where each confirmed checklist is stored once, and whoever left meanwhile is taken off the
lists that still wait.
"""

import time
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from pydantic import Field, ValidationError
from sqlalchemy import Engine

from db import bulletins, deliveries, handovers
from db.engine import make_engine, transaction
from db.models import Bulletin, Declaration
from flows.bulletin.status import STATUS, tags, waiting_tags
from flows.by_hand import files, page, window
from flows.by_hand import lists as desk
from flows.by_hand.lists import Lists
from flows.by_hand.page import Page
from flows.letters import drafts
from flows.privacy.intact import load
from flows.runs import client, forms, pages, waits
from flows.runs.client import RunState
from flows.runs.flow import flow
from flows.sending.certificate import words
from flows.sending.drain import DispatchError
from flows.settings import Settings

SOON = 2.0  # seconds until somebody's own message is looked at again


@flow(name="a-mano", flow_run_name=client.titled("Invio a mano (bollettino {bulletin_id})"))
def hand_over(bulletin_id: Annotated[int, Field(title="Numero del bollettino")]) -> str:
    """Tiene aperto l'elenco di un bollettino che si invia a mano, finché tutto è dichiarato."""
    return waits.patiently(partial(until_declared, bulletin_id))


def until_declared(bulletin_id: int) -> str:
    """Store what was confirmed, and suspend with the next checklist while something waits."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    run_id = str(flow_run.id)
    while True:
        now = datetime.now(UTC)
        window.store_answers(settings, engine, bulletin_id, also_in=run_id, now=now)
        if desk.finish(settings, engine, bulletin_id, now=now):
            break
        waiting = _look(settings, engine, bulletin_id, run_id, now)
        if isinstance(waiting, str):
            return waiting
        bulletin, lists, declarations, text = waiting
        if lists is None:
            break
        if not lists.open:
            continue  # nobody waits any more
        log.info("bollettino %s: liste da inviare %s", bulletin_id, sorted(lists.open))
        wording = settings.texts["a_mano"]
        shows = _page(settings, engine, bulletin, lists, declarations, text)
        client.rename(
            settings,
            run_id,
            page.title(lists, bulletin_id),
            tags=waiting_tags(bulletin.kind, "da inviare a mano"),
        )
        create_markdown_artifact(
            page.full(wording, shows), key=settings.own(f"a-mano-{bulletin_id}"), description="Che cosa fare"
        )
        round_number = window.round_of(declarations)
        try:
            suspend_flow_run(
                wait_for_input=window.form(settings, lists, round_number, page.brief(wording, shows)),
                key=forms.review_key(round_number),
                timeout=None,
            )
        except ValidationError:  # somebody set the run going without its form; `sorveglia` opens another
            client.rename(settings, run_id, f"Bollettino {bulletin_id} · ripreso senza il modulo")
            return "Ripreso senza il modulo: se ne apre un altro entro 5 minuti."
    return _end(settings, engine, bulletin_id, run_id)


def _look(
    settings: Settings, engine: Engine, bulletin_id: int, run_id: str, now: datetime
) -> tuple[Bulletin, Lists | None, list[Declaration], str] | str:
    """The lists as they are now, and what they are shown with; or why this run has nothing to do."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
        declarations = handovers.declarations(session, bulletin_id)
        if handover is None:
            return f"Il bollettino {bulletin_id} non è nelle mani di chi invia: non c'è niente da spuntare."
        other, why, text = handover.run_id, window.over(settings, session, bulletin, now), ""
        if not why:
            try:
                text = window.text_of(settings, session, bulletin)
            except DispatchError as exc:
                why = str(exc)
    if why:
        desk.stop(settings, engine, bulletin_id, why, by=desk.BY, now=now)
        return bulletin, None, declarations, ""
    if other not in (None, run_id) and client.state(other, now=now) in (RunState.waiting, RunState.working):
        return f"L'elenco è già aperto: {client.link(settings, other)}"
    lists = desk.hand_out(settings, engine, bulletin_id, text=text, now=now)
    while lists is not None and lists.unread:  # half a minute at most: then they are left out
        time.sleep(SOON)
        lists = desk.hand_out(settings, engine, bulletin_id, text=text, now=datetime.now(UTC))
    return bulletin, lists, declarations, text


def _page(
    settings: Settings,
    engine: Engine,
    bulletin: Bulletin,
    lists: Lists,
    declarations: list[Declaration],
    text: str,
) -> Page:
    with transaction(engine) as session:
        handover = handovers.of(session, bulletin.id)
    assert handover is not None  # noqa: S101  its rows stay
    return Page(
        lists,
        folder=str(files.folder(settings, bulletin.id)),
        text=text,
        address=window.address_of(settings, bulletin),
        until=window.until(handover.begun_at),
        declarations=declarations,
    )


def _end(settings: Settings, engine: Engine, bulletin_id: int, run_id: str) -> str:
    """How it ended, in the run's name, its page and the certificate."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        declarations = handovers.declarations(session, bulletin_id)
        counts = words(deliveries.certificate(session, bulletin_id))
    closing = STATUS[bulletin.status]
    sentence = f"Bollettino {bulletin_id} {closing}. {counts}."
    client.rename(
        settings, run_id, f"Bollettino {bulletin_id} · {closing} a mano", tags=tags(bulletin.kind, closing)
    )
    create_markdown_artifact(
        page.ended(settings.texts["a_mano"], declarations, sentence),
        key=f"a-mano-{bulletin_id}",
        description="Come è finita",
    )
    pages.outcome(settings, engine, bulletin_id, sentence, now=datetime.now(UTC))
    posted = drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC))
    if posted.trouble:
        get_run_logger().warning("%s", posted.trouble)
    return sentence

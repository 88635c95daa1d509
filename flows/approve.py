"""flow: the editor's window on one bulletin. Suspends with the form; draft -> approved | rejected | merged.

Our database is the clock and holds the decision. The run waits under the number of the stored version; on
resume it runs again from the top, where every answer that is not stored yet becomes version n+1, with the
decision, in one transaction. A text that cannot go comes back with the reason.
"""

from datetime import UTC, datetime
from functools import partial

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items, recipients, weather_alerts
from db.engine import make_engine, transaction
from db.errors import StoreError
from db.models import Approval, Bulletin, BulletinItem, BulletinStatus, BulletinVersion, Decision
from flows import runs, windows
from flows.bulletin.message import compile_message, template_name
from flows.bulletin.review import check, decision_of
from flows.bulletin.words import STATUS
from flows.form import Round, answer_of, describe, form, room
from flows.runs import RunState
from flows.settings import Settings, load
from flows.windows import Given

BEHIND = "La bozza è stata aggiornata mentre la leggevi: ricontrolla il testo e conferma di nuovo."


def load_round(engine: Engine, bulletin_id: int) -> Round:
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        version = bulletins.latest(session, bulletin_id)
        if version is None:
            raise StoreError(f"bulletin {bulletin_id} has no text yet")
        return Round(
            bulletin,
            version.number,
            tuple(bulletins.items(session, version)),
            tuple(version.problems.splitlines()),
            tuple(item.title for item in news_items.unsent(session)),
        )


def record(settings: Settings, engine: Engine, bulletin_id: int, given: Given) -> BulletinStatus:
    """Store an answer as the next version, and what it decides, in one transaction; once, whoever calls.

    Returns the status after it. An answer counts from its Resume, not from when a worker came to it.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        shown = bulletins.version_of(session, bulletin_id, given.version)
        if shown is None or (given.run_id, given.version) in bulletins.answered(session, bulletin_id):
            return bulletin.status
        items = bulletins.items(session, shown)
        answer = answer_of(given.values, items)
        decision = decision_of(answer.decision)
        dated = bulletin.slot_at or given.at
        checked = check([item.text for item in items], answer, partial(room, settings, dated))
        kept = [(items[index], text) for index, text in checked.items]
        problems: list[str] = []
        if decision is None or answer.who not in {editor.name for editor in settings.profile.editors}:
            problems.append("Scegli una decisione e il tuo nome dagli elenchi.")
        if decision in (Decision.approve, Decision.save):
            problems += checked.problems
        if decision == Decision.approve:
            problems += _over(session, [item for item, _ in kept], dated)
            newest = bulletins.latest(session, bulletin_id)
            problems += [BEHIND] if newest and newest.number != given.version else []
        late = bulletin.deadline_at is not None and given.at > bulletin.deadline_at
        if bulletin.status == BulletinStatus.in_review and late:
            bulletins.move(
                session, bulletin, BulletinStatus.expired, by=answer.who, now=given.at, reason="deadline"
            )
        version = bulletins.add_version(
            session,
            bulletin,
            [_data(item, text) for item, text in kept],
            author=answer.who,
            now=given.at,
            note=answer.note,
            problems=problems,
            answers=(given.run_id, given.version),
        )
        if bulletin.status == BulletinStatus.in_review and decision in MOVES and not problems:
            _decide(settings, session, bulletin, version, decision, given)
            if decision == Decision.discard:
                found = [item.news_item_id for item in items if item.news_item_id]
                news_items.discard(session, found, now=given.at)
        return bulletin.status


MOVES = {
    Decision.approve: BulletinStatus.approved,
    Decision.postpone: BulletinStatus.merged,
    Decision.discard: BulletinStatus.rejected,
}


def _over(session: Session, items: list[BulletinItem], at: datetime) -> list[str]:
    """An alert that has ended by the moment of the send is wrong news."""
    alerts = [item.weather_alert_id for item in items if item.weather_alert_id]
    ended = weather_alerts.over(session, alerts, at=at)
    return [
        f"Notizia {number}: l'allerta è già finita. Toglila dall'ordine."
        for number, item in enumerate(items, start=1)
        if item.weather_alert_id in ended
    ]


def _decide(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    decision: Decision,
    given: Given,
) -> None:
    approval = Approval(
        bulletin_id=bulletin.id,
        version_number=version.number,
        decision=decision,
        approver=version.author,
        decided_at=given.at,
        flow_run_id=given.run_id,
    )
    if decision == Decision.approve:
        items = bulletins.items(session, version)
        message = compile_message(
            items,
            settings.frame(template_name(len(items))),
            dated=bulletin.slot_at or given.at,
            code=bulletin.code,
            language=settings.profile.whatsapp.language,
        )
        approval.seal = message.sealed(recipients.AUDIENCE_RULE[bulletin.kind])
        approval.head_count = len(recipients.audience(session, bulletin.kind))
    session.add(approval)
    bulletins.move(session, bulletin, MOVES[decision], by=version.author, now=given.at)


def _data(item: BulletinItem, text: str) -> bulletins.ItemData:
    return bulletins.ItemData(
        title=item.title,
        category=item.category,
        url=item.url,
        text=text,
        news_item_id=item.news_item_id,
        weather_alert_id=item.weather_alert_id,
    )


def store_answers(settings: Settings, engine: Engine, bulletin_id: int, run_id: str, now: datetime) -> None:
    """Store what was confirmed in any window of this bulletin, however that window ended."""
    with transaction(engine) as session:
        attempts = bulletins.locked(session, bulletin_id).review_attempt
    for given in windows.given(bulletin_id, attempts, besides=run_id, now=now):
        record(settings, engine, bulletin_id, given)


def other_window(draft: Round, run_id: str, now: datetime) -> str | None:
    """The run of another live window: a second one would take an editor's answer to an old text."""
    other = draft.bulletin.review_run_id
    if other in (None, run_id) or runs.state(other, now=now) not in (RunState.waiting, RunState.working):
        return None
    return other


@flow(name="approva", retries=3, retry_delay_seconds=10)
def approve(bulletin_id: int) -> str:
    """Tiene aperto il modulo di un bollettino finché qualcuno decide."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    run_id = str(flow_run.id)
    while True:
        now = datetime.now(UTC)
        store_answers(settings, engine, bulletin_id, run_id, now)
        draft = load_round(engine, bulletin_id)
        log.info("bollettino %s, versione %s: %s", bulletin_id, draft.version, draft.bulletin.status)
        if draft.bulletin.status != BulletinStatus.in_review:
            break
        if other := other_window(draft, run_id, now):
            return f"Il modulo è già aperto: {runs.link(settings, other)}"
        runs.rename(settings, run_id, draft.name)
        create_markdown_artifact(
            describe(settings, draft, now), key=f"bozza-{bulletin_id}", description="La bozza come si vede"
        )
        suspend_flow_run(
            wait_for_input=form(settings, draft, now), key=windows.review_key(draft.version), timeout=None
        )
    closing = STATUS[draft.bulletin.status]
    runs.rename(settings, run_id, f"{draft.title} · {closing}")
    if draft.bulletin.status == BulletinStatus.approved and draft.bulletin.slot_at is None:
        runs.start_dispatch(settings, engine, bulletin_id)
    return closing

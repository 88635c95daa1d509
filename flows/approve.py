"""flow: the editor's window on one bulletin. Suspends with the form; draft -> approved | rejected | merged.

Our database is the clock and holds the decision. The run waits under the number of the stored version; on
resume it runs again from the top, where every answer that is not stored yet becomes version n+1, with the
decision, in one transaction. A text that cannot go comes back with the reason.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items, weather_alerts
from db.bulletins import ItemData
from db.engine import make_engine, transaction
from db.errors import StoreError
from db.models import (
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    Decision,
)
from flows import notify, runs, windows
from flows.bulletin.desk.provenance import judged
from flows.bulletin.desk.review import check, decision_of, whole
from flows.bulletin.desk.words import STATUS
from flows.editors import codes
from flows.form import Round, answer_of, artifact, form, room, with_sources
from flows.rereading import Seen, call_editors, gone, reread_bulletin
from flows.runs import RunState
from flows.settings import Settings, load
from flows.signing import MOVES, Signature, awaited, close, sign
from flows.sources.pages import Now
from flows.windows import Given

BEHIND = "La bozza è stata aggiornata mentre la leggevi: ricontrolla il testo e conferma di nuovo."


def load_round(engine: Engine, bulletin_id: int, seen: Sequence[Seen] = ()) -> Round:
    """`seen` are its pages, read again."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        version = bulletins.latest(session, bulletin_id)
        if version is None:
            raise StoreError(f"bulletin {bulletin_id} has no text yet")
        items = bulletins.items(session, version)
        return Round(
            bulletin,
            version.number,
            tuple(items),
            tuple(version.problems.splitlines()),
            tuple(item.title for item in news_items.unsent(session)),
            with_sources(session, items),
            awaited(session, bulletin),
            tuple(one.line for one in seen),
        )


def record(
    settings: Settings, engine: Engine, bulletin_id: int, given: Given, *, lost: Collection[int] = ()
) -> BulletinStatus:
    """Store an answer as the next version, and what it decides, in one transaction; once, whoever calls.

    Returns the status after it. An answer counts from its Resume, not from when a worker came to it.
    `lost` are ids of the news whose page is gone from the site by now.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        shown = bulletins.version_of(session, bulletin_id, given.version)
        if shown is None or (given.run_id, given.version) in bulletins.answered(session, bulletin_id):
            return bulletin.status
        items = bulletins.items(session, shown)
        code, values = codes.without_code(given.values)
        answer = answer_of(values, items)
        decision = decision_of(answer.decision)
        dated = bulletin.slot_at or given.at
        checked = check([item.text for item in items], answer, partial(room, settings, bulletin, dated))
        if bulletin.template:
            checked = whole(answer, checked)
        kept = [(items[index], text) for index, text in checked.items]
        problems: list[str] = []
        editor = next((one for one in settings.profile.editors if one.name == answer.who), None)
        late = bulletin.deadline_at is not None and given.at > bulletin.deadline_at
        if bulletin.status == BulletinStatus.in_review and late:
            bulletins.move(
                session, bulletin, BulletinStatus.expired, by=answer.who, now=given.at, reason="deadline"
            )
        signature: Signature | None = None
        if decision is None or editor is None:
            problems.append("Scegli una decisione e il tuo nome dagli elenchi.")
        if decision in (Decision.approve, Decision.save):
            problems += checked.problems
        if decision == Decision.approve:
            if bulletin.kind != BulletinKind.all_clear:  # which is about what is over
                problems += _over(session, [item for item, _ in kept], dated)
            if editor and bulletin.status == BulletinStatus.in_review:
                proof = codes.judge(settings, session, editor, code, at=given.at)
                blocks = frozenset(_unsupported(session, [_data(item, text) for item, text in kept], lost))
                signature = Signature(editor, proof, answer.source, blocks, answer.note)
                problems += [] if proof.passes else [proof.sentence]
            newest = bulletins.latest(session, bulletin_id)
            problems += [BEHIND] if newest and newest.number != given.version else []
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
            if signature is not None:
                sign(settings, session, bulletin, version, signature, given)
            else:
                close(settings, session, bulletin, version, decision, given)
            if decision == Decision.discard:
                found = [item.news_item_id for item in items if item.news_item_id]
                news_items.discard(session, found, now=given.at)
        return bulletin.status


def _over(session: Session, items: list[BulletinItem], at: datetime) -> list[str]:
    """An alert that has ended by the moment of the send is wrong news."""
    alerts = [item.weather_alert_id for item in items if item.weather_alert_id]
    ended = weather_alerts.over(session, alerts, at=at)
    return [
        f"Notizia {number}: l'allerta è già finita. Toglila dall'ordine."
        for number, item in enumerate(items, start=1)
        if item.weather_alert_id in ended
    ]


def _unsupported(session: Session, items: list[ItemData], lost: Collection[int]) -> list[str]:
    """What the texts tell and their pages do not: the site is corrected first, or the text."""
    vanished = [
        gone(number, one.title) for number, one in enumerate(items, start=1) if one.news_item_id in lost
    ]
    return vanished + [
        f"Notizia {number}: {trouble}"
        for number, one in enumerate(judged(with_sources(session, items)), start=1)
        if one.verdict
        for trouble in one.verdict.blocked
    ]


def _data(item: BulletinItem, text: str) -> ItemData:
    return ItemData(
        title=item.title,
        category=item.category,
        url=item.url,
        text=text,
        news_item_id=item.news_item_id,
        weather_alert_id=item.weather_alert_id,
    )


def look_again(settings: Settings, engine: Engine, bulletin_id: int, now: datetime) -> list[Seen]:
    """Read the site again for a bulletin that waits, and queue the letters about what changed."""
    with transaction(engine) as session:
        if bulletins.locked(session, bulletin_id).status != BulletinStatus.in_review:
            return []
    seen = reread_bulletin(settings, engine, bulletin_id, now=now)
    with transaction(engine) as session:
        call_editors(settings, session, bulletin_id, seen, now=now)
    return seen


def store_answers(
    settings: Settings, engine: Engine, bulletin_id: int, run_id: str, now: datetime, seen: Sequence[Seen]
) -> None:
    """Store what was confirmed in any window of this bulletin, however that window ended."""
    lost = [one.news_item_id for one in seen if one.state == Now.gone]
    with transaction(engine) as session:
        attempts = bulletins.locked(session, bulletin_id).review_attempt
    for given in windows.given(bulletin_id, attempts, besides=run_id, now=now):
        record(settings, engine, bulletin_id, given, lost=lost)
        if settings.profile.asks_codes:
            windows.forget(given, codes.FIELD)


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
        # before the answers: what was approved is judged by the pages as they are
        seen = look_again(settings, engine, bulletin_id, now)
        store_answers(settings, engine, bulletin_id, run_id, now, seen)
        posted = notify.told_at_once(settings, engine, bulletin_id, now=now)
        if posted.trouble:
            log.warning("%s", posted.trouble)
        draft = load_round(engine, bulletin_id, seen)
        log.info("bollettino %s, versione %s: %s", bulletin_id, draft.version, draft.bulletin.status)
        if draft.bulletin.status != BulletinStatus.in_review:
            break
        if other := other_window(draft, run_id, now):
            return f"Il modulo è già aperto: {runs.link(settings, other)}"
        runs.rename(settings, run_id, draft.name)
        create_markdown_artifact(
            artifact(settings, draft, now), key=f"bozza-{bulletin_id}", description="La bozza come si vede"
        )
        suspend_flow_run(
            wait_for_input=form(settings, draft, now), key=windows.review_key(draft.version), timeout=None
        )
    closing = STATUS[draft.bulletin.status]
    runs.rename(settings, run_id, f"{draft.title} · {closing}")
    if draft.bulletin.status == BulletinStatus.approved and draft.bulletin.slot_at is None:
        runs.start_dispatch(settings, engine, bulletin_id)
    return closing

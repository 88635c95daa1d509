"""flow: the editor's window on one bulletin. Suspends with the form; draft -> approved | rejected | merged.

Our database is the clock and holds the decision. The run waits under the number of the stored version; on
resume it runs again from the top, where every answer that is not stored yet becomes version n+1, with the
decision, in one transaction. A text that cannot go comes back with the reason. What an answer asks of the
world outside (the site read again, a sample on a telephone) happens beside that transaction, never in it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from prefect.utilities.timeout import timeout
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items
from db.engine import StoreError, alone, make_engine, transaction
from db.models import Bulletin, BulletinItem, BulletinStatus, Decision
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.markdown import escaped
from flows.bulletin.status import STATUS, tags
from flows.door.sealed import FIELD
from flows.draft.evidence import with_sources
from flows.draft.items import PURPOSE
from flows.draft.refresh import Waiting, queue, situation_of, still_behind
from flows.letters import drafts
from flows.letters.briefing import reach
from flows.letters.drafts import tell_changes
from flows.privacy.intact import load
from flows.review import codes
from flows.review.choices import Choice, came_late, choice_of
from flows.review.codes import Judged
from flows.review.form import Round, answer_of, artifact, form
from flows.review.signing import Signature, awaited, close, is_sent_back, send_back, sign
from flows.review.text import NOTHING_READ, Site, text_of, unsupported, untrue
from flows.runs import client, forms
from flows.runs.client import RunState
from flows.runs.forms import Confirmation
from flows.sending import samples
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading, reread_bulletin
from flows.sources.visit import collect_sources

BEHIND = "La bozza è stata aggiornata mentre la leggevi: ricontrolla il testo e conferma di nuovo."
LONGEST = 10 * 60  # seconds, for all of a site
UNKNOWN = "Scegli una decisione e il tuo nome dagli elenchi."
ENDS = {Choice.postpone: Decision.postpone, Choice.discard: Decision.discard}


def load_round(
    settings: Settings, engine: Engine, bulletin_id: int, seen: Sequence[Rereading] = (), *, now: datetime
) -> Round:
    """`seen` are its pages, read again."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        version = bulletins.latest(session, bulletin_id)
        if version is None:
            raise StoreError(f"bulletin {bulletin_id} has no text yet")
        items = bulletins.items(session, version)
        sample = samples.sentence(settings, session, bulletin_id, version.number)
        return Round(
            bulletin,
            version.number,
            tuple(items),
            tuple(version.problems.splitlines()),
            _queue(settings, session, bulletin, items, now),
            with_sources(session, items),
            awaited(settings, session, bulletin),
            tuple(one.line for one in still_behind(session, items, seen)),
            tuple(filter(None, [*version.remarks.splitlines(), sample])),
            is_sent_back(session, version),
            reach(settings, session, bulletin, items),
        )


def _queue(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime
) -> tuple[Waiting, ...]:
    """None for a message whose lines are fixed."""
    if bulletin.template:
        return ()
    situation = situation_of(settings, session, bulletin, now)
    return queue(settings, situation, {item.news_item_id for item in items if item.news_item_id})


def record(
    settings: Settings, engine: Engine, bulletin_id: int, given: Confirmation, *, site: Site = NOTHING_READ
) -> BulletinStatus:
    """Store an answer as the next version, and what it decides, in one transaction; once, whoever calls.

    Returns the status after it. An answer counts from its Resume, not from when a worker came to it.
    """
    with transaction(engine) as session:
        alone(session, PURPOSE)  # what joins from the queue must not be composed into another meanwhile
        bulletin = bulletins.locked(session, bulletin_id)
        shown = bulletins.version_of(session, bulletin_id, given.version)
        if shown is None or (given.run_id, given.version) in bulletins.answered(session, bulletin_id):
            return bulletin.status
        items = bulletins.items(session, shown)
        code, values = codes.without_code(given.values)
        answer = answer_of(values, items)
        choice = choice_of(answer.decision) if given.is_stamped else None  # its text is kept, and that is all
        who = answer.who if given.is_stamped else "sconosciuto"
        editor = next((one for one in settings.profile.editors if one.name == answer.who), None)
        late = bulletin.deadline_at is not None and given.at > bulletin.deadline_at
        if bulletin.status == BulletinStatus.in_review and late:
            bulletins.move(session, bulletin, BulletinStatus.expired, by=who, now=given.at, reason="deadline")
        is_open = bulletin.status == BulletinStatus.in_review
        text = text_of(settings, session, bulletin, shown, answer, choice, site, at=given.at)
        problems = [] if choice and editor else [UNKNOWN]
        if not given.is_stamped:
            problems = [forms.without_stamp(settings, given)]
        problems += text.problems
        signature: Signature | None = None
        if choice == Choice.approve:
            leaves = max(bulletin.slot_at or given.at, given.at)
            problems += untrue(settings, session, bulletin, text.items, at=leaves)
            if editor and is_open:
                proof = codes.judge(settings, session, editor, code, at=given.at)
                blocks = unsupported(session, text.items, site.lost)
                signature = Signature(editor, proof, answer.source, blocks, answer.note)
                problems += [] if proof.passes else [proof.sentence]
            newest = bulletins.latest(session, bulletin_id)
            problems += [BEHIND] if newest and newest.number != given.version else []
        ending: Judged | None = None  # who ends an alert in another's name silences it
        if choice in ENDS and editor and is_open:
            ending = codes.judge(settings, session, editor, code, at=given.at, approves=False)
            problems += [] if ending.passes else [ending.sentence]
        version = bulletins.add_version(
            session,
            bulletin,
            text.items,
            author=who,
            now=max(given.at, site.read_at or given.at),
            note=answer.note,
            problems=problems if is_open else (),
            remarks=text.remarks if is_open else [came_late(bulletin)],
            answers=(given.run_id, given.version),
        )
        if not is_open or problems or editor is None:
            return bulletin.status
        if signature is not None:
            sign(settings, session, bulletin, version, signature, given)
        elif choice == Choice.send_back:
            send_back(settings, session, bulletin, version, editor)
        elif choice == Choice.sample and (why := samples.ask(settings, session, bulletin, version, editor)):
            version.remarks = "\n".join([*text.remarks, why])
        elif choice in ENDS and ending is not None:
            codes.spend(session, ending, bulletin.id)
            close(settings, session, bulletin, version, ENDS[choice], given, ending.proof)
        if choice == Choice.discard:
            found = [item.news_item_id for item in items if item.news_item_id]
            news_items.discard(session, found, now=given.at)
        return bulletin.status


def look_again(settings: Settings, engine: Engine, bulletin_id: int, now: datetime) -> list[Rereading]:
    """Read the site again for a bulletin that waits, and queue the letters about what changed."""
    with transaction(engine) as session:
        if bulletins.locked(session, bulletin_id).status != BulletinStatus.in_review:
            return []
    seen = reread_bulletin(settings, engine, bulletin_id, now=now)
    with transaction(engine) as session:
        if bulletins.locked(session, bulletin_id).template is None:  # else `urgente` calls for a new text
            tell_changes(settings, session, bulletin_id, seen, now=now)
    return seen


def store_answers(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    run_id: str,
    now: datetime,
    seen: Sequence[Rereading],
) -> None:
    """Store what was confirmed in any window of this bulletin, however that window ended."""
    lost = frozenset(one.news_item_id for one in seen if one.news_item_id and one.state == Now.gone)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
    key = settings.stamp_key()
    for given in forms.confirmations(bulletin, stamp_key=key, also_in=run_id, now=now):
        site = Site(lost)
        if asks_to_read(engine, bulletin_id, given):
            site = read_site(settings, lost, now)
        record(settings, engine, bulletin_id, given, site=site)
        if settings.profile.asks_codes:
            forms.forget(given, FIELD, stamp_key=key)


def asks_to_read(engine: Engine, bulletin_id: int, given: Confirmation) -> bool:
    """Whether an answer that is not stored yet, nor comes too late, wants the site read again."""
    if not given.is_stamped or choice_of(str(given.values.get("decisione", ""))) != Choice.reread:
        return False
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        late = bulletin.deadline_at is not None and given.at > bulletin.deadline_at
        stored = (given.run_id, given.version) in bulletins.answered(session, bulletin_id)
        return bulletin.status == BulletinStatus.in_review and not late and not stored


def read_site(settings: Settings, lost: frozenset[int], now: datetime) -> Site:
    """Read every source of the profile, as collect does, for as long as an editor can be kept waiting."""
    try:
        with timeout(LONGEST):
            readings = collect_sources(settings, "all", now=now)
    except TimeoutError:
        return Site(lost, now, (f"il sito, entro {LONGEST // 60} minuti",))
    return Site(lost, now, tuple(one.source for one in readings if one.failure))


def other_window(draft: Round, run_id: str, now: datetime) -> str | None:
    """The run of another live window: a second one would take an editor's answer to an old text."""
    other = draft.bulletin.review_run_id
    if other in (None, run_id) or client.state(other, now=now) not in (RunState.waiting, RunState.working):
        return None
    return other


def ended(draft: Round) -> str:
    """What the run's page says of a bulletin that waits no longer (Markdown)."""
    bulletin = draft.bulletin
    said = f"{STATUS[bulletin.status]} ({bulletin.status_by}, {giorno_ora(bulletin.status_at)})"
    return "\n\n".join([f"**{escaped(f'{draft.title}: {said}')}.**", *map(escaped, draft.remarks)])


@flow(name="approva")
def approve(bulletin_id: int) -> str:
    """Tiene aperto il modulo di un bollettino finché qualcuno decide."""
    return client.patiently(partial(until_decided, bulletin_id))


def until_decided(bulletin_id: int) -> str:
    """Store what was answered, and suspend with the next form unless that decided."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    run_id = str(flow_run.id)
    while True:
        now = datetime.now(UTC)
        # before the answers: what was approved is judged by the pages as they are
        seen = look_again(settings, engine, bulletin_id, now)
        store_answers(settings, engine, bulletin_id, run_id, now, seen)
        samples.send_asked(settings, engine, bulletin_id, now=datetime.now(UTC))
        posted = drafts.told_at_once(settings, engine, bulletin_id, now=now)
        if posted.trouble:
            log.warning("%s", posted.trouble)
        draft = load_round(settings, engine, bulletin_id, seen, now=now)
        log.info("bollettino %s, versione %s: %s", bulletin_id, draft.version, draft.bulletin.status)
        if draft.bulletin.status != BulletinStatus.in_review:
            break
        if other := other_window(draft, run_id, now):
            return f"Il modulo è già aperto: {client.link(settings, other)}"
        client.rename(settings, run_id, draft.name, tags=draft.tags)
        create_markdown_artifact(
            artifact(settings, draft, now), key=f"bozza-{bulletin_id}", description="La bozza come si vede"
        )
        try:
            suspend_flow_run(
                wait_for_input=forms.bound(form(settings, draft, now), draft.version),
                key=forms.review_key(draft.version),
                timeout=None,
            )
        except ValidationError:  # somebody set the run going without its form; `sorveglia` opens another
            client.rename(settings, run_id, f"{draft.title} · ripreso senza il modulo")
            return "Ripreso senza il modulo: se ne apre un altro entro 5 minuti."
    closing = STATUS[draft.bulletin.status]
    client.rename(settings, run_id, f"{draft.title} · {closing}", tags=tags(draft.bulletin.kind, closing))
    create_markdown_artifact(ended(draft), key=f"bozza-{bulletin_id}", description="Come è finita")
    if draft.bulletin.status == BulletinStatus.approved and draft.bulletin.slot_at is None:
        client.start_dispatch(settings, engine, bulletin_id, now=datetime.now(UTC))
    return closing

"""flow: the editor's window on one bulletin. Suspends with the form; draft -> approved | rejected | merged.

Our database is the clock and holds the decision. The run waits under the number of the stored version; on
resume it runs again from the top, where every answer that is not stored yet becomes version n+1, with the
decision, in one transaction. A text that cannot go comes back with the reason. What an answer asks of the
world outside (the site read again, a sample on a telephone) happens beside that transaction, never in it.
"""

from collections.abc import Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from prefect import get_run_logger
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from prefect.utilities.timeout import timeout
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items, sign_offs
from db.engine import StoreError, alone, make_engine, transaction
from db.models import Bulletin, BulletinStatus, BulletinVersion, Decision
from flows.accounts import persons
from flows.accounts.asked import in_anothers_name
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.markdown import escaped, within
from flows.bulletin.status import STATUS, tags
from flows.door.sealed_code import FIELD, Proof
from flows.draft.alert_reasons import alert_lines
from flows.draft.evidence import misquoted, of_whole, with_sources
from flows.draft.items import PURPOSE
from flows.draft.missed import begin_before
from flows.draft.refresh import queue, situation_of, still_behind
from flows.draft.slots import closed_days, early
from flows.letters import drafts
from flows.letters.briefing import reach
from flows.letters.drafts import tell_changes
from flows.privacy.intact import load
from flows.review import acts, codes
from flows.review.choices import SIGNED, Choice, came_late, choice_of
from flows.review.codes import Judged
from flows.review.form import answer_of, form
from flows.review.page import Round, artifact, evidence
from flows.review.sign_off import ASK_SOURCE, signed_by
from flows.review.signing import Signature, awaited, close, is_sent_back, send_back, sign
from flows.review.text import NOTHING_READ, Site, text_of, unsupported, untrue
from flows.runs import choices, client, forms, pages, waits
from flows.runs.client import RunState
from flows.runs.flow import flow
from flows.runs.forms import Confirmation
from flows.sending import samples
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading, reread_bulletin
from flows.sources.visit import collect_sources

BEHIND = "La bozza è stata aggiornata mentre la leggevi: ricontrolla il testo e conferma di nuovo."
LONGEST = 10 * 60  # seconds, for all of a site
LISTS = 10.0  # that letters wait for the start forms: where the server is away its client tries for minutes
NO_CHOICE = "Scegli una decisione dall'elenco."
UNKNOWN = "Scegli una decisione e il tuo nome dagli elenchi: un nome solo."
ENDS = {Choice.postpone: Decision.postpone, Choice.discard: Decision.discard}


@dataclass(frozen=True)
class Start:
    """How a round finds its bulletin, before the site is read again and answers are stored."""

    bulletin: Bulletin
    answered: frozenset[tuple[str, int]]  # run and version of the answers that are stored

    @property
    def is_open(self) -> bool:
        return self.bulletin.status == BulletinStatus.in_review

    def holds(self, answer: Confirmation) -> bool:
        return (answer.run_id, answer.version) in self.answered


def load_start(engine: Engine, bulletin_id: int) -> Start:
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        return Start(bulletin, frozenset(bulletins.answered(session, bulletin_id)))


def load_round(
    settings: Settings, engine: Engine, bulletin_id: int, seen: Sequence[Rereading] = (), *, now: datetime
) -> Round:
    """What a round shows, once its answers are stored; `seen` are its pages, read again."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        version = bulletins.latest(session, bulletin_id)
        if version is None:
            raise StoreError(f"bulletin {bulletin_id} has no text yet")
        items = bulletins.items(session, version)
        is_fixed = bulletin.template is not None
        situation = None if is_fixed else situation_of(settings, session, bulletin, now)
        news = {item.news_item_id for item in items if item.news_item_id}
        outside = queue(settings, situation, news) if situation else ()
        words = sign_offs.genuine(session, settings.vault(), bulletin_id)
        signed = signed_by(settings.vault(), session, bulletin, version)
        sample = samples.sentence(settings, session, bulletin_id, version.number)
        return Round(
            bulletin=bulletin,
            version=version.number,
            items=tuple(items),
            problems=tuple(version.problems.splitlines()),
            queue=outside,
            sourced=with_sources(session, items, is_fixed=is_fixed),
            awaited=awaited(settings, session, bulletin, words, signed),
            signed=tuple(editor.name for editor in settings.profile.editors if editor.id in signed),
            site=tuple(rereading.line for rereading in still_behind(session, items, seen)),
            remarks=tuple(filter(None, [*version.remarks.splitlines(), sample])),
            whole=tuple(of_whole(session, bulletin, items, now)),
            written_by=written_by(session, version),
            is_sent_back=is_sent_back(version, words),
            reach=reach(settings, session, bulletin, items),
            early=early(
                settings.profile,
                bulletin.slot_at,
                now,
                closed_days(session, now),
                inside=begin_before(bulletin, items, now),
                outside=any(one.is_before for one in outside),
            ),
            alerts=alert_lines(settings, session, bulletin, items, situation, made_at=version.created_at)
            if situation
            else (),
        )


def written_by(session: Session, version: BulletinVersion) -> str:
    """Who wrote the text as it stands, and when; "" of what was composed and never answered.

    Of versions with one text the first counts: an approval stores the text once more.
    """
    if version.answered_run_id is None:
        return ""
    texts = _texts(session, version)
    written = version
    for earlier in reversed(bulletins.versions(session, version.bulletin_id)):
        if earlier.number < version.number:
            if _texts(session, earlier) != texts:
                break
            written = earlier
    if written.answered_run_id is None:
        return f"Risposta di {version.author}, {giorno_ora(version.created_at)}: il testo non è cambiato."
    return f"Testo di {written.author}, {giorno_ora(written.created_at)}."


def _texts(session: Session, version: BulletinVersion) -> list[tuple[str, str]]:
    return [(item.title, item.text) for item in bulletins.items(session, version)]


def record(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    confirmed: Confirmation,
    *,
    site: Site = NOTHING_READ,
) -> BulletinStatus:
    """Store an answer as the next version, and what it decides, in one transaction; once, whoever calls.

    Returns the status after it. An answer counts from its Resume, not from when a worker came to it.
    """
    with transaction(engine) as session:
        alone(session, PURPOSE)  # what joins from the queue must not be composed into another meanwhile
        bulletin = bulletins.locked(session, bulletin_id)
        shown_version = bulletins.version_of(session, bulletin_id, confirmed.version)
        key = (confirmed.run_id, confirmed.version)
        if shown_version is None or key in bulletins.answered(session, bulletin_id):
            return bulletin.status
        items = bulletins.items(session, shown_version)
        code, values = codes.without_code(confirmed.values)
        answer = answer_of(values, items)
        # of an answer without a stamp the text is kept, and that is all
        choice = choice_of(answer.decision) if confirmed.is_stamped else None
        given = Proof(code, confirmed.at, person=confirmed.person, act=confirmed.act)
        signed_in = persons.with_id(settings.profile, confirmed.person)
        named = acts.own_name(settings, answer.who, given)
        who = signed_in.name if signed_in else named if confirmed.is_stamped else "sconosciuto"
        editor = next((person for person in settings.profile.editors if person.name == named), None)
        is_late = bulletin.deadline_at is not None and confirmed.at > bulletin.deadline_at
        if bulletin.status == BulletinStatus.in_review and is_late:
            bulletins.move(
                session, bulletin, BulletinStatus.expired, by=who, now=confirmed.at, reason="deadline"
            )
        is_open = bulletin.status == BulletinStatus.in_review
        text = text_of(settings, session, bulletin, shown_version, answer, choice, site, at=confirmed.at)
        problems = [] if choice and editor else [UNKNOWN if answer.who or not confirmed.person else NO_CHOICE]
        if choice and (other := in_anothers_name(settings, confirmed.person, named)):
            problems, editor = [other], None
        if not confirmed.is_stamped:
            problems = [forms.without_stamp(settings, confirmed)]
        problems += text.problems
        signature: Signature | None = None
        if choice == Choice.approve:
            leaves = max(bulletin.slot_at or confirmed.at, confirmed.at)
            problems += untrue(settings, session, bulletin, text.items, at=leaves)
            problems += misquoted(session, bulletin, text.items)
            if editor and is_open:
                blocks = unsupported(session, text.items, site.lost, is_fixed=bool(bulletin.template))
                is_final = bool(blocks) or codes.is_final(settings, bulletin, confirmed.at)
                proof = codes.judge(settings, session, editor, given, at=confirmed.at, is_final=is_final)
                signature = Signature(editor, proof, answer.source, blocks, answer.note)
                problems += [] if proof.passes else [proof.sentence]
                is_first = not signed_by(settings.vault(), session, bulletin, shown_version)
                if problems and blocks and is_first and not answer.source.strip():
                    problems += [*sorted(blocks), ASK_SOURCE]  # all that it takes, at once
            newest = bulletins.latest(session, bulletin_id)
            problems += [BEHIND] if newest and newest.number != confirmed.version else []
        ending: Judged | None = None  # who ends an alert in another's name silences it
        if choice in ENDS and editor and is_open:
            ending = codes.judge(settings, session, editor, given, at=confirmed.at, approves=False)
            problems += [] if ending.passes else [ending.sentence]
        version = bulletins.add_version(
            session,
            bulletin,
            text.items,
            author=who,
            now=max(confirmed.at, site.read_at or confirmed.at),
            note=answer.note,
            problems=problems if is_open else (),
            remarks=text.remarks if is_open else [came_late(bulletin)],
            answers=key,
        )
        if not is_open or problems or editor is None:
            return bulletin.status
        if signature is not None:
            sign(settings, session, bulletin, version, signature, confirmed)
        elif choice == Choice.send_back:
            send_back(settings, session, bulletin, version, editor)
        elif choice == Choice.sample and (why := samples.ask(settings, session, bulletin, version, editor)):
            version.remarks = "\n".join([*text.remarks, why])
        elif choice in ENDS and ending is not None:
            codes.spend(settings, session, ending, bulletin.id)
            close(settings, session, bulletin, version, ENDS[choice], confirmed, ending.proof)
        if choice == Choice.discard:
            news_ids = [item.news_item_id for item in items if item.news_item_id]
            news_items.discard(session, news_ids, now=confirmed.at)
        return bulletin.status


def look_again(settings: Settings, engine: Engine, bulletin: Bulletin, now: datetime) -> list[Rereading]:
    """Read the site again for a bulletin that waits, and queue the letters about what changed."""
    if bulletin.status != BulletinStatus.in_review:
        return []
    seen = reread_bulletin(settings, engine, bulletin.id, now=now)
    # of a fixed text `urgente` calls for a new one
    if bulletin.template is None and any(rereading.holds for rereading in seen):
        with transaction(engine) as session:
            bulletins.locked(session, bulletin.id)  # of two that find one change, one tells it
            tell_changes(settings, session, bulletin.id, seen, now=now)
    return seen


def store_answers(
    settings: Settings, engine: Engine, start: Start, run_id: str, now: datetime, seen: Sequence[Rereading]
) -> BulletinStatus:
    """Store what was confirmed in any window of this bulletin, however that window ended; its status then."""
    lost = frozenset(
        rereading.news_item_id for rereading in seen if rereading.news_item_id and rereading.state == Now.gone
    )
    status, key = start.bulletin.status, settings.stamp_key()
    for answer in forms.confirmations(settings, start.bulletin, stamp_key=key, also_in=run_id, now=now):
        if not start.holds(answer):
            is_asked = status == BulletinStatus.in_review and asks_to_read(start, answer)
            site = read_site(settings, lost, now) if is_asked else Site(lost)
            status = record(settings, engine, start.bulletin.id, answer, site=site)
        if settings.profile.asks_codes:
            forms.forget(answer, FIELD, stamp_key=key)
    return status


def asks_to_read(start: Start, answer: Confirmation) -> bool:
    """Whether an answer that was not stored yet, nor comes too late, wants the site read again."""
    if not answer.is_stamped or choice_of(str(answer.values.get("decisione", ""))) != Choice.reread:
        return False
    deadline = start.bulletin.deadline_at
    is_late = deadline is not None and answer.at > deadline
    return start.is_open and not is_late and not start.holds(answer)


def read_site(settings: Settings, lost: frozenset[int], now: datetime) -> Site:
    """Read every source of the profile, as collect does, for as long as an editor can be kept waiting."""
    try:
        with timeout(LONGEST):
            readings = collect_sources(settings, "all", now=now)
    except TimeoutError:
        return Site(lost, now, (f"il sito, entro {LONGEST // 60} minuti",))
    return Site(lost, now, tuple(reading.source for reading in readings if reading.failure))


def other_window(draft: Round, run_id: str, now: datetime) -> str | None:
    """The run of another live window: a second one would take an editor's answer to an old text."""
    other = draft.bulletin.review_run_id
    if other in (None, run_id) or client.state(other, now=now) not in (RunState.waiting, RunState.working):
        return None
    return other


def ended(settings: Settings, draft: Round, now: datetime) -> str:
    """What the run's page says of a bulletin that waits no longer, above the text that was decided on."""
    bulletin = draft.bulletin
    state = f"{STATUS[bulletin.status]} ({bulletin.status_by}, {giorno_ora(bulletin.status_at)})"
    told = [f"**{escaped(f'{draft.title}: {state}')}.**", *map(escaped, draft.remarks)]
    return within([*told, *evidence(settings, draft.sourced, bulletin.slot_at or now, bulletin.template)])


def ordered(settings: Settings, engine: Engine, bulletin: Bulletin) -> bool:
    """Whether the send of what leaves at once is ordered, or none is wanted; before letters and pages, which
    are made while its process starts. It waits for the letter of the approval itself.
    """
    try:
        start_at_once(settings, engine, bulletin)
    except Exception:  # noqa: BLE001  what was decided is told all the same; the end of the round tries again
        get_run_logger().exception("bollettino %s: l'invio non è ancora avviato", bulletin.id)
        return False
    return True


def start_at_once(settings: Settings, engine: Engine, bulletin: Bulletin) -> None:
    if bulletin.status == BulletinStatus.approved and bulletin.slot_at is None:
        client.start_dispatch(settings, engine, bulletin.id, now=datetime.now(UTC))


@flow(name="approva")
def approve(bulletin_id: int) -> str:
    """Tiene aperto il modulo di un bollettino finché qualcuno decide."""
    return waits.patiently(partial(until_decided, bulletin_id))


def until_decided(bulletin_id: int) -> str:
    """Store what was answered, and suspend with the next form unless that decided."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    run_id = str(flow_run.id)
    while True:
        now = datetime.now(UTC)
        start = load_start(engine, bulletin_id)
        # before the answers: what was approved is judged by the pages as they are
        seen = look_again(settings, engine, start.bulletin, now)
        status = store_answers(settings, engine, start, run_id, now, seen)
        decided = start.bulletin  # as it is before its send moves it on
        if status != decided.status:
            decided = load_start(engine, bulletin_id).bulletin
        is_ordered = decided.status != BulletinStatus.in_review and ordered(settings, engine, decided)
        with choices.beside(settings, engine, now=datetime.now(UTC)) as begun:
            if decided.status != BulletinStatus.in_review:  # before the letter, whose link takes it back
                wait([begun()], timeout=LISTS)
            samples.send_asked(settings, engine, bulletin_id, now=datetime.now(UTC))
            posted = drafts.told_at_once(settings, engine, bulletin_id, now=now)
        if posted.trouble:
            log.warning("%s", posted.trouble)
        draft = load_round(settings, engine, bulletin_id, seen, now=now)
        if decided.status == BulletinStatus.in_review:
            decided = draft.bulletin
        log.info("bollettino %s, versione %s: %s", bulletin_id, draft.version, STATUS[decided.status])
        if decided.status != BulletinStatus.in_review:
            break
        if other := other_window(draft, run_id, now):
            return f"Il modulo è già aperto: {client.link(settings, other)}"
        client.rename(settings, run_id, draft.name, tags=draft.tags)
        page = pages.draft(settings, bulletin_id, artifact(settings, draft, now), "La bozza come si vede")
        try:
            suspend_flow_run(
                wait_for_input=forms.bound(
                    form(settings, draft, now, page),
                    draft.version,
                    signed="" if settings.signs_in else SIGNED,
                ),
                key=forms.review_key(draft.version),
                timeout=None,
            )
        except ValidationError:  # somebody set the run going without its form; `sorveglia` opens another
            client.rename(settings, run_id, f"{draft.title} · ripreso senza il modulo")
            return "Ripreso senza il modulo: se ne apre un altro entro 5 minuti."
    closing = STATUS[decided.status]
    client.rename(settings, run_id, f"{draft.title} · {closing}", tags=tags(decided.kind, closing))
    page = ended(settings, replace(draft, bulletin=decided), datetime.now(UTC))
    pages.draft(settings, bulletin_id, page, "Come è finita")
    if not is_ordered:
        start_at_once(settings, engine, decided)
    return closing

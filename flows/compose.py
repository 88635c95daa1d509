"""flow: unsent items -> summaries -> Bulletin (draft); starts approve.

Idempotent for a slot: a draft that no person has touched is refreshed, what a person edited is never
rewritten, and a slot that was decided stays decided. Nothing new means no bulletin, and says so, by a letter,
too. Each run for a slot leaves its mark (`flows/doctor/composition.py`).
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, sources, told_news, weather_notices
from db.bulletins import ItemData
from db.engine import alone, make_engine, transaction
from db.models import WAITING, Bulletin, BulletinItem, BulletinKind, BulletinStatus, Source
from flows.bulletin.alerts.items import remarks
from flows.bulletin.choosing.changes import outdated
from flows.bulletin.choosing.selection import LeftOut, left_out_lines, notes, way_out
from flows.bulletin.language.dates import giorno, giorno_ora
from flows.bulletin.language.markdown import escaped, within
from flows.bulletin.message.exact import template_name
from flows.bulletin.message.frame import preview
from flows.bulletin.slots import Slot
from flows.bulletin.status import STATUS
from flows.doctor import composition
from flows.draft.evidence import SourcedItem, judged, vote, with_sources
from flows.draft.items import (
    AUTHOR,
    PURPOSE,
    Situation,
    is_untouched,
    latest_items,
    pick,
    read_situation,
    times,
    write,
)
from flows.draft.slots import closed_days, slot_after
from flows.draft.writer import propose
from flows.letters import drafts, empty_slot
from flows.privacy.intact import load
from flows.review.evidence import attention
from flows.review.page import evidence
from flows.runs import client, forms, pages
from flows.runs.flow import flow
from flows.settings import Settings
from flows.sources.alerts import TOO_OLD, alert_addresses
from flows.sources.silence import doubts

if TYPE_CHECKING:
    from flows.draft.chat import Model

LOG = logging.getLogger(__name__)
TO_WRITE = "Nessun bollettino: delle notizie nuove nessuna ha un testo che si possa inviare. Scrivilo tu."


@dataclass(frozen=True)
class Draft:
    """What compose made, found or would make."""

    why: str  # in Italian, for the editor
    blind: tuple[str, ...] = ()  # sources that could not be read: "nothing new" is not known of them
    bulletin_id: int | None = None
    items: tuple[ItemData, ...] = ()
    notes: tuple[str, ...] = ()  # of each item: its category, and why it stands where it does
    queue: tuple[str, ...] = ()  # titles with their notes
    left_out: tuple[LeftOut, ...] = ()
    hints: tuple[str, ...] = ()  # what helps those that are not in it
    preview: str = ""
    remarks: tuple[str, ...] = ()  # alert issuers that disagree, weather notices that are no allerta
    changed: tuple[str, ...] = ()  # what bulletins tell and the site says otherwise by now
    evidence: tuple[str, ...] = ()  # what to look at, the phone, the source of every fact (Markdown)


@dataclass(frozen=True)
class Beside:
    """What an editor should know beside a draft, in Italian."""

    blind: tuple[str, ...]
    remarks: tuple[str, ...]
    changed: tuple[str, ...]


def beside(settings: Settings, session: Session, situation: Situation) -> Beside:
    """What is to be said of sources, alerts and what is told already, as it is in this situation."""
    stored = {source.address: source for source in sources.all_of(session)}
    return Beside(
        blind(settings, session, stored, situation.times.now),
        _of_alerts(settings, session, stored, situation),
        _changed(session, situation),
    )


def blind(
    settings: Settings, session: Session, stored: Mapping[str, Source], now: datetime
) -> tuple[str, ...]:
    """Sources of the profile that failed, were never read, or not for too long, in Italian."""
    wanted = settings.profile.sources
    lines = [] if wanted.feeds or wanted.listings else ["Il profilo non indica nessun feed di notizie."]
    alerts = [address for _, address in alert_addresses(settings.profile)]
    for address in (*wanted.feeds, *(page.address for page in wanted.listings), *alerts):
        source = stored.get(address)
        if source is None or source.succeeded_at is None or source.failure:
            why = source.failure if source and source.failure else "mai letta"
            lines.append(f"Non si legge {address} ({why}).")
        elif address in alerts and now - source.succeeded_at > TOO_OLD:
            lines.append(f"Non si legge {address} (l'ultima volta {giorno_ora(source.succeeded_at)}).")
        elif address not in alerts:
            lines += doubts(session, source, now)
    return tuple(lines)


def _of_alerts(
    settings: Settings, session: Session, stored: Mapping[str, Source], situation: Situation
) -> tuple[str, ...]:
    at = situation.times.sent_at
    dpc = stored.get(settings.profile.sources.alerts_dpc)
    doubtful = (dpc.warnings or "").splitlines() if dpc else []
    return (
        *(f"Bollettino della Protezione Civile: {line}." for line in doubtful),
        *remarks(situation.alerts, weather_notices.in_force(session, now=at), at),
        *(
            f"L'allerta di {giorno(day)} non entra qui: la annuncia subito un bollettino urgente."
            for day in sorted(situation.own_days)
        ),
    )


def _changed(session: Session, situation: Situation) -> tuple[str, ...]:
    """News of living bulletins whose facts changed on the site since."""
    return tuple(
        outdated(
            news.item.title,
            told_at=news.bulletin_at,
            is_sent=news.bulletin.sent_at is not None,
            changed_at=news.item.facts_changed_at or situation.times.now,
            lost=[fact for revision in revisions for fact in revision.lost],
            gained=[fact for revision in revisions for fact in revision.gained],
        )
        for news, revisions in told_news.updates_since(session, situation.recent)
    )


def existing(session: Session, slot: Slot | None) -> Bulletin | None:
    """The slot's bulletin, whatever became of it; without a slot, one that still lives."""
    if slot:
        return bulletins.of_slot(session, BulletinKind.ordinary, slot.dispatch_at)
    waiting = bulletins.with_status(
        session, BulletinStatus.draft, BulletinStatus.in_review, BulletinStatus.approved
    )
    ordinary = [bulletin for bulletin in waiting if bulletin.kind == BulletinKind.ordinary]
    return next((bulletin for bulletin in ordinary if bulletin.slot_at is None), None)


def compose_draft(
    settings: Settings, engine: Engine, *, at_approval: bool, dry_run: bool = False, now: datetime
) -> Draft:
    """Make or refresh the draft of the next slot (or one that goes at approval), or say why not."""
    with transaction(engine) as session:
        alone(session, PURPOSE)
        closed = closed_days(session, now)
        slot = None if at_approval else slot_after(settings.profile, now, closed)
        if slot is None and not at_approval:
            return Draft("Il profilo non prevede invii nei prossimi dodici mesi.")
        draft = _made(settings, session, slot, closed, dry_run=dry_run, now=now)
        if dry_run:
            session.rollback()
            return replace(draft, why="Prova: non è stato scritto niente.") if draft.items else draft
        if slot and draft.bulletin_id is None:
            empty_slot.tell_nothing(
                settings,
                session,
                slot,
                why=draft.why,
                blind=draft.blind,
                waiting=draft.queue,
                left_out=draft.left_out,
                now=now,
            )
    if slot:
        _leave_mark(settings, slot, draft, now)
    return draft


def _made(
    settings: Settings,
    session: Session,
    slot: Slot | None,
    closed: Collection[date],
    *,
    dry_run: bool,
    now: datetime,
) -> Draft:
    before = existing(session, slot)
    is_free = before is None or is_untouched(session, before, AUTHOR)
    slot_at, deadline_at = (slot.dispatch_at, slot.deadline_at) if slot else (None, None)
    situation = read_situation(
        settings,
        session,
        times(settings, slot_at, deadline_at, now, closed),
        excluding=before.id if before and is_free else None,
    )
    about = beside(settings, session, situation)
    if before and not is_free:
        return Draft(
            f"C'è già un bollettino per questo invio: {STATUS[before.status]}.{_kept(session, before)}",
            bulletin_id=before.id,
            remarks=about.remarks,
            changed=about.changed,
        )
    draft = _draft(settings, session, situation, about, before)
    if not draft.items or dry_run:
        return draft
    if before and _as_read(latest_items(session, before.id)) == _as_read(draft.items):
        return replace(draft, why="La bozza è già aggiornata.", bulletin_id=before.id)
    bulletin = before or bulletins.create(
        session, slot_at=slot_at, deadline_at=deadline_at, by=AUTHOR, now=now
    )
    bulletins.add_version(session, bulletin, draft.items, author=AUTHOR, now=now)
    when = f"per {giorno_ora(slot.dispatch_at)}" if slot else "da inviare appena approvato"
    why = f"Bozza {'aggiornata' if before else 'pronta'}, {when}."
    return replace(draft, why=why, bulletin_id=bulletin.id)


def _leave_mark(settings: Settings, slot: Slot, draft: Draft, now: datetime) -> None:
    """By which the watchdog tells a slot without news from a run that died."""
    mark = composition.Mark(at=now, slot_at=slot.dispatch_at, is_drafted=draft.bulletin_id is not None)
    try:
        composition.leave(settings.state, mark)
    except OSError as exc:  # the disk is full: others say so, and what was drafted stands in the database
        LOG.warning("%s cannot be written: %s", composition.FILE, exc.strerror)


def _kept(session: Session, before: Bulletin) -> str:
    """Why a draft that still waits was not refreshed."""
    version = bulletins.latest(session, before.id)
    if before.status not in WAITING or version is None:
        return ""
    return f" Da solo non si aggiorna più: {version.author} ha già risposto nel modulo."


def _as_read(items: Sequence[BulletinItem | ItemData]) -> list[tuple[str, str]]:
    return [(item.category, item.text) for item in items]


def _draft(
    settings: Settings, session: Session, situation: Situation, about: Beside, before: Bulletin | None
) -> Draft:
    """What the bulletin would say, judged at the moment of its send."""
    at = situation.times.sent_at
    selection = pick(settings, situation)
    draft = Draft(
        why="Nessun bollettino: non ci sono notizie nuove",
        blind=about.blind,
        bulletin_id=before.id if before else None,
        queue=tuple(f"{item.title} ({notes(item)})" for item in selection.queue),
        left_out=selection.left_out,
        hints=tuple(way_out(selection.left_out, selection.queue)),
        remarks=about.remarks,
        changed=about.changed,
    )
    if not selection.chosen:
        if any(item.unwritten for item in selection.queue):
            return replace(draft, why=f"{TO_WRITE}{' Non tutte le fonti si leggono.' if about.blind else ''}")
        end = ", ma non tutte le fonti si leggono." if about.blind else "."
        return replace(draft, why=f"{draft.why}{end}")
    items = write(settings, session, selection.chosen, at, situation.times.now)
    frame = settings.frame(template_name(len(items)))
    sourced = with_sources(session, items)
    return replace(
        draft,
        why="",
        bulletin_id=None,
        items=tuple(items),
        notes=tuple(notes(item) for item in selection.chosen),
        preview=preview(frame, [item.text for item in items], giorno(at)),
        evidence=(
            attention(judged(sourced), vote(settings, at, situation.times.now)),
            origins(sourced),
            *evidence(settings, sourced, at),
        ),
    )


def origins(items: Sequence[SourcedItem]) -> str:
    """Which texts a model wrote, or why it did not (Markdown); "" where none was asked."""
    lines = [
        f"- Notizia {position}: {escaped(item.origin)}"
        for position, item in enumerate(items, start=1)
        if item.origin
    ]
    return "\n".join(["### Chi ha scritto i testi", "", *lines]) if lines else ""


def drafted(
    settings: Settings, engine: Engine, *, at_approval: bool, now: datetime, model: "Model | None" = None
) -> Draft:
    """`compose_draft`, and then a model's texts where the profile names one: the draft never waits for it."""
    draft = compose_draft(settings, engine, at_approval=at_approval, now=now)
    texts = [(item.news_item_id, item.text) for item in draft.items if item.news_item_id]
    if not propose(settings, engine, texts, model=model):
        return draft
    again = compose_draft(settings, engine, at_approval=at_approval, now=now)
    return replace(again, why=draft.why)


def report(draft: Draft) -> str:
    """What an editor reads of it (Markdown)."""
    parts = [f"**{draft.why}**"]
    if draft.blind:
        parts += ["**Attenzione:**", *(f"- {escaped(line)}" for line in draft.blind)]
    if draft.remarks:
        parts += ["Da sapere sulle allerte:", *(f"- {escaped(line)}" for line in draft.remarks)]
    if draft.changed:
        parts += [
            "**Cambiate sul sito dopo la scrittura:**",
            *(f"- {escaped(line)}" for line in draft.changed),
        ]
    noted = zip(draft.items, draft.notes, strict=True)
    parts += [
        f"{position}. {escaped(item.title)} ({escaped(note)})"
        for position, (item, note) in enumerate(noted, start=1)
    ]
    if draft.queue:
        parts += ["In coda:", *(f"- {escaped(line)}" for line in draft.queue)]
    if draft.left_out:
        parts += ["Lasciate fuori:", *(f"- {escaped(line)}" for line in left_out_lines(draft.left_out))]
    return "\n\n".join([*parts, *draft.hints])


def shown(settings: Settings, draft: Draft) -> str:
    """The page of its run (Markdown): the report, the way to the form, the evidence."""
    form = pages.form(settings, draft.bulletin_id) if draft.bulletin_id is not None else ""
    return within([report(draft), f"[Vai avanti: {form}]({form})" if form else "", *draft.evidence])


@flow(name="componi", flow_run_name=client.titled("Composizione del bollettino"))
def compose(
    at_approval: Annotated[
        bool, Field(title="Invia appena approvato, senza aspettare il prossimo giorno di invio")
    ] = False,
) -> str:
    """Prepara la bozza del prossimo bollettino e apre il modulo di chi approva."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    draft = drafted(settings, engine, at_approval=at_approval, now=now)
    get_run_logger().info("%s", draft.why)
    client.named(settings, draft.why)
    create_markdown_artifact(
        shown(settings, draft), key=settings.own("composizione"), description="Che cosa entra e che cosa no"
    )
    if draft.bulletin_id is not None:
        forms.open_review(settings, engine, draft.bulletin_id, now=now)
        lines = left_out_lines(draft.left_out)
        posted = drafts.told_at_once(settings, engine, draft.bulletin_id, left_out=lines, now=now)
        if posted.trouble:
            get_run_logger().warning("%s", posted.trouble)
    return draft.why

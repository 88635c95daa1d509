"""flow: unsent items -> summaries -> Bulletin (draft); starts approve.

Idempotent for a slot: a draft that no person has touched is refreshed, what a person edited is never
rewritten, and a slot that was decided stays decided. Nothing new means no bulletin, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, sources, weather_alerts, weather_notices
from db import telling as told
from db.bulletins import ItemData
from db.engine import alone, make_engine, reading, transaction
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinStatus
from flows.bulletin.alerts.items import remarks
from flows.bulletin.choosing.changes import outdated
from flows.bulletin.choosing.duplicates import MEMORY
from flows.bulletin.choosing.selection import (
    LeftOut,
    left_out_lines,
    notes,
)
from flows.bulletin.language.dates import giorno, giorno_ora
from flows.bulletin.language.markdown import escaped, within
from flows.bulletin.message.exact import template_name
from flows.bulletin.message.frame import preview
from flows.bulletin.slots import Slot
from flows.bulletin.status import STATUS
from flows.draft.alerts import own_days
from flows.draft.evidence import judged, vote, with_sources
from flows.draft.items import AUTHOR, PURPOSE, pick, slot_for, times, write
from flows.draft.slots import closed_days
from flows.draft.writer import propose, remark
from flows.letters import drafts
from flows.privacy.intact import load
from flows.review.evidence import attention
from flows.review.form import evidence
from flows.runs import client, forms
from flows.settings import Settings
from flows.sources.alerts import TOO_OLD, alert_addresses
from flows.sources.silence import doubts

if TYPE_CHECKING:
    from flows.draft.chat import Model


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
    preview: str = ""
    remarks: tuple[str, ...] = ()  # alert issuers that disagree, weather notices that are no allerta
    changed: tuple[str, ...] = ()  # what bulletins tell and the site says otherwise by now
    evidence: tuple[str, ...] = ()  # what to look at, the phone, the source of every fact (Markdown)


def blind(session: Session, settings: Settings, now: datetime) -> tuple[str, ...]:
    """Sources of the profile that failed, were never read, or not for too long, in Italian."""
    told = settings.profile.sources
    found = [] if told.feeds or told.listings else ["Il profilo non indica nessun feed di notizie."]
    alerts = [address for _, address in alert_addresses(settings.profile)]
    for address in (*told.feeds, *(page.address for page in told.listings), *alerts):
        source = sources.find(session, address)
        if source is None or source.succeeded_at is None or source.failure:
            why = source.failure if source and source.failure else "mai letta"
            found.append(f"Non si legge {address} ({why}).")
        elif address in alerts and now - source.succeeded_at > TOO_OLD:
            found.append(f"Non si legge {address} (l'ultima volta {giorno_ora(source.succeeded_at)}).")
        elif address not in alerts:
            found += doubts(session, source, now)
    return tuple(found)


def beside(session: Session, settings: Settings, at: datetime) -> tuple[str, ...]:
    """What an editor should know about alerts beside the draft."""
    stated = weather_alerts.not_over(session, settings.profile.alert_zones, now=at)
    read = sources.find(session, settings.profile.sources.alerts_dpc)
    doubtful = (read.warnings or "").splitlines() if read else []
    return (
        *(f"Bollettino della Protezione Civile: {line}." for line in doubtful),
        *remarks(stated, weather_notices.in_force(session, now=at), at),
        *(
            f"L'allerta di {giorno(day)} non entra qui: la annuncia subito un bollettino urgente."
            for day in sorted(own_days(session, settings, at))
        ),
    )


def changed(session: Session, now: datetime, *, excluding: int | None = None) -> tuple[str, ...]:
    """News of living bulletins whose facts changed on the site since, in Italian, `excluding` apart."""
    recent = told.recent(session, since=now - MEMORY, composer=AUTHOR, excluding=excluding)
    return tuple(
        outdated(
            one.item.title,
            told_at=one.bulletin_at,
            is_sent=one.bulletin.sent_at is not None,
            changed_at=one.item.facts_changed_at or now,
            lost=[fact for revision in revisions for fact in revision.lost],
            gained=[fact for revision in revisions for fact in revision.gained],
        )
        for one, revisions in told.updates_since(session, recent)
    )


def existing(session: Session, slot: Slot | None) -> Bulletin | None:
    """The slot's bulletin, whatever became of it; without a slot, one that still lives."""
    if slot:
        return bulletins.of_slot(session, BulletinKind.ordinary, slot.dispatch_at)
    waiting = bulletins.with_status(
        session, BulletinStatus.draft, BulletinStatus.in_review, BulletinStatus.approved
    )
    return next((one for one in waiting if one.slot_at is None and one.kind == BulletinKind.ordinary), None)


def untouched(session: Session, bulletin: Bulletin) -> bool:
    """Whether it still waits as it was composed."""
    version = bulletins.latest(session, bulletin.id)
    waits = bulletin.status in (BulletinStatus.draft, BulletinStatus.in_review)
    return waits and version is not None and version.author == AUTHOR


def compose_draft(
    settings: Settings, engine: Engine, *, at_approval: bool, dry_run: bool = False, now: datetime
) -> Draft:
    """Make or refresh the draft of the next slot (or one that goes at approval), or say why not."""
    with reading(engine) as session:
        closed = closed_days(session, now)
    slot = None if at_approval else slot_for(settings, now, closed)
    if slot is None and not at_approval:
        return Draft("Il profilo non prevede invii nei prossimi dodici mesi.")
    with transaction(engine) as session:
        alone(session, PURPOSE)
        found = existing(session, slot)
        if found and not untouched(session, found):
            why = f"C'è già un bollettino per questo invio: {STATUS[found.status]}."
            at = slot.dispatch_at if slot else now
            known = beside(session, settings, at)
            return Draft(why, bulletin_id=found.id, remarks=known, changed=changed(session, now))
        draft = _draft(session, settings, slot, found, now)
        if not draft.items or dry_run:
            session.rollback()
            return replace(draft, why="Prova: non è stato scritto niente.") if draft.items else draft
        if found and _as_read(_current(session, found)) == _as_read(draft.items):
            return replace(draft, why="La bozza è già aggiornata.", bulletin_id=found.id)
        bulletin = found or bulletins.create(
            session,
            slot_at=slot.dispatch_at if slot else None,
            deadline_at=slot.deadline_at if slot else None,
            by=AUTHOR,
            now=now,
        )
        bulletins.add_version(session, bulletin, draft.items, author=AUTHOR, now=now)
        when = f"per {giorno_ora(slot.dispatch_at)}" if slot else "da inviare appena approvato"
        why = f"Bozza {'aggiornata' if found else 'pronta'}, {when}."
        return replace(draft, why=why, bulletin_id=bulletin.id)


def _as_read(items: Sequence[BulletinItem | ItemData]) -> list[tuple[str, str]]:
    return [(item.category, item.text) for item in items]


def _current(session: Session, bulletin: Bulletin) -> list[BulletinItem]:
    version = bulletins.latest(session, bulletin.id)
    return bulletins.items(session, version) if version else []


def _draft(
    session: Session, settings: Settings, slot: Slot | None, found: Bulletin | None, now: datetime
) -> Draft:
    """What the bulletin would say, judged at the moment of its send."""
    at = slot.dispatch_at if slot else now
    excluding = found.id if found else None
    when = times(settings, slot, now, closed_days(session, now))
    picked = pick(session, settings, when, excluding=excluding)
    unread = blind(session, settings, now)
    draft = Draft(
        why="Nessun bollettino: non ci sono notizie nuove",
        blind=unread,
        bulletin_id=excluding,
        queue=tuple(f"{item.title} ({notes(item)})" for item in picked.queue),
        left_out=picked.left_out,
        remarks=beside(session, settings, at),
        changed=changed(session, now, excluding=excluding),
    )
    if not picked.chosen:
        return replace(draft, why=f"{draft.why}{', ma non tutte le fonti si leggono.' if unread else '.'}")
    items = write(session, settings, picked.chosen, at, now)
    shown = preview(settings.frame(template_name(len(items))), [item.text for item in items], giorno(at))
    beside_sources = with_sources(session, items)
    look = (attention(judged(beside_sources), vote(settings, at)), origins(session, items))
    seen = (*look, *evidence(settings, beside_sources, at))
    return replace(
        draft,
        why="",
        bulletin_id=None,
        items=tuple(items),
        notes=tuple(notes(item) for item in picked.chosen),
        preview=shown,
        evidence=seen,
    )


def origins(session: Session, items: Sequence[ItemData]) -> str:
    """Which texts a model wrote, or why it did not (Markdown); "" where none was asked."""
    told = [
        f"- Notizia {number}: {escaped(line)}"
        for number, item in enumerate(items, start=1)
        if item.news_item_id and (line := remark(session, item.news_item_id, item.text))
    ]
    return "\n".join(["### Chi ha scritto i testi", "", *told]) if told else ""


def drafted(
    settings: Settings, engine: Engine, *, at_approval: bool, now: datetime, model: "Model | None" = None
) -> Draft:
    """`compose_draft`, and then a model's texts where the profile names one: the draft never waits for it."""
    draft = compose_draft(settings, engine, at_approval=at_approval, now=now)
    told = [(item.news_item_id, item.text) for item in draft.items if item.news_item_id]
    if not propose(settings, engine, told, model=model):
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
        f"{number}. {escaped(item.title)} ({escaped(note)})"
        for number, (item, note) in enumerate(noted, start=1)
    ]
    if draft.queue:
        parts += ["In coda:", *(f"- {escaped(line)}" for line in draft.queue)]
    if draft.left_out:
        parts += ["Lasciate fuori:", *(f"- {escaped(line)}" for line in left_out_lines(draft.left_out))]
    return "\n\n".join(parts)


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
    shown = within([report(draft), *draft.evidence])
    create_markdown_artifact(shown, key="composizione", description="Che cosa entra e che cosa no")
    if draft.bulletin_id is not None:
        forms.open_review(settings, engine, draft.bulletin_id, now=now)
        lines = left_out_lines(draft.left_out)
        posted = drafts.told_at_once(settings, engine, draft.bulletin_id, left_out=lines, now=now)
        if posted.trouble:
            get_run_logger().warning("%s", posted.trouble)
    return draft.why

"""flow: unsent items -> summaries -> Bulletin (draft); starts approve.

Idempotent for a slot: a draft that no person has touched is refreshed, what a person edited is never
rewritten, and a slot that was decided stays decided. Nothing new means no bulletin, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items, sources, weather_alerts, weather_notices
from db.bulletins import ItemData
from db.engine import alone, make_engine, transaction
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinStatus, NewsItem, Summary
from flows import runs, windows
from flows.bulletin.alerts import remarks
from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.message import template_name
from flows.bulletin.render import budget, per_item, preview, utf16
from flows.bulletin.selection import Candidate, LeftOut, Selection, alert_candidates, select
from flows.bulletin.slots import Slot, next_slot
from flows.bulletin.summary import summarise
from flows.bulletin.words import STATUS
from flows.settings import Settings, load
from flows.sources.alerts import TOO_OLD, alert_addresses
from flows.sources.silence import doubts

AUTHOR = "composizione automatica"
SHORTEST = 100  # UTF-16 units of a news item, also when alerts take most of the room: the editor shortens


@dataclass(frozen=True)
class Draft:
    """What compose made, found or would make."""

    why: str  # in Italian, for the editor
    blind: tuple[str, ...] = ()  # sources that could not be read: "nothing new" is not known of them
    bulletin_id: int | None = None
    items: tuple[ItemData, ...] = ()
    queue: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    preview: str = ""
    remarks: tuple[str, ...] = ()  # alert issuers that disagree, weather notices that are no allerta


def slot_for(settings: Settings, now: datetime) -> Slot | None:
    """The next slot, holidays minded."""
    closed = settings.profile.closures.on(now.date(), now.date() + timedelta(days=372))
    return next_slot(settings.profile.weekly_slots, now, closed)


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


def gather(
    session: Session, settings: Settings, at: datetime, *, besides: int | None = None
) -> list[Candidate]:
    """Everything that can be told at the moment of the send: alerts not told yet, then unsent news.

    `besides` is the draft that is being refreshed: what it tells is not told yet.
    """
    zones = settings.profile.alert_zones
    told = weather_alerts.told(session, zones, besides=besides)
    stated = weather_alerts.not_over(session, zones, now=at)
    news = [
        Candidate(
            news_item_id=item.id,
            weather_alert_ids=(),
            title=item.title,
            category=item.category or "",
            url=item.url,
            abstract=item.abstract,
            body=item.body,
            published=item.published_at,
            first_seen=item.first_seen_at,
        )
        for item in news_items.unsent(session, besides=besides)
    ]
    return [*alert_candidates(stated, at, told), *news]


def beside(session: Session, settings: Settings, at: datetime) -> tuple[str, ...]:
    """What an editor should know about alerts beside the draft."""
    stated = weather_alerts.not_over(session, settings.profile.alert_zones, now=at)
    return tuple(remarks(stated, weather_notices.in_force(session, now=at), at))


def write(
    session: Session, settings: Settings, chosen: Sequence[Candidate], dated: datetime, now: datetime
) -> list[ItemData]:
    """Each chosen item's text: what an alert says is fixed, news share the room that is left."""
    for item in chosen:
        weather_alerts.tell_together(session, item.weather_alert_ids)
    frame = settings.frame(template_name(len(chosen)))
    total = budget(frame, giorno(dated))
    fixed = sum(utf16(item.abstract) for item in chosen if item.is_alert)
    news = sum(not item.is_alert for item in chosen)
    room = max(per_item(total - fixed, news), SHORTEST) if news else 0
    return [
        ItemData(
            title=item.title,
            category=item.category or "altro",
            url=(settings.profile.sources.alerts_page or "") if item.is_alert else item.url,
            text=item.abstract if item.is_alert else summary(session, item, room, now),
            news_item_id=item.news_item_id,
            weather_alert_id=item.weather_alert_ids[0] if item.weather_alert_ids else None,
        )
        for item in chosen
    ]


def summary(session: Session, item: Candidate, room: int, now: datetime) -> str:
    """The summary of this content for this length, made once."""
    if item.news_item_id is None:
        raise ValueError("only news are summarised")
    stored = session.get_one(NewsItem, item.news_item_id)
    if kept := news_items.summary(session, stored, room):
        return kept.text
    made = summarise(title=item.title, abstract=item.abstract, body=item.body, limit=room)
    session.add(
        Summary(
            news_item_id=stored.id,
            content_sha256=stored.content_sha256,
            budget=room,
            text=made.text,
            method=made.method,
            created_at=now,
        )
    )
    return made.text


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
    slot = None if at_approval else slot_for(settings, now)
    if slot is None and not at_approval:
        return Draft("Il profilo non prevede invii nei prossimi dodici mesi.")
    with transaction(engine) as session:
        alone(session, "compose")
        found = existing(session, slot)
        if found and not untouched(session, found):
            why = f"C'è già un bollettino per questo invio: {STATUS[found.status]}."
            at = slot.dispatch_at if slot else now
            return Draft(why, bulletin_id=found.id, remarks=beside(session, settings, at))
        draft = _draft(session, settings, slot, found, now)
        if not draft.items or dry_run:
            session.rollback()
            return replace(draft, why="Prova: non è stato scritto niente.") if draft.items else draft
        if found and [item.text for item in _current(session, found)] == [item.text for item in draft.items]:
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


def _current(session: Session, bulletin: Bulletin) -> list[BulletinItem]:
    version = bulletins.latest(session, bulletin.id)
    return bulletins.items(session, version) if version else []


def _draft(
    session: Session, settings: Settings, slot: Slot | None, found: Bulletin | None, now: datetime
) -> Draft:
    """What the bulletin would say, judged at the moment of its send."""
    profile, at = settings.profile, slot.dispatch_at if slot else now
    picked: Selection = select(
        gather(session, settings, at, besides=found.id if found else None),
        slots=profile.news_per_bulletin,
        now=now,
        window=timedelta(days=profile.news_window_days),
    )
    unread = blind(session, settings, now)
    told = beside(session, settings, at)
    queue = tuple(item.title for item in picked.queue)
    if not picked.chosen:
        why = "Nessun bollettino: non ci sono notizie nuove"
        why += ", ma non tutte le fonti si leggono." if unread else "."
        return Draft(why, unread, found.id if found else None, (), queue, picked.left_out, "", told)
    items = write(session, settings, picked.chosen, at, now)
    shown = preview(settings.frame(template_name(len(items))), [item.text for item in items], giorno(at))
    return Draft("", unread, None, tuple(items), queue, picked.left_out, shown, told)


def report(draft: Draft) -> str:
    """What an editor reads of it (Markdown)."""
    parts = [f"**{draft.why}**"]
    if draft.blind:
        parts += ["**Attenzione:**", *(f"- {line}" for line in draft.blind)]
    if draft.remarks:
        parts += ["Da sapere sulle allerte:", *(f"- {line}" for line in draft.remarks)]
    parts += [f"{number}. {item.title} ({item.category})" for number, item in enumerate(draft.items, start=1)]
    if draft.queue:
        parts += ["In coda:", *(f"- {title}" for title in draft.queue)]
    if draft.left_out:
        parts += ["Lasciate fuori:", *(f"- {item.title}: {item.reason}" for item in draft.left_out)]
    return "\n\n".join(parts)


@flow(name="componi", flow_run_name=runs.titled("Composizione del bollettino"))
def compose(
    at_approval: Annotated[
        bool, Field(title="Invia appena approvato, senza aspettare il prossimo giorno di invio")
    ] = False,
) -> str:
    """Prepara la bozza del prossimo bollettino e apre il modulo di chi approva."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    draft = compose_draft(settings, engine, at_approval=at_approval, now=now)
    get_run_logger().info("%s", draft.why)
    create_markdown_artifact(report(draft), key="composizione", description="Che cosa entra e che cosa no")
    if draft.bulletin_id is not None:
        windows.open_review(settings, engine, draft.bulletin_id, now=now)
    return draft.why

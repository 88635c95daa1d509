"""flow, every 5 minutes: alerts that cannot wait -> urgent Bulletin (draft) or all-clear; starts approve.

Idempotent: what was announced, or decided by an editor, is drafted no more; a draft that still says what
holds stays as it is. Reads nothing from outside: collect has stored what the issuers said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from sqlalchemy import Engine
from sqlmodel import Session

from db import announced, bulletins, originals, weather_alerts
from db.announced import STOOD, Announced
from db.bulletins import ItemData
from db.engine import alone, make_engine, transaction
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows import runs
from flows.bulletin.alerts.items import named_sources
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.text import ALERT, END, LABELS, alert_texts, end_texts, levels
from flows.bulletin.alerts.urgent import AUTHOR, ceased, untold, without
from flows.bulletin.choosing.candidates import ALERT_CATEGORY
from flows.bulletin.dates import giorno, giorno_ora
from flows.desk import windows
from flows.letters import notify
from flows.letters.pressing import DECIDED, WAITING, Known, cleared_by, in_force, known_at, told_by
from flows.settings import Settings, load


@dataclass
class Round:
    """What one round did; ids of bulletins, and a line each in Italian."""

    opened: list[int] = field(default_factory=list)  # drafts that need a window of their latest version
    ended: list[int] = field(default_factory=list)  # drafts that nobody needs any more
    said: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n\n".join(self.said) or "Nessuna allerta da annunciare subito."


def draft_urgent(settings: Settings, engine: Engine, *, now: datetime) -> Round:
    """Draft, refresh or supersede urgent bulletins and all-clears, in one transaction."""
    done = Round()
    with transaction(engine) as session:
        alone(session, "urgent")
        known = known_at(session, settings, now)
        _announce(settings, session, known, done)
        _clear(settings, session, known, done)
    return done


def _announce(settings: Settings, session: Session, known: Known, done: Round) -> None:
    urgent = settings.profile.urgent
    made = told_by(session, settings, known, BulletinKind.urgent, *WAITING)
    days = untold(known.spans, in_force(session, settings, known), urgent.levels, known.now)
    for number in dict.fromkeys(one.bulletin.id for one in made):
        mine = [one for one in made if one.bulletin.id == number]
        _revise(settings, session, known, mine, days, done)
    for day, spans in days.items():
        pressing = [span for span in spans if span.row.level in urgent.levels]
        at = urgent.quiet.wait(known.now, min(span.onset for span in pressing))
        if at > known.now:
            done.said.append(f"Allerta di {giorno(day)}: la bozza nasce {giorno_ora(at)}, dopo la notte.")
            continue
        bulletin = _create(settings, session, BulletinKind.urgent, ALERT, pressing, known.now)
        _write(settings, session, bulletin, spans, known.now)
        done.opened.append(bulletin.id)
        done.said.append(f"**Bollettino {bulletin.id}: allerta {levels(spans)}, {giorno(day)}.**")


def _revise(
    settings: Settings,
    session: Session,
    known: Known,
    mine: Sequence[Announced],
    days: dict[date, list[Span]],
    done: Round,
) -> None:
    """A draft that waits, beside what holds by now: kept, refreshed or superseded. Takes its day out."""
    watched, bulletin = settings.profile.urgent.levels, bulletins.locked(session, mine[0].bulletin.id)
    day, told = mine[0].row.day, known.told(mine)
    spans = days.get(day, [])
    same = not untold(spans, told, watched, known.now) and not ceased(told, known.spans, watched, known.now)
    if spans and same:
        del days[day]
        done.opened.append(bulletin.id)
    elif spans and _untouched(session, bulletin):
        del days[day]
        _write(settings, session, bulletin, spans, known.now)
        bulletin.deadline_at = _deadline(settings, spans, known.now)
        done.opened.append(bulletin.id)
        done.said.append(f"Bollettino {bulletin.id}: la bozza è aggiornata, {levels(spans)}.")
    elif bulletin.status in WAITING:
        _supersede(session, bulletin, known.now, done)


def _clear(settings: Settings, session: Session, known: Known, done: Round) -> None:
    """All-clears for what was sent and holds no longer, a bulletin for each day; to who got the original."""
    urgent, now = settings.profile.urgent, known.now
    sent = told_by(session, settings, known, BulletinKind.urgent, *STOOD)
    gone = ceased(known.told(sent), known.spans, urgent.levels, now)
    decided = (BulletinStatus.approved, *STOOD, *DECIDED)
    held = [span for one in cleared_by(session, settings, known, *decided).values() for span in one]
    left = without(gone, held, now)
    for number, mine in cleared_by(session, settings, known, *WAITING).items():
        draft = bulletins.locked(session, number)
        day = mine[0].row.day
        ended = [span for span in left if span.row.day == day]
        same = not without(mine, ended, now) and not without(ended, mine, now)
        if ended and same and _adjourned(session, draft, ended, known):
            done.opened.append(number)
            left = without(left, mine, now)
        elif draft.status in WAITING:
            _supersede(session, draft, now, done)
    for day in sorted({span.row.day for span in left}):
        ended = [span for span in left if span.row.day == day]
        at = urgent.quiet.over_at(now)
        last = max(span.expires for span in ended)
        if at > now:
            if at < last:
                done.said.append(f"Fine allerta di {giorno(day)}: la bozza nasce {giorno_ora(at)}.")
            continue
        ids = {span.row.id for span in ended}
        causes = [one for one in sent if one.row.id in ids]
        bulletin = _create(settings, session, BulletinKind.all_clear, END, ended, now)
        originals.link(session, bulletin.id, {one.bulletin.id for one in causes})
        announced.clear(session, bulletin.id, [(one.row.id, one.onset, one.expires) for one in ended])
        told_at = min(one.bulletin.sent_at or one.bulletin.created_at for one in causes)
        _store(session, bulletin, _end(ended, known, told_at), ended, now)
        done.opened.append(bulletin.id)
        done.said.append(f"**Bollettino {bulletin.id}: cessa l'allerta {levels(ended)}, {giorno(day)}.**")


def _end(ended: Sequence[Span], known: Known, told_at: datetime) -> tuple[str, ...]:
    """The texts of an all-clear by what holds now."""
    day = ended[0].row.day
    holding = [span for span in known.spans if span.row.day == day]
    zones, hazards = {span.row.zone for span in ended}, {span.row.hazard for span in ended}
    newest = [row for row in known.rows if row.day == day and row.zone in zones and row.hazard in hazards]
    return end_texts(ended, holding, told_at, "; ".join(named_sources(newest)))


def _adjourned(session: Session, draft: Bulletin, ended: Sequence[Span], known: Known) -> bool:
    """Whether what a draft of an all-clear says of what still holds is right now."""
    ours = [one for one in bulletins.versions(session, draft.id) if one.author == AUTHOR]
    if not ours:
        return False
    texts = [item.text for item in bulletins.items(session, ours[-1])]
    return texts[STILL] == _end(ended, known, known.now)[STILL]


STILL = LABELS[END].index("Adesso")  # the line of an all-clear that says what holds


def _untouched(session: Session, bulletin: Bulletin) -> bool:
    version = bulletins.latest(session, bulletin.id)
    return bulletin.status in WAITING and version is not None and version.author == AUTHOR


def _supersede(session: Session, bulletin: Bulletin, now: datetime, done: Round) -> None:
    bulletins.move(session, bulletin, BulletinStatus.superseded, by=AUTHOR, now=now, reason="updated")
    done.ended.append(bulletin.id)
    done.said.append(f"Bollettino {bulletin.id}: non vale più, la fonte ha cambiato l'allerta.")


def _deadline(settings: Settings, spans: Sequence[Span], now: datetime) -> datetime:
    """Until somebody decides: the profile's minutes, and never beyond the end of the alert."""
    limit = now + timedelta(minutes=settings.profile.urgent.deadline_minutes)
    return min(limit, max(span.expires for span in spans))


def _create(
    settings: Settings,
    session: Session,
    kind: BulletinKind,
    template: str,
    spans: Sequence[Span],
    now: datetime,
) -> Bulletin:
    return bulletins.create(
        session,
        kind=kind,
        template=template,
        slot_at=None,
        deadline_at=_deadline(settings, spans, now),
        by=AUTHOR,
        now=now,
    )


def _write(
    settings: Settings, session: Session, bulletin: Bulletin, spans: Sequence[Span], now: datetime
) -> None:
    frame, advice = settings.frame(ALERT), settings.texts["consigli"]
    texts = alert_texts(spans, settings.profile.alert_zones, advice, frame)
    url = settings.profile.sources.alerts_page or ""
    _store(session, bulletin, texts, spans, now, url)


def _store(
    session: Session,
    bulletin: Bulletin,
    texts: Sequence[str],
    spans: Sequence[Span],
    now: datetime,
    url: str = "",
) -> None:
    """A version: an item for each variable of the template; the first one names the alerts."""
    ids = list(dict.fromkeys(span.row.id for span in spans))
    if bulletin.kind == BulletinKind.urgent:
        weather_alerts.tell_together(session, ids)
    title = f"Allerta meteo, {giorno(spans[0].row.day)}"
    items = [
        ItemData(
            title=label if number else title,
            category=label if number else ALERT_CATEGORY,
            url=url,
            text=text,
            weather_alert_id=None if number else ids[0],
        )
        for number, (label, text) in enumerate(zip(LABELS[bulletin.template or ALERT], texts, strict=True))
    ]
    bulletins.add_version(session, bulletin, items, author=AUTHOR, now=now)


def order_in_words(settings: Settings, now: datetime) -> str:
    """What has to be said aloud wherever a standing order is on, in Italian; "" where none is."""
    order = settings.profile.urgent.standing_order
    if order is None:
        return ""
    if not order.in_force(now):
        return f"L'ordine permanente ({order.act}) è scaduto il {giorno(order.expires)}: non vale più."
    return (
        f"ORDINE PERMANENTE ATTIVO ({order.act}, {order.author}): le allerte "
        f"{' e '.join(order.levels)} partono da sole dopo {order.minutes} minuti senza risposta, "
        f"fino a {giorno(order.expires)} {order.expires.year}."
    )


def act(settings: Settings, engine: Engine, done: Round, *, now: datetime) -> list[str]:
    """Open and close the windows that a round asks for, and call who is on duty; trouble in Italian.

    A window that cannot be opened never keeps anybody from being called: the call's link finds it later.

    Raises:
        ExceptionGroup: windows that could not be opened or closed; the others were.
    """
    errors: list[Exception] = []
    troubles: list[str] = []
    for number in done.ended:
        try:
            windows.close_review(settings, engine, number, "sostituito", now=now)
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
    for number in done.opened:
        try:
            windows.open_review(settings, engine, number, now=now)
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
        troubles.append(notify.told_at_once(settings, engine, number, now=now).trouble)
    if errors:
        raise ExceptionGroup("alcuni moduli non si sono potuti aprire o chiudere", errors)
    return [one for one in troubles if one]


@flow(name="urgente", flow_run_name=runs.titled("Allerte da annunciare subito"))
def urgent() -> str:
    """Prepara l'annuncio delle allerte arancioni e rosse appena lette, e la fine di quelle cessate."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    done = draft_urgent(settings, engine, now=now)
    log = get_run_logger()
    log.info("%s", done)
    if loud := order_in_words(settings, now):
        log.warning("%s", loud)
        if done.said:
            done.said.insert(0, f"**{loud}**")
    if done.said:
        create_markdown_artifact(str(done), key="urgente", description="Allerte da annunciare subito")
    for trouble in act(settings, engine, done, now=now):
        log.warning("%s", trouble)
    return str(done)

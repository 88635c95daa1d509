"""flow, every 5 minutes: alerts that cannot wait -> urgent Bulletin (draft) or all-clear; starts approve.

Idempotent: what was announced, or decided by an editor, is drafted no more; a draft that still says what
holds stays as it is. What was approved or is on its way, and is not right by now, is taken back.
Reads nothing from outside: collect has stored what the issuers said.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from sqlalchemy import Engine
from sqlmodel import Session

from db import announced, bulletins, recipients, told_news, weather_alerts
from db.announced import Announced
from db.bulletins import ItemData
from db.engine import alone, transaction
from db.models import PUBLIC, WAITING, Bulletin, BulletinKind, BulletinStatus
from flows.bulletin.alerts.items import named_sources
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.text import ALERT, END, LABELS, alert_texts, end_texts, levels
from flows.bulletin.alerts.urgent import AUTHOR, MAY_HAVE_LEFT, ceased, instead, untold, without
from flows.bulletin.language.dates import giorno, giorno_ora
from flows.bulletin.language.markdown import escaped
from flows.bulletin.status import numbered
from flows.draft.alerts import (
    DECIDED,
    HELD,
    AlertPicture,
    announced_by,
    cleared_by,
    in_force,
    picture_at,
    unreached,
)
from flows.draft.items import is_untouched, latest_items
from flows.letters import drafts
from flows.letters.held_sends import take_back_wrong
from flows.runs import forms
from flows.sending import restored
from flows.sending.unreached import spare
from flows.settings import Settings
from flows.sources.truth import untrue


@dataclass
class Round:
    """What one round did; ids of bulletins, and a line each in Italian."""

    opened: list[int] = field(default_factory=list)  # drafts that need a window of their latest version
    ended: list[int] = field(default_factory=list)  # drafts that nobody needs any more
    taken_back: list[int] = field(default_factory=list)  # approved or on its way, and not right by now
    lines: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)  # of single bulletins or parts: `act` raises them

    def __str__(self) -> str:
        return "\n\n".join(self.lines) or "Nessuna allerta da annunciare subito."


def draft_urgent(settings: Settings, engine: Engine, *, now: datetime) -> Round:
    """Take back what is not right, then draft, refresh or supersede urgent bulletins and all-clears, in one
    transaction.

    What fails of the all-clears undoes no announcement, nor the other way round: it is an error of the round.
    """
    done = Round()
    _take_back(settings, engine, now, done)
    with transaction(engine) as session:
        alone(session, "urgent")
        picture = picture_at(settings, session, now)
        for part in (_announce, _clear):
            own = Round()
            try:
                with session.begin_nested():
                    part(settings, session, picture, own)
            except Exception as exc:  # noqa: BLE001  told by `act`, once the others are seen to
                done.errors.append(exc)
            else:
                done.opened += own.opened
                done.ended += own.ended
                done.lines += own.lines
    done.opened = [opened for opened in dict.fromkeys(done.opened) if opened not in done.ended]
    return done


def _take_back(settings: Settings, engine: Engine, now: datetime, done: Round) -> None:
    """What was approved or is on its way, and is not right by now; what is open again is then seen to with
    the other drafts, and who was not reached gets a draft of their own."""
    taken_back, errors = take_back_wrong(settings, engine, by=AUTHOR, now=now)
    for bulletin in taken_back:
        done.taken_back.append(bulletin.bulletin_id)
        done.lines.append(str(bulletin))
        if bulletin.was == BulletinStatus.approved:
            done.opened.append(bulletin.bulletin_id)
    lines, others = spare(settings, engine, now=now)
    done.lines += lines
    done.errors += [*errors, *others]


def _announce(settings: Settings, session: Session, picture: AlertPicture, done: Round) -> None:
    urgent = settings.profile.urgent
    statements = announced_by(settings, session, picture, *HELD)
    days = untold(picture.spans, in_force(settings, session, picture, statements), urgent.levels, picture.now)
    drafts_of = defaultdict[int, list[Announced]](list)
    for statement in statements:
        if statement.bulletin.status in WAITING:
            drafts_of[statement.bulletin.id].append(statement)
    for own in drafts_of.values():
        _revise(settings, session, picture, own, days, done)
    for original, day in unreached(settings, session, picture):
        spans = [span for span in picture.spans if span.row.day == day]
        if day not in days and any(span.row.level in urgent.levels for span in spans):
            _draft(settings, session, picture, spans, done, original)
    for spans in days.values():
        _draft(settings, session, picture, spans, done)


def _revise(
    settings: Settings,
    session: Session,
    picture: AlertPicture,
    own: Sequence[Announced],
    days: dict[date, list[Span]],
    done: Round,
) -> None:
    """A draft that waits, beside what holds by now: kept, refreshed or superseded. Takes its day out.

    One for those who were spared a wrong text is needless as soon as its day is announced to all.
    """
    now, watched = picture.now, settings.profile.urgent.levels
    bulletin = bulletins.locked(session, own[0].bulletin.id)
    day, stated = own[0].row.day, picture.stated_spans(own)
    spans = days.get(day, [])
    is_needed = is_pressing = bool(spans)
    if told_news.of(session, bulletin.id):
        spans = [span for span in picture.spans if span.row.day == day]
        is_needed = day not in days
        is_pressing = is_needed and any(span.row.level in watched for span in spans)
    is_right = is_needed and _is_right(settings, session, bulletin, now)
    stays = is_right and not untold(spans, stated, watched, now)
    if not stays and is_pressing and is_untouched(session, bulletin, AUTHOR):
        _write(settings, session, bulletin, spans, now)
        bulletin.deadline_at = _deadline(settings, spans, now)
        done.lines.append(f"{numbered(bulletin.kind, bulletin.id)}: la bozza è aggiornata, {levels(spans)}.")
        stays = True
    if stays:
        days.pop(day, None)
        done.opened.append(bulletin.id)
    elif bulletin.status in WAITING:
        _supersede(session, bulletin, now, done)


def _draft(
    settings: Settings,
    session: Session,
    picture: AlertPicture,
    spans: Sequence[Span],
    done: Round,
    original: Bulletin | None = None,
) -> None:
    """Draft what holds on a day, when the night is over: for all, or for those who were spared `original`."""
    urgent, day = settings.profile.urgent, giorno(spans[0].row.day)
    pressing = [span for span in spans if span.row.level in urgent.levels]
    at = urgent.quiet.wait(picture.now, min(span.onset for span in pressing))
    if at > picture.now:
        when = (
            f"per il resto nasce {giorno_ora(at)}" if original else f"nasce {giorno_ora(at)}, dopo la notte"
        )
        done.lines.append(f"Allerta di {day}: la bozza {when}.")
        return
    bulletin = _create(settings, session, BulletinKind.urgent, ALERT, pressing, picture.now)
    whom = ""
    if original:
        told_news.link(session, bulletin.id, [original.id])
        whom = f", per chi non ha ricevuto il {original.id}"
    _write(settings, session, bulletin, spans, picture.now)
    done.opened.append(bulletin.id)
    done.lines.append(f"{numbered(bulletin.kind, bulletin.id)}: allerta {levels(spans)}, {day}{whom}.")


def _clear(settings: Settings, session: Session, picture: AlertPicture, done: Round) -> None:
    """All-clears for what was sent and holds no longer, a bulletin for each day; to who got the original."""
    urgent, now = settings.profile.urgent, picture.now
    sent = [
        statement
        for statement in announced_by(settings, session, picture, *PUBLIC)
        if not recipients.reached_nobody(session, statement.bulletin)
    ]
    gone = ceased(picture.stated_spans(sent), picture.spans, urgent.levels, now)
    decided = (BulletinStatus.approved, *PUBLIC, *DECIDED)
    held = [span for spans in cleared_by(settings, session, picture, *decided).values() for span in spans]
    left = without(gone, held, now)
    for bulletin_id, own in cleared_by(settings, session, picture, *WAITING).items():
        draft = bulletins.locked(session, bulletin_id)
        day = own[0].row.day
        ended = [span for span in left if span.row.day == day]
        same = not without(own, ended, now) and not without(ended, own, now)
        right = ended and same and _adjourned(session, draft, ended, picture)
        if right and _is_right(settings, session, draft, now):
            done.opened.append(bulletin_id)
            left = without(left, own, now)
        elif draft.status in WAITING:
            _supersede(session, draft, now, done)
    for day in sorted({span.row.day for span in left}):
        ended = [span for span in left if span.row.day == day]
        at = urgent.quiet.over_at(now)
        last = max(span.expires for span in ended)
        if at > now:
            if at < last:
                done.lines.append(f"Fine allerta di {giorno(day)}: la bozza nasce {giorno_ora(at)}.")
            continue
        ids = {span.row.id for span in ended}
        causes = [statement for statement in sent if statement.row.id in ids]
        bulletin = _create(settings, session, BulletinKind.all_clear, END, ended, now)
        told_news.link(session, bulletin.id, {statement.bulletin.id for statement in causes})
        announced.clear(session, bulletin.id, [(span.row.id, span.onset, span.expires) for span in ended])
        told_at = min(cause.bulletin.sent_at or cause.bulletin.created_at for cause in causes)
        _store(settings, session, bulletin, _end(ended, picture, told_at), ended, now)
        done.opened.append(bulletin.id)
        done.lines.append(
            f"{numbered(bulletin.kind, bulletin.id)}: cessa l'allerta {levels(ended)}, {giorno(day)}."
        )


def _end(ended: Sequence[Span], picture: AlertPicture, told_at: datetime) -> tuple[str, ...]:
    """The texts of an all-clear by what holds now."""
    day = ended[0].row.day
    holding = [span for span in picture.spans if span.row.day == day]
    zones, hazards = {span.row.zone for span in ended}, {span.row.hazard for span in ended}
    newest = [row for row in picture.rows if row.day == day and row.zone in zones and row.hazard in hazards]
    source = "; ".join(named_sources(newest))
    stated = instead(picture.rows, ended, picture.now)
    return end_texts(ended, holding, told_at, source, stated, now=picture.now)


def _adjourned(session: Session, draft: Bulletin, ended: Sequence[Span], picture: AlertPicture) -> bool:
    """Whether what a draft of an all-clear says of what still holds is right now."""
    composed = [version for version in bulletins.versions(session, draft.id) if version.author == AUTHOR]
    if not composed:
        return False
    texts = [item.text for item in bulletins.items(session, composed[-1])]
    return texts[STILL] == _end(ended, picture, picture.now)[STILL]


STILL = LABELS[END].index("Adesso")  # the line of an all-clear that says what holds


def _is_right(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> bool:
    items = latest_items(session, bulletin.id)
    return not untrue(settings, session, bulletin, items, at=now, of_silence=False)


def _supersede(session: Session, bulletin: Bulletin, now: datetime, done: Round) -> None:
    bulletins.move(session, bulletin, BulletinStatus.superseded, by=AUTHOR, now=now, reason="updated")
    done.ended.append(bulletin.id)
    done.lines.append(
        f"{numbered(bulletin.kind, bulletin.id)}: non vale più, la fonte ha cambiato l'allerta."
    )


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
    _store(settings, session, bulletin, texts, spans, now, url)


def _store(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    texts: Sequence[str],
    spans: Sequence[Span],
    now: datetime,
    url: str = "",
) -> None:
    """A version: an item for each variable of the template; the first one names the alerts."""
    ids = list(dict.fromkeys(span.row.id for span in spans))
    note = ""
    if bulletin.kind == BulletinKind.urgent:
        weather_alerts.tell_together(session, ids, at=now)
        note = MAY_HAVE_LEFT if restored.is_recent(settings, session, now=now) else ""
    title = f"Allerta meteo, {giorno(spans[0].row.day)}"
    items = [
        ItemData(
            title=label if number else title,
            category=label,
            url=url,
            text=text,
            weather_alert_id=None if number else ids[0],
            told_at=None if number else now,
        )
        for number, (label, text) in enumerate(zip(LABELS[bulletin.template or ALERT], texts, strict=True))
    ]
    bulletins.add_version(session, bulletin, items, author=AUTHOR, now=now, note=note)


def order_in_words(settings: Settings, now: datetime, *, is_restored: bool = False) -> str:
    """What has to be said aloud wherever a standing order is on, in Italian; "" where none is."""
    order = settings.profile.urgent.standing_order
    if order is None:
        return ""
    if not order.in_force(now):
        return f"L'ordine permanente ({order.act}) è scaduto il {giorno(order.expires)}: non vale più."
    if is_restored:
        return (
            f"L'ordine permanente ({order.act}) è sospeso: il database è stato ripristinato da una copia, e "
            f"per {restored.RECENT // timedelta(hours=1)} ore ogni allerta aspetta una persona."
        )
    return (
        f"ORDINE PERMANENTE ATTIVO ({order.act}, {order.author}): le allerte "
        f"{' e '.join(order.levels)} partono da sole dopo {order.minutes} minuti senza risposta, "
        f"fino a {giorno(order.expires)} {order.expires.year}."
    )


def act(settings: Settings, engine: Engine, done: Round, *, now: datetime) -> list[str]:
    """Open and close the windows that a round asks for, and call who is on duty; trouble in Italian.

    A window that cannot be opened never keeps anybody from being called: the call's link finds it later.

    Raises:
        ExceptionGroup: windows that could not be opened or closed, bulletins that could not be judged; the
            others were.
    """
    errors = list(done.errors)
    troubles: list[str] = []
    for bulletin_id in done.ended:
        try:
            forms.close_review(settings, engine, bulletin_id, "sostituito", now=now)
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
    for bulletin_id in done.opened:
        try:
            forms.open_review(settings, engine, bulletin_id, now=now)
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
        troubles.append(drafts.told_at_once(settings, engine, bulletin_id, now=now).trouble)
    for bulletin_id in done.taken_back:
        if bulletin_id not in done.opened:
            troubles.append(drafts.told_at_once(settings, engine, bulletin_id, now=now).trouble)
    if errors:
        raise ExceptionGroup("alcuni bollettini o i loro moduli non si sono potuti seguire", errors)
    return [trouble for trouble in troubles if trouble]


def draft_and_call(settings: Settings, engine: Engine, *, now: datetime) -> Round:
    """A round, within a run: what cannot wait is drafted, its end too, and who is on duty called."""
    done = draft_urgent(settings, engine, now=now)
    log = get_run_logger()
    log.info("%s", done)
    page = [escaped(line) for line in done.lines]
    with transaction(engine) as session:
        is_restored = restored.is_recent(settings, session, now=now)
    if loud := order_in_words(settings, now, is_restored=is_restored):
        log.warning("%s", loud)
        page.insert(0, f"**{escaped(loud)}**")
    if done.lines:
        create_markdown_artifact(
            "\n\n".join(page), key=settings.own("urgente"), description="Allerte da annunciare subito"
        )
    for trouble in act(settings, engine, done, now=now):
        log.warning("%s", trouble)
    return done

"""Reads the line of one Comune: from its files and its database alone, in one look that changes nothing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, handovers, provider, recipients, schema, sources
from db.engine import reading
from db.models import PUBLIC, WAITING, Bulletin, BulletinKind, BulletinStatus, SourceKind
from db.service_numbers import FEWEST
from flows.backup.archive import BackupError
from flows.bulletin.alerts.urgent import untold
from flows.doctor import backups, heartbeat
from flows.doctor.finding import Case, Verdict
from flows.draft.alerts import HELD, AlertPicture, announced_by, in_force, picture_at
from flows.draft.slots import closed_days, slot_after
from flows.fleet.console.line import Alert, Draft, Line, Read, Send, Spent
from flows.newsroom.accounts import Accounts
from flows.newsroom.bulletins import is_late
from flows.sending import checks, costs, parts
from flows.sending.certificate import SETTLED_AFTER
from flows.settings import Settings
from flows.sources.alerts import alert_addresses
from flows.sources.silence import silent
from flows.staff import duty
from flows.watchdog import judgement
from flows.watchdog import memory as watchdog
from flows.watchdog.trouble import Trouble

MONTH_KEPT = timedelta(minutes=15)  # counted anew no sooner: every message of the month is looked at
# promises of the watchdog's that a line looks at itself
OWN = frozenset({"alerts", "backup", "database", "drill", "duty", "news", "prefect"})
SAID = ("quality", "account", "alert")  # matters of the provider's words that tell how the number is


class Memory:
    """Of one Comune, what takes a moment to count and changes slowly."""

    def __init__(self) -> None:
        self.accounts = Accounts()
        self._spent: tuple[datetime, Spent] | None = None

    def spent(self, settings: Settings, session: Session, now: datetime) -> Spent:
        if self._spent is None or not timedelta() <= now - self._spent[0] <= MONTH_KEPT:
            self._spent = now, _spent(settings, session, now)
        return self._spent[1]


def unread(settings: Settings, ill: str = "") -> Line:
    """Of one whose database was not looked at yet, or could not be."""
    return Line(
        settings.profile.slug,
        settings.profile.names.comune,
        ill=ill,
        last_round=heartbeat.last_beat(settings.state),
    )


def read(settings: Settings, engine: Engine, memory: Memory, *, now: datetime) -> Line:
    """SchemaError where the database is of another version, or does not answer."""
    with schema.explained(engine):
        schema.check(engine)
        revision = schema.current(engine)
    with reading(engine) as session:
        line = _of_sources(settings, session, unread(settings), now)
        line = _of_bulletins(settings, session, line, memory, now)
        line = _of_alerts(settings, session, line, now)
        said = provider.account_words(session)
        slot = slot_after(settings.profile, now, closed_days(session, now))
        on_duty = duty.on_duty(session, settings.profile, now)
        line = replace(
            line,
            next_slot=slot.dispatch_at if slot else None,
            subscribers=recipients.subscribed(session),
            is_somebody_on_duty=not on_duty.is_everybody,
            number=tuple(said[matter].word for matter in SAID if matter in said),
            is_number_ill=checks.check_number(None, "", said).verdict == checks.Verdict.attention,
            is_by_hand=not settings.profile.channel.uses_api,
            spent=memory.spent(settings, session, now),
        )
    backup_at, is_backup_well = _copies(settings, now)
    return replace(
        line,
        read_at=now,
        backup_at=backup_at,
        is_backup_ill=not is_backup_well,
        broken=_broken(settings, now),
        revision=revision,
    )


def _broken(settings: Settings, now: datetime) -> tuple[Trouble, ...]:
    """What its watchdog saw in two rounds: the key at WhatsApp, the certificate, the mail, and so on."""
    lasting = judgement.standing(watchdog.load(settings.state, now=now), now=now)
    return tuple(Trouble(id_, one.name, one.words) for id_, one in lasting.items() if id_ not in OWN)


def _copies(settings: Settings, now: datetime) -> tuple[datetime | None, bool]:
    """When the newest was made, and whether nothing has to be done about them."""
    case = Case(settings, now)
    copy, trial = backups.archive(case), backups.trial(case)
    is_well = (copy.is_left_out or copy.verdict == Verdict.good) and trial.verdict != Verdict.failed
    try:
        return backups.last_archive(settings), is_well
    except BackupError:  # why, the doctor tells
        return None, is_well


def _of_sources(settings: Settings, session: Session, line: Line, now: datetime) -> Line:
    chosen = settings.profile.sources
    news = [*chosen.feeds, *(page.address for page in chosen.listings)]
    alerts = [at for kind, at in alert_addresses(settings.profile) if kind != SourceKind.meteoalarm]
    away = {one.address for one in silent(settings, session, now) if one.is_unread}
    return replace(line, news=_read(session, news, away), alerts=_read(session, alerts, away))


def _read(session: Session, addresses: Collection[str], away: Collection[str]) -> Read:
    moments = [source.succeeded_at if (source := sources.find(session, at)) else None for at in addresses]
    times = [at for at in moments if at]
    return Read(
        min(times) if times and len(times) == len(moments) else None, sum(at in away for at in addresses)
    )


def _of_bulletins(settings: Settings, session: Session, line: Line, memory: Memory, now: datetime) -> Line:
    living = bulletins.with_status(
        session, *WAITING, BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped
    )
    by_status = {status: [row for row in living if row.status == status] for status in BulletinStatus}
    last = bulletins.newest(session, *PUBLIC, limit=1)
    return replace(
        line,
        drafts=tuple(
            Draft(row.deadline_at, row.kind != BulletinKind.ordinary)
            for row in living
            if row.status in WAITING
        ),
        stopped=sum(not parts.waits(row) for row in by_status[BulletinStatus.stopped]),
        late=sum(is_late(settings, session, row, now) for row in by_status[BulletinStatus.approved]),
        by_hand=sum(handovers.of(session, row.id) is not None for row in by_status[BulletinStatus.sending]),
        uncertain=len(deliveries.older(session, before=now - SETTLED_AFTER)),
        last=_sent(session, last[0], memory.accounts, now) if last else None,
    )


def _sent(session: Session, row: Bulletin, accounts: Accounts, now: datetime) -> Send:
    at = row.sent_at or row.status_at
    if row.status != BulletinStatus.sent:
        return Send(at, row.status, deliveries.certificate(session, row.id))
    account = accounts.of(session, row, now)
    is_told = account.way is None and account.count.accepted >= FEWEST
    return Send(at, row.status, account.count, account.arrived if is_told else None)


def _of_alerts(settings: Settings, session: Session, line: Line, now: datetime) -> Line:
    picture = picture_at(settings, session, now)
    held = [span for span in picture.spans if span.rank]
    if not held:
        return line
    highest = max(held, key=lambda span: (span.rank, span.expires))
    return replace(
        line,
        alert=Alert(highest.row.level, highest.expires),
        untold=_untold(settings, session, picture),
    )


def _untold(settings: Settings, session: Session, picture: AlertPicture) -> int:
    """Days of which no urgent bulletin was decided; what waits for the end of the night is none yet."""
    urgent, now = settings.profile.urgent, picture.now
    statements = announced_by(settings, session, picture, *HELD)
    days = untold(picture.spans, in_force(settings, session, picture, statements), urgent.levels, now)
    begins = [min(span.onset for span in spans if span.row.level in urgent.levels) for spans in days.values()]
    return sum(urgent.quiet.wait(now, onset) <= now for onset in begins)


def _spent(settings: Settings, session: Session, now: datetime) -> Spent:
    month, prices = costs.this_month(settings, session, now), settings.profile.prices
    if prices is None or costs.amount_of(month, prices) == costs.UNKNOWN:
        return Spent(month.messages)
    ceiling = prices.month_ceiling
    is_at_ceiling = ceiling is not None and month.messages > 0 and month.amount >= ceiling
    return Spent(month.messages, month.amount, prices.currency, is_at_ceiling)

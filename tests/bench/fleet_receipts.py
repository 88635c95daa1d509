"""A million receipts of a fleet: `python -m tests.bench.fleet_receipts [--postgresql] [RECEIPTS [COMUNI]]`.

300 Comuni, two web processes behind nginx, the machine's own; with --postgresql a database each on Debian's
PostgreSQL. This process plays Meta: signed posts of 1,000 statuses of one Comune, in full disorder and
with those of all Comuni shuffled, one in five statuses a repetition; what is answered by 503 comes again. A
receipt counts when it is stored durably and its delivery updated; then each database is counted.
"""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from db.engine import make_engine, opened, reading
from db.models import InboundEvent
from db.schema import upgrade
from flows.privacy import intact
from flows.settings import Settings
from tests.bench import fleet_usage
from tests.bench.fleet import settle
from tests.bench.fleet_web import up
from tests.bench.webhook import Meta, check
from tests.bench.webhook_load import SECRET, load, seed
from tests.world import topology
from tests.world.cluster import Cluster
from tests.world.fleet import Land, land
from tests.world.ports import quiet_ports
from tests.world.process import Process
from tests.world.towns import Issuer

RECEIPTS, COMUNI = 1_000_000, 300
STATUSES = 3.75  # of one person: sent, delivered, read, and what is repeated of them
CONNECTIONS = 8
AGAIN = 1.0  # seconds after a 503
REFUSED = 60  # times one after the other: that is no busy moment
LOOK_EVERY = 5.0


@dataclass
class Flood:
    """What came of it."""

    posted: int = 0
    distinct: int = 0
    taken_in: float = 0.0  # seconds until the last post was answered
    handled_in: float = 0.0  # and until nothing waited in any database
    answers: Counter[int] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)
    memory: list[dict[str, float]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def of_number(number: str, *items: dict[str, Any]) -> dict[str, Any]:
    """A post's content, as Meta makes it of the statuses of this number."""
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, "statuses": [*items]}
    entry = {"id": "2", "time": int(time.time()), "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


@contextmanager
def databases(here: Land, folder: Path) -> Iterator[dict[str, Process]]:
    """On PostgreSQL, a database for each; the process of it."""
    port = next(quiet_ports)
    cluster = Cluster(port, folder / "postgresql.log")
    try:
        cluster.start()
        with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_of_all")
            engine = make_engine(cluster.address("template_of_all"))
            upgrade(engine)
            engine.dispose()
            for slug in here.fleet.slugs:
                connection.execute(f'CREATE DATABASE "{slug}" TEMPLATE template_of_all')
                here.give(slug, "BOLLETTINO_DATABASE", cluster.address(slug))
        yield {"postgresql": cluster.process}
    finally:
        cluster.close()


@contextmanager
def serving(here: Land, folder: Path, comuni: int) -> Iterator[tuple[int, dict[str, Process]]]:
    """Two web processes; the port of the proxy before them."""
    free = quiet_ports
    port, first, second = (next(free) for _ in range(3))
    here.say(f"[web]\nport = {port}\n")
    server = topology.SERVER.format(
        name="web", how="least_conn;", also=" non_idempotent", port=port, first=first, second=second
    )
    user = "user root;" if os.getuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(topology.NGINX.format(folder=folder, user=user, servers=server), encoding="utf-8")
    commands: dict[str, Sequence[str]] = {
        "web-1": (sys.executable, "-m", "flows", "web", "--port", str(first)),
        "web-2": (sys.executable, "-m", "flows", "web", "--port", str(second)),
        "nginx": ("nginx", "-p", str(folder), "-c", str(conf)),
    }
    parts = {
        name: Process(name, command, os.environ, folder / f"{name}.log") for name, command in commands.items()
    }
    try:
        for part in parts.values():
            part.start()
        for one in (first, second):
            up(f"http://127.0.0.1:{one}", comuni)
        yield port, parts
    finally:
        for part in parts.values():
            part.stop()


def made(towns: Sequence[Settings], people: int, flood: Flood) -> list[tuple[bytes, str]]:
    """The posts about what each has sent to so many, which is in its database then."""
    posts = []
    for number, settings in enumerate(towns):
        with opened(settings.database) as engine:
            intact.keep_keys(settings, engine)  # before its people come
            attempts = seed(engine, settings, people)
        wrapped = partial(of_number, settings.profile.whatsapp.phone_number_id)
        part = load(attempts, number, wrapped)
        posts += part.posts
        flood.posted += part.posted
        flood.distinct += part.distinct
    random.Random(len(towns)).shuffle(posts)
    return posts


async def poured(meta: Meta, posts: Sequence[tuple[bytes, str]], flood: Flood) -> None:
    todo = iter(posts)

    async def work() -> None:
        for body, signature in todo:
            for _ in range(REFUSED):
                flood.answers[code := await meta.asked(body, signature)] += 1
                if code == 200:
                    break
                assert code == 503, code
                await asyncio.sleep(AGAIN)
            else:
                raise AssertionError("a post is refused again and again; see the logs of the web apps")

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


def is_handled(settings: Settings) -> bool:
    """Whether nothing waits in its database; not yet where the server has no connection left for who asks."""
    query = select(InboundEvent.id).where(col(InboundEvent.handled_at).is_(None)).limit(1)
    try:
        with opened(settings.database) as engine, reading(engine) as session:
            return session.exec(query).first() is None
    except OperationalError:
        return False


async def flooded(
    port: int, towns: Sequence[Settings], posts: Sequence[tuple[bytes, str]], parts: dict[str, Process]
) -> Flood:
    flood, began, before = Flood(), time.perf_counter(), fleet_usage.cpu(parts)
    pouring = asyncio.create_task(poured(Meta(port, 0), posts, flood))
    while not pouring.done():
        await asyncio.wait([pouring], timeout=LOOK_EVERY)
        flood.memory.append(await asyncio.to_thread(fleet_usage.memory, parts))
    await pouring
    flood.taken_in = time.perf_counter() - began
    waiting = [*towns]
    while waiting := [one for one in waiting if not await asyncio.to_thread(is_handled, one)]:
        await asyncio.sleep(0.5)
    flood.handled_in = time.perf_counter() - began
    flood.memory.append(fleet_usage.memory(parts))
    after = fleet_usage.cpu(parts)
    flood.cpu = {kind: after[kind] - before[kind] for kind in after}
    return flood


def measured(receipts: int, comuni: int, *, postgresql: bool) -> Flood:
    folder = Path(tempfile.mkdtemp(prefix="bollettino-receipts-"))
    issuer = Issuer()
    try:
        with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
            here = land(folder, patch)
            settle(here, issuer, comuni, folder)
            for slug in here.fleet.slugs:
                here.give(slug, "BOLLETTINO_APP_SECRETS", SECRET)
            parts = stack.enter_context(databases(here, folder)) if postgresql else {}
            towns, people = here.fleet.roll().comuni, -int(-receipts // (STATUSES * comuni))
            told = Flood()
            posts = made(towns, people, told)
            port, servers = stack.enter_context(serving(here, folder, comuni))
            flood = asyncio.run(flooded(port, towns, posts, parts | servers))
            flood.posted, flood.distinct = told.posted, told.distinct
            for settings in towns:
                with opened(settings.database) as engine:
                    found = check(engine, people)
                if not found.startswith("all"):
                    flood.lost.append(f"{settings.profile.slug}: {found}")
            return flood
    finally:
        issuer.close()
        shutil.rmtree(folder, ignore_errors=True)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("receipts", type=int, nargs="?", default=RECEIPTS)
    parser.add_argument("comuni", type=int, nargs="?", default=COMUNI)
    given = parser.parse_args(words)
    if lacking := topology.missing():
        print(f"missing on this machine: {', '.join(lacking)} ({topology.REMEDY})")
        return 2
    began = os.getloadavg()[0]
    flood = measured(given.receipts, given.comuni, postgresql=given.postgresql)
    print(
        f"{flood.posted:,} receipts, {flood.distinct:,} different, of {given.comuni} Comuni on "
        f"{'PostgreSQL' if given.postgresql else 'SQLite'}; load of the machine before {began:.1f}"
    )
    print(
        f"  answered in {flood.taken_in:.0f} s ({flood.posted / flood.taken_in:,.0f}/s), handled in "
        f"{flood.handled_in:.0f} s ({flood.posted / flood.handled_in:,.0f}/s); answers {dict(flood.answers)}"
    )
    shares = ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in flood.cpu.items())
    print(
        f"  CPU {sum(flood.cpu.values()):.0f} s: {shares}; "
        f"{1e6 * flood.cpu['web'] / flood.distinct:.0f} µs of the web apps for a different one"
    )
    sizes = [one["web"] for one in flood.memory]
    told = f"first {sizes[0]:.0f}, at most {max(sizes):.0f}, last {sizes[-1]:.0f} MB"
    print(f"  memory of the web apps together: {told}")
    print("\n".join(flood.lost) or "nothing is lost: every person of every Comune has read, and is priced")
    return 1 if flood.lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

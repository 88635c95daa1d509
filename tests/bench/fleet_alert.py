"""An orange alert for 40 zones: `python -m tests.bench.fleet_alert [COMUNI [ZONES]]`, some minutes.

300 Comuni of one machine, each with an SQLite file, one Prefect server, one worker; the issuer publishes
from loopback when that waits the longest: as soon as a round of `allerte` has ended, and the next comes by
the clock. Then: when each has its urgent draft, when the form waits in Prefect for its editor, when the
first call has come to the mail server or to WhatsApp, all from the publication on; what it took of the
processor, and of memory at most. Every editor is called by e-mail and SMS, the first one by WhatsApp, too.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest
from sqlmodel import select

from db.engine import opened, reading
from db.models import Bulletin, BulletinKind, Call
from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.smtp import Taken
from deployments.sandbox.zones import rows_from_levels, zone_names
from tests.bench import fleet_usage
from tests.bench.fleet import settle
from tests.bench.send_sink import sink
from tests.world.fleet import land
from tests.world.installation import wait_for
from tests.world.mail_server import announce, mail_server
from tests.world.one_machine import OneMachine
from tests.world.towns import Issuer

COMUNI, ZONES = 300, 40
GOAL = 300.0  # seconds from the publication to the last form and the last Comune's first call
PATIENCE = 1200.0  # seconds; who is not there by then is told as missing
LOOK_EVERY = 5.0
MAIL = re.compile(rb"^Message-ID:\s*<bollettino-(.+)-\d+@", re.MULTILINE | re.IGNORECASE)
SMS = re.compile(rb"^Message-ID:\s*<(.+)@", re.MULTILINE | re.IGNORECASE)
FORMS = """
    SELECT run.id, MIN(state.timestamp) FROM flow_run run
    JOIN flow ON flow.id = run.flow_id JOIN flow_run_state state ON state.flow_run_id = run.id
    WHERE flow.name = 'approva' AND state.type = '{state}' GROUP BY run.id
"""
ROUNDS = """
    SELECT COUNT(*) FROM flow_run run JOIN deployment ON deployment.id = run.deployment_id
    WHERE deployment.name = 'allerte_tutti' AND run.state_type = 'COMPLETED'
"""
NEXT_ROUND = 120.0  # seconds, within which one has ended


class Post(list[Taken]):
    """What the mail server took, and when."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def append(self, taken: Taken) -> None:
        self.times.append(time.time())
        super().append(taken)


@dataclass
class Seen:
    """Of each Comune the seconds from the publication on."""

    drafts: dict[str, float] = field(default_factory=dict)
    forms: list[float] = field(default_factory=list)
    calls: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)  # MB, when all together had the most
    runs: int = 0  # of `approva`, as many as were begun


def forms(machine: OneMachine, state: str) -> list[datetime]:
    """When each window came to this state for the first time."""
    return [
        datetime.fromisoformat(at).replace(tzinfo=UTC) for _, at in machine.asked(FORMS.format(state=state))
    ]


def drafts(machine: OneMachine) -> tuple[dict[str, datetime], dict[str, str]]:
    """When each Comune's first urgent draft was made; the Comune of each call."""
    made: dict[str, datetime] = {}
    calls: dict[str, str] = {}
    for settings in machine.here.fleet.roll().comuni:
        slug = settings.profile.slug
        with opened(settings.database) as engine, reading(engine) as session:
            urgent = session.exec(select(Bulletin).where(Bulletin.kind == BulletinKind.urgent)).all()
            calls |= {str(call.id): slug for call in session.exec(select(Call)).all()}
        if urgent:
            made[slug] = min(one.created_at for one in urgent)
    return made, calls


def first_calls(post: Post, arrived: Mapping[str, float], of: Mapping[str, str]) -> dict[str, float]:
    """When each Comune's first call came to a server; `arrived`: by the id that WhatsApp is told."""
    came = [(of[id], at) for id, at in arrived.items() if id in of]
    for taken, at in zip(post, post.times, strict=True):
        if match := MAIL.search(taken.raw):
            came.append((match[1].decode(), at))
    found: dict[str, float] = {}
    for slug, at in came:
        found[slug] = min(at, found.get(slug, at))
    return found


def measured(comuni: int, zones: Sequence[str]) -> Seen:
    folder = Path(tempfile.mkdtemp(prefix="bollettino-alert-"))
    issuer, post, seen = Issuer(), Post(), Seen()
    try:
        with pytest.MonkeyPatch.context() as patch, sink() as provider, mail_server() as server:
            server.taken = post
            here = land(folder, patch)
            api = ('api = "http://127.0.0.1:8600"', f'api = "http://127.0.0.1:{provider.port}"')
            settle(here, issuer, comuni, folder, api, zones=zones)
            for slug in here.fleet.slugs:
                announce(here.states / slug, server.port)
            machine = OneMachine(here, folder / "log")
            try:
                machine.start()
                machine.settle("allerte")
                before = fleet_usage.cpu(machine.parts)
                levels = rows_from_levels({zone: {"idrogeologico": "arancione"} for zone in zones})
                archive = write_archive(levels, rows_from_levels({}), datetime.now(ROME))
                ended = machine.asked(ROUNDS)
                wait_for("a round of alerts to end", lambda: machine.asked(ROUNDS) != ended, NEXT_ROUND)
                published = time.time()
                issuer.shows(archive, '"orange"')
                _watched(machine, comuni, seen, published)
                after = fleet_usage.cpu(machine.parts)
                seen.cpu = {kind: after[kind] - before[kind] for kind in after}
                made, of = drafts(machine)
                told = provider.report()
                arrived = {id: at for (_, id, _), at in zip(told["messages"], told["times"], strict=True)}
                calls = first_calls(post, arrived, of)
                seen.drafts = {slug: at.timestamp() - published for slug, at in made.items()}
                seen.calls = {slug: at - published for slug, at in calls.items()}
                seen.forms = [at.timestamp() - published for at in forms(machine, "PAUSED")]
                seen.runs = len(forms(machine, "RUNNING"))
            finally:
                machine.stop()
    finally:
        issuer.close()
        if "KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
    return seen


def _watched(machine: OneMachine, comuni: int, seen: Seen, published: float) -> None:
    """Until each has its form and nothing works any more."""
    while True:
        time.sleep(LOOK_EVERY)
        memory = fleet_usage.memory(machine.parts)
        if sum(memory.values()) > sum(seen.most.values()):
            seen.most = memory
        count = len(forms(machine, "PAUSED"))
        left = machine.busy
        spent = time.time() - published
        print(
            f"  {spent:4.0f} s: {count} forms, {left} runs work, {sum(memory.values()):.0f} MB, "
            f"load {os.getloadavg()[0]:.1f}",
            file=sys.stderr,
            flush=True,
        )
        if (count >= comuni and not left) or spent > PATIENCE:
            return


def line(name: str, seconds: Sequence[float], comuni: int) -> str:
    if not seconds:
        return f"  {name:<10} none"
    return (
        f"  {name:<10} {len(seconds)} of {comuni}: first {min(seconds):4.0f} s, "
        f"median {median(seconds):4.0f} s, last {max(seconds):4.0f} s"
    )


def main(comuni: int = COMUNI, zones: int = ZONES) -> int:
    began = os.getloadavg()[0]
    seen = measured(comuni, list(zone_names())[:zones])
    print(f"{comuni} Comuni in {zones} zones, load of the machine before {began:.1f}; from the publication:")
    for name, found in (("drafts", [*seen.drafts.values()]), ("forms", seen.forms)):
        print(line(name, found, comuni))
    print(line("calls", [*seen.calls.values()], comuni))
    shares = ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in seen.cpu.items())
    print(f"  CPU        {sum(seen.cpu.values()):.0f} s: {shares}; {seen.runs} forms were begun")
    shares = ", ".join(f"{kind} {mb:.0f}" for kind, mb in seen.most.items())
    print(f"  memory     {sum(seen.most.values()):.0f} MB at most: {shares}")
    last = max([*seen.forms, *seen.calls.values(), *seen.drafts.values()], default=PATIENCE)
    is_whole = len(seen.drafts) == len(seen.calls) == comuni <= len(seen.forms)
    good = is_whole and last <= GOAL
    print(f"GOOD: all of it within {GOAL:.0f} s" if good else f"BAD: not all of it within {GOAL:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

"""Everything of a fleet dies: `python -m tests.bench.rehearsal_fleet [KILLS [COMUNI [PEOPLE [SEED]]]]`.

Each Comune has a draft, which its editor approves through the gate, and a send to its people, of whom some
write STOP meanwhile and others ATTIVA. One process after another is killed with -9, a kind as often as
another, at moments that the seed decides, and started again; Redis, which keeps nothing, comes back empty. At
the end each account is held against the phones, each database searched for what is another's, and everything
that lies on the machine for the number of any citizen. Then an operator declares, as a day later, what is
still uncertain, and the account is held against the phones once more. The last line is the verdict, the exit
code too.
"""

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db import deliveries, recipients
from db.deliveries import Certificate
from db.engine import reading
from db.models import BulletinStatus, Recipient, RecipientStatus
from flows import deploy
from flows.door.sealed_code import OPERATOR
from flows.rehearse import judge
from flows.sending.certificate import SETTLED_AFTER
from flows.sending.drain import most_in_flight
from flows.settle import Choice, settle_uncertain
from tests.bench.hidden import Sought, files, showing
from tests.bench.topology import say, slugs
from tests.world import topology
from tests.world.installation import field_of, wait_for
from tests.world.resident import Resident
from tests.world.topology import Topology
from tests.world.trouble import APPROVE, status

PER_SECOND = 2.0  # slow: sends are under way when something dies
CHANGES = (("messages_per_second = 40 ", f"messages_per_second = {PER_SECOND:.0f} "),)
KINDS = ("prefect", "services", "worker", "web", "gate", "redis", "postgresql")
SENDS = ("worker", "postgresql")  # whose end may leave a message of whom nobody knows whether it left
BETWEEN = (2.0, 9.0)  # seconds between two kills
AWAY = (0.2, 3.0)  # seconds that what was killed is away
PATIENCE = 1800.0  # seconds from the first approval on
WATCH_EVERY = 15.0  # seconds; by its schedule it is five minutes
DIED = (OperationalError, PrefectHTTPStatusError, httpx.HTTPError)  # what is said of what was killed
NEW = timedelta(seconds=45)  # a round that runs at this moment
QUIET_WITHIN = 480.0  # seconds; what has lost its process says five minutes long that it works
LOST: Choice = "non sono arrivati"
STUCK = (StateType.PAUSED, StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)


def title_of(slug: str) -> str:
    return f"Concerto della banda di {slug}"


class Town(Resident):
    """A Comune of it, with its bulletin."""

    def __init__(self, running: Topology, slug: str, place: int) -> None:
        super().__init__(running, slug)
        self.prefix = f"+3934{place:02}"
        self.number, self._phones, self._answered = 0, 0, ""
        self.said: dict[str, str] = {}  # the last word of each phone that is not the demo's

    def fill(self, people: int) -> None:
        """So many have written ATTIVA, and a draft waits."""
        self.begin()
        for _ in range(people):
            self.come()
        wait_for(f"{self.slug}: everybody's ATTIVA", lambda: self.heard() == self.said)
        self.number = self.draft(title_of(self.slug))

    def come(self) -> None:
        """One more phone writes ATTIVA."""
        self._phones += 1
        phone = f"{self.prefix}{self._phones:06}"
        self.ask("/_prova/telefoni", {"number": phone})
        self.tell(phone, "ATTIVA")

    def leave(self, chance: random.Random) -> None:
        """One of them writes STOP."""
        self.tell(chance.choice([phone for phone, word in self.said.items() if word == "ATTIVA"]), "STOP")

    def tell(self, phone: str, word: str) -> None:
        self.ask(f"/_prova/telefoni/{phone}/messaggi", {"text": word})
        self.said[phone] = word

    def heard(self) -> dict[str, str]:
        """What was understood of whom, but for the demo's phones, which every Comune has."""
        vault = self.settings.vault()
        with reading(self.engine) as session:
            rows = session.exec(select(Recipient)).all()
            found = {recipients.open_address(vault, row).phone or "": row.status for row in rows}
        word = {RecipientStatus.active: "ATTIVA", RecipientStatus.opted_out: "STOP"}
        demo = self.ask("/_prova/telefoni")
        known = {phone["number"] for phone in demo} - self.said.keys()
        return {phone: word.get(status, status) for phone, status in found.items() if phone not in known}

    def answer_if_waiting(self) -> bool:
        """Whether a form was there, and its answer taken; where its run dies unread, another opens."""
        run_id = self.bulletin(self.number).review_run_id
        if run_id is None or run_id == self._answered:
            return False
        with self.prefect() as client:
            state = client.read_flow_run(UUID(run_id)).state
        if state is None or not state.is_paused():
            return False
        form = self.form_in(run_id)
        said = self.post(run_id, {**form, field_of(form, "decisione"): APPROVE})
        assert said != "REJECT", f"{self.slug}: the form does not take what its editor chose"
        if said == "ACCEPT":
            self._answered = run_id
        return said == "ACCEPT"

    def stands(self) -> str:
        """Where it stands, for who looks at what went wrong."""
        found = self.bulletin(self.number)
        told = f"{self.slug}: {found.status}, answered {self._answered or 'nothing'}"
        if found.review_run_id is None:
            return told
        with self.prefect() as client:
            return (
                f"{told}, form {found.review_run_id} {client.read_flow_run(UUID(found.review_run_id)).state}"
            )

    def account(self) -> Certificate:
        with reading(self.engine) as session:
            return deliveries.certificate(session, self.number)


@dataclass
class Storm:
    """Kills what runs, and starts it again, as a machine does that comes back."""

    running: Topology
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        fewest = min(self.killed[kind] for kind in KINDS)
        kind = self.chance.choice([kind for kind in KINDS if self.killed[kind] == fewest])
        away = self.chance.uniform(*AWAY)
        if kind == "postgresql":
            self.running.postgresql.kill()
            time.sleep(away)
            self.running.postgresql.start()
        else:
            of_kind = [part for name, part in self.running.parts.items() if name.startswith(kind)]
            part = self.chance.choice(of_kind)
            part.kill()
            time.sleep(away)
            part.start()
        self.killed[kind] += 1
        print(f"  killed: {kind}", file=sys.stderr, flush=True)


def rehearse(running: Topology, kills: int, people: int, seed: int) -> bool:
    """Prints the verdict; whether it is good."""
    began, chance = time.monotonic(), random.Random(seed)
    towns = [Town(running, slug, place) for place, slug in enumerate(running.slugs)]
    for town in towns:
        town.fill(people)
        say(f"  {town.slug}: {people} have written ATTIVA, bulletin {town.number} waits")
    storm, until, watched = Storm(running, chance), time.monotonic() + PATIENCE, 0.0
    left = towns
    while left or storm.killed.total() < kills:
        assert time.monotonic() < until, (
            f"not sent after {PATIENCE:.0f} s: {[town.stands() for town in left]}"
        )
        due = len(towns) if storm.killed.total() >= kills else 1 + storm.killed.total() * len(towns) // kills
        for town in towns[:due]:
            with suppress(*DIED):
                town.answer_if_waiting()
        if storm.killed.total() < kills:
            chance.choice(towns).come()
            chance.choice(towns).leave(chance)
        if time.monotonic() - watched > WATCH_EVERY:
            with suppress(*DIED):
                watch_all(towns[0])
                watched = time.monotonic()
        with suppress(*DIED):
            left = [town for town in towns if status(town, town.number) != BulletinStatus.sent]
        if storm.killed.total() < kills:
            storm.strike()
        time.sleep(chance.uniform(*BETWEEN))
    deaths = ", ".join(f"{count} x {kind}" for kind, count in sorted(storm.killed.items()))
    say(f"  killed: {deaths}; all sent after {time.monotonic() - began:.0f} s")
    return all(
        [
            *(is_right(town, storm) for town in towns),
            are_apart(running, towns),
            is_quiet(towns[0]),
            *(is_settled(town) for town in towns),
            hide_numbers(running, towns),
        ]
    )


def watch_all(town: Town) -> None:
    """A round of `sorveglia` for all, as its schedule starts it."""
    with town.prefect() as client:
        name = DeploymentFilterName(any_=[deploy.name_for_all("sorveglia")])
        (found,) = client.read_deployments(deployment_filter=DeploymentFilter(name=name))
        client.create_flow_run_from_deployment(found.id)


def is_right(town: Town, storm: Storm) -> bool:
    """Whether its account is what the phones say, and everybody's last word was heard."""
    wait_for(f"{town.slug}: every word", lambda: town.heard() == town.said, 120)
    phones = {number for number, texts in town.received(town.bulletin(town.number).code).items() if texts}
    with suppress(AssertionError):  # what was not told by then the judge tells
        wait_for(f"{town.slug}: receipts", lambda: town.account().accepted == len(phones), 60)
    verdict, account = judge(town.settings, town.engine, town.number), town.account()
    held = most_in_flight(PER_SECOND) * sum(storm.killed[kind] for kind in SENDS)
    say(f"  {town.slug}: {verdict.sentence} Uncertain {account.uncertain} (at most {held}).")
    return verdict.sentence.startswith("GIUSTO") and account.uncertain <= held


def is_settled(town: Town) -> bool:
    """Whether nothing is uncertain once an operator has declared it, and the account still what phones say.

    Receipts have told by then of whatever had arrived: what they left uncertain had not.
    """
    before, later = town.account().uncertain, datetime.now(UTC) + SETTLED_AFTER + timedelta(hours=1)
    if before:
        who = town.settings.profile.editors[0].name
        settle_uncertain(
            town.settings, town.engine, town.number, choice=LOST, who=who, proof=OPERATOR, now=later
        )
    verdict, account = judge(town.settings, town.engine, town.number), town.account()
    say(f"  {town.slug}: {before} uncertain declared lost, {account.uncertain} left. {verdict.sentence}")
    return verdict.sentence.startswith("GIUSTO") and account.adds_up and not account.uncertain


def hide_numbers(running: Topology, towns: list[Town]) -> bool:
    """Whether no citizen's number lies where who runs the fleet could read it."""
    demo = {phone["number"] for phone in towns[0].ask("/_prova/telefoni")} - towns[0].said.keys()
    sought = Sought([demo, *(town.said.keys() for town in towns)])
    phones = [path.read_bytes() for path in files(running, sandboxes=True)]
    assert any(map(sought.dresses, phones)), "or nothing is searched: the sandboxes have them"
    found = showing(running, sought)
    for where in found:
        say(f"  a number lies in {where}")
    say(f"  {len(files(running))} files and {1 + len(towns)} databases hold numbers in {len(found)} places")
    return not found


def are_apart(running: Topology, towns: list[Town]) -> bool:
    """Whether no database holds the title, the page or a telephone number of another's."""
    good = True
    for town in towns:
        text = running.postgresql.dump(f"comune_{town.slug}")
        for other in towns:
            if other is town:
                assert title_of(other.slug) in text, "or nothing is searched"
                continue
            strange = [title_of(other.slug), other.bulletin(other.number).code]
            if found := [word for word in strange if word in text]:
                say(f"  {town.slug} holds of {other.slug}: {found}")
                good = False
        if strangers := [phone for phone in town.heard() if not phone.startswith(town.prefix)]:
            say(f"  {town.slug} knows {len(strangers)} phones of others")
            good = False
    return good


def is_quiet(town: Town) -> bool:
    """Whether in the end no form waits, and no run says that it works."""

    def left() -> list[str]:
        with town.prefect() as client:
            wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*STUCK])))
            runs = client.read_flow_runs(flow_run_filter=wanted, limit=200)
        ages = [(run, datetime.now(UTC) - run.state.timestamp) for run in runs if run.state]
        return [
            f"{run.name} ({run.state_name} for {age.seconds} s, {run.infrastructure_pid})"
            for run, age in ages
            if age > NEW
        ]

    until = time.monotonic() + QUIET_WITHIN
    while left() and time.monotonic() < until:
        watch_all(town)
        time.sleep(WATCH_EVERY)
    if names := left():
        say(f"  still there: {', '.join(names)}")
    return not names


def main(kills: int = 40, comuni: int = 20, people: int = 30, seed: int = 1) -> int:
    if lacking := topology.missing():
        say(f"missing on this machine: {', '.join(lacking)} ({topology.REMEDY})")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="bollettino-fleet-") as folder:
        say(f"{comuni} Comuni of {people} people, {kills} kills, seed {seed}:")
        with topology.topology(Path(folder), slugs(comuni), *CHANGES) as running:
            good = rehearse(running, kills, people, seed)
    say("GOOD: whatever died, each account is what the phones say" if good else "BAD: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

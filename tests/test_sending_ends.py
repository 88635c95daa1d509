"""Every send ends: whatever the provider answers last and whatever dies, with a certificate that adds up.

A model stands for the provider: it answers each message by a script, and then the same for ever. It keeps who
may have got something. `BOLLETTINO_REHEARSAL=1` plays every last answer with every number of people.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update
from sqlmodel import select

from db import bulletins, deliveries
from db.engine import transaction
from db.ledger import STOP
from db.models import (
    Attempt,
    Bulletin,
    BulletinStatus,
    Consent,
    Delivery,
    DeliveryStatus,
    Outcome,
    Recipient,
    RecipientStatus,
    SendRate,
)
from flows.sending import certificate, conductor, judge
from flows.sending import drain as sender
from flows.sending.ending import close
from flows.sending.hold import UNTRUE
from flows.sending.outbox import Outbox, Ready
from flows.sending.pace import Pace
from flows.settings import Settings
from flows.watch import look
from flows.whatsapp.client import WhatsAppClient
from flows.whatsapp.errors import TABLE
from flows.whatsapp.messages import Category
from tests.bench import send_town
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.wires import Handled

pytestmark = pytest.mark.slow  # a whole send for each answer
REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
PER_SECOND, ENDS = 400.0, (BulletinStatus.sent, BulletinStatus.stopped)


class Saying(NamedTuple):
    """What the provider does with one message."""

    status: int = 200
    body: str | None = None  # None: it takes the message, and says so in Meta's words
    error: type[Exception] | None = None
    retry_after: str | None = None

    @property
    def may_reach(self) -> bool:
        """Whether somebody may have got it: all but what Meta refuses and what cannot have left."""
        if self.error:
            return not issubclass(self.error, httpx.ConnectError)
        is_refused = self.body is not None and "error" in self.body and self.status != 503
        return not is_refused and self.status not in (404, 405, 501)


def code(number: int, status: int = 400, retry_after: str | None = None) -> Saying:
    return Saying(status, json.dumps({"error": {"code": number}}), retry_after=retry_after)


class DiedError(Exception):
    """The process ends in the middle of a message."""


ACCEPTED = Saying()
KNOWN = [code(number) for number in sorted(TABLE) if not 201 <= number < 299]
UNKNOWN = [code(99_999), code(424_242), code(7, 500)]
WITHOUT_CODE = [
    Saying(status, '{"error": {"message": "no"}}') for status in (400, 401, 403, 404, 409, 410, 429)
]
PAGES = [
    Saying(status, "<html>", retry_after=wait)
    for status in (200, 302, 400, 404, 405, 408, 500, 501, 502, 503, 504)
    for wait in (None, "700")
]
BROKEN = [Saying(200, body) for body in ("", "[]", "{}", '{"messages": []}')]
PATIENT = [
    code(4, 429, "700"),
    code(131000, 500, "99999"),
    Saying(503, '{"error": "busy"}', retry_after="700"),
]
WIRE = [Saying(error=one) for one in (httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError)]
DEATH = Saying(error=DiedError)
EVERYTHING = [
    ACCEPTED, *KNOWN, *UNKNOWN, *WITHOUT_CODE, *PAGES, *BROKEN, *PATIENT, *WIRE, DEATH
]  # fmt: skip


class Provider(Handled):
    """Answers by the script, then the last word for ever."""

    def __init__(self, script: Sequence[Saying], last: Saying, *, takes: float = 0.0) -> None:
        super().__init__(self._say)
        self._takes = takes  # seconds
        self._script, self._last = iter(script), last
        self.may_have: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.posts = 0

    def _say(self, request: httpx.Request) -> httpx.Response:
        self.posts += 1
        said, phone = next(self._script, self._last), json.loads(request.content)["to"]
        self.may_have[phone] += said.may_reach
        if said.error:
            raise said.error("made up")
        headers = {"Retry-After": said.retry_after} if said.retry_after else {}
        if said.body is not None:
            return httpx.Response(said.status, text=said.body, headers=headers)
        self.taken[phone] += 1
        return httpx.Response(200, json={"messages": [{"id": f"wamid.{id(self)}.{self.posts}"}]})

    async def exchange(self, *given: Any) -> Any:
        await asyncio.sleep(self._takes)
        return await super().exchange(*given)


class Town:
    """Fifty subscribers, of whom a bulletin goes to some."""

    def __init__(self, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        send_town.enter()
        self.engine, self._patch = engine, monkeypatch
        address = engine.url.render_as_string(hide_password=False)
        self.settings: Settings = send_town.settings_for(9, folder, address, PER_SECOND)
        with transaction(engine) as session:
            self.people = [make_recipient(session, self.settings.vault()).id for _ in range(50)]

    def bulletin(self, people: int) -> int:
        with transaction(self.engine) as session:
            session.execute(delete(SendRate))  # what slowed the last one down
            # nor has the last one stopped or lost anybody
            session.execute(update(Recipient).values(status=RecipientStatus.active, strikes=0))
            bulletin = make_bulletin(session, [], status=BulletinStatus.sending, now=datetime.now(UTC))
            chosen = select(Recipient).where(Recipient.id.in_(self.people[:people]))  # type: ignore[attr-defined]
            deliveries.plan(session, bulletin.id, chosen, now=datetime.now(UTC))
            return bulletin.id

    def send(self, number: int, provider: Provider, *, workers: int) -> None:
        """As the runs of `invia` do it: `sorveglia` starts anew what died, until the grace ends."""
        order = send_town.order(number)
        self._patch.setattr(
            sender,
            "open_client",
            lambda *_, **__: WhatsAppClient("http://meta/v25.0", "1", "t", concurrency=50, wire=provider),
        )

        async def work() -> None:
            runs = (sender.drain(self.settings, self.engine, order) for _ in range(workers))
            async with asyncio.timeout(120):
                ends = await asyncio.gather(*runs, return_exceptions=True)
            for end in ends:
                if isinstance(end, BaseException) and not isinstance(end, DiedError):
                    raise end
                if not isinstance(end, BaseException):
                    close(self.engine, number, end, now=datetime.now(UTC))

        for _ in range(3):
            if self.status(number) == BulletinStatus.sending:
                asyncio.run(work())
        look(self.settings, self.engine, now=datetime.now(UTC) + timedelta(days=1))

    def status(self, number: int) -> BulletinStatus:
        with transaction(self.engine) as session:
            return session.get_one(Bulletin, number).status

    def plays(self, script: Sequence[Saying], last: Saying, *, people: int, workers: int) -> None:
        """One send from its plan to its certificate, and all that must be true of it."""
        provider, number = Provider(script, last), self.bulletin(people)
        self.send(number, provider, workers=workers)
        assert self.status(number) in ENDS
        with transaction(self.engine) as session:
            document = certificate.draw_up(self.settings, session, number)
            told = deliveries.certificate(session, number)
            at_work = session.exec(select(Attempt).where(Attempt.outcome == Outcome.in_flight)).all()
        assert told.planned == people
        assert told.planned == (told.accepted + told.failed + told.skipped + told.uncertain + told.open), (
            document
        )
        assert document.counts["claimed"] == 0, "nobody holds anything any more"
        assert document.is_whole or self.status(number) == BulletinStatus.stopped
        assert document.is_whole or document.counts["queued"] == told.open
        assert not at_work
        assert max(provider.may_have.values(), default=0) <= 1, "nobody gets it twice"
        assert told.accepted == provider.taken.total()
        assert told.uncertain == provider.may_have.total() - provider.taken.total()
        assert provider.posts <= 30 * people + 200


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of seconds come at once, and the loop looks as often as it can."""
    outbox.never_wait(monkeypatch)
    for name in ("SETTLE_AFTER", "APART"):
        monkeypatch.setattr(conductor, name, 0.002)
    for name in ("BEAT", "LOOK_AGAIN"):
        monkeypatch.setattr(conductor, name, 0.02)
    monkeypatch.setattr(Pace, "pause", lambda *_: None)


@pytest.fixture
def town(sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None) -> Town:
    return Town(sqlite, tmp_path, monkeypatch)


@pytest.fixture
def towns(postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None) -> Town:
    return Town(postgresql, tmp_path, monkeypatch)


SAYINGS = st.sampled_from(EVERYTHING)
SCRIPTS = st.lists(st.one_of(st.just(ACCEPTED), SAYINGS), max_size=12)
BOUNDED = settings(
    deadline=None,
    max_examples=400 if REHEARSAL else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@BOUNDED
@given(SCRIPTS, SAYINGS, st.sampled_from([1, 2, 50]))
def test_whatever_comes_last_a_send_ends(town: Town, script: list[Saying], last: Saying, people: int) -> None:
    town.plays(script, last, people=people, workers=1)


@BOUNDED
@given(SCRIPTS, SAYINGS, st.sampled_from([1, 2, 50]))
def test_two_workers_end_together(towns: Town, script: list[Saying], last: Saying, people: int) -> None:
    towns.plays(script, last, people=people, workers=2)


@pytest.mark.parametrize("people", [1, 2, 50] if REHEARSAL else [2])
def test_every_last_answer_ends_a_send(town: Town, people: int) -> None:
    """The codes of the table many at a time: by their action there are few kinds."""
    for last in EVERYTHING if REHEARSAL else [*UNKNOWN, *WITHOUT_CODE[::2], *BROKEN[:1], *WIRE, DEATH]:
        town.plays([], last, people=people, workers=1)


@pytest.mark.parametrize("asleep", [131009, 134101])
@pytest.mark.parametrize("times", [1, 2, 30])
def test_a_template_that_sleeps_ends_a_send_when_there_is_no_other_way(
    town: Town, monkeypatch: pytest.MonkeyPatch, asleep: int, times: int
) -> None:
    """From 13 October 2027 on: it is waited for by its own send, and stopped when it does not wake."""
    monkeypatch.setattr(judge, "OTHER_WAY_ENDS", date(2026, 1, 1))
    town.plays([code(asleep)] * times, ACCEPTED, people=5, workers=1)
    town.plays([], code(asleep), people=5, workers=1)


def test_the_second_worker_is_stopped_by_nobody(towns: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first to end calls the bulletin sent; the other, which has nothing in hand, ends as well."""
    number = towns.bulletin(50)
    ends: list[str | None] = []
    drain = sender.drain

    async def told(*given: Any) -> str | None:
        ends.append(await drain(*given))
        close(towns.engine, number, ends[-1], now=datetime.now(UTC))
        return ends[-1]

    monkeypatch.setattr(sender, "drain", told)
    monkeypatch.setattr(conductor, "LOOK_AGAIN", 0.5)  # the other looks later than it gives its sign of life
    towns.send(number, Provider([], ACCEPTED, takes=0.3), workers=2)
    assert ends == [None, None]
    assert towns.status(number) == BulletinStatus.sent


@pytest.mark.parametrize(
    ("by", "reason", "told"),
    [
        ("Anna Redazione", "stopped_by_hand", "lo ha fermato una persona."),
        ("invio", "account WhatsApp limitato (codice 368).", "account WhatsApp limitato (codice 368)."),
        ("sorveglianza", "interrotto, e tardi per riprenderlo", "interrotto, e tardi per riprenderlo"),
        ("raccogli", UNTRUE, UNTRUE),
        ("urgente", UNTRUE, UNTRUE),
    ],
)
def test_a_worker_says_who_stopped_the_send(town: Town, by: str, reason: str, told: str) -> None:
    number = town.bulletin(5)
    with transaction(town.engine) as session:
        bulletin = bulletins.locked(session, number)
        now = datetime.now(UTC)
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=by, now=now, reason=reason)
    order = send_town.order(number)
    assert asyncio.run(sender.drain(town.settings, town.engine, order)) == told


def test_what_could_not_be_given_back_at_once_is_given_back_at_the_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database fails as a pause begins: nobody counts as sent, perhaps, whose message never left."""
    number, provider, release = town.bulletin(50), Provider([], PATIENT[0], takes=0.05), Outbox.release
    asked: list[int] = []

    def fails_once(box: Outbox, ready: Sequence[Ready]) -> None:
        asked.append(len(ready))
        if len(asked) == 1:
            raise DiedError
        release(box, ready)

    monkeypatch.setattr(Outbox, "release", fails_once)
    wire = WhatsAppClient("http://meta/v25.0", "1", "t", concurrency=5, wire=provider)
    monkeypatch.setattr(sender, "open_client", lambda *_, **__: wire)
    monkeypatch.setattr(sender, "MOST_CONNECTIONS", 5)
    order = send_town.order(number)
    with pytest.raises(DiedError):
        asyncio.run(sender.drain(town.settings, town.engine, order))
    assert asked[0]
    assert asked[1] >= asked[0]
    with transaction(town.engine) as session:
        told = deliveries.certificate(session, number)
    assert (told.open, told.uncertain, told.accepted) == (50, 0, 0)


def test_no_more_is_claimed_at_a_time_than_a_death_may_leave_uncertain(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "most_in_flight", lambda _per_second: 3)
    claim, open_at_once = Outbox.claim, [0]

    def count(box: Outbox, limit: int, category: Category) -> list[Ready] | None:
        found = claim(box, limit, category)
        with transaction(town.engine) as session:
            query = select(Delivery).where(Delivery.status == DeliveryStatus.claimed)
            open_at_once.append(len(session.exec(query).all()))
        return found

    monkeypatch.setattr(Outbox, "claim", count)
    town.send(number := town.bulletin(20), Provider([], ACCEPTED, takes=0.1), workers=1)
    assert (town.status(number), max(open_at_once)) == (BulletinStatus.sent, 3)


def test_a_number_that_no_key_opens_fails_alone_and_says_why(town: Town) -> None:
    """By this reason it is tried again once its key is back."""
    number, provider = town.bulletin(3), Provider([], ACCEPTED)
    with transaction(town.engine) as session:
        session.get_one(Recipient, town.people[0]).phone_sealed = b"sealed with a key that is gone"
    town.send(number, provider, workers=1)
    with transaction(town.engine) as session:
        ends = {row.recipient_id: row.reason for row in session.exec(select(Delivery))}
        (attempt,) = session.exec(select(Attempt).where(Attempt.outcome == Outcome.refused))
    assert ends == dict.fromkeys(town.people[:3]) | {town.people[0]: "unreadable_address"}
    assert (attempt.code, provider.posts) == ("unreadable_address", 2)


@pytest.mark.parametrize("database", ["town", "towns"])
def test_a_stop_that_the_journal_cannot_take_undoes_no_settlement_and_is_heard_later(
    request: pytest.FixtureRequest, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Told by the answer to a message. What was settled with it stays; who stopped us gets nothing more."""
    town: Town = request.getfixturevalue(database)
    ledger = town.settings.ledger()
    ledger.journal.path.unlink(missing_ok=True)
    ledger.journal.path.mkdir(parents=True)  # where the file should be: no line can be written

    def send(*script: Saying) -> tuple[int, int, int, int]:
        number = town.bulletin(5)
        town.send(number, Provider(script, ACCEPTED), workers=1)
        with transaction(town.engine) as session:
            told = deliveries.certificate(session, number)
        return told.accepted, told.failed, told.skipped, told.uncertain

    def left() -> list[Recipient]:
        with transaction(town.engine) as session:
            gone = Recipient.status == RecipientStatus.opted_out
            return list(session.exec(select(Recipient).where(gone)))

    assert send(code(131050)) == (4, 1, 0, 0), "the others are settled"
    assert "make room on its disk" in caplog.text
    assert (send(), left()) == ((4, 0, 1, 0), []), "the next bulletin leaves them out all the same"
    ledger.journal.path.rmdir()
    assert send() == (4, 0, 1, 0)
    (who,) = left()
    with transaction(town.engine) as session:
        (event,) = ledger.history(session, who)
        assert (event.word, event.event) == (STOP, Consent.opt_out)
        assert [entry.at for entry in ledger.journal.entries()] == [event.at]
        back = event.at + timedelta(seconds=1)
        ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=back)
    assert (send(), left()) == ((5, 0, 0, 0), []), "who is back since is not sent away again"
    with transaction(town.engine) as session:
        assert [one.word for one in ledger.history(session, who)] == [STOP, "ATTIVA"]

"""The console of a fleet with databases: each is looked at by itself, no oftener than once a minute."""

import base64
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.models import BulletinStatus, DeliveryStatus
from flows.__main__ import main
from flows.doctor import heartbeat
from flows.doctor.reader import reader
from flows.fleet import rounds
from flows.fleet.console import sweep
from flows.fleet.console.line import Line, Need
from flows.fleet.console.sweep import KEPT, Console
from flows.settings import ROOT, Settings, load
from tests.world.builders import NOW, make_bulletin, new_phone
from tests.world.fleet import Land
from tests.world.fleet_web import Fronted, lived, look, three
from tests.world.sends import make_delivery, make_send

EACH = pytest.mark.parametrize("here", ["sqlite", "postgresql"], indirect=True)
PATIENT = 60.0
GONE = "postgresql://nobody:secret-word@127.0.0.1:9/nothing"  # where nobody listens
PEOPLE = 4
PHONES = [new_phone() for _ in range(PEOPLE)]


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    """Alfa is in the middle of a send, Beta has a draft that ends soon, and Gamma's database is gone."""
    request.param = getattr(request, "param", "sqlite")
    with three(request, tmp_path, monkeypatch) as made:
        made.give("gamma", "BOLLETTINO_DATABASE", GONE)
        for slug in ("alfa", "beta", "gamma"):
            heartbeat.beat(load(slug).state, now=NOW)
        with look("alfa") as session:
            row = make_send(session, load("alfa").vault(), [], status=BulletinStatus.sending)
            for number in range(PEOPLE):
                status = DeliveryStatus.accepted if number % 2 else DeliveryStatus.queued
                make_delivery(session, load("alfa").vault(), row, status, phone=PHONES[number])
        with look("beta") as session:
            due = NOW + timedelta(minutes=30)
            make_bulletin(session, status=BulletinStatus.in_review, deadline_at=due)
        yield made


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Looked:
    """How often each was looked at; one that `hangs` does not come back until it may."""

    count: Counter[str] = field(default_factory=Counter)
    hangs: str = ""
    may: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    told = Looked()

    @contextmanager
    def counting(settings: Settings) -> Iterator[Engine]:
        slug = settings.profile.slug
        told.count[slug] += 1
        if slug == told.hangs:
            told.may.wait(30)
        with reader(settings) as engine:
            yield engine

    monkeypatch.setattr(sweep, "reader", counting)
    yield told
    told.may.set()


def by_slug(lines: list[Line]) -> dict[str, Line]:
    return {line.slug: line for line in lines}


@EACH
def test_one_that_is_ill_costs_no_other(here: Land) -> None:
    found = by_slug(Console(Clock()).lines(here.fleet.roll(), patience=PATIENT))
    assert [*found] == ["alfa", "beta", "gamma"]
    sent = found["alfa"].last
    assert sent is not None
    assert (sent.status, sent.count.planned, sent.count.open) == (BulletinStatus.sending, 4, 2)
    assert Need.draft_due in found["beta"].needs(NOW)
    assert found["gamma"].needs(NOW) == (Need.ill,)
    assert "cannot be opened" in found["gamma"].ill
    assert "secret-word" not in repr(found)
    assert not (here.states / "_fleet").exists(), "who looks leaves no lock"


def test_a_profile_with_an_error_is_a_line_too(here: Land) -> None:
    (here.folder / "beta.toml").write_text("nothing", encoding="utf-8")
    found = by_slug(Console(Clock()).lines(here.fleet.roll(), patience=PATIENT))
    assert "beta.toml" in found["beta"].ill
    assert found["beta"].needs(NOW) == (Need.ill,), "and nobody says whether its rounds are made"
    assert found["alfa"].is_read


def test_two_with_a_key_together_are_both_ill_and_read(here: Land) -> None:
    key = (here.folder / "alfa" / "BOLLETTINO_LOOKUP_KEY").read_text(encoding="utf-8").strip()
    console = Console(Clock())
    assert not by_slug(console.lines(here.fleet.roll(), patience=PATIENT))["beta"].ill
    here.give("beta", "BOLLETTINO_LOOKUP_KEY", key)
    found = by_slug(console.lines(here.fleet.roll(), patience=PATIENT))
    assert "BOLLETTINO_LOOKUP_KEY is also that of alfa" in found["beta"].ill
    assert found["beta"].drafts
    assert key not in repr(found)


def test_what_was_read_is_kept_for_a_minute_also_that_it_was_ill(here: Land, looked: Looked) -> None:
    clock = Clock()
    console, roll = Console(clock), here.fleet.roll()
    for seconds, count in ((0, 1), (1, 1), (59, 1), (60, 2), (61, 2)):
        clock.now = NOW + timedelta(seconds=seconds)
        assert len(console.lines(roll, patience=PATIENT)) == 3
        assert looked.count == dict.fromkeys(("alfa", "beta", "gamma"), count), seconds


def test_whom_no_look_came_to_is_as_before_and_comes_first(here: Land, looked: Looked) -> None:
    clock = Clock()
    console, roll = Console(clock), here.fleet.roll()
    assert [line.is_read for line in console.lines(roll, patience=0.0)] == [False] * 3
    assert [line.needs(NOW) for line in console.lines(roll, patience=0.0)] == [()] * 3
    assert not looked.count
    console.lines(roll, patience=PATIENT)
    clock.now += 2 * KEPT
    found = by_slug(console.lines(roll, patience=0.0))
    assert found["alfa"].read_at == NOW
    assert looked.count["alfa"] == 1


def test_one_that_hangs_is_told_and_left_alone_until_it_comes_back(
    here: Land, looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "EACH", 0.5)
    clock = Clock()
    console, roll = Console(clock), here.fleet.roll()
    looked.hangs = "alfa"
    found = by_slug(console.lines(roll, patience=PATIENT))
    assert found["alfa"].ill == rounds.LATE.format(0.5)
    assert found["beta"].is_read
    clock.now += KEPT
    assert by_slug(console.lines(roll, patience=PATIENT))["alfa"].ill == rounds.LATE.format(0.5)
    assert looked.count["alfa"] == 1, "no second thread waits for it"
    looked.hangs = ""
    looked.may.set()
    monkeypatch.setattr(sweep, "EACH", 30.0)
    for _ in range(100):  # until the thread that was left behind has ended
        clock.now += KEPT
        if (back := by_slug(console.lines(roll, patience=PATIENT))["alfa"]).is_read:
            break
        threading.Event().wait(0.02)
    assert back.is_read


def test_who_leaves_is_forgotten_and_who_comes_is_there(here: Land) -> None:
    console = Console(Clock())
    console.lines(here.fleet.roll(), patience=PATIENT)
    (here.folder / "beta.toml").unlink()
    assert [line.slug for line in console.lines(here.fleet.roll(), patience=PATIENT)] == ["alfa", "gamma"]


@pytest.mark.slow
def test_it_knows_nothing_of_prefect() -> None:
    """Which would be 30 MB more of the web app, and reads the environment as it is imported."""
    code = "import sys, flows.fleet.front.app; sys.exit('prefect' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# ------------------------------------------------------------------ in a terminal
def test_status_says_what_each_asks_for(here: Land, capsys: pytest.CaptureFixture[str]) -> None:
    for slug in here.fleet.slugs:
        heartbeat.beat(load(slug).state, now=datetime.now(UTC))
    assert main(["fleet", "status"]) == 2
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("gamma: ill: ")
    (beta,) = (line for line in others if line.startswith("beta: needs: draft due, backup; round "))
    assert "1 waiting until 2026-11-24 11:00, next " in beta
    (alfa,) = (line for line in others if line.startswith("alfa: needs: "))
    assert "sending 2026-11-24 10:30 to 2 of 4, 0 failed" in alfa


# ------------------------------------------------------------------ at the web app
def shown(here: Land) -> str:
    return (here.states / "_fleet" / "metrics.token").read_text(encoding="ascii").strip()


def basic(token: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'chiunque:{token}'.encode()).decode()}"}


def test_the_page_is_for_this_machine_and_for_who_knows_the_token(here: Land) -> None:
    async def story(site: Fronted) -> None:
        page = "http://127.0.0.1:8080/console"
        for address in ("https://altri.example.it/console", "https://alfa.example.it/console"):
            assert (await site.client.get(address, headers=basic(shown(here)))).status_code == 404
        forwarded = {**basic(shown(here)), "X-Forwarded-For": "10.0.0.1"}
        assert (await site.client.get(page, headers=forwarded)).status_code == 404
        wrong: tuple[dict[str, str], ...] = (
            {},
            basic("x"),
            basic(""),
            {"Authorization": "Basic ***"},
            {"Authorization": "Basic"},
            {"Authorization": f"Digest {shown(here)}"},
        )
        for headers in wrong:
            refused = await site.client.get(page, headers=headers)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"].startswith("Basic ")
            assert "alfa" not in refused.text
        answer = await site.client.get(page, headers=basic(shown(here)))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        for words in ("bozza in scadenza", "in invio: 2 su 4", "non si legge"):
            assert words in answer.text, words
        assert (
            (await site.get("http://127.0.0.1:8080/console.css"))
            .headers["content-type"]
            .startswith("text/css")
        )

    lived(here, story)


def test_metrics_of_all_are_beside_those_of_each(here: Land) -> None:
    async def story(site: Fronted) -> None:
        at = "http://127.0.0.1:8080/metrics"
        refused = await site.get(at)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        bearer = {"Authorization": f"Bearer {shown(here)}"}
        assert (await site.client.get("https://altri.example.it/metrics", headers=bearer)).status_code == 404
        told = (await site.client.get(at, headers=bearer)).text
        assert 'bollettino_comune_sent_messages{comune="alfa",state="open"} 2.0' in told
        assert 'bollettino_comune_need{comune="gamma",grade="subito",need="ill"} 1.0' in told
        assert (await site.client.get(at, headers=basic(shown(here)))).status_code == 200
        own = await site.client.get("http://127.0.0.1:8080/alfa/metrics", headers=bearer)
        assert own.status_code == 401, "that is another token"

    lived(here, story)


def test_nobody_s_number_and_nobody_s_name_is_shown(here: Land, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    async def story(site: Fronted) -> None:
        for path in ("console", "metrics"):
            answer = await site.client.get(f"http://127.0.0.1/{path}", headers=basic(shown(here)))
            told.append(answer.text)

    lived(here, story)
    for words in ((), ("--json",)):
        main(["fleet", "status", *words])
        told.append(capsys.readouterr().out)
    editors = [one for slug in ("alfa", "beta") for one in load(slug).profile.editors]
    private = [
        *PHONES,
        *(number.removeprefix("+39") for number in PHONES),
        *(one.name for one in editors),
        *(one.email for one in editors),
    ]
    assert all(told)
    assert not [word for word in private for text in told if word in text]

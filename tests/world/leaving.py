"""A fleet of three of which one leaves; a Prefect server that knows nothing of them, and says so at once."""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine

from db import canary, recipients, senders
from db.engine import opened, transaction
from db.models import BulletinStatus, Consent
from db.recipients import Address
from flows import deploy
from flows.__main__ import main
from flows.fleet.membership import registrar
from flows.fleet.membership.registrar import Registrar
from flows.runs import leftover_runs
from flows.sending import witness
from flows.settings import Settings, load
from tests.world.builders import NOW, make_bulletin
from tests.world.fleet import Land
from tests.world.fleet_web import THREE, three

PEOPLE = {slug: [f"+39333{count}0000{one:02}" for one in range(5)] for count, slug in enumerate(THREE, 1)}
OWN_WORD = "parola-di-{}"  # in what is a Comune's


@dataclass
class Leaving:
    """`typed`: a verb of the fleet, its code and what it said."""

    here: Land
    folder: Path
    typed: Callable[..., tuple[int, str, str]]
    asked: list[str] = field(default_factory=list)  # of Prefect

    def retire(self, *words: str) -> tuple[int, str, str]:
        return self.typed("retire", "alfa", "--export", str(self.folder), *words)

    @property
    def is_here(self) -> bool:
        return "alfa" in self.here.fleet.slugs


def lived(slug: str) -> Settings:
    """Four subscribers, one who left, a send that was counted, a draft, and what was approved."""
    settings = load(slug)
    settings.state.mkdir(exist_ok=True)
    (settings.state / "certificati").mkdir(exist_ok=True)
    (settings.state / "certificati" / "bollettino-1.json").write_text(f'"{OWN_WORD.format(slug)}"')
    ledger, now = settings.ledger(), datetime.now(UTC)
    with opened(settings.database) as engine:
        with transaction(engine) as session:
            canary.plant(session, ledger.vault)
            for phone in PEOPLE[slug]:
                recipients.opt_in(session, ledger.vault, Address(phone), now=NOW)
                ledger.record(
                    session, Address(phone), Consent.opt_in, word="ATTIVA", source="whatsapp", at=NOW
                )
        say_stop(settings, engine, PEOPLE[slug][-1])
        with transaction(engine) as session:
            make_bulletin(session)
            make_bulletin(session, status=BulletinStatus.approved)
            sent = make_bulletin(session, status=BulletinStatus.sent)
            number = senders.add(session, sent.id, by="invia", now=now).number
    mark = witness.mark(number, sent.id, ledger.journal, at=now)
    assert list(witness.tell([witness.StateFolder(settings)], mark)) == []
    return settings


def say_stop(settings: Settings, engine: Engine, phone: str) -> None:
    ledger = settings.ledger()
    with transaction(engine) as session:
        person = recipients.find(session, ledger.vault, Address(phone))
        assert person is not None
        recipients.opt_out(session, person, now=NOW)
        ledger.record(session, person, Consent.opt_out, word="DISATTIVA", source="whatsapp", at=NOW)


@contextmanager
def leaving(
    request: pytest.FixtureRequest,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: Callable[..., tuple[int, str, str]],
) -> Iterator[Leaving]:
    """On databases of the fixture's kind; each has lived."""
    with three(request, folder, monkeypatch) as here:
        found = Leaving(here, folder / "uscita", typed)
        for slug in THREE:
            lived(slug)
        forget_prefect(found, monkeypatch)
        yield found


def forget_prefect(found: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tests/test_fleet_server.py` has a real one; it answers that there is nothing of the Comune."""

    @contextmanager
    def answers(*_: object) -> Iterator[Registrar]:
        yield Registrar(Mock())

    def take_away(*_: Any) -> None:
        found.asked.append("take away")

    monkeypatch.setattr(registrar, "registrar", answers)
    monkeypatch.setattr(deploy, "registered", lambda *_: ())
    monkeypatch.setattr(deploy, "take_away", take_away)
    monkeypatch.setattr(leftover_runs, "waiting", lambda *_: [])
    monkeypatch.setattr(leftover_runs, "working", lambda *_: [])
    monkeypatch.setattr(leftover_runs, "forget", lambda *_: None)


def modes(folder: Path) -> set[tuple[str, int]]:
    return {
        ("folder" if path.is_dir() else "file", stat.S_IMODE(path.stat().st_mode))
        for path in [folder, *folder.rglob("*")]
    }


def type_(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def typed(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["fleet", *words])
        return code, *capsys.readouterr()

    return typed

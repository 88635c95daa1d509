"""What a round of a fleet's `sorveglia` asks the Prefect server for, and what it knows by itself."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import opened, transaction
from db.models import BulletinStatus
from flows import watch
from flows.runs import last_shown, pages
from flows.settings import Settings
from tests.world.builders import make_bulletin
from tests.world.fleet import land

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
Round = Callable[..., int]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Settings:
    here = land(tmp_path, monkeypatch)
    here.add("alfa")
    here.settle(["alfa"], sqlite_template)
    return here.fleet.settings("alfa")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    with opened(settings.database) as found:
        yield found


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: Engine) -> Round:
    """A round; how often the server was asked until then."""
    asked: list[str] = []
    monkeypatch.setattr(watch, "keep_ui_true", lambda of, *_, **__: asked.append(of.profile.slug))
    monkeypatch.setattr(pages, "recount", lambda *_, **__: None)

    def once(after: timedelta = timedelta(), of: Settings = settings) -> int:
        watch.keep_what_changed(of, engine, now=NOW + after)
        return len(asked)

    return once


def test_the_server_is_asked_once_and_then_for_what_changes(look: Round, engine: Engine) -> None:
    assert [look(), look(timedelta(minutes=5)), look(timedelta(minutes=10))] == [1, 1, 1]
    with transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.approved, now=NOW)
    assert [look(timedelta(minutes=15)), look(timedelta(minutes=20))] == [2, 2], "one more to take back"


def test_it_is_asked_again_after_an_hour_or_two_whatever_changed(look: Round) -> None:
    assert [look(), look(timedelta(minutes=59)), look(timedelta(hours=2))] == [1, 1, 2]
    assert look(timedelta(hours=1)) == 3, "a clock that was set back"


def test_it_is_asked_again_when_its_deployments_were_registered(look: Round, settings: Settings) -> None:
    look()
    last_shown.forget(settings)
    assert look() == 2
    (settings.state / last_shown.FILE).write_text("no JSON", encoding="utf-8")
    assert look() == 3


def test_what_could_not_be_shown_is_tried_again(
    look: Round, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(watch, "keep_ui_true", away)
        with pytest.raises(ConnectionError):
            watch.keep_what_changed(settings, engine, now=NOW)
    assert look() == 1


def test_one_comune_alone_asks_at_each_round(look: Round, settings: Settings) -> None:
    alone = Settings(settings.profile, settings.path, settings.state, settings.database)
    assert [look(of=alone), look(of=alone)] == [1, 2]
    assert not (settings.state / last_shown.FILE).exists()

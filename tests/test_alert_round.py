"""What a round of `urgente` does with what it drafted: windows, calls, the run's page; by rows and fakes."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import Mock, call

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db.engine import transaction
from db.models import Bulletin, BulletinStatus, Level
from flows import alert
from flows.alert import Round, act, draft_and_call
from flows.bulletin.alerts.urgent import AUTHOR
from flows.bulletin.language.markdown import escaped
from flows.letters import drafts
from flows.letters.held_sends import TakenBack
from flows.profiles.urgent import StandingOrder, Urgent
from flows.runs import forms
from flows.sending import restored
from flows.settings import Settings
from flows.staff.mail import Posted
from tests.world.builders import make_bulletin

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
ORDER = StandingOrder(
    act="disposizione n. 12", author="Sindaco", levels=[Level.rossa], expires=date(2026, 12, 31), minutes=30
)


@pytest.fixture
def done_of(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Windows and letters as they were asked for, in their order."""
    asked = Mock()
    asked.told.side_effect = lambda _settings, _engine, number, **_: Posted(trouble=TROUBLES.get(number, ""))
    monkeypatch.setattr(forms, "close_review", asked.closed)
    monkeypatch.setattr(forms, "open_review", asked.opened)
    monkeypatch.setattr(drafts, "told_at_once", asked.told)
    return asked


TROUBLES = {1: "la posta non parte", 4: "nessuno risponde"}


def test_a_round_closes_opens_and_tells_in_this_order(
    settings: Settings, sqlite: Engine, done_of: Mock
) -> None:
    done = Round(opened=[1, 2], ended=[3], taken_back=[2, 4])
    assert act(settings, sqlite, done, now=NOW) == ["la posta non parte", "nessuno risponde"]
    assert done_of.mock_calls == [
        call.closed(settings, sqlite, 3, "sostituito", now=NOW),
        call.opened(settings, sqlite, 1, now=NOW),
        call.told(settings, sqlite, 1, now=NOW),
        call.opened(settings, sqlite, 2, now=NOW),
        call.told(settings, sqlite, 2, now=NOW),
        call.told(settings, sqlite, 4, now=NOW),
    ]


def test_a_round_that_did_nothing_asks_for_nothing(settings: Settings, sqlite: Engine, done_of: Mock) -> None:
    assert act(settings, sqlite, Round(lines=["Solo una riga."]), now=NOW) == []
    assert done_of.mock_calls == []


def test_windows_that_stay_shut_are_told_together_and_keep_nobody_from_being_called(
    settings: Settings, sqlite: Engine, done_of: Mock
) -> None:
    unjudged, unclosed, unopened = ValueError("no words"), ConnectionError("nobody"), TimeoutError("too late")
    done_of.closed.side_effect = unclosed
    done_of.opened.side_effect = [unopened, None]
    done = Round(opened=[1, 2], ended=[3], taken_back=[4], errors=[unjudged])
    with pytest.raises(
        ExceptionGroup, match="alcuni bollettini o i loro moduli non si sono potuti seguire"
    ) as told:
        act(settings, sqlite, done, now=NOW)
    assert told.value.exceptions == (unjudged, unclosed, unopened)
    assert done.errors == [unjudged]
    assert [one.args[2] for one in done_of.told.call_args_list] == [1, 2, 4]


class Page:
    """What the run shows and says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown, self.acts, self.drafted = Mock(), Mock(return_value=[]), Mock()
        monkeypatch.setattr(alert, "get_run_logger", lambda: logging.getLogger("urgente"))
        monkeypatch.setattr(alert, "create_markdown_artifact", self.shown)
        monkeypatch.setattr(alert, "act", self.acts)
        monkeypatch.setattr(alert, "draft_urgent", self.drafted)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Page:
    caplog.set_level(logging.INFO, logger="urgente")
    return Page(monkeypatch)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "urgente"]


def ordered(settings: Settings) -> Settings:
    profile = settings.profile.model_copy(update={"urgent": Urgent(standing_order=ORDER)})
    return Settings(profile, settings.path, settings.state)


@pytest.mark.parametrize("is_restored", [False, True])
def test_a_round_tells_its_lines_the_standing_order_and_what_went_wrong(
    settings: Settings,
    sqlite: Engine,
    run: Page,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    is_restored: bool,
) -> None:
    acting = ordered(settings)
    monkeypatch.setattr(restored, "is_recent", lambda *_, now: is_restored and now == NOW)
    loud = alert.order_in_words(acting, NOW, is_restored=is_restored)
    assert ("è sospeso" in loud) == is_restored
    done = run.drafted.return_value = Round(lines=["Messaggio *7*.", "Un altro."])
    run.acts.return_value = ["la posta non parte", "due"]
    assert draft_and_call(acting, sqlite, now=NOW) is done
    run.drafted.assert_called_once_with(acting, sqlite, now=NOW)
    run.acts.assert_called_once_with(acting, sqlite, done, now=NOW)
    assert said(caplog) == [
        ("INFO", str(done)),
        ("WARNING", loud),
        ("WARNING", "la posta non parte"),
        ("WARNING", "due"),
    ]
    run.shown.assert_called_once_with(
        f"**{escaped(loud)}**\n\nMessaggio \\*7\\*.\n\nUn altro.",
        key="urgente",
        description="Allerte da annunciare subito",
    )


def test_a_round_without_an_order_shows_its_lines_alone(
    settings: Settings, sqlite: Engine, run: Page, caplog: pytest.LogCaptureFixture
) -> None:
    run.drafted.return_value = Round(lines=["Una riga."])
    draft_and_call(settings, sqlite, now=NOW)
    assert run.shown.call_args.args == ("Una riga.",)
    assert said(caplog) == [("INFO", "Una riga.")]


def test_of_a_round_that_did_nothing_no_page_is_made(
    settings: Settings, sqlite: Engine, run: Page, caplog: pytest.LogCaptureFixture
) -> None:
    acting, run.drafted.return_value = ordered(settings), Round()
    draft_and_call(acting, sqlite, now=NOW)
    assert not run.shown.called
    assert said(caplog) == [
        ("INFO", "Nessuna allerta da annunciare subito."),
        ("WARNING", alert.order_in_words(acting, NOW)),
    ]


def test_what_is_taken_back_is_told_and_only_what_had_not_left_is_opened(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    unjudged, unspared = ValueError("a"), ValueError("b")
    taken_back = [
        TakenBack(4, BulletinStatus.sending, ("Non vale più.",)),
        TakenBack(5, BulletinStatus.approved, ("Nemmeno questa.",)),
    ]
    looked = Mock(return_value=(taken_back, [unjudged]))
    spared = Mock(return_value=(["Bollettino 6: chiuso."], [unspared]))
    monkeypatch.setattr(alert, "take_back_wrong", looked)
    monkeypatch.setattr(alert, "spare", spared)
    done = alert.draft_urgent(settings, sqlite, now=NOW)
    looked.assert_called_once_with(settings, sqlite, by=AUTHOR, now=NOW)
    spared.assert_called_once_with(settings, sqlite, now=NOW)
    assert done == Round(
        opened=[5],
        taken_back=[4, 5],
        lines=[str(taken_back[0]), str(taken_back[1]), "Bollettino 6: chiuso."],
        errors=[unjudged, unspared],
    )


def test_what_is_opened_twice_is_opened_once_and_what_ended_not_at_all(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def announced(_settings: object, _session: object, _picture: object, done: Round) -> None:
        done.opened += [3, 2, 3, 1]
        done.ended += [2]

    monkeypatch.setattr(alert, "_announce", announced)
    assert alert.draft_urgent(settings, sqlite, now=NOW) == Round(opened=[3, 1], ended=[2])


@pytest.mark.parametrize(("ill", "well"), [("_announce", "_clear"), ("_clear", "_announce")])
def test_what_fails_of_one_part_undoes_nothing_of_the_other(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, ill: str, well: str
) -> None:
    fault = ValueError("of one part")

    def drafted(_settings: object, session: Session, _picture: object, done: Round) -> None:
        done.opened.append(make_bulletin(session, []).id)
        done.ended.append(7)
        done.lines.append("Una riga.")

    def failed(*about: Any) -> None:
        drafted(*about)
        raise fault

    monkeypatch.setattr(alert, ill, failed)
    monkeypatch.setattr(alert, well, drafted)
    done = alert.draft_urgent(settings, sqlite, now=NOW)
    with transaction(sqlite) as session:
        assert [row.id for row in session.exec(select(Bulletin))] == done.opened
    assert (len(done.opened), done.ended, done.lines, done.errors) == (1, [7], ["Una riga."], [fault])


def test_an_order_that_is_over_or_of_after_a_restore_says_so(settings: Settings) -> None:
    acting = ordered(settings)
    assert alert.order_in_words(acting, NOW) == (
        "ORDINE PERMANENTE ATTIVO (disposizione n. 12, Sindaco): le allerte rossa partono da sole dopo 30 "
        "minuti senza risposta, fino a giovedì 31 dicembre 2026."
    )
    assert alert.order_in_words(acting, NOW, is_restored=True) == (
        "L'ordine permanente (disposizione n. 12) è sospeso: il database è stato ripristinato da una copia, "
        f"e per {restored.RECENT // timedelta(hours=1)} ore ogni allerta aspetta una persona."
    )
    over = NOW + timedelta(days=60)
    for is_restored in (False, True):
        assert alert.order_in_words(acting, over, is_restored=is_restored) == (
            "L'ordine permanente (disposizione n. 12) è scaduto il giovedì 31 dicembre: non vale più."
        )

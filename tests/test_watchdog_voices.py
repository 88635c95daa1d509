"""The watchdog's voices: what one cannot do is said, tried again, and keeps no other from being heard."""

from urllib.parse import urlsplit

import pytest

from flows.settings import Settings
from flows.watchdog.rounds import Done
from tests.test_cli_verbs import _own_environment
from tests.test_watchdog import MINUTE, SMS, WELL, box, go, ids, known, watched, world
from tests.world.comune import Comune
from tests.world.examined import all_read
from tests.world.installation import free_ports
from tests.world.mail_server import Post, announce, mail_server
from tests.world.served import Served, serve

__all__ = ["_own_environment", "box", "watched", "world"]  # the fixtures


def test_mail_that_fails_is_tried_again_and_the_address_outside_hears_it(
    watched: Comune, world: Served
) -> None:
    watched.now += 16 * MINUTE
    all_read(watched)
    go(watched)
    done = go(watched, after=5 * MINUTE)
    assert ids(done) == ["prefect"]
    assert [line.partition(":")[0] for line in done.untold] == ["e-mail", "SMS"]
    assert not any("@" in line for line in done.untold)
    assert world.posted[-1] == ("/ping/fail", "prefect")
    with mail_server() as box:
        announce(watched.settings.state, box.port)
        go(watched, after=5 * MINUTE)
        assert len(box.told) == 4


def broken(comune: Comune) -> Done:
    """Prefect is seen to be dead for the second time."""
    comune.now += 16 * MINUTE
    all_read(comune)
    go(comune)
    return go(comune, after=5 * MINUTE)


def test_a_login_that_is_half_there_keeps_no_other_way_from_being_tried(
    watched: Comune, world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.reprofile(
        ("web_port = 8080", f"web_port = {urlsplit(world.address).port}"),
        ('# ping_url = "https://hc-ping.com/..."', f'ping_url = "{world.address}/ping"'),
        ("sandbox = true ", 'host = "127.0.0.1" '),
    )
    monkeypatch.setenv("BOLLETTINO_MAIL_USER", "bollettino")
    monkeypatch.delenv("BOLLETTINO_MAIL_PASSWORD", raising=False)
    done = broken(watched)
    assert [line.partition(":")[0] for line in done.untold] == ["e-mail", "SMS"]
    assert all("BOLLETTINO_MAIL_PASSWORD" in line for line in done.untold)
    assert world.posted[-1] == ("/ping/fail", "prefect")


def test_a_gateway_without_a_number_tells_nobody_and_says_so(
    watched: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "editor_phone", lambda *_: None)  # as in production, where none is set
    done = broken(watched)
    assert [line.partition(":")[0] for line in done.untold] == ["SMS"]
    assert "BOLLETTINO_PHONE" in done.untold[0]
    monkeypatch.undo()
    go(watched, after=5 * MINUTE)
    assert box.told[-1] == (SMS, ""), "it was not taken as told"


def test_who_is_pinged_may_be_gone(watched: Comune, box: Post) -> None:
    with serve({**WELL, "/ping": (404, {}, b"not found")}) as forgetful:
        known(watched, forgetful.address)
        assert any("404" in line for line in go(watched).untold)
    (port,) = free_ports(1)
    known(watched, f"http://127.0.0.1:{port}")
    assert any("non si raggiunge" in line for line in go(watched).untold)

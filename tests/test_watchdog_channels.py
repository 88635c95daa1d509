"""The watchdog's channels: what one cannot do is said, tried again, and keeps no other from being heard."""

from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from flows.profiles.watchdog import Watchdog
from flows.settings import Settings
from flows.watchdog import channels
from flows.watchdog.rounds import Done
from tests.test_cli_verbs import _own_environment
from tests.test_watchdog import MINUTE, SMS, WELL, box, go, ids, known, watched, world
from tests.world.comune import Comune
from tests.world.examined import all_read
from tests.world.mail_server import Post, announce, mail_server
from tests.world.ports import free_ports
from tests.world.served import Answer, Served, serve

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


CHECKS = {"round": "es", "prefect": "es-prefect", "slots": "es-slot", "backup": "es-copie", "echo": "es-eco"}
ADDRESSES = {f"/ping/{slug}{fail}" for slug in CHECKS.values() for fail in ("", "/fail")}


def there(addresses: set[str]) -> dict[str, Answer]:
    return {address: (200, {}, b"OK") for address in addresses}


def checked(comune: Comune, address: str) -> None:
    table = Watchdog(ping_url=f"{address}/ping", checks=CHECKS)
    comune.settings.profile = comune.settings.profile.model_copy(update={"watchdog": table})


def test_each_promise_has_a_check_of_its_own(watched: Comune, box: Post) -> None:
    with serve({**WELL, **there(ADDRESSES)}) as listener:
        known(watched, listener.address)
        checked(watched, listener.address)
        assert go(watched).untold == ()
        assert listener.posted == [("/ping/es", ""), ("/ping/es-prefect", ""), ("/ping/es-slot", "")], (
            "there are no copies and no address outside: who waits for them is not told that they are well"
        )
        listener.posted.clear()
        assert ids(broken(watched)) == ["prefect"]
        assert listener.posted[-3:] == [
            ("/ping/es", ""),
            ("/ping/es-prefect/fail", "prefect"),
            ("/ping/es-slot", ""),
        ]
        listener.posted.clear()
        channels.ping(watched.settings, ("unit.backup", "disk", "unit.doctor"), unseen={"slots", "backup"})
        assert listener.posted == [
            ("/ping/es/fail", "disk, unit.doctor"),
            ("/ping/es-prefect", ""),
            ("/ping/es-copie/fail", "unit.backup"),
            ("/ping/es-eco", ""),
        ]


def test_a_check_that_is_not_there_keeps_no_other_from_hearing(watched: Comune, box: Post) -> None:
    with serve({**WELL, **there(ADDRESSES - {"/ping/es-prefect"})}) as listener:
        known(watched, listener.address)
        checked(watched, listener.address)
        assert go(watched).untold == ("il controllo «es-prefect» di [watchdog] risponde 404",)
        assert listener.posted[-1] == ("/ping/es-slot", "")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"checks": {"round": "x"}}, "ping_url"),
        ({"ping_url": "https://hc.example/key", "checks": {"slots": "x"}}, "'round'"),
        ({"ping_url": "https://hc.example/key", "checks": {"round": "x", "slots": "x"}}, "same slug"),
        ({"ping_url": "https://hc.example/key", "checks": {"round": "x/fail"}}, "is not a check's slug"),
        ({"ping_url": "https://hc.example/key", "checks": {"round": "x", "weather": "y"}}, "weather"),
    ],
)
def test_checks_that_would_leave_something_unheard(table: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Watchdog.model_validate(table)

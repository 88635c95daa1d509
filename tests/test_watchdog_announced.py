"""What breaks a promise from outside is told to operator and editors within a quarter of an hour.

Prefect dead on a Saturday, a full disk, a database that is gone: `test_watchdog.py`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from db import days_off, sources
from flows.bulletin.language.dates import in_rome
from flows.doctor import heartbeat, public
from tests.test_doctor_outside import chain
from tests.test_scrapers_tls import Chain
from tests.test_watchdog import DAY, EDITORS, MINUTE, OPERATOR, box, go, known, watched, world
from tests.world.comune import Comune
from tests.world.mail_server import Post
from tests.world.served import Served, serve

__all__ = ["box", "chain", "watched", "world"]  # fixtures

Break = Callable[[Comune], None]


def announced(comune: Comune, box: Post, break_: Break) -> str:
    """The letter about it, which everybody has within a quarter of an hour of its beginning."""
    go(comune)
    assert box.told == []
    comune.now += 2 * MINUTE  # between two rounds
    break_(comune)
    for _ in range(3):
        comune.now += 4 * MINUTE
        heartbeat.beat(comune.settings.state, now=comune.now)
        go(comune)
    subject = "PROVA · Il servizio non mantiene ciò che promette: "
    told = {to: subject_ for to, subject_ in box.told if subject_.startswith(subject)}
    assert set(told) == {*EDITORS, OPERATOR}
    (name,) = {one.removeprefix(subject) for one in told.values()}
    return f"{name}. {box.last(name)}"


def test_a_token_that_was_taken_back(watched: Comune, box: Post) -> None:
    def revoke(comune: Comune) -> None:
        comune.ask("POST", "/_prova/chiave", {"is_revoked": True})

    text = announced(watched, box, revoke)
    assert text.startswith("Chiave di WhatsApp.")
    assert "non parte niente" in text


def test_nobody_is_on_duty(watched: Comune, box: Post) -> None:
    def leave(comune: Comune) -> None:
        day = in_rome(comune.now).date()
        with comune.look() as session:
            for editor in comune.settings.profile.editors:
                days_off.enter_absence(
                    session, editor=editor.name, first=day, last=day, note="", now=comune.now
                )

    text = announced(watched, box, leave)
    assert text.startswith("In turno.")
    assert "tutti assenti" in text


def test_a_certificate_that_ends(
    watched: Comune, box: Post, world: Served, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:

        def expire(comune: Comune) -> None:
            site = chain.site("127.0.0.1", days=-1)
            stack.callback(site.close)
            trust = chain.context()
            monkeypatch.setattr(public, "trusted", lambda: trust)
            secure = f'public = "https://127.0.0.1:{site.port}" '
            known(comune, world.address, ('public = "http://127.0.0.1:8080" ', secure))

        text = announced(watched, box, expire)
    assert text.startswith("Certificato.")
    assert "non vale" in text


def test_a_clock_that_is_three_minutes_off(watched: Comune, box: Post, world: Served) -> None:
    with ExitStack() as stack:

        def shift(comune: Comune) -> None:
            date = format_datetime(datetime.now(UTC) - 3 * MINUTE, usegmt=True)
            meta = stack.enter_context(serve({"/": (404, {"Date": date}, b"")}))
            old = f'api = "{comune.loopback.address}"'
            known(comune, world.address, (old, f'api = "{meta.address}"'))

        text = announced(watched, box, shift)
    assert text.startswith("Orologio.")
    assert "avanti di 1" in text


def test_a_feed_that_does_not_answer_any_more(watched: Comune, box: Post) -> None:
    def silence(comune: Comune) -> None:
        with comune.look() as session:
            for feed in comune.settings.profile.sources.feeds:
                source = sources.find(session, feed)
                assert source is not None
                source.failure = "503"
                source.failures = 50
                source.succeeded_at = comune.now - DAY
                session.add(source)

    text = announced(watched, box, silence)
    assert text.startswith("Notizie.")
    assert "non si legge" in text

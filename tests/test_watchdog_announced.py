"""What breaks a promise from outside is told to operator and editors within a quarter of an hour.

Prefect dead on a Saturday, a full disk, a database that is gone: `test_watchdog.py`.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from db import days_off, disk, sources
from deployments.sandbox.compose import Template
from flows.accounts.discovery import PATH
from flows.backup.drill import FOLDER, Report
from flows.backup.shelf import ARCHIVE, Shelf
from flows.bulletin.language.dates import in_rome
from flows.doctor import heartbeat, public
from flows.watchdog.promises import URGENT, look
from flows.whatsapp.webhook_payload import REFUSAL
from tests.test_doctor_outside import chain
from tests.test_scrapers_tls import Chain
from tests.test_watchdog import DAY, EDITORS, MINUTE, OPERATOR, box, go, known, watched, world
from tests.world.comune import Comune
from tests.world.mail_server import Post
from tests.world.safe import Safe
from tests.world.served import Answer, Served, serve

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


def test_a_template_that_is_paused_but_none_that_is_reviewed(watched: Comune, box: Post) -> None:
    watched.subscribe()

    def pause(comune: Comune) -> None:
        store = comune.world.store
        names = {"allerta_meteo": "PAUSED", "fine_allerta": "PENDING"}
        for one in store.all(Template):
            if status := names.get(one.order.name):
                store.put(f"{one.order.name}/{one.order.language}", one.model_copy(update={"status": status}))

    text = announced(watched, box, pause)
    assert text.startswith("Modelli di WhatsApp.")
    assert "allerta_meteo: Per WhatsApp è PAUSED" in text
    assert "PENDING" not in text


def test_a_template_that_is_gone(watched: Comune, box: Post) -> None:
    watched.subscribe()

    def lose(comune: Comune) -> None:
        for one in comune.world.store.all(Template):
            if one.order.name == "allerta_meteo":
                comune.world.store.delete(Template, f"{one.order.name}/{one.order.language}")

    assert "allerta_meteo: WhatsApp non ha questo modello" in announced(watched, box, lose)


def test_the_webhook_that_cannot_be_reached_from_outside(
    watched: Comune, box: Post, world: Served, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = chain.site("127.0.0.1", days=365)
    try:
        trust = chain.context()
        monkeypatch.setattr(public, "trusted", lambda: trust)
        monkeypatch.setattr("secrets.token_hex", lambda _: "0" * 32)
        word = "0" * 32
        asked = f"/webhook?hub.mode=subscribe&hub.verify_token={word}&hub.challenge={word}"
        secure = f'public = "https://127.0.0.1:{site.port}" '
        known(watched, world.address, ('public = "http://127.0.0.1:8080" ', secure))
        site.answer(asked, 403, REFUSAL.encode())

        text = announced(watched, box, lambda _: site.answer(asked, 502, b"Bad Gateway"))
        assert text.startswith("Eco da fuori.")
        assert "risponde altro (502)" in text
        known(watched, "http://127.0.0.1:9", ('public = "http://127.0.0.1:8080" ', secure))
        seen = look(watched.settings, first_at=watched.now, now=watched.now)
        assert [one.id for one in seen.troubles] == ["web"], "one cause, told once"
        assert "echo" in seen.unknown
    finally:
        site.close()


def test_copies_that_nobody_takes_or_tries_any_more(watched: Comune, box: Post, tmp_path: Path) -> None:
    """Of a timer that starts nothing no failure is heard."""
    safe = Safe.make(tmp_path / "safe")
    watched.settings = settings = safe.profiled(watched.settings)
    now = watched.now
    assert look(settings, first_at=now - DAY, now=now).troubles == (), "before the first night"
    never = look(settings, first_at=now - 36 * DAY, slots_at=now, now=now).troubles
    assert {one.id: one.words.partition(":")[0] for one in never} == {
        "backup": "Non c'è nessuna copia",
        "drill": "Nessuna copia è mai stata provata",
    }
    shelf = Shelf(safe.archives, settings.profile.slug)
    (shelf.folder / shelf.name(now - 3 * DAY + MINUTE, ARCHIVE)).touch()
    report = Report(at=now - 35 * DAY + MINUTE, is_good=True)
    disk.replace(settings.state / FOLDER / "1.json", report.model_dump_json().encode())

    text = announced(watched, box, lambda _: None)
    assert text.startswith("Copie, Prova delle copie.")
    assert "L'ultima copia è di mercoledì 25 novembre" in text
    assert "L'ultima prova di una copia è di sabato 24 ottobre" in text
    shelf.folder.rename(tmp_path / "elsewhere")
    (gone, _) = look(settings, first_at=now, now=watched.now).troubles
    assert gone.words.startswith("La cartella delle copie non si legge")


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


def test_the_provider_of_identities_is_down(watched: Comune, box: Post, world: Served) -> None:
    """Nobody without an account of our own can approve an alert then."""
    gone = False

    def said(_: str) -> Answer:
        if gone:
            return 503, {}, b""
        endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        metadata = {"issuer": idp.address, **dict.fromkeys(endpoints, f"{idp.address}/x")}
        return 200, {}, json.dumps(metadata).encode()

    with serve(said) as idp:
        table = f"""[sign_in.oidc]
            name = "Accesso Comune"
            issuer = "{idp.address}"
            client_id = "bollettino"

            [whatsapp]\n"""
        known(watched, world.address, ("[whatsapp]\n", table))

        def end(_: Comune) -> None:
            nonlocal gone
            gone = True

        text = announced(watched, box, end)
        assert idp.asked[0] == PATH
    assert text.startswith("Account del Comune.")
    assert "Con Accesso Comune nessuno entra, e approva solo chi ha un accesso suo: ha risposto 503." in text
    assert "provider" in URGENT, "an alert may not wait for the morning"


def test_a_profile_without_such_a_provider_has_no_such_promise(watched: Comune) -> None:
    seen = look(watched.settings, first_at=watched.now, now=watched.now)
    assert "provider" in seen.left_out
    assert "provider" not in seen.unknown


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

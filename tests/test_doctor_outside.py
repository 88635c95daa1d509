"""What is asked of others: clocks, the public address and its certificate, WhatsApp's account."""

import json
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from db.models import BulletinStatus, Delivery, DeliveryStatus
from deployments.sandbox.compose import Template
from flows.doctor import machine, public, whatsapp
from flows.doctor.finding import Verdict
from flows.doctor.wire import UnreachedError, ask
from flows.settings import Settings
from flows.whatsapp import versions
from flows.whatsapp.account import ask_token
from flows.whatsapp.errors import Retryable, TokenError
from tests.test_scrapers_tls import Chain, certify
from tests.world.builders import make_bulletin, make_recipient
from tests.world.comune import Comune
from tests.world.examined import answer, answers
from tests.world.loopback_site import Site
from tests.world.ports import free_ports
from tests.world.served import Answer, Served, serve

DAY = timedelta(days=1)
DPC = "/dpc/files/all/latest_all.zip"


# ------------------------------------------------------------------ the clock
def clocks(comune: Comune, *sites: Served) -> None:
    """A profile whose feeds are these, and whose alerts nobody serves."""
    feeds = ", ".join(f'"{site.address}/feed"' for site in sites)
    old = f'feeds = ["http://127.0.0.1:{comune.loopback.port}/sito/feed/?post_type=notizia"]'
    comune.reprofile(
        (old, f"feeds = [{feeds}]"),
        (f"http://127.0.0.1:{comune.loopback.port}{DPC}", "http://127.0.0.1:9/latest_all.zip"),
    )


def at(seconds: float, **headers: str) -> dict[str, Answer]:
    """A site whose clock is that far before ours."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return {"/feed": (200, {"Date": date, **headers}, b"x" * 100_000)}


@pytest.mark.parametrize(
    ("ahead", "verdict", "which"),
    [
        (-180, Verdict.failed, "avanti di 1"),
        (180, Verdict.failed, "indietro di 1"),
        (60, Verdict.attention, "indietro di "),
        (5, Verdict.good, "giusta"),
    ],
)
def test_a_clock_that_is_off(comune: Comune, ahead: float, verdict: Verdict, which: str) -> None:
    with serve(at(ahead)) as site:
        clocks(comune, site)
        said = answer(comune, machine.clock)
    assert said.verdict == verdict
    assert which in said.words


def test_a_site_that_is_wrong_is_contradicted_by_another(comune: Comune) -> None:
    with serve(at(3600)) as wrong, serve(at(1)) as right:
        clocks(comune, wrong, right)
        assert answer(comune, machine.clock).verdict == Verdict.good


def test_a_copy_that_lay_somewhere_says_how_old_it_is(comune: Comune) -> None:
    with serve(at(-600, Age="600")) as site:
        clocks(comune, site)
        assert answer(comune, machine.clock).verdict == Verdict.good
    with serve(at(-600, Age="much")) as site:
        clocks(comune, site)
        assert answer(comune, machine.clock).verdict == Verdict.unknown


def test_where_nobody_answers_the_clock_is_not_verified(comune: Comune) -> None:
    with serve({}) as site:
        clocks(comune, site)
    assert answer(comune, machine.clock).verdict == Verdict.unknown


# ------------------------------------------------------------------ the web app
@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ((200, {}, b'{"ok": true, "writes": true, "parked": 0, "unread": {}}'), Verdict.good),
        ((200, {}, b'{"ok": true, "writes": true, "parked": 1, "unread": {"x": 2}}'), Verdict.attention),
        ((503, {}, b'{"ok": false}'), Verdict.failed),
        ((200, {}, b"<html>another program"), Verdict.failed),
    ],
)
def test_the_web_app_is_asked_how_it_does(comune: Comune, told: Answer, verdict: Verdict) -> None:
    with serve({"/salute": told}) as app:
        comune.reprofile(("web_port = 8080", f"web_port = {urlsplit(app.address).port}"))
        assert answer(comune, public.local).verdict == verdict


def test_a_web_app_that_is_dead(comune: Comune) -> None:
    comune.reprofile(("web_port = 8080", f"web_port = {free_ports(1)[0]}"))
    assert answer(comune, public.local).verdict == Verdict.failed


# ------------------------------------------------------------------ from outside
@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    root = certify("Autorità")
    return Chain(root, certify("Intermedia", root), tmp_path)


def published(
    comune: Comune, chain: Chain, monkeypatch: pytest.MonkeyPatch, *, days: int = 90, name: str = "127.0.0.1"
) -> Site:
    """The public address, with a certificate for so many days, as a visitor's browser trusts it."""
    site = chain.site(name, days=days)
    trust = chain.context()
    monkeypatch.setattr(public, "trusted", lambda: trust)
    address = f"https://127.0.0.1:{site.port}"
    comune.reprofile(('public = "http://127.0.0.1:8080" ', f'public = "{address}" '))
    return site


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(90, Verdict.good), (15, Verdict.attention), (3, Verdict.failed), (-1, Verdict.failed)],
)
def test_a_certificate_that_expires(
    comune: Comune, chain: Chain, monkeypatch: pytest.MonkeyPatch, days: int, verdict: Verdict
) -> None:
    comune.now = datetime.now(UTC)
    site = published(comune, chain, monkeypatch, days=days)
    try:
        (said,) = answers(comune, public.certificates)
        assert said.verdict == verdict
        assert said.about == f"127.0.0.1:{site.port}"
        assert ("expired" in said.detail) == (days < 0)
    finally:
        site.close()


def test_a_certificate_of_another_name_and_one_that_nobody_shows(
    comune: Comune, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = published(comune, chain, monkeypatch, name="www.altro.example")
    try:
        assert answers(comune, public.certificates)[0].verdict == Verdict.failed
        assert "non prova di essere il Comune" in answer(comune, public.echo).words
    finally:
        site.close()
    assert answers(comune, public.certificates)[0].verdict == Verdict.unknown
    assert answer(comune, public.echo).verdict == Verdict.failed


def test_a_word_goes_out_and_comes_back(
    comune: Comune, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer(comune, public.echo).is_left_out, "the sandbox has no address outside"
    assert answers(comune, public.certificates)[0].is_left_out
    site = published(comune, chain, monkeypatch)
    words: list[str] = []

    class Echo(dict):  # type: ignore[type-arg]
        def __missing__(self, path: str) -> object:
            query = parse_qs(urlsplit(path).query)
            assert query["hub.verify_token"] == ["made-up-word"]
            words.append(query["hub.challenge"][0])

            def send(handler: BaseHTTPRequestHandler) -> None:
                handler.send_response(200)
                handler.send_header("Content-Length", str(len(words[-1])))
                handler.end_headers()
                handler.wfile.write(words[-1].encode())

            return send

    try:
        with monkeypatch.context() as patch:
            patch.setattr(site, "answers", Echo())
            assert answer(comune, public.echo).verdict == Verdict.good
            assert answer(comune, public.echo).verdict == Verdict.good
        assert len(set(words)) == 2, "another word each time"
        asked = f"/webhook?hub.mode=subscribe&hub.verify_token=made-up-word&hub.challenge={'0' * 32}"
        site.answer(asked, 404, b"no such page")
        monkeypatch.setattr("secrets.token_hex", lambda _: "0" * 32)
        said = answer(comune, public.echo)
        assert (said.verdict, "404" in said.words) == (Verdict.failed, True)
    finally:
        site.close()


def test_an_answer_without_an_end_is_cut_off_and_an_error_quotes_nothing() -> None:
    with serve({"/": (200, {}, b"x" * 1_000_000)}) as site:
        assert len(ask(f"{site.address}/").body) == 65_536
    with pytest.raises(UnreachedError) as told:
        ask(f"{site.address}/secret-path")
    assert "secret-path" not in str(told.value)


# ------------------------------------------------------------------ WhatsApp
def test_a_token_that_was_taken_back_or_ends(comune: Comune) -> None:
    said = answer(comune, whatsapp.token)
    assert (said.verdict, "non scade" in said.words) == (Verdict.good, True)
    for days, verdict in ((90, Verdict.good), (10, Verdict.attention)):
        ends = (comune.now + days * DAY).timestamp()
        comune.ask("POST", "/_prova/chiave", {"expires_at": int(ends)})
        assert answer(comune, whatsapp.token).verdict == verdict
    comune.ask("POST", "/_prova/chiave", {"is_revoked": True})
    said = answer(comune, whatsapp.token)
    assert said.verdict == Verdict.failed
    assert "BOLLETTINO_WHATSAPP_TOKEN" in said.remedy
    for look in (whatsapp.number, whatsapp.templates, whatsapp.limit):
        assert answer(comune, look).verdict == Verdict.unknown, "the token alone is what is broken"


@pytest.mark.parametrize(
    ("status", "told", "verdict"),
    [
        (200, {"data": {"is_valid": False, "expires_at": 0}}, Verdict.failed),
        (200, {"data": {"is_valid": False, "error": {"code": 190}}}, Verdict.failed),
        (400, {"error": {"code": 190}}, Verdict.failed),
        (503, {"error": {"code": 2}}, Verdict.unknown),
        (200, {"data": {}}, Verdict.unknown),
        (404, None, Verdict.good),
    ],
)
def test_a_token_is_well_only_where_its_end_is_told_or_nobody_knows_the_question(
    comune: Comune, status: int, told: object, verdict: Verdict
) -> None:
    def tell(path: str) -> Answer:
        if "debug_token" not in path:
            return (200, {}, b"{}")
        return (status, {}, b"<html>" if told is None else json.dumps(told).encode())

    with serve(tell) as site:
        comune.reprofile((f'api = "{comune.loopback.address}"', f'api = "{site.address}"'))
        said = answer(comune, whatsapp.token)
    assert said.verdict == verdict
    assert ("non si sa" in said.words) == (verdict == Verdict.good)
    if verdict == Verdict.failed:
        assert "BOLLETTINO_WHATSAPP_TOKEN" in said.remedy


def test_where_no_version_stands_in_the_path_the_end_of_a_token_is_not_known(comune: Comune) -> None:
    with serve(lambda _: (200, {}, b"{}")) as site:
        comune.reprofile(
            (f'api = "{comune.loopback.address}"', f'api = "{site.address}"\napi_version = ""'),
        )
        said = answer(comune, whatsapp.token)
    assert (said.verdict, "non si sa" in said.words) == (Verdict.good, True)


def test_the_end_of_a_token_is_read_and_nothing_else_is_believed(comune: Comune) -> None:
    base, headers = comune.settings.profile.whatsapp.base, {"Authorization": "Bearer made-up-token"}
    assert ask_token(base, "made-up-token", headers) is None
    with pytest.raises(TokenError):
        ask_token(base, "another", headers)
    with pytest.raises(Retryable), serve({}) as nobody:
        ask_token(nobody.address, "made-up-token", headers)
    answer_ = json.dumps({"data": {"is_valid": True, "expires_at": 2_000, "data_access_expires_at": 1_000}})
    told: dict[str, Answer] = {"/debug_token?input_token=t": (200, {}, answer_.encode())}
    with serve(told) as site:
        assert ask_token(site.address, "t", {}) == datetime.fromtimestamp(1_000, UTC), "the earlier one"


def test_a_version_of_the_api_whose_end_is_near(comune: Comune) -> None:
    assert answer(comune, whatsapp.version).verdict == Verdict.good
    whole = comune.now
    for version, day, verdict in (
        ("v21.0", whole, Verdict.attention),  # ends on 21 January 2027
        ("v20.0", whole, Verdict.failed),
        ("v24.0", whole, Verdict.good),
        ("v26.0", whole, Verdict.good),
        ("v99.0", whole, Verdict.unknown),
    ):
        comune.reprofile(
            ("messages_per_second = 40 ", f'api_version = "{version}"\nmessages_per_second = 40 ')
        )
        comune.now = day
        assert answer(comune, whatsapp.version).verdict == verdict, version
    comune.reprofile(("messages_per_second = 40 ", 'api_version = ""\nmessages_per_second = 40 '))
    assert answer(comune, whatsapp.version).is_left_out


def test_the_version_that_a_profile_has_by_itself_is_in_the_table(comune: Comune) -> None:
    default = type(comune.settings.profile.whatsapp).model_fields["api_version"].default
    assert versions.is_known(default)
    ends = [end for end in versions.ENDS.values() if end is not None]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ({}, Verdict.good),
        ({"quality_rating": "YELLOW"}, Verdict.attention),
        ({"status": "RESTRICTED"}, Verdict.failed),
    ],
)
def test_the_number_as_whatsapp_sees_it(comune: Comune, state: dict[str, str], verdict: Verdict) -> None:
    comune.ask("POST", "/_prova/numero", state)
    assert answer(comune, whatsapp.number).verdict == verdict


def test_a_template_that_is_missing_or_paused(comune: Comune) -> None:
    assert answer(comune, whatsapp.templates).verdict == Verdict.failed, "nobody submitted them"
    comune.subscribe()
    assert answer(comune, whatsapp.templates).verdict == Verdict.good
    store = comune.world.store
    (paused,) = [one for one in store.all(Template) if one.order.name == "allerta_meteo"]
    key = f"{paused.order.name}/{paused.order.language}"
    store.put(key, paused.model_copy(update={"status": "PAUSED"}))
    said = answer(comune, whatsapp.templates)
    assert said.verdict == Verdict.failed
    assert "Modello allerta_meteo" in said.words
    assert "PAUSED" in said.words


@pytest.mark.parametrize(
    ("tier", "verdict"),
    [("TIER_2K", Verdict.good), ("TIER_UNLIMITED", Verdict.good), ("TIER_250", Verdict.attention)],
)
def test_more_subscribers_than_a_day_takes(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, tier: str, verdict: Verdict
) -> None:
    comune.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": tier})
    monkeypatch.setattr("flows.doctor.whatsapp.recipients.subscribed", lambda _: 240)
    assert answer(comune, whatsapp.limit).verdict == verdict
    if tier == "TIER_250":
        monkeypatch.setattr("flows.doctor.whatsapp.recipients.subscribed", lambda _: 251)
        assert answer(comune, whatsapp.limit).verdict == Verdict.failed


def test_nothing_came_back_after_the_last_send(comuni: Comune) -> None:
    assert answer(comuni, whatsapp.returns).is_left_out
    with comuni.look() as session:
        sent = make_bulletin(session, status=BulletinStatus.sent, now=comuni.now - 2 * DAY)
        one = make_recipient(session, comuni.settings.vault())
        session.add(
            Delivery(
                bulletin_id=sent.id,
                recipient_id=one.id,
                status=DeliveryStatus.accepted,
                status_at=comuni.now - 2 * DAY,
            )
        )
    assert answer(comuni, whatsapp.returns).verdict == Verdict.failed


def test_where_people_send_by_hand_nobody_is_asked(comune: Comune) -> None:
    comune.reprofile(
        ('ordinary = "cloud" ', 'ordinary = "channel" '), ('alerts = "cloud" ', 'alerts = "channel" ')
    )
    looks = (
        *(whatsapp.token, whatsapp.version, whatsapp.number, whatsapp.templates, whatsapp.limit),
        whatsapp.subscribed,
    )
    assert all(answer(comune, look).is_left_out for look in looks)


def test_an_account_that_is_not_reached_is_not_verified(comune: Comune) -> None:
    comune.reprofile((f'api = "{comune.loopback.address}"', 'api = "http://127.0.0.1:9"'))
    for look in (whatsapp.token, whatsapp.number, whatsapp.templates, whatsapp.limit):
        assert answer(comune, look).verdict == Verdict.unknown
    assert isinstance(comune.settings, Settings)


def test_a_token_in_an_address_is_never_logged(comune: Comune, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert answer(comune, whatsapp.token).verdict == Verdict.good
        ask(f"{comune.loopback.address}/salute", query={"hub.verify_token": "made-up-word"})
    assert "made-up" not in caplog.text

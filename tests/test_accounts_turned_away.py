"""Who comes from the Comune's own provider and is not let in; a provider that is away, or that lies."""

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine

from db import accounts
from db.engine import reading, transaction
from db.vault import Vault
from flows.accounts import elsewhere, provider, sign_in
from flows.accounts.journey import LASTS, Journeys
from flows.accounts.reception import Reception
from tests.test_accounts_elsewhere import browser, idp, served, there
from tests.world.door_front import HERE
from tests.world.identity_provider import (
    AWAY,
    BACK,
    CLIENT,
    DISCOVERY,
    KEY,
    KEYS,
    OTHER_KEY,
    SECRET,
    TOKEN,
    Browser,
    IdentityProvider,
    Town,
    asked_in,
    claims_of,
    jwks,
    token,
)
from tests.world.people import PASSWORD, Member, posted

__all__ = ["browser", "idp", "served", "there"]  # the fixtures

pytestmark = [
    pytest.mark.slow,  # with a server of its own
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # of the provider, not of ours
]
KIRA = '\n[[colleagues]]\nname = "Kira Urp"\nemail = "kira@comune.esempio.mi.it"\nrole = "reader"\n'
ANNA, ADDRESS = "Anna Redazione", "anna@comune.esempio.mi.it"


# ------------------------------------------------------------ who does not come in


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (
            {"email": "chiunque@altrove.example", "email_verified": True},
            "ma nel profilo non c&#39;è: chiedi a chi",
        ),
        (
            {"email": "anna@comune.esempio.mi.it", "email_verified": False},
            "non garantisce che l&#39;indirizzo",
        ),
        (
            {"email": "anna@comune.esempio.mi.it", "email_verified": "true"},
            "non garantisce che l&#39;indirizzo",
        ),
        ({"email": "anna@comune.esempio.mi.it"}, "non garantisce che l&#39;indirizzo"),
        ({"email": "anna@comune.esempio.mi.it ,x", "email_verified": True}, "nel profilo non c&#39;è"),
        ({"email": "\u212aira@comune.esempio.mi.it", "email_verified": True}, "nel profilo non c&#39;è"),
        ({"email": ["anna@comune.esempio.mi.it"], "email_verified": True}, "non ha detto chi sei"),
        ({"name": "Anna Redazione", "email_verified": True}, "non ha detto chi sei"),
    ],
)
def test_nobody_else_comes_in(
    there: Town, browser: Browser, idp: IdentityProvider, sqlite: Engine, claims: dict[str, Any], words: str
) -> None:
    with there.here.path.open("a", encoding="utf-8") as profile:
        profile.write(KIRA)
    idp.knows("altro", **claims)
    answer = browser.signs_in("altro")
    assert (answer.status_code, browser.token) == (403, "")
    assert words in answer.text
    assert "gestisce il servizio" in answer.text
    with reading(sqlite) as session:
        assert accounts.all_of(session) == []


def test_one_who_goes_back_without_signing_in_may_try_again(browser: Browser) -> None:
    back = browser.back_from(sent := browser.sent(), "anna", action="deny")
    assert asked_in(back)["error"] == "access_denied"
    answer = browser.get(f"{back}&state={asked_in(sent)['state']}")  # which this implementation leaves out
    assert "L&#39;accesso con Accesso Comune non è stato completato: riprova." in answer.text
    state = asked_in(browser.sent())["state"]
    answer = browser.get(f"{BACK}?error=<b>server_error</b>&state={state}")
    assert "non ti ha fatto entrare (errore)" in answer.text
    assert browser.signs_in("anna").status_code == 200


def test_who_brings_codes_without_end_is_heard_no_more(browser: Browser) -> None:
    """Each would be a question to the provider with our secret."""
    for _ in range(sign_in.TRIES_THERE):
        assert browser.get(f"{BACK}?code=junk&state=junk").status_code == 403
    assert browser.get(f"{BACK}?code=junk&state=junk").status_code == 503
    assert "Troppi tentativi" in browser.signs_in("anna").text
    assert browser.token == ""


def test_what_another_browser_began_lets_nobody_in(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    other = Browser(there.front, idp)
    back = browser.back_from(browser.sent(), "anna")
    assert (other.get(back).status_code, other.token) == (403, "")
    other.sent()  # with a journey of its own
    refused = other.get(back)
    assert (refused.status_code, other.token, elsewhere.ANEW in refused.text) == (403, "", True)
    other.cookies["bollettino-andata"] = "x" * 100
    assert other.get(back).status_code == 403
    assert idp.asked == [], "and the code is given to nobody"
    assert browser.get(back).status_code == 200


@pytest.mark.parametrize("change", ["state=x&", "", "state=", "iss=https://evil.example&", "code="])
def test_an_answer_that_was_changed_on_the_way_lets_nobody_in(browser: Browser, change: str) -> None:
    back = browser.back_from(browser.sent(), "anna")
    asked = asked_in(back)
    queries = {
        "state=x&": f"code={asked['code']}&state=x",
        "": f"code={asked['code']}",
        "state=": f"code={asked['code']}&state=",
        "iss=https://evil.example&": f"code={asked['code']}&state={asked['state']}&iss=https://evil.example",
        "code=": f"state={asked['state']}",
    }
    answer = browser.get(f"{BACK}?{queries[change]}")
    assert (answer.status_code, elsewhere.ANEW in answer.text, browser.token) == (403, True, "")


def test_nothing_is_good_twice_or_for_long(there: Town, browser: Browser, idp: IdentityProvider) -> None:
    sent = browser.sent()
    kept = dict(browser.cookies)
    back = browser.back_from(sent, "anna")
    assert browser.get(back).status_code == 200
    browser.cookies = kept
    assert browser.get(back).status_code == 403, "the same answer in the same browser"
    assert len(idp.asked) == 1
    state = asked_in(browser.sent())["state"]
    refused = browser.get(f"{BACK}?code={asked_in(back)['code']}&state={state}")
    assert (refused.status_code, elsewhere.ANEW in refused.text) == (403, True), "a code that was used"
    back = browser.back_from(browser.sent(), "anna")
    there.clock.ahead = timedelta(minutes=11)
    assert browser.get(back).status_code == 403
    assert len(idp.asked) == 2


def test_who_begins_and_ends_journeys_without_end_holds_up_nobody(vault: Vault) -> None:
    """The door waits for each: anybody may come back without a code."""
    journeys, now = Journeys(vault), datetime.now(UTC)
    old = {f"{number}": now - LASTS - timedelta(seconds=1) for number in range(1_000)}
    journeys._ended = old | {f"of today {number}": now for number in range(300_000)}
    began = monotonic()
    for _ in range(20):
        journey, kept = journeys.begin("/", now)
        assert journeys.end(kept, journey.state, now) == journey
        assert journeys.end(kept, journey.state, now) is None
    assert monotonic() - began < 1.0
    assert len(journeys._ended) == 300_020


def test_the_code_of_one_journey_is_not_good_in_another(browser: Browser, idp: IdentityProvider) -> None:
    """An attacker's code in the victim's browser, or the other way round: the nonce is another."""
    code = asked_in(browser.back_from(browser.sent(), "anna"))["code"]
    state = asked_in(browser.sent())["state"]
    answer = browser.get(f"{BACK}?code={code}&state={state}")
    assert (answer.status_code, "non si può usare" in answer.text, browser.token) == (403, True, "")


@pytest.mark.parametrize(
    ("claims", "is_let_in"),
    [
        ({}, True),
        ({"aud": [CLIENT]}, True),
        ({"iss": "https://evil.example"}, False),
        ({"aud": "another-client"}, False),
        ({"aud": "another-client", "azp": CLIENT}, False),
        ({"aud": [CLIENT, "another-client"]}, False),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, False),
        ({"exp": 1}, False),
        ({"exp": None}, False),
        ({"iat": 9_999_999_999}, False),
        ({"nbf": 9_999_999_999}, False),
        ({"nonce": "another"}, False),
        ({"nonce": None}, False),
        ({"sub": None}, False),
        ({"sub": 7}, False),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, False),
    ],
)
def test_a_token_is_of_this_issuer_for_us_for_this_journey_and_of_now(
    browser: Browser, idp: IdentityProvider, claims: dict[str, Any], is_let_in: bool
) -> None:
    address = browser.sent()
    idp.said = {KEYS: jwks(KEY), TOKEN: token(claims_of(idp, address, **claims))}
    answer = browser.get(browser.back_from(address, "anna"))
    assert (answer.status_code == 200, bool(browser.token)) == (is_let_in, is_let_in)


@pytest.mark.parametrize("forged", ["none", "HS256", "another key", "changed", "no token", "no JWT"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    browser: Browser, idp: IdentityProvider, forged: str
) -> None:
    offered = ["RS256", "HS256", "none"]
    idp.said = {DISCOVERY: idp.metadata(id_token_signing_alg_values_supported=offered), KEYS: jwks(KEY)}
    address = browser.sent()
    whole = claims_of(idp, address)
    idp.said[TOKEN] = {
        "none": token(whole, alg="none"),
        "HS256": token(whole, alg="HS256"),
        "another key": token(whole, OTHER_KEY),
        "changed": token(whole).replace(b"ey", b"ez", 1),
        "no token": b'{"access_token": "x"}',
        "no JWT": b'{"access_token": "x", "id_token": "x"}',
    }[forged]
    answer = browser.get(browser.back_from(address, "anna"))
    assert (answer.status_code, "non si può usare" in answer.text, browser.token) == (403, True, "")


def test_keys_that_the_provider_has_changed_are_looked_up_at_once(
    browser: Browser, idp: IdentityProvider
) -> None:
    assert browser.signs_in("anna").status_code == 200
    address = browser.sent()
    idp.said = {KEYS: jwks(KEY), TOKEN: token(claims_of(idp, address))}
    assert browser.get(browser.back_from(address, "anna")).status_code == 200


def test_a_key_of_a_kind_that_we_do_not_know_costs_no_other(browser: Browser, idp: IdentityProvider) -> None:
    """As of a provider that has begun to change to a newer kind (RFC 7517, 5)."""
    strange = [{"kty": "OKP", "crv": "Newer", "kid": "a", "x": "AA"}, {"kty": "AKP", "kid": "b", "pub": "AA"}]
    own = json.loads(jwks(KEY))["keys"]
    address = browser.sent()
    idp.said = {
        KEYS: json.dumps({"keys": [*strange, *own]}).encode(),
        TOKEN: token(claims_of(idp, address)),
    }
    assert browser.get(browser.back_from(address, "anna")).status_code == 200


# ------------------------------------------------------------ the provider is away, or talks nonsense


def test_while_the_provider_is_down_own_accounts_are_good(
    there: Town, browser: Browser, sqlite: Engine, idp: IdentityProvider
) -> None:
    anna = Member(there.here, sqlite, ANNA, datetime.now(UTC) - timedelta(minutes=5))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        there.rewritten(idp.issuer, f"http://127.0.0.1:{closed.getsockname()[1]}")
    answer = browser.get(AWAY)
    assert (answer.status_code, "Accesso Comune non risponde: riprova fra un minuto." in answer.text) == (
        503,
        True,
    )
    fields = {"nome": ANNA, "password": PASSWORD, "codice": anna.code(datetime.now(UTC))}
    assert all(f'name="{name}"' in answer.text for name in fields)
    assert posted(there.front, "/accesso", **fields).status_code == 303
    with transaction(sqlite) as session:
        assert len(accounts.open_sign_ins(session, 1, now=datetime.now(UTC))) == 2


def test_a_provider_that_hangs_holds_up_nobody(
    there: Town, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert provider.SECONDS == 10
    monkeypatch.setattr(provider, "SECONDS", 0.6)
    anna = Member(there.here, sqlite, ANNA, datetime.now(UTC))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        oidc = there.here.profile.sign_in.oidc
        assert oidc is not None
        there.rewritten(oidc.issuer, f"http://127.0.0.1:{silent.getsockname()[1]}")
        reception = Reception(there.here)

        async def meanwhile() -> tuple[Any, float]:
            away = asyncio.create_task(reception.depart("/redazione"))
            await asyncio.sleep(0.1)
            began = monotonic()
            assert (await reception.who(anna.key.token)) is not None
            return await away, monotonic() - began

        refused, took = asyncio.run(meanwhile())
    assert refused.sentence == "Accesso Comune non risponde: riprova fra un minuto."
    assert refused.is_for_now
    assert took < 2


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (DISCOVERY, b"<html>captive portal</html>"),
        (DISCOVERY, b"[]"),
        (DISCOVERY, b"{}"),
        (DISCOVERY, b"[" * 100_000),
        (DISCOVERY, b" " * 300_000),
        (DISCOVERY, {"issuer": "https://login.example/{tenantid}/v2.0"}),
        (DISCOVERY, {"authorization_endpoint": "http://login.example/authorize"}),
        (DISCOVERY, {"authorization_endpoint": "javascript:alert(1)"}),
        (DISCOVERY, {"authorization_endpoint": "https://login.example/\r\nSet-Cookie: x=y"}),
        (DISCOVERY, {"token_endpoint": None}),
        (DISCOVERY, {"jwks_uri": 7}),
        (DISCOVERY, {"id_token_signing_alg_values_supported": ["HS256", "none"]}),
        (KEYS, b"{}"),
        (KEYS, b'{"keys": 7}'),
        (KEYS, b'{"keys": [7]}'),
        (KEYS, b'{"keys": [{"kty": "RSA", "n": "x"}]}'),
        (TOKEN, b"<html>"),
        (TOKEN, b'{"id_token": 7}'),
    ],
)
def test_what_makes_no_sense_is_told_and_lets_nobody_in(
    browser: Browser, idp: IdentityProvider, path: str, said: Any
) -> None:
    idp.said = {path: said if isinstance(said, bytes) else idp.metadata(**said)}
    answer = browser.get(AWAY)
    if path != DISCOVERY:
        answer = browser.get(browser.back_from(answer.headers["location"], "anna"))
    assert (answer.status_code, browser.token) == (403, "")
    assert "ha risposto qualcosa che qui non si può usare: chiedi a chi gestisce il servizio." in answer.text


def test_a_secret_that_the_provider_does_not_know_is_told(
    there: Town, browser: Browser, idp: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    registered = idp.http.post("/oauth2/clients", json={"redirect_uris": [f"{HERE}{BACK}"]}).json()
    oidc = f"client_id = {json.dumps(registered['client_id'])}"
    there.rewritten(f'client_id = "{CLIENT}"', oidc)
    answer = browser.signs_in("anna")
    assert (answer.status_code, browser.token) == (403, "")
    assert any("non ci riconosce: 'invalid_client'" in one.getMessage() for one in caplog.records)
    assert not any(SECRET in one.getMessage() or ADDRESS in one.getMessage() for one in caplog.records)


def test_without_a_provider_nobody_is_sent_anywhere(there: Town, browser: Browser) -> None:
    text = there.here.path.read_text(encoding="utf-8")
    there.here.path.write_text(text.rpartition("\n[sign_in.oidc]")[0], encoding="utf-8")
    assert browser.get("/accesso").headers["location"] == "/redazione"
    assert (browser.get(AWAY).status_code, browser.get(f"{BACK}?code=x&state=x").status_code) == (403, 403)
    for method in ("POST", "HEAD", "PUT"):
        assert there.front.ask(method, AWAY, None).status_code in (403, 404)

"""Who came from the Comune's own provider proves there once more who they are, where it is asked to ask."""

import math
import socket
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.accounts import discovery, sign_in
from flows.accounts.arrival import proved_at
from flows.accounts.sign_in import UNTOLD
from flows.door.people import Person
from tests.test_accounts_elsewhere import browser, idp, served, there
from tests.world.door_front import HERE
from tests.world.identity_provider import (
    AWAY,
    BACK,
    DISCOVERY,
    KEY,
    KEYS,
    NAME,
    TOKEN,
    Browser,
    IdentityProvider,
    Town,
    asked_in,
    claims_of,
    jwks,
    token,
)
from tests.world.people import Member, posted

__all__ = ["browser", "idp", "served", "there"]  # the fixtures

pytestmark = [
    pytest.mark.slow,  # with a server of its own
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # of the provider, not of ours
]
ANNA, PAGE = "Anna Redazione", "/accesso/codice"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock_of_the_door(there: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as that of the accounts behind it."""
    login = there.front.door._login
    assert login is not None
    monkeypatch.setattr(login, "_clock", there.clock)


def known(there: Town, browser: Browser) -> Person:
    """Who is signed in there."""
    here = there.here
    found = sign_in.who(here.profile, here.engine(), sign_in.vault(here), browser.token, now=there.clock())
    assert found is not None
    return found


def age(there: Town, browser: Browser) -> timedelta:
    """Of the last proof."""
    return there.clock() - (known(there, browser).proved_at or UNTOLD)


def sent_again(browser: Browser, then: str = "") -> str:
    """The address to which the link of the page leads a browser."""
    page = browser.get(PAGE + then).text
    (link,) = [part.partition('"')[0] for part in page.split('href="') if part.startswith(AWAY)]
    answer = browser.get(unescape(link))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def back_with(browser: Browser, idp: IdentityProvider, address: str, **claims: Any) -> str:
    """The page on which a browser ends whose person the provider's token tells this of."""
    idp.said |= {KEYS: jwks(KEY), TOKEN: token(claims_of(idp, address, **claims))}
    answer = browser.get(browser.back_from(address, "anna"))
    for path in (KEYS, TOKEN):
        del idp.said[path]
    assert answer.status_code == 200, answer.text
    return unescape(answer.text.partition('content="0; url=')[2].partition('"')[0])


def test_the_page_sends_to_the_provider_for_a_proof_and_says_that_it_is_done(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    other = Browser(there.front, idp)
    for one in (browser, other):
        address = one.sent()
        assert (asked_in(address)["prompt"], "max_age" in asked_in(address)) == ("select_account", False)
        back_with(one, idp, address, auth_time=int(time.time()) - 3600)
    page = browser.get(PAGE).text
    assert f"Entra di nuovo con {NAME}" in page
    assert 'name="codice"' not in page, "they have none"
    asked = asked_in(address := sent_again(browser, "?poi=/v2/runs"))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert back_with(browser, idp, address, auth_time=int(time.time())) == f"{PAGE}?poi=%2Fv2%2Fruns"
    page = browser.get(f"{PAGE}?poi=%2Fv2%2Fruns").text
    assert ("Fatto: puoi confermare" in page, '<a href="/v2/runs">' in page) == (True, True)
    assert age(there, browser) < timedelta(seconds=30) < age(there, other)
    assert browser.name == ANNA


@pytest.mark.parametrize("is_again", [False, True])
def test_one_that_let_somebody_through_in_silence_has_proved_nothing_now(
    there: Town, browser: Browser, idp: IdentityProvider, is_again: bool
) -> None:
    """Its session of the morning is in a browser that was left open."""
    morning = int(time.time()) - 3 * 3600
    back_with(browser, idp, browser.sent(), auth_time=morning)
    if is_again:
        assert back_with(browser, idp, sent_again(browser), auth_time=morning) == PAGE
    assert known(there, browser).proved_at == datetime.fromtimestamp(morning, UTC)
    page = browser.get(PAGE).text
    assert ("Conferma che sei tu" in page, "l'ultima volta è stata alle" in page) == (True, True)
    assert f"Se non lo fa qui resta l'ora dell'ultima volta: esci da {NAME} e riprova." in page


def test_one_that_does_not_say_when_counts_where_it_was_asked_to_ask(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    """As Microsoft Entra without its optional claim: the first way in may have been a click."""
    back_with(browser, idp, browser.sent())
    assert known(there, browser).proved_at is None
    page = browser.get(PAGE).text
    assert ("Conferma che sei tu" in page, "l'ultima volta" in page, "1970" in page) == (True, False, False)
    back_with(browser, idp, sent_again(browser))
    assert age(there, browser) < timedelta(seconds=30)
    assert "Fatto: puoi confermare" in browser.get(PAGE).text


@pytest.mark.parametrize(("tells", "is_good"), [(False, False), (True, True)])
def test_one_that_refused_to_ask_counts_by_what_it_says_alone(
    there: Town, browser: Browser, idp: IdentityProvider, tells: bool, is_good: bool
) -> None:
    """That it refused comes by the browser, which may have made it up."""
    back_with(browser, idp, browser.sent())
    asked = asked_in(sent_again(browser))
    less = browser.get(f"{BACK}?error=invalid_request&state={asked['state']}").headers["location"]
    assert (asked_in(less)["prompt"], asked_in(less)["max_age"]) == ("select_account", "0")
    claims = {"auth_time": int(time.time())} if tells else {}
    assert back_with(browser, idp, less, **claims) == PAGE
    assert (age(there, browser) < timedelta(minutes=1)) == is_good
    state = asked_in(sent_again(browser))["state"]
    for _ in range(2):
        less = browser.get(f"{BACK}?error=invalid_request&state={state}").headers["location"]
        state = asked_in(less)["state"]
    assert "prompt" not in asked_in(less)
    back_with(browser, idp, less)
    assert known(there, browser).proved_at is None


def test_one_that_cannot_ask_for_a_password_is_asked_for_what_it_can(
    there: Town, browser: Browser, idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Google, which shows an error of its own to whom it is to ask for it."""
    assert "https://accounts.google.com" in discovery.WITHOUT_PROOF
    monkeypatch.setattr(discovery, "WITHOUT_PROOF", {idp.issuer})
    back_with(browser, idp, browser.sent())
    assert known(there, browser).proved_at is None
    asked = asked_in(address := sent_again(browser))
    assert (asked["prompt"], asked["max_age"]) == ("select_account", "0")
    back_with(browser, idp, address)
    assert age(there, browser) < timedelta(seconds=30)


@pytest.mark.parametrize(("offered", "is_good"), [(["login"], True), (["none", "consent"], False)])
def test_what_the_provider_offers_to_ask_decides_what_its_silence_is_worth(
    there: Town, browser: Browser, idp: IdentityProvider, offered: list[str], is_good: bool
) -> None:
    idp.said[DISCOVERY] = idp.metadata(prompt_values_supported=offered)
    back_with(browser, idp, browser.sent())
    assert (age(there, browser) < timedelta(minutes=1)) == is_good, "asked for the password at once"
    back_with(browser, idp, sent_again(browser))
    assert (age(there, browser) < timedelta(minutes=1)) == is_good


@pytest.mark.parametrize(
    ("told", "is_asked", "found"),
    [
        (NOW.timestamp() - 60, False, NOW - timedelta(minutes=1)),
        (int(NOW.timestamp()) - 60, True, NOW - timedelta(minutes=1)),
        (NOW.timestamp() + 3600, False, NOW),
        (None, True, NOW),
        (None, False, UNTOLD),
        (True, False, UNTOLD),
        ("1700000000", False, UNTOLD),
        (math.inf, True, UNTOLD),
        (math.nan, True, UNTOLD),
        (10**400, True, UNTOLD),
        (-(10**10), True, UNTOLD),
        (0, True, UNTOLD),
    ],
)
def test_a_proof_is_never_of_later_than_now(told: Any, is_asked: bool, found: datetime) -> None:
    claims = {} if told is None else {"auth_time": told}
    assert proved_at(claims, NOW, is_asked=is_asked) == found


# ------------------------------------------------------------ the page


def test_under_another_name_of_the_server_the_way_is_the_same(browser: Browser) -> None:
    answer = browser.get(f"http://localhost:4200{AWAY}?di_nuovo=1&poi={PAGE}")
    assert answer.headers["location"] == f"{HERE}{AWAY}?poi=%2Faccesso%2Fcodice&qui=1&di_nuovo=1"
    asked = asked_in(browser.get(answer.headers["location"]).headers["location"])
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


def test_while_the_provider_is_down_the_page_says_so_and_one_stays_signed_in(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    browser.signs_in("anna")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        there.rewritten(idp.issuer, f"http://127.0.0.1:{closed.getsockname()[1]}")
    answer = browser.get(f"{AWAY}?di_nuovo=1&poi=/accesso/codice?poi=/v2/runs")
    assert (answer.status_code, browser.name) == (503, ANNA)
    assert f"{NAME} non risponde: riprova fra un minuto." in answer.text
    assert "Conferma che sei tu" in answer.text
    assert "poi%3D%252Fv2%252Fruns" in answer.text, "and where to go on to is not lost"


def test_who_has_a_code_of_ours_too_may_prove_it_either_way(
    there: Town, browser: Browser, sqlite: Engine
) -> None:
    anna = Member(there.here, sqlite, ANNA, datetime.now(UTC) - timedelta(minutes=5))
    page = there.front.ask("GET", PAGE, None, Cookie=f"bollettino={anna.key.token}").text
    assert ('name="codice"' in page, AWAY in page) == (True, False), "who came by the password"
    browser.signs_in("anna")
    page = browser.get(PAGE).text
    assert ('name="codice"' in page, AWAY in page) == (True, True)
    code = anna.code(datetime.now(UTC))
    assert posted(there.front, PAGE, token=browser.token, codice=code).status_code == 303
    assert age(there, browser) < timedelta(seconds=30)


def test_where_the_provider_is_gone_one_has_to_sign_in_otherwise(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    back_with(browser, idp, browser.sent())
    text = there.here.path.read_text(encoding="utf-8")
    there.here.path.write_text(text.rpartition("\n[sign_in.oidc]")[0], encoding="utf-8")
    page = browser.get(PAGE).text
    assert ("esci ed entra di nuovo" in page, AWAY in page, "<form" in page) == (True, False, False)
    answer = browser.get(f"{AWAY}?di_nuovo=1&poi={PAGE}")
    assert (answer.status_code, browser.name) == (403, ANNA)

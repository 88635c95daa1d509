"""Who signs in with the Comune's own provider of identities: the way there and back, and the end of it."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import Engine
from sqlmodel import select

from db import accounts
from db.engine import reading, transaction
from db.models import Account, DoorAct, SignIn, SignInProof
from flows.accounts import arrival, enrolment, mark, persons, sign_in
from flows.bulletin.status import SIGNED_IN
from flows.doctor import configuration, people
from flows.doctor.finding import Case, Said, Verdict
from flows.door.people import Key
from flows.settings import BollettinoError, Settings, load_profile
from tests.world.comune import SECRETS
from tests.world.door_front import HERE, ID
from tests.world.identity_provider import (
    AWAY,
    BACK,
    CLIENT,
    DISCOVERY,
    NAME,
    SECRET,
    Browser,
    IdentityProvider,
    Town,
    asked_in,
    identity_provider,
    town,
)
from tests.world.people import PASSWORD, Member, posted

pytestmark = [
    pytest.mark.slow,  # with a server of its own
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # of the provider, not of ours
]
ANNA, ADDRESS = "Anna Redazione", "anna@comune.esempio.mi.it"
READER = '\n[[colleagues]]\nname = "Sara Lettrice"\nemail = "sara@comune.esempio.mi.it"\nrole = "reader"\n'


@pytest.fixture(scope="module")
def served() -> Iterator[IdentityProvider]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def there(
    settings: Settings,
    sqlite: Engine,
    served: IdentityProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    with town(settings, sqlite, served, tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def idp(served: IdentityProvider, there: Town) -> IdentityProvider:
    return served


@pytest.fixture
def browser(there: Town) -> Browser:
    return there.browser


# ------------------------------------------------------------ let in


def test_who_stands_in_the_profile_signs_in_by_the_provider(
    there: Town,
    browser: Browser,
    idp: IdentityProvider,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flows.accounts.reception.FRESH", 60.0)  # what is known is asked once
    page = browser.get("/accesso?poi=/redazione/comando/ferma")
    assert f'href="{AWAY}?poi=/redazione/comando/ferma">Entra con {NAME}</a>' in page.text
    assert 'name="password"' not in page.text, "nobody has one yet"
    assert there.front.ask("POST", "/api/flow_runs/filter", body={}).status_code == 201, (
        "and the shared one is good"
    )
    address = browser.sent("/redazione/comando/ferma")
    asked = asked_in(address)
    assert address.startswith(f"{idp.issuer}/oauth2/authorize?")
    assert asked["redirect_uri"] == f"{HERE}{BACK}"
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == (
        "code",
        CLIENT,
        "S256",
    )
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked["state"] not in browser.cookies["bollettino-andata"], "sealed"
    answer = browser.get(browser.back_from(address, "anna"))
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/redazione/comando/ferma">' in answer.text
    kept = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("bollettino="))
    assert kept.endswith("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")
    assert "bollettino-andata" not in browser.cookies
    assert browser.name == ANNA
    assert "Hai effettuato l'accesso con l&#39;account del Comune" in browser.get("/accesso").text
    ((form, credential),) = idp.asked
    assert create_s256_code_challenge(form["code_verifier"]) == asked["code_challenge"]
    assert b64decode(credential.removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
    assert there.front.ask("POST", "/api/flow_runs/filter", body={}).status_code == 401, (
        "the shared one opens nothing"
    )
    assert (there.here.state / "accessi-in-uso").exists()
    start, kept = f"/api/deployments/{ID}/create_flow_run", f"bollettino={browser.token}"
    assert there.front.ask("POST", start, None, {"parameters": {}}, Cookie=kept).status_code == 201
    with reading(sqlite) as session:
        assert [(act.person, act.proof) for act in session.exec(select(DoorAct))] == [
            ("anna-redazione", "oidc")
        ]
        row = session.exec(select(SignIn)).one()
        assert (row.proof, row.until - row.at) == ("oidc", sign_in.DAY)


def test_the_journeys_cookie_comes_along_with_the_provider_and_with_nothing_else(browser: Browser) -> None:
    (line,) = browser.get(AWAY).headers.get_list("set-cookie")
    assert line.partition("; ")[2] == "Max-Age=600; Path=/; HttpOnly; SameSite=Lax"


def test_one_who_begins_under_another_name_of_the_server_is_led_to_its_own_first(browser: Browser) -> None:
    answer = browser.get(f"http://localhost:4200{AWAY}?poi=/v2/runs")
    assert answer.headers["location"] == f"{HERE}{AWAY}?poi=%2Fv2%2Fruns&qui=1"
    assert "set-cookie" not in answer.headers
    again = browser.get(answer.headers["location"].replace("127.0.0.1", "localhost"))
    assert "/oauth2/authorize" in again.headers["location"], "once: a proxy may ask under another name"


def test_which_account_is_meant_is_asked_as_the_provider_can(browser: Browser, idp: IdentityProvider) -> None:
    sent, prompts = browser.sent("/v2/runs"), []
    for _ in range(3):  # one that knows of no such thing
        asked = asked_in(sent)
        prompts.append(asked.get("prompt"))
        answer = browser.get(f"{BACK}?error=invalid_request&state={asked['state']}")
        sent = answer.headers.get("location", "")
    assert prompts == ["select_account", "login", None]
    assert (answer.status_code, "non ti ha fatto entrare (invalid_request)" in answer.text) == (403, True)
    asked = asked_in(browser.sent("/v2/runs"))
    again = browser.get(f"{BACK}?error=invalid_request&state={asked['state']}")
    there = browser.get(browser.back_from(again.headers["location"], "anna"))
    assert "url=/v2/runs" in there.text


def test_what_the_provider_says_that_it_can_ask_is_asked_at_once(
    browser: Browser, idp: IdentityProvider
) -> None:
    idp.said[DISCOVERY] = idp.metadata(prompt_values_supported=["none", "login", "consent"])
    assert asked_in(browser.sent())["prompt"] == "login"


@pytest.mark.parametrize(
    ("claims", "proof", "words"),
    [
        ({}, "oidc", "l'account del Comune, senza un secondo fattore dichiarato"),
        ({"amr": ["pwd"]}, "oidc", "senza un secondo fattore dichiarato"),
        ({"amr": ["pwd", "pin"]}, "oidc", "senza un secondo fattore dichiarato"),
        ({"amr": ["pwd", "mfa"]}, "oidc_mfa", "l'account del Comune e un secondo fattore"),
        ({"amr": ["pwd", "otp"]}, "oidc_mfa", "e un secondo fattore"),
        ({"amr": "mfa"}, "oidc", "senza un secondo fattore dichiarato"),
        ({"acr": "https://refeds.org/profile/mfa"}, "oidc_mfa", "e un secondo fattore"),
        ({"acr": "1"}, "oidc", "senza un secondo fattore dichiarato"),
    ],
)
def test_a_second_factor_is_told_where_the_provider_tells_it(
    there: Town, claims: dict[str, Any], proof: str, words: str
) -> None:
    oidc = there.here.profile.sign_in.oidc
    assert oidc is not None
    known = {"sub": "anna", "email": ADDRESS, "email_verified": True}
    found = arrival.identity(oidc, {**known, **claims})
    assert isinstance(found, arrival.Identity)
    assert found.proof == proof
    assert words in SIGNED_IN[found.proof]


def test_role_and_name_come_from_the_profile_and_capitals_do_not_count(
    there: Town, browser: Browser, idp: IdentityProvider
) -> None:
    idp.knows(
        "sara", email="Sara@Comune.Esempio.MI.it", email_verified=True, name="Somebody Else", role="editor"
    )
    assert browser.signs_in("sara").status_code == 403
    with there.here.path.open("a", encoding="utf-8") as profile:
        profile.write(READER)
    assert browser.signs_in("sara").status_code == 200
    assert browser.name == "Sara Lettrice"
    kept = f"bollettino={browser.token}"
    run = "/api/flow_runs/08efb67e-99fa-44ca-b0f6-41348aaa7de3/resume"
    assert there.front.ask("POST", run, None, {"run_input": {}}, Cookie=kept).status_code == 403, "a reader"
    there.rewritten("Sara Lettrice", "Sara Altrui")
    there.rewritten("sara@comune", "altra@comune")
    assert browser.name == "", "out of the profile, out of the door"


def test_another_claim_may_hold_the_address(there: Town, browser: Browser, idp: IdentityProvider) -> None:
    there.rewritten(f'client_id = "{CLIENT}"', f'client_id = "{CLIENT}"\nclaim = "preferred_username"')
    idp.knows("p1", preferred_username=ADDRESS)
    assert browser.signs_in("p1").status_code == 200
    idp.knows("p1", preferred_username=ADDRESS, email=ADDRESS, email_verified=False)
    assert browser.signs_in("p1").status_code == 403, (
        "whatever the claim, what is not verified counts for none"
    )


def test_what_the_profile_requires_must_be_told(there: Town, browser: Browser, idp: IdentityProvider) -> None:
    required = 'required = { hd = "comune.esempio.mi.it", amr = "mfa", acr = "2" }'
    there.rewritten(f'client_id = "{CLIENT}"', f'client_id = "{CLIENT}"\n{required}')
    whole = {"hd": "comune.esempio.mi.it", "amr": ["pwd", "mfa"], "acr": "2"}
    assert asked_in(browser.sent())["acr_values"] == "2"
    for lacking in whole:
        idp.knows("anna", email=ADDRESS, email_verified=True, **{**whole, lacking: ["altro"]})
        answer = browser.signs_in("anna")
        assert (answer.status_code, f"non dà di te la garanzia che qui serve ({lacking})" in answer.text) == (
            403,
            True,
        )
    idp.knows("anna", email=ADDRESS, email_verified=True, **whole)
    assert browser.signs_in("anna").status_code == 200


# ------------------------------------------------------------ the end of a sign-in


def test_it_ends_as_every_other_sign_in(
    there: Town, browser: Browser, sqlite: Engine, idp: IdentityProvider
) -> None:
    other = Browser(there.front, idp)
    for one in (browser, other):
        assert one.signs_in("anna").status_code == 200
    posted(there.front, "/accesso/esci", token=browser.token)
    assert (browser.name, other.name) == ("", ANNA)
    browser.signs_in("anna")
    posted(there.front, "/accesso/esci", token=browser.token, ovunque="si")
    assert (browser.name, other.name) == ("", "")
    browser.signs_in("anna")
    there.clock.ahead = sign_in.DAY + timedelta(seconds=1)
    assert browser.name == ""
    there.clock.ahead = timedelta(0)
    with transaction(sqlite) as session:  # as at a restore
        accounts.void(session, before=datetime.now(UTC), now=datetime.now(UTC))
    assert browser.name == ""
    assert browser.signs_in("anna").status_code == 200


def test_who_never_came_is_shut_out_as_well(there: Town, browser: Browser, sqlite: Engine) -> None:
    """And what closes an account that nobody used opens no shared password."""
    mark.leave(there.here)
    assert enrolment.close(sqlite, there.here, ANNA, now=datetime.now(UTC)) == ("anna-redazione", 0)
    assert there.here.signs_in
    answer = browser.signs_in("anna")
    assert (answer.status_code, browser.token) == (403, "")
    assert "Il tuo accesso è stato chiuso" in answer.text
    with pytest.raises(BollettinoError, match="has no account"):
        enrolment.close(sqlite, there.here, ANNA, now=datetime.now(UTC))
    enrolment.add(there.here, sqlite, persons.named(there.here, ANNA), now=datetime.now(UTC))
    assert browser.signs_in("anna").status_code == 200


def test_a_closed_account_stays_closed_until_the_operator_opens_it(
    there: Town, browser: Browser, sqlite: Engine
) -> None:
    browser.signs_in("anna")
    assert enrolment.close(sqlite, there.here, ANNA, now=datetime.now(UTC)) == ("anna-redazione", 1)
    assert browser.name == ""
    answer = browser.signs_in("anna")
    assert (answer.status_code, "Il tuo accesso è stato chiuso" in answer.text) == (403, True)
    assert "bollettino" not in browser.cookies or browser.name == ""
    enrolment.add(there.here, sqlite, persons.named(there.here, ANNA), now=datetime.now(UTC))
    assert browser.signs_in("anna").status_code == 200
    with reading(sqlite) as session:
        assert (
            next(one.state for one in enrolment.states(there.here, session, now=datetime.now(UTC)))
            == "active"
        )


def test_an_address_that_was_given_to_somebody_else_waits_for_the_operator(
    there: Town, browser: Browser, sqlite: Engine, idp: IdentityProvider
) -> None:
    idp.knows("anna-2", email=ADDRESS, email_verified=True)
    browser.signs_in("anna")
    with reading(sqlite) as session:
        (account,) = session.exec(select(Account))
        assert (account.issuer, "anna" in account.subject_hash) == (idp.issuer, False)
    answer = browser.signs_in("anna-2")
    assert (answer.status_code, "era di un altro account di Accesso Comune" in answer.text) == (403, True)
    enrolment.reset(there.here, sqlite, persons.named(there.here, ANNA), now=datetime.now(UTC))
    assert browser.name == ""
    assert browser.signs_in("anna-2").status_code == 200
    assert browser.signs_in("anna").status_code == 403


def test_one_with_a_password_may_come_either_way(there: Town, browser: Browser, sqlite: Engine) -> None:
    anna = Member(there.here, sqlite, ANNA, datetime.now(UTC) - timedelta(minutes=5))
    page = browser.get("/accesso")
    assert (f"Entra con {NAME}" in page.text, 'name="password"' in page.text) == (True, True)
    assert browser.signs_in("anna").status_code == 200
    fields = {"nome": ANNA, "password": PASSWORD, "codice": anna.code(datetime.now(UTC))}
    assert posted(there.front, "/accesso", **fields).status_code == 303


def test_who_comes_from_the_provider_has_no_password_that_opens(
    there: Town, browser: Browser, sqlite: Engine
) -> None:
    browser.signs_in("anna")
    with reading(sqlite) as session:
        (account,) = session.exec(select(Account))
        assert (account.password_hash, account.closed_at) == ("", None)
    for password in ("", "x"):
        assert (
            posted(there.front, "/accesso", nome=ANNA, password=password, codice="000000").status_code == 401
        )


def test_the_sign_in_stands_in_each_kind_of_database(
    there: Town, engine: Engine, idp: IdentityProvider
) -> None:
    now, vault = datetime.now(UTC), sign_in.vault(there.here)
    who = arrival.Identity(idp.issuer, "anna", ADDRESS, SignInProof.oidc_mfa)
    assert not (there.here.state / "accessi-in-uso").exists()
    for _ in range(2):
        key = arrival.admit(there.here, engine, vault, who, NAME, address="192.0.2.1", now=now)
        assert isinstance(key, Key)
        assert (there.here.state / "accessi-in-uso").exists(), "before the door is asked anything"
        person = sign_in.who(there.here.profile, engine, vault, key.token, now=now)
        assert person is not None
        assert (person.name, person.role, person.proof) == (ANNA, "editor", "oidc_mfa")


# ------------------------------------------------------------ what an operator sees


def test_the_doctor_asks_the_provider_what_it_is(there: Town, idp: IdentityProvider) -> None:
    def said() -> Said:
        settings = Settings(
            load_profile(there.here.path), there.here.path, there.here.state, there.here.database
        )
        return people.provider(Case(settings, datetime.now(UTC)))

    assert (said().verdict, said().words) == (Verdict.good, f"{NAME} risponde.")
    idp.said[DISCOVERY] = idp.metadata(issuer="https://login.example/common")
    assert said().verdict == Verdict.failed
    assert "si chiama 'https://login.example/common', nel profilo sta" in said().detail
    idp.said[DISCOVERY] = b"<html>"
    assert (said().verdict, said().detail) == (Verdict.failed, "non risponde in JSON")
    there.rewritten(idp.issuer, f"{idp.issuer}/elsewhere")
    trouble = f"Con {NAME} nessuno entra, e approva solo chi ha un accesso suo"
    assert (said().verdict, said().words) == (Verdict.failed, f"{trouble}: ha risposto 404.")
    there.rewritten(f"{idp.issuer}/elsewhere", "http://127.0.0.1:9")
    assert (said().verdict, said().words) == (Verdict.failed, f"{trouble}.")
    (row,) = [check for check in people.CHECKS if check.id == "people.provider"]
    assert row.needs_network


def test_the_doctor_says_where_nothing_asks_for_a_second_factor(there: Town) -> None:
    def said() -> Said:
        profile = load_profile(there.here.path)
        whatsapp = profile.whatsapp.model_copy(update={"api": "https://graph.example"})
        profile = profile.model_copy(update={"stage": "trial", "whatsapp": whatsapp})
        here = Settings(profile, there.here.path, there.here.state, there.here.database)
        return people.provider(Case(here, datetime.now(UTC)))

    assert said().verdict == Verdict.attention
    assert "non gli si chiede che chi entra, e poi approva, abbia due fattori" in said().words
    there.rewritten(f'client_id = "{CLIENT}"', f'client_id = "{CLIENT}"\nrequired = {{ amr = "mfa" }}')
    assert said().verdict == Verdict.good


def test_with_a_provider_nobody_needs_an_account_of_our_own(
    there: Town, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(there.here, datetime.now(UTC))
    assert "Nessuno ha un accesso suo" in people.accounts(case).words
    browser.signs_in("anna")
    assert people.accounts(case).words == "Ognuno entra con il proprio nome; la password comune non vale più."
    monkeypatch.delenv("BOLLETTINO_OIDC_SECRET")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert "Manca BOLLETTINO_OIDC_SECRET" in configuration.login(case).words

"""Who is signed in proves once more who they are by a code: for this browser, once, and not by guessing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import Engine
from sqlmodel import Session

from db import accounts
from db.engine import reading, transaction
from db.models import SignInProof
from flows.accounts import enrolment, passwords, persons, proof, sign_in
from flows.accounts.sign_in import DAY, TRIES, TRIES_OF_CODES, TRIES_THERE, WITHIN, Tried
from flows.door.people import Key, Person, Refused
from flows.settings import Settings
from tests.world.people import PASSWORD, Member, signed_in

ANNA, THERE = "Anna Redazione", "192.0.2.7"
LOCKED = Refused(proof.LOCKED, is_for_now=True)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "PASSES", 1)


def proves(
    settings: Settings, engine: Engine, token: str, code: str, now: datetime
) -> Person | Refused | None:
    vault = sign_in.vault(settings)
    return proof.prove(settings.profile, engine, vault, token, code, now=now)


def proved_at(settings: Settings, engine: Engine, token: str, now: datetime) -> datetime | None:
    """When who is signed in there has last proved it; None where nobody is."""
    person = sign_in.who(settings.profile, engine, sign_in.vault(settings), token, now=now)
    return person.proved_at if person else None


def test_a_code_is_a_new_proof_for_this_browser_alone(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(hours=3)
    here, there = anna.key.token, signed_in(settings, engine, ANNA, now)
    assert [proved_at(settings, engine, one, later) for one in (here, there)] == [now, now]
    person = proves(settings, engine, here, anna.code(later), later)
    assert person == Person(anna.id, ANNA, "editor", "code", later, has_code=True)
    assert [proved_at(settings, engine, one, later) for one in (here, there)] == [later, now]
    assert proved_at(settings, engine, here, now + DAY) is None, "the working day is no longer for it"


def test_a_code_counts_once_whatever_it_was_used_for(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    code, token, wrong = anna.code(later), anna.key.token, Refused(proof.WRONG)
    tried = Tried(ANNA, PASSWORD, code, THERE)
    assert isinstance(
        sign_in.sign_in(settings.profile, engine, sign_in.vault(settings), tried, now=later), Key
    )
    assert proves(settings, engine, token, code, later) == wrong, "used to sign in elsewhere"
    assert proved_at(settings, engine, token, later) == now
    later += timedelta(minutes=1)
    code = anna.code(later)
    assert isinstance(proves(settings, engine, token, code, later), Person)
    for old in (code, anna.code(later - timedelta(seconds=30))):
        assert proves(settings, engine, token, old, later) == wrong
    again = sign_in.sign_in(
        settings.profile, engine, sign_in.vault(settings), Tried(ANNA, PASSWORD, code, "192.0.2.8"), now=later
    )
    assert again == Refused(sign_in.WRONG)
    assert proves(settings, engine, token, anna.code(later + timedelta(minutes=3)), later) == wrong
    assert isinstance(
        proves(settings, engine, token, anna.recovery[0].upper().replace("-", " "), later), Person
    )
    with reading(engine) as session:
        assert accounts.recovery_left(session, 1) == enrolment.RECOVERY_CODES - 1
    assert proves(settings, engine, token, anna.recovery[0], later) == wrong


def test_a_wrong_code_signs_nobody_out_and_is_counted_in_this_browser_alone(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    token, other = anna.key.token, signed_in(settings, engine, ANNA, now)
    for code in ("000000", "", "x" * 1000, "0000-0000-0000", anna.code(now))[:TRIES]:
        assert proves(settings, engine, token, code, later) == Refused(proof.WRONG)
    assert proved_at(settings, engine, token, later) == now
    for code in (anna.code(later), "000000", anna.recovery[0]):
        assert proves(settings, engine, token, code, later) == LOCKED
    assert isinstance(proves(settings, engine, other, anna.code(later), later), Person)
    tried = Tried(ANNA, PASSWORD, anna.code(later + timedelta(seconds=30)), THERE)
    let_in = sign_in.sign_in(settings.profile, engine, sign_in.vault(settings), tried, now=later)
    assert not isinstance(let_in, Refused), "nor is she kept from signing in"
    after = later + WITHIN + timedelta(seconds=1)
    assert isinstance(proves(settings, engine, token, anna.code(after), after), Person)


def test_wrong_tries_to_sign_in_keep_nobody_from_a_proof(
    settings: Settings, sqlite: Engine, now: datetime
) -> None:
    """A stranger on the town hall's network must not hold an alert back."""
    anna, later = Member(settings, sqlite, ANNA, now), now + timedelta(minutes=5)
    vault = sign_in.vault(settings)
    for password in ("wrong", PASSWORD):
        for _ in range(TRIES_THERE + TRIES_OF_CODES):
            tried = Tried(ANNA, password, "000000", THERE)
            assert isinstance(sign_in.sign_in(settings.profile, sqlite, vault, tried, now=later), Refused)
    assert isinstance(proves(settings, sqlite, anna.key.token, anna.code(later), later), Person)


@pytest.mark.parametrize("ended", ["signed out", "closed", "reset", "not in the profile", "the day is over"])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_where_nobody_is_signed_in_any_more_nothing_is_proved(
    settings: Settings,
    engine: Engine,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    ended: str,
    meanwhile: bool,
) -> None:
    """`meanwhile`: between the first look and the moment in which the account is held."""
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    token, here = anna.key.token, settings
    if ended == "the day is over":
        later = now + DAY
    if ended == "not in the profile":
        left = settings.profile.model_copy(update={"editors": settings.profile.editors[1:]})
        here = Settings(left, settings.path, settings.state)

    def end() -> None:
        if ended == "signed out":
            sign_in.sign_out(engine, sign_in.vault(settings), token, everywhere=False, now=later)
        elif ended == "closed":
            enrolment.close(engine, settings, ANNA, now=later)
        elif ended == "reset":
            enrolment.reset(settings, engine, persons.named(settings, ANNA), now=later)

    @contextmanager
    def late(of: Engine) -> Iterator[Session]:
        end()
        with transaction(of) as session:
            yield session

    if meanwhile:
        monkeypatch.setattr(proof, "transaction", late)
    else:
        end()
    assert proves(here, engine, token, anna.code(later), later) is None
    with reading(engine) as session:
        account = accounts.of(session, anna.id)
        assert account is not None
        assert account.last_step in (None, int(now.timestamp()) // 30), "nor used up"
        assert accounts.failures(session, THERE, since=now) == []


def test_whoever_was_shown_no_secret_has_no_code(settings: Settings, sqlite: Engine, now: datetime) -> None:
    """From a provider, or by the sandbox's link: their account has a secret, which nobody knows."""
    token = signed_in(settings, sqlite, ANNA, now)
    vault: Any = sign_in.vault(settings)
    with transaction(sqlite) as session:
        account = accounts.of(session, "anna-redazione")
        assert account is not None
        account.secret_sealed = vault.seal("A" * 32)
        session.add(account)
        key = sign_in.admit(session, vault, account, SignInProof.oidc, address=THERE, now=now)
    for one in (token, key.token):
        person = sign_in.who(settings.profile, sqlite, vault, one, now=now)
        assert person is not None
        assert not person.has_code
        code = TOTP("A" * 32).at(now)
        assert proves(settings, sqlite, one, code, now) == Refused(proof.NO_CODE)

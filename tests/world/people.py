"""Persons with accounts, made without a browser: what they would type, and what their browser keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx
from pyotp import TOTP
from sqlalchemy import Engine

from db import accounts
from db.engine import transaction
from db.models import SignInProof
from flows.accounts import asked, enrolment, persons, sign_in
from flows.door.people import Asked, Enrolled, Person
from flows.door.sealed_code import Proof
from flows.runs import choices
from flows.settings import Settings
from tests.world.door_front import HERE, Front
from tests.world.installation import Installation, wait_for
from tests.world.sharing import ask_who, share_the_password

PASSWORD = "cavallo corretto batteria graffetta"


class Member:
    """Somebody who has enrolled."""

    def __init__(self, settings: Settings, engine: Engine, name: str, now: datetime) -> None:
        person = persons.named(settings, name)
        vault = sign_in.vault(settings)
        token = enrolment.add(settings, engine, person, now=now).rpartition("/")[2]
        invitation = enrolment.invited(settings, engine, vault, token, now=now)
        assert invitation is not None
        self.name, self.id, self._totp = person.name, person.id, TOTP(invitation.secret)
        enrolled = enrolment.enrol(
            settings, engine, vault, token, PASSWORD, self.code(now), address="192.0.2.1", now=now
        )
        assert isinstance(enrolled, Enrolled), enrolled
        self.recovery, self.key = enrolled.recovery_codes, enrolled.key

    def code(self, at: datetime) -> str:
        return self._totp.at(at)


def signed_in(settings: Settings, engine: Engine, name: str, now: datetime) -> str:
    """The token of a browser in which this person has just signed in, with an account or without."""
    vault = sign_in.vault(settings)
    person = persons.named(settings, name)
    with transaction(engine) as session:
        account = accounts.of(session, person.id)
        if account is None or account.enrolled_at is None:
            account = accounts.begin(session, person.id, secret_sealed=vault.seal("x"), now=now)
            account.enrolled_at = now
            session.add(account)
        key = sign_in.admit(session, vault, account, SignInProof.code, address="192.0.2.1", now=now)
    return key.token


def pressed(
    settings: Settings,
    engine: Engine,
    person: str,
    at: datetime,
    *,
    key: str = "porta-1",
    use: str = "start",
    proved: timedelta = timedelta(),
) -> Proof:
    """What the door writes down of somebody (their id) who had signed in and proved it `proved` ago."""
    member = persons.with_id(settings.profile, person)
    assert member is not None
    who = Person(member.id, member.name, member.role, "code", at - proved)
    asked.note(engine, sign_in.vault(settings), Asked(key, who, use, "run", "0" * 64, at, "192.0.2.1"))
    return Proof("", at, person=person, act=key)


def posted(
    front: Front, path: str, origin: str | None = HERE, token: str = "", **fields: str
) -> httpx.Response:
    """A form as a browser sends it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"Origin": origin} if origin else {}
    headers |= {"Cookie": f"bollettino={token}"} if token else {}
    return front.http.post(path, content=urlencode(fields).encode(), headers=headers)


def member_of(installation: Installation, name: str) -> Member:
    """Who has enrolled at a server that runs, once the door and the start forms know of it, which `sorveglia`
    brings up to date.
    """
    settings = installation.settings
    member = Member(settings, installation.engine, name, datetime.now(UTC))
    with httpx.Client(trust_env=False, cookies={settings.work_pool: member.key.token}) as browser:

        def is_known() -> bool:
            return browser.get(f"{settings.prefect_address}/api/version").status_code == 200

        wait_for("the door to know who has signed in", is_known)
    with installation.at_server():
        choices.store(settings, installation.engine, now=datetime.now(UTC))
    return member


@contextmanager
def accounts_of(installation: Installation) -> Iterator[None]:
    """Whatever accounts there are by the end are gone then, and the shared password is good again."""
    with installation.at_server():  # with its secrets
        try:
            yield
        finally:
            share_the_password(installation.settings)
            ask_who(installation.settings)

"""Editors who share a password, as before anybody had an account: how most tests come to the server."""

import time
from datetime import UTC, datetime
from functools import cache

import httpx
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.settings import Settings as PrefectSettings

from db import accounts, bulletins
from db.engine import reading, transaction
from db.models import BulletinStatus
from flows.accounts import mark
from flows.deploy import deploy
from flows.runs import forms
from flows.settings import Settings

PATIENCE = 30  # seconds


def share_the_password(settings: Settings) -> None:
    """Ends all accounts, and waits until the door knows it."""
    with transaction(settings.engine()) as session:
        for account in accounts.all_of(session):
            accounts.close(session, account, now=datetime.now(UTC))
    mark.take_away(settings)
    user, _, password = settings.door_keys().people.partition(":")
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False, auth=(user, password)) as client:
        while client.get(f"{settings.prefect_address}/api/version").status_code != 200:
            assert time.monotonic() < deadline, "the shared password opens nothing"
            time.sleep(0.3)


def ask_who(settings: Settings) -> None:
    """In all forms, as a restart does: they were made for who signs in."""
    deploy(settings)
    engine = settings.engine()
    with reading(engine) as session:
        waiting = bulletins.with_status(session, BulletinStatus.in_review)
    for one in waiting:
        forms.open_review(settings, engine, one.id, now=datetime.now(UTC))


@cache
def told_prefect(address: str, credential: str) -> PrefectSettings:
    """To ask this server; made once, since Prefect takes 20 ms for it, and a test looks many times."""
    with temporary_settings({PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: credential}) as told:
        found: PrefectSettings = told
    return found

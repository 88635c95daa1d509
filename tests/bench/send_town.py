"""A town of made-up subscribers and one bulletin for all of them: for benches and the kill rehearsal."""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Engine, insert

from db import deliveries, recipients, schema
from db.engine import make_engine, transaction
from db.models import BulletinKind, BulletinStatus, Recipient, RecipientStatus, Scope
from flows.bulletin.message.exact import Message
from flows.bulletin.message.frame import Frame
from flows.sending.drain import Order
from flows.settings import DEMO, Settings, load_profile
from tests.world.builders import make_bulletin

SECRETS = {
    "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BOLLETTINO_LOOKUP_KEY": "a look-up key made up for benches only",
    "BOLLETTINO_WHATSAPP_TOKEN": "made-up-token",
    "BOLLETTINO_APP_SECRETS": "made-up-secret",
    "BOLLETTINO_VERIFY_TOKEN": "made-up-word",
}
TEXT = "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18, si passa da via Verdi."
MESSAGE = Message(
    frame=Frame("bollettino_3", "Notizie", "*1.* {{1}} *2.* {{2}} *3.* {{3}} {{4}}", "Comune", "Leggi"),
    parameters=(TEXT, TEXT, TEXT, "martedì 24 novembre"),
    button_suffix="2026-11-24",
    language="it",
)


def order(bulletin_id: int) -> Order:
    """To send that message as this bulletin."""
    return Order(bulletin_id, BulletinKind.ordinary, MESSAGE, "MARKETING")


def enter() -> None:
    """Give this process, and those it starts, the secrets of the made-up town."""
    for name, value in SECRETS.items():
        os.environ.setdefault(name, value)


def settings_for(port: int, folder: Path, database: str, per_second: float) -> Settings:
    """The demo profile with the sink at `port` and a rate that no profile may have."""
    profile = load_profile(DEMO)
    number = profile.whatsapp.model_copy(
        update={"api": f"http://127.0.0.1:{port}", "messages_per_second": per_second}
    )
    return Settings(profile.model_copy(update={"whatsapp": number}), DEMO, folder, database)


def make_database(address: str) -> Engine:
    engine = make_engine(address)
    schema.upgrade(engine)
    return engine


def fill(engine: Engine, settings: Settings, people: int) -> Order:
    """So many subscribers and a bulletin that is being sent to all of them."""
    subscribe(engine, settings, people)
    return queue(engine)


def subscribe(engine: Engine, settings: Settings, people: int) -> None:
    """So many."""
    vault, now = settings.vault(), datetime.now(UTC)
    with transaction(engine) as session:
        phones = [f"+393{number:09}" for number in range(people)]
        rows = [
            {
                "phone_sealed": vault.seal(phone),
                "phone_hash": vault.hash(phone),
                "status": RecipientStatus.active,
                "status_at": now,
                "scope": Scope.everything,
                "is_test": False,
                "strikes": 0,
            }
            for phone in phones
        ]
        session.connection().execute(insert(Recipient), rows)


def queue(engine: Engine) -> Order:
    """One more bulletin for the town."""
    now = datetime.now(UTC)
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [], status=BulletinStatus.sending, now=now)
        deliveries.plan(session, bulletin.id, recipients.query_of(session, bulletin), now=now)
        return order(bulletin.id)

"""flow: ends what has been kept long enough, each kind after its own period in the profile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from prefect import flow
from sqlalchemy import Engine
from sqlmodel import Session

from db import accounts, retention
from db.engine import forget_pages, opened, transaction
from flows.privacy.intact import load
from flows.runs import client
from flows.settings import Settings

AT_ONCE = 200  # people erased in one transaction: others write in between
WORDS = {
    "persone": "persone uscite, cancellate",
    "messaggi": "messaggi e avvisi in arrivo, cancellati",
    "risposte": "risposte, cancellate",
    "ricevute": "ricevute per persona, ridotte a totali",
    "consegne": "consegne, non più collegate a una persona",
    "lettere": "testi di email alla redazione, cancellati",
    "chiamate": "chiamate ai redattori, cancellate",
    "accessi": "righe del registro degli accessi, cancellate",
    "porta": "accessi e tentativi di accesso a Prefect, dimenticati",
}


def retain(settings: Settings, engine: Engine, *, dry_run: bool = False, now: datetime) -> dict[str, int]:
    """End everything that is due; returns how many rows of each kind. Prefect's server ends its own rows.

    Each part is a transaction of its own. A dry run counts, in each kind, what the first part would end.
    """

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    privacy = settings.profile.privacy
    left, suspended = ago(settings.profile.days_until_erasure), ago(privacy.suspended_days)

    def people(session: Session) -> int:
        return retention.people(session, left=left, suspended=suspended, limit=AT_ONCE, now=now)

    parts: dict[str, Callable[[Session], int]] = {
        "persone": people,
        "messaggi": lambda session: retention.raw_events(session, ago(privacy.raw_event_days)),
        "risposte": lambda session: retention.answers(session, ago(privacy.reply_days)),
        "ricevute": lambda session: retention.receipts(session, ago(privacy.receipt_days)),
        "consegne": lambda session: retention.deliveries(session, ago(privacy.delivery_days)),
        "lettere": lambda session: retention.letters(session, ago(privacy.letter_days)),
        "chiamate": lambda session: retention.calls(session, ago(privacy.call_days)),
        "accessi": lambda session: retention.access(session, ago(privacy.access_days)),
        "porta": lambda session: accounts.forget_old(session, now=now),
    }
    ended = dict.fromkeys(parts, 0)
    for name, part in parts.items():
        while True:
            with transaction(engine) as session:
                count = part(session)
                if dry_run:
                    session.rollback()
            ended[name] += count
            if dry_run or not count:
                break
    if not dry_run:
        with transaction(engine) as session:
            retention.late_wamids(session)
        forget_pages(engine)
    return ended


def words(ended: dict[str, int]) -> str:
    """For a person, in Italian."""
    return "\n".join(f"{WORDS[name]}: {count}" for name, count in ended.items())


@flow(name="conserva", flow_run_name=client.titled("Conservazione dei dati"))
def retain_all() -> str:
    """Cancella ciò che si è conservato abbastanza, secondo i periodi del profilo."""
    settings = load()
    with opened(settings.database) as engine:
        return words(retain(settings, engine, now=datetime.now(UTC)))

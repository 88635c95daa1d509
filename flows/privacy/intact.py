"""Whether an installation is whole before anything of it starts: its keys, its database, the files beside it.

What was lost is never quietly begun anew: an empty database has nobody to write to, and has forgotten whom it
wrote to already.
"""

from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlmodel import Session

from db import canary, schema, senders
from db.engine import opened, reading, transaction
from flows import settings as installation
from flows.settings import BollettinoError, Settings, SettingsError

WITNESS, JOURNAL = "partenze.json", "consensi.jsonl"  # in the state folder


class LostError(BollettinoError):
    """Something that this installation had is gone; the text names it and the remedy."""


def load(chosen: str | None = None) -> Settings:
    """The installation of this process, or the Comune of a fleet's with this slug, as a flow starts; see
    `require`.

    OperationalError where the database does not answer: a window tries again (`runs.waits`).
    """
    settings = installation.load(chosen)
    with opened(settings.database) as engine:
        _require(settings, engine)
    return settings


def require(settings: Settings) -> None:
    """Before a command does anything: SchemaError where the database is not of this revision, or does not
    answer, StrangeKeyError where it is not under the keys of this process.
    """
    with opened(settings.database) as engine:
        require_on(settings, engine)


def require_on(settings: Settings, engine: Engine) -> None:
    """The same with an engine of who asks."""
    with schema.explained(engine):
        _require(settings, engine)


def _require(settings: Settings, engine: Engine) -> None:
    schema.check(engine)
    with reading(engine) as session:
        require_keys(settings, session)


def require_keys(settings: Settings, session: Session) -> None:
    """StrangeKeyError where the keys of this process are another database's."""
    try:
        vault = settings.vault()
    except SettingsError:  # without keys it can neither hash nor read a number, and hears it when it wants to
        return
    canary.require(session, vault)


def require_database(settings: Settings, engine: Engine) -> None:
    """LostError where the database is not there, or empty, although the files beside it tell of one.

    SchemaError where it is there and cannot be read. One that is new has nothing beside it.
    """
    if is_there(settings):
        with schema.explained(engine):
            schema.require_sound(engine)
            if schema.current(engine) is not None:
                return
    beside = [name for name in (JOURNAL, WITNESS) if _holds_something(settings.state / name)]
    if beside:
        where = engine.url.render_as_string(hide_password=True)
        raise LostError(
            f"{where} is gone or empty, but {settings.state} holds {' and '.join(beside)} of one: "
            "restore its last backup and leave these files as they are; what it has forgotten is then asked "
            "for before anything is sent. Only to begin a new service, with nobody subscribed, move them away"
        )


def keep_keys(settings: Settings, engine: Engine) -> None:
    """Of a database that is of this revision: from now on its keys are known."""
    vault = settings.vault()
    with transaction(engine) as session:
        canary.plant(session, vault)


def missing(settings: Settings) -> list[str]:
    """Files that should lie beside a database which has lived, a line each: what is not without them."""
    ledger = settings.ledger()
    with opened(settings.database) as engine, reading(engine) as session:
        has_words, has_sent = not ledger.is_empty(session), senders.last_number(session) > 0
    lines = []
    if has_words and ledger.journal.extent() is None:
        lines.append(
            f"{ledger.journal.path} is gone or empty: after a restore nobody would know who left. Nothing is "
            "sent until a person has looked: `python -m flows witness`"
        )
    if has_sent and not _holds_something(settings.state / WITNESS):
        lines.append(
            f"{settings.state / WITNESS} is gone or empty: until the next send a restored database is "
            "recognised by the Prefect server alone"
        )
    return lines


def is_there(settings: Settings) -> bool:
    """Asked before it is opened: SQLite makes a file of what is not there."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or bool(url.database and _holds_something(Path(url.database)))


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0

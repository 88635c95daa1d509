"""A database of this version, under the keys of its installation: what it lacks, and how it comes to be."""

import time
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from db import schema, triggers
from db.engine import make_hurried, make_reader, opened, reading
from db.models import Canary
from flows.privacy import intact
from flows.settings import Settings

WAIT_MS = 5_000  # for a database that somebody holds
TRIES, TRY_MS = 10, 2_000  # of a migration while others work: whoever came behind it would wait as long


@dataclass(frozen=True)
class Base:
    """A database as it is."""

    revision: str | None  # None: there is none yet, or an empty one
    steps: tuple[str, ...] = ()  # that bring it to this version
    triggers: tuple[str, ...] = ()  # that are away
    is_tied: bool = False  # to the keys that it is under
    is_missing: bool = False  # not even an empty one is there

    @property
    def is_whole(self) -> bool:
        return self.is_tied and not (self.steps or self.triggers)


@dataclass(frozen=True)
class Brought:
    """What was done to a database, and what beside it is lost."""

    steps: tuple[str, ...]
    triggers: tuple[str, ...]  # made again
    missing: tuple[str, ...]  # a line each


def look(settings: Settings) -> Base:
    """Changes nothing, and makes no file. LostError, SchemaError or StrangeKeyError as `bring`."""
    engine = make_reader(settings.database, wait_ms=WAIT_MS)
    try:
        intact.require_database(settings, engine)
        if not intact.is_there(settings):
            return Base(None, tuple(schema.steps(None)), is_missing=schema.is_missing(engine))
        with schema.explained(engine):
            revision = schema.current(engine)
        if steps := schema.pending(engine):
            return Base(revision, tuple(steps))
        with engine.execution_options(reading=True).connect() as connection:
            away = tuple(trigger.name for trigger in triggers.missing(connection))
        with reading(engine) as session:
            intact.require_keys(settings, session)
            return Base(revision, (), away, is_tied=session.get(Canary, 1) is not None)
    finally:
        engine.dispose()


def bring(settings: Settings, *, while_others_work: bool = False) -> Brought:
    """Make it, or bring it to this version; again, it changes nothing. Keys come first: a database that none
    is tied to could be begun by one process for another.

    `while_others_work`: the code of before goes on with it elsewhere, so nothing may be taken from that, and
    no lock be waited for behind which it would stand; SchemaError where that cannot be.

    LostError where the files beside it tell of one that is gone, SchemaError where it is harmed, of a later
    version, or does not answer, StrangeKeyError where it is under other keys.
    """
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(settings.database) as engine:
        intact.require_database(settings, engine)
        settings.bring_keys()
        if steps := schema.pending(engine):
            if while_others_work:
                _expand(settings, engine)
            else:
                schema.upgrade(engine)
        made = triggers.bring_back(engine)
        intact.keep_keys(settings, engine)
        names = tuple(trigger.name for trigger in made)
        return Brought(tuple(steps), names, tuple(intact.missing(settings)))


def _expand(settings: Settings, engine: Engine) -> None:
    """On PostgreSQL a change of a table waits for whoever reads it, and all others wait behind that."""
    at = schema.current(engine)
    if at is not None and (contracting := schema.contracting(at)):
        raise schema.SchemaError(
            f"{', '.join(contracting)}: takes from the code of before what that needs: stop all hosts first"
        )
    for attempt in range(1, TRIES + 1):
        hurried = make_hurried(settings.database, wait_ms=TRY_MS)
        try:
            schema.upgrade(hurried)
        except OperationalError as exc:
            if attempt == TRIES:
                raise schema.SchemaError("others hold what is to be changed: type it again later") from exc
            time.sleep(attempt / 2)
        else:
            return
        finally:
            hurried.dispose()

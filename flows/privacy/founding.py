"""A database of this version, under the keys of its installation: what it lacks, and how it comes to be."""

from dataclasses import dataclass

from db import schema, triggers
from db.engine import make_reader, opened, reading
from db.models import Canary
from flows.privacy import intact
from flows.settings import Settings

WAIT_MS = 5_000  # for a database that somebody holds


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
        if steps := schema.steps(revision):
            return Base(revision, tuple(steps))
        with engine.execution_options(reading=True).connect() as connection:
            away = tuple(trigger.name for trigger in triggers.missing(connection))
        with reading(engine) as session:
            intact.require_keys(settings, session)
            return Base(revision, (), away, is_tied=session.get(Canary, 1) is not None)
    finally:
        engine.dispose()


def bring(settings: Settings) -> Brought:
    """Make it, or bring it to this version; again, it changes nothing. Keys come first: a database that none
    is tied to could be begun by one process for another.

    LostError where the files beside it tell of one that is gone, SchemaError where it is harmed, of a later
    version, or does not answer, StrangeKeyError where it is under other keys.
    """
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(settings.database) as engine:
        intact.require_database(settings, engine)
        settings.bring_keys()
        if steps := schema.pending(engine):
            schema.upgrade(engine)
        made = triggers.bring_back(engine)
        intact.keep_keys(settings, engine)
        names = tuple(trigger.name for trigger in made)
        return Brought(tuple(steps), names, tuple(intact.missing(settings)))

"""The lines of all Comuni, kept for a minute: several who ask at once cost one look at each.

What is ill costs no other, and nobody waits longer than they want to: whom no look has come to by then is
shown as it was, and comes first the next time. So a fleet is not looked at all at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine

from flows.doctor.reader import reader
from flows.fleet import collisions, rounds
from flows.fleet.console.line import Line
from flows.fleet.console.reading import Memory, read, unread
from flows.fleet.registry import Roll
from flows.fleet.rounds import Limits
from flows.settings import Settings

KEPT = timedelta(minutes=1)
EACH = 6.0  # seconds for one: a database is waited for as long as `reader` does
AT_ONCE = 4  # a look is our own CPU, and nearly nothing else; beside one that hangs there is room for others


@dataclass
class _Kept:
    """`at`: of the last look, well or not; None before it."""

    settings: Settings
    line: Line
    memory: Memory
    at: datetime | None = None


class Console:
    """As long as a process shows it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._turn = clock, Lock()
        self._kept: dict[str, _Kept] = {}
        self._away: set[str] = set()  # whom a look is at, be it one that was left behind
        self._compared: tuple[tuple[Settings, ...], dict[str, list[str]]] = ((), {})

    def lines(self, roll: Roll, *, patience: float) -> list[Line]:
        """Of all, by their slugs; after `patience`, in seconds, nobody is looked at any more."""
        with self._turn:
            self._know(roll)
            shared = self._shared(tuple(roll.comuni))
            self._look(patience)
            found = {slug: kept.line for slug, kept in self._kept.items()}
        found |= {slug: Line(slug) for slug in roll.ill if slug not in found}
        return [
            replace(line, ill="; ".join(filter(None, [roll.ill.get(slug), line.ill, *shared.get(slug, [])])))
            for slug, line in sorted(found.items())
        ]

    def _know(self, roll: Roll) -> None:
        """Whose profile is another one now is not known yet."""
        before = self._kept
        self._kept = {}
        for settings in roll.comuni:
            slug = settings.profile.slug
            kept = before.get(slug)
            if kept is None or kept.settings is not settings:
                kept = _Kept(settings, unread(settings), Memory())
            self._kept[slug] = kept

    def _shared(self, comuni: tuple[Settings, ...]) -> dict[str, list[str]]:
        """By slug, what it has together with others; compared again when anybody is new or changed."""
        if self._compared[0] != comuni:
            common = collisions.in_common(comuni)
            self._compared = comuni, {slug: collisions.told(own) for slug, own in common.items()}
        return self._compared[1]

    def _look(self, patience: float) -> None:
        now = self._clock()
        old = [
            kept
            for slug, kept in self._kept.items()
            if slug not in self._away and (kept.at is None or not timedelta() <= now - kept.at < KEPT)
        ]
        old.sort(key=lambda kept: (kept.at is not None, kept.at))
        outcome = rounds.every(
            Roll([kept.settings for kept in old], {}),
            "console",
            self._read,
            Limits(each=EACH, whole=patience),
            at_once=AT_ONCE,
            opening=self._opened,
        )
        for slug, line in outcome.done.items():
            self._kept[slug].line, self._kept[slug].at = line, line.read_at
        for slug, why in outcome.ill.items():
            if why != rounds.NOT_BEGUN:
                kept = self._kept[slug]
                kept.line, kept.at = unread(kept.settings, why), now

    def _read(self, settings: Settings, engine: Engine) -> Line:
        return read(settings, engine, self._kept[settings.profile.slug].memory, now=self._clock())

    @contextmanager
    def _opened(self, settings: Settings) -> Iterator[Engine]:
        self._away.add(settings.profile.slug)
        try:
            with reader(settings) as engine:
                yield engine
        finally:
            self._away.discard(settings.profile.slug)

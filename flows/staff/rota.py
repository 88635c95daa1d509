"""Who of the editors is on duty at a moment, and who is next when nobody answers.

The order of the profile is the order in which they are called. An absence counts by whole days in Rome.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flows.bulletin.language.dates import in_rome


class Person(Protocol):
    """An editor, as the profile writes one."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def on_duty(self) -> bool: ...


@dataclass(frozen=True)
class Addressee:
    """Who is written to and never called to decide: who runs the service, a place where sheets hang."""

    name: str
    email: str
    on_duty: bool = False


@dataclass(frozen=True)
class Away:
    """That somebody is absent from one day to another, both included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Duty:
    """Who is called; `is_everybody` says that nobody was left by the rules, which has to be said aloud."""

    people: tuple[Person, ...]
    is_everybody: bool = False

    @property
    def names(self) -> str:
        """`Anna Redazione e Bruno Vice`."""
        *most, last = [person.name for person in self.people]
        return f"{', '.join(most)} e {last}" if most else last


def present(people: Sequence[Person], away: Collection[Away], at: datetime) -> list[Person]:
    """Those who are not absent on that day, in the profile's order."""
    day = in_rome(at).date()
    absent = {absence.name for absence in away if absence.first <= day <= absence.last}
    return [person for person in people if person.name not in absent]


def on_duty(people: Sequence[Person], away: Collection[Away], at: datetime) -> Duty:
    """Those on duty who are there; if none is, the first of the others; if nobody is there, everybody."""
    at_work = present(people, away, at)
    if not at_work:
        return Duty(tuple(people), is_everybody=True)
    return Duty(tuple(person for person in at_work if person.on_duty) or (at_work[0],))


def next_on_duty(
    people: Sequence[Person], away: Collection[Away], at: datetime, after: Collection[str]
) -> Duty:
    """The first who is there and was not called yet; when nobody is left, everybody.

    `after` are the names of those who were called.
    """
    left = [person for person in present(people, away, at) if person.name not in after]
    return Duty((left[0],)) if left else Duty(tuple(people), is_everybody=True)


def in_turn(people: Sequence[Person], away: Collection[Away], at: datetime, called: Sequence[str]) -> Duty:
    """Who is called for what cannot wait, round and round: those on duty, then who was called least often.

    `called` are the names of those who were called, repeats included. Who comes back is called next; when
    nobody is there, those who are away are called, too.
    """
    if not called:
        return on_duty(people, away, at)
    at_work, counts = present(people, away, at), Counter(called)
    chosen = min(at_work or people, key=lambda person: counts[person.name])
    return Duty((chosen,), is_everybody=not at_work)

"""What is to be told now, from what is seen and what was told before. Pure.

A trouble counts once it is seen in two rounds: a web app that is just being started again is none; what is
certain counts at once. It is told
once, and again each day while it lasts. Its end counts after an hour; what comes back soon is told only some
hours after it was told before: what swings must not teach anybody to overlook it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.bulletin.alerts.urgent import Quiet
from flows.watchdog.memory import Known, Memory

if TYPE_CHECKING:  # who looks knows Prefect, and what is judged here others want to know without it
    from flows.watchdog.promises import Seen

LASTS = timedelta(minutes=4)  # a timer of five minutes comes some seconds sooner or later
AGAIN = timedelta(days=1) - LASTS
WELL = timedelta(hours=1)  # before an end is told
BACK = timedelta(hours=3)  # from when it was told to when it is told anew, its end in between
FORGOTTEN = timedelta(days=2)  # an end that nobody could be told of
Ids = tuple[str, ...]


@dataclass(frozen=True)
class Due:
    """Ids of what is told by each way: that it is broken, that it is over."""

    mail: Ids = ()
    text: Ids = ()
    mail_over: Ids = ()
    text_over: Ids = ()


def remembered(memory: Memory, seen: "Seen", *, now: datetime) -> Memory:
    """With what this round saw. What cannot be looked at stays as it was."""
    current = {trouble.id: trouble for trouble in seen.troubles}
    troubles: dict[str, Known] = {}
    for id_, known in memory.troubles.items():
        is_over = known.gone_at is not None and (known.is_mail_over or known.is_text_over)
        if id_ in current:
            since = now if is_over else known.since  # to be seen twice anew
            troubles[id_] = known.model_copy(update={"gone_at": None, "since": since})
        elif id_ in seen.unknown:
            troubles[id_] = known if is_over else known.model_copy(update={"gone_at": None})
        elif known.mailed_at or known.texted_at:
            gone_at = known.gone_at or now
            if now - gone_at < FORGOTTEN:
                troubles[id_] = known.model_copy(update={"gone_at": gone_at})
    for id_, trouble in current.items():
        before = troubles.get(id_)
        words = {
            "name": trouble.name,
            "words": trouble.words,
            "is_urgent": trouble.is_urgent,
            "is_certain": trouble.is_certain,
        }
        troubles[id_] = before.model_copy(update=words) if before else Known(since=now, **words)
    return memory.model_copy(update={"troubles": troubles})


def standing(memory: Memory, *, now: datetime) -> dict[str, Known]:
    """What is broken, and has been for more than one look."""
    return {
        id_: known
        for id_, known in memory.troubles.items()
        if known.gone_at is None and (known.is_certain or now - known.since >= LASTS)
    }


def due(memory: Memory, quiet: Quiet, *, now: datetime) -> Due:
    """At night nobody is woken by an SMS but for what may cost an alert."""
    is_quiet = quiet.over_at(now) > now
    lasting = standing(memory, now=now)
    over = {
        id_: known
        for id_, known in memory.troubles.items()
        if known.gone_at is not None and now - known.gone_at >= WELL
    }

    def ids(among: Mapping[str, Known], is_meant: Callable[[Known], bool]) -> Ids:
        return tuple(id_ for id_, known in among.items() if is_meant(known))

    return Due(
        mail=ids(lasting, lambda known: _is_time(known.mailed_at, now, is_over=known.is_mail_over)),
        text=ids(
            lasting,
            lambda known: (
                _is_time(known.texted_at, now, is_over=known.is_text_over)
                and (known.is_urgent or not is_quiet)
            ),
        ),
        mail_over=ids(over, lambda known: known.mailed_at is not None and not known.is_mail_over),
        text_over=ids(
            over,
            lambda known: known.texted_at is not None and not known.is_text_over and not is_quiet,
        ),
    )


def _is_time(told_at: datetime | None, now: datetime, *, is_over: bool) -> bool:
    return told_at is None or now - told_at >= (BACK if is_over else AGAIN)


def told(memory: Memory, done: Due, *, now: datetime) -> Memory:
    """After `done` was told. What is over for all who knew of it is forgotten once it may be told anew."""
    troubles = {}
    for id_, before in memory.troubles.items():
        known = before
        if id_ in done.mail:
            known = known.model_copy(update={"mailed_at": now, "is_mail_over": False})
        if id_ in done.text:
            known = known.model_copy(update={"texted_at": now, "is_text_over": False})
        if id_ in done.mail_over:
            known = known.model_copy(update={"is_mail_over": True})
        if id_ in done.text_over:
            known = known.model_copy(update={"is_text_over": True})
        if known.gone_at is None or not _is_forgotten(known, now):
            troubles[id_] = known
    return memory.model_copy(update={"troubles": troubles})


def _is_forgotten(known: Known, now: datetime) -> bool:
    ways = ((known.mailed_at, known.is_mail_over), (known.texted_at, known.is_text_over))
    return all(told_at is None or (is_over and now - told_at >= BACK) for told_at, is_over in ways)

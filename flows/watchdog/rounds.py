"""One round: look, remember, tell. What one way of telling cannot do never keeps another from being tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flows.settings import Settings
from flows.watchdog import channels, judgement, memory, units
from flows.watchdog.channels import BROKEN, OVER, UnheardError
from flows.watchdog.judgement import Due, Ids
from flows.watchdog.memory import Known, Memory
from flows.watchdog.promises import look
from flows.watchdog.trouble import Trouble

HOURLY = 5  # minutes after the hour in which a round speaks that can remember nothing
UNREMEMBERED = "il disco non prende niente: che cosa si è detto non si può ricordare, si ripete ogni ora"


@dataclass(frozen=True)
class Done:
    """`fresh`: seen for the first time, and told only when it lasts."""

    standing: tuple[Trouble, ...] = ()
    fresh: tuple[Trouble, ...] = ()
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


def go(settings: Settings, *, dry_run: bool, now: datetime, failed: str = "") -> Done:
    """With `dry_run` nobody is told, the address outside neither, and nothing is remembered.

    `failed`: a unit of systemd's that has just failed.
    """
    if dry_run:
        return _go(settings, dry_run=True, failed=failed, now=now)
    if failed:
        units.note(settings.state, failed, now=now)
    with memory.alone(settings.state):
        return _go(settings, dry_run=False, failed=failed, now=now)


def _go(settings: Settings, *, dry_run: bool, failed: str, now: datetime) -> Done:
    slots = ", ".join(
        f"{one.compose.cron}, {one.refresh.cron}, {one.dispatch.cron}"
        for one in settings.profile.weekly_slots
    )
    before = memory.with_slots(memory.load(settings.state, now=now), slots, now=now)
    seen = look(settings, first_at=before.first_at, slots_at=before.slots_at, now=now)
    fallen = units.troubles(settings, failed=failed, now=now)
    seen = replace(seen, troubles=(*seen.troubles, *fallen))
    known = judgement.remembered(before, seen, now=now)
    remembers = dry_run or memory.save(settings.state, known)
    due = judgement.due(known, settings.profile.urgent.quiet, now=now)
    lasting = judgement.standing(known, now=now)
    if not remembers:  # then a first look never becomes a second
        full = Known(since=now, name="Disco", words="Il disco non prende niente.")
        known = known.model_copy(update={"troubles": {"disk": full, **known.troubles}})
        lasting = {id_: one for id_, one in known.troubles.items() if one.gone_at is None}
        everything = tuple(lasting) if now.minute < HOURLY else ()
        due = Due(mail=everything, text=everything)
    done = Done(
        standing=tuple(_trouble(id_, one) for id_, one in lasting.items()),
        fresh=tuple(one for one in seen.troubles if one.id not in lasting),
    )
    if dry_run:
        return replace(done, told=tuple(_planned(due)))
    told, lines, errors = _tell(settings, known, due, now)
    if remembers:
        memory.save(settings.state, judgement.told(known, told, now=now))
    else:
        errors.append(UNREMEMBERED)
    try:  # not a word of it: cron sends by mail what a round prints
        channels.ping(settings, tuple(lasting), seen.unknown | seen.left_out)
    except UnheardError as exc:
        errors.append(str(exc))
    return replace(done, told=tuple(lines), untold=tuple(errors))


def _trouble(id_: str, known: Known) -> Trouble:
    return Trouble(id_, known.name, known.words, known.is_urgent, known.is_certain)


def _planned(due: Due) -> Iterator[str]:
    for ids, words in (
        (due.mail, "si scriverebbe un'e-mail"),
        (due.text, "si scriverebbe un SMS"),
        (due.mail_over, "si scriverebbe che è finito"),
    ):
        if ids:
            yield f"{words}: {', '.join(ids)}"


def _tell(settings: Settings, known: Memory, due: Due, now: datetime) -> tuple[Due, list[str], list[str]]:
    """What of it was told, in a line each, and what could not be."""
    lines: list[str] = []
    errors: list[str] = []

    def by(way: Callable[..., int], what: str, kind: str, ids: Ids) -> Ids:
        if not ids:
            return ()
        troubles = {id_: known.troubles[id_] for id_ in ids}
        try:
            count = way(settings, kind, troubles, now=now)
        except UnheardError as exc:
            errors.append(f"{what}: {exc}")
            return ()
        if count:
            lines.append(f"{what} a {count}: {', '.join(one.name for one in troubles.values())}")
        return ids

    return (
        Due(
            mail=by(channels.mail, "e-mail", BROKEN, due.mail),
            text=by(channels.sms, "SMS", BROKEN, due.text),
            mail_over=by(channels.mail, "e-mail che è finito", OVER, due.mail_over),
            text_over=by(channels.sms, "SMS che è finito", OVER, due.text_over),
        ),
        lines,
        errors,
    )

"""How each Comune of a fleet is doing, in a line: from its files and its database alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from db import bulletins, recipients, schema
from db.engine import reading
from db.models import WAITING
from flows.doctor import heartbeat
from flows.doctor.reader import reader
from flows.draft.slots import closed_days, slot_after
from flows.fleet import apart
from flows.fleet.membership import troubles
from flows.fleet.registry import Fleet
from flows.settings import Settings


@dataclass(frozen=True)
class Condition:
    """Of one Comune; what nobody can say is None."""

    slug: str
    ill: str = ""  # why it is not served as it should be
    last_round: datetime | None = None  # of `sorveglia`
    waiting: int | None = None  # drafts that nobody has decided of
    next_slot: datetime | None = None
    subscribers: int | None = None
    revision: str | None = None


def conditions(fleet: Fleet, *, now: datetime) -> Iterator[Condition]:
    """Of all, in the order of their names."""
    roll = fleet.roll()
    well = {settings.profile.slug: settings for settings in roll.comuni}
    common = apart.in_common(roll.comuni)
    for slug in sorted([*well, *roll.ill]):
        if slug not in well:
            yield Condition(slug, roll.ill[slug])
            continue
        found = _of(well[slug], now=now)
        ills = [*([found.ill] if found.ill else []), *apart.told(common.get(slug, {}))]
        yield replace(found, ill="; ".join(ills))


def _of(settings: Settings, *, now: datetime) -> Condition:
    slug, last = settings.profile.slug, heartbeat.last_beat(settings.state)
    revision = None
    try:
        with reader(settings) as engine:
            with schema.explained(engine):
                revision = schema.current(engine)
                schema.check(engine)
            with reading(engine) as session:
                slot = slot_after(settings.profile, now, closed_days(session, now))
                return Condition(
                    slug,
                    _silence(last, now),
                    last,
                    len(bulletins.with_status(session, *WAITING)),
                    slot.dispatch_at if slot else None,
                    recipients.subscribed(session),
                    revision,
                )
    except Exception as exc:  # noqa: BLE001  it must not cost the others
        return Condition(slug, troubles.words(exc), last, revision=revision)


def _silence(last: datetime | None, now: datetime) -> str:
    if last is None:
        return "sorveglia has made no round yet"
    return (
        f"sorveglia has made no round since {last:%Y-%m-%d %H:%M} UTC"
        if now - last > heartbeat.TOO_OLD
        else ""
    )

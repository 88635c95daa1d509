"""What comes: the next sends with who is on duty, days without one, absences, and the news that wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import bulletins, days_off
from db.models import WAITING, Bulletin, BulletinKind, BulletinStatus
from flows.bulletin.choosing.selection import briefly, notes, way_out
from flows.bulletin.language.dates import ROME, giorno, giorno_ora, in_rome, ora
from flows.bulletin.status import STATUS
from flows.draft import undo
from flows.draft.items import ranked, read_situation, times
from flows.draft.slots import closed_days, slot_after
from flows.newsroom.line import Step, artifact, form, order, outside
from flows.settings import Settings
from flows.staff import duty

AHEAD = timedelta(days=21)
QUEUE = 20  # lines


@dataclass(frozen=True)
class Day:
    """A line of the calendar."""

    day: date
    words: str
    on_duty: str = ""  # names
    steps: tuple[Step, ...] = ()
    is_send: bool = False

    @property
    def called(self) -> str:
        return giorno(self.day)


def calendar(settings: Settings, session: Session, now: datetime) -> list[Day]:
    """The next three weeks, the earliest first."""
    first, last = in_rome(now).date(), in_rome(now + AHEAD).date()
    days = [
        Day(
            first,
            "oggi, per allerte e avvisi urgenti",
            duty.on_duty(session, settings.profile, now).names,
            (order("scrivere un avviso urgente", "avviso-urgente"), order("segnare un'assenza", "assenza")),
        )
    ]
    days += [*_sends(settings, session, now), *_without(settings, session, first, last)]
    days += [
        _away(settings, session, row.editor, max(row.first, first), row.last)
        for row in days_off.known_absences(session, first=first, last=last)
    ]
    return sorted(days, key=lambda day: (day.day, not day.is_send, day.words))


def _away(settings: Settings, session: Session, editor: str, first: date, last: date) -> Day:
    words = f"{editor}: assente fino a {giorno(last)} compreso"
    steps = (order("annullarla o segnarne un'altra", "assenza"),)
    return Day(first, words, _on_duty(settings, session, first), steps)


def _on_duty(settings: Settings, session: Session, day: date) -> str:
    """At its noon."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=ROME)
    return duty.on_duty(session, settings.profile, at).names


def _sends(settings: Settings, session: Session, now: datetime) -> Iterator[Day]:
    entered, moment = closed_days(session, now), now
    to_compose = [order("prepararla prima del suo orario", "componi")]  # `componi` takes the first
    while (slot := slot_after(settings.profile, moment, entered)) and slot.dispatch_at <= now + AHEAD:
        moment = slot.deadline_at
        row = bulletins.of_slot(session, BulletinKind.ordinary, slot.dispatch_at)
        state = f"bollettino {STATUS[row.status]}" if row else "bozza non ancora preparata"
        is_same_day = in_rome(slot.deadline_at).date() == in_rome(slot.dispatch_at).date()
        due = f"le {ora(slot.deadline_at)}" if is_same_day else giorno_ora(slot.deadline_at)
        due = f", da approvare entro {due}" if row is None or row.status in WAITING else ""
        no_send = order("segnare che quel giorno non si invia", "chiusura")
        steps = _of(session, row, now) if row else (*to_compose, no_send)
        to_compose = to_compose if row else []
        moved = ", spostato qui da un giorno di chiusura" if slot.is_moved else ""
        yield Day(
            slot.dispatch_at.date(),
            f"invio alle {ora(slot.dispatch_at)}{due}{moved}: {state}",
            duty.on_duty(session, settings.profile, slot.deadline_at).names,
            steps,
            is_send=True,
        )


def _of(session: Session, row: Bulletin, now: datetime) -> tuple[Step, ...]:
    """What is next for the bulletin of a slot; of one that leaves or has left the rest of the page tells."""
    if row.status in WAITING:
        return (form("apri il modulo", row.id),)
    if row.status == BulletinStatus.approved:
        return artifact("il testo approvato", f"bozza-{row.id}"), order("riaprirlo", "riapri")
    if undo.can_come_back(session, row, now=now):
        return (order("ripensaci: riaprilo", "riapri"),)
    return (artifact("la bozza", f"bozza-{row.id}"),)


def _without(settings: Settings, session: Session, first: date, last: date) -> Iterator[Day]:
    """Days on which a bulletin would have left, and the closures that persons entered."""
    usual = {slot.dispatch.weekday for slot in settings.profile.weekly_slots}
    for day in sorted(settings.profile.closures.on(first, last)):
        if day.weekday() in usual:
            words = "giorno di festa o di chiusura: nessun bollettino, solo allerte e avvisi urgenti"
            yield Day(
                day, words, _on_duty(settings, session, day), (order("segnare altri giorni", "chiusura"),)
            )
    for row in days_off.known_closures(session, first=first, last=last):
        note = f" ({row.note})" if row.note else ""
        begins = max(row.first, first)
        words = f"nessun bollettino fino a {giorno(row.last)} compreso{note}, solo allerte e avvisi urgenti"
        steps = (order("annullarla o segnarne un'altra", "chiusura"),)
        yield Day(begins, words, _on_duty(settings, session, begins), steps)


@dataclass(frozen=True)
class News:
    """A line of the queue: a title that leads to its page, and what is known of it."""

    title: str
    note: str
    address: str  # "": none that a browser opens


@dataclass(frozen=True)
class Queue:
    """The news that no bulletin tells yet, best first; `more` are not listed, `left_out` will not be told."""

    lines: tuple[News, ...]
    more: int
    left_out: int
    reasons: tuple[News, ...] = ()  # of these, a line each
    others: tuple[str, ...] = ()  # of these that are too many, a line a reason
    hints: tuple[str, ...] = ()


def queue(settings: Settings, session: Session, now: datetime) -> Queue:
    """As the next draft would take them; while one waits, they can be added to it."""
    entered = closed_days(session, now)
    slot = slot_after(settings.profile, now, entered)
    sends_at, due = (slot.dispatch_at, slot.deadline_at) if slot else (None, None)
    when = times(settings, sends_at, due, now, entered)
    selection = ranked(settings, read_situation(settings, session, when))
    waiting = (*selection.chosen, *selection.queue)
    named, others = briefly(selection.left_out)
    return Queue(
        tuple(News(one.title, notes(one), outside(one.url)) for one in waiting[:QUEUE]),
        max(len(waiting) - QUEUE, 0),
        len(selection.left_out),
        tuple(News(one.title, one.reason, outside(one.url)) for one in named),
        tuple(others),
        tuple(way_out(selection.left_out, waiting)),
    )

"""flows: an editor's absence, or days without a bulletin, entered or taken back; minded from that moment.

Both silence the service or move its calls: who enters them proves it as an approval is proved, and everybody
is told at once, who has to stand in for them too. With nobody left all are called.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from prefect import State, get_run_logger
from pydantic import Field
from sqlalchemy import Engine

from db import bulletins, days_off
from db.engine import transaction
from db.models import PUBLIC, Bulletin, BulletinStatus
from flows.bulletin.language.dates import ROME, giorno, giorno_ora, in_rome
from flows.deploy import EDITORS, LIST
from flows.door.sealed_code import NO_CODE, Proof
from flows.draft.slots import closed_days, slot_after
from flows.letters import orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError, NotProvedError
from flows.runs import choices, client
from flows.runs.flow import flow
from flows.settings import Settings
from flows.staff import duty, rota
from flows.staff.mail import post

NOT_NOTED = "NON REGISTRATA"
ONESELF = "Chi è assente"  # who enters it, where nobody else is chosen
LONGEST = 366  # days of one absence: more is a slip of the pen


@dataclass(frozen=True)
class Noted:
    """What became of an entry, or in a dry run would; `words` are for the person who made it."""

    is_accepted: bool
    words: str


def note_absence(
    settings: Settings,
    engine: Engine,
    *,
    who: str,
    first: date,
    last: date,
    note: str = "",
    cancel: bool = False,
    by: str = "",
    proof: Proof = NO_CODE,
    dry_run: bool = False,
    now: datetime,
) -> Noted:
    """Store an absence, or take it back; what cannot be is told and nothing is stored.

    `by`: who enters it, where that is not the one who is away.
    """
    editor = settings.profile.editor(who)
    if editor is None:
        names = ", ".join(person.name for person in settings.profile.editors)
        return Noted(False, f"{who!r} non è nel profilo. I nomi sono: {names}.")
    if wrong := _slip("L'assenza", first, last, now):
        return Noted(False, wrong)
    person = acts.judge(settings, engine, by or editor.name, proof, now=now)
    days = _days(first, last)
    with transaction(engine) as session:
        if cancel:
            gone = days_off.cancel_absence(session, editor=editor.name, first=first, last=last, now=now)
            how_many = "l'assenza" if len(gone) == 1 else f"{len(gone)} assenze"
            words = f"Annullato: {how_many} di {editor.name}, {days}." if gone else ""
        else:
            days_off.enter_absence(
                session, editor=editor.name, first=first, last=last, note=note.strip(), now=now
            )
            words = f"Assenza di {editor.name}, {days}."
        there = _on_duty(settings, [*duty.away(session, first, last)], first, last)
        alone = [day for day, one in there if one.is_everybody]
        if words and not cancel and not alone:
            called = dict.fromkeys(person.name for _, one in there for person in one.people)
            words += f" Di turno in quei giorni: {', '.join(called)}."
        if words and not cancel:
            words += _left_alone(settings, [*duty.away(session, first, last)], [day for day, _ in there])
        if words and alone:
            words += f" ATTENZIONE: non resta nessuno {giorno(alone[0])}"
            words += f" e in altri {len(alone) - 1} giorni" if len(alone) > 1 else ""
            words += ": in quei giorni si scrive a tutti, anche a chi è assente."
        if words:
            acts.note(settings, session, person, "assenza", words, now=now)
        if dry_run:
            session.rollback()
    if not words:
        return Noted(False, f"{editor.name} non ha assenze {days}: non c'è niente da annullare.")
    return Noted(True, words)


def _slip(what: str, first: date, last: date, now: datetime) -> str:
    """What is wrong with the days, in Italian; "" when nothing is."""
    if last < first:
        return f"{what} finisce ({giorno(last)}) prima di cominciare ({giorno(first)})."
    if (last - first).days >= LONGEST:
        return f"{what} dura più di un anno: controlla le date."
    if last < in_rome(now).date():
        return f"{what} è già finita ({giorno(last)}): controlla l'anno."
    return ""


def _days(first: date, last: date) -> str:
    return f"da {giorno(first)} a {giorno(last)}" if first != last else giorno(first)


def note_closure(
    settings: Settings,
    engine: Engine,
    *,
    who: str,
    first: date,
    last: date,
    note: str = "",
    cancel: bool = False,
    proof: Proof = NO_CODE,
    dry_run: bool = False,
    now: datetime,
) -> Noted:
    """Store days without a bulletin, or take them back; what cannot be is told and nothing is stored.

    `who` closes them, and everybody is told.
    A bulletin that was composed for such a day before is left to its editor, who is told.
    """
    if wrong := _slip("La chiusura", first, last, now):
        return Noted(False, wrong)
    person = acts.judge(settings, engine, who, proof, now=now)
    days = _days(first, last)
    with transaction(engine) as session:
        if cancel:
            gone = days_off.cancel_closure(session, first=first, last=last, now=now)
            words = f"Annullate {len(gone)} chiusure, {days}." if gone else ""
        else:
            days_off.enter_closure(session, first=first, last=last, note=note.strip(), now=now)
            which = "in quel giorno" if first == last else "in quei giorni"
            words = f"Chiusura {days}: {which} non si prepara nessun bollettino."
        following = slot_after(settings.profile, now, closed_days(session, now))
        already = [
            bulletin
            for bulletin in bulletins.with_status(session, *ALREADY)
            if bulletin.slot_at and first <= in_rome(bulletin.slot_at).date() <= last
        ]
        told = [_already(one) for one in already]
        if not cancel and first == last and any(one.status in PUBLIC for one in already):
            session.rollback()  # nothing of that day is left to close
            open_from = giorno(last + timedelta(days=1))
            why = " ".join(f"{one[:1].upper()}{one[1:]}" for one in told)
            return Noted(False, f"È tardi per {days}. {why} Scegli da {open_from} in poi.")
        attention = "" if cancel else "".join(f" ATTENZIONE: {one}" for one in told)
        if words:
            acts.note(settings, session, person, "chiusura", words + attention, now=now)
        if dry_run:
            session.rollback()
    if not words:
        return Noted(False, f"Non ci sono chiusure {days}: non c'è niente da annullare.")
    if following:
        words += f" Il prossimo bollettino è quello di {giorno_ora(following.dispatch_at)}."
    order = settings.profile.urgent.standing_order
    unless = ", salvo l'ordine permanente del Comune" if order and order.expires >= first else ""
    words += (
        f"{attention} Allerte e avvisi urgenti si preparano anche nei giorni di chiusura e vanno "
        f"approvati{unless}: si scrive a chi è di turno."
    )
    return Noted(True, words)


_WAITS = 'il bollettino {number} di {day} aspetta già. Se non deve partire scegli "Non inviare" nel modulo.'
ALREADY = {
    BulletinStatus.draft: _WAITS,
    BulletinStatus.in_review: _WAITS,
    BulletinStatus.approved: (
        "il bollettino {number} di {day} è già approvato e parte. Se non deve partire riaprilo."
    ),
    BulletinStatus.sending: "il bollettino {number} di {day} sta già partendo. Per fermarlo usa «ferma».",
    BulletinStatus.stopped: "il bollettino {number} di {day} ha già cominciato a partire, e adesso è fermo.",
    BulletinStatus.sent: "il bollettino {number} di {day} è già partito.",
}
CLOSED = "il bollettino {number} di {day} ha già cominciato a partire, ed è stato chiuso prima della fine."


def _already(bulletin: Bulletin) -> str:
    """What has become of a bulletin of those days; of one that a person closed, not that all of it left."""
    is_closed = bulletin.status_reason == "closed_by_hand"
    words = CLOSED if is_closed else ALREADY[bulletin.status]
    return words.format(number=bulletin.id, day=giorno(bulletin.slot_at or bulletin.created_at))


def _on_duty(
    settings: Settings, away: list[rota.Away], first: date, last: date
) -> list[tuple[date, rota.Duty]]:
    """Who is called on each of the days."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    noon = [datetime(day.year, day.month, day.day, 12, tzinfo=ROME) for day in days]
    return [
        (day, rota.on_duty(settings.profile.editors, away, at)) for day, at in zip(days, noon, strict=True)
    ]


def _left_alone(settings: Settings, away: list[rota.Away], days: list[date]) -> str:
    """On which days one person alone is there; "" where there is none."""
    editors = settings.profile.editors
    noon = [datetime(day.year, day.month, day.day, 12, tzinfo=ROME) for day in days]
    there = [rota.present(editors, away, at) for at in noon]
    alone = [(day, people[0].name) for day, people in zip(days, there, strict=True) if len(people) == 1]
    if not alone:
        return ""
    names = ", ".join(dict.fromkeys(name for _, name in alone))
    more = ""
    if len(alone) > 1:
        more = f" e {giorno(alone[1][0])}" if len(alone) == 2 else f" e in altri {len(alone) - 1} giorni"
    return (
        f" C'è una persona sola ({names}) {giorno(alone[0][0])}{more}, e nessuno la sostituisce. Se non "
        f"risponde: per un bollettino scriviamo anche a chi è assente; per un'allerta o un avviso urgente "
        f"scriviamo di nuovo solo a {names}. Ciò che si approva in due parte solo se approva anche chi è "
        "assente: gli scriviamo dopo la prima approvazione."
    )


def _labelled(title: str) -> Any:
    """A label of the form; Prefect 3.9 writes the parameter's name over a plain `Field(title=...)`."""
    return Field(json_schema_extra={"title": title})


@flow(name="assenza", flow_run_name=client.titled("Assenza di {who}"))
def absence(
    who: Annotated[str, Field(title="Chi è assente", json_schema_extra={LIST: EDITORS})],
    first_day: Annotated[date, _labelled("Dal giorno")],
    last_day: Annotated[date, _labelled("Al giorno (compreso)")],
    note: Annotated[str, _labelled("Nota per i colleghi (facoltativa, niente motivi di salute)")] = "",
    cancel: Annotated[bool, _labelled("Annulla l'assenza già segnata per i giorni scritti sopra")] = False,
    chi: Annotated[str, Field(title="Chi sei", json_schema_extra={LIST: EDITORS})] = ONESELF,
    codice: Annotated[str, _labelled(acts.FIELD_TITLE)] = "",
) -> str | State[str]:
    """Segna quando un redattore non c'è: al suo posto si chiama il successivo."""
    proof = client.proof(codice)
    by = acts.own_name(load(), "" if chi == ONESELF else chi, proof)
    entry = partial(note_absence, who=who, first=first_day, last=last_day, note=note, cancel=cancel, by=by)
    return _enter(entry, proof, by or who)


def _enter(note: Callable[..., Noted], proof: Proof, who: str) -> str | State[str]:
    """What a form says; a slip of the pen is answered as any other order that was not done."""
    settings = load()
    engine = settings.engine()
    try:
        noted = note(settings, engine, proof=proof, now=datetime.now(UTC))
    except NotProvedError as exc:
        return orders.refused(settings, engine, exc, who=who, what=NOT_NOTED)
    if not noted.is_accepted:
        return orders.refused(settings, engine, NotDoneError(noted.words), who=who, what=NOT_NOTED)
    orders.done(settings, engine, noted.words)
    if trouble := post(settings, engine, now=datetime.now(UTC)).trouble:
        get_run_logger().warning("%s", trouble)
    return noted.words


@flow(name="chiusura", flow_run_name=client.titled("Chiusura"))
def closure(
    first_day: Annotated[date, _labelled("Dal giorno")],
    last_day: Annotated[date, _labelled("Al giorno (compreso)")],
    chi: Annotated[str, choices.WHO] = "",
    note: Annotated[str, _labelled("Nota per i colleghi (facoltativa)")] = "",
    cancel: Annotated[bool, _labelled("Annulla la chiusura già segnata per i giorni scritti sopra")] = False,
    codice: Annotated[str, _labelled(acts.FIELD_TITLE)] = "",
) -> str | State[str]:
    """Segna i giorni senza bollettino, oltre alle feste e a quelli del profilo."""
    proof = client.proof(codice)
    chi = acts.own_name(load(), chi, proof)
    entry = partial(note_closure, who=chi, first=first_day, last=last_day, note=note, cancel=cancel)
    return _enter(entry, proof, chi)

"""What the service promises, and whether it is kept at this moment. Nothing here changes anything.

Each look is bounded in time and costs no other: what is gone is what shall be told.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from db import bulletins, handovers, mail_outbox, senders, sources
from db.engine import StoreError, reading
from db.models import Bulletin, BulletinKind, BulletinStatus, SourceKind
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.status import counted, named, title
from flows.doctor import composition, heartbeat, machine, people, public, whatsapp
from flows.doctor import sources as sources_read
from flows.doctor.asking import examine
from flows.doctor.finding import Case, Check, Verdict
from flows.doctor.reader import reader
from flows.doctor.wire import UnreachedError, ask
from flows.draft.slots import last_composed
from flows.profiles.given import MissingError
from flows.settings import Settings
from flows.sources.alerts import alert_addresses
from flows.watchdog import backups
from flows.watchdog.trouble import Trouble

MEGABYTE = 1_000_000
ALERTS_WITHIN = timedelta(hours=1)
MARGIN = timedelta(minutes=15)  # `sorveglia` closes what is past its time within five
EVERY = timedelta(minutes=5)  # a round of `sorveglia`, and of ours
SILENT = EVERY + timedelta(minutes=1)  # a round of it that is so late is missed
A_DAY = timedelta(days=1)
MAIL_WITHIN = timedelta(minutes=30)  # the next round hands a letter over, later ones try again

AGAIN = "Per prepararla adesso avviatelo a mano"
AT_ONCE = "Per inviare adesso avviatelo a mano con la casella «Invia appena approvato»"


@dataclass(frozen=True)
class Seen:
    """`unknown`: ids of promises that nothing is known of, for instance for the database does not answer.
    `left_out`: of those that this installation does not make.
    """

    troubles: tuple[Trouble, ...]
    unknown: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


Asked = Callable[[Settings, Session, datetime, datetime], "Trouble | None"]


def look(settings: Settings, *, first_at: datetime, slots_at: datetime | None = None, now: datetime) -> Seen:
    """`first_at`: since when this is looked at; what never happened is missed from then on. `slots_at`: since
    when with the slots that the profile has, where these are younger.
    """
    found: list[Trouble | None] = [
        _disk(settings),
        _web(settings),
        _prefect(settings, first_at, now),
        backups.backup(settings, first_at, now),
        backups.drill(settings, first_at, now),
    ]
    unknown: set[str] = set()
    with ExitStack() as stack:
        engine = None
        try:
            engine = stack.enter_context(reader(settings))
            since = dict.fromkeys(IN_DATABASE, first_at) | {"slots": slots_at or first_at}
            with reading(engine) as session:
                found += [one(settings, session, since[id_], now) for id_, one in IN_DATABASE.items()]
        except (SQLAlchemyError, StoreError, OSError) as exc:
            words = f"Il database non risponde ({type(exc).__name__})."
            found.append(Trouble("database", "Database", words, is_urgent=True))
            unknown = set(IN_DATABASE)
        examined, unexamined, left_out = _examined(Case(_with_token(settings), now, engine=engine))
    found += examined
    unknown |= unexamined
    left_out |= set() if settings.profile.backup else {"backup", "drill"}
    troubles = [trouble for trouble in found if trouble is not None]
    broken = {trouble.id for trouble in troubles}
    besides = {id_ for id_, causes in TOLD_BY.items() if id_ in broken and causes & broken}
    return Seen(
        tuple(one for one in troubles if one.id not in besides),
        frozenset(unknown | besides),
        frozenset(left_out),
    )


def _examined(case: Case) -> tuple[list[Trouble], set[str], set[str]]:
    """What the doctor finds broken, and the ids of what he could not look at, and of what is none here."""
    findings = [one for one in examine(case, FROM_DOCTOR) if not one.is_left_out]
    troubles, unknown = [], set()
    left_out = {check.id for check in FROM_DOCTOR} - {one.id for one in findings}
    for check in FROM_DOCTOR:
        own = [one for one in findings if one.id == check.id]
        broken = [one for one in own if one.verdict == Verdict.failed]
        if broken:
            words = " ".join(f"{one.name}: {one.words}" if len(own) > 1 else one.words for one in broken)
            troubles.append(Trouble(check.id, check.name, words, is_urgent=check.id in URGENT))
        elif any(one.verdict == Verdict.unknown for one in own):
            unknown.add(check.id)
    return troubles, unknown, left_out


def _with_token(settings: Settings) -> Settings:
    """Of the secrets that the others need, its unit has the token alone: it opens and seals nothing."""
    found = copy(settings)
    try:
        found.secrets = settings.secrets_without(
            "encryption_keys", "lookup_key", "app_secrets", "verify_token"
        )
    except MissingError:  # no token: what is asked with it is not known then
        return settings
    return found


def _disk(settings: Settings) -> Trouble | None:
    least = settings.profile.watchdog.free_megabytes
    try:
        free = shutil.disk_usage(settings.state).free / MEGABYTE
    except OSError as exc:
        return Trouble("disk", "Disco", f"La cartella dell'installazione non c'è ({exc.strerror}).")
    if free >= least:
        return None
    return Trouble(
        "disk", "Disco", f"Restano {free:.0f} MB, ne servono {least}: un disco pieno perde i DISATTIVA."
    )


def _web(settings: Settings) -> Trouble | None:
    try:
        status = ask(f"{settings.web_address}/salute").status
    except UnreachedError:
        return Trouble("web", "Applicazione web", "Non risponde: ATTIVA e DISATTIVA non arrivano.")
    if status == 200:
        return None
    return Trouble("web", "Applicazione web", f"Risponde {status}: non può scrivere ciò che le arriva.")


def _prefect(settings: Settings, first_at: datetime, now: datetime) -> Trouble | None:
    """The canary: not that its server answers, but that what is scheduled is done.

    Told within a quarter of an hour of its last round: it is missed by two of ours, the second of which comes
    five minutes after one that may have come just before `SILENT` was over.
    """
    last = heartbeat.last_beat(settings.state)
    age = now - (last or first_at)
    if age <= (SILENT if last else heartbeat.TOO_OLD):
        return None
    since = f"da {giorno_ora(last)}" if last else "e non l'ha mai fatto"
    try:
        is_up = ask(f"{settings.prefect_address}/api/health").status == 200
    except UnreachedError:
        is_up = False
    why = "il suo server risponde" if is_up else "il suo server non risponde"
    words = f"Il controllo ogni cinque minuti non si fa {since} ({why}): non parte e non scade più niente."
    # our round before this one saw it late, by less than makes it missed; after a longer silence the machine
    # itself may just have been started
    is_second = 2 * EVERY < age <= 2 * SILENT
    return Trouble("prefect", "Prefect", words, is_urgent=True, is_certain=is_second)


def _alerts(settings: Settings, session: Session, first_at: datetime, now: datetime) -> Trouble | None:
    """Of any issuer: two may state different things. What is for editors' eyes only is no promise."""
    oldest: datetime | None = None
    for kind, address in alert_addresses(settings.profile):
        if kind == SourceKind.meteoalarm:
            continue
        source = sources.find(session, address)
        read = (source.succeeded_at if source else None) or first_at
        oldest = min(oldest or read, read)
    if oldest is None or now - oldest <= ALERTS_WITHIN:
        return None
    words = (
        f"Una fonte non si legge da {giorno_ora(oldest)}: un'allerta può sfuggirci. Guardate a mano il sito "
        "della Protezione Civile."
    )
    return Trouble("alerts", "Allerte", words, is_urgent=True)


def _slots(settings: Settings, session: Session, first_at: datetime, now: datetime) -> Trouble | None:
    """What was never drafted, and what nobody has closed: of the rest the editors were written."""
    lines = [
        *_uncomposed(settings, session, first_at, now),
        *_undecided(session, now),
        *_unsent(session, timedelta(minutes=settings.profile.grace_minutes), now),
    ]
    if not lines:
        return None
    return Trouble("slots", "Bollettini", f"{'; '.join(lines)}.")


def _uncomposed(settings: Settings, session: Session, first_at: datetime, now: datetime) -> Iterator[str]:
    """That `componi` did not come to its end between when it was due and its deadline, and there is no draft.

    Not beside a Prefect that does not make its rounds, which is told by itself: once it does, it makes up for
    the runs that are late. Nor a day after the send, for nobody can do anything about it any more.
    """
    beat = heartbeat.last_beat(settings.state)
    due = last_composed(settings.profile, session, now - MARGIN)
    if beat is None or now - beat > SILENT or due is None or due[0] < first_at:
        return
    at, slot = due
    marks = composition.marks(settings.state)
    if (
        now - slot.dispatch_at > A_DAY
        or any(at <= mark.at < slot.deadline_at for mark in marks)
        or bulletins.of_slot(session, BulletinKind.ordinary, slot.dispatch_at)
    ):
        return
    yield (
        f"{title(slot.dispatch_at)}: non c'è nessuna bozza. «componi» doveva prepararla {giorno_ora(at)} e "
        f"non è arrivato in fondo ({_said(marks)}): in Prefect la sua esecuzione dice perché. "
        f"{AGAIN if now < slot.deadline_at else AT_ONCE}"
    )


def _said(marks: Sequence[composition.Mark]) -> str:
    if not marks:
        return "finora non è mai successo"
    came = "bozza pronta" if marks[-1].is_drafted else "niente da inviare"
    return f"l'ultima volta {giorno_ora(marks[-1].at)}, per il {title(marks[-1].slot_at)}: {came}"


def _undecided(session: Session, now: datetime) -> Iterator[str]:
    for bulletin in bulletins.with_status(session, BulletinStatus.draft, BulletinStatus.in_review):
        if bulletin.deadline_at is not None and now > bulletin.deadline_at + MARGIN:
            yield f"{named(bulletin)}: il termine per decidere è passato, e nessuno l'ha chiuso"


def _unsent(session: Session, grace: timedelta, now: datetime) -> Iterator[str]:
    for bulletin in bulletins.with_status(session, BulletinStatus.approved, BulletinStatus.sending):
        if now <= bulletins.send_at(session, bulletin) + grace + MARGIN:
            continue
        if bulletin.status == BulletinStatus.approved:
            yield f"{named(bulletin)}: è approvato e non è partito"
        elif _stands_still(session, bulletin, now):
            yield f"{named(bulletin)}: è partito a metà e non va avanti"


def _stands_still(session: Session, bulletin: Bulletin, now: datetime) -> bool:
    """People who send by hand are slower than any grace."""
    by_hand = handovers.of(session, bulletin.id) is not None
    return not by_hand and not senders.is_sending(session, bulletin.id, now=now)


def _mail(settings: Settings, session: Session, first_at: datetime, now: datetime) -> Trouble | None:  # noqa: ARG001
    count = mail_outbox.waiting(session, before=now - MAIL_WITHIN)
    if not count:
        return None
    many = counted(count, "e-mail aspetta", "e-mail aspettano")
    return Trouble("mail", "Posta", f"{many} da più di mezz'ora: ai redattori non arriva niente.")


FROM_DOCTOR = (
    Check("clock", "Macchina", "Orologio", machine.often_asked_clock, needs_network=True),
    Check("templates", "WhatsApp", "Modelli di WhatsApp", whatsapp.often_asked_templates, needs_network=True),
    Check("echo", "Da fuori", "Eco da fuori", public.often_asked_echo, needs_network=True),
    Check("certificate", "Da fuori", "Certificato", public.certificates, needs_network=True),
    Check("token", "WhatsApp", "Chiave di WhatsApp", whatsapp.token, needs_network=True),
    Check("duty", "Persone", "In turno", people.duty),
    Check("news", "Fonti", "Notizie", sources_read.news),
    Check("provider", "Persone", "Account del Comune", people.provider, needs_network=True),
)
"""What the doctor looks at, too, and who runs the service must hear of within a quarter of an hour."""
URGENT = frozenset({"clock", "token", "templates", "provider"})  # no code is taken, no alert can leave
TOLD_BY = {"echo": frozenset({"web", "certificate"})}
"""A promise -> those whose breach breaks it, too: it is not told besides them."""

IN_DATABASE: dict[str, Asked] = {"alerts": _alerts, "slots": _slots, "mail": _mail}

"""The bulletins as the editors' page lists them: what waits for a person, what leaves, what left or did not.

Read from our own rows, where the decisions live: a run that was cancelled in Prefect waits for nobody.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func
from sqlmodel import Session, select

from db import acts, bulletins, call_outbox, deliveries, handovers, senders, sign_offs
from db.models import Approval, Bulletin, BulletinKind, BulletinStatus, BulletinVersion, SignOffWord
from db.recipients import PUT_RIGHT
from flows.bulletin.alerts.text import END, what_ends
from flows.bulletin.language.dates import giorno_ora, scadenza
from flows.bulletin.language.measure import thousands
from flows.bulletin.language.shorten import one_line
from flows.bulletin.status import (
    REASONS,
    STATUS,
    counted,
    is_only_new,
    is_only_repeated,
    named,
    title,
)
from flows.draft import undo
from flows.draft.days import at_once
from flows.draft.missed import begin_before, come_before
from flows.draft.slots import START_AFTER, TODAY, TURN
from flows.newsroom.accounts import Accounts
from flows.newsroom.line import Line, Step, artifact, capital, form, order, run
from flows.sending import channel, hold, parts
from flows.sending.certificate import SETTLED_AFTER, signers
from flows.sending.drain import UntrueError
from flows.sending.ending import IN_TURN
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail_text import to_whom

SENT, ENDED = 10, 10  # lines
MATTER = 90  # characters of what a fixed text is about
CORRECTED = "già corretto, con un messaggio di correzione"
FRESH = timedelta(days=14)  # what ended without a send is worth a line
UNSETTLED = timedelta(days=7)  # after which what is uncertain stays so
TO_APPROVE = STATUS[BulletinStatus.in_review]
NOT_SENT = (
    BulletinStatus.rejected,
    BulletinStatus.merged,
    BulletinStatus.expired,
    BulletinStatus.missed,
)


def waiting(settings: Settings, session: Session, now: datetime) -> list[Line]:
    """What waits for an editor: forms, lists to send by hand, what was stopped, what is late or uncertain."""
    with_status = partial(bulletins.with_status, session)
    lines = [
        Line(called(row), "si sta preparando", (), (form("il modulo, appena è pronto", row.id),))
        for row in with_status(BulletinStatus.draft)
    ]
    lines += [_review(settings, session, row, now) for row in with_status(BulletinStatus.in_review)]
    lines += [_stopped(settings, session, row, now) for row in with_status(BulletinStatus.stopped)]
    lines += [
        _by_hand(session, row, handover.run_id)
        for row in with_status(BulletinStatus.sending)
        if (handover := handovers.of(session, row.id)) is not None
    ]
    lines += [
        _late(session, row)
        for row in with_status(BulletinStatus.approved)
        if is_late(settings, session, row, now)
    ]
    for bulletin_id, count in deliveries.older(session, before=now - SETTLED_AFTER).items():
        row = session.get_one(Bulletin, bulletin_id)
        if now - row.status_at < UNSETTLED and row.status == BulletinStatus.sent:
            lines.append(_uncertain(row, count))
    return sorted(lines, key=lambda line: not line.is_urgent)  # stable: then as they came


def _review(settings: Settings, session: Session, row: Bulletin, now: datetime) -> Line:
    version = bulletins.latest(session, row.id)
    state = TO_APPROVE
    problems = version.problems.splitlines() if version is not None else []
    if problems and not is_only_repeated(problems):
        state = "da rileggere" if is_only_new(problems) else "da correggere"
    elif version is not None and (name := _signed_by(session, row, version)):
        state = f"{name} ha approvato: serve una seconda persona"
    if row.deadline_at:
        items = bulletins.items(session, version) if version else []
        comma = "" if state == TO_APPROVE else ","
        due = f"{at_once(row, items, now)}entro {scadenza(row.deadline_at)}"
        today = begin_before(row, items, now) or come_before(settings, session, row, now)
        parts = [f"{state}{comma} {due}", *([TODAY] if today else []), _who(settings, session, row, now)]
        state = "; ".join(parts)
    opened = run("apri il modulo (⋮, Resume)", row.review_run_id)
    draft = artifact("come si vede e da dove viene", f"bozza-{row.id}")
    return Line(
        called(row),
        state,
        topics(session, row),
        (*opened, draft) if opened else (form("il modulo si apre fra poco", row.id), draft),
        is_urgent=row.kind != BulletinKind.ordinary,
    )


def _who(settings: Settings, session: Session, row: Bulletin, now: datetime) -> str:
    """Who was written to, of what cannot wait; else who is on duty."""
    names = list(dict.fromkeys(call.editor for call in call_outbox.of(session, row.id)))
    if names:
        return f"abbiamo scritto {to_whom(' e '.join(names))}"
    return f"di turno {duty.on_duty(session, settings.profile, now).names}"


def _signed_by(session: Session, row: Bulletin, version: BulletinVersion) -> str:
    """Who has approved exactly this version, and nothing was taken back since; "" for nobody.

    As it is stored: whether the approval is genuine shows the form, whose process has the keys.
    """
    words = sign_offs.of(session, row.id)
    if not words or words[-1].said != SignOffWord.approve or words[-1].version_number != version.number:
        return ""
    query = select(func.max(Approval.voided_at)).where(Approval.bulletin_id == row.id)
    taken_back = [
        session.exec(query).one(),
        *(act.at for act in acts.of(session, row.id) if act.verb == acts.REOPEN),
    ]
    return "" if any(at is not None and at >= words[-1].at for at in taken_back) else words[-1].name


def _by_hand(session: Session, row: Bulletin, run_id: str | None) -> Line:
    lists = run("apri le liste da spuntare", run_id)
    return Line(called(row), "da inviare a mano", topics(session, row), lists, is_urgent=True)


def _stopped(settings: Settings, session: Session, row: Bulletin, now: datetime) -> Line:
    count = deliveries.certificate(session, row.id)
    details = [f"{_remaining(count.open)} di {thousands(count.planned)}."]
    steps = [order("nessun altro deve riceverlo: chiudi", "chiudi")]
    items = hold.sealed_items(session, row.id)
    try:
        hold.require_right(settings, session, row, items, now=now)
        why = hold.too_late(settings, row, items, now)
    except UntrueError as exc:
        why = str(exc)
    if why:  # `riprendi` would say the same
        details.append(why)
    else:
        steps.insert(0, order("il testo è giusto: riprendi", "riprendi"))
    with_box = ", con la casella «L'invio è fermato»" if row.kind not in PUT_RIGHT else ""
    wrong = f"il testo è sbagliato: correggi{with_box}"
    if with_box and hold.is_corrected(session, row):
        wrong = f"chi non l'ha ricevuto: correggi, stessa riga e stesso testo giusto{with_box}"
    steps.insert(-1, order(wrong, "correggi"))
    return Line(
        called(row),
        f"invio fermato {giorno_ora(row.status_at)}: {_whose(settings, session, row, now)}",
        tuple(details),
        tuple(steps),
        is_urgent=not parts.waits(row),
    )


def _whose(settings: Settings, session: Session, row: Bulletin, now: datetime) -> str:
    """Why a send has stopped, and who decides; nobody has to where it goes on by itself."""
    reason = row.status_reason or ""
    why = REASONS.get(reason, reason).rstrip(".") or "non si sa perché"
    decides, has_stopped_it = duty.of_stopped(session, settings.profile, row, now)
    if parts.waits(row):
        return why
    if has_stopped_it:
        return f"decide {decides.names}, che lo ha fermato"
    who = "chi legge per primo" if decides.is_everybody else f"chi è di turno, {decides.names}"
    return f"{why}; decide {who}"


def _remaining(count: int) -> str:
    return "Ne resta 1" if count == 1 else f"Ne restano {thousands(count)}"


def is_late(settings: Settings, session: Session, row: Bulletin, now: datetime) -> bool:
    """Approved, and not on its way at its moment; in a fleet a slot's run waits for its turn first."""
    sealed = bulletins.approved(session, row.id)
    if sealed is None:
        return False
    if row.slot_at is None or settings.fleet is None:
        return now > (row.slot_at or sealed[0].decided_at) + START_AFTER
    return now > row.slot_at + min(TURN, timedelta(minutes=settings.profile.grace_minutes) / 2)


def _late(session: Session, row: Bulletin) -> Line:
    return Line(
        called(row),
        f"approvato, e non è ancora partito: doveva partire {giorno_ora(bulletins.send_at(session, row))}",
        topics(session, row),
        (order("farlo partire", "riprendi"),),
        is_urgent=True,
    )


def _uncertain(row: Bulletin, count: int) -> Line:
    what = counted(count, "messaggio di cui non si sa", "messaggi di cui non si sa")
    return Line(
        called(row),
        f"{what} se è arrivato" if count == 1 else f"{what} se sono arrivati",
        (),
        (order("dichiararlo o mandarli di nuovo", "incerti"),),
    )


def leaving(settings: Settings, session: Session, now: datetime) -> list[Line]:
    """What is on its way, then what is approved and has its hour before it."""
    lines = []
    for row in bulletins.with_status(session, BulletinStatus.sending):
        if handovers.of(session, row.id) is not None:  # a person's matter: it waits for them
            continue
        count = deliveries.certificate(session, row.id)
        done = count.planned - count.open
        rests = row.status_reason == IN_TURN and not senders.is_sending(session, row.id, now=now)
        turn = ", il resto dopo i primi messaggi degli altri Comuni" if rests else ""
        lines.append(
            Line(
                called(row),
                f"in invio: {thousands(done)} di {thousands(count.planned)}{turn}",
                topics(session, row),
                (order("FERMALO", "ferma"),),
                is_urgent=True,
            )
        )
    lines += [
        _approved(settings, session, row, now)
        for row in bulletins.with_status(session, BulletinStatus.approved)
        if not is_late(settings, session, row, now)
    ]
    return lines


def _approved(settings: Settings, session: Session, row: Bulletin, now: datetime) -> Line:
    sealed = bulletins.approved(session, row.id)
    when = giorno_ora(row.slot_at) if row.slot_at and now <= row.slot_at + START_AFTER else "fra un momento"
    how = "si invia a mano" if channel.by_hand(settings, session, row) else "parte"
    by = f", approvato da {' e '.join(signers(settings, session, sealed[0]))}" if sealed else ""
    return Line(
        called(row),
        f"{how} {when}{by}",
        topics(session, row),
        (artifact("il testo approvato", f"bozza-{row.id}"), order("riaprirlo", "riapri")),
    )


def sent(settings: Settings, session: Session, accounts: Accounts, now: datetime) -> list[Line]:
    """The last ones, the newest first."""
    return [
        Line(
            called(row),
            f"{giorno_ora(row.sent_at or row.status_at)}: {accounts.of(session, row, now).words}",
            (*topics(session, row), *([CORRECTED] if hold.is_corrected(session, row) else [])),
            (
                Step("la pagina dei cittadini", f"{settings.profile.servers.public}/b/{row.code}"),
                *certificate(settings, row, now),
                order("correggere un errore", "correggi"),
            ),
        )
        for row in bulletins.newest(session, BulletinStatus.sent, limit=SENT)
    ]


def certificate(settings: Settings, row: Bulletin, now: datetime) -> tuple[Step, ...]:
    """Its page, for as long as Prefect keeps it."""
    kept = timedelta(days=settings.profile.privacy.run_days)
    return (artifact("il certificato", f"certificato-{row.id}"),) if now - row.status_at < kept else ()


def ended(settings: Settings, session: Session, now: datetime) -> list[Line]:
    """What was decided or ran out lately and did not leave, the newest first."""
    names = {editor.name for editor in settings.profile.editors}  # else it was the program
    return [
        Line(
            called(row),
            f"{STATUS[row.status]}, {_when_and_who(row, names)}",
            topics(session, row),
            (*_again(session, row, now), artifact("il testo della bozza", f"bozza-{row.id}")),
        )
        for row in bulletins.newest(session, *NOT_SENT, limit=ENDED)
        if now - row.status_at < FRESH
    ]


def _again(session: Session, row: Bulletin, now: datetime) -> tuple[Step, ...]:
    can_return = undo.can_come_back(session, row, now=now)
    return (order("ripensaci: riaprilo", "riapri"),) if can_return else ()


def _when_and_who(row: Bulletin, names: Collection[str]) -> str:
    """What ran out was ended by nobody, whoever answered after it."""
    if row.status == BulletinStatus.expired:
        return scadenza(row.deadline_at or row.status_at)
    return f"{giorno_ora(row.status_at)}{f' ({row.status_by})' if row.status_by in names else ''}"


def called(row: Bulletin) -> str:
    """`Bollettino di martedì 1 dicembre`, `Bollettino da inviare subito`, `Messaggio urgente`."""
    return capital(title(row.slot_at) if row.kind == BulletinKind.ordinary else named(row))


def topics(session: Session, row: Bulletin) -> tuple[str, ...]:
    """What it tells, a title each: as it was approved, else as it stands; of a fixed text its title and its
    matter, as `ARANCIONE (livello 3 su 4) per temporali forti`, of an alert's end that it ends."""
    sealed = bulletins.approved(session, row.id)
    version = sealed[1] if sealed else bulletins.latest(session, row.id)
    items = bulletins.items(session, version) if version else []
    if row.template and items:
        what = what_ends([item.text for item in items]) if row.template == END else items[0].text
        lines = [items[0].title, one_line(what, MATTER)]
        return tuple(dict.fromkeys(line for line in lines if line))
    return tuple(item.title for item in items)

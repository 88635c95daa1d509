"""The bulletins as the editors' page lists them: what waits for a person, what leaves, what left or did not.

Read from our own rows, where the decisions live: a run that was cancelled in Prefect waits for nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db import bulletins, deliveries, handovers, outcomes, sign_offs
from db.models import Bulletin, BulletinKind, BulletinStatus, Receipt, SignOffWord
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.measure import thousands
from flows.bulletin.status import REASONS, STATUS, counted, named, people, title
from flows.draft import undo
from flows.newsroom.line import Line, Step, artifact, capital, order, run
from flows.settings import Settings

SENT, ENDED = 10, 10  # lines
FRESH = timedelta(days=14)  # what ended without a send is worth a line
UNSETTLED = timedelta(days=7)  # after which what is uncertain stays so
TO_APPROVE = STATUS[BulletinStatus.in_review]
NOT_SENT = (
    BulletinStatus.rejected,
    BulletinStatus.merged,
    BulletinStatus.expired,
    BulletinStatus.missed,
)


def waiting(session: Session, now: datetime) -> list[Line]:
    """What waits for an editor: forms, lists to send by hand, what was stopped, what is late or uncertain."""
    lines = [_review(session, row) for row in bulletins.with_status(session, BulletinStatus.in_review)]
    going = bulletins.with_status(session, BulletinStatus.sending, BulletinStatus.stopped)
    for row in going:
        handover = handovers.of(session, row.id)
        if handover is not None and handover.run_id:
            lines.append(
                Line(
                    called(row),
                    "da inviare a mano",
                    topics(session, row),
                    run("apri le liste da spuntare", handover.run_id),
                )
            )
        elif row.status == BulletinStatus.stopped:
            lines.append(_stopped(session, row))
    lines += [
        _late(session, row)
        for row in bulletins.with_status(session, BulletinStatus.approved)
        if row.slot_at is not None and row.slot_at <= now
    ]
    for bulletin_id, count in deliveries.older(session, before=now).items():
        row = session.get_one(Bulletin, bulletin_id)
        if now - row.status_at < UNSETTLED:
            lines.append(_uncertain(row, count))
    return sorted(lines, key=lambda line: not line.is_urgent)  # stable: then as they came


def _review(session: Session, row: Bulletin) -> Line:
    version = bulletins.latest(session, row.id)
    words = sign_offs.of(session, row.id)
    state = TO_APPROVE
    if version is not None and version.problems:
        state = "da rileggere o da correggere"
    elif version is not None and words and words[-1].said == SignOffWord.approve:
        is_of_this = words[-1].version_number == version.number
        state = f"{words[-1].name} ha approvato: serve una seconda persona" if is_of_this else state
    if row.deadline_at:
        at_once = "subito, al più tardi " if row.template else ""
        comma = "" if state == TO_APPROVE else ","
        state = f"{state}{comma} {at_once}entro {giorno_ora(row.deadline_at)}"
    form = run("apri il modulo (⋮, Resume)", row.review_run_id)
    draft = artifact("come si vede e da dove viene", f"bozza-{row.id}")
    return Line(
        called(row),
        state,
        topics(session, row),
        (*form, draft) if form else (Step("il modulo si riapre fra qualche minuto", "/v2/runs"), draft),
        is_urgent=row.kind != BulletinKind.ordinary,
    )


def _stopped(session: Session, row: Bulletin) -> Line:
    count = deliveries.certificate(session, row.id)
    reason = row.status_reason or ""
    return Line(
        called(row),
        f"invio fermato {giorno_ora(row.status_at)}: {REASONS.get(reason, reason) or 'non si sa perché'}",
        (f"Ne restano {thousands(count.open)} di {thousands(count.planned)}.",),
        (
            order("farlo ripartire", "riprendi"),
            order("chiuderlo così", "chiudi"),
        ),
        is_urgent=True,
    )


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
        (order("dichiararlo o rimandarli", "incerti"),),
    )


def leaving(session: Session, now: datetime) -> list[Line]:
    """What is on its way, then what is approved and leaves by itself."""
    lines = []
    for row in bulletins.with_status(session, BulletinStatus.sending):
        count = deliveries.certificate(session, row.id)
        done = count.planned - count.open
        lines.append(
            Line(
                called(row),
                f"in invio: {thousands(done)} di {thousands(count.planned)}",
                topics(session, row),
                (order("FERMALO", "ferma"),),
                is_urgent=True,
            )
        )
    for row in bulletins.with_status(session, BulletinStatus.approved):
        sealed = bulletins.approved(session, row.id)
        if row.slot_at is None or row.slot_at <= now or sealed is None:
            continue
        lines.append(
            Line(
                called(row),
                f"parte {giorno_ora(row.slot_at)}, approvato da {sealed[0].approver}",
                topics(session, row),
                (
                    artifact("il testo approvato", f"bozza-{row.id}"),
                    order("riaprirlo", "riapri"),
                ),
            )
        )
    return lines


def sent(settings: Settings, session: Session) -> list[Line]:
    """The last ones, the newest first."""
    return [sent_line(settings, session, row) for row in _newest(session, (BulletinStatus.sent,), SENT)]


def sent_line(settings: Settings, session: Session, row: Bulletin) -> Line:
    count = deliveries.certificate(session, row.id)
    receipts = outcomes.by_receipt(session, row.id)
    read, arrived = receipts[Receipt.read], receipts[Receipt.read] + receipts[Receipt.delivered]
    parts = [f"a {people(count.accepted + count.declared)} su {thousands(count.planned)}"]
    if arrived:
        parts.append(f"arrivati {thousands(arrived)}, letti almeno {thousands(read)}")
    if count.failed:
        parts.append(f"non arrivati {thousands(count.failed)}")
    if count.uncertain:
        parts.append(f"incerti {thousands(count.uncertain)}")
    return Line(
        called(row),
        f"inviato {giorno_ora(row.sent_at or row.status_at)}, {'; '.join(parts)}",
        topics(session, row),
        (
            Step("la pagina dei cittadini", f"{settings.profile.servers.public}/b/{row.code}"),
            artifact("il certificato", f"certificato-{row.id}"),
            order("correggere un errore", "correggi"),
        ),
    )


def ended(session: Session, now: datetime) -> list[Line]:
    """What was decided or ran out lately and did not leave, the newest first."""
    return [
        Line(
            called(row),
            f"{STATUS[row.status]}, {giorno_ora(row.status_at)} ({row.status_by})",
            topics(session, row),
            (order("ripensaci: riaprilo", "riapri"),) if undo.can_come_back(session, row, now=now) else (),
        )
        for row in _newest(session, NOT_SENT, ENDED)
        if now - row.status_at < FRESH
    ]


def called(row: Bulletin) -> str:
    """`Bollettino di martedì 1 dicembre`, `Bollettino da inviare subito`, `Messaggio urgente`."""
    return capital(title(row.slot_at) if row.kind == BulletinKind.ordinary else named(row))


def topics(session: Session, row: Bulletin) -> tuple[str, ...]:
    """What it tells, a title each: as it was approved, else as it stands; of a fixed text its matter."""
    sealed = bulletins.approved(session, row.id)
    version = sealed[1] if sealed else bulletins.latest(session, row.id)
    items = bulletins.items(session, version) if version else []
    return tuple(item.title for item in (items[:1] if row.template else items))


def _newest(session: Session, statuses: Sequence[BulletinStatus], limit: int) -> list[Bulletin]:
    newest = col(Bulletin.status_at).desc(), col(Bulletin.id).desc()
    query = select(Bulletin).where(col(Bulletin.status).in_(statuses)).order_by(*newest)
    return list(session.exec(query.limit(limit)))

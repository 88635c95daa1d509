"""Who is called for a bulletin that cannot wait: the next on the rota, until somebody decides or it ends.

Looked at when a draft is made, after every answer, and by watch every five minutes. Whose turn it is, is
decided and stored under the bulletin's lock, so that two processes never call twice for one turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, call_outbox, mail_outbox, recipients, sign_offs, weather_alerts
from db.engine import transaction
from db.models import (
    WAITING,
    Bulletin,
    BulletinKind,
    BulletinVersion,
    Call,
    CallChannel,
    CallStatus,
    WeatherAlert,
)
from flows.bulletin.alerts.text import ALERT, END, what_ends
from flows.bulletin.language.dates import in_rome, scadenza
from flows.bulletin.status import people
from flows.draft.days import begins_ahead
from flows.letters.briefing import briefing
from flows.profiles.comune import Editor
from flows.review.sign_off import signed_by
from flows.sending import restored
from flows.sending.provider import category
from flows.settings import BollettinoError, Settings
from flows.staff import duty as desk
from flows.staff import rota
from flows.staff.call_text import LOST, Pace, Summons
from flows.staff.calls import TEMPLATE, Leaving, phone_of, place, ways
from flows.staff.mail import tell
from flows.staff.mail_text import to_whom

KINDS = (BulletinKind.urgent, BulletinKind.all_clear)
PATIENCE = timedelta(minutes=5)  # from a call to the alarm that none has left
LIMIT = 20  # calls that leave in one round
# where the profile names no page of the alerts
ITS_SITE = "sul sito di chi la pubblica (se non sai dov'è chiedi a chi gestisce il servizio)"


class UnreachableError(BollettinoError):
    """Something cannot wait, and no editor can be called. The text is Italian, for the operator."""


@dataclass(frozen=True)
class _Case:
    """A bulletin that waits, as those who are called see it."""

    bulletin: Bulletin
    version: BulletinVersion
    calls: list[Call]  # about this text, oldest first
    editors: list[Editor]  # who may decide
    rows: list[WeatherAlert]  # what it announces
    answered_at: datetime | None


def call(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> bool:
    """Store the calls of the next turn if it is somebody's turn now; tells whether.

    Raises UnreachableError when no way leads to any editor.
    """
    with transaction(engine) as session:
        case = _case(settings, session, bulletin_id, now)
        if case is None or not _pace(settings).is_due(
            case.calls, case.answered_at, _begins(settings, case, now), now
        ):
            return False
        duty = _turn(settings, session, case, now)
        turn = 1 + max((row.turn for row in call_outbox.of(session, bulletin_id)), default=0)
        until = now + timedelta(minutes=settings.profile.urgent.call_every_minutes)
        until = min(until, case.bulletin.deadline_at or until)
        called = [*_called(case.calls), *(editor.name for editor in duty)]
        for editor in duty:
            letter = _letter(settings, session, case, editor, called, until, now)
            for channel, hint in ways(settings, editor):
                letter_id = None
                if channel == CallChannel.email:
                    letter_id = _write(settings, session, case, editor, turn, letter, now)
                call_outbox.queue(
                    session,
                    bulletin_id=bulletin_id,
                    version_number=case.version.number,
                    turn=turn,
                    editor=editor.name,
                    channel=channel,
                    until=until,
                    hint=hint,
                    letter_id=letter_id,
                    now=now,
                )
    return True


def deliver(settings: Settings, engine: Engine, *, now: datetime) -> list[str]:
    """Let the calls by WhatsApp and SMS that wait leave; what went wrong, in Italian."""
    leaving = []
    with transaction(engine) as session:
        for row in call_outbox.claim(session, (CallChannel.whatsapp, CallChannel.sms), limit=LIMIT, now=now):
            case = _case(settings, session, row.bulletin_id, now)
            editor = next((person for person in settings.profile.editors if person.name == row.editor), None)
            phone = phone_of(settings, editor) if editor else None
            if case is None or editor is None or phone is None:  # decided on, or out of the profile by now
                call_outbox.settle(session, row.id, CallStatus.late, code="no_use", now=now)
                continue
            try:
                summons = _summons(settings, session, case, editor, _called(case.calls), row.until, now)
            except (ValueError, LookupError) as exc:  # a text that is not as expected costs no other call
                call_outbox.settle(session, row.id, CallStatus.refused, code=type(exc).__name__, now=now)
                continue
            leaving.append(Leaving(row, summons, phone, category(settings, session, TEMPLATE)))
    return place(settings, engine, leaving, now=now)


def unheard(settings: Settings, engine: Engine, *, now: datetime) -> list[str]:
    """A line for each bulletin that cannot wait and for which not one call has left, in Italian."""
    lines = []
    with transaction(engine) as session:
        for bulletin in bulletins.with_status(session, *WAITING):
            case = _case(settings, session, bulletin.id, now)
            rows = case.calls if case else []
            if rows and now - rows[0].called_at >= PATIENCE and all(_is_lost(row) for row in rows):
                codes = ", ".join(sorted({row.code or row.status.value for row in rows}))
                lines.append(
                    f"Bollettino {bulletin.id}: NESSUNA CHIAMATA è partita ({codes}). "
                    "Avvisa a voce chi è di turno."
                )
    return lines


def _is_lost(row: Call) -> bool:
    return row.status in (*LOST, CallStatus.queued)


def _case(settings: Settings, session: Session, bulletin_id: int, now: datetime) -> _Case | None:
    """None when it can wait, or waits no longer."""
    bulletin = bulletins.locked(session, bulletin_id)
    if bulletin.kind not in KINDS or bulletin.status not in WAITING:
        return None
    version = bulletins.latest(session, bulletin_id)
    if version is None or (bulletin.deadline_at is not None and now > bulletin.deadline_at):
        return None
    versions = bulletins.versions(session, bulletin_id)
    signed = {row.version_number for row in sign_offs.of(session, bulletin_id)}
    # a new text, or what one of two persons said of it, calls anew
    since = max(
        (text.number for text in versions if text.answered_run_id is None or text.number in signed), default=0
    )
    answers = [text.created_at for text in versions if text.number > since]
    approvers = signed_by(settings.vault(), session, bulletin, version)
    editors = [editor for editor in settings.profile.editors if editor.id not in approvers]
    return _Case(
        bulletin,
        version,
        [row for row in call_outbox.of(session, bulletin_id) if row.version_number >= since],
        editors or settings.profile.editors,
        [row for item in bulletins.items(session, version) for row in weather_alerts.told_by(session, item)],
        max(answers, default=None),
    )


def _pace(settings: Settings) -> Pace:
    urgent = settings.profile.urgent
    return Pace(timedelta(minutes=urgent.call_every_minutes), urgent.quiet)


def _begins(settings: Settings, case: _Case, now: datetime) -> datetime | None:
    """When what it announces begins; an end is nothing to wake anybody for. None: at once."""
    if case.bulletin.kind == BulletinKind.all_clear:
        return now + timedelta(days=1)
    pressing = [row.onset for row in case.rows if row.level in settings.profile.urgent.levels]
    return min(pressing, default=None)


def _called(rows: Sequence[Call]) -> list[str]:
    """Who was called, a name for each turn."""
    return [name for _, name in dict.fromkeys((row.turn, row.editor) for row in rows)]


def _turn(settings: Settings, session: Session, case: _Case, now: datetime) -> list[Editor]:
    """Whose turn it is now, of those to whom a way leads."""
    editors = _next(settings, session, case, _called(case.calls), now)
    if not editors:
        raise UnreachableError(
            f"Bollettino {case.bulletin.id}: non si può chiamare nessuno. Mancano [mail] nel profilo e i "
            "telefoni (BOLLETTINO_PHONE_...)."
        )
    return editors


def _next(
    settings: Settings, session: Session, case: _Case, called: Sequence[str], at: datetime
) -> list[Editor]:
    """Whose turn it is at that moment when those in `called` did not answer."""
    reached = {editor.name: editor for editor in case.editors if ways(settings, editor)}
    if not reached:
        return []
    day = in_rome(at).date()
    duty = rota.in_turn([*reached.values()], desk.away(session, day, day), at, called)
    return [reached[person.name] for person in duty.people]


def _with_phone(settings: Settings, editor: Editor) -> str:
    phone = phone_of(settings, editor)
    return f"{editor.name}, tel. {phone.get_secret_value()}" if phone else editor.name


def _summons(
    settings: Settings,
    session: Session,
    case: _Case,
    editor: Editor,
    called: Sequence[str],
    until: datetime,
    now: datetime,
) -> Summons:
    """What a call of this editor says; it names the telephone of who is next, so it is stored nowhere."""
    what, short = _subject(session, case)
    following = _next(settings, session, case, called, until)
    is_alone = [person.name for person in following] == [editor.name]
    by_order = _ordered(settings, session, case, now)
    return Summons(
        what=what,
        short=short,
        until=until,
        is_alone=is_alone,
        after="di nuovo a te"
        if is_alone
        else to_whom(" e ".join(_with_phone(settings, person) for person in following)),
        otherwise=_otherwise(session, case, by_order),
        ending="parte da sola" if by_order else "NON si invia",
        is_last=_is_last(case, until),
        due=None if by_order else case.bulletin.deadline_at,
        begins=begins_ahead(case.bulletin, bulletins.items(session, case.version), now),
        link=settings.review_link(case.bulletin.code),
        prova=settings.profile.prova,
    )


def _is_last(case: _Case, until: datetime) -> bool:
    """Whether nobody is called after this turn: it ends with the bulletin's own time."""
    return case.bulletin.deadline_at is not None and until >= case.bulletin.deadline_at


def _otherwise(session: Session, case: _Case, by_order: bool) -> str:
    count = recipients.head_count(session, case.bulletin)
    if by_order:
        return f"parte da sola, per ordine permanente, a {people(count)}"
    return f"NON si invia niente, a nessuna delle {people(count)}" if count > 1 else "NON si invia niente"


def _subject(session: Session, case: _Case) -> tuple[str, str]:
    """What is to be decided on: as the message tells it, and in two words."""
    texts = [item.text for item in bulletins.items(session, case.version)]
    level = max((row.level for row in case.rows), key=lambda level: level.rank, default=None)
    if case.bulletin.template == END:
        what = what_ends(texts)
        return f"{what}; adesso: {texts[3]}", f"{what.split()[0].upper()} ALLERTA"
    if case.bulletin.template == ALERT and level is not None:
        return f"allerta {', '.join(texts[:2])}", f"ALLERTA {level.upper()}"
    return f"avviso urgente: {', '.join(texts[:2])}", "AVVISO URGENTE"


def _ordered(settings: Settings, session: Session, case: _Case, now: datetime) -> bool:
    """Whether a standing order sends it without an answer."""
    order = settings.profile.urgent.standing_order
    return bool(
        order
        and order.in_force(now)
        and case.bulletin.template == ALERT
        and case.bulletin.kind == BulletinKind.urgent
        and any(row.level in order.levels for row in case.rows)
        and not restored.is_recent(settings, session, now=now)
    )


def _letter(
    settings: Settings,
    session: Session,
    case: _Case,
    editor: Editor,
    called: Sequence[str],
    until: datetime,
    now: datetime,
) -> dict[str, str]:
    """The values of the call by e-mail, with the whole text. Names no telephone: letters are stored."""
    what, short = _subject(session, case)
    about = briefing(settings, session, case.bulletin, case.version, reader=editor.name, now=now)
    sources = [item.url for item in bulletins.items(session, case.version) if item.url]
    otherwise = _otherwise(session, case, _ordered(settings, session, case, now))
    following = " e ".join(person.name for person in _next(settings, session, case, called, until))
    is_alone = following == editor.name
    asked = {row.editor: row.called_at for row in reversed(case.calls) if row.editor != editor.name}
    again = "di nuovo" if following in asked else "anche"
    others = f"scriviamo {again} {to_whom(following)}; puoi rispondere ancora tu"
    then = (
        f"ti scriviamo di nuovo{_without_who_is_away(session, case, editor, until)}" if is_alone else others
    )
    before = ", ".join(f"{name} ({in_rome(at):%-H:%M})" for name, at in asked.items())
    page = next(iter(sources), None)
    source = [page] if page else []
    if case.bulletin.template in (
        ALERT,
        END,
    ):  # the Comune's site is no source of these
        page = page or settings.profile.sources.alerts_page
        source = [bulletins.items(session, case.version)[-1].text, page or ITS_SITE]
    return {
        **about.values,
        "cosa": what[:1].upper() + what[1:],
        "in_breve": short,
        "poi": ""
        if _is_last(case, until)
        else f"Se alle {in_rome(until):%-H:%M} non ha risposto nessuno {then}. ",
        "chiamati": f"Già avvisati, senza risposta: {before}.\n" if before else "",
        "esito_senza_risposta": f"{otherwise}.{_ends_anyway(case)}",
        "fonte": f"Controlla anche la fonte: {' - '.join(source)}\n\n" if source else "",
        "link": settings.review_link(case.bulletin.code),
    }


def _without_who_is_away(session: Session, case: _Case, editor: Editor, at: datetime) -> str:
    """That nobody is called who is away, of a call to one who is there; where all are away, all are."""
    day = in_rome(at).date()
    there = [person.name for person in rota.present(case.editors, desk.away(session, day, day), at)]
    is_left_out = editor.name in there and len(there) < len(case.editors)
    return " (a chi è assente non chiediamo di approvare)" if is_left_out else ""


def _ends_anyway(case: _Case) -> str:
    """Of an end that is not announced, when what was announced ends by its own words."""
    if case.bulletin.template != END or not case.rows:
        return ""
    return f" L'allerta annunciata scade comunque {scadenza(max(row.expires for row in case.rows))}."


def _write(
    settings: Settings,
    session: Session,
    case: _Case,
    editor: Editor,
    turn: int,
    values: Mapping[str, str],
    now: datetime,
) -> int | None:
    about, id_ = f"bulletin {case.bulletin.id} turn {turn}", case.bulletin.id
    until = case.bulletin.deadline_at
    tell(settings, session, "urgente", [editor], values, about=about, bulletin_id=id_, until=until, now=now)
    letter = mail_outbox.find(session, "urgente", about, editor.name)
    return letter.id if letter else None

"""What keeps an approved bulletin from leaving, and who is told: a site that says something else, a check."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, told_news
from db.models import PUBLIC, Bulletin, BulletinItem, BulletinKind, BulletinStatus
from db.recipients import PUT_RIGHT
from flows.bulletin.language.dates import scadenza
from flows.bulletin.language.shorten import one_line
from flows.bulletin.message.exact import frame_name
from flows.bulletin.status import named
from flows.sending.certificate import signers
from flows.sending.drain import UntrueError
from flows.settings import Settings
from flows.sources.rereading import Rereading, alerts_by_now

CHANGED = "una notizia è cambiata sul sito"  # why it was re-opened or stopped
UNTRUE = "l'allerta non è più quella del testo"
CORRECTED = "è già stato corretto, e il testo sbagliato non riparte"


def sealed_items(session: Session, bulletin_id: int) -> list[BulletinItem]:
    """The text that was approved; empty when nobody approved."""
    sealed = bulletins.approved(session, bulletin_id)
    return bulletins.items(session, sealed[1]) if sealed else []


def require_right(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], *, now: datetime
) -> None:
    """UntrueError when `items`, as sealed, are wrong by now: of alerts, or because a correction says so.

    Asked where a text is about to reach anybody, and never overridden: there is no right text behind it.
    """
    if untrue := alerts_by_now(settings, session, bulletin, items, at=now):
        lines = " ".join(rereading.line for rereading in untrue)
        raise UntrueError(f"{_called(bulletin)} non parte: non è più vero. {lines}", untrue)
    if is_corrected(session, bulletin):
        way_out = OVER if bulletin.status == BulletinStatus.sent else for_the_rest(session, bulletin)
        raise UntrueError(
            f"{_called(bulletin)} è stato corretto: il testo sbagliato non va ad altri. {way_out}"
        )


def _called(bulletin: Bulletin) -> str:
    return f"Il {named(bulletin)} (numero {bulletin.id})"


def is_corrected(session: Session, bulletin: Bulletin) -> bool:
    """Whether its text is wrong by a correction that was approved: it goes to nobody else."""
    is_out = bulletin.status in PUBLIC
    return is_out and bool(told_news.follow_ups(session, bulletin.id, *CORRECTING, kinds=WRONG))


def right_texts(session: Session, bulletin_id: int) -> dict[str, str]:
    """What approved corrections say instead of its lines, by their titles; of each line the newest."""
    corrections = told_news.follow_ups(session, bulletin_id, *CORRECTING, kinds=WRONG)
    return {
        line.title: line.text for one in reversed(corrections) for line in sealed_items(session, one.id)[:1]
    }


def for_the_rest(session: Session, bulletin: Bulletin) -> str:
    """How those whom a corrected send did not reach get the right text, and nobody two corrections."""
    right = newest_right(session, bulletin)
    return BY_THE_SAME_TEXT.format(line=right[0], right=right[1]) if right else remedy(bulletin.kind)


def newest_right(session: Session, bulletin: Bulletin) -> tuple[str, str] | None:
    """Which line the newest approved correction puts right, and what it says, to be copied for whom the send
    did not reach; None where that has no text for them.
    """
    if bulletin.kind in PUT_RIGHT:
        return None
    corrections = told_news.follow_ups(session, bulletin.id, *CORRECTING, kinds=WRONG)
    lines = [line for one in corrections for line in sealed_items(session, one.id)[:1]]
    return next(((one_line(line.title, LINE), line.text) for line in lines), None)


LINE = 60  # characters of a title that tell it apart
BY_THE_SAME_TEXT = (
    "Per chi non l'ha ricevuto: «correggi», stessa riga ({line}) e stesso testo giusto (da copiare: "
    "«{right}»), con la casella «L'invio è fermato»: con altre parole chi ha già la correzione ne riceve "
    "un'altra. Oppure «chiudi»."
)
OVER = "L'invio è chiuso; il testo giusto è nella pagina pubblica."  # no order takes it any more
CORRECTING = (BulletinStatus.approved, *PUBLIC)  # a draft may be thrown away: it holds nobody's message
WRONG = (BulletinKind.correction,)


def remedy(kind: BulletinKind, held: Sequence[Rereading] = ()) -> str:
    """What becomes of those whom a send that stays stopped did not reach."""
    if kind in PUT_RIGHT:
        return "Chiudilo con «chiudi»: per chi non l'ha ricevuto non c'è altro da fare da qui."
    if kind == BulletinKind.urgent and held:
        return (
            "Per chi non l'ha ricevuto: se un'allerta vale ancora, entro 5 minuti nasce da sola una bozza "
            "con il testo di adesso; se non nasce, chiudilo con «chiudi»."
        )
    return "Per chi non l'ha ricevuto: «correggi» con la casella «L'invio è fermato», oppure «chiudi»."


def take_back(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    held: Sequence[Rereading],
    *,
    by: str,
    now: datetime,
) -> None:
    """An approved bulletin is re-opened, one that is on its way stopped; any other stays as it is."""
    is_alert = any(rereading.news_item_id is None for rereading in held)
    why = UNTRUE if is_alert else CHANGED if held else CORRECTED
    if bulletin.status == BulletinStatus.approved:
        reopen(settings, session, bulletin, by=by, now=now)
        bulletin.status_reason = why
    elif bulletin.status == BulletinStatus.sending:
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=by, now=now, reason=why)


def reopen(settings: Settings, session: Session, bulletin: Bulletin, *, by: str, now: datetime) -> None:
    """Take its approval back; it can be approved again until its grace ends, one without a slot for as long
    as a new one could."""
    bulletins.reopen(session, bulletin, by=by, now=now)
    if bulletin.slot_at is not None:
        bulletin.deadline_at = reopened_until(settings, bulletin.slot_at)
    elif bulletin.deadline_at is not None:
        bulletin.deadline_at = now + timedelta(minutes=settings.profile.urgent.deadline_minutes)
    session.add(bulletin)


def reopened_until(settings: Settings, slot_at: datetime) -> datetime:
    """Until when a bulletin of this slot can be approved again once its approval was taken back."""
    return slot_at + timedelta(minutes=settings.profile.grace_minutes)


def is_by_two(settings: Settings, session: Session, bulletin: Bulletin) -> bool:
    """Whether it is approved by two persons, both of whose approvals are void once it is re-opened."""
    sealed = bulletins.approved(session, bulletin.id)
    return sealed is not None and len(signers(settings, session, sealed[0])) > 1


def again_by(settings: Settings, slot_at: datetime) -> str:
    """The same for an editor, and what comes of it."""
    until = scadenza(reopened_until(settings, slot_at))
    return f"entro {until} (passata l'ora dell'invio parte appena approvato)"


def is_in_force(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime
) -> bool:
    """Whether `items`, its sealed text, still tell something: an alert while it is right, any other for its
    time to live.

    The time to live is that of the template: after it the provider would not deliver the message either.
    """
    if alerts_by_now(settings, session, bulletin, items, at=now):
        return False
    until = lasts_until(settings, bulletin, items)
    return until is None or now <= until


def too_late(
    settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime
) -> str | None:
    """Why a stopped send no longer goes on with its text, and what is left; None while that is in time."""
    until = lasts_until(settings, bulletin, items)
    if until is None or now <= until:
        return None
    why = f"Si poteva riprendere fino a {scadenza(until)}: ora il testo è troppo vecchio."
    return f"{why} {remedy(bulletin.kind)}"


def lasts_until(settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem]) -> datetime | None:
    """The end of its time to live; None for an alert, which lasts while it is right."""
    if bulletin.kind != BulletinKind.correction and any(item.weather_alert_id for item in items):
        return None
    ttl = settings.templates[frame_name(bulletin, items)].ttl_seconds if items else -1
    lasts = min(timedelta(seconds=ttl), AT_MOST) if ttl > 0 else AT_MOST
    return (bulletin.sent_at or bulletin.status_at) + lasts


AT_MOST = timedelta(hours=72)  # for texts that Meta would try to deliver for a month

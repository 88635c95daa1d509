"""What holds a next part back, who is asked of it, and what becomes of a send that it ends."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import handovers, told_news
from db.engine import reading, transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, Delivery, DeliveryStatus, HandoverKind
from flows.sending import parts
from flows.sending.checks import QUOTA, Check, Preflight, Verdict
from flows.sending.drain import DispatchError, HeldError, RefusedError, UntrueError
from flows.settings import Settings
from tests.test_sending_parts_choice import ANNA, DAY, HOUR, INSTANT, PARTS, RESUME, act, waiting
from tests.world.builders import NOW, make_bulletin
from tests.world.sends import make_delivery

ALERT_FIRST = "Prima parte l'allerta: il bollettino {number} riprende dopo."
ONE_AT_A_TIME = "Un altro bollettino è in invio: il bollettino {number} parte a scaglioni solo dopo."
CORRECTED = "Il bollettino {number} aspetta: qualcuno deve ancora decidere della sua correzione."
MOVED = "Intanto sono partiti altri messaggi: quanti ne restano oggi per il bollettino {number} va richiesto."
SENDING, URGENT = BulletinStatus.sending, BulletinKind.urgent


def follow_up(
    session: Session, original: Bulletin, status: BulletinStatus, kind: BulletinKind = BulletinKind.correction
) -> None:
    told_news.link(session, make_bulletin(session, kind=kind, status=status).id, [original.id])


def nothing(session: Session, bulletin: Bulletin) -> None:
    pass


def news(session: Session, bulletin: Bulletin) -> None:
    make_bulletin(session, status=SENDING)


def alert(session: Session, bulletin: Bulletin) -> None:
    make_bulletin(session, kind=URGENT, status=SENDING)


def all_clear(session: Session, bulletin: Bulletin) -> None:
    make_bulletin(session, kind=BulletinKind.all_clear, status=SENDING)


def both(session: Session, bulletin: Bulletin) -> None:
    news(session, bulletin)
    alert(session, bulletin)


def by_hand(session: Session, bulletin: Bulletin) -> None:
    handed = make_bulletin(session, kind=URGENT, status=SENDING)
    handovers.begin(session, handed.id, HandoverKind.assisted, now=NOW)


def by_hand_beside_news(session: Session, bulletin: Bulletin) -> None:
    by_hand(session, bulletin)
    news(session, bulletin)


def itself(session: Session, bulletin: Bulletin) -> None:
    bulletin.status = SENDING
    session.add(bulletin)
    session.flush()


def stopped(session: Session, bulletin: Bulletin) -> None:
    make_bulletin(session, status=BulletinStatus.stopped)
    make_bulletin(session, status=BulletinStatus.approved)


def correction_drafted(session: Session, bulletin: Bulletin) -> None:
    follow_up(session, bulletin, BulletinStatus.draft)


def correction_in_review(session: Session, bulletin: Bulletin) -> None:
    follow_up(session, bulletin, BulletinStatus.in_review)


def correction_approved(session: Session, bulletin: Bulletin) -> None:
    follow_up(session, bulletin, BulletinStatus.approved)


def end_drafted(session: Session, bulletin: Bulletin) -> None:
    follow_up(session, bulletin, BulletinStatus.draft, BulletinKind.all_clear)


def corrected_beside_news(session: Session, bulletin: Bulletin) -> None:
    news(session, bulletin)
    correction_drafted(session, bulletin)


Meanwhile = Callable[[Session, Bulletin], None]


@pytest.mark.parametrize(
    ("meanwhile", "why", "holds_a_first_one"),
    [
        (nothing, "", False),
        (itself, "", False),
        (stopped, "", False),
        (by_hand, "", False),
        (news, ONE_AT_A_TIME, True),
        (by_hand_beside_news, ONE_AT_A_TIME, True),
        (alert, ALERT_FIRST, False),
        (all_clear, ALERT_FIRST, False),
        (both, ALERT_FIRST, False),
        (correction_drafted, CORRECTED, False),
        (correction_in_review, CORRECTED, False),
        (correction_approved, "", False),
        (end_drafted, "", False),
        (corrected_beside_news, ONE_AT_A_TIME, True),
    ],
)
def test_what_has_to_end_before_a_part_leaves(
    settings: Settings, sqlite: Engine, meanwhile: Meanwhile, why: str, holds_a_first_one: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        meanwhile(session, bulletin)
        words = why.format(number=bulletin.id)
        assert parts.why_not_yet(session, bulletin) == words
        for goes_on, holds in ((True, bool(why)), (False, holds_a_first_one)):
            assert room(session, bulletin, goes_on=goes_on, since=NOW) == (words if holds else "")


def room(session: Session, bulletin: Bulletin, *, goes_on: bool, since: datetime) -> str:
    """Why there is none."""
    try:
        parts.require_room(session, bulletin, goes_on=goes_on, since=since)
    except parts.NotYetError as exc:
        return str(exc)
    return ""


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize(("left_at", "is_moved"), [(NOW, False), (NOW + INSTANT, True)])
def test_room_that_was_counted_before_another_message_left_is_anothers(
    settings: Settings, sqlite: Engine, left_at: datetime, is_moved: bool, goes_on: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        sent = make_bulletin(session, status=BulletinStatus.sent)
        make_delivery(session, settings.vault(), sent, DeliveryStatus.accepted, at=left_at)
        moved = MOVED.format(number=bulletin.id)
        assert room(session, bulletin, goes_on=goes_on, since=NOW) == (moved if is_moved else "")


def test_who_waited_for_the_room_of_the_day_looks_after_it_has_it(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only PostgreSQL waits; meanwhile another send has begun."""
    waited_for = []

    def alone(session: Session, purpose: str) -> None:
        waited_for.append(purpose)
        make_bulletin(session, status=SENDING)

    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        monkeypatch.setattr(parts, "alone", alone)
        with pytest.raises(parts.NotYetError, match="Un altro bollettino è in invio"):
            parts.require_room(session, bulletin, goes_on=True, since=NOW)
    assert waited_for == ["room of the day"]


def state(engine: Engine, number: int) -> tuple[str, str | None, str, datetime]:
    with reading(engine) as session:
        row = session.get_one(Bulletin, number)
        return row.status, row.status_reason, row.status_by, row.status_at


def test_a_send_that_waits_is_made_an_ordinary_stopped_one(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        parts.hold_back(session, bulletin, reason="una prova", by=ANNA, now=NOW + DAY)
    assert state(sqlite, bulletin.id) == ("stopped", "una prova", ANNA, NOW + DAY)


def test_whoever_is_left_at_the_end_gets_nothing(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        make_delivery(session, settings.vault(), bulletin, DeliveryStatus.accepted)
        parts.end(session, bulletin, by="sorveglianza", now=NOW + DAY)
    assert state(sqlite, bulletin.id) == ("sent", "parts_over", "sorveglianza", NOW + DAY)
    with reading(sqlite) as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
    skipped = ("skipped", "parts_over", NOW + DAY)
    found = [(row.status, row.reason, row.status_at) for row in rows]
    assert found == [skipped, skipped, ("accepted", None, NOW)]


WORDS = "Limite 3. Oppure parte a scaglioni, in 2 giorni."
OTHER = Check("Costo", Verdict.good, "poco")
DEAR = Check("Costo", Verdict.refused, "troppo")
UNTOLD = "WhatsApp non dice quante persone al giorno permette: a scaglioni non si può inviare senza saperlo."


def checked(verdict: Verdict, room: int | None = 3, *more: Check) -> Preflight:
    return Preflight((OTHER, Check(QUOTA, verdict, WORDS), *more), way="UTILITY", room=room)


@pytest.mark.parametrize(
    ("verdict", "room", "has_begun", "instead"),
    [
        (Verdict.good, 3, False, None),
        (Verdict.good, None, True, None),
        (Verdict.attention, 3, False, None),
        (Verdict.attention, 0, True, None),
        (Verdict.refused, 0, False, None),
        (Verdict.refused, None, False, None),
        (Verdict.refused, 1, False, (Verdict.attention, "1 persone")),
        (Verdict.refused, 3, True, (Verdict.attention, "3 persone")),
        (Verdict.refused, 0, True, (Verdict.attention, "0 persone")),
        (Verdict.unknown, None, False, (Verdict.refused, "")),
        (Verdict.unknown, 3, True, (Verdict.refused, "")),
    ],
)
def test_the_limit_of_a_day_is_judged_by_the_room_it_leaves(
    verdict: Verdict, room: int | None, has_begun: bool, instead: tuple[Verdict, str] | None
) -> None:
    before = checked(verdict, room, DEAR)
    found = parts.within(before, has_begun=has_begun)
    if instead is None:
        assert found is before
        return
    by_now, people = instead
    words = (
        f"Limite 3. A scaglioni: adesso fino a {people}, le altre nei giorni dopo, nello stesso modo."
        if people
        else UNTOLD
    )
    checks = (OTHER, Check(QUOTA, by_now, words), DEAR)
    assert found == Preflight(checks, way="UTILITY", room=room)


def test_where_no_limit_is_checked_nothing_changes() -> None:
    by_person = Preflight((OTHER,))
    assert parts.within(by_person) is by_person


def judged(engine: Engine, number: int, before: Preflight, *, goes_on: bool) -> Preflight:
    return parts.judged(engine, number, before, goes_on=goes_on)


def test_without_a_choice_no_room_is_kept_and_no_check_is_changed(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings, chosen=False).id
    for goes_on in (True, False):
        found = judged(sqlite, number, checked(Verdict.refused), goes_on=goes_on)
        assert found == checked(Verdict.refused, None)


def test_who_asks_for_all_at_once_takes_the_choice_back(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
        act(session, number, RESUME)
    before = checked(Verdict.good)
    assert judged(sqlite, number, before, goes_on=False) == before, "asked in vain"
    found = parts.judged(sqlite, number, before, goes_on=False, is_asked=True)
    assert found == checked(Verdict.good, None)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (BulletinStatus.approved, Verdict.refused),
        (BulletinStatus.sending, Verdict.attention),
        (BulletinStatus.stopped, Verdict.attention),
    ],
)
def test_a_first_part_needs_room_and_one_that_begun_waits_for_it(
    sqlite: Engine, status: BulletinStatus, verdict: Verdict
) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=status).id
        act(session, number, PARTS)
    found = judged(sqlite, number, checked(Verdict.refused, 0, DEAR), goes_on=False)
    assert [check.verdict for check in found.checks] == [Verdict.good, verdict, Verdict.refused]
    assert (found.room, found.way) == (0, "UTILITY")


@pytest.mark.parametrize(
    ("before", "kind", "words"),
    [
        (checked(Verdict.refused, 0), parts.NotYetError, f"{QUOTA}: {WORDS}"),
        (checked(Verdict.unknown, None), parts.NotYetError, f"{QUOTA}: {UNTOLD}"),
        (checked(Verdict.refused, 3, DEAR), RefusedError, "Costo: troppo"),
        (checked(Verdict.refused, 0, DEAR), RefusedError, f"{QUOTA}: {WORDS} Costo: troppo"),
        (checked(Verdict.good, 3, DEAR), RefusedError, "Costo: troppo"),
        (Preflight((DEAR,)), RefusedError, "Costo: troppo"),
    ],
)
def test_a_next_part_waits_for_room_only_and_anything_else_is_told(
    settings: Settings, sqlite: Engine, before: Preflight, kind: type[Exception], words: str
) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
    with pytest.raises(RefusedError) as refused:
        judged(sqlite, number, before, goes_on=True)
    assert type(refused.value) is kind
    assert str(refused.value) == f"Il bollettino {number} non continua. {words}"


def test_a_next_part_that_nothing_refuses_goes_within_its_room(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
    found = judged(sqlite, number, checked(Verdict.refused, 2), goes_on=True)
    assert (found.room, found.refusals) == (2, [])


def caused(exc: HeldError, cause: Exception) -> HeldError:
    exc.__cause__ = cause
    return exc


HELD = "in_parts"
CHANGED = "una notizia è cambiata sul sito"
UNTRUE = "l'allerta non è più quella del testo"
PUT_RIGHT = "è già stato corretto, e il testo sbagliato non riparte"


@pytest.mark.parametrize(
    ("exc", "goes_on", "meanwhile", "reason"),
    [
        (RefusedError("Costo."), True, nothing, "Costo."),
        (RefusedError("Costo."), False, nothing, HELD),
        (RefusedError("Costo."), True, correction_approved, "Costo."),
        (DispatchError("È già in invio."), True, nothing, "È già in invio."),
        (parts.NotYetError("Dopo."), True, nothing, HELD),
        (ValueError("a fault"), True, nothing, HELD),
        (HeldError("Riletta."), True, nothing, CHANGED),
        (HeldError("Riletta."), True, correction_drafted, CHANGED),
        (caused(HeldError("Riletta."), ValueError()), True, nothing, CHANGED),
        (caused(HeldError("Riletta."), UntrueError("Falsa.")), True, nothing, UNTRUE),
        (caused(HeldError("Riletta."), UntrueError("Falsa.")), True, correction_approved, PUT_RIGHT),
        (HeldError("Riletta."), True, correction_approved, PUT_RIGHT),
        (HeldError("Riletta."), False, correction_approved, HELD),
    ],
)
def test_what_does_not_pass_by_itself_makes_a_stopped_send_of_it(
    settings: Settings,
    sqlite: Engine,
    exc: Exception,
    goes_on: bool,
    meanwhile: Meanwhile,
    reason: str,
) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        bulletin.status_by = ANNA
        meanwhile(session, bulletin)
        number = bulletin.id
    at = NOW if reason == HELD else NOW + HOUR
    with (
        pytest.raises(type(exc)) as raised,
        parts.ended_by_trouble(sqlite, number, goes_on=goes_on, now=NOW + HOUR),
    ):
        raise exc
    assert raised.value is exc
    assert state(sqlite, number) == ("stopped", reason, ANNA, at)


def test_what_began_or_was_stopped_meanwhile_is_left_as_it_is(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=SENDING).id
    with (
        pytest.raises(RefusedError),
        parts.ended_by_trouble(sqlite, number, goes_on=True, now=NOW + DAY),
    ):
        raise RefusedError("Costo.")
    assert state(sqlite, number) == ("sending", None, "test", NOW)
    with parts.ended_by_trouble(sqlite, number, goes_on=True, now=NOW + DAY):
        pass
    assert state(sqlite, number) == ("sending", None, "test", NOW)

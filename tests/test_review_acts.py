"""What a person starts in their own name: proved by the code wherever approvals are, and told to all."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import acts as stored
from db import bulletins, signatures
from db.engine import transaction
from db.models import Act, Bulletin, BulletinStatus, Delivery, DeliveryStatus, Letter, UsedCode, WrongCode
from flows.absence import note_absence, note_closure
from flows.cli.history import history
from flows.correct import draft_for_the_rest
from flows.door.sealed_code import NO_CODE, OPERATOR, Proof
from flows.profiles.fingerprint import fingerprint
from flows.review import codes
from flows.review.acts import NotDoneError, NotProvedError, decide
from flows.sending.seal import message_of, seal_of
from flows.settings import Settings
from flows.settle import AGAIN, GOT, retry_failed, settle_uncertain
from flows.stop import close_stopped, reopen_decided, stop_sending
from tests.test_review_codes import code, not_a_code
from tests.world import outbox
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.code_secrets import ANNA, BRUNO

Deed = Callable[[Settings, Engine, int, str, Proof], object]
DAY = date(2026, 12, 1)


def proof(typed: str | None = None) -> Proof:
    return Proof(code() if typed is None else typed, NOW)


def sent(settings: Settings, engine: Engine, status: DeliveryStatus, *, left: BulletinStatus) -> int:
    """A bulletin to one person, whose delivery ended so, 25 hours ago."""
    with transaction(engine) as session:
        person = make_recipient(session, settings.vault())
        bulletin = make_bulletin(session, status=left, now=NOW - timedelta(hours=25))
        outbox.plan(session, bulletin.id, [person], now=NOW - timedelta(hours=25))
        delivery = session.exec(select(Delivery).where(Delivery.bulletin_id == bulletin.id)).one()
        delivery.status, delivery.status_at = status, NOW - timedelta(hours=25)
        delivery.reason = "130429" if status == DeliveryStatus.failed else None
        session.add(delivery)
        seal(settings, session, bulletin)
        return bulletin.id


def seal(settings: Settings, session: Session, bulletin: Bulletin) -> None:
    """Its approval, as the program writes one that no code was asked for, or that one was used up for."""
    found = bulletins.approved(session, bulletin.id)
    assert found is not None
    approval, version = found
    message = message_of(settings, bulletin, bulletins.items(session, version), approval.decided_at)
    approval.seal = seal_of(settings, session, bulletin, message)
    approval.profile_sha256 = fingerprint(settings.profile)
    if settings.profile.asks_codes:
        approval.code_hash = "made up, of long ago"
        used = UsedCode(editor="of-long-ago", step=bulletin.id, code_hash=approval.code_hash, at=NOW)
        used.bulletin_id = bulletin.id
        session.add(used)
    approval.mac = signatures.mac_of(settings.vault(), approval)
    session.add(approval)


def _ferma(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return stop_sending(settings, engine, number, who=who, proof=given, now=NOW)


def _chiudi(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return close_stopped(settings, engine, number, who=who, proof=given, now=NOW)


def _riapri(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return reopen_decided(settings, engine, number, who=who, proof=given, now=NOW)


def _ritenta(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return retry_failed(settings, engine, number, who=who, proof=given, now=NOW)


def _rimanda(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return settle_uncertain(settings, engine, number, choice=AGAIN, who=who, proof=given, now=NOW)


def _arrivati(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return settle_uncertain(settings, engine, number, choice=GOT, who=who, proof=given, now=NOW)


def _riprendi(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    decide(settings, engine, number, who=who, proof=given, now=NOW)
    return None


def _nonostante(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    decide(settings, engine, number, who=who, proof=given, despite=True, now=NOW)
    return None


def _al_resto(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return draft_for_the_rest(
        settings, engine, bulletin_id=number, position=1, right="Giusto.", who=who, proof=given, now=NOW
    )


def _assenza(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return note_absence(settings, engine, who=who, first=DAY, last=DAY, proof=given, now=NOW)


def _chiusura(settings: Settings, engine: Engine, number: int, who: str, given: Proof) -> object:
    return note_closure(settings, engine, who=who, first=DAY, last=DAY, proof=given, now=NOW)


QUEUED, FAILED, UNCERTAIN = DeliveryStatus.queued, DeliveryStatus.failed, DeliveryStatus.uncertain
DEEDS: dict[str, tuple[Deed, str, DeliveryStatus, BulletinStatus]] = {
    "ferma": (_ferma, "ferma", QUEUED, BulletinStatus.sending),
    "chiudi": (_chiudi, "chiudi", QUEUED, BulletinStatus.stopped),
    "riapri": (_riapri, "riapri", QUEUED, BulletinStatus.approved),
    "ritenta": (_ritenta, "ritenta", FAILED, BulletinStatus.sent),
    "incerti: rimanda": (_rimanda, "incerti", UNCERTAIN, BulletinStatus.sent),
    "incerti: arrivati": (_arrivati, "incerti", UNCERTAIN, BulletinStatus.sent),
    "riprendi": (_riprendi, "riprendi", QUEUED, BulletinStatus.stopped),
    "riprendi nonostante": (_nonostante, "riprendi", QUEUED, BulletinStatus.stopped),
    "correggi al resto": (_al_resto, "correggi", QUEUED, BulletinStatus.stopped),
    "assenza": (_assenza, "assenza", QUEUED, BulletinStatus.sent),
    "chiusura": (_chiusura, "chiusura", QUEUED, BulletinStatus.sent),
}


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest, asking: Settings, sqlite: Engine) -> tuple[Deed, str, int]:
    act, verb, status, left = DEEDS[request.param]
    return act, verb, sent(asking, sqlite, status, left=left)


def rows(engine: Engine) -> tuple[list[Act], int, int]:
    """What was done, how many codes were used up for it, and how many were wrong."""
    with transaction(engine) as session:
        done = list(session.exec(select(Act)))
        used = session.exec(select(UsedCode).where(UsedCode.editor != "of-long-ago")).all()
        return done, len(used), len(session.exec(select(WrongCode)).all())


def state(engine: Engine) -> list[object]:
    with transaction(engine) as session:
        return [
            *session.exec(select(Bulletin.id, Bulletin.status)),
            *session.exec(select(Delivery.id, Delivery.status)),
            *session.exec(select(Letter.kind)),
        ]


def test_nobody_acts_without_a_code_or_with_a_wrong_one(
    asking: Settings, sqlite: Engine, deed: tuple[Deed, str, int]
) -> None:
    act, _, number = deed
    before = state(sqlite)
    with pytest.raises(NotProvedError, match=r"^Serve il codice di 6 cifre .* Non è cambiato niente\.$"):
        act(asking, sqlite, number, ANNA.name, NO_CODE)
    with pytest.raises(NotProvedError, match=r"^Il codice non è giusto\. Restano 4 tentativi"):
        act(asking, sqlite, number, ANNA.name, proof(not_a_code()))
    with pytest.raises(NotProvedError, match="Il codice"):
        act(asking, sqlite, number, BRUNO.name, proof(code()))  # that is Anna's
    assert rows(sqlite) == ([], 0, 2)
    assert state(sqlite) == before


def test_a_code_is_used_up_by_what_it_proves(
    asking: Settings, sqlite: Engine, deed: tuple[Deed, str, int]
) -> None:
    act, verb, number = deed
    act(asking, sqlite, number, ANNA.name, proof())
    (done,), used, wrong = rows(sqlite)
    assert (done.verb, done.name, done.at, used, wrong) == (verb, ANNA.name, NOW, 1, 0)
    assert done.code_hash is not None
    assert code() not in f"{done.words}{done.code_hash}"
    with pytest.raises(NotProvedError, match="già stato usato"):
        _nonostante(asking, sqlite, number, ANNA.name, proof())
    if done.bulletin_id is not None:
        told = history(sqlite, number)
        assert "Decisioni delle persone:" in told
        assert f"Anna Redazione, «{verb}» (codice verificato)" in told


def test_an_act_is_judged_when_it_was_asked_for(asking: Settings, sqlite: Engine) -> None:
    """The flow gets to it later; and a code of later than the click is none."""
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)
    late = NOW + timedelta(minutes=5)
    with pytest.raises(NotProvedError, match="orologio del telefono è avanti"):
        stop_sending(asking, sqlite, number, who=ANNA.name, proof=proof(code(late)), now=late)
    assert "fermato" in stop_sending(asking, sqlite, number, who=ANNA.name, proof=proof(), now=late)


def test_who_is_locked_out_cannot_stop_and_a_colleague_can(asking: Settings, sqlite: Engine) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)
    for _ in range(5):
        with pytest.raises(NotProvedError, match=r"Il codice|Troppi codici"):
            _ferma(asking, sqlite, number, ANNA.name, proof(not_a_code()))
    with pytest.raises(NotProvedError, match="Intanto può farlo un collega, con il suo nome e il suo"):
        _ferma(asking, sqlite, number, ANNA.name, proof())
    assert "fermato" in str(_ferma(asking, sqlite, number, BRUNO.name, proof(code(editor=BRUNO))))


def test_wrong_codes_of_acts_lock_nobody_out_of_approving_nor_the_other_way_round(
    asking: Settings, sqlite: Engine
) -> None:
    """Whoever has the password may try codes in everybody's name."""
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)

    def approves(typed: str) -> codes.Judged:
        with transaction(sqlite) as session:
            return codes.judge(asking, session, ANNA, Proof(typed), at=NOW)

    for _ in range(5):
        with pytest.raises(NotProvedError, match=r"Il codice"):
            _ferma(asking, sqlite, number, ANNA.name, proof(not_a_code()))
    with pytest.raises(NotProvedError, match="Troppi codici sbagliati"):
        _ferma(asking, sqlite, number, ANNA.name, proof())
    assert approves(code()).passes
    assert "Restano 4 tentativi" in approves(not_a_code()).sentence
    for _ in range(4):
        approves(not_a_code())
    assert approves(code()).verdict == codes.Verdict.locked
    later = NOW + timedelta(minutes=15)
    for _ in range(5):
        with transaction(sqlite) as session:
            codes.judge(asking, session, BRUNO, Proof(not_a_code(later)), at=later)
    assert "fermato" in stop_sending(
        asking, sqlite, number, who=BRUNO.name, proof=Proof(code(later, BRUNO), later), now=later
    )


def test_a_code_that_came_too_early_for_an_act_approves_nothing_later(
    asking: Settings, sqlite: Engine
) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)
    later = NOW + timedelta(minutes=5)
    with pytest.raises(NotProvedError, match="avanti"):
        _ferma(asking, sqlite, number, ANNA.name, proof(code(later)))
    with transaction(sqlite) as session:
        assert codes.judge(asking, session, ANNA, Proof(code(later)), at=later).verdict == codes.Verdict.used


@pytest.mark.slow
def test_the_command_line_asks_for_none_and_that_stands_in_the_history(
    asking: Settings, sqlite: Engine
) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)
    assert "fermato" in stop_sending(asking, sqlite, number, who=ANNA.name, proof=OPERATOR, now=NOW)
    assert "«ferma» (dalla riga di comando di chi gestisce il servizio)" in " ".join(
        history(sqlite, number).split()
    )
    assert rows(sqlite)[1:] == (0, 0)


def test_without_codes_the_name_is_only_declared(settings: Settings, sqlite: Engine) -> None:
    number = sent(settings, sqlite, QUEUED, left=BulletinStatus.sending)
    assert "fermato" in stop_sending(settings, sqlite, number, who=ANNA.name, now=NOW)
    assert "senza codice: il nome è solo dichiarato" in " ".join(history(sqlite, number).split())


def test_a_refused_act_leaves_the_code_unused(asking: Settings, sqlite: Engine) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sent)
    with pytest.raises(NotDoneError, match="non c'è niente da fermare"):
        _ferma(asking, sqlite, number, ANNA.name, proof())
    assert rows(sqlite) == ([], 0, 0)
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending)
    assert "fermato" in str(_ferma(asking, sqlite, number, ANNA.name, proof()))


def a_copy_of(one: Act, **changed: Any) -> Act:
    return Act(**{**one.model_dump(exclude={"id"}), **changed})


def test_a_row_that_somebody_wrote_into_the_database_lets_nothing_go_on(
    asking: Settings, sqlite: Engine
) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.stopped)
    other = sent(asking, sqlite, FAILED, left=BulletinStatus.sent)
    asked: dict[str, Any] = {"verb": "ritenta", "name": ANNA.name, "at": NOW, "bulletin_id": number}
    _ritenta(asking, sqlite, other, ANNA.name, proof())
    with transaction(sqlite) as session:
        (true,) = stored.of(session, other)
    forged: list[list[Any]] = [
        [Act(**asked)],
        [Act(**asked, by_operator=True)],
        [Act(**asked, code_hash="made up, of long ago")],  # that of the approval
        [a_copy_of(true, bulletin_id=number)],  # that of another bulletin's act
        [
            UsedCode(editor=ANNA.id, step=7, code_hash="f" * 64, at=NOW, bulletin_id=number),
            Act(**asked, code_hash="f" * 64),
        ],
    ]
    for written in forged:
        with transaction(sqlite) as session:
            session.add_all(written)
        with pytest.raises(NotProvedError, match="Serve il codice"):
            decide(asking, sqlite, number, who=ANNA.name, now=NOW)
    decide(asking, sqlite, other, who=ANNA.name, now=NOW)
    with transaction(sqlite) as session:  # what was true once, once more
        session.add(a_copy_of(true))
    with pytest.raises(NotProvedError, match="Serve il codice"):
        decide(asking, sqlite, other, who=ANNA.name, now=NOW)


@pytest.mark.parametrize("act", [_ritenta, _rimanda])
def test_what_cannot_be_resumed_is_not_taken_out_of_its_end(
    asking: Settings, sqlite: Engine, act: Deed
) -> None:
    """Its seal is one of an earlier version, or of another profile."""
    number = sent(asking, sqlite, FAILED if act is _ritenta else UNCERTAIN, left=BulletinStatus.sent)
    with transaction(sqlite) as session:
        approval = bulletins.approved(session, number)[0]  # type: ignore[index]
        approval.profile_sha256 = approval.mac = None
        session.add(approval)
    before = state(sqlite)
    end = "Non c'è altro da fare" if act is _ritenta else "Si può solo dichiarare"
    with pytest.raises(NotDoneError, match=rf"chiave: non parte\. Non si rimanda.* {end}"):
        act(asking, sqlite, number, ANNA.name, proof())
    assert state(sqlite) == before
    assert rows(sqlite) == ([], 0, 0)
    if act is _rimanda:
        _arrivati(asking, sqlite, number, ANNA.name, proof())


@pytest.mark.parametrize("act", [_ritenta, _rimanda])
def test_what_was_put_back_into_the_queue_goes_on_once_without_another_code(
    asking: Settings, sqlite: Engine, act: Deed
) -> None:
    status = FAILED if act is _ritenta else UNCERTAIN
    number = sent(asking, sqlite, status, left=BulletinStatus.sent)
    act(asking, sqlite, number, ANNA.name, proof())
    for who, despite in ((BRUNO.name, False), (ANNA.name, True)):
        with pytest.raises(NotProvedError, match="Serve il codice"):
            decide(asking, sqlite, number, who=who, despite=despite, now=NOW)
    decide(asking, sqlite, number, who=ANNA.name, now=NOW)
    with transaction(sqlite) as session:
        first, second = stored.of(session, number)
    assert second.code_hash == first.code_hash
    with pytest.raises(NotProvedError, match="Serve il codice"):
        decide(asking, sqlite, number, who=ANNA.name, now=NOW)


def test_it_does_not_go_on_after_a_stop_nor_after_an_hour(asking: Settings, sqlite: Engine) -> None:
    number = sent(asking, sqlite, FAILED, left=BulletinStatus.sent)
    _ritenta(asking, sqlite, number, ANNA.name, proof())
    with pytest.raises(NotProvedError, match="Serve il codice"):
        decide(asking, sqlite, number, who=ANNA.name, now=NOW + timedelta(minutes=61))
    with transaction(sqlite) as session:
        bulletins.move(
            session, bulletins.locked(session, number), BulletinStatus.sending, by=ANNA.name, now=NOW
        )
    _ferma(asking, sqlite, number, BRUNO.name, proof(code(editor=BRUNO)))
    with pytest.raises(NotProvedError, match="Serve il codice"):
        decide(asking, sqlite, number, who=ANNA.name, now=NOW)

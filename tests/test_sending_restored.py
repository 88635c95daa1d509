"""After a restore nothing that may have left since the copy leaves by itself, accepted or not; on both."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, deliveries, senders
from db.engine import transaction
from db.models import BulletinStatus, Delivery, DeliveryStatus, Recipient
from flows.__main__ import main
from flows.accounts import enrolment, persons, sign_in
from flows.accounts import mark as accounts_mark
from flows.bulletin.alerts.urgent import MAY_HAVE_LEFT
from flows.dispatch import begin, dispatch_bulletin, due
from flows.draft.evidence import of_whole
from flows.profiles.sign_in import Oidc
from flows.review.standing_order import approve_by_order
from flows.sending import restored
from flows.sending.drain import DispatchError
from flows.sending.witness import StateFolder, mark
from flows.settings import Settings
from flows.watch import look
from tests.test_alert_drafted import NOW
from tests.test_review_standing_order import DUE, drafted, ordered
from tests.world import outbox
from tests.world.builders import item_of, make_bulletin, make_news_item, news_data
from tests.world.comune import APPROVE, Comune
from tests.world.people import signed_in


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """`main` gives the process the environment of its installation."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def _approved(comune: Comune) -> int:
    with comune.look() as session:
        items = [item_of(make_news_item(session, news_data(title="Notizia")), text="Testo.")]
        number = make_bulletin(session, items, status=BulletinStatus.in_review).id
    comune.answer(number, APPROVE)
    return number


def _left_since(comune: Comune, number: int) -> None:
    """A start that this database has forgotten, as one that was restored: only the witness knows it."""
    with comune.look() as session:
        start = senders.last_number(session) + 1
    StateFolder(comune.settings).write(mark(start, number, comune.settings.ledger().journal, at=comune.now))


def _accept(comune: Comune) -> int:
    os.environ["BOLLETTINO_STATE"] = str(comune.settings.state)
    os.environ["BOLLETTINO_DATABASE"] = comune.settings.database
    return main(["witness", "--profile", str(comune.settings.path), "--accept-by", "Anna Redazione"])


def test_who_was_signed_in_at_the_copy_is_not_any_more_and_no_invitation_is_good(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    vault, person = sign_in.vault(settings), persons.named(settings, "Anna Redazione")
    old = signed_in(settings, engine, "Bruno Vice", now)
    invited = enrolment.add(settings, engine, person, now=now).rpartition("/")[2]
    at = now + timedelta(hours=1)
    with transaction(engine) as session:
        (line,) = restored.hold(settings, session, before=at, now=at)
    assert line.startswith("Ha un accesso: Bruno Vice. Chi se n'è andato dopo la copia va tolto")
    assert sign_in.who(settings.profile, engine, vault, old, now=at) is None
    assert enrolment.invited(settings, engine, vault, invited, now=at) is None
    at += timedelta(minutes=1)
    new = signed_in(settings, engine, "Bruno Vice", at)
    again = enrolment.reset(settings, engine, person, now=at).rpartition("/")[2]
    with transaction(engine) as session:  # as the word of a person does, later
        restored.hold(settings, session, before=now + timedelta(hours=1), now=at)
    assert sign_in.who(settings.profile, engine, vault, new, now=at) is not None
    assert enrolment.invited(settings, engine, vault, again, now=at) is not None


def test_a_copy_of_before_the_first_account_says_who_must_be_invited(
    settings: Settings, sqlite: Engine
) -> None:
    settings.state.mkdir(exist_ok=True)
    accounts_mark.leave(settings)
    with transaction(sqlite) as session:
        (line,) = restored.hold(settings, session, before=NOW, now=NOW)
    assert line == "Nella copia nessuno ha un accesso: invita con `python -m flows accounts add NOME`."
    accounts_mark.take_away(settings)
    with transaction(sqlite) as session:
        assert restored.hold(settings, session, before=NOW, now=NOW) == []


def test_where_the_comunes_provider_lets_in_the_profile_is_to_be_looked_at(
    settings: Settings, sqlite: Engine
) -> None:
    """A copy of before anybody came by it knows nobody whom it would have to name."""
    oidc = Oidc(name="Comune", issuer="https://accesso.comune.esempio.mi.it", client_id="bollettino")
    profile = settings.profile
    held = profile.model_copy(update={"sign_in": profile.sign_in.model_copy(update={"oidc": oidc})})
    letting = Settings(held, settings.path, settings.state)
    by_it = (
        "Con l'accesso del Comune entra chi sta nel profilo: chi se n'è andato va tolto anche da lì, prima "
        "di riaprire."
    )
    with transaction(sqlite) as session:
        assert restored.hold(letting, session, before=NOW, now=NOW) == [by_it]
    accounts_mark.leave(settings)
    with transaction(sqlite) as session:
        assert restored.hold(letting, session, before=NOW, now=NOW)[1:] == [by_it]
    signed_in(settings, sqlite, "Anna Redazione", NOW)
    signed_in(settings, sqlite, "Bruno Vice", NOW)
    with transaction(sqlite) as session:
        assert restored.hold(letting, session, before=NOW, now=NOW) == [
            "Ha un accesso: Anna Redazione, Bruno Vice. Chi se n'è andato dopo la copia va tolto di nuovo "
            "con `python -m flows accounts close NOME`; chi è connesso deve entrare di nuovo, un invito va "
            "rifatto.",
            by_it,
        ]


def test_what_was_approved_at_the_copy_is_approved_again_or_stays(comuni: Comune) -> None:
    comuni.subscribe()
    number, other = _approved(comuni), _approved(comuni)
    _left_since(comuni, number)
    assert _accept(comuni) == 0
    for held in (number, other):
        assert comuni.bulletin(held).status == BulletinStatus.in_review
        assert comuni.bulletin(held).status_reason == restored.RESTORED
    assert due(comuni.settings, comuni.engine, comuni.now) == []
    with pytest.raises(DispatchError, match="da approvare"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    comuni.now += timedelta(seconds=1)
    comuni.answer(other, APPROVE)  # a person has looked: this one had not left
    dispatch_bulletin(comuni.settings, comuni.engine, other, now=comuni.now)
    assert {len(texts) for texts in comuni.received().values()} == {1}


def test_what_a_person_decided_since_the_restore_is_theirs(comuni: Comune) -> None:
    comuni.subscribe()
    number = _approved(comuni)
    _left_since(comuni, number)
    comuni.now += timedelta(minutes=5)
    later = _approved(comuni)
    assert _accept(comuni) == 0
    assert comuni.bulletin(number).status == BulletinStatus.in_review
    assert comuni.bulletin(later).status == BulletinStatus.approved
    assert _accept(comuni) == 0, "again it changes nothing"
    assert comuni.bulletin(later).status == BulletinStatus.approved


@pytest.mark.parametrize("status", [BulletinStatus.sending, BulletinStatus.stopped])
def test_who_was_left_of_a_send_at_the_copy_is_written_to_by_nobody_s_mere_resume(
    comuni: Comune, status: BulletinStatus
) -> None:
    comuni.subscribe()
    number = _approved(comuni)
    order = begin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:
        sender = order.sender_id
        assert sender is not None
        senders.end(session, [sender])  # its process is gone with the machine
        if status == BulletinStatus.stopped:
            bulletins.move(session, bulletins.locked(session, number), status, by="x", now=comuni.now)
        one = session.exec(select(Recipient)).first()
        assert one is not None
        answer = deliveries.queue_reply(session, one.id, "cortesia", "Testo.", now=comuni.now).id
    _left_since(comuni, number)
    watched = look(comuni.settings, comuni.engine, dry_run=True, now=comuni.now)
    assert watched.broken == ((number,) if status == BulletinStatus.sending else ())
    assert _accept(comuni) == 0
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    assert {row.status for row in comuni.deliveries(number)} == {DeliveryStatus.uncertain}
    assert look(comuni.settings, comuni.engine, dry_run=True, now=comuni.now).broken == ()
    dispatch_bulletin(comuni.settings, comuni.engine, number, late_by="Anna Redazione", now=comuni.now)
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert all(texts == [] for texts in comuni.received().values())
    with comuni.look() as session:
        assert session.get_one(Delivery, answer).status == DeliveryStatus.skipped


def test_a_standing_order_sends_no_alert_that_may_have_left(settings: Settings, engine: Engine) -> None:
    acting = ordered(settings)
    number = drafted(acting, engine)
    with transaction(engine) as session:
        for said in (1, 0):
            assert len(restored.hold(acting, session, before=NOW, now=DUE)) == said
        version = bulletins.latest(session, number)
        assert version is not None
        assert (version.author, version.note) == (restored.BY, MAY_HAVE_LEFT)
    assert not approve_by_order(acting, engine, number, now=DUE + timedelta(hours=1))


@pytest.mark.parametrize("is_accepted", [False, True], ids=["waiting", "accepted"])
def test_an_alert_that_is_drafted_anew_after_a_restore_waits_for_a_person(
    settings: Settings, engine: Engine, is_accepted: bool
) -> None:
    """The restored database has forgotten that it left: to it the alert is new."""
    acting = ordered(settings)
    number = 3
    restore_mark = mark(number, None, acting.ledger().journal, at=NOW - timedelta(minutes=10))
    StateFolder(acting).write(restore_mark.model_copy(update={"is_restore": True}))
    if is_accepted:
        with transaction(engine) as session:
            assert senders.accept(session, number, by="Anna Redazione", now=NOW - timedelta(minutes=5))
    bulletin_id = drafted(acting, engine)
    assert not approve_by_order(acting, engine, bulletin_id, now=DUE)
    with transaction(engine) as session:
        version = bulletins.latest(session, bulletin_id)
        assert version is not None
        assert version.note == MAY_HAVE_LEFT
        items = bulletins.items(session, version)
        assert of_whole(session, bulletins.locked(session, bulletin_id), items) == [MAY_HAVE_LEFT]


def test_two_days_after_a_restore_was_accepted_the_order_holds_again(
    settings: Settings, engine: Engine
) -> None:
    acting = ordered(settings)
    with transaction(engine) as session:
        assert senders.accept(session, 3, by="Anna Redazione", now=DUE - restored.RECENT)
        assert restored.is_recent(acting, session, now=DUE - timedelta(seconds=1))
    assert approve_by_order(acting, engine, drafted(acting, engine), now=DUE)


def test_what_was_under_way_at_the_copy_is_counted_with_who_was_left(comuni: Comune) -> None:
    """As the certificate counts it, which is the next thing that a person looks at."""
    comuni.subscribe()
    number = _approved(comuni)
    order = begin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:
        outbox.begin(session, number, sender_id=order.sender_id, now=comuni.now)
    with transaction(comuni.engine) as session:
        (line,) = restored.hold(comuni.settings, session, before=comuni.now, now=comuni.now)
    uncertain = {row.status for row in comuni.deliveries(number)}
    assert uncertain == {DeliveryStatus.uncertain}
    assert f"; {len(comuni.deliveries(number))} messaggi sono incerti, e «riprendi» non li manda" in line

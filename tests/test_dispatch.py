"""A bulletin is sent as it was sealed, in its hour, to who is subscribed, once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from db import bulletins, provider, recipients
from db.engine import StoreError
from db.models import BulletinItem, BulletinStatus, DeliveryStatus, Recipient, Scope
from flows.bulletin.message.frame import fill
from flows.cli import tour
from flows.dispatch import dispatch_bulletin, due, prepare
from flows.sending import conductor
from flows.sending.certificate import words
from flows.sending.drain import DispatchError
from tests.world.builders import item_of, make_bulletin, make_news_item, make_recipient, news_data
from tests.world.comune import APPROVE, POSTPONE, Comune

SLOT = datetime(2026, 11, 27, 10, tzinfo=UTC)


def approved(comune: Comune, *, slot_at: datetime | None = None, items: int = 2) -> int:
    """A bulletin that the editor approved; without a slot it goes at once."""
    with comune.look() as session:
        chosen = [
            item_of(make_news_item(session, news_data(title=f"Notizia {number}")), text=f"Testo {number}.")
            for number in range(1, items + 1)
        ]
        bulletin = make_bulletin(session, chosen, status=BulletinStatus.in_review, slot_at=slot_at)
    assert comune.answer(bulletin.id, APPROVE).status == BulletinStatus.approved
    return bulletin.id


def test_every_phone_gets_exactly_the_sealed_text_once(comuni: Comune) -> None:
    numbers = comuni.subscribe()
    number = approved(comuni)
    with comuni.look() as session:
        order = prepare(comuni.settings, session, number, now=comuni.now)
    text = fill(comuni.settings.frame("bollettino_2"), order.message.parameters)
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert reason is None
    assert certificate.adds_up
    assert words(certificate) == "Previsti 5 = accettati 5 + falliti 0 + saltati 0 + incerti 0"
    assert comuni.received() == {phone: [text] for phone in numbers}
    assert "*In primo piano.* Testo 1.\n\n*2.* Testo 2.\n\nBollettino di martedì 24 novembre." in text
    bulletin = comuni.bulletin(number)
    assert bulletin.status == BulletinStatus.sent
    assert bulletin.sent_at is not None
    phone = comuni.ask("GET", "/_prova/telefoni")[0]
    assert phone["messages"][0]["button_url"].endswith(f"/b/{bulletin.code}")
    assert phone["messages"][0]["header"] == "PROVA · Notizie dal Comune di Esempio"


def test_a_picture_of_how_far_it_is_that_nobody_takes_ends_no_send(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Prefect's server is slow while 30 sends run: of 300 Comuni three had 463 people wait for it."""
    numbers = comuni.subscribe()
    number = approved(comuni)
    monkeypatch.setattr(conductor, "TELL_EVERY", 0.0)
    asked: list[int] = []

    def shown() -> None:
        asked.append(len(comuni.received()))
        raise TimeoutError

    certificate, reason = dispatch_bulletin(
        comuni.settings, comuni.engine, number, now=comuni.now, progress=shown
    )
    assert asked
    assert reason is None
    assert certificate.accepted == len(numbers)
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert "how far it is cannot be shown: TimeoutError" in caplog.text


def test_an_order_is_read_once_before_the_checks(comune: Comune) -> None:
    """And once more, under its lock, when the send begins."""
    comune.subscribe()
    number = approved(comune)
    with comune.look() as session, comune.reads() as reads:
        prepare(comune.settings, session, number, now=comune.now)
    assert [reads[table] for table in ("bulletin", "approval", "bulletinitem")] == [1, 1, 1]
    before = Counter[str]()
    with comune.reads() as reads:
        dispatch_bulletin(
            comune.settings, comune.engine, number, now=comune.now, show=lambda _: before.update(reads)
        )
    assert before["bulletin"] == 5, "the order, its pages, its alerts, the checks, the send before it"


def test_a_second_dispatch_is_refused_and_reaches_nobody(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    with pytest.raises(DispatchError, match="non è approvato: è inviato"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert [len(texts) for texts in comuni.received().values()] == [1] * 5


def test_nothing_leaves_without_an_approval(comune: Comune) -> None:
    comune.subscribe()
    with comune.look() as session:
        waiting = make_bulletin(session, status=BulletinStatus.in_review).id
        postponed = make_bulletin(session, status=BulletinStatus.in_review).id
    comune.answer(postponed, POSTPONE)
    for number in (waiting, postponed):
        with pytest.raises(DispatchError, match="non è approvato"):
            dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert not any(comune.received().values())


def test_a_text_that_changed_after_the_approval_is_refused(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    with comuni.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        item = session.exec(select(BulletinItem).where(BulletinItem.version_id == found[1].id)).first()
        assert item is not None
        item.text = "Un testo che nessuno ha approvato."
    with pytest.raises(DispatchError, match="non è più quello approvato da Anna Redazione"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert comuni.bulletin(number).status == BulletinStatus.approved
    assert comuni.deliveries(number) == []
    assert not any(comuni.received().values())


def test_another_audience_than_the_approved_one_is_refused(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = approved(comune)
    kind = comune.bulletin(number).kind
    monkeypatch.setitem(recipients.AUDIENCE_RULE, kind, "everybody who ever wrote")
    with pytest.raises(DispatchError, match="non è più quello approvato"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)


def test_a_bulletin_leaves_in_its_hour_and_never_late(comune: Comune) -> None:
    number = approved(comune, slot_at=SLOT)
    early, late = SLOT - timedelta(seconds=1), SLOT + timedelta(minutes=60, seconds=1)
    with comune.look() as session:
        with pytest.raises(DispatchError, match="È presto: il bollettino parte venerdì 27 novembre, ore 11"):
            prepare(comune.settings, session, number, now=early)
        with pytest.raises(DispatchError, match=r"È tardi: .* Da solo non parte"):
            prepare(comune.settings, session, number, now=late)
        for moment in (SLOT, SLOT + timedelta(minutes=60)):
            assert prepare(comune.settings, session, number, now=moment).bulletin_id == number
    assert [
        due(comune.settings, comune.engine, now) for now in (early, SLOT, SLOT + timedelta(minutes=60), late)
    ] == [[], [number], [number], []]


def test_one_without_a_slot_is_due_at_once_and_the_date_is_that_of_the_approval(comune: Comune) -> None:
    number = approved(comune)
    later = comune.now + timedelta(minutes=59)
    assert due(comune.settings, comune.engine, later) == [number]
    assert due(comune.settings, comune.engine, comune.now + timedelta(minutes=61)) == []
    with comune.look() as session:
        message = prepare(comune.settings, session, number, now=later).message
    assert message.parameters[-1] == "martedì 24 novembre"


def test_who_left_or_wants_only_alerts_gets_no_news(comune: Comune) -> None:
    left, alerts_only, *others = comune.subscribe()
    vault = comune.settings.vault()
    with comune.look() as session:
        found = recipients.find(session, vault, recipients.Address(phone=alerts_only))
        assert found is not None
        found.scope = Scope.alerts
        gone = recipients.find(session, vault, recipients.Address(phone=left))
        assert gone is not None
        recipients.opt_out(session, gone, now=comune.now)
    number = approved(comune)
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.planned, certificate.accepted) == (3, 3)
    received = comune.received()
    assert [len(received[phone]) for phone in (left, alerts_only, *others)] == [0, 0, 1, 1, 1]


def test_a_citizen_without_a_known_number_is_reached_by_user_id(comune: Comune) -> None:
    comune.subscribe()
    phone = comune.ask("POST", "/_prova/telefoni", {"number": "+393330000077", "hidden": True})
    with comune.look() as session:
        make_recipient(session, comune.settings.vault(), bsuid=phone["bsuid"])
    dispatch_bulletin(comune.settings, comune.engine, approved(comune), now=comune.now)
    assert len(comune.received()["+393330000077"]) == 1


def test_the_providers_latest_category_decides_the_endpoint(comune: Comune) -> None:
    number = approved(comune, items=1)
    with comune.look() as session:
        assert prepare(comune.settings, session, number, now=comune.now).category == "MARKETING"
        provider.seen(session, "bollettino_1", "it", category="UTILITY", at=comune.now)
        assert prepare(comune.settings, session, number, now=comune.now).category == "UTILITY"
        at = comune.now + timedelta(seconds=1)
        provider.seen(session, "bollettino_1", "it", category="AUTHENTICATION", at=at)
        assert prepare(comune.settings, session, number, now=comune.now).category == "MARKETING"


def test_a_bulletin_that_does_not_exist_is_named(comune: Comune) -> None:
    with pytest.raises(StoreError, match="there is no bulletin 4711"):
        dispatch_bulletin(comune.settings, comune.engine, 4711, now=comune.now)


def test_without_subscribers_it_is_sent_to_nobody_and_adds_up(comune: Comune) -> None:
    tour.register_templates(comune.settings)
    number = approved(comune)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.planned, certificate.adds_up, reason) == (0, True, None)
    assert comune.bulletin(number).status == BulletinStatus.sent


def test_nothing_that_is_kept_or_raised_shows_a_number(comune: Comune) -> None:
    numbers = comune.subscribe()
    number = approved(comune)
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        rows = [repr(row) for row in session.exec(select(Recipient))]
    rows += [repr(row) for row in comune.deliveries(number)]
    assert not any(phone.lstrip("+") in row for phone in numbers for row in rows)
    assert {row.status for row in comune.deliveries(number)} == {DeliveryStatus.accepted}


def test_the_seal_binds_the_words_of_the_template_too(comune: Comune) -> None:
    """An upgrade of the texts between approval and dispatch would change what was approved."""
    number = approved(comune)
    with comune.look() as session:
        message = prepare(comune.settings, session, number, now=comune.now).message
    other = replace(message, frame=replace(message.frame, footer="Un altro piede"))
    assert message.sealed("active") != other.sealed("active")

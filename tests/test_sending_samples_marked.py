"""A test to those marked as test: who may be marked, what each gets, and what is counted; by rows."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, provider
from db.engine import StoreError, reading, transaction
from db.models import Bulletin, BulletinStatus, Outcome, Recipient, RecipientStatus, Sample
from db.rate import Priority
from db.recipients import Address
from flows.sending import samples
from flows.sending.drain import DispatchError
from flows.settings import Settings
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.messages import OutgoingTemplate
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient, new_phone
from tests.world.posted import Posted, posted

__all__ = ["posted"]  # the fixture
LATER = NOW + timedelta(days=2)  # a Thursday
TEXT = "Via Roma chiude lunedì 30 novembre dalle 8 alle 18."


def make_test(session: Session, settings: Settings, **details: object) -> Recipient:
    found = make_recipient(session, settings.vault(), **details)  # type: ignore[arg-type]
    found.is_test = True
    session.add(found)
    session.flush()
    return found


def draft(session: Session) -> Bulletin:
    """In review, by its second version, which alone says `TEXT`."""
    first = [item_of(make_news_item(session), text="Il primo testo.")]
    bulletin = make_bulletin(session, first, status=BulletinStatus.in_review)
    bulletins.add_version(session, bulletin, [item_of(make_news_item(session))], author="x", now=NOW)
    return bulletin


def people(session: Session, settings: Settings, count: int) -> list[Recipient]:
    return [make_test(session, settings) for _ in range(count)]


def is_marked(engine: Engine) -> list[bool]:
    with reading(engine) as session:
        return [one.is_test for one in sorted(session.exec(select(Recipient)), key=lambda one: one.id or 0)]


def test_who_is_marked_and_how_many_are(settings: Settings, sqlite: Engine) -> None:
    first, second = new_phone(), new_phone()
    with transaction(sqlite) as session:
        for phone in (first, second):
            make_recipient(session, settings.vault(), phone=phone)
    assert samples.mark(settings, sqlite, Address(phone=first), is_test=True) == 1
    assert samples.mark(settings, sqlite, Address(phone=second), is_test=True) == 2
    assert samples.mark(settings, sqlite, Address(phone=second), is_test=True) == 2
    assert is_marked(sqlite) == [True, True]
    assert samples.mark(settings, sqlite, Address(phone=first), is_test=False) == 1
    assert is_marked(sqlite) == [False, True]


@pytest.mark.parametrize("status", [RecipientStatus.opted_out, RecipientStatus.suspended])
def test_only_a_subscriber_is_marked_and_anybody_is_let_go(
    settings: Settings, sqlite: Engine, status: RecipientStatus
) -> None:
    phone = new_phone()
    with transaction(sqlite) as session:
        make_test(session, settings, phone=phone, status=status)
    with pytest.raises(DispatchError) as refused:
        samples.mark(settings, sqlite, Address(phone=phone), is_test=True)
    assert str(refused.value) == "Questo numero non è iscritto: prima deve scrivere ATTIVA."
    assert samples.mark(settings, sqlite, Address(phone=phone), is_test=False) == 0
    assert is_marked(sqlite) == [False]
    for is_test in (True, False):
        with pytest.raises(DispatchError, match="Questo numero non è iscritto: prima deve"):
            samples.mark(settings, sqlite, Address(phone="+393339999999"), is_test=is_test)


def test_the_twentieth_is_marked_and_no_other_one(settings: Settings, sqlite: Engine) -> None:
    phone, beyond = new_phone(), new_phone()
    with transaction(sqlite) as session:
        people(session, settings, 19)
        make_recipient(session, settings.vault(), phone=phone)
        make_recipient(session, settings.vault(), phone=beyond)
    assert samples.mark(settings, sqlite, Address(phone=phone), is_test=True) == 20
    with pytest.raises(DispatchError) as refused:
        samples.mark(settings, sqlite, Address(phone=beyond), is_test=True)
    assert str(refused.value) == "I numeri di prova sono già 20: toglierne uno prima (--off)."
    assert samples.mark(settings, sqlite, Address(phone=beyond), is_test=False) == 20
    assert samples.mark(settings, sqlite, Address(phone=phone), is_test=True) == 20, "who is marked stays so"
    assert samples.mark(settings, sqlite, Address(phone=phone), is_test=False) == 19
    assert samples.mark(settings, sqlite, Address(phone=beyond), is_test=True) == 20


def test_more_than_twenty_are_still_too_many(settings: Settings, sqlite: Engine) -> None:
    phone = new_phone()
    with transaction(sqlite) as session:
        people(session, settings, 21)
        make_recipient(session, settings.vault(), phone=phone)
    with pytest.raises(DispatchError, match="sono già 20"):
        samples.mark(settings, sqlite, Address(phone=phone), is_test=True)


def test_the_plan_names_the_latest_text_and_who_would_get_it(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = draft(session)
        make_test(session, settings, status=RecipientStatus.opted_out)
        make_recipient(session, settings.vault())
        to = people(session, settings, 2)
        provider.seen(session, "bollettino_1", "it", category="UTILITY", at=NOW)
        found = samples.plan(settings, session, bulletin.id, now=LATER)
        assert (found.version, [one.id for one in found.to]) == (2, [one.id for one in to])
        order = found.order
        assert (order.bulletin_id, order.kind, order.category) == (bulletin.id, bulletin.kind, "UTILITY")
        assert order.message.parameters == (TEXT, "giovedì 26 novembre")
        assert (order.message.language, order.message.button_suffix) == ("it", bulletin.code)


def test_what_no_test_can_be_sent_of_says_why(settings: Settings, sqlite: Engine) -> None:
    profile = settings.profile
    without = profile.model_copy(
        update={
            "whatsapp": profile.whatsapp.model_copy(update={"api": "https://graph.facebook.com"}),
            "privacy": profile.privacy.model_copy(update={"basis": "", "act": ""}),
        }
    )
    lacking = Settings(without, settings.path, settings.state)
    with transaction(sqlite) as session:
        empty = bulletins.create(session, slot_at=None, deadline_at=None, by="x", now=NOW)
        number = draft(session).id
        for wanted, said in (
            (empty.id, f"Il bollettino {empty.id} non ha ancora un testo."),
            (
                number,
                "Nessun numero di prova: segnane uno con `python -m flows subscribers test NUMERO`.",
            ),
        ):
            with pytest.raises(DispatchError) as refused:
                samples.plan(settings, session, wanted, now=NOW)
            assert str(refused.value) == said
        with pytest.raises(DispatchError) as refused:
            samples.plan(lacking, session, 99, now=NOW)  # before anything is looked for
        assert str(refused.value).startswith("Non si può scrivere ai cittadini: nel profilo manca la base")
        with pytest.raises(StoreError, match="there is no bulletin 99"):
            samples.plan(settings, session, 99, now=NOW)


def test_each_gets_one_message_whose_start_was_committed_before(
    settings: Settings, sqlite: Engine, posted: Posted
) -> None:
    phones = [new_phone(), new_phone()]
    with transaction(sqlite) as session:
        bulletin = draft(session)
        number, code = bulletin.id, bulletin.code
        for phone in phones:
            make_test(session, settings, phone=phone)

    def rows() -> list[Sample]:
        with reading(sqlite) as session:
            return list(session.exec(select(Sample)))

    posted.looks = lambda: [(one.outcome, one.started_at, one.asked_at) for one in rows()]
    posted.answers = [PostOutcome("refused", code="131026"), PostOutcome("accepted", wamid="w")]
    found = samples.send(settings, sqlite, number, now=LATER)
    assert found == {"refused 131026": 1, "accepted": 1}
    ids = [message.opaque for message in posted.messages]
    assert posted.messages == [
        OutgoingTemplate(
            to=phone,
            bsuid=None,
            name="bollettino_1",
            language="it",
            category="MARKETING",
            parameters=(TEXT, "giovedì 26 novembre"),
            button_suffix=code,
            opaque=id_,
        )
        for phone, id_ in zip(phones, ids, strict=True)
    ]
    assert posted.calls == [(settings, sqlite, Priority.answer)]
    assert posted.seen == [[(Outcome.in_flight, LATER, LATER)] * 2]
    ends = {str(one.id): (one.outcome, one.code) for one in rows()}
    assert ends == {ids[0]: (Outcome.refused, "131026"), ids[1]: (Outcome.accepted, None)}
    assert {(one.bulletin_id, one.version_number, one.editor) for one in rows()} == {(number, 2, "")}


def test_ends_are_counted_by_how_and_by_code(settings: Settings, sqlite: Engine, posted: Posted) -> None:
    with transaction(sqlite) as session:
        number = draft(session).id
        people(session, settings, 5)
    posted.answers = [
        PostOutcome("not_sent", reason="no_turn"),
        PostOutcome("refused", code="131026", reason="x"),
        PostOutcome("not_sent", reason="no_turn"),
        PostOutcome("accepted", wamid="w"),
        PostOutcome("refused", code="131026"),
    ]
    found = samples.send(settings, sqlite, number, now=NOW)
    assert found == {"not_sent no_turn": 2, "refused 131026": 2, "accepted": 1}


def test_whose_number_no_key_opens_is_counted_and_gets_no_row(
    settings: Settings, sqlite: Engine, posted: Posted
) -> None:
    with transaction(sqlite) as session:
        number = draft(session).id
        lost = people(session, settings, 3)[:2]
        for one in lost:
            one.phone_sealed = b"sealed with a key that is gone"
    found = samples.send(settings, sqlite, number, now=NOW)
    assert found == {"refused unreadable_address": 2, "accepted": 1}
    with reading(sqlite) as session:
        assert [one.outcome for one in session.exec(select(Sample))] == [Outcome.accepted]

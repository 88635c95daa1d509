"""Before a send: whom it reaches by our rows, what the witness says, what a person sends by hand."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import senders
from db.bulletins import ItemData
from db.engine import transaction
from db.journal import Entry
from db.models import (
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Consent,
    ConsentEvent,
    DeliveryStatus,
    HandoverKind,
    Recipient,
    RecipientStatus,
    Scope,
)
from flows.sending import preflight
from flows.sending.checks import Check, Matter, Reach, Verdict
from flows.sending.witness import Mark, WitnessError
from flows.settings import Settings
from tests.test_sending_preflight_rows import by_name, ordered
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient
from tests.world.sends import make_delivery, make_send

HOUR, DAY, INSTANT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
QUEUED = (DeliveryStatus.queued, None)
LONG_AGO = NOW - 30 * DAY


class Place:
    """Outside the database; a check only reads it."""

    name = "scaffale"

    def __init__(self, mark: Mark | None = None, trouble: str = "") -> None:
        self._mark, self._trouble = mark, trouble

    def read(self) -> Mark | None:
        if self._trouble:
            raise WitnessError(self._trouble)
        return self._mark

    def write(self, mark: Mark) -> None:
        raise AssertionError(f"a check writes nothing, not {mark}")


def written_to(session: Session, settings: Settings, bulletin: Bulletin, at: datetime) -> Recipient:
    delivery = make_delivery(session, settings.vault(), bulletin, DeliveryStatus.accepted, at=at)
    recipient = session.get_one(Recipient, delivery.recipient_id)
    recipient.opted_in_at = LONG_AGO
    session.add(recipient)
    return recipient


def town(session: Session, settings: Settings) -> Bulletin:
    """An approved bulletin for five, of whom one had a message in the last 24 hours, as two others had."""
    first = make_send(session, settings.vault(), [], now=NOW - 2 * DAY)
    a_week = written_to(session, settings, first, NOW - DAY)
    a_week.opted_in_at = NOW - 7 * DAY
    less = written_to(session, settings, first, NOW - DAY + INSTANT)
    less.opted_in_at = NOW - 7 * DAY + INSTANT
    for _ in range(3):
        make_recipient(session, settings.vault(), now=LONG_AGO)
    left = written_to(session, settings, first, NOW - HOUR)
    left.status = RecipientStatus.opted_out
    narrowed = written_to(session, settings, first, NOW - 2 * HOUR)
    narrowed.scope, narrowed.opted_in_at = Scope.alerts, NOW
    session.add_all([a_week, less, left, narrowed])
    return make_bulletin(session, status=BulletinStatus.approved)


@pytest.mark.parametrize(
    ("limit", "room_at"),
    [
        (None, None),
        (8, None),
        (7, None),
        (6, NOW + 22 * HOUR + timedelta(minutes=1)),
        (5, NOW + 23 * HOUR + timedelta(minutes=1)),
        (4, None),  # no waiting helps: only two of the others were written to
    ],
)
def test_of_a_new_send_each_person_is_counted_once_and_the_oldest_free_their_places(
    settings: Settings, sqlite: Engine, limit: int | None, room_at: datetime | None
) -> None:
    with transaction(sqlite) as session:
        found = preflight._reach(session, town(session, settings), limit, NOW)
    assert found == Reach(to_write=5, new=4, recent=3, joined=2, room_at=room_at)


@pytest.mark.parametrize("status", [BulletinStatus.sending, BulletinStatus.stopped])
def test_of_a_send_that_goes_on_only_those_count_whom_nobody_tried(
    settings: Settings, sqlite: Engine, status: BulletinStatus
) -> None:
    came_of = [
        QUEUED,
        QUEUED,
        (DeliveryStatus.claimed, None),
        (DeliveryStatus.accepted, None),
        (DeliveryStatus.failed, "131026"),
        (DeliveryStatus.skipped, "opted_out"),
        (DeliveryStatus.uncertain, "ReadTimeout"),
    ]
    with transaction(sqlite) as session:
        make_recipient(session, settings.vault(), now=LONG_AGO)  # who came after it began
        bulletin = make_send(session, settings.vault(), came_of, status=status)
        found = preflight._reach(session, bulletin, 4, NOW + HOUR)
    a_day_after_the_fourth = NOW + timedelta(seconds=4) + DAY + timedelta(minutes=1)
    assert found == Reach(to_write=3, new=2, recent=3, joined=7, room_at=a_day_after_the_fourth)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (HandoverKind.assisted, "257 destinatari in 2 liste da 256 numeri al massimo."),
        (HandoverKind.channel, "Una persona lo pubblica nel canale WhatsApp e lo dichiara."),
    ],
)
def test_nothing_is_asked_of_a_provider_where_a_person_sends(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, kind: HandoverKind, told: str
) -> None:
    monkeypatch.delattr(preflight, "ask")
    monkeypatch.setattr("db.recipients.head_count", lambda *_: 257)
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.approved).id
    order = ordered(settings, number, by_hand=kind)
    found = preflight.look(settings, sqlite, order, site=["Via Roma riapre."], places=[Place()], now=NOW)
    assert [str(check) for check in found.checks] == [
        str(preflight.TEXT_CHECK),
        "Notizie sul sito: attenzione. Da sapere: Via Roma riapre.",
        "Copia del database: a posto. Invii già partiti: 0, lo stesso numero nel database e fuori.",
        f"Invio a mano: a posto. {told}",
    ]
    assert (found.way, found.room) == (None, None)


def test_by_hand_a_new_one_goes_to_its_audience_and_one_that_goes_on_to_who_waits(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        begun = make_send(
            session,
            settings.vault(),
            [QUEUED, QUEUED, (DeliveryStatus.declared, None)],
            status=BulletinStatus.sending,
        ).id
        make_recipient(session, settings.vault())
        new = make_bulletin(session, status=BulletinStatus.approved).id
    for number, people in ((new, 4), (begun, 2)):
        order = ordered(settings, number, by_hand=HandoverKind.assisted)
        found = preflight.look(settings, sqlite, order, site=(), places=[], now=NOW)
        assert found.checks[-1].words == f"{people} destinatari in 1 lista da 256 numeri al massimo."


def test_one_line_of_news_among_others_is_read_again(sqlite: Engine) -> None:
    typed = ItemData("Avviso", "Che cosa", "", "Scuole chiuse.")
    with transaction(sqlite) as session:
        items = [typed, item_of(make_news_item(session))]
        news = make_bulletin(session, items, status=BulletinStatus.approved)
        put_right = make_bulletin(session, items, kind=BulletinKind.correction, status=BulletinStatus.sent)
        put_right.template = "rettifica"
        draft = make_bulletin(session, items)
        assert preflight._matter(session, news) == Matter.pages
        assert preflight._matter(session, put_right) == Matter.correction
        notice = make_bulletin(session, items, kind=BulletinKind.urgent, status=BulletinStatus.approved)
        notice.template = "avviso_urgente"
        assert preflight._matter(session, notice) == Matter.own_words, "no page says what it says"
        assert preflight._matter(session, draft) == Matter.own_words, "nobody has sealed its text"


def heard(settings: Settings, engine: Engine, *places: Place) -> Check:
    with transaction(engine) as session:
        number = session.exec(select(Bulletin.id)).first() or (
            make_bulletin(session, status=BulletinStatus.approved).id
        )
    order = ordered(settings, number, by_hand=HandoverKind.channel)
    return by_name(preflight.look(settings, engine, order, site=(), places=places, now=NOW))[
        "Copia del database"
    ]


@pytest.mark.parametrize(
    ("places", "verdict", "words"),
    [
        ([Place(Mark(number=2, bulletin_id=7, at=NOW))], Verdict.good, "Invii già partiti: 2,"),
        ([Place(Mark(number=3, bulletin_id=7, at=NOW))], Verdict.refused, "3 (bollettino 7"),
        ([Place(), Place(trouble="chiuso")], Verdict.unknown, "conosce 2 partenze"),
    ],
)
def test_the_places_outside_are_heard_beside_our_count(
    settings: Settings, sqlite: Engine, places: list[Place], verdict: Verdict, words: str
) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.approved).id
        for _ in range(2):
            senders.add(session, number, by="invio", now=NOW)
    check = heard(settings, sqlite, *places)
    assert (check.verdict, words in check.words) == (verdict, True), check


def test_words_of_consent_without_their_journal_hold_everything(settings: Settings, sqlite: Engine) -> None:
    assert heard(settings, sqlite, Place()).verdict == Verdict.good, "nobody has said anything yet"
    with transaction(sqlite) as session:
        session.add(
            ConsentEvent(
                subject_hash="a", event=Consent.opt_in, word="ATTIVA", at=NOW, notice_version="1", source="x"
            )
        )
    assert heard(settings, sqlite, Place()).verdict == Verdict.refused
    settings.ledger().journal.append(Entry(NOW, Consent.opt_in, ("a",)))
    assert heard(settings, sqlite, Place()).verdict == Verdict.good

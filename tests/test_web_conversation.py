"""What citizens write and what it does: a table of texts, danger first, and limits on the answers."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from db import recipients, replies
from db.engine import transaction
from db.models import (
    BulletinKind,
    BulletinStatus,
    Consent,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    Level,
    Recipient,
    RecipientStatus,
    Scope,
)
from flows.settings import Settings
from flows.web.inbound import conversation
from flows.whatsapp.updates import InboundMessage
from tests.world.builders import make_bulletin, make_recipient, make_weather_alert, new_phone

TABLE = tomllib.loads((Path(__file__).parent / "data" / "inbound_texts.toml").read_text(encoding="utf-8"))
GROUPS: list[dict[str, Any]] = TABLE["group"]
PHONE = "+393331234567"


class Citizen:
    """One number that writes; `answers` are the names of what it was answered since the last time asked."""

    def __init__(self, settings: Settings, engine: Engine, now: datetime, phone: str = PHONE) -> None:
        self.settings, self.engine, self.now, self.phone = settings, engine, now, phone
        self.seen = 0
        self.count = 0

    def write(self, text: str | None, *, type: str = "text", at: datetime | None = None) -> list[str]:
        self.count += 1
        message = InboundMessage(
            id=f"{self.phone}-{self.count}",
            phone=self.phone,
            bsuid=None,
            at=at or self.now,
            type=type,
            text=text,
            raw={},
        )
        with transaction(self.engine) as session:
            conversation.answer(self.settings, session, message, now=self.now)
        return self.answers()

    def answers(self) -> list[str]:
        with transaction(self.engine) as session:
            rows = session.exec(
                select(Delivery)
                .where(Delivery.recipient_id == self.row().id, col(Delivery.bulletin_id).is_(None))
                .order_by(col(Delivery.id))
            ).all()
            new, self.seen = rows[self.seen :], len(rows)
            return [row.reply or "" for row in new]

    def body(self) -> str:
        """Of the last answer."""
        with transaction(self.engine) as session:
            query = select(Delivery.body).order_by(col(Delivery.id).desc())
            return session.exec(query).first() or ""

    def row(self) -> Recipient:
        with transaction(self.engine) as session:
            found = recipients.find(session, self.settings.vault(), recipients.Address(self.phone))
            assert found is not None
            return found

    def is_active(self) -> bool:
        return self.row().status == RecipientStatus.active


@pytest.fixture
def citizen(settings: Settings, sqlite: Engine, now: datetime) -> Citizen:
    return Citizen(settings, sqlite, now)


@pytest.fixture
def subscriber(citizen: Citizen) -> Citizen:
    assert citizen.write("ATTIVA", at=citizen.now - timedelta(minutes=5)) == ["benvenuto"]
    return citizen


def test_the_table_holds_enough_and_no_text_twice() -> None:
    texts = [text for group in GROUPS for text in group["texts"]]
    assert len(texts) == len(set(texts)) >= 530


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS, ids=[" ".join(one["answers"]) or "silence" for one in GROUPS])
def test_every_text_of_the_table_does_what_it_must(
    settings: Settings, sqlite: Engine, now: datetime, group: dict[str, Any]
) -> None:
    leaves = {"arrivederci", "cancellazione"} & set(group["answers"])
    wrong = {}
    for text in group["texts"]:
        citizen = Citizen(settings, sqlite, now, new_phone())
        citizen.write("ATTIVA", at=now - timedelta(minutes=5))
        got = citizen.write(text)
        if got != group["answers"] or citizen.is_active() == bool(leaves):
            wrong[text] = got
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ATTIVA", "benvenuto"),
        ("solo allerte", "solo_allerte"),
        ("STOP", "non_iscritto"),
        ("CANCELLAMI", "non_iscritto"),
        ("INFO", "info_non_iscritto"),
        ("Che ore sono?", "cortesia_non_iscritto"),
        ("aiuto, brucia", "emergenza"),
    ],
)
def test_a_stranger_is_answered_as_one(citizen: Citizen, text: str, answer: str) -> None:
    assert citizen.write(text) == [answer]
    assert citizen.is_active() == (answer in ("benvenuto", "solo_allerte"))


@pytest.mark.parametrize(
    "type", ["audio", "image", "video", "document", "location", "contacts", "button", "interactive"]
)
def test_a_voice_note_or_a_picture_gets_the_courtesy_once_a_day(subscriber: Citizen, type: str) -> None:
    assert subscriber.write(None, type=type) == ["cortesia"]
    assert subscriber.write(None, type=type) == []
    subscriber.now += timedelta(days=1, seconds=1)
    assert subscriber.write("Che ore sono?") == ["cortesia"]


@pytest.mark.parametrize("type", ["reaction", "sticker", "unsupported", "unknown", "system"])
def test_a_reaction_a_sticker_or_a_notice_gets_silence(subscriber: Citizen, type: str) -> None:
    assert subscriber.write(None, type=type) == []


def test_danger_is_answered_again_after_ten_minutes_whatever_else_was_said(subscriber: Citizen) -> None:
    assert subscriber.write("C'è una buca") == ["cortesia"]
    assert subscriber.write("aiuto, siamo allagati") == ["emergenza"]
    assert subscriber.write("aiuto, siamo allagati") == []
    subscriber.now += timedelta(minutes=10, seconds=1)
    assert subscriber.write("acqua in casa") == ["emergenza"]


def _alert(citizen: Citizen, level: Level, *, zone: str = "Lomb-09") -> None:
    with transaction(citizen.engine) as session:
        alert = make_weather_alert(session, level=level, day=citizen.now.date())
        alert.zone = zone
        session.add(alert)


@pytest.mark.parametrize("level", [Level.arancione, Level.rossa])
def test_any_free_text_during_an_orange_or_red_alert_is_told_to_call_112(
    subscriber: Citizen, level: Level
) -> None:
    _alert(subscriber, level)
    assert subscriber.write("Buonasera") == ["emergenza"], "a call for help may begin like this"
    subscriber.now += timedelta(minutes=11)
    assert subscriber.write("A che ora apre la biblioteca?") == ["emergenza"]
    subscriber.now += timedelta(minutes=11)
    assert subscriber.write(None, type="audio") == ["emergenza"]
    assert subscriber.write("Grazie") == []
    assert subscriber.write("stop, non vengo stasera") == ["stop_dubbio"]
    assert subscriber.write("disattiva") == ["arrivederci"]


def test_yellow_another_zone_and_yesterday_are_no_such_alert(subscriber: Citizen) -> None:
    _alert(subscriber, Level.gialla)
    _alert(subscriber, Level.rossa, zone="Lomb-01")
    assert subscriber.write("A che ora apre la biblioteca?") == ["cortesia"]
    _alert(subscriber, Level.rossa)
    subscriber.now += timedelta(days=1, hours=12)
    assert subscriber.write("A che ora apre la biblioteca?") == ["cortesia"]


def test_two_machines_do_not_talk_for_ever_and_a_word_counts_all_the_same(subscriber: Citizen) -> None:
    answers = [name for _ in range(20) for name in subscriber.write("ATTIVA")]
    assert len(answers) == conversation.MOST_AN_HOUR - 1, "one was the welcome"
    assert subscriber.write("DISATTIVA") == ["arrivederci"], "an exit is confirmed, once"
    assert not subscriber.is_active()
    assert subscriber.write("DISATTIVA") == []
    assert subscriber.write("CANCELLAMI") == ["cancellazione"]
    assert subscriber.write("CANCELLAMI") == []
    assert subscriber.write("aiuto, va a fuoco") == ["emergenza"]


def test_solo_allerte_reaches_the_rule_of_the_audience(subscriber: Citizen) -> None:
    def reached(kind: BulletinKind) -> int:
        with transaction(subscriber.engine) as session:
            return len(session.exec(recipients.audience(kind)).all())

    since = subscriber.row().opted_in_at
    assert (reached(BulletinKind.ordinary), reached(BulletinKind.urgent)) == (1, 1)
    subscriber.write("solo allerte")
    assert (reached(BulletinKind.ordinary), reached(BulletinKind.urgent)) == (0, 1)
    assert (subscriber.row().scope, subscriber.row().opted_in_at) == (Scope.alerts, since)
    subscriber.now += timedelta(seconds=1)
    assert subscriber.write("ATTIVA") == ["benvenuto"]
    assert (reached(BulletinKind.ordinary), reached(BulletinKind.urgent)) == (1, 1)


def test_info_tells_what_is_known(subscriber: Citizen) -> None:
    number = subscriber.row().id
    with transaction(subscriber.engine) as session:
        for days in (9, 5, 1, 1):
            bulletin = make_bulletin(
                session, [], status=BulletinStatus.sent, now=subscriber.now - timedelta(days=days)
            )
            session.add(
                Delivery(
                    bulletin_id=bulletin.id,
                    recipient_id=number,
                    status=DeliveryStatus.accepted,
                    status_at=subscriber.now,
                )
            )
    assert subscriber.write("INFO") == ["info"]
    body = subscriber.body()
    assert "attiva dal 24 novembre 2026, con la parola ATTIVA." in body
    assert "Che cosa ricevi: notizie, allerte e avvisi urgenti." in body
    assert "versione 1 del 1 novembre 2026." in body
    assert "Ultimi messaggi: giovedì 19 novembre, lunedì 23 novembre." in body
    assert "{" not in body
    subscriber.write("solo allerte")
    subscriber.write("info")
    assert "con la parola SOLO ALLERTE." in subscriber.body()
    assert "Che cosa ricevi: solo allerte e avvisi urgenti." in subscriber.body()


def _doubly(settings: Settings) -> None:
    privacy = settings.profile.privacy.model_copy(update={"double_opt_in": True})
    settings.profile = settings.profile.model_copy(update={"privacy": privacy})


def test_where_the_profile_asks_twice_only_a_yes_within_a_day_subscribes(citizen: Citizen) -> None:
    _doubly(citizen.settings)
    assert citizen.write("ATTIVA") == ["conferma_doppia"]
    assert not citizen.is_active()
    citizen.now += timedelta(hours=25)
    assert citizen.write("sì") == []
    assert not citizen.is_active()
    assert citizen.write("solo allerte") == ["conferma_doppia"]
    citizen.now += timedelta(hours=1)
    assert citizen.write("Sì, grazie!") == ["solo_allerte"]
    assert (citizen.is_active(), citizen.row().scope) == (True, Scope.alerts)
    with transaction(citizen.engine) as session:
        (event,) = session.exec(select(ConsentEvent))
        assert (event.event, event.word) == (Consent.alerts_only, "SOLO ALLERTE, SI")
    citizen.now += timedelta(seconds=1)
    assert citizen.write("ATTIVA") == ["benvenuto"], "who is subscribed is not asked again"


def test_a_word_to_leave_takes_back_the_question(citizen: Citizen) -> None:
    _doubly(citizen.settings)
    citizen.write("ATTIVA")
    assert citizen.write("No, DISATTIVA") == ["non_iscritto"]
    assert citizen.write("Sì") == []
    assert not citizen.is_active()


@pytest.mark.parametrize("order", [("ATTIVA", "DISATTIVA"), ("DISATTIVA", "ATTIVA")])
def test_of_two_words_of_one_second_leaving_counts(citizen: Citizen, order: tuple[str, str]) -> None:
    """The provider's times are whole seconds, and keep no order."""
    for text in order:
        citizen.write(text)
    assert not citizen.is_active()


def test_each_word_is_in_the_ledger_with_the_notice_that_was_shown(subscriber: Citizen) -> None:
    for text in ("solo allerte per favore", "Vorrei disattivare", "cancellatemi"):
        subscriber.write(text)
    with transaction(subscriber.engine) as session:
        events = session.exec(select(ConsentEvent).order_by(col(ConsentEvent.id))).all()
    assert [(one.event, one.word) for one in events] == [
        (Consent.opt_in, "ATTIVA"),
        (Consent.alerts_only, "SOLO ALLERTE"),
        (Consent.opt_out, "DISATTIVA"),
        (Consent.erase, "CANCELLAMI"),
    ]
    assert {one.notice_version for one in events} == {"1 del 1 novembre 2026"}
    assert {one.notice_sha256 for one in events} == {subscriber.settings.ledger().notice_sha256}
    assert PHONE not in subscriber.settings.ledger().journal.path.read_text(encoding="utf-8")


def test_replies_and_exits_are_counted_for_the_last_bulletin(subscriber: Citizen) -> None:
    number = subscriber.row().id
    with transaction(subscriber.engine) as session:
        old, new = (
            make_bulletin(session, [], status=BulletinStatus.sent, now=subscriber.now - timedelta(hours=ago))
            for ago in (90, 3)
        )
        for bulletin in (old, new):
            session.add(
                Delivery(
                    bulletin_id=bulletin.id,
                    recipient_id=number,
                    status=DeliveryStatus.accepted,
                    status_at=subscriber.now,
                )
            )
        other = make_recipient(session, subscriber.settings.vault())
    for text in ("Il link non va", "Che cosa vuol dire?", "Grazie", "INFO", "DISATTIVA", "disattiva"):
        subscriber.write(text)
    with transaction(subscriber.engine) as session:
        replies.replied(session, other.id, now=subscriber.now)  # who got none
        found = replies.of(session, [old.id, new.id])
        assert (found[old.id].replies, found[old.id].exits) == (0, 0)
        assert (found[new.id].replies, found[new.id].exits) == (2, 1)

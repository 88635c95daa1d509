"""What citizens write, and what they are answered: at most once, within 24 hours."""

import asyncio
import logging
import socket
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db import deliveries
from db.engine import transaction
from db.models import (
    Attempt,
    BulletinStatus,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    Outcome,
    Recipient,
    RecipientStatus,
)
from flows.settings import Settings
from flows.web.app import create_app, host
from flows.web.inbound import answers, inbox
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import PHONE, Site, messages, wrote


def test_attiva_subscribes_and_the_welcome_leaves_once(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("Attiva!", now)))
    site.send()
    site.send()
    (post,) = site.posted
    assert post["to"] == f"+{PHONE}"
    assert "*La tua iscrizione è attiva.*" in post["text"]["body"]
    assert "{" not in post["text"]["body"], "every place of the text is filled"
    with site.look() as session:
        recipient = session.exec(select(Recipient)).one()
        consent = session.exec(select(ConsentEvent)).one()
        attempt = session.exec(select(Attempt)).one()
        assert (recipient.status, recipient.last_inbound_at) == (RecipientStatus.active, now)
        assert (consent.word, consent.source, consent.at) == ("ATTIVA", "whatsapp", now)
        assert consent.notice_version == site.web.settings.profile.notice.version
        assert str(attempt.id) == post["biz_opaque_callback_data"]
    assert site.replies() == [("benvenuto", DeliveryStatus.accepted)]


def test_who_is_subscribed_is_told_since_when(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now, id="a"), wrote("ATTIVA", now, id="b")))
    site.send()
    assert "è già attiva dal 24 novembre 2026:" in site.posted[1]["text"]["body"]


def test_disattiva_ends_the_subscription_and_says_so(site: Site, now: datetime) -> None:
    before = now - timedelta(seconds=1)
    site.tell(messages(wrote("ATTIVA", before, id="a"), wrote("disattiva", now, id="b")))
    with site.look() as session:
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]
        assert session.exec(select(ConsentEvent.word)).all() == ["ATTIVA", "DISATTIVA"]
    site.send()
    (post,) = site.posted  # and no welcome any more
    assert post["text"]["body"].startswith("PROVA · *Iscrizione disattivata.*")


def test_a_stranger_who_leaves_is_answered_and_not_subscribed(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("STOP", now)))
    site.send()
    assert "non è iscritto" in site.posted[0]["text"]["body"]
    with site.look() as session:
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]


def test_who_is_known_by_bsuid_only_is_subscribed_and_answered(site: Site, now: datetime) -> None:
    message = wrote("ATTIVA", now, sender="")
    site.tell(messages({**message, "from_user_id": "IT.13491208655302741918"}))
    site.send()
    assert site.posted[0]["recipient"] == "IT.13491208655302741918"
    assert "to" not in site.posted[0]


def test_other_words_get_one_courtesy_a_day_and_thanks_get_none(site: Site, now: datetime) -> None:
    said = ("Grazie 🙏", "Ok", "C'è una buca in via Roma", "Mi sentite?", "Quando passate?")
    site.tell(messages(*[wrote(text, now, id=str(n)) for n, text in enumerate(said)]))
    assert [name for name, _ in site.replies()] == ["cortesia_non_iscritto"]
    site.tell(messages(wrote("ATTIVA", now, id="x", sender="393330000001")))
    site.tell(messages(wrote("Che ore sono?", now, id="y", sender="393330000001")))
    assert [name for name, _ in site.replies()][1:] == ["benvenuto", "cortesia"]


def test_the_profile_may_replace_an_answer(site: Site, now: datetime) -> None:
    profile = site.web.settings.profile
    texts = {"benvenuto": "Benvenuto {dal_comune}."}
    site.web.settings.profile = profile.model_copy(update={"texts": texts})
    site.tell(messages(wrote("ATTIVA", now)))
    site.send()
    assert site.posted[0]["text"]["body"] == "PROVA · Benvenuto dal Comune di Esempio."


def test_after_24_hours_no_free_text_is_sent(site: Site, now: datetime) -> None:
    """Webhooks are repeated for up to seven days. Of a late welcome see tests/test_web_late_welcome.py."""
    site.tell(messages(wrote("SOLO ALLERTE", now - timedelta(hours=24))))
    site.send()
    assert site.posted == []
    assert site.replies() == [("solo_allerte", DeliveryStatus.skipped)]


def _refuse(code: int) -> Any:
    return lambda _request: httpx.Response(400, json={"error": {"code": code, "message": "no"}})


def _break(error: type[httpx.TransportError]) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("", request=request)

    return answer


@pytest.mark.parametrize(
    ("answer", "status", "outcome"),
    [
        (_break(httpx.ConnectError), DeliveryStatus.queued, Outcome.not_sent),
        (_refuse(130429), DeliveryStatus.queued, Outcome.not_sent),
        (_refuse(190), DeliveryStatus.queued, Outcome.not_sent),
        (_refuse(131026), DeliveryStatus.failed, Outcome.refused),
        (_break(httpx.ReadTimeout), DeliveryStatus.uncertain, Outcome.uncertain),
        (lambda _: httpx.Response(200, json={}), DeliveryStatus.uncertain, Outcome.uncertain),
    ],
)
def test_only_what_certainly_did_not_leave_is_sent_again(
    site: Site, now: datetime, caplog: pytest.LogCaptureFixture, answer: Any, status: Any, outcome: Any
) -> None:
    site.tell(messages(wrote("ATTIVA", now)))
    site.answer = answer
    with caplog.at_level(logging.DEBUG):
        site.send()
        site.send()  # at the same moment: what was put back waits
    assert len(site.posted) == 1
    assert site.replies() == [("benvenuto", status)]
    assert PHONE not in caplog.text
    with site.look() as session:
        assert session.exec(select(Attempt.outcome)).all() == [outcome]


def test_a_provider_that_cannot_be_reached_is_tried_five_times(
    settings: Settings, sqlite: Engine, now: datetime
) -> None:
    clock = [now]
    app = create_app(settings, sqlite, clock=lambda: clock[0])
    site = Site(app, app.state.web, answer=_break(httpx.ConnectError))
    site.tell(messages(wrote("ATTIVA", now)))
    for _ in range(8):
        site.send()
        clock[0] += timedelta(minutes=11)
    assert len(site.posted) == answers.MOST_TRIES == 5
    assert site.replies() == [("benvenuto", DeliveryStatus.failed)]


@pytest.mark.parametrize("is_stopping", [False, True])
def test_what_would_wait_for_a_pause_goes_back_to_the_queue_untried(
    site: Site, now: datetime, is_stopping: bool
) -> None:
    """Begun and not posted, it would be uncertain when the app stops, though nothing left."""
    site.tell(messages(wrote("ATTIVA", now)))

    async def go() -> int:
        pace = answers.make_pace(site.web)
        sender_id, _, (begun,) = answers.take(site.web, 5)
        pace.pause(0.5 if is_stopping else 3600.0)
        if is_stopping:
            site.web.stopping.set()
        async with site.client() as client:
            assert await answers.in_turn(site.web, client, pace, [begun])
        answers.end(site.web, sender_id)
        answers.abandon(site.web)
        _, _, (again,) = answers.take(site.web, 5)
        return again.tried

    assert asyncio.run(go()) == 0, "nothing was posted, so nothing was tried"
    assert site.posted == []


def test_what_a_dead_process_had_begun_is_uncertain_and_never_repeated(site: Site, now: datetime) -> None:
    with site.look() as session:
        recipient = make_recipient(session, site.web.vault)
        deliveries.queue_reply(session, recipient.id, "benvenuto", "Ciao.", now=now)
        outbox.begin(session, None, now=now - timedelta(minutes=1))
    answers.abandon(site.web)
    site.send()
    assert (site.posted, site.replies()) == ([], [("benvenuto", DeliveryStatus.uncertain)])


def two_answers(site: Site, now: datetime) -> None:
    """Of one person, so that the second leaves after the first is stored."""
    with site.look() as session:
        who = make_recipient(session, site.web.vault)
        deliveries.queue_reply(session, who.id, "x", "Prima.", now=now)
        deliveries.queue_reply(session, who.id, "y", "Poi.", now=now)


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the database does not answer when an answer's end is to be stored."""
    left, store = [0], answers.finish

    def finish(*given: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        store(*given)

    monkeypatch.setattr(answers, "finish", finish)
    monkeypatch.setattr(answers, "STORE_AGAIN", 0.01)
    return left


def test_a_database_that_does_not_answer_for_a_while_loses_no_answer(
    site: Site, now: datetime, locked: list[int]
) -> None:
    two_answers(site, now)
    locked[0] = 3
    site.send()
    answers.abandon(site.web)
    assert site.replies() == [("x", DeliveryStatus.accepted), ("y", DeliveryStatus.accepted)]
    assert [post["text"]["body"] for post in site.posted] == ["Prima.", "Poi."]


def test_what_was_not_posted_when_the_database_was_lost_leaves_later(
    site: Site, now: datetime, locked: list[int]
) -> None:
    """The app stops meanwhile: what was posted is uncertain, and never repeated."""
    two_answers(site, now)
    locked[0] = 1

    def stops(_: httpx.Request) -> httpx.Response:
        site.web.stopping.set()
        return httpx.Response(200, json={"messages": [{"id": "wamid.x"}]})

    site.answer = stops
    with pytest.raises(OperationalError):
        site.send()
    answers.abandon(site.web)
    assert site.replies() == [("x", DeliveryStatus.uncertain), ("y", DeliveryStatus.queued)]
    site.web.stopping.clear()
    site.answer = None
    site.send()
    assert site.replies() == [("x", DeliveryStatus.uncertain), ("y", DeliveryStatus.accepted)]
    assert len(site.posted) == 2


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT", {}, Exception("gone")), LookupError("a defect")]
)
def test_an_error_before_the_post_gives_everything_back(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    two_answers(site, now)

    async def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(answers, "turn", fail)
        if isinstance(error, OperationalError):
            with pytest.raises(OperationalError):
                site.send()
        else:
            site.send()
    answers.abandon(site.web)
    assert site.replies() == [("x", DeliveryStatus.queued), ("y", DeliveryStatus.queued)]
    site.send()
    assert site.replies() == [("x", DeliveryStatus.accepted), ("y", DeliveryStatus.accepted)]


def test_a_bulletin_is_none_of_the_answers_business(site: Site, now: datetime) -> None:
    with site.look() as session:
        recipient = make_recipient(session, site.web.vault)
        bulletin = make_bulletin(session, [], status=BulletinStatus.sending)
        outbox.plan(session, bulletin.id, [recipient], now=now)
    site.send()
    with site.look() as session:
        assert site.posted == []
        assert session.exec(select(Delivery.status)).all() == [DeliveryStatus.queued]


def test_the_running_app_picks_up_what_was_left_and_answers_at_once(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    """The whole app with its loops: stored by a process that died, handled and answered by the next."""
    app = create_app(settings, engine, clock=lambda: now)
    left = Site(app, app.state.web)
    assert left.post(messages(wrote("ATTIVA", now, id="left"))) == 200

    async def live() -> dict[str, Any]:
        app = create_app(settings, engine, client=left.client(), clock=lambda: now)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
                for _ in range(500):
                    if left.replies() == [("benvenuto", DeliveryStatus.accepted)]:
                        break
                    await asyncio.sleep(0.01)
                health = (await browser.get("/salute")).json()
        return dict(health)

    assert asyncio.run(live()) == {"ok": True, "writes": True, "parked": 0, "unread": {}}
    assert left.request("GET", "/salute").status_code == 503, "no loop runs there"
    assert len(left.posted) == 1
    with transaction(engine) as session:
        assert session.exec(select(Attempt.outcome)).all() == [Outcome.accepted]


def test_an_answer_that_cannot_be_sent_holds_up_no_other(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now, id="a")))
    with transaction(site.web.engine) as session:
        broken = make_recipient(session, site.web.vault)
        broken.phone_sealed = b"sealed with a key that is gone"
        nowhere = make_recipient(session, site.web.vault, phone="+0123456789")
        for recipient in (broken, nowhere):
            deliveries.queue_reply(session, recipient.id, "benvenuto", "Ciao.", now=now)
        for body in ("", "a" * 4097):
            deliveries.queue_reply(session, make_recipient(session, site.web.vault).id, "x", body, now=now)
    site.send()
    assert len(site.posted) == 1
    with site.look() as session:
        rows = session.exec(select(Delivery).order_by(Delivery.id))  # type: ignore[arg-type]
        assert [(row.status, row.reason) for row in rows] == [
            (DeliveryStatus.accepted, None),
            (DeliveryStatus.failed, "unreadable_address"),
            (DeliveryStatus.failed, "invalid_address"),
            (DeliveryStatus.failed, "invalid_text"),
            (DeliveryStatus.failed, "invalid_text"),
        ]


@pytest.mark.parametrize("loop", [answers, inbox])
def test_a_loop_that_dies_ends_the_process_with_a_code_that_is_not_zero(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, loop: ModuleType
) -> None:
    """So that whoever started it starts it again: a web app without its loops answers nobody."""

    async def die(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(loop, "run", die)
    on_a_free_port(settings)
    assert host(settings, sqlite) == 1


def test_a_web_app_that_is_told_to_stop_ends_with_zero(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_free_port(settings)

    async def told(server: uvicorn.Server) -> None:
        server.should_exit = True

    monkeypatch.setattr(uvicorn.Server, "main_loop", told)
    assert host(settings, sqlite) == 0


def on_a_free_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        servers = settings.profile.servers.model_copy(update={"web_port": probe.getsockname()[1]})
    settings.profile = settings.profile.model_copy(update={"servers": servers})


def test_an_app_that_stops_waits_no_longer_for_the_database(site: Site) -> None:
    """Nor does whoever hears of the stop keep the others from hearing of it."""

    def fails() -> None:
        raise OperationalError("", {}, Exception("locked"))

    async def go() -> None:
        waiting = asyncio.create_task(answers.insist(site.web, fails))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        site.web.stopping.set()
        with pytest.raises(OperationalError):
            await asyncio.wait_for(waiting, 5)
        assert site.web.stopping.is_set()

    asyncio.run(go())

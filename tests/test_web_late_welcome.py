"""After an outage: a welcome that may no longer leave as a text leaves as a template, or somebody is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import audience_limits, deliveries, inbound, provider
from db.engine import transaction
from db.inbound import Incoming
from db.models import Delivery, DeliveryStatus, Recipient, RecipientStatus
from db.replies import LATE_WELCOME
from flows.letters import alarms
from flows.settings import Settings
from flows.web.app import create_app
from flows.whatsapp.templates import VARIABLE
from tests.world.builders import NOW, make_recipient
from tests.world.comune import Comune
from tests.world.mail_server import Post, announce, mail_server
from tests.world.web_site import PHONE, Site, messages, wrote

DAY = timedelta(days=1)


class Outage:
    """ATTIVA is brought two days after it was written; `at` is the app's clock."""

    def __init__(self, settings: Settings, engine: Engine, now: datetime) -> None:
        self.at = now
        app = create_app(settings, engine, clock=lambda: self.at)
        self.site = Site(app, app.state.web)

    def attiva(self) -> None:
        self.site.tell(messages(wrote("ATTIVA", self.at - 2 * DAY)))

    def send(self, **after: float) -> None:
        self.at += timedelta(**after)
        self.site.send()

    def told(self, status: str, *, category: str = "UTILITY") -> None:
        """What the provider's webhooks say of the template."""
        with self.site.look() as session:
            provider.seen(session, LATE_WELCOME, "it", category=category, status=status, at=self.at)

    def reason(self) -> str | None:
        with self.site.look() as session:
            return session.exec(select(Delivery.reason)).one()


@pytest.fixture
def outage(settings: Settings, engine: Engine, now: datetime) -> Outage:
    return Outage(settings, engine, now)


def test_the_welcome_leaves_once_as_the_template(outage: Outage) -> None:
    outage.attiva()
    outage.told("APPROVED")
    outage.send()
    outage.send()
    (post,) = outage.site.posted
    template = post["template"]
    assert (post["to"], template["name"], template["language"]["code"]) == (f"+{PHONE}", LATE_WELCOME, "it")
    body, button = template["components"]
    assert [one["text"] for one in body["parameters"]] == ["martedì 24 novembre, ore 10:30"]
    assert [one["text"] for one in button["parameters"]] == ["informativa"]
    assert outage.site.replies() == [(LATE_WELCOME, DeliveryStatus.accepted)]
    with outage.site.look() as session:
        assert session.exec(select(Delivery.body)).all() == [None], "the text of the welcome was not said"
        written = audience_limits.written_to(session, since=outage.at - DAY)
        assert written == 1, "it counts for the provider's limit, unlike an answer"


def test_who_stopped_us_in_the_menu_meanwhile_is_out(outage: Outage) -> None:
    """The answer to the POST may be the only word of it that reaches us."""
    outage.site.answer = lambda _request: httpx.Response(400, json={"error": {"code": 131050}})
    outage.attiva()
    outage.told("APPROVED")
    outage.send()
    with outage.site.look() as session:
        person = session.exec(select(Recipient)).one()
        assert person.status == RecipientStatus.opted_out
        assert outage.site.web.ledger.has_left(session, person)
    assert outage.reason() == "131050"


def test_it_fills_every_place_of_the_template_and_its_button_opens_the_notice(settings: Settings) -> None:
    template = settings.templates[LATE_WELCOME]
    assert len(VARIABLE.findall(template.body)) == 1
    assert settings.button_base(LATE_WELCOME) + "informativa" == (
        f"{settings.profile.servers.public}/informativa"
    )


def test_the_template_that_nobody_spoke_of_is_tried(outage: Outage) -> None:
    outage.attiva()
    outage.send()
    assert [post["type"] for post in outage.site.posted] == ["template"]


@pytest.mark.parametrize("status", ["REINSTATED", "UNPAUSED", "UNARCHIVED", "FLAGGED"])
def test_a_template_that_was_taken_back_into_use_is_used(outage: Outage, status: str) -> None:
    outage.attiva()
    outage.told(status)
    outage.send()
    assert [post["type"] for post in outage.site.posted] == ["template"]


@pytest.mark.slow
@pytest.mark.parametrize("status", ["REJECTED", "PAUSED", "DISABLED", "PENDING"])
def test_a_template_that_is_not_approved_is_not_tried(outage: Outage, status: str) -> None:
    outage.attiva()
    outage.told(status)
    outage.send()
    assert (outage.site.posted, outage.reason()) == ([], "window_closed")


@pytest.mark.parametrize("code", [132001, 132015])
def test_what_the_provider_says_of_the_template_is_final(outage: Outage, code: int) -> None:
    outage.attiva()
    outage.site.answer = lambda _: httpx.Response(400, json={"error": {"code": code, "message": "no"}})
    outage.send()
    outage.send(hours=1)
    assert len(outage.site.posted) == 1
    assert outage.site.replies() == [(LATE_WELCOME, DeliveryStatus.failed)]


def test_trouble_that_passes_is_tried_again_as_the_same_template(outage: Outage) -> None:
    outage.attiva()
    trouble = httpx.Response(500, json={"error": {"code": 131000, "message": "trouble"}})
    outage.site.answer = lambda _: trouble
    outage.send()
    outage.site.answer = None
    outage.site.tell(messages(wrote("Mi sentite?", outage.at, id="later")))  # the window is open again
    outage.send(minutes=5)
    assert [post["type"] for post in outage.site.posted] == ["template", "template", "text"]


def test_who_left_meanwhile_gets_none(outage: Outage) -> None:
    outage.attiva()
    outage.site.tell(messages(wrote("DISATTIVA", outage.at - 1.5 * DAY, id="b")))
    outage.send()
    assert outage.site.posted == []
    assert outage.site.replies() == [
        ("benvenuto", DeliveryStatus.skipped),
        ("arrivederci", DeliveryStatus.skipped),
    ]


def test_before_their_next_word_is_read_nothing_leaves(outage: Outage) -> None:
    """It may be a DISATTIVA that could not be handled."""
    outage.attiva()
    vault = outage.site.web.vault
    with outage.site.look() as session:
        rows = inbound.seal(
            session, vault, {"x": Incoming("message", f"+{PHONE}", "not read")}, now=outage.at
        )
        inbound.store(session, rows)
    for _ in range(3):
        outage.send(minutes=2)
    assert (outage.site.posted, outage.site.replies()) == ([], [("benvenuto", DeliveryStatus.queued)])
    outage.send(hours=2)
    assert (outage.site.posted, outage.reason()) == ([], "window_closed")


def test_nobody_is_woken(outage: Outage) -> None:
    outage.at = outage.at.replace(hour=22)  # 23 in Rome
    outage.attiva()
    for _ in range(7):
        outage.send(hours=1)
        assert outage.site.posted == []
    outage.send(hours=1)  # 7 in the morning
    assert len(outage.site.posted) == 1


def test_a_welcome_in_time_is_a_text_also_at_night(outage: Outage) -> None:
    outage.at = outage.at.replace(hour=22)
    outage.site.tell(messages(wrote("ATTIVA", outage.at - timedelta(hours=23))))
    outage.send()
    assert [post["type"] for post in outage.site.posted] == ["text"]


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def test_what_could_not_be_said_any_more_is_told_once_a_day_without_a_number(
    comune: Comune, box: Post
) -> None:
    with transaction(comune.engine) as session:
        for name, status, reason in (
            ("benvenuto", DeliveryStatus.skipped, "window_closed"),
            ("info", DeliveryStatus.skipped, "window_closed"),
            (LATE_WELCOME, DeliveryStatus.failed, "132001"),
            ("info", DeliveryStatus.skipped, "no_address"),
            ("info", DeliveryStatus.accepted, None),
        ):
            row = make_recipient(session, comune.settings.vault(), status=RecipientStatus.active)
            one = deliveries.queue_reply(session, row.id, name, "Testo.", now=NOW)
            one.status, one.reason = status, reason
            session.add(one)
    for minutes in (0, 5, 600):
        alarms.tell_all(comune.settings, comune.engine, now=NOW + timedelta(minutes=minutes))
    told = [said for _, said in box.told if "non sono partite" in said]
    assert [said.removeprefix("PROVA · ") for said in told] == [
        "3 risposte a chi ha scritto non sono partite"
    ]
    text = box.last("non sono partite")
    assert "Di queste, 2 conferme di iscrizione." in text
    assert 'con il modello "iscrizione_attiva"' in text
    assert "{" not in text


def test_of_answers_that_left_nobody_is_told(comune: Comune, box: Post) -> None:
    alarms.tell_all(comune.settings, comune.engine, now=NOW)
    assert not [said for _, said in box.told if "non sono partite" in said]

"""Calls to editors and samples leave within the one rate of the number, beside its bulletins."""

import asyncio
import time

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import rate
from db.engine import transaction
from db.rate import Priority
from flows.sending import single
from flows.settings import Settings
from flows.whatsapp.client import PostOutcome, WhatsAppClient
from flows.whatsapp.errors import PAUSES, Action
from flows.whatsapp.messages import Category, OutgoingTemplate
from tests.bench.send_sink import fullest


class Phones:
    """Stands in for the client's POST: when each message left, and what is answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: PostOutcome) -> None:
        self.left: list[float] = []

        async def send(_client: object, _message: object, leaves: object) -> PostOutcome:
            assert callable(leaves)
            leaves()
            self.left.append(time.monotonic())
            return answer

        monkeypatch.setattr(WhatsAppClient, "send", send)


def message(number: int, category: Category = "UTILITY") -> OutgoingTemplate:
    return OutgoingTemplate(
        to=f"+39333100000{number}",
        bsuid=None,
        name="redazione_urgente",
        language="it",
        category=category,
        parameters=("a",),
        button_suffix="x",
        opaque=str(number),
    )


def slower(settings: Settings, per_second: float) -> str:
    """The profile's rate; the number that sends."""
    whatsapp = settings.profile.whatsapp.model_copy(update={"messages_per_second": per_second})
    settings.profile = settings.profile.model_copy(update={"whatsapp": whatsapp})
    return whatsapp.phone_number_id


def post(
    settings: Settings, engine: Engine, count: int, category: Category = "UTILITY"
) -> dict[str, PostOutcome]:
    told: dict[str, PostOutcome] = {}
    messages = [message(number, category) for number in range(count)]
    store = lambda one, outcome: told.__setitem__(one.opaque, outcome)  # noqa: E731
    asyncio.run(single.post(settings, engine, messages, Priority.alert, store))
    return told


def taken(session: Session, number: str, per_second: float) -> int:
    """Lanes that a bulletin would get at this moment."""
    return len(
        rate.lease(
            session,
            number,
            per_second=per_second,
            wanted=100,
            priority=Priority.ordinary,
            now=rate.clock(session),
        ).slots
    )


@pytest.mark.slow
def test_no_second_has_more_than_the_limit_with_a_bulletin_that_is_being_sent(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, phones = slower(settings, 4), Phones(monkeypatch, PostOutcome("accepted", wamid="w"))
    with transaction(engine) as session:
        mine, began = taken(session, number, 4), time.monotonic()
    assert mine
    told = post(settings, engine, 5)
    assert {outcome.kind for outcome in told.values()} == {"accepted"}
    assert len(phones.left) == 5
    assert fullest([*phones.left, *[began + place * 0.25 for place in range(mine)]]) <= 4


def test_what_gets_no_turn_is_not_sent_and_does_not_keep_its_caller(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, phones = slower(settings, 40), Phones(monkeypatch, PostOutcome("accepted", wamid="w"))
    with transaction(engine) as session:
        rate.pause(session, number, per_second=40, seconds=600, now=rate.clock(session))
    began = time.monotonic()
    told = post(settings, engine, 2)
    assert {(one.kind, one.reason) for one in told.values()} == {("not_sent", single.NO_TURN)}
    assert (phones.left, time.monotonic() - began < single.PATIENCE) == ([], True)


@pytest.mark.parametrize(("first", "other"), [("UTILITY", "MARKETING"), ("MARKETING", "UTILITY")])
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_template_that_this_path_does_not_take_is_sent_by_the_other_once(
    sqlite: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    is_taken: bool,
    first: Category,
    other: Category,
) -> None:
    """A sample before the terms are accepted; a call whose template is MARKETING by now."""
    seen: list[str] = []

    async def send(_client: object, sent: OutgoingTemplate, leaves: object) -> PostOutcome:
        assert callable(leaves)
        leaves()
        seen.append(sent.category)
        if len(seen) == 2 and is_taken:
            return PostOutcome("accepted", wamid="w")
        return PostOutcome("refused", code="131055", action=Action.OTHER_ENDPOINT)

    monkeypatch.setattr(WhatsAppClient, "send", send)
    told = post(settings, sqlite, 1, first)
    assert (told["0"].kind, seen) == ("accepted" if is_taken else "refused", [first, other])


def test_what_whatsapp_says_of_the_rate_holds_for_all_senders(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = slower(settings, 40)
    Phones(monkeypatch, PostOutcome("refused", code="130429", action=Action.BACK_OFF, retry_after=120))
    assert post(settings, engine, 1)["0"].kind == "refused"
    with transaction(engine) as session:
        assert taken(session, number, 40) == 0
        row = rate._row(session, number, 40)
        assert row.per_second == 20
        assert row.paused_until - rate.clock(session) > 100


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (PostOutcome("accepted", wamid="w"), 0.0),
        (PostOutcome("refused", code="131026", action=Action.FAIL), 0.0),
        (PostOutcome("refused", code="4", action=Action.PAUSE_ALL), PAUSES[0]),
        (PostOutcome("refused", code="4", action=Action.PAUSE_ALL, retry_after=5.0), PAUSES[0]),
        (PostOutcome("uncertain", http_status=503, retry_after=200.0), 200.0),
    ],
)
def test_all_senders_pause_as_long_as_whatsapp_asks_and_never_for_one_persons_refusal(
    sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: PostOutcome, seconds: float
) -> None:
    number = slower(settings, 40)
    monkeypatch.setattr(rate, "clock", lambda _session: 1_764_000_000.0)
    Phones(monkeypatch, answer)
    post(settings, sqlite, 1)
    with transaction(sqlite) as session:
        until = rate._row(session, number, 40).paused_until
    assert until == (1_764_000_000.0 + seconds if seconds else 0.0)

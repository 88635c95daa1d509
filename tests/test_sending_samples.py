"""The draft on the telephone of the editor who asks: the same message, once, to nobody else."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import samples as rows
from db.engine import transaction
from db.models import Attempt, BulletinStatus, Delivery, Outcome, Sample
from flows.approve import load_round
from flows.review.page import describe
from flows.sending import samples
from flows.sending.samples import MOST_SAMPLES, send_asked
from flows.sending.seal import message_of
from flows.settings import Settings
from flows.web.app import create_app
from flows.whatsapp.client import PostOutcome, WhatsAppClient
from tests.world.comune import APPROVE, Comune
from tests.world.web_site import Site, status, statuses

SAMPLE = "Mandami una prova sul telefono"


@pytest.fixture
def town(comuni: Comune) -> Comune:
    """With citizens, templates, a draft, and a telephone for each editor."""
    numbers = comuni.subscribe()
    for editor in comuni.settings.profile.editors:
        phone = phone_of(comuni.settings, editor.name)
        if phone not in numbers:
            comuni.ask("POST", "/_prova/telefoni", {"number": phone, "name": editor.name})
    comuni.collect()
    return comuni


def phone_of(settings: Settings, name: str) -> str:
    editor = next(one for one in settings.profile.editors if one.name == name)
    found = settings.editor_phone(editor)
    assert found is not None
    return found.get_secret_value()


def got(comune: Comune, name: str = "Anna Redazione") -> list[str]:
    return comune.received()[phone_of(comune.settings, name)]


def send(comune: Comune, number: int) -> int:
    return send_asked(comune.settings, comune.engine, number, now=comune.now)


def remarks(comune: Comune, number: int) -> tuple[str, ...]:
    return load_round(comune.settings, comune.engine, number, now=comune.now).remarks


def asked(comune: Comune) -> list[Sample]:
    with comune.look() as session:
        return sorted(session.exec(select(Sample)), key=lambda one: one.asked_at)


def test_the_editor_gets_the_message_as_typed_and_the_citizens_get_nothing(town: Comune) -> None:
    number = town.draft()
    texts = [item.text for item in town.items(number)]
    typed = ["Scritto adesso da Anna.", *texts[1:]]
    assert town.answer(number, SAMPLE, texts=typed).status == BulletinStatus.in_review
    assert [item.text for item in town.items(number)] == typed
    assert send(town, number) == 1
    (message,) = got(town)
    assert all(text in message for text in typed)
    assert sum(map(len, town.received().values())) == 1, "nobody else's telephone"
    (said,) = remarks(town, number)
    assert said.startswith("Prova inviata al telefono di Anna Redazione alle 10:30.")
    shown = load_round(town.settings, town.engine, number, now=town.now)
    assert "Prova inviata al telefono di Anna Redazione" in describe(town.settings, shown, town.now)
    with town.look() as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.exec(select(Attempt)).all() == []


def test_what_is_sent_as_a_sample_is_what_is_sent_after_the_approval(town: Comune) -> None:
    number = town.draft()
    town.answer(number, SAMPLE)
    send(town, number)
    bulletin, items = town.bulletin(number), town.items(number)
    message = message_of(town.settings, bulletin, items, town.now)
    chats = {one["number"]: one["messages"] for one in town.ask("GET", "/_prova/telefoni")}
    (shown,) = chats[phone_of(town.settings, "Anna Redazione")]
    assert message.button_suffix in shown["button_url"]
    assert all(value in shown["text"] for value in message.parameters)


def test_a_sample_is_sent_once_however_often_the_run_begins_again(town: Comune) -> None:
    number = town.draft()
    town.answer(number, SAMPLE)
    assert [send(town, number) for _ in range(3)] == [1, 0, 0]
    assert len(got(town)) == 1


def test_a_process_that_dies_with_a_sample_on_its_way_leaves_it_unsure_and_sends_none_again(
    town: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = town.draft()
    town.answer(number, SAMPLE)

    class Died(Exception):
        pass

    async def dies(*_: object) -> PostOutcome:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(WhatsAppClient, "send", dies)
        with pytest.raises(Died):
            send(town, number)
    assert [one.outcome for one in asked(town)] == [Outcome.in_flight]
    assert send(town, number) == 0
    assert got(town) == []
    assert remarks(town, number)[0].startswith("Non sappiamo se la prova per Anna Redazione è partita")


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (
            PostOutcome("refused", code="132001"),
            Outcome.refused,
            "messaggio non conforme al modello approvato",
        ),
        (PostOutcome("not_sent", reason="ConnectError"), Outcome.not_sent, "WhatsApp non si raggiunge"),
        (PostOutcome("uncertain", reason="ReadTimeout"), Outcome.uncertain, "Da sola non riparte"),
    ],
)
def test_what_came_of_it_is_told_in_the_form(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, answer: PostOutcome, outcome: Outcome, words: str
) -> None:
    comune.collect()
    number = comune.draft()
    comune.answer(number, SAMPLE)

    async def says(*_: object) -> PostOutcome:
        return answer

    monkeypatch.setattr(WhatsAppClient, "send", says)
    assert send(comune, number) == 1
    assert [one.outcome for one in asked(comune)] == [outcome]
    assert words in remarks(comune, number)[0]
    assert comune.bulletin(number).status == BulletinStatus.in_review


def test_a_text_that_cannot_be_sent_comes_back_and_no_sample_leaves(comune: Comune) -> None:
    comune.collect()
    number = comune.draft()
    long = ["Troppo lungo. " * 90, *[item.text for item in comune.items(number)][1:]]
    comune.answer(number, SAMPLE, texts=long)
    assert comune.problems(number)[0].startswith("Il testo è troppo lungo")
    assert comune.items(number)[0].text == long[0].strip()
    assert (asked(comune), send(comune, number)) == ([], 0)


def test_an_editor_without_a_telephone_is_told_whom_to_ask(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.collect()
    number = comune.draft()
    monkeypatch.setattr(Settings, "editor_phone", lambda *_: None)
    comune.answer(number, SAMPLE)
    (said,) = remarks(comune, number)
    assert (
        "La prova non è partita: il numero di telefono di Anna Redazione non è nella configurazione. "
        "Chiedi a chi gestisce il servizio (BOLLETTINO_PHONE_ANNA_REDAZIONE)."
    ) in said
    assert asked(comune) == []


@pytest.mark.parametrize("told", ["uncertain", "in_flight"])
def test_a_sample_left_unsure_is_settled_by_what_whatsapp_says_of_it(
    town: Comune, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    number = town.draft()
    town.answer(number, SAMPLE)
    (sample,) = asked(town)
    with town.look() as session:
        rows.start(session, number, now=town.now)
        if told == "uncertain":
            rows.finish(session, sample.id, Outcome.uncertain, "ReadTimeout")
    app = create_app(town.settings, town.engine)
    site = Site(app, app.state.web)
    opaque = {"biz_opaque_callback_data": str(sample.id)}
    site.tell(statuses(status("delivered", town.now, id="wamid.A", **opaque)))
    assert remarks(town, number)[0].startswith("Prova inviata al telefono di Anna Redazione")
    with town.look() as session:  # the sender was slow: the webhook knew more
        rows.finish(session, sample.id, Outcome.uncertain, "ReadTimeout")
    assert [one.outcome for one in asked(town)] == [Outcome.accepted]
    failed = status("failed", town.now, id="wamid.A", errors=[{"code": 131026}], **opaque)
    for late in (failed, status("sent", town.now, id="wamid.A", **opaque)):
        site.tell(statuses(late))
    assert [(one.outcome, one.code) for one in asked(town)] == [(Outcome.refused, "131026")]
    assert "La prova per Anna Redazione non è partita" in remarks(town, number)[0]


def test_there_are_only_so_many_samples_in_an_hour(town: Comune) -> None:
    number = town.draft()
    for _ in range(MOST_SAMPLES):
        town.answer(number, SAMPLE)
        assert send(town, number) == 1
    town.answer(number, SAMPLE)
    assert send(town, number) == 0
    assert remarks(town, number) == (
        f"La prova non è partita: in un'ora se ne possono chiedere {MOST_SAMPLES}. Riprova dopo le 11:30.",
    )
    town.now += timedelta(hours=1, seconds=1)
    town.answer(number, SAMPLE)
    assert send(town, number) == 1
    assert len(got(town)) == MOST_SAMPLES + 1


def test_an_answer_to_a_decided_bulletin_sends_no_sample(town: Comune) -> None:
    number = town.draft()
    assert town.answer(number, APPROVE).status == BulletinStatus.approved
    town.answer(number, SAMPLE)
    assert (asked(town), send(town, number)) == ([], 0)


def test_the_number_reaches_no_log_no_page_and_no_table(
    town: Comune, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = town.draft()
    town.answer(number, SAMPLE)
    send(town, number)
    digits = phone_of(town.settings, "Anna Redazione").lstrip("+")
    shown = load_round(town.settings, town.engine, number, now=town.now)
    assert digits not in describe(town.settings, shown, town.now)
    assert digits not in caplog.text
    assert digits not in repr(asked(town))
    if town.engine.dialect.name == "sqlite":
        stored = b"".join(path.read_bytes() for path in town.folder.glob("bollettino.db*"))
        assert stored
        assert digits.encode() not in stored


def test_two_runs_at_once_send_one(town: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run that begins while the first is at the provider finds nothing to start."""
    number = town.draft()
    town.answer(number, SAMPLE)
    seen: list[int] = []

    def post(settings: Settings, engine: Any, messages: Any) -> None:
        with transaction(engine) as session:
            seen.append(len(rows.start(session, number, now=town.now)))
        assert len(messages) == 1

    monkeypatch.setattr(samples, "_post", post)
    assert send(town, number) == 1
    assert seen == [0]

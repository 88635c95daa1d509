"""Calls of the people on duty, from the draft to the phones of the sandbox: who, when, how often, by what."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from db import call_outbox, days_off, senders
from db.models import (
    Attempt,
    BulletinStatus,
    CallChannel,
    CallStatus,
    ConsentEvent,
    Delivery,
    Letter,
    Level,
    Receipt,
    Recipient,
)
from flows.alert import draft_urgent
from flows.cli import tour
from flows.cli.history import history
from flows.letters import alarms, drafts, urgent_calls
from flows.staff.sms import Result, Text
from tests.test_alert_drafted import NOW, state
from tests.world.comune import Comune
from tests.world.mail_server import Post, announce, mail_server

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
MAIL = {ANNA: "anna@comune.esempio.mi.it", BRUNO: "bruno@comune.esempio.mi.it"}
PHONES = {ANNA: "+393331000000", BRUNO: "+393331000001"}
SMS = {name: f"{number.lstrip('+')}@sms.esempio.it" for name, number in PHONES.items()}
MINUTE = timedelta(minutes=1)
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def box(comuni: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comuni.settings.state, found.port)
        yield found


def drafted(comune: Comune, level: Level = Level.arancione, now: datetime = NOW) -> int:
    """An urgent draft whose window is open, and the templates registered."""
    comune.now = now
    tour.register_templates(comune.settings)
    with comune.look() as session:
        state(session, level, at=now)
    (number,) = draft_urgent(comune.settings, comune.engine, now=now).opened
    comune.move(number, BulletinStatus.in_review)
    return number


def watch(comune: Comune, minutes: int = 0) -> list[str]:
    return alarms.tell_all(comune.settings, comune.engine, now=NOW + minutes * MINUTE)


def rung(comune: Comune) -> dict[str, list[str]]:
    """What each editor's phone shows, by name."""
    phones = comune.ask("GET", "/_prova/redazione")
    return {phone["name"]: [one["text"] for one in phone["messages"]] for phone in phones}


def turns(comune: Comune, number: int) -> list[tuple[str, int]]:
    """Who was called, and how many minutes after the draft."""
    with comune.look() as session:
        made = call_outbox.of(session, number)
    return list(dict.fromkeys((one.editor, int((one.called_at - NOW) / MINUTE)) for one in made))


def stored(comune: Comune, number: int) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Status and code by editor and channel."""
    with comune.look() as session:
        return {
            (one.editor.split()[0], one.channel.value): (one.status.value, one.code)
            for one in call_outbox.of(session, number)
        }


def test_who_is_on_duty_is_called_by_whatsapp_sms_and_mail_at_once(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    posted = drafts.told_at_once(comuni.settings, comuni.engine, number, now=NOW)
    assert (posted.sent, posted.trouble) == (1, "")
    code = comuni.bulletin(number).code
    (shown,) = rung(comuni)[ANNA]
    assert "allerta ARANCIONE (livello 3 su 4) per temporali forti, dalle 0 alle 24 di mercoledì" in shown
    assert "entro le 15:20 di martedì 24 novembre scriviamo a Bruno Vice, tel. +393331000001" in shown
    begins = "comincia alle 0 di mercoledì 25 novembre"
    ends = f"({begins}: si decide prima, al più tardi entro mercoledì 25 novembre, ore 24)"
    assert f"Se nessuno risponde: NON si invia niente {ends}." in shown
    (phone, _) = comuni.ask("GET", "/_prova/redazione")
    assert phone["messages"][0]["button_url"].endswith(f"/r/{code}")
    assert rung(comuni)[BRUNO] == []
    assert [to for to, _ in box.told] == [SMS[ANNA], MAIL[ANNA]]
    assert box.text(0).strip() == (
        "PROVA - Bollettino: ALLERTA ARANCIONE da approvare subito, prima di mercoledì 25/11. "
        f"http://127.0.0.1:8080/r/{code} Senza risposta NON si invia."
    )
    assert not box.mails[0].is_multipart(), "a gateway makes an SMS of the bare text"
    assert box.told[1][1] == "PROVA · Da approvare SUBITO: ALLERTA ARANCIONE"
    said = box.text(1)
    assert "Se alle 15:20 non ha risposto nessuno scriviamo anche a Bruno Vice; puoi rispondere" in said
    assert "Il Comune di Esempio comunica: allerta ARANCIONE" in said
    assert set(stored(comuni, number).values()) == {("accepted", None)}


def test_who_is_written_with_two_spaces_is_called_like_anybody(comuni: Comune, box: Post) -> None:
    comuni.reprofile(('name = "Anna Redazione"', 'name = "Anna  Redazione"'))
    number = drafted(comuni)
    watch(comuni)
    assert box.told
    assert stored(comuni, number)["Anna", "whatsapp"] == ("accepted", None)


def test_the_next_is_called_every_ten_minutes_until_somebody_decides(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    for minutes in range(0, 40, 5):
        watch(comuni, minutes)
    assert turns(comuni, number) == [(ANNA, 0), (BRUNO, 10), (ANNA, 20), (BRUNO, 30)]
    assert {name: len(told) for name, told in rung(comuni).items()} == {ANNA: 2, BRUNO: 2}
    assert len(box.taken) == 8
    comuni.move(number, BulletinStatus.rejected)
    for minutes in range(40, 80, 5):
        watch(comuni, minutes)
    assert len(turns(comuni, number)) == 4
    assert len(box.taken) == 8


def test_calls_end_with_the_alert(comune: Comune) -> None:
    number = drafted(comune)
    end = comune.bulletin(number).deadline_at
    assert end is not None
    assert urgent_calls.call(comune.settings, comune.engine, number, now=end)
    with comune.look() as session:
        assert {one.until for one in call_outbox.of(session, number)} == {end}
    assert not urgent_calls.call(comune.settings, comune.engine, number, now=end + timedelta(seconds=1))
    assert not urgent_calls.call(comune.settings, comune.engine, number, now=end + timedelta(hours=1))


def test_several_processes_call_once_a_turn(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    for _ in range(3):
        drafts.told_at_once(comuni.settings, comuni.engine, number, now=NOW)
        watch(comuni, 1)
    assert turns(comuni, number) == [(ANNA, 0)]
    assert (len(rung(comuni)[ANNA]), len(box.taken)) == (1, 2)


@on_sqlite
def test_who_is_away_is_not_called_and_one_without_a_way_is_passed_over(
    comuni: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = drafted(comuni)
    with comuni.look() as session:
        days_off.enter_absence(session, editor=ANNA, first=NOW.date(), last=NOW.date(), note="", now=NOW)
    watch(comuni)
    assert turns(comuni, number) == [(BRUNO, 0)]
    assert "scriviamo di nuovo a te." in rung(comuni)[BRUNO][0]
    alone = "non ha risposto nessuno ti scriviamo di nuovo (a chi è assente non chiediamo di approvare)"
    assert f"{alone}. Se non risponde nessuno: NON si invia" in box.text(-1)
    monkeypatch.setattr(
        urgent_calls, "ways", lambda _settings, editor: [] if editor.name == BRUNO else [("sms", "")]
    )
    watch(comuni, 10)
    assert turns(comuni, number)[1:] == [(ANNA, 10)], "although away: there is nobody else"


def test_a_call_that_may_have_left_is_not_made_again(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    assert urgent_calls.call(comuni.settings, comuni.engine, number, now=NOW)
    with comuni.look() as session:
        taken = call_outbox.claim(session, (CallChannel.whatsapp, CallChannel.sms), limit=9, now=NOW)
    assert len(taken) == 2, "its process dies here"
    for minutes in (1, 4, 5, 6):
        watch(comuni, minutes)
    assert stored(comuni, number)["Anna", "whatsapp"] == ("uncertain", "caller_died")
    assert rung(comuni)[ANNA] == []
    with comuni.look() as session:
        assert call_outbox.receive(session, str(taken[0].id), Receipt.delivered, now=NOW + 6 * MINUTE)
        assert call_outbox.receive(session, str(taken[0].id), Receipt.sent, now=NOW + 6 * MINUTE)
        found = {one.id: (one.status, one.receipt) for one in call_outbox.of(session, number)}
        assert not call_outbox.receive(session, str(uuid4()), Receipt.sent, now=NOW)
        assert not call_outbox.receive(session, "of somebody else", Receipt.sent, now=NOW)
    assert found[taken[0].id] == (CallStatus.accepted, Receipt.delivered)


@on_sqlite
def test_an_answer_that_was_lost_is_uncertain_and_the_others_still_come(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    comuni.ask("POST", "/_prova/guasti", {"next": "garbage_200"})
    posted = drafts.told_at_once(comuni.settings, comuni.engine, number, now=NOW)
    assert "chiamata a Anna Redazione per WhatsApp: forse arrivata" in posted.trouble
    for minutes in (1, 5):
        watch(comuni, minutes)
    assert len(rung(comuni)[ANNA]) == 1
    found = stored(comuni, number)
    assert found["Anna", "whatsapp"][0] == "uncertain"
    assert (found["Anna", "sms"], found["Anna", "email"]) == (("accepted", None), ("accepted", None))


@on_sqlite
def test_what_surely_did_not_leave_is_tried_again_within_its_turn(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    comuni.ask("POST", "/_prova/guasti", {"next": 130429})
    told = watch(comuni)
    assert "chiamata a Anna Redazione per WhatsApp: non è partita, si riprova (130429)" in told
    assert rung(comuni)[ANNA] == []
    watch(comuni, 5)
    assert stored(comuni, number)["Anna", "whatsapp"] == ("accepted", None)
    assert len(rung(comuni)[ANNA]) == 1


@on_sqlite
def test_without_an_answer_in_time_a_queued_call_is_of_no_use(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    comuni.ask("POST", "/_prova/guasti", {"next": 130429})
    watch(comuni)
    watch(comuni, 10)
    assert stored(comuni, number)["Anna", "whatsapp"] == ("late", "130429")
    assert [len(rung(comuni)[name]) for name in (ANNA, BRUNO)] == [0, 1]


@on_sqlite
def test_a_template_that_meta_does_not_hold_costs_no_other_channel(comuni: Comune, box: Post) -> None:
    comuni.now = NOW
    with comuni.look() as session:
        state(session, Level.rossa)
    (number,) = draft_urgent(comuni.settings, comuni.engine, now=NOW).opened
    told = watch(comuni)
    assert "chiamata a Anna Redazione per WhatsApp: NON RIUSCITA (132001)" in told
    assert [to for to, _ in box.told] == [SMS[ANNA], MAIL[ANNA]]
    assert turns(comuni, number) == [(ANNA, 0)]


def test_when_no_call_gets_through_the_next_is_called_at_once_and_watch_turns_red(comune: Comune) -> None:
    comune.now = NOW
    with comune.look() as session:
        state(session, Level.rossa)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    comune.settings.profile = comune.settings.profile.model_copy(update={"mail": None, "sms": None})
    watch(comune)
    with pytest.raises(ExceptionGroup) as caught:
        watch(comune, 5)
    assert f"Bollettino {number}: NESSUNA CHIAMATA è partita (132001)" in str(caught.value.exceptions)
    assert turns(comune, number) == [(ANNA, 0), (BRUNO, 5)]


def test_without_any_way_to_anybody_watch_turns_red_at_once(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = drafted(comune)
    comune.settings.profile = comune.settings.profile.model_copy(update={"mail": None})
    monkeypatch.setattr(type(comune.settings), "editor_phone", lambda _self, _editor: None)
    with pytest.raises(ExceptionGroup) as caught:
        watch(comune)
    assert f"Bollettino {number}: non si può chiamare nessuno" in str(caught.value.exceptions)
    assert any("is not called by telephone" in line for line in comune.settings.warnings)
    posted = drafts.told_at_once(comune.settings, comune.engine, number, now=NOW)
    assert "UnreachableError" in posted.trouble


@on_sqlite
def test_a_fault_of_one_channel_is_kept_and_costs_no_other(
    comuni: Comune, box: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_self: object, texts: list[Text], *, now: datetime) -> list[Result]:
        raise LookupError(f"no route to {texts[0].to.get_secret_value()}")

    monkeypatch.setattr("flows.staff.sms.MailGateway.send", broken)
    number = drafted(comuni)
    watch(comuni)
    found = stored(comuni, number)
    assert found["Anna", "sms"] == ("uncertain", "LookupError")
    assert (found["Anna", "whatsapp"][0], found["Anna", "email"][0]) == ("accepted", "accepted")
    assert PHONES[ANNA] not in caplog.text


@on_sqlite
def test_a_number_that_a_gateway_refuses_is_kept_as_a_code_only(
    comuni: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = comuni.settings.profile.sms
    assert sms is not None
    refusing = sms.model_copy(update={"gateway": "rifiuta{number}@sms.esempio.it"})
    comuni.settings.profile = comuni.settings.profile.model_copy(update={"sms": refusing})
    number = drafted(comuni)
    told = watch(comuni)
    assert "chiamata a Anna Redazione per SMS: NON RIUSCITA (550)" in told
    assert stored(comuni, number)["Anna", "sms"] == ("refused", "550")


def test_no_number_is_stored_or_logged_and_no_citizen_is_touched(
    comuni: Comune, box: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = drafted(comuni)
    told = [line for minutes in (0, 10) for line in watch(comuni, minutes)]
    with comuni.look() as session:
        assert session.exec(select(Letter.kind)).all() == ["urgente", "urgente"]
        for kind in (Delivery, Attempt, Recipient, ConsentEvent):
            assert session.exec(select(kind)).all() == []
        kept = _everything(session)
    said = "\n".join([*told, history(comuni.engine, number), caplog.text, kept])
    for phone in PHONES.values():
        assert phone.removeprefix("+39") not in said.replace(" ", "")


def _everything(session: Session) -> str:
    """Each row of each table that editors' calls touch, as text."""
    tables = ("call", "letter", "bulletin", "bulletinitem", "bulletinversion")
    rows = [session.connection().execute(text(f'SELECT * FROM "{name}"')).all() for name in tables]  # noqa: S608
    return "\n".join(str(row) for found in rows for row in found)


def test_in_the_night_only_what_cannot_wait_calls(comune: Comune) -> None:
    evening = datetime(2026, 11, 24, 20, 55, tzinfo=UTC)  # 21:55 in Rome
    comune.now = evening
    with comune.look() as session:
        state(session, Level.arancione, at=evening, hours=(12, 24))
    (number,) = draft_urgent(comune.settings, comune.engine, now=evening).opened
    assert urgent_calls.call(comune.settings, comune.engine, number, now=evening)
    for hours in (1, 4, 8):
        assert not urgent_calls.call(
            comune.settings, comune.engine, number, now=evening + timedelta(hours=hours)
        )
    assert urgent_calls.call(
        comune.settings, comune.engine, number, now=datetime(2026, 11, 25, 6, tzinfo=UTC)
    )


def test_a_raised_level_calls_anew(comune: Comune) -> None:
    number = drafted(comune)
    assert urgent_calls.call(comune.settings, comune.engine, number, now=NOW)
    later = NOW + 3 * MINUTE
    with comune.look() as session:
        state(session, Level.rossa, at=later)
    assert draft_urgent(comune.settings, comune.engine, now=later).opened == [number]
    assert urgent_calls.call(comune.settings, comune.engine, number, now=later)
    assert turns(comune, number) == [(ANNA, 0), (ANNA, 3)]


@on_sqlite
def test_history_shows_who_was_called_and_what_came_of_it(comuni: Comune, box: Post) -> None:
    number = drafted(comuni)
    watch(comuni)
    with comuni.look() as session:
        (one,) = [call for call in call_outbox.of(session, number) if call.channel == "whatsapp"]
        call_outbox.receive(session, str(one.id), Receipt.read, now=NOW)
    told = history(comuni.engine, number)
    assert "Chiamate:" in told
    assert "Anna Redazione, WhatsApp (numero …000): letta" in told
    assert "Anna Redazione, SMS (numero …000): presa in consegna" in told
    assert "Anna Redazione, e-mail: presa in consegna" in told


@on_sqlite
def test_a_call_promises_no_standing_order_after_a_restore(comuni: Comune) -> None:
    comuni.reprofile(("# standing_order", "standing_order"))
    said = []
    for number, accepted_at in ((1, NOW - timedelta(hours=49)), (2, NOW - timedelta(hours=1))):
        with comuni.look() as session:
            senders.accept(session, number, by=ANNA, now=accepted_at)
        if number == 1:
            bulletin_id = drafted(comuni, Level.rossa)
            assert urgent_calls.call(comuni.settings, comuni.engine, bulletin_id, now=NOW)
        else:
            later = NOW + timedelta(minutes=20)
            assert urgent_calls.call(comuni.settings, comuni.engine, bulletin_id, now=later)
        with comuni.look() as session:
            said.append(session.exec(select(Letter.text).order_by(col(Letter.id).desc())).first() or "")
    assert "parte da sola, per ordine permanente" in said[0]
    assert "parte da sola" not in said[1]
    assert "NON si invia niente" in said[1]

"""A bulletin that a person sends: its lists, who is left out of them, what is declared; and it adds up."""

import stat
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from db import bulletins, deliveries, handovers, recipients, senders
from db.erasure import erase
from db.models import (
    AccessEvent,
    BulletinStatus,
    Declaration,
    DeliveryStatus,
    InboundEvent,
)
from flows.by_hand import files, window
from flows.by_hand import lists as answer
from flows.by_hand import lists as desk
from flows.by_hand.lists import LAST, RECORD, Answer
from flows.cli.history import history
from flows.dispatch import dispatch_bulletin, prepare
from flows.privacy.lists import read
from flows.sending import certificate
from flows.sending.certificate import words
from flows.stop import close_stopped, stop_sending
from flows.watch import Watched, look
from tests.test_dispatch import approved
from tests.world.builders import make_recipient
from tests.world.comune import Comune

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
ASSISTED = ('ordinary = "cloud"', 'ordinary = "assisted"')
CHANNEL = ('ordinary = "cloud"', 'ordinary = "channel"')


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of two numbers: the sandbox's five phones make three."""
    monkeypatch.setattr(handovers, "LIST_SIZE", 2)


def handed(comune: Comune, change: tuple[str, str] = ASSISTED) -> int:
    """A bulletin that was approved and dispatched: it is in the operator's hands."""
    comune.reprofile(change)
    number = approved(comune)
    found, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert reason is None
    assert found.open == found.planned
    return number


def shown(comune: Comune, number: int, now: datetime | None = None) -> desk.Lists:
    """What a round shows, with the files written."""
    with comune.look() as session:
        text = window.text_of(comune.settings, session, bulletins.locked(session, number))
    lists = desk.hand_out(comune.settings, comune.engine, number, text=text, now=now or comune.now)
    assert lists is not None
    return lists


def tick(
    comune: Comune,
    number: int,
    *lists: int,
    who: str = ANNA,
    last: bool | None = False,
    note: str = "",
    run: str = "run",
    shown_round: int | None = None,
) -> None:
    """Confirm the checklist, as the window stores it."""
    with comune.look() as session:
        this = shown_round or window.round_of(handovers.declarations(session, number))
    given = Answer(who, note, lists, last)
    at = comune.now + timedelta(minutes=this)
    desk.record(comune.settings, comune.engine, number, given, answers=(run, this), at=at)


def kept(comune: Comune, number: int) -> dict[str, str]:
    place = files.folder(comune.settings, number)
    return (
        {path.name: path.read_bytes().decode() for path in sorted(place.iterdir())} if place.exists() else {}
    )


def numbers_in(comune: Comune, number: int, name: str) -> list[str]:
    return [row.text for row in read(files.folder(comune.settings, number) / name)]


def leave(comune: Comune, phone: str) -> None:
    with comune.look() as session:
        row = recipients.find(session, comune.settings.vault(), recipients.Address(phone=phone))
        assert row is not None
        recipients.opt_out(session, row, now=comune.now)


def said(comune: Comune, number: int) -> list[Declaration]:
    with comune.look() as session:
        return handovers.declarations(session, number)


def counted(comune: Comune, number: int) -> str:
    with comune.look() as session:
        return words(deliveries.certificate(session, number))


@pytest.mark.usefixtures("small")
def test_nothing_is_posted_and_each_list_has_its_files_for_this_user_only(comuni: Comune) -> None:
    numbers = comuni.subscribe()
    number = handed(comuni)
    lists = shown(comuni, number)
    assert (lists.total, lists.open) == (3, {1: 2, 2: 2, 3: 1})
    found = kept(comuni, number)
    assert list(found) == ["lista-1-di-3.csv", "lista-1-di-3.vcf", "lista-2-di-3.csv", "lista-2-di-3.vcf",
                           "lista-3-di-3.csv", "lista-3-di-3.vcf", "testo.txt"]  # fmt: skip
    for kind in ("csv", "vcf"):
        inside = [one for n in (1, 2, 3) for one in numbers_in(comuni, number, f"lista-{n}-di-3.{kind}")]
        assert inside == numbers
    place = files.folder(comuni.settings, number)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (place, place.parent)} == {0o700}
    assert "*In primo piano.* Testo 1." in found["testo.txt"]
    assert f"/b/{comuni.bulletin(number).code}" in found["testo.txt"]
    assert not any(comuni.received().values())
    assert comuni.bulletin(number).status == BulletinStatus.sending
    with comuni.look() as session:
        seen = session.exec(select(AccessEvent)).all()
    assert [(one.command, one.people) for one in seen] == [(f"liste del bollettino {number}", 5)]


@pytest.mark.usefixtures("small")
def test_ticks_in_several_rounds_declare_each_list_once_and_the_certificate_adds_up(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni)
    shown(comuni, number)
    tick(comuni, number, 1, 3, note="dal telefono dell'URP")
    assert shown(comuni, number).open == {2: 2}
    assert set(kept(comuni, number)) == {"lista-2-di-3.csv", "lista-2-di-3.vcf", "testo.txt"}
    assert not desk.finish(comuni.settings, comuni.engine, number, now=comuni.now)
    tick(comuni, number, 1, 2, who=BRUNO)  # 1 again: it changes nothing
    assert desk.finish(comuni.settings, comuni.engine, number, now=comuni.now)
    assert kept(comuni, number) == {}
    bulletin = comuni.bulletin(number)
    assert (bulletin.status, bulletin.status_by) == (BulletinStatus.sent, BRUNO)
    assert [(one.by, one.lists, one.people) for one in said(comuni, number)] == [
        (ANNA, "1 3", 3),
        (BRUNO, "1 2", 2),
    ]
    with comuni.look() as session:
        document = certificate.draw_up(comuni.settings, session, number)
    assert document.is_whole
    assert (document.planned, document.counts["declared"], document.channel) == (5, 5, "assisted")
    assert document.first_at < document.last_at
    text = "\n".join(certificate.printed(document, at=comuni.now))
    assert "Previsti 5 = accettati 0 + falliti 0 + saltati 0 + incerti 0 + dichiarati 5" in text
    assert "da Anna Redazione: liste 1, 3 (3)" in text
    assert certificate.compare(document.json(), document).is_good
    told = history(comuni.engine, number)
    assert "Anna Redazione: liste inviate: 1, 3 (3 numeri)" in told
    assert "Nota: dal telefono dell'URP" in told


@pytest.mark.usefixtures("small")
def test_an_answer_that_is_read_again_is_stored_once(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni)
    for _ in range(3):
        tick(comuni, number, 1, shown_round=1)
    assert len(said(comuni, number)) == 1
    tick(comuni, number, 2, shown_round=1, run="another window")
    assert [one.lists for one in said(comuni, number)] == ["1", "2"]
    assert shown(comuni, number).open == {3: 1}


@pytest.mark.usefixtures("small")
def test_who_leaves_before_a_list_is_declared_is_off_it_in_the_next_look(comuni: Comune) -> None:
    numbers = comuni.subscribe()
    number = handed(comuni)
    shown(comuni, number)
    leave(comuni, numbers[2])
    tick(comuni, number, 1)
    assert shown(comuni, number).open == {2: 1, 3: 1}
    assert numbers_in(comuni, number, "lista-2-di-3.csv") == [numbers[3]]
    assert not any(numbers[2] in text for text in kept(comuni, number).values())
    tick(comuni, number, 2, 3)
    assert desk.finish(comuni.settings, comuni.engine, number, now=comuni.now)
    assert counted(comuni, number).endswith("saltati 1 + incerti 0 + dichiarati 4")


@pytest.mark.usefixtures("small")
def test_who_leaves_after_the_list_was_handed_out_got_it_and_is_declared(comune: Comune) -> None:
    numbers = comune.subscribe()
    number = handed(comune)
    shown(comune, number)
    leave(comune, numbers[0])  # the operator has the file already, and sends
    tick(comune, number, 1)
    assert counted(comune, number).endswith("dichiarati 2 + ancora da inviare 3")


@pytest.mark.usefixtures("small")
def test_who_is_erased_while_a_list_waits_is_in_no_file(comune: Comune) -> None:
    numbers = comune.subscribe()
    number = handed(comune)
    shown(comune, number)
    with comune.look() as session:
        row = recipients.find(session, comune.settings.vault(), recipients.Address(phone=numbers[4]))
        assert row is not None
        erase(session, row, now=comune.now)
    assert shown(comune, number).open == {1: 2, 2: 2}
    assert not any(numbers[4] in text for text in kept(comune, number).values())


@pytest.mark.usefixtures("small")
def test_whose_word_is_not_read_yet_waits_and_is_then_left_out(comuni: Comune) -> None:
    numbers = comuni.subscribe()
    vault = comuni.settings.vault()
    with comuni.look() as session:
        session.add(
            InboundEvent(
                kind="message",
                event_hash="x",
                sender_hash=vault.hash(numbers[0]),
                payload_sealed=b"",
                received_at=comuni.now,
            )
        )
    number = handed(comuni)
    soon = shown(comuni, number, comuni.now + timedelta(seconds=10))
    assert (soon.unread, soon.open[1]) == (1, 2)
    later = shown(comuni, number, comuni.now + timedelta(seconds=31))
    assert (later.unread, later.open[1]) == (0, 1)
    (skipped,) = [one for one in comuni.deliveries(number) if one.status == DeliveryStatus.skipped]
    assert skipped.reason == "unread_message"


@pytest.mark.usefixtures("small")
def test_who_has_no_number_or_one_that_no_key_opens_fails_alone(comuni: Comune) -> None:
    comuni.subscribe()
    with comuni.look() as session:
        make_recipient(session, comuni.settings.vault(), bsuid="IT.1234567890")
        lost = make_recipient(session, comuni.settings.vault())
        lost.phone_sealed = b"of another key"
        session.add(lost)
    number = handed(comuni)
    assert shown(comuni, number).open == {1: 2, 2: 2, 3: 1}
    failed = {one.reason for one in comuni.deliveries(number) if one.status == DeliveryStatus.failed}
    assert failed == {"no_phone", "unreadable_address"}


@pytest.mark.usefixtures("small")
def test_i_have_finished_closes_the_rest_as_skipped(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni)
    shown(comuni, number)
    tick(comuni, number, 2, last=True)
    assert desk.finish(comuni.settings, comuni.engine, number, now=comuni.now)
    assert counted(comuni, number).endswith("saltati 3 + incerti 0 + dichiarati 2")
    assert {one.reason for one in comuni.deliveries(number)} == {"by_list", "not_handed_out"}
    assert kept(comuni, number) == {}
    tick(comuni, number, 1)
    assert said(comuni, number)[-1].remark == "L'invio era già chiuso: i conti non sono cambiati."


@pytest.mark.parametrize(
    "given",
    [
        Answer("Nessuno", "", (1,), False),
        Answer("", "", (1, 2), True),
        Answer(ANNA, "", (1,), None),
        Answer(ANNA, "", (), False),
        Answer(ANNA, "", (9, 70), False),
    ],
)
@pytest.mark.usefixtures("small")
def test_what_says_nothing_changes_nothing_and_is_answered(comune: Comune, given: Answer) -> None:
    comune.subscribe()
    number = handed(comune)
    desk.record(comune.settings, comune.engine, number, given, answers=("run", 1), at=comune.now)
    assert shown(comune, number).open == {1: 2, 2: 2, 3: 1}
    (row,) = said(comune, number)
    assert (row.people, row.is_last) == (0, False)
    assert bool(row.remark) == (given.ticked != (9, 70))


def test_a_form_is_read_by_the_names_of_its_fields() -> None:
    values = {"lista_1": True, "lista_2": False, "lista_12": True, "lista_x": True, "lista_3": "true",
              "decisione": LAST, "chi": " Anna Redazione ", "nota": "fatto\x00", "altro": 1}  # fmt: skip
    assert answer.read(values) == Answer(ANNA, "fatto", (1, 12), True)
    assert answer.read({"decisione": RECORD}) == Answer("", "", (), False)
    assert answer.read({"decisione": 7, "chi": None}) == Answer("", "", (), None)


def test_a_channel_is_one_recipient_with_no_personal_data(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni, CHANNEL)
    lists = shown(comuni, number)
    assert (lists.total, lists.open) == (1, {1: 1})
    assert list(kept(comuni, number)) == ["testo.txt"]
    with comuni.look() as session:
        assert session.exec(select(AccessEvent)).all() == []
    tick(comuni, number, 1)
    assert desk.finish(comuni.settings, comuni.engine, number, now=comuni.now)
    assert counted(comuni, number) == (
        "Previsti 1 = accettati 0 + falliti 0 + saltati 0 + incerti 0 + dichiarati 1"
    )
    with comuni.look() as session:
        document = certificate.draw_up(comuni.settings, session, number)
        assert recipients.subscribed(session) == 5
    text = "\n".join(certificate.printed(document, at=comuni.now))
    assert "Inviato a mano: canale WhatsApp" in text
    assert "una persona dichiara di averlo pubblicato nel canale WhatsApp" in text
    assert not any(comuni.received().values())


@pytest.mark.usefixtures("small")
def test_a_second_dispatch_hands_nothing_out_twice(comune: Comune) -> None:
    comune.subscribe()
    number = handed(comune)
    tick(comune, number, 1)
    again, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (again.planned, again.declared, again.open) == (5, 2, 3)
    with comune.look() as session:
        assert len(senders.of(session, number)) == 1


@pytest.mark.usefixtures("small")
def test_stopped_resumed_and_closed_it_still_adds_up(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni)
    shown(comuni, number)
    stop_sending(comuni.settings, comuni.engine, number, who=ANNA, now=comuni.now)
    assert desk.hand_out(comuni.settings, comuni.engine, number, text="", now=comuni.now) is None
    assert kept(comuni, number) == {}
    tick(comuni, number, 1)  # it was sent before anybody said stop
    late = comuni.now + timedelta(hours=3)
    found, _ = dispatch_bulletin(comuni.settings, comuni.engine, number, late_by=BRUNO, now=late)
    assert (found.declared, found.open) == (2, 3)
    assert shown(comuni, number).open == {2: 2, 3: 1}
    stop_sending(comuni.settings, comuni.engine, number, who=ANNA, now=comuni.now)
    close_stopped(comuni.settings, comuni.engine, number, who=ANNA, now=comuni.now)
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert counted(comuni, number).endswith("saltati 3 + incerti 0 + dichiarati 2")


def test_the_watch_sees_it_in_hand_whatever_the_grace(comuni: Comune) -> None:
    comuni.subscribe()
    number = handed(comuni)
    for hours in (0, 1, 5, 23):
        now = comuni.now + timedelta(hours=hours)
        assert look(comuni.settings, comuni.engine, now=now) == Watched(by_hand=(number,))
    assert comuni.bulletin(number).status == BulletinStatus.sending


def test_six_hundred_numbers_are_three_lists(comune: Comune) -> None:
    with comune.look() as session:
        for _ in range(600):
            make_recipient(session, comune.settings.vault())
    number = handed(comune)
    assert shown(comune, number).open == {1: 256, 2: 256, 3: 88}
    inside = numbers_in(comune, number, "lista-2-di-3.vcf")
    assert len(set(inside)) == 256


def test_a_file_is_written_again_only_when_it_changed(comune: Comune) -> None:
    numbers = comune.subscribe()
    number = handed(comune)
    shown(comune, number)
    place = files.folder(comune.settings, number)
    before = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    shown(comune, number)
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == before
    (place / ".lista-1-di-1.csv.4711").write_text(numbers[0], encoding="utf-8")  # of a process that died
    shown(comune, number)
    assert set(place.iterdir()) == set(before)


def test_no_row_message_or_page_shows_a_number(comune: Comune) -> None:
    numbers = comune.subscribe()
    number = handed(comune)
    lists = shown(comune, number)
    with comune.look() as session:
        waiting = handovers.waiting(session, number)
    told = [repr(lists), repr(waiting), history(comune.engine, number), str(prepared(comune, number))]
    assert not any(one.lstrip("+") in text for one in numbers for text in told)


def prepared(comune: Comune, number: int) -> object:
    with comune.look() as session:
        return prepare(comune.settings, session, number, now=comune.now)

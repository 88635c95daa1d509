"""The approved text goes to who hangs it up: the library, the pharmacies."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from db import bulletins, retention
from db.models import BulletinKind, BulletinStatus, Letter, LetterStatus
from flows.letters import drafts
from flows.privacy.redaction import redact
from flows.settings import SettingsError, load_profile
from flows.staff import mail
from flows.staff.smtp import SHEET, Outgoing, Refusal, Server, send
from flows.stop import reopen_decided
from tests.world.builders import item_of, make_bulletin, make_news_item, make_recipient
from tests.world.comune import APPROVE, Comune, write_profile
from tests.world.mail_server import Post, announce, mail_server
from tests.world.public_site import plant

AT_THE_SLOT = "Approva: parte mercoledì 25 novembre, ore 10:30"
LIBRARY, PHARMACY = "biblioteca@comune.esempio.mi.it", "farmacia@esempio.it"
BOARDS = (
    "[prices]",
    f'[notice_boards]\n"Biblioteca civica" = "{LIBRARY}"\n"Farmacia comunale" = "{PHARMACY}"\n\n[prices]',
)


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    comune.reprofile(BOARDS)
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def review(comune: Comune, days: int = 1) -> int:
    with comune.look() as session:
        make_recipient(session, comune.settings.vault())
        items = [
            item_of(make_news_item(session), text=text) for text in ("Via Roma chiude.", "Il bando scade.")
        ]
        slot = comune.now + timedelta(days=days)
        return make_bulletin(session, items, status=BulletinStatus.in_review, slot_at=slot).id


def sheets(comune: Comune) -> Sequence[Letter]:
    with comune.look() as session:
        return session.exec(select(Letter).where(Letter.kind == "foglio").order_by(col(Letter.id))).all()


def tell(comune: Comune, number: int) -> None:
    drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)


def test_the_approved_text_is_mailed_once_to_each_place(comune: Comune, box: Post) -> None:
    number = review(comune)
    tell(comune, number)
    assert sheets(comune) == [], "nothing before it is approved"
    comune.answer(number, AT_THE_SLOT)
    assert comune.bulletin(number).status == BulletinStatus.approved
    for _ in range(2):
        tell(comune, number)
    told = [to for to, subject in box.told if "Da appendere" in subject]
    assert told == [LIBRARY, PHARMACY]
    words = box.last("Da appendere: bollettino di mercoledì 25 novembre")
    assert "1. Via Roma chiude.\n\n2. Il bando scade." in words
    assert "Si può appendere da mercoledì 25 novembre, ore 10:30" in words
    assert f"/b/{comune.bulletin(number).code}/foglio" in words
    assert "(Farmacia comunale)" in words
    assert comune.settings.prefect_ui not in words, "nothing of the editors' desk goes out of the house"
    for one in box.mails[-2:]:
        (sheet,) = one.iter_attachments()
        assert (sheet.get_filename(), sheet.get_content_type()) == (SHEET, "text/html")
        page = str(sheet.get_content())
        assert "<li>Via Roma chiude.</li>\n<li>Il bando scade.</li>" in page.replace("\r", "")
        assert "@page { size: A4 portrait" in page, "it is printed without the network"
        assert "<link" not in page


def test_a_text_that_is_approved_anew_is_mailed_anew(comune: Comune, box: Post) -> None:
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)
    reopen_decided(comune.settings, comune.engine, number, who="Anna Redazione", now=comune.now)
    comune.answer(number, AT_THE_SLOT, texts=["Via Roma resta aperta.", "Il bando scade."])
    tell(comune, number)
    assert len(sheets(comune)) == 4
    assert "1. Via Roma resta aperta." in box.last("Da appendere")


def withdraw(comune: Comune, number: int) -> None:
    comune.now += timedelta(minutes=1)
    reopen_decided(comune.settings, comune.engine, number, who="Anna Redazione", now=comune.now)
    for _ in range(2):
        tell(comune, number)


def test_who_has_a_sheet_is_told_once_that_it_was_taken_back(comune: Comune, box: Post) -> None:
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)
    withdraw(comune, number)
    told = [to for to, subject in box.told if "Da NON appendere" in subject]
    assert comune.settings.prefect_ui not in box.last("Da NON appendere")
    assert told == [LIBRARY, PHARMACY]
    assert "NON va appeso" in box.last("Da NON appendere: bollettino di mercoledì 25 novembre")


def test_a_sheet_that_still_waits_for_the_mail_server_is_never_sent_then(comune: Comune) -> None:
    comune.reprofile(BOARDS)
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)  # no server is there
    withdraw(comune, number)
    assert [one.status for one in sheets(comune)] == [LetterStatus.late] * 2
    with mail_server() as later:
        announce(comune.settings.state, later.port)
        comune.now += timedelta(hours=2)
        tell(comune, number)
        assert [subject for _, subject in later.told if "appendere" in subject] == []


def test_who_hides_a_part_is_told_where_the_sheet_hangs(comune: Comune, box: Post) -> None:
    number = review(comune, days=0)
    comune.answer(number, APPROVE)
    tell(comune, number)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        bulletins.move(session, bulletin, BulletinStatus.sending, by="test", now=comune.now)
        waiting = session.exec(
            select(Letter).where(Letter.kind == "foglio", Letter.editor == "Farmacia comunale")
        )
        letter = waiting.one()
        letter.status = LetterStatus.queued
        session.add(letter)
    done = redact(comune.engine, str(number), 1, by="ced", reason="richiesta", now=comune.now)
    assert done.elsewhere == ("its sheet was mailed to Biblioteca civica: it may hang there",)
    assert [one.status for one in sheets(comune)] == [LetterStatus.sent, LetterStatus.late]


def test_a_server_that_refuses_the_file_gets_the_text_alone(
    comune: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def filtered(
        server: Server, mails: Sequence[Outgoing], *, now: datetime
    ) -> Iterator[tuple[str, Refusal | None]]:
        for one in mails:
            if one.sheet:
                yield one.identity, Refusal("554 no HTML files here", is_final=True, code=554)
            else:
                yield from send(server, [one], now=now)

    monkeypatch.setattr(mail, "send", filtered)
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)
    tell(comune, number)
    assert [one.status for one in sheets(comune)] == [LetterStatus.sent] * 2
    assert "1. Via Roma chiude." in box.last("Da appendere")
    assert list(box.mails[-1].iter_attachments()) == []


def test_the_words_of_a_letter_end_with_their_period(comune: Comune, box: Post) -> None:
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)
    with comune.look() as session:
        assert retention.letters(session, comune.now - timedelta(days=1)) == 0
        assert retention.letters(session, comune.now + timedelta(days=1)) >= 2
    assert {(one.text, one.sheet, one.address) for one in sheets(comune)} == {("", "", "")}


def test_without_places_nobody_gets_a_sheet(comune: Comune) -> None:
    number = review(comune)
    comune.answer(number, AT_THE_SLOT)
    tell(comune, number)
    assert sheets(comune) == []


def test_a_fixed_text_is_mailed_without_asterisks(comune: Comune, box: Post) -> None:
    with comune.look() as session:
        number = plant(session).alert.id
    assert comune.bulletin(number).kind == BulletinKind.urgent
    tell(comune, number)
    words = box.last("Da appendere: messaggio urgente")
    assert "Il Comune di Esempio comunica: allerta ARANCIONE (livello 3 su 4) per temporali forti." in words
    assert "*" not in words
    (sheet,) = box.mails[-1].iter_attachments()
    assert "<strong>" in sheet.get_content()


def test_places_need_a_mail_server(tmp_path: Path) -> None:
    path = write_profile(tmp_path, 1, [BOARDS])
    assert load_profile(path).notice_boards == {"Biblioteca civica": LIBRARY, "Farmacia comunale": PHARMACY}
    whole = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\n\[(mail|sms)\].*?(?=\n\[)", "\n", whole, flags=re.DOTALL), encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"notice_boards: sheets leave by e-mail, and there is no \[mail\]"
    ):
        load_profile(path)

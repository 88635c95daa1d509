"""Lists of numbers in and out: nobody who left comes back by one."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from db import privacy, recipients
from db.engine import transaction
from db.models import BulletinKind, Consent, ConsentEvent, Recipient, Scope
from db.recipients import Address
from flows.privacy import lists
from flows.privacy.lists import ListError, Row
from flows.privacy.phones import NumberError, address, masked, mobile
from flows.privacy.subscribers import COLUMNS, ListOrigin, RowVerdict, give_out, take_in
from flows.settings import BollettinoError, Settings

ORIGIN = ListOrigin("liste broadcast URP", date(2026, 9, 1), "delibera di Giunta n. 12/2026")


def _file(folder: Path, text: str | bytes, name: str = "lista.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("telefono\n333 123 4567\n", ["333 123 4567"]),
        ("Nome;Cellulare;Note\nAnna;3331234567;\nBruno;;\n", ["3331234567"]),
        ('\ufeffnome,numero di telefono\nRossi,"+39 333 1234567"\n', ["+39 333 1234567"]),
        ("Anna\t333-1234567\nBruno\t3331234568\n", ["333-1234567", "3331234568"]),
        ("Name,Phone 1 - Value\nA,+39 333 1234567\n", ["+39 333 1234567"]),
        ("Nicolò;3331234567\n".encode("cp1252"), ["3331234567"]),
        ("telefono\n3331234567\n".encode("utf-16"), ["3331234567"]),
        (
            "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nTEL;TYPE=HOME:02 98207\nTEL;TYPE=CELL,VOICE:+39 333\n"
            "  1234567\nEND:VCARD\nBEGIN:VCARD\nitem1.TEL;VALUE=uri:tel:+393331234568\nEND:VCARD\n"
            "BEGIN:VCARD\nFN:Senza\nEND:VCARD\n",
            ["+39 333 1234567", "+393331234568"],
        ),
    ],
)
def test_lists_are_read_as_spreadsheets_and_phones_write_them(
    tmp_path: Path, text: str | bytes, numbers: list[str]
) -> None:
    assert [row.text for row in lists.read(_file(tmp_path, text))] == numbers


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="column 'telefono'"):
        lists.read(_file(tmp_path, ""))
    with pytest.raises(ListError, match="cannot be read"):
        lists.read(tmp_path / "none.csv")


@given(st.binary(max_size=300))
def test_no_file_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = _file(tmp_path_factory.mktemp("list"), raw)
    try:
        for row in lists.read(path):
            mobile(row.text)
    except (ListError, NumberError):
        return


@pytest.mark.parametrize(
    "text", ["333 123 4567", "+39 3331234567", "0039 333 1234567", "393331234567", "39 333 123 4567"]
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert mobile(text) == "+393331234567"
    assert address(text) == Address("+393331234567")


@pytest.mark.parametrize("text", ["02 9820 7200", "", "Anna", "333", "3331234567890123", "112"])
def test_a_landline_and_what_is_no_number_are_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        mobile(text)
    assert not text or text not in str(caught.value)


def test_a_foreign_mobile_counts_and_a_bsuid_is_an_address() -> None:
    assert mobile("+41 79 123 45 67") == "+41791234567"
    assert address(" IT.13491208655302741918 ") == Address(bsuid="IT.13491208655302741918")
    assert masked("+393331234567") == "+39333*****67"


def _rows(*numbers: str) -> list[Row]:
    return [Row(line, number) for line, number in enumerate(numbers, start=2)]


def test_a_list_subscribes_who_never_left_and_says_why_the_others_not(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    ledger = settings.ledger()
    with transaction(engine) as session:
        recipients.opt_in(session, ledger.vault, Address("+393330000002"), now=now)
        for phone, event in (("+393330000003", Consent.opt_out), ("+393330000004", Consent.erase)):
            ledger.record(session, Address(phone), event, word="X", source="whatsapp", at=now)
        recipients.note_inbound(session, ledger.vault, Address("+393330000005"), at=now, now=now)
    numbers = (
        "3330000001",
        "333 0000002",
        "3330000003",
        "3330000004",
        "3330000005",
        "0298207",
        "+393330000001",
    )

    def take(*, dry_run: bool = False) -> dict[RowVerdict, int]:
        later = now + timedelta(hours=1)
        report = take_in(settings, engine, _rows(*numbers), ORIGIN, by="clerk", dry_run=dry_run, now=later)
        assert "line 4: +39333*****03 left before: not subscribed again" in str(report)
        assert "333000000" not in str(report)
        return dict(report.count)

    wanted = {
        RowVerdict.subscribed: 2,
        RowVerdict.already: 1,
        RowVerdict.left: 2,
        RowVerdict.invalid: 1,
        RowVerdict.twice: 1,
    }
    assert take(dry_run=True) == wanted
    with transaction(engine) as session:
        assert len(session.exec(recipients.audience(BulletinKind.ordinary)).all()) == 1, "nothing was written"
        assert privacy.accesses(session, limit=9) == []
    assert take() == wanted
    assert take()[RowVerdict.already] == 3, "run again, it changes nothing"
    with transaction(engine) as session:
        assert len(session.exec(recipients.audience(BulletinKind.ordinary)).all()) == 3
        written = session.exec(select(ConsentEvent).where(col(ConsentEvent.source) == "import")).first()
        assert written is not None
        assert written.act == "liste broadcast URP, 01.09.2026; delibera di Giunta n. 12/2026"
        assert [one.command for one in privacy.accesses(session, limit=9)] == ["subscribers import"] * 2


@pytest.mark.parametrize(
    "origin",
    [
        ListOrigin("", ORIGIN.dated, "x"),
        ListOrigin("x", ORIGIN.dated, " "),
        ListOrigin("x", date(2030, 1, 1), "y"),
    ],
)
def test_a_list_without_its_origin_is_refused(
    settings: Settings, sqlite: Engine, now: datetime, origin: ListOrigin
) -> None:
    with pytest.raises(BollettinoError):
        take_in(settings, sqlite, _rows("3330000001"), origin, by="clerk", now=now)
    with transaction(sqlite) as session:
        assert session.exec(select(Recipient)).all() == []


def test_the_export_holds_who_is_subscribed_and_only_its_owner_reads_it(
    settings: Settings, engine: Engine, tmp_path: Path, now: datetime
) -> None:
    take_in(settings, engine, _rows("3330000001", "3330000002"), ORIGIN, by="clerk", now=now)
    ledger, path = settings.ledger(), tmp_path / "iscritti.csv"
    with transaction(engine) as session:
        who = Address("+393330000001", "IT.1")
        recipients.opt_in(session, ledger.vault, who, scope=Scope.alerts, now=now)
        row = recipients.find(session, ledger.vault, Address("+393330000002"))
        assert row is not None
        recipients.opt_out(session, row, now=now)
    assert give_out(settings, engine, path, by="clerk", now=now) == 1
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8") as file:
        head, line = csv.reader(file, delimiter=";")
    assert tuple(head) == COLUMNS
    assert line[:5] == ["+393330000001", "IT.1", "2026-11-24", "alerts", "ELENCO"]
    with pytest.raises(BollettinoError, match="cannot be written"):
        give_out(settings, engine, path, by="clerk", now=now)
    with transaction(engine) as session:
        assert [one.command for one in privacy.accesses(session, limit=2)] == ["subscribers export"] * 2


def test_no_word_of_an_export_is_a_formula_and_it_can_be_read_in_again(
    settings: Settings, sqlite: Engine, tmp_path: Path, now: datetime
) -> None:
    act = ListOrigin("=HYPERLINK(A1)", ORIGIN.dated, "@delibera")
    take_in(settings, sqlite, _rows("3330000001"), act, by="clerk", now=now)
    path = tmp_path / "iscritti.csv"
    give_out(settings, sqlite, path, by="clerk", now=now)
    with path.open(encoding="utf-8") as file:
        _, line = csv.reader(file, delimiter=";")
    assert line[0] == "+393330000001"
    assert line[5].startswith("'=HYPERLINK(A1)")
    assert [row.text for row in lists.read(path)] == ["+393330000001"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "+39 ", "-39"])
def test_no_cell_begins_as_a_formula_does(start: str) -> None:
    assert lists.cell(f"{start}HYPERLINK(A1)") == f"'{start}HYPERLINK(A1)"


@pytest.mark.parametrize("text", ["+393330000001", "", "IT.123", "...67", "delibera n. 12", "131026"])
def test_what_is_no_formula_is_left_as_it_is(text: str) -> None:
    assert lists.cell(text) == text

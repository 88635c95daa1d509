"""Back up, DISATTIVA, CANCELLAMI, SOLO ALLERTE, restore, dispatch: nobody who left is written to."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db import privacy, recipients
from db.engine import transaction
from db.models import Consent
from db.recipients import Address
from flows.__main__ import main
from flows.dispatch import dispatch_bulletin
from flows.sending.drain import DispatchError, RefusedError
from flows.web.inbound import conversation
from flows.whatsapp.updates import InboundMessage
from tests.world.backup import Backup
from tests.world.comune import APPROVE, Comune


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """`main` gives the process the environment of its installation."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def _write(comune: Comune, phone: str, text: str) -> None:
    with transaction(comune.engine) as session:
        message = InboundMessage(
            id=f"{phone}-{text}", phone=phone, bsuid=None, at=comune.now, type="text", text=text, raw={}
        )
        conversation.answer(comune.settings, session, message, now=comune.now)


def test_a_restored_backup_writes_to_nobody_who_left(comune: Comune, tmp_path: Path) -> None:
    phones = comune.subscribe()
    ledger = comune.settings.ledger()
    with comune.look() as session:
        for phone in phones:
            day = comune.now - timedelta(days=3)
            ledger.record(session, Address(phone), Consent.opt_in, word="ATTIVA", source="whatsapp", at=day)
    comune.collect()
    number = comune.draft()
    comune.answer(number, APPROVE)
    backup = Backup(comune.engine, tmp_path)
    for phone, text in zip(phones, ("DISATTIVA", "cancellami", "solo allerte"), strict=False):
        _write(comune, phone, text)
    comune.engine = backup.restore()
    with comune.look() as session:
        for phone in phones:
            row = recipients.find(session, ledger.vault, Address(phone))
            assert row is not None
            assert row.status == "active", "the backup knows nothing"
    before = comune.received()
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    after = comune.received()
    assert [len(after[phone]) - len(before[phone]) for phone in phones] == [0, 0, 0, 1, 1]
    comune.engine.dispose()


def test_a_restored_backup_whose_journal_is_lost_waits_for_a_person_who_says_so(
    comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phones = comune.subscribe()
    for phone in phones:
        _write(comune, phone, "ATTIVA")
    comune.collect()
    number = comune.draft()
    comune.answer(number, APPROVE)
    backup = Backup(comune.engine, tmp_path)
    _write(comune, phones[0], "DISATTIVA")
    journal = comune.settings.ledger().journal
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    comune.engine = backup.restore()
    before, whole = comune.received(), journal.path.read_bytes()
    journal.path.unlink()

    def refused() -> str:
        with pytest.raises(RefusedError) as caught:
            dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
        assert comune.received() == before
        return str(caught.value)

    def say(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("BOLLETTINO_DATABASE", comune.settings.database)
        monkeypatch.setenv("BOLLETTINO_STATE", str(comune.settings.state))
        code = main(["witness", "--profile", str(comune.settings.path), *arguments])
        return code, capsys.readouterr().out

    assert "Il registro dei consensi (consensi.jsonl) non c'è, o è vuoto" in refused()
    code, told = say()
    assert (code, "consensi.jsonl" in told, "--without-journal" in told) == (2, True, True)
    code, told = say("--accept-by", "Anna Redazione")
    assert (code, "Nothing leaves" in told, "Accepted by" in told) == (2, True, False)
    assert "consensi.jsonl" in refused(), "a name alone does not accept what it was not told of"

    journal.path.write_bytes(whole)  # found again: who left since the backup does so again
    assert "conferma con `python -m flows witness --accept-by NOME`" in refused()
    journal.path.unlink()
    code, told = say("--accept-by", "Anna Redazione", "--without-journal")
    assert (code, told.count("Accepted by Anna Redazione")) == (0, 2)
    said = [one.event for one in journal.entries()]
    assert said == [Consent.opt_in] * len(phones) + [Consent.opt_out], (
        "it goes on from what the database knows"
    )
    assert say()[0] == 0
    with comune.look() as session:
        (noted,) = privacy.accesses(session, limit=9)
        assert (noted.by, noted.command) == ("Anna Redazione", "witness --without-journal")
    with pytest.raises(DispatchError, match="da approvare"):  # it has left since the copy was made
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert comune.received() == before
    comune.engine.dispose()


def test_without_a_legal_ground_a_dispatch_says_so_and_sends_nothing(comune: Comune) -> None:
    comune.subscribe()
    comune.collect()
    profile = comune.settings.profile
    real = profile.whatsapp.model_copy(update={"api": "https://graph.facebook.com"})
    bare = profile.privacy.model_copy(update={"basis": ""})
    comune.settings.profile = profile.model_copy(update={"whatsapp": real, "privacy": bare})
    number = comune.draft()
    comune.answer(number, APPROVE)
    with pytest.raises(DispatchError, match=r"manca la base giuridica \(`privacy.basis`\)\."):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert all(texts == [] for texts in comune.received().values())

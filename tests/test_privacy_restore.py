"""Back up, DISATTIVA, CANCELLAMI, SOLO ALLERTE, restore, dispatch: nobody who left is written to."""

from datetime import timedelta
from pathlib import Path

import pytest

from db import recipients
from db.engine import transaction
from db.models import Consent
from db.recipients import Address
from flows.dispatch import dispatch_bulletin
from flows.dispatching.holding import DispatchError
from flows.web import conversation
from flows.whatsapp.updates import InboundMessage
from tests.backup import Backup
from tests.comune import APPROVE, Comune


def _write(comune: Comune, phone: str, text: str) -> None:
    with transaction(comune.engine) as session:
        message = InboundMessage(
            id=f"{phone}-{text}", phone=phone, bsuid=None, at=comune.now, type="text", text=text, raw={}
        )
        conversation.answer(session, comune.settings, message, now=comune.now)


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


def test_without_a_legal_ground_a_dispatch_says_so_and_sends_nothing(comune: Comune) -> None:
    comune.subscribe()
    comune.collect()
    number = comune.draft()
    comune.answer(number, APPROVE)
    profile = comune.settings.profile
    real = profile.whatsapp.model_copy(update={"api": "https://graph.facebook.com"})
    bare = profile.privacy.model_copy(update={"basis": ""})
    comune.settings.profile = profile.model_copy(update={"whatsapp": real, "privacy": bare})
    with pytest.raises(DispatchError, match=r"manca la base giuridica \(`privacy.basis`\)\."):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert all(texts == [] for texts in comune.received().values())

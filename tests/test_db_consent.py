"""What the words of a person say together: who has left, who is erased, whose resume counts."""

import pytest
from sqlalchemy import Engine

from db import recipients
from db.engine import transaction
from db.ledger import RESUME, STOP, Ledger
from db.models import Consent, RecipientStatus
from db.recipients import Address
from tests.test_db_ledger import PHONE, SECOND, _say
from tests.world.builders import NOW, make_recipient

WORDS = {
    "ATTIVA": Consent.opt_in,
    "SOLO_ALLERTE": Consent.alerts_only,
    "DISATTIVA": Consent.opt_out,
    "CANCELLAMI": Consent.erase,
    STOP: Consent.opt_out,
    RESUME: Consent.opt_in,
}


@pytest.mark.parametrize(
    ("said", "resumed", "has_left", "is_erased"),
    [
        ([], None, False, False),
        ([("ATTIVA", 1)], None, False, False),
        ([("ATTIVA", 1), ("DISATTIVA", 2)], None, True, False),
        ([("DISATTIVA", 1), ("ATTIVA", 2)], None, False, False),
        ([("DISATTIVA", 1), ("SOLO_ALLERTE", 1)], None, True, False),
        ([("ATTIVA", 1), ("CANCELLAMI", 2)], None, True, True),
        ([("CANCELLAMI", 1), ("DISATTIVA", 2)], None, True, True),
        ([("CANCELLAMI", 1), ("SOLO_ALLERTE", 1)], None, True, True),
        ([("CANCELLAMI", 1), ("ATTIVA", 2), ("DISATTIVA", 3)], None, True, False),
        ([("CANCELLAMI", 1), (STOP, 2), (RESUME, 2)], None, True, True),
        ([(STOP, 1)], None, True, False),
        ([("ATTIVA", 1), (STOP, 2)], None, True, False),
        ([(STOP, 1), ("ATTIVA", 2)], None, False, False),
        ([("ATTIVA", 1), (STOP, 2), (RESUME, 2)], None, False, False),
        ([("ATTIVA", 1), (STOP, 2), (RESUME, 2), (STOP, 3)], None, True, False),
        ([("ATTIVA", 1), ("DISATTIVA", 2), (STOP, 3), (RESUME, 3)], None, True, False),
        ([(STOP, 1)], 1, False, False),
        ([(STOP, 1)], 2, False, False),
        ([("ATTIVA", 1), (STOP, 3)], 2, True, False),
    ],
)
def test_the_last_word_tells_who_has_left_and_who_is_erased(
    ledger: Ledger,
    sqlite: Engine,
    said: list[tuple[str, int]],
    resumed: int | None,
    has_left: bool,
    is_erased: bool,
) -> None:
    """Whatever the order in which they come; `resumed`: what the menu said of which no word was kept."""
    with transaction(sqlite) as session:
        for name, words in (("+393330000001", said), ("+393330000002", said[::-1])):
            who = Address(name)
            for word, second in words:
                at = NOW + second * SECOND
                ledger.record(session, who, WORDS[word], word=word, source="whatsapp", at=at)
            if resumed:
                row = make_recipient(session, ledger.vault, phone=name)
                row.resumed_at = NOW + resumed * SECOND
                session.flush()
            assert ledger.has_left(session, who) == has_left
            assert ledger.is_erased(session, who) == is_erased


def test_who_was_erased_is_so_for_what_they_wrote_up_to_that_second(ledger: Ledger, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        who = Address(PHONE)
        assert not ledger.is_erased(session, who, at=NOW)
        ledger.record(session, who, Consent.erase, word="CANCELLAMI", source="whatsapp", at=NOW)
        ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=NOW + 2 * SECOND)
        then = [ledger.is_erased(session, who, at=NOW + number * SECOND) for number in (-1, 0, 1)]
        assert then == [True, True, False]


def test_a_resume_in_the_menu_is_a_sign_of_the_same_person_until_that_second(
    ledger: Ledger, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        make_recipient(session, ledger.vault, phone=PHONE).resumed_at = NOW
        assert ledger.spoke_since(session, Address(PHONE), at=NOW - SECOND)
        assert not ledger.spoke_since(session, Address(PHONE), at=NOW)


def test_a_stop_in_the_second_of_an_attiva_counts(ledger: Ledger, sqlite: Engine) -> None:
    _say(ledger, sqlite, Consent.opt_in)
    with transaction(sqlite) as session:
        row = recipients.find(session, ledger.vault, Address(PHONE))
        assert row is not None
        assert ledger.stopped_at_provider(session, row, at=NOW, now=NOW)
        assert row.status == RecipientStatus.opted_out

"""A row that proves a decision is genuine as it was written, and as nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from db import sign_offs, signatures
from db.engine import transaction
from db.models import Approval, Decision, SignOff, SignOffWord
from db.vault import Vault
from tests.world.builders import make_bulletin

AT = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
OTHER: dict[str, object] = {  # a value of each bound column that is not the row's
    "bulletin_id": 2, "version_number": 4, "editor": "bruno", "name": "Bruno Vice",
    "said": SignOffWord.send_back,
    "at": AT + timedelta(microseconds=1), "seal": "b" * 64, "source": "telefonata", "overridden": "quota",
    "code_hash": "c" * 64, "decision": Decision.discard, "approver": "Bruno Vice",
    "decided_at": AT + timedelta(seconds=1), "profile_sha256": "d" * 64, "head_count": 5001,
    "cost_estimate": "300,00 EUR",
}  # fmt: skip


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()], "k" * 32)


def sign_off() -> SignOff:
    return SignOff(
        bulletin_id=1,
        version_number=3,
        editor="anna",
        name="Anna Redazione",
        said=SignOffWord.approve,
        at=AT,
        seal="a" * 64,
        source="",
        overridden="",
        code_hash=None,
    )


def approval() -> Approval:
    return Approval(
        bulletin_id=1,
        version_number=3,
        decision=Decision.approve,
        approver="Anna Redazione",
        decided_at=AT,
        code_hash=None,
        seal="a" * 64,
        profile_sha256="e" * 64,
        head_count=5000,
        cost_estimate="291,00 EUR",
    )


def signed(vault: Vault, row: SignOff | Approval) -> SignOff | Approval:
    row.mac = signatures.mac_of(vault, row)
    return row


@pytest.mark.parametrize("make", [sign_off, approval])
def test_as_it_was_written_it_is_genuine_in_any_zone_of_the_clock(vault: Vault, make: type) -> None:
    row = signed(vault, make())
    assert signatures.is_genuine(vault, row)
    moment = "at" if isinstance(row, SignOff) else "decided_at"
    setattr(row, moment, AT.astimezone(timezone(timedelta(hours=1))))
    assert signatures.is_genuine(vault, row), "PostgreSQL hands a moment back in a zone of its own"


@pytest.mark.parametrize(
    ("make", "column"),
    [(make, column) for make in (sign_off, approval) for column in signatures.BOUND[type(make())]],
)
def test_another_value_of_any_bound_column_is_not(vault: Vault, make: type, column: str) -> None:
    row = signed(vault, make())
    setattr(row, column, OTHER[column])
    assert not signatures.is_genuine(vault, row)
    setattr(row, column, None)
    assert not signatures.is_genuine(vault, row) or getattr(make(), column) is None


@pytest.mark.parametrize("mac", [None, "", "0" * 64])
def test_without_its_hash_or_with_any_other_it_is_not(vault: Vault, mac: str | None) -> None:
    row = signed(vault, approval())
    row.mac = mac
    assert not signatures.is_genuine(vault, row)


def test_the_hash_is_of_the_key_and_of_the_kind_of_row(vault: Vault) -> None:
    row = signed(vault, approval())
    other = Vault([Fernet.generate_key().decode()], "l" * 32)
    assert not signatures.is_genuine(other, row)
    mine = signed(vault, sign_off())
    mine.mac, row.mac = row.mac, mine.mac
    assert not signatures.is_genuine(vault, row)
    assert not signatures.is_genuine(vault, mine)


def test_text_and_number_are_not_taken_for_one_another(vault: Vault) -> None:
    row = approval()
    row.head_count, row.cost_estimate = 12, "3"
    before = signatures.mac_of(vault, row)
    row.head_count, row.cost_estimate = 1, "23"
    assert signatures.mac_of(vault, row) != before


@pytest.mark.parametrize(
    ("make", "name", "mac"),
    [
        (sign_off, "name", "8bd2a7247f020e6121f512665029bbd9be35787b9abc1aa17197202ace09d5dc"),
        (approval, "approver", "ba585f4e9e787bce6bac72858480cbb0ed648816670237dbbd1e67b9dd9189af"),
    ],
)
def test_what_an_earlier_version_signed_is_genuine_still(
    vault: Vault, make: type, name: str, mac: str
) -> None:
    """These were made once: approvals in databases would be void, were a row written out in another way."""
    row = make()
    setattr(row, name, "Niccolò Redazione")
    row.mac = mac
    assert signatures.is_genuine(vault, row)


def test_of_what_was_said_only_forged_approvals_are_left_out(sqlite: Engine, vault: Vault) -> None:
    said = [SignOffWord.approve, SignOffWord.send_back, SignOffWord.approve]
    with transaction(sqlite) as session:
        number = make_bulletin(session, []).id
        others = [(make_bulletin(session, []).id, version, SignOffWord.send_back) for version in (4, 5)]
        for about, version, word in [*((number, *row) for row in enumerate(said, start=1)), *others]:
            sign_offs.add(
                session,
                about,
                version,
                editor="anna",
                name="Anna Redazione",
                said=word,
                at=AT,
                vault=vault if version == 1 else None,
            )
        assert [row.version_number for row in sign_offs.genuine(session, vault, number)] == [1, 2]
        for about, version, _ in others:
            assert [row.version_number for row in sign_offs.genuine(session, vault, about)] == [version]

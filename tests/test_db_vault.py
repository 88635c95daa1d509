import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from db.vault import Vault, VaultError

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
LOOKUP = "a look-up key made up for tests only"


@given(st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    vault = Vault([OLD], LOOKUP)
    assert vault.open(vault.seal(text)) == text


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    old, rotated, new = Vault([OLD], LOOKUP), Vault([NEW, OLD], LOOKUP), Vault([NEW], LOOKUP)
    assert rotated.open(old.seal("+393331234567")) == "+393331234567"
    assert new.open(rotated.seal("+393331234567")) == "+393331234567"
    with pytest.raises(VaultError, match="not configured"):
        new.open(old.seal("+393331234567"))


def test_the_hash_does_not_depend_on_the_encryption_key_but_on_the_lookup_key() -> None:
    assert Vault([OLD], LOOKUP).hash("+39") == Vault([NEW], LOOKUP).hash("+39")
    assert Vault([OLD], LOOKUP).hash("+39") != Vault([OLD], LOOKUP[::-1]).hash("+39")


def test_two_seals_of_one_number_differ() -> None:
    vault = Vault([OLD], LOOKUP)
    assert vault.seal("+393331234567") != vault.seal("+393331234567")


@pytest.mark.parametrize(
    ("keys", "lookup", "words"),
    [(["short"], LOOKUP, "32 bytes"), ([], LOOKUP, "32 bytes"), ([OLD], "short", "32 characters")],
)
def test_a_malformed_key_is_named_and_never_quoted(keys: list[str], lookup: str, words: str) -> None:
    with pytest.raises(VaultError, match=words) as caught:
        Vault(keys, lookup)
    assert "short" not in str(caught.value).replace("shorter", "")

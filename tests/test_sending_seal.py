"""What an approval binds: the messages, the template, the audience, and the profile that they leave by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from db import bulletins, recipients
from db.models import Approval, Bulletin, BulletinStatus
from db.vault import Vault
from flows.bulletin.message.exact import Message
from flows.correct import draft_for_the_rest
from flows.dispatch import begin, dispatch_bulletin, prepare
from flows.profiles.comune import Profile
from flows.profiles.fingerprint import fingerprint
from flows.sending.drain import DispatchError
from flows.sending.seal import broken, message_of, seal_of
from flows.settings import DEMO, load_profile
from flows.stop import reopen_decided, stop_sending
from tests.world.comune import APPROVE, Comune


def changed(profile: Profile, path: str, value: Any) -> Profile:
    """The profile with one key changed: `names.comune`."""
    first, _, rest = path.partition(".")
    if not rest:
        return profile.model_copy(update={first: value})
    part = getattr(profile, first)
    return profile.model_copy(update={first: part.model_copy(update={rest: value})})


LEAVES = {
    "stage": "production",
    "names.comune": "Comune di Altrove",
    "names.del_comune": "del Comune di Altrove",
    "contacts.telefono": "02 0000 0000",
    "contacts.emergenza": "118",
    "contacts.numero_servizio": "333 000 0000",
    "whatsapp.phone_number_id": "1",
    "whatsapp.waba_id": "2",
    "whatsapp.api": "https://graph.example",
    "whatsapp.language": "de",
    "notice.url": "https://altrove.example/informativa",
    "notice.version": "2",
    "servers.public": "https://altrove.example",
    "days_in_words": "ogni lunedì",
}
STAYS: dict[str, Any] = {
    "mail": None,
    "news_per_bulletin": 3,
    "grace_minutes": 5,
    "approvals": 2,
    "whatsapp.messages_per_second": 1,
    "servers.prefect_port": 4299,
    "sources.feeds": [],
    "categories": {},
}


EDITS = [
    "UPDATE bulletinitem SET text = 'Votate Rossi.'",
    "UPDATE approval SET seal = :plain",
    "UPDATE approval SET seal = :other, mac = :other",
    "UPDATE approval SET approver = 'Bruno Vice'",
    "UPDATE approval SET decided_at = '2026-11-24 09:29:00+00:00'",
    "UPDATE approval SET mac = NULL",
]


@pytest.mark.parametrize("path", LEAVES)
def test_what_a_citizen_reads_or_who_sends_it_is_in_the_hash_of_the_profile(path: str) -> None:
    profile = load_profile(DEMO)
    assert fingerprint(changed(profile, path, LEAVES[path])) != fingerprint(profile)


@pytest.mark.parametrize("path", STAYS)
def test_what_changes_no_message_is_not(path: str) -> None:
    profile = load_profile(DEMO)
    edited = changed(profile, path, STAYS[path])
    assert edited != profile
    assert fingerprint(edited) == fingerprint(profile)


def test_the_hash_is_that_of_the_content_and_not_of_the_moment() -> None:
    first = load_profile(DEMO)
    again = first.model_copy(deep=True)
    assert first is not again
    assert fingerprint(first) == fingerprint(again)
    assert len(fingerprint(first)) == 64


@pytest.fixture
def approved(comuni: Comune) -> tuple[Comune, int]:
    comuni.subscribe()
    comuni.collect()
    number = comuni.draft()
    assert comuni.answer(number, APPROVE).status == BulletinStatus.approved
    return comuni, number


def sealed(comune: Comune, number: int) -> tuple[Bulletin, Approval, Message]:
    bulletin = comune.bulletin(number)
    with comune.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        approval, version = found
        items = bulletins.items(session, version)
    return bulletin, approval, message_of(comune.settings, bulletin, items, approval.decided_at)


def why_not(comune: Comune, number: int, message: Message | None = None) -> str:
    bulletin, approval, compiled = sealed(comune, number)
    with comune.look() as session:
        return broken(comune.settings, session, bulletin, approval, message or compiled)


def test_what_was_approved_is_not_broken_and_its_seal_binds_the_profile(
    approved: tuple[Comune, int],
) -> None:
    comune, number = approved
    bulletin, approval, message = sealed(comune, number)
    assert why_not(comune, number) == ""
    with comune.look() as session:
        assert approval.seal == seal_of(comune.settings, session, bulletin, message)
        assert approval.seal != message.sealed(recipients.audience_rule(session, bulletin))
    assert approval.profile_sha256 == fingerprint(comune.settings.profile)


def test_another_text_or_template_breaks_it(approved: tuple[Comune, int]) -> None:
    comune, number = approved
    _, _, message = sealed(comune, number)
    words = f"Il bollettino {number} non è più quello approvato da Anna Redazione: non parte."
    for other in (
        replace(message, parameters=("Altro.", *message.parameters[1:])),
        replace(message, frame=replace(message.frame, footer="Altro")),
        replace(message, button_suffix="altro"),
    ):
        assert why_not(comune, number, other) == words


def test_a_profile_edited_after_the_approval_voids_it_and_says_what_to_do(
    approved: tuple[Comune, int],
) -> None:
    comune, number = approved
    comune.reprofile(('telefono = "02 1234 5678"', 'telefono = "02 9999 9999"'))
    assert why_not(comune, number) == (
        "Dopo l'approvazione di Anna Redazione è cambiato il profilo del Comune (nomi, contatti, mittente o "
        f"pagine): il bollettino {number} non parte. Riaprilo con «riapri» e approvalo di nuovo."
    )


def test_what_was_stopped_under_an_older_seal_is_closed_or_put_right_for_the_rest(
    approved: tuple[Comune, int],
) -> None:
    comune, number = approved
    begin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        session.connection().execute(text("UPDATE approval SET profile_sha256 = NULL"))
    stop_sending(comune.settings, comune.engine, number, who="Anna Redazione", now=comune.now)
    with pytest.raises(DispatchError, match="con la casella «L'invio è fermato», oppure «chiudi»"):
        dispatch_bulletin(comune.settings, comune.engine, number, late_by="Anna Redazione", now=comune.now)
    other = draft_for_the_rest(
        comune.settings, comune.engine, bulletin_id=number, position=1, right="Come prima.",
        who="Anna Redazione", now=comune.now,
    )  # fmt: skip
    comune.move(other, BulletinStatus.in_review)
    assert comune.answer(other, APPROVE).status == BulletinStatus.approved
    dispatch_bulletin(comune.settings, comune.engine, other, now=comune.now)
    assert [len(texts) for texts in comune.received().values()] == [1] * 5


def test_dispatch_refuses_what_another_profile_sealed(approved: tuple[Comune, int]) -> None:
    comune, number = approved
    with comune.look() as session:
        assert prepare(comune.settings, session, number, now=comune.now).bulletin_id == number
    comune.reprofile(('comune = "Comune di Esempio"', 'comune = "Comune di Altrove"'))
    with (
        comune.look() as session,
        pytest.raises(DispatchError, match=r"è cambiato il profilo .* Riaprilo con «riapri»"),
    ):
        prepare(comune.settings, session, number, now=comune.now)
    assert comune.bulletin(number).status == BulletinStatus.approved


def test_a_profile_edited_where_no_message_comes_from_voids_nothing(approved: tuple[Comune, int]) -> None:
    comune, number = approved
    comune.reprofile(("messages_per_second = 40", "messages_per_second = 10"))
    assert why_not(comune, number) == ""


@pytest.mark.parametrize("with_profile", [True, False])
def test_a_seal_without_a_key_is_held_and_approved_again(
    approved: tuple[Comune, int], with_profile: bool
) -> None:
    """One of an earlier version, or one that somebody computed who may write to the database."""
    comune, number = approved
    bulletin, _, message = sealed(comune, number)
    bound = fingerprint(comune.settings.profile) if with_profile else ""
    with comune.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        found[0].profile_sha256 = bound or None
        found[0].seal = message.sealed(recipients.audience_rule(session, bulletin), bound)
        session.add(found[0])
    assert why_not(comune, number) == (
        f"Anna Redazione ha approvato il bollettino {number} con una versione del programma che non "
        "proteggeva il sigillo con una chiave: non parte. Riaprilo con «riapri» e approvalo di nuovo."
    )
    reopen_decided(comune.settings, comune.engine, number, who="Anna Redazione", now=comune.now)
    comune.now += timedelta(minutes=1)
    assert comune.answer(number, APPROVE).status == BulletinStatus.approved
    assert why_not(comune, number) == ""


@pytest.mark.parametrize("written", EDITS)
def test_who_may_only_write_to_the_database_sends_nothing(approved: tuple[Comune, int], written: str) -> None:
    comune, number = approved
    bulletin, _, message = sealed(comune, number)
    with comune.look() as session:
        bound = fingerprint(comune.settings.profile)
        plain = message.sealed(recipients.audience_rule(session, bulletin), bound)
        session.connection().execute(text(written), {"plain": plain, "other": "f" * 64})
    with pytest.raises(DispatchError, match="non parte"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert not any(comune.received().values())


def test_an_approval_that_was_taken_back_is_not_brought_back_by_its_row(
    approved: tuple[Comune, int],
) -> None:
    comune, number = approved
    reopen_decided(comune.settings, comune.engine, number, who="Anna Redazione", now=comune.now)
    with comune.look() as session:
        session.connection().execute(text("UPDATE approval SET voided_at = NULL"))
        session.connection().execute(text("UPDATE bulletin SET status = 'approved'"))
    assert "non è più quello approvato" in why_not(comune, number)


def test_the_key_is_not_that_of_the_numbers_nor_of_another_label() -> None:
    vault = Vault([Fernet.generate_key().decode()], "k" * 32)
    rotated = Vault([Fernet.generate_key().decode()], "k" * 32)
    made = {vault.mac("a", "text"), vault.mac("b", "text"), vault.hash("text")}
    assert len(made) == 3
    assert vault.mac("a", "text") == rotated.mac("a", "text"), "it outlives a rotation"
    assert vault.mac("a", "text") != Vault([Fernet.generate_key().decode()], "l" * 32).mac("a", "text")

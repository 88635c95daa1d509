"""An approval by its rows: what it seals, who proved it, and what is left to do where it does not hold."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, recipients, sign_offs, signatures
from db.engine import transaction
from db.models import Approval, Bulletin, BulletinKind, BulletinStatus, Level, SignOffWord
from flows.accounts import asked
from flows.bulletin.status import ACCESS
from flows.profiles.fingerprint import fingerprint
from flows.profiles.urgent import StandingOrder
from flows.sending import seal
from flows.settings import Settings
from tests.world.builders import NOW, make_bulletin

DECIDED = NOW - timedelta(days=2)  # another day than that of the last step
HASH, KEY = "4" * 64, "porta-1"
ORDER = StandingOrder(
    act="atto 12", author="Sindaco", levels=[Level.rossa], expires=date(2026, 12, 31), minutes=30
)
AGAIN = "Riaprilo con «riapri» e approvalo di nuovo."
REST = "Per chi non l'ha ricevuto: «correggi» con la casella «L'invio è fermato», oppure «chiudi»."


def with_profile(settings: Settings, **changes: Any) -> Settings:
    return Settings(settings.profile.model_copy(update=changes), settings.path, settings.state)


def ordered(settings: Settings) -> Settings:
    """That asks for codes, and has an order in force."""
    urgent = settings.profile.urgent.model_copy(update={"standing_order": ORDER})
    return with_profile(settings, codes=True, urgent=urgent)


def sealed(
    settings: Settings,
    session: Session,
    *,
    kind: BulletinKind = BulletinKind.ordinary,
    status: BulletinStatus = BulletinStatus.approved,
    slot_at: datetime | None = None,
    code_hash: str | None = None,
    approver: str = "Anna Redazione",
) -> tuple[Bulletin, Approval]:
    """Approved at `DECIDED`, as an approval writes it."""
    bulletin = make_bulletin(session, kind=kind, status=status, slot_at=slot_at)
    found = bulletins.approved(session, bulletin.id)
    assert found is not None
    approval, version = found
    approval.decided_at, approval.approver, approval.code_hash = DECIDED, approver, code_hash
    message = seal.message_of(settings, bulletin, bulletins.items(session, version), DECIDED)
    approval.profile_sha256 = fingerprint(settings.profile)
    approval.seal = seal.seal_of(settings, session, bulletin, message)
    sign(settings, session, approval)
    return bulletin, approval


def sign(settings: Settings, session: Session, approval: Approval) -> None:
    approval.mac = signatures.mac_of(settings.vault(), approval)
    session.add(approval)
    session.flush()


def test_what_stands_as_it_was_approved_is_as_approved(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, _ = sealed(settings, session)
        assert seal.not_as_approved(settings, session, bulletin) == ""
        later, _ = sealed(settings, session, slot_at=NOW + timedelta(days=1))
        assert seal.not_as_approved(settings, session, later) == ""
        later.slot_at = NOW + timedelta(days=2)  # another day stands in the text
        assert seal.not_as_approved(settings, session, later) == (
            f"Il bollettino {later.id} non è più quello approvato da Anna Redazione: non parte."
        )


def test_what_nobody_approved_says_so(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.in_review)
        assert seal.not_as_approved(settings, session, bulletin) == (
            f"Il bollettino {bulletin.id} non è mai stato approvato."
        )


def test_it_is_dated_by_its_slot_else_by_its_approval(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, slot_at=NOW)
        version = bulletins.latest(session, bulletin.id)
        assert version is not None
        items = bulletins.items(session, version)
        found = seal.message_of(settings, bulletin, items, DECIDED)
        assert (found.day, found.template, found.language) == ("martedì 24 novembre", "bollettino_1", "it")
        assert found.button_suffix == bulletin.code
        bulletin.slot_at = None
        assert seal.message_of(settings, bulletin, items, DECIDED).day == "domenica 22 novembre"


def digest_of(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """Of what was approved; a key makes the seal of it."""
    found = bulletins.approved(session, bulletin.id)
    assert found is not None
    message = seal.message_of(settings, bulletin, bulletins.items(session, found[1]), DECIDED)
    return message.sealed(recipients.audience_rule(session, bulletin), fingerprint(settings.profile))


def test_the_seal_is_of_the_bulletin_its_audience_and_its_profile(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, approval = sealed(settings, session)
        digest = digest_of(settings, session, bulletin)
        assert approval.seal == settings.vault().mac("seal of a text", f"{bulletin.id} {digest}")


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        (BulletinStatus.approved, AGAIN),
        (BulletinStatus.missed, AGAIN),
        (BulletinStatus.sending, f"Prima fermalo con «ferma». {REST}"),
        (BulletinStatus.stopped, REST),
        (BulletinStatus.sent, "Non si rimanda: chi non l'ha ricevuto lo legge sul sito."),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_profile_that_changed_or_was_not_bound_names_the_way_out_that_is_open(
    settings: Settings, sqlite: Engine, status: BulletinStatus, way_out: str, is_known: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin, approval = sealed(settings, session, status=status)
        approval.profile_sha256 = "f" * 64 if is_known else None
        sign(settings, session, approval)
        why = (
            "Dopo l'approvazione di Anna Redazione è cambiato il profilo del Comune (nomi, contatti, "
            f"mittente o pagine): il bollettino {bulletin.id} non parte."
            if is_known
            else f"Anna Redazione ha approvato il bollettino {bulletin.id} con una versione del programma "
            "che non proteggeva il sigillo con una chiave: non parte."
        )
        assert seal.not_as_approved(settings, session, bulletin) == f"{why} {way_out}"


def test_a_seal_that_anybody_can_compute_is_none(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, approval = sealed(settings, session)
        approval.seal = digest_of(settings, session, bulletin)
        sign(settings, session, approval)
        assert "non proteggeva il sigillo" in seal.not_as_approved(settings, session, bulletin)


@pytest.mark.parametrize("is_signed", [True, False], ids=["another seal", "another row"])
def test_another_seal_and_a_row_that_nobody_signed_are_not_what_was_approved(
    settings: Settings, sqlite: Engine, is_signed: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin, approval = sealed(settings, session)
        if is_signed:
            approval.seal = "f" * 64
            sign(settings, session, approval)
        else:
            approval.mac = None
            session.flush()
        assert seal.not_as_approved(settings, session, bulletin) == (
            f"Il bollettino {bulletin.id} non è più quello approvato da Anna Redazione: non parte."
        )


def unproved(settings: Settings, session: Session, **details: Any) -> bool:
    bulletin, _ = sealed(settings, session, **details)
    return told_unproved(settings, session, bulletin, details.get("approver", "Anna Redazione"))


def told_unproved(settings: Settings, session: Session, bulletin: Bulletin, approver: str) -> bool:
    """Whether it is as approved but for the proof."""
    said = seal.not_as_approved(settings, session, bulletin)
    words = (
        f"L'approvazione di {approver} per il bollettino {bulletin.id} non è provata da un codice né da un "
        f"accesso: non parte. {AGAIN}"
    )
    assert said in ("", words)
    return said == words


def test_without_codes_a_name_is_enough(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        assert not unproved(settings, session)
        assert unproved(with_profile(settings, codes=True), session)


@pytest.mark.parametrize(
    ("kind", "approver", "is_proved"),
    [
        (BulletinKind.urgent, ORDER.approver, True),
        (BulletinKind.urgent, "Anna Redazione", False),
        (BulletinKind.ordinary, ORDER.approver, False),
        (BulletinKind.all_clear, ORDER.approver, False),
    ],
)
def test_the_standing_order_proves_alerts_of_its_own(
    settings: Settings, sqlite: Engine, kind: BulletinKind, approver: str, is_proved: bool
) -> None:
    with transaction(sqlite) as session:
        assert unproved(ordered(settings), session, kind=kind, approver=approver) is not is_proved
        assert unproved(with_profile(settings, codes=True), session, kind=kind, approver=approver)


def test_a_code_proves_the_bulletin_that_used_it_up(settings: Settings, sqlite: Engine) -> None:
    asking = ordered(settings)
    with transaction(sqlite) as session:
        bulletin, _ = sealed(asking, session, code_hash=HASH)
        other, _ = sealed(asking, session, code_hash=HASH, kind=BulletinKind.urgent, approver=ORDER.approver)
        assert told_unproved(asking, session, bulletin, "Anna Redazione")
        sign_offs.add_used(session, "anna-redazione", step=1, code_hash=HASH, at=NOW, bulletin_id=bulletin.id)
        assert not told_unproved(asking, session, bulletin, "Anna Redazione")
        assert told_unproved(asking, session, other, ORDER.approver), "nor does an order prove another's code"


@pytest.mark.parametrize(
    ("person", "at", "signers", "is_proved"),
    [
        ("anna-redazione", DECIDED, ["anna-redazione"], True),
        ("anna-redazione", DECIDED + timedelta(seconds=1), ["anna-redazione"], False),
        ("bruno-vice", DECIDED, ["anna-redazione"], False),
        ("anna-redazione", DECIDED, [], False),
        ("anna-redazione", DECIDED, ["anna-redazione", "bruno-vice"], False),
        (None, DECIDED, ["anna-redazione"], False),
    ],
)
def test_who_had_signed_in_proves_what_they_alone_signed_then(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    person: str | None,
    at: datetime,
    signers: list[str],
    is_proved: bool,
) -> None:
    asking = ordered(settings)
    told: list[Any] = []

    def led_to(*given: Any) -> SimpleNamespace | None:
        told.append(given)
        return SimpleNamespace(person=person, at=at) if person else None

    monkeypatch.setattr(asked, "led_to", led_to)
    with transaction(sqlite) as session:
        bulletin, _ = sealed(asking, session, code_hash=ACCESS + KEY)
        for version, (editor, code) in enumerate(
            [*((signer, ACCESS + KEY) for signer in signers), ("carla-urp", "accesso:altro")], start=1
        ):
            sign_offs.add(
                session,
                bulletin.id,
                version,
                editor=editor,
                name="x",
                said=SignOffWord.approve,
                at=DECIDED,
                code_hash=code,
                vault=asking.vault(),
            )
        assert told_unproved(asking, session, bulletin, "Anna Redazione") is not is_proved
        assert told == [(asking, session, KEY, bulletin.id)]

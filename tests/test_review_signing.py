"""What is stored of an approval, and of a text that goes back: row by row, to the last column."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import acts, bulletins, sign_offs, signatures
from db.bulletins import ItemData
from db.engine import StoreError, transaction
from db.models import (
    Approval,
    Bulletin,
    BulletinStatus,
    BulletinVersion,
    Decision,
    Scope,
    SignOff,
    SignOffWord,
    UsedCode,
)
from flows.door.sealed_code import Proof
from flows.profiles.comune import Editor
from flows.profiles.fingerprint import fingerprint
from flows.profiles.whatsapp import Channel, Prices
from flows.review import codes
from flows.review.codes import Judged, Verdict
from flows.review.sign_off import ALONE, ASK_SOURCE
from flows.review.signing import Signature, awaited, close, is_sent_back, send_back, sign
from flows.runs.forms import Confirmation
from flows.sending.seal import message_of, seal_of
from flows.settings import Settings
from tests.test_review_codes import code
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient
from tests.world.code_secrets import ANNA, BRUNO

AT = NOW + timedelta(days=1, minutes=7)  # another day, which the message bears
SECOND = timedelta(seconds=1)
CARLA = Editor(name="Carla Terza", email="carla@comune.esempio.mi.it")
GIVEN = Confirmation("run-9", 1, AT, {})
PRICES = Prices(on=date(2026, 10, 1), marketing=Decimal("0.50"), utility=Decimal("0.10"))
BLOCKS = frozenset(f"Notizia {number}: il numero «{number}» non c'è." for number in range(1, 8))


def with_profile(settings: Settings, **changes: object) -> Settings:
    return Settings(settings.profile.model_copy(update=changes), settings.path, settings.state)


@pytest.fixture
def pair(settings: Settings) -> Settings:
    """Two decide."""
    return with_profile(settings, approvals=2)


def draft(session: Session) -> tuple[Bulletin, BulletinVersion]:
    bulletin = make_bulletin(session, status=BulletinStatus.in_review)
    version = bulletins.latest(session, bulletin.id)
    assert version is not None
    return bulletin, version


def declared(editor: Editor, *, source: str = "", blocks: frozenset[str] = frozenset()) -> Signature:
    return Signature(editor, Judged(Verdict.declared, editor.id, AT), source, blocks)


def seal(settings: Settings, session: Session, bulletin: Bulletin, version: BulletinVersion) -> str:
    return seal_of(
        settings, session, bulletin, message_of(settings, bulletin, bulletins.items(session, version), AT)
    )


def next_version(session: Session, bulletin: Bulletin, author: str, **more: str) -> BulletinVersion:
    """The same text once more."""
    latest = bulletins.latest(session, bulletin.id)
    assert latest is not None
    items = [bulletins.data_of(item) for item in bulletins.items(session, latest)]
    return bulletins.add_version(session, bulletin, items, author=author, now=AT, **more)  # type: ignore[arg-type]


def test_an_approval_is_stored_with_all_that_proves_it(asking: Settings, sqlite: Engine) -> None:
    given = Proof(code(AT), AT)
    with transaction(sqlite) as session:
        for scope in (Scope.everything, Scope.everything, Scope.alerts):
            make_recipient(session, asking.vault(), scope=scope)
        bulletin, _ = draft(session)
        version = next_version(session, bulletin, ANNA.name)
        judged = codes.judge(asking, session, ANNA, given, at=AT)
        signature = Signature(ANNA, judged, "Delibera 12", frozenset(), "Nota.")
        sign(asking, session, bulletin, version, signature, GIVEN)
        expected = seal(asking, session, bulletin, version)
        number = bulletin.id
    with transaction(sqlite) as session:
        row = session.exec(select(SignOff)).one()
        assert (row.bulletin_id, row.version_number, row.editor, row.name) == (number, 2, ANNA.id, ANNA.name)
        assert (row.said, row.at, row.seal, row.source) == (SignOffWord.approve, AT, expected, "Delibera 12")
        assert (row.overridden, row.code_hash) == ("", judged.proof)
        assert signatures.is_genuine(asking.vault(), row)
        approval = session.exec(select(Approval)).one()
        assert (approval.bulletin_id, approval.version_number) == (number, 2)
        assert (approval.decision, approval.approver) == (Decision.approve, ANNA.name)
        assert (approval.decided_at, approval.flow_run_id) == (AT, "run-9")
        assert (approval.code_hash, approval.seal) == (judged.proof, expected)
        assert approval.profile_sha256 == fingerprint(asking.profile)
        assert (approval.head_count, approval.voided_at) == (2, None)
        assert signatures.is_genuine(asking.vault(), approval)
        used = session.exec(select(UsedCode)).one()
        assert (used.editor, used.bulletin_id, used.code_hash) == (ANNA.id, number, judged.proof)
        bulletin = bulletins.locked(session, number)
        assert (bulletin.status, bulletin.status_by) == (BulletinStatus.approved, ANNA.name)
        assert (bulletin.status_at, bulletin.status_reason) == (AT, None)
        found = bulletins.latest(session, number)
        assert found is not None
        assert (found.problems, found.remarks) == ("", "")


@pytest.mark.parametrize(
    ("decision", "status"),
    [(Decision.postpone, BulletinStatus.merged), (Decision.discard, BulletinStatus.rejected)],
)
def test_a_decision_not_to_send_seals_nothing(
    settings: Settings, sqlite: Engine, decision: Decision, status: BulletinStatus
) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        close(settings, session, bulletin, version, decision, GIVEN, "a proof")
        approval = session.exec(select(Approval)).one()
        assert (approval.decision, approval.code_hash, approval.decided_at) == (decision, "a proof", AT)
        sealed = (approval.seal, approval.profile_sha256, approval.head_count, approval.mac)
        assert (sealed, approval.cost_estimate) == ((None, None, None, None), None)
        assert (bulletin.status, bulletin.status_at, bulletin.status_by) == (status, AT, version.author)


def test_who_closes_without_a_proof_leaves_none(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        close(settings, session, bulletin, version, Decision.approve, GIVEN)
        assert session.exec(select(Approval)).one().code_hash is None


@pytest.mark.parametrize(
    ("prices", "channel", "estimate"),
    [
        (PRICES, Channel(), "1,50 EUR (prezzi del 1/10/2026)"),
        (None, Channel(), None),
        (PRICES, Channel(ordinary="assisted"), None),
    ],
    ids=["priced", "without a price", "by hand"],
)
def test_an_approval_keeps_what_the_send_was_expected_to_cost(
    settings: Settings, sqlite: Engine, prices: Prices | None, channel: Channel, estimate: str | None
) -> None:
    priced = with_profile(settings, prices=prices, channel=channel)
    with transaction(sqlite) as session:
        for _ in range(3):
            make_recipient(session, priced.vault())
        bulletin, version = draft(session)
        sign(priced, session, bulletin, version, declared(ANNA), GIVEN)
        approval = session.exec(select(Approval)).one()
        assert (approval.head_count, approval.cost_estimate) == (3, estimate)


def test_the_first_of_two_is_stored_and_decides_nothing(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(pair, session, bulletin, version, declared(ANNA), GIVEN)
        assert [row.editor for row in sign_offs.of(session, bulletin.id)] == [ANNA.id]
        assert session.exec(select(Approval)).all() == []
        assert (bulletin.status, version.remarks, version.problems) == (BulletinStatus.in_review, "", "")
        second = next_version(session, bulletin, BRUNO.name)
        sign(pair, session, bulletin, second, declared(BRUNO), GIVEN)
        assert bulletin.status == BulletinStatus.approved
        assert session.exec(select(Approval)).one().version_number == 2


def test_the_first_of_two_is_told_whose_approvals_their_change_voids(pair: Settings, sqlite: Engine) -> None:
    three = with_profile(pair, editors=[ANNA, BRUNO, CARLA])
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(three, session, bulletin, version, declared(ANNA), GIVEN)
        for editor in (BRUNO, CARLA):
            items = [ItemData(title="Altro", category="", url="", text=f"Altro, di {editor.name}.")]
            changed = bulletins.add_version(session, bulletin, items, author=editor.name, now=AT)
            sign(three, session, bulletin, changed, declared(editor), GIVEN)
        assert changed.remarks.splitlines() == [
            f"L'approvazione di {name} delle 10:37 non vale più: dopo sono cambiati il testo o la pagina del "
            "sito."
            for name in (ANNA.name, BRUNO.name)
        ]
        assert bulletin.status == BulletinStatus.in_review


def test_what_is_refused_is_told_and_stores_nothing(asking: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        judged = codes.judge(asking, session, ANNA, Proof(code(AT), AT), at=AT)
        sign(asking, session, bulletin, version, Signature(ANNA, judged, " ", BLOCKS), GIVEN)
        assert version.problems.splitlines() == [*sorted(BLOCKS), *ASK_SOURCE.splitlines()]
        assert (version.remarks, bulletin.status) == ("", BulletinStatus.in_review)
        for table in (SignOff, Approval, UsedCode):
            assert session.exec(select(table)).all() == [], "the code is still good"


def test_who_is_alone_is_told_so(settings: Settings, sqlite: Engine) -> None:
    alone = with_profile(settings, editors=[ANNA])
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(alone, session, bulletin, version, declared(ANNA, source="Telefonata", blocks=BLOCKS), GIVEN)
        assert version.problems.splitlines()[-1] == ALONE


def test_what_was_overridden_is_kept_in_order_with_its_source(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(settings, session, bulletin, version, declared(ANNA, source="Telefonata", blocks=BLOCKS), GIVEN)
        (row,) = sign_offs.genuine(session, settings.vault(), bulletin.id)
        assert row.overridden.splitlines() == sorted(BLOCKS)
        assert (row.source, bulletin.status) == ("Telefonata", BulletinStatus.in_review)
        second = next_version(session, bulletin, BRUNO.name)
        sign(settings, session, bulletin, second, declared(BRUNO, blocks=BLOCKS), GIVEN)
        assert bulletin.status == BulletinStatus.approved, "the source is the first one's"


def test_a_code_proves_one_decision(asking: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        judged = codes.judge(asking, session, ANNA, Proof(code(AT), AT), at=AT)
        bulletin, version = draft(session)
        sign(asking, session, bulletin, version, Signature(ANNA, judged, "", frozenset()), GIVEN)
        other, text = draft(session)
        with pytest.raises(StoreError, match="was used before"):
            sign(asking, session, other, text, Signature(ANNA, judged, "", frozenset()), GIVEN)
        assert sign_offs.of(session, other.id) == []


def reopened(session: Session, bulletin: Bulletin, at: timedelta) -> None:
    acts.add(
        session,
        acts.REOPEN,
        name=ANNA.name,
        at=AT + at,
        words="",
        bulletin_id=bulletin.id,
        code_hash=None,
        by_operator=False,
    )


@pytest.mark.parametrize(
    ("at", "counts"), [(-SECOND, True), (timedelta(), False), (SECOND, False)], ids=["before", "at", "after"]
)
def test_a_word_counts_that_was_said_after_the_reopening(
    pair: Settings, sqlite: Engine, at: timedelta, *, counts: bool
) -> None:
    """Not at its very moment."""
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(pair, session, bulletin, version, declared(ANNA), GIVEN)
        reopened(session, bulletin, at)
        words = sign_offs.of(session, bulletin.id)
        assert bool(awaited(pair, session, bulletin, words, [ANNA.id])) == counts
        sign(pair, session, bulletin, next_version(session, bulletin, BRUNO.name), declared(BRUNO), GIVEN)
        assert (bulletin.status == BulletinStatus.approved) == counts


def test_an_approval_that_was_forged_counts_for_nobody(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        forged = SignOff(
            bulletin_id=bulletin.id,
            version_number=1,
            editor=ANNA.id,
            name=ANNA.name,
            said=SignOffWord.approve,
            at=AT,
            seal=seal(pair, session, bulletin, version),
        )
        session.add(forged)
        sign(pair, session, bulletin, next_version(session, bulletin, BRUNO.name), declared(BRUNO), GIVEN)
        assert bulletin.status == BulletinStatus.in_review


def test_what_the_second_one_reads_is_of_the_last_who_approved(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        assert awaited(pair, session, bulletin, [], [ANNA.id]) == ()
        sign(pair, session, bulletin, version, declared(ANNA, source="Telefonata"), GIVEN)
        words = sign_offs.of(session, bulletin.id)
        assert awaited(pair, session, bulletin, words, [ANNA.id]) == (
            "Anna Redazione ha approvato questo testo: serve l'approvazione di un'altra persona.",
            "Se cambi il testo, l'approvazione di Anna Redazione non vale più: approvi tu, poi deve "
            "approvare di nuovo Anna Redazione.",
        ), "a source that nothing asked for is not told"
        for signed in ([], [BRUNO.id]):
            assert awaited(pair, session, bulletin, words, signed) == ()
        bruno = [*words, replace_word(words[0], BRUNO)]
        assert awaited(pair, session, bulletin, bruno, [ANNA.id]) == ()
        assert awaited(pair, session, bulletin, bruno, [BRUNO.id])[0].startswith("Bruno Vice ha approvato")
        bulletins.move(session, bulletin, BulletinStatus.approved, by="test", now=AT)
        assert awaited(pair, session, bulletin, words, [ANNA.id]) == ()


def replace_word(word: SignOff, editor: Editor) -> SignOff:
    """The same, said by another."""
    return SignOff(**{**word.model_dump(exclude={"id"}), "editor": editor.id, "name": editor.name})


def test_a_text_that_went_back_awaits_nobodys_second_approval(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        sign(pair, session, bulletin, version, declared(ANNA), GIVEN)
        back = next_version(session, bulletin, BRUNO.name, note="No.")
        send_back(pair, session, bulletin, back, BRUNO)
        words = sign_offs.of(session, bulletin.id)
        assert awaited(pair, session, bulletin, words, [ANNA.id]) == ()
        assert (is_sent_back(version, words), is_sent_back(back, words)) == (False, True)
        assert not is_sent_back(back, words[:1])


def test_what_goes_back_is_stored_without_a_proof(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        next_version(session, bulletin, ANNA.name)
        version = next_version(session, bulletin, BRUNO.name, note=" Troppo lungo. ")
        send_back(pair, session, bulletin, version, BRUNO)
        row = session.exec(select(SignOff)).one()
        assert (row.bulletin_id, row.version_number) == (bulletin.id, 3)
        assert (row.editor, row.name, row.said) == (BRUNO.id, BRUNO.name, SignOffWord.send_back)
        assert (row.at, row.seal, row.source, row.overridden) == (AT, "", "", "")
        assert (row.code_hash, row.mac) == (None, None)
        assert version.remarks == "Bruno Vice rimanda il testo a Anna Redazione: Troppo lungo."
        assert (version.problems, bulletin.status) == ("", BulletinStatus.in_review)


TO_NOBODY = "Il testo non l'ha ancora preparato nessuno: cambialo tu, oppure scegli di non inviare."
TO_ONESELF = 'Il testo l\'hai preparato tu: cambialo e scegli "Salva, continuo dopo".'


@pytest.mark.parametrize(
    ("authors", "to"),
    [
        ([], TO_NOBODY),
        (["chi non c'è più"], TO_NOBODY),
        ([ANNA.name], TO_ONESELF),
        ([BRUNO.name], BRUNO.name),
        ([BRUNO.name, "componi"], BRUNO.name),
        ([BRUNO.name, ANNA.name], BRUNO.name),
        ([BRUNO.name, CARLA.name], CARLA.name),
        ([CARLA.name, BRUNO.name, ANNA.name], BRUNO.name),
    ],
)
def test_a_text_goes_back_to_the_last_other_person_who_wrote_it(
    pair: Settings, sqlite: Engine, authors: Sequence[str], to: str
) -> None:
    three = with_profile(pair, editors=[ANNA, BRUNO, CARLA])
    with transaction(sqlite) as session:
        other, _ = draft(session)
        next_version(session, other, CARLA.name)  # of another bulletin
        bulletin, _ = draft(session)
        for author in authors:
            next_version(session, bulletin, author)
        version = next_version(session, bulletin, ANNA.name, note="Rileggi.")
        next_version(session, bulletin, CARLA.name)  # came after it
        send_back(three, session, bulletin, version, ANNA)
        if to in (TO_NOBODY, TO_ONESELF):
            assert (version.problems, version.remarks) == (to, "")
            assert sign_offs.of(session, bulletin.id) == []
        else:
            assert version.remarks == f"Anna Redazione rimanda il testo a {to}: Rileggi."
            assert version.problems == ""


def test_the_seal_is_of_the_news_as_they_stand_in_the_version(pair: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        news = make_news_item(session)
        bulletin = make_bulletin(session, [item_of(news)], status=BulletinStatus.in_review)
        version = next_version(session, bulletin, ANNA.name)
        sign(pair, session, bulletin, version, declared(ANNA), GIVEN)
        (row,) = sign_offs.of(session, bulletin.id)
        assert row.seal == seal(pair, session, bulletin, version)
        later = message_of(pair, bulletin, bulletins.items(session, version), NOW)
        assert row.seal != seal_of(pair, session, bulletin, later), "it bears the day of the approval"

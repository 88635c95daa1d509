"""A send that goes in spite of a check, or goes on: by whom, told to whom; and what nobody overrides."""

from datetime import timedelta
from threading import Timer

import pytest
from sqlmodel import select

from db import handovers, senders
from db.mail_outbox import claim, in_hand, sent
from db.models import Act, Approval, BulletinStatus, DeliveryStatus, Letter, SignOff, SignOffWord, UsedCode
from flows import dispatch
from flows.by_hand import window
from flows.by_hand.lists import RECORD
from flows.dispatch import begin, check, dispatch_bulletin
from flows.door.sealed_code import Proof
from flows.letters import drafts
from flows.letters.receipts import APPROVED
from flows.review.acts import NotProvedError, decide
from flows.runs.forms import Confirmation
from flows.runs.send_counter import places
from flows.sending import certificate, witness
from flows.sending.drain import DispatchError, RefusedError
from flows.settings import Settings
from flows.stop import reopen_decided, stop_sending
from tests.test_by_hand import ASSISTED, handed, shown
from tests.test_dispatch import approved
from tests.test_review_codes import code, not_a_code
from tests.test_sending_preflight import CEILING, nothing_left, send
from tests.world.code_secrets import ANNA, BRUNO, SECRETS
from tests.world.comune import APPROVE, DISCARD, POSTPONE, Comune
from tests.world.mail_server import announce, mail_server


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for editor in (ANNA, BRUNO):
        monkeypatch.setenv(editor.code_variable, SECRETS[editor.id])


def ask_codes(comune: Comune) -> None:
    before = comune.settings
    comune.settings = Settings(
        before.profile.model_copy(update={"codes": True}), before.path, before.state, before.database
    )


def approved_with_a_code(comune: Comune) -> int:
    number = approved(comune)
    reopen_decided(comune.settings, comune.engine, number, who=ANNA.name, now=comune.now)
    ask_codes(comune)
    comune.now += timedelta(minutes=1)
    assert comune.answer(number, APPROVE, code=code(comune.now)).status == BulletinStatus.approved
    return number


def letters(comune: Comune, kind: str) -> dict[str, str]:
    with comune.look() as session:
        return {one.editor: one.text for one in session.exec(select(Letter).where(Letter.kind == kind))}


@pytest.mark.usefixtures("secrets")
def test_an_override_is_proved_told_to_all_before_it_leaves_and_kept(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((CEILING, "month_ceiling = 0.29 "))
    number = approved_with_a_code(comune)
    told: list[int] = []

    def look() -> None:
        told.append(len(letters(comune, "parte_nonostante")))

    with pytest.raises(NotProvedError):
        decide(comune.settings, comune.engine, number, who=BRUNO.name, despite=True, now=comune.now)
    asked = Proof(code(comune.now, BRUNO), comune.now)
    decide(comune.settings, comune.engine, number, who=BRUNO.name, proof=asked, despite=True, now=comune.now)
    send(comune, number, despite_by=BRUNO.name, progress=look)
    assert told, "told while it was sending"
    assert set(told) == {len(comune.settings.profile.editors)}
    text = letters(comune, "parte_nonostante")[ANNA.name]
    assert "Bruno Vice fa partire il bollettino" in text
    assert ", codice verificato, anche se prima dell'invio abbiamo trovato questo:" in text
    assert "Costo: Questo invio circa 0,30 EUR" in text
    assert "/redazione/comando/ferma\n" in text
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=comune.now)
        document = certificate.draw_up(comune.settings, session, number)
    done = letters(comune, "esito")[ANNA.name]
    assert "Bruno Vice, «riprendi» (codice verificato): Ha chiesto di farlo partire anche se un" in done
    assert "Bruno Vice nonostante il controllo: Costo: Questo invio" in done
    ((_, who, line),) = document.despite
    assert (who, line.split(":")[0]) == (BRUNO.name, "Costo")
    printed = "\n".join(certificate.printed(document, at=comune.now))
    assert "Nonostante il controllo: " in printed
    assert "da Bruno Vice: riprendi (codice verificato)" in printed
    assert certificate.compare(document.json(), document).is_good


def test_nobody_overrides_the_witness_of_a_restored_database(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    mark = witness.Mark(number=9, bulletin_id=number, at=comune.now)
    list(witness.tell(places(comune.settings, has_server=False), mark))
    _, found = check(comune.settings, comune.engine, number, has_server=False, now=comune.now)
    assert found.final == found.refusals
    with pytest.raises(RefusedError, match=r"witness --accept-by NOME.* non si supera con «nonostante»"):
        send(comune, number, despite_by=ANNA.name)
    assert nothing_left(comune, number)
    assert letters(comune, "parte_nonostante") == {}
    with comune.look() as session:
        senders.accept(session, 9, by=ANNA.name, now=comune.now)
    assert send(comune, number) is None


def test_a_stopped_send_goes_on_by_a_person_s_word_only(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    stop_sending(comune.settings, comune.engine, number, who=ANNA.name, now=comune.now)
    with pytest.raises(DispatchError, match="è fermato: lo fa ripartire una persona, con «riprendi»"):
        send(comune, number)
    assert not any(comune.received().values())
    comune.now += timedelta(minutes=2)
    assert send(comune, number, late_by=ANNA.name) is None


def test_a_stop_while_another_start_looks_at_its_checks_stands(comune: Comune) -> None:
    """The sender died, the watch starts another; a person stops meanwhile."""
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    comune.now += timedelta(minutes=2)

    def stop(_: object) -> None:
        stop_sending(comune.settings, comune.engine, number, who=ANNA.name, now=comune.now)

    with pytest.raises(DispatchError, match="è fermato"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now, show=stop)
    assert comune.bulletin(number).status == BulletinStatus.stopped
    assert not any(comune.received().values())


def test_the_approved_text_is_told_before_the_first_message(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the form's run died before it told anybody."""
    comune.subscribe()
    number = approved(comune)
    seen: list[dict[str, str]] = []
    before = dispatch.begin

    def spied(*given: object, **options: object) -> object:
        seen.append(letters(comune, "approvato"))
        return before(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(dispatch, "begin", spied)
    assert letters(comune, "approvato") == {}
    send(comune, number)
    assert set(seen[0]) == {one.name for one in comune.settings.profile.editors}
    assert "Testo 1." in seen[0][BRUNO.name]


def test_a_letter_of_the_approval_that_the_forms_run_hands_over_leaves_before_the_first_message(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That run orders the send first, and writes while its process starts."""
    comune.subscribe()
    number = approved(comune)
    with mail_server() as box:
        announce(comune.settings.state, box.port)
        with comune.look() as session:
            drafts.tell_bulletin(comune.settings, session, number, now=comune.now)
            taken = claim(session, limit=9, now=comune.now)
            words = {one.editor: one.text for one in taken}
        assert len(words) == 2
        seen: list[int] = []
        before = dispatch.begin

        def settled() -> None:
            with comune.look() as session:
                for one in taken:
                    sent(session, one.id, now=comune.now)

        def spied(*given: object, **options: object) -> object:
            with comune.look() as session:
                seen.append(in_hand(session, number, APPROVED))
            return before(*given, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(dispatch, "begin", spied)
        later = Timer(0.15, settled)
        later.start()
        send(comune, number)
        later.join()
        assert seen == [0]
        assert letters(comune, APPROVED) == words, "written once"
        assert not any("Approvato" in said for _, said in box.told), "by who had taken them"


def test_an_approval_that_no_code_proves_is_refused_where_codes_are_asked_for(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    ask_codes(comune)
    with pytest.raises(
        DispatchError, match=r"non è provata da un codice né da un accesso: non parte\. Riaprilo con «riapri»"
    ):
        send(comune, number)
    with comune.look() as session:
        session.exec(select(Approval)).one().code_hash = "f" * 64
        session.add(UsedCode(editor="anna", step=1, code_hash="f" * 64, at=comune.now, bulletin_id=number))
    with pytest.raises(DispatchError, match="non è più quello approvato"):
        send(comune, number)
    assert nothing_left(comune, number)


@pytest.mark.usefixtures("secrets")
def test_an_approval_with_its_code_is_sent(comune: Comune) -> None:
    comune.subscribe()
    number = approved_with_a_code(comune)
    assert send(comune, number) is None
    assert [len(texts) for texts in comune.received().values()] == [1] * 5


def test_a_sign_off_that_was_written_into_the_database_is_no_second_person(comuni: Comune) -> None:
    comuni.reprofile(("approvals = 1 ", "approvals = 2 "))
    comuni.collect()
    number = comuni.draft()
    comuni.answer(number, APPROVE)
    with comuni.look() as session:
        mine = session.exec(select(SignOff)).one()
        session.add(
            SignOff(
                **{
                    **mine.model_dump(exclude={"id"}),
                    "editor": BRUNO.id,
                    "name": BRUNO.name,
                    "version_number": mine.version_number + 1,
                    "said": SignOffWord.approve,
                }
            )
        )
    assert comuni.answer(number, APPROVE).status == BulletinStatus.in_review
    assert "ha già approvato questo testo" in " ".join(comuni.problems(number))
    assert comuni.answer(number, APPROVE, who=BRUNO.name).status == BulletinStatus.approved


@pytest.mark.usefixtures("secrets")
def test_what_is_declared_of_a_send_by_hand_is_proved_too(comune: Comune) -> None:
    comune.subscribe()
    number = handed(comune, ASSISTED)
    ask_codes(comune)
    values = {"decisione": RECORD, "chi": ANNA.name, "lista_1": True, "nota": ""}

    def confirm(this: int, typed: str) -> str:
        given = Confirmation("run", this, comune.now, {**values, "codice": typed})
        window.store(comune.settings, comune.engine, number, given)
        with comune.look() as session:
            return handovers.declarations(session, number)[-1].remark

    assert "Serve il codice di 6 cifre" in confirm(1, "")
    assert "Il codice non è giusto" in confirm(2, not_a_code(comune.now))
    assert {row.status for row in comune.deliveries(number)} == {DeliveryStatus.queued}
    assert confirm(3, code(comune.now)) == ""
    assert {row.status for row in comune.deliveries(number)} == {DeliveryStatus.declared}
    with comune.look() as session:
        done = session.exec(select(Act)).one()
    assert (done.verb, done.words) == ("a-mano", "Dichiarati 5.")
    assert done.code_hash is not None


def test_the_checklist_asks_for_the_code_where_approvals_do(comune: Comune) -> None:
    comune.subscribe()
    number = handed(comune, ASSISTED)
    lists = shown(comune, number)
    assert "codice" not in window.form(comune.settings, lists, 1, "").model_fields
    ask_codes(comune)
    assert window.form(comune.settings, lists, 1, "").model_fields["codice"].title


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("decision", [POSTPONE, DISCARD])
def test_who_ends_a_draft_proves_it_too(comune: Comune, decision: str) -> None:
    comune.collect()
    number = comune.draft()
    ask_codes(comune)
    assert comune.answer(number, decision).status == BulletinStatus.in_review
    assert comune.problems(number)[0].startswith("Serve il codice di 6 cifre")
    assert comune.answer(number, decision, code=not_a_code(comune.now)).status == BulletinStatus.in_review
    ended = comune.answer(number, decision, code=code(comune.now))
    assert ended.status in (BulletinStatus.merged, BulletinStatus.rejected)
    with comune.look() as session:
        assert session.exec(select(Approval)).one().code_hash is not None
        assert len(session.exec(select(UsedCode)).all()) == 1

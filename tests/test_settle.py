"""After a stop, and after 24 hours: resumed, closed, corrected, tried again, declared; twice to nobody."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import claims, recipients
from db.models import (
    Attempt,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Letter,
    Outcome,
    Recipient,
)
from flows.approve import load_round
from flows.bulletin.language.dates import scadenza
from flows.correct import CorrectionError, draft_correction, draft_for_the_rest, same_correction
from flows.dispatch import begin, dispatch_bulletin
from flows.letters import drafts
from flows.review.acts import NotDoneError, cannot_resume
from flows.runs import choices
from flows.sending.certificate import words
from flows.settle import AGAIN, GOT, retry_failed, settle_uncertain
from flows.stop import close_stopped, stop_sending
from tests.test_dispatch import approved
from tests.world import outbox
from tests.world.comune import APPROVE, Comune

ANNA = "Anna Redazione"
LOST = "non sono arrivati"
STRANGER = r"^Questo nome non è di un redattore .*\(Anna Redazione, Bruno Vice\)\. Non è cambiato niente\.$"


def statuses(comune: Comune, number: int) -> Counter[str]:
    return Counter(row.status.value for row in comune.deliveries(number))


def send(comune: Comune, number: int, **options: Any) -> str:
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now, **options)
    return words(certificate)


def stopped(comune: Comune, *, tried: int) -> int:
    """A send to five that a person stopped after so many."""
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        rows = session.exec(select(Delivery).order_by(Delivery.id).limit(tried)).all()  # type: ignore[arg-type]
        for row in rows:
            row.status = DeliveryStatus.accepted
            session.add(Attempt(delivery_id=row.id, started_at=comune.now, outcome=Outcome.accepted))
    said = stop_sending(comune.settings, comune.engine, number, who=ANNA, now=comune.now)
    gone = "partito 1 messaggio" if tried == 1 else f"partiti {tried} messaggi"
    assert said == f"Invio del bollettino {number} fermato: {gone} su 5."
    return number


def letters(comune: Comune, kind: str) -> list[Letter]:
    with comune.look() as session:
        return list(session.exec(select(Letter).where(Letter.kind == kind)))


def tell(comune: Comune, number: int) -> None:
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=comune.now)


def close(comune: Comune, number: int, who: str = ANNA) -> str:
    return close_stopped(comune.settings, comune.engine, number, who=who, now=comune.now)


def test_a_stopped_send_is_closed_and_the_rest_skipped_with_the_reason(comuni: Comune) -> None:
    number = stopped(comuni, tried=2)
    with pytest.raises(NotDoneError, match=STRANGER):
        close(comuni, number, "Nessuno")
    closed = close(comuni, number)
    assert "accettati 2 + falliti 0 + saltati 3 + incerti 0. 3 persone restano senza le notizie di " in closed
    assert closed.endswith("di questo bollettino, che non tornano in un altro.")
    assert {row.reason for row in comuni.deliveries(number)} == {None, "closed_by_hand"}
    assert comuni.bulletin(number).status == BulletinStatus.sent
    with pytest.raises(NotDoneError, match="è già chiuso: lo ha chiuso Anna Redazione"):
        close(comuni, number)


def test_a_stop_tells_what_was_on_its_way_already(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        for row in session.exec(select(Delivery).limit(2)):
            row.status = DeliveryStatus.claimed
    said = stop_sending(comune.settings, comune.engine, number, who=ANNA, now=comune.now)
    assert said == (
        f"Invio del bollettino {number} fermato: partiti 0 messaggi su 5, "
        "altri 2 stavano partendo e possono arrivare."
    )


def corrected(comune: Comune, number: int, right: str = "Via Roma è aperta.") -> int:
    """A correction of its first line, which waits for an editor."""
    correction = draft_correction(
        comune.settings,
        comune.engine,
        bulletin_id=number,
        position=1,
        reason="un nostro errore",
        right=right,
        who=ANNA,
        now=comune.now,
    )
    comune.move(correction, BulletinStatus.in_review)
    return correction


def test_a_correction_of_a_stopped_send_tells_whom_it_leaves_out(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    shown = load_round(comune.settings, comune.engine, corrected(comune, number), now=comune.now)
    _, left_out = shown.whole
    assert "Se non fai altro 3 persone restano senza bollettino e senza correzione" in left_out
    assert "e approva anche quella. Basta che il testo sia lo stesso: nessuno riceve due volte la" in left_out
    close(comune, number)
    shown = load_round(comune.settings, comune.engine, shown.bulletin.id, now=comune.now)
    assert [line[:25] for line in shown.whole] == ["Il sito non riporta ancor"]


def test_what_was_corrected_is_not_listed_to_be_resumed(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    correction = corrected(comune, number, "Via Roma è chiusa qui.")
    listed = []
    for _ in range(2):
        with comune.look() as session:
            listed += [choices.LISTS[choices.TO_RESUME](comune.settings, session, comune.now)]
        comune.answer(correction, APPROVE)
    assert [[choices.numbers(entry)[0] for entry in one] for one in listed] == [[number], [correction]]


def test_who_has_the_correction_does_not_get_it_again_with_the_box(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    correction = corrected(comune, number)

    def found(right: str, position: int = 1) -> int | None:
        same = same_correction(comune.engine, number, position, right)
        return same.id if same else None

    assert found("Via Roma è aperta.") == correction
    assert found("Via Roma è chiusa.") is None
    assert found("Via Roma è aperta.", position=2) is None
    comune.answer(correction, "Non inviare e scarta questo messaggio")
    assert found("Via Roma è aperta.") is None


def test_what_is_on_its_way_is_not_closed(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    order = begin(comune.settings, comune.engine, number, now=comune.now)
    assert order.sender_id is not None
    with comune.look() as session:
        row = session.exec(select(Delivery).limit(1)).one()
        row.status = DeliveryStatus.claimed
        session.add(Attempt(delivery_id=row.id, started_at=comune.now, sender_id=order.sender_id))
    with pytest.raises(NotDoneError, match="ancora in invio"):
        close(comune, number)
    stop_sending(comune.settings, comune.engine, number, who=ANNA, now=comune.now)
    with pytest.raises(NotDoneError, match=r"^Messaggi ancora in viaggio: 1\. Riprova fra un minuto: non è"):
        close(comune, number)
    assert statuses(comune, number) == {"queued": 4, "claimed": 1}
    with comune.look() as session:
        assert claims.abandon(session, number, living=[], now=comune.now) == 1
    assert "saltati 4 + incerti 1" in close(comune, number)


def test_a_stopped_send_is_resumed_by_a_person_hours_later(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    tell(comune, number)
    (told, *_) = letters(comune, "invio_fermato")
    assert told.subject == "PROVA · INVIO FERMATO: bollettino, 2 su 5"
    assert "Motivo: lo hai fermato tu.\n" in told.text
    assert "Ancora da inviare: 3 persone, alle quali non è arrivato niente." in told.text
    until = scadenza(comune.now + timedelta(hours=72))
    assert f"«riprendi» vale fino a {until}: dopo restano «correggi» e «chiudi». Non ti riscr" in told.text
    assert "è approvata o, con la casella, già quando premi Submit.\n" in told.text
    assert cannot_resume(comune.settings, comune.engine, number, who="Nessuno")
    assert cannot_resume(comune.settings, comune.engine, number, who=ANNA) == ""
    comune.now += timedelta(hours=3)
    assert send(comune, number, late_by=ANNA).startswith("Previsti 5 = accettati 5")
    assert sorted(len(texts) for texts in comune.received().values()) == [0, 0, 1, 1, 1]
    said = cannot_resume(comune.settings, comune.engine, number, who=ANNA)
    assert said.endswith("non c'è niente da riprendere. Non c'è altro da fare.")
    tell(comune, number)
    (done, *others) = letters(comune, "esito")
    assert len(others) == len(comune.settings.profile.editors) - 1
    assert done.subject == "PROVA · Inviato: bollettino, 5 su 5"
    assert "Costo: 0,30 EUR (prezzi del 1/10/2026)" in done.text
    tell(comune, number)
    assert len(letters(comune, "esito")) == 1 + len(others)


def test_who_was_not_reached_is_told_with_the_reason(comune: Comune) -> None:
    number = stopped(comune, tried=1)
    with comune.look() as session:
        left = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.queued)).all()
        for row, code in zip(left, ("131026", "131026", None, "777"), strict=True):
            row.status, row.reason = DeliveryStatus.failed, code
    close(comune, number)
    tell(comune, number)
    (done, *_) = letters(comune, "esito")
    assert (
        "\nNon arrivati: 2 (non consegnabile: il numero non è raggiungibile su WhatsApp), "
        "1 (errore senza codice), 1 (errore 777 di WhatsApp).\n"
    ) in done.text


def test_a_resume_is_told_while_it_runs(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    begin(comune.settings, comune.engine, number, late_by=ANNA, now=comune.now + timedelta(minutes=1))
    tell(comune, number)
    (told, *_) = letters(comune, "invio_ripreso")
    assert "da te. Ancora da inviare: 3 su 5." in told.text


def test_the_right_text_goes_to_the_rest_and_the_correction_to_the_first(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    options: dict[str, Any] = {"bulletin_id": number, "position": 1, "right": "Testo giusto.", "who": ANNA}
    first = draft_correction(
        comune.settings, comune.engine, **options, reason="un nostro errore", now=comune.now
    )
    other = draft_for_the_rest(comune.settings, comune.engine, **options, now=comune.now)
    assert [item.text for item in comune.items(other)] == ["Testo giusto.", "Testo 2."]
    assert comune.bulletin(other).kind == BulletinKind.ordinary
    assert comune.bulletin(number).status == BulletinStatus.sent
    assert statuses(comune, number) == {"accepted": 2, "skipped": 3}
    for draft in (first, other):
        comune.move(draft, BulletinStatus.in_review)
        assert comune.answer(draft, APPROVE).status == BulletinStatus.approved
        send(comune, draft)
    assert [len(comune.deliveries(draft)) for draft in (first, other)] == [2, 3]
    reached = [{row.recipient_id for row in comune.deliveries(draft)} for draft in (first, other)]
    with comune.look() as session:
        everybody = set(session.exec(select(Recipient.id)))
    assert reached[0] | reached[1] == everybody
    assert not reached[0] & reached[1]
    assert [len(texts) for texts in comune.received().values()] == [1] * 5
    with pytest.raises(CorrectionError, match="dopo che l'invio è stato fermato"):
        draft_for_the_rest(comune.settings, comune.engine, **options, now=comune.now)


def failed(comune: Comune, number: int, reasons: dict[str, int], **attempt: Any) -> None:
    """So many accepted deliveries failed with each of these codes."""
    with comune.look() as session:
        rows = iter(session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.accepted)).all())
        for code, count in reasons.items():
            for _ in range(count):
                row = next(rows)
                row.status, row.reason = DeliveryStatus.failed, code
                one = session.exec(select(Attempt).where(Attempt.delivery_id == row.id)).one()
                one.outcome, one.wamid_hash, one.wamid_sealed = Outcome.refused, None, None
                for name, value in attempt.items():
                    setattr(one, name, value)


def test_only_what_failed_by_a_passing_trouble_is_tried_again(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    send(comuni, number)
    failed(comuni, number, {"131000": 2, "131026": 1})

    def retry(*, dry_run: bool, who: str = ANNA) -> tuple[int, str]:
        return retry_failed(comuni.settings, comuni.engine, number, who=who, dry_run=dry_run, now=comuni.now)

    assert retry(dry_run=True) == (2, f"Bollettino {number}: si ritenterebbero 2 messaggi.")
    assert statuses(comuni, number) == {"accepted": 2, "failed": 3}
    with pytest.raises(NotDoneError, match=STRANGER):
        retry(dry_run=False, who="Nessuno")
    assert retry(dry_run=False) == (
        2,
        f"Bollettino {number}: si ritentano 2 messaggi, per decisione di {ANNA}.",
    )
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    tell(comuni, number)
    assert letters(comuni, "invio_fermato") == []  # who asked for it knows
    assert (
        send(comuni, number, late_by=ANNA) == "Previsti 5 = accettati 4 + falliti 1 + saltati 0 + incerti 0"
    )
    nothing = f"Bollettino {number}: nessun messaggio fallito si può ritentare. Non c'è altro da fare."
    assert retry(dry_run=True) == (0, nothing)
    with pytest.raises(NotDoneError, match=nothing):
        retry(dry_run=False)


def test_who_is_tried_again_has_all_tries_again(comuni: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.never_wait(monkeypatch)
    comuni.subscribe()
    with comuni.look() as session:
        for one in session.exec(select(Recipient).offset(1)):
            recipients.opt_out(session, one, now=comuni.now)
    number = approved(comuni)
    comuni.ask("POST", "/_prova/guasti", {"next": 131000, "times": 4})
    assert send(comuni, number) == "Previsti 1 = accettati 0 + falliti 1 + saltati 0 + incerti 0"
    assert retry_failed(comuni.settings, comuni.engine, number, who=ANNA, now=comuni.now)[0] == 1
    comuni.ask("POST", "/_prova/guasti", {"next": 131000, "times": 3})
    said = send(comuni, number, late_by=ANNA)
    assert said == "Previsti 1 = accettati 1 + falliti 0 + saltati 0 + incerti 0"


@pytest.mark.parametrize(
    "attempt", [{"failed_at": True}, {"wamid_hash": "x"}, {"outcome": Outcome.uncertain}]
)
def test_what_may_have_left_is_never_among_what_is_retried(comune: Comune, attempt: dict[str, Any]) -> None:
    comune.subscribe()
    number = approved(comune)
    send(comune, number)
    told = {name: comune.now if value is True else value for name, value in attempt.items()}
    failed(comune, number, {"131000": 1}, **told)
    with pytest.raises(NotDoneError, match="nessun messaggio fallito si può ritentare"):
        retry_failed(comune.settings, comune.engine, number, who=ANNA, now=comune.now)


def test_a_text_that_is_not_in_force_any_more_is_not_sent_again(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    send(comune, number)
    failed(comune, number, {"131000": 1})
    comune.now += timedelta(hours=73)
    with pytest.raises(NotDoneError, match="non vale più"):
        retry_failed(comune.settings, comune.engine, number, who=ANNA, now=comune.now)
    assert statuses(comune, number)["failed"] == 1


def uncertain(comune: Comune) -> int:
    comune.subscribe()
    number = approved(comune)
    comune.ask("POST", "/_prova/guasti", {"next": "http_500", "times": 2})
    assert send(comune, number).endswith("incerti 2")
    return number


def settle(comune: Comune, number: int, choice: str, who: str = ANNA) -> tuple[int, str]:
    return settle_uncertain(comune.settings, comune.engine, number, choice=choice, who=who, now=comune.now)


def test_before_24_hours_nobody_decides_on_uncertain_ones(comune: Comune) -> None:
    number = uncertain(comune)
    for choice in (AGAIN, GOT, LOST):
        with pytest.raises(NotDoneError, match="da più di 24 ore"):
            settle(comune, number, choice)
    assert statuses(comune, number) == {"accepted": 3, "uncertain": 2}


def a_day_later(comune: Comune, number: int, hours: int = 25) -> None:
    comune.now += timedelta(hours=hours)
    with comune.look() as session:  # the sender stamps with the machine's clock
        for row in session.exec(select(Delivery).where(Delivery.bulletin_id == number)):
            row.status_at = comune.now - timedelta(hours=hours)
            session.add(row)


def test_a_person_declares_what_became_of_them(comuni: Comune) -> None:
    number = uncertain(comuni)
    a_day_later(comuni, number)
    with pytest.raises(NotDoneError, match=STRANGER):
        settle(comuni, number, GOT, "Nessuno")
    count, said = settle(comuni, number, GOT)
    assert (count, said) == (0, f"Bollettino {number}: 2 messaggi incerti dichiarati arrivati da {ANNA}.")
    assert statuses(comuni, number) == {"accepted": 3, "declared": 2}
    assert comuni.bulletin(number).status == BulletinStatus.sent


def test_lost_ones_are_failed_and_not_retried(comune: Comune) -> None:
    number = uncertain(comune)
    a_day_later(comune, number)
    settle(comune, number, LOST)
    assert statuses(comune, number) == {"accepted": 3, "failed": 2}
    with pytest.raises(NotDoneError, match="nessun messaggio fallito"):
        retry_failed(comune.settings, comune.engine, number, who=ANNA, now=comune.now)


def test_they_are_sent_again_by_a_persons_word_while_the_text_is_in_force(comune: Comune) -> None:
    number = uncertain(comune)
    a_day_later(comune, number)
    assert settle(comune, number, AGAIN)[0] == 2
    assert send(comune, number, late_by=ANNA).startswith("Previsti 5 = accettati 5")
    assert [len(texts) for texts in comune.received().values()] == [1] * 5


def test_they_are_not_sent_again_once_the_text_is_old(comune: Comune) -> None:
    number = uncertain(comune)
    a_day_later(comune, number, hours=73)
    once = r"non vale più: non si rimanda\. Si può solo dichiarare se sono arrivati o no\."
    with pytest.raises(NotDoneError, match=once):  # what is left to do, and the order for it again
        settle(comune, number, AGAIN)
    assert settle(comune, number, GOT)[1].startswith(f"Bollettino {number}: 2 messaggi incerti dichiarati")

"""A test send: the text as it stands, to those marked as test, at most once an order, and to nobody else."""

import pytest
from sqlmodel import select

from db import recipients, samples, service_numbers
from db.models import Attempt, BulletinStatus, Delivery, Outcome, Recipient, Sample
from db.recipients import Address
from flows.dispatch import dispatch_bulletin
from flows.sending import samples as trial
from flows.sending import single
from flows.sending.drain import DispatchError
from tests.world.comune import APPROVE, Comune
from tests.world.installation import Installation


@pytest.fixture
def town(comuni: Comune) -> tuple[Comune, int, list[str]]:
    """With citizens and a draft that nobody has approved."""
    phones = comuni.subscribe()
    comuni.collect()
    return comuni, comuni.draft(), phones


def mark(comune: Comune, phone: str, *, is_test: bool = True) -> int:
    return trial.mark(comune.settings, comune.engine, Address(phone=phone), is_test=is_test)


def send(comune: Comune, number: int) -> dict[str, int]:
    return dict(trial.send(comune.settings, comune.engine, number, now=comune.now))


def test_only_who_is_marked_gets_the_draft_and_no_account_knows_of_it(
    town: tuple[Comune, int, list[str]],
) -> None:
    comune, number, phones = town
    assert mark(comune, phones[0]) == mark(comune, phones[0]) == 1
    assert send(comune, number) == {"accepted": 1}
    (message,) = comune.received()[phones[0]]
    assert all(item.text in message for item in comune.items(number))
    assert sum(map(len, comune.received().values())) == 1
    with comune.look() as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.exec(select(Attempt)).all() == []
        assert [one.outcome for one in session.exec(select(Sample))] == [Outcome.accepted]
        assert samples.of_version(session, number, 1) is None, "no editor asked for it"
        assert samples.lately(session, number, since=comune.now.replace(year=2000)) == []
    assert comune.bulletin(number).status == BulletinStatus.in_review


def test_the_real_send_reaches_them_too(town: tuple[Comune, int, list[str]]) -> None:
    comune, number, phones = town
    mark(comune, phones[0])
    send(comune, number)
    comune.answer(number, APPROVE)
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    counts = {phone: len(texts) for phone, texts in comune.received().items()}
    assert counts == {phone: 2 if phone == phones[0] else 1 for phone in phones}


def test_a_process_that_dies_sends_nothing_again(
    town: tuple[Comune, int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    comune, number, phones = town
    mark(comune, phones[0])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(single, "post", die)
    with pytest.raises(KeyboardInterrupt):
        send(comune, number)
    monkeypatch.undo()
    with comune.look() as session:
        assert samples.start(session, number, now=comune.now) == [], "it was started: nobody sends it again"
        assert [one.outcome for one in session.exec(select(Sample))] == [Outcome.in_flight]


def test_who_left_gets_none_and_who_is_not_subscribed_is_not_marked(
    town: tuple[Comune, int, list[str]],
) -> None:
    comune, number, phones = town
    with pytest.raises(DispatchError, match="Nessun numero di prova"):
        send(comune, number)
    with pytest.raises(DispatchError, match="non è iscritto"):
        mark(comune, "+393339999999")
    mark(comune, phones[0])
    mark(comune, phones[1])
    with comune.look() as session:
        before = service_numbers.subscribers(session)
    assert mark(comune, phones[1], is_test=False) == 1
    with comune.look() as session:
        assert service_numbers.subscribers(session) != before, "a test counts in no sum"
        for one in session.exec(select(Recipient).where(Recipient.is_test)):
            recipients.opt_out(session, one, now=comune.now)
    with pytest.raises(DispatchError, match="Nessun numero di prova"):
        send(comune, number)


def test_one_whose_number_no_key_opens_costs_the_others_nothing(town: tuple[Comune, int, list[str]]) -> None:
    comune, number, phones = town
    mark(comune, phones[0])
    mark(comune, phones[1])
    with comune.look() as session:
        lost = recipients.find(session, comune.settings.vault(), Address(phone=phones[0]))
        assert lost is not None
        lost.phone_sealed = b"sealed with a key that is gone"
        session.add(lost)
    assert send(comune, number) == {"accepted": 1, "refused unreadable_address": 1}
    assert [len(comune.received()[phone]) for phone in phones[:2]] == [0, 1]


@pytest.mark.xdist_group("installation")
def test_at_the_command_line(installation: Installation) -> None:
    number = installation.draft("Prova del testo sui telefoni di prova")
    installation.run_of(number)
    phone = installation.ask("/_prova/telefoni")[0]["number"]
    assert installation.verb("subscribers", "test", phone) == "recipients marked as test: 1\n"
    shown = installation.verb("dispatch", str(number), "--test", "--dry-run")
    assert f"bulletin {number} would go to 1 recipients marked as test" in shown
    assert installation.verb("dispatch", str(number), "--test") == "test send: 1 accepted\n"
    assert installation.verb("subscribers", "test", phone, "--off") == "recipients marked as test: 0\n"

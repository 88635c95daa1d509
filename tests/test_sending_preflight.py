"""Before a send: the provider, the witness, the webhook, the money. What refuses lets nothing leave."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from db import provider, senders
from db import provider as words
from db.models import (
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DispatchStart,
    Letter,
    Outcome,
    Receipt,
    Recipient,
    RecipientStatus,
)
from flows.bulletin.language.dates import giorno_ora
from flows.dispatch import check, dispatch_bulletin
from flows.retain import retain
from flows.review.acts import cannot_resume
from flows.sending import preflight, witness
from flows.sending.checks import Verdict
from flows.sending.drain import DispatchError, RefusedError
from flows.whatsapp import account
from flows.whatsapp.account import ask_number
from flows.whatsapp.account_templates import ask_template
from flows.whatsapp.errors import Refused, Retryable, TokenError
from tests.test_dispatch import approved
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.comune import Comune
from tests.world.shelf import Shelf

CEILING = "# month_ceiling = 100 "


def verdicts(comune: Comune, number: int) -> dict[str, Verdict]:
    _, found = check(comune.settings, comune.engine, number, has_server=False, now=comune.now)
    return {one.name: one.verdict for one in found.checks}


def send(comune: Comune, number: int, **options: object) -> str | None:
    _, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now, **options)  # type: ignore[arg-type]
    return reason


def subjects(comune: Comune) -> set[str]:
    with comune.look() as session:
        return set(session.exec(select(Letter.subject)))


def nothing_left(comune: Comune, number: int) -> bool:
    return comune.deliveries(number) == [] and not any(comune.received().values())


def test_a_first_send_says_what_it_could_not_verify(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    assert verdicts(comuni, number) == {
        "Testo e orario": Verdict.good,
        "Notizie sul sito": Verdict.unknown,
        "Copia del database": Verdict.good,
        "Chiave di accesso a WhatsApp": Verdict.good,
        "Modello bollettino_2": Verdict.good,
        "Testo del modello": Verdict.good,
        "Aspetto del messaggio": Verdict.good,
        "Condizioni dei messaggi promozionali": Verdict.good,
        "Numero del servizio": Verdict.good,
        "Limite di 24 ore": Verdict.good,
        "Ritorno da WhatsApp": Verdict.unknown,
        "Costo": Verdict.good,
    }
    assert nothing_left(comuni, number)


def test_where_the_provider_is_not_reached_nothing_of_it_is_called_good(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((f'api = "{comune.loopback.address}"', 'api = "http://127.0.0.1:9"'))
    number = approved(comune)
    found = verdicts(comune, number)
    assert {
        found[name]
        for name in found
        if name.startswith(("Chiave", "Modello", "Numero", "Limite"))
    } == {Verdict.unknown}  # fmt: skip


def test_a_dead_token_keeps_everything_and_tells_the_editors_once(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.subscribe()
    number = approved(comune)
    monkeypatch.setenv("BOLLETTINO_WHATSAPP_TOKEN", "expired")
    comune.settings.__dict__.pop("secrets", None)
    for _ in range(2):
        with pytest.raises(RefusedError, match="WhatsApp non accetta la chiave"):
            send(comune, number)
    assert nothing_left(comune, number)
    assert comune.bulletin(number).status == BulletinStatus.approved
    told = [one for one in subjects(comune) if "NON PARTE" in one]
    assert told == ["PROVA · NON PARTE: bollettino, un controllo lo trattiene"]
    with comune.look() as session:
        letters = session.exec(select(Letter).where(Letter.kind == "invio_trattenuto")).all()
    assert len(letters) == len(comune.settings.profile.editors)
    assert all("/redazione/comando/riprendi\n" in one.text for one in letters)


def test_a_template_that_is_not_there_or_paused_holds_the_bulletin(comune: Comune) -> None:
    number = approved(comune)  # nobody registered the templates
    with pytest.raises(RefusedError, match="va inviato e approvato"):
        send(comune, number)
    assert nothing_left(comune, number)


def test_a_restricted_number_holds_and_a_bad_quality_only_warns(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    comune.ask("POST", "/_prova/numero", {"quality_rating": "RED"})
    assert verdicts(comune, number)["Numero del servizio"] == Verdict.attention
    comune.ask("POST", "/_prova/numero", {"status": "RESTRICTED"})
    with pytest.raises(RefusedError, match="RESTRICTED"):
        send(comune, number)
    assert nothing_left(comune, number)


def test_more_people_than_the_tier_allows_are_refused_and_nobody_is_counted_twice(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.subscribe()
    comune.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": "TIER_250"})
    number = approved(comune)
    monkeypatch.setitem(account.LIMITS, "TIER_250", 4)
    with pytest.raises(RefusedError, match="ne restano 4, mancherebbero in 1"):
        send(comune, number)
    monkeypatch.setitem(account.LIMITS, "TIER_250", 9)
    assert verdicts(comune, number)["Limite di 24 ore"] == Verdict.attention  # five joined this week
    monkeypatch.setitem(account.LIMITS, "TIER_250", 10)
    assert verdicts(comune, number)["Limite di 24 ore"] == Verdict.good
    send(comune, number)
    again = approved(comune)
    monkeypatch.setitem(account.LIMITS, "TIER_250", 5)  # the same five people are no new ones
    assert verdicts(comune, again)["Limite di 24 ore"] == Verdict.attention
    with comune.look() as session:
        make_recipient(session, comune.settings.vault())
    assert verdicts(comune, again)["Limite di 24 ore"] == Verdict.refused


def test_what_may_hold_a_later_send_is_told_once_a_week(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.subscribe()
    comune.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": "TIER_250"})
    monkeypatch.setitem(account.LIMITS, "TIER_250", 9)  # five joined this week: enough now, not in a week
    first, second = approved(comune), approved(comune)
    send(comune, first)
    heard(comune, first)
    send(comune, second)
    with comune.look() as session:
        told = session.exec(select(Letter).where(Letter.kind == "avvertimenti")).all()
    assert [one.subject for one in told] == [
        "PROVA · Da sistemare prima che fermi un invio: Limite di 24 ore"
    ] * len({one.editor for one in told})
    assert "- Limite di 24 ore: 5 destinatari, 0 persone già raggiunte in 24 ore, limite 9" in told[0].text
    assert "fra una settimana no" in told[0].text
    assert "Inoltra questa e-mail" in told[0].text


def test_where_too_many_were_written_to_it_says_when_there_is_room(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some who got the last bulletin have left since: they free their places a day after it."""
    comuni.subscribe()
    comuni.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": "TIER_250"})
    first = approved(comuni)
    send(comuni, first)
    with comuni.look() as session:
        people = session.exec(select(Recipient).order_by(Recipient.id)).all()  # type: ignore[arg-type]
        for place, attempt in enumerate(session.exec(select(Attempt).order_by(Attempt.delivery_id))):  # type: ignore[arg-type]
            attempt.started_at = comuni.now - timedelta(hours=20 - place)
            session.add(attempt)
        for left in people[:3]:
            left.status = RecipientStatus.opted_out
            session.add(left)
        for place in range(3):
            make_recipient(session, comuni.settings.vault(), phone=f"+39345000000{place}")
    heard(comuni, first)
    second = approved(comuni)  # to two who were written to and three who were not
    monkeypatch.setitem(account.LIMITS, "TIER_250", 6)
    with pytest.raises(RefusedError, match="ne restano 1, mancherebbero in 2") as refused:
        send(comuni, second)
    # the first two of those who left were written to 20 and 19 hours ago
    assert giorno_ora(comuni.now + timedelta(hours=5, minutes=1)) in str(refused.value)
    monkeypatch.setitem(account.LIMITS, "TIER_250", 4)
    with pytest.raises(RefusedError, match="Aspettare non basta"):
        send(comuni, second)


def test_a_provider_that_does_not_answer_is_judged_by_its_last_word(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((f'api = "{comune.loopback.address}"', 'api = "http://127.0.0.1:9"'))
    number = approved(comune)
    with comune.look() as session:
        words.hear(session, "tier", "TIER_250", at=comune.now)
        words.hear(session, "quality", "FLAGGED", at=comune.now)
        frame = comune.settings.profile.whatsapp.language
        provider.seen(session, "bollettino_2", frame, status="PAUSED", at=comune.now)
    found = verdicts(comune, number)
    assert found["Limite di 24 ore"] == Verdict.good
    assert found["Numero del servizio"] == Verdict.attention
    assert found["Modello bollettino_2"] == Verdict.attention


def heard(comune: Comune, number: int) -> None:
    """A receipt of this bulletin comes back."""
    with comune.look() as session:
        delivery = session.exec(select(Delivery).where(Delivery.bulletin_id == number)).first()
        assert delivery is not None
        delivery.receipt, delivery.receipt_at = Receipt.delivered, comune.now
        session.add(delivery)


def test_a_silent_webhook_holds_the_next_bulletin_until_something_comes_back(comune: Comune) -> None:
    comune.subscribe()
    first, second = approved(comune), approved(comune)
    send(comune, first)
    assert verdicts(comune, second)["Ritorno da WhatsApp"] == Verdict.unknown  # too early to say
    comune.now += timedelta(minutes=20)
    with pytest.raises(RefusedError, match="nemmeno una ricevuta"):
        send(comune, second)
    assert comune.deliveries(second) == []
    heard(comune, first)
    assert send(comune, second) is None
    assert [len(texts) for texts in comune.received().values()] == [2] * 5


def test_a_person_can_let_it_go_in_spite_of_a_check_and_that_is_kept(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((CEILING, "month_ceiling = 0.29 "))
    number = approved(comune)
    with pytest.raises(RefusedError, match="si supera il tetto 0,29 EUR"):
        send(comune, number)
    assert cannot_resume(comune.settings, comune.engine, number, who="Anna Redazione") == ""
    assert send(comune, number, despite_by="Anna Redazione") is None
    with comune.look() as session:
        (start,) = senders.of(session, number)
    assert start.by == "Anna Redazione"
    assert start.despite.startswith("Costo: Questo invio circa 0,30 EUR")
    assert comune.bulletin(number).status == BulletinStatus.sent


def test_an_alert_leaves_whatever_it_costs(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((CEILING, "month_ceiling = 0 "))
    number = approved(comune)
    order, found = check(comune.settings, comune.engine, number, has_server=False, now=comune.now)
    assert [line.split(":")[0] for line in found.refusals] == ["Costo"]
    with comune.look() as session:
        bulletin = session.get_one(Bulletin, number)
        bulletin.kind = BulletinKind.urgent
        session.add(bulletin)
    found = preflight.look(
        comune.settings,
        comune.engine,
        order,
        site=[],
        places=[witness.StateFolder(comune.settings)],
        now=comune.now,
    )
    assert {one.name: one.verdict for one in found.checks}["Costo"] == Verdict.attention
    assert found.refusals == []


def test_a_restored_database_sends_nothing_until_a_person_accepts_it(comuni: Comune) -> None:
    comuni.subscribe()
    first, second = approved(comuni), approved(comuni)
    send(comuni, first)
    heard(comuni, first)
    outside = witness.StateFolder(comuni.settings).read()
    assert outside is not None
    assert (outside.number, outside.bulletin_id) == (1, first)
    with comuni.look() as session:  # what a backup of before the first send knows
        for start in session.exec(select(DispatchStart)):
            session.delete(start)
    with pytest.raises(RefusedError, match="sembra ripristinato da una copia"):
        send(comuni, second)
    assert comuni.deliveries(second) == []
    with comuni.look() as session:
        assert senders.accept(session, 1, by="Anna Redazione", now=comuni.now)
    assert send(comuni, second) is None
    outside = witness.StateFolder(comuni.settings).read()
    assert outside is not None
    assert (outside.number, outside.bulletin_id) == (2, second)


def test_checks_change_nothing_and_a_bulletin_that_is_not_approved_has_none(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    before = comune.bulletin(number)
    verdicts(comune, number)
    assert comune.bulletin(number) == before
    assert not witness.StateFolder(comune.settings).read()
    send(comune, number)
    with pytest.raises(DispatchError, match="non è approvato"):
        verdicts(comune, number)


def test_the_provider_is_asked_as_it_answers(comune: Comune) -> None:
    comune.subscribe()
    whatsapp = comune.settings.profile.whatsapp
    right = {"Authorization": "Bearer made-up-token"}
    found = ask_number(whatsapp.base, whatsapp.phone_number_id, right)
    assert (found.quality, found.status, found.tier, found.limit) == ("GREEN", "CONNECTED", "TIER_2K", 2000)
    template = ask_template(whatsapp.base, whatsapp.waba_id, "bollettino_1", "it", right)
    assert template is not None
    assert (template.status, template.category) == ("APPROVED", "MARKETING")
    assert ask_template(whatsapp.base, whatsapp.waba_id, "bollettino_1", "de", right) is None
    with pytest.raises(TokenError):
        ask_number(whatsapp.base, whatsapp.phone_number_id, {"Authorization": "Bearer no"})
    with pytest.raises(Refused):
        ask_number(whatsapp.base, "999", right)
    with pytest.raises(Retryable, match="not reached"):
        ask_number("http://127.0.0.1:9/v25.0", "1", right)
    with pytest.raises(Retryable, match="without JSON"):
        ask_number(comune.loopback.address, "telefoni", right)


def test_a_send_costs_what_the_profile_says(comune: Comune) -> None:
    comune.subscribe()
    comune.reprofile((CEILING, "month_ceiling = 1 "))
    number = approved(comune)
    _, found = check(comune.settings, comune.engine, number, has_server=False, now=comune.now)
    cost = next(one for one in found.checks if one.name == "Costo")
    assert cost.verdict == Verdict.good
    assert cost.words.startswith("Questo invio circa 0,30 EUR, nel mese finora 0,00 EUR, tetto 1,00 EUR")
    prices = comune.settings.profile.prices
    assert prices is not None
    assert (prices.of("MARKETING"), prices.of("service")) == (Decimal("0.06"), Decimal("0.03"))
    assert prices.on == date(2026, 10, 1)


def sent_long_ago(comune: Comune, receipt: Receipt | None, code: str | None = None) -> None:
    """A bulletin before the summer's pause, with what its webhooks told; and a night's retention since."""
    old, vault = comune.now - timedelta(days=120), comune.settings.vault()
    with comune.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sent, now=old)
        outbox.plan(session, bulletin.id, list(session.exec(select(Recipient))), now=old)
        for attempt in outbox.begin(session, bulletin.id, limit=10, now=old):
            outbox.finish(session, vault, attempt.id, Outcome.accepted, wamid=f"w{attempt.id}", now=old)
        (first, *_) = session.exec(select(Attempt))
        if receipt or code:
            outbox.tell(session, first, receipt, code=code, now=old + timedelta(minutes=1))
    retain(comune.settings, comune.engine, now=comune.now)


@pytest.mark.parametrize(
    ("receipt", "code", "verdict"),
    [
        (Receipt.read, None, Verdict.good),
        (None, "131026", Verdict.good),
        (None, None, Verdict.unknown),
    ],
)
def test_a_pause_in_august_is_no_dead_webhook(
    comuni: Comune, receipt: Receipt | None, code: str | None, verdict: Verdict
) -> None:
    comuni.subscribe()
    sent_long_ago(comuni, receipt, code)
    assert verdicts(comuni, approved(comuni))["Ritorno da WhatsApp"] == verdict


def test_an_address_where_no_api_is_holds_news(comune: Comune, shelf: Shelf) -> None:
    comune.subscribe()
    number = approved(comune)
    whatsapp = comune.settings.profile.whatsapp
    page = {"body": "<h1>Not Found</h1>", "kind": "text/html", "status": 404}
    shelf.put(f"/{whatsapp.api_version}/{whatsapp.phone_number_id}", **page)  # type: ignore[arg-type]
    assert "Indirizzo di WhatsApp" not in verdicts(comune, number), "one of two questions proves nothing"
    shelf.put(f"/{whatsapp.api_version}/{whatsapp.waba_id}/message_templates", **page)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="All'indirizzo del profilo non risponde WhatsApp"):
        send(comune, number)
    assert nothing_left(comune, number)

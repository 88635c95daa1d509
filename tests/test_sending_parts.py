"""A send in parts: as many people as a day has room for, the rest the next day, nobody twice."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import bulletins, recipients
from db.models import (
    Act,
    Attempt,
    BulletinKind,
    BulletinStatus,
    DeliveryStatus,
    Letter,
    Recipient,
    RecipientStatus,
)
from flows.dispatch import dispatch_bulletin
from flows.door.sealed_code import OPERATOR
from flows.letters import drafts
from flows.review.acts import decide
from flows.sending import certificate, drain, parts, restored
from flows.sending.checks import QUOTA, Check, Preflight, Reach, Verdict, check_quota
from flows.sending.drain import DispatchError, RefusedError
from flows.sending.outbox import TODAY_IS_FULL
from flows.watch import look
from flows.whatsapp import account
from tests.test_dispatch import approved
from tests.test_sending_checks import number as of_tier
from tests.world.builders import make_recipient
from tests.world.comune import Comune
from tests.world.mail_server import announce, mail_server
from tests.world.week import Week

ANNA = "Anna Redazione"
DAY = timedelta(days=1)
Tier = Callable[[int], None]


def tier_of(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Tier:
    monkeypatch.setattr(drain, "_now", lambda: comune.now)
    comune.subscribe()
    comune.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": "TIER_250"})

    def allow(people: int) -> None:
        monkeypatch.setitem(account.LIMITS, "TIER_250", people)

    return allow


@pytest.fixture
def tier(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Tier:
    """Sets how many people a day has room for."""
    return tier_of(comune, monkeypatch)


@pytest.fixture
def tiers(comuni: Comune, monkeypatch: pytest.MonkeyPatch) -> Tier:
    """The same on both databases."""
    return tier_of(comuni, monkeypatch)


def choose(comune: Comune, number: int) -> None:
    decide(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, in_parts=True, now=comune.now)


def send(comune: Comune, number: int, **how: Any) -> str | None:
    _, reason = dispatch_bulletin(
        comune.settings, comune.engine, number, has_server=False, now=comune.now, **how
    )
    return reason


def go_on(comune: Comune, number: int) -> str | None:
    """As the run that `sorveglia` starts."""
    who = parts.goes_on(comune.settings, comune.engine, number, now=comune.now)
    assert who == ANNA
    return send(comune, number, late_by=who, goes_on=True)


def a_day_later(comune: Comune) -> None:
    comune.now += DAY + timedelta(minutes=2)


def got(comune: Comune) -> list[int]:
    return [len(texts) for texts in comune.received().values()]


def letters(comune: Comune, number: int, kind: str) -> list[Letter]:
    drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        found = session.exec(select(Letter).where(Letter.kind == kind, Letter.editor == ANNA)).all()
    return list(found)


def first_part(comune: Comune, tier: Tier, people: int = 2) -> int:
    tier(people)
    number = approved(comune)
    choose(comune, number)
    assert send(comune, number, late_by=ANNA) == TODAY_IS_FULL
    return number


def test_where_a_day_has_no_room_for_all_the_letter_offers_parts(comune: Comune, tier: Tier) -> None:
    tier(2)
    number = approved(comune)
    offer = "Oppure parte a scaglioni, in 3 giorni: oggi fino a 2 persone, le altre nei giorni dopo."
    with pytest.raises(RefusedError, match=offer):
        send(comune, number)
    assert offer in letters(comune, number, "invio_trattenuto")[0].text
    assert got(comune) == [0] * 5


def test_a_part_ends_at_the_room_of_the_day_and_the_next_goes_on_with_the_rest(
    comuni: Comune, tiers: Tier
) -> None:
    number = first_part(comuni, tiers)
    assert sorted(got(comuni)) == [0, 0, 0, 1, 1]
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    (letter,) = letters(comuni, number, "a_parti")
    assert "A SCAGLIONI" in letter.subject
    assert "2 su 5" in letter.subject
    assert "Ancora da inviare: 3." in letter.text
    assert letters(comuni, number, "invio_fermato") == []
    a_day_later(comuni)
    assert look(comuni.settings, comuni.engine, now=comuni.now).next_part == (number,)
    assert go_on(comuni, number) == TODAY_IS_FULL
    assert len(letters(comuni, number, "a_parti")) == 2
    a_day_later(comuni)
    assert go_on(comuni, number) is None
    assert got(comuni) == [1] * 5
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert len(letters(comuni, number, "esito")) == 1
    with comuni.look() as session:
        document = certificate.draw_up(comuni.settings, session, number)
        assert [act.verb for act in session.exec(select(Act))] == ["a parti"]
    assert document.is_whole
    assert [part for _, part in document.parts] == [{"accepted": 2}, {"accepted": 2}, {"accepted": 1}]
    assert [who for _, who in document.starts] == [ANNA] * 3
    lines = list(certificate.printed(document, at=comuni.now))
    assert [line for line in lines if f", da {ANNA}: a scaglioni (" in line]
    assert [line.rsplit(": ", 1)[1] for line in lines if line.startswith("Scaglione ")] == [
        "2 = accettati 2",
        "2 = accettati 2",
        "1 = accettati 1",
    ]
    kept = json.loads(document.json())
    assert certificate.compare(json.dumps(kept), document).is_good


def test_the_last_word_counts_between_the_parts(comuni: Comune, tiers: Tier) -> None:
    """Who leaves gets nothing of it, who joins gets it, and nobody gets it twice."""
    number = first_part(comuni, tiers)
    a_day_later(comuni)
    tiers(10)
    with comuni.look() as session:
        people = session.exec(select(Recipient).order_by(Recipient.id)).all()  # type: ignore[arg-type]
        recipients.move(session, people[-1], RecipientStatus.opted_out, comuni.now)
        make_recipient(session, comuni.settings.vault(), phone="+393450000000")
    assert go_on(comuni, number) is None
    by_status = [row.status for row in comuni.deliveries(number)]
    assert by_status.count(DeliveryStatus.skipped) == 1
    assert by_status.count(DeliveryStatus.accepted) == 5
    assert max(got(comuni)) == 1
    with comuni.look() as session:
        document = certificate.draw_up(comuni.settings, session, number)
    assert [part for _, part in document.parts] == [{"accepted": 2}, {"accepted": 3, "skipped": 1}]


def test_a_next_part_is_of_another_day_and_goes_at_no_hour_of_the_night(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    with pytest.raises(DispatchError, match="continua da solo"):
        parts.goes_on(comune.settings, comune.engine, number, now=comune.now + timedelta(hours=1))
    assert look(comune.settings, comune.engine, now=comune.now).next_part == ()
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        evening = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 22:30 in Rome
        bulletin.status_at = evening
        for attempt in session.exec(select(Attempt)):
            attempt.started_at = evening
            session.add(attempt)
        session.flush()
        at = parts.next_at(comune.settings, session, bulletin)
    assert at == datetime(2026, 11, 26, 6, tzinfo=UTC)


def test_an_alert_that_leaves_goes_first(comune: Comune, tier: Tier) -> None:
    tier(4)
    number, alert = approved(comune), approved(comune)
    with comune.look() as session:
        row = bulletins.locked(session, alert)
        row.kind, row.status = BulletinKind.urgent, BulletinStatus.sending
        session.add(row)
    choose(comune, number)
    assert send(comune, number, late_by=ANNA) == TODAY_IS_FULL
    assert got(comune) == [0] * 5
    a_day_later(comune)
    with pytest.raises(parts.NotYetError, match="Prima parte l'allerta"):
        parts.goes_on(comune.settings, comune.engine, number, now=comune.now)
    choose(comune, alert)
    with comune.look() as session:
        assert parts.chosen_by(session, alert) is None
        assert parts.chosen_by(session, number) == ANNA


def test_what_keeps_a_next_part_makes_a_stopped_send_of_it_and_is_told(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    a_day_later(comune)
    comune.ask("POST", "/_prova/numero", {"status": "RESTRICTED"})
    with pytest.raises(RefusedError, match=r"non continua.*RESTRICTED"):
        go_on(comune, number)
    (letter,) = letters(comune, number, "invio_fermato")
    assert "RESTRICTED" in letter.text
    assert letters(comune, number, "invio_trattenuto") == []
    assert look(comune.settings, comune.engine, now=comune.now).next_part == ()
    comune.ask("POST", "/_prova/numero", {"status": "CONNECTED"})
    choose(comune, number)
    assert send(comune, number, late_by=ANNA) == TODAY_IS_FULL
    assert sorted(got(comune)) == [0, 1, 1, 1, 1]


def test_a_limit_that_is_not_told_is_asked_again_later(
    comune: Comune, tier: Tier, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = first_part(comune, tier)
    a_day_later(comune)
    monkeypatch.delitem(account.LIMITS, "TIER_250")
    with pytest.raises(RefusedError, match="senza saperlo"):
        go_on(comune, number)
    assert look(comune.settings, comune.engine, now=comune.now).next_part == (number,)
    assert sorted(got(comune)) == [0, 0, 0, 1, 1]


def test_a_part_whose_sender_died_goes_on_within_the_room_of_that_day(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    comune.move(number, BulletinStatus.sending)
    assert send(comune, number) == TODAY_IS_FULL, "nobody has room any more"
    comune.move(number, BulletinStatus.sending)
    tier(3)
    assert send(comune, number) == TODAY_IS_FULL
    assert sorted(got(comune)) == [0, 0, 1, 1, 1]


def test_after_a_restore_no_part_leaves_by_itself(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    a_day_later(comune)
    with comune.look() as session:
        restored.hold(comune.settings, session, before=comune.now, now=comune.now)
    assert look(comune.settings, comune.engine, now=comune.now).next_part == ()
    assert parts.goes_on(comune.settings, comune.engine, number, now=comune.now) is None


def test_a_text_that_is_past_its_time_ends_the_parts(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    late = comune.now + timedelta(hours=73)
    assert look(comune.settings, comune.engine, dry_run=True, now=late).part_over == (number,)
    assert look(comune.settings, comune.engine, now=late).part_over == (number,)
    bulletin = comune.bulletin(number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.sent, "parts_over")
    with comune.look() as session:
        document = certificate.draw_up(comune.settings, session, number)
    assert (document.counts["skipped"], document.is_whole) == (3, True)
    assert look(comune.settings, comune.engine, now=late).next_part == ()


def test_a_plain_resume_takes_the_choice_back(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    decide(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, now=comune.now)
    with comune.look() as session:
        assert parts.chosen_by(session, number) is None
    assert parts.goes_on(comune.settings, comune.engine, number, now=comune.now + 2 * DAY) is None


def check(verdict: Verdict, room: int | None) -> Preflight:
    words = "Limite. Oppure parte a scaglioni, in 2 giorni."
    return Preflight((Check("Altro", Verdict.good, "x"), Check(QUOTA, verdict, words)), room=room)


@pytest.mark.parametrize(
    ("verdict", "room", "instead", "told"),
    [
        (Verdict.good, 5, Verdict.good, "Limite."),
        (Verdict.refused, 3, Verdict.attention, "Limite. A scaglioni: adesso fino a 3 persone"),
        (Verdict.refused, 0, Verdict.refused, "Limite."),
        (Verdict.unknown, None, Verdict.refused, "senza saperlo"),
    ],
)
def test_of_a_send_in_parts_only_no_room_at_all_holds_it(
    verdict: Verdict, room: int | None, instead: Verdict, told: str
) -> None:
    found = parts.within(check(verdict, room))
    assert (found.checks[1].verdict, told in found.checks[1].words) == (instead, True)
    assert found.checks[0].verdict == Verdict.good


def test_the_offer_says_in_how_many_days_and_whom_the_text_would_not_reach() -> None:
    def offered(reach: Reach) -> str:
        return check_quota(of_tier(), reach, is_alert=False).words

    assert "in 2 giorni: oggi fino a 2000 persone" in offered(Reach(2001, 2001, 0, 0))
    assert "ne resterebbero fuori 500. Si sceglie" in offered(Reach(6500, 6500, 0, 0))
    assert "a scaglioni" not in offered(Reach(100, 100, 2000, 0))
    assert (Reach(10, 4, 3, 0).within(9), Reach(10, 8, 3, 0).within(9)) == (12, 6)


def test_an_editor_chooses_it_in_the_form_and_the_watch_does_the_rest(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start forms, runs and letters, over two days."""
    monkeypatch.setitem(account.LIMITS, "TIER_250", 3)
    with mail_server() as box:
        announce(comune.settings.state, box.port)
        week = Week(comune, box, monkeypatch)
        comune.subscribe()
        comune.ask("POST", "/_prova/numero", {"whatsapp_business_manager_messaging_limit": "TIER_250"})
        number = approved(comune)
        assert week.run("invia", bulletin_id=number).state.is_failed()
        which = week.choice("riprendi", "bollettino", among=f"{number} ")
        order = week.order("riprendi", ANNA, bollettino=which, chi=ANNA, a_parti=True)
        assert order.run.state.is_completed()
        assert "continua da solo mercoledì 25 novembre, ore 10:31" in order.run.name
        week.run("sorveglia")
        assert sorted(got(comune)) == [0, 0, 1, 1, 1]
        assert week.run("invia", bulletin_id=number).state.is_failed(), "it is of tomorrow"
        a_day_later(comune)
        week.run("sorveglia")
        week.run("sorveglia")
        assert got(comune) == [1] * 5
        assert [run.names[0] for run in week.server.runs.values() if run.key and "part-" in run.key] == [
            f"PROVA · Invio (numero {number}), parte 2"
        ]
    kinds = [row.kind for row in week.rows if row.to == ANNA and row.kind]
    assert [kind for kind in kinds if kind in ("invio_trattenuto", "a_parti", "invio_ripreso", "esito")] == [
        "invio_trattenuto",
        "a_parti",
        "esito",
    ]

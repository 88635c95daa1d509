"""Each check before a send: from what was seen to a verdict; what was not seen is never "a posto"."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import AccountWord, Template
from flows.profiles.whatsapp import Prices
from flows.sending import checks
from flows.sending.checks import Check, Preflight, Reach, Verdict
from flows.sending.costs import Month
from flows.sending.witness import Heard, Mark
from flows.whatsapp.account import NumberState
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.templates import TemplateDefinition

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WANTED = TemplateDefinition("bollettino_1", "MARKETING", "h", "b", "f", "x", 259200, ())
PRICES = Prices(on=date(2026, 10, 1), marketing=Decimal("0.06"), month_ceiling=Decimal(100))


def number(**told: str | None) -> NumberState:
    return NumberState(**{"quality": "GREEN", "status": "CONNECTED", "tier": "TIER_2K", **told})


@pytest.mark.parametrize(
    ("latest", "asked", "unread", "ours", "verdict"),
    [
        (None, 2, (), 0, Verdict.good),  # a new installation
        (3, 2, (), 3, Verdict.good),
        (2, 2, (), 3, Verdict.good),  # we crashed between our commit and the witness
        (4, 2, (), 3, Verdict.refused),
        (4, 1, ("x",), 3, Verdict.refused),
        (3, 1, ("x",), 3, Verdict.attention),
        (None, 2, (), 3, Verdict.unknown),  # the witness is gone
        (None, 0, ("x", "y"), 0, Verdict.unknown),
    ],
)
def test_a_witness_ahead_of_the_database_refuses(
    latest: int | None, asked: int, unread: tuple[str, ...], ours: int, verdict: Verdict
) -> None:
    mark = Mark(number=latest, bulletin_id=7, at=NOW) if latest else None
    found = checks.check_witness(Heard(mark, unread, asked), ours)
    assert found.verdict == verdict
    if verdict == Verdict.refused:
        assert "4 (bollettino 7, martedì 24 novembre, ore 10:30)" in found.words
        assert "witness --accept-by" in found.words


@pytest.mark.parametrize(
    ("found", "trouble", "verdict", "words"),
    [
        (TemplateState("APPROVED", "MARKETING", 259200), "", Verdict.good, "Approvato"),
        (TemplateState("APPROVED", "MARKETING", None), "", Verdict.good, "Approvato"),
        (TemplateState("APPROVED", "UTILITY", None), "", Verdict.attention, "lo avevamo chiesto MARKETING"),
        (TemplateState("APPROVED", "MARKETING", 60), "", Verdict.attention, "dura 60 secondi"),
        (TemplateState("PAUSED", "MARKETING", 259200), "", Verdict.refused, "PAUSED"),
        (TemplateState("REINSTATED", "MARKETING", 259200), "", Verdict.good, "Approvato"),
        (TemplateState("UNPAUSED", "MARKETING", 259200), "", Verdict.good, "Approvato"),
        (TemplateState("UNARCHIVED", "MARKETING", 259200), "", Verdict.good, "Approvato"),
        (TemplateState("FLAGGED", "MARKETING", 259200), "", Verdict.attention, "rischio di sospensione"),
        (TemplateState("REJECTED", "MARKETING", 259200), "", Verdict.refused, "REJECTED"),
        (None, "", Verdict.refused, "non ha questo modello"),
        (None, "HTTP 500, code None", Verdict.unknown, "HTTP 500"),
        (TemplateState("APPROVED", "MARKETING", None, "GREEN"), "", Verdict.good, "Approvato"),
        (TemplateState("APPROVED", "MARKETING", None, "RED"), "", Verdict.attention, "qualità è ROSSA"),
        (TemplateState("APPROVED", "MARKETING", None, "YELLOW"), "", Verdict.attention, "qualità è gialla"),
    ],
)
def test_only_an_approved_template_of_our_category_and_time_is_good(
    found: TemplateState | None, trouble: str, verdict: Verdict, words: str
) -> None:
    check = checks.check_template(WANTED, found, trouble)
    assert (check.verdict, words in check.words) == (verdict, True)


@pytest.mark.parametrize(
    ("status", "quality", "found", "verdict", "words"),
    [
        ("APPROVED", None, None, Verdict.unknown, "lo dava come APPROVED"),
        ("UNPAUSED", None, None, Verdict.unknown, "lo dava come UNPAUSED"),
        ("PAUSED", None, None, Verdict.attention, "martedì 24 novembre, ore 10:30) lo dava come PAUSED"),
        ("PAUSED", None, TemplateState("APPROVED", "MARKETING", None), Verdict.good, "Approvato"),
        ("APPROVED", "RED", TemplateState("APPROVED", "MARKETING", None), Verdict.attention, "ROSSA"),
        ("APPROVED", "RED", TemplateState("APPROVED", "MARKETING", None, "GREEN"), Verdict.good, "Approv"),
    ],
)
def test_what_a_webhook_said_of_a_template_stands_in_where_the_provider_does_not_say(
    status: str, quality: str | None, found: TemplateState | None, verdict: Verdict, words: str
) -> None:
    last = Template(
        name="bollettino_1",
        category="MARKETING",
        status=status,
        quality=quality,
        updated_at=NOW,
        status_at=NOW,
    )
    check = checks.check_template(WANTED, found, "" if found else "HTTP 500, code None", last)
    assert (check.verdict, words in check.words) == (verdict, True), check


def said(**words: str) -> dict[str, AccountWord]:
    return {matter: AccountWord(matter=matter, word=word, said_at=NOW) for matter, word in words.items()}


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ({}, Verdict.unknown),
        ({"quality": "UNFLAGGED"}, Verdict.unknown),
        ({"quality": "FLAGGED"}, Verdict.attention),
        # as they were kept before they had a matter of their own
        ({"account": "PARTNER_ADDED"}, Verdict.unknown),
        ({"account": "AD_ACCOUNT_LINKED"}, Verdict.unknown),
        ({"account": "MM_LITE_TERMS_SIGNED"}, Verdict.unknown),
        ({"account": "PARTNER_REMOVED"}, Verdict.attention),
        ({"quality": "UNFLAGGED", "account": "ACCOUNT_RESTRICTION"}, Verdict.attention),
        ({"quality": "UNFLAGGED", "alert": "INCREASED_CAPABILITIES_DENIED"}, Verdict.attention),
    ],
)
def test_the_last_word_on_the_number_stands_in_and_never_makes_it_good(
    words: dict[str, str], verdict: Verdict
) -> None:
    check = checks.check_number(None, "HTTP 500, code None", said(**words))
    assert check.verdict == verdict
    assert all(f"{word} (martedì 24 novembre, ore 10:30)" in check.words for word in words.values())
    assert checks.check_number(number(), "", said(**words)).verdict == Verdict.good


def test_the_last_word_on_the_limit_holds_where_the_provider_does_not_answer() -> None:
    found, since = checks.limit_of(None, said(tier="TIER_2K"))
    check = checks.check_quota(found, Reach(2001, 2001, 0, 0), is_alert=False, since=since)
    assert check.verdict == Verdict.refused
    assert "limite 2000 (detto da WhatsApp martedì 24 novembre, ore 10:30)" in check.words
    found, since = checks.limit_of(number(tier="TIER_10K"), said(tier="TIER_2K"))
    assert checks.check_quota(found, Reach(2001, 2001, 0, 0), is_alert=False, since=since) == (
        checks.check_quota(number(tier="TIER_10K"), Reach(2001, 2001, 0, 0), is_alert=False)
    )
    assert checks.limit_of(None) == (None, "")


def test_who_waits_is_told_until_when_and_who_waits_in_vain_is_told_too() -> None:
    later = Reach(1500, 600, 1900, 0, room_at=NOW + timedelta(hours=5))
    check = checks.check_quota(number(), later, is_alert=False)
    assert "mancherebbero in 500. C'è posto per tutti da martedì 24 novembre, ore 15:30" in check.words
    never = checks.check_quota(number(), Reach(2001, 2001, 0, 0), is_alert=False)
    assert "Aspettare non basta" in never.words


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (number(), Verdict.good),
        (number(quality="YELLOW"), Verdict.attention),
        (number(quality="RED"), Verdict.attention),
        (number(status="RESTRICTED"), Verdict.refused),
        (number(status="BANNED", quality=None), Verdict.refused),
        (number(status=None, quality=None), Verdict.unknown),
        (None, Verdict.unknown),
    ],
)
def test_the_numbers_quality_and_status(found: NumberState | None, verdict: Verdict) -> None:
    assert checks.check_number(found, "").verdict == verdict


@pytest.mark.parametrize(
    ("tier", "reach", "verdict", "words"),
    [
        ("TIER_2K", Reach(1500, 1500, 0, 0), Verdict.good, "limite 2000"),
        ("TIER_2K", Reach(2000, 2000, 0, 0), Verdict.good, "limite 2000"),
        ("TIER_2K", Reach(2001, 2001, 0, 0), Verdict.refused, "mancherebbero in 1"),
        ("TIER_2K", Reach(1500, 100, 1900, 0), Verdict.good, "1900 persone già raggiunte"),
        ("TIER_2K", Reach(1500, 101, 1900, 0), Verdict.refused, "ne restano 100"),
        ("TIER_2K", Reach(1900, 1900, 0, 150), Verdict.attention, "fra una settimana no"),
        ("TIER_UNLIMITED", Reach(90000, 90000, 0, 0), Verdict.good, "non pone limiti"),
        ("TIER_NEW", Reach(10, 10, 0, 0), Verdict.unknown, "non si sa"),
        (None, Reach(10, 10, 0, 0), Verdict.unknown, "non si sa"),
    ],
)
def test_people_in_moving_24_hours_against_the_tier(
    tier: str | None, reach: Reach, verdict: Verdict, words: str
) -> None:
    check = checks.check_quota(number(tier=tier), reach, is_alert=False)
    assert (check.verdict, words in check.words) == (verdict, True), check


@given(new=st.integers(0, 5000), recent=st.integers(0, 5000), joined=st.integers(0, 500))
def test_an_alert_is_never_held_by_the_tier_and_a_bulletin_never_exceeds_it(
    new: int, recent: int, joined: int
) -> None:
    reach = Reach(new, new, recent, joined)
    assert checks.check_quota(number(), reach, is_alert=True).verdict != Verdict.refused
    held = checks.check_quota(number(), reach, is_alert=False).verdict == Verdict.refused
    assert held == (new > max(0, 2000 - recent))


@pytest.mark.parametrize(
    ("last", "heard", "is_alert", "verdict"),
    [
        (None, None, False, Verdict.unknown),
        ((3, NOW - timedelta(days=4)), NOW, False, Verdict.good),
        ((3, NOW - timedelta(minutes=9)), None, False, Verdict.unknown),
        ((3, NOW - timedelta(days=4)), None, False, Verdict.refused),
        ((3, NOW - timedelta(days=4)), None, True, Verdict.attention),
    ],
)
def test_a_webhook_that_is_silent_since_the_last_send_holds_a_bulletin(
    last: tuple[int, datetime] | None, heard: datetime | None, is_alert: bool, verdict: Verdict
) -> None:
    assert checks.check_webhook(last, heard, NOW, is_alert=is_alert).verdict == verdict


@pytest.mark.parametrize(
    ("days", "was_heard", "verdict", "words"),
    [
        (29, False, Verdict.refused, "non è arrivato niente"),
        (31, False, Verdict.unknown, "non si conservano più"),
        (31, True, Verdict.good, "erano arrivate le ricevute"),
        (29, True, Verdict.good, "erano arrivate le ricevute"),
    ],
)
@pytest.mark.parametrize("is_alert", [False, True])
def test_a_pause_longer_than_receipts_are_kept_is_no_silent_webhook(
    days: int, was_heard: bool, verdict: Verdict, words: str, is_alert: bool
) -> None:
    last = (3, NOW - timedelta(days=days))
    kept = timedelta(days=30)
    found = checks.check_webhook(last, None, NOW, is_alert=is_alert, was_heard=was_heard, kept=kept)
    expected = Verdict.attention if is_alert and verdict == Verdict.refused else verdict
    assert (found.verdict, words in found.words) == (expected, True), found


def test_an_address_where_no_api_is_holds_news_and_no_alert() -> None:
    assert checks.check_address("HTTP 404 without JSON", is_alert=False).verdict == Verdict.refused
    assert checks.check_address("HTTP 404 without JSON", is_alert=True).verdict == Verdict.attention


@pytest.mark.parametrize(
    ("prices", "spent", "cost", "is_bulletin", "verdict", "words"),
    [
        (PRICES, "40", "60", True, Verdict.good, "60,00 EUR, nel mese finora 40,00 EUR"),
        (PRICES, "40", "60.01", True, Verdict.refused, "si supera il tetto 100,00 EUR"),
        (PRICES, "40", "60.01", False, Verdict.attention, "non ferma le allerte"),
        (PRICES, "40", None, True, Verdict.unknown, "Il tetto del mese non si può controllare"),
        (
            Prices(on=date(2026, 10, 1), marketing=Decimal("0.06")),
            "0",
            "9",
            True,
            Verdict.good,
            "nessun limite di spesa",
        ),
        (None, "0", None, True, Verdict.unknown, "non stimato"),
    ],
)
def test_the_months_ceiling_stops_bulletins_and_never_alerts(
    prices: Prices | None, spent: str, cost: str | None, is_bulletin: bool, verdict: Verdict, words: str
) -> None:
    month = Month(2026, 11, paid=Decimal(spent))
    amount = None if cost is None else Decimal(cost)
    check = checks.check_ceiling(prices, month, amount, is_bulletin=is_bulletin)
    assert (check.verdict, words in check.words) == (verdict, True), check


@pytest.mark.parametrize(
    ("trouble", "is_dead", "verdict"),
    [
        ("", False, Verdict.good),
        ("HTTP 401, code 190", True, Verdict.refused),
        ("the provider was not reached (URLError)", False, Verdict.unknown),
    ],
)
def test_a_token_is_good_only_when_an_answer_proved_it(trouble: str, is_dead: bool, verdict: Verdict) -> None:
    assert checks.check_token(trouble, is_dead).verdict == verdict


def test_the_table_tells_every_check_and_keeps_its_columns() -> None:
    found = Preflight(
        (
            Check("A", Verdict.good, "bene"),
            Check("B", Verdict.refused, "male | peggio"),
            Check("C", Verdict.unknown, "chissà"),
        )
    )
    assert found.refusals == ["B: male | peggio"]
    assert found.doubts == ["C: non verificato. chissà"]
    rows = found.markdown.splitlines()
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4] * 5

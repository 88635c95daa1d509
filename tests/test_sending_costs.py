"""What messages cost: estimated, told by the webhooks, by month in Rome; nothing unknown is called zero."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db.engine import transaction
from db.models import Attempt, BulletinKind, BulletinStatus, Delivery, DeliveryStatus, Outcome
from db.vault import Vault
from flows.profiles.whatsapp import Prices
from flows.sending import costs
from flows.settings import Settings
from tests.world.builders import make_bulletin, make_recipient

PRICES = Prices(on=date(2026, 10, 1), marketing=Decimal("0.06"), utility=Decimal("0.03"))


@pytest.fixture
def priced(settings: Settings) -> Settings:
    settings.profile = settings.profile.model_copy(update={"prices": PRICES})
    return settings


def message(
    session: Session,
    vault: Vault,
    kind: BulletinKind | None,
    at: datetime,
    *,
    category: str | None = None,
    billable: bool | None = None,
    outcome: Outcome = Outcome.accepted,
    failed_at: datetime | None = None,
) -> None:
    bulletin_id = make_bulletin(session, kind=kind, status=BulletinStatus.sent).id if kind else None
    recipient = make_recipient(session, vault)
    delivery = Delivery(
        bulletin_id=bulletin_id, recipient_id=recipient.id, status=DeliveryStatus.accepted, status_at=at
    )
    session.add(delivery)
    session.flush()
    session.add(
        Attempt(
            delivery_id=delivery.id,
            started_at=at,
            outcome=outcome,
            pricing_category=category,
            billable=billable,
            failed_at=failed_at,
        )
    )
    session.flush()


def test_a_month_is_one_of_rome_and_counts_what_was_told_apart(
    engine: Engine, vault: Vault, priced: Settings
) -> None:
    inside = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # 1 November, 0:30 in Rome
    before = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
    with transaction(engine) as session:
        message(session, vault, BulletinKind.ordinary, inside, category="marketing", billable=True)
        message(session, vault, BulletinKind.ordinary, inside, category="marketing_lite", billable=True)
        message(session, vault, BulletinKind.ordinary, inside)
        message(session, vault, BulletinKind.urgent, inside)
        message(session, vault, None, inside, category="service", billable=False)
        message(session, vault, None, inside, category="service", billable=True)
        message(session, vault, BulletinKind.ordinary, inside, outcome=Outcome.uncertain)
        message(session, vault, BulletinKind.ordinary, before, category="marketing", billable=True)
        month = costs.this_month(priced, session, datetime(2026, 11, 24, tzinfo=UTC))
        october = costs.month_of(priced, session, 2026, 10)
    assert month.billed == {"marketing": 1, "marketing_lite": 1, "service": 1}
    assert month.unsettled == {"marketing": 1, "utility": 1}
    assert (month.free, month.messages, month.unpriced) == (1, 6, 0)
    assert (month.paid, month.expected) == (Decimal("0.15"), Decimal("0.09"))
    assert (october.messages, october.paid) == (1, Decimal("0.06"))


def test_december_ends_with_the_year(sqlite: Engine, vault: Vault, priced: Settings) -> None:
    last, next_one = (datetime(2026, 12, 31, hour, 30, tzinfo=UTC) for hour in (22, 23))
    with transaction(sqlite) as session:
        for at in (last, next_one):
            message(session, vault, BulletinKind.ordinary, at)
        months = costs.year_of(priced, session, 2026)
        january = costs.month_of(priced, session, 2027, 1)
    assert [month.messages for month in months] == [0] * 11 + [1]
    assert january.messages == 1


def test_what_failed_at_the_provider_is_not_paid_unless_it_says_so(
    engine: Engine, vault: Vault, priced: Settings
) -> None:
    at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    failed = at + timedelta(seconds=5)
    with transaction(engine) as session:
        message(session, vault, BulletinKind.ordinary, at)
        message(session, vault, BulletinKind.ordinary, at, failed_at=failed)
        told: dict[str, Any] = {"category": "marketing", "failed_at": failed}
        message(session, vault, BulletinKind.ordinary, at, billable=True, **told)
        message(session, vault, BulletinKind.ordinary, at, billable=False, **told)
        month = costs.this_month(priced, session, at)
    assert (month.messages, month.billed.total(), month.unsettled.total(), month.free) == (3, 1, 1, 1)
    assert (month.paid, month.expected) == (Decimal("0.06"), Decimal("0.06"))


def test_a_year_is_told_by_month_with_what_is_not_known(
    engine: Engine, vault: Vault, priced: Settings
) -> None:
    at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    with transaction(engine) as session:
        for _ in range(3):
            message(session, vault, BulletinKind.ordinary, at, category="marketing", billable=True)
        message(session, vault, BulletinKind.ordinary, at)
        message(session, vault, BulletinKind.ordinary, at, category="authentication", billable=True)
        year = costs.year_of(priced, session, 2026)
    lines = list(costs.table(year, PRICES))
    assert lines[0] == (
        "Prezzi per messaggio cercati il 01/10/2026, in EUR: marketing 0,06, utility 0,03, service 0,03."
    )
    assert lines[1].split() == ["mese", "messaggi", "fatturati", "gratuiti", "senza", "esito", "costo"]
    november = next(line for line in lines if line.startswith("nov 2026")).split()
    assert november == ["nov", "2026", "5", "4", "0", "1", "0,24", "EUR"]
    assert lines[14].split() == ["totale", "5", "0,24", "EUR"]
    assert "Per categoria: authentication 1, marketing 4." in lines
    assert "ATTENZIONE: 1 messaggi di una categoria senza prezzo nel profilo non sono nel costo." in lines


def test_without_prices_messages_are_counted_and_no_cost_is_told(
    engine: Engine, vault: Vault, settings: Settings
) -> None:
    settings.profile = settings.profile.model_copy(update={"prices": None})
    with transaction(engine) as session:
        message(session, vault, BulletinKind.ordinary, datetime(2026, 11, 24, tzinfo=UTC))
        lines = list(costs.table(costs.year_of(settings, session, 2026), None))
    assert "il costo non è stimato" in lines[0]
    assert lines[14].split() == ["totale", "1", "-"]
    assert costs.estimated(settings, 5000, "MARKETING") == "non stimato"


@pytest.mark.parametrize(
    ("category", "price"),
    [
        ("MARKETING", "0.06"),
        ("marketing_lite", "0.06"),
        ("utility", "0.03"),
        ("service", "0.03"),
        ("authentication", None),
        ("model_config", None),
        ("on", None),
    ],
)
def test_a_category_has_its_price_or_none(category: str, price: str | None) -> None:
    assert PRICES.of(category) == (None if price is None else Decimal(price))


def test_what_is_to_be_known_of_a_month_s_figure_is_told_in_sentences() -> None:
    month = costs.Month(2026, 11, Counter(marketing=3), free=2, unsettled=Counter(utility=4), unpriced=1)
    with_ceiling = PRICES.model_copy(update={"month_ceiling": Decimal("1250.5")})
    assert list(costs.remarks(month, with_ceiling)) == [
        "I prezzi sono quelli del 1/10/2026.",
        "Il tetto del mese è 1.250,50 EUR.",
        "Gratuiti secondo WhatsApp: 2.",
        "Di 4 WhatsApp non ha ancora detto se li fattura: sono contati al prezzo di listino.",
        "Senza prezzo nel profilo, quindi non contati: 1.",
    ]
    assert list(costs.remarks(costs.Month(2026, 11), PRICES)) == ["I prezzi sono quelli del 1/10/2026."]
    assert list(costs.remarks(month, None)) == ["Nel profilo non ci sono prezzi: il costo non è stimato."]


def test_an_estimate_names_the_day_of_its_prices(priced: Settings) -> None:
    assert costs.estimated(priced, 5000, "MARKETING") == "300,00 EUR (prezzi del 1/10/2026)"
    assert costs.estimated(priced, 5000, "AUTHENTICATION") == costs.UNKNOWN
    assert costs.euros(Decimal("1234567.895"), "EUR") == "1.234.567,90 EUR"

"""What messages cost: estimated before a send, counted after from what the provider says of each, by month.

Prices come from the profile with the day they were looked up; without one nothing is estimated, and it
says so.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlmodel import Session

from db import outcomes
from db.models import Bulletin, BulletinItem, BulletinKind
from flows.bulletin.language.dates import MONTHS, ROME, in_rome
from flows.bulletin.message.exact import frame_name
from flows.profiles.whatsapp import Prices
from flows.settings import Settings

UNKNOWN = "non stimato"
CENT = Decimal("0.01")


def euros(amount: Decimal, currency: str) -> str:
    """`1.234,50 EUR`."""
    text = f"{amount.quantize(CENT, ROUND_HALF_UP):,.2f}"
    return f"{text.translate(str.maketrans(',.', '.,'))} {currency}"


def estimate(settings: Settings, count: int, category: str) -> Decimal | None:
    """For so many messages of a category; None without a price."""
    prices = settings.profile.prices
    price = prices.of(category) if prices else None
    return None if price is None else price * count


def estimated(settings: Settings, count: int, category: str) -> str:
    """`12,40 EUR (prezzi del 1/10/2026)`, or that it is not estimated."""
    prices, amount = settings.profile.prices, estimate(settings, count, category)
    if prices is None or amount is None:
        return UNKNOWN
    return f"{euros(amount, prices.currency)} (prezzi del {prices.on.day}/{prices.on.month}/{prices.on.year})"


def category_of(settings: Settings, template: str) -> str:
    """As the template was submitted; the provider may have given it another one since."""
    return settings.templates[template].category


def of_bulletin(settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem], readers: int) -> str:
    """`estimated`, of a bulletin for so many people."""
    try:
        category = category_of(settings, frame_name(bulletin, items))
    except ValueError:  # no template holds so many lines
        return UNKNOWN
    return estimated(settings, readers, category)


@dataclass
class Month:
    """One calendar month in Rome. Messages are those that the provider accepted."""

    year: int
    month: int
    billed: Counter[str] = field(default_factory=Counter)  # billable, by the provider's category
    free: int = 0  # the provider says that they cost nothing
    unsettled: Counter[str] = field(default_factory=Counter)  # no word on the price (yet), by our category
    paid: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)  # of the unsettled ones
    unpriced: int = 0  # messages of a category that the profile has no price for

    @property
    def messages(self) -> int:
        return self.billed.total() + self.free + self.unsettled.total()

    @property
    def categories(self) -> Counter[str]:
        """Of the billable ones, and of those without a word yet."""
        return self.billed + self.unsettled

    @property
    def amount(self) -> Decimal:
        return self.paid + self.expected

    @property
    def name(self) -> str:
        return f"{MONTHS[self.month - 1][:3]} {self.year}"


def month_of(settings: Settings, session: Session, year: int, month: int) -> Month:
    """Counted from the rows. Messages without a word on their price count at the price of their kind."""
    counted = Month(year, month)
    prices = settings.profile.prices
    for charge in outcomes.charged(session, _first(year, month), _first(year + month // 12, month % 12 + 1)):
        if charge.billable is False:
            counted.free += charge.count
            continue
        category = (charge.category or _ours(charge.kind)).lower()
        is_told = charge.billable is True
        (counted.billed if is_told else counted.unsettled)[category] += charge.count
        price = prices.of(category) if prices else None
        if price is None:
            counted.unpriced += charge.count
        elif is_told:
            counted.paid += price * charge.count
        else:
            counted.expected += price * charge.count
    return counted


def this_month(settings: Settings, session: Session, now: datetime) -> Month:
    local = in_rome(now)
    return month_of(settings, session, local.year, local.month)


def year_of(settings: Settings, session: Session, year: int) -> list[Month]:
    return [month_of(settings, session, year, month) for month in range(1, 13)]


def _ours(kind: BulletinKind | None) -> str:
    if kind is None:
        return "service"
    return "marketing" if kind == BulletinKind.ordinary else "utility"


def _first(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=ROME)


def table(months: list[Month], prices: Prices | None) -> Iterator[str]:
    """A year by month, for a terminal: messages by category, what they cost, what is not known."""
    currency = prices.currency if prices else ""
    if prices is None:
        yield "Nel profilo non ci sono prezzi ([prices]): si contano i messaggi, il costo non è stimato."
    else:
        yield f"Prezzi per messaggio cercati il {prices.on:%d/%m/%Y}, in {currency}: {_listed(prices)}."
    yield f"{'mese':<9}{'messaggi':>10}{'fatturati':>11}{'gratuiti':>10}{'senza esito':>13}{'costo':>18}"
    for month in months:
        cost = amount_of(month, prices)
        yield (
            f"{month.name:<9}{month.messages:>10}{month.billed.total():>11}{month.free:>10}"
            f"{month.unsettled.total():>13}{'-' if cost == UNKNOWN else cost:>18}"
        )
    total = sum((month.amount for month in months), Decimal(0))
    count = sum(month.messages for month in months)
    yield f"{'totale':<9}{count:>10}{'':>34}{euros(total, currency) if prices else '-':>18}"
    categories: Counter[str] = Counter()
    for month in months:
        categories.update(month.categories)
    if categories:
        yield "Per categoria: " + ", ".join(f"{name} {n}" for name, n in sorted(categories.items())) + "."
    if any(month.unsettled for month in months):
        yield (
            "«Senza esito»: WhatsApp non ha (ancora) detto se li fattura; "
            "nel costo valgono al prezzo della loro categoria."
        )
    if prices and (unpriced := sum(month.unpriced for month in months)):
        yield f"ATTENZIONE: {unpriced} messaggi di una categoria senza prezzo nel profilo non sono nel costo."


def amount_of(month: Month, prices: Prices | None) -> str:
    """What a month cost as far as it is known; that it is not estimated where no message has a price."""
    if prices is None or (month.messages and month.unpriced >= month.messages):
        return UNKNOWN
    return euros(month.amount, prices.currency)


def remarks(month: Month, prices: Prices | None) -> Iterator[str]:
    """What to know of that figure, a sentence each."""
    if prices is None:
        yield "Nel profilo non ci sono prezzi: il costo non è stimato."
        return
    yield f"I prezzi sono quelli del {prices.on.day}/{prices.on.month}/{prices.on.year}."
    if prices.month_ceiling is not None:
        yield f"Il tetto del mese è {euros(prices.month_ceiling, prices.currency)}."
    if month.free:
        yield f"Gratuiti secondo WhatsApp: {month.free}."
    if waiting := month.unsettled.total():
        yield f"Di {waiting} WhatsApp non ha ancora detto se li fattura: sono contati al prezzo di listino."
    if month.unpriced:
        yield f"Senza prezzo nel profilo, quindi non contati: {month.unpriced}."


def _listed(prices: Prices) -> str:
    listed = [(name, prices.of(name)) for name in ("marketing", "utility", "service")]
    written = [f"{name} {price}".replace(".", ",") for name, price in listed if price is not None]
    return ", ".join(written) or "nessuno"

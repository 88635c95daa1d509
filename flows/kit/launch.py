"""What a service of so many subscribers costs, and within which of WhatsApp's limits it fits.

Arithmetic on the profile, no forecast: prices are the profile's own, with the day they were looked up.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from flows.bulletin.language.measure import thousands
from flows.profiles.whatsapp import Prices
from flows.sending.costs import UNKNOWN, euros
from flows.settings import Settings
from flows.whatsapp.account import LIMITS

WEEKS = 52
ALERTS = 2  # a month: alerts, urgent notices and corrections together; a round figure to reckon with
EXAMPLES = (250, 1_000, 2_000, 5_000, 10_000)  # subscribers


def bulletins_a_year(settings: Settings) -> int:
    """Each slot of the profile in each week; holidays are not taken off."""
    return len(settings.profile.slots) * WEEKS


def cost_of_year(settings: Settings, subscribers: int) -> Decimal | None:
    """Of all messages that the Comune begins; None where the profile lacks one of the two prices."""
    prices = settings.profile.prices
    if prices is None:
        return None
    bulletin, alert = prices.of("marketing"), prices.of("utility")
    if bulletin is None or alert is None:
        return None
    return subscribers * (bulletins_a_year(settings) * bulletin + ALERTS * 12 * alert)


def costs(settings: Settings, subscribers: int) -> Iterator[str]:
    """Rows of a Markdown table: subscribers, bulletins and alerts a month, messages and costs a year."""
    prices = settings.profile.prices
    monthly = f"{bulletins_a_year(settings) / 12:.1f}".replace(".", ",")
    messages = bulletins_a_year(settings) + ALERTS * 12
    for people in sorted({*EXAMPLES, subscribers}):
        amount = cost_of_year(settings, people)
        cost = UNKNOWN if amount is None or prices is None else euros(amount, prices.currency)
        mark = "**" if people == subscribers else ""
        cells = (thousands(people), monthly, str(ALERTS), thousands(people * messages), cost)
        yield f"| {' | '.join(f'{mark}{cell}{mark}' for cell in cells)} |"


def prices_in_words(prices: Prices | None) -> str:
    if prices is None:
        return (
            "Nel profilo non ci sono prezzi (`[prices]`): **la spesa non è stimata**. Si copiano dal "
            "listino di Meta o del fornitore, con il giorno in cui si leggono."
        )
    known = [(name, prices.of(name)) for name in ("marketing", "utility")]
    figures = [(name, f"{price}".replace(".", ",")) for name, price in known if price is not None]
    listed = " e ".join(f"{figure} {prices.currency} ({name})" for name, figure in figures)
    return f"Prezzi per messaggio nel profilo, letti il {prices.on:%d.%m.%Y}: {listed}."


def limits(subscribers: int) -> Iterator[str]:
    """Rows of a Markdown table: each of WhatsApp's limits, and what becomes of a bulletin within it."""
    for limit in LIMITS.values():
        if limit is None:
            yield "| nessuno | parte intero |"
            continue
        days = -(-subscribers // limit)
        fits = "parte intero" if days <= 1 else f"non parte intero: ci vorrebbero {days} giorni"
        yield f"| {thousands(limit)} persone in 24 ore | {fits} |"


def words(settings: Settings, subscribers: int) -> dict[str, str]:
    """For the places of the papers that reckon."""
    return {
        "iscritti": thousands(subscribers),
        "limiti": _lines(list(limits(subscribers))),
        "prezzi": prices_in_words(settings.profile.prices),
        "righe_costi": _lines(list(costs(settings, subscribers))),
        "bollettini_mese": f"{bulletins_a_year(settings) / 12:.1f}".replace(".", ","),
        "allerte_mese": str(ALERTS),
    }


def _lines(rows: Sequence[str]) -> str:
    return "\n".join(rows)

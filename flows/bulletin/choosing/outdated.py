"""What an editor is told of a text that the site contradicts since it was written."""

from collections.abc import Sequence
from datetime import date, datetime

from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.facts.dates import MONTHS
from flows.bulletin.facts.fact import Kind

_SAID = frozenset(
    {Kind.date, Kind.weekday, Kind.time, Kind.amount, Kind.percentage, Kind.phone, Kind.email, Kind.level}
    | {Kind.place, Kind.number, Kind.word}
)
_MOST = 6  # facts of a side that are named


def outdated(
    title: str,
    *,
    told_at: datetime,
    is_sent: bool,
    changed_at: datetime,
    lost: Sequence[Sequence[str]],
    gained: Sequence[Sequence[str]],
) -> str:
    """One sentence, e.g. `«Mercatino», inviata venerdì 27 novembre, è cambiata ...: prima X; ora Y.`

    Args:
        lost, gained: facts as (kind, value), the oldest edit's first.
    """
    where = f"{'inviata' if is_sent else 'nel bollettino di'} {giorno(told_at)}"
    sides = [("prima", _words(lost, gained)), ("ora", _words(gained, lost))]
    said = "; ".join(f"{name} {', '.join(words)}" for name, words in sides if words)
    what_now = (
        "Valuta una correzione." if is_sent else "Il testo del bollettino è quello di prima: correggilo."
    )
    changed = f"è cambiata sul sito {giorno_ora(changed_at)}"
    return f"«{title}», {where}, {changed}{': ' if said else ''}{said}. {what_now}"


def _words(these: Sequence[Sequence[str]], those: Sequence[Sequence[str]]) -> list[str]:
    """What of one side the other does not hold: an edit may take back an earlier one."""
    back = {tuple(fact) for fact in those}
    facts = [(Kind(kind), value) for kind, value in these if (kind, value) not in back]
    return list(dict.fromkeys(in_words(kind, value) for kind, value in facts if kind in _SAID))[:_MOST]


def in_words(kind: Kind, value: str) -> str:
    """The canonical value of a fact as an Italian reads it."""
    if kind is Kind.date and len(value) == 10:
        return giorno(date.fromisoformat(value))
    if kind is Kind.date:  # without a day or a year
        year, _, rest = ("", "", value[2:]) if value.startswith("--") else value.partition("-")
        month, _, day = rest.partition("-")
        return " ".join(filter(None, (day.lstrip("0"), MONTHS[int(month) - 1][0], year)))
    if kind is Kind.time:
        return f"ore {value}"
    if kind is Kind.amount:
        return f"{value.replace('.', ',')} euro"
    if kind is Kind.percentage:
        return f"{value.replace('.', ',')}%"
    return f"tel. {value}" if kind is Kind.phone else value

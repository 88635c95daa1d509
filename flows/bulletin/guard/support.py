"""Which facts of a source bear out a fact of a text written from it."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind, plain
from flows.bulletin.language.dates import WEEKDAYS

_NEAR_PAST, _NEAR_FUTURE = timedelta(days=60), timedelta(days=304)
_OCCURRENCES = 40
_LENDING = 40  # characters between a date and the one whose year it shares
_DAYS = (Kind.date, Kind.act_date)
_RUN_ON = re.compile(r" (?:ai|al|alla|alle|agli|in|presso|per) ")
_BODIES = frozenset({"comune", "comuni", "regione", "provincia", "stato", "italia"})
# What tells an editor as much as the word of the page does.
_AS_MUCH = {
    "chiuso": {"vietato", "sospeso", "interrotto", "non aperto"},
    "vietato": {"chiuso", "non consentito", "sospeso"},
    "aperto": {"riaperto", "non chiuso", "consentito"},
    "riaperto": {"aperto", "ripristinato"},
    "consentito": {"non vietato", "aperto"},
    "sospeso": {"interrotto", "chiuso"},
    "interrotto": {"sospeso", "chiuso"},
    "rinviato": {"prorogato"},
    "prorogato": {"rinviato"},
    "gratuito": {"non a pagamento"},
    "facoltativo": {"non obbligatorio"},
    "non aperto": {"chiuso"},
    "non chiuso": {"aperto"},
    "non consentito": {"vietato"},
    "non vietato": {"consentito"},
    "non a pagamento": {"gratuito"},
    "non obbligatorio": {"facoltativo"},
}
_NOT_FAR = 48  # characters
_LEAST_SUM = 100  # euros: a smaller number counts things
_CENTS = re.compile(r",\d\d$")
_EURO, _CLOSE = re.compile(r"\s(?:a|e|o|ad|-|–)\s[\d.,]+\s?(?:€|euro\b)", re.I), 30  # characters
_NAMED_DAY = 24  # characters between a weekday and the date that it is the day of


def capped(facts: Sequence[Fact]) -> list[Fact]:
    """At most forty occurrences of each fact: a page may repeat one thousands of times."""
    counts: Counter[tuple[Kind, str]] = Counter()
    occurrences = []
    for fact in facts:
        counts[fact.kind, fact.value] += 1
        if counts[fact.kind, fact.value] <= _OCCURRENCES:
            occurrences.append(fact)
    return occurrences


class Source:
    """The text that a summary was made from, with its facts."""

    def __init__(self, text: str, facts: Sequence[Fact], published: date | None) -> None:
        self._text = text
        self.facts = tuple(facts)
        self.published = published
        self._lent = _lent(text, self.facts)
        self._words = f" {plain(text)} "
        self._vocabulary = set(self._words.split())

    def supporting(self, fact: Fact) -> list[Fact]:
        """The facts of the source that tell `fact`, none where it tells something else."""
        return [witness for witness in self.facts if self._bears_out(witness, fact)]

    def _bears_out(self, witness: Fact, fact: Fact) -> bool:
        match fact.kind:
            case Kind.date | Kind.act_date:
                return self._tells_day(witness, fact)
            case Kind.weekday:
                return fact.value in self._weekdays(witness)
            case Kind.link:
                return _leads_to(witness, fact.value)
            case Kind.number:
                return self._counts(witness, fact.value)
            case Kind.amount if witness.kind is Kind.number:  # `da 7.501 a 15.000: 125 euro`
                is_sum = float(fact.value) >= _LEAST_SUM or self._is_price(witness)
                return witness.value == fact.value and is_sum
            case Kind.relative:
                return witness.kind is Kind.weekday and fact.value == witness.value
            case Kind.word:
                asked = {fact.value, *_AS_MUCH.get(fact.value, ())}
                return witness.kind is Kind.word and (
                    witness.value in asked or self._denied(witness) in asked
                )
            case Kind.ordinal | Kind.reference:
                return witness.value.split(" ")[-1] == fact.value.split(" ")[-1]
            case _:
                return (witness.kind, witness.value) == (fact.kind, fact.value)

    def _is_price(self, witness: Fact) -> bool:
        """Whether a number has cents, and a sum in euros close behind: `da 1,00 a 1,20 euro`."""
        behind = self._text[witness.end : witness.end + _CLOSE]
        return _CENTS.search(witness.shown) is not None and _EURO.match(behind) is not None

    def _denied(self, witness: Fact) -> str:
        """A word with a "non" far before it: `non tenere porte e finestre aperte`."""
        clause = re.split(r"[.;:\n]", self._text[max(0, witness.start - _NOT_FAR) : witness.start])[-1]
        return f"non {witness.value}" if re.search(r"\bnon\b", clause, re.I) else ""

    def has_words(self, fact: Fact) -> bool:
        """Whether a place stands there word for word, or every word of a name does."""
        if fact.kind is Kind.place:
            whole = _RUN_ON.split(fact.value)[0]  # `via Romita ai Servizi sociali`: the street is via Romita
            return (
                f" {whole} " in self._words
                or self._without_type(whole)
                or (" di " in whole and self._has_each(whole))
            )
        return self._has_each(fact.value)

    def _has_each(self, name: str) -> bool:
        """Whether each word stands there; what a Comune is needs no source."""
        return all(word in self._vocabulary or word in _BODIES for word in name.split() if len(word) > 2)

    def has_day(self, fact: Fact) -> bool:
        """Whether the source has that day of some other year."""
        kinds = {witness.kind for witness in self._of_day(fact.value)}
        return len(fact.value) == 10 and not kinds.isdisjoint((fact.kind, Kind.date))

    def is_of_an_act(self, fact: Fact) -> bool:
        """Whether the source has that day as the date of an act."""
        return any(witness.kind is Kind.act_date for witness in self._of_day(fact.value))

    def is_its_year(self, year: str) -> bool:
        """Whether a number is the year in which the source was published."""
        return self.published is not None and year == str(self.published.year)

    def year_of(self, day: str) -> int | None:
        """The year of `--11-30`: the source's, or the one that makes it near the day of publication.

        Where the source says the day also without a year, the year may be of something else: it counts
        only if the weekdays that stand there agree.
        """
        same = self._of_day(day)
        years = {witness.value[:4] for witness in same if len(witness.value) == 10}
        if len(years) == 1:
            year = int(next(iter(years)))
            its_weekday = weekday_of(day, year)
            if all(
                witness.weekday in ("", its_weekday) for witness in same if witness.value.startswith("--")
            ):
                return year
        if any(witness.value.startswith("--") for witness in same) or not same:
            return self._near(day) if self.published else None
        return None

    def weekday_of(self, day: str) -> str:
        """The weekday that the source itself gives to that day of the year; "" where it gives none."""
        yearless = [witness for witness in self._of_day(day) if witness.value.startswith("--")]
        weekdays = {witness.weekday for witness in yearless if witness.weekday}
        if not weekdays:  # `lunedì prossimo (26 luglio)`
            weekdays = {
                name
                for witness in yearless
                for other in self.facts
                if other.kind in (Kind.weekday, Kind.relative) and 0 <= witness.start - other.end < _NAMED_DAY
                for name in WEEKDAYS
                if name in other.value
            }
        return weekdays.pop() if len(weekdays) == 1 else ""

    def _of_day(self, day: str) -> list[Fact]:
        """Every date of that day of the year, an act's too."""
        return [witness for witness in self.facts if witness.kind in _DAYS and witness.value[-5:] == day[-5:]]

    def _tells_day(self, witness: Fact, fact: Fact) -> bool:
        if witness.kind not in _DAYS or (fact.kind is Kind.date and witness.kind is Kind.act_date):
            return False
        year, _, rest = _parts(fact.value)
        its_year, _, its_rest = _parts(witness.value)
        if not (its_rest == rest or (len(rest) == 2 and its_rest[:2] == rest)):
            return False
        if not year or year == its_year:
            return True
        if its_year or len(rest) != 5:
            return False
        return (witness.start, year) in self._lent or self.year_of(f"--{rest}") == int(year)

    def _weekdays(self, witness: Fact) -> set[str]:
        if witness.kind is Kind.weekday:
            return {witness.value}
        if witness.kind is Kind.relative:  # `| martedì |` of a table names its day
            return {name for name in WEEKDAYS if name in witness.value}
        if witness.kind is not Kind.date or len(_parts(witness.value)[2]) != 5:
            return set()
        return {witness.weekday, weekday_of(witness.value, self.year_of(f"--{witness.value[-5:]}"))}

    def _counts(self, witness: Fact, value: str) -> bool:
        if witness.kind in _DAYS and witness.value[:4] == value:
            return True
        if (
            witness.kind is Kind.amount and witness.value == value
        ):  # `400 euro se è il primo, 300 se è un altro`
            return True
        if witness.kind is Kind.ordinal and witness.value == value:
            return self._text[witness.end : witness.end + 1] == "C"  # `39 °C`
        if witness.kind is Kind.number:
            return (
                value in (witness.value, *witness.value.split("/")) or witness.value in value.split("/")[:1]
            )
        return witness.kind is Kind.reference and witness.value.split(" ")[-1] == value

    def _near(self, day: str) -> int | None:
        assert self.published is not None  # noqa: S101 - asked only where it is known
        for year in (self.published.year, self.published.year + 1, self.published.year - 1):
            try:
                then = date.fromisoformat(f"{year}-{day[-5:]}")
            except ValueError:
                continue  # 29 February
            if self.published - _NEAR_PAST <= then <= self.published + _NEAR_FUTURE:
                return year
        return None

    def _without_type(self, value: str) -> bool:
        name = value.split(" ", 1)[-1]
        return len(name) > 3 and f" {name} " in self._words


def _lent(text: str, facts: Sequence[Fact]) -> frozenset[tuple[int, str]]:
    """Dates without a year, by their place, with the year of the date behind them in the same sentence:
    `dal 3 ottobre e non oltre il 25 ottobre 2024`.
    """
    dates = [fact for fact in facts if fact.kind is Kind.date]
    lent = set()
    for before, after in pairwise(dates):
        between = text[before.end : after.start]
        is_dated = before.value.startswith("--") and len(after.value) == 10
        if is_dated and len(between) <= _LENDING and not re.search(r"[.;\n]", between):
            later = after.value[5:] >= before.value[2:]
            lent.add((before.start, after.value[:4] if later else str(int(after.value[:4]) - 1)))
    return frozenset(lent)


def weekday_of(day: str, year: int | None) -> str:
    """`lunedì` of a date with its year, of its own or given; "" where neither is known."""
    dated = day if len(day) == 10 else f"{year}{day[1:]}" if year else ""
    try:
        return WEEKDAYS[date.fromisoformat(dated).weekday()] if dated else ""
    except ValueError:
        return ""


def _parts(value: str) -> tuple[str, str, str]:
    """Year ("" where there is none), "-", and `11-30` or `11`."""
    return ("", "-", value[2:]) if value.startswith("--") else value.partition("-")


def _leads_to(witness: Fact, address: str) -> bool:
    if witness.kind is Kind.email:
        return witness.value.endswith(f"@{address}")
    return witness.kind is Kind.link and (witness.value == address or witness.value.startswith(f"{address}/"))

"""Which facts of a source bear out a fact of a text written from it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from flows.bulletin.facts.fact import Fact, Kind, plain
from flows.bulletin.language.dates import WEEKDAYS

_NEAR_PAST, _NEAR_FUTURE = timedelta(days=60), timedelta(days=304)
_OCCURRENCES = 40
_DAYS = (Kind.date, Kind.act_date)


def some(told: Sequence[Fact]) -> list[Fact]:
    """At most forty occurrences of each fact: a page may repeat one thousands of times."""
    counts: Counter[tuple[Kind, str]] = Counter()
    kept = []
    for fact in told:
        counts[fact.kind, fact.value] += 1
        if counts[fact.kind, fact.value] <= _OCCURRENCES:
            kept.append(fact)
    return kept


class Source:
    """The text that a summary was made from, with its facts."""

    def __init__(self, text: str, told: Sequence[Fact], published: date | None) -> None:
        self.told = tuple(told)
        self.published = published
        self._words = f" {plain(text)} "
        self._vocabulary = set(self._words.split())

    def supporting(self, fact: Fact) -> list[Fact]:
        """The facts of the source that tell `fact`, none where it tells something else."""
        match fact.kind:
            case Kind.date | Kind.act_date:
                return [one for one in self.told if self._tells_day(one, fact)]
            case Kind.weekday:
                return [one for one in self.told if fact.value in self._weekdays(one)]
            case Kind.link:
                return [one for one in self.told if _leads_to(one, fact.value)]
            case Kind.number:
                return [one for one in self.told if self._counts(one, fact.value)]
            case Kind.ordinal | Kind.reference:
                return [one for one in self.told if one.value.split(" ")[-1] == fact.value.split(" ")[-1]]
            case _:
                return [one for one in self.told if (one.kind, one.value) == (fact.kind, fact.value)]

    def has_words(self, fact: Fact) -> bool:
        """Whether a place stands there word for word, or every word of a name does."""
        if fact.kind is Kind.place:
            return f" {fact.value} " in self._words or self._without_type(fact.value)
        return all(word in self._vocabulary for word in fact.value.split() if len(word) > 2)

    def has_day(self, fact: Fact) -> bool:
        """Whether the source has that day of some other year."""
        same = [one for one in self.told if one.kind in _DAYS and one.value[-5:] == fact.value[-5:]]
        return len(fact.value) == 10 and any(fact.kind is one.kind or one.kind is Kind.date for one in same)

    def is_of_an_act(self, fact: Fact) -> bool:
        """Whether the source has that day as the date of an act."""
        return any(one.kind is Kind.act_date and one.value[-5:] == fact.value[-5:] for one in self.told)

    def is_its_year(self, number: str) -> bool:
        """Whether a number is the year in which the source was published."""
        return self.published is not None and number == str(self.published.year)

    def year_of(self, day: str) -> int | None:
        """The year of `--11-30`: the source's, or the one that makes it near the day of publication.

        Where the source says the day also without a year, the year may be of something else: it counts
        only if the weekdays that stand there agree.
        """
        same = [one for one in self.told if one.kind in _DAYS and one.value[-5:] == day[-5:]]
        years = {one.value[:4] for one in same if len(one.value) == 10}
        if len(years) == 1:
            year = int(next(iter(years)))
            its_weekday = weekday_of(day, year)
            if all(one.weekday in ("", its_weekday) for one in same if one.value.startswith("--")):
                return year
        if any(one.value.startswith("--") for one in same) or not same:
            return self._near(day) if self.published else None
        return None

    def weekday_of(self, day: str) -> str:
        """The weekday that the source itself gives to that day of the year; "" where it gives none."""
        same = [one for one in self.told if one.kind in _DAYS and one.value[-5:] == day[-5:]]
        given = {one.weekday for one in same if one.weekday and one.value.startswith("--")}
        return given.pop() if len(given) == 1 else ""

    def _tells_day(self, one: Fact, fact: Fact) -> bool:
        if one.kind not in _DAYS or (fact.kind is Kind.date and one.kind is Kind.act_date):
            return False
        year, _, rest = _parts(fact.value)
        its_year, _, its_rest = _parts(one.value)
        if not (its_rest == rest or (len(rest) == 2 and its_rest[:2] == rest)):
            return False
        if not year or year == its_year:
            return True
        return not its_year and len(rest) == 5 and self.year_of(f"--{rest}") == int(year)

    def _weekdays(self, one: Fact) -> set[str]:
        if one.kind is Kind.weekday:
            return {one.value}
        if one.kind is not Kind.date or len(_parts(one.value)[2]) != 5:
            return set()
        return {one.weekday, weekday_of(one.value, self.year_of(f"--{one.value[-5:]}"))}

    def _counts(self, one: Fact, value: str) -> bool:
        if one.kind in _DAYS and one.value[:4] == value:
            return True
        if one.kind is Kind.number:
            return value in (one.value, *one.value.split("/")) or one.value in value.split("/")[:1]
        return one.kind is Kind.reference and one.value.split(" ")[-1] == value

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


def weekday_of(day: str, year: int | None) -> str:
    """`lunedì` of a date with its year, of its own or given; "" where neither is known."""
    known = day if len(day) == 10 else f"{year}{day[1:]}" if year else ""
    try:
        return WEEKDAYS[date.fromisoformat(known).weekday()] if known else ""
    except ValueError:
        return ""


def _parts(value: str) -> tuple[str, str, str]:
    """Year ("" where there is none), "-", and `11-30` or `11`."""
    return ("", "-", value[2:]) if value.startswith("--") else value.partition("-")


def _leads_to(one: Fact, address: str) -> bool:
    if one.kind is Kind.email:
        return one.value.endswith(f"@{address}")
    return one.kind is Kind.link and (one.value == address or one.value.startswith(f"{address}/"))

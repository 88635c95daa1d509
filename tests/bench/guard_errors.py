"""Errors put into a faithful summary, kind by kind, as a hurried hand or a model would make them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from flows.bulletin.facts.dates import FULL_MONTH
from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.dates import WEEKDAYS

MONTHS = FULL_MONTH.split("|")
CONTRARY_FORMS = {
    "chiuso": "aperto",
    "chiusa": "aperta",
    "chiusi": "aperti",
    "chiuse": "aperte",
    "chiude": "apre",
    "chiusura": "apertura",
    "gratuito": "a pagamento",
    "gratuita": "a pagamento",
    "gratuiti": "a pagamento",
    "gratuitamente": "a pagamento",
    "obbligatorio": "facoltativo",
    "obbligatoria": "facoltativa",
    "obbligatorie": "facoltative",
    "vietato": "consentito",
    "vietata": "consentita",
    "annullato": "confermato",
    "annullata": "confermata",
    "sospeso": "confermato",
    "sospesa": "confermata",
    "rinviato": "confermato",
    "rinviata": "confermata",
}
CONTRARY_FORMS |= {
    other: one for one, other in CONTRARY_FORMS.items() if other.split()[0] not in ("a", "confermato")
} | {"a pagamento": "gratuito"}
# The contrary word, of something else, where the source has it not: the flip must still be seen.
ELSEWHERE = (
    "Per altre informazioni: il parcheggio di largo Bixio resta {}.",
    "Si ricorda che l'accesso alla palestra di Fara è {}.",
    "Nota: il servizio di bus navetta verso Trebaseleghe è {}.",
)


@dataclass(frozen=True)
class Case:
    """A wrong text, the kind of its error, and the source it is judged by."""

    error: str
    text: str
    source: str


def cases(text: str, source: str, random: Random) -> Iterator[Case]:
    """Every error that `text`, faithful to `source`, lends itself to; none whose result is still true."""
    told, there = facts(text), {(fact.kind, fact.value) for fact in facts(source)}
    for fact in told:
        for error, wrong in _altered(text, fact, random):
            new = {(one.kind, one.value) for one in facts(wrong)} - {(one.kind, one.value) for one in told}
            if error == "weekday" or (new and not new & there):
                yield Case(error, wrong, source)
    yield from (Case(error, wrong, source) for error, wrong in _invented(text, there))
    yield from (Case(error, wrong, source) for error, wrong in _exchanges(text, told))
    yield from (Case(error, wrong, source) for error, wrong in _of_another(text, source, told, random))
    yield from _flips(text, source, told)


def _altered(text: str, fact: Fact, random: Random) -> Iterator[tuple[str, str]]:
    shown = fact.shown
    match fact.kind:
        case Kind.date:
            if day := re.search(r"\d{1,2}(?!\d)", shown):
                other = str(random.choice([one for one in range(1, 29) if one != int(day[0])]))
                yield "day", _put(text, fact, shown[: day.start()] + other + shown[day.end() :])
            if month := re.search(FULL_MONTH, shown, re.IGNORECASE):
                other = random.choice([one for one in MONTHS if one != month[0].lower()])
                yield "month", _put(text, fact, shown.replace(month[0], other))
            if year := re.search(r"20\d\d", shown):
                yield (
                    "year",
                    _put(text, fact, shown.replace(year[0], str(int(year[0]) + random.choice((-1, 1, 2))))),
                )
            if fact.weekday and re.match(rf"{fact.weekday}", shown, re.IGNORECASE):
                other = random.choice([one for one in WEEKDAYS if one != fact.weekday])
                yield "weekday", _put(text, fact, other + shown[len(fact.weekday) :])
        case Kind.time:
            hour = re.search(r"\d{1,2}", shown)
            if hour:
                other = str(random.choice([one for one in range(6, 24) if one != int(hour[0])]))
                yield "hour", _put(text, fact, shown[: hour.start()] + other + shown[hour.end() :])
            if minute := re.search(r"(?<=[.:])\d\d", shown):
                other = random.choice([one for one in ("00", "15", "30", "45", "10") if one != minute[0]])
                yield "minute", _put(text, fact, shown[: minute.start()] + other)
        case Kind.amount | Kind.phone | Kind.percentage | Kind.number | Kind.reference | Kind.ordinal:
            places = [found.start() for found in re.finditer(r"\d", shown)]
            if places:
                at = (
                    random.choice(places[:-2] or places)
                    if fact.kind is Kind.amount
                    else random.choice(places)
                )
                other = random.choice([one for one in "123456789" if one != shown[at]])
                yield str(fact.kind), _put(text, fact, shown[:at] + other + shown[at + 1 :])
        case Kind.email | Kind.link:
            at = random.choice([found.start() for found in re.finditer(r"[a-z](?=\w*\.)", shown)] or [0])
            yield (
                str(fact.kind),
                _put(text, fact, shown[:at] + ("x" if shown[at] != "x" else "y") + shown[at + 1 :]),
            )
        case Kind.level:
            other = random.choice(
                [one for one in ("verde", "gialla", "arancione", "rossa") if one != fact.value]
            )
            yield "level", _put(text, fact, other)
        case Kind.place:
            yield "place", _put(text, fact, shown.split(" ")[0] + " Ermenegildo Zappalà")


def _invented(text: str, there: set[tuple[Kind, str]]) -> Iterator[tuple[str, str]]:
    end = text if text.rstrip().endswith(".") else f"{text}."
    yield "invented phone", f"{end} Info 0382 771045."
    yield "invented link", f"{end} Altro su www.eventi-zappala.it."
    yield "invented amount", f"{end} Costo 47 euro."
    yield "invented number", f"{end} Posti disponibili: settantuno."
    yield "invented name", f"{end} Interviene Ermenegildo Zappalà."
    yield "invented level", f"{end} Allerta arancione."
    if (Kind.word, "gratuito") not in there:
        yield "invented word", f"{end} Ingresso gratuito."
    if (Kind.word, "annullato") not in there:
        yield "invented word", f"{end} L'evento è annullato."


def _exchanges(text: str, told: tuple[Fact, ...]) -> Iterator[tuple[str, str]]:
    """Two facts in each other's place; not the members of one list, which mean the same in any order."""
    for kind in (Kind.date, Kind.time):
        some = [fact for fact in told if fact.kind is kind]
        for one, other in pairwise(some):
            between = text[one.end : other.start]
            if one.value == other.value or (
                kind is Kind.date and re.fullmatch(r"\W*(?:e|ed|o)?\W*", between)
            ):
                continue
            if re.fullmatch(r"\W*(?:e|ed)\W*(?:mese di )?", between) or _is_table(text, some, one, other):
                continue
            wrong = text[: one.start] + other.shown + between + one.shown + text[other.end :]
            moved = [(fact.value, fact.start) for fact in facts(wrong) if fact.kind is kind]
            if [value for value, _ in moved] == [fact.value for fact in some]:
                continue  # the month they shared made it another text
            if sorted(value[-5:] for value, _ in moved) == sorted(fact.value[-5:] for fact in some):
                yield f"exchanged {kind}s", wrong


def _of_another(text: str, source: str, told: tuple[Fact, ...], random: Random) -> Iterator[tuple[str, str]]:
    """A date or an hour that the source has of something else."""
    for kind in (Kind.date, Kind.time):
        ours = {fact.value[-5:] for fact in told if fact.kind is kind}
        others = [one for one in facts(source) if one.kind is kind and one.value[-5:] not in ours]
        for fact in told:
            if fact.kind is kind and others and len(fact.value) > 4:
                yield f"{kind} of another", _put(text, fact, random.choice(others).shown)


def _is_table(text: str, some: list[Fact], one: Fact, other: Fact) -> bool:
    """Whether the same words follow both (`2 ottobre ore 9, 9 ottobre ore 9`): no order to get wrong."""
    last = [fact.start for fact in some if fact.start >= other.end]
    follows = text[other.end : last[0] if last else len(text)]
    between = text[one.end : other.start]
    return len(between) > 8 and follows.strip().startswith(between.strip()[:40])


def _flips(text: str, source: str, told: tuple[Fact, ...]) -> Iterator[Case]:
    for fact in told:
        form = CONTRARY_FORMS.get(" ".join(fact.shown.lower().split()))
        if fact.kind is not Kind.word or form is None or fact.value.startswith("non "):
            continue
        wrong = _put(text, fact, form)
        value = {one.value for one in facts(form) if one.kind is Kind.word}
        both = value & {one.value for one in facts(source) if one.kind is Kind.word}
        yield Case("flip, both there" if both else "flip, absent", wrong, source)
        if not both:
            for index, sentence in enumerate(ELSEWHERE):
                extra = sentence.format(form)
                joined = f"{extra} {source}" if index == 1 else f"{source} {extra}"
                yield Case("flip, contrary elsewhere", wrong, joined)


def _put(text: str, fact: Fact, shown: str) -> str:
    return text[: fact.start] + shown + text[fact.end :]

"""CPU time of composing a bulletin from 500 candidates: `make bench` or `python -m tests.bench.compose`.

The texts are made up of sentences written here, as long as those of 50 real pages of Comuni (203 words on
average, quartiles 97, 158 and 257); one in ten is a copy of another at another address. It is
measured from an empty table of summaries, then again when nothing changed.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from db.engine import make_engine, transaction
from db.models import Origin
from db.news_items import NewsData, add
from db.schema import upgrade
from flows import compose
from flows.draft import evidence
from flows.draft import items as composing
from flows.settings import DEMO, Settings, load_profile
from tests.world.builders import make_source

CANDIDATES = 500
GOAL = 2.0  # seconds of CPU
ROUNDS = 3
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WORDS = (60, 97, 128, 158, 200, 257, 330, 400)
_MONTHS = {11: "novembre", 12: "dicembre", 1: "gennaio"}
_SUBJECTS = (
    "Via {n} chiusa al traffico per lavori",
    "Corso di {a} in biblioteca",
    "Contributi per {a}: domande aperte",
    "Mercato di {a} in piazza {n}",
    "Sportello {a}, nuovi orari",
    "Concerto di {a} al teatro {n}",
    "Raccolta di {a} nel quartiere {n}",
    "Avviso pubblico per {a}",
)
_SENTENCES = (
    "Da {day} a {later} la strada tra via {n} e piazza {m} resta chiusa dalle {h} alle 18:00.",
    "Le domande si presentano entro le 12:00 di {later} all'ufficio {a}, telefono 02 1234 {p}.",
    "L'ingresso è libero, i posti sono {p} e la prenotazione si fa scrivendo a {a}@comune.esempio.mi.it.",
    "Chi ha un ISEE fino a {p} euro paga la tariffa ridotta per {a}.",
    "L'incontro si tiene {day} alle {h} nella sala civica di via {n} {k}.",
    "Con l'ordinanza n. {k} del 3 novembre 2026 è vietata la sosta su entrambi i lati di via {m}.",
    "In caso di pioggia l'appuntamento con {a} è rinviato a {later}.",
    "Gli uffici di piazza {n} ricevono il martedì e il giovedì, su appuntamento, per {a}.",
    "Il servizio di {a} è gratuito per i residenti del quartiere {m}.",
    "Per saperne di più sul progetto di {a} si può chiedere alla segreteria di via {n}.",
)
_SYLLABLES = ("ra", "me", "li", "to", "sa", "ne", "vi", "do", "ca", "pe", "lu", "no", "ba", "fe", "gi", "mo")


@dataclass(frozen=True)
class Shares:
    """Seconds of CPU of one composition, and of its parts."""

    whole: float
    parts: dict[str, float]


class Writer:
    """Writes notices, alike from one run to the next."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def word(self) -> str:
        return "".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(3, 4)))

    def day(self, first: int, last: int) -> str:
        then = NOW + timedelta(days=self.chance.randint(first, last))
        return f"{then.day} {_MONTHS[then.month]}"

    def filled(self, texts: Sequence[str], places: Sequence[str]) -> str:
        """One of the texts, about these places."""
        return self.chance.choice(texts).format(
            n=places[0],
            m=places[1],
            a=self.word(),
            day=self.day(1, 20),
            later=self.day(21, 60),
            h=f"{self.chance.randint(8, 17)}:30",
            p=self.chance.randint(1000, 9999),
            k=self.chance.randint(2, 99),
        )

    def notice(self) -> tuple[str, str]:
        """Title and text."""
        places = self.word().title(), self.word().title()
        title, sentences, left = self.filled(_SUBJECTS, places), list[str](), self.chance.choice(WORDS)
        while left > 0:
            own = f"{self.word()} {self.word()} {self.word()}"  # words of one page, as real ones have them
            sentences.append(f"{self.filled(_SENTENCES, places)[:-1]}, {own}.")
            left -= len(sentences[-1].split())
        return title, "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


def town(count: int) -> list[NewsData]:
    """So many items of the last fortnight, the newest first."""
    writer = Writer(26)
    items: list[NewsData] = []
    for number in range(count):
        title, body = writer.notice()
        if number % 10 == 9:
            title, body = items[-1].title, f"{items[-1].body}\n\nPubblicato anche nella pagina del quartiere."
        address = f"https://www.comune.esempio.mi.it/novita/{number}/"
        published = NOW - timedelta(minutes=35 * number)
        items.append(NewsData(address, address, title, "", body, None, published, None))
    return items


def timed(parts: dict[str, float], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, its CPU time added to a part."""

    def wrapped(*given: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return call(*given, **named)
        finally:
            parts[name] = parts.get(name, 0.0) + time.process_time() - started

    return wrapped


def composed(settings: Settings, *, now: datetime) -> tuple[Shares, compose.Draft]:
    parts: dict[str, float] = {}
    steps = [(composing, "gather", "read and categorise"), (composing, "select", "select"),
             (compose, "write", "summarise"), (compose, "judged", "guard"),
             (compose, "evidence", "preview")]  # fmt: skip
    engine = make_engine(settings.database)
    patches = [
        patch.object(module, name, timed(parts, title, getattr(module, name)))
        for module, name, title in steps
    ]
    for one in patches:
        one.start()
    evidence._verdict.cache_clear()  # each round of ours is a process of a Comune's
    started = time.process_time()
    draft = compose.compose_draft(settings, engine, at_approval=False, now=now)
    whole = time.process_time() - started
    for one in patches:
        one.stop()
    return Shares(whole, parts), draft


def main() -> None:
    found: dict[str, list[Shares]] = {"first": [], "again": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            settings = Settings(load_profile(DEMO), DEMO, path, f"sqlite:///{path}/bench.db")
            engine = make_engine(settings.database)
            upgrade(engine)
            items = town(CANDIDATES)
            with transaction(engine) as session:
                add(session, make_source(session).id, items, origin=Origin.collected, now=NOW)
            for name in found:
                shares, draft = composed(settings, now=NOW)
                found[name].append(shares)
    told = len(draft.items) + len(draft.queue) + len(draft.left_out)
    if told != CANDIDATES or len(draft.items) != settings.profile.news_per_bulletin:
        sys.exit(f"bench: {told} of {CANDIDATES} candidates are accounted for; nothing is measured")
    words = sum(len(one.body.split()) for one in items) / len(items)
    print(f"one bulletin from {CANDIDATES} candidates of {words:.0f} words, seconds of CPU (goal {GOAL}):")
    for name, title in (("first", "nothing stored"), ("again", "nothing changed")):
        best = min(found[name], key=lambda shares: shares.whole)
        split = ", ".join(f"{part} {seconds:.2f}" for part, seconds in best.parts.items())
        print(f"  {title:<16}{best.whole:5.2f}   {split}")


if __name__ == "__main__":
    main()

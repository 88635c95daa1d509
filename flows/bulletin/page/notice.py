"""A notice as it was read: sentences that may stand as they are, rows, lists, its kind and slots.

Nothing here decides what a citizen is told; it only says what the page says, and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flows.bulletin.facts.fact import plain


class Kind(StrEnum):
    """What a notice is about, by what a citizen must be told of it."""

    event = "event"
    programme = "programme"  # several events, or one with several parts
    deadline = "deadline"  # a call, a contribution, an enrolment
    job = "job"
    road = "road"
    supply_cut = "supply_cut"
    hours = "hours"  # an office, a library, a park closed or open at other times
    service = "service"  # how one gets something done
    health = "health"
    recall = "recall"
    alert = "alert"
    result = "result"  # a ranking, a prize, an outcome
    act = "act"  # an ordinance, a plan on deposit
    campaign = "campaign"
    other = "other"
    nothing = "nothing"  # no notice at all: a home page, a list of links, a form


OCCASIONS = frozenset({Kind.event, Kind.programme})
"""What one goes to: it has a day, an hour and a place of its own."""
IN_ITALIAN = {
    Kind.event: "evento",
    Kind.programme: "programma di più appuntamenti",
    Kind.deadline: "bando o scadenza",
    Kind.job: "lavoro",
    Kind.road: "viabilità",
    Kind.supply_cut: "interruzione di un servizio a rete",
    Kind.hours: "chiusura o orari",
    Kind.service: "servizio",
    Kind.health: "salute",
    Kind.recall: "richiamo di un prodotto",
    Kind.alert: "allerta",
    Kind.result: "esito",
    Kind.act: "atto",
    Kind.campaign: "campagna",
    Kind.other: "altro avviso",
    Kind.nothing: "nessuna notizia",
}
"""Each kind as an editor and a model read it."""


class Slot(StrEnum):
    """What a citizen may have to be told."""

    what = "what"
    when = "when"
    hours = "hours"
    place = "place"
    who = "who"
    amount = "amount"
    deadline = "deadline"
    how = "how"
    exception = "exception"
    todo = "todo"
    until = "until"
    level = "level"
    hazard = "hazard"
    zone = "zone"
    product = "product"
    risk = "risk"
    fine = "fine"
    status = "status"  # put off, called off, extended, closed, open again


@dataclass(frozen=True)
class Row:
    """What the page says together, in its own words ("" what this row does not tell).

    Facts of two rows never share a clause. Rows with one `list` above 0 are parallel: a text tells all of
    them, a true range, or that there are others. `start` and `end` are the row's place in `Notice.source`.
    """

    what: str = ""
    when: str = ""
    hours: str = ""
    place: str = ""
    who: str = ""
    amount: str = ""
    deadline: str = ""
    list: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Listing:
    """An enumeration: the words that announce it ("Per la domanda servono") and every item, as on the page.

    `is_whole` is false where the page itself goes on elsewhere or the text was cut.
    """

    lead: str
    items: tuple[str, ...]
    is_whole: bool = True
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Told:
    """What the page tells for one slot: its own words, and the whole sentence where it stands in one."""

    words: str
    sentence: str = ""
    row: Row | None = None


@dataclass(frozen=True)
class Notice:
    """A page that was read.

    `source` is all of its text (title, abstract, body; repaired, relative days resolved) as the guard takes
    it. `abstract` and `prose` are whole sentences of the office, each fit to stand alone, in order.
    `unreadable` quotes the beginning of each table of which no facts could be had. `is_cut`: the text ends
    in the middle, as the teasers of a list do.
    """

    title: str
    source: str
    kind: Kind = Kind.other
    abstract: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    listings: tuple[Listing, ...] = ()
    unreadable: tuple[str, ...] = ()
    is_cut: bool = False
    slots: Mapping[Slot, tuple[Told, ...]] = field(default_factory=dict)

    @property
    def rows_told(self) -> tuple[str, ...]:
        """Each row on one line, its parts in the page's words: `Yoga | 4 maggio | ore 18 | Sala Verdi`."""
        return tuple(
            " | ".join(
                filter(None, (row.what, row.when, row.hours, row.place, row.who, row.amount, row.deadline))
            )
            for row in self.rows
        )

    @property
    def body(self) -> str:
        """The source below its title."""
        return below(self.title, self.source)


def below(title: str, source: str) -> str:
    """A page's text without the title that opens it, in whatever capitals; all of it where none does."""
    if source.startswith(title):
        return source[len(title) :]
    first, _, rest = source.partition("\n")
    return rest if plain(first) == plain(title) else source

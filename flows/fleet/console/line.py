"""How one Comune is doing, in a line, and what of it asks for a person. Pure; no person's data is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from db.deliveries import Certificate
from db.models import BulletinStatus, Level
from flows.doctor import heartbeat
from flows.watchdog.trouble import Trouble

SOON = timedelta(hours=1)  # before its time ends, a draft presses


class Need(StrEnum):
    """What asks for a person, the most pressing first; the value is its name for programs."""

    ill = "ill"
    silent = "silent"
    alert_untold = "alert_untold"
    alerts_unread = "alerts_unread"
    urgent_draft = "urgent_draft"
    stopped = "stopped"
    late = "late"
    draft_due = "draft_due"
    broken = "broken"
    nobody = "nobody"
    by_hand = "by_hand"
    number = "number"
    backup = "backup"
    ceiling = "ceiling"
    uncertain = "uncertain"
    news_unread = "news_unread"
    draft = "draft"

    @property
    def rank(self) -> int:
        return RANKS[self]

    @property
    def words(self) -> str:
        return WORDS[self]

    @property
    def grade(self) -> str:
        """`subito`, `oggi`, or `attesa`: what takes its course, and has time."""
        return "attesa" if self == Need.draft else "subito" if self.rank <= Need.nobody.rank else "oggi"


RANKS = {need: rank for rank, need in enumerate(Need)}
WORDS = {
    Need.ill: "non si legge",
    Need.silent: "sorveglia è ferma",
    Need.alert_untold: "allerta non annunciata",
    Need.alerts_unread: "allerte non lette",
    Need.urgent_draft: "messaggio urgente da decidere",
    Need.stopped: "invio fermo",
    Need.late: "approvato e non partito",
    Need.draft_due: "bozza in scadenza",
    Need.broken: "promessa non mantenuta",
    Need.nobody: "nessuno di turno",
    Need.by_hand: "da inviare a mano",
    Need.number: "numero segnalato",
    Need.backup: "copia vecchia o mancante",
    Need.ceiling: "tetto di spesa raggiunto",
    Need.uncertain: "messaggi incerti",
    Need.news_unread: "notizie non lette",
    Need.draft: "bozza da decidere",
}


@dataclass(frozen=True)
class Draft:
    """One that nobody has decided of."""

    due_at: datetime | None
    is_urgent: bool = False


@dataclass(frozen=True)
class Send:
    """The last one that left, or is leaving. `arrived`: None where nobody knows, or so few got it that it
    would tell of each.
    """

    at: datetime
    status: BulletinStatus
    count: Certificate
    arrived: int | None = None


@dataclass(frozen=True)
class Read:
    """How the sources of one kind do. `at`: when the one was read that was not read for longest; None where
    one never was.
    """

    at: datetime | None = None
    unread: int = 0  # sources that were not read for too long


@dataclass(frozen=True)
class Alert:
    """The highest level that holds, or is announced for the hours ahead."""

    level: Level
    until: datetime


@dataclass(frozen=True)
class Spent:
    """In this month. `amount`: None where the profile has no prices."""

    messages: int = 0
    amount: Decimal | None = None
    currency: str = "EUR"
    is_at_ceiling: bool = False


@dataclass(frozen=True)
class Line:
    """Of one Comune at one moment; what nobody can say is None.

    `ill`: why it is not served as it should be.
    """

    slug: str
    name: str = ""
    read_at: datetime | None = None
    ill: str = ""
    last_round: datetime | None = None  # of `sorveglia`
    news: Read = Read()
    alerts: Read = Read()
    drafts: tuple[Draft, ...] | None = None
    next_slot: datetime | None = None
    subscribers: int | None = None
    last: Send | None = None
    stopped: int = 0  # bulletins that wait for a person to go on, or to end them
    late: int = 0  # that were approved, and have not left
    by_hand: int = 0  # that a person is sending
    uncertain: int = 0  # of which messages are uncertain for long
    alert: Alert | None = None
    untold: int = 0  # days with an alert that citizens should have been told by now
    broken: tuple[Trouble, ...] = ()  # what else the watchdog sees
    is_somebody_on_duty: bool = True
    number: tuple[str, ...] = ()  # the provider's last words on it
    is_number_ill: bool = False
    is_by_hand: bool = False  # has no account at the provider
    spent: Spent | None = None
    backup_at: datetime | None = None
    is_backup_ill: bool = False
    revision: str | None = None  # of the database

    @property
    def is_read(self) -> bool:
        """Else all that is known of it is why not."""
        return self.read_at is not None

    @property
    def due_at(self) -> datetime | None:
        """When the first draft's time ends."""
        return min((one.due_at for one in self.drafts or () if one.due_at), default=None)

    def silence(self, now: datetime) -> str:
        """For the operator; "" where `sorveglia` makes its rounds, or nobody can say."""
        if self.last_round is None:
            return "sorveglia has made no round yet" if self.is_read else ""
        if now - self.last_round <= heartbeat.TOO_OLD:
            return ""
        return f"sorveglia has made no round since {self.last_round.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def needs(self, now: datetime) -> tuple[Need, ...]:
        """The most pressing first."""
        drafts = self.drafts or ()
        is_due = self.due_at is not None and self.due_at - now <= SOON
        found = {
            Need.ill: self.ill,
            Need.silent: self.silence(now),
            Need.alert_untold: self.untold,
            Need.alerts_unread: self.alerts.unread,
            Need.urgent_draft: any(one.is_urgent for one in drafts),
            Need.stopped: self.stopped,
            Need.late: self.late,
            Need.draft_due: is_due,
            Need.broken: self.broken,
            Need.nobody: not self.is_somebody_on_duty,
            Need.by_hand: self.by_hand,
            Need.number: self.is_number_ill,
            Need.backup: self.is_backup_ill,
            Need.ceiling: self.spent is not None and self.spent.is_at_ceiling,
            Need.uncertain: self.uncertain,
            Need.news_unread: self.news.unread,
            Need.draft: any(not one.is_urgent for one in drafts) and not is_due,
        }
        return tuple(need for need in Need if found[need])


def ordered(lines: Iterable[Line], now: datetime) -> list[Line]:
    """Who needs a person comes first: by what presses most, then by the time that ends first."""
    never = datetime.max.replace(tzinfo=UTC)

    def place(line: Line) -> tuple[int, datetime, str]:
        needs = line.needs(now)
        return needs[0].rank if needs else len(Need), line.due_at or never, line.slug

    return sorted(lines, key=place)

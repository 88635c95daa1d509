"""When the next editor is called for a bulletin that cannot wait, and what a call says. Pure.

The words stand in deployments/texts.toml: [modelli.redazione_urgente], which Meta approved, and [sms].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import Call, CallStatus
from flows.bulletin.alerts.urgent import Quiet
from flows.bulletin.language.dates import WEEKDAYS, alle_ore, giorno, in_rome, ora, scadenza
from flows.bulletin.language.markup import parameter
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import BODY_LIMIT, Frame, fill
from flows.bulletin.message.sms import fits, written

SLACK = timedelta(minutes=1)  # whoever looks every five minutes comes some seconds sooner or later
LOST = (CallStatus.refused, CallStatus.late)


@dataclass(frozen=True)
class Pace:
    """How often somebody is called, and when nobody is disturbed for what can wait."""

    every: timedelta
    quiet: Quiet

    def is_due(
        self, calls: Sequence[Call], answered_at: datetime | None, begins: datetime | None, now: datetime
    ) -> bool:
        """Whether it is somebody's turn now.

        Args:
            calls: about the text that waits, oldest first; those of the last turn share their number.
            answered_at: when an editor last confirmed the form without a decision: somebody is at it.
            begins: of what is announced. What begins well after the quiet hours waits for their end.
        """
        if begins is not None and self.quiet.wait(now, begins) > now:
            return False
        last = [call for call in calls if call.turn == calls[-1].turn] if calls else []
        if not last or all(call.status in LOST for call in last):  # nobody was reached: no reason to wait
            return True
        since = max([last[0].called_at, *([answered_at] if answered_at else [])])
        return now >= since + self.every - SLACK


@dataclass(frozen=True)
class Summons:
    """One call: for what, until when, who is next, what happens without an answer, and where the form is."""

    what: str  # "allerta ARANCIONE (livello 3 su 4) per temporali forti, dalle 0 alle 24 di ..."
    short: str  # "ALLERTA ARANCIONE"
    until: datetime
    after: str  # whom we then write to, `ad Anna Redazione`, with the telephone where it is known
    otherwise: str  # "NON si invia niente a 4.850 persone"
    link: str
    ending: str  # the same in few words: "NON si invia"
    is_last: bool = False  # nobody is called after it
    is_alone: bool = False  # whoever is called now is called after it, too
    due: datetime | None = None  # until when it can be decided at all, as letters and form say it
    begins: datetime | None = None  # of what is announced, where that is before `due`
    prova: str = ""  # before what is not the real service

    def values(self, frame: Frame) -> tuple[str, ...]:
        """The variables of `redazione_urgente`; what is announced is cut where the message has no room."""
        clock = f"{_clock(self.until)} di {giorno(self.until)}"
        ends = f"{self.otherwise} ({self._when})" if self.due else self.otherwise
        rest = tuple(parameter(text) for text in (clock, self.after, ends))
        what = parameter(self.what)
        room = BODY_LIMIT - utf16(fill(frame, ("", *rest)))
        if utf16(what) > room:
            what = f"{what[: max(room - 1, 0)].rsplit(' ', 1)[0]}…"
        return (what, *rest)

    @property
    def _when(self) -> str:
        """Until when somebody has to decide: before it begins, and at the very last while it lasts."""
        last = f"entro {scadenza(self.due)}" if self.due else ""
        if self.begins is None:
            return f"si decide {last}"
        return f"comincia {alle_ore(self.begins)}: si decide prima, al più tardi {last}"

    def sms(self, words: Mapping[str, str]) -> str:
        """One SMS of 160 characters; what does not fit goes from the end, the address of the form last."""
        until = f", entro {_short(self.due)}" if self.due else ""
        if self.due and self.begins:
            until = f", prima {_before(self.begins)}"
        for due in dict.fromkeys((until, "")):
            head = words["testa"].format(prova=self.prova, cosa=self.short, entro=due, link=self.link)
            again = words["coda_da_solo" if self.is_alone else "coda"]
            for tail in ("" if self.is_last else again, words["coda_breve"], ""):
                if self.is_last and not tail:
                    continue
                text = written(f"{head} {tail.format(ora=_clock(self.until), esito=self.ending)}".strip())
                if fits(text):
                    return text
        bare = written(words["breve"].format(prova=self.prova, link=self.link))
        return bare if fits(bare) else written(words["senza_link"].format(prova=self.prova))


def _clock(moment: datetime) -> str:
    """`15:05`, and `15:00` where `ora` says 15: an hour alone is no time of a clock."""
    hour = ora(moment)
    return hour if ":" in hour else f"{hour}:00"


def _before(begins: datetime) -> str:
    """`dell'1 del 6/12`, and `di domenica 6/12` of what begins at midnight, which opens its day."""
    local, hour = in_rome(begins), ora(begins)
    if (local.hour, local.minute) == (0, 0):
        return f"di {WEEKDAYS[local.weekday()]} {local.day}/{local.month}"
    article = "dell'" if hour.split(":")[0] == "1" else "delle "
    return f"{article}{hour} del {local.day}/{local.month}"


def _short(due: datetime) -> str:
    """`le 18 del 3/12`; midnight closes the day before it, `le 24 del 3/12`."""
    local, hour = in_rome(due), ora(due)
    if (local.hour, local.minute) == (0, 0):
        local, hour = local - timedelta(days=1), "24"
    article = "l'" if hour.split(":")[0] == "1" else "le "
    return f"{article}{hour} del {local.day}/{local.month}"

"""The lines of a fleet as one page, in Italian: without a script, so that it also prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from db.models import BulletinStatus
from flows.bulletin.language.dates import WEEKDAYS, giorno_ora, in_rome
from flows.bulletin.language.measure import thousands
from flows.bulletin.status import STATUS, counted
from flows.fleet.console.line import Line, Need, Send, ordered
from flows.sending.costs import UNKNOWN, euros

STYLE = (Path(__file__).parent / "static" / "console.css").read_bytes()
OLD = timedelta(minutes=2)
WEEK = timedelta(days=6)  # within which a weekday tells which day is meant
WORDS = {
    "GREEN": "verde",
    "YELLOW": "gialla",
    "RED": "ROSSA",
    "UNFLAGGED": "in regola",
    "FLAGGED": "SEGNALATO",
    "CONNECTED": "collegato",
    "RESTRICTED": "LIMITATO",
    "ACCOUNT_RESTRICTION": "LIMITATO",
    "ACCOUNT_VIOLATION": "VIOLAZIONE",
    "BANNED": "BLOCCATO",
    "DISCONNECTED": "SCOLLEGATO",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Row:
    """One line of the table, in words; a cell of several lines is a tuple."""

    name: str
    slug: str
    needs: tuple[Need, ...]
    why: str
    is_read: bool
    read: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    alert: str = ""
    number: str = ""
    subscribers: str = ""
    spent: str = ""
    backup: str = ""

    @property
    def grade(self) -> str:
        return self.needs[0].grade if self.needs else "bene"


def html(lines: Sequence[Line], *, now: datetime, version: str) -> str:
    rows = [_row(line, now) for line in ordered(lines, now)]
    grades = [row.grade for row in rows]
    return _templates.get_template("console.html").render(
        rows=rows,
        at=giorno_ora(now),
        version=", schema ".join([version, *sorted({line.revision for line in lines if line.revision})]),
        sums=[
            ("Comuni", thousands(len(rows))),
            ("chiedono qualcuno subito", str(grades.count("subito"))),
            ("da guardare oggi", str(grades.count("oggi"))),
            ("con bozze che aspettano", str(sum(bool(line.drafts) for line in lines))),
            ("con un'allerta", str(sum(line.alert is not None for line in lines))),
        ],
    )


def _row(line: Line, now: datetime) -> Row:
    last = f"ultimo giro di sorveglia: {_when(line.last_round, now)}" if line.silence(now) else ""
    broken = ", ".join(one.name for one in line.broken)
    ill = f"per chi gestisce il server: {line.ill}" if line.ill else ""  # in his English, or the program's
    why = "; ".join(filter(None, [ill, last, broken]))
    name = line.name.removeprefix("Comune di ") or line.slug  # a column of one letter is hard to read
    head = Row(name, line.slug, line.needs(now), why, line.is_read)
    if not line.is_read:
        return head
    number = ", ".join(WORDS.get(word, word.replace("_", " ")) for word in dict.fromkeys(line.number))
    return Row(
        head.name,
        head.slug,
        head.needs,
        head.why,
        is_read=True,
        read=(
            *_old(line, now),
            f"notizie {_when(line.news.at, now)}",
            f"allerte {_when(line.alerts.at, now)}",
        ),
        drafts=_drafts(line, now),
        sent=_sent(line.last, now) if line.last else ("mai",),
        alert=f"{line.alert.level} fino a {_when(line.alert.until, now)}" if line.alert else "nessuna",
        number="a mano" if line.is_by_hand else number or "non detto",
        subscribers=thousands(line.subscribers or 0),
        spent=_spent(line),
        backup=_when(line.backup_at, now) if line.backup_at else "nessuna",
    )


def _old(line: Line, now: datetime) -> tuple[str, ...]:
    """A word where nobody had the time to look again."""
    is_old = line.read_at is not None and now - line.read_at > OLD
    return (f"riga di {_when(line.read_at, now)}",) if is_old else ()


def _drafts(line: Line, now: datetime) -> tuple[str, ...]:
    following = (f"invio {_when(line.next_slot, now)}",) if line.next_slot else ()
    if not line.drafts:
        return ("nessuna", *following)
    until = f", fino a {_when(line.due_at, now)}" if line.due_at else ""
    return (f"{counted(len(line.drafts), 'bozza', 'bozze')}{until}", *following)


def _sent(send: Send, now: datetime) -> tuple[str, ...]:
    count = send.count
    left = f"{thousands(count.accepted + count.declared)} su {thousands(count.planned)}"
    state = "" if send.status == BulletinStatus.sent else f", {STATUS[send.status]}"
    rest = {
        "arrivati": send.arrived or 0,
        "non arrivati": count.failed,
        "saltati": count.skipped,
        "incerti": count.uncertain,
        "da inviare": count.open,
    }
    told = ", ".join(f"{words} {thousands(number)}" for words, number in rest.items() if number)
    return (f"{_when(send.at, now)}{state}: {left}", *([told] if told else []))


def _spent(line: Line) -> str:
    if line.spent is None or line.spent.amount is None:
        return UNKNOWN
    return euros(line.spent.amount, line.spent.currency)


def _when(moment: datetime | None, now: datetime) -> str:
    """`10:45` of today, `ven 27/11 14:40`, `3/10/2026`: short enough for a table."""
    if moment is None:
        return "mai"
    local, today = in_rome(moment), in_rome(now).date()
    clock = f"{local.hour}:{local.minute:02}"
    if local.date() == today:
        return clock
    if abs(local.date() - today) <= WEEK:
        return f"{WEEKDAYS[local.weekday()][:3]} {local.day}/{local.month} {clock}"
    return f"{local.day}/{local.month}/{local.year}"

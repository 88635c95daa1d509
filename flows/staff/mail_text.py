"""What is written to editors by e-mail: a subject and a text in Italian, and the same text as simple HTML.

The words stand in deployments/texts.toml under [posta]. Nothing of a citizen ever stands in a letter.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.desk.people import warnings
from flows.bulletin.desk.provenance import Judged

SUBJECT_LIMIT = 150  # characters; a list of mails shows about 70
_PLACE = re.compile(r"\{(\w+)\}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_HEADING = re.compile(r"^[A-ZÀÈÉÌÒÙ][A-ZÀÈÉÌÒÙ' ]{5,}(?: \(.*\))?$")


@dataclass(frozen=True)
class Written:
    """One letter before it has an addressee's row."""

    subject: str  # one line
    text: str

    @property
    def html(self) -> str:
        return html(self.text)


@dataclass(frozen=True)
class Desk:
    """What the letters about one bulletin tell of it. Times are aware."""

    slot_at: datetime | None  # None: it goes at approval
    deadline_at: datetime | None
    reminder_at: datetime | None
    deputy_at: datetime | None
    deputy: str  # who is called then
    preview: str
    attention: Sequence[str]
    left_out: Sequence[str]
    count: int  # of the news
    readers: int
    cost: str  # of this send, estimated
    link: str

    @property
    def title(self) -> str:
        return title(self.slot_at)

    @property
    def values(self) -> dict[str, str]:
        """For the `{name}` places of the texts."""
        at, due = self.slot_at, self.deadline_at
        return {
            "bollettino": self.title,
            "n_notizie": "1 notizia" if self.count == 1 else f"{self.count} notizie",
            "entro": f"entro {giorno_ora(due)}" if due else "appena puoi",
            "se_approvi": f"Se lo approvi entro {giorno_ora(due)}, parte {giorno_ora(at)}"
            if due and at
            else "Parte appena lo approvi,",
            "partenza": f"parte {giorno_ora(at)}" if at else "parte appena approvato",
            "iscritti": people(self.readers),
            "costo": self.cost,
            "anteprima": self.preview,
            "avvisi": bullets(self.attention, "Niente di particolare."),
            "lasciate_fuori": bullets(self.left_out, "Niente."),
            "link": self.link,
            "se_non_fai_niente": self._otherwise,
            "vice": self.deputy,
        }

    @property
    def _otherwise(self) -> str:
        told = []
        if self.reminder_at:
            told.append(f"{giorno_ora(self.reminder_at)}: ti scriviamo di nuovo.")
        if self.deputy_at:
            told.append(f"{giorno_ora(self.deputy_at)}: scriviamo a {self.deputy}.")
        end = "Senza approvazione non parte niente"
        if self.deadline_at:
            end += " e le notizie ancora valide passano al bollettino successivo"
        return "\n".join([*told, f"{end}."])


def title(slot_at: datetime | None) -> str:
    """`bollettino di martedì 1 dicembre`."""
    return f"bollettino di {giorno(slot_at)}" if slot_at else "bollettino da inviare subito"


def people(count: int) -> str:
    return "1 persona" if count == 1 else f"{count:,} persone".replace(",", ".")


def left(now: datetime, until: datetime) -> str:
    """How long there is still time: `45 minuti`, `2 ore`."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    if minutes < 120:
        return "1 minuto" if minutes == 1 else f"{minutes} minuti"
    return f"{minutes // 60} ore"


def bullets(lines: Sequence[str], empty: str) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines) or empty


def attention(items: Sequence[Judged]) -> list[str]:
    """What to look at before approving, one line each, by the number of the item."""
    found = []
    for number, one in enumerate(items, start=1):
        told = [*one.verdict.blocked, *one.verdict.warnings] if one.verdict else []
        told += warnings(one.item.text, is_act=one.item.is_act)
        found += [f"Notizia {number}: {line}" for line in told]
    return found


def write(words: Mapping[str, str], values: Mapping[str, str], *, prova: str = "") -> Written:
    """A letter from its table in [posta]; `prova` stands before the subject of what is not the real service.

    Raises:
        KeyError: when the text wants a value that is not given.
    """
    text = _filled(words["testo"].strip(), values)
    return Written(subject_line(prova + _filled(words["oggetto"], values)), text)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values[found[1]], text)


def subject_line(text: str) -> str:
    """One line without control characters: what a site calls its news must not become a header."""
    plain = "".join(" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in text)
    one_line = " ".join(plain.split())
    return one_line if len(one_line) <= SUBJECT_LIMIT else f"{one_line[: SUBJECT_LIMIT - 1].rstrip()}…"


def html(text: str) -> str:
    """The text as HTML that needs nothing from outside: no picture, script or style of others."""
    lines = [_line(line) for line in text.split("\n")]
    body = "\n".join(lines)
    return (
        '<!doctype html><html lang="it"><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;font-size:16px;line-height:1.45;max-width:40em">'
        f'<div style="white-space:pre-wrap">{body}</div></body></html>'
    )


def _line(line: str) -> str:
    parts, end = [], 0
    for found in _ADDRESS.finditer(line):
        parts += [escape(line[end : found.start()]), _link(found[0])]
        end = found.end()
    shown = "".join([*parts, escape(line[end:])])
    return f"<strong>{shown}</strong>" if _HEADING.match(line) else shown


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'

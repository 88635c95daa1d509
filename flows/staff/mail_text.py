"""What is written to editors by e-mail: a subject and a text in Italian, and the same text as simple HTML.

The words stand in deployments/texts.toml under [posta]. Nothing of a citizen ever stands in a letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from flows.bulletin.language.shorten import one_line
from flows.bulletin.status import counted

SUBJECT_LIMIT = 150  # characters; a list of mails shows about 70
_PLACE = re.compile(r"\{(\w+)\}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_HEADING = re.compile(r"^[A-ZÀÈÉÌÒÙ][A-ZÀÈÉÌÒÙ' ]{5,}(?: \(.*\))?$")


@dataclass(frozen=True)
class Wording:
    """One letter before it has an addressee's row."""

    subject: str  # one line
    text: str

    @property
    def html(self) -> str:
        return html(self.text)


def left(now: datetime, until: datetime) -> str:
    """How long there is still time: `45 minuti`, `2 ore`."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    if minutes < 120:
        return counted(minutes, "minuto", "minuti")
    return f"{minutes // 60} ore"


def to_whom(names: str) -> str:
    """`a Bruno Vice`, `ad Anna Redazione e Bruno Vice`: the d stands before the same vowel only."""
    return f"{'ad' if names[:1].upper() in ('A', 'À') else 'a'} {names}"


def bullets(lines: Sequence[str], empty: str) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines) or empty


def write(words: Mapping[str, str], values: Mapping[str, str], *, prova: str = "") -> Wording:
    """A letter from its table in [posta]; `prova` stands before the subject of what is not the real service.

    Raises:
        KeyError: when the text wants a value that is not given.
    """
    text = _filled(words["testo"].strip(), values)
    return Wording(one_line(prova + _filled(words["oggetto"], values), SUBJECT_LIMIT), text)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values[place[1]], text)


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
    for address in _ADDRESS.finditer(line):
        parts += [escape(line[end : address.start()]), _link(address[0])]
        end = address.end()
    marked = "".join([*parts, escape(line[end:])])
    return f"<strong>{marked}</strong>" if _HEADING.match(line) else marked


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'

"""The message: a template's static frame, what the editor fills it with, and the seal on both."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flows.bulletin.language.markup import parameter
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.relative_days import troubles

# of a template's body with the values in; Meta does not say the unit, UTF-16 is the largest
BODY_LIMIT = 1024
_VARIABLE = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True)
class Frame:
    """A bulletin template as submitted to Meta.

    `body` holds `{{1}}` to `{{n}}` for the items, in order, and `{{n+1}}` for the date.
    """

    name: str
    header: str
    body: str
    footer: str
    button: str

    @property
    def variables(self) -> int:
        return len(set(_VARIABLE.findall(self.body)))


def fill(frame: Frame, parameters: Sequence[str]) -> str:
    """The body as the phone gets it.

    Raises:
        ValueError: when the number of values is not that of the variables.
    """
    if len(parameters) != frame.variables:
        raise ValueError(f"{frame.name} has {frame.variables} variables, not {len(parameters)}")
    return _VARIABLE.sub(lambda match: parameters[int(match[1]) - 1], frame.body)


def budget(frame: Frame, date_text: str) -> int:
    """UTF-16 units that the items share."""
    return BODY_LIMIT - utf16(_VARIABLE.sub("", frame.body)) - utf16(parameter(date_text))


def per_item(total: int, items: int) -> int:
    """An equal share of the budget, as advice: only the total is a limit."""
    return total // items


def parameters(texts: Sequence[str], date_text: str) -> tuple[str, ...]:
    """The template's values, in order: the items, then the date; a fixed template has none ("")."""
    return tuple(parameter(text) for text in (*texts, *([date_text] if date_text else [])))


def problems(texts: Sequence[str], *, total: int, boxes: Sequence[str] = ()) -> list[str]:
    """Why these item texts cannot be sent, in Italian for the editor; empty when they can.

    `boxes`: of a fixed text the field of each line, as the editor's form calls it: no line can be taken out.
    """
    if not texts:
        return ["Non c'è nessuna notizia: lasciane almeno una, oppure scegli di non inviare."]
    places = [f"Riquadro «{box}»" for box in boxes] or [f"Notizia {n}" for n in range(1, len(texts) + 1)]
    way_out = "" if boxes else ", oppure togli la notizia dall'ordine"
    faults = [
        f"{place}: il testo è vuoto. Scrivilo{way_out}."
        for place, text in zip(places, texts, strict=True)
        if not parameter(text)
    ]
    faults += [
        f"{place}: {line}" for place, text in zip(places, texts, strict=True) for line in troubles(text)
    ]
    lengths = [utf16(parameter(text)) for text in texts]
    if (excess := sum(lengths) - total) > 0:
        longest = lengths.index(max(lengths))
        how = (
            f"Il riquadro più lungo è «{boxes[longest]}»: accorcialo."
            if boxes
            else f"La notizia più lunga è la {longest + 1}: accorciala o togline una."
        )
        faults.append(
            f"Il testo è troppo lungo di {excess} {'carattere' if excess == 1 else 'caratteri'} in tutto. "
            f"{how}"
        )
    return faults


def preview(frame: Frame, texts: Sequence[str], date_text: str) -> str:
    """The whole message as on the phone: header, body, footer, button."""
    body = fill(frame, parameters(texts, date_text))
    return f"{frame.header}\n\n{body}\n\n{frame.footer}\n\n[ {frame.button} ]"


def seal(
    *,
    template: str,
    language: str,
    parameters: Sequence[str],
    button_suffix: str,
    audience: str,
    profile: str = "",
) -> str:
    """SHA-256 (hex) over exactly what is sent, to whom and by whom, as canonical JSON.

    What an editor approves is bound by it: dispatch computes it again and refuses anything else.
    `profile` is the hash of the one in force; "" for the seal of a version that did not bind it.
    """
    content = {
        "template": template,
        "language": language,
        "parameters": list(parameters),
        "button_suffix": button_suffix,
        "audience": audience,
        **({"profile": profile} if profile else {}),
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", canonical).encode()).hexdigest()

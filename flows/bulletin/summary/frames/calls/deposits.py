"""A plan on deposit: where and until when one can look at it, and until when one may object."""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import noun_of

_THINGS = {
    "piano": "il",
    "variante": "la",
    "progetto": "il",
    "rapporto": "il",
    "regolamento": "il",
    "accordo": "l'",
}
_DEPOSITED = re.compile(
    rf"^(?:Il|La|L['’])\s?(?P<thing>{'|'.join(_THINGS)}|P\.?U\.?A\.?)\b(?P<which>(?:\s\w+){{0,3}}?)\s(?:è|resta|rimane|sarà)\s(?:stat[oa]\s)?"
    r"depositat[oa]\s(?P<rest>.+)$",
    re.I,
)
_ADOPTED = re.compile(r"^\s(?:adottat|approvat|in oggetto|predett|sopra)\w*(?:\s\w+)?$", re.I)
_OBJECT = re.compile(
    r"^(?:Le\s|Eventuali\s)?(?:eventuali\s)?osservazioni(?P<too>(?:\s(?:ed?|o)\sopposizioni)?)\s(?:possono|potranno|vanno|devono)\s"
    r"(?:essere\s)?(?:prodotte|presentate|inviate|fatte|formulate|depositate)\s(?P<rest>.+)$",
    re.I,
)
_OF_ACTS = re.compile(r"\s+[-–—:]\s+|\s(?=(?:adozione|approvazione|deposito|pubblicazione)\b)", re.I)


def deposit(notice: Notice) -> Iterator[Sentence]:
    """`Il piano delle acque si può consultare all'Area Tecnica …`, `Puoi presentare osservazioni …`."""
    for place, line in enumerate((*notice.abstract, *notice.prose)):
        text = worded(line)
        if (found := _DEPOSITED.match(text)) and (not found["which"] or _ADOPTED.match(found["which"])):
            name = _name(notice.title, found["thing"])
            if name:
                slots = frozenset({Slot.what, Slot.place, Slot.when, Slot.until})
                yield Sentence(f"{name} si può consultare {found['rest']}", slots, True, place, -0.3)
        elif found := _OBJECT.match(text):
            slots = frozenset({Slot.until, Slot.deadline})
            yield Sentence(
                f"Puoi presentare osservazioni{found['too'].lower()} {found['rest']}",
                slots,
                False,
                place,
                -0.3,
            )


def _name(title: str, thing: str) -> str:
    """`Il piano delle acque`, `Il piano «P.U.A. Alba»`: the title's first part with an article."""
    head = next((part.strip(" .") for part in _OF_ACTS.split(title) if part and part.strip(" .")), "")
    noun = noun_of(head)
    if noun is not None:
        return f"{noun.text[:1].upper()}{noun.text[1:]}"
    kind = "piano" if ("u" in thing.lower() and "." in thing) or thing.lower() == "pua" else thing.lower()
    article = _THINGS.get(kind, "")
    if not head or not article or len(head) > 80:
        return ""
    joint = "" if article.endswith("'") else " "
    return f"{article[:1].upper()}{article[1:]}{joint}{kind} «{head}»"

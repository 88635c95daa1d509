"""What the head of a page says beside its text: days, kind, topics."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scrapers.dates import italian_date, italian_range
from scrapers.pages.markup import Element, every, folded, one_line, text
from scrapers.text import line

_LABELS = {
    "published": "data|data di pubblicazione|data pubblicazione|pubblicato il|pubblicata il|pubblicato|"
    "data notizia|data della notizia",
    "expires": "scadenza|data di scadenza|data scadenza|scade il|valido fino al|in pubblicazione fino al|"
    "data fine pubblicazione|fine pubblicazione",
    "updated": "ultimo aggiornamento|ultima modifica|ultimo aggiornamento pagina|aggiornato il|"
    "data ultima modifica|ultimo agg to",
    "starts": "inizio|data inizio|data di inizio|inizio evento|data inizio evento",
    "ends": "fine|data fine|data di fine|fine evento|data fine evento",
    "kind": "tipo di notizia|tipologia|tipologia di notizia|tipologia notizia|tipo notizia|tipo di evento|"
    "tipologia evento|tipo evento|tipo di contenuto|tipo|categoria",
    "topics": "argomenti|argomento",
    "nothing": "tempo di lettura|condividi|vedi azioni|dettagli della notizia|dettagli dell evento|"
    "indice della pagina",
}
_LABEL = {name: label for label, names in _LABELS.items() for name in names.split("|")}
_DATED = re.compile(r"^(?P<label>[^\d:]{3,40}?)\s*:?\s+(?=(?:\w{6,9},?\s+)?\d)")
_BARE = re.compile(
    r"^(?:\w{4,7}dì|sabato|domenica)?,?\s*\d{1,2}(?:°|º)?[\s/.-]+(?:\d{1,2}|[a-z]{3,9}\.?)[\s/.-]+\d{4}"
    r"(?:[\s,-]+(?:ore\s+)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?\W*$",
    re.IGNORECASE,
)
_KINDS = (
    "notizia|notizie|avviso|avvisi|comunicato|comunicati|comunicato stampa|comunicati stampa|evento|eventi"
)
_CRUMBS = frozenset(_KINDS.split("|"))
_UPDATED = re.compile(r"ultim[oa] (?:aggiornamento|modifica)|aggiornat[oa] il|ultimo agg\.to", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:pubblicat[oa](?: il)?|data(?: (?:di )?pubblicazione)? ?:|data (?:di )?pubblicazione):? (?=\d)",
    re.IGNORECASE,
)
_EVENT = re.compile(r"event", re.IGNORECASE)


@dataclass(frozen=True)
class Particulars:
    published: date | None = None
    starts: date | None = None
    ends: date | None = None
    expires: date | None = None
    kind: str = ""
    topics: tuple[str, ...] = ()


def particulars(head: Sequence[str], *, event: bool) -> Particulars:
    """Read the lines of a page's head: "Data:", then "12 novembre 2026"; "Dal 3 al 5 maggio 2027".

    A day without a label is that of the event when the page is one, and that of publication when it stands
    alone on the page of another matter.
    """
    values: dict[str, str] = {}
    span: tuple[date, date | None] | None = None
    topics: list[str] = []
    label = ""
    for row in head:
        name, rest = _label(row)
        if name:
            label = name
            if rest:
                values.setdefault(name, rest)
                label = ""
        elif label == "topics":
            topics.append(row)
        elif label:
            values.setdefault(label, row)
            label = ""
        elif not event and (day := bare_day(row)):
            values.setdefault("published", day.isoformat())
        elif span is None and (event or folded(row).startswith("dal ")) and len(row) < 90:
            span = italian_range(row)
    starts = italian_date(values.get("starts", "")) or (span[0] if span else None)
    ends = italian_date(values.get("ends", "")) or (span[1] if span else None)
    return Particulars(
        published=italian_date(values.get("published", "")),
        starts=starts,
        ends=ends if not (starts and ends and ends < starts) else None,
        expires=italian_date(values.get("expires", "")),
        kind=line(values.get("kind", "")),
        topics=tuple(dict.fromkeys(map(line, topics))),
    )


def is_labelled(row: str) -> bool:
    """Whether a line of the head is a label, or one with its value; "Data: sabato 5, ore 21" says more."""
    name, rest = _label(row)
    return bool(name) and (not rest or name in ("kind", "topics", "nothing") or bare_day(rest) is not None)


def bare_day(row: str) -> date | None:
    """The day of a line that has nothing else: "Giovedì, 18 Giugno 2026", "12/11/2026 08:30"."""
    return italian_date(row) if _BARE.match(row) else None


def crumb(root: Element) -> str:
    """The kind in the path of the page: "Home / Novità / Avvisi / ...", as the site words it."""
    for step in reversed(every(root, ".breadcrumb li")):
        name = one_line(step).strip("/> ")
        if folded(name) in _CRUMBS:
            return name
    return ""


def is_event(url: str, kind: str, names: Iterable[str]) -> bool:
    return bool(_EVENT.search(url) or _EVENT.search(kind)) or not {"date e orari", "cos e"}.isdisjoint(names)


def updated(root: Element) -> date | None:
    """The day beside the page's last "Ultimo aggiornamento"."""
    tags = ("p", "span", "small", "b", "strong", "h2", "h3", "h4", "h5", "h6", "div", "em")
    marks = [element for element in root.iter(*tags) if element.text and _UPDATED.search(element.text)]
    for mark in reversed(marks):
        place = mark
        for _ in range(3):
            said_here = text(place)
            match = _UPDATED.search(said_here)
            if match and (day := italian_date(said_here[match.end() : match.end() + 60])):
                return day
            if (place := place.getparent()) is None:
                break
    return None


def labelled_date(place: Element) -> date | None:
    """A day right after "Data:" or "Pubblicato il"; a day elsewhere may be that of an event."""
    row = one_line(place)
    for label in _PUBLISHED.finditer(row):
        if day := italian_date(row[label.end() : label.end() + 20]):
            return day
    return None


def _label(row: str) -> tuple[str, str]:
    """The label of a line and what stands behind it, if any."""
    left, colon, right = row.partition(":")
    if name := _LABEL.get(folded(left)):
        return (name, right.strip()) if colon else (name, "")
    dated = _DATED.match(row)
    if dated and (name := _LABEL.get(folded(dated["label"]))) in ("published", "expires", "updated"):
        return name, row[dated.end() :]
    return "", ""

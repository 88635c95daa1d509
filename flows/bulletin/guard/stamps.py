"""The days of the page itself: when it was published or changed, never the day of what it tells of."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording
from flows.bulletin.page.sections import are_of_a_meeting, is_of_an_event

# The labels of the sites' own templates (Design Comuni Italia, older ones): "Data di pubblicazione",
# "Ultimo aggiornamento", "Prima pubb.:", "Data: … Tempo di lettura".
_STAMP = re.compile(
    r"(?:\b(?:pubb\.|pubblicat[oaie]|pubblicazione|aggiornat[oaie]|aggiornamento|ultima\s+modifica|modificat[oaie]"
    r"|inserit[oaie]|creat[oaie]|redazione|prot(?:ocollo|\.)?(?:\s+n\.?\s*\S+)?)"
    r"(?:\s+(?:il|in\s+data|del|dal|giorno))?\s*[:\-–]?\s*|^\s*data\s*:?\s*|\bdata\s*:\s*|[Mm]b\s*[-–]\s*|[Kk]b\s*[-–]\s*)$",
    re.I | re.M,
)
# `la graduatoria sarà pubblicata il 20 maggio` tells a day of its own
_TO_COME = re.compile(
    r"\b(?:sar\w+|verr\w+|viene|vengono)\s+(?:\w+\s+)?(?:pubblicat|aggiornat|inserit)\w+\s+\w*\s*$", re.I
)
_AT_THE_DESK = re.compile(r"\bprotocollo\s+dal\s*$", re.I)  # `si consegnano al protocollo dal 24 agosto`
_DATED = re.compile(
    r"\W*(?:dat[ae] e or[ae]\w*|quando|giorn[oi](?: e orari)?)\W*", re.I
)  # a label of the page's
_PUBLISHED = re.compile(  # no act's, and no protocol's
    r"(?:\bpubb\.|\bpubblicat[oaie]|\bpubblicazione|\baggiornamento)(?:\s+(?:il|in\s+data|del))?\s*[:–-]?\s*$",
    re.I,
)
_WHOLE = len("2027-06-07")
_BELOW = 200  # characters
_TIME_TO_READ = re.compile(r"^\s*Tempo\s+di\s+lettura", re.I)
_WEEKDAY = re.compile(r"\b(?:luned|marted|mercoled|gioved|venerd|sabato|domenica)", re.I)
_TOLD_AS_STAMP = re.compile(
    r"\b(?:pubblicat\w*|pubblicazione|aggiorna\w+|emess\w+|diffus\w+|avviso|bollettino)\b", re.I
)


def is_stamp(source: Wording, fact: Fact) -> bool:
    """Whether a day stands there as the page's own: after such a label, or alone on its line."""
    text = source.text
    before = text[max(0, fact.start - 48) : fact.start]
    if is_of_an_event(before, text[fact.end : fact.end + _BELOW]):
        return False  # `Data: 12 marzo`, and `Orario:` on the line below
    if _AT_THE_DESK.search(before):
        return False
    if (_STAMP.search(before) and not _TO_COME.search(before)) or _TIME_TO_READ.match(
        text[fact.end : fact.end + 24]
    ):
        return True
    if not _is_alone(text, fact):
        return False
    others = [
        other
        for other in source.of_kind(Kind.date, Kind.act_date)
        if other.value != fact.value and _is_alone(text, other)
    ]
    if _WEEKDAY.search(fact.shown) and any(
        other.value != fact.value and _WEEKDAY.search(other.shown) and _has_its_line(text, other)
        for other in source.of_kind(Kind.date)
    ):
        return False  # one of the days of a programme, whose hours stand below the others
    if not others:  # `Venerdì 1 maggio 2026` with nothing below it is the day that the page is about
        return not (_WEEKDAY.search(fact.shown) and not text[fact.end :].strip(" .\n"))
    # above another one it is the page's own; a programme names weekdays, or more days
    is_first = all(fact.start < other.start for other in others)
    return is_first and len({other.value for other in others}) == 1 and not _WEEKDAY.search(fact.shown)


def published_on(source: str, facts: Sequence[Fact]) -> date | None:
    """The latest day that a page gives as that of its publication; None where it gives none."""
    days = []
    for fact in facts:
        is_whole = fact.kind is Kind.date and len(fact.value) == _WHOLE
        if is_whole and _PUBLISHED.search(source, max(0, fact.start - 40), fact.start):
            try:
                days.append(date.fromisoformat(fact.value))
            except ValueError:
                continue  # `29 febbraio 2027`
    return max(days, default=None)


def _is_alone(text: str, fact: Fact) -> bool:
    """Whether a day has its line for itself, and no hour or place below it belongs to it."""
    first = text.rfind("\n", 0, fact.start) + 1
    above = text[:first].rstrip().rpartition("\n")[2]
    if _DATED.fullmatch(above):
        return False
    below = [line.strip() for line in text[fact.end : fact.end + _BELOW].split("\n") if line.strip(" .,;|")][
        :2
    ]
    return bool(first) and _has_its_line(text, fact) and not are_of_a_meeting(below)


def _has_its_line(text: str, fact: Fact) -> bool:
    """Whether its line has no other word."""
    first, last = text.rfind("\n", 0, fact.start) + 1, text.find("\n", fact.end)
    line = text[first : last if last >= 0 else len(text)]
    return not re.search(r"\w", line[: fact.start - first] + line[fact.end - first :])


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Days of the text that the page has only as its own."""
    witnesses: dict[str, list[Fact]] = {}
    for fact in source.of_kind(Kind.date, Kind.act_date):
        witnesses.setdefault(fact.value[-5:], []).append(fact)
    for fact in text.of_kind(Kind.date):
        same = witnesses.get(fact.value[-5:], []) if len(fact.value) >= 7 else []
        if not same or not all(is_stamp(source, witness) for witness in same):
            continue
        if _TOLD_AS_STAMP.search(
            text.sentence_at(fact.start).text[: fact.start - text.sentence_at(fact.start).start]
        ):
            continue
        quote = source.quote(same[0].start, same[0].end)
        others = any(not is_stamp(source, other) for other in source.of_kind(Kind.date))
        yield Finding(
            f"«{fact.shown}» nella pagina del sito è il giorno della pubblicazione: {quote}.",
            is_certain=others,
        )

"""What goes into a slot's bulletin, in which order, and what stays out and why."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.bulletin.alerts import alert_candidates
from flows.bulletin.candidates import Candidate
from flows.bulletin.titles import folded

__all__ = ["Candidate", "LeftOut", "Selection", "alert_candidates", "select"]

_SAME_CATEGORY = 2  # of one category while others wait
_SPEAKING_TITLE = 4  # words: a shorter title alone, as `Avviso pubblico`, tells nothing
_DRAFT_TITLE = re.compile(
    r"\((?:copy|copia)(?:\s*\d+)?\)|^\W*(?:bozza|draft|auto[- ]draft)\b|^copia di\b", re.I
)
# WordPress' own words for what its editor saves by itself, in English and in the Italian translation
_DRAFT_ADDRESS = re.compile(
    r"autosave|auto-draft|bozza-automatica|salvataggio-automatico|[?&]preview=true", re.I
)


@dataclass(frozen=True)
class LeftOut:
    """An item that the bulletin does not offer; the reason is Italian, for the editor."""

    title: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """`chosen` fills the slots in order, `queue` waits behind them, best first."""

    chosen: tuple[Candidate, ...]
    queue: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def select(candidates: Sequence[Candidate], *, slots: int, now: datetime, window: timedelta) -> Selection:
    """Alerts first, in the order given; then news, newest first and not all of one category.

    Args:
        candidates: alerts as `alert_candidates` orders them, and news in any order.
        slots: how many items the bulletin holds.
        now: aware.
        window: how old a news item may be.
    """
    alerts = [candidate for candidate in candidates if candidate.is_alert]
    news = sorted((c for c in candidates if not c.is_alert), key=lambda c: c.dated, reverse=True)
    fit: list[Candidate] = []
    left_out: list[LeftOut] = []
    titles: set[str] = set()
    for candidate in news:
        if reason := _reason(candidate, now, window, titles):
            left_out.append(LeftOut(candidate.title, reason))
        else:
            titles.add(folded(candidate.title))
            fit.append(candidate)
    picked = _balanced(fit, max(0, slots - len(alerts)))
    waiting = [*alerts[slots:], *(candidate for candidate in fit if candidate not in picked)]
    return Selection((*alerts[:slots], *picked), tuple(waiting), tuple(left_out))


def _reason(candidate: Candidate, now: datetime, window: timedelta, titles: Iterable[str]) -> str | None:
    """Why it stays out, in Italian; None when it may go in."""
    if _DRAFT_TITLE.search(candidate.title) or _DRAFT_ADDRESS.search(candidate.url):
        return "sembra una bozza o una copia"
    if not (candidate.abstract.strip() or candidate.body.strip()) and (
        len(candidate.title.split()) < _SPEAKING_TITLE
    ):
        return "senza testo"
    if candidate.dated < now - window:
        known = "pubblicata" if candidate.published else "sul sito"
        return f"{known} da più di {_days(window)}"
    if folded(candidate.title) in titles:
        return "stesso titolo di una notizia più recente"
    return None


def _days(window: timedelta) -> str:
    return "un giorno" if window.days == 1 else f"{window.days} giorni"


def _balanced(news: Sequence[Candidate], slots: int) -> list[Candidate]:
    """The newest, but a third of one category only when nothing else would fill the slot."""
    counts: Counter[str] = Counter()
    first: list[Candidate] = []
    for candidate in news:
        if not candidate.category or counts[candidate.category] < _SAME_CATEGORY:
            counts[candidate.category] += 1
            first.append(candidate)
    taken = first[:slots]
    spare = [candidate for candidate in news if candidate not in first]
    taken += spare[: slots - len(taken)]
    return [candidate for candidate in news if candidate in taken]

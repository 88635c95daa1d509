"""What goes into a slot's bulletin, in which order, and what stays out and why.

Stored items of the site become candidates here, and those that a bulletin tells earlier ones.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from db.models import NewsItem
from flows.bulletin.alerts.items import alert_candidates
from flows.bulletin.candidates import Candidate, Earlier, LeftOut
from flows.bulletin.choosing.categories import Category, categorise
from flows.bulletin.choosing.duplicates import UPDATE, merge
from flows.bulletin.choosing.reasons import older_calls, reason
from flows.bulletin.choosing.timing import timing
from flows.bulletin.language.dates import giorno, in_rome

__all__ = [
    "Candidate",
    "Earlier",
    "LeftOut",
    "Selection",
    "Times",
    "alert_candidates",
    "briefly",
    "first_date",
    "left_out_lines",
    "notes",
    "select",
    "way_out",
]

_SAME_CATEGORY = 2  # of one category while others wait
BEFORE = "viene prima dell'invio"  # so begins why what is still ahead is left out
GOES_ON = "Ciò che parte così non torna nel bollettino dopo, che si prepara e si approva come sempre."
IN_TIME = (
    "Per annunciare in tempo ciò che viene prima dell'invio usa «componi» con la casella «Invia appena "
    f"approvato». {GOES_ON}"
)
_NAMED = 20  # of the items that stay out for one reason; the old ones only ever grow


@dataclass(frozen=True)
class Times:
    """The moments that an item is judged by, aware: now, the send it is chosen for, the send after that."""

    now: datetime
    sent_at: datetime
    next_at: datetime


@dataclass(frozen=True)
class Selection:
    """`chosen` fills the slots in order, `queue` waits behind them, best first."""

    chosen: tuple[Candidate, ...]
    queue: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def select(
    candidates: Sequence[Candidate],
    *,
    slots: int,
    times: Times,
    window: timedelta,
    earlier: Sequence[Earlier] = (),
) -> Selection:
    """Alerts first, in the order given; then what cannot wait for the next send, by its day; then the rest.

    Of the rest the newest, but not a third of one category while others wait.

    Args:
        candidates: alerts as `alert_candidates` orders them, and news in any order.
        slots: how many items the bulletin holds.
        window: how old a news item may be.
        earlier: what living bulletins tell, of which a copy is no news.
    """
    alerts = [candidate for candidate in candidates if candidate.is_alert]
    news = sorted((c for c in candidates if not c.is_alert), key=lambda c: c.dated, reverse=True)
    left_out: list[LeftOut] = []
    fit: list[Candidate] = []
    superseded = older_calls(news)
    for place, candidate in enumerate(news):
        if why := superseded.get(place) or reason(candidate, times.now, window):
            left_out.append(LeftOut(candidate.title, why, candidate.url))
        else:
            fit.append(candidate)
    merged = merge(fit, earlier)
    left_out += merged.left_out
    now, today, last = (in_rome(at).date() for at in (times.now, times.sent_at, times.next_at))
    open_ones: list[Candidate] = []
    for candidate in merged.candidates:
        when = timing(candidate, today)
        if when.over:
            is_ahead = when.last is not None and when.last >= now
            why = f"{BEFORE}, {giorno(when.last)}" if when.last and is_ahead else when.over
            left_out.append(LeftOut(candidate.title, why, candidate.url))
        else:
            is_due = when.due is not None and when.due <= last
            soon = timing(candidate, now).due if now < today else None
            before = soon if soon and soon < today else None
            due = when.due if is_due else None
            open_ones.append(replace(candidate, due=due, before=before, is_today=before == now))
    ordered = [*alerts, *_ordered(open_ones)]
    return Selection(tuple(ordered[:slots]), tuple(ordered[slots:]), tuple(left_out))


def notes(candidate: Candidate) -> str:
    """What an editor should know of an item's place, in Italian: `eventi, prossima data: lunedì 7 ...`."""
    lines = [candidate.category]
    if candidate.is_proposed:
        lines.append("categoria automatica, da controllare")
    if candidate.before:
        lines.append(first_date(candidate.before, is_today=candidate.is_today))
    elif candidate.due:
        lines.append(f"prossima data: {giorno(candidate.due)}")
    if candidate.update:
        lines.append(candidate.update.replace(UPDATE, "aggiornamento"))
    if candidate.unwritten:
        lines.append(
            f"testo da scrivere: {candidate.unwritten[:1].lower()}{candidate.unwritten[1:].rstrip('.')}"
        )
    return ", ".join(lines)


def first_date(before: date, *, is_today: bool) -> str:
    """Of an item that begins before the send it is chosen for; what is today may be over in an hour."""
    return f"prossima data: {'OGGI, ' if is_today else ''}{giorno(before)}, PRIMA dell'invio"


def left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """One line an item, and one for all that are too many to be named."""
    named, more = briefly(left_out)
    return [*(f"{item.title}: {item.reason}" for item in named), *more]


def briefly(left_out: Sequence[LeftOut]) -> tuple[list[LeftOut], list[str]]:
    """Those that are named, and a line for all that are too many, a reason each."""
    named, counts = [], Counter[str]()
    for item in left_out:
        counts[item.reason] += 1
        if counts[item.reason] <= _NAMED:
            named.append(item)
    more = {reason: count - _NAMED for reason, count in counts.items() if count > _NAMED}
    return named, [f"e altre {count}: {reason}" for reason, count in more.items()]


def way_out(left_out: Sequence[LeftOut], waiting: Sequence[Candidate] = ()) -> list[str]:
    """How what comes before the send is told in time, where there is such."""
    is_left_out = any(item.reason.startswith(BEFORE) for item in left_out)
    return [IN_TIME] if is_left_out or any(candidate.before for candidate in waiting) else []


def _ordered(news: Sequence[Candidate]) -> Iterator[Candidate]:
    """`news`, newest first, as they are to be told."""
    due = sorted((c for c in news if c.due), key=lambda c: c.due or date.max)  # stable: then the newest
    yield from due
    counts = Counter(candidate.category for candidate in due)
    waiting: dict[str, list[tuple[int, Candidate]]] = {}
    for place, candidate in enumerate(news):
        if not candidate.due:
            waiting.setdefault(candidate.category, []).append((place, candidate))
    heads = dict.fromkeys(waiting, 0)
    for _ in range(len(news) - len(due)):
        category = min(heads, key=lambda name: (_crowded(name, counts), waiting[name][heads[name]][0]))
        yield waiting[category][heads[category]][1]
        counts[category] += 1
        heads[category] += 1
        if heads[category] == len(waiting[category]):
            del heads[category]


def _crowded(category: str, counts: Counter[str]) -> int:
    """How far a category is beyond its share; `altro` is no kind."""
    return 0 if category in ("", Category.other) else max(0, counts[category] - _SAME_CATEGORY + 1)


def candidate_of(item: NewsItem, table: Mapping[str, str]) -> Candidate:
    """`table` is the profile's own, from a word of the site to a category."""
    categorised = categorise(
        item.title,
        item.abstract or item.body,
        kind=item.kind,
        words=[*([item.category] if item.category else []), *item.topics],
        is_event=item.starts_on is not None,
        table=table,
    )
    return Candidate(
        news_item_id=item.id,
        weather_alert_ids=(),
        title=item.title,
        category=categorised.category.value,
        url=item.url,
        abstract=item.abstract,
        body=item.body,
        published=item.published_at,
        first_seen=item.first_seen_at,
        is_proposed=categorised.is_proposed,
        holds=item.holds,
        attachments=tuple(attachment["url"] for attachment in item.attachments),
        is_page_unread=item.page_read_at is None and item.page_failure is not None,
        is_page_behind=item.page_lags,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        expires_on=item.expires_on,
    )


def earlier_of(item: NewsItem, bulletin_at: datetime) -> Earlier:
    return Earlier(
        news_item_id=item.id,
        title=item.title,
        text="\n".join(filter(None, (item.abstract, item.body))),
        dated=item.published_at or item.first_seen_at,
        bulletin_at=bulletin_at,
    )

"""Is this still right? What a bulletin tells of alerts, beside what is in force by now.

The one question, asked of every kind at approval, at each round of `urgente`, at the start of a send and at
every resume, and as long as a text is in a person's hands. What is stored is what is known: a source that
cannot be read takes nothing back, and no end of an alert is told while its source is silent.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from db import announced, bulletins, sources, weather_alerts
from db.bulletins import ItemData
from db.models import (
    PUBLIC,
    Bulletin,
    BulletinItem,
    BulletinKind,
    Level,
    Source,
    WeatherAlert,
)
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.text import ALERT, END, levels
from flows.bulletin.alerts.truth import Change, announced_at, changed, marked, newest_word
from flows.bulletin.language.dates import giorno_ora
from flows.settings import Settings
from flows.sources.alerts import TOO_OLD, alert_addresses

OVER = "l'allerta è già finita"
UNHEARD = "non si sa"  # how the words on a source that is silent begin
Item = BulletinItem | ItemData
Wrong = tuple[str, str, str]  # before, after, mark


@dataclass(frozen=True)
class Untrue:
    """What an item tells of alerts, and what holds instead; in words."""

    position: int  # its place in the bulletin, from 1
    title: str
    before: str
    after: str
    mark: str  # by which it is known again at the next round: what holds, with no hour cut at the clock


def untruth_sentence(before: str, after: str) -> str:
    """One item's untruth in a sentence."""
    return f"{OVER}." if after == OVER else f"l'allerta è cambiata. Prima: {before}. Ora: {after}."


def untrue(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    items: Sequence[Item],
    *,
    at: datetime,
    of_silence: bool = True,
) -> list[Untrue]:
    """The items that tell of alerts what is not so, of a message that leaves at `at`; none when it is right.

    What was known of the site when a text was made is compared with all that is known now, both for the hours
    from `at` on. A level that a person wrote is right while it names the one in force, and as long as that
    has not changed since. A correction tells of what was: only what changed since it was written counts.

    What has begun to leave is wrong only where a level that cannot wait is, told or in force: a lower one
    beside it that fell would make nobody act wrongly, and to stop would keep the alert itself from people.

    Args:
        of_silence: whether an end counts as not right while its source is silent; a draft may wait for it.
    """
    numbered = [(position, item) for position, item in enumerate(items, start=1) if item.weather_alert_id]
    if not numbered:
        return []
    rows = weather_alerts.ever_said(session, settings.profile.alert_zones, now=at)
    history = _History(rows, at)
    untruths = []
    for position, item in numbered:
        if bulletin.kind == BulletinKind.all_clear:
            wrong = _of_end(settings, session, bulletin, item, history, of_silence=of_silence)
        else:
            wrong = _of_text(settings, session, bulletin, item, history)
        if wrong is not None:
            untruths.append(Untrue(position, item.title, *wrong))
    return untruths


def stated_spans(settings: Settings, session: Session, items: Sequence[Item], *, at: datetime) -> list[Span]:
    """The hours from `at` on that these items tell, right or not."""
    history = _History(weather_alerts.ever_said(session, settings.profile.alert_zones, now=at), at)
    spans: list[Span] = []
    for item in items:
        if item.weather_alert_id:
            spans += _stated(session, item, history)
    return spans


@dataclass(frozen=True)
class _History:
    """What was ever said of the hours from one moment on."""

    rows: list[WeatherAlert]
    at: datetime

    def by(self, moment: datetime) -> list[Span]:
        return announced_at(self.rows, self.at, known_at=moment)

    @property
    def holds(self) -> list[Span]:
        return self.by(newest_word(self.rows, self.at))


def _stated(session: Session, item: Item, history: _History) -> list[Span]:
    rows = weather_alerts.told_by(session, item)
    ids = {row.id for row in rows}
    return [span for span in history.by(_made_at(item, rows)) if span.row.id in ids]


def _made_at(item: Item, rows: Iterable[WeatherAlert]) -> datetime:
    """By which its text was made; what it tells was known to it, whatever the order of clocks."""
    return max([row.seen_at for row in rows] + ([item.told_at] if item.told_at else []))


def _of_text(
    settings: Settings, session: Session, bulletin: Bulletin, item: Item, history: _History
) -> Wrong | None:
    if bulletin.kind == BulletinKind.correction:
        return _in_words(_since_written(session, bulletin, item, history))
    spans = _stated(session, item, history)
    ahead, only = spans, _that_stop(settings, bulletin)
    if bulletin.template == ALERT:  # what is left of its day below that is no reason to disturb
        ahead = [span for span in spans if span.row.level in settings.profile.urgent.levels]
    if not ahead:
        return item.title, OVER, OVER
    change = changed(spans, history.holds, history.at, only=only)
    if change and item.is_typed and not bulletin.template and change.worst.value in item.text.casefold():
        change = _since_written(session, bulletin, item, history)
    return _in_words(change)


def _since_written(session: Session, bulletin: Bulletin, item: Item, history: _History) -> Change | None:
    """What became of the zones, days and hazards of its alerts since a person wrote its words."""
    questions = {(row.zone, row.day, row.hazard) for row in weather_alerts.told_by(session, item)}
    written = [
        version.created_at
        for version in bulletins.versions(session, bulletin.id)
        for line in bulletins.items(session, version)
        if (line.weather_alert_id, line.text) == (item.weather_alert_id, item.text)
    ]
    if not written:  # in the answer that is being looked at
        return None
    before, after = (
        [span for span in spans if (span.row.zone, span.row.day, span.row.hazard) in questions]
        for spans in (history.by(min(written)), history.holds)
    )
    return changed(before, after, history.at, whole=True)


def _of_end(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    item: Item,
    history: _History,
    *,
    of_silence: bool,
) -> Wrong | None:
    """An end is told while what it takes back is not in force, what it says of the rest of the day is so,
    and those who would say otherwise can be heard."""
    zones = settings.profile.alert_zones
    cleared = [
        Span(row, max(hours.onset, history.at), hours.expires)
        for of, row, hours in announced.cleared(session, zones, [bulletin.status], since=history.at)
        if of.id == bulletin.id
    ]
    if not cleared:
        return item.title, OVER, OVER
    before, days = f"cessa l'allerta {levels(cleared)}", {span.row.day for span in cleared}
    again = [span for span in history.holds if any(_takes_back(end, span) for end in cleared)]
    if again:
        return before, f"di nuovo {levels(again)}", f"again; {marked(again)}"
    made_at = _made_at(item, weather_alerts.told_by(session, item))
    then, now = (
        [span for span in spans if span.row.day in days] for spans in (history.by(made_at), history.holds)
    )
    if change := changed(then, now, history.at, whole=True, only=_that_stop(settings, bulletin)):
        return _in_words(change)
    for source in _sources(settings, session, cleared, history) if of_silence else ():
        if source.checked_at and (source.succeeded_at is None or history.at - source.succeeded_at > TOO_OLD):
            last = giorno_ora(source.succeeded_at) if source.succeeded_at else "mai"
            silent = f"{UNHEARD}: {source.address} non si legge (l'ultima volta: {last})"
            return before, silent, silent
    return None


def _takes_back(cleared: Span, span: Span) -> bool:
    """Whether this is in force in hours that an all-clear says are free of it."""
    return (
        (span.row.zone, span.row.hazard) == (cleared.row.zone, cleared.row.hazard)
        and span.rank >= cleared.rank
        and span.onset < cleared.expires
        and cleared.onset < span.expires
    )


def _sources(
    settings: Settings, session: Session, cleared: Sequence[Span], history: _History
) -> list[Source]:
    """Those of the profile that spoke of what an all-clear takes back."""
    questions = {(span.row.zone, span.row.day, span.row.hazard) for span in cleared}
    spoke = {row.source_id for row in history.rows if (row.zone, row.day, row.hazard) in questions}
    addressed = [sources.find(session, address) for _, address in alert_addresses(settings.profile)]
    return [source for source in addressed if source is not None and source.id in spoke]


def _that_stop(settings: Settings, bulletin: Bulletin) -> Collection[Level]:
    """The levels whose change stops a text of alerts that has begun to leave; none where every one counts."""
    is_going_on = bulletin.status in PUBLIC and bulletin.template in (ALERT, END)
    return settings.profile.urgent.levels if is_going_on else ()


def _in_words(change: Change | None) -> Wrong | None:
    return (change.before, change.after, change.mark) if change else None

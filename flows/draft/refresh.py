"""A draft in an editor's hands: its queue, what joins it from there, what a new reading of the site renews.

What a person wrote, dragged or took out stays so. A text that composing wrote is written anew when its page
says something else by now; a slot whose news no longer fits goes to the best that waits.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from db import news_items, weather_alerts
from db.bulletins import ItemData
from db.models import Bulletin, BulletinItem, BulletinVersion
from flows.bulletin.choosing.selection import BEFORE, Candidate, Selection, candidate_of, notes
from flows.bulletin.language.measure import utf16
from flows.draft.evidence import room
from flows.draft.items import (
    AUTHOR,
    SHORTEST,
    Situation,
    item_of,
    pick,
    read_situation,
    times,
    unwritten,
)
from flows.draft.slots import closed_days
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading


@dataclass(frozen=True)
class Waiting:
    """A news item of the queue, which an editor may add."""

    number: int  # its id: what the editor writes, the same however the queue moves
    title: str
    note: str = ""  # Italian: its category, or why it was left out
    is_left_out: bool = False
    is_before: bool = False  # it comes before the send, in whole or in part

    @property
    def label(self) -> str:
        """As it is shown, told apart from the places of the draft's own items: `C12`."""
        return f"C{self.number}"


MOST = 5  # items of a message
NAMED = 5  # titles in a sentence

Subject = tuple[int | None, int | None]


@dataclass(frozen=True)
class Renewed:
    items: tuple[ItemData, ...]
    remarks: tuple[str, ...]  # Italian, for the editor


def situation_of(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> Situation:
    """By which the news of this bulletin are judged; what it tells itself is not told yet."""
    when = times(settings, bulletin.slot_at, bulletin.deadline_at, now, closed_days(session, now))
    return read_situation(settings, session, when, excluding=bulletin.id)


def queue(settings: Settings, situation: Situation, own: Collection[int]) -> tuple[Waiting, ...]:
    """What waits behind a draft, best first, then what composing left out; `own` are the draft's news."""
    selection = pick(settings, situation)
    best = [
        Waiting(
            candidate.news_item_id,
            candidate.title,
            notes(candidate),
            is_before=candidate.before is not None,
        )
        for candidate in (*selection.chosen, *selection.queue)
        if candidate.news_item_id is not None and candidate.news_item_id not in own
    ]
    listed = {*own, *(waiting.number for waiting in best)}
    reasons = {left_out.title: left_out.reason for left_out in selection.left_out}
    left_out = [
        Waiting(item.id, item.title, reason, is_left_out=True, is_before=reason.startswith(BEFORE))
        for item in situation.news
        if item.id not in listed
        for reason in [reasons.get(item.title, "")]
    ]
    return (*best, *left_out)


def still_behind(
    session: Session, items: Sequence[BulletinItem], seen: Sequence[Rereading]
) -> Iterator[Rereading]:
    """What was seen on the site that a draft does not tell yet, by the place that its news have in it now."""
    by_news = {item.news_item_id: item for item in reversed(items)}
    for rereading in seen:
        if rereading.news_item_id is None:  # an alert, judged by the latest text
            yield rereading
            continue
        item = by_news.get(rereading.news_item_id)
        if item is None:
            continue
        if rereading.state == Now.changed and news_items.of_text(session, rereading.news_item_id, item.text):
            continue  # written from the page as it is now
        yield replace(rereading, position=item.position)


def join(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    draft: Sequence[ItemData],
    numbers: Sequence[int],
    now: datetime,
) -> Renewed:
    """The items of the queue with these numbers, written in the room that the draft leaves; or why not."""
    if bulletin.template:
        return Renewed((), ("In questo messaggio le righe sono fisse: non si aggiungono notizie.",))
    if len(draft) + len(numbers) > MOST:
        words = f"In un messaggio stanno al massimo {MOST} notizie: togline una dall'ordine, poi aggiungi."
        return Renewed((), (words,))
    situation = situation_of(settings, session, bulletin, now)
    unsent = {item.id: item for item in situation.news}
    positions = {item.news_item_id: position for position, item in enumerate(draft, start=1)}
    wrong = [
        f"La {number} è già nella bozza: è la notizia {positions[number]}."
        if number in positions
        else f"Nella coda non c'è il numero {number}: i numeri sono nella pagina sopra il modulo."
        for number in numbers
        if number in positions or number not in unsent
    ]
    if wrong:
        return Renewed((), tuple(wrong))
    selection = pick(settings, situation)
    best = {candidate.news_item_id: candidate for candidate in (*selection.chosen, *selection.queue)}
    table = settings.profile.categories
    chosen = [best.get(number) or candidate_of(unsent[number], table) for number in numbers]
    size = _room(settings, bulletin, now, [item.text for item in draft], len(chosen))
    joined = [item_of(settings, session, candidate, size, now) for candidate in chosen]
    empty = [
        f"«{item.title}»: il testo è da scrivere. {reason}"
        for item, candidate in zip(joined, chosen, strict=True)
        if not item.text and (reason := unwritten(candidate, size))
    ]
    return Renewed(tuple(replace(item, is_placed=True) for item in joined), tuple(empty))


def _room(settings: Settings, bulletin: Bulletin, now: datetime, texts: Sequence[str], more: int) -> int:
    """UTF-16 units for each of `more` items beside these texts."""
    if not more:
        return 0
    total = room(settings, bulletin, bulletin.slot_at or now, len(texts) + more)
    return max((total - sum(map(utf16, texts))) // more, SHORTEST)


def renew(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    draft: Sequence[ItemData],
    *,
    since: datetime,
    now: datetime,
) -> Renewed:
    """The draft after the site was read again.

    `draft` is what the editor has it say; news first seen after `since` are told as new.
    """
    if bulletin.template:
        words = "Il testo di questo messaggio è fisso: non viene dalle notizie del sito."
        return Renewed(tuple(draft), (words,))
    selection = pick(settings, situation_of(settings, session, bulletin, now))
    ever, composed = _past(session, bulletin)
    ever |= {_subject(item) for item in draft}
    # what a person took out stays out
    new = [candidate for candidate in selection.chosen if not _is_among(candidate, ever)]
    plan: list[ItemData | Candidate] = []
    remarks: list[str] = []
    for item in draft:
        again = next(
            (c for c in (*selection.chosen, *selection.queue) if _is_among(c, [_subject(item)])), None
        )
        if item.is_typed:
            plan.append(item)
            remarks += _outrun(item, again)
        elif again is not None and (again in selection.chosen or item.is_placed or not new):
            plan.append(again if _is_behind(session, item, again) else item)
        elif item.is_placed:  # left out by composing, and taken all the same
            plan.append(item)
        elif new:
            plan.append(new.pop(0))
            remarks.append(f"«{item.title}» lascia il posto: {_why(selection, item)}.")
        else:
            remarks.append(f"«{item.title}» non c'è più: {_why(selection, item)}.")
    free = max(settings.profile.news_per_bulletin - composed, 0)
    for candidate in new:
        if len(plan) < settings.profile.news_per_bulletin and (candidate.is_alert or free > 0):
            free -= not candidate.is_alert
            plan.append(candidate)
    plan.sort(key=lambda part: not (isinstance(part, Candidate) and part.is_alert))  # stable: alerts go first
    if not plan:
        remarks.append("Nella bozza non resterebbe niente: il testo è rimasto com'era. Puoi non inviare.")
    before = {_subject(item): item for item in draft}
    items = []
    for position, item in enumerate(_written(settings, session, bulletin, plan or draft, now), start=1):
        was = before.get(_subject(item))
        if was is None:
            remarks.append(f"Notizia {position}: entra «{item.title}».")
        elif was.text != item.text:
            remarks.append(f"Notizia {position}: il testo è aggiornato a ciò che dice ora il sito.")
        items.append(replace(item, is_placed=was.is_placed) if was else item)
    return Renewed(tuple(items), (*remarks, *_new_in_the_queue(selection, items, since)))


def _written(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    plan: Sequence[ItemData | Candidate],
    now: datetime,
) -> tuple[ItemData, ...]:
    """What stays as it is, and the rest in the room that this leaves."""
    texts = [part.text for part in plan if isinstance(part, ItemData)]
    texts += [part.abstract for part in plan if isinstance(part, Candidate) and part.is_alert]
    size = _room(settings, bulletin, now, texts, len(plan) - len(texts))
    for part in plan:
        if isinstance(part, Candidate):
            weather_alerts.tell_together(session, part.weather_alert_ids, at=now)
    return tuple(
        part if isinstance(part, ItemData) else item_of(settings, session, part, size, now) for part in plan
    )


def _past(session: Session, bulletin: Bulletin) -> tuple[set[Subject], int]:
    """What its versions ever told of, and how many lines composing last gave it."""
    rows = session.exec(
        select(BulletinVersion, BulletinItem)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .where(BulletinVersion.bulletin_id == bulletin.id)
    ).all()
    last = max((version.number for version, _ in rows if version.author == AUTHOR), default=0)
    subjects = {(item.news_item_id, item.weather_alert_id) for _, item in rows}
    return subjects, sum(version.number == last for version, _ in rows)


def _is_among(candidate: Candidate, subjects: Collection[Subject]) -> bool:
    return any(
        candidate.news_item_id == news if news else alert in candidate.weather_alert_ids
        for news, alert in subjects
    )


def _subject(item: ItemData) -> Subject:
    return item.news_item_id, item.weather_alert_id


def _is_behind(session: Session, item: ItemData, again: Candidate) -> bool:
    """Whether its text is of what its source said before."""
    if item.news_item_id is None:
        return item.text != again.abstract
    return news_items.of_text(session, item.news_item_id, item.text) is None


def _outrun(item: ItemData, again: Candidate | None) -> list[str]:
    """Of an alert whose words a person wrote; of news the reading of its page tells."""
    if item.weather_alert_id is None:
        return []
    now = f"la fonte ora dice «{again.abstract}»" if again else "quell'allerta non vale più"
    return [f"«{item.title}»: {now}. Il testo l'ha scritto una persona e resta com'era."]


def _why(selection: Selection, item: ItemData) -> str:
    """Why an item of the draft is not among the first any more."""
    reasons = [left_out.reason for left_out in selection.left_out if left_out.title == item.title]
    return reasons[0] if reasons else "torna in coda" if item.news_item_id else "non vale più"


def _new_in_the_queue(selection: Selection, items: Sequence[ItemData], since: datetime) -> list[str]:
    own = {item.news_item_id for item in items}
    fresh = [
        candidate
        for candidate in (*selection.chosen, *selection.queue)
        if candidate.first_seen > since and candidate.news_item_id and candidate.news_item_id not in own
    ]
    if not fresh:
        return []
    names = [f"«{candidate.title}» ({candidate.news_item_id})" for candidate in fresh[:NAMED]]
    more = [f"e altre {len(fresh) - NAMED}"] if len(fresh) > NAMED else []
    return [f"Nuove nella coda: {', '.join([*names, *more])}."]

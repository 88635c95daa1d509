"""A draft in an editor's hands: its queue, what joins it from there, what a new reading of the site renews.

What a person wrote, dragged or took out stays so. A text that composing wrote is written anew when its page
says something else by now; a slot whose news no longer fits goes to the best that waits.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db import news_items, weather_alerts
from db.bulletins import ItemData
from db.models import Bulletin, BulletinItem, BulletinVersion
from flows.bulletin.choosing.selection import Candidate, Selection, Times, candidate_of, notes
from flows.bulletin.language.measure import utf16
from flows.draft.evidence import room
from flows.draft.items import AUTHOR, SHORTEST, item_of, pick
from flows.draft.slots import closed_days, slot_after
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


MOST = 5  # items of a message
NAMED = 5  # titles in a sentence

Subject = tuple[int | None, int | None]


@dataclass(frozen=True)
class Renewed:
    items: tuple[ItemData, ...]
    remarks: tuple[str, ...]  # Italian, for the editor


def moment(session: Session, settings: Settings, bulletin: Bulletin, now: datetime) -> Times:
    """By which the news of this bulletin are judged."""
    sent_at = bulletin.slot_at or now
    closed = closed_days(session, now)
    following = slot_after(settings.profile, bulletin.deadline_at or now, closed)
    return Times(now, sent_at, following.dispatch_at if following else sent_at + timedelta(days=7))


def queue(
    session: Session, settings: Settings, bulletin: Bulletin, here: Collection[int], now: datetime
) -> tuple[Waiting, ...]:
    """What waits behind this draft, best first, then what composing left out; `here` are its own news."""
    if bulletin.template:
        return ()
    picked = pick(session, settings, moment(session, settings, bulletin, now), excluding=bulletin.id)
    best = [one for one in (*picked.chosen, *picked.queue) if one.news_item_id is not None]
    known = {*here, *(one.news_item_id for one in best)}
    reasons = {one.title: one.reason for one in picked.left_out}
    offered = [
        Waiting(one.news_item_id, one.title, notes(one))
        for one in best
        if one.news_item_id and one.news_item_id not in here
    ]
    left_out = [
        Waiting(one.id, one.title, reasons.get(one.title, ""), is_left_out=True)
        for one in news_items.unsent(session, excluding=bulletin.id)
        if one.id not in known
    ]
    return (*offered, *left_out)


def still_behind(
    session: Session, items: Sequence[BulletinItem], seen: Sequence[Rereading]
) -> Iterator[Rereading]:
    """What was seen on the site that a draft does not tell yet, by the place that its news have in it now."""
    for one in seen:
        if one.news_item_id is None:  # an alert, judged by the latest text
            yield one
            continue
        item = next((item for item in items if item.news_item_id == one.news_item_id), None)
        if item is None:
            continue
        if one.state == Now.changed and news_items.of_text(session, one.news_item_id, item.text):
            continue  # written from the page as it is now
        yield replace(one, position=item.position)


def join(
    session: Session,
    settings: Settings,
    bulletin: Bulletin,
    kept: Sequence[ItemData],
    numbers: Sequence[int],
    now: datetime,
) -> Renewed:
    """The items of the queue with these numbers, written in what room `kept` leaves; or why they are not."""
    if bulletin.template:
        return Renewed((), ("In questo messaggio le righe sono fisse: non si aggiungono notizie.",))
    if len(kept) + len(numbers) > MOST:
        words = f"In un messaggio stanno al massimo {MOST} notizie: togline una dall'ordine, poi aggiungi."
        return Renewed((), (words,))
    there = {one.id: one for one in news_items.unsent(session, excluding=bulletin.id)}
    here = {one.news_item_id: place for place, one in enumerate(kept, start=1)}
    wrong = [
        f"La {number} è già nella bozza: è la notizia {here[number]}."
        if number in here
        else f"Nella coda non c'è il numero {number}: i numeri sono nella pagina sopra il modulo."
        for number in numbers
        if number in here or number not in there
    ]
    if wrong:
        return Renewed((), tuple(wrong))
    picked = pick(session, settings, moment(session, settings, bulletin, now), excluding=bulletin.id)
    best = {one.news_item_id: one for one in (*picked.chosen, *picked.queue)}
    table = settings.profile.categories
    chosen = [best.get(number) or candidate_of(there[number], table) for number in numbers]
    size = _room(settings, bulletin, now, [one.text for one in kept], len(chosen))
    joined = [item_of(session, settings, one, size, now) for one in chosen]
    return Renewed(tuple(replace(one, is_placed=True) for one in joined), ())


def _room(settings: Settings, bulletin: Bulletin, now: datetime, texts: Sequence[str], more: int) -> int:
    """UTF-16 units for each of `more` items beside these texts."""
    if not more:
        return 0
    total = room(settings, bulletin, bulletin.slot_at or now, len(texts) + more)
    return max((total - sum(map(utf16, texts))) // more, SHORTEST)


def renew(
    session: Session,
    settings: Settings,
    bulletin: Bulletin,
    kept: Sequence[ItemData],
    *,
    since: datetime,
    now: datetime,
) -> Renewed:
    """The draft after the site was read again.

    `kept` is what the editor has it say; news first seen after `since` are told as new.
    """
    if bulletin.template:
        words = "Il testo di questo messaggio è fisso: non viene dalle notizie del sito."
        return Renewed(tuple(kept), (words,))
    picked = pick(session, settings, moment(session, settings, bulletin, now), excluding=bulletin.id)
    ever, composed = _past(session, bulletin)
    ever |= {_subject(one) for one in kept}
    new = [one for one in picked.chosen if not _is_among(one, ever)]  # what a person took out stays out
    plan: list[ItemData | Candidate] = []
    remarks: list[str] = []
    for item in kept:
        told = next((c for c in (*picked.chosen, *picked.queue) if _is_among(c, [_subject(item)])), None)
        if item.is_typed:
            plan.append(item)
            remarks += _outrun(item, told)
        elif told is not None and (told in picked.chosen or item.is_placed or not new):
            plan.append(told if _is_behind(session, item, told) else item)
        elif item.is_placed:  # left out by composing, and taken all the same
            plan.append(item)
        elif new:
            plan.append(new.pop(0))
            remarks.append(f"«{item.title}» lascia il posto: {_why(picked, item)}.")
        else:
            remarks.append(f"«{item.title}» non c'è più: {_why(picked, item)}.")
    free = max(settings.profile.news_per_bulletin - composed, 0)
    for one in new:
        if len(plan) < settings.profile.news_per_bulletin and (one.is_alert or free > 0):
            free -= not one.is_alert
            plan.append(one)
    plan.sort(key=lambda one: not (isinstance(one, Candidate) and one.is_alert))  # stable: alerts go first
    if not plan:
        remarks.append("Nella bozza non resterebbe niente: il testo è rimasto com'era. Puoi non inviare.")
    before = {_subject(one): one for one in kept}
    items = []
    for number, item in enumerate(_written(session, settings, bulletin, plan or kept, now), start=1):
        was = before.get(_subject(item))
        if was is None:
            remarks.append(f"Notizia {number}: entra «{item.title}».")
        elif was.text != item.text:
            remarks.append(f"Notizia {number}: il testo è aggiornato a ciò che dice ora il sito.")
        items.append(replace(item, is_placed=was.is_placed) if was else item)
    return Renewed(tuple(items), (*remarks, *_new_in_the_queue(picked, items, since)))


def _written(
    session: Session,
    settings: Settings,
    bulletin: Bulletin,
    plan: Sequence[ItemData | Candidate],
    now: datetime,
) -> tuple[ItemData, ...]:
    """What stays as it is, and the rest in the room that this leaves."""
    texts = [one.text for one in plan if isinstance(one, ItemData)]
    texts += [one.abstract for one in plan if isinstance(one, Candidate) and one.is_alert]
    size = _room(settings, bulletin, now, texts, len(plan) - len(texts))
    for one in plan:
        if isinstance(one, Candidate):
            weather_alerts.tell_together(session, one.weather_alert_ids, at=now)
    return tuple(
        one if isinstance(one, ItemData) else item_of(session, settings, one, size, now) for one in plan
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


def _is_behind(session: Session, item: ItemData, told: Candidate) -> bool:
    """Whether its text is of what its source said before."""
    if item.news_item_id is None:
        return item.text != told.abstract
    return news_items.of_text(session, item.news_item_id, item.text) is None


def _outrun(item: ItemData, told: Candidate | None) -> list[str]:
    """Of an alert whose words a person wrote; of news the reading of its page tells."""
    if item.weather_alert_id is None:
        return []
    now = f"la fonte ora dice «{told.abstract}»" if told else "quell'allerta non vale più"
    return [f"«{item.title}»: {now}. Il testo l'ha scritto una persona e resta com'era."]


def _why(picked: Selection, item: ItemData) -> str:
    """Why an item of the draft is not among the first any more."""
    reasons = [one.reason for one in picked.left_out if one.title == item.title]
    return reasons[0] if reasons else "torna in coda" if item.news_item_id else "non vale più"


def _new_in_the_queue(picked: Selection, items: Sequence[ItemData], since: datetime) -> list[str]:
    here = {one.news_item_id for one in items}
    fresh = [
        one
        for one in (*picked.chosen, *picked.queue)
        if one.first_seen > since and one.news_item_id and one.news_item_id not in here
    ]
    if not fresh:
        return []
    names = [f"«{one.title}» ({one.news_item_id})" for one in fresh[:NAMED]]
    more = [f"e altre {len(fresh) - NAMED}"] if len(fresh) > NAMED else []
    return [f"Nuove nella coda: {', '.join([*names, *more])}."]

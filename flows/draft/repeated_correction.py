"""A line that has a correction already, told in the form of what says it once more: whom one more of it would
reach a second time, and what those read whom it does not reach.
"""

from collections.abc import Sequence

from sqlmodel import Session

from db import bulletins, deliveries, recipients, told_news
from db.bulletins import ItemData
from db.models import PUBLIC, WAITING, Bulletin, BulletinItem, BulletinKind, BulletinStatus
from flows.bulletin.status import people
from flows.draft.lineage import plain

HAS_ONE = (
    "Questa riga ha già una correzione approvata (numero {number}: «{said}»). Se approvi anche questa, {who} "
    "due correzioni della stessa riga."
)
ONLY_IF = "Approvala solo se chi ha quella deve leggere parole nuove; se no scartala."
THE_REST = "Chi non aveva ricevuto niente ha già una bozza sua (numero {number}), da approvare a parte."
TO_THE_REST = (
    "Per raggiungere solo chi non ha ricevuto niente scarta questa e usa di nuovo «correggi», stessa riga e "
    "il testo di quella, con la casella «L'invio è fermato»."
)
ANOTHER = (
    "C'è un'altra correzione di questa riga da approvare (numero {number}: «{said}»). Se approvate tutte e "
    "due, {who} due correzioni della stessa riga: scarta quella che non serve."
)

OTHERWISE = (
    "«{line}»: la correzione di questa riga (numero {number}) dice «{said}». Se è quello il testo giusto, "
    "scrivilo anche qui."
)


def twice(session: Session, bulletin: Bulletin, items: Sequence[BulletinItem | ItemData]) -> list[str]:
    """Of a correction, how many it would reach who have one of the same line, or may get one that waits.

    Not the one that it puts right: who has that is to get it.
    """
    originals = told_news.of(session, bulletin.id)
    found = {
        one.id: one
        for number in originals
        for one in _of_line(session, number, items[0].title)
        if one.id not in (bulletin.id, *originals)
    }
    others = [found[number] for number in sorted(found, reverse=True)]
    decided = [one for one in others if one.status not in WAITING]
    waiting = [one for one in others if one.status in WAITING]
    lines = []
    if decided and (count := recipients.reached_again(session, bulletin, decided)):
        ways = [ONLY_IF, *_for_the_rest(session, originals)]
        lines.append(" ".join([_told(session, HAS_ONE, decided[0], count), *ways]))
    if waiting and (count := recipients.head_count(session, bulletin)):
        lines.append(_told(session, ANOTHER, waiting[0], count))
    return lines


def otherwise(session: Session, bulletin: Bulletin, items: Sequence[BulletinItem | ItemData]) -> list[str]:
    """Of the text for those whom a send spared, the lines that the newest correction tells in other words."""
    if bulletin.kind not in told_news.NEWS:
        return []
    titles, lines = [item.title for item in items], []
    for item in (item for item in items if titles.count(item.title) == 1):
        of_line = [
            one
            for number in told_news.of(session, bulletin.id)
            for one in _of_line(session, number, item.title)
        ]
        newest = max(of_line, key=lambda one: one.id, default=None)
        if newest and plain(right := _right(session, newest)[0].text) != plain(item.text):
            lines.append(OTHERWISE.format(line=item.title, number=newest.id, said=right))
    return lines


def _of_line(session: Session, original_id: int, title: str) -> list[Bulletin]:
    """Its corrections of the line with this title that were not turned down."""
    statuses = (*WAITING, BulletinStatus.approved, *PUBLIC)
    found = told_news.follow_ups(session, original_id, *statuses, kinds=(BulletinKind.correction,))
    return [one for one in found if any(line.title == title for line in _right(session, one))]


def _right(session: Session, correction: Bulletin) -> list[BulletinItem]:
    """Its line with the right text, as it was approved, else as it stands; none before it has a text."""
    sealed = bulletins.approved(session, correction.id)
    version = sealed[1] if sealed else bulletins.latest(session, correction.id)
    return bulletins.items(session, version)[:1] if version else []


def _told(session: Session, words: str, other: Bulletin, count: int) -> str:
    who = f"{people(count)} {'riceve' if count == 1 else 'ricevono'}"
    (right,) = _right(session, other)
    return words.format(number=other.id, said=right.text, who=who)


def _for_the_rest(session: Session, originals: Sequence[int]) -> list[str]:
    """What there is, or can be, for those who received nothing of a stopped send."""
    lines = []
    for original in (session.get_one(Bulletin, number) for number in originals):
        drafts = told_news.follow_ups(session, original.id, *WAITING, kinds=(original.kind,))
        if original.status == BulletinStatus.stopped and deliveries.certificate(session, original.id).open:
            lines.append(TO_THE_REST)
        elif drafts and original.kind not in recipients.PUT_RIGHT:
            lines.append(THE_REST.format(number=drafts[0].id))
    return lines

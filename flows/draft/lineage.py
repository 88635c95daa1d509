"""One line and the messages that told it: a bulletin, its corrections, the text for those it did not reach.

Who corrects a line may choose it from any of them: whom that reaches must not hang on which.
"""

from collections.abc import Sequence

from sqlmodel import Session

from db import bulletins, told_news
from db.models import PUBLIC, Bulletin, BulletinItem, BulletinKind, BulletinStatus
from db.recipients import PUT_RIGHT
from flows.bulletin.language.markup import parameter

FAMILY = (*told_news.NEWS, BulletinKind.correction)  # an all-clear is of several alerts, and tells its own


def tied_to(session: Session, bulletin: Bulletin, line: BulletinItem) -> list[int]:
    """Ids of what a correction of this line is one of: of each message that told it in the same words.

    A correction of a correction is one of the bulletin, too: else what looks up the right text there, for who
    was not reached and on its page, still finds the wrong one.
    """
    alike = [one for one in _family(session, bulletin) if _tells(session, one, line)]
    corrected = [number for one in alike for number in _of(session, one)]
    return sorted({bulletin.id, *(one.id for one in alike), *corrected})


def plain(text: str) -> str:
    """As it is compared: of what a phone shows."""
    return parameter(text).casefold().replace("’", "'").rstrip(" .;,")


def whole(session: Session, bulletin: Bulletin, position: int) -> tuple[int, int]:
    """The line of the bulletin that a correction puts right, by number and position; else the line itself."""
    lines = _sealed(session, bulletin)
    if bulletin.kind != BulletinKind.correction or position != 1 or not lines:
        return bulletin.id, position
    found = [
        (one, places[0])
        for one in (session.get_one(Bulletin, number) for number in told_news.of(session, bulletin.id))
        if one.kind not in PUT_RIGHT and len(places := _places(session, one, lines[0].title)) == 1
    ]
    stopped = [(one, place) for one, place in found if one.status == BulletinStatus.stopped]
    return next(((one.id, place) for one, place in [*stopped, *found]), (bulletin.id, position))


def _places(session: Session, bulletin: Bulletin, title: str) -> list[int]:
    return [item.position for item in _sealed(session, bulletin) if item.title == title]


def _family(session: Session, bulletin: Bulletin) -> list[Bulletin]:
    """What has left of what puts right, or is put right by, this one or another of them."""
    found: dict[int, Bulletin] = {}
    waiting = [bulletin]
    while waiting:
        one = waiting.pop()
        if one.id in found or one.kind not in FAMILY:
            continue
        found[one.id] = one
        waiting += [session.get_one(Bulletin, number) for number in told_news.of(session, one.id)]
        waiting += told_news.follow_ups(session, one.id, *PUBLIC, kinds=FAMILY)
    return list(found.values())


def _tells(session: Session, bulletin: Bulletin, line: BulletinItem) -> bool:
    said = line.title, plain(line.text)
    return any((item.title, plain(item.text)) == said for item in _told(session, bulletin))


def _sealed(session: Session, bulletin: Bulletin) -> list[BulletinItem]:
    sealed = bulletins.approved(session, bulletin.id)
    return bulletins.items(session, sealed[1]) if sealed else []


def _told(session: Session, bulletin: Bulletin) -> Sequence[BulletinItem]:
    """Of a correction its first line alone: the others are about it."""
    items = _sealed(session, bulletin)
    return items[:1] if bulletin.kind == BulletinKind.correction else items


def _of(session: Session, bulletin: Bulletin) -> Sequence[int]:
    return told_news.of(session, bulletin.id) if bulletin.kind == BulletinKind.correction else ()

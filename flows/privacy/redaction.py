"""Takes a part of a sent bulletin off the public pages, or puts it back; each act is kept with its reason.

What lies on the citizens' telephones cannot be taken back, and the sealed text stays in the database: it
proves what was sent.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, mail_outbox, privacy, told_news
from db.engine import transaction
from db.mail_outbox import SHEET
from db.models import PUBLIC, Bulletin, BulletinItem, BulletinVersion, LetterStatus
from flows.bulletin.status import STATUS
from flows.settings import BollettinoError


class RedactionError(BollettinoError):
    """There is no such part of a sent bulletin."""


@dataclass(frozen=True)
class Redacted:
    """What was done, and where else the same may still be read."""

    words: str
    is_done: bool = False
    elsewhere: tuple[str, ...] = ()


def redact(
    engine: Engine,
    which: str,
    position: int | None,
    *,
    by: str,
    reason: str,
    cancel: bool = False,
    dry_run: bool = False,
    now: datetime,
) -> Redacted:
    """Hide an item (`position` from 1), or with None all of a bulletin; with `cancel` show it again.

    Args:
        which: the bulletin's number, or the code of its page.
        by: the user of the machine.
        reason: for the Comune's records, never shown on a page.

    Raises:
        RedactionError: when there is no such bulletin or item, or nothing of it is public.
    """
    with transaction(engine) as session:
        bulletin = _find(session, which)
        items = _items(session, bulletin)
        if position is not None and bulletin.template:
            raise RedactionError(
                f"bulletin {bulletin.id} is one text: leave the item out, all of it is meant"
            )
        if position is not None and not 1 <= position <= len(items):
            raise RedactionError(
                f"bulletin {bulletin.id} has {len(items)} items: there is no item {position}"
            )
        part = f"bulletin {bulletin.id}" if position is None else f"item {position} of bulletin {bulletin.id}"
        change = privacy.show if cancel else privacy.hide
        if not change(session, bulletin.id, position, by=by, reason=reason, now=now):
            return Redacted(f"{part} {'is not hidden' if cancel else 'is hidden already'}: nothing was done")
        if dry_run:
            session.rollback()
            return Redacted(f"{part} would be {'shown again' if cancel else 'hidden'}")
        if not cancel:
            mail_outbox.take_back(session, bulletin.id, SHEET, now=now)
        hidden = items if position is None else [items[position - 1]]
        elsewhere = () if cancel else tuple(_elsewhere(session, bulletin, hidden))
        sentence = f"{part} is {'shown again' if cancel else 'hidden'} on the public pages"
        return Redacted(sentence, True, elsewhere)


def _find(session: Session, which: str) -> Bulletin:
    bulletin = bulletins.by_code(session, which)
    if bulletin is None and which.isascii() and which.isdigit() and len(which) < 10:
        bulletin = session.get(Bulletin, int(which))
    if bulletin is None:
        raise RedactionError(f"there is no bulletin with the number or code {which}")
    if bulletin.status not in PUBLIC:
        status = STATUS[bulletin.status]
        raise RedactionError(f"bulletin {bulletin.id} is not public ({status}): nothing to hide")
    return bulletins.locked(session, bulletin.id)


def _items(session: Session, bulletin: Bulletin) -> list[BulletinItem]:
    sealed = bulletins.approved(session, bulletin.id)
    if sealed is None:
        raise RedactionError(f"bulletin {bulletin.id} was not approved: none of it is public")
    return bulletins.items(session, sealed[1])


def _elsewhere(session: Session, bulletin: Bulletin, items: list[BulletinItem]) -> list[str]:
    """Other public bulletins with the same news, and what followed this one: they may repeat its words."""
    news = {item.news_item_id for item in items if item.news_item_id}
    rows = session.exec(
        select(BulletinVersion.bulletin_id, BulletinItem.position)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .where(
            col(BulletinItem.news_item_id).in_(news),
            col(BulletinVersion.id).in_(bulletins.telling(excluding=bulletin.id, among=PUBLIC)),
        )
        .order_by(col(BulletinVersion.bulletin_id), col(BulletinItem.position))
    )
    elsewhere = [
        f"the same news is item {position} of bulletin {bulletin_id}" for bulletin_id, position in rows
    ]
    for other in told_news.follow_ups(session, bulletin.id, *PUBLIC):
        elsewhere.append(f"bulletin {other.id} corrects or ends it, and may repeat its words")
    sheets = mail_outbox.of_bulletin(session, bulletin.id, [SHEET])
    names = dict.fromkeys(sheet.editor for sheet in sheets if sheet.status == LetterStatus.sent)
    return elsewhere + [f"its sheet was mailed to {name}: it may hang there" for name in names]

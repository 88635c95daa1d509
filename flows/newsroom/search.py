"""The search in everything that was ever sent: by words, in titles and texts, whatever their accents."""

import unicodedata
from datetime import datetime

from sqlmodel import Session, col, select

from db import bulletins, privacy, told_news
from db.models import PUBLIC, Bulletin, BulletinItem, BulletinStatus, BulletinVersion
from db.privacy import NOTHING
from flows.bulletin.language.dates import giorno, in_rome
from flows.bulletin.status import STATUS
from flows.newsroom.bulletins import called, certificate
from flows.newsroom.line import Line, Step
from flows.settings import Settings

MOST = 50  # lines
MOST_WORDS = 8


def search(settings: Settings, session: Session, asked: str, now: datetime) -> list[Line]:
    """What was sent with all of these words in its title or text, the newest first; not what is hidden."""
    words = sorted({*_folded(asked).split()}, key=len, reverse=True)[:MOST_WORDS]
    if not words:
        return []
    rows = session.exec(
        select(Bulletin, BulletinItem)
        .join(BulletinVersion, col(BulletinVersion.bulletin_id) == Bulletin.id)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .where(col(BulletinItem.version_id).in_(bulletins.telling(among=PUBLIC)))
        .order_by(col(Bulletin.id).desc(), col(BulletinItem.position))
    )
    matching = [
        (row, item)
        for row, item in rows
        if (text := _folded(f"{item.title} {item.text}")) and all(word in text for word in words)
    ][:MOST]
    ids = {row.id for row, _ in matching}
    hidden = privacy.among(session, ids)
    righted = told_news.put_right(session, ids, BulletinStatus.approved, *PUBLIC)
    return [
        _line(settings, row, item, now, is_righted=row.id in righted)
        for row, item in matching
        if not hidden.get(row.id, NOTHING).since(item.position)
    ]


def _line(settings: Settings, row: Bulletin, item: BulletinItem, now: datetime, *, is_righted: bool) -> Line:
    moment = row.sent_at or row.status_at
    state = "inviato" if row.status == BulletinStatus.sent else STATUS[row.status]
    return Line(
        item.title,
        f"{called(row)}, {state}, {giorno(moment)} {in_rome(moment).year}"
        + (": poi è partita una correzione" if is_righted else ""),
        (item.text,),
        (
            Step("la pagina dei cittadini", f"{settings.profile.servers.public}/b/{row.code}"),
            *certificate(settings, row, now),
        ),
    )


def _folded(text: str) -> str:
    """Without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()

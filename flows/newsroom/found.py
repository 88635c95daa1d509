"""The search in everything that was ever sent: by words, in titles and texts, whatever their accents."""

import unicodedata

from sqlmodel import Session, col, select

from db import bulletins, privacy
from db.models import PUBLIC, Bulletin, BulletinItem, BulletinVersion
from db.privacy import NOTHING
from flows.bulletin.language.dates import giorno, in_rome
from flows.newsroom.bulletins import called
from flows.newsroom.line import Line, Step, artifact
from flows.settings import Settings

MOST = 50  # lines


def search(settings: Settings, session: Session, asked: str) -> list[Line]:
    """What was sent with all of these words in its title or text, the newest first; not what is hidden."""
    words = _folded(asked).split()
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
        if all(word in _folded(f"{item.title} {item.text}") for word in words)
    ][:MOST]
    hidden = privacy.among(session, {row.id for row, _ in matching})
    return [
        _line(settings, row, item)
        for row, item in matching
        if not hidden.get(row.id, NOTHING).since(item.position)
    ]


def _line(settings: Settings, row: Bulletin, item: BulletinItem) -> Line:
    moment = row.sent_at or row.status_at
    return Line(
        item.title,
        f"{called(row)}, inviato {giorno(moment)} {in_rome(moment).year}",
        (item.text,),
        (
            Step("la pagina dei cittadini", f"{settings.profile.servers.public}/b/{row.code}"),
            artifact("il certificato", f"certificato-{row.id}"),
        ),
    )


def _folded(text: str) -> str:
    """Without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()

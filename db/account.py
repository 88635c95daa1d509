"""What the provider's webhooks last said of our number and account."""

from datetime import datetime

from sqlmodel import Session, select

from db.models import AccountWord


def said(session: Session) -> dict[str, AccountWord]:
    """By matter: tier, quality, throughput, account, alert; what was never said is absent."""
    return {row.matter: row for row in session.exec(select(AccountWord))}


def hear(session: Session, matter: str, word: str, *, at: datetime) -> None:
    """Keep the newest word by the provider's time; of two of one second, the same one in any order."""
    known = session.get(AccountWord, matter, with_for_update=True)
    if known is None:
        session.add(AccountWord(matter=matter, word=word, said_at=at))
    elif (at, word) > (known.said_at, known.word):
        known.word, known.said_at = word, at
        session.add(known)
    session.flush()

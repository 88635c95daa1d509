"""What the provider last said: of each template, of our number and of our account."""

from datetime import datetime

from sqlmodel import Session, col, select

from db.models import AccountWord, Template


def find(session: Session, name: str, language: str) -> Template | None:
    return session.exec(select(Template).where(Template.name == name, Template.language == language)).first()


def seen(
    session: Session,
    name: str,
    language: str,
    *,
    category: str | None = None,
    status: str | None = None,
    quality: str | None = None,
    at: datetime,
) -> None:
    """Keep the newest word on each matter, by the time at which it was said: webhooks keep no order."""
    template = _row(session, name, language, at)
    if category and _newer(at, category, template.category_at, template.category):
        template.category, template.category_at = category, at
    if status and _newer(at, status, template.status_at, template.status):
        template.status, template.status_at = status, at
    if quality and _newer(at, quality, template.quality_at, template.quality):
        template.quality, template.quality_at = quality, at
    template.updated_at = max(template.updated_at, at)
    session.add(template)
    session.flush()


def edited(session: Session, name: str, language: str, unlike: str, *, at: datetime) -> None:
    """Its text changed at the provider; `unlike` names what is not as we submitted it, empty for nothing."""
    template = _row(session, name, language, at)
    if _newer(at, unlike, template.text_at, template.unlike):
        template.unlike, template.text_at = unlike, at
    template.updated_at = max(template.updated_at, at)
    session.add(template)
    session.flush()


def templates(session: Session, language: str) -> list[Template]:
    """Every template in this language of which the provider said anything."""
    rows = select(Template).where(Template.language == language).order_by(col(Template.name))
    return list(session.exec(rows))


def _row(session: Session, name: str, language: str, at: datetime) -> Template:
    return find(session, name, language) or Template(
        name=name, language=language, category="unknown", status="unknown", updated_at=at
    )


def _newer(at: datetime, word: str, stored_at: datetime | None, stored: str | None) -> bool:
    """Of two words of one second the same one stays, whichever came first."""
    return stored_at is None or (at, word) > (stored_at, stored or "")


def account_words(session: Session) -> dict[str, AccountWord]:
    """By matter: tier, quality, throughput, account, alert; what was never said is absent."""
    return {row.matter: row for row in session.exec(select(AccountWord))}


def hear(session: Session, matter: str, word: str, *, at: datetime) -> None:
    """Keep the newest word by the provider's time; of two of one second, the same one in any order."""
    stored = session.get(AccountWord, matter, with_for_update=True)
    if stored is None:
        session.add(AccountWord(matter=matter, word=word, said_at=at))
    elif (at, word) > (stored.said_at, stored.word):
        stored.word, stored.said_at = word, at
        session.add(stored)
    session.flush()

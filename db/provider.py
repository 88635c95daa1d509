"""What the provider last said of each template."""

from datetime import datetime

from sqlmodel import Session, select

from db.models import Template


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
    template = find(session, name, language)
    if template is None:
        template = Template(name=name, language=language, category="unknown", status="unknown", updated_at=at)
    if category and _newer(at, category, template.category_at, template.category):
        template.category, template.category_at = category, at
    if status and _newer(at, status, template.status_at, template.status):
        template.status, template.status_at = status, at
    if quality and _newer(at, quality, template.quality_at, template.quality):
        template.quality, template.quality_at = quality, at
    template.updated_at = max(template.updated_at, at)
    session.add(template)
    session.flush()


def _newer(at: datetime, word: str, known_at: datetime | None, known: str | None) -> bool:
    """Of two words of one second the same one stays, whichever came first."""
    return known_at is None or (at, word) > (known_at, known or "")

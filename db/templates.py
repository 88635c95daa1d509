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
    now: datetime,
) -> None:
    """Keep what the provider says; what it does not say stays as it was."""
    template = find(session, name, language)
    if template is None:
        template = Template(
            name=name,
            language=language,
            category=category or "unknown",
            status=status or "unknown",
            updated_at=now,
        )
    template.category = category or template.category
    template.status = status or template.status
    template.updated_at = now
    session.add(template)
    session.flush()

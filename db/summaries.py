"""The stored texts of news, and what became of a model that was asked for one."""

from sqlmodel import Session, col, select

from db.models import NewsItem, Summary


def of_text(session: Session, news_item_id: int, text: str) -> Summary | None:
    """The summary of what the item says now that `text` is, or ends with behind words of our own.

    None of a text that a person changed.
    """
    stored = session.exec(
        select(Summary)
        .join(NewsItem)
        .where(
            Summary.news_item_id == news_item_id,
            Summary.content_sha256 == NewsItem.content_sha256,
        )
        .order_by(col(Summary.id).desc())
    ).all()
    fitting = [one for one in stored if one.text and text.endswith(one.text)]
    return max(fitting, key=lambda one: len(one.text), default=None)

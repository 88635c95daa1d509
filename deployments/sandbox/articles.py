"""Articles of the municipal site: what one is, the first ones, and their life (publish, edit, withdraw)."""

import re
import tomllib
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from deployments.sandbox.dates import fill_dates
from deployments.sandbox.store import Store

_FIRST_ID = 101


class Attachment(BaseModel):
    """A document to download: its title and the name of its file."""

    model_config = ConfigDict(extra="forbid")

    title: str
    file: str = Field(pattern=r"^[a-z0-9-]+\.pdf$")


class ArticleOrder(BaseModel):
    """What an office types in; HTML only in `body`. `abstract` is the theme's descrizione breve."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1)
    abstract: str = Field(default="", max_length=255)
    body: str = ""
    category: str = "Avviso"
    topics: list[str] = []
    office: str = "Ufficio Relazioni con il Pubblico"
    attachments: list[Attachment] = []
    shown_on: date | None = None  # the date on the page; WordPress keeps it apart from the feed's
    quick_edited: bool = False  # the theme then empties the feed's content (tipologia_notizia.php)


class Article(ArticleOrder):
    """An article on the site."""

    id: int
    slug: str
    published: AwareDatetime
    modified: AwareDatetime
    withdrawn: bool = False


def plant_articles(store: Store, now: datetime) -> None:
    """The articles of a first start, dated around `now`; a later start leaves everything as it is."""
    if store.all(Article):
        return
    data = tomllib.loads((Path(__file__).parent / "articles.toml").read_text("utf-8"))
    oldest_first = sorted(data["articolo"], key=lambda raw: -raw["hours_ago"])
    for raw in oldest_first:
        published = (now - timedelta(hours=raw.pop("hours_ago"))).replace(microsecond=0)
        publish(store, ArticleOrder.model_validate(_dated(raw, now.date())), published)


def publish(store: Store, order: ArticleOrder, now: datetime) -> Article:
    """Put a new article online, under a slug of its own."""
    articles = store.all(Article)
    slug = base = slugify(order.title)
    for suffix in range(2, len(articles) + 3):
        if store.get(Article, slug) is None:
            break
        slug = f"{base}-{suffix}"
    identity = _FIRST_ID + len(articles)
    article = Article(**order.model_dump(), id=identity, slug=slug, published=now, modified=now)
    article = article.model_copy(update={"shown_on": order.shown_on or now.date()})
    store.put(slug, article)
    return article


def edit(store: Store, article: Article, changes: dict[str, Any], now: datetime) -> Article:
    """Change some fields in place: same address, same guid, new time of change.

    Raises pydantic's ValidationError on a field that articles do not have.
    """
    order = ArticleOrder.model_validate(
        {**article.model_dump(include=set(ArticleOrder.model_fields)), **changes}
    )
    edited = article.model_copy(update={**dict(order), "modified": now, "withdrawn": False})
    store.put(article.slug, edited)
    return edited


def withdraw(store: Store, article: Article, now: datetime) -> None:
    """Take it off the site and out of the feed; an edit brings it back."""
    store.put(article.slug, article.model_copy(update={"withdrawn": True, "modified": now}))


def online(store: Store) -> list[Article]:
    """What the site shows, newest first."""
    articles = [article for article in store.all(Article) if not article.withdrawn]
    return sorted(articles, key=lambda article: (article.published, article.id), reverse=True)


def slugify(title: str) -> str:
    """As WordPress does: no accents, small letters, hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "articolo"


def _dated(value: Any, start: date) -> Any:
    """Fill the dates in every text of a nested value."""
    if isinstance(value, str):
        return fill_dates(value, start).strip()
    if isinstance(value, list):
        return [_dated(item, start) for item in value]
    if isinstance(value, dict):
        return {key: _dated(item, start) for key, item in value.items()}
    return value

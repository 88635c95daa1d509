"""What a bulletin tells, beside its pages and alerts as they are by now: at each round, and before a send.

What a page says by now is stored as collect stores it. A changed fact or a page that the site says is gone
holds the bulletin. A page that cannot be read is told and holds nothing: a town's site that is down for an
hour must not cost a bulletin whose facts were read and approved. A text of a fixed template is a person's:
while it waits for one its page is read for what the guard lays beside it, and holds nothing.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, news_items, sign_offs
from db.bulletins import ItemData
from db.engine import alone, reading, transaction
from db.models import (
    Bulletin,
    BulletinItem,
    BulletinStatus,
    BulletinVersion,
    Edit,
    NewsItem,
    NewsRevision,
    Source,
)
from db.models.columns import fields_of
from db.news_items import NewsData, StoredItem
from flows.bulletin.choosing.changes import NoticeText, compare
from flows.bulletin.facts.find import Kind, facts
from flows.settings import Settings
from flows.sources import truth
from flows.sources.identity import Match
from flows.sources.news import PURPOSE, store_item
from flows.sources.pages import Now, Reread, doubtful, page_columns, reread
from flows.sources.readings import fetcher
from scrapers.feeds.feeds import Entry
from scrapers.fetching.fetcher import Fetcher
from scrapers.pages.pages import Page

LOG = logging.getLogger(__name__)
SECONDS = 20.0  # for all pages together to come: they are asked at once
LATEST = 30.0  # and to be understood: a page made to cost a reader minutes must hold no send
MOST_FACTS = 8  # facts of one change, in a sentence
CHANGED = "sul sito è cambiata."
NOT_THERE = "non c'è più sul sito"


@dataclass(frozen=True)
class Rereading:
    """One news of a bulletin, beside its page as it is by now; or one alert, beside what holds by now."""

    position: int  # its place in the bulletin, from 1
    news_item_id: int | None  # None of an alert
    title: str
    state: Now
    before: str = ""  # what the page told, or for a page that is gone the bulletin's text
    after: str = ""
    reason: str = ""
    mark: str = ""  # of an alert: what holds by now, the same at every round
    is_fixed: bool = False  # a line of a fixed template, whose boxes the form calls by their names

    @property
    def holds(self) -> bool:
        return self.state in (Now.changed, Now.gone)

    @property
    def line(self) -> str:
        """For the editor."""
        if self.state == Now.gone:
            return gone(self.position, self.title)
        if self.news_item_id is None:
            sentence = truth.untruth_sentence(self.before, self.after)
        elif self.state == Now.changed:
            sentence = f"{CHANGED} Prima: {self.before}. Ora: {self.after}."
        elif self.is_fixed:
            return (
                f"«{self.title}»: la pagina non si è potuta rileggere, vale ciò che diceva ({self.reason})."
            )
        else:
            sentence = f"la pagina non si è potuta rileggere, il testo è quello già letto ({self.reason})."
        return f"Notizia {self.position}: «{self.title}»: {sentence}"


def gone(position: int, title: str) -> str:
    """What is said against a text whose page is gone, and kept with an approval in spite of it."""
    return f"Notizia {position}: «{' '.join(title.split())}»: la pagina non c'è più sul sito."


def reread_bulletin(
    settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime
) -> list[Rereading]:
    """Read the pages that a bulletin tells of, store what they say, and return what an editor must know.

    Compared with what was stored when its text was written or sealed, so that what collect found since then
    counts too. Takes `LATEST` seconds at most; what is not read by then could not be read. Nor is a page read
    here that never was read before, of which there is nothing to compare. Of a fixed template (corrections)
    the page is read while it is in review, and only that it could not be is returned. Alerts are those that
    collect stored last, see `flows/sources/truth.py`.
    """
    with reading(engine) as session:
        since, lines = _lines(session, bulletin_id)
        alerts = _alerts(settings, session, bulletin_id, now)
    if not lines:
        return alerts
    answers = _read_all(settings, [item for _, item, _ in lines])
    pages = [
        (_match(item, stored), _data(item, answer.page, now))
        for (_, item, stored), answer in zip(lines, answers, strict=True)
        if answer.page
    ]
    # a site in maintenance answers too, with one text everywhere
    of_articles = {match.item.id: (match, data) for match, data in doubtful(pages) if match.item}
    seen = []
    with transaction(engine) as session:
        alone(session, PURPOSE)
        for (line, item, _), answer in zip(lines, answers, strict=True):
            about = Rereading(line.position, item.id, line.title, answer.state, reason=answer.reason)
            if answer.page is not None:
                match, data = of_articles[item.id]
                if data.page_failure:
                    about = replace(about, state=Now.unreadable, reason=data.page_failure)
                elif answer.state == Now.changed or item.page_failure:
                    _keep(session, item.id, match, data, answer.page, now)
            if since is None:
                about = _of_fixed(about)
            elif about.state == Now.gone:
                about = replace(about, before=line.text, after="la pagina non c'è più")
            elif change := _since(session, item, answer if about.state == Now.changed else None, since, now):
                about = replace(about, state=Now.changed, before=change[0], after=change[1])
            elif about.state == Now.changed:  # other words, the same facts
                about = replace(about, state=Now.same)
            seen.append(about)
    return [*alerts, *(rereading for rereading in seen if rereading.state != Now.same)]


def _of_fixed(about: Rereading) -> Rereading:
    """What is to be said of a page that is only evidence: nothing, unless that is what it was before."""
    if about.state == Now.gone:
        return replace(about, state=Now.unreadable, reason=NOT_THERE, is_fixed=True)
    return replace(about, state=Now.same if about.state == Now.changed else about.state, is_fixed=True)


def alerts_by_now(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    items: Sequence[BulletinItem | ItemData],
    *,
    at: datetime,
) -> list[Rereading]:
    """What its items tell of alerts and is not so by now, of a message that leaves at `at`."""
    untruths = truth.untrue(settings, session, bulletin, items, at=at)
    return [
        Rereading(line.position, None, line.title, Now.changed, line.before, line.after, mark=line.mark)
        for line in untruths
    ]


def overridden(settings: Settings, session: Session, bulletin_id: int) -> set[str]:
    """What its approvals in force were given in spite of, a line each."""
    vault = settings.vault()
    reopened = bulletins.reopened_at(session, vault, bulletin_id)
    signed = sign_offs.genuine(session, vault, bulletin_id)
    in_force = [sign_off for sign_off in signed if reopened is None or sign_off.at > reopened]
    return {line for sign_off in in_force for line in sign_off.overridden.splitlines()}


def _read_all(settings: Settings, items: Sequence[NewsItem]) -> list[Reread]:
    """Each page in a thread of its own, which nobody waits for any longer than `LATEST`."""
    pool = ThreadPoolExecutor(len(items))
    try:
        with fetcher(settings) as client:
            client.timeout = SECONDS
            futures = [pool.submit(_read, client, item) for item in items]
            in_time, _ = wait(futures, timeout=LATEST)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    late = f"non letta entro {LATEST:g} secondi"
    return [
        future.result() if future in in_time else Reread(Now.unreadable, reason=f"{item.url}: {late}")
        for future, item in zip(futures, items, strict=True)
    ]


def _read(client: Fetcher, item: NewsItem) -> Reread:
    try:
        return reread(client, item)
    except Exception as exc:  # told: a defect must not keep an editor's answer from being stored
        LOG.exception("%s: not foreseen", item.url)
        return Reread(
            Now.unreadable, reason=f"{item.url}: un difetto di questo programma ({type(exc).__name__})"
        )


def _alerts(settings: Settings, session: Session, bulletin_id: int, now: datetime) -> list[Rereading]:
    version = _version(session, bulletin_id)
    if version is None:
        return []
    bulletin = session.get_one(Bulletin, bulletin_id)
    return alerts_by_now(settings, session, bulletin, bulletins.items(session, version), at=now)


def _version(session: Session, bulletin_id: int) -> BulletinVersion | None:
    """The text that was approved, or the latest."""
    sealed = bulletins.approved(session, bulletin_id)
    return sealed[1] if sealed else bulletins.latest(session, bulletin_id)


def _lines(
    session: Session, bulletin_id: int
) -> tuple[datetime | None, list[tuple[BulletinItem, NewsItem, StoredItem]]]:
    """When the text was written, None of a fixed one; and its lines with what was read of their pages."""
    bulletin = session.get_one(Bulletin, bulletin_id)
    version = _version(session, bulletin_id)
    is_fixed = bulletin.template is not None
    if version is None or (is_fixed and bulletin.status != BulletinStatus.in_review):
        return None, []
    lines = []
    for line in bulletins.items(session, version):
        item = session.get(NewsItem, line.news_item_id) if line.news_item_id else None
        if item is not None and item.page_checked_at is not None:
            lines.append((line, item, news_items.by_id(session, [item.id])[0]))
    return None if is_fixed else version.created_at, lines


def _match(item: NewsItem, stored: StoredItem) -> Match:
    """The item as an entry that its feed has not changed."""
    entry = Entry(item.guid, item.url, item.title, item.feed_text, item.published_at, None, ())
    return Match(entry, item.address_key, item.entry_sha256, stored)


def _data(item: NewsItem, page: Page, now: datetime) -> NewsData:
    """The item with what its page says now."""
    by_now = {"page_failure": None, "page_checked_at": now}
    return NewsData(**fields_of(NewsData, item) | page_columns(page) | by_now)


def _keep(session: Session, item_id: int, match: Match, data: NewsData, page: Page, now: datetime) -> None:
    """Store it; with the page's own title where that tells what nothing told before: `ANNULLATO: ...`.

    Otherwise the feed's title stays, which often is another one.
    """
    item = session.get_one(NewsItem, item_id)
    before = {(fact.kind, fact.value) for fact in facts("\n".join(_texts(item)))}
    titles = compare(NoticeText(item.title, ""), NoticeText(page.title, ""))
    new = [fact.kind for fact in titles.gained if (fact.kind, fact.value) not in before]
    replaced = {Kind.word, *(fact.kind for fact in titles.lost)}
    # where the page lags its feed is ahead of it
    has_title = titles.edit == Edit.updated and not item.page_lags and any(kind in replaced for kind in new)
    if has_title:
        data = replace(data, title=page.title)
    store_item(session, session.get_one(Source, item.source_id), match, data, now=now)
    if has_title:
        item.page_lags = False  # here the page is ahead of the feed
        session.add(item)


def _since(
    session: Session, item: NewsItem, read: Reread | None, since: datetime, now: datetime
) -> tuple[str, str] | None:
    """The facts that the item told before and tells now, in words; None where they are the same.

    `item` is as it was before this reading; `read` is given where its page was another one then.
    """
    stored = session.get_one(NewsItem, item.id)
    revisions = news_items.revisions(session, item.id)
    edits = [row for row in revisions if row.edit == Edit.updated and row.replaced_at > since]
    if len(edits) > 1 and edits[0].content_sha256 == stored.content_sha256 and not stored.page_lags:
        return None  # it says again what it said then
    lost = [tuple(fact) for row in edits for fact in row.lost]
    gained = [tuple(fact) for row in edits for fact in row.gained]
    is_new = stored.content_sha256 != item.content_sha256 and all(row.replaced_at != now for row in revisions)
    is_first = item.page_read_at is None  # it tells more than the feed did, which is no change
    if not edits and is_new and not is_first and read and read.change and read.change.edit == Edit.updated:
        # between two texts of late: for collect a cache and no event, but not what was approved
        lost = [(fact.kind, fact.value) for fact in read.change.lost]
        gained = [(fact.kind, fact.value) for fact in read.change.gained]
    if not lost and not gained:
        return None
    return _words(lost, [*edits, item]) or "non lo diceva", _words(gained, [stored]) or "non lo dice più"


def _words(facts_told: Sequence[tuple[str, ...]], texts: Sequence[NewsItem | NewsRevision]) -> str:
    """Facts as these texts write them."""
    spelled: dict[tuple[str, ...], str] = {}
    for text in texts:
        for fact in facts("\n".join(_texts(text))):
            spelled.setdefault((fact.kind, fact.value), " ".join(fact.shown.split()))
    words = list(dict.fromkeys(spelled.get(fact, fact[-1]) for fact in facts_told))
    return ", ".join([*words[:MOST_FACTS], *(["..."] if len(words) > MOST_FACTS else [])])


def _texts(item: NewsItem | NewsRevision) -> list[str]:
    return [item.title, item.abstract, item.body, getattr(item, "feed_text", "")]

"""What became of an item between two readings, like compared with like: page with page, feed with feed."""

from dataclasses import replace

from db.models import Edit
from db.news_items import Known, NewsData
from flows.bulletin.choosing.changes import Change, Said, compare
from flows.bulletin.facts.find import Fact


def difference(known: Known, data: NewsData) -> tuple[Change, NewsData]:
    """What an edit changed, and the item as it is to be stored.

    Either of feed and page may tell the edit first: a page comes from a cache, or not at all, while the feed
    says RINVIATO. Then the item is updated at once, `page_lags` says that its page tells otherwise, and the
    page that comes after brings no second event. The first reading of a page is no edit, though it tells
    more than the feed did; nor is the first by another version of this program.
    """
    if not known.entry_sha256:
        return Change(None), data
    had_page = known.page_read_at is not None
    has_page = data.page_failure is None
    by_feed = Change(None)
    if known.feed_text or not had_page:
        by_feed = compare(Said(known.title, known.feed_text or known.body), Said(data.title, data.feed_text))
    elif known.title != data.title:
        by_feed = compare(Said(known.title, ""), Said(data.title, ""))
    by_page = Change(None)
    if had_page and has_page:
        by_page = compare(
            Said(known.title, f"{known.abstract}\n{known.body}"),
            Said(data.title, f"{data.abstract}\n{data.body}"),
        )
    stands = (data.abstract, data.body) == (known.abstract, known.body)
    lags = by_feed.edit == Edit.updated and had_page and (not has_page or stands)
    if known.page_lags and not lags:  # told when the feed said it
        lags = not has_page or (stands and by_feed.edit is None)
        if by_page.edit == Edit.updated and by_feed.edit is None:
            by_page = replace(by_page, edit=Edit.reworded)
    return _both(by_page, by_feed), replace(data, page_lags=lags)


def _both(one: Change, other: Change) -> Change:
    """The greater edit of two, with the facts of both."""
    order = [None, *Edit]
    edit = max(one.edit, other.edit, key=order.index)

    def each_once(*facts: Fact) -> tuple[Fact, ...]:
        return tuple({(fact.kind, fact.value): fact for fact in facts}.values())

    return Change(edit, each_once(*one.lost, *other.lost), each_once(*one.gained, *other.gained))

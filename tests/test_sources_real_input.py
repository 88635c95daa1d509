"""Real feeds and alert archives through the sandbox, collect and compose; no request leaves loopback."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db.models import NewsItem, Origin, Source, WeatherAlert
from flows.bulletin.language.dates import giorno
from flows.bulletin.language.markup import parameter
from flows.bulletin.message.exact import template_name
from flows.bulletin.message.frame import budget, problems
from flows.compose import Draft
from flows.profiles.contacts import is_loopback
from flows.settings import Settings
from flows.sources import visit
from scrapers.errors import TemporaryError
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from scrapers.fetching.pace import Pace
from tests.world.comune import SECRETS, Comune, Loopback
from tests.world.shared import SHARED, needs_shared

pytestmark = needs_shared

FEEDS = sorted((SHARED / "feeds/real").glob("*"))
# nothing but headings, and no page was asked: an editor writes what they are about
BARE = {"edit_maltempo_after_20250902", "edit_maltempo_before_20250902", "scraped_castegnero_20260822"}
UNUSABLE = {  # how the two files that are no feed must fail
    "scraped_bressanvido_TRUNCATED": "the XML is cut off",
    "scraped_provinciavicenza_20260822": "the channel is empty",
}
MOJIBAKE = re.compile("[ÂÃ][\u0080-\u00bf]|â€|\ufffd")
ARCHIVES = {
    "ruhetag_20260730_1511.zip": datetime(2026, 7, 30, 15, tzinfo=UTC),
    "unwettertag_20260118_1515.zip": datetime(2026, 1, 18, 15, tzinfo=UTC),
}


class AtHome(Fetcher):
    """Real items link to real sites, which a test must not ask."""

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        if not is_loopback(url):
            raise TemporaryError(url, "not asked in a test")
        return super().get(url, etag=etag, last_modified=last_modified)


@pytest.fixture
def served(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite: Engine
) -> Iterator[Comune]:
    """A Comune whose site also serves the shared data, and whose fetcher stays at home."""

    def at_home(_settings: Settings, _pace: Pace) -> Fetcher:
        return AtHome(user_agent="Bollettino test")

    monkeypatch.setattr(visit, "fetcher", at_home)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    found = Comune(loopback, tmp_path, sqlite, files=SHARED)
    yield found
    found.close()


def require_sendable(comune: Comune, draft: Draft) -> None:
    """Within the limits, one line each, no broken letters, no markup, and stable when it is read again."""
    texts = [item.text for item in draft.items]
    assert draft.items
    total = budget(comune.settings.frame(template_name(len(texts))), giorno(comune.now))
    assert problems(texts, total=total) == []
    for text in texts:
        assert not MOJIBAKE.search(text), text
        assert not re.search(r"[\n\r\t]|  |</?\w+[^>]*>|&#?\w+;|\]\(", text), text
        assert not any(unicodedata.category(char) in ("Cc", "Cs", "Co") for char in text)
        assert parameter(text) == text, "a person who changes nothing must change nothing"


@pytest.mark.parametrize("path", FEEDS, ids=[path.stem for path in FEEDS])
def test_every_real_feed_gives_a_bulletin_or_one_named_error(served: Comune, path: Path) -> None:
    address = f"{served.loopback.address}/files/feeds/real/{path.name}"
    served.reprofile(
        (f'feeds = ["{served.loopback.address}/sito/feed/?post_type=notizia"]', f'feeds = ["{address}"]')
    )
    if day := re.search(r"\d{8}$", path.stem):  # when it was current: older news is stored, but not told
        served.now = datetime.strptime(day[0], "%Y%m%d").replace(hour=22, tzinfo=UTC)
    (reading,) = served.collect()
    if words := UNUSABLE.get(path.stem):
        assert (reading.failure or "").startswith(f"{address}: {words}")
        assert not served.news()
        return
    assert reading.failure is None
    assert reading.new > 0
    with served.look() as session:
        stored = session.exec(select(NewsItem)).all()
    assert len(stored) == reading.new
    asked = [item for item in stored if item.page_checked_at]
    assert 0 < len(asked) <= served.settings.profile.first_reading.items
    assert all(item.page_failure and "not asked in a test" in item.page_failure for item in asked if item.url)
    assert {item.origin for item in stored if item not in asked} <= {Origin.initial}
    newest = max((item.published_at for item in stored if item.published_at), default=served.now)
    served.now = newest + timedelta(hours=1)
    draft = served.compose()
    if path.stem in BARE:
        assert not draft.items
        assert "Scrivilo tu" in draft.why
    else:
        require_sendable(served, draft)
    again = served.collect()[0]
    assert (again.new, again.failure) == (0, None)


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_real_archive_is_read_and_what_it_announces_is_told(served: Comune, name: str) -> None:
    served.now = ARCHIVES[name]
    address = f"{served.loopback.address}/files/alerts/dpc/{name}"
    own = f"{served.loopback.address}/dpc/files/all/latest_all.zip"
    told = set()
    for zone in ("Lomb-09", "Sard-A", "Sici-A"):
        served.reprofile((own, address), ('alert_zones = ["Lomb-09"]', f'alert_zones = ["{zone}"]'))
        with served.look() as session:
            for source in session.exec(select(Source)):
                source.etag = source.last_modified = None
        (reading,) = served.collect("alerts")
        assert (reading.new, reading.failure, reading.problems) == (6, None, ())
        draft = served.compose(dry_run=True)
        if draft.items:
            require_sendable(served, draft)
            told.add(zone)
        with served.look() as session:
            rows = session.exec(select(WeatherAlert).where(WeatherAlert.zone == zone)).all()
        assert bool(draft.items) == any(row.level.rank for row in rows if row.expires > served.now)
    assert ("Sard-A" in told) == name.startswith("unwettertag")


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_old_archive_is_one_named_error(served: Comune, name: str) -> None:
    served.now = ARCHIVES[name] + timedelta(days=2)
    address = f"{served.loopback.address}/files/alerts/dpc/{name}"
    served.reprofile((f"{served.loopback.address}/dpc/files/all/latest_all.zip", address))
    (reading,) = served.collect("alerts")
    assert reading.failure is not None
    assert reading.failure.startswith(f"{address}: stale: issued on ")

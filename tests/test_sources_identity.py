"""Polls, edits, disappearances, changed guids in any order: each item is stored once, each edit once."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import select

from db import news_items, schema
from db.engine import make_engine, transaction
from db.models import Edit, NewsItem, SourceKind
from flows.bulletin.language.dates import giorno
from flows.settings import DEMO, Settings, load_profile
from flows.sources import visit
from scrapers.errors import GoneError
from scrapers.fetching.fetcher import NotModified, Response
from scrapers.fetching.identity import address_key
from tests.world.builders import NOW

SITE = "https://www.comune.esempio.mi.it"
FEED = f"{SITE}/feed/"
# what else they say: two notices of a Comune share more than a formula of ten words with nobody
MORE = {
    "Chiusura al traffico di via Garibaldi": "Deviazione per autobus, residenti e mezzi di soccorso lungo "
    "viale Kennedy, con divieto di sosta su ambo i lati.",
    "Mercatino dell'usato in piazza della Vittoria": "Quaranta espositori privati vendono libri, dischi, "
    "giocattoli e piccoli mobili; sotto i portici si può riparare la bicicletta.",
    "Bando per l'assegnazione di orti urbani": "Dodici lotti di cinquanta metri quadri vanno a pensionati e "
    "famiglie; la graduatoria esce all'albo.",
    "Orario estivo della biblioteca civica": "Prestito e sala lettura aperti soltanto al mattino, emeroteca "
    "esclusa; restituzioni nella cassetta esterna.",
    "Derattizzazione nelle scuole dell'infanzia": "Una ditta specializzata colloca esche sigillate nei "
    "cortili; gli alunni restano dentro durante l'intervento.",
    "Concerto della banda cittadina in villa comunale": "In programma marce sinfoniche, Verdi e colonne "
    "sonore dirette dal maestro Colombo; ingresso gratuito.",
    "Rinnovo della carta d'identità elettronica su appuntamento": "Servono una fototessera recente, la "
    "tessera sanitaria e il documento scaduto o la denuncia di smarrimento.",
    "Raccolta straordinaria di ingombranti nel quartiere Sud": "Materassi, divani ed elettrodomestici si "
    "lasciano sul marciapiede la sera precedente, mai vernici o pneumatici.",
}
SUBJECTS = tuple(MORE)


@dataclass
class Item:
    """An item of the generated site, and what a reader of it must have stored."""

    number: int
    subject: str
    slug: str
    guid: str | None
    day: date
    note: str = ""
    shout: bool = False  # a cosmetic edit: the title in capitals
    tracking: int = 0
    online: bool = True
    polled: tuple[str, date, str, bool] | None = None  # what the last poll with it saw
    edits: list[Edit] = field(default_factory=list)
    past: list[tuple[str, date, str, bool]] = field(default_factory=list)  # what each edit replaced

    @property
    def title(self) -> str:
        return self.subject.upper() if self.shout else self.subject

    @property
    def url(self) -> str:
        return f"{SITE}/novita/{self.slug}/" + (f"?utm_source=n{self.tracking}" if self.tracking else "")

    @property
    def text(self) -> str:
        return (
            f"{self.subject}: l'appuntamento è {giorno_con_anno(self.day)} alle ore 10. "
            f"{MORE[self.subject.partition(', zona')[0]]} {self.note}".strip()
        )

    @property
    def state(self) -> tuple[str, date, str, bool]:
        return (self.subject, self.day, self.note, self.shout)


def giorno_con_anno(day: date) -> str:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=NOW.tzinfo)
    return f"{giorno(moment)} {day.year}"


class Site:
    """Answers like a Fetcher, from the items that are online."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def get(self, url: str, **_validators: Any) -> Response | NotModified:
        if url == FEED:
            return Response(FEED, 200, self.feed().encode(), "application/rss+xml")
        key = address_key(url)
        for item in self.items:
            if item.online and address_key(item.url) == key:
                return Response(url, 200, self.page(item).encode(), "text/html; charset=utf-8")
        raise GoneError(url, "answers 404")

    whole = get

    def feed(self) -> str:
        rows = "".join(
            f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
            + (f"<guid isPermaLink='false'>{escape(item.guid)}</guid>" if item.guid else "")
            + f"<pubDate>{format_datetime(NOW - timedelta(hours=item.number))}</pubDate>"
            + f"<description>{escape(item.text)}</description></item>"
            for item in reversed(self.items)
            if item.online
        )
        return f"<rss version='2.0'><channel><title>t</title><link>{SITE}</link>{rows}</channel></rss>"

    def page(self, item: Item) -> str:
        return (
            f"<html><body><main><h1>{escape(item.title)}</h1><article id='descrizione' "
            f"class='it-page-section'><p>{escape(item.text)}</p></article></main></body></html>"
        )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("identity") / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    Readers.template = path
    return path


class Readers(RuleBasedStateMachine):
    template: Path
    items = Bundle("items")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "b.db")
        address = f"sqlite:///{self.folder / 'b.db'}"
        self.engine = make_engine(address)
        profile = load_profile(DEMO)
        told = profile.sources.model_copy(update={"feeds": [FEED]})
        profile = profile.model_copy(update={"sources": told})
        self.settings = Settings(profile, DEMO, self.folder, address)
        self.site, self.now, self.count = Site(), NOW, 0
        self.publish_one(SUBJECTS[-1])
        self.poll()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def publish_one(self, subject: str) -> Item:
        self.count += 1
        item = Item(
            number=self.count,
            subject=f"{subject}, zona {self.count}",
            slug=f"notizia-{self.count}",
            guid=f"{SITE}/?p={self.count}" if self.count % 3 else None,
            day=date(2026, 12, 1) + timedelta(days=self.count),
        )
        self.site.items.append(item)
        return item

    @rule(target=items, subject=st.sampled_from(SUBJECTS[:-1]))
    def publish(self, subject: str) -> Item:
        return self.publish_one(subject)

    @rule(item=items, days=st.integers(1, 9))
    def postpone(self, item: Item, days: int) -> None:
        item.day += timedelta(days=days)

    @rule(item=items)
    def cancel(self, item: Item) -> None:
        item.note = "" if item.note else "L'iniziativa è annullata."

    @rule(item=items)
    def shout(self, item: Item) -> None:
        item.shout = not item.shout

    @rule(item=items)
    def vanish(self, item: Item) -> None:
        item.online = False

    @rule(item=items)
    def come_back(self, item: Item) -> None:
        item.online = not any(
            other.online and other is not item and other.slug == item.slug for other in self.site.items
        )

    @rule(item=items, guid=st.sampled_from(["", "new"]))
    def change_guid(self, item: Item, guid: str) -> None:
        item.guid = f"urn:other:{item.number}" if guid else None

    @rule(item=items)
    def track(self, item: Item) -> None:
        item.tracking += 1

    @rule(target=items, item=items, subject=st.sampled_from(SUBJECTS[:-1]))
    def reuse_the_address(self, item: Item, subject: str) -> Item:
        """Another item at the address of one that has gone."""
        new = self.publish_one(subject)
        taken = any(other.online and other.slug == item.slug for other in self.site.items)
        if item.polled and not taken and not item.subject.startswith(subject):
            new.slug = item.slug
        return new

    @rule()
    def poll(self) -> None:
        self.now += timedelta(minutes=30)

        @contextmanager
        def as_fetcher(*_: object) -> Iterator[Site]:
            yield self.site

        with patch.object(visit, "fetcher", as_fetcher):
            (reading,) = visit.read_sources(
                self.settings, [(SourceKind.feed, FEED)], dry_run=False, now=self.now
            )
        online = [item for item in self.site.items if item.online]
        assert reading.failure is None or not online, reading
        for item in online:
            if item.polled is not None and item.polled != item.state:
                cosmetic = item.polled[:3] == item.state[:3]
                if cosmetic or set(item.past[-2:]) != {item.polled, item.state}:  # back and forth: no event
                    item.edits.append(Edit.cosmetic if cosmetic else Edit.updated)
                    item.past.append(item.polled)
            item.polled = item.state

    @invariant()
    def each_item_once_and_each_edit_once(self) -> None:
        wanted = {item.subject: item for item in self.site.items if item.polled}
        with transaction(self.engine) as session:
            stored = list(session.exec(select(NewsItem)))
            assert sorted(item.title.casefold() for item in stored) == sorted(t.casefold() for t in wanted)
            by_title = {title.casefold(): item for title, item in wanted.items()}
            for row in stored:
                item = by_title[row.title.casefold()]
                assert item.polled is not None
                assert [one.edit for one in news_items.revisions(session, row.id)] == item.edits
                assert giorno_con_anno(item.polled[1]) in row.body
                assert ("annullata" in row.body) == bool(item.polled[2])


@pytest.mark.slow
@pytest.mark.usefixtures("template")
def test_any_interleaving_stores_each_item_once_and_each_real_edit_once() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Readers, settings=hypothesis_settings(max_examples=40, stateful_step_count=18, deadline=None)
    )

"""Texts that were made to crash what reads them, or to cost it hours: figures, lists, repetitions."""

import re

import pytest
from rapidfuzz import fuzz

from db.models import Edit
from flows.bulletin.choosing import notice, reused
from flows.bulletin.choosing.changes import NoticeText, compare, near_duplicate, same_item
from flows.bulletin.choosing.notice import bare
from flows.bulletin.facts import times
from flows.bulletin.facts.fact import Sheet
from flows.bulletin.language import relative_days
from flows.bulletin.language.markup import without_tags
from scrapers.archives import rest
from scrapers.feeds.feeds import is_teaser, parse_feed
from scrapers.fetching.fetcher import Response
from scrapers.lists.listing import next_page
from scrapers.pages.pages import parse_page
from scrapers.text import plain
from tests.test_scrapers_hostile_input import URL, feed, page

NINES = "9" * 5000  # Python reads no number of more than 4,300 figures
ENDLESS = f"&#{NINES};"


@pytest.mark.parametrize(
    "inner",
    [
        "<table><tr><td colspan='²'>Orari</td><td colspan='٣'>9-12</td></tr></table>",
        f"<table><tr><td colspan='{NINES}'>Orari</td></tr></table>",
        "<ol start='½'><li>Orari</ol>",
        f"<ol start='{NINES}'><li>Orari</ol>",
        f"<p>Orari{ENDLESS}</p>",
        f"<p>Orari {NINES}/11/2026, ore {NINES}, {NINES} euro, {NINES}°, n. {NINES}/2026</p>",
        "<img width='²' src='x.jpg'><p>Orari</p>",
    ],
)
def test_figures_that_python_does_not_read_crash_no_page(inner: str) -> None:
    read = parse_page(page(inner).encode(), URL)
    assert "Orari" in read.body
    assert compare(NoticeText("Uno", read.body), NoticeText("Uno", "Altro")).edit


def test_figures_that_python_does_not_read_crash_no_list_feed_or_archive() -> None:
    pager = f"<ul class='pagination'><li class='active'>{NINES}</li><li><a href='?p=2'>2</a></li></ul>"
    assert next_page(Response(URL, 200, f"<html><body>{pager}</body></html>".encode())) is None
    words = f"<description><![CDATA[<p>Orari &amp;amp; altro &amp;{ENDLESS[1:]}</p>]]></description>"
    (entry,) = parse_feed(feed(words)).entries
    assert entry.summary.startswith("Orari & altro")
    for read in (plain, without_tags):
        assert "Orari" in read(f"<b>Orari</b> &amp; {ENDLESS}")
    assert not is_teaser(f"<p>{'Orari. ' * 30}{ENDLESS}</p>", "Uno")
    item = {"link": URL, "title": {"rendered": "Uno"}, "guid": {"rendered": ENDLESS}}
    assert rest._entry(item).title == "Uno"


def test_a_title_that_a_text_repeats_without_end_is_no_endless_descent() -> None:
    assert bare(NoticeText("Uno", f"Notizie Uno Uno {'Uno ' * 3000}")).words
    assert (
        bare(NoticeText("Uno", "Uno Notizie 3 dicembre 2026 Uno. Via Roma chiusa.")).text
        == "Via Roma chiusa."
    )
    assert bare(NoticeText("Uno", "Avviso\n" * 3000)).words


class Asked:
    """A pattern that counts the letters in which it was asked to search."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.letters = pattern, 0

    def search(self, text: str, at: int = 0) -> re.Match[str] | None:
        self.letters += len(text) - at
        return self.pattern.search(text, at)


@pytest.mark.parametrize("run", ["\n", "Leggi tutto ", "Leggi tutto su )\n"])
def test_the_end_of_a_notice_is_searched_near_its_end_only(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(notice._MORE)
    monkeypatch.setattr(notice, "_MORE", asked)
    text = f"Via Roma è chiusa il 3 dicembre.{run * 20_000}"
    assert (
        compare(NoticeText("Uno", f"{text} Leggi tutto"), NoticeText("Uno", text.replace("3", "4"))).edit
        == Edit.updated
    )
    assert asked.letters <= 2 * notice._TIMES * notice._LONGEST_MORE
    assert bare(NoticeText("Uno", f"Via Roma è chiusa.{chr(10) * 50}Leggi tutto \n Leggi di più »")).text == (
        "Via Roma è chiusa."
    )


def test_hidden_places_of_a_text_are_not_written_out_for_every_hour() -> None:
    class Counting(Sheet):
        asked = 0

        @property
        def left(self) -> str:
            Counting.asked += 1
            return super().left

    sheet = Counting("Aperto alle ore 9 e mezza. " * 500)
    times.read(sheet)
    assert {fact.value for fact in sheet.facts} == {"09:30"}
    assert Counting.asked < 20


def test_a_list_of_weekdays_without_end_is_read_so_far_and_held() -> None:
    count = relative_days._MOST + 100
    found = relative_days.phrases("lunedì, " * count, None)
    assert not any(phrase.written_out for phrase in found)
    assert len([one for one in found if one.start >= relative_days._MOST * len("lunedì, ")]) == 100


def test_two_texts_are_likened_by_their_beginnings_and_by_few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ratio = fuzz.token_set_ratio

    def likened(one: str, other: str) -> float:
        asked.append(len(one) * len(other))
        return float(ratio(one, other))

    monkeypatch.setattr(fuzz, "token_set_ratio", likened)
    one, other = (" ".join(f"{letter}{n}" for n in range(50_000)) for letter in "ab")
    near_duplicate(NoticeText("Uno", one), NoticeText("Due", other))
    assert max(asked) <= reused.LONGEST**2
    days: list[str] = []

    def distance(one: str, _: str) -> int:
        days.append(one)
        return 1

    monkeypatch.setattr(reused, "_distance", distance)
    dates = [" ".join(f"{n % 28 + 1}/{n % 12 + 1}/{year}" for n in range(400)) for year in (2021, 2024)]
    same_item(NoticeText("Mercato", f"Via Roma {dates[0]}"), NoticeText("Mercato", f"Via Roma {dates[1]}"))
    assert len(days) <= reused._MOST_DAYS**2

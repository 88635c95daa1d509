"""What was put right, changed or over since is said by every form of a sent bulletin."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import feedparser

from db import bulletins, told_news
from db.models import BulletinKind, BulletinStatus, NewsItem
from flows.web.app import create_app
from tests.world.builders import NOW, make_bulletin
from tests.world.public_site import plant
from tests.world.web_site import Site

FORMS = ("", "/foglio", "/testo.txt", "/sms.txt")


def test_a_correction_reaches_every_form_of_the_bulletin(site: Site) -> None:
    """A library hangs up the sheet, a volunteer pastes the text: the wrong day goes on without a word."""
    with site.look() as session:
        town = plant(session)
    for form in FORMS:
        told = unescape(site.request("GET", f"/b/{town.ordinary.code}{form}").text)
        said = "Corretto: " if form == "/sms.txt" else "Abbiamo corretto questo messaggio. Il dato giusto: "
        assert f"{said}il mercatino è sabato 12" in told, form
        other = unescape(site.request("GET", f"/b/{town.partly_removed.code}{form}").text)
        assert "corretto" not in other, form
    short = site.request("GET", f"/b/{town.ordinary.code}/sms.txt").text
    assert "Via Roma" not in short, "no room for both"
    assert len(short) <= 160
    with site.look() as session:  # however long what is right, its beginning fits
        approved = bulletins.approved(session, town.correction.id)
        assert approved
        right = bulletins.items(session, approved[1])[0]
        right.text = (
            "il mercatino è sabato 12 dicembre dalle 9 alle 18 in piazza della Vittoria, " + "e oltre, " * 20
        )
        session.add(right)
    assert (
        "Corretto: il mercatino è sabato 12 dicembre"
        in site.request("GET", f"/b/{town.ordinary.code}/sms.txt").text
    )
    card = unescape(site.request("GET", f"/b/{town.ordinary.code}").text)
    assert 'og:description" content="Abbiamo corretto questo messaggio.' in card


def test_the_news_that_was_corrected_says_so_where_it_stands(site: Site) -> None:
    """Who comes from the list at the top, or by a link to the news itself, reads no banner."""
    with site.look() as session:
        town = plant(session)
    told = unescape(site.request("GET", f"/b/{town.ordinary.code}").text)
    articles = re.findall(r'<article id="(.*?)".*?</article>', told, re.DOTALL)
    assert articles == ["notizia-1", "notizia-2", "notizia-3"]
    parts = told.split("<article ")[1:]
    said = [
        "Abbiamo corretto questo messaggio. Il dato giusto: il mercatino è sabato 12" in one for one in parts
    ]
    assert said == [False, True, False]
    assert parts[1].index("Abbiamo corretto") < parts[1].index("Il mercatino è sabato 5")


def test_of_two_corrections_of_one_news_the_newer_stands_there(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
        first = bulletins.approved(session, town.correction.id)
        assert first
        lines = [bulletins.data_of(item) for item in bulletins.items(session, first[1])]
        lines[0] = replace(lines[0], text="il mercatino è domenica 13 dicembre")
        newer = make_bulletin(
            session, lines, status=BulletinStatus.sent, kind=BulletinKind.correction, now=NOW
        )
        newer.template = "correzione"
        session.add(newer)
        told_news.link(session, newer.id, [town.ordinary.id])
    told = unescape(site.request("GET", f"/b/{town.ordinary.code}").text).split("<article ")[2]
    assert "Il dato giusto: il mercatino è domenica 13 dicembre" in told
    assert "sabato 12" not in told


def test_what_changed_on_the_site_or_is_over_reaches_every_form(site: Site, now: datetime) -> None:
    with site.look() as session:
        town = plant(session)
    for form in FORMS:
        told = unescape(site.request("GET", f"/b/{town.changed.code}{form}").text)
        assert "Dopo l'invio questa notizia è cambiata sul sito del Comune" in told, form
        alert = unescape(site.request("GET", f"/b/{town.alert.code}{form}").text)
        assert "terminata" not in alert
    app = create_app(site.web.settings, site.web.engine, clock=lambda: now + timedelta(days=3))
    site = Site(app, app.state.web)
    for form in FORMS:
        alert = unescape(site.request("GET", f"/b/{town.alert.code}{form}").text)
        assert "Questa allerta è terminata alle" in alert, form
    feed = feedparser.parse(site.request("GET", "/feed.atom").text)
    entries = {entry.id.rpartition("/")[2]: entry for entry in feed.entries}
    assert "Dopo l'invio questa notizia è cambiata" in entries[town.changed.code].content[0].value
    assert entries[town.changed.code].updated > entries[town.changed.code].published
    assert entries[town.alert.code].updated == "2026-11-25T23:00:00Z"


def test_of_several_news_the_number_of_the_changed_one_is_told(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
        items = bulletins.items(session, bulletins.approved(session, town.ordinary.id)[1])  # type: ignore[index]
        news = session.get_one(NewsItem, items[2].news_item_id)
        news.facts_changed_at = NOW + timedelta(hours=1)
        session.add(news)
    for form in ("/foglio", "/testo.txt"):
        told = unescape(site.request("GET", f"/b/{town.ordinary.code}{form}").text)
        assert "Notizia 3. Dopo l'invio questa notizia è cambiata" in told, form


def test_the_lists_say_which_bulletin_was_put_right(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
    for path in ("/", "/archivio/2026-11"):
        listed = unescape(site.request("GET", path).text)
        marked = dict(re.findall(r'<a href="/b/([^"]+)">[^<]*</a>(.*)', listed))
        assert marked[town.ordinary.code] == " (corretto dopo l'invio)"
        assert {marked[one.code] for one in (town.alert, town.correction, town.changed)} == {""}
    with site.look() as session:
        town.correction.template = "aggiornamento"
        session.add(town.correction)
    assert "(aggiornato dopo l'invio)" in unescape(site.request("GET", "/").text)

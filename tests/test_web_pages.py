"""What a citizen reads; a draft is never reachable."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import bulletins, weather_alerts
from db.bulletins import ItemData
from db.models import PUBLIC, Bulletin, BulletinStatus, Level, SourceKind
from flows.settings import ROOT
from flows.web.pages.bulletin import CARD
from flows.web.pages.documents import html
from tests.world.builders import (
    item_of,
    make_bulletin,
    make_news_item,
    make_source,
    make_weather_alert,
    news_data,
)
from tests.world.public_site import SECRET, plant
from tests.world.web_site import Site

BODY = """# Chiusura

Via Roma **chiude** lunedì. Vedi [il percorso](https://www.comune.esempio.mi.it/percorso).

![mappa della zona](https://altri.example/mappa.png)

<script>alert(1)</script>

| giorno | ore |
|---|---|
| lunedì | 8-18 |
"""

BEHIND = ItemData(title="Bozza", category="", url="", text="Da non leggere.")


class Shape(HTMLParser):
    """Tags and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        is_fetched = tag == "link" and found.get("rel") not in ("alternate", "canonical")
        if address := found.get("src") or (found.get("href") if is_fetched else None):
            self.fetched.append(address)


def _bulletin(site: Site, status: BulletinStatus) -> Bulletin:
    with site.look() as session:
        news = make_news_item(session, news_data(title="Via Roma & dintorni <oggi>", body=BODY))
        return make_bulletin(session, [item_of(news, text="Via Roma chiude lunedì.")], status=status)


def test_only_a_bulletin_that_began_to_leave_is_reachable(site: Site) -> None:
    codes = {status: _bulletin(site, status).code for status in BulletinStatus}
    home = site.request("GET", "/").text
    for status, code in codes.items():
        answer = site.request("GET", f"/b/{code}")
        assert answer.status_code == (200 if status in PUBLIC else 404), status
        assert ("Via Roma" in answer.text) == (code in home) == (status in PUBLIC)


def test_a_page_shows_the_text_as_sent_and_the_whole_news(site: Site) -> None:
    page = site.request("GET", f"/b/{_bulletin(site, BulletinStatus.sent).code}").text
    assert "<h1>Bollettino di martedì 24 novembre 2026</h1>" in page
    assert "Via Roma &amp; dintorni &lt;oggi&gt;</h2>" in page
    assert '<p class="sent">Via Roma chiude lunedì.</p>' in page
    assert "<h3>Chiusura</h3>" in page, "headings of the news stand below those of the page"
    assert "<strong>chiude</strong>" in page
    assert "<td>8-18</td>" in page
    assert "Pubblicata sul sito il 23 novembre 2026.\n<a" in page
    assert 'href="https://www.comune.esempio.mi.it/novita/' in page


def test_a_page_runs_nothing_and_asks_nothing_of_others(site: Site) -> None:
    code = _bulletin(site, BulletinStatus.sent).code
    rest = ("/informativa", "/b/altro", "/archivio", "/archivio/2026-11", "/iscriviti", "/riconosci")
    for path in ("/", f"/b/{code}", "/accessibilita", *rest):
        answer = site.request("GET", path)
        shape = Shape(answer.text)
        assert not {"script", "img", "iframe", "style", "form"} & set(shape.tags), path
        assert "style=" not in answer.text, "the policy refuses it"
        assert shape.fetched == ["/static/icona.svg", "/static/bollettino.css"]
        assert "set-cookie" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert shape.tags.count("h1") == shape.tags.count("main") == 1
        assert '<html lang="it">' in answer.text
    assert "mappa della zona" in site.request("GET", f"/b/{code}").text
    assert site.request("GET", "/static/bollettino.css").status_code == 200


def test_a_public_bulletin_can_be_printed_pasted_and_sent_as_an_sms(site: Site) -> None:
    bulletin = _bulletin(site, BulletinStatus.sent)
    with site.look() as session:
        bulletins.add_version(session, bulletin, [BEHIND], author="anna", now=bulletin.status_at)
    sheet = site.request("GET", f"/b/{bulletin.code}/foglio")
    assert "<li>Via Roma chiude lunedì.</li>" in sheet.text
    assert Shape(sheet.text).fetched == ["/foglio.css"], "its style is allowed, an inline one is not"
    assert "PROVA" in sheet.text
    assert "size: A4" in site.request("GET", "/foglio.css").text
    assert site.request("GET", "/foglio.css").headers["content-type"].startswith("text/css")
    text = site.request("GET", f"/b/{bulletin.code}/testo.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "*La notizia.* Via Roma chiude lunedì." in text.text
    assert f"/b/{bulletin.code}\n" in text.text
    short = site.request("GET", f"/b/{bulletin.code}/sms.txt").text
    assert len(short) <= 160
    assert short.startswith("PROVA - Comune di ")
    assert f'href="/b/{bulletin.code}/foglio"' in site.request("GET", f"/b/{bulletin.code}").text
    assert BEHIND.text not in sheet.text + text.text + short


def test_no_other_form_of_a_draft_is_reachable(site: Site) -> None:
    for status in set(BulletinStatus) - set(PUBLIC):
        code = _bulletin(site, status).code
        for form in ("foglio", "testo.txt", "sms.txt"):
            assert site.request("GET", f"/b/{code}/{form}").status_code == 404, (status, form)
    assert site.request("GET", f"/b/{_bulletin(site, BulletinStatus.sent).code}/altro.txt").status_code == 404


def test_a_later_version_that_nobody_approved_is_not_shown(site: Site, now: datetime) -> None:
    bulletin = _bulletin(site, BulletinStatus.sending)
    with site.look() as session:
        bulletins.add_version(session, bulletin, [BEHIND], author="anna", now=now)
    page = site.request("GET", f"/b/{bulletin.code}").text
    assert "Bozza" not in page
    assert "Via Roma chiude lunedì." in page


def test_an_alert_names_its_source_and_says_when_it_is_over(site: Site) -> None:
    codes = []
    with site.look() as session:
        for day in (date(2026, 11, 25), date(2026, 11, 23)):
            alert = make_weather_alert(session, level=Level.arancione, day=day)
            item = ItemData(
                title="Allerta arancione",
                category="Allerta meteo",
                url=alert.url,
                text="Allerta arancione per temporali.",
                weather_alert_id=alert.id,
            )
            codes.append(make_bulletin(session, [item], status=BulletinStatus.sent).code)
    current, over = (site.request("GET", f"/b/{code}").text for code in codes)
    assert "Allerta arancione, rischio temporali, zona Lomb-09, dalle 0 alle 24 di mercoledì 25" in current
    assert "Dipartimento della Protezione Civile, licenza" in current
    assert "Questa allerta è terminata" not in current
    assert "Questa allerta è terminata" in over


def test_whatever_is_not_production_says_prova(site: Site) -> None:
    code = _bulletin(site, BulletinStatus.sent).code
    paths = ("/", f"/b/{code}", "/informativa", "/condizioni", "/b/altro")
    for path in paths:
        assert "PROVA: questa pagina non contiene notizie vere." in site.request("GET", path).text
    profile = site.web.settings.profile
    site.web.settings.profile = profile.model_copy(update={"stage": "production"})
    for path in paths:
        assert "PROVA" not in site.request("GET", path).text


def test_the_notice_is_filled_and_marks_what_the_comune_must_write(site: Site) -> None:
    page = site.request("GET", "/informativa").text
    assert "<h1>Come trattiamo i tuoi dati</h1>" in page
    assert "dpo@comune.esempio.mi.it" in page
    assert site.web.settings.profile.notice.version in page
    assert "da completare dal Comune" in page
    assert not re.search(r"\{\w+\}", page)
    assert "{" not in site.web.settings.notice_text
    assert "cancelliamo entro 30 giorni" in page, "the periods are those of the profile"
    assert "delibera di Giunta n. 1 del 1 novembre 2026" in page


def test_the_terms_are_filled_and_say_that_this_is_no_emergency_number(site: Site) -> None:
    page = site.request("GET", "/condizioni").text
    assert "<h1>Condizioni del servizio</h1>" in page
    assert "Versione 1 del 1 novembre 2026." in page
    assert "Non è un numero di emergenza." in page
    assert not re.search(r"\{\w+\}", page)
    assert 'href="/condizioni"' in site.request("GET", "/").text


def test_the_comune_s_own_documents_stand_on_the_pages_in_place_of_ours(site: Site, tmp_path: Path) -> None:
    settings = site.web.settings
    settings.path = tmp_path / "mio.toml"
    settings.__dict__.pop("notice_text")
    own = tmp_path / "mio.testi"
    own.mkdir()
    for name in ("informativa", "condizioni", "riconosci", "accessibilita"):
        (own / f"{name}.md").write_text(f"# {name} nostra\n\nScrivi al {{numero_servizio}}.\n")
        page = site.request("GET", f"/{name}").text
        assert f"<h1>{name} nostra</h1>" in page
        assert f"Scrivi al {settings.words['numero_servizio']}." in page
    (own / "condizioni.md").write_text("{versione_condizioni}. {quando_vale} {receipt_days} giorni.\n")
    assert "1 del 1 novembre 2026. Vale subito. 30 giorni." in site.request("GET", "/condizioni").text


def test_the_home_page_tells_how_to_subscribe_and_how_to_do_without(site: Site) -> None:
    page = site.request("GET", "/").text
    assert "Scrivi ATTIVA e invia" in page
    assert "Non usi WhatsApp?" in page
    assert "Non abbiamo ancora inviato bollettini." in page
    assert not re.search(r"\{\w+\}", page)


def test_a_page_is_cached_and_an_unknown_one_is_not(site: Site, now: datetime) -> None:
    path = f"/b/{_bulletin(site, BulletinStatus.sent).code}"
    first = site.request("GET", path)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = site.request("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    style = site.request("GET", "/static/bollettino.css")
    assert style.headers["cache-control"] == "public, max-age=300", "not fetched again with each page"
    assert style.headers["content-type"].startswith("text/css")
    for unknown in ("/b/altro", "/altro", "/static/../app.py", "/docs", "/openapi.json"):
        answer = site.request("GET", unknown)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
        assert "Pagina non trovata" in answer.text


def test_bulletins_are_listed_newest_first(site: Site, now: datetime) -> None:
    with site.look() as session:
        for days in (7, 0, 3):
            make_bulletin(session, [], status=BulletinStatus.sent, now=now - timedelta(days=days))
    page = site.request("GET", "/").text
    assert re.findall(r"Bollettino di (\w+ \d+)", page) == ["martedì 24", "sabato 21", "martedì 17"]


@given(st.text(alphabet=st.sampled_from("<>\"'&#*_`[]()!:/\\ \nascriptjv=onerdh"), max_size=200))
def test_no_markdown_brings_markup_of_its_own(text: str) -> None:
    allowed = {"p", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "hr", "br"}
    shape = Shape(html(text, top=3))
    assert set(shape.tags) <= allowed | {"blockquote", "s", "table", "thead", "tbody", "tr", "th", "td"}
    addresses = re.findall(r'href="([^"]*)', html(text, top=3))
    assert not any(address.lower().startswith("javascript:") for address in addresses)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_runs_something_is_no_link(address: str) -> None:
    assert "href" not in html(f"[apri]({address})", top=3)


def test_a_link_on_whatsapp_gets_a_card_with_the_first_words(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
    public = site.web.settings.profile.servers.public

    def card(path: str) -> dict[str, str]:
        page = site.request("GET", path).text
        return {name: unescape(text) for name, text in re.findall(r'"og:(\w+)" content="([^"]*)"', page)}

    found = card(f"/b/{town.ordinary.code}")
    assert found["title"] == "PROVA · Bollettino di martedì 24 novembre 2026"
    assert found["description"].startswith("Abbiamo corretto questo messaggio."), "it was put right since"
    assert card(f"/b/{town.partly_removed.code}")["description"] == "Il bando scade venerdì 30 ottobre."
    assert found["url"] == f"{public}/b/{town.ordinary.code}"
    alert = card(f"/b/{town.alert.code}")["description"]
    assert alert.startswith(
        "Allerta: ARANCIONE (livello 3 su 4) per temporali forti. Quando: dalle 0 alle 24"
    )
    assert len(alert) <= CARD
    assert SECRET not in card(f"/b/{town.removed.code}")["description"]
    assert card("/")["description"].startswith("Le notizie e le allerte del Comune di Esempio")
    assert card("/b/altro") == {}, "a page that is none has no card"


def test_what_changed_on_the_site_since_is_told(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
    page = site.request("GET", f"/b/{town.changed.code}").text
    assert "Dopo l'invio questa notizia è cambiata" in unescape(page)
    assert "(23 novembre 2026, ore 10:30)" in page
    assert "La Giornata ecologica è domenica 29 novembre alle 9:30." in page, "as it was sent"
    assert "è cambiata sul sito" not in site.request("GET", f"/b/{town.ordinary.code}").text


def test_an_update_is_no_correction(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
        town.correction.template = "aggiornamento"
        session.add(town.correction)
    banner = unescape(site.request("GET", f"/b/{town.ordinary.code}").text)
    assert (
        "Dopo l'invio è cambiata una notizia di questo messaggio. Adesso: il mercatino è sabato 12" in banner
    )
    assert "corretto" not in banner
    assert "<h1>Aggiornamento di martedì 24" in site.request("GET", f"/b/{town.correction.code}").text


def test_whoever_stated_an_alert_is_named(site: Site) -> None:
    with site.look() as session:
        first = make_weather_alert(session, level=Level.arancione)
        second = make_weather_alert(session, level=Level.rossa, now=first.sent_at + timedelta(hours=1))
        second.issuer = "Regione Lombardia, AllertaLOM"
        second.source_id = make_source(
            session, kind=SourceKind.allertalom, address="https://regione.example"
        ).id
        weather_alerts.tell_together(session, [first.id, second.id], at=second.seen_at)
        item = ItemData("Allerta", "", "", "Allerta.", weather_alert_id=first.id, told_at=second.seen_at)
        code = make_bulletin(session, [item], status=BulletinStatus.sent).code
    page = site.request("GET", f"/b/{code}").text
    assert "Allerte: dati del Dipartimento della Protezione Civile, licenza" in page
    assert "Allerte: dati di Regione Lombardia, AllertaLOM." in page
    assert "Allerte: dati" not in site.request("GET", "/").text


def test_the_sheet_of_a_fixed_text_reads_as_on_the_phone(site: Site) -> None:
    with site.look() as session:
        town = plant(session)
    sheet = site.request("GET", f"/b/{town.alert.code}/foglio").text
    assert "<strong>allerta ARANCIONE (livello 3 su 4) per temporali forti</strong>" in sheet
    assert "*" not in sheet
    assert "Bollettino di " not in sheet


def test_a_page_prints_without_what_paper_cannot_do() -> None:
    style = (ROOT / "flows/web/static/bollettino.css").read_text(encoding="utf-8")
    printed = style.partition("@media print")[2]
    assert "nav, .skip, .action, .screen { display: none; }" in printed
    assert "attr(href)" in printed, "an address can be typed in from paper"
    assert "url(" not in style, "nothing is fetched"

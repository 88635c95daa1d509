from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.dates import italian_date
from scrapers.errors import ParseError
from scrapers.pages import Attachment, Page, parse_page
from scrapers.text import decode
from tests.shared import SHARED, needs_shared

DATA = Path(__file__).parent / "data"
URL = "https://www.comune.collefiorito.example/novita/articolo/"


def page(name: str) -> Page:
    return parse_page((DATA / name).read_bytes(), URL)


def test_the_wordpress_theme_whose_id_is_on_the_heading() -> None:
    read = page("page_wordpress.html")
    assert read.theme == "design-comuni"
    assert read.title == "Chiusura del ponte sul Rio Verde"
    assert read.abstract == "Da lunedì 16 novembre il ponte è chiuso al traffico per lavori."
    assert read.published == date(2026, 11, 12)  # the day the page shows, not that of the upload
    assert read.body == (
        "Il ponte resta **chiuso fino al 4 dicembre**, dalle 8 alle 18.\n\n"
        "- Pedoni: passaggio garantito.\n"
        "- Auto: deviazione per [via Roma](https://www.comune.collefiorito.example/mappe/via-roma).\n\n"
        "Per informazioni [scrivere all'ufficio](mailto:viabilita@comune.collefiorito.example)."
    )
    assert read.attachments == (
        Attachment("Ordinanza n. 45 (PDF)", "http://www.comune.collefiorito.example/?attachment_id=9"),
        Attachment("Mappa", "https://www.comune.collefiorito.example/wp-content/uploads/mappa.pdf"),
    )


def test_the_static_model_whose_id_is_on_the_article() -> None:
    read = page("page_static.html")
    assert (read.theme, read.published) == ("design-comuni", date(2026, 12, 3))
    assert read.abstract == "Seduta pubblica in sala consiliare."
    assert read.body == (
        "Il Consiglio è convocato alle ore 20:30.\n\n### Ordine del giorno\n\nBilancio di previsione."
    )
    assert read.attachments == ()


def test_an_event_keeps_place_and_costs_and_its_dates_are_not_the_day_of_publication() -> None:
    read = page("page_event.html")
    assert read.abstract == "Castagne e musica in piazza."
    assert read.body == (
        "Due giorni di festa.\n\n#### Luogo\n\nPiazza Duomo 1\n\n#### Costi\n\nIngresso gratuito"
    )
    assert read.published is None


def test_an_unknown_site_is_read_by_density_without_its_boilerplate() -> None:
    content = (DATA / "page_unknown.html").read_text(encoding="utf-8").encode("cp1252")
    read = parse_page(content, URL)
    assert read.theme == "unknown"
    assert read.title == "Raccolta della carta: cambia il giorno"
    assert read.published == date(2026, 11, 5)
    assert read.body == (
        "Dal 1° dicembre 2026 la carta si raccoglie il mercoledì, perché cambia il gestore.\n\n"
        f"Esporre i sacchi dopo le 20. [Calendario]({URL}calendario.pdf)"
    )
    assert read.attachments == (Attachment("Calendario", f"{URL}calendario.pdf"),)


@pytest.mark.parametrize(
    ("html", "says"),
    [
        (b"", "empty"),
        (b"<br>", "no text"),
        (b"<html><body><main><img src='manifesto.jpg'></main></body></html>", "no text"),
        (b"<html><body><script>app()</script><noscript>Serve JavaScript</noscript></body></html>", "no text"),
        (
            b"<main><h1>Titolo</h1><article id='descrizione'><h2>Descrizione</h2><br></article></main>",
            "no text",
        ),
        (b"<main>" + b"<ul><li>x" * 300, "nested more than 200 deep"),
        ((DATA / "page_login.html").read_bytes(), "login"),
    ],
)
def test_a_page_without_an_article_is_a_named_error(html: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        parse_page(html, URL)


def test_an_abstract_alone_is_an_article() -> None:
    html = (
        "<main><h1>Bando</h1><p>Le domande scadono il 30.</p><article id='descrizione'><br></article></main>"
    )
    read = parse_page(html, URL)
    assert (read.abstract, read.body) == ("Le domande scadono il 30.", "")


def test_a_sentence_that_begins_like_boilerplate_is_kept() -> None:
    html = (
        "<main><p>Il convegno.</p><p>A cura di Anna Verdi e altri.</p><p>Argomenti: acqua e luce.</p></main>"
    )
    assert "acqua e luce" in parse_page(html, URL).body


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("città".encode(), "text/html; charset=iso-8859-1"),
        ("città".encode("cp1252"), "text/html; charset=utf-8"),
        ("<meta charset='windows-1252'>città “”".encode("cp1252"), ""),
        ("città".encode("cp1252"), "text/html; charset=nonesuch"),
        ("città".encode("utf-16"), ""),
        ("\ufeffcittà".encode(), ""),
    ],
)
def test_accents_survive_lying_charsets(content: bytes, header: str) -> None:
    assert "città" in decode(content, header)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 novembre 2026", date(2026, 11, 12)),
        ("Pubblicato il 1° maggio 2026 e poi il 2 giugno 2026", date(2026, 5, 1)),
        ("03 DIC 2019", date(2019, 12, 3)),
        ("12/11/2026, 16:00", date(2026, 11, 12)),
        ("2026-11-12T08:00:00+01:00", date(2026, 11, 12)),
        ("31/02/2026, anzi 1.3.2026", date(2026, 3, 1)),
        ("24 ottobre", None),
        ("12 palazzi 2026", None),
    ],
)
def test_italian_days_are_read(text: str, day: date | None) -> None:
    assert italian_date(text) == day


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' apdivmnh1&;#\x00", max_size=200))
def test_any_markup_gives_a_page_or_one_named_error(html: str) -> None:
    try:
        read = parse_page(html, URL)
    except ParseError:
        return
    assert read.body or read.abstract


@needs_shared
def test_every_real_page_gives_text_without_boilerplate_or_mojibake() -> None:
    paths = sorted(SHARED.glob("pages/*.html"))
    for path in paths:
        read = parse_page(path.read_bytes(), URL)
        assert read.title
        assert read.body
        for sign in ("Quanto sono chiare", "Valuta da 1 a 5", "cookie", "Ã", "�"):
            assert sign not in read.body, path.name
    assert len(paths) >= 6

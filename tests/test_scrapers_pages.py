import json
import re
import socket
from datetime import date
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapers.dates import italian_date, italian_range
from scrapers.errors import ParseError
from scrapers.pages.pages import Attachment, Page, parse_page
from scrapers.text import decode
from tests.bench.pages import page as rendered
from tests.world.shared import SHARED, needs_shared

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


def test_an_unknown_page_that_is_built_of_boxes_is_read_whole_and_its_other_news_are_not() -> None:
    def box(inner: str) -> str:
        return f"<div class='row'><div class='col'>{inner}</div></div>"

    parts = [
        "Da lunedì via Roma chiude al traffico per i lavori della rete idrica, tra piazza Dante e il ponte.",
        "Il mercato si sposta in largo Matteotti. Per informazioni <a href='/lavori'>ufficio lavori</a>.",
        "I residenti passano a piedi, e con l’auto soltanto dalle 18 alle 8 del giorno dopo.",
    ]
    others = "".join(f"<p><a href='/{n}'>Altra notizia del Comune, la numero {n}</a></p>" for n in range(4))
    built = f"<div>{''.join(box(f'<p>{part}</p>') for part in parts)}</div>{box(others)}"
    read = parse_page(f"<html><body><div id='x'><h1>Lavori</h1>{built}</div></body></html>", URL)
    assert read.theme == "unknown"
    assert read.body == "\n\n".join(
        [
            parts[0],
            "Il mercato si sposta in largo Matteotti. Per informazioni "
            "[ufficio lavori](https://www.comune.collefiorito.example/lavori).",
            parts[2],
        ]
    )


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


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("dal 21 al 22 novembre 2026", (date(2026, 11, 21), date(2026, 11, 22))),
        ("dal 30 dicembre al 6 gennaio 2027", (date(2026, 12, 30), date(2027, 1, 6))),
        ("dal 1° maggio 2026 al 4 maggio 2026", (date(2026, 5, 1), date(2026, 5, 4))),
        ("dal 19-12-2026 al 06-01-2027", (date(2026, 12, 19), date(2027, 1, 6))),
        ("dall'8 all'11 ottobre 2026", (date(2026, 10, 8), date(2026, 10, 11))),
        ("sabato 5 dicembre 2026, ore 17", (date(2026, 12, 5), date(2026, 12, 5))),
        ("dal 05-05-2027 fino a conclusione", (date(2027, 5, 5), None)),
        ("dal 31 al 31 febbraio 2026", None),
        ("dal 3 al 5 maggio", None),
    ],
)
def test_the_days_of_an_event_are_read(text: str, days: tuple[date, date | None] | None) -> None:
    assert italian_range(text) == days


def test_the_day_of_the_last_change_is_no_text_even_in_a_section_without_a_name() -> None:
    last = "<p><small>Ultimo aggiornamento</small><br><strong>24/11/2026, 10:30</strong></p>"
    html = (
        "<main><h1>Avviso</h1><article class='it-page-section'><h4 id='descrizione'>Descrizione</h4>"
        f"<p>Domani niente acqua.</p></article><article class='it-page-section'>{last}</article></main>"
    )
    read = parse_page(html, URL)
    assert (read.body, read.updated) == ("Domani niente acqua.", date(2026, 11, 24))


def test_the_day_of_an_event_on_an_unknown_site_stays_in_its_text() -> None:
    html = (
        "<main><h1>Concerto</h1><p>Pubblicato il 05/11/2026</p><p>Data: 5 dicembre 2026</p><p>Ore: 20:30</p>"
        "<p>Luogo: chiesa di San Rocco, con ingresso libero fino a esaurimento dei posti.</p></main>"
    )
    assert parse_page(html, URL).body.splitlines()[0] == "Data: 5 dicembre 2026"


def test_the_boilerplate_of_municipal_pages_is_never_in_the_text_of_an_unknown_site() -> None:
    text = "".join(
        f"<p>Il sentiero {n} riapre domenica {n} maggio dopo i lavori del Comune.</p>" for n in range(3, 9)
    )
    said_everywhere = (
        "Condividi|Facebook|Twitter|Whatsapp|Vedi azioni|Stampa|Ascolta|Invia|Tempo di lettura: 3 min|"
        "Indice della pagina|Argomenti|Esplora argomento|PDF Scarica|Vai alla pagina|Torna su"
    )
    around = "".join(f"<div>{line}</div>" for line in said_everywhere.split("|"))
    after = "".join(
        f"<div>{line}</div>"
        for line in (
            "Ultimo aggiornamento: 12/11/2026, 16:00",
            "A cura di",
            "Contenuti correlati",
            "Quanto sono chiare le informazioni su questa pagina?",
            "Contatta il comune",
            "Leggi le domande frequenti",
        )
    )
    html = (
        "<body><div class='cookiebar'>Questo sito usa cookie tecnici.</div><div class='c'>"
        f"<h1>Sentieri</h1>{around}<div class='t'>{text}</div>{after}</div></body>"
    )
    read = parse_page(html, URL)
    assert read.theme == "unknown"
    assert [line for line in read.body.splitlines() if line] == re.findall(r"<p>(.*?)</p>", text)
    assert read.updated == date(2026, 11, 12)


def test_an_unknown_page_keeps_cards_tables_and_links_and_is_read_alike_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a reader of pages must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    cards = "".join(
        f"<div class='card card-teaser'><div class='card-body'><h5>Ufficio {n}</h5>"
        f"<p>Lo sportello {n} apre il lunedì dalle 9 alle 1{n}, <a href='/u/{n}'>su appuntamento</a>.</p>"
        "</div></div>"
        for n in range(1, 6)
    )
    table = "<table><tr><th>Via</th><th>Giorno</th></tr><tr><td>via Roma</td><td>martedì</td></tr></table>"
    html = f"<body><div id='x'><h1>Uffici</h1><div class='blocco'>{cards}{table}</div></div></body>"
    read = parse_page(html, URL)
    for n in range(1, 6):
        assert f"Lo sportello {n} apre il lunedì dalle 9 alle 1{n}" in read.body
        assert f"[su appuntamento](https://www.comune.collefiorito.example/u/{n})" in read.body
    assert "via Roma" in read.body
    assert "martedì" in read.body
    assert [parse_page(html, URL) for _ in range(3)] == [read] * 3


def test_several_titles_pictures_as_data_and_a_broken_charset_cost_nothing() -> None:
    picture = "data:image/png;base64," + "A" * 300_000
    html = (
        "<meta charset='iso-8859-1'><body><h1></h1><div id='content'><h1>Città in festa</h1><h1>Altro</h1>"
        f"<p>Però è così: la festa è martedì.<img src='{picture}'></p>"
        "<p>Si balla in più piazze.</p></div></body>"
    )
    read = parse_page(html.encode("cp1252"), URL)
    assert read.title == "Città in festa"
    assert "Però è così: la festa è martedì.\n\nSi balla in più piazze." in read.body
    assert "base64" not in read.body


@pytest.mark.slow
def test_megabytes_of_soup_give_a_page_or_a_named_error() -> None:
    nested = "<div><table><tr><td><b><p>zuppa <a href='/x'>di tag</b></a><li>"
    with pytest.raises(ParseError, match="nested more than 200 deep"):
        parse_page(f"<body>{nested * 2_900}", URL)
    with pytest.raises(ParseError, match="larger than 3,000,000 bytes"):
        parse_page(f"<body>{nested * 80_000}", URL)
    one_word = f"<body><h1>Zuppa</h1><p>riga {'di testo ' * 330_000}</p>"
    assert parse_page(one_word, URL).body.startswith("riga di testo")
    many_tags = "<p>riga <b>di testo<i></b>lunga</i>" * 4_000
    assert parse_page(f"<body><h1>Zuppa</h1>{many_tags}", URL).body.count("riga") == 4_000


@pytest.mark.parametrize("run", [" ", "\xa0", ".", "*", "[", "# ", "[a](", "dal 1 ", "1", "Data: "])
def test_long_runs_of_one_sign_do_not_stop_the_reader(run: str) -> None:
    text = f"<p>Domani {run * 20_000} niente acqua.\n{run * 20_000}x</p>"
    for html in (
        f"<main><h1>Avviso</h1>{text}</main>",
        f"<main><h1>Avviso</h1>{text}<div id='descrizione'>{text}</div></main>",
    ):
        assert "Domani" in parse_page(html, URL).body


PAGES = sorted(DATA.glob("page_*.html"))
_TAG = re.compile(r"<[^>]*>")


@pytest.mark.slow
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PAGES), st.data())
def test_a_mutated_page_gives_a_page_or_one_named_error(path: Path, data: st.DataObject) -> None:
    html = path.read_text(encoding="utf-8")
    tags = [tag.span() for tag in _TAG.finditer(html)]
    doomed = data.draw(st.lists(st.sampled_from(tags), max_size=12, unique=True))
    for start, end in sorted(doomed, reverse=True):
        html = html[:start] + html[end:]
    html = html[: data.draw(st.integers(0, len(html)))]
    try:
        read = parse_page(html.encode(), URL)
    except ParseError:
        return
    assert read.body or read.abstract or (read.holds != "text" and read.title)


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' apdivmnh1&;#\x00", max_size=200))
@example("&#1")  # a control character by its number
@example("<p>Via Roma&#2; chiude.</p>&#3;")
def test_any_markup_gives_a_page_or_one_named_error(html: str) -> None:
    try:
        read = parse_page(html, URL)
    except ParseError:
        return
    assert read.body or read.abstract or read.holds != "text"


@needs_shared
def test_real_texts_go_through_a_theme_s_page_without_losing_a_word() -> None:
    template = (DATA / "page_openpa.html").read_text(encoding="utf-8")
    read_whole = 0
    for row in (SHARED / "news/comune_news.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(row)
        if not item["completeness"].startswith("full"):
            continue
        sentences = re.split(r"(?<=\.) ", " ".join(item["text"].split()))
        body = parse_page(rendered(template, "".join(f"<p>{escape(one)}</p>" for one in sentences)), URL).body
        wanted, got = (re.findall(r"\w+", text) for text in (item["text"], body))
        read_whole += got == wanted
        assert len(got) >= 0.98 * len(wanted), item["id"]
    assert read_whole >= 45


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

import re
from pathlib import Path

import pytest

from scrapers.attachments import Attachment
from scrapers.errors import ParseError
from scrapers.pages import Page, parse_page

DATA = Path(__file__).parent / "data"
URL = "https://www.comune.collefiorito.example/novita/articolo/"


def page(name: str) -> Page:
    return parse_page((DATA / name).read_bytes(), URL)


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
        (
            b"<title>Comune</title><body><div id='root'></div><script src='app.js'></script>"
            b"<noscript>You need to enable JavaScript to run this app.</noscript>",
            "needs scripts",
        ),
        (b"<!-- only a comment -->", "empty"),
        (
            b"<title>Pagina non trovata - Comune</title><main><h1>Pagina non trovata</h1>"
            b"<p>La pagina richiesta non esiste.</p><a href='/'>Home</a></main>",
            "an error page (not found)",
        ),
        (b"<title>404 Not Found</title><body><h1>404</h1><p>Prova con la ricerca</p>", "not found"),
        (
            "<main><h1>Spiacenti, la pagina richiesta non è disponibile</h1><p>x</p></main>".encode(),
            "not found",
        ),
        (b"<main><h1>Errore del server</h1><p>Riprovare.</p></main>", "an error page of the site"),
        (
            b"<title>Servizio temporaneamente non disponibile</title><body><p>Manutenzione in corso.</p>",
            "an error page of the site",
        ),
        (
            b"<title>Just a moment...</title><body><h1>www.comune.example</h1><p>Verifica in corso.</p>"
            b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script>",
            "check against robots",
        ),
        (b"<h1>Anti-Robot Verification</h1><p>Click to start verification</p>", "check against robots"),
        (
            b"<html><body><iframe src='/_Incapsula_Resource?x=1'></iframe><p>Request id 7</p></body></html>",
            "check against robots",
        ),
        (b"<main>" + b"<ul><li>x" * 300, "nested more than 200 deep"),
        ((DATA / "page_login.html").read_bytes(), "login"),
    ],
)
def test_a_page_without_an_article_is_a_named_error(html: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=re.escape(says)) as caught:
        parse_page(html, URL)
    assert str(caught.value).startswith(f"{URL}: ")


def test_a_notice_that_is_only_a_pdf_says_so_and_is_no_error() -> None:
    read = page("page_files.html")
    assert (read.holds, read.title) == ("files", "Ordinanza n. 72: divieto di sosta")
    assert read.attachments == (
        Attachment("Ordinanza n. 72", "https://www.comune.collefiorito.example/allegati/ord72.pdf"),
    )
    assert read.notes == ("La pagina contiene solo un allegato PDF: il testo va scritto a mano.",)


def test_a_notice_that_is_only_a_poster_says_so_and_is_no_error() -> None:
    read = page("page_poster.html")
    assert (read.holds, read.title, read.body) == ("pictures", "Festa del patrono", "")
    assert read.notes == ("La pagina contiene solo un'immagine (una locandina): il testo va scritto a mano.",)


def test_a_poster_between_head_and_an_empty_text_is_found_in_a_theme_too() -> None:
    html = (DATA / "page_static.html").read_text(encoding="utf-8")
    html = re.sub(r"<!--body-->.*<!--/body-->", "", html, flags=re.DOTALL)
    html = html.replace("<p data-audio>Seduta pubblica in sala consiliare.</p>", "")
    with pytest.raises(ParseError, match="no text"):
        parse_page(html, URL)
    figure = "<figure class='img-full'><img src='/wp-content/uploads/manifesto.jpg'></figure>"
    read = parse_page(html.replace("<section", f"{figure}<section", 1), URL)
    assert (read.holds, read.theme) == ("pictures", "design-comuni")


@pytest.mark.parametrize(
    "title", ["Errore del server anagrafe: sportello chiuso", "Captcha: corso gratuito", "Accesso negato"]
)
def test_an_article_in_its_theme_s_place_is_no_error_page_whatever_its_title(title: str) -> None:
    text = "<article id='descrizione'><p>Lunedì lo sportello è chiuso.</p></article>"
    html = f"<main><h1>{title}</h1>{text}</main>"
    assert parse_page(html, URL).body == "Lunedì lo sportello è chiuso."


@pytest.mark.parametrize(
    ("inside", "holds"),
    [
        ("<p>La biblioteca resta chiusa sabato 7 novembre.</p><a href='orari.pdf'>Orari</a>", "text"),
        ("<p>In allegato l'avviso.</p><a href='a.pdf'>Avviso</a><a href='b.odt'>Modulo</a>", "files"),
        ("<a href='programma.pdf'>Programma della festa</a><img src='festa.jpg'>", "files"),
        ("<p>Ingresso libero.</p><img src='festa.jpg'>", "pictures"),
        ("<p>Ingresso libero.</p><img src='logo.png'><img src='x.gif' width='16'>", "text"),
    ],
)
def test_a_few_words_beside_a_file_are_no_text(inside: str, holds: str) -> None:
    read = parse_page(f"<main><h1>Festa d'inverno</h1><div>{inside}</div></main>", URL)
    assert read.holds == holds
    assert bool(read.notes) == (holds != "text")


def test_a_login_form_in_the_menu_does_not_hide_an_article() -> None:
    form = "<div class='modal'><form><input type='password' name='p'></form></div>"
    html = (
        f"<body><header>{form}</header>{form}<main><h1>Avviso</h1><p>Domani niente acqua.</p></main></body>"
    )
    assert parse_page(html, URL).body == "Domani niente acqua."

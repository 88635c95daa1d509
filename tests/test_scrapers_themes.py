import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scrapers.pages.attachments import Attachment
from scrapers.pages.markup import every, folded, present, tree
from scrapers.pages.pages import Page, parse_page
from scrapers.pages.themes import THEMES, theme_of
from tests.bench.pages import BODIES, bodies, f1, ours, page
from tests.bench.pages import THEMES as BENCHED

DATA = Path(__file__).parent / "data"
SITE = "https://www.comune.collefiorito.example"
NEWS = f"{SITE}/novita/articolo/"
EVENT = f"{SITE}/vivere-il-comune/eventi/articolo/"

EXPECTED = {
    "municipium": Page(
        url=NEWS,
        title="Chiusura della biblioteca",
        abstract="La biblioteca chiude per l'inventario.",
        published=date(2026, 10, 21),
        body="Da **lunedì 2 novembre** la biblioteca resta chiusa per cinque giorni.\n\n"
        f"I prestiti in scadenza sono [prorogati]({SITE}/it/page/prestiti) al 10 novembre.",
        attachments=(
            Attachment("Nuovi orari", "https://collefiorito-api.municipiumapp.it/s3/1/allegati/orari.pdf"),
        ),
        theme="municipium",
        kind="Avvisi",
        topics=("Biblioteca", "Tempo libero"),
        updated=date(2026, 10, 22),
    ),
    "municipium_event": Page(
        url=EVENT,
        title="Notte dei lettori",
        abstract="Letture ad alta voce per ragazzi",
        published=None,
        body="Due serate fra gli scaffali.\n\n## A chi è rivolto\n\nA tutti, dai 13 anni.\n\n"
        "## Luogo\n\nBiblioteca, piazza Duomo 2\n\n"
        "## Date e orari\n\n09 gen 20:30 - Inizio evento\n\n## Costo\n\nGratuito",
        theme="municipium",
        kind="Lettura",
        starts=date(2027, 1, 9),
        ends=date(2027, 1, 10),
    ),
    "comweb": Page(
        url=NEWS,
        title="Fiere e sagre del 2027",
        abstract="",  # the CMS cut the text with "..."
        published=date(2026, 9, 30),
        body="Si pubblicano la nota e il modello di domanda per il calendario delle fiere e delle sagre del "
        "2027.\n\nLe domande scadono il 30/10/2026.",
        attachments=(Attachment("Istanza", f"{SITE}/it-it/download/istanza-1-2-3.pdf"),),
        theme="comweb",
        kind="Avviso",
        topics=("Commercio ambulante",),
        updated=date(2026, 10, 1),
    ),
    "comweb_event": Page(
        url=EVENT,
        title="Cinema d'inverno",
        abstract="Quattro film per le feste.",
        published=None,
        body="I film si vedono al teatro comunale alle 21.\n\n"
        "## Mappa\n\nIndirizzo: piazza Duomo 3, Collefiorito\n\n"
        "## Costo\n\nA pagamento\n\nIngresso: € 5,00",
        theme="comweb",
        kind="Proiezione cinematografica",
        topics=("Tempo libero",),
        starts=date(2026, 12, 30),
        ends=date(2027, 1, 7),
    ),
    "openpa": Page(
        url=NEWS,
        title="Modifica del mercato",
        abstract="Il mercato di giovedì 24 dicembre è anticipato a mercoledì 23.",
        published=date(2026, 12, 10),
        body="I banchi si montano in piazza Duomo dalle 6 alle 14.\n\n"
        "La sosta è vietata con rimozione dalle 5 alle 15.",
        attachments=(Attachment("Ordinanza n. 61", f"{SITE}/content/download/12/345/file/ordinanza.pdf"),),
        theme="openpa",
        kind="Avviso",
        topics=("Commercio ambulante",),
        expires=date(2026, 12, 31),
        updated=date(2026, 12, 11),
    ),
    "egov": Page(
        url=NEWS,
        title="Mensa scolastica",
        abstract="Iscrizioni aperte, il servizio riparte il 21 settembre",
        published=date(2026, 8, 26),
        body="Le domande si presentano in linea entro il 15 settembre.\n\n"
        "- Nuovi iscritti: serve l'ISEE.\n- Già iscritti: basta la conferma.",
        attachments=(Attachment("Tariffe 2026/2027", f"{SITE}/EG0/EGALL.HBL?en=eg176&ID=7"),),
        theme="egov",
        kind="Avvisi",
        expires=date(2026, 9, 15),
    ),
    "plone": Page(
        url=NEWS,
        title="Sciopero dei trasporti",
        abstract="Venerdì 11 dicembre gli autobus si fermano dalle 9 alle 13.",
        published=date(2026, 12, 7),
        body="La linea 3 fa servizio fino alle 9.\n\n### Fasce garantite\n\nPrima delle 9 e dopo le 13.",
        attachments=(
            Attachment("Orari della linea 3", f"{SITE}/novita/comunicati/sciopero/orari.pdf/@@download/file"),
        ),
        theme="plone",
        kind="Comunicati",
        topics=("Trasporto pubblico",),
        updated=date(2026, 12, 8),
    ),
    "plone_event": Page(
        url=EVENT,
        title="Mostra di presepi",
        abstract="Presepi da tutta la provincia.",
        published=None,
        body="Sessanta presepi nella sala consiliare.\n\n"
        "## Luogo\n\nPalazzo comunale, piazza Duomo 1\n\n## Costi\n\nIngresso libero",
        theme="plone",
        starts=date(2026, 12, 19),
        ends=date(2027, 1, 6),
    ),
    "sinet": Page(
        url=NEWS,
        title="Censimento degli alberi",
        abstract="Dal 7 gennaio i tecnici passano nei giardini pubblici.",
        published=date(2026, 12, 24),
        body="Ogni albero riceve una targhetta con un numero.\n\nI lavori finiscono il 30 aprile.\n\n"
        "### Date e orari\n\n07 Gen\n\nDalle ore 8:00 alle ore 16:00",
        attachments=(
            Attachment(
                "Elenco dei giardini",
                "https://static-www.comune.collefiorito.example/wp-content/uploads/alberi.pdf",
            ),
        ),
        theme="wordpress",
        kind="Comunicati stampa",
        topics=("Ambiente",),
        updated=date(2026, 12, 28),
    ),
    "peopleweb": Page(
        url=NEWS,
        title="Lavori sull'acquedotto",
        abstract="",
        published=date(2026, 6, 18),
        body="Martedì 23 giugno l'acqua manca dalle 8 alle 12 in via Roma e in via dei Mulini.\n\n"
        "Si consiglia di fare scorta la sera prima.",
        attachments=(Attachment("Avviso del gestore", f"{NEWS}portals/1/SiscomAllegati/avviso.pdf"),),
        theme="peopleweb",
        kind="Notizie",
    ),
    "magnolia": Page(
        url=NEWS,
        title="Luminarie di Natale",
        abstract="Si accendono sabato 5 dicembre alle 17.",
        published=None,
        body="La festa comincia in piazza Duomo con la banda.",
        attachments=(Attachment("programma.pdf", f"{SITE}/dam/programma.pdf"),),
        theme="magnolia",
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_theme_s_page_is_read_whole_and_kept_apart(name: str) -> None:
    expected = EXPECTED[name]
    assert parse_page((DATA / f"page_{name}.html").read_bytes(), expected.url) == expected


@pytest.mark.parametrize("name", BENCHED)
def test_every_dress_of_a_body_is_read_without_a_word_lost_or_added(name: str) -> None:
    template = (DATA / f"page_{name}.html").read_text(encoding="utf-8")
    scores = [f1(ours(page(template, body)), body) for body in bodies(random.Random(7))]
    assert len(scores) == BODIES
    assert min(scores) > 0.99


def test_the_rows_of_a_table_stay_rows() -> None:
    template = (DATA / "page_openpa.html").read_text(encoding="utf-8")
    table = "<table><tr><th>Via</th><th>Giorno</th></tr><tr><td>Roma</td><td>lunedì 9</td></tr></table>"
    read = parse_page(page(template, f"<p>Spazzamento:</p>{table}"), NEWS)
    assert "| Via | Giorno |\n| --- | --- |\n| Roma | lunedì 9 |" in read.body


def test_every_record_has_its_own_name_and_selectors_that_compile() -> None:
    root = tree("<html><body><p>x</p></body></html>")
    names = [theme.name for theme in THEMES]
    assert len(set(names)) == len(names)
    for theme in THEMES:
        selectors = [theme.signs, theme.published, theme.section, theme.topics, *theme.title]
        for css in [*selectors, *theme.abstract, *theme.text, *theme.scope, theme.drop or "p"]:
            assert isinstance(every(root, css), list)
        for listed in (theme.body, theme.facts, theme.files, theme.aside):
            assert [folded(one) for one in listed] == list(listed)


def test_a_link_to_another_family_s_site_does_not_make_a_theme() -> None:
    html = (
        "<main><h1>Bandi</h1><p>Si veda <a href='https://x.municipiumapp.it/bando.pdf'>il bando</a>, "
        "fatto con Plone e ComWeb - www.epublic.it.</p></main>"
    )
    assert theme_of(tree(html), html) is None


@pytest.mark.parametrize(
    ("css", "ids"),
    [
        ("p", ["a", "b", "c"]),
        ("div.x > p", ["a"]),
        ("div p.y, #c", ["b", "c"]),
        ("p[data-k]", ["a", "b"]),
        ("p[data-k='1']", ["a"]),
        ("[data-k^='2']", ["b"]),
        ("[data-k$='3']", ["b"]),
        ("[data-k*='2.3']", ["b"]),
        ("p ~ div p", ["b"]),
        (".y", ["b"]),
    ],
)
def test_the_selectors_of_the_records_mean_what_css_means(css: str, ids: list[str]) -> None:
    html = (
        "<div class='w x'><p id='a' data-k='1'>a</p><div><p id='b' class='z y' data-k='2.3'>b</p></div></div>"
        "<p id='c' class='yy'>c</p>"
    )
    root = tree(html)
    assert [one.get("id") for one in every(root, css)] == ids
    assert present(root, css, html)


@pytest.mark.parametrize("css", ["p:first-child", "p + p", "p[data-k=1]"])
def test_a_selector_that_is_not_known_here_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="no selector known here"):
        every(tree("<p>x</p>"), css)


def test_sections_that_no_record_names_are_kept_and_contacts_are_not() -> None:
    template = (DATA / "page_egov.html").read_text(encoding="utf-8")
    extra = (
        "<section class='it-page-section' id='programma'><h2>Programma</h2><p>Alle 9 il saluto.</p></section>"
        "<section class='it-page-section' id='contatti'><h2>Contatti</h2><p>Ufficio scuola</p></section>"
    )
    marker = '<section class="it-page-section mb-30" id="allegati">'
    assert marker in template
    read = parse_page(template.replace(marker, extra + marker), NEWS)
    assert read.body.endswith("## Programma\n\nAlle 9 il saluto.")
    assert replace(read, body=EXPECTED["egov"].body) == EXPECTED["egov"]


def test_a_plain_wordpress_page_is_read_from_its_entry_and_without_what_plug_ins_add() -> None:
    html = (
        "<head><link rel='stylesheet' href='/wp-content/themes/xyz/style.css'></head>"
        "<body><main><article><h1 class='entry-title'>Neve in arrivo</h1>"
        "<div class='entry-meta'>Pubblicato il 2 dicembre 2026</div>"
        "<div class='entry-content'><p>Montare gomme da neve da giovedì.</p><p>Sale in distribuzione.</p>"
        "<div class='sharedaddy'><h3>Condividi:</h3><a href='#'>Facebook</a></div>"
        "<div class='jp-relatedposts'><h3>Correlati</h3><p>Neve del 2025</p></div></div>"
        "</article></main></body>"
    )
    read = parse_page(html, NEWS)
    assert (read.theme, read.title) == ("wordpress", "Neve in arrivo")
    assert read.body == "Montare gomme da neve da giovedì.\n\nSale in distribuzione."
    assert (read.published, read.abstract) == (date(2026, 12, 2), "")


def test_a_classic_plone_page_is_read_from_its_core() -> None:
    html = (
        "<head><meta name='generator' content='Plone - http://plone.org'></head><body><div id='content'>"
        "<h1 class='documentFirstHeading'>Servizio civile</h1>"
        "<div class='documentDescription'>Quattro posti in biblioteca.</div>"
        "<div id='content-core'><div id='parent-fieldname-text'><p>Domande entro il 18 febbraio.</p></div>"
        "</div>"
        "<div class='documentByLine'>ultima modifica <span>03/01/2027</span></div></div></body>"
    )
    read = parse_page(html, NEWS)
    assert (read.theme, read.title, read.abstract) == (
        "plone",
        "Servizio civile",
        "Quattro posti in biblioteca.",
    )
    assert read.body == "Domande entro il 18 febbraio."
    assert read.updated == date(2027, 1, 3)


def test_a_title_that_an_editor_pasted_into_the_text_hides_nothing() -> None:
    html = (
        "<main><h1>Avviso</h1><p>Breve.</p><div id='descrizione'><h2>Descrizione</h2><h1>Attenzione</h1>"
        "<p>Domani niente acqua. <a href='/fontanelle'>Fontanelle</a></p></div></main>"
    )
    read = parse_page(html, NEWS)
    assert (read.theme, read.title, read.abstract) == ("design-comuni", "Avviso", "Breve.")
    assert read.body == f"# Attenzione\n\nDomani niente acqua. [Fontanelle]({SITE}/fontanelle)"

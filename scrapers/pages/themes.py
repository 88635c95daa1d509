"""The web sites that Comuni buy, as data: one record a theme.

Most follow the model of Designers Italia (bootstrap-italia): a head with title, short description, dates and
topics, then sections, each with an id or a heading that says what it is. A record says only where its theme
differs. Sources of the markup:

- design-comuni: github.com/italia/design-comuni-wordpress-theme single-notizia.php and single-evento.php,
  github.com/italia/design-comuni-pagine-statiche novita-dettaglio.hbs and evento-dettaglio.hbs
- plone: github.com/RedTurtle/design-comuni-plone-theme NewsItemView.jsx, EventoView.jsx, PageHeader.jsx
- openpa: github.com/OpencontentCoop/openpa_bootstrapitalia design/bootstrapitalia2/templates/openpa/full
- municipium, comweb, peopleweb, egov: pages of Comuni; an article's page of ComWeb, PeopleWeb and Magnolia
  was not at hand, so these lean on the names of the sections and else on the readers of unknown pages
"""

from dataclasses import dataclass

from scrapers.pages.markup import Element, present

_FACTS = "destinatari|a chi e rivolto|luogo|luoghi|date e orari|costi|costo|ulteriori informazioni"
_BODY = (
    "descrizione|cos e|cos|text body|contenuto|testo|testo completo|descrizione completa|descrizione estesa|"
    "corpo|body"
)
_ASIDE = (
    "a cura di|contatti|punti di contatto|mappa|galleria|galleria di immagini|organizzato da|patrocinato da|"
    "sponsor|persone|ultimo aggiornamento|metadata|licenza|argomenti|dataset|correlati|contenuti correlati|"
    "condividi"
)
FACTS = tuple(_FACTS.split("|"))


@dataclass(frozen=True)
class Theme:
    """Where a theme keeps what; selectors (scrapers.pages.markup) in order of trial, folded names."""

    name: str
    signs: str  # any of these on a page means this theme
    title: tuple[str, ...] = ("main h1", "article h1", "h1")
    abstract: tuple[str, ...] = ()  # before the paragraphs beside the title
    published: str = "main p.font-monospace"
    section: str = ".it-page-section, .it-page-sections-container > article"
    body: tuple[str, ...] = tuple(_BODY.split("|"))
    facts: tuple[str, ...] = FACTS
    files: tuple[str, ...] = ("allegati", "documenti", "documenti allegati", "allegato")
    aside: tuple[str, ...] = tuple(_ASIDE.split("|"))  # sections that are neither text nor facts
    text: tuple[str, ...] = ()  # the text itself, on pages without named sections
    scope: tuple[str, ...] = ()  # what may hold it, where not even that is known
    topics: str = "[data-element='service-topic'], .page-arguments a, a.chip, .chip-label"
    drop: str = ""  # within the article


THEMES = (
    Theme(
        "municipium",
        signs="#page-pnrr, .container-municipium-agid, link[href*='municipiumapp.it'], "
        "script[src*='municipiumapp.it'], img[src*='municipiumapp.it']",
        title=("#page-pnrr h1", "main h1", "h1"),
        abstract=("#page-pnrr [data-element$='-description']",),
        section=".page-content.paragraph",
        topics="[data-element='service-topic'], .pnrr_subjects-link, .chip-subjects",
    ),
    Theme(
        "comweb",
        signs="meta[name='generator'][content^='ComWeb'], meta[content*='www.epublic.it']",
        facts=("mappa", *FACTS),  # its map is headed by the address
    ),
    Theme(
        "peopleweb",
        signs="[id^='ctl00_ContentPlaceHolder1'], [id*='SiscomNews'], [id*='pnlSiscom']",
        title=("[id^='ctl00_ContentPlaceHolder1'] h1", "main h1", "h1"),
        scope=("[id^='ctl00_ContentPlaceHolder1']",),
    ),
    Theme(
        "openpa",
        signs="[href*='/extension/openpa'], [src*='/extension/openpa'], script[src*='openpa'], "
        "img[src*='opencity.opencontent.it'], .attribute-list",
        topics="section .chip-label, .chip-label",
    ),
    Theme(
        "egov",
        signs="#titolo_social, #descrizione_social, a[href*='/EG0/EGSCH']",
        title=("#titolo_social", "main h1", "h1"),
        abstract=("#descrizione_social",),
    ),
    Theme(
        "plone",
        signs="#main-content-section, #text-body, .newsitem-view, .evento-view, "
        "meta[name='generator'][content^='Plone'], meta[name='generator'][content^='Volto'], "
        "#portal-column-content",
        abstract=("p.documentDescription", ".documentDescription"),
        published=".readingtime-dates p.fw-semibold",
        section="#main-content-section .it-page-section, .it-page-section, #text-body",
        text=("#text-body", "#content-core", "#main-content-section"),
    ),
    Theme(
        "magnolia",
        signs="[src*='/.imaging/'], [href*='/.imaging/'], link[href*='/.resources/']",
        text=(".richtext-wrapper",),
    ),
    Theme(
        "design-comuni",
        signs="link[href*='design-comuni-wordpress-theme'], script[src*='design-comuni-wordpress-theme'], "
        "#descrizione, #cos-e, #cose",
        text=(".richtext-wrapper",),
    ),
    Theme(
        "wordpress",
        signs="link[href*='/wp-content/'], script[src*='/wp-content/'], link[href*='/wp-json/'], "
        "meta[name='generator'][content^='WordPress']",
        text=(".entry-content", ".post-content", ".article-content", ".richtext-wrapper"),
        drop=".sharedaddy, .jp-relatedposts, .post-navigation, .entry-meta, .entry-footer",
    ),
)


def theme_of(root: Element, source: str) -> Theme | None:
    """The theme of a page, None when no record's signs are on it; `source` is its text."""
    return next((theme for theme in THEMES if present(root, theme.signs, source)), None)

"""Inside a page: what is no part of the article, and what is left of a part as Markdown."""

import re
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from lxml import etree, html  # type: ignore[import-untyped]
from markdownify import ASTERISK, ATX, MarkdownConverter

from scrapers.pages.markup import Element, every, first, folded, lines, text
from scrapers.text import in_one_direction

_NO_TEXT = (
    "script style template noscript svg iframe object video audio canvas nav aside footer header "
    "button input select textarea"
)
_NO_PART = "dialog navigation banner contentinfo search alertdialog"
_FURNITURE_IDS = "readingTime box-evaluate box-contacts searchModal"
_FURNITURE_CLASSES = (
    "cmp-navscroll cmp-rating cmp-contacts cmp-breadcrumbs breadcrumb breadcrumb-container dropdown-menu "
    "it-header-wrapper it-footer visually-hidden sr-only anchor-content read-more leaflet-container "
    "sharedaddy addtoany_share_save_container visually-hidden-focusable contact-list shadow-contacts"
)
STEPS = 8  # of lists or quotations within each other; real pages go down to three or four
COLUMNS = 9  # of one cell
_NESTING = ("ul", "ol", "blockquote")
_TAGS = frozenset(_NO_TEXT.split())
_ROLES = frozenset(_NO_PART.split())
_IDS = frozenset(_FURNITURE_IDS.split())
_CLASSES = frozenset(_FURNITURE_CLASSES.split())
_NUISANCE = re.compile(r"cookie|skiplink|share-buttons|social-share", re.IGNORECASE)
_ROOTS = frozenset(("html", "body", "main"))
# lines that Comuni's pages put after the article, whatever the CMS
_END = re.compile(
    r"[#*_>\s-]*(?:(?:contenuti correlati|contatta il comune|potrebbero interessarti(?: anche)?|"
    r"articoli correlati|notizie correlate|pagine correlate)\W*$"
    r"|con l['’]app è meglio|questa pagina è gestita da"
    r"|quanto sono chiare le informazioni|valuta da 1 a 5 stelle)",
    re.IGNORECASE,
)
# lines that stand after it on most sites and before it on others
_BESIDE = re.compile(
    r"[#*_>\s-]*(?:(?:a cura di|condividi|argomenti)\W*$"
    r"|ultim[oa] (?:aggiornamento|modifica)(?: pagina)?\W*(?:\d|$))",
    re.IGNORECASE,
)
_DAY = re.compile(r"[*_\s]*\d{1,2}[\s/.-]+\w+[\s/.-]+\d{4}\b.{0,12}$")
_NAMED_LINK = re.compile(r"\[(#{1,6}) ([^\[\]\n]*)\]\(")  # of a heading inside a link
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)  # a reference may name one
_BLANKS = re.compile(r"\s+")
_FIGURE = re.compile("[0-9]")
_INTEGER = re.compile("[0-9]{1,9}")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_SAID_EVERYWHERE = (
    "condividi|vedi azioni|stampa|ascolta|invia|facebook|twitter|linkedin|whatsapp|telegram|argomenti|"
    "indice della pagina|esplora argomento|scarica|pdf scarica|scarica pdf|vai alla pagina|leggi tutto|"
    "leggi di piu|tempo di lettura|visualizza in mappa|leaflet|torna su|torna indietro|ulteriori dettagli|"
    "dettagli della notizia|apre il link in una nuova scheda|vedi tutti gli eventi|aggiungi al calendario|"
    "questo sito utilizza cookie|vai al contenuto della pagina|vai al contenuto|vai ai contenuti|"
    "vai al footer|vai al menu|vai alla navigazione|salta al contenuto|salta al contenuto principale"
)
_FURNITURE = frozenset(_SAID_EVERYWHERE.split("|"))
_ASIDE = re.compile(
    r"[*_#\s]*(?:tempo di lettura\b.{0,25}|(?:meno di )?\d+ min(?:uti|uto|\.)?|coordinate: *\d+°.*)$",
    re.IGNORECASE,
)


def prune(place: Element) -> None:
    """Take out of the tree, for good, whatever is no text of an article."""
    for part in [element for element in place.iter(etree.Element) if _is_boilerplate(element)]:
        if (
            part is place
            or part.tag in _ROOTS
            or part.find(".//h1") is not None
            or part.find(".//main") is not None
        ):
            continue
        if part.tag == "button" and _is_text(part):
            part.drop_tag()
        elif part.getparent() is not None:
            part.drop_tree()
    forms = every(place, "form")
    whole = len(text(place)) if forms else 0
    for form in forms:
        # ASP.NET wraps the whole page in a form; a rating or a search form is little of it
        if len(text(form)) < whole / 2 and not every(form, "input[type='password']"):
            form.drop_tree()


def scope(root: Element, *before: str) -> Element:
    """The part of the page that may hold the article; selectors in `before` are tried first."""
    element = first(
        root, *before, "main", "[role='main']", "#main-content", "#page-content", "#content", "#main", "body"
    )
    return root if element is None else element


def markdown(part: Element, url: str, names: Collection[str] = ()) -> str:
    """`part` as Markdown with absolute links, without pictures and without boilerplate.

    A heading on its first line goes when it is an h1 or says one of `names` (folded), which every page gives.
    The tree of `part` is changed.
    """
    prune(part)
    _links(part, url)
    for point in every(part, ".point-list"):  # "21", "nov", "16:00 - Inizio evento" in boxes of their own
        line = " ".join(lines(point))
        point.clear(keep_tail=True)
        point.tag, point.text = "p", line
    for picture in every(part, "img, picture, source, map"):
        picture.drop_tree()  # data: addresses may be megabytes
    settle(part)
    _flatten(part)
    written = html.tostring(part, encoding="unicode", with_tail=False)
    converted = MarkdownConverter(
        heading_style=ATX,
        strong_em_symbol=ASTERISK,
        bullets="-",
        table_infer_header=True,
        escape_asterisks=False,  # summaries quote these very sentences
        escape_underscores=False,
    ).convert_soup(BeautifulSoup(written, "lxml"))
    return tidy(converted, names)


def tidy(markdown: str, names: Collection[str] = ()) -> str:
    """Markdown without the lines that municipal pages put around their articles."""
    markdown = _NAMED_LINK.sub(r"\1 [\2](", in_one_direction(markdown))
    rows = _until_end([row.rstrip() for row in markdown.replace("\xa0", " ").splitlines()])
    remaining: list[str] = []
    for row in rows:
        if row and _is_furniture(row):
            continue
        if row or (remaining and remaining[-1]):
            remaining.append(row)
    if remaining and (remaining[0].startswith("# ") or folded(remaining[0]) in names):
        del remaining[0]
    return "\n".join(remaining).strip()


def absolute(url: str, href: str) -> str:
    """The web address behind a link, or '' when it is none (script, mail, data, a place on the page)."""
    if href.strip().startswith("#"):
        return ""
    try:
        target = urljoin(url, href.strip())
        return target if urlsplit(target).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _is_boilerplate(part: Element) -> bool:
    if part.tag in _TAGS or part.get("role") in _ROLES or "hidden" in part.attrib:
        return True
    if part.get("aria-hidden") == "true":
        return True
    name, classes = part.get("id"), part.get("class")
    if name and (name in _IDS or _NUISANCE.search(name)):
        return True
    return bool(classes) and (not _CLASSES.isdisjoint(classes.split()) or bool(_NUISANCE.search(classes)))


def _is_text(button: Element) -> bool:
    """The name of a fold of the text, or of a link."""
    return "accordion-button" in (button.get("class") or "") or button.getparent().tag == "a"


def _until_end(rows: list[str]) -> list[str]:
    for index, row in enumerate(rows):
        if _END.match(row) and any(rows[:index]):
            rows = rows[:index]
            break
    before, whole = 0, sum(map(len, rows))
    for index, row in enumerate(rows):
        if _BESIDE.match(row) and before and before >= whole - before - len(row):
            return rows[:index]
        before += len(row)
    remaining: list[str] = []
    beside = False
    for row in rows:
        if _BESIDE.match(row):
            beside = True
        elif not (beside and _DAY.match(row)):  # "Ultimo aggiornamento", and below it the day
            remaining.append(row)
            beside = beside and not row
    return remaining


def _is_furniture(row: str) -> bool:
    bare = _LINK.sub(r"\1", row)
    return bool(_ASIDE.match(bare)) or folded(bare) in _FURNITURE


def settle(part: Element) -> None:
    """Make every run of white space one blank, as a browser shows it; long runs cost some readers hours.

    No cell goes over more than a few columns: every one of them is written out. Numbers that Python would
    refuse to read (`²` is a figure, too) are none.
    """
    for element in part.iter(etree.Element):
        if (columns := element.get("colspan")) and not _FIGURE.fullmatch(columns):
            element.set("colspan", str(COLUMNS) if columns.isdecimal() else "1")
        if (first_number := element.get("start")) and not _INTEGER.fullmatch(first_number):
            del element.attrib["start"]
        if element.text and element.tag != "pre":
            element.text = _BLANKS.sub(" ", _CONTROL.sub("", element.text))
        if element.tail and element is not part:
            element.tail = _BLANKS.sub(" ", _CONTROL.sub("", element.tail))


def _flatten(part: Element) -> None:
    """Lists and quotations within each other to a few steps: in Markdown each indents every line below it."""
    steps = 0
    for event, element in etree.iterwalk(part, events=("start", "end"), tag=(*_NESTING, "li")):
        if element.tag in _NESTING:
            steps += 1 if event == "start" else -1
        inside = steps if element.tag == "li" else steps + 1
        if event == "end" and inside > STEPS:
            element.tag = "div"  # its children were seen


def _links(part: Element, url: str) -> None:
    for link in every(part, "a"):
        href = link.get("href") or ""
        target = absolute(url, href)
        if target and text(link):
            link.set("href", target)
            link.attrib.pop("title", None)  # Markdown would repeat it beside the text
        elif target or not href.startswith(("mailto:", "tel:")):
            link.drop_tag()

"""Inside a page: what is no part of the article, where its text is densest, and that text as Markdown."""

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString
from markdownify import ASTERISK, ATX, MarkdownConverter

BOILERPLATE = (
    "script, style, template, noscript, svg, iframe, nav, aside, footer, header, button, [hidden], "
    "[role=dialog], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "#readingTime, .cmp-navscroll, .cmp-rating, .cmp-contacts, .cmp-breadcrumbs, .breadcrumb, "
    ".breadcrumb-container, .dropdown-menu, [id*=cookie], [class*=cookie], [class*=skiplink], "
    ".it-header-wrapper, .it-footer"
)
# lines that Comuni's pages put after the article, whatever the CMS
END = re.compile(
    r"[#*_\s]*(?:(?:a cura di|contenuti correlati|contatta il comune|condividi|argomenti)\W*$"
    r"|ultim[oa] (?:aggiornamento|modifica)(?: pagina)?\W*(?:\d|$)|questa pagina è gestita da"
    r"|quanto sono chiare le informazioni|valuta da 1 a 5 stelle)",
    re.IGNORECASE,
)
NAMES_OF_TEXT = ("descrizione", "cos'è", "cos’è", "testo")
BLOCKS = ["p", "li", "td", "blockquote", "dd", "pre"]


def drop_boilerplate(soup: BeautifulSoup) -> None:
    """Take out of the tree, for good, whatever is on every page of a site."""
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for part in soup.select(BOILERPLATE):
        if (
            not part.decomposed
            and part.name not in ("html", "body", "main")
            and not part.find(["main", "h1"])
        ):
            part.decompose()
    whole = len(scope(soup).get_text(strip=True))
    for form in soup.select("form"):
        # ASP.NET wraps the whole page in a form; a rating or a search form is little of it
        if len(form.get_text(strip=True)) < whole / 2 and not form.select_one("input[type=password]"):
            form.decompose()


def depth(soup: BeautifulSoup) -> int:
    """How deep its elements are nested."""
    deepest = 0
    waiting: list[tuple[Tag, int]] = [(soup, 0)]
    while waiting:
        element, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in element.children if isinstance(child, Tag))
    return deepest


def scope(soup: BeautifulSoup) -> Tag:
    """The part of the page that may hold the article."""
    for selector in ("main", "[role=main]", "#main-content", "#page-content", "#content", "#main"):
        if found := soup.select_one(selector):
            return found
    return soup.body or soup


def densest(soup: BeautifulSoup) -> Tag | None:
    """The element whose own paragraphs hold most text, links not counted; None without any text."""
    place = scope(soup)
    articles = place.find_all("article")
    if len(articles) == 1 and _length(articles[0]):
        return articles[0]
    scores: dict[int, tuple[int, Tag]] = {}
    for element in place.find_all(True):
        owner, length = _own_text(element)
        if owner is not None and length:
            scores[id(owner)] = (scores.get(id(owner), (0, owner))[0] + length, owner)
    return max(scores.values(), key=lambda score: score[0])[1] if scores else None


def markdown(part: Tag, url: str) -> str:
    """`part` as Markdown with absolute links, without pictures and without its own name as a heading."""
    _absolute_links(part, url)
    text = MarkdownConverter(
        heading_style=ATX,
        strong_em_symbol=ASTERISK,
        bullets="-",
        strip=["img"],
        escape_asterisks=False,  # summaries quote these very sentences
        escape_underscores=False,
    ).convert_soup(part)
    lines: list[str] = []
    for row in (row.rstrip() for row in text.replace("\xa0", " ").splitlines()):
        if END.match(row) and lines:
            break
        if row or (lines and lines[-1]):
            lines.append(row)
    if lines and (lines[0].startswith("# ") or lines[0].strip("#* ").lower() in NAMES_OF_TEXT):
        del lines[0]  # the page's title, or the name that every page gives to this section
    return "\n".join(lines).strip()


def absolute(url: str, href: str) -> str:
    """The web address behind a link, or '' when it is none (script, mail, data, a place on the page)."""
    if href.strip().startswith("#"):
        return ""
    try:
        target = urljoin(url, href.strip())
        return target if urlsplit(target).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _absolute_links(part: Tag, url: str) -> None:
    for link in part.find_all("a"):
        href = str(link.get("href") or "")
        if target := absolute(url, href):
            link["href"] = target
            link.attrs.pop("title", None)  # Markdown would repeat it beside the text
        elif not href.startswith(("mailto:", "tel:")):
            link.unwrap()


def _own_text(element: Tag) -> tuple[Tag | None, int]:
    """The block that an element's text counts for, and how many characters of it are not links."""
    if element.name in BLOCKS:
        owner = element.parent
        if owner is not None and owner.name in ("ul", "ol", "tr", "tbody", "dl", "table"):
            owner = owner.parent
        return owner, _length(element)
    if element.name in ("div", "section", "article", "main"):
        direct = (str(child) for child in element.children if type(child) is NavigableString)
        return element, sum(len(text.strip()) for text in direct)
    return None, 0


def _length(element: Tag) -> int:
    linked = sum(len(link.get_text(strip=True)) for link in element.find_all("a"))
    return max(len(element.get_text(strip=True)) - linked, 0)

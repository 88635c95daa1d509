"""What stands at each public address: the web app serves it, and the static export writes it into files.

Each function gives None where nothing stands there for a citizen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from sqlmodel import Session

from flows.bulletin.message.board import STYLE
from flows.settings import Settings
from flows.web.common import texts
from flows.web.common.texts import render
from flows.web.pages import archive, atom, forms, subscribe
from flows.web.pages import bulletin as bulletin_page
from flows.web.pages.archive import Month
from flows.web.pages.documents import DOCUMENTS, document

HTML, TEXT, ATOM, CSS = "text/html", "text/plain", "application/atom+xml", "text/css"
XML, SVG, PNG = "application/xml", "image/svg+xml", "image/png"
STYLESHEET = "/static/bollettino.css"
# the sign in a browser's tab, and the picture of a link's card: a message, drawn for this project
ICON, CARD = "/static/icona.svg", "/static/anteprima.png"
ROBOTS, SITEMAP = "/robots.txt", "/sitemap.xml"
_STATIC = Path(__file__).parent.parent / "static"
_STYLE = (_STATIC / "bollettino.css").read_text(encoding="utf-8")
_ICON = (_STATIC / "icona.svg").read_text(encoding="utf-8")
_CARD = (_STATIC / "anteprima.png").read_bytes()
PLAIN = {"testo": forms.text, "sms": forms.short}  # to paste into a list or channel; to send as an SMS


@dataclass(frozen=True)
class View:
    body: str | bytes
    kind: str = HTML

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else self.body.encode()


@dataclass(frozen=True)
class Look:
    """Through which a page sees the Comune: its settings, its database, the time."""

    settings: Settings
    session: Session
    now: datetime


def home(look: Look) -> View:
    return View(
        render(
            look.settings,
            "home.html",
            path="/",
            bulletins=archive.recent(look.session, look.settings),
            poster=texts.page_lines(look.settings, "manifesto"),
            recognise=texts.page_text(look.settings, "riconosci"),
            without_whatsapp=texts.page_text(look.settings, "senza_whatsapp"),
        )
    )


def bulletin(look: Look, code: str) -> View | None:
    page = bulletin_page.page(look.session, look.settings, code, now=look.now)
    if page is None:
        return None
    dpc = bulletin_page.DPC
    return View(render(look.settings, "bulletin.html", path=page.address, page=page, dpc=dpc))


def sheet(look: Look, code: str) -> View | None:
    if words := forms.removed(look.session, look.settings, code):
        return View(render(look.settings, "removed.html", words_instead=words))
    message = forms.sealed(look.session, look.settings, code)
    page = bulletin_page.page(look.session, look.settings, code, now=look.now)
    return View(forms.sheet(look.settings, message, page)) if message and page else None


def plain(look: Look, code: str, form: str) -> View | None:
    if form not in PLAIN:
        return None
    if words := forms.removed(look.session, look.settings, code):
        return View(f"{words}\n", TEXT)
    message = forms.sealed(look.session, look.settings, code)
    page = bulletin_page.page(look.session, look.settings, code, now=look.now)
    return View(PLAIN[form](look.settings, message, page), TEXT) if message and page else None


def style(_look: Look) -> View:
    return View(_STYLE, CSS)


def sheet_style(_look: Look) -> View:
    return View(STYLE, CSS)


def icon(_look: Look) -> View:
    return View(_ICON, SVG)


def card(_look: Look) -> View:
    return View(_CARD, PNG)


def robots(look: Look) -> View:
    """All of it may be read; what is not to be listed says so itself (`noindex`)."""
    address = f"{look.settings.profile.servers.public}{SITEMAP}"
    return View(f"User-agent: *\nAllow: /\nSitemap: {address}\n", TEXT)


def sitemap(look: Look) -> View:
    """The pages that say `index` of themselves; a bulletin's is found through its month."""
    public = look.settings.profile.servers.public
    paths = ["/", "/iscriviti", "/archivio", *(f"/{name}" for name in DOCUMENTS)]
    paths += [one.path for one in archive.months(look.session)]
    listed = "".join(f"<url><loc>{escape(public + path)}</loc></url>\n" for path in paths)
    return View(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{listed}</urlset>\n',
        XML,
    )


def months(look: Look) -> View:
    found = archive.months(look.session)
    return View(render(look.settings, "archive.html", path="/archivio", months=found))


def month(look: Look, text: str) -> View | None:
    wanted = Month.of(text)
    bulletins = archive.of_month(look.session, look.settings, wanted) if wanted else []
    if wanted is None or not bulletins:
        return None
    known = list(archive.months(look.session))
    later = next((one for one in reversed(known) if one > wanted), None)
    earlier = next((one for one in known if one < wanted), None)
    page = render(
        look.settings,
        "month.html",
        path=wanted.path,
        month=wanted,
        bulletins=bulletins,
        later=later,
        earlier=earlier,
    )
    return View(page)


def feed(look: Look) -> View:
    return View(atom.feed(look.session, look.settings, now=look.now), ATOM)


def how_to_subscribe(look: Look) -> View:
    return View(subscribe.page(look.settings))


def paper(look: Look, name: str) -> View | None:
    return View(document(look.settings, name)) if name in DOCUMENTS else None


def not_found(settings: Settings) -> View:
    return View(render(settings, "not_found.html"))


def everything(look: Look) -> Iterator[tuple[str, View]]:
    """Each public address with what stands there."""
    fixed = {
        "/": home(look),
        "/archivio": months(look),
        "/iscriviti": how_to_subscribe(look),
        atom.PATH: feed(look),
        forms.STYLESHEET: sheet_style(look),
        STYLESHEET: style(look),
        ICON: icon(look),
        CARD: card(look),
        ROBOTS: robots(look),
        SITEMAP: sitemap(look),
    }
    yield from fixed.items()
    for name in DOCUMENTS:
        yield f"/{name}", View(document(look.settings, name))
    for one in archive.months(look.session):
        yield from _known(one.path, month(look, one.path.rpartition("/")[2]))
    for code in archive.codes(look.session):
        yield from _known(f"/b/{code}", bulletin(look, code))
        yield from _known(f"/b/{code}/foglio", sheet(look, code))
        for form in PLAIN:
            yield from _known(f"/b/{code}/{form}.txt", plain(look, code, form))


def _known(path: str, view: View | None) -> Iterator[tuple[str, View]]:
    if view:
        yield path, view

"""What stands at each public address: the web app serves it, and the static export writes it into files.

Each function gives None where nothing stands there for a citizen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from pathlib import Path

from sqlmodel import Session

from flows.bulletin.message.board import STYLE
from flows.bulletin.message.exact import Message
from flows.settings import Settings
from flows.web.ground import texts
from flows.web.ground.texts import render
from flows.web.pages import archive, atom, forms, subscribe
from flows.web.pages import bulletin as bulletin_page
from flows.web.pages.archive import ArchiveMonth
from flows.web.pages.bulletin import BulletinPage
from flows.web.pages.documents import DOCUMENTS, document

HTML, TEXT, ATOM, CSS = "text/html", "text/plain", "application/atom+xml", "text/css"
XML, SVG, PNG = "application/xml", "image/svg+xml", "image/png"
_STATIC = Path(__file__).parent.parent / "static"
PLAIN = {"testo": forms.text, "sms": forms.short}  # to paste into a list or channel; to send as an SMS
SITEMAP = "/sitemap.xml"


@dataclass(frozen=True)
class View:
    body: str | bytes
    kind: str = HTML

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else self.body.encode()


@dataclass(frozen=True)
class Snapshot:
    """What a page is made from: the Comune's settings, its database, the time."""

    settings: Settings
    session: Session
    now: datetime


def home(snapshot: Snapshot) -> View:
    settings = snapshot.settings
    return View(
        render(
            settings,
            "home.html",
            path="/",
            bulletins=archive.recent(settings, snapshot.session),
            poster=texts.page_lines(settings, "manifesto"),
            recognise=texts.page_text(settings, "riconosci"),
            without_whatsapp=texts.page_text(settings, "senza_whatsapp"),
        )
    )


def bulletin(snapshot: Snapshot, code: str) -> View | None:
    page = bulletin_page.page(snapshot.settings, snapshot.session, code, now=snapshot.now)
    if page is None:
        return None
    dpc = bulletin_page.DPC
    return View(render(snapshot.settings, "bulletin.html", path=page.address, page=page, dpc=dpc))


def sheet(snapshot: Snapshot, code: str) -> View | None:
    if instead := forms.removed(snapshot.settings, snapshot.session, code):
        return View(render(snapshot.settings, "removed.html", instead=instead))
    return _in_form(snapshot, code, forms.sheet, HTML)


def plain(snapshot: Snapshot, code: str, form: str) -> View | None:
    if form not in PLAIN:
        return None
    if instead := forms.removed(snapshot.settings, snapshot.session, code):
        return View(f"{instead}\n", TEXT)
    return _in_form(snapshot, code, PLAIN[form], TEXT)


def _in_form(
    snapshot: Snapshot, code: str, form: Callable[[Settings, Message, BulletinPage], str], kind: str
) -> View | None:
    message = forms.sealed(snapshot.settings, snapshot.session, code)
    page = bulletin_page.page(snapshot.settings, snapshot.session, code, now=snapshot.now)
    return View(form(snapshot.settings, message, page), kind) if message and page else None


def robots(snapshot: Snapshot) -> View:
    """All of it may be read; what is not to be listed says so itself (`noindex`)."""
    address = f"{snapshot.settings.profile.servers.public}{SITEMAP}"
    return View(f"User-agent: *\nAllow: /\nSitemap: {address}\n", TEXT)


def sitemap(snapshot: Snapshot) -> View:
    """The pages that say `index` of themselves; a bulletin's is found through its month."""
    public = snapshot.settings.profile.servers.public
    paths = ["/", "/iscriviti", "/archivio", *(f"/{name}" for name in DOCUMENTS)]
    paths += [month.path for month in archive.months(snapshot.session)]
    urls = "".join(f"<url><loc>{escape(public + path)}</loc></url>\n" for path in paths)
    return View(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n',
        XML,
    )


def months(snapshot: Snapshot) -> View:
    counts = archive.months(snapshot.session)
    return View(render(snapshot.settings, "archive.html", path="/archivio", months=counts))


def month(snapshot: Snapshot, text: str) -> View | None:
    asked = ArchiveMonth.of(text)
    bulletins = archive.of_month(snapshot.settings, snapshot.session, asked) if asked else []
    if asked is None or not bulletins:
        return None
    newest_first = list(archive.months(snapshot.session))
    page = render(
        snapshot.settings,
        "month.html",
        path=asked.path,
        month=asked,
        bulletins=bulletins,
        later=next((other for other in reversed(newest_first) if other > asked), None),
        earlier=next((other for other in newest_first if other < asked), None),
    )
    return View(page)


def feed(snapshot: Snapshot) -> View:
    return View(atom.feed(snapshot.settings, snapshot.session, now=snapshot.now), ATOM)


def how_to_subscribe(snapshot: Snapshot) -> View:
    return View(subscribe.page(snapshot.settings))


def _document(name: str, snapshot: Snapshot) -> View:
    return View(document(snapshot.settings, name))


def not_found(settings: Settings) -> View:
    return View(render(settings, "not_found.html"))


Fixed = tuple[str, Callable[[Snapshot], View]]


def _as_it_is(body: str | bytes, kind: str) -> Fixed:
    view = View(body, kind)
    return kind, lambda _snapshot: view


def _static(name: str, kind: str) -> Fixed:
    return _as_it_is((_STATIC / name).read_bytes(), kind)


FIXED: dict[str, Fixed] = {
    "/": (HTML, home),
    "/archivio": (HTML, months),
    "/iscriviti": (HTML, how_to_subscribe),
    atom.PATH: (ATOM, feed),
    forms.STYLESHEET: _as_it_is(STYLE, CSS),
    "/static/bollettino.css": _static("bollettino.css", CSS),
    # the sign in a browser's tab, and the picture of a link's card: a message, drawn for this project
    "/static/icona.svg": _static("icona.svg", SVG),
    "/static/anteprima.png": _static("anteprima.png", PNG),
    "/robots.txt": (TEXT, robots),
    SITEMAP: (XML, sitemap),
    **{f"/{name}": (HTML, partial(_document, name)) for name in DOCUMENTS},
}
"""The addresses that always are, each with the media type and the view of what stands there."""


def everything(snapshot: Snapshot) -> Iterator[tuple[str, View]]:
    """Each public address with what stands there."""
    for path, (_, view) in FIXED.items():
        yield path, view(snapshot)
    yield from ((path, view) for path, view in _of_bulletins(snapshot) if view)


def _of_bulletins(snapshot: Snapshot) -> Iterator[tuple[str, View | None]]:
    for archived in archive.months(snapshot.session):
        yield archived.path, month(snapshot, archived.path.rpartition("/")[2])
    for code in archive.codes(snapshot.session):
        yield f"/b/{code}", bulletin(snapshot, code)
        yield f"/b/{code}/foglio", sheet(snapshot, code)
        for form in PLAIN:
            yield f"/b/{code}/{form}.txt", plain(snapshot, code, form)

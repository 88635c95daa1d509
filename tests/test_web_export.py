"""All public pages as files: served by a plain web server, every link of ours leads somewhere."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import feedparser
import httpx
import pytest

from flows.web.headers import HEADERS
from flows.web.pages import export
from flows.web.pages.export import ExportError
from tests.world.public_site import SECRET, Town, plant
from tests.world.web_site import Site, below_path

pytestmark = pytest.mark.slow  # a whole site is written for each test


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def plain_server(folder: Path) -> Iterator[str]:
    """The web server of Python's standard library, which knows nothing of us."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def town(site: Site) -> Town:
    with site.look() as session:
        return plant(session)


def files(site: Site) -> dict[str, bytes]:
    return export.files(site.web.settings, site.web.engine, now=site.web.clock())


def crawl(start: str, root: str) -> dict[str, httpx.Response]:
    """Every address of `root` that pages lead to, with what came; a fragment must be an id there."""
    found: dict[str, httpx.Response] = {}
    waiting, anchors = [start], []
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        while waiting:
            address = waiting.pop()
            if address in found:
                continue
            found[address] = answer = client.get(address)
            if "html" not in answer.headers.get("content-type", ""):
                continue
            for link in re.findall(r'(?:href|src)="([^"]+)"', answer.text):
                target, fragment = urldefrag(urljoin(str(answer.url), link))
                if target.startswith(root):
                    waiting.append(target)
                    anchors.append((target, fragment))
    for target, fragment in anchors:
        assert not fragment or f'id="{fragment}"' in found[target].text, f"{target}#{fragment}"
    return found


@pytest.mark.parametrize("below", ["", "notizie/whatsapp/"])
def test_every_link_of_the_export_leads_somewhere(site: Site, town: Town, tmp_path: Path, below: str) -> None:
    export.write(tmp_path / "served" / below, files(site))
    with plain_server(tmp_path / "served") as address:
        root = f"{address}/{below}"
        found = crawl(root, address)
        assert {url: answer.status_code for url, answer in found.items() if answer.status_code != 200} == {}
        assert all(url.startswith(root) for url in found), "a link leaves the folder"
        reached = {url.removeprefix(root) for url in found}
        assert {"", "archivio/", "archivio/2025-10/", "iscriviti/", "accessibilita/"} <= reached
        assert {"feed.atom", "foglio.css", "static/bollettino.css"} <= reached
        for bulletin in (town.ordinary, town.alert, town.removed):
            assert {f"b/{bulletin.code}/", f"b/{bulletin.code}/foglio/"} <= reached
        old_link = httpx.get(f"{root}b/{town.ordinary.code}", follow_redirects=True, trust_env=False)
        assert "Via Roma chiude lunedì" in old_link.text


def test_a_page_that_a_plain_server_hands_out_still_asks_nobody_else(site: Site, town: Town) -> None:
    """What a `<meta>` may say: not who may frame the page, which only a header does. The sheet is paper."""
    sent = HEADERS["Content-Security-Policy"].removesuffix("; frame-ancestors 'none'")
    for name, content in files(site).items():
        if name.endswith(".html") and "/foglio/" not in name:
            assert f'<meta http-equiv="Content-Security-Policy" content="{sent}">' in content.decode(), name


def test_the_export_holds_what_the_app_serves(site: Site, town: Town) -> None:
    written = files(site)
    for name in (f"b/{town.ordinary.code}/testo.txt", f"b/{town.alert.code}/sms.txt", "feed.atom"):
        assert written[name] == site.request("GET", f"/{name}").content
    served = site.request("GET", f"/b/{town.ordinary.code}").text
    links = re.compile(r'(href|src)="[^"]*"')
    assert links.sub("", written[f"b/{town.ordinary.code}/index.html"].decode()) == links.sub("", served)
    assert not feedparser.parse(written["feed.atom"]).bozo
    everything = b"".join(written.values()).decode("utf-8", "replace")  # one is a picture
    assert SECRET not in everything
    assert town.draft.code not in everything
    assert "Bozza." not in everything


def test_a_page_that_is_not_found_leads_home_from_any_depth(site: Site, town: Town, tmp_path: Path) -> None:
    """A web server gives it for `/notizie/b/altro/` too, where no link of its own would fit."""
    page = files(site)["404.html"].decode()
    public = site.web.settings.profile.servers.public
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    ours = [link for link in links if not link.startswith(("mailto:", "#"))]
    assert ours
    assert all(link.startswith(f"{public}/") for link in ours), ours
    assert f"{public}/static/bollettino.css" in ours


def test_a_site_below_a_path_is_exported_alike(site: Site, town: Town) -> None:
    root = files(site)
    moved = below_path(site.web.settings, "/notizie")
    below = export.files(moved, site.web.engine, now=site.web.clock())
    name = f"b/{town.ordinary.code}/index.html"
    links = re.compile(r'(?:href|src)="(\.[^"]*)"')
    assert links.findall(below[name].decode()) == links.findall(root[name].decode())
    assert links.findall(below[name].decode())
    assert "/notizie/static/bollettino.css" in below["404.html"].decode()


def test_an_export_is_repeated_but_never_written_over_other_files(
    site: Site, town: Town, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "site"
    export.write(folder, {"index.html": b"old"})
    export.write(folder, files(site))
    assert b"Le notizie del Comune su WhatsApp" in (folder / "index.html").read_bytes()
    assert not list(folder.rglob("*.part"))
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("somebody's site")
    with pytest.raises(ExportError, match="holds files that no export wrote"):
        export.write(other, files(site))
    assert (other / "index.html").read_text() == "somebody's site"
    with pytest.raises(ExportError, match="cannot be written"):
        export.write(other / "index.html", files(site))


def test_an_installation_without_bulletins_can_be_exported(site: Site, tmp_path: Path) -> None:
    written = files(site)
    assert "archivio/index.html" in written
    assert not any(name.startswith("b/") for name in written)

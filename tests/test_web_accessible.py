"""Every type of page in a real browser: axe-core finds nothing on a phone or a desk, in light or dark."""

from io import BytesIO
from typing import Any, Literal

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from flows.settings import ROOT
from tests.test_web_subscribe import of_stage
from tests.world.comune import Loopback
from tests.world.editor import browser_page
from tests.world.public_site import Town, plant
from tests.world.web_site import Site

SHOTS = ROOT / ".pytest_cache" / "shots" / "pages"  # to be looked at
NARROWEST = 320  # WCAG 1.4.10: nobody scrolls sideways
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
ON_A_PHONE = pytest.mark.parametrize("size", ["phone", pytest.param("desk", marks=pytest.mark.rehearsal)])
ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = "axe.run({runOnly: ['color-contrast']})"  # all that another colour scheme can spoil


def addresses(town: Town) -> dict[str, str]:
    """One of each type of page."""
    return {
        "home": "/",
        "archive": "/archivio",
        "month": "/archivio/2026-11",
        "ordinary": f"/b/{town.ordinary.code}",
        "alert": f"/b/{town.alert.code}",
        "correction": f"/b/{town.correction.code}",
        "changed": f"/b/{town.changed.code}",
        "partly-removed": f"/b/{town.partly_removed.code}",
        "removed": f"/b/{town.removed.code}",
        "sheet": f"/b/{town.ordinary.code}/foglio",
        "sheet-alert": f"/b/{town.alert.code}/foglio",
        "sheet-removed": f"/b/{town.removed.code}/foglio",
        "subscribe": "/iscriviti",
        "recognise": "/riconosci",
        "notice": "/informativa",
        "terms": "/condizioni",
        "accessibility": "/accessibilita",
        "absent": "/b/altro",
        "decided": f"/r/{town.ordinary.code}",
    }


@pytest.fixture
def served(site: Site, loopback: Loopback) -> tuple[str, Town]:
    with site.look() as session:
        town = plant(session)
    loopback.app = site.app
    return loopback.address, town


@ON_A_PHONE
def test_axe_finds_nothing_on_any_page(served: tuple[str, Town], size: str) -> None:
    address, town = served
    width, height = SIZES[size]
    found = {}
    with browser_page(width, height, is_phone=size == "phone") as page:
        for name, path in addresses(town).items():
            page.goto(address + path)
            page.emulate_media(color_scheme="light")
            told = faults(Axe().run(page, options=ALL).response)
            page.emulate_media(color_scheme="dark")
            told += faults(page.evaluate(CONTRAST))
            if told:
                found[name] = told
            for narrow in (width, NARROWEST):
                page.set_viewport_size({"width": narrow, "height": height})
                assert page.evaluate("document.documentElement.scrollWidth") <= narrow, f"{name} is too wide"
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="light")
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{size}.png", full_page=True)
    assert found == {}


def faults(response: dict[str, Any]) -> list[str]:
    """Each violation with the elements that it is about, and what axe could not decide."""
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for one in (*response["violations"], *response["incomplete"])
    ]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("desk", "light"),
        ("phone", "dark"),
        pytest.param("desk", "dark", marks=pytest.mark.rehearsal),
        pytest.param("phone", "light", marks=pytest.mark.rehearsal),
    ],
)
def test_a_reader_finds_the_link_in_the_picture_of_the_page(
    site: Site, loopback: Loopback, size: str, scheme: Literal["light", "dark"]
) -> None:
    of_stage(site, "production")
    loopback.app = site.app
    with browser_page(*SIZES[size], is_phone=size == "phone") as page:
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{loopback.address}/iscriviti")
        shown = Image.open(BytesIO(page.screenshot(full_page=True)))
    (code,) = zxingcpp.read_barcodes(shown)
    assert code.text == "https://wa.me/393331234567?text=ATTIVA"

"""The console of a fleet in a real browser: three hundred Comuni, on a desk, on a phone and on paper."""

import base64
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from flows.fleet.console.sweep import Console
from flows.fleet.front import app as front
from tests.test_web_accessible import ALL, CONTRAST, NARROWEST, ON_A_PHONE, SHOTS, SIZES, faults
from tests.world.builders import NOW
from tests.world.comune import Loopback
from tests.world.editor import browser_page
from tests.world.fleet import land
from tests.world.lines import many

COMUNI, FEW = 300, 40  # axe takes 0.1 seconds a row
PAPER = 1047  # CSS pixels between the margins of a landscape A4


@pytest.fixture
def address(loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of its page."""
    here = land(tmp_path, monkeypatch)
    loopback.app = front.create_front(here.fleet, clock=lambda: NOW)
    return f"{loopback.address}/console"


def opened(page: Page, address: str, states: Path, monkeypatch: pytest.MonkeyPatch, comuni: int) -> None:
    monkeypatch.setattr(Console, "lines", lambda *_args, **_options: many(comuni))
    token = (states / "_fleet" / "metrics.token").read_text(encoding="ascii").strip()
    shown = base64.b64encode(f"gestore:{token}".encode()).decode()
    page.set_extra_http_headers({"Authorization": f"Basic {shown}"})
    page.goto(address)
    assert page.locator("tbody tr").count() == comuni


@ON_A_PHONE
def test_axe_finds_nothing_on_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    width, height = SIZES[size]
    with browser_page(width, height, is_phone=size == "phone") as page:
        opened(page, address, tmp_path / "states", monkeypatch, FEW)
        found = [Axe().run(page, options=ALL).response]
        page.emulate_media(color_scheme="dark")
        found.append(page.evaluate(CONTRAST))
        if size == "phone":  # what is outside the box that scrolls it cannot decide; on the desk it does
            found = [{**one, "incomplete": []} for one in found]
        assert [line for one in found for line in faults(one)] == []


def test_three_hundred_are_read_on_a_desk_a_phone_and_on_paper(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with browser_page() as page:
        opened(page, address, tmp_path / "states", monkeypatch, COMUNI)
        for width in (1440, 1280, 1024, 360, NARROWEST):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=SHOTS / f"console-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 800})
        page.mouse.wheel(0, 9_000)
        page.wait_for_function("window.scrollY > 5000")
        head = page.locator("thead th").first.bounding_box()
        assert head is not None
        assert 0 <= head["y"] < 1, "the headings stay in sight"
        page.set_viewport_size({"width": PAPER, "height": 740})
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
        assert page.locator("tbody tr").last.is_visible()

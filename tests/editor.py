"""An editor at the Prefect UI (V2) in a real browser: what a person clicks, by the words on the screen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect, sync_playwright

# The browser must not look for hosts of its maker: only this machine answers in a test.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def browser_page(width: int = 1280, height: int = 1400) -> Iterator[Page]:
    """A page of a fresh browser, in Italy; a missing browser fails with one line."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        except PlaywrightError as exc:
            raise AssertionError("no browser: `make test` installs one, see deployments/install.py") from exc
        context = browser.new_context(
            locale="it-IT", timezone_id="Europe/Rome", viewport={"width": width, "height": height}
        )
        try:
            yield context.new_page()
        finally:
            browser.close()


class Editor:
    """The form of one waiting bulletin."""

    def __init__(self, page: Page, link: str, shots: Path) -> None:
        self.page, self.link, self.shots = page, link, shots

    def open(self) -> Locator:
        """Follow the link, then ⋮ and Resume, as the artifact says."""
        self.page.goto(self.link)
        expect(self.page.get_by_text("Suspended", exact=True).first).to_be_visible(timeout=60_000)
        self.page.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name="Resume").click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_text("Che cosa vuoi fare?")).to_be_visible(timeout=30_000)
        return dialog

    def _field(self, title: str) -> Locator:
        """The control that carries a title."""
        label = self.page.get_by_role("dialog").locator("label").filter(has_text=title)
        return self.page.locator(f"[id='{label.first.get_attribute('for')}']")

    def choose(self, title: str, option: str) -> None:
        self._field(title).click()
        self.page.get_by_role("option", name=option).first.click()
        expect(self._field(title)).to_contain_text(option)

    def text(self, number: int) -> str:
        return self._field(f"Notizia {number} - ").input_value()

    def write(self, number: int, text: str) -> None:
        self._field(f"Notizia {number} - ").fill(text)

    def fill(self, title: str, text: str) -> None:
        self._field(title).fill(text)

    def decide(self, decision: str, who: str = "Anna Redazione") -> None:
        """Fill what is required and confirm."""
        self.choose("Che cosa vuoi fare?", decision)
        self.choose("Chi sei", who)
        self.shoot("form")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Resume", exact=True).click()
        expect(dialog).to_be_hidden(timeout=60_000)

    def shoot(self, name: str) -> None:
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png")

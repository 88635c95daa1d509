"""An editor at the Prefect UI (V2) in a real browser: what a person clicks, by the words on the screen."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self
from weakref import WeakSet

from playwright.sync_api import BrowserContext, Locator, Page, Response, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from flows.review.choices import signed
from flows.settings import ROOT
from tests.world.installation import Installation, wait_for

SHOTS = ROOT / ".pytest_cache" / "shots"  # of every form as it was confirmed, to be looked at
# The browser must not look for hosts of its maker: only this machine answers in a test.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

PATIENCE = 60_000  # milliseconds; a busy machine is no defect
_SHOWN = re.compile("/api/(flow_runs|deployments)/")
_signed_in = WeakSet[BrowserContext]()


def executable() -> str | None:
    """Debian's browser, without what draws a window where there is one: a third of its work. Else None, and
    Playwright takes its own.
    """
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def browser_page(width: int = 1366, height: int = 900, *, is_phone: bool = False) -> Iterator[Page]:
    """A page of a fresh browser, in Italy; a missing browser fails with one line."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable(), args=QUIET)
        except PlaywrightError as exc:
            raise AssertionError("no browser: `make test` installs one, see deployments/install.py") from exc
        context = browser.new_context(
            locale="it-IT",
            timezone_id="Europe/Rome",
            viewport={"width": width, "height": height},
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        try:
            yield context.new_page()
        finally:
            browser.close()


def run_page(installation: Installation, run_id: str) -> str:
    return f"{installation.settings.prefect_ui}/runs/flow-run/{run_id}"


def sign_in(installation: Installation, page: Page, to: str = "") -> None:
    """By a link as `run` prints it, to this page: the browser keeps the password from then on.

    Prefect's page first asks whether the password is right, and throws it away when that question is broken
    off: so wait until it asks for what it shows. Once is enough; by the page of all runs, which none names,
    it costs two seconds of a processor more than by that of one.
    """
    if page.context in _signed_in:
        return
    with page.expect_response(lambda answer: bool(_SHOWN.search(answer.url))):
        page.goto(installation.settings.entry_link(to or f"{installation.settings.prefect_ui}/runs"))
    _signed_in.add(page.context)


def bring(installation: Installation, page: Page, token: str) -> None:
    """The browser of somebody who has signed in, by what it keeps (`tests.world.people.member_of`)."""
    settings = installation.settings
    kept = {"name": settings.work_pool, "value": token, "url": settings.prefect_address}
    page.context.add_cookies([kept])  # type: ignore[list-item]


def closed(page: Page) -> None:
    """A list of options is gone: one that still closes takes the focus back, which shuts the next one."""
    expect(page.get_by_role("option")).to_have_count(0)


class Editor:
    """The form of one waiting bulletin, by mouse or, on a phone, by finger."""

    def __init__(self, page: Page, link: str, shots: str, *, touches: bool = False) -> None:
        self.page, self.link, self.shots, self.touches = page, link, SHOTS / shots, touches
        self.taps = 0  # clicks or touches since the page stood there

    @classmethod
    def of(cls, installation: Installation, page: Page, number: int, shots: str) -> Self:
        """Of this bulletin, by the link of its letters."""
        link = run_page(installation, installation.run_of(number))
        sign_in(installation, page, link)
        return cls(page, link, shots)

    def press(self, target: Locator) -> None:
        self.taps += 1
        if self.touches:
            target.tap()
        else:
            target.click()

    def follow(self) -> None:
        """The link of the message: the run that waits."""
        self.page.goto(self.link)
        expect(self.page.get_by_text("Suspended", exact=True).first).to_be_visible()

    def open(self) -> Locator:
        """Follow the link, then ⋮ and Resume, as the artifact says."""
        self.follow()
        self.menu()
        return self.resume()

    def menu(self) -> None:
        self.press(self.page.get_by_role("button", name="Open menu").first)

    def resume(self) -> Locator:
        """The form, from the menu."""
        self.press(self.page.get_by_role("menuitem", name="Resume"))
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_text("Che cosa vuoi fare?")).to_be_visible()
        return dialog

    def _field(self, title: str) -> Locator:
        """The control that carries a title."""
        return control(self.page.get_by_role("dialog"), title)

    def screens(self) -> float:
        """How many times its window the form is high: what a person scrolls."""
        found = self._field("Che cosa vuoi fare?").evaluate(
            "e => { while (getComputedStyle(e).overflowY !== 'auto') e = e.parentElement;"
            " return [e.scrollHeight, e.clientHeight]; }"
        )
        return float(found[0] / found[1])

    def refused(self) -> str:
        """Resume, which the server does not take; what the page says of it. The form stays."""
        dialog = self.page.get_by_role("dialog")
        with self.page.expect_response(_is_resume) as caught:
            self.press(dialog.get_by_role("button", name="Resume", exact=True))
        assert caught.value.json()["status"] == "REJECT", caught.value.text()
        reason = str(caught.value.json()["details"]["reason"])
        expect(self.page.get_by_text(reason).first).to_be_visible()
        expect(dialog.get_by_text("Che cosa vuoi fare?")).to_be_visible()
        return reason

    def choose(self, title: str, option: str) -> None:
        self.show(title)
        self.take(title, option)

    def show(self, title: str) -> None:
        """What there is to choose from."""
        self.press(self._field(title))

    def take(self, title: str, option: str) -> None:
        """One of what `show` shows."""
        self.press(self.page.get_by_role("option", name=option).first)
        closed(self.page)
        expect(self._field(title)).to_contain_text(option)

    def text(self, number: int) -> str:
        return self.value(f"Notizia {number} - ")

    def value(self, title: str) -> str:
        return self._field(title).input_value()

    def write(self, number: int, text: str) -> None:
        self.fill(f"Notizia {number} - ", text)

    def fill(self, title: str, text: str) -> None:
        self.press(self._field(title))
        self._field(title).fill(text)

    def order(self) -> list[str]:
        """The lines of the order, from the top."""
        lines = self._lines().locator("textarea")
        return [line.input_value() for line in lines.all()]

    def _lines(self) -> Locator:
        handle = self.page.get_by_role("button", name="Drag to reorder")
        return self.page.get_by_role("dialog").locator("fieldset").filter(has=handle)

    def drag(self, line: int, to: int) -> None:
        """A line of the order to the place of another, by its handle; both count from 1."""
        handles = self._lines().get_by_role("button", name="Drag to reorder")
        handles.nth(line - 1).scroll_into_view_if_needed()
        start, end = (handles.nth(n - 1).bounding_box() for n in (line, to))
        assert start
        assert end
        mouse = self.page.mouse
        mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=15)
        mouse.up()

    def remove(self, line: int) -> None:
        """A line of the order, by its own menu; counts from 1."""
        self.press(self._lines().get_by_role("button", name="Open menu").nth(line - 1))
        self.press(self.page.get_by_role("menuitem", name="Delete"))

    def decide(
        self, decision: str, who: str = "Anna Redazione", code: Callable[[], str] | None = None
    ) -> None:
        """Fill what is required and confirm; the code is read from the app last, because it ages. Of who has
        signed in no form asks for a name.
        """
        is_asked = self.page.get_by_role("dialog").get_by_text(re.compile("^Chi sei")).count() > 0
        if is_asked and decision.startswith("Approva:"):
            self.choose("Che cosa vuoi fare?", signed(decision, who))
        else:
            self.choose("Che cosa vuoi fare?", decision)
            if is_asked:
                self.choose("Chi sei", who)
        self.shoot("form")
        if code:
            self.fill("Codice di 6 cifre", code())
        self.confirm()

    def confirm(self) -> None:
        """Resume: the server takes the answer, and the window goes."""
        dialog = self.page.get_by_role("dialog")
        with self.page.expect_response(_is_resume) as caught:
            self.press(dialog.get_by_role("button", name="Resume", exact=True))
        answer = caught.value
        assert answer.ok, answer.text()
        assert answer.json()["status"] == "ACCEPT", answer.text()
        # Prefect's page asks for the run every 5 s. When it hears that the run goes on before it hears that
        # its own Resume was taken, the form gives way to an empty question, and nothing closes that one.
        gone = self.page.locator("body").filter(has_not=dialog)
        expect(gone.or_(self.leftover)).to_be_visible()
        if self.leftover.is_visible():
            dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()

    @property
    def leftover(self) -> Locator:
        """The empty question that stands where a form was, once the run goes on."""
        return self.page.get_by_role("dialog").get_by_text("Resume the paused flow run")

    def shoot(self, name: str) -> None:
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png")


def control(within: Page | Locator, title: str) -> Locator:
    """The control of a form that carries a title."""
    label = within.locator("label").filter(has_text=title).first
    expect(label).to_be_visible()
    return within.locator(f"[id='{label.get_attribute('for')}']")


def _is_resume(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/resume")


def listed(installation: Installation, verb: str, number: int) -> None:
    """Once the start form of this verb names the bulletin: who opens it sooner has to load it again."""

    def is_named() -> bool:
        with installation.prefect() as client:
            deployment = client.read_deployment_by_name(f"{verb}/{installation.settings.deployment(verb)}")
        fields = (deployment.parameter_openapi_schema or {})["properties"].values()
        return any(entry.startswith(f"{number} · ") for field in fields for entry in field.get("enum", ()))

    wait_for(f"{verb} to list bulletin {number}", is_named)


class Starter:
    """What an editor starts: a name on the page of deployments, Run, Custom run, and a short form."""

    def __init__(self, installation: Installation, page: Page, name: str, shots: str) -> None:
        self.installation, self.page, self.name, self.shots = installation, page, name, SHOTS / shots

    def open(self) -> None:
        page, deployments = self.page, f"{self.installation.settings.prefect_ui}/deployments"
        sign_in(self.installation, page, deployments)
        page.goto(deployments)
        # a click on the list that the search is about to replace would go nowhere
        with page.expect_response(self._is_found):
            page.get_by_placeholder("Search deployments").fill(self.name)
        page.get_by_role("link", name=self.installation.settings.deployment(self.name)).click()
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Custom run").click()

    def _is_found(self, response: Response) -> bool:
        asked = response.request.post_data or ""
        return response.url.endswith("/deployments/filter") and f'"{self.name}"' in asked

    def fill(self, title: str, text: str) -> None:
        control(self.page, title).fill(text)

    def choose(self, title: str, option: str) -> None:
        control(self.page, title).click()
        self.page.get_by_role("option", name=option).first.click()
        closed(self.page)

    def pick(self, title: str, moment: datetime) -> None:
        """A day and an hour from the calendar; `moment` is local, its minutes a multiple of five."""
        control(self.page, title).click()
        calendar = self.page.locator("[data-slot=popover-content]")
        calendar.get_by_label("Choose the Year").select_option(str(moment.year))
        calendar.get_by_label("Choose the Month").select_option(str(moment.month - 1))
        calendar.locator(f"td[data-day='{moment:%Y-%m-%d}'] button").click()
        hours, minutes, halves = calendar.locator("[data-slot=scroll-area]").all()
        for column, told in (
            (halves, f"{moment:%p}"),
            (hours, str(moment.hour % 12 or 12)),
            (minutes, str(moment.minute)),
        ):
            column.get_by_role("button", name=told, exact=True).click()
        self.page.keyboard.press("Escape")
        expect(calendar).to_be_hidden()

    def submit(self) -> str:
        """Start it; the run's name once it has completed."""
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / "form.png", full_page=True)
        with self.page.expect_response(is_start) as caught:
            self.page.get_by_role("button", name="Submit").click()
        assert caught.value.ok, caught.value.text()
        return self.installation.completed(caught.value.json()["id"])

    def refused(self) -> str:
        """Submit, which the server does not take; what the page says of it. The form stays."""
        with self.page.expect_response(is_start) as caught:
            self.page.get_by_role("button", name="Submit").click()
        assert not caught.value.ok
        told = str(caught.value.json()["detail"])
        expect(self.page.get_by_text(told).first).to_be_visible()
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / "refused.png")
        return told


class OldPage:
    """The same form in Prefect's first UI: the links of its own logs and commands lead there."""

    def __init__(self, installation: Installation, page: Page, number: int) -> None:
        old = installation.settings.prefect_ui.removesuffix("/v2")
        self.page = page
        sign_in(installation, page)
        self.link = f"{old}/runs/flow-run/{installation.run_of(number)}"

    def open(self) -> Locator:
        self.page.goto(self.link)
        self.page.get_by_role("button", name="Resume").first.click()
        dialog = self.page.locator(".p-modal").first
        expect(dialog.get_by_text("Che cosa vuoi fare?")).to_be_visible()
        return dialog

    def choose(self, title: str, option: str) -> None:
        named = self.page.get_by_text(title, exact=True)
        self.page.locator(".p-label").filter(has=named).locator(".p-select-button__control").focus()
        self.page.keyboard.press("ArrowDown")  # a click does not unfold this list
        self.page.locator(".p-select-option").filter(has_text=option).click()

    def confirm(self) -> None:
        with self.page.expect_response(_is_resume) as caught:
            self.page.locator(".p-modal").first.get_by_role("button", name="Submit").click()
        assert caught.value.json()["status"] == "ACCEPT", caught.value.text()


def is_start(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/create_flow_run")

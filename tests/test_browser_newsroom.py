"""The page *Redazione* in a real browser: an editor begins there, on a desk and on a phone."""

from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.world.editor import SHOTS, Editor, browser_page
from tests.world.guide import take
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

APPROVE = "Approva: parte subito"


def opened(installation: Installation, page: Page) -> None:
    page.goto(installation.settings.entry_link(installation.settings.newsroom))
    expect(page.locator("#aspetta")).to_be_visible()


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / name, full_page=True)


def shows(page: Page, address: str, words: str) -> bool:
    page.goto(address)
    try:
        expect(page.get_by_text(words).first).to_be_visible()
    except AssertionError:
        return False
    return True


def test_from_the_page_to_the_form_and_back(installation: Installation, page: Page) -> None:
    title = "Laboratorio di teatro per ragazzi"
    number = installation.draft(title)
    installation.form_of(number)  # the run has written its page by then
    opened(installation, page)
    line = page.locator("#aspetta li", has_text=title).first
    shot(page, "redazione.png")
    take(page, "redazione.png")
    line.get_by_role("link", name="come si vede e da dove viene").click()
    expect(page.get_by_role("heading", name="Sul telefono")).to_be_visible()
    opened(installation, page)
    line.get_by_role("link", name="apri il modulo").click()
    expect(page.get_by_text("da approvare").first).to_be_visible()
    assert (installation.bulletin(number).review_run_id or "") in page.url

    editor = Editor.of(installation, page, number, "from-the-newsroom")
    editor.open()
    editor.decide(APPROVE)
    sent = installation.ends_as(number, "sent")
    opened(installation, page)
    expect(page.locator("#aspetta li", has_text=title)).to_have_count(0)
    done = page.locator("#inviati li", has_text=title).first
    assert "persone su" in done.inner_text()
    public = done.get_by_role("link", name="la pagina dei cittadini").get_attribute("href")
    assert public == f"{installation.settings.profile.servers.public}/b/{sent.code}"
    certificate = done.get_by_role("link", name="il certificato").get_attribute("href")
    assert certificate
    address = urljoin(page.url, certificate)  # its page is written once the send is over
    wait_for("the certificate's page", lambda: shows(page, address, "Certificato di invio"))

    opened(installation, page)
    page.get_by_label("Cerca nei bollettini inviati").fill("TEATRO ragazzi")
    page.get_by_role("button", name="Cerca").click()
    expect(page.locator("#trovati li").first).to_contain_text(title)
    page.get_by_role("link", name="Ferma un invio").click()
    expect(page.get_by_text("Quale bollettino")).to_be_visible()


def test_on_a_phone_with_the_password_typed_there(installation: Installation) -> None:
    installation.draft("Passeggiata lungo il Lambro")
    with browser_page(360, 740, is_phone=True) as page:
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(installation.settings.newsroom)
        status = page.get_by_role("status")
        expect(page.get_by_role("status")).to_have_text(
            "Per vedere la pagina serve la password della redazione."
        )
        password = page.get_by_label("Password della redazione")
        password.fill("redazione:indovinata")
        page.get_by_role("button", name="Entra").tap()
        expect(status).to_have_text("Questa password non è quella della redazione.")
        password.fill(installation.settings.door_keys().people)
        page.get_by_role("button", name="Entra").tap()
        expect(page.locator("#aspetta")).to_contain_text("Passeggiata lungo il Lambro")
        expect(password).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        shot(page, "redazione-telefono.png")
        assert troubles == []

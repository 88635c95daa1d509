"""A person signs in with the Comune's own provider in a real browser, which has rules for its cookies, and
proves once more who they are.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from flows.accounts.reception import Reception
from flows.settings import DEMO, Settings, load_profile
from tests.world.door_front import Front
from tests.world.editor import browser_page
from tests.world.identity_provider import NAME, SECRET, identity_provider, with_provider
from tests.world.people import Member
from tests.world.ports import free_ports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # of the provider, not of ours
]


@contextmanager
def served(front: Front, port: int) -> Iterator[None]:
    """A door that a browser reaches."""
    config = uvicorn.Config(front.door, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = monotonic() + 30
    while not server.started and monotonic() < until:
        sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def sign_in_there(page: Page, subject: str) -> None:
    page.get_by_role("link", name=f"Entra con {NAME}").click()
    page.locator("input[name=sub]").fill(subject)
    page.locator("input[name=sub]").press("Enter")


def test_to_the_provider_and_back_to_the_page_that_was_asked_for(
    settings: Settings, sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider's site is `localhost`, ours `127.0.0.1`: for a browser another one."""
    monkeypatch.setenv("BOLLETTINO_OIDC_SECRET", SECRET)
    (port,) = free_ports(1)
    here, path = f"http://127.0.0.1:{port}", tmp_path / "demo.toml"
    path.write_text(DEMO.read_text(encoding="utf-8").replace("4200", str(port)), encoding="utf-8")
    with identity_provider() as idp, browser_page(360, 740, is_phone=True) as page:
        idp.knows("anna", email="anna@comune.esempio.mi.it", email_verified=True)
        idp.knows("altro", email="altro@altrove.example", email_verified=True)
        town = Settings(load_profile(path), path, settings.state, str(sqlite.url))
        town = with_provider(town, tmp_path, idp.issuer, town.database)
        front = Front(Reception(town), here)
        with front.http, served(front, port):
            page.goto(f"{here}/accesso?poi=/redazione/comando/ferma")
            sign_in_there(page, "altro")
            expect(page.get_by_role("alert")).to_contain_text("ma nel profilo non c'è")
            page.goto(f"{here.replace('127.0.0.1', 'localhost')}/accesso?poi=/redazione/comando/ferma")
            sign_in_there(page, "anna")
            page.wait_for_url(f"{here}/redazione/comando/ferma")
            assert page.inner_text("body") == "frame"
            page.goto(f"{here}/accesso/codice")
            page.get_by_role("link", name=f"Entra di nuovo con {NAME}").click()
            page.locator("input[name=sub]").fill("anna")
            page.locator("input[name=sub]").press("Enter")
            page.wait_for_url(f"{here}/accesso/codice")
            expect(page.get_by_role("heading", name="Fatto: puoi confermare")).to_be_visible()
            page.goto(f"{here}/accesso")
            expect(page.get_by_role("heading", name="Sei Anna Redazione")).to_be_visible()
            page.get_by_role("button", name="Esci", exact=True).click()
            expect(page.get_by_role("heading", name="Oppure con una password")).to_be_visible()
            _is_readable(page)


def test_a_code_is_typed_beside_a_form_in_another_tab(
    settings: Settings, sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.accounts.passwords.MEMORY", 64)
    (port,) = free_ports(1)
    here, path = f"http://127.0.0.1:{port}", tmp_path / "demo.toml"
    path.write_text(DEMO.read_text(encoding="utf-8").replace("4200", str(port)), encoding="utf-8")
    town, now = Settings(load_profile(path), path, settings.state, str(sqlite.url)), datetime.now(UTC)
    anna = Member(town, sqlite, "Anna Redazione", now - timedelta(hours=1))
    front = Front(Reception(town, lambda: now), here)
    monkeypatch.setattr(front.door._login, "_clock", lambda: now)
    with front.http, served(front, port), browser_page(360, 740, is_phone=True) as page:
        page.context.add_cookies([{"name": "bollettino", "value": anna.key.token, "url": here}])
        page.goto(f"{here}/accesso/codice?poi=/redazione", wait_until="networkidle")
        expect(page.get_by_role("heading", name="Conferma che sei tu")).to_be_visible()
        _is_readable(page)
        page.get_by_label("Codice dell'app, 6 cifre").fill("000000")
        page.get_by_role("button", name="Conferma che sei tu").click()
        expect(page.get_by_role("alert")).to_contain_text("Questo codice non è giusto.")
        page.get_by_label("Codice dell'app, 6 cifre").fill(anna.code(now))
        page.get_by_role("button", name="Conferma che sei tu").click()
        expect(page.get_by_role("heading", name="Fatto: puoi confermare")).to_be_visible()
        page.reload(wait_until="networkidle")
        expect(page.get_by_role("heading", name="Fatto: puoi confermare")).to_be_visible()
        _is_readable(page)
        page.get_by_role("link", name="Oppure vai avanti da qui").click()
        page.wait_for_url(f"{here}/redazione")


def _is_readable(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

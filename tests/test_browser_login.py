"""A person signs in in a real browser: from the invitation to the pages of Prefect, and out again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pyotp import TOTP
from websockets import ConnectionClosed, Origin, Subprotocol
from websockets.sync.client import connect

from db import accounts
from db.engine import transaction
from flows.accounts import enrolment, persons
from tests.world.editor import browser_page
from tests.world.installation import Installation
from tests.world.people import PASSWORD, accounts_of

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

ANNA = "Anna Redazione"


@pytest.fixture
def members(installation: Installation) -> Iterator[Installation]:
    """With accounts, until the test is over: the other tests share a password."""
    with accounts_of(installation):
        yield installation


def secret_of(page: Page) -> TOTP:
    return TOTP(page.locator("code").inner_text())


def test_from_an_invitation_to_prefects_pages_and_out(members: Installation) -> None:
    settings, engine = members.settings, members.engine
    with members.at_server():
        link = enrolment.add(settings, engine, persons.named(settings, ANNA), now=datetime.now(UTC))
    with browser_page(360, 740, is_phone=True) as page:
        asked = set[str]()
        page.context.on("request", lambda request: asked.add(request.url.split("?")[0]))
        page.goto(link)
        _is_readable(page)
        totp = secret_of(page)
        page.get_by_label("Password, almeno 12 caratteri").fill(PASSWORD)
        page.get_by_label("La stessa password").fill(PASSWORD)
        page.get_by_label("Il codice di 6 cifre").fill(totp.now())
        page.get_by_role("button", name="Conferma").click()
        expect(page.get_by_role("listitem")).to_have_count(enrolment.RECOVERY_CODES)
        _is_readable(page)
        recovery = page.get_by_role("listitem").first.inner_text()
        page.get_by_role("link", name="Li ho messi al sicuro").click()
        expect(page.get_by_role("link", name=f"{ANNA} · Esci")).to_be_visible()

        page.get_by_role("link", name=f"{ANNA} · Esci").click()
        page.wait_for_url("**/accesso")
        _is_readable(page)
        page.get_by_role("button", name="Esci", exact=True).click()
        page.goto(f"{settings.prefect_ui}/deployments")
        page.wait_for_url("**/accesso?**")
        _is_readable(page)
        page.get_by_label("Nome e cognome").fill("anna@comune.esempio.mi.it")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Codice dell'app").fill(recovery)
        page.get_by_role("button", name="Entra").click()
        page.wait_for_url("**/v2/deployments**")
        expect(page.get_by_text(settings.deployment("approva")).first).to_be_visible()
        assert page.evaluate("Object.keys(localStorage).includes('prefect-password')") is False
        assert "bollettino" not in page.evaluate("document.cookie"), "no script reads it"
        kept = next(one["value"] for one in page.context.cookies() if one["name"] == settings.work_pool)
        assert _listens(members, f"{settings.work_pool}={kept}") == "open"
        assert _listens(members, f"{settings.work_pool}={kept}x") == "closed"

        with transaction(engine) as session:  # signed out elsewhere, while Prefect's page is open
            accounts.sign_out(session, 1, now=datetime.now(UTC))
        page.wait_for_url("**/accesso?**", timeout=60_000)
        assert _listens(members, f"{settings.work_pool}={kept}") == "closed"
        foreign = {url for url in asked if not url.startswith((settings.prefect_address, "data:", "blob:"))}
        assert foreign == set()


def _is_readable(page: Page) -> None:
    """On the narrowest telephone, and by a screen reader."""
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _listens(installation: Installation, cookie: str) -> str:
    """What becomes of a page of this cookie that wants to hear of events."""

    address = installation.settings.prefect_address
    with connect(
        f"{address.replace('http', 'ws')}/api/events/out",
        subprotocols=[Subprotocol("prefect")],
        origin=Origin(address),
        additional_headers={"Cookie": cookie},
        proxy=None,
    ) as connection:
        try:
            connection.send(json.dumps({"type": "auth", "token": None}))
            return "open" if json.loads(connection.recv()) == {"type": "auth_success"} else "closed"
        except ConnectionClosed:
            return "closed"

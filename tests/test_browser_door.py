"""What an editor's browser asks of whom, from the printed link on."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Response, expect

from flows.accounts import enrolment, persons
from tests.world.editor import browser_page
from tests.world.installation import Installation
from tests.world.people import accounts_of, signed_in

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start


def test_a_printed_link_lets_in_once_and_the_browser_asks_nobody_else(
    installation: Installation, page: Page
) -> None:
    printed = re.findall(r"http\S+/entra#(\S+)", installation.output.read_text(encoding="utf-8"))
    assert [bool(re.fullmatch(r"gettone=[\w-]{43}&/\S+", one)) for one in printed] == [True] * 3
    asked, refused = set[str](), set[str]()
    page.context.on("request", lambda request: asked.add(request.url.split("?")[0]))

    def look(answer: Response) -> None:
        if answer.status in (401, 403):
            refused.add(answer.url)

    page.context.on("response", look)
    settings, anna = installation.settings, persons.of(installation.settings.profile)[0]
    with accounts_of(installation):
        now = datetime.now(UTC)
        signed_in(settings, installation.engine, anna.name, now)
        link = enrolment.entry_link(
            settings, installation.engine, anna, f"{settings.prefect_ui}/runs", now=now
        )
        page.goto(link)
        page.wait_for_url("**/v2/runs**")
        expect(page.get_by_role("link", name="Deployments")).to_be_visible()
        secret = link.partition("=")[2].partition("&")[0]
        assert secret not in page.url
        assert page.evaluate("localStorage.getItem('prefect-password')") is None
        assert page.evaluate("history.length") <= 2, "the address with the token is not gone back to"
        for path in ("/dashboard", "/runs", "/deployments", "/artifacts", "/events"):
            page.goto(settings.prefect_ui + path)
            page.wait_for_load_state("networkidle")
        assert refused == set(), "nothing that a page needs is closed"
        page.goto(link)  # again, in the browser that it has let in
        page.wait_for_url("**/v2/runs**")
        expect(page.get_by_role("link", name="Deployments")).to_be_visible()  # it goes nowhere from here
        page.goto("about:blank")
        with_others = page.context.browser
        assert with_others is not None
        stranger = with_others.new_context().new_page()
        stranger.goto(link)
        expect(stranger.get_by_text("vale una volta sola, ed è già stato usato")).to_be_visible()
    server = settings.prefect_address
    assert {url for url in asked if not url.startswith((f"{server}/", "data:", "blob:", "about:"))} == set()
    assert not any(secret in url for url in asked)


def test_the_link_with_the_shared_password_lets_in_where_nobody_has_an_account(
    installation: Installation,
) -> None:
    link = installation.settings.entry_link(f"{installation.settings.prefect_ui}/runs")
    with browser_page() as page:
        page.goto(link)
        page.wait_for_url("**/v2/runs**")
        expect(page.get_by_role("link", name="Deployments")).to_be_visible()
        assert link.partition("#")[2].startswith(page.evaluate("localStorage.getItem('prefect-password')"))

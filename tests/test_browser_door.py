"""What an editor's browser asks of whom, from the printed link on."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

from tests.world.installation import Installation

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start


def test_the_printed_link_lets_in_and_the_browser_asks_nobody_else(
    installation: Installation, page: Page
) -> None:
    asked, refused = set[str](), set[str]()
    page.context.on("request", lambda request: asked.add(request.url.split("?")[0]))

    def look(answer: Response) -> None:
        if answer.status == 403:
            refused.add(answer.url)

    page.context.on("response", look)
    found = re.search(r"(http\S+/entra#\S+)", installation.output.read_text(encoding="utf-8"))
    assert found
    page.goto(found[1])
    page.wait_for_url("**/v2/runs/**")
    expect(page.get_by_role("button", name="Open menu").first).to_be_visible()
    secret = found[1].partition("#")[2].partition("&")[0]
    assert secret not in page.url
    assert page.evaluate("localStorage.getItem('prefect-password')") == secret
    assert page.evaluate("history.length") <= 2, "the address with the password is not gone back to"
    ui = installation.settings.prefect_ui
    for path in ("/dashboard", "/runs", "/deployments", "/artifacts", "/events"):
        page.goto(ui + path)
        page.wait_for_load_state("networkidle")
    server = installation.settings.prefect_address
    assert {url for url in asked if not url.startswith((f"{server}/", "data:", "blob:"))} == set()
    assert not any(secret in url for url in asked)
    assert refused == set(), "nothing that a page needs is closed"

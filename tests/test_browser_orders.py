"""What became of an editor's order, in the real Prefect UI: on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from flows.deploy import ELSE
from tests.world.editor import SHOTS, browser_page, closed, control, is_start, listed, run_page, sign_in
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start

ANNA = "Anna Redazione"
POSTPONE = "Non inviare: le notizie passano al prossimo bollettino"
DESK, PHONE = (1366, 900), (360, 740)


def on(size: str) -> pytest.MarkDecorator:
    """On the other one, too, in a rehearsal."""
    both = [
        pytest.param(screen, id=name, marks=() if name == size else pytest.mark.rehearsal)
        for name, screen in (("desk", DESK), ("phone", PHONE))
    ]
    return pytest.mark.parametrize("screen", both, indirect=True)


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    with browser_page(width, height, is_phone=request.param == PHONE) as page:
        yield page


def shot(page: Page, name: str) -> None:
    assert page.viewport_size is not None
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{page.viewport_size['width']}.png")


def newsroom(installation: Installation, page: Page) -> None:
    page.goto(installation.settings.entry_link(installation.settings.newsroom))
    expect(page.locator("#aspetta")).to_be_visible()


@on("phone")
def test_a_refused_order_is_red_and_says_why(installation: Installation, screen: Page) -> None:
    run_id = installation.order("ferma", bollettino=ELSE, chi=ANNA)
    wait_for("the answer", lambda: "NON FERMATO" in installation.name_of(run_id))
    sign_in(installation, screen, run := run_page(installation, run_id))
    screen.goto(run)
    expect(screen.get_by_text("Failed", exact=True).first).to_be_visible()
    expect(screen.get_by_text("NON FERMATO").first).to_be_visible()
    shot(screen, "refused")
    screen.get_by_role("tab", name="Artifacts").click()
    screen.get_by_role("link", name="Che cosa è successo").first.click()
    told = screen.get_by_test_id("markdown-display")  # a phone cuts the title
    expect(told.get_by_text("Nessun bollettino è in invio.")).to_be_in_viewport()
    expect(told.get_by_role("link", name="Per rifarlo")).to_be_in_viewport()
    shot(screen, "refused-why")
    told.get_by_role("link", name="Per rifarlo").click()
    expect(screen.get_by_text("Quale bollettino")).to_be_visible()


@on("desk")
def test_a_draft_that_was_not_to_be_sent_is_taken_up_again(installation: Installation, screen: Page) -> None:
    """From the editors' page to the start form, and from the order's page to the form that waits again."""
    number = installation.draft("Corso di ceramica per adulti")
    installation.answer(number, POSTPONE)
    installation.ends_as(number, "merged")
    listed(installation, "riapri", number)
    newsroom(installation, screen)
    line = screen.locator("#non-inviati li", has_text="Corso di ceramica per adulti").first
    line.scroll_into_view_if_needed()
    shot(screen, "postponed")
    line.get_by_role("link", name="ripensaci: riaprilo").click()
    control(screen, "Quale bollettino").click()
    screen.get_by_role("option", name=f"{number} · rinviato").first.click()
    closed(screen)
    control(screen, "Chi sei").click()
    screen.get_by_role("option", name=ANNA).click()
    closed(screen)
    shot(screen, "taken-up")
    with screen.expect_response(is_start) as caught:
        screen.get_by_role("button", name="Submit").click()
    run_id = caught.value.json()["id"]
    assert f"Bollettino {number} riaperto" in installation.completed(run_id)
    waits = installation.run_of(number)

    screen.goto(run_page(installation, run_id))
    expect(screen.get_by_text("Completed", exact=True).first).to_be_visible()
    expect(screen.get_by_text(f"Bollettino {number} riaperto").first).to_be_visible()
    shot(screen, "done")
    screen.get_by_role("tab", name="Artifacts").click()
    shot(screen, "done-artifacts")
    screen.get_by_role("link", name="Che cosa è successo").first.click()
    expect(screen.get_by_role("link", name="Vai avanti")).to_be_visible()
    shot(screen, "done-page")
    screen.get_by_role("link", name="Vai avanti").click()
    screen.wait_for_url(f"**/runs/flow-run/{waits}**")  # the page adds which tab it shows
    expect(screen.get_by_text("da approvare").first).to_be_visible()


@on("desk")
def test_the_link_to_what_waits_shows_that_and_nothing_dead(installation: Installation, screen: Page) -> None:
    gone = installation.draft("Gara di torte della Pro Loco")
    run_id = installation.run_of(gone)
    installation.answer(gone, POSTPONE)
    installation.ends_as(gone, "merged")
    number = installation.draft("Visita guidata alla rocca")
    waits = installation.run_of(number)
    newsroom(installation, screen)
    screen.get_by_role("link", name="vedi anche in Prefect ciò che aspetta").click()
    expect(screen.locator(f"a[href*='{waits}']").first).to_be_visible()
    shot(screen, "waits")
    assert screen.locator(f"a[href*='{run_id}']").count() == 0
    assert screen.get_by_text("Allerte da annunciare").count() == 0
    newsroom(installation, screen)
    screen.get_by_role("link", name="tutto ciò che la redazione ha avviato").click()
    expect(screen.locator(f"a[href*='{waits}']").first).to_be_visible()
    expect(screen.locator(f"a[href*='{run_id}']").first).to_be_visible()
    assert screen.get_by_text("Composizione del bollettino").count() == 0, "of the weeks ahead"
    assert screen.get_by_text("Raccolta:").count() == 0
    shot(screen, "begun")


@on("phone")
def test_the_brake_is_on_one_page_with_the_editors_orders(installation: Installation, screen: Page) -> None:
    """Prefect's own list has ten a page, by name: there it stands on the second."""
    newsroom(installation, screen)
    screen.get_by_role("link", name="gli stessi comandi in Prefect").click()
    for verb in ("assenza", "avviso-urgente", "componi", "ferma", "riapri", "ritenta"):
        expect(order_link(installation, screen, verb)).to_be_visible()
    assert order_link(installation, screen, "sorveglia").count() == 0
    shot(screen, "orders")
    newsroom(installation, screen)
    screen.get_by_role("link", name="in Prefect solo quelli di un invio").click()
    for verb in ("chiudi", "ferma", "incerti", "riprendi", "ritenta"):
        expect(order_link(installation, screen, verb)).to_be_in_viewport()
    assert order_link(installation, screen, "riapri").count() == 0
    shot(screen, "orders-of-a-send")


def order_link(installation: Installation, page: Page, verb: str) -> Locator:
    return page.get_by_role("link", name=installation.settings.deployment(verb), exact=True)

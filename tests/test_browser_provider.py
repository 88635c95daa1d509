"""An editor who signs in with the Comune's own provider approves in the real Prefect UI."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from db.engine import transaction
from db.models import SignIn
from flows.accounts import enrolment, persons
from tests.world.editor import Editor, browser_page, run_page
from tests.world.identity_provider import NAME, IdentityProvider, identity_provider, table
from tests.world.installation import Installation, wait_for
from tests.world.people import accounts_of

pytestmark = [
    pytest.mark.xdist_group("desk"),  # one for all: it takes 20 s to start
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # of the provider, not of ours
]

APPROVE = "Approva: parte subito"


@pytest.mark.rehearsal
def test_who_came_by_the_provider_approves_and_proves_it_again_where_that_is_old(
    installation: Installation,
) -> None:
    installation.postpone()
    text = installation.profile_path.read_text(encoding="utf-8")
    asking = text.replace("# codes = true", "codes = true")
    with (
        identity_provider() as idp,
        installation.profile((text, asking + table(idp.issuer))),
        accounts_of(installation),
        browser_page() as page,
    ):
        number = installation.draft("Nuovo orario del centro di raccolta")
        arrive(installation, page, idp, number)
        editor = Editor(page, run_page(installation, installation.run_of(number)), "provider")
        with transaction(installation.engine) as session:  # the browser stood open
            session.exec(update(SignIn).values(at=datetime.now(UTC) - timedelta(minutes=16), proved_at=None))
        before = installation.version(number)
        editor.open()
        editor.decide(APPROVE)
        wait_for("the form to come back", lambda: installation.version(number) > before)
        again = Editor(page, run_page(installation, installation.run_of(number)), "provider-again")
        dialog = again.open()
        expect(dialog.get_by_text("/accesso/codice").first).to_be_visible()
        page.goto(f"{installation.settings.prefect_address}/accesso/codice")
        page.get_by_role("link", name=f"Entra di nuovo con {NAME}").click()
        signs_in(page, "anna")
        expect(page.get_by_role("heading", name="Fatto: puoi confermare")).to_be_visible()
        again.open()
        again.decide(APPROVE)
        sent = installation.ends_as(number, "sent")
    assert installation.approver(number) == "Anna Redazione"
    assert all(len(messages) == 1 for messages in installation.received(sent.code).values())
    history = " ".join(installation.verb("history", str(number)).split())
    assert "accesso con l'account del Comune, senza un secondo fattore dichiarato" in history


def arrive(installation: Installation, page: Page, idp: IdentityProvider, number: int) -> None:
    """The first to sign in at all: by the address of the gate, to the provider and back to the form's run."""
    # of the sandbox's own account, which is closed while the tests share a password
    anna = persons.named(installation.settings, "Anna Redazione")
    enrolment.add(installation.settings, installation.engine, anna, now=datetime.now(UTC))
    idp.knows("anna", email="anna@comune.esempio.mi.it", email_verified=True)
    run_id = installation.run_of(number)
    page.goto(f"{installation.settings.prefect_address}/accesso?poi=/v2/runs/flow-run/{run_id}")
    page.get_by_role("link", name=f"Entra con {NAME}").click()
    signs_in(page, "anna")
    page.wait_for_url(f"**/runs/flow-run/{run_id}**")


def signs_in(page: Page, subject: str) -> None:
    page.locator("input[name=sub]").fill(subject)
    page.locator("input[name=sub]").press("Enter")

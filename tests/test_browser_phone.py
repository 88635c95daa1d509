"""The approval of an unchanged draft, done by touch on a telephone, from the letter to the first message."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

from tests.world.editor import Editor, bring, browser_page, run_page
from tests.world.guide import take
from tests.world.installation import Installation, wait_for
from tests.world.people import accounts_of, member_of

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

TAPS = 5  # of an approval that changes nothing, by who has signed in


def test_an_unchanged_draft_is_approved_in_five_taps(installation: Installation) -> None:
    installation.postpone()
    with installation.profile(("# codes = true", "codes = true")), accounts_of(installation):
        anna = member_of(installation, "Anna Redazione")
        number = installation.draft("Festa della biblioteca di dicembre")
        run_id = installation.run_of(number)
        link = run_page(installation, run_id)
        letter = wait_for("the letter", lambda: _letter(installation, f"/redazione/modulo/{number}\n"))
        with browser_page(640, 860) as page:
            page.goto(f"{installation.sandbox}/posta/{letter}")
            take(page, "posta.png")
        with browser_page(360, 740, is_phone=True) as page:
            bring(installation, page, anna.key.token)
            editor = Editor(page, link, "phone", touches=True)
            editor.follow()
            _fits(page.locator("html"))
            editor.menu()
            take(page, "telefono-menu.png")
            dialog = editor.resume()
            expect(dialog.get_by_text("Come si vede sul telefono")).to_be_visible()
            take(page, "telefono-modulo.png")
            dialog.get_by_text("Come si vede sul telefono").tap()
            expect(dialog.locator("pre")).to_be_visible()
            _fits(dialog.locator("pre"))
            dialog.get_by_text("Come si vede sul telefono").tap()
            editor.show("Che cosa vuoi fare?")
            take(page, "telefono-decisione.png")
            editor.take("Che cosa vuoi fare?", "Approva: parte subito")
            assert dialog.get_by_text(re.compile("^(Chi sei|Codice di 6 cifre)")).count() == 0
            editor.confirm()
            print(f"approval by touch: {editor.taps} taps")
            assert editor.taps <= TAPS
        sent = installation.ends_as(number, "sent")
    assert installation.approver(number) == "Anna Redazione"
    messages = installation.received(sent.code)
    assert len(messages) == 5
    assert all(len(texts) == 1 for texts in messages.values())
    for words in shares(installation, number, sent.code, run_id):
        print(words)


def _letter(installation: Installation, link: str) -> int | None:
    """The number of the e-mail by which the editor on duty got the link."""
    found = [
        mail["number"]
        for mail in installation.ask("/_prova/posta")
        if any("anna@" in to for to in mail["to"]) and link in mail["text"]
    ]
    return found[0] if found else None


def _fits(box: Locator) -> None:
    """Nothing in it is wider than the telephone shows."""
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 1


def shares(installation: Installation, number: int, code: str, run_id: str) -> list[str]:
    """Seconds from Resume to the first telephone, step by step: what is Prefect's share and what ours."""
    with installation.prefect() as client:
        review = client.read_flow_run_states(UUID(run_id))
        name = DeploymentFilter(name=DeploymentFilterName(any_=[installation.settings.deployment("invia")]))
        runs = client.read_flow_runs(deployment_filter=name)
        (send,) = [run for run in runs if run.parameters.get("bulletin_id") == number]
        sending = client.read_flow_run_states(send.id)
    resumed = max(state.timestamp for state in review if state.name == "Resuming")
    looked = min(state.timestamp for state in review if state.is_running() and state.timestamp > resumed)
    asked = min(state.timestamp for state in sending)
    began = min(state.timestamp for state in sending if state.is_running())
    first = min(
        datetime.fromisoformat(message["at"])
        for phone in installation.ask("/_prova/telefoni")
        for message in phone["messages"]
        if message["button_url"].endswith(f"/b/{code}")
    )
    steps = [
        ("Prefect brings the answer", looked - resumed),
        ("it is checked, sealed and stored", asked - looked),
        ("Prefect starts the send", began - asked),
        ("the first message leaves", first - began),
        ("from Resume to the first telephone", first - resumed),
    ]
    return [f"{what}: {took.total_seconds():.1f} s" for what, took in steps]

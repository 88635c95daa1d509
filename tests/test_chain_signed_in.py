"""A person who has signed in approves through the door, in nobody else's name, and is asked for none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import update

from db import bulletins
from db.engine import transaction
from db.models import SignIn
from tests.world.installation import Installation, field_of, filled, wait_for
from tests.world.people import accounts_of, member_of

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

ANNA, BRUNO, APPROVE = "Anna Redazione", "Bruno Vice", "Approva: parte subito"
OTHER = "Hai effettuato l'accesso come Anna Redazione, ma nel modulo c'è un altro nome"


class Browser:
    """What a page of Prefect's sends once somebody has signed in."""

    def __init__(self, installation: Installation, token: str) -> None:
        settings = installation.settings
        headers = {"Cookie": f"{settings.work_pool}={token}", "Origin": settings.prefect_address}
        self.http = httpx.Client(base_url=f"{settings.prefect_address}/api", headers=headers, trust_env=False)
        csrf = wait_for("the door to know who has signed in", self._csrf)
        self.http.headers.update({"Prefect-Csrf-Client": "browser", "Prefect-Csrf-Token": csrf})

    def _csrf(self) -> str | None:
        answer = self.http.get("/csrf-token", params={"client": "browser"})
        return str(answer.json()["token"]) if answer.status_code == 200 else None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(path, json=body, timeout=60)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


def entered(form: dict[str, Any]) -> dict[str, Any]:
    """A form as one answers it who has signed in: the decision alone."""
    return {**form, field_of(form, "decisione"): APPROVE}


def test_who_has_signed_in_approves_and_enters_nothing_in_anothers_name(installation: Installation) -> None:
    number = installation.draft("Serata di letture ad alta voce in biblioteca")
    run_id, form = installation.form_of(number)  # as it was before anybody signed in
    with installation.profile(("# codes = true", "codes = true")), accounts_of(installation):
        anna = member_of(installation, ANNA)
        browser = Browser(installation, anna.key.token)
        name = installation.settings.deployment("assenza")
        deployment = browser.http.get(f"/deployments/name/assenza/{name}").json()
        day = f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d}"
        absence = {"who": ANNA, "first_day": day, "last_day": day, "note": "", "cancel": False}
        path = f"/deployments/{deployment['id']}/create_flow_run"
        started = browser.post(path, {"parameters": {**absence, "chi": BRUNO, "codice": ""}})
        own = browser.post(path, {"parameters": absence})

        resume = f"/flow_runs/{run_id}/resume"
        before = installation.version(number)
        assert browser.post(resume, {"run_input": filled(form, APPROVE, chi=BRUNO)})["status"] == "ACCEPT"
        wait_for("the form to come back", lambda: installation.version(number) > before, 90)
        with transaction(installation.engine) as session:
            version = bulletins.latest(session, number)
        assert version is not None
        assert OTHER in version.problems
        run_id, form = installation.form_of(number)
        assert not {"chi", "codice"} & form.keys(), "who answers has signed in"
        assert browser.post(f"/flow_runs/{run_id}/resume", {"run_input": entered(form)})["status"] == "ACCEPT"
        installation.ends_as(number, "sent")
        assert installation.approver(number) == ANNA
        assert ", accesso con password e codice, prova di" in " ".join(
            installation.verb("history", str(number)).split()
        )
        wait_for("the absence to be refused", lambda: OTHER in installation.name_of(started["id"]))
        assert installation.name_of(started["id"]).startswith("PROVA · NON REGISTRATA")
        wait_for(
            "Anna's own", lambda: "PROVA · Assenza di Anna Redazione, " in installation.name_of(own["id"])
        )
        asked = browser.http.get(f"/deployments/name/assenza/{name}").json()["parameter_openapi_schema"]
        assert asked["properties"].keys() == absence.keys(), "no start form asks who either"
        browser.http.close()


def test_a_browser_left_open_approves_nothing_that_leaves_at_once(installation: Installation) -> None:
    installation.postpone()
    with installation.profile(("# codes = true", "codes = true")), accounts_of(installation):
        anna = member_of(installation, ANNA)
        browser = Browser(installation, anna.key.token)
        installation.publish("Incontro sul bilancio in sala consiliare")
        number = installation.compose()
        long_ago = datetime.now(UTC) - timedelta(minutes=16)
        with transaction(installation.engine) as session:
            session.exec(update(SignIn).values(at=long_ago, proved_at=None))
        run_id, form = installation.form_of(number)
        before = installation.version(number)
        assert browser.post(f"/flow_runs/{run_id}/resume", {"run_input": entered(form)})["status"] == "ACCEPT"
        wait_for("the form to come back", lambda: installation.version(number) > before, 90)
        with transaction(installation.engine) as session:
            version = bulletins.latest(session, number)
        assert version is not None
        assert f"apri {installation.settings.prefect_origins[0]}/accesso/codice" in version.problems

        code = anna.code(datetime.now(UTC) + timedelta(seconds=30))  # the one before was used to enrol
        there = f"{installation.settings.prefect_address}/accesso/codice"
        page = browser.http.post(there, data={"codice": code})
        assert page.status_code == 303, page.text
        run_id, form = installation.form_of(number)
        assert browser.post(f"/flow_runs/{run_id}/resume", {"run_input": entered(form)})["status"] == "ACCEPT"
        installation.ends_as(number, "sent")
        browser.http.close()

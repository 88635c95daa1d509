"""A person who has signed in approves through the door, and in nobody else's name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from db import bulletins
from db.engine import transaction
from tests.world.installation import Installation, filled, wait_for
from tests.world.people import accounts_of, signed_in

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start

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


def test_who_has_signed_in_approves_and_enters_nothing_in_anothers_name(installation: Installation) -> None:
    number = installation.draft("Serata di letture ad alta voce in biblioteca")
    with accounts_of(installation):
        token = signed_in(installation.settings, installation.engine, ANNA, datetime.now(UTC))
        browser = Browser(installation, token)
        name = installation.settings.deployment("assenza")
        deployment = browser.http.get(f"/deployments/name/assenza/{name}").json()
        day = f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d}"
        absence = {"who": ANNA, "first_day": day, "last_day": day, "note": "", "cancel": False, "codice": ""}
        path = f"/deployments/{deployment['id']}/create_flow_run"
        started = browser.post(path, {"parameters": {**absence, "chi": BRUNO}})

        run_id, form = installation.form_of(number)
        resume = f"/flow_runs/{run_id}/resume"
        before = installation.version(number)
        assert browser.post(resume, {"run_input": filled(form, APPROVE, chi=BRUNO)})["status"] == "ACCEPT"
        wait_for("the form to come back", lambda: installation.version(number) > before, 90)
        with transaction(installation.engine) as session:
            version = bulletins.latest(session, number)
        assert version is not None
        assert OTHER in version.problems
        run_id, form = installation.form_of(number)
        assert browser.post(resume, {"run_input": filled(form, APPROVE, chi=ANNA)})["status"] == "ACCEPT"
        installation.ends_as(number, "sent")
        assert installation.approver(number) == ANNA
        assert ", accesso con password e codice" in installation.verb("history", str(number))
        wait_for("the absence to be refused", lambda: OTHER in installation.name_of(started["id"]))
        assert installation.name_of(started["id"]).startswith("PROVA · NON REGISTRATA")
        browser.http.close()

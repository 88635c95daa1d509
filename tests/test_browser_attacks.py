"""Attacks in a real browser on a real Prefect server behind its door: by a page of another site, by an editor
who asks for more than an editor may, by who has not signed in, and from a browser that was left open.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page
from sqlmodel import select
from starlette.responses import HTMLResponse

from db.engine import transaction
from db.models import DoorAct
from flows.accounts import persons
from flows.door import stamps
from flows.door.sealed_code import Proof
from flows.review import acts
from flows.settings import Settings
from tests.world.comune import Loopback
from tests.world.people import signed_in
from tests.world.premises import KEY, NAMES, Premises, changed

pytestmark = pytest.mark.xdist_group("premises")

COMMAND = {"command": "bash -c 'id > /tmp/taken'"}
# Each way by which a script can try to send something to another origin; what its page is let read.
ATTACK = """async ([server, deployment]) => {
  const start = `${server}/api/deployments/${deployment}/create_flow_run`
  const bodies = [{parameters: {}}, {parameters: {}, job_variables: %s}].map(one => JSON.stringify(one))
  const read = []
  const ask = async (address, options) => {
    try { read.push(await (await fetch(address, options)).text()) } catch { /* kept from the page */ }
  }
  for (const credentials of ['omit', 'include']) {
    for (const mode of ['cors', 'no-cors']) {
      await ask(`${server}/api/csrf-token?client=evil`, {mode, credentials})
      for (const body of bodies) {
        const of = {method: 'POST', mode, credentials, body}
        await ask(start, {...of, headers: {'Content-Type': 'text/plain'}})
        if (mode === 'cors')
          await ask(start, {...of, headers: {
            'Content-Type': 'application/json', 'Prefect-Csrf-Client': 'evil', 'Prefect-Csrf-Token': 'x'}})
      }
    }
  }
  return read.filter(text => text !== '')
}""" % json.dumps(COMMAND)  # noqa: UP031  braces of the script
FORM = """<form method=post enctype=text/plain target=frame
 action="{}/api/deployments/{}/create_flow_run"><input name='{{"parameters": {{"bollettino": "' value='"}}}}'>
 <button>Vinci</button></form><iframe name=frame></iframe>"""
# As a page of the server's own asks, with its token against forged requests.
ASK = """async asked => {
  const token = await fetch('/api/csrf-token?client=own')
  const headers = {'Content-Type': 'application/json', 'Prefect-Csrf-Client': 'own',
    'Prefect-Csrf-Token': token.ok ? (await token.json()).token : ''}
  const found = []
  for (const [method, path, body] of asked) {
    const sent = body === null ? {} : {body: JSON.stringify(body)}
    const answer = await fetch('/api' + path, {method, headers, ...sent})
    found.push([answer.status, await answer.text()])
  }
  return found
}"""
START: dict[str, Any] = {"parameters": {}}
TEXT, OTHER = {"decisione_3": "Approva: il mercato è martedì."}, {"decisione_3": "Approva: votate Rossi."}
# What no reader may start: command of an editor -> what its form is filled with.
COMMANDS: dict[str, dict[str, Any]] = {
    "riprendi": {"bollettino": "3", "nonostante": True},
    "incerti": {"decisione": "manda di nuovo agli incerti"},
    "ritenta": {"bollettino": "3"},
    "ferma": {"bollettino": "3"},
    "chiudi": {"bollettino": "3"},
    "chiusura": {"dal": "2026-12-01"},
    "assenza": {"dal": "2026-12-01"},
}

Asked = tuple[str, str, Any]


@pytest.fixture
def server(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> Iterator[Premises]:
    """With a run that waits; whatever a test does to Prefect's database is undone."""
    kept = json.loads((premises.settings.state / "secrets.json").read_text(encoding="utf-8"))
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    ids = dict(premises.ids)
    with premises.undone():
        premises.wait_again()
        for recent in premises.door._recent.values():
            recent.clear()  # as of another minute
        premises.came.clear()
        premises.reached.clear()
        yield premises
    premises.ids.update(ids)


def keep_signed_in(page: Page, server: Premises, token: str) -> None:
    """The cookie as the door gives it."""
    name, at = server.settings.work_pool, server.address
    page.context.add_cookies(
        [{"name": name, "value": token, "url": at, "httpOnly": True, "sameSite": "Strict"}]
    )


def at_the_server(page: Page, server: Premises, role: str) -> None:
    """Signed in, on a page of the server's own."""
    if role in server.tokens:
        keep_signed_in(page, server, server.tokens[role])
    page.goto(f"{server.address}/accesso")


def ask(page: Page, *asked: Asked) -> list[tuple[int, str]]:
    return [(status, text) for status, text in page.evaluate(ASK, [list(one) for one in asked])]


def runs(server: Premises) -> dict[str, str]:
    """Id -> the key that the door gave it."""
    found = server.made("/flow_runs/filter", {})
    return {run["id"]: run["idempotency_key"] for run in found}


def inputs(server: Premises, run: str) -> dict[str, str]:
    found = server.made(f"/flow_runs/{run}/input/filter", {"prefix": KEY, "limit": 50})
    return {one["key"]: one["value"] for one in found}


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_starts_nothing(
    server: Premises, loopback: Loopback, page: Page, name: str
) -> None:
    """At `127.0.0.1` it is of the same site, at another port: the browser sends the editor's cookie along."""
    at_the_server(page, server, "editor")
    assert ask(page, ("GET", "/version", None))[0][0] == 200, "the browser is signed in"
    deployment = server.ids["deployments/{id}"]
    loopback.app = HTMLResponse(FORM.format(server.address, deployment))
    page.goto(evil := f"http://{name}:{loopback.port}")
    before, there = server.digest(), runs(server)
    server.came.clear()
    server.reached.clear()
    read = page.evaluate(ATTACK, [server.address, deployment])
    with page.expect_response(lambda answer: answer.url.endswith("/create_flow_run")) as posted:
        page.get_by_role("button", name="Vinci").click()
    assert posted.value.status == 421
    assert read == [], "the page reads no answer, so no token either"
    assert (runs(server), changed(before, server.digest())) == (there, set())
    came = [(method, status) for method, _, origin, status in server.came if origin == evil]
    assert [method for method, _ in came].count("POST") >= 9, "the attacks did come to the door"
    assert ("OPTIONS", 421) in came
    assert {status for _, status in came} == {421}
    # a request by which a page can neither change nor read anything has no origin
    assert {(method, path) for method, path in server.reached[:-1]} <= {("GET", "/api/csrf-token")} | {
        ("POST", "/api/flow_runs/filter")
    }


def test_an_editor_brings_no_command_of_their_own(server: Premises, page: Page) -> None:
    at_the_server(page, server, "editor")
    ids, pool = server.ids, server.settings.work_pool
    deployment = f"/deployments/{ids['deployments/{id}']}"
    step = [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]
    taken = {"name": "x", "flow_id": ids["flows/{id}"], "work_pool_name": pool, "pull_steps": step}
    template = {"job_configuration": COMMAND, "variables": {"type": "object", "properties": {}}}
    block = {"name": "x", "data": COMMAND}
    block |= {"block_schema_id": ids["block_schemas/{id}"], "block_type_id": ids["block_types/{id}"]}
    attacks: list[Asked] = [
        ("POST", f"{deployment}/create_flow_run", {**START, "job_variables": COMMAND}),
        ("POST", f"{deployment}/create_flow_run", {**START, "infrastructure_document_id": str(uuid4())}),
        ("POST", f"{deployment}/create_flow_run", {**START, "idempotency_key": "porta-1"}),
        ("POST", f"/deployments/{ids['deployment of nobody']}/create_flow_run", START),
        ("POST", "/deployments/", {**taken, "entrypoint": "flows.numbers:count_all"}),
        ("PATCH", deployment, {"job_variables": COMMAND}),
        ("POST", "/flow_runs/", {"flow_id": ids["flows/{id}"], "job_variables": COMMAND}),
        ("PATCH", f"/flow_runs/{ids['flow_runs/{id}']}", {"job_variables": COMMAND}),
        ("POST", f"/flow_runs/{ids['flow_runs/{id}']}/set_state", {"state": {"type": "SCHEDULED"}}),
        ("PATCH", f"/work_pools/{pool}", {"base_job_template": template}),
        ("PATCH", f"/work_pools/{pool}", {"is_paused": True}),
        ("POST", "/work_pools/", {"name": "x", "type": "process", "base_job_template": template}),
        ("POST", "/variables/", {"name": "x", "value": "x"}),
        ("PATCH", f"/variables/{ids['variables/{id}']}", {"value": "x"}),
        ("POST", "/block_documents/", block),
        ("PATCH", f"/block_documents/{ids['block_documents/{id}']}", {"data": COMMAND}),
    ]
    before, there = server.digest(), runs(server)
    found = ask(page, *attacks)
    assert [status for status, _ in found] == [403] * len(attacks), list(zip(attacks, found, strict=True))
    assert (runs(server), changed(before, server.digest())) == (there, set())
    ((status, said),) = ask(page, ("POST", f"{deployment}/create_flow_run", START))
    assert (status, len(runs(server))) == (201, len(there) + 1), said  # the same page, what it may


def test_what_is_approved_is_what_the_person_who_pressed_resume_had_sent(
    server: Premises, page: Page
) -> None:
    run, answer = server.ids["flow_runs/{id}"], f"{KEY}-response"
    at_the_server(page, server, "editor")
    ((status, said),) = ask(page, ("POST", f"/flow_runs/{run}/resume", {"run_input": TEXT}))
    assert (status, json.loads(said)["status"]) == (201, "ACCEPT")
    kept = inputs(server, run)
    (stamp,) = [name for name in kept if name.startswith(stamps.prefix_of(answer))]
    page.context.clear_cookies()
    at_the_server(page, server, "deputy")
    of_anna = {**json.loads(kept[stamp]), "at": datetime.now(UTC).isoformat()}
    key, place = f"{stamps.prefix_of(answer)}0", f"/flow_runs/{run}/input"
    attacks: list[Asked] = [
        ("GET", f"{place}/{answer}", None),
        ("GET", f"{place}/{stamp}", None),
        ("POST", f"{place}/filter", {"prefix": KEY}),
        ("DELETE", f"{place}/{answer}", None),
        ("POST", place, {"key": answer, "value": json.dumps(OTHER)}),
        ("DELETE", f"{place}/{stamp}", None),
        ("POST", place, {"key": key, "value": json.dumps(of_anna)}),
        ("POST", f"/flow_runs/{run}/resume", {"run_input": OTHER, "stamp": of_anna}),
        ("POST", f"/flow_runs/{run}/resume", {"run_input": OTHER, "by": of_anna["by"]}),
    ]
    found = ask(page, *attacks)
    assert [status for status, _ in found] == [403] * len(attacks), list(zip(attacks, found, strict=True))
    assert not any(of_anna["mac"] in said or "mercato" in said for _, said in found)
    ((_, said),) = ask(page, ("POST", f"/flow_runs/{run}/resume", {"run_input": OTHER}))
    assert json.loads(said)["status"] != "ACCEPT", "it waits no more"
    assert inputs(server, run) == kept
    given = json.loads(kept[answer])
    found_by = stamps.stamped(server.settings.stamp_key(), run, answer, given, kept)
    assert found_by is not None
    assert (given, NAMES["editor"]) == (TEXT, name_of(server.settings, found_by.person))
    assert (
        stamps.stamped(server.settings.stamp_key(), run, answer, OTHER, {**kept, key: json.dumps(of_anna)})
        is None
    )


def name_of(settings: Settings, person: str) -> str:
    found = persons.with_id(settings.profile, person)
    assert found is not None
    return found.name


def forms_of(server: Premises) -> list[Asked]:
    """A deployment of each command, and its start form as a page sends it."""
    found: list[Asked] = []
    for verb, parameters in COMMANDS.items():
        body = {"name": server.settings.deployment(verb), "flow_id": server.ids["flows/{id}"]}
        made = server.made("/deployments/", {**body, "work_pool_name": server.settings.work_pool})
        found.append(("POST", f"/deployments/{made['id']}/create_flow_run", {"parameters": parameters}))
    return found


@pytest.mark.parametrize(("role", "status"), [("nobody", 401), ("reader", 403)])
def test_who_may_not_starts_no_command(server: Premises, page: Page, role: str, status: int) -> None:
    asked = forms_of(server)
    at_the_server(page, server, role)
    before, there = server.digest(), runs(server)
    server.reached.clear()
    assert [answered for answered, _ in ask(page, *asked)] == [status] * len(COMMANDS)
    assert not any("create_flow_run" in path for _, path in server.reached)
    assert (runs(server), changed(before, server.digest())) == (there, set())


def test_a_browser_left_open_proves_nothing_that_cannot_be_undone(server: Premises, page: Page) -> None:
    """The door starts the run and writes down when the person last proved it; the flow judges by that."""
    settings, name = server.settings, NAMES["editor"]
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    asking = settings.profile.model_copy(update={"codes": True})
    codes = Settings(asking, settings.path, settings.state, settings.database)
    asked = forms_of(server)
    keep_signed_in(page, server, signed_in(settings, server.engine, name, long_ago))
    page.goto(f"{server.address}/accesso")
    there = runs(server)
    assert [status for status, _ in ask(page, *asked)] == [201] * len(COMMANDS)
    began = [key for run, key in runs(server).items() if run not in there]
    assert len(began) == len(COMMANDS)
    for key in began:
        proof = proof_of(server, key)
        with pytest.raises(acts.NotProvedError, match="più di 15 minuti"):
            acts.judge(codes, server.engine, name, proof, is_final=True, now=datetime.now(UTC))
        with pytest.raises(acts.NotProvedError):  # nor is it anybody else's word
            acts.judge(codes, server.engine, NAMES["deputy"], proof, now=datetime.now(UTC))
        done = acts.judge(codes, server.engine, name, proof, now=datetime.now(UTC))
        assert done.name == name, "what can be taken back is done, and known whose it is"


def proof_of(server: Premises, key: str) -> Proof:
    """What a flow is given of the run that it is."""
    with transaction(server.engine) as session:
        act = session.exec(select(DoorAct).where(DoorAct.key == key)).one()
        return replace(Proof("", act.at), person=act.person, act=act.key)

"""Attacks in a real browser on a real Prefect server behind its door: by a page of another origin, and by an
editor who asks for more than an editor may.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page
from starlette.responses import HTMLResponse

from tests.world.comune import Loopback
from tests.world.premises import Premises, changed

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
START = {"parameters": {}}
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


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_starts_nothing(
    server: Premises, loopback: Loopback, page: Page, name: str
) -> None:
    """At `127.0.0.1` it is of the same site, at another port: the browser sends the editor's cookie along."""
    at_the_server(page, server, "editor")
    assert ask(page, ("GET", "/version", None))[0][0] == 200, "the browser is signed in"
    deployment = server.ids["deployments/{id}"]
    loopback.app = HTMLResponse(FORM.format(server.address, deployment))  # type: ignore[assignment]
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

"""The page *Redazione* behind the door: who sees it, and where its lasting addresses lead."""

from collections.abc import Iterator

import pytest
from prefect.artifacts import create_markdown_artifact

from flows.deploy import deploy
from flows.newsroom import page
from tests.world.door_front import INTERNAL, PEOPLE, Front
from tests.world.door_server import DoorServer, door_server

pytestmark = pytest.mark.xdist_group("installation")  # a server of Prefect's too: one at a time


@pytest.fixture
def front() -> Iterator[Front]:
    found = Front()
    yield found
    found.http.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("newsroom")) as found:
        with found.entered():
            deploy(found.settings)
        yield found


def test_the_frame_of_the_editors_page_is_open_and_what_it_shows_is_not(front: Front) -> None:
    assert front.ask("GET", "/redazione", None).text == "<p>frame</p>"
    for nobody in (None, "redazione:sbagliata", "::"):
        answer = front.ask("GET", "/redazione/contenuto?cerca=gita", nobody)
        assert answer.status_code == 401
        assert "inside" not in answer.text
    for known in (PEOPLE, INTERNAL):
        answer = front.ask("GET", "/redazione/contenuto?cerca=gita", known)
        assert answer.text == "<p>inside: cerca=gita</p>"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert front.reached == []


def test_the_editors_page_takes_no_order_and_only_our_own_name(front: Front) -> None:
    assert front.ask("POST", "/redazione/contenuto", PEOPLE, {}).status_code == 405
    foreign = front.ask("GET", "/redazione/contenuto", PEOPLE, Host="altrove.example")
    assert foreign.status_code == 421
    other_page = front.ask("GET", "/redazione/contenuto", PEOPLE, Origin="https://altrove.example")
    assert other_page.status_code == 421
    assert front.reached == []


def test_a_lasting_address_leads_into_the_servers_own_pages(front: Front) -> None:
    answer = front.ask("GET", "/redazione/comando/ferma", None)
    assert (answer.status_code, answer.headers["location"]) == (302, "/v2/somewhere")
    answer = front.ask("GET", "/redazione/comando/nessuno", None)
    assert answer.status_code == 404
    assert "riprova fra un minuto" in answer.text
    assert front.reached == []
    front.ask("GET", "/v2/runs", None)
    assert [path for _, path, _, _ in front.reached] == ["/v2/runs"]


def test_every_command_of_the_editors_page_leads_to_its_start_form(server: DoorServer) -> None:
    with server.client() as client:
        forms = {one.name: f"/v2/deployments/deployment/{one.id}/run" for one in client.read_deployments()}
    for step in page.ORDERS:
        answer = server.http.get(step.address)
        verb = step.address.rpartition("/")[2]
        assert answer.status_code == 302, step
        assert answer.headers["location"] == forms[server.settings.deployment(verb)]
    assert server.http.get("/redazione/comando/nessuno").status_code == 404


def test_the_newest_page_of_a_run_has_a_lasting_address(server: DoorServer) -> None:
    with server.entered():
        for text in ("prima", "dopo"):
            create_markdown_artifact(text, key="bozza-77")
    answer = server.http.get("/redazione/pagina/bozza-77")
    newest = answer.headers["location"].removeprefix("/v2/artifacts/artifact/")
    read = server.http.get(f"/api/artifacts/{newest}", headers=server.as_(server.keys.people))
    assert read.json()["data"] == "dopo"


def test_the_editors_page_says_in_words_that_the_database_does_not_answer(server: DoorServer) -> None:
    answer = server.http.get("/redazione/contenuto", headers=server.as_(server.keys.people))
    assert answer.status_code == 503, "this server has no database of ours"
    assert "non risponde" in answer.text

"""The page *Redazione* behind the door: who sees it, and where its lasting addresses lead."""

from collections.abc import Iterator

import httpx
import pytest
from prefect.artifacts import create_markdown_artifact

from flows.deploy import deploy
from flows.newsroom import page, shell
from tests.world.door_front import INTERNAL, PEOPLE, Front
from tests.world.door_server import DoorServer, door_server

pytestmark = pytest.mark.xdist_group("desk")  # a server of Prefect's too: one at a time


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


def test_a_lasting_address_is_a_frame_that_tells_nothing(front: Front) -> None:
    assert front.ask("GET", "/redazione/comando/ferma", None).text == "<p>frame</p>"
    assert front.reached == []
    front.ask("GET", "/v2/runs", None)
    assert [path for _, path, _, _ in front.reached] == ["/v2/runs"]


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("/redazione", True),
        ("/redazione/redazione.js", True),
        ("/redazione/comando/avviso-urgente", True),
        ("/redazione/pagina/certificato-12", True),
        ("/redazione/modulo/12", True),
        ("/redazione/modulo/bozza", False),
        ("/redazione/modulo/1234567890", False),
        ("/redazione/", False),
        ("/redazione/contenuto", False),
        ("/redazione/comando/", False),
        ("/redazione/comando/a/b", False),
        ("/redazione/pagina/../porta.json", False),
        ("/redazione/pagina/x\n", False),
        ("/v2/runs", False),
    ],
)
def test_only_its_own_paths_have_a_frame(path: str, is_ours: bool) -> None:
    assert (shell.frame(path) is not None) == is_ours


def leads_to(server: DoorServer, path: str) -> httpx.Response:
    credential = server.as_(server.keys.people)
    return server.http.get("/redazione/contenuto", params={"vai": path}, headers=credential)


def test_every_command_of_the_editors_page_leads_to_its_start_form(server: DoorServer) -> None:
    with server.client() as client:
        forms = {one.name: f"/v2/deployments/deployment/{one.id}/run" for one in client.read_deployments()}
    for step in page.ORDERS:
        verb = step.address.rpartition("/")[2]
        assert leads_to(server, step.address).text == forms[server.settings.deployment(verb)]
    for nothing in (
        "/redazione/comando/nessuno",
        "/redazione/pagina/bozza-1",
        "/v2/runs",
        "//altrove.example",
    ):
        answer = leads_to(server, nothing)
        assert (answer.status_code, answer.text) == (404, shell.NOTHING)


def test_the_newest_page_of_a_run_has_a_lasting_address(server: DoorServer) -> None:
    with server.entered():
        for text in ("prima", "dopo"):
            create_markdown_artifact(text, key="bozza-77")
    newest = leads_to(server, "/redazione/pagina/bozza-77").text.removeprefix("/v2/artifacts/artifact/")
    read = server.http.get(f"/api/artifacts/{newest}", headers=server.as_(server.keys.people))
    assert read.json()["data"] == "dopo"
    without = server.http.get("/redazione/contenuto", params={"vai": "/redazione/pagina/bozza-77"})
    assert without.status_code == 401


def test_the_editors_page_says_in_words_that_the_database_does_not_answer(server: DoorServer) -> None:
    answer = server.http.get("/redazione/contenuto", headers=server.as_(server.keys.people))
    assert answer.status_code == 503, "this server has no database of ours"
    assert answer.text == shell.NO_ANSWER

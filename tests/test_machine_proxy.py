"""The web servers' files: read here as a tree, and by nginx and Caddy in test_machine_readers.py."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flows.door import permissions, request_bodies
from flows.machine import setup
from flows.machine.fleet import Together, of
from flows.machine.plan import Machine
from flows.profiles.comune import Profile
from flows.settings import load_profile
from flows.web import webhook
from tests.test_machine_units import PLACES
from tests.world.fleet import Land, land
from tests.world.units import fleet, write_profile

PATHS = pytest.mark.parametrize("path", ["", "/bollettino"])
TOKEN = re.compile(r'"[^"]*"|[{};]|[^\s{};]+(?:\$\{\w+\}|[^\s{};])*')


@dataclass
class Block:
    """One directive, with what stands in its braces."""

    words: list[str]
    inner: list["Block"] = field(default_factory=list)

    def all(self, name: str) -> list["Block"]:
        return [one for one in self.inner if one.words[0] == name]

    def told(self, name: str) -> list[str]:
        """The values of a directive that stands here."""
        return [" ".join(one.words[1:]) for one in self.all(name)]

    def only(self, *words: str) -> "Block":
        (found,) = (one for one in self.inner if one.words[: len(words)] == [*words])
        return found


def nginx_tree(text: str) -> Block:
    """Every directive ends in a semicolon or has braces; else this fails."""
    tokens = [
        token
        for line in text.splitlines()
        if not line.strip().startswith("#")
        for token in TOKEN.findall(line)
    ]
    stack, words = [Block([])], list[str]()
    for token in tokens:
        if token == ";":
            assert words, "an empty directive"
            stack[-1].inner.append(Block(words))
            words = []
        elif token == "{":
            block = Block(words)
            stack[-1].inner.append(block)
            stack.append(block)
            words = []
        elif token == "}":
            assert not words, f"no semicolon after {words}"
            stack.pop()
        else:
            words.append(token.strip('"'))
    assert len(stack) == 1
    assert not words
    return stack[0]


def caddy_tree(text: str) -> Block:
    """A line is a directive; one that ends in a brace has more within."""
    stack = [Block([])]
    for line in text.splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        if line.strip() == "}":
            stack.pop()
            continue
        assert line.startswith("\t" * (len(stack) - 1)), line
        assert not line.startswith("\t" * len(stack)), line
        words = shlex.split(line)
        block = Block([word for word in words if word != "{"])
        stack[-1].inner.append(block)
        if words[-1] == "{":
            stack.append(block)
    assert len(stack) == 1
    return stack[0]


def text_of(folder: Path, proxy: str, path: str) -> tuple[Profile, str]:
    profile = load_profile(
        write_profile(folder, [("avvisi.comune.esempio.mi.it", f"avvisi.comune.esempio.mi.it{path}")])
    )
    return profile, Machine(profile, PLACES).files(folder, proxy)[-1].text


@PATHS
def test_nginx_gives_citizens_pages_and_webhook_and_nothing_else(tmp_path: Path, path: str) -> None:
    profile, text = text_of(tmp_path, "nginx", path)
    web = f"http://127.0.0.1:{profile.servers.web_port}"
    plain, of_editors, public, _ = nginx_tree(text).all("server")
    hosts = ("avvisi.comune.esempio.mi.it", "redazione.comune.esempio.mi.it")
    for server, host in zip((plain, of_editors), hosts, strict=True):
        assert server.told("server_name") == [host], "each leads to its own, and no other name to any"
        assert server.only("location", "/").told("return") == [f"301 https://{host}$request_uri"]
    assert public.told("server_name") == ["avvisi.comune.esempio.mi.it"]
    hook = public.only("location", "=", f"{path}/webhook")
    assert hook.told("proxy_pass") == [f"{web}/webhook"]
    assert hook.told("client_max_body_size") == [f"{webhook.LIMIT // 1024**2}m"]
    assert hook.told("error_log") == ["/dev/null crit"], "the verify token stands in an address"
    pages = public.only("location", f"{path}/")
    assert pages.told("proxy_pass") == [f"{web}/"]
    assert pages.only("limit_except", "GET").told("deny") == ["all"]
    (closed,) = (one for one in public.all("location") if one.words[1] == "~")
    assert closed.told("return") == ["404"]
    for asked, is_closed in (
        (f"{path}/metrics", True),
        (f"{path}/salute", True),
        (f"{path}/salute/", True),
        (f"{path}/archivio", False),
        (f"{path}/b/metrics", False),
    ):
        assert bool(re.search(closed.words[2], asked)) == is_closed, asked


def test_nginx_leads_editors_to_the_door_and_lets_their_page_listen(tmp_path: Path) -> None:
    profile, text = text_of(tmp_path, "nginx", "")
    *_, inner = nginx_tree(text).all("server")
    door = f"http://127.0.0.1:{profile.servers.prefect_port}"
    assert inner.told("server_name") == ["redazione.comune.esempio.mi.it"]
    assert inner.told("client_max_body_size") == ["1m"]
    assert request_bodies.LIMIT <= 1024**2
    assert inner.only("location", "/").told("proxy_pass") == [door]
    told = inner.only("location", "/").told("proxy_set_header")
    assert "X-Forwarded-For $remote_addr" in told, "wrong passwords are counted by address"
    (sockets,) = (one for one in inner.all("location") if one.words[1] == "~")
    assert sockets.told("proxy_pass") == [door]
    assert all(re.search(sockets.words[2], f"/api{one}") for one in permissions.SUBSCRIPTIONS)
    assert not re.search(sockets.words[2], "/api/events/in")
    headers = dict(told.split(" ", 1) for told in sockets.told("proxy_set_header"))
    assert headers == {
        "Host": "$http_host",  # the door takes no other name
        "Upgrade": "$http_upgrade",
        "Connection": "$bollettino_esempio_connection",
    }
    assert sockets.told("proxy_read_timeout") == ["1h"]


def faces_of(text: str) -> Iterator[Block]:
    _, _, *faces = nginx_tree(text).all("server")
    yield from faces


def test_each_face_has_its_limits_and_logs_nobody(tmp_path: Path) -> None:
    _, text = text_of(tmp_path, "nginx", "")
    tree = nginx_tree(text)
    told = [*tree.told("limit_req_zone"), *tree.told("limit_conn_zone")]
    zones = {name for one in told for name in re.findall(r"zone=(\w+)", one)}
    used = set(re.findall(r"limit_req zone=(\w+)|limit_conn (\w+)", text))
    assert {one or other for one, other in used} == zones
    for face in faces_of(text):
        assert face.told("access_log") == ["off"]
        assert face.told("limit_req")
        assert face.told("limit_conn")
        assert face.told("client_header_timeout") == face.told("client_body_timeout") == ["10s"]
        assert face.told("ssl_protocols") == ["TLSv1.2 TLSv1.3"]
        assert face.told("add_header") == ["Strict-Transport-Security max-age=31536000 always"]
        assert face.told("proxy_hide_header") == ["Strict-Transport-Security"], "said once"
        assert face.told("proxy_set_header")[0] == "Host $http_host"
        (certificate,) = face.told("ssl_certificate")
        assert certificate == f"/etc/bollettino/esempio/tls/{face.told('server_name')[0]}.pem"


@PATHS
def test_caddy_does_the_same(tmp_path: Path, path: str) -> None:
    profile, text = text_of(tmp_path, "caddy", path)
    public, inner = caddy_tree(text).inner
    assert (public.words, inner.words) == (
        ["avvisi.comune.esempio.mi.it"],
        ["redazione.comune.esempio.mi.it"],
    )
    web, door = (f"127.0.0.1:{port}" for port in (profile.servers.web_port, profile.servers.prefect_port))
    assert set(public.only("@inside", "path").words[2:]) == {
        f"{path}/{name}" for name in ("metrics", "metrics/*", "salute", "salute/*")
    }
    assert public.only("handle", "@inside").told("respond") == ["404"]
    hook = public.only("handle", f"{path}/webhook")
    assert hook.only("request_body").told("max_size") == ["4MiB"]
    assert hook.told("rewrite") == ["* /webhook?{query}"]
    assert hook.told("reverse_proxy") == [web]
    pages = public.only("handle_path", f"{path}/*")
    assert pages.told("respond") == ["@writing 405"]
    assert pages.told("reverse_proxy") == [web]
    assert inner.told("reverse_proxy") == [door]
    assert inner.only("request_body").told("max_size") == ["1MB"]
    for face in (public, inner):
        assert face.only("header").told("Strict-Transport-Security") == ["max-age=31536000"]
        assert not face.all("log")


@pytest.mark.parametrize("proxy", setup.PROXIES)
def test_without_a_name_for_the_editors_there_is_one_face(tmp_path: Path, proxy: str) -> None:
    path = write_profile(tmp_path)
    path.write_text(path.read_text().replace("\nprefect_ui =", "\n# prefect_ui ="))
    (text,) = (one.text for one in Machine(load_profile(path), PLACES).files(tmp_path, proxy)[-1:])
    assert "redazione." not in text
    tree = nginx_tree(text) if proxy == "nginx" else caddy_tree(text)
    assert len(tree.all("server") if proxy == "nginx" else tree.inner) == (2 if proxy == "nginx" else 1)


# ------------------------------------------------------------ of a fleet
INSIDE = ("metrics", "salute", "salute/", "console", "console.css")
MANY = '[prefect]\nredis = "redis://127.0.0.1:6379"\nprocesses = 2\n[gate]\nprocesses = 2\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    return land(tmp_path, monkeypatch)


def tree_of(machine: Together, root: Path, proxy: str) -> Block:
    text = machine.files(root, proxy)[-1].text
    return nginx_tree(text) if proxy == "nginx" else caddy_tree(text)


def leads_to(tree: Block, host: str) -> list[str]:
    """Where nginx leads who asks for the root of this name: a name goes before patterns, these by order."""
    faces = [one for one in tree.all("server") if one.told("ssl_certificate")]
    told = [(one, words) for one in faces for words in one.only("server_name").words[1:]]
    exact = [one for one, words in told if words == host]
    fitting = [one for one, words in told if words.startswith("~") and re.search(words[1:], host)]
    return [*exact, *fitting][0].only("location", "/").told("proxy_pass")


def test_a_name_of_an_editors_leads_to_the_gate_and_any_other_to_the_web_app(
    here: Land, tmp_path: Path
) -> None:
    machine = fleet(here, MANY)
    text = machine.files(tmp_path, "nginx")[-1].text
    tree = nginx_tree(text)
    gate, web = ["http://bollettino_fleet_gate"], ["http://127.0.0.1:8080"]
    for host, place in (
        ("avvisi.alfa.it", web),
        ("redazione.alfa.it", gate),
        ("avvisi.nuovo.it", web),  # who joins tomorrow
        ("redazione.nuovo.it", gate),
        ("redazioneavvisi.it", web),
    ):
        assert leads_to(tree, host) == place, host
    assert "alfa" not in text, "who joins needs no other file"
    own = ("redazione.alfa.it", "avvisi.interni.alfa.it")
    here.add(
        "gamma",
        ('public = "http://127.0.0.1:8080"', 'public = "https://avvisi.gamma.it"'),
        ("# prefect_ui =", f'prefect_ui = "https://{own[1]}" #'),
    )
    tree = tree_of(of(here.fleet), tmp_path, "nginx")
    assert leads_to(tree, own[1]) == leads_to(tree, own[0]) == gate, "what begins as a public name, by name"
    assert leads_to(tree, "avvisi.gamma.it") == web


def test_several_gates_share_the_names_and_several_servers_the_address(here: Land, tmp_path: Path) -> None:
    machine = fleet(here)
    (gate,) = tree_of(machine, tmp_path, "nginx").all("upstream")
    assert gate.told("server") == ["127.0.0.1:4300"]
    assert not gate.all("hash")
    here.say(MANY)
    tree = tree_of(of(here.fleet), tmp_path, "nginx")
    gate, server = tree.all("upstream")
    assert gate.told("hash") == ["$host consistent"]
    assert gate.told("server") == ["127.0.0.1:4300", "127.0.0.1:4301"]
    assert server.told("server") == ["127.0.0.1:4201", "127.0.0.1:4202"]
    (own,) = (one for one in tree.all("server") if one.told("listen") == ["127.0.0.1:4200"])
    assert own.only("location", "/").told("proxy_pass") == ["http://bollettino_fleet_prefect"]
    *_, inner, apart = tree_of(of(here.fleet), tmp_path, "caddy").inner
    assert inner.only("reverse_proxy").words[1:] == ["127.0.0.1:4300", "127.0.0.1:4301"]
    assert inner.only("reverse_proxy").told("lb_policy") == ["header Host"]
    assert apart.words == ["http://127.0.0.1:4200"]


def test_the_name_goes_on_as_it_is_and_the_proxy_alone_says_from_where(here: Land, tmp_path: Path) -> None:
    tree = tree_of(fleet(here), tmp_path, "nginx")
    faces = [one for one in tree.all("server") if one.told("ssl_certificate")]
    assert len(faces) == 2
    said = {"Host": "$http_host", "X-Forwarded-For": "$remote_addr"}
    said |= dict.fromkeys(("X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"), "")
    for face in faces:
        places = [face, *(one for one in face.all("location") if one.told("proxy_set_header"))]
        for place in places:  # where one is said, none is of the place around it
            headers = dict(f"{told} ".split(" ", 1) for told in place.told("proxy_set_header"))
            assert {name: headers[name].strip() for name in said} == said
        assert face.told("add_header") == ["Strict-Transport-Security max-age=31536000 always"]
        assert face.told("limit_req")
        assert face.told("limit_conn")
        assert face.told("access_log") == ["off"]
        # found when somebody asks: one that is missing costs no other
        assert face.told("ssl_certificate") == ["/etc/bollettino/_fleet/tls/$bollettino_fleet_asked.pem"]
    first = tree.all("server")[0]
    assert first.told("server_name") == [""]
    assert first.told("ssl_reject_handshake") == ["on"]
    (asked,) = (one for one in tree.all("map") if one.words[1] == "$ssl_server_name")
    pattern = asked.inner[0].words[0].removeprefix("~")
    assert re.search(pattern, "avvisi.alfa.it")
    for name in ("../../root/x", "", ".a.it", "a..it", "A/b.it"):
        assert not re.search(pattern, name), "a file elsewhere"


def test_what_is_for_the_machine_alone_is_closed_below_every_path(here: Land, tmp_path: Path) -> None:
    text = fleet(here).files(tmp_path, "nginx")[-1].text
    *_, public = nginx_tree(text).all("server")
    (closed,) = (one for one in public.all("location") if one.told("return"))
    hook = public.only("location", "~", "/webhook$")
    for path, is_closed in (
        *((f"{before}/{name}", True) for before in ("", "/alfa", "/unione/alfa") for name in INSIDE),
        ("/archivio", False),
        ("/alfa/archivio", False),
        ("/webhook", False),
    ):
        assert bool(re.search(closed.words[2], path)) == is_closed, path
    assert re.search(hook.words[2], "/alfa/webhook")
    assert hook.told("client_max_body_size") == [f"{webhook.LIMIT // 1024**2}m"]
    assert hook.told("proxy_pass") == ["http://127.0.0.1:8080"], "with the path as it is"
    public, inner = tree_of(of(here.fleet), tmp_path, "caddy").inner
    assert public.words == ["avvisi.alfa.it,", "avvisi.beta.it"]
    assert inner.words == ["redazione.alfa.it,", "redazione.beta.it"]
    assert public.told("@inside") == [f"path_regexp {closed.words[2]}"]
    for face in (public, inner):
        assert face.only("header").told("Strict-Transport-Security") == ["max-age=31536000"]
        assert not face.all("log")

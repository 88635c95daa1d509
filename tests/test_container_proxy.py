"""The nginx before a fleet in containers: who is led where, and whose word counts for where a client is."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from flows.door import permissions, request_bodies
from flows.web import webhook
from flows.web.metrics import is_from_outside
from tests.test_machine_proxy import Block, nginx_tree
from tests.world.containers import NGINX
from tests.world.installation import wait_for
from tests.world.ports import free_ports
from tests.world.readers import at_hand, run

pytestmark = pytest.mark.slow

PUBLIC, INNER = "avvisi.alfa.example", "redazione.alfa.example"
STRANGER = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Forwarded-Proto": "http"}
READER = pytest.mark.parametrize("reader", at_hand("nginx"))


def tree() -> Block:
    return nginx_tree(NGINX.read_text(encoding="utf-8")).only("http")


def faces() -> tuple[Block, Block]:
    """The public one and the editors'."""
    public, inner = (one for one in tree().all("server") if one.told("listen")[0].startswith("8443"))
    return public, inner


class Echo(BaseHTTPRequestHandler):
    """Says what reached it, and where."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {
            "at": self.connection.getsockname()[1],
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test reads what it said."""


@dataclass
class Served:
    """nginx with our file, on free ports; an echo in the place of each process behind it."""

    ports: dict[int, int]  # that of the file -> that of here
    echoes: dict[int, ThreadingHTTPServer]

    def ask(self, name: str, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """From without, under a name."""
        client = httpx.Client(verify=False, trust_env=False)  # noqa: S501  it is its own
        with client:
            return client.request(
                method,
                f"https://127.0.0.1:{self.ports[8443]}{path}",
                headers={"Host": name, **{key.replace("_", "-"): value for key, value in headers.items()}},
                extensions={"sni_hostname": name},
            )

    def within(self, port: int, path: str) -> httpx.Response:
        address = f"http://127.0.0.1:{self.ports[port]}{path}"
        return httpx.get(address, headers={"Host": f"127.0.0.1:{port}"}, trust_env=False)

    def reached(self, answer: httpx.Response) -> str:
        """Which of them answered, by its port in the file."""
        here = answer.json()["at"]
        return str(next(port for port, found in self.ports.items() if found == here))


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    text = NGINX.read_text(encoding="utf-8")
    numbers = sorted(set(map(int, re.findall(r"(?:127\.0\.0\.1:|listen )(\d{4})\b", text))))
    served = Served(dict(zip(numbers, free_ports(len(numbers)), strict=True)), {})
    for name in (PUBLIC, INNER):
        keys = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")]
        subject = ["-subj", f"/CN={name}", "-nodes", "-days", "2"]
        assert run("openssl", "req", "-x509", "-newkey", "rsa:2048", *keys, *subject).returncode == 0
    text = re.sub(r"(127\.0\.0\.1:|listen )(\d{4})\b", lambda at: f"{at[1]}{served.ports[int(at[2])]}", text)
    text = text.replace("/tmp/", f"{folder}/").replace("/etc/nginx/tls", str(folder))  # noqa: S108
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    for port in re.findall(r"server 127\.0\.0\.1:(\d+)", NGINX.read_text(encoding="utf-8")):
        echo = ThreadingHTTPServer(("127.0.0.1", served.ports[int(port)]), Echo)
        threading.Thread(target=echo.serve_forever, args=(0.05,), daemon=True).start()
        served.echoes[int(port)] = echo
    own = "user root;" if os.geteuid() == 0 else ""  # else its workers may not read what only root may
    nginx = subprocess.Popen(
        ["nginx", "-e", "stderr", "-c", folder / "nginx.conf", "-g", f"daemon off; {own}"],
        stderr=(folder / "error.log").open("wb"),
    )
    try:
        wait_for("nginx", lambda: _lives(served), 20)
        yield served
    finally:
        nginx.terminate()
        nginx.wait(10)
        for echo in served.echoes.values():
            echo.shutdown()
            echo.server_close()


def _lives(served: Served) -> bool:
    try:
        return served.within(8001, "/").status_code == 204
    except httpx.TransportError:
        return False


@READER
def test_it_is_a_file_of_nginx_s(tmp_path: Path, reader: str) -> None:
    if reader == "ours":
        assert len(tree().all("server")) == 7
        return
    with serving(tmp_path):
        text = (tmp_path / "nginx.conf").read_text(encoding="utf-8")
        (tmp_path / "nginx.conf").write_text(text.replace("least_conn;", "most_conn;"), encoding="utf-8")
        done = run("nginx", "-t", "-e", "stderr", "-c", str(tmp_path / "nginx.conf"))
        assert done.returncode != 0, "one with an error is seen"
        assert 'unknown directive "most_conn"' in done.stderr
    assert b"[warn]" not in (tmp_path / "error.log").read_bytes()


@READER
def test_where_a_client_is_says_its_connection_and_no_word_of_its_own(tmp_path: Path, reader: str) -> None:
    if reader == "ours":
        assert "real_ip_header" not in str(tree()), "nobody stands before it whom it would believe"
        for face in faces():
            places = [face, *(one for one in face.all("location") if one.told("proxy_set_header"))]
            for place in places:
                told = dict(one.split(" ", 1) for one in place.told("proxy_set_header"))
                assert told["X-Forwarded-For"] == "$remote_addr"
                assert (told["Forwarded"], told["X-Forwarded-Proto"]) == ("", "")
        return
    with serving(tmp_path) as served:
        for name in (PUBLIC, INNER):
            reached = served.ask(name, "/", **STRANGER).json()["headers"]
            assert reached["x-forwarded-for"] == "127.0.0.1"
            assert not {"forwarded", "x-forwarded-proto"} & reached.keys()
            assert reached["host"] == name
        posing = served.ask(PUBLIC, "/", Host="127.0.0.1:8080").json()["headers"]
        assert posing["host"] == "127.0.0.1:8080"
        assert is_from_outside(Headers(posing)), "whatever name it asks for"
        for port in (4300, 8080):
            assert not is_from_outside(Headers(served.within(port, "/salute").json()["headers"]))


@READER
@pytest.mark.parametrize(
    "path", ["/salute", "/metrics", "/console", "/console.css", "/alfa/salute", "/a/b/metrics", "/salute/"]
)
def test_what_is_for_who_looks_after_the_machine_is_closed_to_others(
    tmp_path: Path, reader: str, path: str
) -> None:
    if reader == "ours":
        (closed,) = (one for one in faces()[0].all("location") if one.told("return") == ["404"])
        assert closed.words[1] == "~"
        assert re.search(closed.words[2], path)
        assert not re.search(closed.words[2], "/alfa/b/salute-e-sport")
        return
    with serving(tmp_path) as served:
        assert served.ask(PUBLIC, path).status_code == 404
        assert "at" not in served.ask(PUBLIC, f"{path}?a=b").text, "nor does it come to a process"
        assert served.ask(INNER, "/salute").status_code == 404
        assert served.within(8080, path).json()["path"] == path, "which within is open"


@READER
def test_each_name_leads_to_its_own(tmp_path: Path, reader: str) -> None:
    public, inner = faces()
    hook = public.only("location", "~", "/webhook$")
    if reader == "ours":
        assert hook.told("client_max_body_size") == [f"{webhook.LIMIT // 1024**2}m"]
        assert hook.told("error_log") == ["/dev/null crit"], "the verify token stands in an address"
        assert inner.told("server_name") == ["redazione.*"]
        assert inner.told("client_max_body_size") == ["1m"]
        assert request_bodies.LIMIT <= 1024**2
        (sockets,) = (one for one in inner.all("location") if one.words[1] == "~")
        assert all(re.search(sockets.words[2], f"/api{one}") for one in permissions.SUBSCRIPTIONS)
        return
    with serving(tmp_path) as served:
        assert served.reached(served.ask(PUBLIC, "/alfa/archivio")) in ("8081", "8082")
        assert served.ask(PUBLIC, "/alfa/", "POST").status_code == 403
        for path in ("/webhook", "/alfa/webhook"):
            assert served.ask(PUBLIC, path, "POST").json()["path"] == path
        gates = {served.reached(served.ask(INNER, "/", Host=name)) for name in (INNER, INNER.upper())}
        assert len(gates) == 1, "all who ask for one name, however it is written, stand before one gate"
        assert gates <= {"4301", "4302"}
        listens = served.ask(INNER, "/api/events/out", Upgrade="websocket", Connection="upgrade").json()
        assert listens["headers"]["upgrade"] == "websocket"
        plain = httpx.get(f"http://127.0.0.1:{served.ports[8000]}/a?b=c", headers={"Host": PUBLIC})
        assert (plain.status_code, plain.headers["location"]) == (301, f"https://{PUBLIC}/a?b=c")
        with pytest.raises(httpx.ConnectError):  # there is no certificate of that name
            served.ask("altri.example", "/")


@READER
def test_where_one_of_two_is_gone_the_other_answers(tmp_path: Path, reader: str) -> None:
    hook = faces()[0].only("location", "~", "/webhook$")
    if reader == "ours":
        assert tree().told("proxy_next_upstream") == ["error timeout"]
        assert hook.told("proxy_next_upstream") == ["error timeout non_idempotent"]
        assert all(len(one.told("server")) == 2 for one in tree().all("upstream"))
        return
    with serving(tmp_path) as served:
        gate = served.reached(served.ask(INNER, "/"))
        for port in (int(gate), 4201, 8081):
            served.echoes[port].shutdown()
            served.echoes[port].server_close()
        assert served.reached(served.ask(INNER, "/")) != gate
        for _ in range(4):
            assert served.reached(served.ask(PUBLIC, "/webhook", "POST")) == "8082"
            assert served.reached(served.within(4200, "/api/health")) == "4202"


def test_each_face_has_its_limits_and_logs_nobody() -> None:
    told = tree()
    assert told.told("access_log") == ["off"]
    zones = {name for one in (*told.told("limit_req_zone"), *told.told("limit_conn_zone"))
             for name in re.findall(r"zone=(\w+)", one)}  # fmt: skip
    text = NGINX.read_text(encoding="utf-8")
    used = set(re.findall(r"limit_req zone=(\w+)|limit_conn (\w+)", text))
    assert {one or other for one, other in used} == zones
    for face in faces():
        assert face.told("limit_req")
        assert face.told("limit_conn")
        assert face.told("ssl_protocols") == ["TLSv1.2 TLSv1.3"]
        assert face.told("add_header") == ["Strict-Transport-Security max-age=31536000 always"]
        assert face.told("proxy_hide_header") == ["Strict-Transport-Security"], "said once"
    (name,) = (one for one in told.all("map") if one.words[1] == "$ssl_server_name")
    (pattern, found), (other, nothing) = (one.words for one in name.inner)
    assert (found, other, nothing) == ("$ssl_server_name", "default", "none")
    for asked, is_one in ((PUBLIC, True), ("../../etc/passwd", False), ("a..b", False), ("..", False)):
        assert bool(re.search(pattern.removeprefix("~"), asked)) == is_one

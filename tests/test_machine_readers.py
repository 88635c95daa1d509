"""What `install` writes is understood, and closed: by our own reading anywhere, by the tools where they are.

What runs where: each test has a case named `ours`, which reads the files with the tables below and needs
nothing but Python, and a case for every tool that this machine has (systemd-analyze, nginx, caddy). A machine
without a tool has no case of it: nothing passes without having been looked at. `python -m tests.bench.units`
adds what takes root: accounts, folders, sealed secrets, and a start with what the units forbid.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from flows.machine.fleet import Together
from flows.profiles.comune import Profile
from tests.test_machine_fleet import MANY
from tests.test_machine_proxy import Block, caddy_tree, leads_to, nginx_tree, text_of
from tests.test_machine_units import YES, files_of
from tests.test_machine_units import profile as _profile
from tests.world.fleet import land
from tests.world.readers import (
    MOST,
    at_hand,
    begun_by_nginx,
    certify,
    measured,
    read_by_caddy,
    read_by_nginx,
    told_of_ours,
    verified,
)
from tests.world.units import NAME, fleet, settings_of

__all__ = ["_profile"]  # the fixture

SECTIONS = {
    "Unit": "Description Documentation PartOf After Before Wants Requires Upholds BindsTo OnFailure "
    "StartLimitIntervalSec StartLimitBurst",
    "Install": "WantedBy",
    "Timer": "OnCalendar OnBootSec OnUnitActiveSec AccuracySec RandomizedDelaySec FixedRandomDelay "
    "Persistent Unit",
    "Service": f"{YES} Type User Group WorkingDirectory Environment EnvironmentFile ExecStartPre ExecStart "
    "ExecStartPost ExecStop TimeoutStartSec TimeoutStopSec Restart RestartSec KillMode KillSignal "
    "SuccessExitStatus RemainAfterExit StateDirectory StateDirectoryMode UMask LoadCredential "
    "LoadCredentialEncrypted CapabilityBoundingSet ProtectSystem ProtectProc ProcSubset SystemCallFilter "
    "RestrictAddressFamilies SystemCallArchitectures SystemCallErrorNumber InaccessiblePaths ReadWritePaths "
    "IPAddressAllow IPAddressDeny OOMPolicy OOMScoreAdjust Nice IOSchedulingClass StandardOutput",
}
"""Keys that systemd 252 and later know, of those that a unit of ours has a use for: systemd.unit(5) and its
sisters."""

CAPABILITIES, CALLS, NAMESPACES = 38, 20, 9
CLOSED_BY = {
    "User": ("", 4),
    "NoNewPrivileges": ("yes", 2),
    "PrivateDevices": ("yes", 3),  # with what of DeviceAllow= it closes
    "ProtectClock": ("yes", 2),
    "ProtectKernelLogs": ("yes", 2),
    "ProtectControlGroups": ("yes", 2),
    "ProtectKernelModules": ("yes", 2),
    "ProtectKernelTunables": ("yes", 2),
    "ProtectHostname": ("yes", 1),
    "ProtectHome": ("yes", 2),
    "ProtectSystem": ("strict", 2),
    "ProtectProc": ("invisible", 2),
    "ProcSubset": ("pid", 1),
    "PrivateUsers": ("yes", 2),
    "PrivateTmp": ("yes", 2),
    "MemoryDenyWriteExecute": ("yes", 1),
    "RestrictSUIDSGID": ("yes", 2),
    "RestrictRealtime": ("yes", 1),
    "RestrictNamespaces": ("yes", NAMESPACES),
    "LockPersonality": ("yes", 1),
    "SystemCallArchitectures": ("native", 2),
    "UMask": ("0077", 1),
    "CapabilityBoundingSet": ("", CAPABILITIES),
    "RestrictAddressFamilies": ("AF_INET AF_INET6 AF_UNIX", 6),  # packets, the kernel's, and all others
}
"""What each setting takes away, in tenths, as `systemd-analyze security` (257) measures it."""
LEFT = {"the internet": 3, "AF_UNIX": 1, "PrivateNetwork": 5, "IPAddressDeny": 2, "DeviceAllow": 1,
        "RootDirectory": 1, "RemoveIPC": 1}  # fmt: skip
"""What our units leave open, in the same measure: they speak to sites and WhatsApp, and read its Python."""

HTTP, SERVER, LOCATION = "http", "server", "location"
ANYWHERE = (HTTP, SERVER, LOCATION)
ALL_OVER = """
server_tokens access_log error_log root add_header send_timeout keepalive_timeout client_body_timeout
client_max_body_size limit_req limit_req_status limit_conn limit_conn_status proxy_hide_header
proxy_http_version proxy_set_header proxy_connect_timeout proxy_read_timeout proxy_send_timeout
proxy_request_buffering
"""
NGINX = {
    **dict.fromkeys(("limit_req_zone", "limit_conn_zone", "map", "upstream", "server"), (HTTP,)),
    **dict.fromkeys(("listen", "server_name", "ssl_reject_handshake"), (SERVER,)),
    **dict.fromkeys(("hash", "keepalive"), ("upstream",)),
    "server": (HTTP, "upstream"),
    **dict.fromkeys(("ssl_certificate", "ssl_certificate_key", "ssl_protocols"), (HTTP, SERVER)),
    **dict.fromkeys(("client_header_timeout",), (HTTP, SERVER)),
    "location": (SERVER, LOCATION),
    "return": (SERVER, LOCATION),
    **dict.fromkeys(("proxy_pass", "limit_except"), (LOCATION,)),
    "deny": (*ANYWHERE, "limit_except"),
    **dict.fromkeys(
        ALL_OVER.split(),
        ANYWHERE,
    ),
}
"""Directives of nginx 1.22 that our sites have a use for, and where each may stand (nginx.org/en/docs)."""
CADDY = {
    "header",
    "handle",
    "handle_path",
    "request_body",
    "respond",
    "rewrite",
    "reverse_proxy",
    "redir",
    "bind",
}
"""Directives of Caddy 2.6 that may begin a line of a site, or of a `handle` in it."""


def misplaced(text: str) -> list[str]:
    """Lines of a unit that systemd would pass over."""
    section, found = "", []
    for line in text.splitlines():
        if not line.strip() or line[0] in "#;":
            continue
        if line[0] == "[":
            section = line.strip("[]")
        elif line.partition("=")[0] not in SECTIONS.get(section, "").split():
            found.append(f"[{section}] {line}")
    return found


def exposure(unit: dict[str, list[str]]) -> int:
    """Of a service, in tenths: what is left by necessity, and what is not closed that could be."""
    tenths = sum(LEFT.values())
    for key, (value, weight) in CLOSED_BY.items():
        held = unit.get(key, [])
        tenths += weight if not held or (value and held != [value]) or (key == "User" and held == [""]) else 0
    calls = unit.get("SystemCallFilter", [])
    tenths += 0 if calls[:1] == ["@system-service"] and "~@privileged @resources" in calls else CALLS
    return tenths


def strangers(block: Block, place: str) -> Iterator[str]:
    """Directives that nginx does not know, or not there."""
    for one in block.inner:
        name = one.words[0]
        if place not in NGINX.get(name, ()):
            yield f"{name} in {place}"
        if one.inner and name != "map":  # whose lines are values
            yield from strangers(one, name)


def unknown_to_caddy(block: Block) -> Iterator[str]:
    for one in block.inner:
        name = one.words[0]
        if name not in CADDY and not name.startswith("@"):
            yield name
        if name in ("handle", "handle_path"):
            yield from unknown_to_caddy(one)


@pytest.fixture
def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Together:
    return fleet(land(tmp_path, monkeypatch), MANY)


@pytest.fixture
def units(_profile: Profile, together: Together, tmp_path: Path) -> list[Path]:
    """Of one Comune and of a fleet, as files, all in one folder; the commands in them are there."""
    folder = tmp_path / "units"
    folder.mkdir()
    found = []
    for planned in [*files_of(_profile, tmp_path).values(), *together.files(tmp_path)]:
        name = planned.path.name
        if name.endswith((".service", ".timer", ".target")):
            path = folder / name
            text = re.sub(r"(?m)^(Exec\w+=\W*)/\S+", r"\1/bin/sh", planned.text)
            path.write_text(text.replace("/opt/bollettino", str(tmp_path)), encoding="utf-8")
            found.append(path)
    return sorted(found)


def services(units: list[Path]) -> list[Path]:
    return [path for path in units if path.suffix == ".service"]


@pytest.mark.slow
@pytest.mark.parametrize("reader", at_hand("systemd-analyze"))
def test_every_line_of_a_unit_is_understood(units: list[Path], reader: str) -> None:
    assert len(units) > len(services(units)) > 7 + 8
    for path in units:
        if reader == "ours":
            assert misplaced(path.read_text(encoding="utf-8")) == [], path.name
        else:
            done = verified(path)
            assert (done.returncode, told_of_ours(done)) == (0, []), path.name


@pytest.mark.parametrize("reader", at_hand("systemd-analyze"))
def test_every_service_is_closed_but_for_what_it_needs(units: list[Path], reader: str) -> None:
    for path in services(units):
        if reader == "ours":
            assert exposure(settings_of(path.read_text(encoding="utf-8"))) < MOST, path.name
        else:
            done = measured(path)
            assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("reader", at_hand("systemd-analyze"))
def test_a_line_that_no_systemd_knows_and_an_open_unit_are_seen(units: list[Path], reader: str) -> None:
    """Of the readers themselves: a typing error, and one setting that is away with what hangs on it."""
    path = next(path for path in units if path.name == f"{NAME}-web.service")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ProtectHome=yes", "ProtectHomes=yes"), encoding="utf-8")
    opened = re.sub(r"(?m)^(CapabilityBoundingSet|SystemCallFilter|PrivateUsers|User|Group)=.*\n", "", text)
    if reader == "ours":
        assert misplaced(path.read_text(encoding="utf-8")) == ["[Service] ProtectHomes=yes"]
        assert exposure(settings_of(opened)) > MOST
        assert exposure({}) > 100, "ten, or more: each is rounded"
    else:
        assert any("ProtectHomes" in line for line in told_of_ours(verified(path)))
        path.write_text(opened, encoding="utf-8")
        assert measured(path).returncode != 0


@pytest.mark.parametrize("path", ["", "/bollettino"])
@pytest.mark.parametrize("reader", at_hand("nginx"))
def test_nginx_takes_its_site(tmp_path: Path, reader: str, path: str) -> None:
    _, text = text_of(tmp_path, "nginx", path)
    if reader == "ours":
        assert list(strangers(nginx_tree(text), HTTP)) == []
    else:
        done = read_by_nginx(tmp_path, text)
        assert done.returncode == 0, done.stderr
        assert "[warn]" not in done.stderr


@pytest.mark.parametrize("reader", at_hand("nginx"))
def test_nginx_takes_a_fleet_s(tmp_path: Path, together: Together, reader: str) -> None:
    text = together.files(tmp_path, "nginx")[-1].text
    if reader == "ours":
        assert list(strangers(nginx_tree(text), HTTP)) == []
    else:
        done = read_by_nginx(tmp_path, text)
        assert done.returncode == 0, done.stderr
        assert "[warn]" not in done.stderr


class Behind(BaseHTTPRequestHandler):
    """Says at which port it was asked, and by whom as the proxy has it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        said = [self.connection.getsockname()[1], self.headers["Host"], self.headers["X-Forwarded-For"]]
        text = " ".join(map(str, said)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.mark.parametrize("reader", at_hand("nginx"))
def test_each_name_of_a_fleet_is_led_where_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    """A certificate that is laid down while it serves is good at once; one that is missing costs no other."""
    with ExitStack() as stack:
        web, gate = (stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Behind)) for _ in range(2))
        for server in (web, gate):
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        shared = f"[web]\nport = {web.server_port}\n[gate]\nport = {gate.server_port}\n"
        text = fleet(land(tmp_path, monkeypatch), shared).files(tmp_path, "nginx")[-1].text
        if reader == "ours":
            assert leads_to(nginx_tree(text), "avvisi.nuovo.it") == [f"http://127.0.0.1:{web.server_port}"]
            return
        tls = tmp_path / "etc/bollettino/_fleet/tls"
        certify(tls, "avvisi.alfa.it")
        port = stack.enter_context(begun_by_nginx(tmp_path, text))

        def ask(host: str, name: str = "", path: str = "/") -> str:
            headers = {"Host": name or host, "X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
            sni = {"sni_hostname": host}
            with httpx.Client(verify=False, trust_env=False) as http:  # noqa: S501  its own certificate
                answer = http.get(f"https://127.0.0.1:{port}{path}", headers=headers, extensions=sni)
            return answer.text if answer.status_code == 200 else str(answer.status_code)

        assert ask("avvisi.alfa.it") == f"{web.server_port} avvisi.alfa.it 127.0.0.1"
        assert ask("avvisi.alfa.it", path="/salute") == "404"
        for host in ("avvisi.nuovo.it", "redazione.nuovo.it", "127.0.0.1", "localhost"):
            with pytest.raises(httpx.TransportError):
                ask(host)
        certify(tls, "redazione.nuovo.it")
        assert ask("redazione.nuovo.it") == f"{gate.server_port} redazione.nuovo.it 127.0.0.1"
        with pytest.raises(httpx.TransportError):
            ask("avvisi.alfa.it", name="127.0.0.1")


@pytest.mark.parametrize("reader", at_hand("nginx"))
def test_a_directive_in_the_wrong_place_of_nginx_is_seen(tmp_path: Path, reader: str) -> None:
    _, text = text_of(tmp_path, "nginx", "")
    text = text.replace("    server_tokens off;", "    limit_req_zone $host zone=x:1m rate=1r/s;", 1)
    if reader == "ours":
        assert list(strangers(nginx_tree(text), HTTP)) == ["limit_req_zone in server"]
    else:
        done = read_by_nginx(tmp_path, text)
        assert done.returncode != 0
        assert '"limit_req_zone" directive is not allowed here' in done.stderr


@pytest.mark.parametrize("path", ["", "/bollettino"])
@pytest.mark.parametrize("reader", at_hand("caddy"))
def test_caddy_takes_its_site(tmp_path: Path, reader: str, path: str) -> None:
    _, text = text_of(tmp_path, "caddy", path)
    if reader == "ours":
        sites = caddy_tree(text).inner
        assert len(sites) == 2
        assert [name for site in sites for name in unknown_to_caddy(site)] == []
    else:
        done = read_by_caddy(tmp_path, text)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("reader", at_hand("caddy"))
def test_caddy_takes_a_fleet_s(tmp_path: Path, together: Together, reader: str) -> None:
    text = together.files(tmp_path, "caddy")[-1].text
    if reader == "ours":
        sites = caddy_tree(text).inner
        assert len(sites) == 3
        assert [name for site in sites for name in unknown_to_caddy(site)] == []
    else:
        done = read_by_caddy(tmp_path, text)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("reader", at_hand("caddy"))
def test_a_directive_that_caddy_does_not_know_is_seen(tmp_path: Path, reader: str) -> None:
    _, text = text_of(tmp_path, "caddy", "")
    text = text.replace("\trequest_body {", "\trequest_bodies {", 1)
    if reader == "ours":
        assert "request_bodies" in [
            name for site in caddy_tree(text).inner for name in unknown_to_caddy(site)
        ]
    else:
        assert read_by_caddy(tmp_path, text).returncode != 0

"""The units: what stands in each, out of the profile. What systemd says of them: test_machine_readers.py."""

import re
import shlex
from pathlib import Path

import pytest

from flows.__main__ import parser
from flows.cli import health
from flows.machine import fleet, plan, secret_files
from flows.machine.files import Planned
from flows.machine.plan import Face, Machine, Places, PlanError
from flows.profiles.comune import Profile
from flows.runs import drain
from flows.settings import Settings, load_profile
from tests.world.documents import CHANGELOG, INCIDENTS, MANUAL, Document
from tests.world.ports import with_ports
from tests.world.units import BACKUP, NAME, bring_secrets, settings_of, write_profile

PLACES = Places(
    Path("/opt/bollettino"),
    Path("/opt/bollettino/.venv/bin/python"),
    Path("/usr"),
    Path("/opt/bollettino/deployments/profiles/mio.toml"),
)
UNITS = (*secret_files.PROCESSES, *secret_files.JOBS, "alarm@")
# Of each unit, whatever its process; systemd's own page is systemd.exec(5).
YES = """
NoNewPrivileges PrivateTmp PrivateDevices PrivateUsers ProtectHome ProtectClock ProtectKernelTunables
ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectHostname RestrictNamespaces
RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute
"""
HARDENED = {
    **{key: ["yes"] for key in YES.split()},
    "ProtectSystem": ["strict"],
    "ProtectProc": ["invisible"],
    "ProcSubset": ["pid"],
    "CapabilityBoundingSet": [""],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
    "SystemCallArchitectures": ["native"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    "SystemCallErrorNumber": ["EPERM"],
    "UMask": ["0077"],
    "StateDirectoryMode": ["0700"],
}
CREDENTIALS = "/etc/bollettino/esempio/credentials"


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    bring_secrets(tmp_path, {secret_files.IDENTITY: "made up"})
    return load_profile(write_profile(tmp_path, [BACKUP]))


def files_of(profile: Profile, root: Path, proxy: str | None = None) -> dict[str, Planned]:
    return {one.path.name: one for one in Machine(profile, PLACES).files(root, proxy)}


@pytest.fixture
def units(profile: Profile, tmp_path: Path) -> dict[str, dict[str, list[str]]]:
    """Services by process or job."""
    planned = files_of(profile, tmp_path)
    return {process: settings_of(planned[f"{NAME}-{process}.service"].text) for process in UNITS}


@pytest.mark.parametrize("process", UNITS)
def test_each_unit_is_as_closed_as_the_others(units: dict[str, dict[str, list[str]]], process: str) -> None:
    unit = units[process]
    assert {key: unit.get(key) for key in HARDENED} == HARDENED
    assert unit["User"] == unit["Group"] == ["bollettino-000001"]
    assert unit["StateDirectory"] == ["bollettino/esempio"]
    if process in secret_files.PROCESSES:
        assert unit["Restart"] == ["always"]
        assert unit["StartLimitIntervalSec"] == ["0"], "a unit that gave up stays down until a person comes"
    else:
        assert unit["Type"] == ["oneshot"]
    failed = [] if process == "alarm@" else [f"{NAME}-alarm@{process}.service"]
    assert unit.get("OnFailure", []) == failed, "who tells of a failure does not tell of its own"
    assert unit["WorkingDirectory"] == ["/opt/bollettino"], "not where the account may write a module"
    assert unit["LoadCredential"] == sorted(unit["LoadCredential"])
    for value in unit["LoadCredential"]:
        name, _, path = value.partition(":")
        assert path == f"{CREDENTIALS}/{name}"
    assert "BOLLETTINO_PROFILE=/opt/bollettino/deployments/profiles/mio.toml" in " ".join(unit["Environment"])


def test_the_web_app_is_given_nothing_of_prefect_s(units: dict[str, dict[str, list[str]]]) -> None:
    web = units["web"]
    assert not any("PREFECT" in value or "STAMP" in value for value in web["LoadCredential"])
    hidden = " ".join(web["InaccessiblePaths"]).split()
    assert {f"-/var/lib/bollettino/esempio/{name}" for name in ("prefect", "porta.json")} <= set(hidden)
    assert "PREFECT" not in " ".join(web["Environment"])


def test_every_command_is_one_of_ours_that_is_understood(units: dict[str, dict[str, list[str]]]) -> None:
    understood = parser()
    typed = [
        line.replace("%i", process)  # of whom it tells
        for process in secret_files.PROCESSES + secret_files.JOBS
        for unit in (units[process], units["alarm@"])
        for key, lines in unit.items()
        if key.startswith("Exec")
        for line in lines
        if not line.startswith("/bin/rm ")
    ]
    assert len(typed) == 7 + len(secret_files.JOBS) + 6
    for line in typed:
        python, module, name, *words = shlex.split(line)
        assert (python, module) == (str(PLACES.python), "-m")
        if name == "flows":
            assert understood.parse_args(words).verb == words[0]
        else:
            assert [name, *words[:4]] == ["prefect", "server", "status", "--wait", "--timeout"]
    starts = {process: shlex.split(unit["ExecStart"][0])[3:4] for process, unit in units.items()}
    assert starts == {process: [process] for process in UNITS[:-1]} | {"alarm@": ["watchdog"]}


def test_the_worker_comes_after_a_server_that_answers_and_drains_before_it_stops(
    units: dict[str, dict[str, list[str]]],
) -> None:
    worker, prefect = units["worker"], units["prefect"]
    assert f"{NAME}-prefect.service" in worker["After"][0].split()
    assert "Requires" not in worker, "it outlives the server's restart"
    assert "BindsTo" not in worker
    assert prefect["ExecStartPost"], "up is who answers"
    before = [shlex.split(line)[3:] for line in worker["ExecStartPre"]]
    assert before == [["deploy"], ["drain", "--undo"]]
    assert shlex.split(worker["ExecStart"][0])[3:] == ["worker", "--drain"]
    assert worker["KillMode"] == ["mixed"], "its runs are not told to end before they are waited for"
    assert not any("ExecStop" in unit for unit in units.values()), "systemd gives it no credentials"
    assert float(worker["TimeoutStopSec"][0]) > drain.PATIENCE + 30
    wait = float(shlex.split(prefect["ExecStartPost"][0])[-1])
    assert wait < float(prefect["TimeoutStartSec"][0])
    for process in secret_files.PROCESSES:
        assert units[process]["PartOf"] == [f"{NAME}.target"]


@pytest.mark.parametrize("document", [MANUAL, INCIDENTS, CHANGELOG], ids=lambda document: document.path)
def test_who_stops_by_a_pattern_is_told_to_name_the_target_first(document: Document) -> None:
    """`systemctl` stops what a pattern finds one by one, in no order: the server may go before the worker."""
    told = re.findall(r"systemctl stop ([^`\n]*\*'?)", document.text)
    assert told
    ours = {f"{name}.target '{name}*'" for name in (NAME, fleet.NAME)}
    assert {" ".join(one.split()) for one in told} <= ours


def test_the_server_asks_this_machine_alone_unless_the_database_is_elsewhere(
    profile: Profile, tmp_path: Path
) -> None:
    for address, is_closed in (
        ("", True),
        ("postgresql://u:p@localhost/b", True),
        ("postgresql://u:p@/b?host=/run/postgresql", True),
        ("postgresql://u:p@db.comune.it/b", False),
    ):
        bring_secrets(tmp_path, {"BOLLETTINO_DATABASE": address})
        unit = settings_of(files_of(profile, tmp_path)[f"{NAME}-prefect.service"].text)
        assert (unit.get("IPAddressDeny") == ["any"]) == is_closed, address


def test_the_server_may_ask_the_provider_of_identities_that_its_door_signs_people_in_with(
    tmp_path: Path,
) -> None:
    bring_secrets(tmp_path)
    issuer = "https://login.comune.esempio.mi.it"
    oidc = f'[sign_in.oidc]\nname = "Comune"\nissuer = "{issuer}"\nclient_id = "bollettino"\n'
    of = {with_provider: tmp_path / str(with_provider) for with_provider in (False, True)}
    for with_provider, folder in of.items():
        folder.mkdir()
        path = write_profile(folder)
        path.write_text(path.read_text(encoding="utf-8") + oidc * with_provider, encoding="utf-8")
        unit = settings_of(files_of(load_profile(path), tmp_path)[f"{NAME}-prefect.service"].text)
        assert ("IPAddressDeny" in unit) is not with_provider


def test_the_longest_slug_has_an_account_and_its_own_places(profile: Profile, tmp_path: Path) -> None:
    longest = profile.model_copy(update={"slug": "s" * 41, "istat": "015195"})
    machine = Machine(longest, PLACES)
    assert len(machine.user) <= 31
    planned = machine.files(tmp_path, "nginx")
    other = Machine(profile, PLACES).files(tmp_path, "nginx")
    assert not {one.path for one in planned} & {one.path for one in other}
    text = "".join(one.text for one in planned)
    assert "esempio/" not in text.replace("comune.esempio", "")


def test_a_name_cannot_add_a_line_or_a_specifier(profile: Profile, tmp_path: Path) -> None:
    names = profile.names.model_copy(update={"comune": 'Comune %n di\nExecStart=/bin/sh "Cantù": x'})
    planned = files_of(profile.model_copy(update={"names": names}), tmp_path, "nginx")
    for one in planned.values():
        assert not re.search(r"^ExecStart=/bin/sh", one.text, re.MULTILINE)
        assert not re.search(r"(?<!%)%n", one.text)
    machine = Machine(profile.model_copy(update={"names": names}), PLACES)
    account, *_ = (one for one in machine.files(tmp_path) if one.path.parent.name == "sysusers.d")
    (line,) = (line for line in account.text.splitlines() if line[0] != "#")
    assert [*shlex.split(line)[:3], shlex.split(line)[4]] == ["u", machine.user, "-", str(machine.state)]


@pytest.mark.parametrize("name", ["a b.toml", "a%n.toml", "a'b.toml", "a$b.toml", "a\nb.toml"])
def test_a_path_that_means_something_else_in_a_unit_is_refused(tmp_path: Path, name: str) -> None:
    path = write_profile(tmp_path).rename(tmp_path / name)
    with pytest.raises(PlanError, match=r"a path of letters, digits and"):
        plan.of(Settings(load_profile(path), path, tmp_path))


def test_the_commands_come_in_an_order_that_works(profile: Profile) -> None:
    commands = Machine(profile, PLACES).commands("nginx")
    order = [
        next(place for place, line in enumerate(commands) if word in line)
        for word in (
            "sysusers",
            "tmpfiles",
            "daemon-reload",
            "migrate",
            "enable",
            "restart",
            "nginx -t",
            "reload nginx",
        )
    ]
    assert order == sorted(order)


def test_the_faces_are_those_of_the_profile(profile: Profile) -> None:
    assert plan.faces(profile) == (
        Face("avvisi.comune.esempio.mi.it", "443", "/"),
        Face("redazione.comune.esempio.mi.it", "443", "/"),
    )


@pytest.mark.parametrize(
    ("key", "address", "words"),
    [
        ("public", "http://avvisi.comune.esempio.mi.it", "servers.public: .* is no https address"),
        ("public", "https://127.0.0.1:8080", "servers.public"),
        ("public", "https://avvisi.comune.esempio.mi.it/a;b", "a path that cannot stand"),
        ("prefect_ui", "https://redazione.comune.esempio.mi.it/x", "a host name of its own"),
        ("prefect_ui", "https://avvisi.comune.esempio.mi.it", "a host name of its own"),
        ("prefect_ui", "https://localhost", "servers.prefect_ui"),
    ],
)
def test_an_address_that_no_web_server_could_serve_is_refused(
    profile: Profile, key: str, address: str, words: str
) -> None:
    servers = profile.servers.model_copy(update={key: address})
    with pytest.raises(PlanError, match=words):
        plan.faces(profile.model_copy(update={"servers": servers}))


def test_the_verb_knows_every_unit_that_may_fail() -> None:
    assert (*secret_files.PROCESSES, *secret_files.JOBS) == health.UNITS


def test_a_port_that_holds_anothers_figures_stays_whole() -> None:
    assert with_ports('a = 4200\nb = "http://127.0.0.1:8600"', {"4200": 18600, "8600": 14200}) == (
        'a = 18600\nb = "http://127.0.0.1:14200"'
    )

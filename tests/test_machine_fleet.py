"""The units of a fleet: one set for all Comuni, who come and go without another."""

import json
import os
import re
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.__main__ import main, parser
from flows.cli import fleet_each, health
from flows.cli.fleet_each import LATE
from flows.door.keys import INTERNAL, PEOPLE
from flows.machine import fleet, jobs, plan, secret_files
from flows.machine.fleet import NAME, SECRETS, Together
from flows.machine.plan import PlanError
from flows.machine.setup import PROXIES
from flows.settings import Settings, SettingsError
from flows.watchdog import rounds as watched
from flows.watchdog import units as noted
from tests.test_machine_units import HARDENED
from tests.world.fleet import Land, land
from tests.world.units import fleet as fleet_of
from tests.world.units import settings_of

MANY = """
[prefect]
redis = "redis://127.0.0.1:6379"
processes = 2
workers = 3
[gate]
processes = 2
"""
DATABASE, REDIS = "BOLLETTINO_PREFECT_DATABASE", "BOLLETTINO_REDIS_PASSWORD"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    before = dict(os.environ)
    yield land(tmp_path, monkeypatch)
    os.environ.clear()
    os.environ.update(before)


def texts(machine: Together, root: Path) -> dict[str, str]:
    return {one.path.name: one.text for one in machine.files(root)}


def units_of(machine: Together, root: Path) -> dict[str, dict[str, list[str]]]:
    """By what comes behind the name of all, like `prefect@`."""
    return {
        name.removeprefix(f"{NAME}-").removesuffix(".service"): settings_of(text)
        for name, text in texts(machine, root).items()
        if name.endswith(".service")
    }


def bring(root: Path, *names: str) -> None:
    folder = root / "etc/bollettino/_fleet/credentials"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("postgresql://u:p@db.esempio.it/prefect\n", encoding="utf-8")
        (folder / name).chmod(0o600)


def wanted(machine: Together, root: Path) -> list[str]:
    return settings_of(texts(machine, root)[f"{NAME}.target"])["Wants"]


def test_the_target_wants_what_this_machine_has(here: Land, tmp_path: Path) -> None:
    machine = fleet_of(here)
    first, *timers = wanted(machine, tmp_path)
    alone = ["prefect@4200", "worker@1", "gate@4300", "web"]
    assert first.split() == [f"{NAME}-{one}.service" for one in alone]
    assert timers == [f"{NAME}-{job}.timer" for job in health.JOBS]
    here.say(MANY)
    first, *_ = wanted(fleet.of(here.fleet), tmp_path)
    many = ["prefect@4201", "prefect@4202", "services", "worker@1", "worker@2", "worker@3"]
    assert first.split() == [f"{NAME}-{one}.service" for one in (*many, "gate@4300", "gate@4301", "web")]
    elsewhere = (
        '[prefect]\naddress = "https://prefect.esempio.it"\n[gate]\nprocesses = 0\n[web]\nprocesses = 0\n'
    )
    here.say(elsewhere)
    first, *_ = wanted(fleet.of(here.fleet), tmp_path)
    assert first.split() == [f"{NAME}-worker@1.service"]


def test_each_is_as_closed_as_one_comune_s_and_runs_what_is_understood(here: Land, tmp_path: Path) -> None:
    found = units_of(fleet_of(here), tmp_path)
    assert set(found) == {"prefect@", "services", "worker@", "gate@", "web", *health.JOBS}
    understood, starts = parser(), {}
    for name, unit in found.items():
        assert {key: unit.get(key) for key in HARDENED} == HARDENED, name
        assert unit["User"] == unit["StateDirectory"] == [NAME]
        environment = " ".join(unit["Environment"])
        assert f"BOLLETTINO_FLEET=/etc/bollettino/comuni BOLLETTINO_STATE=/var/lib/{NAME}" in environment
        assert "BOLLETTINO_PROFILE" not in environment
        for line in [*unit["ExecStart"], *unit.get("ExecStartPre", [])]:
            _, _, _, *words = shlex.split(line.replace("%i", "4200"))
            assert understood.parse_args(words).verb == words[0]
        starts[name] = unit["ExecStart"][0].partition(" flows ")[2]
    assert starts == {
        "prefect@": "prefect --port %i",
        "services": "prefect --services",
        "worker@": "worker --drain",
        "gate@": "gate --port %i",
        "web": "web",
        **{job: f"fleet each {job}" for job in health.JOBS},
    }
    server = " ".join(found["prefect@"]["Environment"])
    assert "PREFECT_API_URL=http://127.0.0.1:%i/api" in server, "up is who answers at its own port"
    assert found["worker@"]["KillMode"] == ["mixed"], "what runs is waited for"
    hidden = found["web"]["InaccessiblePaths"][0].split()
    assert f"-/var/lib/{NAME}/_fleet/porta.json" in hidden


def test_no_secret_of_a_comune_is_handed_over_so_who_joins_needs_no_restart(
    here: Land, tmp_path: Path
) -> None:
    machine = fleet_of(here)
    bring(tmp_path, DATABASE, REDIS, PEOPLE)
    before = texts(machine, tmp_path)
    given = {
        name: {value.partition(":")[0] for value in unit.get("LoadCredential", [])}
        for name, unit in units_of(machine, tmp_path).items()
    }
    assert set().union(*given.values()) == set(SECRETS)
    assert given["prefect@"] == given["services"] == {DATABASE, REDIS, INTERNAL, PEOPLE}
    assert given["worker@"] == {INTERNAL}
    assert given["web"] == set(), "citizens reach it"
    assert DATABASE not in given["gate@"]
    here.add("gamma")
    assert texts(replace(fleet.of(here.fleet), places=machine.places), tmp_path) == before


def test_the_server_asks_this_machine_alone_unless_its_database_or_redis_is_elsewhere(
    here: Land, tmp_path: Path
) -> None:
    assert units_of(fleet_of(here), tmp_path)["prefect@"]["IPAddressDeny"] == ["any"]
    here.say('[prefect]\nredis = "redis://redis.esempio.it:6379"\n')
    assert "IPAddressDeny" not in units_of(fleet.of(here.fleet), tmp_path)["prefect@"]
    here.say("")
    bring(tmp_path, DATABASE)
    assert "IPAddressDeny" not in units_of(fleet.of(here.fleet), tmp_path)["prefect@"]


def test_jobs_write_where_the_archives_of_all_lie(here: Land, tmp_path: Path) -> None:
    found = units_of(fleet_of(here), tmp_path)
    assert {job: found[job].get("ReadWritePaths") for job in health.JOBS} == {
        job: ["-/mnt/copie"] for job in health.JOBS
    } | {"watchdog": None}


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        ("[gate]\nport = 8079\nprocesses = 2\n", "two processes would listen at port 8080"),
        ("[gate]\nport = 4200\n", "two processes would listen at port 4200"),
        ("[prefect]\nprocesses = 2\n", "several of the server need redis"),
        ("[web]\nprocesses = 2\n", "less than or equal to 1"),
    ],
)
def test_what_a_fleet_cannot_have_is_refused(here: Land, shared: str, words: str) -> None:
    here.say(shared)
    with pytest.raises((PlanError, SettingsError), match=words):
        fleet.of(here.fleet)


def test_whom_no_web_server_could_serve_is_told_and_a_database_that_is_away(
    here: Land, tmp_path: Path
) -> None:
    fleet_of(here, MANY)
    here.add("gamma", ('public = "http://127.0.0.1:8080"', 'public = "https://avvisi.gamma.it:8443"'))
    here.add("delta")
    (here.folder / "ill.toml").write_text("slug = 1\n", encoding="utf-8")
    told = "\n".join(fleet.of(here.fleet).lacks(tmp_path))
    assert f"{DATABASE} is missing: with [prefect] redis" in told
    assert "gamma: avvisi.gamma.it: all names of a fleet stand at port 443" in told
    assert "delta: servers.public: http://127.0.0.1:8080 is no https address" in told
    assert re.search(r"^ill: .*ill\.toml", told, re.MULTILINE)
    assert "alfa" not in told


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_sandbox_among_them_keeps_nobody_from_being_served(here: Land, tmp_path: Path, proxy: str) -> None:
    """Where editors learn; it stands on this machine alone, and no web server leads there."""
    machine, name = fleet_of(here), f"{NAME}.{'conf' if proxy == 'nginx' else 'caddyfile'}"
    (before,) = [one.text for one in machine.files(tmp_path, proxy) if one.path.name == name][-1:]
    here.add("gamma", ('stage = "trial"', 'stage = "sandbox"'))
    with_one = replace(machine, roll=here.fleet.roll())
    assert "gamma" in [one.profile.slug for one in with_one.roll.comuni]
    assert [one.text for one in with_one.files(tmp_path, proxy) if one.path.name == name][-1:] == [before]


def test_the_verb_writes_it_once_and_makes_our_own_credential(
    here: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plan, "HIDDEN", ())
    fleet_of(here)
    assert main(["install", "--plan", "--profile", "alfa"]) == 2
    assert "without --profile" in capsys.readouterr().out
    root = tmp_path / "root"

    def install(*words: str) -> int:
        return main(["install", "--root", str(root), "--proxy", "nginx", *words])

    assert install("--plan") == 0
    assert not root.exists(), "a plan writes nothing"
    assert install("--apply") == 0
    credential = root / "etc/bollettino/_fleet/credentials" / INTERNAL
    first = credential.read_text(encoding="utf-8")
    assert credential.stat().st_mode & 0o777 == 0o600
    capsys.readouterr()
    assert install("--apply", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert {one["standing"] for one in document["files"]} == {"same"}
    assert document["made"] == document["troubles"] == []
    assert document["commands"][-1] == f"{NAME} fleet apply"
    assert credential.read_text(encoding="utf-8") == first
    assert secret_files.value(credential.parent, INTERNAL).startswith("installazione:")


# ------------------------------------------------------------ the clock
@pytest.mark.slow
def test_a_job_is_done_for_each_and_whose_fails_is_told_by_a_watchdog_of_theirs(
    here: Land, capfd: pytest.CaptureFixture[str]
) -> None:
    fleet_of(here)
    here.add("gamma")  # has no [backup]
    (here.folder / "ill.toml").write_text("slug = 1\n", encoding="utf-8")
    (here.states / "alfa" / noted.FOLDER).mkdir(parents=True)
    assert main(["fleet", "migrate"]) == 2
    capfd.readouterr()
    assert main(["fleet", "each", "backup", "--dry-run"]) == 2
    assert "alfa: would backup " in (planned := capfd.readouterr().out)
    assert "ill.toml" in planned
    assert not (here.states / "alfa" / noted.FOLDER / "backup").exists()
    assert main(["fleet", "each", "backup", "--json"]) == 2
    out, _ = capfd.readouterr()
    codes = {one["comune"]: one["code"] for one in json.loads(out)["comuni"]}
    assert codes == {"alfa": 2, "beta": 2, "ill": None}, "nobody has made /mnt/copie"
    assert all((here.states / slug / noted.FOLDER / "backup").exists() for slug in ("alfa", "beta"))
    assert main(["fleet", "each", "watchdog", "--json"]) == 2
    out, errors = capfd.readouterr()
    codes = {one["comune"]: one["code"] for one in json.loads(out)["comuni"]}
    assert set(codes) == {"alfa", "beta", "gamma", "ill"}
    assert f"systemctl start {NAME}-backup" in errors
    assert f"journalctl -u {NAME}-backup" in errors
    (here.states / "beta" / noted.FOLDER / "backup").unlink()
    noted.over(here.states / "alfa", "backup")
    assert main(["fleet", "each", "watchdog"]) == 2
    assert "backup" not in capfd.readouterr().err


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_costs_no_other(
    here: Land, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fleet_of(here)
    here.add("gamma")
    monkeypatch.setattr(jobs, "ALL", [replace(jobs.WATCHDOG, patience=0.1)])  # of a minute
    monkeypatch.setattr(watched, "go", _hanging_for("alfa", watched.go))
    assert main(["fleet", "each", "watchdog", "--json"]) == 2
    out, errors = capfd.readouterr()
    codes = {one["comune"]: one["code"] for one in json.loads(out)["comuni"]}
    assert codes == {"alfa": LATE, "beta": 0, "gamma": 0}
    assert "alfa: watchdog did not end within 0.1 minutes" in errors


def _hanging_for(slug: str, go: Callable[..., watched.Done]) -> Callable[..., watched.Done]:
    def hanging(settings: Settings, **told: Any) -> watched.Done:
        if settings.profile.slug == slug:
            time.sleep(600)
        return go(settings, **told)

    return hanging


@pytest.mark.slow
def test_one_process_serves_several_and_one_that_dies_costs_no_other(
    here: Land, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fleet_of(here)
    here.add("gamma")
    monkeypatch.setattr(fleet_each, "AT_ONCE", 1)
    numbers = here.folder.parent / "numbers"
    for dying, processes in (("", 1), ("beta", 2), ("alfa", 2)):
        numbers.unlink(missing_ok=True)
        monkeypatch.setattr(watched, "go", _dying_for(dying, numbers))
        assert main(["fleet", "each", "watchdog", "--json"]) == (2 if dying else 0)
        out, _ = capfd.readouterr()
        codes = {one["comune"]: one["code"] for one in json.loads(out)["comuni"]}
        assert codes == {"alfa": 0, "beta": 0, "gamma": 0} | ({dying: -signal.SIGKILL} if dying else {})
        assert len(set(numbers.read_text("utf-8").split())) == processes


def _dying_for(slug: str, numbers: Path) -> Callable[..., watched.Done]:
    def dying(settings: Settings, failed: str, **_: Any) -> watched.Done:
        with numbers.open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        if settings.profile.slug == slug and not failed:
            os.kill(os.getpid(), signal.SIGKILL)
        return watched.Done()

    return dying

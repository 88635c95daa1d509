"""What the processes of a fleet share: one key, one environment, one turn; and nothing of any Comune."""

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from flows.__main__ import main
from flows.cli import fleet_processes
from flows.cli.fleet_processes import OF_ALL
from flows.door import keys
from flows.door.environment import of_many
from flows.fleet import shared
from flows.profiles.fleet import FleetFile
from flows.runs import readiness, server
from flows.settings import ROOT, BollettinoError, SettingsError
from tests.world.fleet import Land, land, planted

DATABASE = "postgresql://prefect:p%40ss@db.example/prefect"
REDIS = "redis://redis.example:6379"
SWITCHES = {
    "PREFECT_SERVER_EVENTS_MESSAGING_BROKER",
    "PREFECT_SERVER_EVENTS_MESSAGING_CACHE",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
    "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE",
}
PLACES = (
    "PREFECT_REDIS_MESSAGING_URL",
    "PREFECT_SERVER_DOCKET_URL",
    "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL",
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    for slug in ("alfa", "beta"):
        made.add(slug)
    return made


def many(here: Land, monkeypatch: pytest.MonkeyPatch, password: str = "") -> None:
    """As many of everything as there are machines."""
    here.say(f'[prefect]\nredis = "{REDIS}"\n')
    monkeypatch.setenv("BOLLETTINO_PREFECT_DATABASE", DATABASE)
    monkeypatch.setenv("BOLLETTINO_REDIS_PASSWORD", password)


# ------------------------------------------------------------ the key


@pytest.mark.slow
def test_who_begins_together_has_one_key(here: Land) -> None:
    said = "from flows.fleet import registry, shared; print(shared.of(registry.of_process()).keys.internal)"
    begun = [
        subprocess.Popen([sys.executable, "-c", said], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    told = {process.communicate(timeout=120)[0].decode().strip() for process in begun}
    assert [process.returncode for process in begun] == [0] * 4
    (key,) = told
    kept = here.states / "_fleet" / keys.FILE
    assert json.loads(kept.read_text(encoding="utf-8"))["internal"] == key
    assert kept.stat().st_mode & 0o077 == 0
    assert shared.of(here.fleet).keys.internal == key


def test_threads_that_begin_together_have_one_key(here: Land) -> None:
    found: list[str] = []
    state = here.states / "_fleet"
    begin = threading.Barrier(8)

    def one() -> None:
        begin.wait()
        found.append(keys.once(state).internal)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (8, 1)


def test_the_key_that_was_handed_over_comes_first_and_none_is_made(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keys.INTERNAL, "installazione:given")
    at = shared.of(here.fleet)
    assert at.environment()["PREFECT_API_AUTH_STRING"] == "installazione:given"
    assert not (here.states / "_fleet" / keys.FILE).exists()
    assert "given" not in repr(at.keys)


# ------------------------------------------------------------ the environment


def test_nothing_of_a_comune_is_in_it(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor of the one whose secrets the process was started with."""
    stranger = planted("stranger")
    for name, value in stranger.items():
        monkeypatch.setenv(name, value)
    told = json.dumps(dict(shared.of(here.fleet).environment()))
    for slug in ("alfa", "beta"):
        for file in (here.folder / slug).iterdir():
            assert file.read_text(encoding="utf-8").strip() not in told, file.name
    assert not [name for name, value in stranger.items() if value in told]


def test_runs_are_kept_as_long_as_who_keeps_them_the_shortest(here: Land) -> None:
    def days() -> set[str]:
        told = shared.of(here.fleet).environment()
        names = (
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD",
            "PREFECT_SERVER_EVENTS_RETENTION_PERIOD",
        )
        return {told[name] for name in names}

    assert days() == {"P60D"}
    here.add("gamma", ("run_days = 60", "run_days = 17"))
    assert days() == {"P17D"}
    for slug in ("alfa", "beta", "gamma"):
        (here.folder / f"{slug}.toml").unlink()
    assert days() == {"P30D"}


def test_one_process_alone_needs_no_redis(here: Land) -> None:
    told = shared.of(here.fleet).environment()
    assert not [name for name in told if "REDIS" in name or name in {*SWITCHES, *PLACES}]
    assert told["PREFECT_HOME"] == str(here.states / "_fleet" / "prefect")
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert told["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4200", "not the pages of all"
    assert told["NO_PROXY"].endswith("127.0.0.1,localhost,::1")


def test_several_speak_through_redis_about_all_that_one_keeps_in_memory(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here, monkeypatch, "p:a/s@s#?%")
    told = shared.of(here.fleet).environment()
    assert {name for name, value in told.items() if value.startswith("prefect_redis.")} == SWITCHES
    before = "redis://:p%3Aa%2Fs%40s%23%3F%25@redis.example:6379"
    assert [told[name] for name in PLACES] == [f"{before}/{number}" for number in range(3)]
    assert told["PREFECT_SERVER_DATABASE_MIGRATE_ON_START"] == "false"
    assert told["PREFECT_SERVER_DATABASE_CONNECTION_URL"].startswith("postgresql+asyncpg://prefect:p%40ss@db")
    assert [of_many("rediss://r:1", "")[name] for name in PLACES] == [f"rediss://r:1/{n}" for n in range(3)]


def test_prefect_knows_each_of_these_switches(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that Prefect has changed would leave something in the memory of one process, unsaid."""
    many(here, monkeypatch, "secret")
    told = shared.of(here.fleet).environment()
    look = (
        "from prefect.settings import get_current_settings as now\n"
        "from prefect_redis.client import RedisMessagingSettings as messaging\n"
        "from prefect_redis.cleanup_queue import WorkerCleanupQueue\n"
        "at, clean = now().server, WorkerCleanupQueue()._client().connection_pool.connection_kwargs\n"
        "print(at.events.messaging_broker, at.events.messaging_cache, at.events.causal_ordering)\n"
        "print(at.concurrency.lease_storage, at.worker_channel.cleanup_queue_storage, at.docket.url)\n"
        "print(at.database.migrate_on_start, messaging().url, at.api.cors_allowed_origins)\n"
        "print(*(clean[name] for name in ('host', 'port', 'db', 'password')))\n"
        "print(at.register_blocks_on_start)"
    )
    environment = {**os.environ, **told}
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        *("prefect_redis.messaging", "prefect_redis.messaging", "prefect_redis.ordering"),
        *("prefect_redis.lease_storage", "prefect_redis.cleanup_queue"),
        *("redis://:secret@redis.example:6379/1", "False", "redis://:secret@redis.example:6379/0"),
        "http://127.0.0.1:4200",
        # no setting of Prefect's: where its client goes (prefect_redis/cleanup_queue.py, line 1198 of 0.3.0)
        *("redis.example", "6379", "2", "secret"),
        "False",
    ]


def test_several_servers_without_a_postgresql_are_refused_by_file_and_field(
    here: Land, capsys: pytest.CaptureFixture[str]
) -> None:
    here.say(f'[prefect]\nredis = "{REDIS}"\n')
    with pytest.raises(SettingsError, match=r"fleet\.toml: \[prefect\] redis .* BOLLETTINO_PREFECT_DATABASE"):
        shared.of(here.fleet).require_database()
    assert main(["prefect"]) == 2
    assert f"{here.folder}/fleet.toml: [prefect] redis" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    ["redis://:secret@r:6379", "redis://r:6379/1", "http://r", "redis://", "redis://r?db=1", "secret"],
)
def test_what_is_no_address_of_redis_is_refused_and_not_quoted(here: Land, address: str) -> None:
    here.say(f'[prefect]\nredis = "{address}"\n')
    with pytest.raises(SettingsError, match=r"prefect\.redis") as refused:
        shared.of(here.fleet)
    assert "secret" not in str(refused.value)


SEES: Mapping[str, set[str]] = {
    "gate": {"FLEET", "STATE", "PREFECT_INTERNAL", "PREFECT_AUTH"},
    "worker": {"FLEET", "STATE", "PREFECT_INTERNAL"},
    "prefect": {"FLEET", "STATE", "PREFECT_INTERNAL", "PREFECT_AUTH", "PREFECT_DATABASE"},
}


@pytest.mark.parametrize("process", SEES)
def test_what_a_process_hands_on_to_those_that_it_starts(
    here: Land, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    many(here, monkeypatch, "password-of-redis")
    given = {**planted("stranger"), "BOLLETTINO_BACKUP_SECRET": "of-the-copies"}
    given |= {keys.PEOPLE: "redazione:shared", keys.INTERNAL: "installazione:own"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shared.of(here.fleet).enter(process)
    ours = {name for name in os.environ if name.startswith("BOLLETTINO_")}
    assert ours == {f"BOLLETTINO_{name}" for name in SEES[process]}
    whole = json.dumps(dict(os.environ))
    secrets = {"p%40ss", "password-of-redis"} & {
        word for word in ("p%40ss", "password-of-redis") if word in whole
    }
    assert secrets == ({"p%40ss", "password-of-redis"} if process == "prefect" else set())
    assert os.environ["PREFECT_API_AUTH_STRING"] == "installazione:own"
    assert (here.states / "_fleet").stat().st_mode & 0o077 == 0


# ------------------------------------------------------------ the verbs


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served, in place of it."""
    found: list[Any] = []

    def serving(name: str) -> Callable[..., int]:
        def serve(_at: object, *, port: int | None) -> int:
            found.append((name, port))
            return 0

        return serve

    def served(port: int, **how: object) -> None:
        found.append((port, how))

    def worked(at: shared.Shared, *, port: int | None) -> None:
        found.append((at.work_pool, port))

    def clocked(database: str | None, *, port: int | None) -> None:
        found.append((database, port))

    monkeypatch.setattr(server, "serve_fleet", served)
    monkeypatch.setattr(server, "serve_clock", clocked)
    monkeypatch.setattr("flows.fleet.front.gate.serve", serving("gate"))
    monkeypatch.setattr("flows.fleet.front.app.serve", serving("web"))
    monkeypatch.setattr("flows.worker.work", worked)
    return found


def test_each_process_of_all_is_begun_without_a_profile(
    here: Land, begun: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["prefect"], ["prefect", "--port", "4201"], ["gate"], ["gate", "--port", "4301"], ["web"]):
        assert main(words) == 0, words
    assert main(["worker"]) == main(["worker", "--port", "4401"]) == 0
    alone = {"database": None, "is_alone": True}
    assert begun == [
        (4200, alone),
        (4201, alone),
        ("gate", None),
        ("gate", 4301),
        ("web", None),
        ("bollettino", None),
        ("bollettino", 4401),
    ]
    begun.clear()
    many(here, monkeypatch)
    assert main(["prefect", "--port", "4202"]) == 0
    assert begun == [(4202, {"database": DATABASE, "is_alone": False})]
    assert set(OF_ALL) == {"prefect", "gate", "web", "worker", "drain", "install", "upgrade"}


def test_the_clock_is_a_process_of_its_own_only_where_the_server_is_several(
    here: Land, begun: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["prefect", "--services"]) == 2
    assert "without [prefect] redis the server is one process" in capsys.readouterr().out
    assert begun == []
    many(here, monkeypatch)
    for port in (None, 4211):
        words = argparse.Namespace(services=True, port=port)
        assert fleet_processes.prefect(words, here.fleet, None) == 0  # type: ignore[arg-type]
    assert begun == [(DATABASE, None), (DATABASE, 4211)]


def test_the_clock_is_prefect_s_own_and_keeps_as_quiet_as_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks which deployments nobody asks for, too, and told an event of each within one transaction."""
    done: list[Any] = []
    monkeypatch.setattr(readiness, "keep_quietly", lambda: done.append("quiet"))
    monkeypatch.setattr(server, "_bring", done.append)
    monkeypatch.setattr("prefect.cli.app", lambda: done.append(sys.argv))
    monkeypatch.setattr(sys, "argv", ["flows"])
    server.serve_clock(DATABASE)
    assert done == ["quiet", DATABASE, ["prefect", "server", "services", "start"]]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["gate"], "without --profile"),
        (["gate", "--port", "4301"], "without --profile"),
        (["prefect", "--services"], "without --profile"),
        (["prefect", "--port", "4201"], "without --profile"),
        (["worker", "--port", "4401"], "without --profile"),
        (["web", "--port", "8081"], "servers.web_port"),
    ],
)
def test_what_is_of_a_fleet_is_refused_with_a_profile(
    here: Land, begun: list[Any], capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    for profile in ("alfa", str(here.folder / "alfa.toml")):
        assert main([*words, "--profile", profile]) == 2
        assert why in capsys.readouterr().out
    assert begun == []


def test_a_server_that_needs_redis_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    server._require_redis()
    monkeypatch.setitem(sys.modules, "prefect_redis", None)
    how = r"install\.py deployments/requirements-redis\.lock"
    with pytest.raises(BollettinoError, match=how):
        server.serve_fleet(1, database=DATABASE, is_alone=False)
    with pytest.raises(BollettinoError, match=how):
        server.serve_clock(DATABASE)


def test_what_is_said_of_a_fleet_s_server_is_its_own() -> None:
    assert FleetFile().gate.port == 4300
    assert FleetFile.model_validate({"prefect": {"redis": REDIS}}).prefect.redis == REDIS

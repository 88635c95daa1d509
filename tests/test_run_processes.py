"""The processes of an installation: what each is given, and what becomes of one that dies."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from flows import run
from flows.__main__ import main
from flows.door import keys
from flows.door.keys import DoorKeys
from flows.profiles.fleet import OWN
from flows.run import WAITS, Child, look_after
from flows.settings import DEMO, Settings, load, load_profile
from tests.world.fleet import land

SECRETS = {
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "LOOKUP_KEY": "a look-up key of these tests",
    "WHATSAPP_TOKEN": "made-up-token",
    "APP_SECRETS": "made-up-secret",
    "VERIFY_TOKEN": "made-up-word",
    "PREFECT_AUTH": "redazione:made-up-password",
    "TOTP_ANNA_REDAZIONE": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "PHONE_ANNA_REDAZIONE": "+39 333 0000101",
    "MAIL_USER": "made-up-user",
    "MAIL_PASSWORD": "made-up-mail-password",
    "LLM_KEY": "made-up-llm-key",
    "OIDC_SECRET": "made-up-oidc-secret",
    "DATABASE": "postgresql://somebody:made-up@localhost/x",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in SECRETS.items():
        monkeypatch.setenv(f"BOLLETTINO_{name}", value)
    for name in ("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"):
        monkeypatch.setenv(name, "before")  # so that what is set below is taken back
    profile = load_profile(DEMO)
    found = Settings(profile.model_copy(update={"stage": "trial"}), DEMO, tmp_path, SECRETS["DATABASE"])
    found.prepare_secrets(make=True)
    for name, value in found.environment().items():
        monkeypatch.setenv(name, value)
    return found


# Of the secrets, what each process is given: the server, which everybody reaches, none but its own.
GIVEN = {
    "prefect": {
        "PREFECT_AUTH",
        "OIDC_SECRET",
        "DATABASE",
    },  # which its page *Redazione* reads, and reads only
    "sandbox": set[str](),
    "web": {"ENCRYPTION_KEYS", "LOOKUP_KEY", "WHATSAPP_TOKEN", "APP_SECRETS", "VERIFY_TOKEN", "DATABASE"},
    "worker": SECRETS.keys() - {"PREFECT_AUTH", "OIDC_SECRET"},
}


@pytest.mark.parametrize("process", GIVEN)
def test_a_process_is_given_the_secrets_that_it_needs(settings: Settings, process: str) -> None:
    given = settings.given_to(process)
    assert {name for name in SECRETS if f"BOLLETTINO_{name}" in given} == GIVEN[process]
    assert ("BOLLETTINO_STAMP_KEY" in given) == (process == "prefect")
    internal = settings.door_keys().internal
    assert (given.get("PREFECT_API_AUTH_STRING") == internal) == (process in ("prefect", "worker"))
    assert (internal in given.values()) == (process in ("prefect", "worker"))
    assert given["BOLLETTINO_STATE"] == str(settings.state)
    hidden = [value for name, value in SECRETS.items() if name not in GIVEN[process]]
    assert not any(secret in value for secret in hidden for value in given.values())


def test_what_a_unit_is_handed_over_in_files_is_as_in_the_environment(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name in SECRETS:
        monkeypatch.delenv(f"BOLLETTINO_{name}")
        (folder / f"BOLLETTINO_{name}").write_text(f"{SECRETS[name]}\n")
    (folder / "BOLLETTINO_PREFECT_INTERNAL").write_text("installazione:of-the-units\n")
    monkeypatch.setenv("BOLLETTINO_PREFECT_INTERNAL", "before")
    (folder / "PATH").write_text("/somebody/else's")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    before = os.environ["PATH"]
    found = load(DEMO)
    assert found.secrets.lookup_key.get_secret_value() == SECRETS["LOOKUP_KEY"]
    assert found.database == SECRETS["DATABASE"]
    assert os.environ["PATH"] == before
    assert not SECRETS.keys() & {name.removeprefix("BOLLETTINO_") for name in os.environ}, "for this alone"
    both = found.door_keys()
    assert (both.internal, both.people) == ("installazione:of-the-units", SECRETS["PREFECT_AUTH"])
    assert keys.read(settings.state).internal not in ("", both.internal), "that of an earlier `run`"
    for process, is_given in (("prefect", True), ("worker", True), ("web", False), ("sandbox", False)):
        assert ("BOLLETTINO_PREFECT_INTERNAL" in found.given_to(process)) == is_given
        assert "CREDENTIALS_DIRECTORY" not in found.given_to(process), "it would read all of them there"
    environment = found.environment()
    assert environment["PREFECT_API_AUTH_STRING"] == both.internal


def test_the_server_verifies_nothing_but_makes_the_stamps_that_flows_verify(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = settings.stamp_key()
    given = settings.given_to("prefect")
    assert SECRETS["LOOKUP_KEY"] not in given["BOLLETTINO_STAMP_KEY"]
    monkeypatch.setenv("BOLLETTINO_STAMP_KEY", given["BOLLETTINO_STAMP_KEY"])
    monkeypatch.delenv("BOLLETTINO_LOOKUP_KEY")
    assert Settings(settings.profile, DEMO, settings.state).stamp_key() == key


def test_each_start_has_a_credential_of_its_own_that_nobody_else_reads(settings: Settings) -> None:
    first, since = settings.door_keys(), keys.read(settings.state).since
    settings.prepare_secrets(make=True)
    second = settings.door_keys()
    assert first.internal != second.internal
    assert len(second.internal) > 60
    assert second.people == first.people == SECRETS["PREFECT_AUTH"]
    kept = settings.state / keys.FILE
    assert kept.stat().st_mode & 0o077 == 0
    told = json.loads(kept.read_text())
    assert datetime.fromisoformat(told.pop("since")) == since, "of the first start"
    assert told == {"internal": second.internal}, "not what the environment gives"
    assert second.internal not in repr(second)
    page = "http://127.0.0.1:4200/v2/runs"
    assert settings.entry_link(page) == page, "who brings the password types it"


def test_a_password_that_nobody_gave_is_made_once_and_stands_in_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for made in (None, ""):
        monkeypatch.delenv("BOLLETTINO_PREFECT_AUTH", raising=False)
        if made is not None:
            monkeypatch.setenv("BOLLETTINO_PREFECT_AUTH", made)
        first = keys.make(tmp_path, people=made)
        assert keys.make(tmp_path, people=made).people == first.people
        assert first.people.startswith("redazione:")
    settings = Settings(load_profile(DEMO), DEMO, tmp_path)
    link = settings.entry_link(settings.run_link("08efb67e"))
    address, _, told = link.partition("#")
    assert address == "http://127.0.0.1:4200/entra"
    assert told.endswith("&/v2/runs/flow-run/08efb67e")
    assert first.people not in link


@pytest.mark.parametrize(
    "found",
    ["[]", "null", "{}", '{"inter', '{"internal": "a:b", "since": 3}', '{"internal": "a:b", "since": "x"}'],
)
def test_a_spoilt_file_of_credentials_is_as_none(tmp_path: Path, found: str) -> None:
    (tmp_path / keys.FILE).write_text(found)
    assert keys.read(tmp_path) == DoorKeys()
    assert keys.make(tmp_path, people=None) == keys.read(tmp_path)


def test_credentials_that_cannot_be_read_are_told_with_their_file(tmp_path: Path) -> None:
    """Root may read another user's file; nobody may read a folder."""
    (tmp_path / keys.FILE).mkdir()
    with pytest.raises(keys.KeysError, match=r"porta\.json cannot be read .*: use the account that runs"):
        keys.read(tmp_path)


# ------------------------------------------------------------ starting


def test_a_start_that_finds_its_port_taken_changes_no_credential(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs there may be this installation."""
    before = (settings.state / keys.FILE).read_bytes()
    monkeypatch.setattr(run, "require_complete", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("os.umask", lambda _: 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setitem(settings.profile.servers.__dict__, "prefect_port", taken.getsockname()[1])
        with pytest.raises(run.RunError, match=r"\(prefect\) is taken .* change servers\.prefect_port in"):
            run.run(settings, main)
    assert (settings.state / keys.FILE).read_bytes() == before


def test_one_of_a_fleet_is_not_started_alone_and_their_credential_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made anew, it would lock out every process that has it by now."""
    monkeypatch.setattr("os.environ", {**os.environ})
    here = land(tmp_path, monkeypatch)
    here.add("alfa")
    made = keys.once(here.states / OWN)
    assert main(["run", "--profile", "alfa"]) == 2
    assert "alfa is of a fleet, whose processes are of all its Comuni" in capsys.readouterr().err
    assert keys.read(here.states / OWN) == made
    assert not (here.states / "alfa").exists()


def test_a_verb_of_the_first_round_is_silent_unless_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def act(typed: list[str]) -> int:
        print("what it did")
        print("why not", file=sys.stderr)
        return {"collect": 0}.get(typed[0], 2)

    run.verb(act, "collect")
    with pytest.raises(run.RunError, match=r"`python -m flows compose --at-approval` failed:\nwhy not$"):
        run.verb(act, "compose", "--at-approval")
    assert capsys.readouterr() == ("", "")


@contextmanager
def saying(status: int) -> Iterator[str]:
    """A server that says this of whatever it is asked; its address."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_web_app_that_has_something_to_complain_of_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    """With a full disk, for instance: what sends and answers must come up all the same."""
    with saying(503) as address:
        assert run.answers(f"{address}/salute")
        assert f"warning: {address}/salute says 503" in capsys.readouterr().out
        assert not run.answers(f"{address}/api/health"), "Prefect's says 503 until it can be asked"
    with saying(200) as address:
        assert run.answers(f"{address}/salute")
    assert not run.answers(f"{address}/salute"), "nobody is there any more"
    assert capsys.readouterr().out == ""


# ------------------------------------------------------------ one that dies


def child(tmp_path: Path, code: str) -> Child:
    return Child("web", [sys.executable, "-c", code], log=tmp_path / "web.log")


def dies(one: Child) -> None:
    assert one.process is not None
    one.process.wait()


def test_a_process_that_keeps_dying_is_started_ever_later_and_ends_no_other(tmp_path: Path) -> None:
    dying, living = child(tmp_path, "raise SystemExit(3)"), child(tmp_path, "input()")
    living.command = [sys.executable, "-c", "import time; time.sleep(600)"]
    for one in (dying, living):
        one.start()
    before = living.process
    now, waited = dying.started, list[float]()
    for _ in range(12):
        dies(dying)
        look_after([dying, living], now)
        seen, asked = dying.process, now
        while dying.due is not None:  # not before its time
            assert dying.process is seen
            now = dying.due if dying.due > now else now + 1
            look_after([dying, living], now - 0.001)
            look_after([dying, living], now)
        waited.append(now - asked)
        dying.started = now
    dies(dying)
    assert waited == pytest.approx([*WAITS, *[WAITS[-1]] * (12 - len(WAITS))])
    assert living.process is before
    assert living.alive
    living.stop()


def test_one_that_lived_long_is_started_again_at_once(tmp_path: Path) -> None:
    one = child(tmp_path, "raise SystemExit(3)")
    one.start()
    dies(one)
    one.restarts = 9
    look_after([one], one.started + run.STEADY + 1)
    assert one.due is None
    assert one.restarts == 1
    dies(one)

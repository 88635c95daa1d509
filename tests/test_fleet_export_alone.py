"""The folder of a Comune that left a fleet is an installation: it starts as its leaflet says, and goes on."""

import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from db import deliveries, recipients
from db.engine import opened, reading
from db.models import Bulletin, Delivery
from db.recipients import Address
from flows.__main__ import main
from flows.dispatch import check, dispatch_bulletin
from flows.door.environment import FOLDER
from flows.fleet.membership.export import README, SECRETS, STATE
from flows.profiles import secrets_file
from flows.sending import parts
from flows.sending.checks import QUOTA, Verdict
from flows.sending.outbox import TODAY_IS_FULL
from flows.settings import ROOT, Settings, load
from tests.test_fleet_export import alone
from tests.test_sending_parts import DAY, Tier, a_day_later, first_part, got, tier_of
from tests.world.comune import NO_TLS, Comune
from tests.world.comune import SECRETS as GIVEN
from tests.world.fleet import Land, land
from tests.world.fleet_web import post
from tests.world.installation import READY, wait_for
from tests.world.leaving import PEOPLE, Leaving, forget_prefect, lived, type_
from tests.world.ports import free_ports
from tests.world.postgresql import new_postgresql
from tests.world.web_site import wrote


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {**os.environ})


@pytest.fixture
def tiers(comuni: Comune, monkeypatch: pytest.MonkeyPatch) -> Tier:
    return tier_of(comuni, monkeypatch)


def joined(comune: Comune, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """A Comune that was alone, and a neighbour."""
    shutil.copytree(comune.settings.state, folder / "states" / "esempio")
    here = land(folder, monkeypatch)
    here.add("beta")
    (here.folder / "esempio").mkdir()
    shutil.copy(comune.settings.path, here.folder / "esempio.toml")
    here.give("esempio", "BOLLETTINO_DATABASE", comune.settings.database)
    secrets_file.write(here.states / "esempio" / secrets_file.FILE, GIVEN)
    return here


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_who_has_a_bulletin_does_not_get_it_again_and_the_others_do(
    comuni: Comune,
    tiers: Tier,
    to: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """Of a send in parts two of five have theirs when it leaves; on either database here, and there."""
    number = first_part(comuni, tiers)
    (tmp_path / "land").mkdir()
    here = joined(comuni, tmp_path / "land", monkeypatch)
    found = Leaving(here, tmp_path / "uscita", type_(capsys))
    forget_prefect(found, monkeypatch)
    code, out, err = found.typed("retire", "esempio", "--export", str(found.folder))
    assert (code, err, f"cancel bulletins: {number}\n" in out) == (0, "", True)
    assert parts.goes_on(comuni.settings, comuni.engine, number, now=comuni.now + DAY) is None

    monkeypatch.delenv("BOLLETTINO_FLEET")
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOLLETTINO_STATE", str(found.folder / STATE))
    monkeypatch.setenv(FOLDER, str(found.folder / SECRETS))
    profile = str(found.folder / "esempio.toml")
    if to == "postgresql":
        empty = new_postgresql(request.getfixturevalue("empty_postgresql"))
        monkeypatch.setenv("BOLLETTINO_DATABASE", empty)
        file = str(found.folder / STATE / "bollettino.db")
        assert main(["migrate", "--profile", profile, "--from", file, "--dry-run"]) == 0
        assert main(["migrate", "--profile", profile, "--from", file]) == 0
        assert main(["migrate", "--profile", profile, "--from", file]) == 2
        assert "holds rows: name a new, empty database" in capsys.readouterr().err
    assert main(["migrate", "--profile", profile]) == 0
    there = load(profile)
    there.prepare_secrets(make=False)
    with opened(there.database) as engine:
        assert engine.dialect.name == to
        for left, end in ((3, TODAY_IS_FULL), (1, None)):
            a_day_later(comuni)
            _, preflight = check(there, engine, number, late=True, has_server=False, now=comuni.now)
            refused = {one.name for one in preflight.checks if one.verdict == Verdict.refused}
            assert refused == ({QUOTA} if left > 2 else set()), "nothing of where it lies holds it up"
            with reading(engine) as session:
                assert deliveries.certificate(session, number).open == left
            who = parts.goes_on(there, engine, number, now=comuni.now)
            _, reason = dispatch_bulletin(
                there, engine, number, late_by=who, goes_on=True, has_server=False, now=comuni.now
            )
            assert reason == end
        with reading(engine) as session:
            accepted = [row.status.value for row in session.exec(select(Delivery))]
    assert (got(comuni), accepted) == ([1] * 5, ["accepted"] * 5)


def steps(folder: Path) -> str:
    """What the leaflet has typed in the folder of the project: with this one's path and Python, and as
    `make run` does once all is installed.
    """
    (block,) = re.findall(r"```sh\n(.*?)```", (folder / README).read_text(encoding="utf-8"), re.DOTALL)
    script = "".join(f"{line.strip()}\n" for line in block.splitlines())
    for old, new in (
        ("FOLDER=/srv/alfa\n", f"FOLDER={folder}\n"),
        ("make run PROFILE=", "exec .venv/bin/python -m flows run --profile "),
    ):
        assert script.count(old) == 1
        script = script.replace(old, new)
    return script.replace(".venv/bin/python", sys.executable)


def outside() -> dict[str, str]:
    """The environment of a machine on which no fleet is."""
    ours = ("BOLLETTINO", "PREFECT", FOLDER)
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def started(folder: Path) -> Iterator[Path]:
    """By the leaflet; what it printed."""
    output = folder.parent / "output.txt"
    with output.open("wb") as out:
        command = ["bash", "-c", steps(folder)]
        process = subprocess.Popen(command, cwd=ROOT, env=outside(), stdout=out, stderr=out)

    def is_ready() -> bool:
        assert process.poll() is None, output.read_text(encoding="utf-8")
        return READY in output.read_text(encoding="utf-8")

    try:
        wait_for("the installation", is_ready)
        yield output
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0, output.read_text(encoding="utf-8")


@pytest.mark.rehearsal
@pytest.mark.slow
@pytest.mark.xdist_group("server")
def test_it_starts_as_its_leaflet_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sqlite_template: Path,
) -> None:
    here = land(tmp_path, monkeypatch)
    ports = dict(zip(("4200", "8080", "8600"), free_ports(3), strict=True))
    moved = [(f"_port = {old}", f"_port = {new}") for old, new in ports.items()]
    here.add("alfa", *moved, ("http://127.0.0.1:8080", f"http://127.0.0.1:{ports['8080']}"))
    here.settle(["alfa"], sqlite_template)
    lived("alfa")
    found = Leaving(here, tmp_path / "uscita", type_(capsys))
    forget_prefect(found, monkeypatch)
    assert found.retire()[0] == 0

    there = alone(found.folder)
    web = there.web_address
    who = PEOPLE["alfa"][0]
    with started(found.folder) as output, httpx.Client(base_url=web, trust_env=False, verify=NO_TLS) as http:
        assert "nothing to do" in output.read_text(encoding="utf-8"), "its database is of this version"
        assert http.get("/salute").status_code == 200
        assert "Comune di Esempio" in http.get("/").text
        raw = json.dumps(post(own_words(there, who))).encode()
        key = there.secrets.app_secrets.get_secret_value().encode()
        headers = {"X-Hub-Signature-256": f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}"}
        assert http.post("/webhook", content=raw, headers=headers).status_code == 200
        wait_for("the word to be heard", lambda: has_left(there, who))
        text = output.read_text(encoding="utf-8")
    for secret in (*there.own_variables.values(), *PEOPLE["alfa"]):
        assert secret not in text
    with opened(there.database) as engine, reading(engine) as session:
        assert recipients.subscribed(session) == 3
        statuses = [row.status.value for row in session.exec(select(Bulletin).order_by(Bulletin.id))]  # type: ignore[arg-type]
    assert statuses[2] == "sent"


def own_words(settings: Settings, who: str) -> dict[str, Any]:
    """DISATTIVA, as WhatsApp brings it."""
    number = settings.profile.whatsapp
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number.phone_number_id, "display_phone_number": "393331234567"},
        "messages": [wrote("DISATTIVA", datetime.now(UTC), id="wamid.stop", sender=who.removeprefix("+"))],
    }
    return {"id": number.waba_id, "time": 0, "changes": [{"field": "messages", "value": value}]}


def has_left(settings: Settings, who: str) -> bool:
    with opened(settings.database) as engine, reading(engine) as session:
        return settings.ledger().has_left(session, Address(who))

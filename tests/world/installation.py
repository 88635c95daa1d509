"""A whole installation as `python -m flows run` starts it, on free ports, with the sandbox Comune."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.context import SettingsContext, get_settings_context
from pyotp import TOTP
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, news_items
from db.engine import make_engine, transaction
from db.models import Approval, Bulletin, BulletinKind, BulletinStatus
from flows.bulletin.language.dates import giorno, in_rome
from flows.compose import compose_draft
from flows.review.choices import signed
from flows.runs import forms
from flows.settings import DEMO, ROOT, Settings, load_profile
from flows.sources.visit import collect_sources
from tests.world.code_secrets import OIDC_SECRET
from tests.world.ports import free_ports
from tests.world.sharing import ask_who, share_the_password, told_prefect

T = TypeVar("T")
READY = "Ctrl-C stops everything"
SYLLABLES = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve", "zi", "co"]
PATIENCE = 240  # seconds; where others build beside us a worker takes 40 to start one run
CODES = {  # secrets made up for the tests; only a profile with `codes = true` asks for them
    "Anna Redazione": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "Bruno Vice": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
}
PHONES = {"Anna Redazione": "+393330000101", "Bruno Vice": "+393330000102"}  # the sandbox adds them


def wait_for(what: str, look: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """The first truthy answer of `look`; a failure that says what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.3)
    return found


def field_of(form: dict[str, Any], name: str) -> str:
    """The field of a form that goes by the number of the version: `notizia_1` as `notizia_1_v3`."""
    pattern = re.compile(rf"{name}(_v?\d+)?")
    return next((field for field in form if pattern.fullmatch(field)), name)


def filled(form: dict[str, Any], decision: str, **fields: Any) -> dict[str, Any]:
    """A form with its decision, of who is named or else of Anna, and what else is typed."""
    who = fields.pop("chi", "Anna Redazione")
    by = {"decisione": signed(decision, who)} if decision.startswith("Approva:") else {"chi": who}
    typed = {"decisione": decision, **by, **fields}
    kept = {name: value for name, value in form.items() if name != "chi"}  # a browser drops what is empty
    return {**kept, **{field_of(kept, name): value for name, value in typed.items()}}


class Installation:
    """Started by `start`, ended by `stop`; between them everything an operator, editor or citizen can do."""

    root = ROOT  # whose code it runs

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.state, self.profile_path = folder / "state", folder / "profile.toml"
        prefect, web, sandbox = free_ports(3)
        text = DEMO.read_text(encoding="utf-8")
        for old, port in (("4200", prefect), ("8080", web), ("8600", sandbox)):
            text = text.replace(old, str(port))
        self.profile_path.write_text(text, encoding="utf-8")
        self.settings = Settings(load_profile(self.profile_path), self.profile_path, self.state, database)
        self.web, self.sandbox = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}"
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.last_code: dict[str, int] = {}  # by editor, the 30 seconds of the code that was used

    @property
    def environment(self) -> dict[str, str]:
        ours = ("BOLLETTINO", "PREFECT")
        bare = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **bare,
            "BOLLETTINO_PROFILE": str(self.profile_path),
            "BOLLETTINO_STATE": str(self.state),
            "BOLLETTINO_DATABASE": self.settings.database,
            "BOLLETTINO_OIDC_SECRET": OIDC_SECRET,
            **{one.code_variable: CODES[one.name] for one in self.settings.profile.editors},
            **{one.phone_variable: PHONES[one.name] for one in self.settings.profile.editors},
        }

    @property
    def of_prefect(self) -> dict[str, str]:
        """The environment of Prefect's own commands, as an operator would set it."""
        return {
            **self.environment,
            "PREFECT_API_URL": f"{self.settings.prefect_address}/api",
            "PREFECT_API_AUTH_STRING": self.settings.door_keys().internal,
        }

    @contextmanager
    def profile(self, *changes: tuple[str, str]) -> Iterator[None]:
        """An operator edits the profile, and later puts it back: each run reads it as it starts."""
        before = text = self.profile_path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        self.profile_path.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            self.profile_path.write_text(before, encoding="utf-8")

    @property
    def engine(self) -> Engine:
        return make_engine(self.settings.database)

    def start(self) -> str:
        """Wait until it is ready; return what it printed."""
        with self.output.open("wb") as out:
            process = self.process = subprocess.Popen(
                [sys.executable, "-m", "flows", "run"],
                cwd=self.root, env=self.environment, stdout=out, stderr=out,
            )  # fmt: skip

        def ready() -> str | None:
            said = self.output.read_text(encoding="utf-8")
            assert process.poll() is None, f"ended while starting: {said}"
            return said if READY in said else None

        said = wait_for("the installation to be ready", ready, 240)
        share_the_password(self.settings)  # `run` has invented accounts
        with self.at_server():
            ask_who(self.settings)
        return said

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def verb(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flows", *arguments],
            cwd=self.root, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, address: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """JSON of the sandbox's control interface."""
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self.sandbox + address, data, {"Content-Type": "application/json"}, method=method)
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            return json.load(response)

    def status(self, path: str) -> int:
        """What the citizens' web app answers."""
        try:
            with build_opener(ProxyHandler({})).open(self.web + path, timeout=10) as response:
                return int(response.status)
        except HTTPError as exc:
            return exc.code

    def received(self, code: str, phones: str = "telefoni") -> dict[str, list[str]]:
        """By phone: the texts of the messages whose button opens this bulletin.

        `phones` are the citizens'; `redazione` are the editors'.
        """
        return {
            phone["number"]: [m["text"] for m in phone["messages"] if m["button_url"].endswith(f"/b/{code}")]
            for phone in self.ask(f"/_prova/{phones}")
        }

    def bulletin(self, number: int) -> Bulletin:
        with transaction(self.engine) as session:
            return bulletins.locked(session, number)

    def version(self, number: int) -> int:
        with transaction(self.engine) as session:
            version = bulletins.latest(session, number)
        assert version is not None
        return version.number

    def texts(self, number: int) -> list[str]:
        """Of the latest version, in its order."""
        with transaction(self.engine) as session:
            version = bulletins.latest(session, number)
            assert version is not None
            return [item.text for item in bulletins.items(session, version)]

    @contextmanager
    def at_server(self, credential: str | None = None) -> Iterator[None]:
        """Prefect's clients in this process ask its server meanwhile, as its own worker does."""
        given = credential or self.settings.door_keys().internal
        told = told_prefect(f"{self.settings.prefect_address}/api", given)
        secrets = json.loads((self.state / "secrets.json").read_text(encoding="utf-8"))
        with (
            patch.dict(os.environ, secrets),
            SettingsContext(profile=get_settings_context().profile, settings=told),
        ):
            yield

    def prefect(self) -> SyncPrefectClient:
        with self.at_server():
            return get_client(sync_client=True)

    def people(self) -> SyncPrefectClient:
        """With the password that editors have."""
        with self.at_server(self.settings.door_keys().people):
            return get_client(sync_client=True)

    def run_of(self, number: int) -> str:
        """The run that waits for the editor of this bulletin, once it waits."""

        def waiting() -> str | None:
            run_id = self.bulletin(number).review_run_id
            if run_id is None:
                return None
            with self.prefect() as client:
                state = client.read_flow_run(UUID(run_id)).state
            return run_id if state is not None and state.is_paused() else None

        return wait_for(f"the form of bulletin {number}", waiting, PATIENCE)

    def code(self, who: str) -> str:
        """A one-time code that this editor has not used yet: each counts once, a new one comes every 30 s."""
        step = int(time.time()) // 30
        while step <= self.last_code.get(who, 0):
            time.sleep(0.5)
            step = int(time.time()) // 30
        self.last_code[who] = step
        return TOTP(CODES[who]).generate_otp(step)

    def order(self, verb: str, **parameters: str) -> str:
        """Start one of the editors' deployments, as its form does; the run's id."""
        with self.prefect() as client:
            deployment = client.read_deployment_by_name(f"{verb}/{self.settings.deployment(verb)}")
            return str(client.create_flow_run_from_deployment(deployment.id, parameters=parameters).id)

    def name_of(self, run_id: str) -> str:
        with self.prefect() as client:
            return client.read_flow_run(UUID(run_id)).name

    def completed(self, run_id: str) -> str:
        """The name of a run, once it has ended well."""

        def ended() -> str | None:
            with self.prefect() as client:
                run = client.read_flow_run(UUID(run_id))
            assert run.state is not None
            assert not run.state.is_final() or run.state.is_completed(), run.state
            return run.name if run.state.is_completed() else None

        return wait_for(f"run {run_id} to complete", ended, PATIENCE)

    def draft(self, *titles: str) -> int:
        """Publish items and compose a bulletin that goes at approval; its number.

        One that still waits is postponed first, and what waits in the queue discarded: a test that needs
        several items brings them.
        """
        self.postpone()
        with transaction(self.engine) as session:
            left = [one.id for one in news_items.unsent(session)]
            news_items.discard(session, left, now=datetime.now(UTC))
        for title in titles:
            self.publish(title)
        return self.compose()

    def postpone(self) -> None:
        """Postpone what still waits: the first draft, or that of a test that failed.

        Without a code: a test that has an operator ask for codes calls this before.
        """
        with transaction(self.engine) as session:
            waiting = bulletins.with_status(session, BulletinStatus.in_review)
        for one in waiting:
            if one.kind == BulletinKind.ordinary:
                self.answer(one.id, "Non inviare: le notizie passano al prossimo bollettino")
                self.ends_as(one.id, "merged")

    def publish(self, title: str) -> None:
        """Put an item on the site, and collect it."""
        self.write(title)
        (news,) = collect_sources(self.settings, "news", now=datetime.now(UTC))
        assert news.failure is None

    def write(self, title: str, more: str = "") -> None:
        """Put an item on the site, with names of its own: two notices of ten words would be taken for one."""
        chance = Random(title)
        names = ("".join(chance.choices(SYLLABLES, k=4)).capitalize() for _ in range(14))
        day = giorno(in_rome(datetime.now(UTC) + timedelta(days=40)))  # after the next sends
        body = {
            "title": title,
            "abstract": f"{title}. L'appuntamento è {day} alle 9. {more}".strip(),
            "body": f"<p>{title}. Se ne occupano {', '.join(names)}.</p>",
        }
        self.ask("/sito/_prova/articoli", body)

    def compose(self, slot_after: datetime | None = None) -> int:
        """What the verb compose does, in this process: `run` has shown that the commands work.

        For the first free slot after `slot_after`; without it, one that goes at approval. The clock is set
        forward for a slot, and no news may grow too old by that.
        """
        patient = self.settings.profile.model_copy(update={"news_window_days": 90})
        settings = self.settings.renewed(patient)
        for days in range(31):  # slots may be of other tests, and a holiday leaves a week with one
            now = (slot_after or datetime.now(UTC)) + timedelta(days=days)
            draft = compose_draft(settings, self.engine, at_approval=slot_after is None, now=now)
            if "C'è già un bollettino per questo invio" not in draft.why:
                break
        assert "Bozza pronta" in draft.why, draft.why
        assert draft.bulletin_id is not None
        with self.at_server():
            forms.open_review(self.settings, self.engine, draft.bulletin_id, now=now)
        return draft.bulletin_id

    def approver(self, number: int) -> str:
        with transaction(self.engine) as session:
            return session.exec(select(Approval.approver).where(Approval.bulletin_id == number)).one()

    def newest(self) -> int:
        with transaction(self.engine) as session:
            return max(one.id for one in bulletins.with_status(session, *BulletinStatus))

    def form_of(self, number: int) -> tuple[str, dict[str, Any]]:
        """The run that waits, and its form."""
        return (run_id := self.run_of(number)), self.form_in(run_id)

    def form_in(self, run_id: str) -> dict[str, Any]:
        """As a browser shows it: what is chosen by hand is empty."""
        with self.prefect() as client:
            found = client.read_flow_run(UUID(run_id)).state
            assert found is not None
            key = f"suspended-{found.state_details.pause_key}-schema"

            def stored() -> str | None:  # Prefect stores it a moment after the run waits
                kept = client.filter_flow_run_input(UUID(run_id), key, limit=1, exclude_keys=set())
                return kept[0].value if kept else None

            schema = json.loads(wait_for("the form's fields", stored))
        return {name: field.get("default", "") for name, field in schema["properties"].items()}

    def post(self, run_id: str, values: dict[str, Any]) -> str:
        """What Prefect says to a form that is confirmed: ACCEPT, REJECT or ABORT."""
        with self.people() as client:
            return str(client.resume_flow_run(UUID(run_id), run_input=values).status.value)

    def answer(self, number: int, decision: str, **fields: Any) -> None:
        """Confirm the form over Prefect's API, with the values it was filled with."""
        run_id, form = self.form_of(number)
        assert self.post(run_id, values := filled(form, decision, **fields)) == "ACCEPT", values

    def ends_as(self, number: int, status: str) -> Bulletin:
        def ended() -> Bulletin | None:
            return found if (found := self.bulletin(number)).status == status else None

        return wait_for(f"bulletin {number} to be {status}", ended, PATIENCE)

    def processes(self) -> dict[int, str]:
        """Command lines by PID of what this installation started, by the state folder they got."""
        found = {}
        for process in psutil.process_iter():
            try:
                if process.environ().get("BOLLETTINO_STATE") == str(self.state):
                    found[process.pid] = " ".join(process.cmdline())
            except psutil.Error:  # ended meanwhile, or not ours to read
                continue
        return found

    def pid(self, words: str) -> int | None:
        return next((pid for pid, line in self.processes().items() if words in line), None)

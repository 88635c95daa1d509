"""A whole installation as `python -m flows run` starts it, on free ports, with the sandbox Comune."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import Engine

from db import bulletins
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinStatus
from flows import windows
from flows.collect import collect_sources
from flows.compose import compose_draft
from flows.settings import DEMO, ROOT, Settings, load_profile

T = TypeVar("T")
READY = "Ctrl-C stops everything"


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports: list[int] = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 60) -> T:
    """The first truthy answer of `look`; a failure that says what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.3)
    return found


class Installation:
    """Started by `start`, ended by `stop`; between them everything an operator, editor or citizen can do."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.state, self.profile_path = folder / "state", folder / "profile.toml"
        prefect, web, sandbox = free_ports(3)
        text = DEMO.read_text(encoding="utf-8")
        for old, new in (("4200", prefect), ("8080", web), ("8600", sandbox)):
            text = text.replace(old, str(new))
        self.profile_path.write_text(text, encoding="utf-8")
        self.settings = Settings(load_profile(self.profile_path), self.profile_path, self.state, database)
        self.web, self.sandbox = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}"
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        bare = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BOLLETTINO", "PREFECT"))
        }
        return {
            **bare,
            "BOLLETTINO_PROFILE": str(self.profile_path),
            "BOLLETTINO_STATE": str(self.state),
            "BOLLETTINO_DATABASE": self.settings.database,
        }

    @property
    def engine(self) -> Engine:
        return make_engine(self.settings.database)

    def start(self) -> str:
        """Wait until it is ready; return what it printed."""
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows", "run"], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )

        def ready() -> str | None:
            said = self.output.read_text(encoding="utf-8")
            assert self.process is not None
            assert self.process.poll() is None, f"ended while starting: {said}"
            return said if READY in said else None

        return wait_for("the installation to be ready", ready, 240)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def verb(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flows", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
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

    def received(self, code: str) -> dict[str, list[str]]:
        """By phone: the texts of the messages whose button opens this bulletin."""
        return {
            phone["number"]: [m["text"] for m in phone["messages"] if m["button_url"].endswith(f"/b/{code}")]
            for phone in self.ask("/_prova/telefoni")
        }

    def bulletin(self, number: int) -> Bulletin:
        with transaction(self.engine) as session:
            return bulletins.locked(session, number)

    def texts(self, number: int) -> list[str]:
        """Of the latest version, in its order."""
        with transaction(self.engine) as session:
            version = bulletins.latest(session, number)
            assert version is not None
            return [item.text for item in bulletins.items(session, version)]

    def prefect(self) -> SyncPrefectClient:
        with temporary_settings({PREFECT_API_URL: f"{self.settings.prefect_address}/api"}):
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

        return wait_for(f"the form of bulletin {number}", waiting, 90)

    def name_of(self, run_id: str) -> str:
        with self.prefect() as client:
            return client.read_flow_run(UUID(run_id)).name

    def draft(self, title: str) -> int:
        """Publish an item and compose a bulletin that goes at approval; its number.

        One that still waits (the first draft, or that of a test that failed) is postponed first.
        """
        if self.bulletin(self.newest()).status == BulletinStatus.in_review:
            self.answer(self.newest(), "Non inviare: le notizie passano al prossimo bollettino")
            self.ends_as(self.newest(), "merged")
        self.publish(title)
        return self.compose()

    def publish(self, title: str) -> None:
        """Put an item on the site, and collect it."""
        body = {
            "title": title,
            "abstract": f"{title}. Il servizio riprende lunedì alle 9.",
            "body": f"<p>{title}.</p>",
        }
        self.ask("/sito/_prova/articoli", body)
        (news,) = collect_sources(self.settings, "news", now=datetime.now(UTC))
        assert news.failure is None

    def compose(self) -> int:
        """What the verb compose does, in this process: `run` has shown that the commands work."""
        now = datetime.now(UTC)
        draft = compose_draft(self.settings, self.engine, at_approval=True, now=now)
        assert "Bozza pronta" in draft.why, draft
        assert draft.bulletin_id is not None
        with temporary_settings({PREFECT_API_URL: f"{self.settings.prefect_address}/api"}):
            windows.open_review(self.settings, self.engine, draft.bulletin_id, now=now)
        return draft.bulletin_id

    def newest(self) -> int:
        with transaction(self.engine) as session:
            return max(one.id for one in bulletins.with_status(session, *BulletinStatus))

    def answer(self, number: int, decision: str, **fields: Any) -> None:
        """Confirm the form over Prefect's API, with the values it was filled with."""
        run_id = self.run_of(number)
        texts = {f"notizia_{n}": text for n, text in enumerate(self.texts(number), start=1)}
        order = [f"{n}. titolo" for n in range(1, len(texts) + 1)]
        values = {
            "decisione": decision,
            "chi": "Anna Redazione",
            "nota": "",
            "ordine": order,
            **texts,
            **fields,
        }
        with self.prefect() as client:
            result = client.resume_flow_run(UUID(run_id), run_input=values)
        assert result.status.value == "ACCEPT", result

    def ends_as(self, number: int, status: str) -> Bulletin:
        def ended() -> Bulletin | None:
            found = self.bulletin(number)
            return found if found.status == status else None

        return wait_for(f"bulletin {number} to be {status}", ended, 90)

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

"""A Comune without a Prefect server: the sandbox on loopback, a database, and the verbs' plain functions."""

import json
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy import Engine, event
from sqlmodel import col, select

from db.models import BulletinStatus, Delivery, NewsItem
from deployments.sandbox.app import create_app
from deployments.sandbox.compose import Template
from deployments.sandbox.config import Config
from deployments.sandbox.template_state import reviewer, template_key
from deployments.sandbox.world import World
from flows.cli import tour
from flows.compose import Draft, compose_draft
from flows.run import write_config
from flows.sending import submission
from flows.settings import DEMO, Settings, load_profile
from flows.sources.readings import Reading
from flows.sources.visit import Which, collect_sources
from tests.world.builders import NOW, make_recipient
from tests.world.office import Office
from tests.world.ports import free_ports, with_ports

Asgi = Callable[..., Any]
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading the machine's certificates costs 30 ms
PAGE = "http://127.0.0.1:4200/v2/artifacts/artifact/x"  # of a draft
APPROVE, SAVE = "Approva: parte subito", "Salva, continuo dopo"
POSTPONE = "Non inviare: le notizie passano al prossimo bollettino"
DISCARD = "Non inviare e scarta queste notizie"
SECRETS = {
    "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BOLLETTINO_LOOKUP_KEY": "a look-up key made up for these tests",
    "BOLLETTINO_WHATSAPP_TOKEN": "made-up-token",
    "BOLLETTINO_APP_SECRETS": "made-up-secret",
    "BOLLETTINO_VERIFY_TOKEN": "made-up-word",
}


class Loopback:
    """One server for the whole session; each test puts its own application behind it."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.app: Asgi | None = None
        self.planted: dict[date, bytes] = {}  # a sandbox's first state, made once a day that tests live in
        self.registered: dict[str, list[Template]] = {}  # by what is submitted: a fifth of a second each time
        self.sandbox: FastAPI | None = None  # its routes, which cost a tenth of a test to make
        config = uvicorn.Config(
            self._call, port=self.port, lifespan="off", interface="asgi3", log_level="error"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the loopback server ended while starting"

    async def _call(self, scope: MutableMapping[str, Any], receive: Asgi, send: Asgi) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


def write_profile(folder: Path, port: int, changes: Sequence[tuple[str, str]] = ()) -> Path:
    """The demo profile with the sandbox at `port` and some of its text replaced."""
    text = DEMO.read_text(encoding="utf-8")  # 9, where nobody listens: an installation here is not ours
    text = with_ports(text, {"8600": port, "4200": 9})
    for old, new in changes:
        assert old in text, f"the demo profile holds no {old!r}"
        text = text.replace(old, new)
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


class Comune(Office):
    """A sandbox Comune at `NOW` with its installation's database; the sandbox's clock stands still."""

    def __init__(self, loopback: Loopback, folder: Path, engine: Engine, files: Path | None = None) -> None:
        self.folder, self.loopback, self.files = folder, loopback, files
        database = engine.url.render_as_string(hide_password=False)
        path = write_profile(folder, loopback.port)
        super().__init__(Settings(load_profile(path), path, folder / "state", database), engine, NOW)
        config = Config.from_file(write_config(self.settings))
        if NOW.date() not in loopback.planted:
            loopback.sandbox = create_app(config, folder / "planted", clock=lambda: NOW)
            loopback.sandbox.state.world.store.close()
            loopback.planted[NOW.date()] = (folder / "planted" / "sandbox.db").read_bytes()
        (folder / "sandbox").mkdir()
        (folder / "sandbox" / "sandbox.db").write_bytes(loopback.planted[NOW.date()])
        self.world = World.opened(config, folder / "sandbox", lambda: self.now)
        if files is None:
            assert loopback.sandbox is not None
            loopback.app = loopback.sandbox
            vars(loopback.sandbox.state.world).update(vars(self.world))
        else:
            self.world.store.close()
            loopback.app = create_app(config, folder / "sandbox", files, clock=lambda: self.now)
            self.world = loopback.app.state.world
        self._http = httpx.Client(base_url=loopback.address, trust_env=False, verify=NO_TLS, timeout=60)

    def close(self) -> None:
        self._http.close()
        self.world.store.close()

    def reprofile(self, *changes: tuple[str, str]) -> None:
        """Go on with another profile, the demo's text changed."""
        path = write_profile(self.folder, self.loopback.port, changes)
        self.settings = Settings(load_profile(path), path, self.folder / "state", self.settings.database)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of the sandbox's control interface."""
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()

    @contextmanager
    def reads(self) -> Iterator[Counter[str]]:
        """How many queries ask each table first, for as long as this is entered."""
        counter = Counter[str]()

        def count(*arguments: Any) -> None:
            if match := re.match(r"SELECT .*?\sFROM (\w+)", arguments[2], re.DOTALL):
                counter[match[1]] += 1

        event.listen(self.engine, "before_cursor_execute", count)
        try:
            yield counter
        finally:
            event.remove(self.engine, "before_cursor_execute", count)

    def news(self) -> dict[str, NewsItem]:
        """Stored items by title."""
        with self.look() as session:
            return {item.title: item for item in session.exec(select(NewsItem))}

    def collect(self, which: Which = "news", *, dry_run: bool = False) -> list[Reading]:
        return collect_sources(self.settings, which, dry_run=dry_run, now=self.now)

    def compose(
        self, *, at_approval: bool = True, dry_run: bool = False, now: datetime | None = None
    ) -> Draft:
        return compose_draft(
            self.settings, self.engine, at_approval=at_approval, dry_run=dry_run, now=now or self.now
        )

    def draft(self, **options: Any) -> int:
        """Compose, and open the review as the window in the UI does."""
        made = self.compose(**options)
        assert made.bulletin_id is not None, (made.why, *made.blind)
        self.move(made.bulletin_id, BulletinStatus.in_review)
        return made.bulletin_id

    def subscribe(self) -> list[str]:
        """The sandbox's five phones are subscribed and our templates registered; return the numbers."""
        self._register_templates()
        numbers: list[str] = [phone["number"] for phone in self.ask("GET", "/_prova/telefoni")]
        with self.look() as session:
            for number in numbers:
                make_recipient(session, self.settings.vault(), phone=number)
        return numbers

    def _register_templates(self) -> None:
        """Over the wire the first time; later the same are put where the provider keeps its own."""
        store, known = self.world.store, self.loopback.registered
        rows = submission.plan(self.settings, None, {}, now=self.now)
        ours = json.dumps([row.step.payload for row in rows])
        is_as_ever = reviewer(self.world).verdict == "APPROVED" and not store.all(Template)
        if is_as_ever and ours in known:
            for one in known[ours]:
                store.put(template_key(one.order.name, one.order.language), one)
        else:
            tour.register_templates(self.settings)
            if is_as_ever:
                known[ours] = store.all(Template)

    def received(self) -> dict[str, list[str]]:
        """What each phone shows of us, by number."""
        phones = self.ask("GET", "/_prova/telefoni")
        return {
            phone["number"]: [
                message["text"] for message in phone["messages"] if message["direction"] == "out"
            ]
            for phone in phones
        }

    def deliveries(self, number: int) -> list[Delivery]:
        with self.look() as session:
            query = select(Delivery).where(Delivery.bulletin_id == number).order_by(col(Delivery.id))
            return list(session.exec(query))

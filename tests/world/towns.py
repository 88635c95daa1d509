"""Comuni that read one issuer's bulletin from loopback, each with a profile and a database of its own."""

import shutil
import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from db.engine import make_engine
from db.models import Source, WeatherAlert
from flows.profiles.comune import Profile
from flows.settings import DEMO, Settings
from flows.sources.polling import Polling
from flows.sources.readings import Reading
from flows.sources.visit import collect_sources
from tests.world.loopback_site import Handler, Site

PATH = "/latest_all.zip"
Row = tuple[Any, ...]


class Issuer(Site):
    """Shows one content at a time, and says 304 to who brings its validators back."""

    def shows(self, content: bytes, etag: str = "", last_modified: str = "", path: str = PATH) -> None:
        validators = {"ETag": etag, "Last-Modified": last_modified}

        def send(handler: Handler) -> None:
            asked = {
                "ETag": handler.headers["If-None-Match"],
                "Last-Modified": handler.headers["If-Modified-Since"],
            }
            first = "ETag" if asked["ETag"] else "Last-Modified"  # RFC 9110, 13.1.3
            is_same = bool(asked[first]) and asked[first] == validators[first]
            handler.send_response(304 if is_same else 200)
            for name, value in validators.items():
                if value:
                    handler.send_header(name, value)
            handler.send_header("Content-Length", "0" if is_same else str(len(content)))
            handler.end_headers()
            handler.wfile.write(b"" if is_same else content)

        self.answers[path] = send


def town(folder: Path, template: Path, name: str, zones: Iterable[str], **sources: Any) -> Settings:
    """A Comune that is called so, with an empty database and only these sources."""
    told = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    told["names"]["comune"] = name
    told["alert_zones"] = list(zones)
    told["sources"] = sources
    home = folder / name
    home.mkdir(parents=True)
    shutil.copy(template, home / "bollettino.db")
    return Settings(Profile.model_validate(told), DEMO, home, f"sqlite:///{home / 'bollettino.db'}")


def poll(towns: Iterable[Settings], now: datetime, polling: Polling | None = None) -> list[list[Reading]]:
    """One round, one Comune after the other; without a polling to share, each by itself."""
    return [collect_sources(one, "alerts", now=now, polling=polling) for one in towns]


def stated(settings: Settings) -> list[Row]:
    """What is stored of alerts, but when we saw it."""
    return sorted(_rows(settings, WeatherAlert, {"id", "seen_at"}), key=repr)


def marks(settings: Settings) -> list[Row]:
    """What is remembered of each source."""
    return _rows(settings, Source, set())


def _rows(settings: Settings, table: type[Source] | type[WeatherAlert], excluding: set[str]) -> list[Row]:
    engine = make_engine(settings.database)
    try:
        with Session(engine) as session:
            return [tuple(row.model_dump(exclude=excluding).items()) for row in session.exec(select(table))]
    finally:
        engine.dispose()

"""A Comune's database and what its editors answer: rows only, nothing stands around it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinItem, BulletinStatus
from flows.approve import load_round, record
from flows.review.choices import order_lines
from flows.review.text import NOTHING_READ, Site
from flows.runs.forms import Confirmation
from flows.settings import Settings
from tests.world.builders import NOW


class Office:
    """At `NOW` or another moment, until a test moves its clock."""

    def __init__(self, settings: Settings, engine: Engine, now: datetime = NOW) -> None:
        self.settings, self.engine, self.now = settings, engine, now

    @contextmanager
    def look(self) -> Iterator[Session]:
        with transaction(self.engine) as session:
            yield session

    def move(self, number: int, *steps: BulletinStatus) -> None:
        with self.look() as session:
            for step in steps:
                bulletins.move(session, bulletins.locked(session, number), step, by="test", now=self.now)

    def bulletin(self, number: int) -> Bulletin:
        with self.look() as session:
            return bulletins.locked(session, number)

    def items(self, number: int) -> list[BulletinItem]:
        """Of the latest version."""
        with self.look() as session:
            version = bulletins.latest(session, number)
            assert version is not None
            return bulletins.items(session, version)

    def problems(self, number: int) -> list[str]:
        """Why the latest version came back."""
        with self.look() as session:
            version = bulletins.latest(session, number)
            assert version is not None
            return version.problems.splitlines()

    def answer(
        self,
        number: int,
        decision: str,
        *,
        texts: Sequence[str] | None = None,
        order: Sequence[str] | None = None,
        who: str = "Anna Redazione",
        source: str = "",
        note: str = "",
        added: str = "",
        code: str = "",
        site: Site = NOTHING_READ,
        now: datetime | None = None,
    ) -> Bulletin:
        """What the editor's form brings back, recorded; texts and order as shown unless given."""
        shown = load_round(self.settings, self.engine, number, now=self.now)
        written = [item.text for item in shown.items] if texts is None else texts
        lines = order_lines([item.title for item in shown.items]) if order is None else order
        values = {
            "decisione": decision,
            **{f"notizia_{item.position}": text for item, text in zip(shown.items, written, strict=True)},
            "ordine": list(lines),
            "nota": note,
            "chi": who,
            "aggiungi": added,
            "fonte": source,
            "codice": code,
        }
        given = Confirmation(f"run-{shown.version}", shown.version, now or self.now, values)
        record(self.settings, self.engine, number, given, site=site)
        return self.bulletin(number)

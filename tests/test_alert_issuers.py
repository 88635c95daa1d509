"""Two issuers speak of the same days while bulletins leave: each round ends, and what is over is told."""

import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import sources, weather_alerts
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, ClearedAlert, Hazard, Level, SourceKind
from db.weather_alerts import AlertData
from flows.settings import DEMO, Settings, load_profile
from tests.test_alert_drafted import DAY, finish, look
from tests.world.comune import SECRETS

Word = tuple[str, Hazard, Level, date, tuple[int, int]]

ISSUERS, HAZARDS = ("dpc", "regione"), (Hazard.temporali, Hazard.idraulico)
DAYS = (DAY, DAY + timedelta(days=1))
MORNING = datetime(2026, 11, 25, 7, tzinfo=UTC)  # by day: nothing waits for the end of a night
WORDS = st.tuples(
    st.sampled_from(ISSUERS),
    st.sampled_from(HAZARDS),
    st.sampled_from(Level),
    st.sampled_from(DAYS),
    st.sampled_from(((0, 24), (9, 15), (12, 24))),
)
STEPS = st.tuples(st.lists(WORDS, min_size=1, max_size=3, unique=True), st.booleans())
ALL_GREEN: list[Word] = [
    (issuer, hazard, Level.verde, day, (0, 24)) for issuer, hazard, day in product(ISSUERS, HAZARDS, DAYS)
]


def say(session: Session, word: Word, at: datetime) -> None:
    issuer, hazard, level, day, (begins, ends) = word
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    stated = AlertData(
        f"{issuer} {at:%H%M}",
        issuer,
        f"https://{issuer}.example/",
        "Lomb-09",
        hazard,
        level,
        day,
        midnight + timedelta(hours=begins),
        midnight + timedelta(hours=ends),
        at,
    )
    source = sources.ensure(session, SourceKind.dpc, stated.url)
    weather_alerts.store(session, source.id, [stated], now=at)


def send_what_waits(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        query = select(Bulletin.id).where(Bulletin.status == BulletinStatus.draft)
        waiting = list(session.exec(query.order_by(col(Bulletin.id))))
    for number in waiting:
        finish(engine, number, BulletinStatus.sent, now)


@pytest.fixture(scope="module")
def comune(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        found = Settings(load_profile(DEMO), DEMO, tmp_path_factory.mktemp("state"))
        assert found.secrets, "read while they stand there"
    return found


@given(st.lists(STEPS, min_size=2, max_size=6))
@bounds(max_examples=25)
def test_no_words_of_two_issuers_keep_a_round_from_ending(
    comune: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[list[Word], bool]],
) -> None:
    path = tmp_path_factory.mktemp("issuers") / "bollettino.db"
    shutil.copy(sqlite_template, path)
    engine, now = make_engine(f"sqlite:///{path}"), MORNING
    for words, is_sent in [*steps, (ALL_GREEN, True)]:
        now += timedelta(minutes=20)
        with transaction(engine) as session:
            for word in words:
                say(session, word, now)
        look(comune, engine, now)
        if is_sent:
            send_what_waits(engine, now)
    assert look(comune, engine, now + timedelta(minutes=5)).opened == []
    with transaction(engine) as session:
        urgent = session.exec(select(Bulletin).where(Bulletin.kind == BulletinKind.urgent)).all()
        ended = session.exec(select(ClearedAlert)).all()
    assert bool(ended) == any(bulletin.status == BulletinStatus.sent for bulletin in urgent)
    engine.dispose()

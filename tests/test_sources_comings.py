"""Comuni come and go between rounds: whatever the order, each ends with what it would have stored alone."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.settings import Settings
from flows.sources.polling import Polling
from tests.test_scrapers_dpc import ORANGE, QUIET, RED, TODAY, YELLOW, archive, dbf, rows
from tests.world.towns import PATH, Issuer, Row, marks, poll, stated, town

NOON = datetime(2026, 11, 24, 15, tzinfo=UTC)
ZONES = (["Lomb-09"], ["Lomb-08"], ["Lomb-08", "Lomb-09"], ["Lomb-99", "Lomb-09"])
ISSUES = [
    archive({**QUIET, TODAY: dbf(rows(temporali=level))}) for level in (YELLOW, ORANGE, RED)
]  # of one moment: what tells them apart is the level alone


@dataclass(frozen=True)
class Round:
    """Who reads, in which order, and what the issuer then does."""

    order: list[int]
    issue: int
    says: str
    later: timedelta


ROUNDS = st.builds(
    Round,
    order=st.lists(st.integers(0, len(ZONES) - 1), unique=True, max_size=len(ZONES)),
    issue=st.integers(0, len(ISSUES) - 1),
    says=st.sampled_from(["etag", "etag", "date", "both", "neither", "503", "404", "not an archive"]),
    later=st.sampled_from([timedelta(minutes=10), timedelta(minutes=40), timedelta(hours=25)]),
)


def order(issuer: Issuer, round_: Round) -> None:
    etag, date = f'"{round_.issue}"', f"Tue, 24 Nov 2026 14:1{round_.issue}:00 GMT"
    match round_.says:
        case "503" | "404":
            issuer.answer(PATH, int(round_.says))
        case "not an archive":
            issuer.shows(b"piano", '"piano"')
        case says:
            content = ISSUES[round_.issue]
            issuer.shows(
                content, etag if says in ("etag", "both") else "", date if says in ("date", "both") else ""
            )


APART = {"whole_at", "etag", "last_modified"}


def remembered(settings: Settings) -> list[Row]:
    """But by what it asks next time: a body that others have had sent brings validators that a 304 to one
    alone does not. That they stand for what is stored the rounds after it show.
    """
    return [tuple(pair for pair in mark if pair[0] not in APART) for mark in marks(settings)]


@pytest.mark.slow
@settings(max_examples=10)
@example([Round([0], 0, "etag", timedelta(minutes=10)), Round([1, 0], 0, "both", timedelta(minutes=10))])
@given(rounds=st.lists(ROUNDS, min_size=2, max_size=6))
def test_each_ends_with_what_it_would_have_stored_alone(sqlite_template: Path, rounds: list[Round]) -> None:
    issuer = Issuer()
    try:
        with tempfile.TemporaryDirectory() as folder:

            def towns(way: str) -> list[Settings]:
                at = {"alerts_dpc": issuer.url + PATH}
                home = Path(folder) / way
                return [town(home, sqlite_template, f"C{n}", zones, **at) for n, zones in enumerate(ZONES)]

            together, alone = towns("together"), towns("alone")
            now = NOON
            for one in rounds:
                order(issuer, one)
                now += one.later
                asked = len(issuer.asked)
                own = poll([alone[n] for n in one.order], now)
                by_themselves = len(issuer.asked) - asked
                shared = poll([together[n] for n in one.order], now, Polling())
                assert len(issuer.asked) - asked - by_themselves <= by_themselves
                for mine, theirs in zip(shared, own, strict=True):
                    assert [reading.failure for reading in mine] == [reading.failure for reading in theirs]
                assert [stated(each) for each in together] == [stated(each) for each in alone]
                assert [remembered(each) for each in together] == [remembered(each) for each in alone]
    finally:
        issuer.close()

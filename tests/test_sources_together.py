"""Many Comuni in one round: an issuer is asked once, and each stores what it would have stored alone."""

import gc
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from weakref import WeakSet

import pytest
from sqlalchemy.exc import OperationalError

from flows.settings import Settings
from flows.sources import alerts
from flows.sources.polling import KEPT, Polling
from flows.sources.readings import fetcher
from flows.sources.visit import collect_sources
from scrapers.alerts.dpc import open_archive
from scrapers.alerts.meteoalarm import open_meteoalarm
from scrapers.errors import ParseError, TemporaryError
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from scrapers.fetching.pace import Pace
from tests.test_scrapers_dpc import ORANGE, QUIET, TODAY, archive, dbf, rows
from tests.test_scrapers_meteoalarm import feed, warned
from tests.world.shared import SHARED, needs_shared
from tests.world.towns import PATH, Issuer, marks, poll, stated, town

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
REAL = {
    "ruhetag_20260730_1511": datetime(2026, 7, 30, 15, tzinfo=UTC),
    "unwettertag_20260118_1515": datetime(2026, 1, 18, 15, tzinfo=UTC),
}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    found.shows(archive(QUIET), '"a"')
    yield found
    found.close()


@pytest.fixture
def four(tmp_path: Path, sqlite_template: Path, issuer: Issuer) -> list[Settings]:
    """Two Comuni in each of the two zones."""
    return [
        town(tmp_path, sqlite_template, f"Comune {n}", [f"Lomb-0{8 + n % 2}"], alerts_dpc=issuer.url + PATH)
        for n in range(4)
    ]


def validators(issuer: Issuer) -> list[str | None]:
    return [headers.get("If-None-Match") for headers in issuer.asked]


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize("name", REAL)
def test_forty_zones_are_read_with_one_request_and_stored_as_if_each_were_alone(
    tmp_path: Path, sqlite_template: Path, issuer: Issuer, name: str
) -> None:
    content = (SHARED / "alerts" / "dpc" / f"{name}.zip").read_bytes()
    issuer.shows(content, '"real"')
    zones = open_archive(content, name).zones
    forty = zones[:: len(zones) // 40][:40]

    def towns(way: str) -> list[Settings]:
        address = issuer.url + PATH
        return [town(tmp_path / way, sqlite_template, zone, [zone], alerts_dpc=address) for zone in forty]

    together, alone = towns("together"), towns("alone")
    with patch.object(alerts, "open_archive", side_effect=open_archive) as opened:
        readings = poll(together, REAL[name], Polling())
    assert (len(issuer.asked), opened.call_count) == (1, 1)
    assert [[(one.new, one.failure) for one in own] for own in readings] == [[(6, None)]] * 40
    poll(alone, REAL[name])
    assert len(issuer.asked) == 41
    assert [stated(one) for one in together] == [stated(one) for one in alone]
    assert [marks(one) for one in together] == [marks(one) for one in alone]
    for one, zone in zip(together, forty, strict=True):
        assert {dict(row)["zone"] for row in stated(one)} == {zone}


@needs_shared
@pytest.mark.parametrize("name", REAL)
def test_an_archive_opened_once_says_of_each_zone_what_one_opened_for_it_says(name: str) -> None:
    content = (SHARED / "alerts" / "dpc" / f"{name}.zip").read_bytes()
    opened = open_archive(content, name)
    assert [opened.bulletin(zone) for zone in opened.zones] == [
        open_archive(content, name).bulletin(zone) for zone in opened.zones
    ]


def test_nothing_new_is_asked_for_once_and_told_to_all(issuer: Issuer, four: list[Settings]) -> None:
    poll(four, NOW, Polling())
    readings = poll(four, NOW + timedelta(minutes=10), Polling())
    assert validators(issuer) == [None, '"a"']
    assert all(one.not_modified for own in readings for one in own)


def test_who_joins_later_is_given_what_it_has_not_stored(issuer: Issuer, four: list[Settings]) -> None:
    *old, new = four
    poll(old, NOW, Polling())
    readings = poll([old[0], new, *old[1:]], NOW + timedelta(minutes=10), Polling())
    assert validators(issuer) == [None, '"a"', None]
    assert [own[0].new for own in readings] == [0, 6, 0, 0]
    assert [own[0].not_modified for own in readings] == [True, False, False, False], "a body is for all"
    assert len(stated(new)) == 6
    whole = [dict(marks(one)[0])["whole_at"] - NOW for one in four]
    assert whole == [timedelta()] + [timedelta(minutes=10)] * 3, "and spares them the whole of the day"


def test_who_missed_a_round_is_given_what_it_missed(issuer: Issuer, four: list[Settings]) -> None:
    poll(four, NOW, Polling())
    issuer.shows(archive({**QUIET, TODAY: dbf(rows(temporali=ORANGE))}), '"b"')
    *there, away = four
    poll(there, NOW + timedelta(minutes=10), Polling())
    readings = poll(four, NOW + timedelta(minutes=20), Polling())
    assert validators(issuer) == [None, '"a"', '"b"', '"a"']
    assert [own[0].not_modified for own in readings] == [True, True, True, False]
    assert "arancione" in repr(stated(away))
    assert stated(away) == stated(four[1])


def test_a_failing_site_is_asked_once_and_is_the_failure_of_each_by_name(
    issuer: Issuer, four: list[Settings]
) -> None:
    issuer.answer(PATH, 503, b"", Retry_After="1200")
    readings = poll(four, NOW, Polling())
    assert len(issuer.asked) == 1
    assert {own[0].failure for own in readings} == {f"{issuer.url}{PATH}: answers 503 Service Unavailable"}
    for one in four:
        told = dict(marks(one)[0])
        assert (told["failures"], told["failure"]) == (1, "answers 503 Service Unavailable")
        assert told["retry_at"] == NOW + timedelta(minutes=20)
        others = [other for other in four if other is not one]
        assert not [name for name in others if name.profile.names.comune.encode() in database(one)]


def database(settings: Settings) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(settings.state.glob("bollettino.db*")))


def test_what_cannot_be_opened_is_opened_once_and_found_by_each(issuer: Issuer, four: list[Settings]) -> None:
    issuer.shows(b"PK piano", '"c"')
    with patch.object(alerts, "open_archive", side_effect=open_archive) as opened:
        readings = poll(four, NOW, Polling())
    assert (len(issuer.asked), opened.call_count) == (1, 1)
    assert all("not a whole zip archive" in (own[0].failure or "") for own in readings)
    assert [dict(marks(one)[0])["failures"] for one in four] == [1] * 4


def test_a_zone_that_is_missing_costs_no_other_comune(
    tmp_path: Path, sqlite_template: Path, issuer: Issuer, four: list[Settings]
) -> None:
    lost = town(tmp_path, sqlite_template, "Altrove", ["Lomb-99"], alerts_dpc=issuer.url + PATH)
    first, *readings = poll([lost, *four], NOW, Polling())
    assert "no zone 'Lomb-99'" in (first[0].failure or "")
    assert [own[0].new for own in readings] == [6] * 4
    assert len(issuer.asked) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_a_database_that_fails_costs_no_other_comune(
    issuer: Issuer, four: list[Settings], place: int
) -> None:
    (four[place].state / "bollettino.db").write_bytes(b"")
    polling = Polling()
    came = []
    for one in four:
        try:
            came += collect_sources(one, "alerts", now=NOW, polling=polling)
        except OperationalError:
            assert one is four[place]
    assert [reading.new for reading in came] == [6] * 3
    assert len(issuer.asked) == 1


def test_no_connection_to_a_database_stays_open_after_a_round(issuer: Issuer, four: list[Settings]) -> None:
    def open_files() -> int:
        links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return sum("bollettino.db" in link.name for link in links)

    before = open_files()
    gc.disable()  # what nobody closes is else closed by chance
    try:
        poll(four, NOW, Polling())
        assert open_files() == before
    finally:
        gc.enable()


def test_comuni_of_one_host_go_by_turns(
    tmp_path: Path, sqlite_template: Path, issuer: Issuer, four: list[Settings]
) -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    issuer.shows(archive(QUIET), path="/altro.zip")
    other = town(tmp_path, sqlite_template, "Altro", ["Lomb-09"], alerts_dpc=f"{issuer.url}/altro.zip")
    polling = Polling()
    polling.pace = Pace(2.0, lambda: now[0], sleep)
    assert [own[0].new for own in poll([four[0], other, four[1]], NOW, polling)] == [6, 6, 6]
    assert slept == [2.0]


def test_comuni_side_by_side_ask_once(issuer: Issuer, four: list[Settings]) -> None:
    polling = Polling()
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda one: poll([one], NOW, polling)[0], four))
    assert len(issuer.asked) == 1
    assert [own[0].new for own in readings] == [6] * 4


def test_a_host_that_only_one_profile_allows_is_followed_for_that_comune_alone(
    tmp_path: Path, sqlite_template: Path, issuer: Issuer
) -> None:
    issuer.answer(PATH, 302, Location=f"http://localhost:{issuer.port}/moved.zip")
    issuer.shows(archive(QUIET), '"m"', path="/moved.zip")
    at = {"alerts_dpc": issuer.url + PATH}
    there = f"http://localhost:{issuer.port}/"  # of this machine only what the profile names is asked
    strict = [
        town(tmp_path, sqlite_template, f"Stretto {n}", ["Lomb-09"], feeds=[there], **at) for n in range(2)
    ]
    wide = town(
        tmp_path, sqlite_template, "Largo", ["Lomb-09"], feeds=[there], redirect_hosts=["localhost"], **at
    )
    readings = poll([strict[0], wide, strict[1]], NOW, Polling())
    assert [own[0].new for own in readings] == [0, 6, 0]
    assert all("redirects elsewhere" in (own[0].failure or "") for own in (readings[0], readings[2]))
    assert len(issuer.asked) == 3, "the redirect twice, and where it leads to once"


class Broken(Fetcher):
    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        raise RuntimeError(f"not foreseen: {url}, {etag}, {last_modified}")


def test_what_nobody_foresaw_is_told_to_whom_it_met_and_to_no_other(
    issuer: Issuer, four: list[Settings]
) -> None:
    polling, address = Polling(), issuer.url + PATH
    with Broken(user_agent="t") as broken, pytest.raises(RuntimeError):
        polling.ask(broken, address, etag=None, last_modified=None)
    with pytest.raises(ZeroDivisionError):
        polling.opened(lambda content, _: len(content) // 0, b"body", address)
    assert [own[0].new for own in poll(four, NOW, polling)] == [6] * 4


def test_a_round_that_takes_too_long_asks_again(issuer: Issuer, four: list[Settings]) -> None:
    clock = [0.0]
    polling = Polling(lambda: clock[0])
    with fetcher(four[0], polling.pace) as client:
        for seconds in (0, KEPT, KEPT + 1):
            clock[0] = seconds
            said = polling.ask(client, issuer.url + PATH, etag=None, last_modified=None)
            assert isinstance(said.answer, Response)
    assert len(issuer.asked) == 2


def test_meteoalarm_is_asked_and_opened_once_for_comuni_of_several_regions(
    tmp_path: Path, sqlite_template: Path, issuer: Issuer
) -> None:
    content = json.dumps(feed(warned(1, 3, 1), warned(1, 3, 2, area="IT005"))).encode()
    issuer.shows(content, path="/meteoalarm")
    at = {"alerts_dpc": issuer.url + PATH, "alerts_meteoalarm": f"{issuer.url}/meteoalarm"}
    regions = [
        town(tmp_path, sqlite_template, area, ["Lomb-09"], meteoalarm_area=area, **at)
        for area in ("IT003", "IT005")
    ]
    with patch.object(alerts, "open_meteoalarm", side_effect=open_meteoalarm) as opened:
        readings = poll(regions, NOW, Polling())
    assert (len(issuer.asked), opened.call_count) == (2, 1)
    assert [[reading.new for reading in own] for own in readings] == [[6, 1], [6, 1]]


class Planted:
    """What a Comune has at hand while it reads."""


@pytest.mark.slow
def test_a_failure_that_is_told_to_many_keeps_nothing_of_them(issuer: Issuer, four: list[Settings]) -> None:
    issuer.answer(PATH, 500)
    alone = four[0]
    polling, planted = Polling(), WeakSet[Planted]()

    def meets() -> None:
        mine = Planted()
        planted.add(mine)
        with pytest.raises(ParseError):
            polling.opened(open_archive, b"PK piano", issuer.url)
        with fetcher(alone) as client, pytest.raises(TemporaryError):
            polling.ask(client, issuer.url + PATH, etag=None, last_modified=None)

    for _ in range(3):
        meets()
    gc.collect()
    assert list(planted) == []

"""What goes wrong between Protezione Civile and the draft, and who is told."""

from collections.abc import Collection
from datetime import timedelta

from sqlmodel import select

from db.models import Level, WeatherAlert
from flows.compose import report
from tests.test_scrapers_dpc import ORANGE, QUIET, archive, dbf, rows
from tests.world.comune import Comune
from tests.world.shelf import Shelf

PATH = "/dpc/files/all/latest_all.zip"
ORANGE_WAITS = ('levels = ["arancione", "rossa"]', 'levels = ["rossa"]')  # for the ordinary bulletin


def test_a_zone_that_is_added_to_the_profile_is_read_at_the_next_run(comune: Comune) -> None:
    assert comune.collect("alerts")[0].new == 6
    comune.reprofile(('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-09", "Lomb-10"]'))
    comune.now += timedelta(minutes=10)
    assert "nothing of it is stored for Lomb-10" in (comune.collect("alerts")[0].failure or "")
    assert any("Lomb-10" in line for line in comune.compose().blind), "never green by silence"
    comune.now += timedelta(minutes=10)
    (reading,) = comune.collect("alerts")
    assert (reading.failure, reading.new, reading.unchanged) == (None, 6, 6)
    comune.now += timedelta(minutes=10)
    assert comune.collect("alerts")[0].not_modified, "and from then on with validators again"


def test_a_zone_that_comes_back_to_the_profile_is_read_and_its_old_rows_prove_nothing(
    comune: Comune, shelf: Shelf
) -> None:
    def issue(day: int, etag: str) -> None:
        named = {name.replace("20261124", f"202611{day}"): content for name, content in QUIET.items()}
        shelf.put(PATH, archive(named), "application/zip", etag=etag)

    comune.now = comune.now.replace(day=23, hour=15)
    zones = ('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-08", "Lomb-09"]')
    issue(23, '"a"')
    comune.reprofile(zones)
    assert comune.collect("alerts")[0].new == 12
    comune.reprofile()
    comune.now += timedelta(days=1)
    issue(24, '"b"')
    assert comune.collect("alerts")[0].new == 6
    comune.reprofile(zones)
    comune.now += timedelta(minutes=10)
    assert "nothing of it is stored for Lomb-08" in (comune.collect("alerts")[0].failure or "")
    comune.now += timedelta(minutes=10)
    assert comune.collect("alerts")[0].new == 6
    assert shelf.validators[-2:] == ['"b"', None]


def test_an_archive_that_stands_still_is_still_asked_with_validators(comune: Comune, shelf: Shelf) -> None:
    shelf.put(PATH, archive(QUIET), "application/zip", etag='"a"')
    comune.now = comune.now.replace(hour=15)
    for hours in (0, 24):  # whole once a day
        comune.now += timedelta(hours=hours)
        assert comune.collect("alerts")[0].failure is None
    for _ in range(2):
        comune.now += timedelta(hours=8)
        assert "stale: issued on 2026-11-24" in (comune.collect("alerts")[0].failure or "")
    assert shelf.validators == [None, None, '"a"', '"a"']


def test_a_source_of_alerts_is_asked_again_within_half_an_hour_whatever_it_says(
    comune: Comune, shelf: Shelf
) -> None:
    shelf.put(PATH, "piano", "text/plain", 503, retry_after="86400")
    assert "503" in (comune.collect("alerts")[0].failure or "")
    del shelf.answers[PATH]
    comune.now += timedelta(minutes=20)
    assert "si riprova" in (comune.collect("alerts")[0].failure or "")
    comune.now += timedelta(minutes=10)
    assert comune.collect("alerts")[0].new == 6


def without(*names: str) -> bytes:
    members = {**QUIET, "20261124_1511_tomorrow.dbf": dbf(rows(temporali=ORANGE))}
    return archive({name: content for name, content in members.items() if not name.startswith(names)})


def levels(comune: Comune) -> Collection[Level]:
    with comune.look() as session:
        return [row.level for row in session.exec(select(WeatherAlert))]


def test_an_archive_without_its_cap_states_its_levels_and_the_draft_says_that_nothing_checked_them(
    comune: Comune, shelf: Shelf
) -> None:
    comune.reprofile(ORANGE_WAITS)
    comune.now = comune.now.replace(hour=15)
    shelf.put(PATH, without("Cap"), "application/zip", etag='"a"')
    (reading,) = comune.collect("alerts")
    assert reading.failure is None
    assert sorted(levels(comune)) == sorted([Level.arancione, *[Level.verde] * 5])
    said = (
        "Bollettino della Protezione Civile: nell'archivio manca il CAP del bollettino 20261124_1511: "
        "nessun controllo incrociato."
    )
    comune.now += timedelta(minutes=10)
    assert comune.collect("alerts")[0].not_modified
    draft = comune.compose(dry_run=True)
    assert "ARANCIONE" in draft.items[0].text
    assert said in draft.remarks
    assert said in report(draft).replace("\\", ""), "as it looks"
    shelf.put(PATH, archive(QUIET), "application/zip", etag='"b"')
    comune.now += timedelta(minutes=10)
    comune.collect("alerts")
    assert said not in comune.compose(dry_run=True).remarks, "a whole one came in its place"


def test_a_table_and_a_cap_that_differ_are_told_beside_the_draft(comune: Comune, shelf: Shelf) -> None:
    comune.reprofile(ORANGE_WAITS)
    comune.now = comune.now.replace(hour=15)
    shelf.put(PATH, without("none"), "application/zip")
    comune.collect("alerts")
    (line,) = comune.compose(dry_run=True).remarks
    assert "la tabella dice arancione, il CAP verde; vale arancione" in line


def test_an_archive_without_a_table_is_unavailable_although_its_cap_is_there(
    comune: Comune, shelf: Shelf
) -> None:
    comune.now = comune.now.replace(hour=15)
    shelf.put(PATH, without("20261124_1511_tomorrow"), "application/zip")
    assert "no DBF table for tomorrow" in (comune.collect("alerts")[0].failure or "")
    assert levels(comune) == []
    assert any("no DBF table" in line for line in comune.compose(dry_run=True).blind)

"""Two years of Protezione Civile's bulletins for Lomb-09, played back as the archives they came in.

`python -m tests.bench.replay_alerts` plays all of it in simulated time, on a database of its own, and says
what it saw. The history knows Lomb-09 only, so the other zones of a day are green, unless that day's table
of the whole country is at hand. Two cuts of the country: 170 zones, and 187 from 1 June 2026.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from db import schema, sources, weather_alerts
from db.engine import make_engine, transaction
from db.models import Hazard, Level, SourceKind
from deployments.sandbox.archive import archive_id, write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import ZoneRow, all_green, level_of, rows_from_csv, rows_from_levels
from flows.bulletin.alerts.statements import standing
from flows.settings import DEMO, Settings, load_profile
from flows.sources.alerts import read_alerts
from flows.sources.polling import Polling
from scrapers.errors import StaleError
from scrapers.fetching.fetcher import Response
from tests.world.shared import SHARED

DPC = SHARED / "alerts" / "dpc"
ZONE = "Lomb-09"
NEW_CUT = date(2026, 6, 1)
HAZARDS = (Hazard.idraulico, Hazard.idrogeologico, Hazard.temporali)
Key = tuple[date, Hazard]
Change = tuple[date, Hazard, Level | None, Level]


@dataclass(frozen=True)
class Issue:
    """One bulletin as it was published: every zone's row for the day of issue and for the next."""

    sent: datetime
    today: list[ZoneRow]
    tomorrow: list[ZoneRow]

    @property
    def archive(self) -> bytes:
        return write_archive(self.today, self.tomorrow, self.sent)

    def levels(self) -> dict[Key, Level]:
        """What it says of the zone, read from its words by the sandbox and not by the reader under test."""
        found = {}
        for day, rows in ((self.sent.date(), self.today), (self.sent.date() + timedelta(1), self.tomorrow)):
            (row,) = [one for one in rows if one.code == ZONE]
            for hazard in HAZARDS:
                found[day, hazard] = Level(level_of(getattr(row, hazard.value)))
        return found


@cache
def country(day: date) -> tuple[ZoneRow, ...]:
    """All zones of the cut in force, green."""
    if day >= NEW_CUT:
        return tuple(rows_from_levels({}))
    table = (DPC / "zone_csv" / "20240514_1542_oggi_zone.csv").read_text(encoding="utf-8")
    return tuple(all_green(rows_from_csv(table)))


def history() -> list[Issue]:
    """Every bulletin at hand, oldest first: the zone's history, then the country's tables of 2026."""
    (path,) = DPC.glob("lomb09_bulletins_*.csv")
    issues: dict[datetime, dict[str, dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            sent = datetime.fromisoformat(row["data_pubblicazione"]).replace(second=0)
            issues.setdefault(sent, {})[row["giorno"]] = row
    found = [_issue(sent, days) for sent, days in issues.items()]
    last = max(one.sent for one in found)
    return sorted([*found, *_of_tables(last)], key=lambda one: one.sent)


def _issue(sent: datetime, days: dict[str, dict[str, str]]) -> Issue:
    rows = []
    for word in ("oggi", "domani"):
        whole = DPC / "zone_csv" / f"{archive_id(sent)}_{word}_zone.csv"
        table = rows_from_csv(whole.read_text("utf-8")) if whole.exists() else list(country(sent.date()))
        told = days[word]
        rows.append([_with(told, row) if row.code == ZONE else row for row in table])
    return Issue(sent, rows[0], rows[1])


def _with(told: dict[str, str], row: ZoneRow) -> ZoneRow:
    return replace(
        row,
        summary=told["avviso_criticita"],
        idrogeologico=told["avviso_idrogeologico"],
        temporali=told["avviso_temporali"],
        idraulico=told["avviso_idraulico"],
    )


def _of_tables(after: datetime) -> Iterator[Issue]:
    """Bulletins later than the history of which the country's table is at hand, for one day at least."""
    names: dict[str, dict[str, Path]] = {}
    for path in sorted((DPC / "zone_csv").glob("*_zone.csv")):
        identifier, word = path.name.removesuffix("_zone.csv").rsplit("_", 1)
        names.setdefault(identifier, {})[word] = path
    for identifier, paths in names.items():
        sent = datetime.strptime(identifier, "%Y%m%d_%H%M").replace(tzinfo=ROME)
        if sent > after:
            read = {word: rows_from_csv(path.read_text("utf-8")) for word, path in paths.items()}
            green = all_green(next(iter(read.values())))
            yield Issue(sent, read.get("oggi", green), read.get("domani", green))


@dataclass
class Played:
    """What came of a replay. `seen` must equal `stated`: each change of level, once, in its order."""

    bulletins: int = 0
    polls: int = 0
    stale: int = 0
    rows: int = 0
    zones: set[int] = field(default_factory=set)
    stated: list[Change] = field(default_factory=list)
    seen: list[Change] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def replay(issues: Sequence[Issue], engine: Engine) -> Played:
    """Poll each archive several times, from soon after its upload to just before the next one."""
    settings = Settings(load_profile(DEMO), DEMO, Path("unused"), "unused")
    address = settings.profile.sources.alerts_dpc
    with transaction(engine) as session:
        source = sources.ensure(session, SourceKind.dpc, address)
    played, said, known = Played(), dict[Key, Level](), dict[Key, Level]()
    for issue, following in zip(issues, [*issues[1:], None], strict=True):
        played.bulletins += 1
        played.zones.add(len(issue.today))
        played.stated += _changes(said, issue.levels())
        for now in _polls(issue.sent, following.sent if following else None):
            played.polls += 1
            fresh = issue.sent.date() >= now.date() - timedelta(days=1)
            try:
                answer = Response(address, 200, issue.archive)
                reading = read_alerts(settings, engine, Polling(), source, answer, dry_run=False, now=now)
            except StaleError:
                played.stale += 1
                if fresh:
                    played.wrong.append(f"{now}: {issue.sent} was refused as stale")
                continue
            if not fresh or reading.problems:
                played.wrong.append(f"{now}: {issue.sent} was taken as fresh, {reading.problems}")
            played.rows += reading.new
            with transaction(engine) as session:
                holds = _holding(session, now)
            played.seen += _changes(known, holds)
            due = {key: level for key, level in said.items() if key[0] >= now.date()}
            if holds != due:
                played.wrong.append(f"{now}: {holds} instead of {due}")
    return played


def _polls(sent: datetime, following: datetime | None) -> Iterator[datetime]:
    """The upload lags by half an hour, up to after midnight; the next one ends the last poll."""
    upload = sent + timedelta(minutes=31)
    end = following + timedelta(minutes=29) if following else upload + timedelta(hours=20)
    times = [upload, upload + timedelta(minutes=10), upload + timedelta(minutes=20), end]
    yield from sorted({time for time in times if upload <= time <= end})


def _holding(session: Session, now: datetime) -> dict[Key, Level]:
    """What holds now, for days that are not over."""
    rows = weather_alerts.not_over(session, [ZONE], now=now)
    return {(span.row.day, span.row.hazard): span.row.level for span in standing(rows, now)}


def _changes(known: dict[Key, Level], stated: dict[Key, Level]) -> list[Change]:
    """The levels that are not as they were known, which they are from then on."""
    found = [
        (day, hazard, known.get((day, hazard)), level)
        for (day, hazard), level in sorted(stated.items())
        if known.get((day, hazard)) != level
    ]
    known.update(stated)
    return found


def main() -> int:
    """Play the whole history; 0 when nothing was wrong."""
    if not SHARED.is_dir():
        sys.stderr.write(f"error: no history at {DPC}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        engine = make_engine(f"sqlite:///{folder}/replay.db")
        schema.upgrade(engine)
        played = replay(history(), engine)
    changed = [one for one in played.stated if one[2] is not None]
    print(
        f"{played.bulletins} bulletins of {sorted(played.zones)} zones, {played.polls} polls "
        f"({played.stale} stale), {played.rows} statements; {len(played.stated)} levels stated, "
        f"{len(changed)} of them changes of a level; seen {len(played.seen)}"
    )
    for line in played.wrong[:20]:
        print(line)
    return 0 if played.seen == played.stated and not played.wrong else 1


if __name__ == "__main__":
    raise SystemExit(main())

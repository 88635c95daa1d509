"""The alert zones of a Comune, from the lists of names that Protezione Civile's own bulletin carries.

The archive's table gives zone codes and names (`Zona_all`, `Nome_zona`), the GeoJSON beside it gives for
each zone name its Comuni (`Nome zona`, `Comuni`), by name and without ISTAT codes. Joined here, and nothing
is guessed: what does not fit by name is left open, with candidates for a person. Data: CC BY 4.0,
Dipartimento della Protezione Civile.
"""

import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from urllib.parse import urljoin, urlsplit

from rapidfuzz import fuzz

from scrapers.alerts.dbf import DbfError, read_dbf
from scrapers.alerts.dpc import DAMAGED, MEMBER_LIMIT
from scrapers.errors import ParseError
from scrapers.fetching.fetcher import Fetcher
from scrapers.sites.comuni import Comune, damaged, fold, register, resembles, skeleton

# Beginning of a zone code -> region as ISTAT names it, and its EMMA_ID at MeteoAlarm (areaDesc and EMMA_ID as
# read in the feed of Italy, July 2026: github.com/henemm/gregor_zwanzig, tests/fixtures/meteoalarm_feed)
REGIONS = {
    "Cala": ("Calabria", "IT001"),
    "Tren": ("Trentino-Alto Adige/Südtirol", "IT002"),
    "Lomb": ("Lombardia", "IT003"),
    "VDAo": ("Valle d'Aosta/Vallée d'Aoste", "IT004"),
    "Piem": ("Piemonte", "IT005"),
    "Vene": ("Veneto", "IT006"),
    "Ligu": ("Liguria", "IT007"),
    "Emil": ("Emilia-Romagna", "IT008"),
    "Tosc": ("Toscana", "IT009"),
    "Umbr": ("Umbria", "IT010"),
    "Marc": ("Marche", "IT011"),
    "Lazi": ("Lazio", "IT012"),
    "Abru": ("Abruzzo", "IT013"),
    "Moli": ("Molise", "IT014"),
    "Pugl": ("Puglia", "IT015"),
    "Camp": ("Campania", "IT016"),
    "Basi": ("Basilicata", "IT017"),
    "Sici": ("Sicilia", "IT018"),
    "Sard": ("Sardegna", "IT019"),
    "Friu": ("Friuli-Venezia Giulia", "IT020"),
}
_TABLE = re.compile(r"(?:.*/)?(\d{8}_\d{4})_today\.dbf", re.IGNORECASE)
_SPELLINGS: tuple[tuple[Callable[[str], str], str], ...] = (
    (fold, ""),
    (damaged, "the accents differ"),
    (skeleton, "the prepositions differ"),
)


@dataclass(frozen=True)
class Zone:
    """An alert zone and its Comuni, in the bulletin's own spelling."""

    code: str  # "Lomb-09"
    name: str
    comuni: tuple[str, ...]

    @property
    def region(self) -> str:
        """As ISTAT names it; empty for a code of no known region."""
        return REGIONS.get(self.code.partition("-")[0], ("", ""))[0]


@dataclass(frozen=True)
class ZoneTable:
    """All zones of one bulletin; `problems` are for the operator."""

    bulletin: str  # YYYYMMDD_HHMM, local time
    source: str  # address of the lists
    zones: tuple[Zone, ...]
    problems: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()  # codes of zones without a list: any Comune may lie there, too

    @cached_property
    def spelled(self) -> dict[tuple[str, Callable[[str], str], str], list[tuple[str, Zone]]]:
        """The names of the lists with their zones, by region, form and spelling in it."""
        found = defaultdict(list)
        for zone in self.zones:
            for name, (form, _) in product(zone.comuni, _SPELLINGS):
                for spelling in {form(part) for part in _parts(name)}:
                    found[zone.region, form, spelling].append((name, zone))
        return found


@dataclass(frozen=True)
class Match:
    """What the lists say of one Comune.

    `zones` is empty when it was not found; then `candidates` are names that resemble it, with their zones.
    `note` is empty when the name stands in the lists as in the register.
    """

    zones: tuple[Zone, ...]
    note: str = ""
    candidates: tuple[tuple[str, Zone], ...] = ()


def emma_id(zone: str) -> str | None:
    """MeteoAlarm's code of the whole region that a zone lies in: "Lomb-09" -> "IT003"."""
    region = REGIONS.get(zone.partition("-")[0])
    return region[1] if region else None


def load_zones(fetcher: Fetcher, archive: str) -> ZoneTable:
    """The zones in force, in two requests; `archive` is the address of `.../files/all/latest_all.zip`.

    The lists are 5.5 MB: the fetcher's limit must allow for them. Raises FetchError or ParseError.
    """
    bulletin, names = read_names(fetcher.whole(archive).content, archive)
    lists = lists_address(archive, bulletin)
    return read_zones(fetcher.whole(lists).content, lists, bulletin, names)


def lists_address(archive: str, bulletin: str) -> str:
    """Where the GeoJSON of a bulletin stands, beside its archive."""
    if not urlsplit(archive).path.rpartition("/")[0].endswith("/all"):
        raise ParseError(archive, "not an archive in a folder `all`: the lists of Comuni are not beside it")
    return urljoin(archive, f"../geojson/{bulletin}_today.json")


def read_names(content: bytes, source: str) -> tuple[str, dict[str, str]]:
    """The bulletin's id, and zone names by code, from the table for today in an archive zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [(match[1], name) for name in archive.namelist() if (match := _TABLE.fullmatch(name))]
            if len(tables) != 1:
                raise ParseError(source, f"{len(tables)} tables for today in the archive instead of one")
            ((bulletin, member),) = tables
            with archive.open(member) as stream:
                table = stream.read(MEMBER_LIMIT + 1)
    except DAMAGED as exc:
        raise ParseError(source, f"not a whole zip archive ({exc})") from exc
    if len(table) > MEMBER_LIMIT:
        raise ParseError(source, f"{member} unpacks to more than {MEMBER_LIMIT:,} bytes")
    try:
        rows = read_dbf(table)
        names = {row["Zona_all"]: row["Nome_zona"] for row in rows if row["Zona_all"]}
    except DbfError as exc:
        raise ParseError(source, f"{member} is damaged ({exc})") from exc
    except KeyError as exc:
        raise ParseError(source, f"{member} has no column {exc}; its format has changed") from exc
    if not names:
        raise ParseError(source, f"{member} has no zones")
    return bulletin, names


def read_zones(content: bytes, source: str, bulletin: str, names: Mapping[str, str]) -> ZoneTable:
    """Join the GeoJSON's lists with the table's codes, by zone name.

    The table has lost the apostrophes ("Valle d?Aosta"), so names are compared without punctuation. A zone
    that fits no code, or a code without a list, is a problem and costs no other zone. Raises ParseError.
    """
    codes: dict[str, list[str]] = {}
    for code, name in names.items():
        codes.setdefault(fold(name), []).append(code)
    zones: dict[str, Zone] = {}
    problems = []
    for name, comuni in _lists(content, source):
        fitting = codes.get(fold(name), [])
        if len(fitting) != 1:
            problems.append(f"the zone named {name!r} has {len(fitting)} codes in the table instead of one")
        elif fitting[0] in zones:
            problems.append(f"two lists for the zone named {name!r}; only the first is used")
        elif comuni:
            zones[fitting[0]] = Zone(fitting[0], name, tuple(comuni))
    if not zones:
        raise ParseError(source, "none of its zones is in the table of the archive")
    unlisted = tuple(code for code in names if code not in zones)
    problems += [f"no list of Comuni for {code} ({names[code]})" for code in unlisted]
    return ZoneTable(bulletin, source, tuple(zones.values()), tuple(problems), unlisted)


def listed(name: str, table: ZoneTable) -> tuple[Zone, ...]:
    """The zones whose lists hold this very name (case, accents and apostrophes aside), in any region.

    For a Comune that is newer than the register; a homonym elsewhere is in the answer, too.
    """
    return tuple(zone for zone in table.zones if fold(name) in {fold(comune) for comune in zone.comuni})


def zones_of(comune: Comune, table: ZoneTable) -> Match:
    """The zones whose lists name the Comune; several when it lies in several.

    Names are looked for in the Comune's own region, since homonyms live in different ones. Another spelling
    counts only when it fits this Comune alone of its region; the note then says so. Two lists may spell one
    Comune in two ways.
    """
    zones: dict[str, Zone] = {}
    notes: dict[str, str] = {}
    for form, how in _SPELLINGS:
        spelling = form(comune.name)
        if _spelled(comune.region, form)[spelling] > 1:
            continue
        for name, zone in table.spelled.get((comune.region, form, spelling), ()):
            if zone.code not in zones:
                zones[zone.code] = zone
                if how:
                    notes[name] = f"written {name!r} in the list of {zone.code}: {how}"
    candidates = () if zones else _candidates(comune, table.zones)
    return Match(tuple(zones.values()), "; ".join(notes.values()), candidates)


def _parts(name: str) -> Iterable[str]:
    """A name and, when it is bilingual like "Bolzano/Bozen", each of its halves."""
    return (name, *name.split("/")) if "/" in name else (name,)


@cache
def _spelled(region: str, form: Callable[[str], str]) -> Counter[str]:
    """How many Comuni of a region are spelled alike in one form."""
    return Counter(form(comune.name) for comune in register() if comune.region == region)


def _candidates(comune: Comune, zones: tuple[Zone, ...]) -> tuple[tuple[str, Zone], ...]:
    written = [(name, zone) for zone in zones if zone.region == comune.region for name in zone.comuni]
    elsewhere = [
        (name, zone)
        for zone in zones
        if zone.region != comune.region
        for name in zone.comuni
        if fold(name) == fold(comune.name)
    ]
    alike = [(name, zone) for name, zone in written if resembles(comune.name, name)]
    alike.sort(key=lambda pair: -fuzz.ratio(fold(comune.name), fold(pair[0])))
    return tuple(alike[:5] + elsewhere)


def _lists(content: bytes, source: str) -> list[tuple[str, list[str]]]:
    try:
        features = json.loads(content)["features"]
        lists = [
            (feature["properties"]["Nome zona"], feature["properties"]["Comuni"]) for feature in features
        ]
    except (ValueError, RecursionError) as exc:
        raise ParseError(source, f"not JSON, or cut off ({type(exc).__name__})") from exc
    except (KeyError, TypeError) as exc:
        raise ParseError(
            source, f"not the lists of zones and Comuni ({exc}); the format has changed"
        ) from exc
    for name, comuni in lists:
        if not isinstance(name, str) or not isinstance(comuni, list):
            raise ParseError(source, f"zone {name!r}: its Comuni are not a list; the format has changed")
        if not all(isinstance(comune, str) for comune in comuni):
            raise ParseError(source, f"zone {name!r}: one of its Comuni is not a name")
    return lists

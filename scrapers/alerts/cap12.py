"""A CAP 1.2 document from any address: what it states for the Comune, and what it takes back.

Standard: https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html. A CAP lists what is announced and
says nothing of the rest, so nothing in it is ever green by absence: without `info`, or with none that can be
read, it is unavailable. Infos in MeteoAlarm's words (awareness_type) become notices, never alerts.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scrapers.alerts import LEVELS, Alert, IssuedBulletin, IssuedNotice, by_day, cap_words, read_xml
from scrapers.alerts.cap import NAMESPACE, text
from scrapers.alerts.cap_words import hazards_and_level, references
from scrapers.errors import ParseError, StaleError

OVER = "informazioni già scadute"
MOST_INFOS = 2_000  # the whole of Italy on a bad day has some hundreds
MOST_ALERTS = 5_000  # of one document: hazards, zones and days
LONGEST = timedelta(days=62)  # of one info: a span is cut into days, and some write the year 9999


@dataclass(frozen=True)
class Place:
    """The Comune in the codes that a CAP area may carry; each is compared whole, never in part."""

    zones: tuple[str, ...]  # zone di allerta: at least one
    istat: str = ""
    emma: str = ""
    names: tuple[str, ...] = ()  # as an areaDesc spells them


@dataclass
class _Reading:
    place: Place
    source: str
    sender: str
    identifier: str
    sent: datetime
    now: datetime
    alerts: list[Alert] = field(default_factory=list)
    notices: list[IssuedNotice] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    concerned: int = 0  # infos about the place
    unread: int = 0  # infos that could not be read


def parse_cap(
    content: bytes, source: str, place: Place, now: datetime, *, must_concern: bool = False
) -> IssuedBulletin:
    """What the document says of the place.

    `replaces` names what an Update or a Cancel takes back; it is empty when a part of the document could not
    be read, because then what it puts in the place of the old is not known. Raises ParseError for what is
    not an actual public alert with an info (a Cancel needs none) or where no info can be read; StaleError
    when all that it says of the place is over. With `must_concern`, saying nothing of it is a ParseError too.
    """
    root = read_xml(content, source)
    if root.tag != f"{{{NAMESPACE['cap']}}}alert":
        raise ParseError(source, f"the root is {root.tag}, not a CAP 1.2 alert; the alerts are unavailable")
    _require(source, "status", text(root, "cap:status"), ("Actual",))
    _require(source, "scope", text(root, "cap:scope"), ("Public",))
    message = _require(source, "msgType", text(root, "cap:msgType"), ("Alert", "Update", "Cancel"))
    identifier, sender = text(root, "cap:identifier"), text(root, "cap:sender")
    if not identifier or not sender:
        raise ParseError(source, "a CAP without identifier or sender; the alerts are unavailable")
    try:
        sent = _moment(root, "sent")
        replaces = references(text(root, "cap:references")) if message != "Alert" else []
    except ValueError as exc:
        raise ParseError(source, f"{exc}; the alerts are unavailable") from exc
    if message == "Cancel":
        if not replaces:
            raise ParseError(source, "a Cancel that does not say what it cancels; nothing is taken back")
        ended = ", ".join(cancelled for cancelled, _ in replaces)
        return IssuedBulletin(
            identifier, sent, (), (f"CAP {identifier}: annulla {ended}",), (), tuple(replaces)
        )
    infos = root.findall("cap:info", NAMESPACE)
    if not infos:
        raise ParseError(source, "a CAP without info; the alerts are unavailable, which is not green")
    if len(infos) > MOST_INFOS:
        raise ParseError(
            source, f"{len(infos):,} infos, of which no CAP has {MOST_INFOS:,}; the alerts are unavailable"
        )
    reading = _Reading(place, source, sender, identifier, sent, now)
    for info in _once(infos):
        _read(info, reading)
    if len(reading.alerts) > MOST_ALERTS:
        raise ParseError(
            source, f"{len(reading.alerts):,} days of alerts, which nobody issues; the alerts are unavailable"
        )
    if reading.unread and reading.unread == reading.concerned:
        raise ParseError(source, f"no info can be read ({reading.problems[0]}); the alerts are unavailable")
    expired = reading.left_out[OVER]
    if expired and expired == reading.concerned:
        raise StaleError(source, f"stale: all that it says of {', '.join(place.zones)} is over")
    if must_concern and not reading.concerned:
        raise ParseError(
            source, f"no area is about {', '.join(place.zones)}: it says nothing of it, not green"
        )
    if not reading.concerned:
        reading.problems.append(
            f"CAP {identifier}: nessuna area riguarda {', '.join(place.zones)}; non vuol dire che è verde"
        )
    taken_back = () if reading.unread else tuple(replaces)
    return IssuedBulletin(
        identifier,
        sent,
        tuple(reading.alerts),
        tuple(reading.problems),
        tuple(reading.notices),
        taken_back,
        tuple(f"CAP {identifier}: {count} {reason}" for reason, count in sorted(reading.left_out.items())),
    )


def _require(source: str, name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ParseError(
            source, f"{name} is {value!r}, not {' or '.join(allowed)}; the document is not taken for an alert"
        )
    return value


def _once(infos: Sequence[Any]) -> list[Any]:
    """Each info in one language: Italian where there is one, else the first in which it comes.

    Twins have the same times, severity, areas and MeteoAlarm type; of one language each info is a thing of
    its own, so two English ones never share an Italian twin.
    """
    groups: defaultdict[tuple[object, ...], list[dict[str, Any]]] = defaultdict(list)
    order: list[dict[str, Any]] = []
    came: Counter[tuple[object, ...]] = Counter()  # of one kind in one language
    for info in infos:
        language = text(info, "cap:language")
        codes = sorted(code.text or "" for code in info.iterfind("cap:area/cap:geocode/cap:value", NAMESPACE))
        twin = [text(info, f"cap:{name}") for name in ("onset", "expires", "severity")]
        same = (*twin, _parameters(info).get("awareness_type"), *codes)
        alike, place = groups[same], came[(same, language)]
        came[(same, language)] += 1
        if language and place < len(alike):  # its language is in those before, and in none after
            alike[place][language] = info
        else:
            alike.append({language: info})
            order.append(alike[-1])
    return [
        next(
            (info for language, info in group.items() if language.startswith("it")),
            next(iter(group.values())),
        )
        for group in order
    ]


def _read(info: Any, reading: _Reading) -> None:
    """One info; what is wrong with it costs no other. Only those about the place are looked into."""
    areas = info.findall("cap:area", NAMESPACE)
    zones = list(dict.fromkeys(zone for area in areas for zone in _zones(area, reading.place)))
    if areas and not zones:
        return
    reading.concerned += 1
    try:
        if not areas:
            raise ValueError("non dice per quale area")
        times = [name for name in ("onset", "effective") if text(info, f"cap:{name}")]
        onset = _moment(info, times[0]) if times else reading.sent
        expires = _moment(info, "expires")
        if expires <= onset:
            raise ValueError(f"finisce ({expires.isoformat()}) prima di cominciare")
        if expires - onset > LONGEST:
            raise ValueError(f"dura più di {LONGEST.days} giorni, fino al {expires.isoformat()}")
        if expires <= reading.now or text(info, "cap:urgency") == "Past":
            reading.left_out[OVER] += 1
        elif "awareness_type" in _parameters(info):
            _notice(info, reading, onset, expires)
        else:
            _alerts(info, reading, zones, onset, expires)
    except ValueError as exc:
        reading.unread += 1
        reading.problems.append(f"CAP {reading.identifier}: {exc}; questa informazione non è stata letta")


def _alerts(info: Any, reading: _Reading, zones: Sequence[str], onset: datetime, expires: datetime) -> None:
    hazards, level, doubt = hazards_and_level(text(info, "cap:event"), text(info, "cap:severity"))
    if doubt:
        reading.problems.append(f"CAP {reading.identifier}: {doubt}")
    if level == LEVELS[0] or text(info, "cap:responseType") == "AllClear":
        reading.left_out["informazioni verdi o di fine allerta"] += 1
        return
    issuer = text(info, "cap:senderName") or reading.sender
    codes = {code.text or "" for code in info.iterfind("cap:area/cap:geocode/cap:value", NAMESPACE)}
    istat = reading.place.istat
    reading.alerts += [
        Alert(
            source="cap",
            identifier=reading.identifier,
            issuer=issuer,
            url=reading.source,
            zone=zone,
            hazard=hazard,
            level=level,
            day=day,
            onset=begin,
            expires=end,
            sent=reading.sent,
            issuer_zone=zone if zone in codes else istat if istat in codes else "",
            hourly=True,
        )
        for zone in zones
        for hazard in hazards
        for day, begin, end in by_day(onset, expires)
    ]


def _notice(info: Any, reading: _Reading, onset: datetime, expires: datetime) -> None:
    parameters = _parameters(info)
    colour = cap_words.colour(parameters.get("awareness_level", ""))
    kind = cap_words.kind(parameters["awareness_type"])
    if colour == cap_words.GREEN:
        reading.left_out["informazioni verdi o di fine allerta"] += 1
    elif kind is None:
        kind_left = f"{parameters['awareness_type']}, {colour}"
        reading.left_out[f"avvisi lasciati alla Protezione Civile ({kind_left})"] += 1
    else:
        area = reading.place.emma or reading.place.zones[0]
        event, issuer = text(info, "cap:event"), text(info, "cap:senderName") or reading.sender
        reading.notices.append(
            IssuedNotice(
                "cap",
                reading.identifier,
                issuer,
                reading.source,
                area,
                kind,
                colour,
                event,
                onset,
                expires,
                reading.sent,
            )
        )


def _zones(area: Any, place: Place) -> tuple[str, ...]:
    """The configured zones that an area is about; all of them where it names the Comune or the region."""
    codes = {
        (text(code, "cap:valueName").casefold(), text(code, "cap:value"))
        for code in area.findall("cap:geocode", NAMESPACE)
    }
    values = {value for _, value in codes}
    if listed := tuple(zone for zone in place.zones if zone in values):
        return listed
    by_istat = any("istat" in name and value == place.istat for name, value in codes)
    by_region = bool(place.emma) and ("emma_id", place.emma) in codes
    name = text(area, "cap:areaDesc")
    return place.zones if by_istat or by_region or name in (*place.zones, *place.names) else ()


def _parameters(info: Any) -> dict[str, str]:
    return {
        text(row, "cap:valueName"): text(row, "cap:value") for row in info.findall("cap:parameter", NAMESPACE)
    }


def _moment(element: Any, name: str) -> datetime:
    return cap_words.moment(name, text(element, f"cap:{name}"))

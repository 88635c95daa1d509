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

from scrapers.alerts import LEVELS, Alert, Bulletin, Notice, by_day, cap_words
from scrapers.alerts.cap import NAMESPACE, text
from scrapers.alerts.cap_words import hazards_and_level, references
from scrapers.alerts.safe_xml import read_xml
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
class _Found:
    place: Place
    source: str
    sender: str
    identifier: str
    sent: datetime
    now: datetime
    alerts: list[Alert] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    concerned: int = 0  # infos about the place
    unread: int = 0  # infos that could not be read


def parse_cap(
    content: bytes, source: str, place: Place, now: datetime, *, must_concern: bool = False
) -> Bulletin:
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
        ended = ", ".join(one for one, _ in replaces)
        return Bulletin(identifier, sent, (), (f"CAP {identifier}: annulla {ended}",), (), tuple(replaces))
    infos = root.findall("cap:info", NAMESPACE)
    if not infos:
        raise ParseError(source, "a CAP without info; the alerts are unavailable, which is not green")
    if len(infos) > MOST_INFOS:
        raise ParseError(
            source, f"{len(infos):,} infos, of which no CAP has {MOST_INFOS:,}; the alerts are unavailable"
        )
    found = _Found(place, source, sender, identifier, sent, now)
    for info in _once(infos):
        _read(info, found)
    if len(found.alerts) > MOST_ALERTS:
        raise ParseError(
            source, f"{len(found.alerts):,} days of alerts, which nobody issues; the alerts are unavailable"
        )
    if found.unread and found.unread == found.concerned:
        raise ParseError(source, f"no info can be read ({found.problems[0]}); the alerts are unavailable")
    over = found.left_out[OVER]
    if over and over == found.concerned:
        raise StaleError(source, f"stale: all that it says of {', '.join(place.zones)} is over")
    told = tuple(f"CAP {identifier}: {count} {what}" for what, count in sorted(found.left_out.items()))
    if must_concern and not found.concerned:
        raise ParseError(
            source, f"no area is about {', '.join(place.zones)}: it says nothing of it, not green"
        )
    if not found.concerned:
        found.problems.append(
            f"CAP {identifier}: nessuna area riguarda {', '.join(place.zones)}; non vuol dire che è verde"
        )
    taken = () if found.unread else tuple(replaces)
    return Bulletin(
        identifier,
        sent,
        tuple(found.alerts),
        tuple(found.problems),
        tuple(found.notices),
        taken,
        told,
    )


def _require(source: str, name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ParseError(
            source, f"{name} is {value!r}, not {' or '.join(known)}; the document is not taken for an alert"
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
        told = [text(info, f"cap:{name}") for name in ("onset", "expires", "severity")]
        same = (*told, _parameters(info).get("awareness_type"), *codes)
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


def _read(info: Any, found: _Found) -> None:
    """One info; what is wrong with it costs no other. Only those about the place are looked into."""
    areas = info.findall("cap:area", NAMESPACE)
    zones = list(dict.fromkeys(zone for area in areas for zone in _zones(area, found.place)))
    if areas and not zones:
        return
    found.concerned += 1
    try:
        if not areas:
            raise ValueError("non dice per quale area")
        times = [name for name in ("onset", "effective") if text(info, f"cap:{name}")]
        onset = _moment(info, times[0]) if times else found.sent
        expires = _moment(info, "expires")
        if expires <= onset:
            raise ValueError(f"finisce ({expires.isoformat()}) prima di cominciare")
        if expires - onset > LONGEST:
            raise ValueError(f"dura più di {LONGEST.days} giorni, fino al {expires.isoformat()}")
        if expires <= found.now or text(info, "cap:urgency") == "Past":
            found.left_out[OVER] += 1
        elif "awareness_type" in _parameters(info):
            _notice(info, found, onset, expires)
        else:
            _alerts(info, found, zones, onset, expires)
    except ValueError as exc:
        found.unread += 1
        found.problems.append(f"CAP {found.identifier}: {exc}; questa informazione non è stata letta")


def _alerts(info: Any, found: _Found, zones: Sequence[str], onset: datetime, expires: datetime) -> None:
    hazards, level, doubt = hazards_and_level(text(info, "cap:event"), text(info, "cap:severity"))
    if doubt:
        found.problems.append(f"CAP {found.identifier}: {doubt}")
    if level == LEVELS[0] or text(info, "cap:responseType") == "AllClear":
        found.left_out["informazioni verdi o di fine allerta"] += 1
        return
    issuer = text(info, "cap:senderName") or found.sender
    codes = {code.text or "" for code in info.iterfind("cap:area/cap:geocode/cap:value", NAMESPACE)}
    found.alerts += [
        Alert(
            source="cap",
            identifier=found.identifier,
            issuer=issuer,
            url=found.source,
            zone=zone,
            hazard=hazard,
            level=level,
            day=day,
            onset=begin,
            expires=end,
            sent=found.sent,
            issuer_zone=zone if zone in codes else found.place.istat if found.place.istat in codes else "",
            hourly=True,
        )
        for zone in zones
        for hazard in hazards
        for day, begin, end in by_day(onset, expires)
    ]


def _notice(info: Any, found: _Found, onset: datetime, expires: datetime) -> None:
    told = _parameters(info)
    colour = cap_words.colour(told.get("awareness_level", ""))
    kind = cap_words.kind(told["awareness_type"])
    if colour == cap_words.GREEN:
        found.left_out["informazioni verdi o di fine allerta"] += 1
    elif kind is None:
        found.left_out[f"avvisi lasciati alla Protezione Civile ({told['awareness_type']}, {colour})"] += 1
    else:
        area = found.place.emma or found.place.zones[0]
        event, issuer = text(info, "cap:event"), text(info, "cap:senderName") or found.sender
        found.notices.append(
            Notice(
                "cap",
                found.identifier,
                issuer,
                found.source,
                area,
                kind,
                colour,
                event,
                onset,
                expires,
                found.sent,
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
        text(one, "cap:valueName"): text(one, "cap:value") for one in info.findall("cap:parameter", NAMESPACE)
    }


def _moment(element: Any, name: str) -> datetime:
    value = text(element, f"cap:{name}")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{name} non è un orario con il fuso: {value!r}")
    return moment

"""Road works and cuts of a page that tells them street by street: what changes and when, and what is left
to the page by name.

`Tra il 3 e il 20 maggio sono vietati la sosta e il transito in più vie. Vie e orari sono nella pagina.`
"""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.page.day_heads import has_days_above
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures, musts
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.own_sentences.spans import moments_of, span_of
from flows.bulletin.summary.frames.places.street_list import listed_streets
from flows.bulletin.summary.frames.places.streets import Street, inside, joined
from flows.bulletin.summary.frames.prose.lines import is_contact, is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads.by_street import street_by_street
from flows.bulletin.summary.frames.roads.measured_lines import BOUND, measures_of, streets_in
from flows.bulletin.summary.frames.roads.measures import Measure, clause
from flows.bulletin.summary.frames.times.clock import hours_at

_CHANGED = re.compile(
    r"\b(?:revoc\w+|riapert\w+|riapr\w+|annullat\w+|rinviat\w+|posticipat\w+|prorog\w+|sono "
    r"(?:conclus|terminat)\w+"
    r"|ripristinat\w+)\b",
    re.I,
)
_COUNTED = re.compile(  # from a day that the page does not tell
    r"\b(?:oggi|domani|dopodomani|domattina|stasera|stanotte|quest[ao]\s(?:sera|notte|mattina|pomeriggio))\b",
    re.I,
)
_IF = re.compile(r"\b(?:potr\w+|può|possono|eventual\w+|in caso|qualora|al termine)\b", re.I)
_DETOUR = re.compile(r"\bdeviazion\w+|\bpercors\w+ alternativ\w+|\bdeviat\w+", re.I)
_SPEED = re.compile(r"\b\d{2} km/h\b|\b\d{2} km all['’]ora\b", re.I)
_EXCEPTS = re.compile(r"\b(?:eccett\w+|esclus\w+|eccezion\w+|tranne|salvo|ad eccezione|deroga)\b", re.I)
EVERYWHERE = re.compile(
    r"\b(?:tutto|intero)\s(?:il\s)?(?:territorio comunale|paese|Comune|centro abitato)", re.I
)
CUT_OFF = (
    ("l'acqua", re.compile(r"\b(?:acqua|idric\w+|acquedotto)\b", re.I)),
    ("la corrente", re.compile(r"\b(?:corrente|energia elettrica|elettric\w+)\b", re.I)),
    ("il gas", re.compile(r"\bgas\b", re.I)),
)
_STOPS = re.compile(
    r"\b(?:interruzion\w+|interrott\w+|sospension\w+|sospes[oa]|sospendere|mancanz[ae]|mancherà|manca)\b",
    re.I,
)
_MAY = re.compile(r"\b(?:possibil[ei]|potr(?:ebbe|ebbero|à|anno))\b[^.;\n]{0,60}$", re.I)
_LESS = re.compile(r"\b(?:pressione|torbid\w+|turn\w+|giorni altern\w+)\b", re.I)
_CAUSE = re.compile(
    r"(?:lavori|interventi)\s(?:di|del|della|dello|per|alla|alle|sulla|sulle|sul|al)\s[a-zà-ù'’ "
    r"]{3,50}(?=\s?[:–-]|,|$)",
    re.I,
)
KILOMETRES = re.compile(r"\bdal\s+km\s+\d[\d+.,]*\s+al\s+km\s+\d[\d+]*", re.I)
_NAMES = {
    "streets": ("vie", "Le vie interessate"),
    "days": ("giorni", "I giorni"),
    "hours": ("orari", "Gli orari"),
    "limits": ("eccezioni", "Le eccezioni"),
    "detours": ("deviazioni", "Le deviazioni"),
    "speed": ("limiti di velocità", "I limiti di velocità"),
    "stretches": ("tratti", "I tratti"),
}
_KINDS = {
    "closed": "chiusure",
    "alternate": "sensi unici alternati",
    "oneway": "sensi unici",
    "narrow": "restringimenti",
    "parking": "divieti di sosta",
    "transit": "divieti di transito",
}
_ELIDED = "l'"
_OF_A_PART = re.compile(rf"{BOUND.pattern}|\bciv(?:ic[oi]|\.)|\blat[oi]\b|\bnumeri (?:pari|dispari)\b", re.I)
_AT_NIGHT = re.compile(r"\bnott[ei]\b|\bnotturn\w+", re.I)
_SWEEPS = re.compile(r"\b(?:pulizia|spazzamento|lavaggio) (?:\w+ )?(?:delle )?strad\w+", re.I)
NO_PARKING = re.compile(
    r"\bdiviet[oi] (?:di transito e )?(?:di )?sosta\b|\bvietata la sosta\b|\brimozione forzata\b", re.I
)
_APART = "cambia la viabilità{}, con divieti di transito e di sosta"
_NAMED, _MOST_KINDS = 3, 3  # streets, kinds of measures that one sentence tells


def outlined(notice: Notice) -> Iterator[str]:
    """The outline; none where a measure was changed, or the days or the matter are not sure."""
    if is_cut(notice.title) or notice.is_cut:
        return
    days, is_whole = span_of(notice)
    if not days or _COUNTED.search(notice.source):
        return
    hours = _hours(notice)
    left = [] if is_whole else ["days"]
    if notice.kind is Kind.supply_cut:
        yield from _supply(notice, days, hours, left)
    elif not any(_CHANGED.search(line) and not _IF.search(line) for line in lines(notice)):
        yield from (text for text, _ in by_street(notice))
        yield from _traffic(notice, days, hours, left)


def _traffic(notice: Notice, days: str, hours: str, left: list[str]) -> Iterator[str]:
    told = [line for line in lines(notice) if not is_contact(line)]
    measures = [found for line in told for found in measures_of(line)]
    if not measures:
        return
    if _is_of_one_of_two(notice, [line for line in told if any(measures_of(line))]):
        return
    streets, is_all = _streets(notice.title, told)
    said = _said(measures, is_one=is_all and len(streets) == 1 and "days" not in left)
    if not streets and not is_all:
        return
    where = inside(streets) if is_all else "in più vie"
    if is_all and said.startswith("sono vietati") and _are_apart(told):
        said = _APART
    stretches = {" ".join(found[0].lower().split()) for found in KILOMETRES.finditer(notice.source)}
    if len(stretches) == 1 and len(streets) == 1 and is_all:
        where = f"{where} {stretches.pop()}"
    left = [*([] if is_all else ["streets"]), *left, *_left(notice, hours)]
    if moments := moments_of(notice):
        left, hours, days = [name for name in left if name not in ("days", "hours")], "", moments
    lead = ", ".join(filter(None, (days, hours)))
    told_there = said.format(f" {where}").strip()
    if cause := _CAUSE.match(notice.title):
        comma = "," if "," in told_there else ""
        told_there = f"{told_there}{comma} per {cause[0][:1].lower()}{cause[0][1:].strip()}"
    yield f"{opened(lead)}{',' if hours else ''} {told_there}. {_rest(left)}".strip()


def on_their_days(notice: Notice) -> Iterator[str]:
    """What holds in which street on which days, where it does not hold on all of them."""
    yield from (text for text, are_apart in by_street(notice) if are_apart)


def by_street(notice: Notice) -> Iterator[tuple[str, bool]]:
    """What holds in which street, where it is not the same in all; whether each has its days; none where a
    street or a day is unsure.
    """
    days, is_whole = span_of(notice)
    is_sure = notice.kind is Kind.road and days and not (is_cut(notice.title) or notice.is_cut)
    if not is_sure or _COUNTED.search(notice.source) or _AT_NIGHT.search(notice.source):
        return
    if has_days_above(notice.source):
        return  # each street under its own day
    told = [line for line in lines(notice) if not is_contact(line)]
    if any(_CHANGED.search(line) and not _IF.search(line) for line in told):
        return
    held = street_by_street(told, days, is_whole=is_whole)
    if held is None or not (is_whole or held.lead is not None):
        return
    hours = _hours(notice) if not held.is_timed else ""
    lead = ", ".join(filter(None, (days if held.lead is None else held.lead, hours)))
    comma = "," if hours else ""
    names = ["stretches"] if any(_OF_A_PART.search(line) for line in told) else []
    rest = _rest([*names, *_left(notice, hours)])
    yield opened(f"{lead}{comma} {held.said}. {rest}".strip()), held.lead is not None


def _are_apart(told: Sequence[str]) -> bool:
    """Whether one may not stop in one street and not drive through another: no sentence joins them then."""
    places: dict[str, set[str]] = {}
    for item in (item for line in told[1:] for item in line.split(";")):
        for kind in {measure.kind for measure in measures_of(item)} & {"parking", "transit"}:
            places.setdefault(kind, set()).update(street.words.lower() for street in streets_in(item))
    return len(places) > 1 and all(places.values()) and places["parking"] != places["transit"]


def _is_of_one_of_two(notice: Notice, measured: Sequence[str]) -> bool:
    """Whether the days stand in sentences of their own, and none beside the bans: `Il mercato di
    venerdì 17 si sposta … Quello del 24 è sospeso. In via Po è vietata la sosta.`
    """
    if any("-" in figure for line in measured for figure in figures(line)):
        return False
    dated = [calendar_days(line) for line in notice.prose]
    return len({frozenset(days) for days in dated if days}) > 1


def _supply(notice: Notice, days: str, hours: str, left: list[str]) -> Iterator[str]:
    stop = next((line for line in lines(notice) if _STOPS.search(line)), "")
    missing = [name for name, pattern in CUT_OFF if pattern.search(stop)]
    is_off = any(_OFF.search(line) and not _IF.search(line) for line in lines(notice))
    if len(missing) != 1 or _LESS.search(f"{notice.title}\n{stop}") or is_off:
        return
    said = next((line for line in lines(notice)[1:] if _STOPS.search(line)), stop)
    found = _STOPS.search(said)
    verb = "può mancare" if found and _MAY.search(said[: found.start()]) else "manca"
    streets, is_all = _streets(notice.title, ())
    everywhere = EVERYWHERE.search(notice.source)
    where = inside(streets) if streets and is_all else _named(everywhere) if everywhere else "in alcune zone"
    where = f"in {where}" if everywhere and not streets else where
    is_left = not streets and not everywhere
    if is_left and (listed := listed_streets(notice)):
        where, is_left = f"in {listed}", False
    lead = ", ".join(filter(None, (days, hours)))
    if moments := moments_of(notice):
        left, hours, lead = [], moments, moments
    left = [*(["streets"] if is_left else []), *left, *_left(notice, hours)]
    yield f"{opened(lead)}{',' if hours else ''} {verb} {missing[0]} {where}. {_rest(left)}".strip()


def _named(everywhere: re.Match[str]) -> str:
    """`tutto il Comune` of `TUTTO IL COMUNE`."""
    return re.sub(r"\bcomune\b", "Comune", everywhere[0].lower())


_DAY_AND_NIGHT = re.compile(r"\b24 ore su 24\b|\bH ?24\b|\bgiorno e notte\b|\b0-24\b", re.I)
_OFF = re.compile(r"\b(?:rinviat|annullat|posticipat|ripristinat|revocat)\w+", re.I)


def _hours(notice: Notice) -> str:
    """The one clock of the page; "" where it has several, or none, or something holds day and night."""
    if _DAY_AND_NIGHT.search(notice.source):
        return ""
    found = {hours.words for told in notice.slots.get(Slot.hours, ()) if (hours := hours_at(told.words, 0))}
    is_sure = all(hours_at(told.words, 0) for told in notice.slots.get(Slot.hours, ()))
    return found.pop() if len(found) == 1 and is_sure else ""


def _said(measures: Sequence[Measure], *, is_one: bool) -> str:
    """One or two bans as one clause, any more as a change with its kinds; `{}` is where the place goes.

    `is_one` of one street on all the days, which a title calls closed and its page forbids to pass.
    """
    kinds = {measure.kind for measure in measures} - {"traffic"}
    if is_one and {"closed", "transit"} <= kinds:
        kinds.remove("closed")
    if kinds == {"alternate"}:
        return f"{{}} {clause(max((one for one in measures if one.kind in kinds), key=_wordy))}"
    if len({(measure.kind, measure.words) for measure in measures if measure.kind in kinds}) == 1:
        one = next(measure for measure in measures if measure.kind in kinds)
        if one.kind != "closed":
            return f"{{}} {clause(one)}"
    bans = {measure.kind: measure for measure in measures if measure.kind in ("parking", "transit")}
    if kinds and kinds == set(bans):
        nouns = [name for kind, name in (("parking", "la sosta"), ("transit", "il transito")) if kind in bans]
        if "parking" in bans:
            stops = {
                measure.words.split("|")[0].split(",")[0] for measure in measures if measure.kind == "parking"
            }
            nouns[0] = stops.pop() if len(stops) == 1 else "la sosta"
        if len(nouns) == 1 and " e " not in nouns[0]:
            return f"è vietat{'o' if nouns[0].startswith('il ') else 'a'} {nouns[0]}{{}}"
        return f"sono vietati {joined([part for noun in nouns for part in noun.split(' e ')])}{{}}"
    named = joined([name for kind, name in _KINDS.items() if kind in kinds][:_MOST_KINDS]) if kinds else ""
    return f"cambia la viabilità{{}}, con {named}" if named else "cambia la viabilità{}"


def _wordy(measure: Measure) -> int:
    return len(measure.words)


def _streets(title: str, told: Sequence[str]) -> tuple[list[Street], bool]:
    """The streets of the title, or of the lines; and whether they are all and few enough to be named."""
    named = streets_in(title)
    if named:
        return named, len(named) <= _NAMED
    others: dict[str, Street] = {}
    is_bounded = False
    for line in told:
        if any(measures_of(line)):
            is_bounded = is_bounded or BOUND.search(line) is not None
            own = streets_in(BOUND.sub(" ", line))
            is_bounded = is_bounded or (not own and len(figures(line)) > 1 and line != told[0])
            others.update({street.words.lower(): street for street in own})
    found = list(others.values())
    return found, bool(found) and len(found) <= _NAMED and not is_bounded


def _left(notice: Notice, hours: str) -> Iterator[str]:
    if Slot.hours in notice.slots and not hours:
        yield "hours"
    if Slot.exception in notice.slots or _EXCEPTS.search(notice.source):
        yield "limits"
    if _DETOUR.search(notice.source):
        yield "detours"
    if notice.kind is Kind.road and _SPEED.search(notice.source):
        yield "speed"


def _rest(left: Sequence[str]) -> str:
    if not left:
        return ""
    if len(left) == 1:
        return f"{_NAMES[left[0]][1]} sono nella pagina."
    names = opened(joined([_NAMES[name][0] for name in left])).replace(" e e", " ed e")
    return f"{names} sono nella pagina."


def first_told(notice: Notice) -> Iterator[str]:
    """The office's first sentence on a road, where it tells street and days, and word of the rest."""
    yield from _swept(notice)
    first = worded(notice.prose[0]) if notice.kind is Kind.road and notice.prose else ""
    if first and {Slot.when, Slot.place} <= musts(first, notice):
        yield f"{first} Divieti e orari sono nella pagina."
    if first and Slot.when in musts(first, notice) and NO_PARKING.search(notice.title):
        yield f"{first} Vie e orari dei divieti di sosta sono nella pagina."
    rows = [row for row in notice.rows if row.list and row.when and row.place]
    if first and len(rows) > 1 and not any("-" in figure for figure in figures(first)):
        yield f"{first} Giorni e vie sono nella pagina."


def _swept(notice: Notice) -> Iterator[str]:
    """From when no one parks while the streets are swept, each on its day: which, only the page can say."""
    told = (figures(one.words) for one in notice.slots.get(Slot.when, ()))
    days = sorted({day for one in told for day in one if re.fullmatch(r"\d\d-\d\d", day)})
    is_swept = notice.kind is Kind.road and _SWEEPS.search(notice.title)
    if is_swept and len(days) > 1 and NO_PARKING.search(notice.source):
        names = "Vie, giorni e orari" if Slot.hours in notice.slots else "Vie e giorni"
        month, day = map(int, days[0].split("-"))
        since = f"Dal{_ELIDED if day in (8, 11) else ' '}{day}{'°' if day == 1 else ''} {MONTHS[month - 1]}"
        yield f"{since} è vietata la sosta in più vie per la pulizia delle strade. {names} sono nella pagina."

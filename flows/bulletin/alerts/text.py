"""The fixed, factual texts of an urgent alert and of its end: each is the variables of one template."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from db.models import Hazard, Level
from flows.bulletin.alerts.items import Risk, listed, named_sources, risks
from flows.bulletin.alerts.statements import NAMES, Span
from flows.bulletin.alerts.urgent import Instead
from flows.bulletin.language.dates import giorno, giorno_ora, intervallo
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import BODY_LIMIT, Frame, fill

ALERT, END, NOTICE = "allerta_meteo", "fine_allerta", "avviso_urgente"  # templates
GREEN = f"VERDE (livello 1 su {len(Level)}), nessuna allerta"  # so begins what a source states to be green
REMAINS = "resta l'allerta"  # so begins what an all-clear says of a level that holds on
LABELS = {
    ALERT: ("Allerta", "Quando", "Dove", "Che cosa fare", "Fonte"),
    END: ("Cessa l'allerta", "Annunciata", "Da quando", "Adesso", "Fonte"),
    NOTICE: ("Avviso", "Quando", "Dove", "Che cosa fare", "Per informazioni"),
    "correzione": ("Il dato giusto", "Nel messaggio di", "Avevamo scritto"),
    "aggiornamento": ("Adesso", "Nel messaggio di", "Prima era"),
}
"""What each variable of a fixed template is called, for the form and the public page."""


def alert_texts(
    spans: Sequence[Span], zones: Collection[str], advice: Mapping[str, str], frame: Frame
) -> tuple[str, ...]:
    """`allerta_meteo` for all that holds on one day, worst first.

    Args:
        zones: all alert zones of the Comune.
        advice: what to do, by hazard, and `rossa_prima` before it when a level is red.
        frame: of the template; advice on further hazards only where its 1,024 units leave room.
    """
    what, when, where = levels(spans), hours(spans), places(spans, zones)
    source = "; ".join(named_sources([span.row for span in spans]))
    ordered = sorted({(-span.rank, list(Hazard).index(span.row.hazard)) for span in spans})
    hazards = list(dict.fromkeys(list(Hazard)[index] for _, index in ordered))
    todo = advice[hazards[0]]
    if any(span.row.level == Level.rossa for span in spans):
        todo = f"{advice['rossa_prima'].strip()} {_capital(todo)}"
    for hazard in hazards[1:]:
        longer = f"{todo} {_capital(advice[hazard])}"
        if utf16(fill(frame, (what, when, where, longer, source))) <= BODY_LIMIT:
            todo = longer
    return what, when, where, todo, source


def what_ends(texts: Sequence[str]) -> str:
    """`fine dell'allerta ARANCIONE (livello 3 su 4) ...`, or its `riduzione`, of `fine_allerta`."""
    return f"{'riduzione' if texts[3].startswith(REMAINS) else 'fine'} dell'allerta {texts[0]}"


def end_texts(
    ended: Sequence[Span],
    holding: Sequence[Span],
    told_at: datetime,
    source: str,
    stated: Instead,
    *,
    now: datetime,
) -> tuple[str, ...]:
    """`fine_allerta` for what was told and holds no longer.

    Args:
        ended: the hours that are free of their level.
        holding: what still holds on that day, of any level above green.
        told_at: when it was announced.
        source: who lowered it, with the time of issue.
        stated: what the sources say of these hours now; green is only told where they say so.
        now: when the sources were read.
    """
    begin = min(span.onset for span in ended)
    since = f"da {giorno_ora(begin)}"
    if begin == now:
        since = f"da {giorno_ora(stated.said_at)}" if stated.said_at else unseen(begin)
    day = giorno(max(span.row.day for span in ended))
    if holding:
        holds = f"{REMAINS} {levels(holding)}, {hours(holding)}"
    elif stated.is_green:
        hazards = list(dict.fromkeys(NAMES[span.row.hazard] for span in ended))
        holds = f"{GREEN} per {listed(hazards)}, {day}"
    else:
        holds = f"per {day} la fonte non indica più questo livello"
    return levels(ended), giorno(told_at), since, holds, source


def unseen(read_at: datetime) -> str:
    """Since when, of what the source took back without an hour: our reading has one."""
    return f"la fonte non la riporta più ({giorno_ora(read_at)})"


def levels(spans: Sequence[Span]) -> str:
    """`ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio idraulico`."""
    ordered = sorted(spans, key=lambda span: (-span.rank, list(Hazard).index(span.row.hazard)))
    return risks(list(dict.fromkeys((span.row.level, span.row.hazard) for span in ordered)))


def hours(spans: Sequence[Span]) -> str:
    """One interval where all share it, else that of each level and hazard."""
    intervals: dict[Risk, list[str]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (-span.rank, span.onset)):
        interval = intervallo(span.onset, span.expires)
        if interval not in intervals[span.row.level, span.row.hazard]:
            intervals[span.row.level, span.row.hazard].append(interval)
    if len({tuple(parts) for parts in intervals.values()}) == 1:
        return " e ".join(next(iter(intervals.values())))
    return "; ".join(
        f"{level} per {NAMES[hazard]} {' e '.join(parts)}" for (level, hazard), parts in intervals.items()
    )


def places(spans: Sequence[Span], zones: Collection[str]) -> str:
    """Where, by zone; a level that holds in a part of the Comune only says in which."""
    reached: dict[Risk, set[str]] = defaultdict(set)
    for span in spans:
        reached[span.row.level, span.row.hazard].add(span.row.zone)
    if all(names == set(zones) for names in reached.values()):
        return f"tutto il territorio comunale ({_zones(zones)})"
    if len({frozenset(names) for names in reached.values()}) == 1:
        return f"la parte del territorio comunale in {_zones(next(iter(reached.values())))}"
    return "; ".join(
        f"{level} per {NAMES[hazard]} in {_zones(names)}"
        for (level, hazard), names in sorted(reached.items())
    )


def _zones(names: Collection[str]) -> str:
    return f"{'zona' if len(names) == 1 else 'zone'} {listed(sorted(names))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

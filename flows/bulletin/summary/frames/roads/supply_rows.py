"""Cuts of a supply that a table tells, or headings: each part has its day, its hours and its streets.

`Il 5 maggio, dalle 8 alle 12, manca l'acqua in via Po; il 6 maggio, dalle 14 alle 17, in via Adda.`
`Martedì 9 luglio manca la corrente: dalle 9 alle 12 in via Po (1-35); dalle 13 alle 15 in largo Tell.`
`Manca l'acqua in zone diverse: martedì 6 e giovedì 8 aprile. Le vie e gli orari sono nella pagina.`
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flows.bulletin.page.notice import Kind, Notice, Row, Slot
from flows.bulletin.page.phases import phases
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.streets import Street, cased, inside, streets_at
from flows.bulletin.summary.frames.roads.street_outlines import CUT_OFF
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import only_day, period_at

_MOST = 8  # parts
_NUMBER = r"(?:n[.°]?\s?)?\d{1,4}\s?(?:/?[a-z]\b)?"
_NUMBERS = re.compile(  # of houses, behind a street's name
    rf"[,\s(]*(?:(?:{_NUMBER}|da[li]?|al?|ai|e|civic[oi]|numer[oi]|pari|dispari|sol[oi]|lato|tutt[aeio]|inter[ao]"
    r"|senza numero|snc?|s\.n\.?c?|km|[–-])(?:[\s,/()–-]+|(?<=[–-])|$))*",
    re.I,
)
_WHOLE = re.compile(r"[\s,(]*(?:tutt[aeio]|inter[ao]|snc?|s\.n\.?c?)?[\s,.)]*", re.I)
_WITHOUT = re.compile(r",?\s(?:snc?|s\.\s?n\.?(?:c\.?)?)$", re.I)  # `località Casoni sn`: no number at all
_TWO_PLACES = re.compile(
    r"(?P<both>(?:località|loc\.|frazione|fraz\.|contrada|c\.da)\s.*?)(?P<rest>\se\s[A-ZÀ-Ý][\w'’ ]+)", re.I
)
_NUMBERS_IN_PAGE = " (i numeri civici sono nella pagina)"
_LINE = re.compile(r"^[ \t|*•-]*(?P<said>.*?)[ \t|.;:,]*$")


@dataclass(frozen=True)
class _Part:
    """Streets without supply in some hours; `when` is "" where all parts have the day of the page."""

    when: str
    hours: str
    streets: tuple[Street, ...]


def told_in_parts(notice: Notice) -> Iterator[str]:
    if notice.kind is Kind.supply_cut and not notice.is_cut:
        yield from _by_parts(notice)
        yield from _by_headings(notice)


def _by_parts(notice: Notice) -> Iterator[str]:
    """The sentence of all the parts; none where one of them is not wholly understood."""
    missing = [name for name, pattern in CUT_OFF if pattern.search(notice.title)]
    parts = [_part(row) for row in notice.rows] or _below_hours(notice)
    told = [part for part in parts if part]
    if len(missing) != 1 or not 0 < len(told) == len(parts) <= _MOST:
        return
    day = only_day(notice.slots.get(Slot.when, ())) if not any(part.when for part in told) else ""
    if not day and not all(part.when for part in told):
        return
    yield _sentence(told, missing[0], day)
    bare = [replace(part, streets=tuple(map(_bare, part.streets))) for part in told]
    if bare != told:
        yield _sentence(bare, f"{missing[0]}{_NUMBERS_IN_PAGE}", day)


def _sentence(parts: Sequence[_Part], missing: str, day: str) -> str:
    days = list(dict.fromkeys(part.when for part in parts))
    if len(days) == len(parts):
        first, *others = (f"{part.when or day}, {part.hours}" for part in parts)
        where = [_inside([part]) for part in parts]
        first = f"{opened(first)}, manca {missing} {where[0]}"
        return (
            f"{'; '.join([first, *(f'{when}, {at}' for when, at in zip(others, where[1:], strict=True))])}."
        )
    said = []
    for when in days:
        by_hours: dict[str, list[_Part]] = {}
        for part in parts:
            if part.when == when:
                by_hours.setdefault(part.hours, []).append(part)
        turns = [f"{hours} {_inside(of)}" for hours, of in by_hours.items()]
        said.append(f"{when} {'; '.join(turns)}".strip())
    lead = f"{opened(day)} manca {missing}" if day else f"Manca {missing}"
    return f"{lead}: {'; '.join(said)}."


def _inside(parts: Sequence[_Part]) -> str:
    return inside([street for part in parts for street in part.streets])


def _bare(street: Street) -> Street:
    return replace(street, words=street.words.partition(" (")[0], inside=street.inside.partition(" (")[0])


def _by_headings(notice: Notice) -> Iterator[str]:
    """The days of all parts, where each has streets of its own."""
    missing = [name for name, pattern in CUT_OFF if pattern.search(notice.title)]
    parts = phases(notice)
    if len(missing) != 1 or not parts:
        return
    days = [when[:1].lower() + when[1:] for when, _ in parts]
    yield (
        f"Manca {missing[0]} in zone diverse: {', '.join(days[:-1])} e {days[-1]}. "
        "Le vie e gli orari sono nella pagina."
    )


def _part(row: Row) -> _Part | None:
    """Of a row that tells a day or none, hours, and streets with or without the numbers of houses."""
    hours = hours_at(row.hours, 0)
    period = period_at(row.when, 0) if row.when else None
    numbers = f" {row.what}" if _NUMBERS.fullmatch(f" {row.what}") else ""
    streets = _streets(f"{row.place.strip(' .;,')}{numbers}")
    if hours is None or not streets or row.who or (row.what and not numbers) or (row.when and not period):
        return None
    rests = (row.when[period.end :] if period else "", row.hours[hours.end :])
    if any(rest.strip(" .;,") for rest in rests):
        return None
    return _Part(period.words if period else "", hours.words, streets)


def _below_hours(notice: Notice) -> list[_Part | None]:
    """The parts of a page that has the streets in lines below `dalle 9 alle 12`."""
    parts: list[_Part | None] = []
    for line in notice.body.split("\n"):
        said = _LINE.sub(r"\g<said>", line)
        hours = hours_at(said, 0)
        if hours and not said[hours.end :].strip(" .;:,"):
            parts.append(_Part("", hours.words, ()))
        elif parts and said and (part := parts[-1]):
            streets = _streets(said)
            if streets:
                parts[-1] = replace(part, streets=part.streets + streets)
            elif streets_at(said, 0) or not part.streets:
                return [None]  # a line of streets that is not understood
            else:
                break
    return parts if all(part and part.streets for part in parts) else [None]


def _streets(words: str) -> tuple[Street, ...]:
    """Each street with `(1-35, 2-28)` behind its name; () where anything else stands there."""
    found: list[Street] = []
    for piece in re.split(r";\s*", words.replace("Via ", "via ")):
        piece = _WITHOUT.sub(_houses_too, piece.strip(" .,"))
        streets = streets_at(piece, 0)
        if streets is None:
            return ()
        rest = piece[streets.end :]
        also = rest if _TWO_PLACES.fullmatch(piece) else ""  # `località Prata e Casale`
        if not also and not _NUMBERS.fullmatch(rest):
            return ()
        numbers = also or ("" if _WHOLE.fullmatch(rest) else f" ({rest.strip(' ,.()').lower()})")
        found += [_named(street, "") for street in streets.all[:-1]]
        found.append(_named(streets.all[-1], numbers))
    return tuple(found)


def _houses_too(found: re.Match[str]) -> str:
    """Houses without a number beside some with one: `località Casoni 3, 5, senza numero`."""
    return ", senza numero" if re.search(r"\d[\s/a-z]*$", found.string[: found.start()]) else ""


def _named(street: Street, behind: str) -> Street:
    """With its name in small letters, and `behind` it."""
    kind, _, name = street.words.partition(" ")
    words = f"{kind} {cased(name) if name.isupper() and len(name) > 2 else name}{behind}"
    return replace(street, words=words, inside=street.inside.replace(street.words, words))

"""By when one pays each part of a tax or a fee, of a page that lists them: `Le rate scadono il 30 giugno e il
30 settembre 2027.`
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.times.days import Period, period_at

_PART = re.compile(r"(?:\d\s?[°ªa^]?|\w+)?\s?\brata\b|\b(?:acconto|saldo)\b", re.I)
_BARE_PART = re.compile(
    r"\W*(?:(?:prima|seconda|terza|quarta|\d\s?[ªa^°])\s?rata|rata|acconto|saldo)\b[^\n]{5,60}$", re.I
)
_RATES = re.compile(r"^\W*rat[ae]\b[^|\n]*\|", re.I | re.M)  # the head of a table of them
_AT_ONCE = re.compile(r"\bunica\b|\bunico\b", re.I)
_TAX = re.compile(r"\b(?P<name>IMU|TARI|TASI|TOSAP)(?:\s20\d\d)?\b")
_LABEL = re.compile(r"^\W*(?P<name>IMU|TARI|TASI|TOSAP)\b[^:\n]{0,20}:\s", re.M)
_IN_ONE = re.compile(r"\b(?:unica\s(?:soluzione|rata)|(?:soluzione|rata)\sunica)\b", re.I)
_DUE_ON = rf"(?P<day>(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)"
_DUE = re.compile(  # `dovrà essere versato entro il 16 giugno`, `il 16 giugno scade il termine`
    rf"\bentro\s(?:il\s|l['’])?{_DUE_ON}|\bil\s{_DUE_ON.replace('day', 'day2')}\sscade\b"
    rf"|\bscade\s(?:il\s|l['’])?{_DUE_ON.replace('day', 'day3')}",
    re.I,
)
_OF_TAXES = re.compile(
    r"\bacconto\s(?P<of>(?:dell['’]|della\s)(?:IMU|TARI|TASI)(?:\s20\d\d)?"
    r"(?:\se\s(?:dell['’]|della\s)(?:IMU|TARI|TASI)(?:\s20\d\d)?)?)",
    re.I,
)
_PAYMENT = re.compile(r"\b(?:IMU|TARI|TASI|TOSAP|tassa|rat[ae]|acconto|saldo|pagament\w|versament\w)\b", re.I)
_OF_TWO = re.compile(r"\bprima e (?:del)?la seconda\b", re.I)  # the others are paid later
_OF_SOME = re.compile(
    r"\b(?:giornalier\w+|saldo|conguagli\w+|utenz\w+|import[oi]|categori\w+|solo|chi|oltre|superior\w+"
    r"|inferior\w+|resident\w+|risied\w+|frazion\w+|proprietar\w+|cas[ae]|per (?:i|gli|le))\b",
    re.I,
)
_A_PART_OF_SOME = re.compile(  # `3ª rata (solo per importi oltre 500 euro)`
    r"\b(?:solo|chi|oltre|superior\w+|inferior\w+|resident\w+|risied\w+|frazion\w+|utenz\w+)\b", re.I
)
_NO_MORE = re.compile(  # what the list has was put off, or is over
    r"\b(?:slitt\w+|prorog\w+|posticip\w+|rinvi\w+|differi\w+|erano|anziché)\b", re.I
)
_OF_A_YEAR = re.compile(r"\b(?:IMU|TARI|TASI|saldo|acconto|anno)\s(20\d\d)\b", re.I)
_YEARS = re.compile(r"\b20\d\d\b")
_WORD = re.compile(r"(?<!\w)(?=\w)")
_BRACKETED = re.compile(  # `30 giugno (prima rata), 30 settembre (seconda rata)`
    rf"{_DUE_ON}\s\((?P<of>prima|seconda|terza|quarta|saldo|acconto)(?:\srata)?\)", re.I
)
_INLINE = re.compile(  # `la prima rata scade il 30 giugno, la seconda il 30 settembre`
    rf"\b(?P<of>prima|seconda|terza|quarta)(?: rata)?(?: (?:scade|va pagata|va versata))?"
    rf"(?: entro)? (?:il |l['’]){_DUE_ON}",
    re.I,
)
_LEAST = 2


def terms(notice: Notice) -> tuple[Period, ...]:
    """The days of a list of parts, in the page's order; () where an item has none, or has two."""
    return next(iter(_all_terms(_lists(notice))), ())


def _lists(notice: Notice) -> tuple[tuple[str, ...], ...]:
    """The items of each list of the page that may be one of parts."""
    head = _RATES.search(notice.body)
    if head:
        below = notice.body[head.end() :].splitlines()[1:]
        rows = takewhile(lambda line: "|" in line, below)
        lines = tuple(f"rata {row.strip()}" for row in rows if re.search(r"\w", row))
    else:
        lines = tuple(line.strip() for line in notice.body.splitlines() if _BARE_PART.match(line))
    told = (
        tuple(f"{part['of']} rata {part['day']}" for part in written.finditer(line))
        for written in (_INLINE, _BRACKETED)
        for line in notice.source.splitlines()
    )
    return (
        *(listing.items for listing in notice.listings),
        lines,
        *(items for items in told if len(items) > 1 and len({one.split()[0] for one in items}) == len(items)),
    )


def _are_of_all(notice: Notice) -> bool:
    """Whether whoever pays has these days: of two lists, or with `solo per chi …`, each is of some."""
    lists = _lists(notice)
    found = {tuple(one.words for one in days) for days in _all_terms(lists)}
    is_of_some = any(_A_PART_OF_SOME.search(item) for items in lists for item in items if _PART.search(item))
    is_of_now = len(set(_YEARS.findall(notice.title))) < 2 and not _NO_MORE.search(notice.source)
    return len(found) == 1 and not is_of_some and is_of_now


@lru_cache(maxsize=32)
def _all_terms(lists: tuple[tuple[str, ...], ...]) -> tuple[tuple[Period, ...], ...]:
    found = []
    for items in lists:
        parts = [item for item in items if _PART.search(item) and not _AT_ONCE.search(item)]
        days = [days for item in parts if len(days := list(_days(item))) == 1]
        if len(parts) >= _LEAST and len(days) == len(parts):
            found.append(tuple(one for (one,) in days))
    return tuple(found)


def instalments(notice: Notice) -> Iterator[Sentence]:
    """The sentence that tells them all."""
    if said := in_two(notice):
        yield Sentence(said, frozenset({Slot.what, Slot.deadline, Slot.when}), True, MADE, -1.0)
    if _is_of_several(notice):
        if said := " ".join(_by_tax(notice).values()):
            yield Sentence(said, frozenset({Slot.what, Slot.deadline, Slot.when}), True, MADE, -1.0)
        return
    days = [re.sub(r"^entro\s", "", period.words) for period in terms(notice)]
    if not days or not _are_of_all(notice):
        return
    years = {year for day in days if (year := re.search(r"\s20\d\d$", day))}
    if len(years) == len(days) and len({year[0] for year in years}) == 1:
        days = [*(re.sub(r"\s20\d\d$", "", day) for day in days[:-1]), days[-1]]
    whole = re.sub(r"\s20\d\d$", "", _at_once(notice)) if years else _at_once(notice)
    told = frozenset({Slot.deadline, Slot.when})
    yield Sentence(_said("", days, whole), told, False, MADE, -1.0)
    if tax := _TAX.search(notice.title):
        article = "l'" if tax["name"] == "IMU" else "la "
        yield Sentence(_said(f"{article}{tax[0]}", days, whole), told | {Slot.what}, True, MADE, -0.9)


def texts(notice: Notice) -> Iterator[str]:
    """What a page on the terms of a tax says first: by when each part is paid."""
    if _PAYMENT.search(notice.title) and (said := in_two(notice)):
        yield f"{said} {OTHERS}"
    elif len(taxes_of(notice)) == 1 and _PAYMENT.search(notice.title):
        yield from (f"{said.text} {OTHERS}" for said in instalments(notice) if Slot.what in said.slots)


def in_two(notice: Notice) -> str:
    """`L'acconto della TARI scade il 18 maggio 2026, il saldo il 16 novembre.` of the sentences of each."""
    parts = [
        [line for line in notice.prose if re.search(rf"\b{part}\b", line, re.I) and _DUE.search(line)]
        for part in ("acconto", "saldo")
    ]
    if [len(lines) for lines in parts] != [1, 1] or parts[0] == parts[1]:
        return ""
    of = _OF_TAXES.search(parts[0][0])
    days = [
        [found["day"] or found["day2"] or found["day3"] for found in _DUE.finditer(line)] for (line,) in parts
    ]
    if of is None or [len(found) for found in days] != [1, 1]:
        return ""
    own, rest = ({tax["name"] for tax in _TAX.finditer(words)} for words in (of["of"], parts[1][0]))
    if ((rest or len(own) > 1) and rest != own) or any(re.search(r"\butenz\w+", line) for (line,) in parts):
        return ""  # the rest of another tax, or of some who pay
    if len(set(_OF_A_YEAR.findall(f"{parts[0][0]} {parts[1][0]}"))) > 1:
        return ""
    (first,), (last,) = days
    return f"L'acconto {of['of']} scade {_on(first)}, il saldo {_on(last)}."


def _on(day: str) -> str:
    """`il 16 giugno`, `l'8 giugno`, `lunedì 18 maggio`."""
    if not day[:1].isdigit():
        return day
    return f"l'{day}" if re.match(r"(?:8|11)\b", day) else f"il {day}"


def _said(tax: str, days: Sequence[str], whole: str) -> str:
    """`Puoi pagare la TARI a rate, il 31 maggio e il 30 novembre, o in un'unica soluzione entro …`"""
    if whole or tax:
        rest = f", o in un'unica soluzione entro {whole}" if whole else ""
        return f"Puoi pagare {tax} a rate, {joined(list(days))}{rest}.".replace("  ", " ")
    return f"Le rate scadono {joined(list(days))}."


def taxes_of(notice: Notice) -> frozenset[str]:
    """The taxes that a title names."""
    return frozenset(found["name"] for found in _TAX.finditer(notice.title))


def _is_of_several(notice: Notice) -> bool:
    """Whether a list of days is that of one of several taxes, and no line of it says of which."""
    return len(taxes_of(notice)) > 1 and bool(terms(notice) or _by_tax(notice))


def _by_tax(notice: Notice) -> dict[str, str]:
    """`L'acconto dell'IMU scade il 16 giugno, il saldo il 16 dicembre.` of what stands behind the label of
    each tax; {} where it does not stand so of every tax of the title.
    """
    labels = list(_LABEL.finditer(notice.body))
    ends = [*(label.start() for label in labels), len(notice.body)][1:]
    found = {
        label["name"]: said
        for label, end in zip(labels, ends, strict=True)
        if (said := _parts_of(label["name"], notice.body[label.end() : end]))
    }
    return found if set(found) == taxes_of(notice) and len(labels) == len(found) else {}


def _parts_of(tax: str, section: str) -> str:
    first, *below = section.strip().splitlines()
    parts = [part for part in re.split(r"[,.;]\s", first) if re.match(r"(?:acconto|saldo)\b", part, re.I)]
    days = [found[0].words for part in parts if len(found := list(_days(part))) == 1]
    days = [re.sub(r"^entro\s", "", day) for day in days]
    of = "dell'IMU" if tax == "IMU" else f"della {tax}"
    if [part.split()[0].lower() for part in parts] == ["acconto", "saldo"] and len(days) == len(parts):
        return f"L'acconto {of} scade {days[0]}, il saldo {days[1]}."
    days = [
        period.words
        for days in _all_terms((tuple(filter(_BARE_PART.match, map(str.strip, below))),))
        for period in days
    ]
    return f"Le rate {of} scadono {joined(days)}." if days else ""


def _at_once(notice: Notice) -> str:
    """`il 16 giugno 2027`: by when one pays all of it together; "" where no one day is told."""
    lines = [line for line in notice.body.splitlines() if _IN_ONE.search(line) and not _OF_TWO.search(line)]
    if any(_OF_SOME.search(line) for line in lines):
        return ""
    days = {period.words for line in lines for period in _days(line)}
    return days.pop() if len(days) == 1 else ""


def untold(text: str, notice: Notice) -> bool:
    """Whether a text tells none of them, or some as if they were all, or those of one of several taxes."""
    if (both := in_two(notice)) and figures(both) <= figures(text):
        return False
    if _is_of_several(notice):
        told = _by_tax(notice).values()
        return not told or not all(figures(said) <= figures(text) for said in told)
    days = [figures(period.words) for period in terms(notice)]
    return bool(days) and not all(own & figures(text) for own in days)


def tells_all(text: str, notice: Notice) -> bool:
    """Whether a text tells every part of a tax, so that its other terms are left to the page."""
    days = [figures(period.words) for period in terms(notice)]
    both = in_two(notice)
    return (bool(days) and all(own & figures(text) for own in days)) or (both != "" and both in text)


def _days(item: str) -> Iterator[Period]:
    at = 0
    for place in _WORD.finditer(item):
        if place.start() >= at and (found := period_at(item, place.start())) and found.form == "on":
            at = found.end
            yield found

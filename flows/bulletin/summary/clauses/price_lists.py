"""What several people pay, in a sentence: `Il costo è di 6 euro per gli adulti e 4 euro per i bambini.`

Each sum stands beside whose it is; where that is unsure there is no sentence. Of a theatre's seats only from
how much to how much.
"""

import re
from collections.abc import Callable, Iterator

_EURO = r"(?:€\s?\d[\d.]*(?:,\d{1,2})?|\d[\d.]*(?:,\d{1,2})?\s?(?:€|euro\b))"
_FIGURE = re.compile(r"\d[\d.]*(?:,\d{1,2})?")
_NAMES = {
    "adult": "gli adulti",
    "bambin": "i bambini",
    "ragazz": "i ragazzi",
    "student": "gli studenti",
    "resident": "i residenti",
    "non resident": "i non residenti",
    "soci": "i soci",
    "non soci": "i non soci",
}
_WHOM = (
    rf"(?:(?:per|gli|i|le)\s){{0,2}}(?P<whom>{'|'.join(sorted(_NAMES, key=len, reverse=True))})[oaei]?\b"
    r"(?P<age>\s(?:(?:fino|sino)\sa(?:i)?\s\d{1,2}(?:\sanni)?|sotto\si\s\d{1,2}(?:\sanni)?|(?:da|dai)\s\d{1,2}\sa(?:i)?\s\d{1,2}\sanni))?"
)
_BEFORE = re.compile(rf"{_WHOM}\s?:?\s(?P<sum>{_EURO})(?:,00)?", re.I)
_BEHIND = re.compile(rf"(?P<sum>{_EURO})(?:,00)?\s{_WHOM}", re.I)
_FREE = re.compile(
    r"[,;(]?\s?(?:gratis|gratuit[oa])\s(?P<whom>(?:(?:per\s)?(?:i\s)?(?:bambini|ragazzi)\s)?"
    r"(?:(?:fino|sino)\sa(?:i)?|sotto\si)\s\d{1,2}(?:\sanni)?)\)?",
    re.I,
)
_BETWEEN = re.compile(r"\s?(?:[,;/–-]|\be\b|$)\s?(?:e\s)?", re.I)
_HEAD = re.compile(r"(?:(?:costo|costi|prezzo|prezzi|bigliett[oi]|ingresso|quota|tariff[ae])\s?:?\s)", re.I)
_SEAT_AT = re.compile(
    rf"\b(?:platea|palch[io]|galleria|loggione|poltron[ae]|poltronissim[ae])\s?:?\s(?P<sum>{_EURO})", re.I
)
_NOT_A_SEAT = re.compile(
    r"\b(?:abbonament\w*|prevendita|tesser\w+|rimbors\w+|cen[ae]|pranz\w+|degustazion\w+|buffet|menu|posti|student\w+|bambin\w+|ragazz\w+)\b|\+",
    re.I,
)
_INTO_FULL = re.compile(
    rf"(?:bigliett[oi]\s|ingresso\s)?(?:intero|unico)\s?:?\s(?P<full>{_EURO})(?:,00)?[,;/]?\s?(?:e\s)?"
    rf"ridott[oi]\s?:?\s(?P<less>{_EURO}|\d{{1,2}}(?:,\d\d)?)(?:,00)?(?:\s\((?P<whom>[^()€]{{3,45}})\))?",
    re.I,
)


def several_prices(words: str, said: Callable[[str], str]) -> str:
    """One sentence; "" where a word of `words` (without its last stop) is not understood.

    `said` writes a sum: `6,50 euro`.
    """
    text = _HEAD.sub("", words, count=1) if _HEAD.match(words) else words
    if full := _INTO_FULL.fullmatch(words) or _INTO_FULL.fullmatch(text):
        whom = f" ({full['whom'].strip()})" if full["whom"] else ""
        return f"Il biglietto costa {_said(full['full'], said)}, ridotto {_said(full['less'], said)}{whom}."
    for pattern in (_BEFORE, _BEHIND):
        if parts := list(_parts(text, pattern, said)):
            *first, free = parts
            told = " e ".join(first) if len(first) <= 2 else f"{', '.join(first[:-1])} e {first[-1]}"
            return f"Il costo è di {told}{free}."
    sums = sorted(_value(one) for one in re.findall(_EURO, text))
    seats = sorted(_value(found["sum"]) for found in _SEAT_AT.finditer(text))
    are_seats = len(seats) > 1 and seats[0] < seats[-1] and (sums[0], sums[-1]) == (seats[0], seats[-1])
    if are_seats and not _NOT_A_SEAT.search(text):
        lowest, highest = (said(f"{one:.2f}".replace(".", ",")) for one in (seats[0], seats[-1]))
        return f"I biglietti vanno da {lowest.removesuffix(' euro')} a {highest}."
    return ""


def _parts(text: str, pattern: re.Pattern[str], said: Callable[[str], str]) -> Iterator[str]:
    """`5 euro per gli adulti` of each, then who pays nothing (""); nothing where something is left over."""
    at, made, free = 0, list[str](), ""
    while at < len(text):
        if (found := _FREE.match(text, at)) and made and found.end() == len(text):
            free, at = f", gratis {found['whom'].lower()}", found.end()
            continue
        found = pattern.match(text, at)
        if found is None or (parted := _BETWEEN.match(text, found.end())) is None:
            return
        whom = _NAMES[found["whom"].lower()]
        made.append(f"{_said(found['sum'], said)} per {whom}{(found['age'] or '').lower()}")
        at = found.end() if _FREE.match(text, found.end()) else parted.end()
    if len(made) > 1 or (made and free):
        yield from (*made, free)


def _said(words: str, said: Callable[[str], str]) -> str:
    return said(_figure(words))


def _figure(words: str) -> str:
    """`12,50` of `€ 12.50`, `1200` of `1.200 euro`; a sum always has one."""
    figure = re.sub(r"\.(\d\d?)$", r",\1", _FIGURE.findall(words)[0].rstrip("."))
    return figure.replace(".", "")


def _value(words: str) -> float:
    return float(_figure(words).replace(",", "."))

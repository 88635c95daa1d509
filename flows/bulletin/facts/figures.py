"""Amounts, percentages, references to acts, and every other number, in figures or in words."""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import Kind, Sheet

_FIGURE = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d+)?"
_UNITS = ("", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove")
_TEN_TO_NINETEEN = "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"
_TEENS = _TEN_TO_NINETEEN.split()
_TENS = ("", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta")
_SCALE = {
    "mila": 1000,
    "milione": 1_000_000,
    "milioni": 1_000_000,
    "miliardo": 10**9,
    "miliardi": 10**9,
    "mln": 1_000_000,
}
_YOU_ARE = re.compile(r"(?<!\w)(?:se|tu|non)\s$", re.I)  # `se sei residente`
_LONGEST = 12  # figures; what is longer is no amount of anything
_X = re.IGNORECASE | re.VERBOSE


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = "" if not hundreds else "cento" if hundreds == 1 else _UNITS[hundreds] + "cento"
    if rest < 10:
        return head + _UNITS[rest]
    if rest < 20:
        return head + _TEENS[rest - 10]
    tens, unit = divmod(rest, 10)
    stem = _TENS[tens][:-1] if unit in (1, 8) else _TENS[tens]
    return head + stem + _UNITS[unit]


_WORDS = {_below_thousand(number): number for number in range(2, 1000)}
_WORDS |= {
    word[:-3] + "tré": number for word, number in list(_WORDS.items()) if number > 20 and number % 10 == 3
}
_AGED = {f"ultra{word[:-1]}enn": number for word, number in _WORDS.items() if 50 <= number < 100}
_WORDS["mille"] = 1000
_ORDINALS = {"terz": 3, "quart": 4, "quint": 5, "sest": 6, "settim": 7, "ottav": 8, "non": 9, "decim": 10}
_ORDINALS |= {word[:-1] + "esim": number for word, number in _WORDS.items() if 10 < number < 1000}
_SUM = re.compile(rf"(?P<figure>{_FIGURE})(?P<scale>\s?(?:mila|milion[ei]|miliard[oi]|mln)\b)?", _X)
_EURO_BEFORE = re.compile(r"(?:€|\beuro|\beur)[^\S\n]?$", re.IGNORECASE)
_EURO_BEHIND = re.compile(  # on the same line: below `Piazza Alba, 1` stands what one pays
    r"(?:[^\S\n]?,-{1,2})?[^\S\n]?(?:di[^\S\n]+)?(?:€|euro\b|eur\b)(?![^\S\n]?\d)", re.IGNORECASE
)
_EURO_AFTER = re.compile(r"\s+(?:di\s+)?euro\b", re.IGNORECASE)
_PERCENT = re.compile(rf"(?<![\d.,])(?P<figure>{_FIGURE})\s?(?:%|per\s?cento\b)", _X)
_SEASON = re.compile(r"(?<!/)(?P<first>(?:19|20)\d\d)\s?[/–-]\s?(?P<last>(?:20)?\d\d)(?![\d/])")
_ACT = re.compile(r"(?<!/)(?P<act>\d{1,5}/(?:19|20)\d\d)(?![\d/])")
_ARTICLE = re.compile(r"\b(?P<word>artt?|articol[oi]|comm[ai]|c|allegat[oi]|all)\b\.?\s?$", re.IGNORECASE)
_ITEM = re.compile(r"\d+(?:-?(?:bis|ter))?", re.IGNORECASE)
_OF_ACT = re.compile(r"\d[\d/.]*\d|\d")
_N = re.compile(r"n(?:r|\.ro|um)?\.?°?\s?$", re.IGNORECASE)
_ACT_BEFORE = re.compile(
    r"""(?:\b(?:ordinanz[ae]|deliber[ae]|deliberazion[ei]|determin[ae]|determinazion[ei]|decret[oi]|legg[ei]|dgrv?
    |protocollo|cig|avviso|comunicato|bollettino|nota)|\b(?:d\.?lgs|d\.?p\.?r|l\.?r|prot|reg)\.?)(?:\s+\w+)?\s*
    n(?:r|\.ro|um)?\.?°?\s?$""",
    _X,
)
_DEGREE = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3})\s?(?:[°ºª^]|(?:esim|im)[oaie]\b|(?<=\d)[oa]\b)(?!\d)", re.IGNORECASE
)
_ROMAN = re.compile(r"(?P<number>(?=[XVI]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?P<mark>\s?[°ºª^])?(?!\w)")
_NUMBER = re.compile(
    rf"(?:(?<![\w.,])(?P<figure>{_FIGURE})(?!\w*@)|(?P<bare>\d+))(?P<scale>\s?(?:mila|milion[ei]|miliard[oi])\b)?",
    re.IGNORECASE,
)


def canonical(figure: str) -> str:
    """`1200.5` of `1.200,50`; `10.5` of `10.50`; `6000` of `6.000`."""
    if "." in figure and re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", figure):
        figure = figure.replace(".", "")
    whole, _, rest = figure.replace(",", ".").partition(".")
    rest = rest.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{rest}" if rest else whole


@lru_cache(maxsize=8192)
def in_words(word: str) -> int | None:
    """32 of `trentadue`, 2500 of `duemilacinquecento`, 65 of `ultrasessantacinquenni`; else None."""
    word = word.lower()
    if word.startswith("ultra"):
        return _AGED.get(word[:-1])
    if word in _WORDS:
        return _WORDS[word]
    head, thousands, rest = word.partition("mila")
    if thousands and (head in _WORDS) and (not rest or rest in _WORDS):
        return _WORDS[head] * 1000 + _WORDS.get(rest, 0)
    if word.startswith("mille") and word[5:] in _WORDS:
        return 1000 + _WORDS[word[5:]]
    return None


def _scaled(figure: str, scale: str | None) -> str:
    value = canonical(figure)
    if not scale or len(value) > _LONGEST:
        return value
    factor = _SCALE[scale.strip().lower()]
    whole, _, rest = value.partition(".")
    return canonical(str(int(whole) * factor + (int(rest) * factor // 10 ** len(rest) if rest else 0)))


def read_amounts(sheet: Sheet) -> None:
    """Take euros and percentages."""
    for match in sheet.at_figures(_SUM):
        before = _EURO_BEFORE.search(sheet.before(match.start(), 6))
        behind = None if before else _EURO_BEHIND.match(sheet.text, match.end())
        if before or behind:
            start = match.start() - (len(before[0]) if before else 0)
            end = behind.end() if behind else match.end()
            sheet.take(Kind.amount, _scaled(match["figure"], match["scale"]), start, end)
    for match in sheet.at_figures(_PERCENT):
        sheet.take(Kind.percentage, canonical(match["figure"]), *match.span())


def read_references(sheet: Sheet) -> None:
    """Take the numbers of articles and acts, and the years of a season (`2025/26`)."""
    for match in sheet.at_figures(_SEASON):
        if int(match["last"][-2:]) == (int(match["first"]) + 1) % 100:
            value = f"{match['first']}/{int(match['first']) + 1}"
            sheet.take(Kind.number, value, *match.span())
    for match in sheet.at_figures(_ITEM):
        if article := _ARTICLE.search(sheet.before(match.start(), 12)):
            start = match.start() - len(article[0])
            sheet.take(Kind.reference, f"{article['word'][:3].lower()} {match[0]}", start, match.end())
    for match in sheet.at_figures(_OF_ACT):
        is_its = _N.search(sheet.before(match.start(), 6)) and _ACT_BEFORE.search(
            sheet.before(match.start(), 50)
        )
        if is_its or _ACT.fullmatch(match[0]):
            sheet.take(Kind.reference, match[0], *match.span())


def read_numbers(sheet: Sheet) -> None:
    """Take ordinals and what numbers are left, in figures and in words."""
    for match in sheet.at_figures(_DEGREE):
        sheet.take(Kind.ordinal, str(int(match["number"])), *match.span())
    for match in sheet.at_capitals(_ROMAN):
        if match["number"] != "VI" or match["mark"]:  # VI is Vicenza
            sheet.take(Kind.ordinal, str(_roman(match["number"])), *match.span())
    for match in sheet.at_figures(_NUMBER):
        value = _scaled(match["figure"] or match["bare"], match["scale"])
        sheet.take(Kind.number, value, *match.span())
    _read_words(sheet)


def _read_words(sheet: Sheet) -> None:
    pending: tuple[int, int, int] | None = None  # value, start, end
    left = sheet.left
    for word, start in sheet.words:
        if len(word) < 3 or left[start] == "\x00":
            continue
        number, end = in_words(word), start + len(word)
        if word == "due" and left[end : end + 6] == " sensi":
            number = None  # of a road: it is how one drives, no count
        if word == "sei" and _YOU_ARE.search(left[max(0, start - 5) : start]):
            number = None
        if pending and left[pending[2] : start].strip() in ("", "e", "di"):
            if word in _SCALE and pending[0] < 10**_LONGEST:
                pending = (pending[0] * _SCALE[word], pending[1], end)
                continue
            if number is not None and pending[0] >= 1000 and number < 1000:
                pending = (pending[0] + number, pending[1], end)
                continue
        _close(sheet, pending)
        pending = (number, start, end) if number is not None else None
        if number is None and word[-1] in "oaie" and word[:-1] in _ORDINALS and word != "non":
            sheet.note(Kind.ordinal, str(_ORDINALS[word[:-1]]), start, end)
    _close(sheet, pending)


def _close(sheet: Sheet, pending: tuple[int, int, int] | None) -> None:
    if pending is None:
        return
    value, start, end = pending
    euro = _EURO_AFTER.match(sheet.text, end)
    sheet.note(Kind.amount if euro else Kind.number, str(value), start, euro.end() if euro else end)
    sheet.hide(start, end)


def _roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    for char, following in zip(text, text[1:] + " ", strict=True):
        value = values[char]
        total += -value if values.get(following, 0) > value else value
    return total

"""Streets as a road work names them: read where they stand, with gender and number for what is said of them.

A name ends where the next thing begins (a day, an hour, a reason); what cannot be told from a name is not
read, so a street never comes out with words that are not its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.bulletin.language.titles import folded

_TYPES = {
    "via": ("f", "in"),
    "viale": ("m", "in"),
    "v.le": ("m", "in"),
    "piazza": ("f", "in"),
    "p.zza": ("f", "in"),
    "p.za": ("f", "in"),
    "piazzale": ("m", "in"),
    "p.le": ("m", "in"),
    "piazzetta": ("f", "in"),
    "corso": ("m", "in"),
    "c.so": ("m", "in"),
    "largo": ("m", "in"),
    "l.go": ("m", "in"),
    "vicolo": ("m", "in"),
    "vico": ("m", "in"),
    "contrà": ("f", "in"),
    "contra'": ("f", "in"),
    "contrada": ("f", "in"),
    "c.da": ("f", "in"),
    "borgo": ("m", "in"),
    "località": ("f", "in"),
    "loc.": ("f", "in"),
    "frazione": ("f", "in"),
    "fraz.": ("f", "in"),
    "salita": ("f", "in"),
    "galleria": ("f", "nella"),
    "strada": ("f", "sulla"),
    "tangenziale": ("f", "sulla"),
    "ponte": ("m", "sul"),
    "cavalcavia": ("m", "sul"),
    "rotatoria": ("f", "nella"),
    "sottopasso": ("m", "nel"),
    "parcheggio": ("m", "nel"),
    "lungomare": ("m", "sul"),
    "lungolago": ("m", "sul"),
    "ciclabile": ("f", "sulla"),
}
_LONG = {
    "v.le": "viale",
    "p.zza": "piazza",
    "p.za": "piazza",
    "p.le": "piazzale",
    "c.so": "corso",
    "l.go": "largo",
    "c.da": "contrada",
    "loc.": "località",
    "fraz.": "frazione",
    "contra'": "contrà",
}
_MANY = re.compile(r"\b(?:vie|viali|piazze|strade)\b")
_PLURALS = {"vie": "via", "piazze": "piazza", "viali": "viale", "strade": "strada"}
_TYPE = "|".join(re.escape(name) for name in sorted([*_TYPES, *_PLURALS], key=len, reverse=True))
_LEAD = re.compile(
    r"(?:,\s)?(?:(?:lungo|presso|per|di|da|su|in|a|al)\s)?(?:(?:la|le|il|i|lo)\s)?"
    r"(?:(?:del|della|delle|dei|nella|nelle|nel|nei|sulla|sulle|sul|alla|alle|al)\s)?",
    re.I,
)
_KIND = re.compile(rf"(?P<type>{_TYPE})(?![\w'’])\s?(?!(?:del|di)\s(?:Comune|Paese|Territorio)\b)", re.I)
_ROAD = re.compile(
    r"(?P<type>S\.?\s?P\.?|S\.?\s?S\.?|S\.?\s?R\.?"
    r"|(?:strada|provinciale|statale)(?:\s(?:provinciale|statale|regionale))?)"
    r"\s(?:n\.?\s?|n[°º]\s?)?(?P<number>\d{1,3}(?:\s?bis)?)(?![\d/])",
    re.I,
)
_SMALL_WORDS = [
    "d[aei]",
    "del",
    "dell[aeo]",
    "dei",
    "degli",
    "al",
    "alla",
    "alle",
    "ai",
    "ad",
    "la",
    "le",
    "lo",
    "i",
    "san",
    "santa",
    "santo",
    "in",
    "e",
]
_SMALL = "|".join(_SMALL_WORDS)
_MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_NAME = re.compile(
    rf"(?:(?:(?:{_SMALL})\s|(?:dell|d|l|all|nell|sull)['’]\s?){{0,3}}"
    rf"(?!N\.?\s?\d)(?:(?:[A-ZÀ-Ý]\.\s?){{1,3}}(?:[A-ZÀ-Ý][\wà-ù'’-]{{1,30}})?|[A-ZÀ-Ý][\wà-ù'’]{{0,30}}"
    rf"(?:-\w[\w'’]{{0,20}})?|[IVXL]{{1,5}}(?=\s)"
    rf"|\d{{1,2}}[°º]?\s(?i:{_MONTHS})(?!\s20\d\d)(?![\wà-ù]))\s?)"
)
_STARTS = frozenset(
    [
        "dal",
        "dalle",
        "dall",
        "il",
        "per",
        "tra",
        "fra",
        "nel",
        "nelle",
        "nella",
        "nei",
        "con",
        "fino",
        "sino",
        "e",
        "ed",
        "da",
        "a",
        "ad",
        "chiusura",
        "divieto",
        "senso",
        "lavori",
        "istituzione",
        "modifica",
        "modifiche",
        "interruzione",
        "sospensione",
        "limitazione",
        "dalla",
        "causa",
        "eccetto",
        "escluso",
        "esclusi",
        "nuova",
        "temporanea",
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
        "ore",
        "in",
        "di",
        "si",
    ]
)
_FROM_A_TOWN = re.compile(  # `via Leonardo da Vinci`, and no `via Po da Lunedì`, `via Po da Via Adda`
    rf"da\s(?!(?i:{_TYPE}|lun|mar|mer|gio|ven|sab|dom|{_MONTHS})\b)(?!(?i:luned|marted|mercoled|gioved|venerd))[A-ZÀ-Ý][a-zà-ù]"
)
_QUOTED = re.compile(r"\s?[\"“«](?P<name>[^\"”»\n]{2,40})[\"”»]")
_AND = re.compile(r"\s?(?:,\s?(?:e\s|ed\s)?|\se(?:d)?\s|\s[-–]\s|;\s)", re.I)
_CIVIC = re.compile(r",?\s(?:n\.?|civico|al civico|n[°º])\s?(?P<number>\d{1,4}(?:/\w)?)(?![\d/])", re.I)
_MOST = 12


@dataclass(frozen=True)
class Street:
    """One street: `words` as one says it, small at its start; `gender` f or m; `inside` is `in via Po`."""

    words: str
    gender: str
    article: str
    inside: str

    @property
    def subject(self) -> str:
        """`via Po`, `la S.P. 18`."""
        return f"{self.article}{self.words}"


@dataclass(frozen=True)
class Streets:
    """The streets that begin at a place, in the page's order; `is_whole` false where a further one is cut."""

    all: tuple[Street, ...]
    end: int


_OF_DAYS = re.compile(  # the days between two feasts
    r"ponte (?:(?:di|del|dei|della) |dell['’])?"
    r"(?:immacolata|ognissanti|santi|pasqua|ferragosto|natale|festiv\w+|\d|primo maggio)",
    re.I,
)


def streets_at(text: str, start: int) -> Streets | None:
    """The streets that begin exactly at `start`, with their preposition."""
    lead = _LEAD.match(text, start)
    first, at = _street(text, lead.end() if lead else start, "")
    if first is None or _OF_DAYS.match(text, lead.end() if lead else start):
        return None
    found = [first]
    kind = _plural_kind(text, lead.end() if lead else start)
    while len(found) < _MOST:
        joint = _AND.match(text, at)
        if joint is None:
            break
        lead = _LEAD.match(text, joint.end())
        after, its_end = _street(text, lead.end() if lead else joint.end(), "")
        if after is None and kind:
            after, its_end = _street(text, joint.end(), kind)
        if after is None:
            break
        found.append(after)
        at = its_end
    return Streets(tuple(found), at)


def _plural_kind(text: str, start: int) -> str:
    match = _KIND.match(text, start)
    return _PLURALS.get(match["type"].lower(), "") if match else ""


def _street(text: str, start: int, kind: str) -> tuple[Street | None, int]:
    """A street and its end; `kind` is that of the plural it stands in: `le vie Adda e Po`."""
    if not kind and (road := _ROAD.match(text, start)):
        return _numbered(text, road)
    at = start
    if not kind:
        match = _KIND.match(text, start)
        if match is None:
            return None, 0
        kind, at = match["type"].lower(), match.end()
        kind = _PLURALS.get(kind, _LONG.get(kind, kind))
    name, end = _name(text, at)
    if not name:
        return None, 0
    gender, preposition = _TYPES[kind]
    words = f"{kind} {name}"
    article = "" if preposition == "in" else "la " if gender == "f" else "il "
    if civic := _CIVIC.match(text, end):
        words, end = f"{words} {civic['number']}", civic.end()
    return Street(words, gender, article, f"{preposition} {words}"), end


def _numbered(text: str, road: re.Match[str]) -> tuple[Street, int]:
    kind = road["type"].replace(" ", "")
    if kind.upper().replace(".", "") in ("SP", "SS", "SR"):
        letters = kind.upper().replace(".", "")
        words = f"{letters[0]}.{letters[1]}. {road['number']}"
    else:
        words = f"{road['type'].lower()} {road['number']}"
    end = road.end()
    if quoted := _QUOTED.match(text, end):
        words, end = f"{words} «{quoted['name'].strip()}»", quoted.end()
    elif text[end : end + 1] == " ":
        name, its_end = _name(text, end + 1)
        if name:
            words, end = f"{words} {name}", its_end
    return Street(words, "f", "la ", f"sulla {words}"), end


def _name(text: str, start: int) -> tuple[str, int]:
    """The name that begins at `start`: words with a capital and the small ones between them."""
    is_shouted = _is_shouted(text, start)
    parts: list[str] = []
    end = at = start
    while len(parts) < 6:
        match = _NAME.match(text, at)
        if match is None:
            break
        words = match[0].strip()
        first = re.split(r"[\s'’]", words)[0].lower().rstrip("'’.,")
        if first == "da" and parts and not is_shouted and _FROM_A_TOWN.match(text, at):
            parts.append(words)
            end = at = match.end()
            if text[end - 1] != " ":
                break
            continue
        if (first in _STARTS and not (not parts and first in ("del", "dei", "di"))) and (parts or is_shouted):
            break
        if not is_shouted and words[0].islower() and first in ("e", "ed", "in", "al", "alla") and parts:
            break
        parts.append(words)
        end = at = match.end()
        if text[end - 1] != " ":
            break
    name = " ".join(parts)
    if parts and text[end - 1] == " ":
        end -= 1
    return (cased(name) if is_shouted else name).rstrip(".,") if name else "", end - (
        1 if name.endswith((".", ",")) and len(parts[-1]) > 2 else 0
    )


def _is_shouted(text: str, start: int) -> bool:
    """Whether the phrase around is in capitals, so that a capital says nothing."""
    around = text[max(0, start - 30) : start + 30]
    letters = [char for char in around if char.isalpha()]
    return bool(letters) and sum(char.isupper() for char in letters) >= 0.9 * len(letters)


def cased(name: str) -> str:
    """A street's name as one writes it, of one in capitals."""
    small = {
        "di",
        "da",
        "de",
        "dei",
        "del",
        "della",
        "delle",
        "dello",
        "degli",
        "e",
        "al",
        "alla",
        "la",
        "le",
    }
    words: list[str] = []
    for word in name.split():
        low = word.lower()
        if low in small and (words or low[0] == "d"):
            words.append(low)
        elif re.fullmatch(r"[IVXL]{2,5}", word) or "." in word[:-1]:
            words.append(word)
        else:
            words.append(re.sub(r"(?:^|(?<=['’-]))\w", lambda match: match[0].upper(), low))
    return " ".join(words)


def agreement(streets: Sequence[Street], stem: str) -> str:
    """`è chiusa` for one street, `sono chiusi` for several where one of them is masculine."""
    is_feminine = all(street.gender == "f" for street in streets)
    if len(streets) == 1:
        return f"è {stem}{'a' if is_feminine else 'o'}"
    return f"sono {stem}{_plural_end(is_feminine=is_feminine)}"


def _plural_end(*, is_feminine: bool) -> str:
    return "e" if is_feminine else "i"


def subject(streets: Sequence[Street]) -> str:
    """`via Adda, via Po e la S.P. 18`."""
    return joined([street.subject for street in streets])


def inside(streets: Sequence[Street]) -> str:
    """`in via Adda, via Po e piazza Roma`, `sulla S.P. 18`: the preposition once where it is the same."""
    first = streets[0].inside.split(" ")[0]
    if all(street.inside.split(" ")[0] == first for street in streets) and first == "in":
        return f"in {joined([street.words for street in streets])}"
    return joined([street.inside for street in streets])


def joined(words: Sequence[str]) -> str:
    """`a, b e c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} e {words[-1]}"


def stands_in(said: str, street: str) -> bool:
    """Whether folded words have a street, also behind `nelle vie`, which it shares with others."""
    name = folded(street).partition(" ")[2]
    return folded(street) in said or (bool(name) and name in said and _MANY.search(said) is not None)

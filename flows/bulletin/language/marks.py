"""The marks of a typewriter set right: `E'`, `perche'`, `ATTIVITA'`, `O R D I N A`, `For-mazione`, `..`."""

import re
import unicodedata
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.spelling import is_word

_BARE_ACCENT = re.compile(r"\b([A-ZÀ-Ý]{2,})([AEIOU])['’](?=[\s.,;:!?)\"”»]|$)")  # ATTIVITA', FINCHE'
_ACCENTS = {"A": "À", "E": "È", "I": "Ì", "O": "Ò", "U": "Ù", "CHE": "É"}
_E = re.compile(r"(?<![\w'’])E['’](?=\s)|(?<=\s)e['’](?=\s(?!['’]))")
_CHE = re.compile(
    r"\b((?:per|poi|fin|affin|ben|non|pur|anzi|giac|cosic)ch|n|s)e['’](?=[\s.,;:!?)\"”»]|$)", re.I
)
# no elision stands before a space, so a vowel with an apostrophe there lost its accent: `attivita' sportive`
_SMALL_ACCENT = re.compile(
    r"\b(\w{2,}t|\w{2,}r|pi|gi|pu|cos|ci|per|lass|l|qu|met|libert|(?:lun|mart|mercol|giov|ven)ed)([aiou])['’]"
    r"(?=[\s.,;:!?)\"”»]|$)"
)
_ACUTE = Cued(r"\b(per|poi|fin|affin|ben|non|pur|anzi)chè\b", re.I)
_SMALL_ACCENTS = {"a": "à", "i": "ì", "o": "ò", "u": "ù"}
_SINGLE_QUOTED = re.compile(r"(?<![\w'’])['‘]([A-ZÀ-Ý][^'’‘«»\n]{2,60})['’](?=[\s.,;:!?)]|$)")
_TURNED = re.compile(r"(?<=[lLnNdDtT])‘(?=[^\W\d_])")  # `l‘inaugurazione`: an apostrophe the wrong way round
_SPACED = re.compile(r"(?<!\w)(?:[A-ZÀ-Ý] ){3,30}[A-ZÀ-Ý](?!\w)")
_HYPHENATED = re.compile(r"\b([^\W\d_]{2,20})[-\xad]\s?([a-zà-ù]{2,20})\b")
_FANCY = re.compile("[\U0001d400-\U0001d7ff]+")
_RUN = re.compile(r"(\W{150})\W+(\W{150})")  # blank lines, rules, the cells of an empty table
_LOST_APOSTROPHE = re.compile(r"\b([dn]ell|d?all|sull)([AEIOUaeiou][a-zà-ù]{4,})\b")  # no name: small
_PICTURES = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u20e3]+")
_WEEKDAY = re.compile(r"\b((?:lun|mart|mercol|giov|ven)ed)(i)['’]?(?![\w'’])", re.I)
_LAST_SMALL = re.compile(r"\b([A-ZÀ-Ý]{3,})([ìàèòùé])(?!\w)")  # `GIOVEDì`
# the signs without which a rule has nothing to do, the rule, and what it writes
_SPACES = tuple(
    (marks, re.compile(pattern), new)
    for marks, pattern, new in (
        (("..",), r"(?<!\.)\.\.(?![.a-zà-ù])", "."),  # `So..stare` is a play of words
        (("^",), r"\b(\d{1,3})\^(?=\s|$)", r"\1ª"),
        (
            (" ,", " ;", " .", " :", " !", " ?"),
            r"(?<=[^\s.]) +(?=[,;](?:\s|$))|(?<=\w) +(?=\.(?:\s|$))|(?<=\w) +(?=[:!?](?:\s|$))",
            "",
        ),
        ((",,", ", ,", ";;", "; ;"), r"([,;])(?: ?\1)+", r"\1"),
        (("!", "?"), r"(?<=[^\W\d_]{3})([!?])(?=[A-ZÀ-Ý][^\W\d_]{2})", r"\1 "),  # `ARRIVO!INCONTRI`
        (("–", "—"), r"(?<=\w )([–—])(?=[A-ZÀ-Ý])", r"\1 "),
        (("( ", "« ", "“ ", " )", " »", " ”"), r"(?<=[(«“]) +| +(?=[)»”])", ""),
        (  # `i termini x la domanda`; no X of Pio X, nor the x of `raggi x`
            (" x ",),
            r"(?<=[^\W\d] )(?<!\braggi )x(?= (?:il|lo|la|i|gli|le|chi|ogni|tutt[ie]|bambin[ie]|adulti)\b)",
            "per",
        ),
        (
            ("gg", "GG"),
            rf"(?<!\w)(?<!\bnei )(?<!\bdei )(?<!\bi )(?:gg|GG)\b\.?(?= \d{{1,2}} (?:{'|'.join(MONTHS)}))",
            "il giorno",
        ),
        (("gg", "GG"), r"(?<!\w)(?:gg|GG)\b\.?(?= \w)", "giorni"),
        (("lli ",), r"\b[Ff]\. ?lli(?= [A-ZÀ-Ý])", "Fratelli"),  # a street that its title writes out
        (("' ", "’ "), r"(?<=\b[lL])(['’]) +(?=\w)|(?<=[ldns][lL])(['’]) +(?=\w)", r"\1\2"),
    )
)


def _elided(match: re.Match[str]) -> str:
    """`dell'ufficio` of `dellufficio`, which is no word where `ufficio` is one."""
    is_lost = is_word(match[2].lower()) and not is_word(match[0].lower())
    return f"{match[1]}'{match[2]}" if is_lost else match[0]


def lettered(text: str) -> str:
    """`text` with letters for the mathematical signs that look like bold ones, and without pictures.

    Screen readers spell such signs one by one, and no word of them is found again. Weekdays get the accent
    that a typewriter left out: `martedi'`.
    """
    text = _LOST_APOSTROPHE.sub(_elided, _TURNED.sub("’", text))
    text = _PICTURES.sub(" ", _FANCY.sub(lambda sign: unicodedata.normalize("NFKC", sign[0]), text))
    return _WEEKDAY.sub(lambda day: day[1] + ("Ì" if day[2] == "I" else "ì"), text)


@lru_cache(maxsize=4096)
def condensed(text: str) -> str:
    """`text` whose longest run without a letter or figure is 300 characters.

    Patterns that step over signs between words look at each rest of a run again: the time grows by its
    square, and for 200,000 line breaks has no end.
    """
    return _RUN.sub(r"\1\2", text)


def tidied(text: str) -> str:
    """`text` on one line with accents for apostrophes, torn words whole, one mark where two stood."""
    text = " ".join(text.split())
    has_mark = "'" in text or "’" in text
    if has_mark:
        text = _SINGLE_QUOTED.sub(r"«\1»", text)
    text = _SPACED.sub(_joined, text)
    text = _LAST_SMALL.sub(lambda match: match[1] + match[2].upper(), text)
    if has_mark:
        text = accented(text)
        text = _E.sub(lambda match: "È" if match[0][0] == "E" else "è", text)
        text = _CHE.sub(lambda match: f"{match[1]}é" if match[0][-2].islower() else f"{match[1]}É", text)
    text = _ACUTE.sub(r"\1ché", text)
    if has_mark:
        text = _SMALL_ACCENT.sub(lambda match: match[1] + _SMALL_ACCENTS[match[2]], text)
    if "-" in text or "\xad" in text:
        text = _HYPHENATED.sub(_unhyphenated, text)
    for marks, pattern, new in _SPACES:
        if any(mark in text for mark in marks):
            text = pattern.sub(new, text)
    return text


def accented(text: str) -> str:
    """`ATTIVITA'` as `ATTIVITÀ`: typewriters had no capitals with accents."""
    return _BARE_ACCENT.sub(
        lambda match: match[1] + _ACCENTS["CHE" if match[1].endswith("CH") and match[2] == "E" else match[2]],
        text,
    )


def _joined(match: re.Match[str]) -> str:
    """`O R D I N A` as a word of the sentence it stands in; letters that make no word stay."""
    word = match[0].replace(" ", "").lower()
    if not is_word(word):
        return match[0]
    return word if match.string[: match.start()].strip() else word.capitalize()


def _unhyphenated(match: re.Match[str]) -> str:
    """`For-mazione` as one word, `socio-sanitario` as it is."""
    joined = match[1] + match[2]
    is_torn = is_word(joined.lower()) and not is_word(match[2])
    return joined if is_torn else match[0]

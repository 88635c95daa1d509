"""What to make of an office's title: its capitals, and whether a text already tells it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"\w+")
_WORD_OR_INITIALS = re.compile(r"(?:\b[^\W\d_]\.){2,}|\w+")
_ROMAN = re.compile(r"(?=[MDCLXVI]{2})M*(C[MD]|D?C{0,3})(X[CL]|L?X{0,3})(I[XV]|V?I{0,3})")
_BEFORE_NAME = re.compile(
    r"\b((?:comune|città|frazione) di (?:san )?|(?:via|viale|piazza|piazzale)"
    r" (?:d[ae]ll?[aeo]? |san )?)([a-z])"
)
_NOT_ROMAN = frozenset({"DI", "MI", "CI", "LI", "VI"})  # words far more often than numbers
_ACRONYM_WORDS = """
    IMU TARI TASI ISEE CIE SPID PEC URP COC ASL ATS CUP SUAP SUE ANPR AIRE CAF IRPEF ISTAT INPS ATA UE CRE
    AVIS
"""
_ACRONYMS = frozenset(_ACRONYM_WORDS.split())


def casing(sentences: Iterable[str]) -> dict[str, str]:
    """How the text itself writes each word: `{"milano": "Milano", "scuola": "scuola"}`.

    The first word of a sentence says nothing of its own capital, nor does a sentence all in capitals.
    """
    forms: dict[str, str] = {}
    for sentence in sentences:
        if is_shouted(sentence):
            continue
        words = _WORD.findall(sentence)
        for place, word in enumerate(words[1:], start=1):
            if _is_loud(word) and any(
                _is_loud(beside) for beside in (words[place - 1], *words[place + 1 : place + 2])
            ):
                continue  # `FINCHE' NOTTE NON CI SEPARI` amid a sentence: capitals that say nothing
            key = word.lower()
            if forms.get(key) != key:
                forms[key] = word if word.islower() or key not in forms else forms[key]
    return forms


def _is_loud(word: str) -> bool:
    return word.isupper()


def is_shouted(text: str) -> bool:
    """Whether at least two words stand there and every letter is a capital."""
    return text == text.upper() and sum(word.lower() != word for word in _WORD.findall(text)) >= 2


def softened(text: str, forms: Mapping[str, str]) -> str:
    """A text ALL IN CAPITALS as a sentence; names and acronyms as `forms` (see `casing`) writes them.

    Any other text comes back as it is: half a title in capitals is somebody's choice.
    """
    if not is_shouted(text):
        return text
    lowered = _WORD_OR_INITIALS.sub(lambda match: _softened_word(match[0], forms), text)
    lowered = _BEFORE_NAME.sub(lambda match: match[1] + match[2].upper(), lowered)
    return re.sub(r"(?:^|[.!?]\s+)\W*\w", lambda match: match[0].upper(), lowered)


def _softened_word(word: str, forms: Mapping[str, str]) -> str:
    if "." in word:
        return word  # `A.S.D.`
    if word.lower() in forms:
        return forms[word.lower()]
    is_roman = _ROMAN.fullmatch(word) is not None and word not in _NOT_ROMAN
    has_vowel = any(vowel in unicodedata.normalize("NFD", word) for vowel in "AEIOUY")
    return word if word in _ACRONYMS or is_roman or (len(word) > 2 and not has_vowel) else word.lower()


def is_told(title: str, text: str) -> bool:
    """Whether the text names the title's matter by itself: most of its words stand there, by their stem."""
    stems = {_stem(word) for word in _WORD.findall(title) if len(word) > 3 or word.isdigit()}
    present = {_stem(word) for word in _WORD.findall(text)}
    return len(stems & present) >= 0.6 * len(stems)


def same(title: str, other: str) -> bool:
    """Whether two titles differ only in case, accents, punctuation and spaces."""
    return folded(title) == folded(other)


def folded(text: str) -> str:
    """The bare words of a text, to compare by: lower case, no accents, no punctuation."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join(_WORD.findall("".join(char for char in decomposed if not unicodedata.combining(char))))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return folded(word)[:4]  # chiusura, chiude, chiusa

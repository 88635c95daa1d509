"""Words that no Italian dictionary has and that are one slip away from one it has: `modaltà`.

Two dictionaries that come as packages, read once when first asked: the forms of `simplemma` (some 360,000)
and the words by frequency of `pyspellchecker`. Both lack much that an office writes, so a word that is merely
unknown is no mistake: it is one where a single letter left out, added, changed or two of them swapped
make a common word. Names, shouted words, addresses and what the caller knows are left alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![\w@./’'-])[a-zà-ù]{4,30}(?![\w@’'-]|[./]\w)")
_LETTERS = "abcdefghilmnopqrstuvzàèéìòù"
_COMMON = 400  # times among the subtitles behind the frequencies: below, names and slips stand among words
_SHORTEST = 6  # letters: shorter words are one letter away from another too often
_LONG = 10  # letters: such words are near each other hardly ever
_CLITIC = re.compile(
    r"(.{2,}(?:a|e|i|o)r)(?:(?:me|te|se|ce|ve|glie)?(?:lo|la|li|le|ne)|mi|ti|si|ci|vi|gli|celo)$"
    r"|(.{2,}[ae]ndo)(?:(?:me|te|se|ce|ve|glie)?(?:lo|la|li|le|ne)|mi|ti|si|ci|vi|gli)$"
    r"|(.{2,}[aei])(?:lo|la|li|le|ne|ti|vi|ci)$"
)
# Everyday words from abroad and short forms that neither dictionary has.
_LOAN_WORDS = """
    band bebè bici blog brunch buffet business caregiver check clic clown coding color coupon
    coworking day email fantasy file files flash food form forum green hub info kit link live mail
    mapping master meeting meteo network news newsletter night online open over partner party
    password plan podcast privacy reading rendering runner running screening selfie show slide smart
    smartphone social software sport spray staff stage status street tablet talk team teenager
    tornado tour trekking tribute tutor video voucher walking web webinar wellness wifi workshop
    yoga youth
"""
_LOANS = frozenset(_LOAN_WORDS.split())
# What Italian builds from words it has.
_PREFIXES = re.compile(
    r"(?:auto|anti|bio|eco|extra|foto|idro|inter|intra|mega|meteo|micro|mini|multi|neo|oltre|para"
    r"|poli|post|pre|re"
    r"|ri|semi|socio|sopra|sotto|sovra|sub|super|tele|termo|trans|tri|ultra|vice|video|dis|in|s|co|bi)"
)
_BUILT = (
    (re.compile(r"(.{3,})amente$"), ("o", "a")),
    (re.compile(r"(.{3,}[lr])mente$"), ("e",)),
    (re.compile(r"(.{3,}e)mente$"), ("",)),
    (re.compile(r"(.{3,})(?:ità|ezza|ismo|ista|isti)$"), ("o", "e", "a")),
    (re.compile(r"(.{3,})(?:abil|ibil)[ei]$"), ("are", "ire", "ere")),
    (re.compile(r"(.{3,})issim[oaie]$"), ("o", "e")),
    (re.compile(r"(.{3,})azion[ei]$"), ("are",)),
    (re.compile(r"(.{3,})ament[oi]$"), ("are",)),
    (re.compile(r"(.{3,})iv[oaie]$"), ("ione", "ere")),
    (re.compile(r"(.{3,})istic[oaiehà]{1,2}$"), ("a", "o", "e")),
    (re.compile(r"(.{3,}[aeo]t)[aie]$"), ("o",)),
    (re.compile(r"(.{3,}[cglrntsv])(?:a|i|e|hi|he)$"), ("o", "e", "a", "io")),
)


def misspelt(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The words of `text` that are surely misspelt, each once, in order; never one of `known`."""
    excepted = {word.lower() for word in known}
    found = dict.fromkeys(word for word in _WORD.findall(text) if word not in excepted and correction(word))
    return tuple(found)


@lru_cache(maxsize=8192)
def correction(word: str) -> str:
    """The common word that a misspelt one in small letters is one slip from; "" where it may be right."""
    if len(word) < _SHORTEST or is_word(word):
        return ""
    counts = _counts()
    best = max(_slips(word), key=lambda other: counts.get(other, 0), default="")
    is_sure = counts.get(best, 0) >= _COMMON or best in _heads() or len(word) >= _LONG
    return best if is_sure else ""


@lru_cache(maxsize=32768)
def is_word(word: str) -> bool:
    """Whether a word in small letters is Italian: in a dictionary, or built from one that is."""
    if _stands(word) or word in _LOANS:
        return True
    if (clitic := _CLITIC.match(word)) and _stands_verb(clitic[1] or clitic[2] or clitic[3]):
        return True
    if (prefix := _PREFIXES.match(word)) and len(word) - prefix.end() >= 5 and _stands(word[prefix.end() :]):
        return True
    return any(
        (match := pattern.match(word)) is not None and any(_stands(match[1] + end) for end in ends)
        for pattern, ends in _BUILT
    )


def lemma(word: str) -> str:
    """The dictionary's head word of a form: `chiude` of chiudere; "" where it lists none."""
    return _forms().get(word) or ""


def _stands(word: str) -> bool:
    return word in _counts() or word in _heads() or _forms().get(word) is not None


def _stands_verb(stem: str) -> bool:
    """`iscriver` of iscriversi, `valorizzando` of valorizzandone, `prenota` of prenotalo."""
    return _stands(stem) or _stands(f"{stem}e")


def _slips(word: str) -> Iterator[str]:
    """Every dictionary's word one slip away from `word`."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        for letter in _LETTERS:
            if _stands(other := head + letter + tail):
                yield other
            if len(tail) > 1 and letter != tail[0] and _stands(other := head + letter + tail[1:]):
                yield other  # a changed last letter is a form that no dictionary lists
        if len(tail) > 1 and _stands(other := head + tail[1:]):
            yield other
        if len(tail) > 2 and _stands(other := head + tail[1] + tail[0] + tail[2:]):
            yield other


def load() -> None:
    """Read the dictionaries now: with the first word that is asked for it would take half a second, a third
    of a second of it in each copy of a process that has read the forms alone.
    """
    _forms()
    _heads()
    _counts()


@lru_cache(maxsize=1)
def _forms() -> Mapping[str, str]:
    return DefaultDictionaryFactory().get_dictionary("it")


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    return frozenset(_forms().values())


@lru_cache(maxsize=1)
def _counts() -> dict[str, int]:
    return dict(SpellChecker(language="it").word_frequency.dictionary)

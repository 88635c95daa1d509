"""The article of an Italian noun, by its ending and its head word in the dictionary of `simplemma`.

`raccolta` is `la raccolta`, `spazi` is `gli spazi`. Of a noun whose ending leaves its gender open, and of a
word that no dictionary has, nothing is said: a wrong article is read by every citizen.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from flows.bulletin.language.spelling import is_word, lemma

# an article behind `a`
TO = {"il": "al ", "lo": "allo ", "l'": "all'", "la": "alla ", "i": "ai ", "gli": "agli ", "le": "alle "}
# and behind `di`
OF = {
    "il": "del ",
    "lo": "dello ",
    "l'": "dell'",
    "la": "della ",
    "i": "dei ",
    "gli": "degli ",
    "le": "delle ",
}
# the article within `del`, before a noun: `il `, `l'`
OF_ARTICLE = {of.strip(): the if the.endswith("'") else f"{the} " for the, of in OF.items()}
_FEMININE = re.compile(r"(?:[zsg]ione|(?<!bas)tione|[uipm]nione|udine|trice|igine|agine)$")
_MASCULINE = re.compile(r"(?:\wore|iere|(?<![zsg]i)(?<!sti)(?<![uipm]ni)one|ame|ume|ale|ile)$")
_NAMED = re.compile(r"(?:via|viale|piazza|piazzale|corso|largo|vicolo|piazzetta)\b", re.I)  # take no article
_HARD = re.compile(r"(?:s[bcdfghlmnpqrtvz]|z|gn|ps|x|y)", re.I)
_SURE = ("ità", "mento", "zione", "zioni")  # endings that name a noun and its gender, in whatever dictionary
_ONE_FOR_BOTH = frozenset(
    ["crisi", "analisi", "tesi", "oasi", "ipotesi", "brindisi", "sintesi", "serie", "specie"]
)
_VERBAL = """
    acquisto aiuto ascolto assegno bilancio cambio impianto incontro modulo percorso rilascio rinnovo ritiro
    sostegno stato utilizzo
"""
_NOUNS_TOO = frozenset(_VERBAL.split())  # which the dictionary has as forms of a verb alone
_FEMININE_IN_E = frozenset(["classe", "estate", "febbre", "gente", "luce", "neve", "peste", "rete", "salute"])
_FEMININE_IN_O = frozenset(["mano", "radio", "foto", "moto", "auto", "dinamo"])
_MASCULINE_IN_A = re.compile(r"(?:gramma|blema|[^r]tema|schema|clima|orama|dramma|diploma|cinema|vaglia)$")
_OF_EITHER = re.compile(r"(?:ista|cida|iatra|arca)$")  # `l'artista`, a man or a woman
_FEMININE_FROM_ABROAD = frozenset(
    ["app", "card", "mail", "newsletter", "band", "privacy", "brochure", "email"]
)
_SMALL = re.compile(  # words that are no nouns, whatever they end in
    r"(?:d[ae]|ne|su|co|a)(?:l|llo|lla|lle|i|gli)|per|con|tra|fra|non|una?|uno|che|chi|cui|come|dove|quando|anche|senza|ogni"
)
_VOWELS = "aeiouàèéìòù"


class Gender(NamedTuple):
    """How what is said of a noun ends."""

    is_feminine: bool
    is_plural: bool

    @property
    def ending(self) -> str:
        """`o`, `a`, `i` or `e`: of `chiuso`, `chiusa`, `chiusi`, `chiuse`."""
        return ("e" if self.is_plural else "a") if self.is_feminine else ("i" if self.is_plural else "o")


@lru_cache(maxsize=4096)
def gender_of(noun: str) -> Gender | None:
    """Gender and number of a noun in small letters; None where they are not sure."""
    if (
        len(noun) < 3
        or _SMALL.fullmatch(noun)
        or not (is_word(noun) or noun.endswith(_SURE))
        or noun in _ONE_FOR_BOTH
    ):
        return None
    if noun in _FEMININE_IN_E:
        return Gender(is_feminine=True, is_plural=False)
    if noun.endswith(("zioni", "sioni")):
        return Gender(is_feminine=True, is_plural=True)
    head = lemma(noun) or noun
    last = noun[-1]
    if last in "àù":
        return Gender(is_feminine=True, is_plural=False)
    if last not in "aeio":
        return None if last in _VOWELS else Gender(noun in _FEMININE_FROM_ABROAD, is_plural=False)
    if head.endswith(("are", "ere", "ire")) and noun not in _NOUNS_TOO:
        return None  # a form of a verb
    if last == "o":
        return Gender(noun in _FEMININE_IN_O, is_plural=False)
    if last == "a":
        return None if _OF_EITHER.search(noun) else Gender(not _MASCULINE_IN_A.search(noun), is_plural=False)
    if last == "e" and head == noun:
        return _in_e(noun, is_plural=False)
    if last == "e":
        return Gender(is_feminine=True, is_plural=True) if head.endswith(("a", "o")) else None
    return _in_e(head, is_plural=True) if head.endswith("e") else Gender(is_feminine=False, is_plural=True)


def _in_e(noun: str, *, is_plural: bool) -> Gender | None:
    if _FEMININE.search(noun) or noun in _FEMININE_IN_E:
        return Gender(is_feminine=True, is_plural=is_plural)
    return Gender(is_feminine=False, is_plural=is_plural) if _MASCULINE.search(noun) else None


def definite(word: str, gender: Gender) -> str:
    """`il `, `lo `, `la `, `l'`, `i `, `gli ` or `le `, with what stands between it and `word`."""
    vowel, hard = word[:1].lower() in _VOWELS, _HARD.match(word) is not None
    if gender.is_plural:
        return "le " if gender.is_feminine else "gli " if vowel or hard else "i "
    if vowel:
        return "l'"
    return "la " if gender.is_feminine else "lo " if hard else "il "


def indefinite(word: str, gender: Gender) -> str:
    """`un `, `uno `, `una ` or `un'`; "" of a plural."""
    if gender.is_plural:
        return ""
    if gender.is_feminine:
        return "un'" if word[:1].lower() in _VOWELS else "una "
    return "uno " if _HARD.match(word) else "un "


def with_article(phrase: str) -> str:
    """`la sosta tariffata` of `Sosta tariffata`; "" where the article of its first word is not sure."""
    first, space, rest = phrase.partition(" ")
    gender = gender_of(first.lower())
    return f"{definite(first, gender)}{first.lower()}{space}{rest}" if gender else ""


def as_subject(noun: str, end: str) -> str:
    """`Uffici comunali` as `Gli uffici comunali`, by the ending of what is said of them."""
    if _NAMED.match(noun) or re.match(r"(?:il|lo|la|i|gli|le)\s|l['’]", noun, re.I):
        return noun
    noun = re.sub(r"^(?:un[ao]?\s|un['’])", "", noun, flags=re.I)  # `Una camminata aperta a tutti`
    if noun.istitle() and " " not in noun and not is_word(noun.lower()):
        return noun  # a town, a club: `Schio è premiata`
    small = f"{noun[:1].lower()}{noun[1:]}"
    vowel = small[0] in "aeiouàèéìòù"
    if end in "oa" and vowel:
        return f"L'{small}"
    hard = vowel or _HARD.match(small)
    article = {"o": "Lo" if hard else "Il", "a": "La", "i": "Gli" if hard else "I", "e": "Le"}[end]
    return f"{article} {small}"

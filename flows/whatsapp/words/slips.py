"""A citizen's text as plain words: case, accents, punctuation, emoji and copied marks do not count.

The two words that count most are known also as fingers, phones and foreign keyboards write them, by slips
that stay recognisable: a neighbouring key, a letter left out, doubled or swapped, `l` for `i`. Leaving is
read more generously than joining: no Italian word is one letter away from DISATTIVA.
"""

import re
import string
import unicodedata

_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_LOOKS_LIKE = {"I": "L1", "A": "4", "S": "5"}
# one letter away from ATTIVA, and words of their own; ATTIVO is read where it stands alone
_OWN_WORDS = frozenset({"CATTIVA", "ATTICA", "ATTIVO", "ATTIVI", "ATTIVE"})
_OTHERS = {  # other languages, dialects, and how the young write
    **dict.fromkeys(("ACTIVA", "AKTIVA", "ACTIVAR"), "ATTIVA"),
    **dict.fromkeys(("DESACTIVAR", "DESACTIVA"), "DISATTIVA"),
    **dict.fromkeys(("NN", "NUN"), "NON"),
    **dict.fromkeys(("CHIU", "CCHIU"), "PIU"),
}
_CYRILLIC = str.maketrans(
    "АБВГДЕЗИІЙКЛМНОПРСТУФХЦЭабвгдезиійклмнопрстуфхцэ", "ABVGDEZIIIKLMNOPRSTUFHZEabvgdeziiiklmnoprstufhze"
)


def latin(text: str) -> str:
    """Italian that was written on a Ukrainian or Russian keyboard: `стоп` is `stop`."""
    return text.translate(_CYRILLIC)


def corrected(word: str) -> str:
    """The word that was meant, folded; a word of no slip that we know stays as it is."""
    return _SLIPS.get(word, word)


def _neighbours(letter: str) -> str:
    letters = _LOOKS_LIKE.get(letter, "")
    for position, row in enumerate(_ROWS):
        column = row.find(letter)
        if column < 0:
            continue
        letters += row[max(column - 1, 0) : column] + row[column + 1 : column + 2]
        for other in _ROWS[max(position - 1, 0) : position] + _ROWS[position + 1 : position + 2]:
            letters += other[max(column - 1, 0) : column + 2]
    return letters


def _slips(word: str, *, any_letter: bool) -> set[str]:
    slips = set()
    for position, letter in enumerate(word):
        begin, rest = word[:position], word[position + 1 :]
        others = string.ascii_uppercase + string.digits if any_letter else _neighbours(letter)
        slips |= {begin + other + rest for other in others}
        slips.add(begin + rest)
        slips.add(begin + letter + letter + rest)
        if rest:
            slips.add(begin + rest[0] + letter + rest[1:])
    return slips - {word}


_SLIPS = {
    **dict.fromkeys(_slips("ATTIVA", any_letter=False) - _OWN_WORDS, "ATTIVA"),
    **dict.fromkeys(_slips("DISATTIVA", any_letter=True), "DISATTIVA"),
    **_OTHERS,
}

SPELT = 4  # letters; "S O S" is three
READ = 4096  # characters, as many as WhatsApp lets a citizen write: a letter asks at its end


def written(text: str) -> list[str]:
    """Words as they were written, without what is no letter or digit."""
    # one sign may stand for a whole sentence
    composed = latin(unicodedata.normalize("NFKC", text[:READ])[: 2 * READ])
    # Zero-width and combining marks come with a copied text and split no word.
    letters = "".join(mark for mark in composed if unicodedata.category(mark) not in ("Cf", "Mn"))
    words = re.findall(r"[^\W_]+", letters)
    is_spelt = len(words) >= SPELT and all(len(word) == 1 for word in words)
    return ["".join(words)] if is_spelt else words


def fold(word: str) -> str:
    """Capitals without accents."""
    parts = unicodedata.normalize("NFKD", word)
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).upper()


def folded(text: str) -> str:
    """All words, folded, a space between them: `L'acqua è in casa!` -> `L ACQUA E IN CASA`."""
    return " ".join(fold(word) for word in written(text))

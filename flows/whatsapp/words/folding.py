"""The two words that count most, as fingers, phones and foreign keyboards write them; and a few more.

Only slips that stay recognisable: a neighbouring key, a letter left out, doubled or swapped, `l` for `i`.
Leaving is read more generously than joining: no Italian word is one letter away from DISATTIVA.
"""

import string

_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_LOOKS_LIKE = {"I": "L1", "A": "4", "S": "5"}
# one letter away from ATTIVA, and words of their own; ATTIVO is read where it stands alone
_WORDS = frozenset({"CATTIVA", "ATTICA", "ATTIVO", "ATTIVI", "ATTIVE"})
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
    found = _LOOKS_LIKE.get(letter, "")
    for place, row in enumerate(_ROWS):
        at = row.find(letter)
        if at < 0:
            continue
        found += row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
        for other in _ROWS[max(place - 1, 0) : place] + _ROWS[place + 1 : place + 2]:
            found += other[max(at - 1, 0) : at + 2]
    return found


def _slips(word: str, *, any_letter: bool) -> set[str]:
    found = set()
    for place, letter in enumerate(word):
        begin, rest = word[:place], word[place + 1 :]
        others = string.ascii_uppercase + string.digits if any_letter else _neighbours(letter)
        found |= {begin + other + rest for other in others}
        found.add(begin + rest)
        found.add(begin + letter + letter + rest)
        if rest:
            found.add(begin + rest[0] + letter + rest[1:])
    return found - {word}


_SLIPS = {
    **dict.fromkeys(_slips("ATTIVA", any_letter=False) - _WORDS, "ATTIVA"),
    **dict.fromkeys(_slips("DISATTIVA", any_letter=True), "DISATTIVA"),
    **_OTHERS,
}

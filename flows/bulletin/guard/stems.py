"""Words made comparable: the stem that `iscrizione`, `iscriversi` and `ti iscrivi` share."""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import plain

LONGEST = 5  # letters: what is longer tells inflections apart, what is shorter mixes words up
_WORDS_OF_NO_MATTER = """
    il lo la i gli le un uno una di a da in con su per tra fra e ed o od del dello della dei degli delle al
    allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui
    sugli sulle che chi cui si ci vi ne mi ti ma se non come anche sono era sara saranno essere stato stata
    stati state ore ora anno giorno giorni h all dell nell sull dall l d un n c quello quella quelli quelle
    questo questa questi queste ha hanno hai avere puo puoi possono devi deve devono va vanno viene vengono
    fa fare piu meno solo fino entro tutto tutti tutta tutte presso ancora poi quando
    dove suo sua loro tuo tua nostro nostra vostra proprio propria alcuni alcune qui cosa
"""
_FUNCTION_WORDS = frozenset(_WORDS_OF_NO_MATTER.split())
# One name for words that a paraphrase exchanges; the beginning of a word decides.
_SAME = {
    "inizi": "comin",
    "avvio": "comin",
    "avvia": "comin",
    "medie": "secon",
    "media": "secon",
    "eleme": "prima",
    "parto": "parte",
    "parti": "parte",
    "finis": "termi",
    "bimbi": "bambi",
    "bimbo": "bambi",
    "film": "cinem",
    "apert": "apre",
    "apron": "apre",
    "aprir": "apre",
    "chius": "chiud",
    "risie": "resid",
    "gratu": "grati",
    "multe": "sanzi",
    "multa": "sanzi",
    "abita": "resid",
    "vivon": "resid",
    "energ": "elett",
    "corre": "elett",  # `la corrente`
    "rata": "rate",
}
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one word; "" of an article, a preposition, an auxiliary."""
    bare = plain(word)
    if len(bare) < 2 or bare in _FUNCTION_WORDS:
        return ""
    short = bare[:LONGEST]
    return _SAME.get(short, short)


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """The stems of a text with their places, in order."""
    found = []
    for match in _WORD.finditer(text):
        if its_stem := stem(match[0]):
            found.append((its_stem, match.start(), match.end()))
    return tuple(found)


def stems(text: str) -> frozenset[str]:
    """The stems of a text."""
    return frozenset(token for token, _, _ in tokens(text))

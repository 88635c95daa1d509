"""A citizen's text as plain words: case, accents, punctuation, emoji and copied marks do not count."""

import re
import unicodedata

from flows.whatsapp.typos import latin

SPELT = 4  # letters; "S O S" is three
READ = 500  # characters; what is asked for stands at the beginning


def written(text: str) -> list[str]:
    """Words as they were written, without what is no letter or digit."""
    composed = latin(unicodedata.normalize("NFKC", text[:READ]))
    # Zero-width and combining marks come with a copied text and split no word.
    kept = "".join(mark for mark in composed if unicodedata.category(mark) not in ("Cf", "Mn"))
    words = re.findall(r"[^\W_]+", kept)
    is_spelt = len(words) >= SPELT and all(len(word) == 1 for word in words)
    return ["".join(words)] if is_spelt else words


def fold(word: str) -> str:
    """Capitals without accents."""
    parts = unicodedata.normalize("NFKD", word)
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).upper()


def folded(text: str) -> str:
    """All words, folded, a space between them: `L'acqua è in casa!` -> `L ACQUA E IN CASA`."""
    return " ".join(fold(word) for word in written(text))

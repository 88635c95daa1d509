"""What a judge of relations found: a sentence for the editor, and how sure it is."""

from dataclasses import dataclass

_LONGEST = 220  # characters of the page that an editor reads beside the field


@dataclass(frozen=True)
class Finding:
    """One contradiction between a text and its source; `is_certain` blocks, else the editor weighs it."""

    message: str
    is_certain: bool = False


def quoted(sentence: str, start: int = 0, end: int = 0) -> str:
    """`«sentence»`, of a long one what stands around `start`..`end`, cut between words."""
    if len(sentence) <= _LONGEST:
        return f"«{sentence.strip()}»"
    first = max(0, min(start - _LONGEST // 3, len(sentence) - _LONGEST))
    piece = sentence[first : max(end, first + _LONGEST)]
    if first:
        piece = "…" + piece.partition(" ")[2]
    if first + _LONGEST < len(sentence):
        piece = piece.rpartition(" ")[0] + "…"
    return f"«{piece.strip()}»"

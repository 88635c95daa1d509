"""What a text with the page's own words has lost among them: a `non`, a `solo`, one item of a list."""

import re
from collections.abc import Iterator

from flows.bulletin.guard.coverage import HEDGE
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stems
from flows.bulletin.guard.wording import Wording

_FIGURE = re.compile(r"\d+")
_WORD = re.compile(r"\w+")
_LIMITS = frozenset(
    [
        "non",
        "solo",
        "soltanto",
        "solamente",
        "esclusivamente",
        "unicamente",
        "residente",
        "residenti",
        "almeno",
    ]
)
_NEITHER = re.compile(r"\bné\b", re.I)
_DENIES = re.compile(
    r"\b(?:non|nessun\w*|senza|mai|niente|nemmeno|neanche|neppure|viet\w+|diviet\w+|impossibil\w+|proibit\w+)\b",
    re.I,
)
_TWO = re.compile(r"\b(?P<first>\w+) (?:e|ed|o) (?P<last>\w+(?: \w+)?)\b")
_NEAR, _SURE = 2, 3  # words behind it that must be the same, and that make it certain


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Words of the text that the page has with a limit among them alone; a `né` that nothing goes before."""
    for sentence in text.sentences:
        neither = _NEITHER.search(sentence.text)
        if (
            neither
            and len(_NEITHER.findall(sentence.text)) == 1
            and not _DENIES.search(sentence.text[: neither.start()])
        ):
            yield Finding(f"«{sentence.text.strip()}»: prima di «né» manca «non»?")
            return
    words = [(match[0].lower(), match.start()) for match in _WORD.finditer(source.text)]
    plain = [word for word, _ in words]
    ours = [match[0].lower() for match in _WORD.finditer(text.text)]
    told, theirs = _runs(ours, _NEAR), _runs(plain, _NEAR)
    for place, word in enumerate(plain):
        if word not in _LIMITS or not 0 < place < len(plain) - _NEAR:
            continue
        around = (plain[place - 1], *plain[place + 1 : place + 1 + _NEAR])
        if around in told and around not in theirs:
            at = words[place][1]
            longer = (plain[place - 1], *plain[place + 1 : place + 1 + _SURE])
            is_sure = longer in _runs(ours, _SURE) and not _DENIES.search(text.text)
            quote = source.quote(at, at + len(word))
            yield Finding(
                f"«{' '.join(around)}»: nella pagina del sito c'è «{word}»: {quote}.",
                is_certain=word == "non" and is_sure,
            )
            break
    yield from _items(text, source)


def _items(text: Wording, source: Wording) -> Iterator[Finding]:
    """`orti e prati` of a page that has `orti, giardini e prati`, and never the two alone."""
    for sentence in text.sentences:
        if HEDGE.search(sentence.text):
            continue
        for match in _TWO.finditer(sentence.text):
            first, last = re.escape(match["first"]), re.escape(match["last"])
            if re.search(rf"\b{first}\s(?:e|ed|o)\s{last}\b", source.text, re.I):
                continue
            whole = re.search(
                rf"\b{first},\s(?P<item>[^,;.:()\n]{{2,45}}),?\s(?:e|ed|o)\s{last}\b", source.text, re.I
            )
            if whole and not _is_told(whole["item"], text):
                quote = source.quote(whole.start(), whole.end())
                yield Finding(f"Manca «{whole['item']}» dall'elenco della pagina del sito: {quote}.")
                return


def _is_told(item: str, text: Wording) -> bool:
    """Whether a text has a word of the item elsewhere, or its figure: `annullato quello del 18`."""
    words = {token for token, _, _ in text.tokens} | set(_FIGURE.findall(text.text))
    return bool((stems(item) | set(_FIGURE.findall(item))) & words)


def _runs(words: list[str], behind: int) -> set[tuple[str, ...]]:
    return {tuple(words[place : place + behind + 1]) for place in range(len(words) - behind)}

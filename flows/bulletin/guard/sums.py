"""What an amount is: a price, a grant, a fine, a threshold of income, a guarantee; and per what."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording

_CEILING, _BESIDE = "una soglia di reddito", 34  # characters
_MEANINGS = {
    "un costo": r"cost[oaiei]\w*|pag(?:a|ano|are|amento|ato|hi|herà)\b|vers(?:a|ano|are|amento|i)\b|tarif\w+|quot[ae]\b|prezzo"  # noqa: E501
    r"|bigliett\w+|spes[ae]\s+d[i']|diritt[oi]\s+di|cauzione|caparra|iscrizione\s*:|bollo"
    r"|(?:iscrizione|ingresso|partecipazione)(?:\sè\sdi)?\s?[:(–-]?\s?(?:€|euro)?\s?$",  # `Ingresso 5 euro`
    "un contributo": r"contribut\w+|bonus|rimbors\w+|ricev\w+|eroga\w*|voucher|sussidi\w+|incentiv\w+|assegn(?:o|ati)\b"  # noqa: E501
    r"|finanziament\w+|sostegno|indennit\w+|borsa|borse|spett(?:a|ano|erà|eranno)\b",
    "una sanzione": r"mult[ae]\b|sanzion\w+|ammend[ae]\b",
    _CEILING: r"(?<!assenza di )(?<!senza )isee|isp|reddit\w+|patrimoni\w+",
    "un premio": r"premi[oa]?\b|in\s+palio|montepremi",
    "una garanzia": r"polizz\w+|assicura\w+|fideiuss\w+|massimale|garanzia",
    "un buono": r"buon[oi]\b",
}
_EACH = {name: re.compile(rf"\b(?:{pattern})", re.I) for name, pattern in _MEANINGS.items()}
# What of one may well be told as the other.
_AKIN = (
    {"un contributo", "un buono"},
    {"un contributo", "un premio"},
    {"un buono", "un premio"},
)
_REACH = 70  # characters
_WIDE = 200
_STOP = re.compile(r"[.;!?](?:\s|$)|\n")
_EACH_ONE = re.compile(
    r"\b(?:ogni|singol\w+|ciascun\w*|cadaun\w*|a\s+testa|a\s+persona|per\s+persona|l['’]un[oa]|al\s+giorno|al\s+mese)\b",
    re.I,
)
_IN_ALL = re.compile(r"\b(?:in\s+tutto|complessiv\w+|in\s+totale|totali?)\b", re.I)


def meanings(wording: Wording, fact: Fact) -> set[str]:
    """What the words around an amount, in its clause, say that it is; empty where they say nothing."""
    before = wording.text[max(0, fact.start - _REACH) : fact.start]
    after = wording.text[fact.end : fact.end + _REACH]
    stops = list(_STOP.finditer(before))
    if stops:
        before = before[stops[-1].end() :] if stops[-1].end() < len(before) - 2 else before
    if stop := _STOP.search(after):
        after = after[: stop.start()]
    found: dict[str, int] = {}
    around = wording.text[max(0, fact.start - _WIDE) : fact.end + _REACH]
    if not any(pattern.search(f"{before} {after}") for pattern in _EACH.values()):
        return {name for name, pattern in _EACH.items() if name != _CEILING and pattern.search(around)}
    for name, pattern in _EACH.items():
        nearest = [len(before) - match.end() for match in pattern.finditer(before)]
        nearest += [match.start() + 12 for match in pattern.finditer(after)]
        if (
            name == _CEILING
        ):  # `101 euro per gli altri, con riduzioni per ISEE fino a 10.000`: it is of the next sum
            nearest = [place for place in nearest if place < _BESIDE]
        if nearest:
            found[name] = min(nearest)
    return set(found)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Amounts that are one thing in the text and another on the page."""
    witnesses: dict[str, list[Fact]] = {}
    for fact in source.of_kind(Kind.amount):
        witnesses.setdefault(fact.value, []).append(fact)
    for fact in text.of_kind(Kind.amount):
        same = witnesses.get(fact.value, [])[:40]
        ours = meanings(text, fact)
        theirs = [meanings(source, witness) for witness in same]
        if same and ours and all(theirs) and not any(_agree(ours, its) for its in theirs):
            quote = source.quote(same[0].start, same[0].end)
            yield Finding(
                f"«{fact.shown}» qui è {_list(ours)}, nella pagina del sito è {_list(theirs[0])}: {quote}.",
                is_certain=True,
            )
        elif same and _is_in_all(text, fact) and all(_is_each(source, witness) for witness in same):
            quote = source.quote(same[0].start, same[0].end)
            yield Finding(f"«{fact.shown}» nella pagina del sito non è il totale: {quote}.", is_certain=True)


def _agree(ours: set[str], theirs: set[str]) -> bool:
    return bool(ours & theirs) or any(kin & ours and kin & theirs for kin in _AKIN)


def _list(names: set[str]) -> str:
    return " o ".join(sorted(names))


def _around(wording: Wording, fact: Fact) -> str:
    """The clause around an amount."""
    before, after = (
        wording.text[max(0, fact.start - _REACH) : fact.start],
        wording.text[fact.end : fact.end + _REACH],
    )
    stops = list(_STOP.finditer(before))
    stop = _STOP.search(after)
    return before[stops[-1].end() if stops else 0 :] + fact.shown + after[: stop.start() if stop else None]


def _is_in_all(wording: Wording, fact: Fact) -> bool:
    return bool(_IN_ALL.search(_around(wording, fact)))


def _is_each(wording: Wording, fact: Fact) -> bool:
    around = _around(wording, fact)
    return bool(_EACH_ONE.search(around)) and not _IN_ALL.search(around)

"""The lines of a notice that may be news: its title and what stands below, without the furniture of a card.

Cards of a news list repeat the title, show their own day and "Leggi di più"; none of it is told to a citizen.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.bulletin.facts.fact import Kind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.marks import tidied
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.titles import calmed, casing, folded
from flows.bulletin.page.notice import Notice

_MONTH = r"(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)[a-z]{0,7}"
_WEEKDAY = r"(?:luned|marted|mercoled|gioved|venerd)[ìi]['’]?|sabato|domenica"
_CARD = re.compile(
    rf"(?:(?:notizi[ae]|avvis[oi]|news|eventi|comunicat[oi])\W*)?(?:(?:{_WEEKDAY}),?\s)?"
    rf"(?:\d{{1,2}}\s{_MONTH}\.?\s20\d\d|\d{{1,2}}[/.-]\d{{1,2}}[/.-]20\d\d)?",
    re.I,
)
_SIGNED = re.compile(rf"[A-ZÀ-Ý][\w'’ ]{{2,40}}, (?:lì |li )?\d{{1,2}}[°º]? {_MONTH} 20\d\d", re.I)
_STAMP = re.compile(
    r"(?:data di pubblicazione|pubblicat[oa] il|ultim[oa] (?:aggiornamento|modifica)|tempo di lettura"
    r"|leggi di pi[uù]|leggi tutto"
    r"|\d{1,2} min$|a cura di|vai alla pagina|su lorem ipsum|scarica|allegat[oi]|documenti"
    r"|informazione non disponibile"
    r"|varie dal tuo comune|categoria|argomenti|condividi)\b",
    re.I,
)
_READ = 20_000  # characters that show how a page writes its words
_CUT = re.compile(r"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|\bleggi (?:tutto|di più))[\W_]*$", re.I)
_CONTACT = re.compile(
    r"@|\btel(?:efono)?\b\.?:?|\b0\d{1,3}[ ./-]?\d{5,}|https?:|\bper (?:maggiori |ulteriori )?info", re.I
)
_ACT_DAY = re.compile(r"\b(?:con nota|nota|avviso|bollettino|documentazione|ordinanza|aggiornamento)\b", re.I)
_VOTE_DAY = re.compile(
    r"\b(?:elezion[ei]|referendum|consultazion[ei])\b[^.;:]{0,24}\sde(?:l|i"
    r"|ll['’])\s?(?:[\w° ]{1,12}\se\s)?$",
    re.I,
)
_BINDING = re.compile(
    r"\b(?:eccett\w+|esclus\w+|tranne|salvo|ad eccezione|fatta eccezione|residenti|frontisti"
    r"|mezzi di soccorso"
    r"|annullat\w+|rinviat\w+|posticipat\w+|prorogat\w+|proroga|sospes[oaie]|revocat\w+|in caso di"
    r"|riapr\w+|riapert\w+|eccezion[ei]|garantit[oaie]"
    r"|rest(?:a|ano|erà|eranno)|riman(?:e|gono|rà)|rimarranno|numeri (?:pari|dispari)|solo|soltanto"
    r"|esclusivamente|non|vietat\w+)\b",
    re.I,
)


def lines(notice: Notice) -> tuple[str, ...]:
    """The title and every line below it that is no furniture, each once."""
    return _lines(notice.title, notice.source)


@lru_cache(maxsize=64)
def _lines(title: str, source: str) -> tuple[str, ...]:
    made: list[str] = []
    seen: set[str] = set()
    forms = casing(split(source[:_READ]))
    for text in (title, *source.split("\n")):
        for sentence in _sentences(text):
            line = calmed(tidied(sentence), forms)
            key = folded(line)
            is_signed = _SIGNED.fullmatch(line) is not None and source.rstrip(" .").endswith(line)
            if key and key not in seen and not is_signed and not (made and _is_furniture(line, made[0])):
                seen.add(key)
                made.append(line)
    return tuple(made)


def _sentences(text: str) -> Iterator[str]:
    text = re.sub(r"^[\s#*•>|-]+", "", text).strip()
    if has_verb(text) or len(text) > 300:
        yield from split(text)
    elif text:
        yield text


def _is_furniture(line: str, title: str) -> bool:
    if _STAMP.match(line) or _CARD.fullmatch(line.strip(" .;|-")):
        return True
    start, its = folded(line), folded(title.rstrip(". …"))
    return (
        bool(its)
        and (start.startswith(its) or its.startswith(start))
        and not has_verb(line)
        and len(start) <= len(its) + 20
    )


def is_cut(line: str) -> bool:
    """Whether a line ends in the middle, with dots."""
    return _CUT.search(line) is not None


def is_contact(line: str) -> bool:
    """Whether a line tells whom to ask: its hours are an office's."""
    return _CONTACT.search(line) is not None


@lru_cache(maxsize=2048)
def told(text: str) -> frozenset[str]:
    """Days (month and day), hours, levels of `text`; days of acts and of publication count for nothing."""
    keys = set()
    for fact in facts(text):
        before = text[max(0, fact.start - 40) : fact.start]
        if fact.kind is Kind.date and not _ACT_DAY.search(before) and not _VOTE_DAY.search(before):
            keys.add(f"day {fact.value[-5:]}")
        elif fact.kind is Kind.time and re.search(
            r"\b(?:nota|emess[oa]|diramat[oa]|aggiornat[oa])\b",
            text[max(0, fact.start - 60) : fact.start],
            re.I,
        ):
            continue  # the hour at which a bulletin was written
        elif fact.kind in (Kind.time, Kind.level, Kind.weekday, Kind.relative):
            keys.add(f"{fact.kind} {fact.value}")
    return frozenset(keys)


def binding(text: str) -> bool:
    """Whether a line holds an exception, a condition, a change: a text without it could mislead."""
    return _BINDING.search(text) is not None


def untold(text: str, notice: Notice, *, beside: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The lines (but for `beside`) with a day, an hour or a limit that `text` does not tell."""
    said = told(text)
    return tuple(
        line
        for line in lines(notice)
        if line not in beside and not is_contact(line) and (told(line) - said or binding(line))
    )

"""What a text may not leave out: that something is off or put off, and the exception of a rule it tells."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stems
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.cues import Cued

# What changes whether a thing takes place at all.
_STATUS = Cued(
    r"\b(?:annullat[oaie]|annullament[oi]|rinviat[oaie]|rinvio|posticipat[oaie]|rimandat[oaie]|revocat[oaie]"
    r"|non\s+(?:si\s+)?(?:terr[àa]|svolger[àa]|avr[àa]\s+luogo)|a\s+data\s+da\s+destinarsi|provvisori[ae])\b",
    re.I,
)
_TOLD = re.compile(
    r"\b(?:annull\w+|rinvi\w+|posticip\w+|rimand\w+|revoc\w+|spost\w+|slitt\w+|sospe\w+|non\b"
    r"|variazioni sono nella pagina|prorog\w+|anticipat\w+"
    r"|nuova\s+data|destinarsi|cambi\w+|provvisori\w+|verific\w+|ripristin\w+|recuper\w+)",
    re.I,
)
_EXCEPTION = Cued(
    r"\b(?:salvo|tranne|eccetto|ad?\s+eccezione|esclus[oaie]|esclusion\w+|ad\s+esclusione|fatt[ao]\s+(?:salv|eccezion)\w+"
    r"|solo\s+se|solo\s+in\s+(?:caso|presenza)|soltanto\s+se|purch[ée]|a\s+condizione|fino\s+ad?\s+esaurimento"
    r"|gratuit\w+\s+(?:per|sotto|fino)|non\s+si\s+effettua)\b",
    re.I,
)
_HELD_BACK = re.compile(
    r"\b(?:salvo|tranne|eccetto|eccezion\w+|esclus\w+|esclud\w+|solo|soltanto|purch[ée]|condizion\w+|esauriment\w+|non\b"
    r"|se\b|altr[ie]\s+\w+|restano|rimangono|invece|mentre|gratis|gratuit\w+|liber[oi]|residenti|autorizzat\w+"
    r"|nella\s+pagina|disponibil\w+|meno|senza|apert[oaie])",
    re.I,
)
_ANNOUNCED = re.compile(r"\beccezioni\b[^.]*\bnella\s+pagina\b", re.I)
_STAYS_OPEN = re.compile(r"\b(?:rest|riman|rimarr)\w+\s+(?:\w+\s+)?apert[oaie]\b", re.I)
_IN_CASE = re.compile(r"\b(?:in\s+caso\s+di|qualora|se\b|eventual\w+|potr(?:à|anno))", re.I)
_LONG = 320
_NEW = 60  # characters
_MOVED = Cued(
    r"\b(?:rinvia\w+|rimanda\w+|posticip\w+|spost\w+|slitta\w*|anticipat\w+|recuper\w+|passa(?:no)?)\b", re.I
)
_HELD = re.compile(
    r"\b(?:si\s+(?:tiene|tengono|svolge|svolgono|fa|fanno|terrà|terranno|recupera\w*))\b", re.I
)
_TO = re.compile(
    r"(?:\b(?:al|alla|a|il|nella|per\s+il|all['’])\s*(?:data\s+del\s+|giorno\s+)?|\bal?l?['’]\s*|\b(?:tiene|svolge|fa|fanno)\s+)$",
    re.I,
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """A cancellation that the text does not tell; a rule without the exception that the page gives it."""
    if not _TOLD.search(text.whole):
        yield from _cancelled(text, source)
    yield from _moved(text, source)
    is_announced = _ANNOUNCED.search(text.whole) is not None
    for sentence in text.sentences:
        if re.search(r"\bchius|\bchiud", sentence.text, re.I) and not re.search(
            r"\bapert|\bapr[eio]", text.whole, re.I
        ):
            yield from _stays_open(sentence, source)
        if not _HELD_BACK.search(sentence.text) and not is_announced and len(sentence.stems) > 2:
            yield from _without_exception(sentence, text, source)


_DENIED = re.compile(
    r"(?<!chi )(?<!se )\bnon\b(?!\s(?:oltre|più|prima|solo|può|possono|poter))(?:(?!\bma\b)[^.;,])*$", re.I
)  # `non va in scena il 14 febbraio ma il 7 marzo`
_BACK, _REACH = 12, 40  # characters before the verb, before the day


def _cancelled(text: Wording, source: Wording) -> Iterator[Finding]:
    ours = stems(text.text)
    told = {fact.value[-5:] for fact in text.of_kind(Kind.date)}
    if not ours:
        return
    is_new_day_told = bool(told & _new_days(source, _MOVED).keys())
    title = source.sentences[0]
    for sentence in source.sentences[:200]:
        match = _STATUS.search(sentence.text)
        if not match or len(sentence.text) > _LONG or _IN_CASE.search(sentence.text, 0, match.start()):
            continue  # `in caso di pioggia è rinviata`: it takes place
        shared = len(sentence.stems & ours)
        is_title = sentence is title
        # `Rinviata per maltempo.` right below the title is of what the title names
        is_below = sentence.start < 400 and len(sentence.stems) < 9 and bool(title.stems & ours)
        is_below = is_below and (shared > 0 or not match[0].lower().startswith("provvisori"))
        if is_new_day_told and _MOVED.search(sentence.text):
            continue  # who tells the day to which a thing is put off needs not say that it was
        if (is_title and shared >= 1) or shared >= 3 or is_below:
            quote = source.quote(sentence.start + match.start(), sentence.start + match.end())
            yield Finding(f"Il testo non dice «{match[0].lower()}»: {quote}.", is_certain=is_title)
            return


def _moved(text: Wording, source: Wording) -> Iterator[Finding]:
    """`il concerto del 20 è spostato al 13` where the page puts it off from the 13th to the 20th."""
    new = _new_days(source, _MOVED)
    if not new:
        return
    for told in text.of_kind(Kind.date):  # `non il 7 marzo`, to which it is put off
        if told.value[-5:] in new and _DENIED.search(text.text[max(0, told.start - _REACH) : told.start]):
            quote = source.quote(*new[told.value[-5:]])
            yield Finding(f"«{told.shown}» nella pagina del sito è la nuova data: {quote}.", is_certain=True)
            return
    days = {fact.value[-5:] for fact in source.of_kind(Kind.date)} - new.keys()
    for day, fact in {**_new_days(text, _HELD), **_new_days(text, _MOVED)}.items():
        if day in days:
            quote = source.quote(*next(iter(new.values())))
            yield Finding(
                f"«{text.text[slice(*fact)]}» nella pagina del sito non è la nuova data: {quote}.",
                is_certain=True,
            )
            return


def _new_days(wording: Wording, verb: re.Pattern[str] | Cued) -> dict[str, tuple[int, int]]:
    """The days to which something is moved, with their places."""
    found: dict[str, tuple[int, int]] = {}
    for match in verb.finditer(wording.text):
        fact = next(
            (
                one
                for one in wording.facts_between(match.end() - 1, match.end() + _NEW)
                if one.kind is Kind.date
            ),
            None,
        )
        is_denied = fact and _DENIED.search(wording.text[max(0, match.start() - _BACK) : fact.start])
        if fact and not is_denied and _TO.search(wording.text[match.start() : fact.start]):
            found.setdefault(fact.value[-5:], (fact.start, fact.end))
    return found


def _stays_open(sentence: Clause, source: Wording) -> Iterator[Finding]:
    for other in source.sentences[:400]:
        match = _STAYS_OPEN.search(other.text)
        if match and stems(other.text) & sentence.stems:
            where = other.start + match.start()
            yield Finding(f"Manca quello che resta aperto: {source.quote(where, where + len(match[0]))}.")
            return


def _without_exception(sentence: Clause, text: Wording, source: Wording) -> Iterator[Finding]:
    ours = sentence.stems
    for other in source.sentences[:400]:
        match = _EXCEPTION.search(other.text)
        if not match or match[0].lower() in text.whole.lower():
            continue
        first = max(0, match.start() - _LONG // 2)
        rule = stems(other.text[first : match.start()])
        rest = stems(other.text[match.end() : match.end() + _LONG // 3])
        if not rule or len(ours & rule) < max(2, len(ours) * 0.4) or rest & stems(text.text) - rule:
            continue
        where = other.start + match.start()
        yield Finding(
            f"Manca l'eccezione che la pagina del sito fa: {source.quote(where, where + len(match[0]))}."
        )
        return

"""What a day or an hour is for: it begins something, ends it, or is the day on which it happens.

`entro il 30` for `dal 30` keeps every fact and sends a citizen a month late.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording
from flows.bulletin.language.cues import Cued

FROM, UNTIL, AFTER = "from", "until", "after"
_BEFORE = 90  # characters
_SMALL_HOURS = "06:00"  # a feast ends at 2 in the night
_DAY = r"(?:\s+(?:il|lo|la|giorno|le|ore|di|del|mese|prossimo|data|dat[ae]|e\s+non\s+oltre|inclus[oa]|compres[oa]))*"  # noqa: E501
_HOUR = r"(?:(?:\s+(?:le|ore)){0,2}\s+\d{1,2}(?:[.:,]\d\d)?(?=\s+(?:di|del)\b))?"  # `dalle 9 di lunedì 6`
_JOINT = rf"{_HOUR}{_DAY}\s*(?:l['’])?\s*$"
_UNTIL = Cued(
    rf"\b(?:entro(?:\s+e\s+non\s+oltre)?|(?:fino|sino)\s*a\w*['’]?|non\s+oltre|ultim[oa]\s+giorno"
    rf"|(?:scad|termin|finis|conclud|cess)\w*:?(?:\s+\w+)?|scadenz[ae]\b[^.;:\n]{{0,60}}(?:\s(?:è|sarà)(?:\s+fissata)?|\bore\s[\d.,:]+)|(?:fino|entro)\s[^.;()\n]{{0,40}}\((?:\w+\s)?"
    # a road that closes begins to be closed: only what one applies to ends by closing
    rf"|(?:iscrizion|domand|candidatur|adesion|prenotazion|bando|termini)\w*(?:\s+\w+)?\s+(?:si\s+)?chiud\w*|conseg\w+\s+entro){_JOINT}",
    re.I,
)
_FROM = Cued(
    rf"(?:\b(?:entr\w+\s+in\s+vigore|(?:a\s+)?partire\s+da\w*['’]?|da|dall?['’]|dal(?:le|la)?|decorr\w+(?:\s+da\w*['’]?)?"
    rf"|(?:inizi|cominci|avvi|riprend|ripres|ripart|riapr|scatt)\w*:?(?:\s+(?!fino|entro)\w+)?"
    rf"|(?:parte|partono|partir[àa]|partiranno|al\s+via|il\s+via|apr[eo]\w*)(?:\s+(?!fino|entro)\w+)?)){_JOINT}",
    re.I,
)
_AFTER = re.compile(rf"\b(?:dopo|oltre|success\w+\s+a\w*|passato){_JOINT}", re.I)
# `domenica 5 novembre alle 16.30 partirà un ciclo`
_BEGINS = re.compile(
    r"(?:,?\s+(?:alle|ore)\s+[\d.:]+)?,?\s+(?:partir\w+|inizi(?:a|ano|erà|eranno)|cominci\w+|prend\w+\s+il\s+via|entr\w+\s+in\s+vigore)\b",
    re.I,
)
_LINES = 8
_WITHIN = re.compile(
    r"\b(?:tra|fra)\s+(?:il|l['’]|le|giorno)?\s*$", re.I
)  # `tra il 15 giugno e il 15 ottobre`
_AND = re.compile(r"\s+ed?\s+(?:il\s+|l['’]|le\s+)?", re.I)
_TERMS = re.compile(r"\b(?:scaden\w+|scad\w+|entro|termin\w+)\b", re.I)
_LINE = re.compile(r"^\s*(?:[-•–*·]|\d{1,2}[.)])\s|;\s*$")
_SPAN = re.compile(
    r"\s*(?:[-–—/]|,?\s?(?:e\s+)?(?:fino\s+)?(?:al(?:le|l['’])?|a)(?:\s+(?:ore|giorno))?)\s*"
    r"(?:(?:il|giorno|ore|del\s+giorno)\s+)?(?:alle\s+(?:ore\s+)?)?",
    re.I,
)
# `dalle 14 di mercoledì 4 febbraio alle 20 di giovedì 5`: what may stand between two ends of a span
_FAR_SPAN = re.compile(
    r"(?:[^\S\n]|\b[ad]all['’]|\bdell['’]"
    r"|\b(?:di|del|della|delle|dal|dalle|al|alle|fino|sino|a|ore|giorno|e|il|oggi|domani)\b|[,\-–:])*",
    re.I,
)
_ENDS = re.compile(
    r"\b(?:entro|fino|sino|scad|termin|chiud|ultim|finis|conclud|fine|al\b|all['’]|proroga)\w*", re.I
)
_NOTICE = {
    (AFTER, UNTIL): "«{shown}» qui è un inizio, ma nella pagina del sito è un termine: {quote}.",
    (UNTIL, FROM): "«{shown}» qui è un termine, ma nella pagina del sito è un inizio: {quote}.",
    (FROM, UNTIL): "«{shown}» qui è un inizio, ma nella pagina del sito è un termine: {quote}.",
}

_BORN = re.compile(
    r"\b(?:nat[oaie]|data di nascita:?)\s(?:(?:entro|dopo|prima|tra|fra|a partire|fino)\s)?(?:e\s)?"
    r"(?:(?:il|dal|al|del)\s|(?:l|dall|all|dell)['’]\s?)?$",
    re.I,
)
_OF_BIRTH = re.compile(r"\b(?:neo)?nat[oaie]\b|\bnascit[ae]\b|\bnasc(?:e|ono|er\w+)\b|\betà\b|\banni\b", re.I)


def role(wording: Wording, fact: Fact) -> str:
    """`from`, `until`, `after`, or "" where the words before the fact say nothing."""
    first = max(wording.sentence_at(fact.start).start, fact.start - _BEFORE)
    before = wording.text[first : fact.start]
    for name, cue in ((UNTIL, _UNTIL), (AFTER, _AFTER), (FROM, _FROM)):
        if cue.search(before):
            return name
    if _BEGINS.match(wording.text, fact.end):
        return FROM
    return UNTIL if _is_listed_term(wording, fact) else ""


def _is_listed_term(wording: Wording, fact: Fact) -> bool:
    """Whether a day stands in a list that a line above calls terms: `rate scadenti:` `- prima rata 30 giugno`."""  # noqa: E501
    place = wording.index_at(fact.start)
    for above in reversed(wording.sentences[max(0, place - _LINES) : place]):
        if above.text.rstrip().endswith(":"):
            return bool(_TERMS.search(above.text))
        if not _LINE.search(above.text):
            return False
    return False


def roles(wording: Wording, kind: Kind) -> dict[Fact, str]:
    """The role of every fact of a kind; of two that are a span the first begins it, the second ends it."""
    facts = wording.of_kind(kind)
    found = {fact: role(wording, fact) for fact in facts}
    joined = [
        bool(first.end <= second.start and _SPAN.fullmatch(wording.text, first.end, second.start))
        for first, second in pairwise(facts)
    ]
    index = 0
    while index < len(joined):
        chained = index + 1 < len(joined) and joined[index + 1]
        if joined[index] and (kind is Kind.time or not chained):
            found[facts[index]], found[facts[index + 1]] = FROM, UNTIL
        # `9-13, 16-20` are spans one after the other, `10 - 11 - 12 novembre` is a list of days
        index += 2 if joined[index] else 1
        while kind is not Kind.time and chained and index < len(joined) and joined[index - 1]:
            index += 1
    for first, second in pairwise(facts):
        before = wording.text[max(0, first.start - _BEFORE) : first.start]
        if _WITHIN.search(before) and _AND.fullmatch(wording.text, first.end, second.start):
            found[first], found[second] = FROM, UNTIL
    for first, second in _far_spans(wording, facts):
        found[first], found[second] = FROM, UNTIL
    return found


def _far_spans(wording: Wording, facts: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Two days with their hours between them: `dalle 14 di martedì 4 alle 20 di mercoledì 5`."""
    dated = [fact for fact in wording.facts if fact.kind in (Kind.date, Kind.time)]
    places = {fact: index for index, fact in enumerate(dated)}
    for first, second in pairwise(facts):
        if second.start - first.end > 60 or second.start <= first.end:
            continue
        if not re.search(r"\bdal", wording.text[max(0, first.start - 30) : first.start], re.I):
            continue
        between = dated[places[first] + 1 : places[second]]
        at, rest = first.end, ""
        for fact in between:
            rest += wording.text[at : fact.start]
            at = max(at, fact.end)
        rest += wording.text[at : second.start]
        if between and _FAR_SPAN.fullmatch(rest) and re.search(r"\bal", rest, re.I):
            yield first, second


def _backwards(text: Wording, source: Wording) -> Iterator[Finding]:
    """Hours that end before they begin, `18-16.30`, which the page has not so."""
    there = {(first.value, last.value) for first, last in pairwise(source.of_kind(Kind.time))}
    for first, last in pairwise(text.of_kind(Kind.time)):
        is_span = last.start >= first.end and _SPAN.fullmatch(text.text, first.end, last.start)
        if is_span and first.value > last.value > _SMALL_HOURS and (first.value, last.value) not in there:
            yield Finding(
                f"«{first.shown}» e «{last.shown}»: la fine viene prima dell'inizio.", is_certain=True
            )


def _ends_two_days(last: Fact, roles_of: dict[Fact, str]) -> bool:
    """Whether a day ends a period that the day before begins, `3-4 ottobre`: both are days of it."""
    month, _, day = last.value[-5:].partition("-")
    before = f"{month}-{int(day) - 1:02}" if day.isdigit() else ""
    first = next((one for one, after in pairwise(roles_of) if after == last), None)
    return first is not None and roles_of[first] == FROM and first.value[-5:] == before


def _is_of_birth(text: Wording, fact: Fact, source: Wording, same: Sequence[Fact]) -> bool:
    """Whether the page says of a day only when somebody was born, and the text's sentence of no birth."""
    return all(
        _BORN.search(source.text[max(0, one.start - _BEFORE) : one.start]) for one in same
    ) and not _OF_BIRTH.search(text.sentence_at(fact.start).text)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Days and hours that the text makes a beginning and the page an end, or the other way round."""
    yield from _backwards(text, source)
    for kind in (Kind.date, Kind.time):
        its_roles = roles(source, kind)
        witnesses: dict[str, list[Fact]] = {}
        for fact in its_roles:
            witnesses.setdefault(fact.value[-5:], []).append(fact)
        for fact, own in roles(text, kind).items():
            same = witnesses.get(fact.value[-5:], [])
            if kind is Kind.date and same and _is_of_birth(text, fact, source, same):
                quote = source.quote(same[0].start, same[0].end)
                yield Finding(
                    f"«{fact.shown}» nella pagina del sito è una data di nascita: {quote}.", is_certain=True
                )
            told = {its_roles[witness] for witness in same}
            if (
                not own
                and told == {UNTIL}
                and kind is Kind.date
                and not all(_ends_two_days(witness, its_roles) for witness in same)
                and not _ENDS.search(text.sentence_at(fact.start).text)
            ):
                quote = source.quote(same[0].start, same[0].end)
                yield Finding(f"«{fact.shown}» nella pagina del sito è un termine: {quote}.")
            for other in (FROM, UNTIL):
                if (own, other) in _NOTICE and other in told and own not in told:
                    witness = next(witness for witness in same if its_roles[witness] == other)
                    quote = source.quote(witness.start, witness.end)
                    message = _NOTICE[own, other].format(shown=fact.shown, quote=quote)
                    yield Finding(message, is_certain="" not in told)

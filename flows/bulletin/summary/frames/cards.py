"""Texts of a service's standing card: what it is for, two or three papers, where one goes, what it costs.

`Per il permesso di sosta servono il modulo, la copia del libretto e gli altri documenti elencati nella
pagina. Serve una marca da bollo da 16 euro.` Of a list no part stands for all, and what some bring alone is
announced.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Listing, Notice, Slot
from flows.bulletin.summary.frames.duties import in_person, keys, stamp_duty
from flows.bulletin.summary.frames.facets import bare
from flows.bulletin.summary.frames.fees import fee
from flows.bulletin.summary.frames.matter import matter_of
from flows.bulletin.summary.frames.papers import joined, papers
from flows.bulletin.summary.frames.particulars import way
from flows.bulletin.summary.frames.purposes import calm, purpose_of, shorter
from flows.bulletin.summary.frames.requirements import VERB_ITEM, asks, is_of_some, own_purpose, short_name
from flows.bulletin.summary.frames.sentences import office
from flows.bulletin.summary.frames.wording import worded

_ROOM = 270  # UTF-16 units
_LONG_OPENING, _LONG_PURPOSE = 190, 110
_NAMED = 0.7  # of the title's words
_MOST = 3  # facts that follow
_OF_A_FACT = 3  # papers that a fact is worth
_BROUGHT = re.compile(
    r"\b(?:da|(?:dev\w+|dovr\w+)\sessere|vanno|va|si\sdev\w+|occorre|bisogna|è\snecessario)\s"
    r"(?:presenta|porta|consegna|esibi)(?:re|t[oaei]|rsi)\s"
    r"(?P<where>(?:allo\s|alla\s|al\s|all['’])[^,;:]{3,60}?)"
    r"(?P<day>\s(?:il|nel)\sgiorno\sconcordato)?(?:\s(?:sono|è|i\s|la\s|il\s|le\s|quanto\s)[^:]{0,40})?$",
    re.I,
)
_ATTACHED = re.compile(
    r"^All?[ao'’]?\s?(?P<form>(?:modello|modulo|domanda|istanza|richiesta)\b(?:\s(?!dev|dovr|va\b"
    r"|vanno)[\w/-]+){0,4}),?\s"
    r"(?:[^:]{0,60},\s)?(?:dev\w+|dovr\w+|va|vanno)\s(?:essere\s)?allegat\w(?P<rest>[^:]*)$",
    re.I,
)
_FORM_ARTICLES = {"modello": "il ", "modulo": "il ", "domanda": "la ", "istanza": "la ", "richiesta": "la "}
_OR_OUT = re.compile(r"\bpena\s(?:l['’]\s?)?esclusione\b", re.I)
_KNOWN = re.compile(r"\b(?:è\snecessario|occorre|bisogna|serve)\s(?:conoscere|sapere)\b\W*$", re.I)
_OWN = re.compile(r"\b(?P<lead>dei|degli|delle|del|della|i|le|il|la)\spropri(?P<end>[oaie]?)\b", re.I)
_YOURS = {"o": "tuo", "a": "tua", "i": "tuoi", "": "tuoi", "e": "tue"}
_BUT = re.compile(
    r"^(?P<subject>L['’]ufficio|Il Comune|Lo sportello)\s[^.]{20,300}?,"
    r"\s(?:ma|però)\s(?P<rest>non\s[^.;]{10,120})\.$"
)
_MINORS = re.compile(
    r"\bper\s(?:i\s|il\s)?minor[ei]\b|\b(?:se|caso)\s[^.;|]{0,25}\bminor[ei]\b|(?<!ISEE\s)\bminorenn[ei]\b"
    r"|\bminor[ei]\sdi\s(?:anni\s)?\d",
    re.I,
)
_FOREIGNERS = re.compile(
    r"\b(?:cittadini\s(?:stranieri|non\s(?:comunitari|UE|italiani)|extra)"
    r"|extracomunitari\w?|stranieri|extra[- ]?UE\b)",
    re.I,
)
_LISTS = re.compile(r"[:;]\s")
_CASES = ((_MINORS, "i minori"), (_FOREIGNERS, "i cittadini stranieri"))


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first; none where no paper or fact can be named."""
    listing = next(
        (one for one in notice.listings if asks(one) or _KNOWN.search(one.lead)),
        next(iter(notice.listings), None),
    )
    if listing is None:
        return
    room = min(limit, _ROOM)
    facts = list(_facts(notice))
    made = [
        (
            _OF_A_FACT * count - place + bool(last),
            " ".join(filter(None, (opening, *facts[:count], closing, last))),
        )
        for place, (opening, is_rich, closing) in enumerate(_openings(notice, listing))
        for count in range(min(len(facts), _MOST) + 1)
        for last in dict.fromkeys((_others(notice), ""))
        if is_rich or count
    ]
    yield from (text for _, text in sorted(made, key=lambda one: -one[0]) if utf16(text) <= room)


def stands_first(notice: Notice) -> bool:
    """Whether a page opens with what one needs and tells no term: a card, whatever kind it was taken for."""
    lead = next((one.lead for one in notice.listings if asks(one)), "")
    return bool(lead) and Slot.deadline not in notice.slots and notice.body.lstrip().startswith(lead)


def _openings(notice: Notice, listing: Listing) -> Iterator[tuple[str, bool, str]]:
    """Each opening sentence, whether it tells more than that there is a list, and a closing one."""
    if said := _what(notice):
        yield said, True, "L'elenco dei documenti è nella pagina."
        return
    purpose = _purpose(notice.title, listing.lead)
    if not purpose:
        return
    if _KNOWN.search(listing.lead):
        if known := _known(listing):
            yield f"{purpose} devi conoscere {known}.", True, ""
        return
    if attached := _ATTACHED.match(listing.lead):
        form = " ".join(attached["form"].split())
        article = _FORM_ARTICLES[form.split(" ", 1)[0].lower()]
        or_out = ", pena l'esclusione" if _OR_OUT.search(attached["rest"]) else ""
        for said, is_rich in joined("", papers(listing)):
            yield f"{purpose} presenta {article}{form} con {said}{or_out}.", is_rich, ""
        return
    verb = "servono"
    if brought := _BROUGHT.search(listing.lead):
        where = worded(brought["where"]).rstrip(".")
        verb = f"porta {where[:1].lower()}{where[1:]}{', nel giorno concordato,' if brought['day'] else ''}"
    if must := _must(listing):
        yield f"{purpose} devi {must}", True, ""
        return
    names = papers(listing)
    with_keys = keys(notice)
    if names and len(names) == len(listing.items):
        last = f"{', '.join(names[:-1])} e {names[-1]}" if len(names) > 1 else names[0]
        yield f"{purpose} {verb} {last}. I particolari sono nella pagina.", True, ""
    for lead in dict.fromkeys((purpose, shorter(purpose))):
        for said, is_rich in joined(with_keys, names):
            yield f"{lead} {verb} {said}.", is_rich, ""


def _purpose(title: str, lead: str) -> str:
    """The page's own `Per iscriverti all'albo` where it says what the title says, else the title's."""
    own = own_purpose(lead)
    named = _stems(title)
    if own and utf16(own) <= _LONG_PURPOSE and len(named & _stems(own)) >= _NAMED * len(named):
        return own
    return purpose_of(title)


def _stems(text: str) -> set[str]:
    return {word[:5] for word in bare(text).split() if len(word) > 3}


def _must(listing: Listing) -> str:
    """`essere elettore del Comune. I documenti …`; "" of a list that has papers alone."""
    deeds = [item for item in listing.items if VERB_ITEM.match(item)]
    told = [name for item in deeds if not is_of_some(item) and (name := short_name(item))][:_MOST]
    if not told:
        return ""
    has_papers = len(deeds) < len(listing.items)
    others = "Gli altri requisiti" if len(told) < len(deeds) else ""
    left = others or "I documenti da presentare"
    left += " e i documenti" if others and has_papers else ""
    some = f"{', '.join(told[:-1])} e {told[-1]}" if len(told) > 1 else told[0]
    return f"{some}." if not has_papers and not others else f"{some}. {left} sono elencati nella pagina."


def _what(notice: Notice) -> str:
    """The office's own sentence that says what the service does."""
    matter = matter_of(calm(notice.title))
    return next(
        (
            one.text
            for one in office(notice, matter)
            if one.place == 0
            and one.names
            and one.flaw < 1
            and not _LISTS.search(one.text)
            and utf16(one.text) <= _LONG_OPENING
        ),
        "",
    )


def _known(listing: Listing) -> str:
    """`i dati catastali dei tuoi immobili e le aliquote`; "" where the list is long."""
    items = [_OWN.sub(_of_yours, worded(item).rstrip(" .;,")) for item in listing.items]
    if len(items) > _MOST or sum(utf16(item) for item in items) > 2 * _LONG_OPENING // 2:
        return ""
    items = [item[:1].lower() + item[1:] for item in items]
    return f"{', '.join(items[:-1])} e {items[-1]}"


def _of_yours(match: re.Match[str]) -> str:
    return f"{match['lead']} {_YOURS[match['end'].lower()]}"


def _facts(notice: Notice) -> Iterator[str]:
    """What follows: where one must go, what it costs, what the office does not do."""
    body = notice.body
    for said in (in_person(body), fee(body), stamp_duty(body), way(notice)):
        if said:
            yield said
    for sentence in notice.prose:
        if but := _BUT.match(sentence):
            yield worded(f"{but['subject']} {but['rest']}.")


def _others(notice: Notice) -> str:
    """Whose case is another."""
    others = [name for words, name in _CASES if words.search(notice.body) and not words.search(notice.title)]
    return f"Per {' e '.join(others)} ci sono altre regole, spiegate nella pagina." if others else ""

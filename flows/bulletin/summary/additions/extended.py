"""A text that may stand, with more of what its kind must tell where there is room for whole sentences.

Nothing is cut or joined: a sentence of the office's or of a frame is added, the most useful first, and the
longer text is judged anew. What the page tells of some people only, or of another matter, is not added.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL, URL
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page import told_slots
from flows.bulletin.page.day_heads import is_of_a_day
from flows.bulletin.page.missing import is_service_card
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.slots import required
from flows.bulletin.summary.additions.provisional import IF_IT_RAINS
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.frames.calls.call import framed, parts_of, says_twice
from flows.bulletin.summary.frames.own_sentences.asked import asked, tells_deed
from flows.bulletin.summary.frames.own_sentences.sentences import (
    IS_A,
    MADE,
    OF_TERMS,
    WEIGHTS,
    Sentence,
    office,
    repeats,
)
from flows.bulletin.summary.frames.prose.facets import bare, facets
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.prose.lines import binding
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import matter_of

ENOUGH = 240  # UTF-16 units: a longer text is read to its end by fewer
_MOST = 260  # of a text that was made longer
_NUMBERED = re.compile(r"\bn[.°]\s?\d")  # `L'ordinanza n. 31 è revocata` says what the title says
_SURE = 2  # words of the title that a text shares with it
_NAMES = 1.5  # worth of a sentence with two words of the title that the text has not
_ASKED = frozenset({Slot.todo})
_TRIED, _ADDED, _OF_MEASURES = 4, 2, 3
_FLAW = 0.5  # what an editor would mind in a sentence that nobody needs to read
_WITH_ADDRESS = 0.8
_BOOKS = re.compile(r"\b(?:prenot|appuntament|iscri|scriv|contatt)\w+", re.I)
_BY_ITSELF = frozenset({Kind.event, Kind.programme, Kind.alert, Kind.recall})
"""Kinds whose frames tell all that is told, or say what is left."""
_CALLING = frozenset({Kind.deadline, Kind.job})
_MEASURES = frozenset({Kind.road, Kind.supply_cut, Kind.hours})
_PRACTICAL = re.compile(
    r"^In caso di (?:pioggia|maltempo|neve)\b(?! potr)|\banche in caso di (?:pioggia|maltempo)\b"
    r"|\b(?:essere|essere sempre) accompagnat[ie] da\b|\bsi consigliano? \w"
    r"|\bè (?:necessario|obbligatorio) (?:portare|indossare|munirsi)\b"
    r"|^Possono (?:donare|partecipare|iscriversi|accedere)\b"
    r"|\bposti (?:sono )?limitat\w+\b|\bfino (?:a|ad) esaurimento",
    re.I,
)  # what one wants to know before leaving home
_BRING = re.compile(
    r"\b(?:occorre|bisogna|serve|servono|è (?:necessario|obbligatorio|possibile)|si (?:deve|può)|devi|puoi)"
    r"\s(?:\w+\s)?"
    r"(?:(?:un|una|il|la) (?:document\w+|tessera|carta)"
    r"|portare|presentare|esibire|munirsi|prenotar\w*|fissare|chiamare|telefonare|rivolgersi)\b",
    re.I,
)
_WHO_MUST = re.compile(r"Chi (?:ha|possiede|non ha)\b[^.;]{3,60}\bdeve\b")
_REQUIRES = re.compile(
    r"(?:È|Sono) (?:richiest|necessari)[oaie] |(?:Occorre|Bisogna|Serve) (?:avere|essere)\b"
)
_ONLY = Cued(
    r"(?<!non )\b(?:solo|soltanto|solamente|esclusivamente|unicamente)\s"
    r"(?:on-?line|via|tramite|a[il]?|allo|all['’a]"
    r"|agli|alle|in|nell?['’ao]?|nei|nelle|presso|su|per|il|la|i|gli|le|chi|dall?[ae]?|dopo|previa)\b",
    re.I,
)
_LETS = re.compile(
    r"\b(?:possono|può|potrann?[oà]|chius[oaie]\b|consentit\w|garantit\w|apert\w|deviazion\w"
    r"|deviat\w|percors[oi] alternativ\w|divieto|vietat\w)\b",
    re.I,
)
OF_SOME = re.compile(
    r"(?:per (?:i|gli|le|chi|coloro)\b|chi\b|coloro\b|se\b|nel caso"
    r"|in caso(?! di (?:pioggia|maltempo|neve|vento))"
    r"|qualora|ove\b|quando\b|laddove"
    r"|i cittadini (?:stranieri|non|extra)|gli stranieri|solo\b|solamente|soltanto|eventual|i minori\b"
    r"|l['’]ufficio\b|(?:tutti )?gli altri (?:possono|devono|potranno|dovranno|sono)\b"
    r"|(?:dopo|successivamente|prima|a seguito|allo scadere)\b|sarà cura)",
    re.I,
)
_APPLIES = re.compile(
    r"(?:Se (?:vuoi|sei interessat)|Chi (?:è interessato|vuole|desidera)|Gli interessati"
    r"|Per (?:candidar|iscriver|aderi)\w+)\b"
)
_LEANS = re.compile(
    r"\b(?:stess[oaie]|predett\w+|anzidett\w+|medesim\w+|tal[ei]|infatti|inoltre|suddett\w+|allegat\w+"
    r"|sottostant\w+|seguent[ei]|altresì|anche|quindi|pertanto|dunque)\b",
    re.I,
)
_SHUT_TOO = re.compile(r"(?:È|Sono|Resta|Restano|Sarà|Saranno) (?:chius|sospes|apert)[oaie] anche\b")
_LISTED = re.compile(r"\b(?:elencat\w|[Rr]equisiti (?:\w+ )*sono) nella pagina")
_HEADLINE = 50  # characters
_MISSING = re.compile(r"\bmanca (?:la corrente|l['’]acqua|il gas)\b", re.I)
_A_STREET = re.compile(r"\b(?:via|viale|piazza|corso|vicolo|strada|S\.?P\.?)\s[A-ZÀ-Ý\d]")
_CUT_OFF = re.compile(r"\b(?:sospes[oae]|interrott[oae]|interruzion[ei]|sospension[ei])\b", re.I)
_LISTS = re.compile(r"[:;]\s")
_CHANGES = re.compile(r"\bcambia(?:no)? (?:la|le) (?:circolazione|viabilità|regole)\b")  # how, the text says
_FINED = re.compile(r"\bmult[ae]\b", re.I)
OFFICIAL = re.compile(
    r"\b(?:graduatori\w+|stanziat[oaie]|notifica|rinuncia"
    r"|privacy|dati personali|ai sensi|art\.|dpr|d\.\s?lgs|liquidazion\w+)\b",
    re.I,
)
_OWN_WORDS = {
    Slot.how: re.compile(
        r"\bonline\b|\bpec\b|\be-?mail\b|\bvia mail\b|\bmodul[oi]\b|\bspid\b|(?:\bcon|\bo|,) (?:la "
        r")?cie\b|\bsportell[oi]\b|\bapp\b"
        r"|\ball['’]uffici\w+|\bappuntamento\b|\bprenot\w+|\bserv(?:e|ono)\b",
        re.I,
    ),
    Slot.place: re.compile(r"\b(?:Si trova|Vai)\b"),
    Slot.who: re.compile(
        r"\bresident\w*|\brisied\w+|\bfamigli\w+|\b\d+ anni\b|\bover \d|\bisee\b|\bimpres\w+|\bgenitor\w+"
        r"|\balunn\w+"
        r"|\bstudent\w+|\banzian\w+|\bassociazion\w+|\battività (?:economic|commercial)\w+"
        r"|\bdisabil\w+|\bÈ per\b",
        re.I,
    ),
}


def longer(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text`, or a longer one of at most `limit` units that `passes` too."""
    if gate.leaves_all(text) or is_service_card(notice):
        return text  # its page was not understood: one thing of it would stand for all
    room = min(limit, _MOST)
    if utf16(text) >= min(ENOUGH, room):
        return text
    days = Sentence(text, OF_TERMS, True, 0).figures
    sentences = tuple(
        one
        for one in _sentences(notice)
        if not says_twice(f"{text} {one.text}", notice)
        and not (notice.kind is Kind.road and _CHANGES.search(one.text) and one.figures <= days)
        and not ("in più vie" in text and _A_STREET.search(one.text))  # one of many, on its own day
        and not (_MISSING.search(text) and _CUT_OFF.search(one.text) and one.figures <= days)
    )
    tried = added = 0
    most = _OF_MEASURES if notice.kind in _MEASURES else _ADDED
    while added < most and utf16(text) < min(ENOUGH, room):
        for told in _longer(text, notice, sentences, room):
            tried += 1
            if passes(told):
                text, added = told, added + 1
                break
            if tried == _TRIED:
                return text
        else:
            return text
    return text


def restricted(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text` with the office's sentence that says where, when or for whom alone, where it tells none: who is
    told of the rest goes in vain. Else with word that there is more in the page.
    """
    if (
        gate.leaves_all(text)
        or is_service_card(notice)
        or _ONLY.search(text)
        or not _ONLY.search(notice.body)
    ):
        return text
    said = [one for one in office(notice, matter_of(notice.title)) if _ONLY.search(one.text)]
    bases = (text, " ".join(split(text)[:-1]))  # who and where alone is worth more than the last of the rest
    tried = [
        _with(base, one.text)
        for base in bases
        for one in said
        if base and one.flaw <= _FLAW and not _LEANS.search(one.text)
    ]
    tried += [] if gate.IN_PAGE.search(text) else [f"{text} {OTHERS}"]
    return next((told for told in tried if utf16(told) <= limit and passes(told)), text)


def _longer(text: str, notice: Notice, sentences: tuple[Sentence, ...], room: int) -> Iterator[str]:
    if (opening := _opening(text, notice, sentences)) and utf16(told := f"{opening} {text}") <= room:
        yield told
    for addition in _additions(text, notice, sentences, room):
        yield _with(text, addition)
    if text.endswith(f" {OTHERS}") and notice.kind not in _CALLING:
        bare_text = text.removesuffix(f" {OTHERS}")
        additions = list(_additions(bare_text, notice, sentences, room))
        yield from (f"{bare_text} {one}" for one in additions if utf16(f"{text} {one}") > room)


def _opening(text: str, notice: Notice, sentences: tuple[Sentence, ...]) -> str:
    """The office's first sentence, where it names what the title names and `text` does not; else ""."""
    head, _, rest = notice.title.partition(": ")
    is_sentence = speaks(head) and not head.lower().startswith("porta a porta")
    if rest and len(head) <= _HEADLINE and is_sentence and not _stems(head) & _stems(text):
        return f"{head}."  # `Bike to Work riparte: buoni spesa a chi pedala`
    first = next((one for one in sentences if one.place == 0), None)
    if first is None or first.flaw > _FLAW or not first.names or repeats(text, first.text):
        return ""
    if gate.IN_PAGE.search(first.text) or _MISSING.search(text):
        return ""  # it leaves to the page what `text` tells; what is cut off is named otherwise
    if (
        first.figures
        and (first.slots <= OF_TERMS or (notice.kind is Kind.hours and "orari" in first.text))
        and first.figures <= Sentence(text, OF_TERMS, True, 0).figures
    ):
        return ""  # a term, or since when, that is told
    named = _stems(notice.title) - _stems(text)
    return first.text if len(named & _stems(first.text)) > 1 else ""


def _stems(text: str) -> set[str]:
    return {word[:5] for word in bare(text).split() if len(word) > 3 and word.isalpha()}


def _additions(text: str, notice: Notice, sentences: tuple[Sentence, ...], room: int) -> Iterator[str]:
    """Sentences that tell what `text` does not, the most useful first."""
    left = room - utf16(text) - 1
    is_left_to_page = gate.IN_PAGE.search(text) is not None
    wanted = {
        slot: WEIGHTS.get(slot, 0.5)
        for slot in required(notice.kind)
        if slot is not Slot.what
        and (slot in notice.slots or slot in _OWN_WORDS)
        and not _tells(text, notice, slot)
    }
    title = _stems(notice.title)
    named = title - _stems(text) if len(title & _stems(text)) < _SURE else set()
    worth: dict[str, float] = {}
    for sentence in sentences:
        if utf16(sentence.text) > left or not _may_follow(text, sentence):
            continue
        if sentence.place == 0 and not sentence.figures:
            continue  # what opens a page closes no text
        if is_left_to_page and gate.IN_PAGE.search(sentence.text) and _LISTED.search(text):
            continue  # it says already where the list is
        if sentence.slots == _ASKED and sentence.place == MADE and tells_deed(text, sentence.text):
            continue
        told = sum(
            weight
            for slot, weight in wanted.items()
            if slot in sentence.slots and _tells(sentence.text, notice, slot)
        )
        if sentence.slots == _ASKED and sentence.place == MADE:
            told += WEIGHTS[Slot.todo]
        names = len(named & _stems(sentence.text)) > 1 and not _NUMBERED.search(sentence.text)
        if names and notice.kind not in OCCASIONS:
            told += _NAMES
        if Slot.amount in sentence.slots and _sums(sentence.text) - _sums(text) and _sums(text):
            told = max(told, WEIGHTS[Slot.amount] / 2)  # one sum told is not all
        is_practical = (
            _PRACTICAL if notice.kind in OCCASIONS else _BRING if notice.kind is Kind.hours else None
        )
        if (is_practical and is_practical.search(sentence.text)) or IF_IT_RAINS.match(sentence.text):
            told += 1.0
        if _APPLIES.match(sentence.text) and not _OWN_WORDS[Slot.how].search(text):
            told += 1.0
        if _REQUIRES.match(sentence.text):
            told += 1.0
        if told or (notice.kind in _MEASURES and (binding(sentence.text) or _LETS.search(sentence.text))):
            worth[sentence.text] = told - sentence.flaw - 0.004 * utf16(sentence.text)
    yield from sorted(worth, key=lambda one: -worth[one])


def _sentences(notice: Notice) -> Iterator[Sentence]:
    matter = matter_of(notice.title)
    yield from islice(asked(notice), 1)
    yield from parts_of(notice)
    if notice.kind in OCCASIONS:
        of_a_day = {worded(said) for said in notice.prose if is_of_a_day(said.rstrip("."), notice.source)}
        own = (one for one in office(notice, matter) if one.text not in of_a_day)
        yield from filter(_is_practical, own)
    if notice.kind in _BY_ITSELF:
        return
    items = bare(" ".join(item for listing in notice.listings for item in listing.items))
    for sentence in (*office(notice, matter), *framed(notice, matter)):
        leans = _LEANS.search(sentence.text) and not _SHUT_TOO.match(sentence.text)
        applies = _APPLIES.match(sentence.text) or _WHO_MUST.match(sentence.text)
        is_of_some = OF_SOME.match(sentence.text) and not applies
        if is_of_some or leans or IS_A.match(sentence.text):
            continue
        if bare(sentence.text) not in items and not _LISTS.search(sentence.text):
            yield sentence


def _is_practical(one: Sentence) -> bool:
    """Whether it is worth to know before one leaves home; of days only the one kept for rain."""
    return bool(_PRACTICAL.search(one.text)) and (not one.figures or IF_IT_RAINS.match(one.text) is not None)


def _tells(text: str, notice: Notice, slot: Slot) -> bool:
    """Whether `text` has what the page tells for a slot, or words of its own for it."""
    if slot is Slot.amount:
        return slot in facets(text)
    if slot in _OWN_WORDS and (slot is Slot.how or _OWN_WORDS[slot].search(text)):
        return _OWN_WORDS[slot].search(text) is not None
    return any(told_slots.tells(text, told) for told in notice.slots.get(slot, ()))


def _sums(text: str) -> set[str]:
    return {fact.value for fact in facts(text) if fact.kind is FactKind.amount}


def _may_follow(text: str, sentence: Sentence) -> bool:
    return (
        sentence.flaw <= (_WITH_ADDRESS if _is_address_of_how(text, sentence) else _FLAW)
        and not OFFICIAL.search(sentence.text)
        and bare(sentence.text) not in bare(text)
        and not repeats(_without_page(text), sentence.text)
        and not (_FINED.search(text) and _FINED.search(sentence.text))
    )


def _without_page(text: str) -> str:
    """`text` without what it leaves to the page, which says nothing of its own."""
    return " ".join(sentence for sentence in split(text) if not gate.IN_PAGE.search(sentence))


def _is_address_of_how(text: str, sentence: Sentence) -> bool:
    """Whether a sentence tells how one books or asks, by an e-mail address; a web address reads badly."""
    return (
        _BOOKS.search(sentence.text) is not None
        and _OWN_WORDS[Slot.how].search(text) is None
        and EMAIL.search(sentence.text) is not None
        and URL.search(EMAIL.sub(" ", sentence.text)) is None
    )


def _with(text: str, addition: str) -> str:
    """`addition` at the end, before what is left to the page."""
    sentences = split(text)
    same = [one for one in sentences if addition.startswith(f"{one.rstrip('.')} ")]
    if same:  # `L'ingresso è libero.` and more of it
        return text.replace(same[0], addition)
    closing = sentences[-1] if len(sentences) > 1 and gate.IN_PAGE.search(sentences[-1]) else ""
    if gate.IN_PAGE.search(addition):
        closing = ""
    opening = text.removesuffix(closing).rstrip() if closing else text
    if closing.startswith("Come ") and (Slot.how in facets(addition) or _APPLIES.match(addition)):
        closing = OTHERS if "altri dettagli" in closing else ""  # how one does it is told
    return " ".join(filter(None, (opening, addition, closing)))

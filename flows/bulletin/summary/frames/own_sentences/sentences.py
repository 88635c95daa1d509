"""Whole sentences chosen by what they tell of what a citizen must be told, in the page's order.

A sentence is one of the office's, worded plainly, or one made by a frame;
none is ever cut or joined to another.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.dates import MONTHS, WEEKDAYS
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.spelling import lemma
from flows.bulletin.language.titles import is_told
from flows.bulletin.page import told_slots
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.summary.frames.prose.facets import bare, facets, known, tells
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.flaws import flaw_of, is_later_step, is_of_least_sum
from flows.bulletin.summary.frames.prose.pruned import pruned
from flows.bulletin.summary.frames.prose.wording import SERVICE, worded
from flows.bulletin.summary.frames.titles import headings
from flows.bulletin.summary.frames.titles.leads import may_lead
from flows.bulletin.summary.frames.titles.matter import Matter, matter_of
from flows.bulletin.summary.frames.titles.naming import needs_name, with_name

WEIGHTS: dict[Slot, float] = {
    Slot.what: 3.0,
    Slot.deadline: 3.0,
    Slot.until: 3.0,
    Slot.when: 2.2,
    Slot.todo: 2.0,
    Slot.who: 1.8,
    Slot.amount: 1.8,
    Slot.exception: 1.5,
    Slot.status: 2.5,
    Slot.fine: 1.2,
    Slot.hours: 1.4,
    Slot.place: 1.4,
    Slot.how: 1.2,
}
_A_SENTENCE, _A_UNIT, _A_FIGURE = 0.55, 0.004, 0.9
_CALENDAR = frozenset({*MONTHS, *WEEKDAYS})
_LATER = 3.0  # flaw: of days on which nobody can act
_CALLS = frozenset({Kind.deadline, Kind.job, Kind.service, Kind.campaign, Kind.other})
_LONG, _LED = 200, 30  # UTF-16 units; characters, of `Sono esclusi i mezzi di soccorso`
EXCEPTED = re.compile(
    r",?\s(?:ad eccezione|fatta eccezione|con (?:la sola )?eccezione|eccett[oi]|tranne|esclus[ie])\b"
    r"[^;:]{30,}$",
    re.I,
)
_BANS = re.compile(r"\b(?:è|sono) vietat[oaie]\b", re.I)
_UNNAMED = 1.5  # the gate asks whether it shares a word with the title
_SKIPS = 1.5  # opens behind the sentence that names it
_UNTOLD = 4.0  # a day or a deadline that the gate asks for
_HEADLESS = 2.5  # opens with `La domanda va trasmessa`: of what?
_FIRST = 0.8  # what an office says first it thinks matters most
_FIGURES = frozenset({FactKind.date, FactKind.time, FactKind.amount})
NAMED = 0.5  # the place of a frame's sentence that names the matter: behind the office's first one
_PRUNED = 0.2  # flaw
MADE = 50.0  # the place of a sentence that a frame made, behind the office's first ones
_MOST, _TOGETHER = 12, 3
_HARDLY = 5  # words
_SUBJECTS = 8  # sentences
_LONGEST_HEADING = 110  # UTF-16 units
_TITLE_SENTENCE = 1.5  # flaw: the office says it again below, and better
_LEAD = 70  # characters in which a sentence says what it is about
_OF_SOME = re.compile(
    r"(?:per (?:i|gli|le|chi)|se|nel caso|in caso(?! di (?:nev|gelat))|qualora"
    r"|i cittadini (?:stranieri|non|extra)|gli stranieri)\b",
    re.I,
)
_CASE = re.compile(
    r"(?:per (?:i minori|chi)|nel caso|in caso(?! di (?:nev|gelat))|qualora"
    r"|i cittadini (?:stranieri|non|extra))\b",
    re.I,
)
_DUTY = re.compile(r"(?:Serv(?:e|ono)|Occorr\w+|Bisogna|È necessari\w)\b")
MEETS = re.compile(
    r"(?:L['’](?:appuntamento|evento|iniziativa|incontro|attività)|Gli (?:appuntamenti|incontri)|La serata"
    r"|Il corso|Le lezioni|Per chi|Si tratta|È (?:un|una|il|la|lo|(?:rivolt|dedicat|destinat|riservat)\w))\b"
    r"|È (?:un|l)['’]"
)  # of what, the sentence before says
IS_A = re.compile(
    r"(?:È|Sono) (?:(?:un[oa]?|il|lo|la|i|gli|le)\s|(?:un|l)['’])"
)  # of what, the one before says
_INTRODUCES = re.compile(
    r"(?:È|Sono) (?:stat[oaie] [a-zà-ù]+ un(?:[oa]?\s|['’])"
    r"|(?:attiv|apert|disponibil|nat)[oaie] (?:in [^,.;]{3,30} )?"
    r"(?:(?:il|lo|la|i|gli|le|un|una|uno)\s|(?:l|un)['’]))"
)  # what nobody knew before
_OPENING = re.compile(r"(?:Il|Lo|La|I|Gli|Le|L['’])\s?(?P<noun>[a-zà-ù]+)\s")
_HEADS = re.compile(
    r"^(?:L(?:e|a) (?:prov[ae]|domand[ae]|iscrizion[ei]|istanz[ae]"
    r"|richiest[ae]|adesion[ei]|candidatur[ae]|quota|tariffa"
    r"|partecipazione|scadenza|prenotazion[ei])|L['’](?:istanza|iscrizione|adesione)|Il (?:termine|contributo"
    r"|costo|pagamento|modulo|richiedente)|I (?:posti|documenti"
    r"|requisiti|contributi)|Gli interessati|Possono (?:candidarsi|partecipare|aderire|iscriversi"
    r"|presentare (?:la )?domanda|fare domanda)"
    r"|Può (?:candidarsi|partecipare)|È necessari[oa]"
    r"|È possibile|Occorre|Serv(?:e|ono)|Bisogna|Ci si)\b"
)
_IN_ALL = re.compile(r"\b(?:mette a disposizione|stanzia\w*|destina|investe)\s\d", re.I)  # no one's sum
_NOBODY = re.compile(
    r"(?:Si (?:prenota|paga|accede|presenta|partecipa)|Possono fare (?:domanda|richiesta))\b"
)
_TO_ENTER = re.compile(
    r"\b(?:per (?:entrare|accedere)|si (?:entra|accede))\b(?! (?:a|in|al|alla|ai|alle|nel|nella)\b)"
)
_ENTERED = {
    "centro di raccolta": "Al centro di raccolta",
    "ecocentro": "All'ecocentro",
    "isola ecologica": "All'isola ecologica",
    "piscina": "In piscina",
    "biblioteca": "In biblioteca",
    "cimitero": "Al cimitero",
}

BY = re.compile(  # by what way
    r"(?:a|al|alla|allo|con|da|dal|dalla|in|nel|nella|per|presso|tramite|mediante|attraverso|via|su"
    r"|sul|sulla|online|telefonando|scrivendo)\s|(?:all|dall|nell|sull)['’]"
)
_BY_ITEM = re.compile(rf"{BY.pattern}|on[- ]line\b", re.I)


@dataclass(frozen=True)
class Sentence:
    """A sentence that may stand in the text, what it tells, where it stood (-1: before all the page's)."""

    text: str
    slots: frozenset[Slot]
    names: bool  # it names the matter by itself
    place: float
    flaw: float = 0.0  # what an editor would mind

    @property
    def figures(self) -> frozenset[str]:
        """Its days, hours and sums."""
        return _figures(self.text)


def office(notice: Notice, matter: Matter | None) -> list[Sentence]:
    """The office's sentences that can stand in a message, each also with its matter before it."""
    made: list[Sentence] = []
    seen: set[str] = set()
    is_of_some = False
    items = {bare(worded(item)) for listing in notice.listings if listing.lead for item in listing.items}
    for place, (sentence, is_abstract) in enumerate(
        [*((text, True) for text in notice.abstract), *((text, False) for text in _in_order(notice))]
    ):
        text = worded(sentence)
        if SERVICE.match(text) and matter is not None:
            text = SERVICE.sub(f"Per {matter.text}", text, count=1)
        text = _entered(text, notice)
        key = bare(text)
        if is_of_some and _DUTY.match(text):
            continue  # `Per i minori ... Serve l'autorizzazione`: not everybody's
        is_of_some = _OF_SOME.match(text) is not None
        if key in seen or not is_fit(text, sentence) or key in items or is_of_least_sum(text):
            continue
        seen.add(key)
        names = named(text, notice, place, is_abstract) or _shares(text, notice.title)
        names = names or (_BANS.search(text) is not None and bool(told_slots.figures(text)))
        flaw = flaw_of(text) - (0.4 if is_abstract else 0.0)
        flaw += _LATER if notice.kind in _CALLS and is_later_step(text, notice.title) else 0.0
        slots = _slots(text, notice)
        told = with_name(text, matter) if needs_name(text) or not is_told(notice.title, text) else ""
        if told:
            made.append(Sentence(told, slots | {Slot.what}, True, place, flaw))
        if told and needs_name(text):
            continue
        if utf16(text) > _LONG and (
            limits := EXCEPTED.search(text, _LED)
        ):  # the text says that there are some
            short = f"{text[: limits.start()]}."
            made.append(Sentence(short, slots | ({Slot.what} if names else frozenset()), names, place, flaw))
        if short := pruned(text):
            named_too = slots | ({Slot.what} if names else frozenset())
            made.append(Sentence(short, named_too, names, place, flaw + _PRUNED))
        names = names and not told  # what can be said with its name is not said without
        made.append(Sentence(text, slots | ({Slot.what} if names else frozenset()), names, place, flaw))
        if not names and not told and matter is not None and _HEADS.match(text):
            told = f"Per {_without(matter, text)} {_lower(text)}"
            made.append(Sentence(told, slots | {Slot.what}, True, place, flaw + 0.5))
    return made


def _in_order(notice: Notice) -> list[str]:
    """The page's sentences, with those that end in a list of ways: `… va disdetto entro le 9:15:`"""
    leads = [
        (listing.start, f"{listing.lead.rstrip(' .:;')}.")
        for listing in notice.listings
        if listing.lead and len(listing.items) > 1 and all(map(_BY_ITEM.match, listing.items))
    ]
    found = [(notice.source.find(said.rstrip(".")[:_LEAD]), said) for said in notice.prose]
    told = list(notice.prose)
    for start, lead in leads:
        if not any(lead.rstrip(".") in said for said in told):
            told.insert(sum(0 <= place < start for place, _ in found), lead)
    return told


def _entered(text: str, notice: Notice) -> str:
    """`Al centro di raccolta dal 1° aprile per entrare …`: enter where, the title alone says."""
    title = notice.title.lower()
    where = next((told for name, told in _ENTERED.items() if title.startswith(name)), "")
    is_meant = where and _TO_ENTER.search(text) and where.split()[-1] not in text.lower()
    return f"{where} {_lower(text)}" if is_meant else text


def _without(matter: Matter, text: str) -> str:
    """`l'acquisto di libri` of contributions for it, before a sentence whose subject is the contribution."""
    subject = _OPENING.match(text)
    own, _, purpose = matter.noun.partition(" per ")
    is_its = subject is not None and lemma(own.split()[0]) == lemma(subject["noun"])
    return (
        purpose
        if is_its and purpose.startswith(("l'", "l’", "il ", "lo ", "la ", "i ", "gli ", "le "))
        else matter.text
    )


@lru_cache(maxsize=2048)
def _figures(text: str) -> frozenset[str]:
    return frozenset(fact.value for fact in facts(text) if fact.kind in _FIGURES)


def named(text: str, notice: Notice, place: int, is_abstract: bool) -> bool:
    """Whether a sentence says by itself what the notice is about."""
    if (_HEADS.match(text) or MEETS.match(text) or _NOBODY.match(text)) and not is_told(notice.title, text):
        return False
    if _INTRODUCES.match(text):
        return True
    if any(
        tells(text, told) or same_words(text, told.sentence) for told in notice.slots.get(Slot.what, ())[:2]
    ):
        return True
    return is_told(notice.title, text) or (is_abstract and place == 0) or (place == 0 and len(text) > 60)


def _shares(text: str, title: str) -> bool:
    """Whether a sentence that opens with what one has to do names two words of the title:
    `Le domande per l'assegno di maternità`."""
    stems = {word[:5] for word in bare(title).split() if len(word) > 4}
    return (
        _HEADS.match(text) is not None and len(stems & {word[:5] for word in bare(text[:_LEAD]).split()}) > 1
    )


def same_words(text: str, other: str) -> bool:
    return bool(other) and bare(text) == bare(worded(other))


def _slots(text: str, notice: Notice) -> frozenset[Slot]:
    """What a sentence tells: by the page's slots where it was read, else by its words."""
    by_words = facets(text)
    by_page = {
        slot
        for slot, told in notice.slots.items()
        if any(tells(text, one) or same_words(text, one.sentence) for one in told)
    }
    found = frozenset(by_words | by_page)
    return found - {Slot.amount} if _IN_ALL.search(text) else found


def chosen(
    notice: Notice, sentences: Sequence[Sentence], wanted: Iterable[Slot], limit: int
) -> Iterator[tuple[float, str]]:
    """Texts of one to three sentences with their worth, best first: each names the matter first."""
    asked = set(wanted)
    told_by_page = known(notice)
    weights = {
        slot: WEIGHTS.get(slot, 0.5)
        * (1.0 if not told_by_page or slot in (*told_by_page, Slot.status) else 0.4)
        for slot in asked
    }
    is_said = any(one.names and one.place == 0 for one in sentences)
    sentences = [one for one in sentences if not (is_said and one.place < 0 and one.flaw == _TITLE_SENTENCE)]
    worthy = sorted(sentences, key=lambda one: -_alone(one, weights))[:_MOST]
    worthy = [one for one in worthy if utf16(one.text) <= limit]
    worthy.sort(key=lambda one: one.place)
    places = sorted({int(one.place) for one in sentences if 0 <= one.place < MADE and one.place != NAMED})
    first, opening = next(iter(places), 0), {0, 1, *places[:2]}
    musts = {one.text: told_slots.musts(one.text, notice) for one in worthy}
    of_all = frozenset[Slot]().union(*musts.values())
    made: list[tuple[float, str]] = []
    for count in range(1, _TOGETHER + 1):
        for group in combinations(worthy, count):
            if (
                not (group[0].names or group[0].place in opening)
                or _CASE.match(group[0].text)
                or (not group[0].names and MEETS.match(group[0].text))
                or sum(utf16(one.text) + 1 for one in group) - 1 > limit
            ):
                continue
            if repeats(*(one.text for one in group)) or _twice_by_when(group) or _leaves_subject(group):
                continue
            told = frozenset[Slot]().union(*(one.slots for one in group))
            value = sum(weights.get(slot, 0.0) for slot in told) - sum(one.flaw for one in group)
            text = " ".join(one.text for one in group)
            value += _FIRST if group[0].place == first else 0.0
            value -= 0.0 if group[0].names else _UNNAMED + _SKIPS * (is_said and group[0].place > first)
            value -= _UNTOLD * len(of_all - frozenset[Slot]().union(*(musts[one.text] for one in group)))
            value -= _HEADLESS if _HEADS.match(group[0].text) and group[0].place not in (NAMED, MADE) else 0.0
            value += _A_FIGURE * len(frozenset().union(*(one.figures for one in group)))
            value -= _A_SENTENCE * count + _A_UNIT * utf16(text) + 0.5 * sum(one.names for one in group[1:])
            made.append((value, text))
    yield from sorted(made, key=lambda one: -one[0])


def _leaves_subject(group: Sequence[Sentence]) -> bool:
    """Whether `È un testo di Ada Neri` follows another sentence than the one that names the text."""
    return any(
        IS_A.match(two.text) is not None and 1 < two.place - one.place < MADE for one, two in pairwise(group)
    )


OF_TERMS = frozenset({Slot.what, Slot.deadline})


def _twice_by_when(group: Sequence[Sentence]) -> bool:
    """Whether two tell the same term: `La scadenza è il 3 maggio. C'è tempo fino al 3 maggio.`"""
    return any(
        one.figures and one.figures <= other.figures and one.slots <= OF_TERMS
        for one in group
        for other in group
        if one is not other and (other.place < 0 or Slot.deadline in other.slots)
    )


def _alone(one: Sentence, weights: dict[Slot, float]) -> float:
    return sum(weights.get(slot, 0.0) for slot in one.slots) - one.flaw + (2.0 if one.names else 0.0)


def repeats(*texts: str) -> bool:
    """Whether two of the texts say the same: most of the words of one stand in the other."""
    sets = [
        {word[:5] for word in bare(text).split() if len(word) > 3 and word not in _CALENDAR} for text in texts
    ]
    return any(
        len(first & second) > 0.5 * min(len(first), len(second)) for first, second in combinations(sets, 2)
    )


def adds_little(text: str, phrase: str) -> bool:
    """Whether a sentence has all that a phrase names, and hardly a word more."""
    own, said = ({word[:5] for word in bare(words).split() if len(word) > 3} for words in (phrase, text))
    return bool(own) and own <= said and len(said - own) <= _HARDLY


def heading(notice: Notice) -> Sentence | None:
    """The title told as a sentence, for where no sentence of the page names the matter.

    A title of which none is made stands there to be joined with the sentence behind it.
    """
    title = spoken(notice.title.strip(" .,;:!"))
    text = next(headings.told(notice), "")
    is_name = matter_of(notice.title) is not None
    may_be_joined = is_name and utf16(title) <= _LONGEST_HEADING and (may_lead(notice) or _says_noun(notice))
    if headings.is_thin(text) or not text:
        text = f"{title}." if may_be_joined and not text.startswith(headings.UNDER_WAY) else ""
    is_news = bare(text) == bare(title) and not is_name
    flaw = _TITLE_SENTENCE if is_news else 0.6
    return Sentence(text, frozenset({Slot.what}), True, -1, flaw) if text else None


def _says_noun(notice: Notice) -> bool:
    """Whether a first sentence of the page has the title's noun for its subject: `Il corso si tiene a Po`."""
    noun = notice.title.split(" ", 1)[0].lower()
    opened = map(_OPENING.match, (*notice.abstract, *notice.prose)[:_SUBJECTS])
    return any(one is not None and one["noun"] == noun for one in opened)


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]

"""Every text that a notice may have, the best first: the office's abstract, its kind's frames, its title."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import TIME
from flows.bulletin.language.spelling import is_word
from flows.bulletin.language.titles import is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.missing import is_call
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import figures, musts
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.admission import booking, conditions
from flows.bulletin.summary.checks.contrasts import closings
from flows.bulletin.summary.checks.named import SEEKS
from flows.bulletin.summary.frames import general
from flows.bulletin.summary.frames.calls import acts, call, instalments
from flows.bulletin.summary.frames.dangers import alerts, forbidden, recalls
from flows.bulletin.summary.frames.dangers.obliged import obliged
from flows.bulletin.summary.frames.dangers.prohibited import KINDS, prohibited
from flows.bulletin.summary.frames.events import calendars, programmes
from flows.bulletin.summary.frames.events.appositions import recurring
from flows.bulletin.summary.frames.events.meetings import meeting
from flows.bulletin.summary.frames.events.subject import is_held, is_occasion
from flows.bulletin.summary.frames.events.tidied import together
from flows.bulletin.summary.frames.events.topical import about
from flows.bulletin.summary.frames.outlines import outlines
from flows.bulletin.summary.frames.own_sentences import by_day, itemized, listed, must_tell
from flows.bulletin.summary.frames.prose.facets import bare, facets, tells
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import (
    ALL_IN_PAGE,
    CONDITIONS_AND_OTHERS,
    DAYS_AND_HOURS,
    FORM_AND_OTHERS,
    HOURS,
    OTHER_DAYS,
    OTHERS,
    PLACE,
    TERMS_AND_OTHERS,
    WARNINGS,
)
from flows.bulletin.summary.frames.prose.lines import lines, untold
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads import listed_measures, street_outlines, works
from flows.bulletin.summary.frames.services import campaigns, health, hours, service
from flows.bulletin.summary.frames.services.collected import collected
from flows.bulletin.summary.frames.services.in_force import in_force
from flows.bulletin.summary.frames.services.shut_by_order import shut_by_order
from flows.bulletin.summary.frames.times.terms import counts_from_several
from flows.bulletin.summary.frames.titles import headings
from flows.bulletin.summary.frames.titles.changeovers import made_up_for
from flows.bulletin.summary.frames.titles.leads import led, placed
from flows.bulletin.summary.frames.titles.matter import is_number, matter_of, noun_of
from flows.bulletin.summary.frames.titles.outcomes import outcome

_Frame = Callable[[Notice, int], Iterator[str]]
_FRAMES: Mapping[Kind, _Frame] = {
    Kind.event: programmes.texts,
    Kind.programme: programmes.texts,
    Kind.deadline: call.texts,
    Kind.job: call.texts,
    Kind.road: works.texts,
    Kind.supply_cut: works.texts,
    Kind.hours: hours.texts,
    Kind.service: service.texts,
    Kind.health: health.texts,
    Kind.recall: recalls.texts,
    Kind.alert: alerts.texts,
    Kind.result: acts.texts,
    Kind.act: acts.texts,
    Kind.campaign: campaigns.texts,
    Kind.other: campaigns.texts,
}
_CONDITIONS = re.compile(r"(?:^|\.\s)Se\s(?!vuoi\b)[^.]{5,}\spuoi\s")
_BOOKS = re.compile(r"\b(?:prenot|iscri)\w+", re.I)
_OPENS_WITH = re.compile(r"(?P<article>Il |La |Lo |L['’])(?P<noun>\S+) (?P<verb>\S+)", re.I)
_CALL, _SHORT = 4, 4  # words: `Questionario sulla mobilità: dì la tua`; letters: `di`, `per`
_LONG_SENTENCE = 100  # UTF-16 units: the shortest text has no room for it
_LONG_PAGE, _TEASER = 1000, 700  # characters: of a long page a title is all that was understood
_OPENING, _FEW, _MISSING = 40, 2, 0.1  # characters of a sentence; words that are said otherwise
_TRIED = 8  # texts of one frame: what comes later is only shorter
_WARNS = re.compile(
    r"\bsi (?:chiede|raccomanda|prega)\w* di\s?:|\bprecauzioni\b"
    r"|\b(?:segu|adott|rispett|osserv)\w+\s(?:[a-zà-ù]+\s){0,3}(?:accorgiment\w+|regole|raccomandazioni"
    r"|prescrizioni|comportamenti|consigli|misure)\b",
    re.I,
)
_NONE = re.compile(  # what there is not, and what is over
    r"\b(?:niente|nessun[oa]?|sconsigliat[oaie]|stop (?:a|al|alla|ai|alle))\b|: (?:ha vinto|vince|vincono)\b",
    re.I,
)
_PERIOD = re.compile(r"\b[Dd]al(?:\s|l['’])\d[^.;]{0,30}\sal(?:\s|l['’])\d")  # each day has its hours
_GETS = re.compile(  # whoever reads what one gets must know that not everybody does
    r"\bricevi (?:il |l['’])\d"
    r"|\b(?:contributo|bonus|voucher|buono|premio|rimborso) (?:è di|va da|arriva a|ammonta a) \d",
    re.I,
)
_GIVES = re.compile(
    r"(?:È concess|Sono concess|(?:Puoi|Si può|Si possono) chiedere (?:il|lo|un|i|gli|le|la)\b)[^.]*\.$"
)  # to whom, the page tells
_FORM = re.compile(
    r"\b(?:domanda|modulo|modello|istanza)[\s_-][^|\n.]{0,80}?\b(?:PDF|DOCX?|ODT)\sScarica\b|"
    r"\b(?:modul[oi]|modell[oi])\s(?:\w+\s){0,3}(?:qui\s)?allegat[oi]\b|\ballegat[oi]\s(?:il\s)?(?:modulo|modello)\b"
    r"|\bsi pubblic\w+\s[^.;]{0,80}\b(?:modul[oi]|modell[oi])\b"
    r"|\bmodul[oi]_\w+\.(?:pdf|docx?)|\bmodell[oi]\s(?:di\s)?(?:domanda|istanza|richiesta)\b[^.;]{0,60}(?:\.pdf|allegat)",
    re.I,
)
_APPLIES = re.compile(
    r"(?:Chi (?:è interessato|vuole|desidera)|Gli interessati|Per (?:candidar|iscriver|aderi)\w+)\b"
)
_BOOKS_BY = re.compile(r"\b(?:[Ii]scriviti|[Pp]renota|[Ss]crivi\w*|[Tt]elefona\w*)\b|@")
_PAYS = re.compile(r"[^.]*\b(?:pagament\w+|versament\w+|si pag(?:a|ano)|rat[ae])\b", re.I)  # nobody applies
_ASKED = (Kind.deadline, Kind.job, Kind.service)
_MEANS = re.compile(
    r"\b(?:online|on-line|modul[oi]|pec|e-?mail|uffici\w*|sportell[oi]|portale|spid|telefon\w+|protocollo)\b|@",
    re.I,
)
_REACHED = re.compile(r"\b(?:contatt|scriv|rivolg|telefon|chiam|compil|modul)\w+|@", re.I)
_WAYS = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"\biscri(?:zion|ver)\w+", "Come iscriversi"),
        (r"\bcandida(?:tur|rsi)\w*", "Come candidarsi"),
        (r"\badesion\w|\baderir\w", "Come aderire"),
        (r"\b(?:domand|istanz)[ae]\b", "Come fare domanda"),
    )
)
_FRAMED_BY_KIND = (*OCCASIONS, Kind.road, Kind.supply_cut, Kind.hours, Kind.alert, Kind.recall, Kind.health)
_ELIDING = (
    *(Kind.deadline, Kind.job, Kind.service, Kind.campaign),
    *(Kind.result, Kind.act, Kind.other, Kind.health),
)
_WIDE = (Kind.other, Kind.campaign)  # of no sure kind
_ASKS = re.compile(r"(?:Se risiedi [^.,]{4,50}? puoi|Puoi|Si può|Si possono) (?:chiedere|presentare|fare)\b")
_CALLING = (Kind.deadline, Kind.job)
_CONTEST = re.compile(r"\b(?:concorso|premio)\b", re.I)  # what is held is its prize-giving
_SHUT = re.compile(r"\bchius[oaie]\b", re.I)
_SHUT_THEN = re.compile(r"[^.]*\d[^.]*\bchius[oaie]\b|[^.]*\bchius[oaie]\b[^.]*\d")  # the first sentence
_NAMES = {Slot.who: "requisiti", Slot.amount: "importi"}
_ELIDED = (Slot.who, Slot.amount, Slot.how, Slot.exception, Slot.deadline)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units that the gate may be asked about, best first."""
    kind = Kind.deadline if notice.kind in OCCASIONS and is_call(notice) else notice.kind
    if kind in OCCASIONS and _NONE.search(notice.title):
        kind = Kind.other
    frame = acts.texts if is_number(notice.title) and kind not in _FRAMED_BY_KIND else _FRAMES.get(kind)
    framed = islice(frame(notice, limit), _TRIED) if frame else iter(())
    is_asked = _CONTEST.search(notice.title) or SEEKS.search(notice.title)
    is_met = kind is Kind.deadline and not is_asked and is_held(notice)
    if (kind in _WIDE and is_occasion(notice)) or is_met or health.is_open_day(notice):
        framed = chain(islice(programmes.texts(notice, limit), _TRIED), framed)
    framed = calendars.before(framed, notice)
    owned = islice(general.texts(notice, limit), _TRIED)
    # what a call or a sitting must tell comes before what its page lists
    is_of_a_list = notice.kind not in (*_FRAMED_BY_KIND, *_CALLING) and not any(_known(notice))
    made = (
        form
        for text in chain(
            _known(notice),
            instalments.texts(notice),
            _described(notice),
            recurring(notice),
            framed,
            owned,
            itemized.texts(notice, limit),
        )
        for form in _announced(text, notice, kind)
    )
    yield from (
        text
        for text in (
            about(health.against(placed(led(_joined(text, notice), notice), notice), notice), notice)
            for text in chain(
                prohibited(notice, limit),
                obliged(notice) if notice.kind in KINDS else (),
                shut_by_order(notice, limit),
                by_day.texts(notice, limit),
                collected(notice, limit),
                listed_measures.texts(notice),
                listed.told_whole(notice, limit) if is_of_a_list else (),
                made,
                listed.told_whole(notice, limit),
                listed.named(notice, limit),
                works.limited(notice, limit),
                must_tell.texts(notice, limit),
                outlines(notice),
                listed.above(notice),
                in_force(notice),
                _without_place(notice, limit),
                forbidden.titled(notice),
                street_outlines.first_told(notice),
                _titled(notice),
                programmes.spanned(notice),
            )
        )
        if utf16(text) <= limit
    )


def _joined(text: str, notice: Notice) -> str:
    """`Corso di yoga. Il corso si tiene a Po.` as `Il corso di yoga si tiene a Po.`

    The same of a service whose sentence has only its noun, and of `Bonus libri. È per gli studenti.`
    """
    title = notice.title.strip(" .,;:")
    matter = matter_of(title)
    if matter and matter.article and not matter.is_plural and text.startswith(f"{title}. È per "):
        return f"{matter.text[:1].upper()}{matter.text[1:]} è {text[len(title) + len('. È ') :]}"
    own, colon, behind = title.partition(": ")
    noun, _, rest = (own if colon and len(behind.split()) <= _CALL else title).partition(" ")
    near = text if noun_of(title) is None else text[:_OPENING]
    is_bare = notice.kind not in OCCASIONS and not text.startswith(title) and not _stems(rest) & _stems(near)
    heading = "" if is_bare else f"{title}. "
    is_headed = noun and rest and text.lower().startswith(heading.lower())
    said = _OPENS_WITH.match(text, len(heading)) if is_headed else None
    if (
        said is None
        or said["noun"].lower() != noun.lower()
        or re.search(r"[:,;.]|\s[-–]\s", rest)
        or not (said["verb"] in ("si", "non") or speaks(said["verb"]))
    ):
        return text
    words = rest.split()
    if all(word.istitle() or len(word) < _SHORT for word in words):  # `Corso di Difesa Personale`: no name
        rest = " ".join(word.lower() if is_word(word.lower()) else word for word in words)
    return f"{said['article']}{said['noun'].lower()} {rest} {text[said.start('verb') :]}"


def _known(notice: Notice) -> Iterator[str]:
    """What the title says in words of its own: that a council meets, what came of a call."""
    if (said := meeting(notice) or made_up_for(notice.title)) or (
        notice.kind in _ELIDING and (said := outcome(notice))
    ):
        yield said


def _described(notice: Notice) -> Iterator[str]:
    """The office's own abstract, every sentence, behind what the title tells where it does not name that."""
    text = " ".join(spoken(worded(sentence)) for sentence in notice.abstract)
    if not text:
        return
    if is_told(notice.title, text):
        yield text
    else:
        yield from (f"{said} {text}" for said in headings.told(notice) if not headings.is_thin(said))
        yield f"{notice.title.strip(' .,;:!')}. {text}"  # to be joined, or the gate stops it


def _announced(text: str, notice: Notice, kind: Kind) -> Iterator[str]:
    """`text` with word of what it leaves to the page, and bare where that has no room."""
    if gate.says_title(text, notice) and not gate.tells_itself(notice):
        return
    if others := list(closings(text, notice)):
        yield from (f"{text} {other}" for other in others)
        return
    if (duty := booking(notice)) and not _BOOKS.search(text):
        yield from (f"{text} {duty}{said}" for said in (*(f" {one}" for one in conditions(text, notice)), ""))
    yield from (f"{text} {said}" for said in conditions(text, notice))
    tells_way = Slot.how in facets(text) or any(map(_APPLIES.match, split(text)))
    if SEEKS.search(text) and not tells_way and _REACHED.search(notice.body):
        own = (worded(sentence) for sentence in notice.prose if _APPLIES.match(sentence))
        yield from (f"{_without_term(text, said)} {said}" for said in own if is_fit(said, said))
        yield f"{text} {_way(notice) or 'Come candidarsi'} è nella pagina."
    has_conditions = _CONDITIONS.search(text) or _GIVES.match(text)
    is_of_conditions = kind in _CALLING and has_conditions and not _tells_all(text, notice)
    if kind in _ELIDING and not gate.IN_PAGE.search(text) and (is_of_conditions or _leaves(text, notice)):
        if counts_from_several(notice.slots.get(Slot.deadline, ())):
            yield f"{text} {TERMS_AND_OTHERS}"
        if kind in _CALLING and (is_of_conditions or _GETS.search(text)):
            yield f"{text} {CONDITIONS_AND_OTHERS}"
        if _FORM.search(notice.source) and "allegat" not in text and not _PAYS.match(text):
            yield f"{text} {FORM_AND_OTHERS}"
        if how := _how(text, notice):
            yield f"{text} {how} e gli altri dettagli sono nella pagina."
        yield f"{text} {OTHERS}"
        if kind in _CALLING and (names := _untold_by_name(text, notice)):
            yield f"{text} {names} e altri dettagli sono nella pagina."
        if is_of_conditions:
            return  # those that are told would stand for all
    if (
        (kind is Kind.programme or (kind is Kind.event and _PERIOD.search(text)))
        and Slot.hours in notice.slots
        and not TIME.search(text)
        and not gate.IN_PAGE.search(text)
    ):
        yield f"{text} {HOURS}"
    several = {told.words for told in notice.slots.get(Slot.hours, ())}
    if kind in _WIDE and len(several) > 1 and not TIME.search(text) and not gate.IN_PAGE.search(text):
        yield f"{text} {HOURS}"
    if kind not in OCCASIONS and not gate.IN_PAGE.search(text) and gate.tells_some_days(text, notice):
        yield f"{text} {OTHER_DAYS}"
        return
    if kind is Kind.health and _WARNS.search(notice.body) and not _WARNS.search(text):
        yield from (f"{text} {said}" for said in WARNINGS)
    is_timetable = kind in (Kind.hours, Kind.service, Kind.health) and (
        sum(bool(row.hours) for row in notice.rows) > 1 or (len(several) > 1 and not _SHUT.search(text))
    )
    is_timed = TIME.search(text) is not None or any(
        tells(text, one) for one in notice.slots.get(Slot.hours, ())
    )
    if is_timetable and not is_timed and not gate.IN_PAGE.search(text):
        yield f"{text} {OTHERS if _SHUT_THEN.match(text) else DAYS_AND_HOURS}"
    yield text


def _without_place(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of an event whose place fits in none of them, with word of it."""
    if notice.kind is not Kind.event or Slot.place not in notice.slots or Slot.status in notice.slots:
        return
    for text in islice(programmes.texts(notice, limit), _TRIED):
        if Slot.place not in musts(text, notice):
            yield together(f"{text} {PLACE}")


def _leaves(text: str, notice: Notice) -> bool:
    return not _tells_all(text, notice) and any(
        slot in notice.slots and not any(told.words and tells(text, told) for told in notice.slots[slot])
        for slot in (*_ELIDED, *([Slot.hours] if notice.kind is Kind.service else []))
    )


def _how(text: str, notice: Notice) -> str:
    """`Come iscriversi`, where the page says how and `text` does not."""
    told = " ".join(one.words for one in notice.slots.get(Slot.how, ()))
    is_told = _PAYS.match(text) or Slot.how in facets(text) or _BOOKS_BY.search(text)
    if is_told or not _MEANS.search(told) or notice.kind not in _ASKED:
        return ""
    return next((said for asked, said in _WAYS if asked.search(text)), _way(notice))


def _without_term(text: str, said: str) -> str:
    """`text` without its last sentence, where that tells no more than the term which `said` tells, too."""
    *before, last = split(text)
    is_told = bool(before) and bool(figures(last)) and figures(last) <= figures(said)
    return " ".join(before) if is_told and last.startswith(("C'è tempo", "Puoi ")) else text


def _way(notice: Notice) -> str:
    """`Come iscriversi`: of a service only where it is what its page is about."""
    about = " ".join((notice.title, *notice.prose[:2])) if notice.kind is Kind.service else notice.source
    return next((said for pattern, said in _WAYS if pattern.search(about)), "")


def _untold_by_name(text: str, notice: Notice) -> str:
    """`Requisiti, importi`: what a call's text leaves to its page."""
    names = (
        name
        for slot, name in _NAMES.items()
        if slot in notice.slots and not any(tells(text, told) for told in notice.slots[slot])
    )
    return ", ".join(names).capitalize()


def _tells_all(text: str, notice: Notice) -> bool:
    """Whether a short page has no other words than those of `text`: a teaser of one sentence."""
    if notice.is_cut or len(notice.body) > _TEASER:
        return False
    words = _stems(" ".join(map(worded, lines(notice)[1:])))
    return bool(words) and len(words - _stems(text)) <= max(_FEW, _MISSING * len(words))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in bare(text).split() if len(word) > 3}


def _may_stand_alone(notice: Notice) -> bool:
    """Whether a title with word of the page is worth a look: it is a sentence, or there is one to read.

    Of a card or teaser with nothing but a name an editor writes what it is.
    """
    has_more = any(utf16(sentence) > _LONG_SENTENCE for sentence in (*notice.abstract, *notice.prose))
    is_long = len(notice.body.strip()) >= _LONG_PAGE
    return has_more or is_long or speaks(spoken(notice.title.strip(" .,;:!")))


def _titled(notice: Notice) -> Iterator[str]:
    """The title told as a sentence, with word that the rest is in the page."""
    own = f"{spoken(notice.title.strip(' .,;:!'))}."
    if gate.tells_itself(notice) and not untold(notice.title, notice, beside=(notice.title,)):
        yield f"{own[:1].upper()}{own[1:]}"
    if notice.kind is not Kind.alert and (said := acts.published_of(notice)):
        yield f"{said} {ALL_IN_PAGE.capitalize()}"
    yield from (said for said in headings.told(notice) if said.startswith(headings.UNDER_WAY))
    if not _may_stand_alone(notice):
        return
    for said in headings.told(notice):
        if notice.kind in _CALLING and _ASKS.match(said):
            yield f"{said} {CONDITIONS_AND_OTHERS}"
        if gate.IN_PAGE.search(said):
            yield said
        yield f"{said} {ALL_IN_PAGE.capitalize()}"

"""What room is left is filled with the office's own sentences that tell most of what the text does not.

Readers sent back more texts for what they left out with half of their room free than for anything they said.
A text is worth what it tells: the slots of its kind, days, hours and sums, the words of which the page speaks
most. Nothing is cut; the longer text is judged anew.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page import told_slots
from flows.bulletin.page.missing import is_service_card
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.slots import required
from flows.bulletin.summary.additions.extended import OF_SOME, OFFICIAL
from flows.bulletin.summary.additions.left_behind import LIMITS
from flows.bulletin.summary.additions.provisional import IF_IT_RAINS
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.own_sentences.sentences import IS_A, WEIGHTS, Sentence, office, repeats
from flows.bulletin.summary.frames.prose.facets import bare, facets
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.flaws import flaw_of, is_courtesy, is_later_step
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS, THE_REST
from flows.bulletin.summary.frames.prose.pruned import without_asides
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import matter_of

_BY_WORDS, _FIGURE, _WORD, _OF_TITLE, _A_UNIT = 0.5, 0.5, 0.06, 0.25, 0.004
_MOST_OF_A_WORD, _MOST_OF_TITLE = 3, 4
_WHOLE = 1.0  # that nothing is left to the page
_GAIN = 0.3  # below it a sentence is not worth its reader's time
_TRIED, _ADDED = 8, 3
_IN_SENTENCES = 0.8  # of a page's characters
_TOLD = 0.75  # of the words of weight of a sentence
_FLAW = 0.3
_LEANS = re.compile(
    r"^(?:Se ne|Ne|Vi si|Ci si|Finit[ao]|Come)\b"
    r"|\b(?:invece|quest[oaie]|stess[oaie]|tal[ei]|suddett\w+|predett\w+|infatti|inoltre|anche|quindi|pertanto)\b",
    re.I,
)
_WITHOUT_SUBJECT = re.compile(
    r"(?:Sar|Verr|Veng|Vien)\w+ \w+[oaie] (?:\w+ |\w*['’])?\d"
)  # `Saranno effettuati il 18`
_OF_THE_OFFICE = re.compile(  # who decided it and by what act; whom one may ask; what is about to be done
    r"\b(?:regolamento|comma|art\.|deliber\w+|determin\w+|capigruppo|informazioni|spiegazioni|chiarimenti|rivolg\w+"
    r"|contatt\w+|timbro|stanno|in preparazione|concordat\w+|approvat\w+|segnaletica|cartelli|rivalutat\w+"
    r"|subir\w+"
    r"|ufficio (?:è|resta) chiuso)\b",
    re.I,
)
_IS_LEFT = re.compile(r"\b(?:giorni|date|orari|scadenze|tariffe|prezzi|importi)\b", re.I)
_PRACTICAL = re.compile(  # of an event: what one wants to know before leaving home
    r"\bposti (?:sono )?limitat\w+|\binvit\w+[^.]{0,40}\b(?:esporre|indossare|portare)\b"
    r"|\bè (?:consigliat|necessari|obbligatori)\w+\b"
    r"|\bgratuit\w+|\baccessibil\w+|\bsi consiglia\b|\b(?:sarà|saranno) present[ei]\b",
    re.I,
)


_OF_A_PART = re.compile(
    r"\b(?:altr[ie]|iscrizion\w|gara|corsa|laborator\w+|concert\w|spettacol\w|corso)\b", re.I
)


def filled(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text`, or a longer one of at most `limit` UTF-16 units that `passes` and is worth more."""
    if gate.leaves_all(text) or is_service_card(notice):
        return text  # its page was not understood: one thing of it would stand for all
    worth = _Worth(notice)
    pool = [one.text for one in office(notice, matter_of(notice.title)) if _may_follow(one, notice)]
    pool = list(dict.fromkeys(pool))
    for _ in range(_ADDED):
        least, is_pointed = worth(text) + _GAIN, gate.IN_PAGE.search(text) is not None
        made = (_longer(base, notice, pool, limit) for base in dict.fromkeys((text, _without_asides(text))))
        tried = sorted(
            (
                (worth(said) + _WHOLE * (is_pointed and gate.IN_PAGE.search(said) is None), said)
                for said in chain(*made)
            ),
            reverse=True,
        )
        if not (
            found := next((said for value, said in tried[:_TRIED] if value >= least and passes(said)), "")
        ):
            return text
        text = found
    return text


def _without_asides(text: str) -> str:
    return " ".join(map(without_asides, split(text)))


def _longer(text: str, notice: Notice, pool: list[str], limit: int) -> Iterator[str]:
    """`text` with one sentence more, and with all that the page has beside; the pointer to it is dropped
    where nothing is left.
    """
    told = split(text)
    is_pointer = len(told) > 1 and gate.IN_PAGE.search(told[-1]) is not None
    before, pointer = (told[:-1], told[-1:]) if is_pointer else (told, [])
    left = list(_untold(text, notice))
    is_all = pointer in ([OTHERS], [THE_REST]) and _is_all_sentences(notice)
    may_follow = all(is_fit(said, said) and flaw_of(said) <= _FLAW and not _leans(said) for said in left)
    whole = [left] if is_all and may_follow and notice.kind not in OCCASIONS else []
    for addition in (*whole, *([one] for one in pool)):
        if addition is not left and any(
            said in text or any(repeats(said, one) for one in told) for said in addition
        ):
            continue
        own = _figures(" ".join(addition))
        is_left = any(_IS_LEFT.search(one) for one in pointer)
        if own and (is_left or own <= _figures(text)):
            continue  # a term or a sum that is told, or of those that are in the page
        rest = [] if is_all and set(left) <= set(addition) else pointer
        if utf16(longer := " ".join([*before, *addition, *rest])) <= limit:
            yield longer


def _is_all_sentences(notice: Notice) -> bool:
    """Whether a page has hardly a row, a list or a field beside its sentences."""
    said = sum(map(len, (*notice.abstract, *notice.prose)))
    return not notice.rows and not notice.listings and said >= _IN_SENTENCES * len(notice.body.strip())


def _untold(text: str, notice: Notice) -> Iterator[str]:
    """The page's sentences of which `text` has nothing, without thanks and excuses."""
    told = stems(text)
    for said in dict.fromkeys(map(worded, (*notice.abstract, *notice.prose))):
        own = stems(said)
        if not (is_courtesy(said) or said in text) and len(own & told) < _TOLD * len(own):
            yield said


def _may_follow(one: Sentence, notice: Notice) -> bool:
    """Whether a sentence may be said behind others: of everybody, leaning on none, of use to its reader."""
    items = {bare(worded(item)) for listing in notice.listings for item in listing.items}
    if one.flaw > _FLAW or is_later_step(one.text, notice.title) or bare(one.text) in items:
        return False
    if _leans(one.text):
        return False
    if not (one.figures or facets(one.text)):
        return False  # it tells nothing that one can do or miss
    if OF_SOME.match(one.text) and not LIMITS.search(one.text):
        return False
    if notice.kind in OCCASIONS:
        is_rain = IF_IT_RAINS.match(one.text) is not None
        is_of_all = notice.kind is Kind.event or not _OF_A_PART.search(one.text)
        return is_rain or (not one.figures and is_of_all and _PRACTICAL.search(one.text) is not None)
    return True


def _leans(said: str) -> bool:
    """Whether a sentence needs another one before it, or is the office's own business."""
    is_tied = (
        IS_A.match(said) or _LEANS.search(said) or _WITHOUT_SUBJECT.match(said) or gate.IN_PAGE.search(said)
    )
    is_tied = is_tied or _OF_THE_OFFICE.search(said) or OFFICIAL.search(said)
    return bool(is_tied) or ":" in said


class _Worth:
    """How much of what its page says a text tells, less what its reader would mind."""

    def __init__(self, notice: Notice) -> None:
        self._wanted = {
            slot: [told for told in notice.slots.get(slot, ()) if told.words][:_MOST_OF_A_WORD]
            for slot in required(notice.kind)
            if slot is not Slot.what
        }
        self._said = Counter(stem for said in (*notice.abstract, *notice.prose) for stem in stems(said))
        self._figures = _figures(notice.body)
        self._title = stems(notice.title)

    def __call__(self, text: str) -> float:
        by_words, own = facets(text), stems(text)
        worth = sum(
            WEIGHTS.get(slot, 0.5)
            * (1.0 if any(told_slots.tells(text, one) for one in told) else _BY_WORDS * (slot in by_words))
            for slot, told in self._wanted.items()
        )
        worth += _FIGURE * len(_figures(text) & self._figures)
        worth += _WORD * sum(min(self._said[stem], _MOST_OF_A_WORD) for stem in own)
        worth += _OF_TITLE * min(len(own & self._title), _MOST_OF_TITLE)
        return worth - sum(map(flaw_of, split(text))) - _A_UNIT * utf16(text)


def _figures(text: str) -> frozenset[str]:
    sums = {fact.value for fact in facts(text) if fact.kind is FactKind.amount}
    return told_slots.figures(text) | sums

"""What a short page says beside what a text tells: there is room for all of it."""

import re

from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.additions.extended import OF_SOME, OFFICIAL
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.own_sentences.sentences import IS_A, repeats
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded

_FINED = re.compile(r"\b(?:mult[ae]|sanzion\w+)\b", re.I)
_TEASER, _SHORT_PAGE = 200, 420  # characters
_ALL, _FEW = 0.75, 2  # share of them in sentences, of these left out
_NO_NEWS = re.compile(
    r"\b(?:scus\w+|ringrazi\w+|grazie|disagi\w*|collaborazione|aspettiamo|contatt\w+|informazioni|cittadinanza"
    r"|allegat\w+|segnaletica|aggiornat\w+|ordinanza n|saranno presenti|puniti|prevede|prudenza|necessari\w+"
    r"|(?:il|la) sindac\w|assessor\w+|dichiara\w*|spiega|commenta)\b|@|[!?»]",
    re.I,
)
_OF_USE = re.compile(
    r"\b(?:si|puoi|può|possono|potr\w+|dev[eo]\w*|dovr\w+|bisogna|occorre|serv(?:e|ono)|non|regolarmente|gratuit\w+|euro"
    r"|garanti\w+|solo|il via|attiv[oaie]"
    r"|(?:chius|apert|deviat|sostituit|sospes|prorogat|invitat|spostat)[oaie]|entro|fino|arriva|arriverà|cambia"
    r"|va|vanno|disponibil[ei]|nessuno|è possibile|senso unico|passeranno|regolat[oa]|movieri)\b",
    re.I,
)
LEANS = re.compile(r"\b(?:tal[ei]|suddett\w+|predett\w+|quest[aeio]|stess[aeio])\b", re.I)


def rest_of_short_page(text: str, notice: Notice) -> tuple[str, ...]:
    """The one or two sentences of a short page that `text` leaves out: there is room for all that it says."""
    size = len(notice.body) - len(notice.title) * notice.body.count(notice.title)  # feeds say it again
    is_short = size <= _SHORT_PAGE and sum(map(len, notice.prose)) >= _ALL * size
    if not is_short or notice.kind in OCCASIONS or notice.listings or notice.rows:
        return ()  # what is told in no sentence is left, too
    said = tuple(map(worded, notice.prose))
    said = said[any(repeats(text, one) or one in text for one in said) :]
    left = [one for one in said if not repeats(text, one) and one not in text and not tells_most(text, one)]
    both = " ".join(left)
    is_own = 0 < len(left) <= _FEW and all(is_fit(one, one) for one in left) and not LEANS.search(both)
    is_news = is_own and not (_NO_NEWS.search(both) or OFFICIAL.search(both))
    is_news = is_news and not any(
        IS_A.match(one) or (OF_SOME.match(one) and not one.startswith("Chi ")) for one in left
    )
    is_same = bool(figures(both)) and figures(both) <= figures(text) and "spostat" not in both
    is_news = is_news and not is_same and not (_FINED.search(text) and _FINED.search(both))
    return (both,) if is_news and (size <= _TEASER or all(map(_OF_USE.search, left))) else ()


def tells_most(text: str, sentence: str) -> bool:
    """Whether a text has half of the words of a sentence, or more."""
    own = stems(sentence)
    return len(own & stems(text)) * 2 >= len(own)

"""What happens at an event, where its text has hardly more than the title: the office's own sentence."""

import re

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import EMAIL, PHONE, TIME, URL
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.events.acting import performs
from flows.bulletin.summary.frames.events.happening import FILLER, LIFE, has_day
from flows.bulletin.summary.frames.own_sentences.sentences import repeats
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded

_SHORT = 190  # UTF-16 units: a longer text says what it is about
_LONGEST = 150  # of the sentence
_ROWS = 2  # of a programme: a sentence may be of one of them
_NEW = 4  # words of weight beside those that a text has
_READ = 10  # sentences of a page: what stands behind is of its parts
_OF_THE_EVENT = re.compile(
    r"(?:Il|Lo|La|Le|I|Gli|L['’])\s?(?:concerto|incontro|serata|spettacolo|mostra|corso|laboratorio|evento"
    r"|manifestazione|conferenza|visita|passeggiata|camminata|escursione|gara|festa|assemblea|giornata"
    r"|rassegna|percorso|film|lettura|letture|workshop|convegno|seminario|iniziativa|attività|appuntamento)\s"
    r"(?!(?:è|sono|si)\s(?:tien|svolg|terr|inser|colloc|inquadr|nat[aoie]\b|organizzat|promoss|rinviat|annullat|gratuit)"
    r"|(?:verrà|sarà) presentat)",
)
_FOR_WHOM = re.compile(
    r"(?:La partecipazione|L['’]ingresso|L['’](?:incontro|evento|iniziativa)|Il corso|Il laboratorio)\s"
    r"(?:è|sono)\s(?:apert|rivolt|dedicat|riservat|consigliat)[oaie]\b"
)
_PRAISE = re.compile(
    r"\b(?:atmosfer\w+|cornice|occasione|emozion\w*|success\w+|consueto|tradizional\w+|patrocinio|collaborazione"
    r"|contribut\w+|sostegno|sponsor\w*|valorizz\w+|sensibilizz\w+|ringrazi\w+|obiettivo)\b",
    re.I,
)
_LEANS = re.compile(r"\b(?:quest[oaie]|tal[ei]|suddett\w+|inoltre|infatti|anche|sempre)\b", re.I)


def described(text: str, notice: Notice) -> tuple[str, ...]:
    """The office's sentences on what happens or for whom it is, the first one first."""
    is_one = notice.kind is Kind.event or (notice.kind is Kind.programme and len(notice.rows) < _ROWS)
    if not is_one or utf16(text) > _SHORT:
        return ()
    said = [
        worded(line)
        for line in notice.prose[:_READ]
        if _OF_THE_EVENT.match(line) or _FOR_WHOM.match(line) or performs(line)
    ]
    return tuple(one for one in said if _stands(one) and _adds(text, one))


def _adds(text: str, said: str) -> bool:
    """Whether a sentence has more than the names that a text has already."""
    told, own = stems(text), stems(said)
    is_new = not own & told or len(own - told) >= _NEW
    return is_new and not repeats(text, said) and not figures(said)


def _stands(said: str) -> bool:
    return (
        len(said) <= _LONGEST
        and is_fit(said, said)
        and not any(words.search(said) for words in (FILLER, LIFE, _PRAISE, _LEANS, TIME, EMAIL, PHONE, URL))
        and not has_day(said)
        and not said.endswith("!")
    )

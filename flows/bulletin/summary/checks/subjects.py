"""A sentence whose subject stayed on the page: `Riapre martedì 30`, `Si invia via PEC.`: what does?

An office says it in the sentence before, or in the heading above, and neither is in the text.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.wording import worded

_NAMES = (  # what follows is the subject: `Va presentata la domanda`, `Possono partecipare i residenti`
    r"(?:(?:il|lo|la|i|gli|le|un|una|uno|chi|chiunque|tutti|tutte|anche|ogni|solo|soltanto"
    r"|ricors[oi]|domand[ae]|istanz[ae]|richiest[ae]|osservazioni|(?:al massimo|fino a|non più di) \d+)\b"
    r"|\d|l['’]|un['’])"
)
_STANDS = re.compile(  # `Riapre martedì 30 con l'orario consueto`
    r"(?:Riapr(?:e|irà|ono|iranno)|Riprend(?:e|erà|ono|eranno)|(?:È|Sarà|Resta|Resterà|Rimane"
    r"|Rimarrà) (?:chius|apert)[oa]"
    r"|(?:Gli altri|Le altre) [a-zà-ù]+ (?:rest|riman|sar|verr)\w+|I primi (?:due|tre|quattro"
    r"|cinque)(?! (?:giorn|mes|post|iscritt|ann|cento)))\b"
    r"(?! (?:al (?:pubblico|traffico|transito) )?(?:il|lo|la|i|gli|le|l['’]|un|una|in|nel|nella|a)\b)"
)
_DONE = re.compile(  # `Si presenta online`, `Va inviata entro il 3`, `Se firmata si invia via PEC`
    r"(?:(?:se|per|entro|dal|dopo|in|con)\b[^.,;:]{2,60},?\s)?"
    r"(?:(?:si\s(?:può\s|deve\s)?(?:present|invi|consegn|trasmett|inoltr|compil|effettu|spedi|rinnov|ritir|rilasci)\w+"
    r"|(?:va|vanno|viene|vengono)\s\w+(?:at|ut|it|st|es)[oaie])"
    rf"(?:\s(?:solo|soltanto|solamente|unicamente|esclusivamente))?(?=[\s.])(?!\s(?:\w+\s)?{_NAMES})"
    rf"|(?:può|possono|deve|devono|potrà|potranno|dovrà|dovranno)\s\w+(?=[\s.])(?!\s(?:\w+\s){{0,2}}{_NAMES}))",
    re.I,
)
_LEANS = re.compile(  # on the sentence before, whose days or thing they mean
    r"(?:[Ii]n quei giorni|[Ii]n quel periodo|[Ii]n tal caso)\b|[^.]*\b(?:è|sono|resta|restano) invece\b"
)
_SHUTS = re.compile(r"\b(?:è|sono|resta|restano) (?:chius|sospes)[oaie]\b", re.I)
_SERVES = re.compile(r"(?:Serv(?:e|ono)|Occorr(?:e|ono))\b")
_TO_DO = re.compile(r"Per (?:[a-z]+re|[a-z]+rsi)\b[^.;]{3,}")
_HALF = 0.5  # of the words of the sentence that has it


def without_subject(text: str, notice: Notice) -> Iterator[str]:
    """Each sentence of `text` whose subject the page has where the text does not follow it: Italian."""
    own = [worded(said) for said in notice.prose]
    for before, said in pairwise(["", *split(text)]):
        if _SHUTS.search(said) and not re.search(r"\d", said) and _is_of_that(said, own, text):
            yield f"«{said}»: la pagina lo dice di ciò che il testo non ha."
        if _SERVES.match(said) and _left_out(said, own, text):
            yield f"«{said}»: per che cosa, il testo non lo dice."
        leans = _STANDS.match(said) or _DONE.match(said) or _LEANS.match(said)
        place = next((at for at, line in enumerate(own) if line == said), None) if leans else None
        if place is None or (not place and not before):
            continue
        named = stems(own[place - 1]) if place else set[str]()
        follows = bool(named) and len(named & stems(before)) >= _HALF * len(named)
        if not follows or (_DONE.match(said) and _is_headed(notice.prose[place], notice)):
            yield f"«{said}»: di che cosa, il testo non lo dice."


def _is_of_that(said: str, own: list[str], text: str) -> bool:
    """Whether what shuts is named in the sentence before alone, which `text` has not: `Ad agosto la piscina
    è chiusa` behind that one cools down there.
    """
    at = own.index(said) if said in own else 0
    rest = stems(text.replace(said, " "))
    return at > 0 and own[at - 1] not in text and bool((stems(own[at - 1]) & stems(said)) - rest)


def _left_out(said: str, own: list[str], text: str) -> bool:
    """Whether the sentence before begins with what something is needed for, and `text` has it not."""
    at = own.index(said) if said in own else 0
    return at > 0 and _TO_DO.match(own[at - 1]) is not None and own[at - 1] not in text


def _is_headed(said: str, notice: Notice) -> bool:
    """Whether a sentence of the page opens its line, behind nothing or a label."""
    behind = notice.source.find(said)
    before = notice.source[:behind].rstrip(" *_\t") if behind > 0 else ""
    return before.endswith(("\n", ":"))

"""What a service is, where its page opens with a phrase of no verb.

`Servizio gratuito per chi cerca casa.` under the title `Sportello casa` is `Lo sportello casa è un servizio
gratuito per chi cerca casa.`
"""

import re

from flows.bulletin.language.sentences import split
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.matter import Matter
from flows.bulletin.summary.frames.sentences import Sentence

_ONES = {
    "un": "servizio progetto percorso contributo sostegno aiuto punto centro luogo programma corso fondo",
    "uno": "spazio sportello strumento",
    "una": "iniziativa misura struttura rete piattaforma",
    "un'": "agevolazione opportunità attività",
}
_ARTICLES = {noun: article for article, nouns in _ONES.items() for noun in nouns.split()}
_SHORTEST, _LONGEST = 25, 170
_THAT = re.compile(r"\b(?:che|chi|dove|cui)\b")  # `per chi cerca casa`: its verb is no sentence's
_ASIDE = re.compile(r"[:;|()/]|\b(?:art|legge|d\.?lgs)\b", re.I)


def is_a(notice: Notice, matter: Matter | None) -> Sentence | None:
    """The sentence, or None where the page opens otherwise."""
    lines = [line.strip() for line in notice.body.strip().split("\n") if line.strip()]
    opening = next(iter(split(lines[0])), "").strip() if lines else ""
    noun = opening.split(" ", 1)[0].lower()
    if (
        matter is None
        or not matter.article
        or matter.is_plural
        or noun not in _ARTICLES
        or matter.noun.split(" ", 1)[0] == noun
        or not _SHORTEST <= len(opening) <= _LONGEST
        or not opening.endswith(".")
        or speaks(_THAT.split(opening)[0])
        or _ASIDE.search(opening)
    ):
        return None
    article = _ARTICLES[noun]
    phrase = f"{article}{'' if article.endswith(chr(39)) else ' '}{noun}{opening[len(noun) :]}"
    text = f"{matter.text[:1].upper()}{matter.text[1:]} è {phrase}"
    return Sentence(text, frozenset({Slot.what, Slot.who}), True, 0)

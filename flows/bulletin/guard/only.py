"""What a text narrows: `solo allo sportello` where the page knows of no such limit; or opens: `anche di persona`."""  # noqa: E501

import re
from collections.abc import Iterator

from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import tokens
from flows.bulletin.guard.wording import Clause, Wording

_ONLY = re.compile(
    r"\b(?:solo|soltanto|solamente|esclusivamente|unicamente)\b(?!\s+(?:se|per|in\s+caso|dopo|quando|chi)\b)",
    re.I,
)
# Whatever tells on a page that something is for some, at some time, in one way.
_LIMIT = re.compile(
    r"\b(?:sol[oaie]|soltanto|solamente|esclusiv\w+|unic\w+|esclus\w+|riservat\w+|limitat\w+|tranne|salvo|eccetto|eccezion\w+|non|né|senza|nessun\w*"
    r"|obbligatori\w+|necessari\w+|tassativ\w+|sospes\w+|vietat\w+|diviet\w+|dedicat\w+|destinat\w+|rivolt\w+|chius\w+|rest\w+|riman\w+|garant\w+|consentit\w+)\b",
    re.I,
)
_ALSO = re.compile(r"\banche\s+(?:con|in\s+caso\s+di|di|allo|alla|al|in|per|quando|se)\s+", re.I)
_STRICT = re.compile(r"\b(?:esclusivamente|unicamente|soltanto|solo)\b", re.I)
_WHAT = 34  # characters behind "solo" that tell what
_WORDS = 2


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Limits of the text that the page has not, and ways that the page shuts."""
    for sentence in text.sentences:
        near = [source.sentence_at(clause.start) for _, clause in source.likest(sentence.stems, least=1)[:3]]
        for match in _ONLY.finditer(sentence.text):
            what = [stem for stem, _, _ in tokens(sentence.text[match.end() : match.end() + _WHAT])][:_WORDS]
            its = [
                source.sentence_at(source.tokens[place][1]) for stem in what for place in source.places(stem)
            ]
            if not its and _STRICT.search(source.text):
                continue  # the page has a limit, in other words: `on line`
            if not what or not near or any(_LIMIT.search(one.text) for one in (*near, *its)):
                continue
            yield Finding(
                f"«{_shown(sentence, match)}»: la pagina del sito non pone questo limite: {source.quote(near[0].start, near[0].end)}."  # noqa: E501
            )
            return
        for match in _ALSO.finditer(sentence.text):
            what = [stem for stem, _, _ in tokens(sentence.text[match.end() : match.end() + _WHAT])][:1]
            strict = next((one for one in near if _STRICT.search(one.text)), None)
            if what and strict and not source.places(what[0]):
                yield Finding(
                    f"«{_shown(sentence, match)}»: la pagina del sito lo esclude: {source.quote(strict.start, strict.end)}."  # noqa: E501
                )
                return


def _shown(sentence: Clause, match: re.Match[str]) -> str:
    return sentence.text[match.start() : match.end() + _WHAT].rpartition(" ")[0].strip(" ,.;")

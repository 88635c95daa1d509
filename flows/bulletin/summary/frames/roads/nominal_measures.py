"""A measure of traffic that a page tells without a verb: `Deviazione della circolazione … dalle 9 dell'11`.

It is `È prevista la deviazione della circolazione …`, of a sentence with its day and nothing else beside it.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.sentences import split
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded

_MEASURE = re.compile(
    r"(?:Temporanea\s)?(?P<noun>Deviazione|Chiusura|Interruzione|Sospensione|Limitazione|Restringimento|Regolamentazione)"
    r"\s(?:temporanea\s|notturna\s)?(?:d[aei]l?(?:l[aeo])?\s|dell['’]|degli\s|al\s)"
)
_LED = re.compile(  # `Domenica 13 dicembre dalle 16, divieto di sosta e sospensione del transito in via Po`
    r"(?P<day>[^;:.]*?\d[^;:]*?),?\s(?P<what>(?P<noun>divieto|sospensione|chiusura|interruzione|istituzione)\s"
    r"(?:di|del|dell[ae]|al)\b.*)",
    re.I | re.S,
)
_SECOND = re.compile(r"\se\s(?:divieto|sospensione|chiusura|interruzione|senso|limite)\b", re.I)
_ROAD = re.compile(r"\bS\.?\s?(?P<kind>[PRS])\.?\s?(?P<number>\d+)\b", re.I)  # `SP 8`, `S.R. 302`
_MOST = 4  # lines of a page that tells one measure


def nominal_measures(notice: Notice) -> Iterator[str]:
    """The sentence with its verb; none where the page tells more than one measure or day."""
    below = lines(notice)[1:]
    if len(below) > _MOST or any(map(is_cut, below)):
        return
    told = [sentence for line in below for sentence in split(line) if figures(sentence)]
    yield from filter(None, map(_led, told[:1]))
    if len(told) != 1 or speaks(told[0]) or (found := _MEASURE.match(told[0])) is None:
        return
    noun = found["noun"].lower()
    gender = gender_of(noun)
    if gender is not None:
        verb = "prevista" if gender.is_feminine else "previsto"
        rest = f"{told[0][:1].lower()}{told[0][1:]}".rstrip(" .")
        road = _ROAD.search(notice.title)
        where = f"Sulla S.{road['kind'].upper()}. {road['number']} è" if road else "È"
        is_told = road is not None and re.search(rf"\b{road['number']}\b(?!\+)", told[0]) is not None
        yield worded(f"{'È' if is_told else where} {verb} {definite(noun, gender)}{rest}.")


def _led(sentence: str) -> str:
    """`Domenica 13 dicembre, dalle 16, sono in vigore divieto di sosta e …`; "" of another sentence."""
    found = _LED.fullmatch(sentence)
    if found is None or speaks(sentence) or not any("-" in one for one in figures(found["day"])):
        return ""
    if _SECOND.search(found["what"]) is None:
        return ""  # other frames tell the only one
    return worded(f"{found['day']}, sono in vigore {found['what']}")

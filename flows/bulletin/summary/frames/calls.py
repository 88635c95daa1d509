"""Texts of calls, contributions, enrolments and jobs: what, who, by when, how, how much."""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice, Slot, Told
from flows.bulletin.summary.frames.matter import Matter, matter_of
from flows.bulletin.summary.frames.requirements import asks, in_the_page, told_whole
from flows.bulletin.summary.frames.sentences import Sentence, chosen, heading, office
from flows.bulletin.summary.frames.terms import term

WANTED = (Slot.what, Slot.who, Slot.deadline, Slot.how, Slot.amount, Slot.exception)
_ACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), action)
    for pattern, action in (
        (r"\biscri(?:zion|ver|v)\w*", "le iscrizioni sono aperte"),
        (r"\bcandida\w+", "puoi candidarti"),
        (r"\bprenota\w*", "puoi prenotare"),
        (r"\baderi\w+|\badesion\w+", "puoi aderire"),
        (r"\bdomand\w+|\bistanz\w+|\brichiest\w+", "puoi fare domanda"),
        (r"\bpartecipa\w+", "puoi partecipare"),
    )
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first; none where the page's matter cannot be told."""
    matter = matter_of(notice.title)
    sentences = [*office(notice, matter), *framed(notice, matter)]
    if title := heading(notice):
        sentences.append(title)
    for _, text in chosen(notice, sentences, WANTED, limit):
        yield text


def framed(notice: Notice, matter: Matter | None) -> Iterator[Sentence]:
    """Sentences made of what the page tells for a slot."""
    if matter is not None:
        for told in notice.slots.get(Slot.deadline, ())[:1]:
            yield from _deadline(told, matter)
    for listing in notice.listings:
        if asks(listing):
            for text in told_whole(listing, matter):
                yield Sentence(text, frozenset({Slot.how, Slot.who}), False, 90)
    if summary := in_the_page(notice):
        yield Sentence(summary, frozenset({Slot.how}), False, 99)


def _deadline(told: Told, matter: Matter) -> Iterator[Sentence]:
    clause = term(told.words)
    if not clause:
        return
    said = f"{told.sentence} {told.words}"
    action = next((action for pattern, action in _ACTIONS if pattern.search(said)), "")
    if action.startswith("le iscrizioni") and clause.startswith("entro"):
        action = "puoi iscriverti"
    if action:
        text = f"Per {matter.text} {action} {clause}."
    elif clause.startswith("entro "):
        text = f"Per {matter.text} c'è tempo {_until(clause)}."
    else:
        return
    yield Sentence(text, frozenset({Slot.what, Slot.deadline}), True, 50, 0.2)


def _until(clause: str) -> str:
    rest = clause.removeprefix("entro ")
    for plain, joined in (("le ", "fino alle "), ("il ", "fino al "), ("l'", "fino all'")):
        if rest.startswith(plain):
            return f"{joined}{rest.removeprefix(plain)}"
    return clause

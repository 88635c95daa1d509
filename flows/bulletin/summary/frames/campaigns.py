"""Texts of campaigns and of whatever else is news: what, for whom, what to do, the fine."""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames import acts
from flows.bulletin.summary.frames.calls import parts_of
from flows.bulletin.summary.frames.matter import matter_of
from flows.bulletin.summary.frames.sentences import Sentence, chosen, heading, office

WANTED = (
    *(Slot.what, Slot.who, Slot.todo, Slot.fine, Slot.when, Slot.how, Slot.place),
    *(Slot.amount, Slot.exception, Slot.deadline),
)
_PAPER = re.compile(
    r"^(?:calendario|elenco|modulo|programma(?= (?:de(?:gli|lle|l|lla|i) |event|iniziativ|manifestazion"
    r"|attivit|estiv|natalizi))|catalogo|regolamento|opuscolo|mappa)\b",
    re.I,
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first."""
    matter = matter_of(notice.title)
    sentences = [*office(notice, matter), *parts_of(notice)]
    if matter is not None and matter.article and _PAPER.match(matter.noun):
        text = f"Nella pagina trovi {matter.text}."
        if utf16(text) <= limit:
            sentences.append(Sentence(text, frozenset({Slot.what}), True, -1, 0.1))
    if said := acts.announced(notice):
        sentences.append(Sentence(said, frozenset({Slot.what}), True, -1, 0.2))
    if title := heading(notice):
        sentences.append(title)
    for _, text in chosen(notice, sentences, WANTED, limit):
        yield text

"""What the heading of a call tells beside its matter: how much money there is, by when one answers.

`Bando da 3 milioni di euro per le imprese` below `Bando artigiani`, `Piano del verde, osservazioni entro …`.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.titles import folded, is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.times.notation import plain_figures

_CALL = re.compile(r"(?:nuovo\s)?bando\b", re.I)
_FUNDED = re.compile(r"(?:nuovo\s)?bando\s(?=da\s[\d.,]+\s(?:milion[ei]\sdi\s)?euro\b)", re.I)
_ANSWERS = re.compile(
    r"[,:–-]\s(?P<what>osservazioni|domande|candidature|adesioni|offerte|proposte)\s"
    r"(?P<term>entro\s(?:(?:le\s(?:ore\s)?[\d:.]+\sdel\s)|il\s|l['’]\s?).+)$",
    re.I,
)


def funded(notice: Notice) -> Iterator[Sentence]:
    """`È un bando da 3 milioni di euro per le imprese.`, where the page says so below the call's title."""
    if not _CALL.match(notice.title):
        return
    title = notice.title.strip(" .")
    for line in (line.removeprefix(title).lstrip(" .") for line in lines(notice)[1:3]):
        if (found := _FUNDED.match(line)) and not is_cut(line) and not speaks(line):
            said = line[found.end() :].strip(" .")
            told = frozenset({Slot.amount, Slot.who})
            words = folded(line).split()
            if is_told(title, line) and folded(title).split()[-1] in words:  # of the title and more
                yield Sentence(f"È pubblicato un bando {said}.", told | {Slot.what}, True, -1, -0.6)
            else:
                yield Sentence(f"È un bando {said}.", told, False, MADE, -0.4)
            return


def asked_by_title(notice: Notice) -> Iterator[Sentence]:
    """`Le osservazioni si presentano entro il 3 settembre.` of the end of a title."""
    found = _ANSWERS.search(notice.title.strip(" ."))
    if found and not is_cut(notice.title):
        said = f"Le {found['what'].lower()} si presentano {plain_figures(found['term'])}."
        yield Sentence(said, frozenset({Slot.deadline, Slot.how}), False, MADE, -0.2)

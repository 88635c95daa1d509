"""Texts of campaigns and of whatever else is news: what, for whom, what to do, the fine."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.calls import acts
from flows.bulletin.summary.frames.calls.call import framed, parts_of
from flows.bulletin.summary.frames.calls.duties import DRAWN
from flows.bulletin.summary.frames.dangers.prohibited import fined
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence, chosen, heading, office
from flows.bulletin.summary.frames.prose.flaws import is_praise
from flows.bulletin.summary.frames.services.openings import occurrence
from flows.bulletin.summary.frames.titles.matter import matter_of

WANTED = (
    *(Slot.what, Slot.who, Slot.todo, Slot.fine, Slot.when, Slot.how, Slot.place),
    *(Slot.amount, Slot.exception, Slot.deadline),
)
_OF_A_LIST = re.compile(
    r"(?:la lista|l['’]elenco)\b[^.]*\bconsultabil\w+", re.I
)  # says nothing of what it lists
_SURVEY = re.compile(r"\b(?P<noun>questionario|sondaggio)\b", re.I)
_ONLINE = re.compile(
    r"\bonline\b|\bmodulo digitale\b|https?://(?:forms|docs\.google|www\.survey)|\ba quest[oa] link\b", re.I
)
_ON_PAPER = re.compile(
    r"\b(?:cartace\w|stampa\w+|scaric\w+)\b[^|]{0,200}?\bconsegn\w+[^.;|]{0,50}?"
    r"\b(?P<desk>all['’]uffici\w [A-Z]\w+|al protocollo|in biblioteca|in municipio)",
    re.I | re.S,
)
_TITLED = re.compile(
    r"^(?:(?P<la>campagna)|(?P<il>progetto|servizio)|(?P<l>iniziativa))\s(?P<name>[«“\"][^»”\"]{4,50}[»”\"])$",
    re.I,
)
_WHO_MAY = re.compile(
    r"(?:I|Le|Gli)\s(?!domande|richieste|adesioni|iscrizioni|candidature)"
    r"[a-zà-ù][^.;:]{3,80}?\s(?:possono|potranno)\s"
)
_ANONYMOUS = re.compile(r"\banonim[oa]\b", re.I)


def _asked(notice: Notice) -> Iterator[Sentence]:
    """`Puoi compilare il questionario anonimo online, o consegnarlo all'Ufficio Protocollo.`"""
    survey = _SURVEY.search(notice.source)
    if survey is None or not _ONLINE.search(notice.body) or DRAWN.search(notice.source):
        return
    noun = f"{survey['noun'].lower()}{' anonimo' if _ANONYMOUS.search(notice.body) else ''}"
    paper = _ON_PAPER.search(notice.body)
    desk = f", o stamparlo e consegnarlo {paper['desk'][:1].lower()}{paper['desk'][1:]}" if paper else ""
    yield Sentence(f"Puoi compilare il {noun} online{desk}.", frozenset({Slot.how, Slot.todo}), False, MADE)


def _by_title(notice: Notice, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """`Con la campagna «Un albero» le famiglie possono ritirare una pianta.`"""
    found = _TITLED.match(notice.title.strip(" ."))
    if found is None:
        return
    article = "la " if found["la"] else "il " if found["il"] else "l'"
    noun = (found["la"] or found["il"] or found["l"]).lower()
    name = found["name"][1:-1]
    for one in sentences:
        if _WHO_MAY.match(one.text) and not one.names:
            said = f"Con {article}{noun} «{name}» {one.text[:1].lower()}{one.text[1:]}"
            yield replace(one, text=said, names=True, place=0)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first."""
    matter = matter_of(notice.title)
    sentences = [
        *(one for one in office(notice, matter) if not (_OF_A_LIST.match(one.text) or is_praise(one.text))),
        *parts_of(notice),
        *_asked(notice),
        *occurrence(notice, matter),
    ]
    sentences += list(_by_title(notice, sentences))
    if Slot.deadline in notice.slots:
        sentences += framed(notice, matter)
    if said := fined(notice):
        sentences.append(Sentence(said, frozenset({Slot.fine}), False, MADE, -0.2))
    if said := acts.announced(notice):
        sentences.append(Sentence(said, frozenset({Slot.what}), True, -1, 0.2))
    if title := heading(notice):
        sentences.append(title)
    for _, text in chosen(notice, sentences, WANTED, limit):
        yield text

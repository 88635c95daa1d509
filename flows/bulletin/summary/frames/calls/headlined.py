"""What the heading of a call tells beside its matter: how much money there is, by when one answers.

`Bando da 3 milioni di euro per le imprese` below `Bando artigiani`, `Piano del verde, osservazioni entro …`.
"""

import re
from collections.abc import Iterator
from datetime import date

from flows.bulletin.facts.find import facts
from flows.bulletin.language.articles import OF_ARTICLE, definite, gender_of
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.titles import folded, is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.times.terms import term_of
from flows.bulletin.summary.frames.titles.matter import Matter, matter_of

_CALL = re.compile(r"(?:nuovo\s)?bando\b", re.I)
_FUNDED = re.compile(r"(?:nuovo\s)?bando\s(?=da\s[\d.,]+\s(?:milion[ei]\sdi\s)?euro\b)", re.I)
_ANSWERS = re.compile(
    r"[,:–-]\s(?P<what>osservazioni|domande|candidature|adesioni|offerte|proposte)\s"
    r"(?P<term>entro\s(?:(?:le\s(?:ore\s)?[\d:.]+\sdel\s)|il\s|l['’]\s?).+)$",
    re.I,
)

_BY = re.compile(r"entro\b", re.I)
_WHOLE_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_ELIDED = "l'"
_MANY = 3  # terms
_ADHERING = re.compile(
    r"raccolta (?:di |delle )?adesioni (?P<to>(?:al|alla|allo|ai|agli|alle) .+|all['’].+)", re.I
)
_CALLED = re.compile(  # `Avviso ai soggetti che intendono organizzare centri estivi - Scadenza domande …`
    r"\b(?:avviso|invito|manifestazion[ei] di interesse|bando)\b[^.;:\n]{0,40}?"
    r"\s(?:(?:rivolt[oae]\s)?a(?:i|gli|lle|d)?|per l['’]individuazione d(?:i|ei|egli|elle)"
    r"|per (?:la ricerca|la selezione) d(?:i|ei|egli|elle))\s"
    r"(?P<who>(?P<noun>soggetti|associazioni|enti|operatori|imprese|ditte|società|cooperative|gestori|professionisti"
    r"|esercenti|proprietari|privati)\s[^.;:\n]{0,120}?(?:che (?:intendono|vogliono)|interessat[ei] a"
    r"|disponibili a)\s"
    r"[^.;:\n]{5,120}?)(?=\s[-–]\s|[.;\n]|$)",
    re.I,
)
_LOOKED_FOR = re.compile(  # `Manifestazione di interesse per l'individuazione di ditte cui affidare …`
    r"(?:avviso|manifestazion[ei] di interesse|indagine di mercato)\b[^.;:\n]{0,60}?"
    r"(?:finalizzat[oa]\s(?:all['’]|alla\s)|per\s(?:l['’]|la\s))\s?(?:individuazione|ricerca|selezione)\s"
    r"d(?:i|ei|egli|elle)\s(?P<who>(?:soggetti|associazioni|enti|operatori economici|imprese|ditte"
    r"|società|cooperative|gestori|professionisti)(?:\s[a-zà-ù]+){0,4}?)\s"
    r"(?:per\sl['’]affidamento\s(?P<of>d(?:el|ello|ella|ei|egli|elle)\s|dell['’])"
    r"|(?:a\s)?cui\saffidare\s)(?P<what>[^.;:\n]{8,150})$",
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
    """`Le osservazioni si presentano entro il 3 settembre.` of the end of a title; and of a call for some who
    run things, them and their term: `Le associazioni interessate a gestire il campo possono fare domanda …`.
    """
    found = _ANSWERS.search(notice.title.strip(" ."))
    if found and not is_cut(notice.title):
        said = f"Le {found['what'].lower()} si presentano {plain_figures(found['term'])}."
        yield Sentence(said, frozenset({Slot.deadline, Slot.how}), False, MADE, -0.2)
    matter = matter_of(notice.title)
    by_when, _ = term_of(notice.slots.get(Slot.deadline, ()))
    if by_when and matter and (adhering := _ADHERING.match(matter.noun)):
        said = f"Puoi aderire {adhering['to']} {by_when}."
        yield Sentence(said, frozenset({Slot.what, Slot.deadline}), True, MADE, -0.7)
    yield from _spread(notice, matter)
    if (sought := _LOOKED_FOR.match(notice.title.strip(" ."))) and not is_cut(notice.title):
        the = OF_ARTICLE[sought["of"].strip().lower().replace("’", "'")] if sought["of"] else ""
        said = f"Il Comune cerca {sought['who']} per affidare {the}{sought['what']}."
        yield Sentence(said, frozenset({Slot.what, Slot.who}), True, MADE, -0.7)
    for one in (found for line in lines(notice) if (found := _CALLED.search(line))):
        gender = gender_of(one["noun"].lower())
        if by_when and gender and not is_cut(one["who"]):
            article = definite(one["noun"].lower(), gender)
            who = f"{article}{one['who'].replace('e/o ', 'o ')}"
            said = f"{who[:1].upper()}{who[1:]} possono fare domanda {by_when}."
            yield Sentence(said, frozenset({Slot.what, Slot.who, Slot.deadline}), True, MADE, -0.7)
            return


def _spread(notice: Notice, matter: Matter | None) -> Iterator[Sentence]:
    """`Per il bando la prima scadenza è il 5 febbraio e l'ultima l'11 agosto 2025 …`"""
    terms = [told.words for told in notice.slots.get(Slot.deadline, ()) if _BY.match(told.words)]
    days = sorted(
        {fact.value for words in terms for fact in facts(words) if _WHOLE_DAY.fullmatch(fact.value)}
    )
    if len(days) < _MANY or matter is None:
        return
    first, last = (date.fromisoformat(day) for day in (days[0], days[-1]))
    year = "" if first.year == last.year else f" {first.year}"
    said = f"la prima scadenza è {_the(first)}{year} e l'ultima {_the(last)} {last.year}"
    said = f"Per {matter.text} {said}: sono tutte nella pagina."
    yield Sentence(said, frozenset({Slot.what, Slot.deadline}), True, MADE, -0.7)


def _the(day: date) -> str:
    """`il 5 febbraio`, `l'11 agosto`, `il 1° marzo`."""
    number = "1°" if day.day == 1 else str(day.day)
    return f"{_ELIDED if day.day in (8, 11) else 'il '}{number} {MONTHS[day.month - 1]}"

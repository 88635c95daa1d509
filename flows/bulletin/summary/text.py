"""A text for one slot: what the office's own sentences tell a citizen, chosen and shortened, never reworded.

On municipal pages the office's short description is the best summary there is; where there is none, whole
or shortened sentences are chosen by position, title and what a citizen needs. What stands beside the prose
(day, hour, place, price, whom to call) follows as a line of facts. The guard reads what was composed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.bulletin.guard.verdict import check
from flows.bulletin.language.glue import repaired
from flows.bulletin.language.markup import parameter, plain, without_tags
from flows.bulletin.language.relative_days import is_relative, resolved
from flows.bulletin.language.sentences import split
from flows.bulletin.language.shorten import cut, mended
from flows.bulletin.language.titles import casing, same, softened
from flows.bulletin.language.wholeness import is_for_machines
from flows.bulletin.page.sections import Part, parts
from flows.bulletin.summary.choice import Option, best, telling_most
from flows.bulletin.summary.options import Candidates
from flows.bulletin.summary.phrases import Unit, accented, sentences, units

Method = Literal["abstract", "sentences", "title"]

_TRUNCATED = re.compile(
    r"(?:\.\.\.|…|\[(?:…|\.\.\.)\]|\b(?:leggi tutto|leggi di più|continua a leggere|continua))[\W_]*$", re.I
)
_READ = 20_000  # characters of a page: its summary comes from the start, and some pages hold 200 kB
_SHORTEST_ABSTRACT = 20  # characters: below it stands a label, not a description
_OF_THE_OFFICE = 12.0  # the office's own description goes before anything else
_TRIES = 3
_NO_DAY = "«{}»: il giorno dipende da quando la pagina è stata pubblicata, che non si sa. Scrivi la data."
_TO_MACHINES = "La pagina contiene frasi rivolte a un programma, lasciate fuori: controlla la fonte."
_LEFT_OUT = "Frase lasciata fuori perché il suo giorno non si può scrivere: «{}»."


@dataclass(frozen=True)
class Summarised:
    """One line of text for a slot, and where it was taken from.

    `blocked` names what an editor must settle before the text may go out, `warnings` what to look at, both in
    Italian sentences. `facts_line` is the end of `text` that stands beside the page's prose.
    """

    text: str
    method: Method
    blocked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts_line: str = ""


def summarise(
    *, title: str, abstract: str, body: str, limit: int, published: date | None = None
) -> Summarised:
    """A text of at most `limit` UTF-16 units on one line; "" only where nothing at all can be kept.

    Args:
        title: plain text; goes before where the text does not tell it and the room allows.
        abstract: the office's short description, plain or Markdown; "" when there is none.
        body: Markdown.
        limit: UTF-16 units.
        published: the page's day in Rome: `domani` is counted from it and written out. Without it phrases
            with such a word are left out, and a text that cannot do without is `blocked`.
    """
    abstract, body = (repaired(without_tags(text[:_READ])) for text in (abstract, body))
    forms = casing(split(plain(f"{abstract}\n\n{body}")))
    heading = mended(parameter(softened(accented(parameter(title[:_READ])), forms))).rstrip(" ,;:")
    heading = resolved(heading, published)
    page = parts(body)
    described = _described(abstract, heading, forms, published)
    prose = units(page, heading, forms, published)
    if not described and not prose:
        prose = _whole(abstract, heading, forms, published)
    candidates = Candidates(heading, described, prose, page, forms)
    source = resolved(f"{title[:_READ]}\n{abstract}\n{body}", published)
    method: Method = "abstract" if described else "sentences"
    return _composed(candidates, source, method, limit, published)


def _described(abstract: str, heading: str, forms: dict[str, str], published: date | None) -> list[Unit]:
    """The office's short description, where it is one: not a teaser cut short, not a label."""
    lines = sentences(plain(abstract), forms)
    if lines and same(lines[0], heading):
        del lines[0]
    text = " ".join(lines)
    is_whole = not _TRUNCATED.search(abstract[-60:]) and not text.endswith(":")
    if not is_whole or len(text) < _SHORTEST_ABSTRACT:
        return []
    return [Unit(resolved(line, published), 1.0, _OF_THE_OFFICE) for line in lines]


def _whole(abstract: str, heading: str, forms: dict[str, str], published: date | None) -> list[Unit]:
    """Of a teaser without a page the sentences that are whole."""
    teaser = units([Part("prose", plain(abstract))], heading, forms, published)
    return teaser[:-1] if len(teaser) > 1 and _TRUNCATED.search(abstract[-60:]) else teaser


def _composed(
    candidates: Candidates, source: str, method: Method, limit: int, published: date | None
) -> Summarised:
    """The best choice that the guard lets pass; what it stops is taken out and the rest chosen anew."""
    groups = candidates.options(limit)
    for _ in range(_TRIES):
        chosen = _chosen(groups, candidates.weights, limit)
        summary = _written(chosen, candidates, method, limit)
        verdict = check(summary.text, source, published=published)
        stopped = _stopped(chosen, verdict.blocked)
        if not stopped or summary.method == "title":
            break
        groups = [[option for option in group if option.text not in stopped] for group in groups]
    lost = [unit.text for unit in candidates.leading if is_relative(unit.text)]
    blocked = (*(_NO_DAY.format(text) for text in lost), *verdict.blocked)
    left_out = [_LEFT_OUT.format(unit.text) for unit in candidates.left_out if unit.text not in lost]
    machines = [_TO_MACHINES] if is_for_machines(source) else []
    warnings = tuple(dict.fromkeys((*machines, *left_out, *verdict.warnings)))
    return Summarised(
        summary.text, summary.method, tuple(dict.fromkeys(blocked)), warnings, summary.facts_line
    )


def _chosen(groups: list[list[Option]], weights: Sequence[float], limit: int) -> list[Option]:
    """The best choice that names what it is about: where no phrase of it does, the title goes before."""
    chosen = best(groups, weights, limit)
    if len(chosen) == 1 and chosen[0] in groups[0]:
        others = [option for group in groups[1:] for option in group]
        return [*chosen, *telling_most(others, chosen[0], weights, limit)]
    if any(option.names for option in chosen):
        return chosen
    for title in groups[0]:  # the shorter forms follow
        if title.length * 2 <= limit:
            return [title, *best(groups[1:], weights, limit - title.length - 1)]
    return chosen


def _stopped(chosen: Sequence[Option], blocked: Sequence[str]) -> set[str]:
    """The phrases that hold what the guard stopped: of two the later one, which is the composed one."""
    stopped = set()
    for trouble in blocked:
        for quoted in re.findall("«(.+?)»", trouble):
            holding = [option.text for option in chosen if quoted in option.text]
            stopped.update(holding[-1:])
    return stopped


def _written(chosen: Sequence[Option], candidates: Candidates, method: Method, limit: int) -> Summarised:
    prose = [option.text for option in chosen if not option.is_fact]
    line = " ".join(option.text for option in chosen if option.is_fact)
    is_title = len(prose) == 1 and prose[0].rstrip(".") == candidates.title.rstrip(".")
    if not line and (not prose or is_title):
        heading = candidates.heading[:1].upper() + candidates.heading[1:]
        return Summarised(parameter(cut(heading, limit)), "title")
    text = " ".join(filter(None, (_joined(prose, candidates.title), line)))
    return Summarised(parameter(text[:1].upper() + text[1:]), method, facts_line=parameter(line))


def _joined(texts: Sequence[str], title: str) -> str:
    prose = texts[0] if texts else ""
    for place, text in enumerate(texts[1:]):
        if place == 0 and prose == title and prose.endswith(".") and text[:1].islower():
            mark = "," if ":" in prose else ":"  # `Letture in piazza: con Anna Verdi`
            prose = f"{prose[:-1]}{mark} {text}"
        else:
            prose = f"{prose} {text[:1].upper()}{text[1:]}"
    return prose

"""What an editor sees of a draft besides its form: the phone, the source of every fact, what to look at.

Markdown for an artifact of Prefect. Everything that comes from a site is escaped: a title must not become a
link, a picture or a heading of this page.
"""

import re
from collections.abc import Sequence

from flows.bulletin.guard.verdict import Verdict
from flows.bulletin.language.markdown import escaped
from flows.bulletin.language.markup import plain
from flows.bulletin.message.frame import Frame, fill, parameters
from flows.bulletin.message.lines import LARGE_WIDTH, LINES, WIDTH, Folded, folded
from flows.bulletin.page.notice import IN_ITALIAN
from flows.bulletin.pictures.phone import Look, address, picture
from flows.bulletin.summary.grounds import Grounds
from flows.draft.evidence import JudgedItem, Vote, in_order, remarks

_FACTS = 30  # of one item, in the table; a text of 900 characters holds fewer
_SENTENCE = 260  # characters of a source sentence, or a little more where its facts stand apart


def phones(frame: Frame, texts: Sequence[str], date_text: str, look: Look) -> str:
    """Before and after "Leggi tutto": the picture, and the first lines in words for usual and large type."""
    values = parameters(texts, date_text)
    body = fill(frame, values)
    drawn = address(picture(frame, values, look))
    parts = [
        "### Sul telefono, prima e dopo «Leggi tutto»",
        f"![Il messaggio sul telefono, prima e dopo Leggi tutto]({drawn})",
        f"Si leggono subito queste {LINES} righe, con caratteri normali:",
        _fenced(folded(body, WIDTH)),
        "e queste con i caratteri più grandi:",
        _fenced(folded(body, LARGE_WIDTH)),
    ]
    return "\n\n".join(parts)


def attention(
    items: Sequence[JudgedItem],
    vote: Vote,
    whole: Sequence[str] = (),
    *,
    way_on: str = "",
    is_signed: bool = False,
) -> str:
    """What to look at before approving, by the number of the item; what the guard stops is bold.

    `whole`: what there is to say of the message as a whole. `way_on`: how it can go in spite of what stops
    it. `is_signed`: somebody has approved it so.
    """
    lines = []
    for remark in in_order(remarks(items, vote), whole, way_on):
        words = escaped(remark.said)
        told = f"**{words}**" if remark.stops else words
        head = f"{escaped(remark.place)}: " if remark.place else ""
        lines.append(f"- {head}{told}{remark.cost(is_signed=is_signed)}")
    return "\n".join(["### Da guardare con attenzione", "", *lines]) if lines else ""


def provenance(items: Sequence[JudgedItem]) -> str:
    """For each item a table of its facts with the sentence of the source that bears each out."""
    parts = ["### Da dove viene ogni dato"]
    for position, judgement in enumerate(items, start=1):
        parts.append(f"**{position}. {escaped(judgement.item.title)}**")
        if judgement.item.origin:
            parts.append(escaped(judgement.item.origin))
        if judgement.item.grounds:
            parts.append(_grounds(judgement.item.grounds))
        if judgement.verdict is None:
            parts.append("Testo fisso, scritto dai dati dell'allerta: la fonte è nel testo.")
        elif not judgement.verdict.supported:
            parts.append("Nel testo non c'è nessun dato che la pagina confermi.")
        else:
            parts.append(_table(judgement.verdict))
    return "\n\n".join(parts)


def _grounds(read: Grounds) -> str:
    """What the page was taken for, its rows, and what the text leaves to it."""
    lines = [f"Letta come: {IN_ITALIAN[read.kind]}."]
    lines += [f"- Riga della pagina: {escaped(row)}" for row in read.rows]
    lines += [f"- Una tabella che non si riesce a leggere: «{escaped(words)}»" for words in read.unreadable]
    if read.left:
        lines.append(f"- Nella pagina e non nel testo: {escaped('; '.join(read.left))}.")
    return "\n".join([lines[0], "", *lines[1:]]) if len(lines) > 1 else lines[0]


def _table(verdict: Verdict) -> str:
    """Facts that one sentence bears out stand on one row."""
    by_sentence: dict[str, list[str]] = {}
    for fact, sentence in verdict.supported[:_FACTS]:
        facts = by_sentence.setdefault(sentence, [])
        if fact.shown not in facts:
            facts.append(fact.shown)
    rows = ["| Nel testo | Nella pagina del sito |", "| --- | --- |"]
    rows += [
        f"| {escaped('; '.join(facts))} | {_cell(sentence, facts)} |"
        for sentence, facts in by_sentence.items()
    ]
    if (more := len(verdict.supported) - _FACTS) > 0:
        rows.append(f"| … e altri {more} | |")
    return "\n".join(rows)


def _cell(sentence: str, facts: Sequence[str]) -> str:
    """The sentence; of a long one what stands around its facts."""
    text = " ".join((plain(sentence) or sentence).split())
    if len(text) <= _SENTENCE:
        return escaped(text)
    places = [at for fact in facts if (at := text.casefold().find(fact.casefold())) >= 0] or [0]
    first = max(0, min(places) - _SENTENCE // 4)
    piece = text[first : max(first + _SENTENCE, max(places) + _SENTENCE // 4)]
    piece = f"…{piece.partition(' ')[2]}" if first else piece
    is_whole = first + len(piece) >= len(text)
    return escaped(piece if is_whole else f"{piece.rpartition(' ')[0]}…")


def _fenced(lines: Folded) -> str:
    shown_lines = [*lines.before, *(["… Leggi tutto"] if lines.after else [])]
    longest = max((len(run) for run in re.findall("`+", "\n".join(shown_lines))), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *shown_lines, fence])

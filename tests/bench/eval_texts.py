"""Could the texts be sent as they are? `python -m tests.bench.eval_texts --help` tells what it can do.

150 graded notices beside the project, a third of them held out. Of each: the text of before (24ed701), ours
now, and what an editor would send. Figures: what is composed and what is left to a person, the classes of
the gate, wrong pairs and lists told in part by the rows that a person read, required slots told, natural
errors that the guard flags beside their right twins; the CPU of a notice, its dictionary read before, and
of 500 as they come, teasers and pages.
`--html` writes all texts side by side.

`--address` with `--model`: a model at an OpenAI-compatible address writes too, inside the same gate; its key
is read from BOLLETTINO_LLM_KEY, as the service's is. What it was refused for is counted, our text stands.
"""

import argparse
import html
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from flows.bulletin.facts.fact import Kind, plain
from flows.bulletin.facts.find import facts
from flows.bulletin.guard.verdict import check
from flows.bulletin.language.spelling import load
from flows.bulletin.page.notice import IN_ITALIAN
from flows.bulletin.proposal.request import request
from flows.bulletin.summary.text import Summarised, summarise
from flows.draft.chat import Written, ask
from flows.profiles.llm import Llm
from tests.bench.graded import Graded, is_held_out, lines, notices
from tests.bench.pairing import silent_elisions, values, wrong_pairs
from tests.world.shared import SHARED

LIMIT = 275
_STEM, _TOLD = 5, 0.5
# how the words begin of "aperta a tutta la cittadinanza"
_EVERYBODY = frozenset({"tutti", "tutta", "apert", "citta", "invit", "ogni"})
_SAME = {  # one word for those that tell a citizen the same
    "gratis": re.compile(r"\bgratuit\w+|\bingresso libero\b"),
    "paga": re.compile(r"\b(?:a )?pagament\w+"),
    "online": re.compile(r"\bon line\b|\bdigital\w+|\btelematic\w+"),
    "email": re.compile(r"\be mail\b|\bmail\b|\bpec\b|\bposta elettronica\b"),
}
_NUMBER, _CENTS = re.compile(r"\d+(?:[.,]\d+)*"), re.compile(r",00?$")


def ours(notice: Graded) -> Summarised:
    """What would stand in the slot."""
    return summarise(title=notice.title, abstract=notice.abstract, body=notice.body, limit=LIMIT)


def of_model(pages: Sequence[Graded], llm: Llm) -> list[Written]:
    """What a model writes of each page: "" with the reason where the gate stopped it or it did not answer."""
    key = os.environ.get("BOLLETTINO_LLM_KEY")
    made = []
    for number, page in enumerate(pages, start=1):
        asked = request(title=page.title, abstract=page.abstract, body=page.body, limit=LIMIT, published=None)
        made.append(ask(llm, SecretStr(key) if key else None, asked))
        if sys.stderr.isatty():
            sys.stderr.write(f"\rasked {llm.model}: {number} of {len(pages)}")
    return made


def is_slot_told(words: str, text: str) -> bool:
    """Whether a text tells what a page's words tell: one of their figures, or else half of their words.

    An editor tells it in other words: "gratis" for "la fornitura è gratuita", "28.000" for "28.000,00 euro";
    and that a thing is for all by naming nobody.
    """
    if _numbers(words) & _numbers(text):
        return True
    if figures := values(words):
        return bool(figures & values(text))
    stems = _stems(words)
    return stems <= _EVERYBODY or len(stems & _stems(text)) >= _TOLD * len(stems)


def _stems(words: str) -> set[str]:
    """How the words begin that carry a meaning, one for all that say the same."""
    same = plain(words)
    for one, others in _SAME.items():
        same = others.sub(one, same)
    return {word[:_STEM] for word in same.split() if len(word) > 3}


def _numbers(words: str) -> set[str]:
    """The numbers that are neither a day nor an hour: 28000 of "28.000,00 euro", 21 of "21 per cento"."""
    for fact in facts(words):
        if fact.kind in (Kind.date, Kind.time):
            words = words[: fact.start] + " " * (fact.end - fact.start) + words[fact.end :]
    return {_CENTS.sub("", number).replace(".", "") for number in _NUMBER.findall(words)}


def slots_told(texts: dict[str, str]) -> tuple[int, int]:
    """How many required slots that the page tells the composed texts tell, and how many there are."""
    told = asked = 0
    for row in lines("text/kinds.jsonl"):
        if text := texts.get(row["id"], ""):
            for slot in row["required"]:
                if words := row["told"].get(slot):
                    asked += 1
                    told += is_slot_told(words, text)
    return told, asked


def twins(pages: Sequence[Graded], *, held_out: bool) -> Counter[str]:
    """Of the right and the wrong texts how many the guard flags."""
    sources = {page.id: f"{page.title}\n{page.abstract}\n{page.body}" for page in pages}
    counts: Counter[str] = Counter()
    for row in lines("text/guard_relations.jsonl"):
        if is_held_out(row["source_id"]) is held_out and row["source_id"] in sources:
            for side in ("right", "wrong"):
                verdict = check(row[side], sources[row["source_id"]])
                counts[side] += 1
                counts[f"{side} flagged"] += bool(verdict.blocked or verdict.warnings)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 2 where the material is absent."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.eval_texts", description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="the third that is looked at only at the end")
    parser.add_argument("--all", action="store_true", help="both sides, one after the other")
    parser.add_argument("--html", type=Path, help="write the texts side by side")
    parser.add_argument("--show", action="store_true", help="print what goes wrong")
    parser.add_argument("--address", help="of a model's service, as http://127.0.0.1:11434/v1")
    parser.add_argument("--model", help="as that service names it")
    asked = parser.parse_args(arguments)
    if bool(asked.address) is not bool(asked.model):
        parser.error("--address and --model belong together")
    llm = Llm(address=asked.address, model=asked.model) if asked.address else None
    if not SHARED.is_dir():
        sys.stderr.write(f"error: {SHARED} is absent: nothing to evaluate on\n")
        return 2
    load()
    sides = (False, True) if asked.all else (asked.held_out,)
    shown: list[tuple[Graded, Summarised, Written]] = []
    for held_out in sides:
        pages = notices(held_out=held_out)
        began = time.process_time()
        made = [ours(page) for page in pages]
        took = time.process_time() - began
        written = of_model(pages, llm) if llm else [Written()] * len(pages)
        shown += zip(pages, made, written, strict=True)
        _report(pages, made, took, held_out=held_out, show=asked.show)
        if llm:
            _report_model(pages, written, llm)
    _report_speed()
    if asked.html:
        asked.html.parent.mkdir(parents=True, exist_ok=True)
        asked.html.write_text(_page(shown, with_model=llm is not None), encoding="utf-8")
        print(f"\nside by side: {asked.html}")
    return 0


def _report_speed() -> None:
    """The CPU of the shared news, each told once, and what 500 of them would take."""
    news = [(row["title"], row["text"] or row["teaser"] or "") for row in lines("news/comune_news.jsonl")]
    began = time.process_time()
    for title, body in news:
        summarise(title=title, abstract="", body=f"{body}\n", limit=LIMIT)  # `read` has seen none of these
    each = (time.process_time() - began) / len(news)
    print(f"\n{len(news)} news as they come: {each * 1000:.1f} ms of CPU each, 500 in {each * 500:.1f} s")


def _report(
    pages: Sequence[Graded], made: Sequence[Summarised], took: float, *, held_out: bool, show: bool
) -> None:
    side = "held out" if held_out else "to build on"
    print(f"\n{len(pages)} notices {side}, {took / len(pages) * 1000:.1f} ms of CPU each")
    texts = {page.id: one.text for page, one in zip(pages, made, strict=True)}
    for material in sorted({page.material for page in pages}):
        ids = [page.id for page in pages if page.material == material]
        gold = sum(not page.gold for page in pages if page.material == material)
        composed = sum(bool(texts[key]) for key in ids)
        print(f"  {material:12}{composed:4} composed,{len(ids) - composed:4} left to a person (gold {gold})")
    unfit = [page.id for page in pages if texts[page.id] and not page.gold]
    lost = [page.id for page in pages if not texts[page.id] and page.gold]
    print(f"  composed where an editor would not: {len(unfit)}; not composed where one would: {len(lost)}")
    rows = {row["id"]: row["rows"] for row in lines("text/rows.jsonl")}
    titles = {page.id: page.title for page in pages}
    for name, of in (
        ("before", {page.id: page.before for page in pages}),
        ("now", texts),
        ("gold", {page.id: page.gold for page in pages}),
    ):
        wrong = {key: found for key, text in of.items() if (found := wrong_pairs(text, rows.get(key, [])))}
        silent = {
            key: lists
            for key, text in of.items()
            if (lists := silent_elisions(text, rows.get(key, []), titles[key]))
        }
        told, required = slots_told(of)
        print(
            f"  {name:7} wrong pairs {len(wrong):3}, silent elisions {len(silent):3}, "
            f"required slots told {told / max(required, 1):.3f} of {required}"
        )
        if show and name != "before":
            for key, clauses in wrong.items():
                print(f"    pair {key}: {clauses}\n      {of[key]}")
            for key, numbers in silent.items():
                print(f"    elision {key}: list {numbers}\n      {of[key]}")
    counts = twins(pages, held_out=held_out)
    print(
        f"  guard: {counts['wrong flagged']} of {counts['wrong']} wrong flagged, "
        f"{counts['right flagged']} of {counts['right']} right"
    )
    if show:
        print(f"    unfit: {unfit}\n    lost: {lost}")


def _report_model(pages: Sequence[Graded], written: Sequence[Written], llm: Llm) -> None:
    texts = {page.id: one.text for page, one in zip(pages, written, strict=True)}
    rows = {row["id"]: row["rows"] for row in lines("text/rows.jsonl")}
    wrong = sum(bool(wrong_pairs(text, rows.get(key, []))) for key, text in texts.items())
    titles = {page.id: page.title for page in pages}
    silent = sum(bool(silent_elisions(text, rows.get(key, []), titles[key])) for key, text in texts.items())
    told, required = slots_told(texts)
    unfit = sum(bool(texts[page.id]) and not page.gold for page in pages)
    passed = sum(map(bool, texts.values()))
    print(f"  {llm.model}: {passed} of {len(pages)} pass, {unfit} of them where an editor would not write")
    print(
        f"  {'model':7} wrong pairs {wrong:3}, silent elisions {silent:3}, "
        f"required slots told {told / max(required, 1):.3f} of {required}"
    )
    for reason, count in Counter(one.reason for one in written if one.reason).most_common(5):
        print(f"    {count:3} {reason[:90]}")


_STYLE = """
body{font:16px/1.4 sans-serif;margin:2rem;color:#222}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #bbb;padding:.5rem;vertical-align:top;text-align:left}
details{max-width:40rem;white-space:pre-wrap}.none{color:#666;font-style:italic}
"""


def _text(text: str, why_none: str) -> str:
    return html.escape(text) or f'<span class="none">{html.escape(why_none)}</span>'


def _page(shown: Sequence[tuple[Graded, Summarised, Written]], *, with_model: bool) -> str:
    rows = []
    for page, one, written in shown:
        now = f"{_text(one.text, f'da scrivere: {one.reason}')}<br><small>{IN_ITALIAN[one.kind]}</small>"
        gold = _text(page.gold, f"nessun testo: {page.refused}")
        model = f"<td>{_text(written.text, written.reason)}</td>" if with_model else ""
        source = html.escape(f"{page.abstract}\n\n{page.body}")
        rows.append(
            f"<tr><td>{html.escape(page.id)}<br>{html.escape(page.title)}"
            f"<details><summary>fonte</summary>{source}</details></td>"
            f"<td>{html.escape(page.before)}<br><small>{page.grade} {', '.join(page.classes)}</small></td>"
            f"<td>{now}</td>{model}<td>{gold}</td></tr>"
        )
    names = ("Notizia", "Prima", "Ora", *(("Modello",) if with_model else ()), "Un redattore scriverebbe")
    head = "".join(f"<th>{name}</th>" for name in names)
    return (
        '<!doctype html><html lang="it"><meta charset="utf-8"><title>Testi a confronto</title>'
        f"<style>{_STYLE}</style><h1>Testi a confronto</h1><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody>"
        "</table></html>"
    )


if __name__ == "__main__":
    sys.exit(main())

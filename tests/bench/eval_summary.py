"""How good are the summaries? `python -m tests.bench.eval_summary`: ours beside lead-1, lead-fill, LexRank.

On the annotated full pages: the share of facts kept by the text in the slot, by it with the page's title, and
by the texts of the pages that have one (a page left to a person keeps none); the items that keep all; ROUGE
against the reference; the mean length; the share that the guard blocks. On the news of public
administrations, whose references are the sites' own subtitles: ROUGE only. A fact is kept when one of its
forms occurs in the text, case folded and white space normalised.

LexRank is run by the Python of another virtual environment (`--peers .peers/bin/python`, with sumy in it).
The cases are parted by the hash of their id: rules are tuned on one half, `other half` is reported beside.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.bulletin.guard.verdict import check
from flows.bulletin.language.markup import plain
from flows.bulletin.language.sentences import split
from flows.bulletin.language.shorten import cut
from flows.bulletin.summary.text import summarise
from tests.bench.rouge import rouge_1, rouge_l
from tests.world.shared import SHARED

LIMITS = (275, 177, 280)
PEER = Path(__file__).with_name("peer_lexrank.py")


@dataclass(frozen=True)
class Case:
    """One page with what a summary of it should tell; `facts` are lists of forms."""

    id: str
    title: str
    text: str
    reference: str
    facts: tuple[tuple[str, ...], ...] = ()

    @property
    def is_tuned_on(self) -> bool:
        """Whether rules may be fitted to it."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 0


def pages() -> list[Case]:
    """The annotated full pages."""
    rows = _rows(SHARED / "news" / "comune_news.jsonl")
    texts = {row["id"]: row for row in rows if str(row["completeness"]).startswith("full")}
    return [
        Case(
            row["id"],
            texts[row["id"]]["title"],
            texts[row["id"]]["text"],
            row["reference"],
            tuple(tuple(forms) for forms in row["facts"]),
        )
        for row in _rows(SHARED / "news" / "annotations.jsonl")
    ]


def public_news() -> list[Case]:
    """News of public administrations with the sites' own subtitles."""
    rows = json.loads((SHARED / "text" / "pa_news_it.json").read_text(encoding="utf-8"))
    return [Case(str(place), row["title"], row["body"], row["ref"]) for place, row in enumerate(rows)]


def ours(cases: Sequence[Case], limit: int) -> list[str]:
    """What would stand in the slot."""
    return [summarise(title=case.title, abstract="", body=case.text, limit=limit).text for case in cases]


def lead_1(cases: Sequence[Case], limit: int) -> list[str]:
    """The first sentence, cut where it is longer."""
    return [cut((split(plain(case.text)) or [""])[0], limit) for case in cases]


def lead_fill(cases: Sequence[Case], limit: int) -> list[str]:
    """As many whole sentences from the start as fit; the first one cut where it is longer."""
    return [_filled(split(plain(case.text)), limit) for case in cases]


def lead_text(cases: Sequence[Case], limit: int) -> list[str]:
    """The page's first characters, up to a whole word: it may end anywhere."""
    texts = [" ".join(plain(case.text).split()) for case in cases]
    return [text if len(text) <= limit else text[: limit + 1].rsplit(" ", 1)[0] for text in texts]


def lexrank(python: str) -> Callable[[Sequence[Case], int], list[str]]:
    """sumy's LexRank over our sentences, run by `python`. Raises CalledProcessError with its output."""

    def answers(cases: Sequence[Case], limit: int) -> list[str]:
        asked = (
            json.dumps({"id": case.id, "sentences": split(plain(case.text)), "limit": limit})
            for case in cases
        )
        done = subprocess.run(
            [python, str(PEER)], input="\n".join(asked), capture_output=True, text=True, check=True
        )
        return [json.loads(line)["text"] for line in done.stdout.splitlines()]

    return answers


def is_kept(forms: Sequence[str], text: str) -> bool:
    """Whether one form of a fact stands in the text."""
    return any(_folded(form) in _folded(text) for form in forms)


def facts_kept(cases: Sequence[Case], texts: Sequence[str]) -> tuple[float, int]:
    """The share of all facts that the texts keep, and how many texts keep all of theirs."""
    kept = [[is_kept(forms, text) for forms in case.facts] for case, text in zip(cases, texts, strict=True)]
    total = sum(len(facts) for facts in kept)
    return sum(map(sum, kept)) / total, sum(all(facts) for facts in kept)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 2 where the material or the peers' Python is not there."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.eval_summary", description=__doc__)
    parser.add_argument("--peers", default=".peers/bin/python", help="a Python that has sumy")
    parser.add_argument("--limit", type=int, action="append", help="UTF-16 units; may be repeated")
    parser.add_argument("--show", action="store_true", help="print our summaries and the facts they lose")
    asked = parser.parse_args(arguments)
    if not SHARED.is_dir():
        sys.stderr.write(f"error: {SHARED} is absent: nothing to evaluate on\n")
        return 2
    methods: dict[str, Callable[[Sequence[Case], int], list[str]]] = {
        "lead-1": lead_1,
        "lead-fill": lead_fill,
        "lead-text": lead_text,
    }
    if Path(asked.peers).is_file():
        methods["sumy LexRank"] = lexrank(asked.peers)
    else:
        sys.stderr.write(f"warning: {asked.peers} is absent: LexRank is left out\n")
    methods["ours"] = ours
    cases, news = pages(), public_news()
    for limit in asked.limit or LIMITS:
        _print_pages(cases, methods, limit)
    _print_news(news, methods)
    if asked.show:
        _show(cases, (asked.limit or LIMITS)[0])
    return 0


def _print_pages(
    cases: Sequence[Case], methods: dict[str, Callable[[Sequence[Case], int], list[str]]], limit: int
) -> None:
    print(f"\n{len(cases)} annotated pages, at most {limit} UTF-16 units")
    print(
        f"{'method':14}{'facts':>7}{'+title':>8}{'written':>9}{'all':>5}{'half 1':>8}{'half 2':>8}"
        f"{'R-1':>7}{'R-L':>7}{'mean':>6}{'blocked':>9}"
    )
    for name, method in methods.items():
        texts = method(cases, limit)
        kept, whole = facts_kept(cases, texts)
        titled, _ = facts_kept(
            cases, [f"{case.title} {text}" for case, text in zip(cases, texts, strict=True)]
        )
        written = [(case, text) for case, text in zip(cases, texts, strict=True) if text]
        of_written, _ = facts_kept([case for case, _ in written], [text for _, text in written])
        halves = [_half(cases, texts, is_tuned_on) for is_tuned_on in (True, False)]
        pairs = [(text, case.reference) for case, text in zip(cases, texts, strict=True)]
        blocked = sum(
            bool(check(text, f"{case.title}\n{case.text}").blocked)
            for case, text in zip(cases, texts, strict=True)
        )
        print(
            f"{name:14}{kept:7.3f}{titled:8.3f}{of_written:9.3f}{whole:5d}{halves[0]:8.3f}{halves[1]:8.3f}"
            f"{_mean([rouge_1(*pair) for pair in pairs]):7.3f}"
            f"{_mean([rouge_l(*pair) for pair in pairs]):7.3f}"
            f"{_mean([len(text) for text in texts]):6.0f}{blocked / len(cases):9.1%}"
        )


def _print_news(
    cases: Sequence[Case], methods: dict[str, Callable[[Sequence[Case], int], list[str]]]
) -> None:
    print(f"\n{len(cases)} news of public administrations, at most {LIMITS[0]} UTF-16 units")
    print(f"{'method':14}{'R-1':>7}{'R-L':>7}{'mean':>6}{'blocked':>9}")
    for name, method in methods.items():
        texts = method(cases, LIMITS[0])
        pairs = [(text, case.reference) for case, text in zip(cases, texts, strict=True)]
        blocked = sum(
            bool(check(text, f"{case.title}\n{case.text}").blocked)
            for case, text in zip(cases, texts, strict=True)
        )
        print(
            f"{name:14}{_mean([rouge_1(*pair) for pair in pairs]):7.3f}"
            f"{_mean([rouge_l(*pair) for pair in pairs]):7.3f}{_mean([len(text) for text in texts]):6.0f}"
            f"{blocked / len(cases):9.1%}"
        )


def _show(cases: Sequence[Case], limit: int) -> None:
    for case, text in zip(cases, ours(cases, limit), strict=True):
        lost = [forms[0] for forms in case.facts if not is_kept(forms, text)]
        print(f"\n{case.id} {case.title}\n  {text}" + (f"\n  lost: {', '.join(lost)}" if lost else ""))


def _filled(sentences: Sequence[str], limit: int) -> str:
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) > limit:
            break
        text = longer
    return text or cut(sentences[0] if sentences else "", limit)


def _half(cases: Sequence[Case], texts: Sequence[str], is_tuned_on: bool) -> float:
    pairs = [pair for pair in zip(cases, texts, strict=True) if pair[0].is_tuned_on == is_tuned_on]
    return facts_kept([case for case, _ in pairs], [text for _, text in pairs])[0]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold())


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())

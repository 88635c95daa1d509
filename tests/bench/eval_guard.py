"""How much the fact guard sees, how often it cries wolf: `python -m tests.bench.eval_guard [--show KIND]`.

Real municipal pages, half of them to tune on and half to report on, apart by a hash of their id. Faithful
texts are the references that people wrote for the full pages, our own summaries of all texts, and the
sentences of the sources that carry facts worth exchanging.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from flows.bulletin.facts.fact import Kind
from flows.bulletin.facts.find import facts
from flows.bulletin.guard.verdict import Verdict, check
from flows.bulletin.language.relative_days import is_relative
from flows.bulletin.language.sentences import split
from flows.bulletin.summary.text import summarise
from tests.bench.guard_errors import Case, cases
from tests.bench.guard_turns import said_otherwise, turned

NEWS = Path(__file__).resolve().parents[3] / "shared" / "data" / "news"
WARNED = ("place", "invented name", "invented word", "flip")
SUMMARY, LONGEST, SAID = 275, 500, 300


@dataclass(frozen=True)
class Faithful:
    """A text that tells nothing its source does not; `made` says by whom."""

    id: str
    made: str
    text: str
    source: str


def halves(*, summaries: bool = True) -> dict[str, list[Faithful]]:
    """The faithful texts to tune on and those to report on."""
    pages = {page["id"]: page for page in _lines("comune_news.jsonl")}
    references = {one["id"]: one["reference"] for one in _lines("annotations.jsonl")}
    made: dict[str, list[Faithful]] = {"tuning": [], "reporting": []}
    for key, page in pages.items():
        source = f"{page['title']}\n{page['text'] or page['teaser'] or ''}"
        half = made["tuning" if sha256(key.encode()).digest()[0] % 2 else "reporting"]
        if key in references:
            half.append(Faithful(key, "reference", references[key], source))
        if summaries:
            summary = summarise(
                title=page["title"], abstract=page["teaser"] or "", body=page["text"] or "", limit=SUMMARY
            )
            half.append(Faithful(key, "summary", summary.text, f"{source}\n{page['teaser'] or ''}"))
        # what says `domani` is held on purpose, however true
        half += [
            Faithful(key, "sentence", one, source)
            for one in _rich(page["text"] or "")
            if not is_relative(one)
        ]
    return made


def measure(faithful: list[Faithful], show: str = "") -> tuple[Counter[str], Counter[str]]:
    """How many errors of each kind were made, and seen; false alarms count as `false: ...`."""
    made: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for one in faithful:
        verdict = check(one.text, one.source)
        for name, alarms in (("blocked", verdict.blocked), ("warned", verdict.warnings)):
            made[f"false: {one.made} {name}"] += 1
            seen[f"false: {one.made} {name}"] += bool(alarms)
            if f"{one.made} {name}" in show.split(", ") and alarms:
                print(one.id, one.text[:300], alarms, sep="\n   ")
        if one.made == "summary":
            continue
        other = said_otherwise(one.text)
        if other != one.text and len(other) <= SAID:
            reworded = check(other, one.source)
            for name, raised in (("blocked", reworded.blocked), ("warned", reworded.warnings)):
                made[f"false: paraphrase {name}"] += 1
                seen[f"false: paraphrase {name}"] += bool(raised)
                if f"paraphrase {name}" in show.split(", ") and raised:
                    print(one.id, other[:300], raised, sep="\n   ")
        for error, wrong in turned(one.text):
            after = check(wrong, one.source)
            made[error] += 1
            known = {*verdict.blocked, *verdict.warnings}
            seen[error] += bool({*after.blocked, *after.warnings} - known)
            if error in show.split(", ") and not {*after.blocked, *after.warnings} - known:
                print(one.id, wrong, sep="\n   ")
        for case in cases(one.text, one.source, Random(one.id)):
            made[case.error] += 1
            found = is_seen(case, check(case.text, case.source), verdict)
            seen[case.error] += found
            if case.error in show.split(", ") and not found:
                print(one.id, case.text, sep="\n   ")
    return made, seen


def is_seen(case: Case, after: Verdict, before: Verdict) -> bool:
    """Whether the error raised something that the faithful text did not."""
    if set(after.blocked) - set(before.blocked):
        return True
    return case.error.startswith(WARNED) and bool(set(after.warnings) - set(before.warnings))


def _rich(text: str) -> Iterator[str]:
    """Sentences with two dates or hours, or a decisive word."""
    for sentence in split(text):
        counts = Counter(fact.kind for fact in facts(sentence[:LONGEST])) if len(sentence) <= LONGEST else {}
        if counts and (
            max(counts.get(Kind.date, 0), counts.get(Kind.time, 0)) >= 2 or counts.get(Kind.word, 0)
        ):
            yield sentence


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (NEWS / name).read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--show", default="", help="print the misses of a kind, or false alarms (`reference blocked`)"
    )
    parser.add_argument("--half", choices=("tuning", "reporting"), help="only this half")
    options = parser.parse_args()
    for half, faithful in halves().items():
        if options.half not in (None, half):
            continue
        began = time.process_time()
        made, seen = measure(faithful, options.show)
        took = time.process_time() - began
        print(f"\n{half}: {len(faithful)} faithful texts, {sum(made.values())} checks, {took:.1f} s")
        for error in sorted(made, key=lambda name: (name.startswith("false"), name)):
            print(f"  {error:28} {seen[error]:5} of {made[error]:5}  {seen[error] / made[error]:7.1%}")


if __name__ == "__main__":
    main()

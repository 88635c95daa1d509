"""The findings as one table for a person, and as rows for a program."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from flows.doctor.finding import Finding, Verdict

SUMMARIES = {
    0: "Tutto a posto.",
    1: "C'è qualcosa da guardare.",
    2: "C'è un guasto.",
    3: "Niente di rotto, per quanto si è potuto verificare.",
}


def lines(findings: Sequence[Finding], code: int) -> Iterator[str]:
    """By group, each with its verdict; below what is not well stands what to do."""
    width = max((len(finding.name) for finding in findings), default=0)
    verdicts = max(map(len, Verdict))
    for group, members in groupby(findings, key=lambda finding: finding.group):
        yield group.upper()
        for finding in members:
            words = f"{finding.words} [{finding.detail}]" if finding.detail else finding.words
            yield f"  {finding.verdict:<{verdicts}}  {finding.name:<{width}}  {words}"
            if finding.remedy:
                yield f"  {'':<{verdicts}}  {'':<{width}}  → {finding.remedy}"
        yield ""
    yield f"{SUMMARIES[code]} {_count(findings)}"


def _count(findings: Sequence[Finding]) -> str:
    counts = [(verdict, sum(finding.verdict == verdict for finding in findings)) for verdict in Verdict]
    return f"({', '.join(f'{verdict}: {count}' for verdict, count in counts if count)})"


def rows(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [
        {
            "id": finding.id,
            "group": finding.group,
            "name": finding.name,
            "verdict": finding.verdict.name,
            "words": finding.words,
            "remedy": finding.remedy or None,
            "detail": finding.detail or None,
            "left_out": finding.is_left_out,
            "ms": finding.ms,
        }
        for finding in findings
    ]

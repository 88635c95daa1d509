"""What a check says: a verdict, an Italian sentence, and what to do where it is not well."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from flows.settings import Settings


class Verdict(StrEnum):
    good = "a posto"
    attention = "attenzione"
    failed = "guasto"
    unknown = "non verificato"


CODES = ((Verdict.failed, 2), (Verdict.attention, 1), (Verdict.unknown, 3))
"""The exit code of the worst verdict, in this order; 0 where none is there."""


@dataclass(frozen=True)
class Said:
    """One answer of a check.

    `detail` are words from outside, for instance of a mail server: they may quote anything, so nobody but the
    operator reads them. `about` tells answers of one check apart. `is_left_out`: nobody wants to know it
    here, for instance because the profile has no such thing; it does not count in the exit code.
    """

    verdict: Verdict
    words: str
    remedy: str = ""
    detail: str = ""
    about: str = ""
    is_left_out: bool = False


def good(words: str, *, about: str = "") -> Said:
    return Said(Verdict.good, words, about=about)


def attention(words: str, remedy: str, *, detail: str = "", about: str = "") -> Said:
    return Said(Verdict.attention, words, remedy, detail, about)


def failed(words: str, remedy: str, *, detail: str = "", about: str = "") -> Said:
    return Said(Verdict.failed, words, remedy, detail, about)


def unknown(words: str, remedy: str, *, detail: str = "", about: str = "") -> Said:
    return Said(Verdict.unknown, words, remedy, detail, about)


def left_out(words: str) -> Said:
    return Said(Verdict.unknown, words, is_left_out=True)


@dataclass(frozen=True)
class Case:
    """The installation that is looked at, and when.

    `engine`: of a reader of its database that whoever asks has open, for checks that are asked often.
    """

    settings: Settings
    now: datetime
    is_offline: bool = False
    engine: Engine | None = None


@dataclass(frozen=True)
class Check:
    """`id` stays the same for programs. `needs_network`: it asks somebody, be it on this machine."""

    id: str
    group: str
    name: str
    look: Callable[[Case], Said | Sequence[Said]]
    needs_network: bool = False


@dataclass(frozen=True)
class Finding:
    """An answer with the check that gave it; `ms`: how long that took."""

    id: str
    group: str
    name: str
    verdict: Verdict
    words: str
    remedy: str = ""
    detail: str = ""
    is_left_out: bool = False
    ms: int = 0


def exit_code(findings: Iterable[Finding]) -> int:
    """0 well, 1 attention, 2 failed, 3 where nothing is known to be wrong and not all could be checked."""
    seen = {finding.verdict for finding in findings if not finding.is_left_out}
    return next((code for verdict, code in CODES if verdict in seen), 0)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The verdict that the exit code stands for."""
    code = exit_code(findings)
    return next((verdict for verdict, of in CODES if of == code), Verdict.good)

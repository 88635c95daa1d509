"""One line of the page: what it is about, what is known of it, and where it leads."""

from dataclasses import dataclass

from flows.door.entry import ARTIFACT, ORDER

UI = "/v2"  # of Prefect, which stands at the same address


@dataclass(frozen=True)
class Step:
    """A link: the words, and the address."""

    words: str
    address: str


@dataclass(frozen=True)
class Line:
    title: str
    state: str
    details: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    is_urgent: bool = False  # comes first, and in another colour


def run(words: str, run_id: str | None) -> tuple[Step, ...]:
    """To a run of Prefect's with its form or its end."""
    return (Step(words, f"{UI}/runs/flow-run/{run_id}"),) if run_id else ()


def order(words: str, verb: str) -> Step:
    """To the start form of one of the editors' orders."""
    return Step(words, f"{ORDER}{verb}")


def artifact(words: str, key: str) -> Step:
    """To what a run has written, the newest of this key."""
    return Step(words, f"{ARTIFACT}{key}")


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]

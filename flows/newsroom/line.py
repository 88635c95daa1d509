"""One line of the page: what it is about, what is known of it, and where it leads."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flows.door.entry import ARTIFACT, FORM, ORDER

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


def form(words: str, bulletin_id: int) -> Step:
    """To whichever run holds the form of a bulletin that waits."""
    return Step(words, f"{FORM}{bulletin_id}")


def order(words: str, verb: str) -> Step:
    """To the start form of one of the editors' orders."""
    return Step(words, f"{ORDER}{verb}")


def orders(words: str, *tags: str) -> Step:
    """To Prefect's own list of what can be started: what has all of these tags, on one page.

    The V2 UI (3.9.1) reads `tags` as a JSON list, shows ten without `limit`, and orders by name or date only.
    """
    return Step(words, f"{UI}/deployments?{urlencode({'tags': json.dumps(tags), 'limit': 25})}")


BEGUN = ("COMPLETED", "FAILED", "CRASHED", "RUNNING", "PENDING", "PAUSED", "CANCELLED", "CANCELLING")


def begun(words: str, tag: str) -> Step:
    """To Prefect's runs with this tag, but what is only planned: dozens, which would come first."""
    return Step(words, f"{UI}/runs?{urlencode({'tags': tag, 'state-types': json.dumps(BEGUN)})}")


def outside(address: str) -> str:
    """An address of the web that others wrote; "" where it is of another scheme."""
    return address if urlsplit(address).scheme in ("http", "https") else ""


def artifact(words: str, key: str) -> Step:
    """To what a run has written, the newest of this key."""
    return Step(words, f"{ARTIFACT}{key}")


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]

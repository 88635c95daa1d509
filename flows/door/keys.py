"""The two credentials of the Prefect server, as one installation has them: `user:password` each.

The installation's own is made anew at each start and lies in the state folder for this user alone, so that a
command of an operator finds it; worker and flows get it by their environment. Where units start the
processes it is given by the environment, too, since each of them starts by itself. The people's is given by
the environment, or made once where nobody gave one.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "porta.json"
ACCOUNTS = "accessi-in-uso"  # lies there once persons sign in with accounts of their own
INTERNAL, PEOPLE = "BOLLETTINO_PREFECT_INTERNAL", "BOLLETTINO_PREFECT_AUTH"
NOTHING: Mapping[str, str] = {}


class KeysError(Exception):
    """The credentials cannot be read; one line that names the remedy."""


@dataclass(frozen=True)
class DoorKeys:
    internal: str = ""
    people: str = ""
    since: datetime | None = None  # the installation's first start with a door: before it nothing was stamped

    def __repr__(self) -> str:
        return "DoorKeys(...)"


def read(state: Path, environment: Mapping[str, str] = NOTHING) -> DoorKeys:
    """Those that the environment gives, else those of the installation that was started last; empty before
    the first start.
    """
    kept = _kept(state)
    internal, people = environment.get(INTERNAL), environment.get(PEOPLE)
    return DoorKeys(internal or kept.internal, people or kept.people, kept.since)


def _kept(state: Path) -> DoorKeys:
    try:
        stored = json.loads((state / FILE).read_text(encoding="utf-8"))
        return DoorKeys(
            str(stored["internal"]),
            str(stored.get("people", "")),
            datetime.fromisoformat(stored["since"]).astimezone(UTC) if "since" in stored else None,
        )
    except FileNotFoundError:
        return DoorKeys()
    except OSError as exc:
        raise KeysError(
            f"{state / FILE} cannot be read ({exc.strerror}): use the account that runs the installation"
        ) from exc
    except (ValueError, TypeError, KeyError, AttributeError):  # written half: the next start makes it anew
        return DoorKeys()


def new_internal() -> str:
    return f"installazione:{secrets.token_hex(32)}"


def make(state: Path, *, people: str | None) -> DoorKeys:
    """A new credential of the installation; the people's as told, else as it was, else a random one."""
    before = read(state)
    since = before.since or datetime.now(UTC)
    keys = DoorKeys(
        new_internal(),
        people or before.people or f"redazione:{secrets.token_hex(12)}",
        since,
    )
    state.mkdir(parents=True, exist_ok=True)
    new = state / f"{FILE}.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        content = {"internal": keys.internal, "since": since.isoformat()}
        json.dump(content if people else content | {"people": keys.people}, file)
    new.replace(state / FILE)
    return keys


def once(state: Path) -> DoorKeys:
    """Those that lie there, made where none do: of a fleet's processes several may begin together."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / f"{FILE}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        kept = _kept(state)
        return kept if kept.internal else make(state, people=None)

"""A verb that was typed as a person would, in a process of its own, and what became of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.machine import checkout
from flows.machine.upgrade_state import UpgradeError

Say = Callable[[str], None]


@dataclass(frozen=True)
class VerbResult:
    """What became of a verb. `document`: what it told a program."""

    words: Sequence[str]
    code: int
    document: dict[str, Any]
    errors: str

    def require(self, codes: Sequence[int] = (0,)) -> "VerbResult":
        """UpgradeError with the verb's own words where it ended otherwise."""
        if self.code not in codes:
            said = self.errors.strip() or f"it ended with {self.code}"
            raise UpgradeError(f"`python -m flows {' '.join(self.words)}`: {said}")
        return self


def typed(command: Sequence[str], words: Sequence[str], folder: Path) -> VerbResult:
    """Run it to its end."""
    done = checkout.run(command, folder)
    try:
        document = json.loads(done.stdout) if done.stdout.strip() else {}
    except ValueError:
        document = {}
    return VerbResult(words, done.returncode, document if isinstance(document, dict) else {}, done.stderr)

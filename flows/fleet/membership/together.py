"""What is done for all Comuni of a fleet in one run: whether the Prefect server has it as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows.fleet.membership import troubles
from flows.fleet.membership.registrar import Registrar

DEEDS = {"missing": "register", "outdated": "register anew", "of another version": "delete"}


@dataclass(frozen=True)
class Together:
    """At one moment."""

    deployments: Mapping[str, str] | None = None  # what of them is otherwise than wanted; None: nobody says
    ill: str = ""  # why it could not be looked at, or registered

    @property
    def lacks(self) -> list[str]:
        """What is to be done, a kind each."""
        found = self.deployments or {}
        by_deed = {deed: sorted(name for name in found if found[name] == how) for how, deed in DEEDS.items()}
        return [f"{deed} {', '.join(names)}" for deed, names in by_deed.items() if names]


def look(registrar: Registrar) -> Together:
    try:
        return Together(registrar.changes_for_all())
    except Exception as exc:  # noqa: BLE001  what is found for each Comune is told all the same
        return Together(ill=troubles.words(exc))


def settled(before: Together, registrar: Registrar) -> tuple[list[str], Together]:
    """Do what is lacking. What was done, and how it stood before; with the reason where it could not be."""
    try:
        if before.deployments:
            registrar.register_for_all()
    except Exception as exc:  # noqa: BLE001
        return [], replace(before, ill=troubles.words(exc))
    return before.lacks, before

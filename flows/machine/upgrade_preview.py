"""What an upgrade of a fleet's host would meet: pure, out of what the verbs and the new code's files say.

The others go on with the version of before meanwhile. So Prefect must be the same, since no two versions of
its server share a database, and a migration may only add. Else all hosts are stopped, and stay so until the
first has the new version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.machine import revisions
from flows.machine.revisions import Revision

STOPPED = "--others-stopped"
REMEDY = f"stop the fleet on all hosts, then type this with {STOPPED} on one after the other"
SENDING = "sending"


@dataclass(frozen=True)
class Town:
    """One Comune, as the verbs of the code at hand see it."""

    slug: str
    revision: str | None = None
    kind: str = "postgresql"
    ill: str = ""
    is_sending: bool = False
    next_send: datetime | None = None


@dataclass(frozen=True)
class Versions:
    """Of the program and of Prefect, before and after; None where nobody can say."""

    old: str | None
    new: str | None
    old_prefect: str | None
    new_prefect: str | None


@dataclass(frozen=True)
class Outlook:
    """`chain`: the migrations of the new version. `others_stopped`: an operator says that no other host runs.

    `soon`: within so much time a send is told.
    """

    versions: Versions
    chain: Sequence[Revision]
    towns: Sequence[Town]
    others_stopped: bool
    now: datetime
    soon: timedelta = field(default=timedelta(minutes=30))

    @property
    def is_alone(self) -> bool:
        """Whether there is no other host: each Comune has a file on this one."""
        kinds = {town.kind for town in self.towns if town.kind}
        return kinds == {"sqlite"}

    @property
    def is_rolling(self) -> bool:
        return not (self.others_stopped or self.is_alone)

    def steps(self, town: Town) -> list[Revision]:
        return revisions.after(self.chain, town.revision) or [] if town.revision else []

    def refusals(self) -> Iterator[str]:
        """Why it cannot be done so, each with what to do."""
        ahead = [
            town.slug
            for town in self.towns
            if town.revision and revisions.after(self.chain, town.revision) is None
        ]
        if ahead:
            yield f"that version does not know the databases of {_named(ahead)}: is it an older one?"
        if not self.is_rolling:
            return
        if self.versions.old_prefect != self.versions.new_prefect:
            old, new = self.versions.old_prefect or "?", self.versions.new_prefect or "?"
            yield f"Prefect goes from {old} to {new}, and no two of its versions share a database: {REMEDY}"
        taking = dict.fromkeys(
            step.line for town in self.towns for step in self.steps(town) if not step.is_additive
        )
        if taking:
            yield f"{', '.join(taking)}: takes from the version before what it needs: {REMEDY}"

    def lines(self) -> Iterator[str]:
        """For an operator, before anything is done."""
        versions = self.versions
        yield (
            f"from {versions.old or '?'} to {versions.new or '?'}; Prefect {versions.new_prefect or '?'}"
            + (
                ""
                if versions.old_prefect == versions.new_prefect
                else f", until now {versions.old_prefect or '?'}"
            )
        )
        if self.is_rolling:
            yield "other hosts serve meanwhile; of this one all is away from `rest` to `start`"
        else:
            yield "no other host serves: citizens' pages and webhooks are away from `rest` to `start`"
        by_steps: dict[tuple[str, ...], list[str]] = {}
        for town in self.towns:
            if steps := self.steps(town):
                by_steps.setdefault(tuple(step.line for step in steps), []).append(town.slug)
        for lines, slugs in by_steps.items():
            yield f"would migrate {_named(slugs)}: {'; '.join(lines)}"
        if not by_steps:
            yield "no database is migrated"
        yield from (f"{town.slug}: ill, and left as it is: {town.ill}" for town in self.towns if town.ill)
        if sending := [town.slug for town in self.towns if town.is_sending]:
            yield f"sends are under way, and what runs here is waited for: {_named(sending)}"
        for town in self.towns:
            if town.next_send and self.now <= town.next_send <= self.now + self.soon:
                minutes = (town.next_send - self.now) // timedelta(minutes=1)
                yield f"{town.slug}: a send is due in {minutes} minutes"


def _named(slugs: Sequence[str], most: int = 10) -> str:
    more = f" and {len(slugs) - most} others" if len(slugs) > most else ""
    return f"{', '.join(slugs[:most])}{more}"

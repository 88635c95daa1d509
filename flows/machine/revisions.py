"""The migrations of another version of the code, read without running it: that code is not here yet."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.machine.upgrade_state import UpgradeError

FOLDER = "db/migrations/versions"


@dataclass(frozen=True)
class Revision:
    """One migration. `is_additive`: the code before it may go on (`db.schema`)."""

    name: str
    before: str | None
    words: str
    is_additive: bool

    @property
    def line(self) -> str:
        return f"{self.name}: {self.words}"


def read(texts: Iterable[str]) -> list[Revision]:
    """Oldest first. UpgradeError where they are no chain."""
    found = {one.before: one for one in map(_revision, texts)}
    chain: list[Revision] = []
    at: str | None = None
    while (following := found.pop(at, None)) is not None:
        chain.append(following)
        at = following.name
    if found or not chain:
        raise UpgradeError(f"{FOLDER}: the migrations of that version are no chain")
    return chain


def _revision(text: str) -> Revision:
    tree = ast.parse(text)
    values = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    before = values.get("down_revision")
    words = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Revision(
        str(values["revision"]), str(before) if before else None, words, values.get("additive") is True
    )


def after(chain: Sequence[Revision], at: str) -> list[Revision] | None:
    """What brings a database of that revision to the end of the chain; None where that does not know it."""
    names = [one.name for one in chain]
    return list(chain[names.index(at) + 1 :]) if at in names else None

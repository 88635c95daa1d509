"""What the processes of a suite are handed out, and when: a group of tests, or what else a file holds.

One test at a time, as `--dist=loadgroup` would do it, costs twelve thousand errands, and each file's fixtures
in each process.
"""

from collections.abc import Callable, Sequence

import pytest
from xdist.scheduler import LoadGroupScheduling

# The longest first, since each is a process's for minutes: what stands alone at the end leaves others idle.
GROUPS = ("installation", "desk", "server", "chain", "neighbours", "premises", "drain", "editors_week")


def group_of(item: pytest.Item | None) -> str | None:
    marker = item.get_closest_marker("xdist_group") if item else None
    return str(marker.args[0]) if marker else None


def order(items: Sequence[pytest.Item]) -> Callable[[pytest.Item], tuple[int, int, int]]:
    """Groups, then files with a test that is slow, then the quick ones, which fill what is left at the end;
    each together, where its first test stands.
    """
    units = {item: group_of(item) or str(item.path) for item in items}
    slow = {unit for item, unit in units.items() if item.get_closest_marker("slow")}
    first: dict[str, int] = {}
    for place, item in enumerate(items):
        first.setdefault(units[item], place)

    def key(item: pytest.Item) -> tuple[int, int, int]:
        unit = units[item]
        group = GROUPS.index(unit) if unit in GROUPS else len(GROUPS)
        return group, unit not in slow, first[unit]

    return key


class InUnits(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """In the order in which tests were collected."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if group == nodeid else group

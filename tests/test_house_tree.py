"""The tree: how long a module may be, what stands at its top, and which names a module may not bear."""

import shutil
import subprocess
import sys

import pytest

from tests.world.tree import ROOT, dotted, modules

LONGEST = 400  # lines of a module, tests too
AT_THE_TOP = {"pyproject.toml", "README.md", "flows", "scrapers", "db", "tests", "deployments"}
WHERE_TOOLS_LOOK = {"Makefile", "CHANGELOG.md", "LICENSE", "publiccode.yml"}


def too_long(path: str, source: str) -> list[str]:
    """A revision of the database is a list of columns that is never edited again: it has no limit."""
    if path.startswith("db/migrations/versions/"):
        return []
    length = source.count("\n")
    return [f"{path}:{length}: longer than {LONGEST} lines"] if length > LONGEST else []


def entries_at_the_top() -> set[str]:
    """What git keeps at the top of the tree; without git, what is there and is not hidden."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return {path.split("/")[0] for path in listed}
    return {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}


def test_no_module_is_longer_than_its_limit() -> None:
    assert [line for path, source in modules() for line in too_long(path, source)] == []


@pytest.mark.parametrize("path", ["scrapers/pages/pages.py", "tests/test_scrapers_pages.py"])
def test_a_planted_long_module_is_named(path: str) -> None:
    assert too_long(path, "x = 1\n" * 400) == []
    assert too_long(path, "x = 1\n" * 401) == [f"{path}:401: longer than 400 lines"]


def test_the_top_of_the_tree_is_fixed() -> None:
    found = {name for name in entries_at_the_top() if not name.startswith(".")}
    assert found <= AT_THE_TOP | WHERE_TOOLS_LOOK
    assert found >= AT_THE_TOP


def test_tests_are_flat_and_in_three_folders() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders - {"__pycache__", ".hypothesis"} <= {"data", "world", "bench"}
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_no_module_bears_the_name_of_a_standard_one() -> None:
    """Tests apart: nobody imports those."""
    names = {part for path, _ in modules() for part in dotted(path).split(".")[1:] if path[:5] != "tests"}
    assert names & sys.stdlib_module_names <= {"__main__"}

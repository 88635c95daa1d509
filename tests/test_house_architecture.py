"""The arrows of the house: who may import whom, who reads the environment, how long a module may be.

Read from the source text, so that late imports and those under TYPE_CHECKING count too.
"""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("db", "deployments", "flows", "scrapers")

VERBS = (
    "collect",
    "compose",
    "approve",
    "dispatch",
    "watch",
    "backfill",
    "run",
    "deploy",
    "urgent",
    "announce",
    "correct",
    "stop",
    "absence",
    "retention",
    "server",
    "settle",
    "handover",
    "numbers",
    "rehearse",
)
# what several verbs need
SHARED = ("settings", "runs", "composing", "published", "boards", "checklist", "upkeep")
BESIDES = {"__main__": VERBS, "backfill": ("collect",), "run": ("deploy",)}  # verbs that a verb may import

# Where a file stands -> what of ours it may import; the first that fits counts.
ARROWS = {
    "db/": ("db",),
    "scrapers/": ("scrapers",),
    "deployments/sandbox/": ("deployments.sandbox",),  # an oracle that shares our code proves nothing
    "deployments/": (),
    "flows/bulletin/": ("flows.bulletin", "db.models"),
    "flows/whatsapp/": ("flows.whatsapp",),
    "flows/sending/": ("flows.sending", "flows.whatsapp", "flows.settings", "db"),
    "flows/web/": (
        "flows.web",
        "flows.sending",
        "flows.bulletin",
        "flows.whatsapp",
        "flows.settings",
        "flows.profile",
        "db",
    ),
    "flows/sources/": (
        "flows.sources",
        "flows.bulletin",
        "flows.settings",
        "flows.profile",
        "scrapers",
        "db",
    ),
    "flows/profile/": (
        "flows.profile",
        "flows.bulletin",
        "flows.whatsapp.loopback",
        "scrapers.identity",
        "db.models",
    ),
    "flows/model/": ("flows.model", "flows.bulletin", "flows.profile", "flows.settings", "db"),
    "flows/editors/": (
        "flows.editors",
        "flows.bulletin",
        "flows.profile",
        "flows.sending",
        "flows.settings",
        "flows.whatsapp",
        "db",
    ),
    "flows/assisted/": ("flows.assisted", "flows.bulletin", "flows.settings", "db"),
    "flows/privacy/": ("flows.privacy", "flows.bulletin", "flows.profile", "flows.settings", "db"),
    "flows/__init__.py": (),
}
NOUNS = ("flows.assisted", "flows.bulletin", "flows.desk", "flows.dispatching", "flows.editors",
         "flows.letters", "flows.model", "flows.privacy", "flows.profile", "flows.sending",
         "flows.sources", "flows.terminal", "flows.web", "flows.whatsapp", "scrapers", "db")  # fmt: skip
_NO_VERB = tuple(one for one in NOUNS if one not in ("flows.terminal", "flows.web")) + tuple(
    f"flows.{one}" for one in SHARED
)
ARROWS |= {
    "flows/desk/": _NO_VERB,
    "flows/letters/": _NO_VERB,
    "flows/dispatching/": _NO_VERB,
    # what `__main__` prints
    "flows/terminal/": (
        *_NO_VERB,
        "flows.terminal",
        *(f"flows.{verb}" for verb in ("dispatch", "numbers", "retention", "settle")),
    ),
}

# A library or module of others -> the files that alone may import it (patterns of PurePath.match).
KEEPERS = {
    "prefect": ("flows/*.py", "flows/desk/*.py", "flows/dispatching/*.py"),
    "aiohttp": ("flows/whatsapp/wire.py",),
    "httpx": (),  # the tests' own
    "httpcore": ("scrapers/transport.py", "scrapers/pinned.py"),
    "feedparser": ("scrapers/feeds.py",),
    "pydantic_settings": ("flows/settings.py",),  # it reads the environment
    "pydantic_ai": ("flows/model/chat.py",),
    "openai": ("flows/model/chat.py",),
    "smtplib": ("flows/editors/smtp.py",),
    "importlib": ("flows/deploy.py",),  # an import by name would slip past this test
}

# deployments/install.py runs before anything of ours exists.
READERS_OF_ENVIRONMENT = ("flows/settings.py", "deployments/install.py")
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}

LONGEST = 400  # lines of a module, tests too
AT_THE_TOP = {"pyproject.toml", "README.md", "flows", "scrapers", "db", "tests", "deployments"}
WHERE_TOOLS_LOOK = {"Makefile", "CHANGELOG.md", "LICENSE", "publiccode.yml"}


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each imported module as (line, dotted name); `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def allowed(path: str) -> tuple[str, ...]:
    """What of ours the file may import."""
    for start, names in ARROWS.items():
        if path.startswith(start):
            return names
    name = PurePosixPath(path).stem
    return (*NOUNS, *(f"flows.{other}" for other in (*SHARED, *BESIDES.get(name, ()))))


def arrow_violations(path: str, line: int, name: str) -> Iterator[str]:
    if name.startswith("."):
        yield f"{path}:{line}: relative import {name}"
        return
    library = name.split(".")[0]
    if path.startswith("tests/"):
        return
    if library in OURS and not within(name, allowed(path)):
        yield f"{path}:{line}: may not import {name}"
    keepers = KEEPERS.get(library, ("*",))
    if not any(PurePosixPath(path).match(keeper) for keeper in keepers):
        yield f"{path}:{line}: {library} may be imported only in {', '.join(keepers)}"


def environment_violations(path: str, tree: ast.AST) -> Iterator[str]:
    if path in READERS_OF_ENVIRONMENT or path.startswith("tests/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
            yield f"{path}:{node.lineno}: reads the environment ({node.attr})"
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            for alias in node.names:
                if alias.name in ENVIRONMENT:
                    yield f"{path}:{node.lineno}: reads the environment ({alias.name})"


def violations(path: str, source: str) -> list[str]:
    """Each breach of the house's rules in one file, as `path:line: what`; `path` is relative, posix."""
    tree = ast.parse(source, path)
    found = list(environment_violations(path, tree))
    for line, name in imports(tree):
        found += arrow_violations(path, line, name)
        if name.removesuffix(".*") in OURS:
            found.append(f"{path}:{line}: names no module ({name}): import what is meant")
    top = PurePosixPath(path)
    if top.parent == PurePosixPath("flows") and top.stem not in (*VERBS, *SHARED, "__main__", "__init__"):
        found.append(f"{path}:1: neither a verb nor shared by verbs: name it in tests/test_architecture.py")
    return found


def too_long(path: str, source: str) -> list[str]:
    """A revision of the database is a list of columns that is never edited again: it has no limit."""
    if path.startswith("db/migrations/versions/"):
        return []
    length = source.count("\n")
    return [f"{path}:{length}: longer than {LONGEST} lines"] if length > LONGEST else []


def modules() -> Iterator[tuple[str, str]]:
    """Every Python file of ours as (path, source)."""
    for folder in (*OURS, "tests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def entries_at_the_top() -> set[str]:
    """What git keeps at the top of the tree; without git, what is there and is not hidden."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return {path.split("/")[0] for path in listed}
    return {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}


def test_every_module_keeps_the_arrows_of_the_house() -> None:
    found = [line for path, source in modules() for line in violations(path, source)]
    assert found == []


def test_no_module_is_longer_than_its_limit() -> None:
    assert [line for path, source in modules() for line in too_long(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source", "line", "words"),
    [
        ("db/bulletins.py", "from flows.settings import load", 1, "may not import flows.settings.load"),
        ("db/migrations/env.py", "import scrapers.feeds", 1, "may not import scrapers.feeds"),
        ("scrapers/pages.py", "from db.models import NewsItem", 1, "may not import db.models.NewsItem"),
        ("scrapers/alerts/cap.py", "import flows.profile.comune", 1, "may not import flows.profile.comune"),
        ("flows/whatsapp/client.py", "from db import deliveries", 1, "may not import db.deliveries"),
        ("flows/whatsapp/client.py", "from flows import settings", 1, "may not import flows.settings"),
        ("flows/bulletin/message/render.py", "from db import engine", 1, "may not import db.engine"),
        (
            "flows/bulletin/message/render.py",
            "from flows.whatsapp import messages",
            1,
            "flows.whatsapp.messages",
        ),
        ("flows/web/app.py", "from flows import runs", 1, "may not import flows.runs"),
        ("flows/web/app.py", "from scrapers.http import Fetcher", 1, "may not import scrapers.http.Fetcher"),
        ("flows/web/app.py", "from flows.dispatch import dispatch", 1, "may not import flows.dispatch"),
        ("deployments/sandbox/app.py", "from db.models import Source", 1, "may not import db.models"),
        ("deployments/sandbox/app.py", "from flows.whatsapp import webhook", 1, "flows.whatsapp.webhook"),
        ("deployments/install.py", "from flows.settings import load", 1, "may not import flows.settings"),
        ("flows/compose.py", "from flows.approve import approve", 1, "may not import flows.approve.approve"),
        ("flows/backfill.py", "from flows import compose", 1, "may not import flows.compose"),
        ("flows/run.py", "from flows.collect import collect", 1, "may not import flows.collect.collect"),
        (
            "flows/dispatching/sender.py",
            "from flows.dispatch import due",
            1,
            "may not import flows.dispatch.due",
        ),
        ("flows/__init__.py", "from flows.settings import load", 1, "may not import flows.settings.load"),
        ("flows/watch.py", "from deployments.sandbox import app", 1, "deployments.sandbox.app"),
        ("flows/watch.py", "import time\n\nimport db", 3, "names no module (db)"),
        ("flows/watch.py", "from db import *", 1, "names no module (db.*)"),
        ("flows/watch.py", "from . import runs", 1, "relative import"),
        ("flows/web/app.py", "from .pages import router", 1, "relative import .pages.router"),
        ("tests/test_db.py", "import db", 1, "names no module (db)"),
        (
            "db/engine.py",
            "from prefect import flow",
            1,
            "prefect may be imported only in flows/*.py",
        ),
        (
            "flows/web/app.py",
            "import prefect.runtime",
            1,
            "prefect may be imported only in flows/*.py",
        ),
        ("flows/collect.py", "import aiohttp", 1, "aiohttp may be imported only in flows/whatsapp/wire.py"),
        ("deployments/sandbox/webhooks.py", "from httpx import post", 1, "httpx may be imported only"),
        ("scrapers/pages.py", "import feedparser", 1, "feedparser may be imported only in scrapers/feeds.py"),
        ("flows/profile/comune.py", "from pydantic_settings import BaseSettings", 1, "pydantic_settings may"),
        ("flows/watch.py", "from importlib import import_module", 1, "importlib may be imported only"),
        ("db/engine.py", "import os\nADDRESS = os.environ['DB']", 2, "reads the environment (environ)"),
        ("flows/run.py", "import os as o\n\n\no.putenv('A', 'b')", 4, "reads the environment (putenv)"),
        ("scrapers/http.py", "from os import getenv", 1, "reads the environment (getenv)"),
        ("db/models.py", "def late():\n    from flows import settings", 2, "may not import flows.settings"),
        (
            "db/models.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from scrapers.feeds import Entry",
            3,
            "may not import scrapers.feeds.Entry",
        ),
        ("flows/helpers.py", "", 1, "neither a verb nor shared by verbs"),
    ],
)
def test_a_planted_violation_is_named_with_its_file_and_line(
    path: str, source: str, line: int, words: str
) -> None:
    found = violations(path, source)
    assert any(one.startswith(f"{path}:{line}: ") and words in one for one in found), found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("flows/compose.py", "from prefect import flow\nfrom flows import runs\nfrom db import bulletins"),
        ("flows/collect.py", "from scrapers.feeds import parse_feed\nfrom flows.settings import load"),
        ("flows/backfill.py", "from flows.collect import visit"),
        ("flows/run.py", "def late():\n    from flows.deploy import deploy"),
        ("flows/__main__.py", "from flows import approve, deploy, run\nfrom flows.web.app import serve"),
        (
            "flows/web/inbox.py",
            "from flows.whatsapp.webhook import parse\nfrom flows.profile import comune",
        ),
        ("flows/bulletin/message/exact.py", "from db.models import BulletinItem\nfrom db import models"),
        ("db/migrations/env.py", "import db.models"),
        ("flows/whatsapp/wire.py", "import aiohttp"),
        ("scrapers/transport.py", "import httpcore"),
        ("flows/settings.py", "import os\nHOME = os.environ['HOME']"),
        (
            "tests/conftest.py",
            "import os\nimport httpx\nfrom flows.web.app import create_app\nos.environ['A']",
        ),
    ],
)
def test_what_the_house_allows_is_not_a_violation(path: str, source: str) -> None:
    assert violations(path, source) == []


@pytest.mark.parametrize("path", ["scrapers/pages.py", "tests/test_pages.py"])
def test_a_planted_long_module_is_named(path: str) -> None:
    assert too_long(path, "x = 1\n" * 400) == []
    assert too_long(path, "x = 1\n" * 401) == [f"{path}:401: longer than 400 lines"]


def test_the_top_of_the_tree_is_fixed() -> None:
    found = {name for name in entries_at_the_top() if not name.startswith(".")}
    assert found <= AT_THE_TOP | WHERE_TOOLS_LOOK
    assert found >= AT_THE_TOP


def test_tests_are_flat_and_no_package() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders - {"__pycache__", ".hypothesis"} <= {"data"}
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_every_verb_is_a_module_at_the_top_of_flows() -> None:
    assert {path.stem for path in (ROOT / "flows").glob("*.py")} >= {*VERBS, *SHARED}

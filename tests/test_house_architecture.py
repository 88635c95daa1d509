"""The arrows of the house: who may import whom, who reads the environment, how long a module may be.

Read from the source text, so that late imports and those under TYPE_CHECKING count too.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

import pytest

from tests.world.tree import OURS, ROOT, dotted, modules

VERBS = (
    "absence", "alert", "announce", "approve", "backfill", "collect", "compose", "correct", "count",
    "deploy", "dispatch", "hand_over", "poll", "rehearse", "retain", "run", "settle", "stop", "watch",
    "worker",
)  # fmt: skip
NESTS = ("bulletin", "fleet", "web")  # each package in one of these counts by itself
# The floors of the house, the highest first: a package may import what stands on a lower floor. Verbs are in
# `PAIRS`.
FLOORS = (
    ("__main__",),
    ("run", "rehearse"),
    ("cli",),
    tuple(verb for verb in VERBS if verb not in ("run", "rehearse", "deploy")),
    ("fleet.membership", "fleet.front"),
    ("fleet.console",),
    ("watchdog", "kit"),
    ("doctor",),
    ("letters",),
    ("by_hand",),
    ("review",),
    ("runs", "web"),
    ("newsroom",),
    ("staff", "backup"),
    ("web.inbound", "web.pages"),
    ("web.ground",),
    ("sending",),
    ("draft",),
    ("sources", "privacy", "deploy", "machine", "accounts"),
    ("fleet",),
    ("settings",),
    ("profiles",),
    ("bulletin.choosing", "bulletin.proposal"),
    ("bulletin.summary", "bulletin.alerts", "bulletin.pictures"),
    ("bulletin.guard",),
    ("bulletin.page",),
    ("bulletin", "bulletin.facts", "bulletin.message"),
    ("bulletin.language", "whatsapp", "door"),
    ("db", "scrapers"),
)
POLLED = ("collect", "count", "retain", "watch")  # done for all Comuni of a fleet
PAIRS = (("backfill", "collect"), ("watch", "alert"), *(("poll", verb) for verb in POLLED))
"""A verb that imports another."""

# Who knows less than the floor would allow; the first that fits counts.
ONLY = {
    "db/": ("db",),
    "scrapers/": ("scrapers",),
    "deployments/sandbox/": ("deployments.sandbox",),  # an oracle that shares our code proves nothing
    "deployments/": (),
    "flows/bulletin/": ("flows.bulletin", "db.models"),
    "flows/whatsapp/": ("flows.whatsapp",),
    "flows/door/": ("flows.door",),
    "flows/web/": ("flows.web", "flows.sending", "flows.bulletin", "flows.whatsapp", "flows.settings",
                   "flows.profiles", "db"),
    "flows/__init__.py": (),
}  # fmt: skip

# A library or module of others -> the files that alone may import it (patterns of PurePath.match).
KEEPERS = {
    "prefect": ("flows/*.py", "flows/runs/*.py"),
    "aiohttp": ("flows/whatsapp/wire.py",),
    "httpx": (
        "scrapers/fetching/fetcher.py",
        "scrapers/fetching/transport.py",
        "flows/whatsapp/account.py",
        "flows/cli/neighbours.py",
        "flows/doctor/wire.py",
        "flows/machine/port_health.py",
        "flows/runs/server_health.py",  # what Prefect's client says where its server is gone
        "flows/runs/server_access.py",
        "flows/door/proxy.py",
        "flows/accounts/provider.py",
    ),
    "authlib": ("flows/accounts/provider.py",),
    # asked which proxy the system names, and nothing else; deployments/ shares no client with us
    "urllib.request": ("scrapers/fetching/pools.py", "flows/whatsapp/wire.py", "deployments/*/*.py"),
    "http.client": ("deployments/sandbox/*.py",),
    "httpcore": (
        "scrapers/fetching/pinned.py",
        "scrapers/fetching/pools.py",
        "scrapers/fetching/transport.py",
    ),
    "feedparser": ("scrapers/feeds/parser.py",),
    "pydantic_settings": ("flows/settings.py",),  # it reads the environment
    "pydantic_ai": ("flows/draft/chat.py", "flows/profiles/llm.py"),
    "openai": ("flows/draft/chat.py", "flows/profiles/llm.py"),
    "pyrage": ("flows/backup/*.py", "flows/profiles/backup.py"),
    "asyncssh": ("flows/backup/sftp.py",),
    "botocore": ("flows/backup/bucket.py",),
    "smtplib": ("flows/staff/smtp.py",),
    "importlib": ("flows/deploy.py",),  # an import by name would slip past this test
}

# deployments/install.py runs before anything of ours exists.
# A run is given its environment whole.
READERS_OF_ENVIRONMENT = (
    "flows/settings.py",
    "flows/runs/launcher.py",
    "flows/runs/warm_worker.py",
    "deployments/install.py",
)
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


@cache
def nodes(path: str, source: str) -> list[ast.AST]:
    """What a file is made of, of which the rules read: 1,200 files are parsed and walked once."""
    kept = (ast.Import, ast.ImportFrom, ast.Attribute)
    return [node for node in ast.walk(ast.parse(source, path)) if isinstance(node, kept)]


def imports(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Each imported module as (line, dotted name); `from a import b` counts as `a.b`."""
    for node in nodes(path, source):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def package_of(name: str) -> str:
    """Of a dotted name of ours, the package as `FLOORS` names it; "" for what is none of these."""
    parts = name.split(".")
    if parts[0] != "flows":
        return parts[0] if parts[0] in ("db", "scrapers") else ""
    if "".join(parts[1:2]) in NESTS and ROOT.joinpath("flows", *parts[1:3]).is_dir():
        return ".".join(parts[1:3])
    return "".join(parts[1:2])


def folder_of(name: str) -> str:
    """The innermost folder of a dotted name, as `bulletin.summary.frames.roads`; a verb stands for itself."""
    parts = name.split(".")
    deep = 0
    while deep < len(parts) and ROOT.joinpath(*parts[: deep + 1]).is_dir():
        deep += 1
    return package_of(name) if deep < 2 else ".".join(parts[:deep]).removeprefix("flows.")


def floor_of(package: str) -> int:
    return next((floor for floor, packages in enumerate(FLOORS) if package in packages), -1)


def is_allowed(path: str, name: str) -> bool:
    """Whether the file may import what of ours the dotted name says."""
    only = next(
        (names for start, names in ONLY.items() if path.startswith(start)), ("flows", "db", "scrapers")
    )
    if not within(name, only) or not path.startswith("flows/"):
        return within(name, only)
    ours, other = package_of(dotted(path)), package_of(name)
    return ours == other or (ours, other) in PAIRS or -1 < floor_of(ours) < floor_of(other)


def arrow_violations(path: str, line: int, name: str) -> Iterator[str]:
    if name.startswith("."):
        yield f"{path}:{line}: relative import {name}"
        return
    library = name.split(".")[0]
    if path.startswith("tests/"):
        return
    if library in OURS and not is_allowed(path, name):
        yield f"{path}:{line}: may not import {name}"
    for kept, keepers in KEEPERS.items():
        if within(name, (kept,)) and not any(PurePosixPath(path).match(keeper) for keeper in keepers):
            yield f"{path}:{line}: {kept} may be imported only in {', '.join(keepers)}"


def environment_violations(path: str, source: str) -> Iterator[str]:
    if path in READERS_OF_ENVIRONMENT or path.startswith("tests/"):
        return
    for node in nodes(path, source):
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
            yield f"{path}:{node.lineno}: reads the environment ({node.attr})"
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            for alias in node.names:
                if alias.name in ENVIRONMENT:
                    yield f"{path}:{node.lineno}: reads the environment ({alias.name})"


def violations(path: str, source: str) -> list[str]:
    """Each breach of the house's rules in one file, as `path:line: what`; `path` is relative, posix."""
    found = list(environment_violations(path, source))
    for line, name in imports(path, source):
        found += arrow_violations(path, line, name)
        if name.removesuffix(".*") in OURS:
            found.append(f"{path}:{line}: names no module ({name}): import what is meant")
    top = PurePosixPath(path)
    if top.parent == PurePosixPath("flows") and top.stem not in (*VERBS, "settings", "__main__", "__init__"):
        found.append(f"{path}:1: no verb: what verbs share has a package below them")
    if floor_of(package_of(dotted(path))) < 0 and path.startswith("flows/") and top.stem != "__init__":
        found.append(f"{path}:1: stands on no floor of tests/test_house_architecture.py")
    return found


def test_every_module_keeps_the_arrows_of_the_house() -> None:
    found = [line for path, source in modules() for line in violations(path, source)]
    assert found == []


def circle(sources: Iterable[tuple[str, str]]) -> str:
    """The first circle between packages, as `a -> b -> a`; "" where there is none."""
    below = defaultdict(set)
    for path, source in sources:
        ours = folder_of(dotted(path))
        for _, name in imports(path, source):
            other = folder_of(name) if within(name, OURS) else ""
            if ours and other and ours != other:
                below[ours].add(other)
    try:
        tuple(TopologicalSorter(below).static_order())
    except CycleError as exc:
        return " -> ".join(exc.args[1])
    return ""


def test_packages_form_no_circle() -> None:
    assert circle(modules()) == ""


def test_a_planted_circle_is_named() -> None:
    planted = [
        ("flows/bulletin/facts/find.py", "from flows.bulletin.summary.text import short"),
        ("flows/bulletin/summary/text.py", "from flows.bulletin import message"),
        ("flows/bulletin/message/frame.py", "from flows.bulletin.facts import find"),
    ]
    assert circle(planted[:2]) == ""
    assert set(circle(planted).split(" -> ")) == {"bulletin.facts", "bulletin.summary", "bulletin.message"}


def test_a_planted_circle_through_a_nest_is_named() -> None:
    planted = [
        ("flows/web/app.py", "from flows.web.pages import routes"),
        ("flows/web/pages/routes.py", "from flows.web.headers import HEADERS"),
    ]
    assert circle(planted) == "web -> web.pages -> web"


def test_a_planted_circle_of_a_package_with_one_within_it_is_named() -> None:
    planted = [
        ("flows/bulletin/summary/text.py", "from flows.bulletin.summary.frames.roads import bans"),
        ("flows/bulletin/summary/frames/roads/bans.py", "from flows.bulletin.summary import text"),
    ]
    assert set(circle(planted).split(" -> ")) == {"bulletin.summary", "bulletin.summary.frames.roads"}


@pytest.mark.parametrize(
    ("path", "source", "line", "words"),
    [
        ("db/bulletins.py", "from flows.settings import load", 1, "may not import flows.settings.load"),
        ("db/migrations/env.py", "import scrapers.feeds.feeds", 1, "may not import scrapers.feeds.feeds"),
        ("scrapers/pages/pages.py", "from db.models import NewsItem", 1, "may not import db.models.NewsItem"),
        ("scrapers/alerts/cap.py", "import flows.profiles.comune", 1, "may not import flows.profiles.comune"),
        ("flows/whatsapp/client.py", "from db import deliveries", 1, "may not import db.deliveries"),
        ("flows/whatsapp/client.py", "from flows import settings", 1, "may not import flows.settings"),
        ("flows/bulletin/message/frame.py", "from db import engine", 1, "may not import db.engine"),
        (
            "flows/bulletin/message/frame.py",
            "from flows.whatsapp import messages",
            1,
            "flows.whatsapp.messages",
        ),
        ("flows/web/app.py", "from flows.runs import client", 1, "may not import flows.runs.client"),
        (
            "flows/web/app.py",
            "from scrapers.fetching.fetcher import Fetcher",
            1,
            "may not import scrapers.fetching.fetcher.Fetcher",
        ),
        ("flows/web/app.py", "from flows.dispatch import dispatch", 1, "may not import flows.dispatch"),
        ("deployments/sandbox/app.py", "from db.models import Source", 1, "may not import db.models"),
        ("deployments/sandbox/app.py", "from flows.whatsapp import client", 1, "flows.whatsapp.client"),
        ("deployments/install.py", "from flows.settings import load", 1, "may not import flows.settings"),
        ("flows/compose.py", "from flows.approve import approve", 1, "may not import flows.approve.approve"),
        ("flows/backfill.py", "from flows import compose", 1, "may not import flows.compose"),
        ("flows/run.py", "from flows.rehearse import rehearse", 1, "may not import flows.rehearse.rehearse"),
        (
            "flows/sending/drain.py",
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
        ("tests/test_db_engine.py", "import db", 1, "names no module (db)"),
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
        ("flows/run.py", "import httpx", 1, "httpx may be imported only in scrapers/fetching/fetcher.py"),
        ("flows/run.py", "from urllib.request import urlopen", 1, "urllib.request may be imported only"),
        ("deployments/sandbox/webhooks.py", "from httpx import post", 1, "httpx may be imported only"),
        (
            "scrapers/pages/pages.py",
            "import feedparser",
            1,
            "feedparser may be imported only in scrapers/feeds/parser.py",
        ),
        (
            "flows/profiles/comune.py",
            "from pydantic_settings import BaseSettings",
            1,
            "pydantic_settings may",
        ),
        ("flows/watch.py", "from importlib import import_module", 1, "importlib may be imported only"),
        ("db/engine.py", "import os\nADDRESS = os.environ['DB']", 2, "reads the environment (environ)"),
        ("flows/run.py", "import os as o\n\n\no.putenv('A', 'b')", 4, "reads the environment (putenv)"),
        ("scrapers/fetching/fetcher.py", "from os import getenv", 1, "reads the environment (getenv)"),
        ("db/models.py", "def late():\n    from flows import settings", 2, "may not import flows.settings"),
        (
            "db/models.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from scrapers.feeds.feeds import Entry",
            3,
            "may not import scrapers.feeds.feeds.Entry",
        ),
        ("flows/helpers.py", "", 1, "no verb"),
        ("flows/helpers/dates.py", "", 1, "stands on no floor"),
        ("flows/staff/mail.py", "from flows.letters import drafts", 1, "may not import flows.letters.drafts"),
        ("flows/bulletin/facts/find.py", "from flows.bulletin.summary import text", 1, "may not import"),
        ("flows/web/pages/views.py", "from flows.web.inbound import info", 1, "may not import"),
        ("flows/web/ground/texts.py", "from flows.web.headers import HEADERS", 1, "may not import"),
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
        (
            "flows/compose.py",
            "from prefect import flow\nfrom flows.runs import client\nfrom db import bulletins",
        ),
        ("flows/collect.py", "from scrapers.feeds.feeds import parse_feed\nfrom flows.settings import load"),
        ("flows/backfill.py", "from flows.collect import visit"),
        ("flows/run.py", "def late():\n    from flows.deploy import deploy"),
        ("flows/__main__.py", "from flows import approve, deploy, run\nfrom flows.web.app import serve"),
        (
            "flows/web/inbound/inbox.py",
            "from flows.whatsapp.webhook_payload import parse\nfrom flows.profiles import comune",
        ),
        ("flows/bulletin/message/exact.py", "from db.models import BulletinItem\nfrom db import models"),
        ("db/migrations/env.py", "import db.models"),
        ("flows/whatsapp/wire.py", "import aiohttp"),
        ("scrapers/fetching/transport.py", "import httpcore\nimport httpx"),
        ("flows/settings.py", "import os\nHOME = os.environ['HOME']"),
        (
            "tests/conftest.py",
            "import os\nimport httpx\nfrom flows.web.app import create_app\nos.environ['A']",
        ),
    ],
)
def test_what_the_house_allows_is_not_a_violation(path: str, source: str) -> None:
    assert violations(path, source) == []


def test_every_verb_is_a_module_at_the_top_of_flows() -> None:
    others = {"settings", "__main__", "__init__"}
    assert {path.stem for path in (ROOT / "flows").glob("*.py")} == {*VERBS, *others}

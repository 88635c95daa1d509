"""Which tests run, in which order, and what they are given (`tests.world.fixtures`)."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from typing import Any

import pytest

from tests.world import handing_out, prefect_files
from tests.world.handing_out import group_of

gc.disable()  # until all is collected: what is imported stays, and looking through it takes a second of four

os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="bollettino-tests-")  # before Prefect is imported
# where no server is, none is started in secret: it takes ten seconds, and may outlive the test
os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"

# the suite's processes, and a hundred that tests start, read what the first compiled, whatever the shell says
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

prefect_files.share()


IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
WAITS = {
    "installation",
    "premises",
    "walled",
    "page",
    "loopback",
    "comune",
    "comuni",
    "postgresql",
    "empty_postgresql",
}


OF_A_GROUP = {"on_sqlite", "on_postgresql", "premises", "walled", "week"}  # what its tests share
_open: list[tuple[pytest.FixtureDef[Any], pytest.FixtureRequest]] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test-fast` leaves out what starts a server or a browser; a module that is slow says so itself.
    What is long is left to `make rehearsal`.
    """
    if not IS_REHEARSAL:
        left = [item for item in items if item.get_closest_marker("rehearsal")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("rehearsal")]
    for item in items:
        parameters = getattr(item, "callspec", None)
        fixtures = {
            *getattr(item, "fixturenames", ()),
            *map(str, parameters.params.values() if parameters else ()),
        }
        if fixtures & WAITS or item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.slow)
    items.sort(key=handing_out.order(items))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Who hands tests out to other processes runs none: it does without what takes seconds to import."""
    if not config.pluginmanager.hasplugin("dsession"):
        config.pluginmanager.import_plugin("tests.world.fixtures")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> handing_out.InUnits | None:
    return handing_out.InUnits(config, log) if config.option.dist == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is made before the first test stays: nobody looks through it for garbage, now or later."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    if fixturedef.argname in OF_A_GROUP:
        _open.append((fixturedef, request))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """What a group shares ends with its last test: idle, an installation takes a tenth of a processor."""
    try:
        yield
    finally:
        while nextitem is not None and group_of(item) != group_of(nextitem) and _open:
            fixturedef, request = _open.pop()
            fixturedef.finish(request)  # type: ignore[arg-type]  # pytest hands out a SubRequest


def pytest_unconfigure() -> None:
    """The Prefect home that was made above goes with the process that made it."""
    shutil.rmtree(os.environ["PREFECT_HOME"], ignore_errors=True)
    prefect_files.forget()

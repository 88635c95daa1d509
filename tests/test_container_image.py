"""The image's recipe: what a linter says of it, what comes in, and that this is enough to run."""

import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from prefect.settings.context import get_current_settings

from flows.door import environment
from flows.settings import DEMO, ROOT
from tests.test_house_project import PROJECT, PUBLICCODE
from tests.world import containers
from tests.world.containers import RECIPE, copies, is_left_out, pairs, told
from tests.world.fleet import planted
from tests.world.installation import wait_for
from tests.world.ports import free_ports

HADOLINT = Path(sys.executable).with_name("hadolint")
KEPT = ("PATH", "LANG", "LC_ALL", "TZ")
SLUG = "esempio"


def linted(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HADOLINT, "--no-color", "-"], input=text, capture_output=True, text=True, check=False
    )


def test_the_linter_has_nothing_to_say() -> None:
    done = linted(RECIPE.read_text(encoding="utf-8"))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('"tini=0.19.*"', "tini", "DL3008"),
        ("USER 10001:10001", "USER root", "DL3002"),
        ("--no-cache-dir ", "", "DL3042"),
        ("-${PYTHON}-slim-trixie".removeprefix("-"), "latest", "DL3007"),
        ('ENTRYPOINT ["tini", "--", "python", "-m", "flows"]', "ENTRYPOINT python -m flows", "DL3025"),
    ],
)
def test_the_linter_sees_what_is_wrong(old: str, new: str, rule: str) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert old in text
    done = linted(text.replace(old, new))
    assert done.returncode != 0
    assert rule in done.stdout


def test_its_base_is_one_patch_level_of_a_python_that_the_project_knows() -> None:
    version = tuple(map(int, pairs("ARG")["PYTHON"].split(".")))
    assert len(version) == 3
    least, below = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert int(least) <= version[1] < int(below)
    assert told("FROM") == ["docker.io/library/python:${PYTHON}-slim-trixie"]


def test_packages_come_by_their_hashes_from_locks_that_are_there() -> None:
    (line,) = (one for one in told("RUN") if "pip install" in one)
    assert {"--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"} <= set(line.split())
    brought = {path for path, _ in copies()}
    assert f"deployments/requirements-{pairs('ARG')['LOCKS']}.lock" in brought
    assert {f"deployments/requirements-{name}.lock" for name in ("s3", "llm")} <= brought
    assert "deployments/requirements-test.lock" not in brought


def test_its_labels_are_those_of_the_project() -> None:
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in pairs("LABEL").items()}
    assert labels == {
        "title": PUBLICCODE["name"],
        "description": PROJECT["description"],
        "version": PROJECT["version"],
        "licenses": PROJECT["license"],
        "source": PUBLICCODE["url"],
        "documentation": PUBLICCODE["description"]["en"]["documentation"],
    }


def test_it_runs_as_an_account_that_owns_nothing_of_it() -> None:
    names = [name for name, _ in containers.recipe()]
    assert told("USER") == ["10001:10001"]
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])
    assert told("STOPSIGNAL") == ["SIGTERM"]
    owned = [one for rest in told("RUN") for one in re.findall(r"install -d [^&]*-o 10001[^&]*", rest)]
    assert [one.split()[-2:] for one in owned] == [
        [pairs("ENV")["BOLLETTINO_STATE"], f"{pairs('ENV')['BOLLETTINO_STATE']}/_fleet"]
    ], "whose owner a new volume takes over"


def test_its_environment_is_read_by_somebody_and_holds_no_secret() -> None:
    found = pairs("ENV")
    assert found["CREDENTIALS_DIRECTORY"] == "/run/secrets"
    of_others = {"HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", environment.FOLDER}
    ours = {"BOLLETTINO_FLEET", "BOLLETTINO_STATE"}
    assert ours <= set(environment.FLEETS)
    (prefects,) = found.keys() - of_others - ours
    assert prefects == "PREFECT_SERVER_UI_STATIC_DIRECTORY"
    assert hasattr(get_current_settings().server.ui, "static_directory")
    assert not [name for name in found if re.search("KEY|SECRET|TOKEN|PASSWORD|AUTH|DATABASE", name)]


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".bollettino/esempio/secrets.json", ".env", ".venv/bin/python", "Makefile"),
        *("tests/conftest.py", "deployments/sandbox/app.py", "deployments/fleet/fleet.toml"),
        *("deployments/profiles/mio.toml", "deployments/profiles/mio.testi/informativa.md"),
        *("deployments/container/segreti/POSTGRES_PASSWORD", "deployments/container/compose.yaml"),
        *("deployments/container/comuni/esempio/BOLLETTINO_LOOKUP_KEY", "deployments/container/tls/a.key"),
        *("flows/__pycache__/run.cpython-311.pyc", "db/migrations/__pycache__", "flows/old.pyc"),
    ],
)
def test_what_is_none_of_it_is_left_out(path: str) -> None:
    assert is_left_out(path)


def test_what_comes_in_is_all_in_the_project_s_history() -> None:
    """Every file of these folders that git would not keep is left out; without git, those that it ignores."""
    brought = {path for path, _ in copies()}
    assert {"flows/__main__.py", "db/migrations/env.py", "scrapers/data/comuni.csv", "LICENSE"} <= brought
    assert {path.split("/")[0] for path in brought} == {
        *("LICENSE", "pyproject.toml", "db", "flows", "scrapers", "deployments")
    }
    kept = brought
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
        kept = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())
    assert brought <= kept
    assert not [path for path in brought if "__pycache__" in path or path.endswith((".db", ".pyc", ".env"))]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 0), (404, 1), (503, 1), (None, 1)])
def test_well_is_who_answers_so_and_no_proxy_is_asked(status: int | None, code: int) -> None:
    (port,) = free_ports(1)
    told = {**os.environ, "http_proxy": "http://127.0.0.1:9"}
    with answering(port, status) if status else nullcontext():
        command = [sys.executable, str(ROOT / "deployments/container/healthy.py"), f"{port}/salute"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=told)
    assert done.returncode == code
    assert bool(done.stderr) == bool(code), "an engine shows why"


@contextmanager
def answering(port: int, status: int) -> Iterator[None]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()


# ------------------------------------------------------------ that it runs
class Inside:
    """The image's folder, of which nothing can be written, and one Comune's fleet beside it."""

    def __init__(self, folder: Path) -> None:
        self.app, self.fleet, self.state, self.tmp = (
            folder / name for name in ("app", "comuni", "state", "tmp")
        )
        for one in (self.app, self.fleet / SLUG, self.state, self.tmp):
            one.mkdir(parents=True)
        containers.lay(self.app)
        self.ports = dict(zip(("prefect", "gate", "web"), free_ports(3), strict=True))
        (self.fleet / "fleet.toml").write_text(
            f'[prefect]\naddress = "http://127.0.0.1:{self.ports["prefect"]}"\n'
            f"[gate]\nport = {self.ports['gate']}\n[web]\nport = {self.ports['web']}\n"
        )
        profile = DEMO.read_text(encoding="utf-8").replace('stage = "sandbox"', 'stage = "trial"')
        (self.fleet / f"{SLUG}.toml").write_text(profile, encoding="utf-8")
        for name, value in planted(SLUG).items():
            (self.fleet / SLUG / name).write_text(value)
        for path in [*self.app.rglob("*"), self.app, *self.fleet.rglob("*"), self.fleet]:
            path.chmod(path.stat().st_mode & ~0o222)

    def open(self) -> None:
        """That it can be deleted."""
        for path in (self.app, self.fleet, *self.app.rglob("*"), *self.fleet.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IWUSR)

    @property
    def environment(self) -> dict[str, str]:
        """Of the image, with these folders in place of its own."""
        places = {
            "/etc/bollettino": str(self.fleet),
            "/var/lib/bollettino": str(self.state),
            "/run/secrets": str(self.tmp / "secrets"),
            "/tmp": str(self.tmp),  # noqa: S108  the name in the recipe
        }
        found = {name: re.sub("^(" + "|".join(places) + ")", lambda at: places[at[1]], value)
                 for name, value in pairs("ENV").items()}  # fmt: skip
        return {**{name: os.environ[name] for name in KEPT if name in os.environ}, **found}

    def command(self, *words: str) -> list[str]:
        """Root writes where nobody may, unless it has given up what makes it so."""
        humbled = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
        return [*humbled, sys.executable, "-m", "flows", *words]

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.app,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def running(self, *words: str, at: str, path: str) -> Iterator[str]:
        """One of its servers, from when it is well by the image's own measure."""
        with (self.tmp / f"{words[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(*words), cwd=self.app, env=self.environment, stdout=log, stderr=log
            )
        healthy = [sys.executable, "deployments/container/healthy.py", f"{self.ports[at]}{path}"]

        def is_well() -> bool:
            assert process.poll() is None, (self.tmp / f"{words[0]}.log").read_text()
            done = subprocess.run(healthy, cwd=self.app, capture_output=True, check=False)
            return done.returncode == 0

        try:
            wait_for(f"{words[0]} in the image", is_well, 120)
            yield f"http://127.0.0.1:{self.ports[at]}"
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(tmp_path)
    yield made
    made.open()


@pytest.mark.slow
def test_what_comes_in_is_enough_for_a_verb_and_a_file_less_is_seen(inside: Inside) -> None:
    done = inside.type("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert PROJECT["version"] in done.stdout
    done = inside.type("fleet", "migrate")
    assert done.returncode == 0, done.stderr
    assert (inside.state / SLUG / "bollettino.db").exists()
    inside.open()
    next((inside.app / "db" / "migrations" / "versions").glob("0104_*.py")).unlink()
    assert inside.type("fleet", "migrate").returncode == 2


def test_nothing_can_be_written_in_it(inside: Inside) -> None:
    """Of this test's own ground: else the next would say nothing."""
    words = [*inside.command()[:-2], "-c", "open('new', 'w')"]
    done = subprocess.run(words, cwd=inside.app, capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr


@pytest.mark.slow
@pytest.mark.xdist_group("server")
def test_the_whole_fleet_runs_of_it_and_writes_to_its_two_folders_alone(inside: Inside) -> None:
    assert inside.type("fleet", "migrate").returncode == 0
    with inside.running("prefect", at="prefect", path="/api/ready") as prefect:
        page = httpx.get(f"{prefect}/v2/", trust_env=False)
        assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
        assert (inside.tmp / "ui").is_dir(), "a copy of Prefect's pages, since its own folder is read-only"
        done = inside.type("fleet", "apply")
        assert done.returncode == 0, done.stdout + done.stderr
        with (
            inside.running("gate", at="gate", path="/salute") as gate,
            inside.running("web", at="web", path="/salute") as web,
        ):
            for address, host, words in (
                (f"{web}/{SLUG}/", "", "ATTIVA"),
                (f"{web}/{SLUG}/informativa", "", "Titolare"),
                (f"{gate}/entra", f"{SLUG}.localhost:{inside.ports['gate']}", "<title>Bollettino"),
            ):
                shown = httpx.get(address, headers={"Host": host} if host else {}, trust_env=False)
                assert shown.status_code == 200, (address, shown.text)
                assert words in shown.text
    done = inside.type("kit", "--profile", SLUG, str(inside.state / "kit"))
    assert done.returncode == 0, done.stderr

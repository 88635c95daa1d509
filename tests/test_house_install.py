"""`deployments/install.py`: what goes wrong is one line that names the remedy."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "deployments" / "install.py"
RETRYING = (
    "WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) "
    "after connection broken by '{}': /simple/alembic/\n"
    "ERROR: Could not find a version that satisfies the requirement alembic==1.20.1 (from versions: none)\n"
    "ERROR: No matching distribution found for alembic==1.20.1\n"
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, in a root of its own with an empty .venv."""
    spec = importlib.util.spec_from_file_location("install_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".venv").mkdir()
    return module


def command(prints: str, code: int) -> list[str]:
    """A program that prints this and ends with this code."""
    return [sys.executable, "-c", f"import sys; print({prints!r}); sys.exit({code})"]


def line_of(failure: pytest.ExceptionInfo[SystemExit]) -> str:
    line = str(failure.value.code)
    assert line.startswith("make: ")
    assert "\n" not in line
    return line


# What pip prints, of the pip that Python 3.11 brings (23.2) and of a new one (26), which words it otherwise.
@pytest.mark.parametrize(
    ("printed", "remedy"),
    [
        (
            RETRYING.format(
                "ProxyError('Cannot connect to proxy.', NewConnectionError('...: [Errno 111] Connection "
                "refused'))"
            ),
            "a proxy is in the way: set HTTPS_PROXY",
        ),
        (
            RETRYING.format(
                "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: "
                "407 Proxy Authentication Required'))"
            ),
            "the proxy wants a password: set HTTPS_PROXY",
        ),
        (
            RETRYING.format("OSError('Tunnel connection failed: 407 Proxy Authentication Required')"),
            "the proxy wants a password: set HTTPS_PROXY",
        ),
        (
            RETRYING.format(
                "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
                "failed: self-signed certificate in certificate chain'))"
            ),
            "the network presents its own certificate: set PIP_CERT",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated",
            "a package differs from the lock: do not install it",
        ),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "the disk is full"),
        (
            RETRYING.format(
                "NewConnectionError('<...>: Failed to establish a new connection: [Errno -2] Name or "
                "service not known')"
            ),
            "no network",
        ),
        (
            RETRYING.format(
                "NameResolutionError(\"HTTPSConnection(host='index', port=443): Failed to resolve 'index' "
                '([Errno -2] Name or service not known)")'
            ),
            "no network",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement alembic==1.20.1",
            "a package of the lock is not on the index",
        ),
        ("Segmentation fault", "see .venv/install.log"),
    ],
)
def test_a_failure_is_one_line_with_its_remedy(install: ModuleType, printed: str, remedy: str) -> None:
    with pytest.raises(SystemExit) as failure:
        install.run(command(printed, 1), "installing the packages")
    assert line_of(failure).startswith(f"make: installing the packages failed: {remedy}")
    assert printed.splitlines()[0] in install.LOG.read_text()


def test_a_success_says_nothing_whatever_was_printed(
    install: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    install.run(command(RETRYING.format("ProxyError()"), 0), "installing the packages")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_another_python_is_refused_before_anything_is_written(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as failure:
        install.install(Path("deployments/requirements.lock"))
    assert "Python 3.11, 3.12 or 3.13 is needed, this is " in line_of(failure)
    assert list(install.VENV.iterdir()) == []


@pytest.fixture
def ready(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An environment with a Python and a lock; returns the commands that are run from now on."""
    ran: list[list[str]] = []
    python = install.VENV / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    Path("some.lock").write_text("alembic==1.20.1\n")
    monkeypatch.setattr(install, "run", lambda command, what: ran.append([*command, what]))
    return ran


def test_packages_are_installed_by_hash_and_only_those_of_the_lock(
    install: ModuleType, ready: list[list[str]]
) -> None:
    install.install(Path("some.lock"))
    assert len(ready) == 1
    assert {"--require-hashes", "--no-deps", "some.lock"} <= set(ready[0])


def test_an_environment_made_from_this_lock_is_used_again(
    install: ModuleType, ready: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    install.install(Path("some.lock"))
    capsys.readouterr()
    install.install(Path("some.lock"))
    assert len(ready) == 1
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_again(install: ModuleType, ready: list[list[str]]) -> None:
    install.install(Path("some.lock"))
    Path("some.lock").write_text("alembic==1.21.0\n")
    install.install(Path("some.lock"))
    assert len(ready) == 2


def test_an_install_that_failed_is_not_taken_for_done(
    install: ModuleType, ready: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_command: list[str], _what: str) -> None:
        raise SystemExit("make: no")

    with monkeypatch.context() as patch:
        patch.setattr(install, "run", fails)
        with pytest.raises(SystemExit):
            install.install(Path("some.lock"))
    install.install(Path("some.lock"))
    assert len(ready) == 1


def test_a_python_without_venv_names_the_package(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise OSError("ensurepip is not available")

    Path("some.lock").write_text("alembic==1.20.1\n")
    monkeypatch.setattr(install.venv, "create", broken)
    with pytest.raises(SystemExit) as failure:
        install.install(Path("some.lock"))
    assert "apt install python3-venv" in line_of(failure)


def test_a_browser_that_is_there_is_not_installed_again(
    install: ModuleType, ready: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    install.browser()
    assert ready == []


@pytest.mark.parametrize(
    ("user", "has_apt", "is_known", "words"),
    [
        (0, True, True, ["apt-get", "chromium-headless-shell"]),
        (0, True, False, ["apt-get", "chromium"]),  # of an older Debian
        (0, False, False, ["playwright", "chromium"]),
        (1000, True, True, ["playwright", "chromium"]),
    ],
)
def test_the_browser_comes_from_debian_as_root_and_else_from_playwright(
    install: ModuleType,
    ready: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    has_apt: bool,
    is_known: bool,
    words: list[str],
) -> None:
    monkeypatch.setattr(install.subprocess, "call", lambda *_, **__: 0 if is_known else 100)
    monkeypatch.setattr(install.os, "geteuid", lambda: user)
    monkeypatch.setattr(install.shutil, "which", lambda name: name if name == "apt-get" and has_apt else None)
    install.browser()
    assert set(words) <= set(ready[-1])

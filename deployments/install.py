"""Makes `.venv` from a lock file, or sees that a browser is there for the tests. Standard library only.

`python3 deployments/install.py LOCK` and `python3 deployments/install.py browser`, from the root; `make`
calls both. What goes wrong is one line that names the remedy; the whole output is in `.venv/install.log`.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

VENV = Path(".venv")
LOG = VENV / "install.log"
OLDEST, NEWEST = (3, 11), (3, 13)

# words in pip's output -> the line for a person; the first that occurs counts
CAUSES = (
    ("407 Proxy", "the proxy wants a password: set HTTPS_PROXY=http://user:password@host:port"),
    ("ProxyError", "a proxy is in the way: set HTTPS_PROXY=http://user:password@host:port to yours"),
    ("CERTIFICATE_VERIFY_FAILED", "the network presents its own certificate: set PIP_CERT to its CA file"),
    ("DO NOT MATCH THE HASHES", "a package differs from the lock: do not install it, tell the maintainers"),
    ("No space left", "the disk is full: 1 GB is needed"),
    ("NewConnectionError", "no network: the package index cannot be reached; connect and run make again"),
    ("Temporary failure in name resolution", "no network: connect and run make again"),
    ("NameResolutionError", "no network: connect and run make again"),
    ("Could not find a version", "a package of the lock is not on the index that pip uses (PIP_INDEX_URL?)"),
)


def fail(line: str) -> None:
    sys.exit("make: " + line)


def run(command: list, what: str) -> None:
    """Run with the output in the log; on failure say why in one line."""
    with LOG.open("w") as log:
        code = subprocess.call(command, stdout=log, stderr=subprocess.STDOUT)
    if code != 0:
        said = LOG.read_text(errors="replace")
        cause = next((line for word, line in CAUSES if word in said), "see " + str(LOG))
        fail(what + " failed: " + cause)


def install(lock: Path) -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:2]))
        fail("Python 3.11, 3.12 or 3.13 is needed, this is " + found + ": make PYTHON=python3.12 ...")
    done = VENV / (lock.stem + ".done")
    if done.exists() and done.read_text() == lock.read_text():
        return
    half = VENV / (
        lock.stem + ".half"
    )  # a pip that was killed has left neither this lock's packages nor the last's
    if VENV.is_dir():
        half.touch()
    done.unlink(missing_ok=True)
    python = VENV / "bin" / "python"
    if not python.exists():
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError):
            fail("Python cannot make an environment: on Debian, apt install python3-venv")
    print("installing " + str(lock) + " into .venv (a minute or two, once)", flush=True)
    command = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    run([*command, "--disable-pip-version-check", "--retries", "2"], "installing the packages")
    done.write_text(lock.read_text())
    half.unlink(missing_ok=True)
    print("installed", flush=True)


def browser() -> None:
    """Debian's chromium for root (Playwright's own wants a sandbox), else Playwright's; without a window."""
    if shutil.which("chromium-headless-shell") or shutil.which("chromium"):
        return
    print("installing a browser for the tests (once)", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-qq"], "apt-get update")
        wanted = [_of_debian(), "fonts-liberation"]  # without a font a screenshot shows boxes
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], "installing chromium")
    else:
        python = str(VENV / "bin" / "python")
        command = [python, "-m", "playwright", "install", "--only-shell", "chromium"]
        run(command, "installing Playwright's chromium")


def _of_debian() -> str:
    """The browser without a window where this Debian has it apart: a third of the work of the whole one."""
    alone = "chromium-headless-shell"
    asked = subprocess.call(
        ["apt-cache", "show", alone], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return alone if asked == 0 else "chromium"


if __name__ == "__main__":
    if sys.argv[1:] == ["browser"]:
        browser()
    else:
        install(Path(sys.argv[1]))

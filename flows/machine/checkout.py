"""The code of an installation: a checkout of git, and the packages that its lock names in `.venv`."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.machine.upgrade_state import UpgradeError
from flows.profiles import documents

LOCKS = (
    "requirements",
    "requirements-llm",
    "requirements-s3",
    "requirements-redis",
)  # of deployments/; whichever was installed is installed again


@dataclass(frozen=True)
class Checkout:
    """One, in its folder. `wheels`: a folder with the packages, for a machine without a network."""

    project: Path
    wheels: Path | None = None

    def commit(self, ref: str = "HEAD") -> str:
        """UpgradeError where git knows nothing of that name here."""
        done = self._git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if done.returncode:
            said = f" ({_first(done.stderr)})" if done.stderr.strip() else ""
            raise UpgradeError(
                f"{self.project}: git knows no {ref} here{said}: `git fetch --tags` brings what is new"
            )
        return done.stdout.strip()

    def prefect(self, commit: str | None = None) -> str | None:
        """The version that the lock names; None: of the code at hand."""
        return _found(r"^prefect==(\S+)", self.text(f"deployments/{LOCKS[0]}.lock", commit))

    def version(self, commit: str | None = None) -> str | None:
        """Of the program."""
        return _found(r'^version = "(\S+)"', self.text("pyproject.toml", commit))

    def text(self, path: str, commit: str | None = None) -> str:
        """Of a file, at a commit or at hand."""
        if commit is None:
            return (self.project / path).read_text(encoding="utf-8")
        done = self._git("show", f"{commit}:{path}")
        if done.returncode:
            raise UpgradeError(
                f"{self.project}: git shows no {path} of {commit[:12]} ({_first(done.stderr)})"
            )
        return done.stdout

    def texts(self, folder: str, commit: str | None = None) -> list[str]:
        """Of the Python files in a folder."""
        if commit is None:
            paths = [f"{folder}/{path.name}" for path in (self.project / folder).glob("*.py")]
        else:
            paths = self._git("ls-tree", "--name-only", commit, f"{folder}/").stdout.split()
        return [self.text(path, commit) for path in sorted(paths) if path.endswith(".py")]

    def require_clean(self, profile: Path) -> None:
        """UpgradeError where a person changed what git keeps: it would be lost. A document's text is first to
        be taken to where the Comune's own stand, or what is published would change.
        """
        done = self._git("status", "--porcelain", "--untracked-files=no")
        if done.returncode:
            raise UpgradeError(
                f"{self.project}: is no checkout of git: bring the new version yourself, without --to"
            )
        if done.stdout.strip():
            changed = [line[3:] for line in done.stdout.splitlines()]
            ways = (*_moves(changed, documents.folder(profile)), *_own(changed, profile, self.project))
            moves = [f"\n{line}" for line in ways]
            raise UpgradeError(
                f"{self.project}: files of the program were changed here: {', '.join(changed[:5])}; put them "
                f"back first{''.join(moves)}"
            )

    def bring(self, commit: str) -> None:
        """The code of a commit and its packages. Killed half-way it is done again, to whichever side."""
        if (
            self._git("rev-parse", "HEAD").stdout.strip() != commit
            or self._git("diff", "--quiet", "HEAD").returncode
        ):
            (self.project / ".git" / "index.lock").unlink(
                missing_ok=True
            )  # of one that was killed: we are alone
            done = self._git("checkout", "--quiet", "--force", "--detach", commit)
            if done.returncode:
                raise UpgradeError(
                    f"{self.project}: git could not bring {commit[:12]} ({_first(done.stderr)})"
                )
        self.install()

    def install(self) -> None:
        """As `make install` does, and nothing where the lock is the one that was installed."""
        offline = ["PIP_NO_INDEX=1", f"PIP_FIND_LINKS={self.wheels.resolve()}"] if self.wheels else []
        for lock in LOCKS:
            path = f"deployments/{lock}.lock"
            begun = any((self.project / ".venv" / f"{lock}{end}").exists() for end in (".done", ".half"))
            is_known = (self.project / path).exists()  # an older version may have had no such packages
            if lock != LOCKS[0] and not (begun and is_known):
                continue
            script = [sys.executable, "deployments/install.py", path]
            done = self._run("env", *offline, *script)
            if done.returncode:
                raise UpgradeError(f"{self.project}: {_first(done.stderr)}")

    def _git(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return self._run("git", *words)

    def _run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        try:
            return run(command, self.project)
        except FileNotFoundError as exc:
            raise UpgradeError(f"{command[0]} is not on the PATH") from exc


def _moves(changed: Sequence[str], own: Path) -> Iterator[str]:
    """How the text of a changed document is kept: it goes on being published from beside the profile."""
    texts = [path for name in documents.NAMES if (path := f"deployments/{name}") in changed]
    new = [path for path in texts if not (own / Path(path).name).exists()]
    if new:
        target = shlex.quote(str(own))
        how = f"mkdir -p {target} && cp {' '.join(new)} {target}"
        yield f"the Comune's own text stands beside the profile: {how}"
    for path in texts:
        if path not in new:
            yield f"the Comune's own text is {own / Path(path).name} already: compare it with {path}"
    if texts:
        yield f"only then: git checkout HEAD -- {' '.join(texts)}"


def _own(changed: Sequence[str], profile: Path, project: Path) -> Iterator[str]:
    """How a profile that we ship, and that was filled in where it lies, becomes the Comune's own."""
    ours = [path for path in changed if (project / path).resolve() == profile.resolve()]
    for path in ours:
        own = profile.with_name(f"{profile.stem}-comune.toml")
        texts, beside = documents.folder(profile), documents.folder(own)
        copies = [f"cp {shlex.quote(str(profile))} {shlex.quote(str(own))}"]
        if texts.is_dir():
            copies.append(f"cp -r {shlex.quote(str(texts))} {shlex.quote(str(beside))}")
        yield f"the Comune's profile is a file of its own: {' && '.join(copies)}"
        yield f"its units read it after: python -m flows install --apply --profile {shlex.quote(str(own))}"
        yield f"only then: git checkout HEAD -- {shlex.quote(path)}"


def _found(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else None


def run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """To its end. It inherits what is inheritable: the lock of an upgrade."""
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        close_fds=False,
    )


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "it said nothing")

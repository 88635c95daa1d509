"""This project as it is released, in two versions, and an installation that goes from one to the other."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from db import schema
from tests.world.installation import PATIENCE, Installation, wait_for
from tests.world.safe import Safe
from tests.world.tree import ROOT

NOW, NEXT = schema.head(), "9999"  # the revisions of v1 and of v2
LATER = f"""from alembic import op
import sqlalchemy as sa

revision = "{NEXT}"
down_revision = "{NOW}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
"""


class Project:
    """A copy of this one under git: v1, and v2 with one migration more (`later`) or, where it `migrates`
    nothing, with another line in a file alone; `version` is the one it then has. The packages are the tests'
    own.
    """

    def __init__(self, folder: Path, *, migrates: bool = True, later: str = LATER, version: str = "") -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__", "guida")
        for name in ("flows", "db", "scrapers", "deployments"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / ".gitignore").write_text("__pycache__\n.venv\n")
        (folder / ".venv").mkdir()
        lock = (folder / "deployments" / "requirements.lock").read_text()
        (folder / ".venv" / "requirements.done").write_text(lock)
        self.git("init", "--quiet", ".")
        self.release("v1")
        if migrates:
            (folder / "db" / "migrations" / "versions" / f"{NEXT}_later.py").write_text(later)
        else:
            described = (folder / "pyproject.toml").read_text(encoding="utf-8")
            (folder / "pyproject.toml").write_text(described + "# v2\n", encoding="utf-8")
        if version:
            described = (folder / "pyproject.toml").read_text(encoding="utf-8")
            first = re.sub(
                r'^version = ".*"', f'version = "{version}"', described, count=1, flags=re.MULTILINE
            )
            (folder / "pyproject.toml").write_text(first, encoding="utf-8")
        self.release("v2")
        self.git("checkout", "--quiet", "--detach", "v1")

    def git(self, *words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.it", *words]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def release(self, tag: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    @property
    def at(self) -> str:
        return self.git("describe", "--tags")

    def flows(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "flows", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)


class Waiting(NamedTuple):
    """A bulletin, and the run whose form waits for its editor."""

    number: int
    run_id: str


class Released(Installation):
    """It runs a copy of this project at v1, and keeps copies."""

    def __init__(self, folder: Path, *, migrates: bool = True) -> None:
        super().__init__(folder)
        self.project = Project(folder / "project", migrates=migrates)
        self.root = self.project.folder
        self.told = folder / "told.txt"
        safe = Safe.make(folder / "safe")
        text = self.profile_path.read_text(encoding="utf-8")
        table = f'[backup]\nfolder = "{safe.archives}"\nrecipients = ["{safe.public}"]\n# '
        self.profile_path.write_text(text.replace("# [backup] ", table), encoding="utf-8")

    def waiting(self) -> Waiting:
        number = self.newest()
        return Waiting(number, self.run_of(number))

    def travel(self, *words: str) -> None:
        """`upgrade ...` as an operator types it who has `run` in another terminal, stops it when he is told
        to, and starts it again.
        """
        command = [sys.executable, "-m", "flows", "upgrade", *words]
        with self.told.open("wb") as out:
            going = subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=out, stderr=out)

        def is_told() -> bool:
            assert going.poll() is None, self.told.read_text()
            return "stop `run` now" in self.told.read_text()

        wait_for("the word to stop `run`", is_told)
        self.stop()
        assert going.wait(PATIENCE) == 0, self.told.read_text()
        self.start()

    def lost(self, waiting: Waiting, at: str) -> list[str]:
        """What is not as it should be at that version: the code, the form."""
        is_same = self.run_of(waiting.number) == waiting.run_id
        found = [] if self.project.at == at else [f"the code is {self.project.at}, not {at}"]
        return found if is_same else [*found, f"at {at} the form is another"]

    def answered(self, waiting: Waiting) -> list[str]:
        """What is wrong once it is approved and sent."""
        self.answer(waiting.number, "Approva: parte subito")
        sent = self.ends_as(waiting.number, "sent")
        times = {len(messages) for messages in self.received(sent.code).values()}
        return [] if times == {1} else [f"it came so many times: {times}"]

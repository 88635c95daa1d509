"""The code of an upgrade: what git is asked to bring, what it must not lose, which packages follow."""

import subprocess
from pathlib import Path

import pytest

from flows.machine.checkout import Checkout
from flows.machine.passage import UpgradeError


def test_what_a_person_changed_and_what_git_does_not_know_is_refused(tmp_path: Path) -> None:
    code = Checkout(tmp_path)
    with pytest.raises(UpgradeError, match="is no checkout of git: bring the new version yourself"):
        code.require_clean()
    script = tmp_path / "deployments" / "install.py"
    script.parent.mkdir()
    told = "import os, sys\nopen('told', 'a').write(f'{sys.argv[1]} {os.environ.get(\"PIP_NO_INDEX\")}\\n')\n"
    script.write_text(told)

    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.it", *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "--quiet", ".")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    script.write_text(f"{told}# two\n")
    for name in ("requirements-llm", "requirements-s3"):
        (script.parent / f"{name}.lock").touch()
    with pytest.raises(UpgradeError, match=r"were changed here: deployments/install.py; put them back"):
        code.require_clean()
    git("add", "--all")
    git("commit", "--quiet", "--message", "two")
    code.require_clean()
    with pytest.raises(UpgradeError, match="git knows no v9 here: `git fetch --tags`"):
        code.commit("v9")
    old, new = code.commit("HEAD~1"), code.commit()
    (tmp_path / ".git" / "index.lock").touch()  # of one that was killed
    script.write_text("half of a file")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "requirements-llm.done").touch()
    (tmp_path / ".venv" / "requirements-s3.half").touch()
    code.bring(old)  # which has no such packages, whatever was installed since
    assert (code.commit(), script.read_text()) == (old, told)
    Checkout(tmp_path, wheels=tmp_path / "ruote").bring(new)
    assert script.read_text().endswith("# two\n")
    assert (tmp_path / "told").read_text().split() == [
        *("deployments/requirements.lock", "None"),
        *("deployments/requirements.lock", "1", "deployments/requirements-llm.lock", "1"),
        *("deployments/requirements-s3.lock", "1"),
    ]

"""The code of an upgrade: what git is asked to bring, what it must not lose, which packages follow."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.machine import upgrade
from flows.machine.checkout import Checkout
from flows.machine.upgrade_state import UpgradeError

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def typed(*words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.it", *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    return typed


def test_what_a_person_changed_and_what_git_does_not_know_is_refused(tmp_path: Path, git: Git) -> None:
    code, profile = Checkout(tmp_path), tmp_path / "mio.toml"
    with pytest.raises(UpgradeError, match="is no checkout of git: bring the new version yourself"):
        code.require_clean(profile)
    script = tmp_path / "deployments" / "install.py"
    script.parent.mkdir()
    told = "import os, sys\nopen('told', 'a').write(f'{sys.argv[1]} {os.environ.get(\"PIP_NO_INDEX\")}\\n')\n"
    script.write_text(told)
    git("init", "--quiet", ".")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    script.write_text(f"{told}# two\n")
    for name in ("requirements-llm", "requirements-s3"):
        (script.parent / f"{name}.lock").touch()
    with pytest.raises(
        UpgradeError, match=r"were changed here: deployments/install.py; put them back first$"
    ):
        code.require_clean(profile)
    git("add", "--all")
    git("commit", "--quiet", "--message", "two")
    code.require_clean(profile)
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


def test_whoever_filled_in_a_profile_of_ours_is_told_how_it_becomes_theirs(tmp_path: Path, git: Git) -> None:
    """What is then typed leaves the program as git keeps it; profile and texts are the Comune's own."""
    profile = tmp_path / "deployments" / "profiles" / "roccabruna.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text("slug = 'roccabruna'\n")
    git("init", "--quiet", ".")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    profile.write_text("slug = 'roccabruna'\nstage = 'production'\n")
    texts = profile.with_name("roccabruna.testi")
    texts.mkdir()
    (texts / "condizioni.md").write_text("Del Comune\n")
    with pytest.raises(UpgradeError) as caught:
        Checkout(tmp_path).require_clean(profile)
    head, copy, units, back = str(caught.value).splitlines()
    assert head.endswith("deployments/profiles/roccabruna.toml; put them back first")
    subprocess.run(["sh", "-c", copy.partition(": ")[2]], cwd=tmp_path, check=True)
    subprocess.run(["sh", "-c", back.partition(": ")[2]], cwd=tmp_path, check=True)
    own = profile.with_name("roccabruna-comune.toml")
    assert units.endswith(f"install --apply --profile {own}")
    assert "production" in own.read_text()
    assert (own.with_name("roccabruna-comune.testi") / "condizioni.md").read_text() == "Del Comune\n"
    Checkout(tmp_path).require_clean(own)


def test_whoever_edited_our_notice_is_told_how_to_keep_what_is_published(tmp_path: Path, git: Git) -> None:
    """And what is then typed keeps it: nothing of the program is changed any more, the text goes on."""
    profile = tmp_path / "deployments" / "profiles" / "mio.toml"
    profile.parent.mkdir(parents=True)
    ours = [tmp_path / "deployments" / name for name in ("informativa.md", "condizioni.md")]
    for path in ours:
        path.write_text("[Da completare dal Comune]\n")
    git("init", "--quiet", ".")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    for path in ours:
        path.write_text(f"Del Comune: {path.name}\n")
    home = SimpleNamespace(project=tmp_path, state=tmp_path / "state", profile=profile)

    def refused() -> list[str]:
        with pytest.raises(UpgradeError) as caught:
            upgrade.look(cast(Any, home), "HEAD", "0.1.0", now=datetime.now().astimezone())
        return str(caught.value).splitlines()

    head, copy, back = refused()
    assert "deployments/condizioni.md, deployments/informativa.md; put them back first" in head
    own = profile.with_name("mio.testi")
    copy, back = copy.partition(": ")[2], back.partition(": ")[2]
    subprocess.run(copy, shell=True, cwd=tmp_path, check=True)  # noqa: S602  as a person types it
    assert refused()[1] == f"the Comune's own text is {own / ours[0].name} already: compare it with " + (
        "deployments/informativa.md"
    )
    subprocess.run(back, shell=True, cwd=tmp_path, check=True)  # noqa: S602
    Checkout(tmp_path).require_clean(profile)
    assert {path.name: path.read_text() for path in own.iterdir()} == {
        path.name: f"Del Comune: {path.name}\n" for path in ours
    }

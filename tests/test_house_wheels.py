"""The first installation on a server without a network: from a folder of wheels, as the manual types it."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from flows.settings import ROOT
from tests.world.documents import MANUAL

pytestmark = pytest.mark.slow  # it makes an environment

NAME, VERSION = "pacco", "1.0"
NOBODY = "http://127.0.0.1:9"


def wheel(folder: Path, content: str) -> str:
    """A package of one module, written by hand; its hash, as a lock has it."""
    folder.mkdir(exist_ok=True)
    about = f"{NAME}-{VERSION}.dist-info"
    files = {
        f"{NAME}.py": content,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for name, text in files.items()
    ]
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,"]) + "\n"
    path = folder / f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def typed(project: Path) -> subprocess.CompletedProcess[str]:
    """The manual's own line; whoever is asked all the same is nobody."""
    (line,) = (line for line in MANUAL.typed if line.startswith("PIP_NO_INDEX=1 "))
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    proxies = {"HTTPS_PROXY": NOBODY, "HTTP_PROXY": NOBODY}
    return subprocess.run(
        ["bash", "-c", line],
        cwd=project,
        env={**bare, **proxies, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_come_from_the_folder_by_their_hash_and_nobody_is_asked(tmp_path: Path) -> None:
    lock = tmp_path / "deployments" / "requirements.lock"
    lock.parent.mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "deployments" / "install.py", lock.parent)
    right = wheel(tmp_path / "ruote", "PAROLA = 'portata a mano'\n")
    lock.write_text(f"{NAME}=={VERSION} --hash=sha256:{right}\n")
    wheel(tmp_path / "ruote", "PAROLA = 'di un altro'\n")
    done = typed(tmp_path)
    assert "a package differs from the lock: do not install it" in done.stderr
    assert done.returncode != 0
    (tmp_path / "ruote" / f"{NAME}-{VERSION}-py3-none-any.whl").unlink()
    done = typed(tmp_path)
    assert "a package of the lock is not on the index that pip uses" in done.stderr
    right = wheel(tmp_path / "ruote", "PAROLA = 'portata a mano'\n")
    lock.write_text(f"{NAME}=={VERSION} --hash=sha256:{right}\n")
    done = typed(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    python = tmp_path / ".venv" / "bin" / "python"
    said = subprocess.run(
        [python, "-c", f"import {NAME}; print({NAME}.PAROLA)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "portata a mano\n"

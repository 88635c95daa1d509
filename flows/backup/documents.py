"""The Comune's own documents in an archive: taken from beside the profile, and put back there.

The state folder gets them with the profile of that time, and what is published stands beside the profile: so
what lies there is never written over, as an older text would come under the version of a newer one.
"""

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from db import disk
from flows.backup.manifest import DOCUMENTS, Manifest
from flows.profiles import documents
from flows.settings import Settings

FOLDER, FILE = 0o755, 0o644  # anybody may read what is published, the account of the units too


def copy(profile: Path, folder: Path) -> list[str]:
    """Into the folder of which an archive is made. What cannot be read is told, and costs no backup."""
    warnings: list[str] = []
    for name in documents.NAMES:
        path = documents.folder(profile) / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as exc:
            warnings.append(f"the archive is without {path}, which cannot be read ({exc.strerror or exc})")
            continue
        target = folder / DOCUMENTS / name
        target.parent.mkdir(mode=disk.PRIVATE_FOLDER, exist_ok=True)
        target.write_bytes(content)
    return warnings


def carried(read: Manifest) -> list[str]:
    """The names of those that an archive holds."""
    return [name for name in documents.NAMES if read.holds(f"{DOCUMENTS}/{name}")]


def put_back(settings: Settings, restored: Path, names: list[str]) -> Iterator[str]:
    """Beside the profile, where no folder of them lies. Lines of what a person has to see to."""
    source, target = restored / DOCUMENTS, documents.folder(settings.path)
    listed = ", ".join(names)
    if not os.path.lexists(target):
        try:
            _write(source, target, names)
        except OSError as exc:
            here, there = shlex.quote(str(source)), shlex.quote(str(target))
            yield (
                f"the Comune's own documents ({listed}) could NOT be put back ({exc.strerror or exc}), and "
                f"the program's are published until then: cp -r {here} {there} && chmod -R a+rX {there}"
            )
        return
    for name in names:
        if not _is_same(source / name, target / name):
            yield f"{target / name} stays as it is; the copy's is another: compare it with {source / name}"


def _write(source: Path, target: Path, names: list[str]) -> None:
    """All of them at once, or none."""
    half = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        for name in names:
            disk.replace(half / name, (source / name).read_bytes())
            (half / name).chmod(FILE)
        half.chmod(FOLDER)
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    disk.sync_folder(target.parent)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False

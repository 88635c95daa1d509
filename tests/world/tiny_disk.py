"""A disk that is full, by the kernel's own word: a small tmpfs where this user may mount one, else a limit.

The limit (RLIMIT_FSIZE) holds for every file of this process while it lasts, and cuts a write off alike.
"""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 256 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TinyDisk:
    """Of 256 kB; `folder` lies on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "bollettino-test", str(folder)]
        self.is_mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0

    def close(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", str(self.folder)], check=True)

    @contextmanager
    def full(self, path: Path, *, but: int) -> Iterator[None]:
        """`path` takes only `but` bytes more, and a new file less than a page.

        A disk is full by the page: the file is filled up with empty lines to where that many are left of one.
        """
        if not self.is_mounted:
            assert path.stat().st_size + but < PAGE
            with no_file_grows_beyond(path.stat().st_size + but):
                yield
            return
        with path.open("ab") as file:
            file.write(b"\n" * (-(path.stat().st_size + but) % PAGE))
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(PAGE)):
                    continue
            except OSError:
                yield
        filler.unlink()
